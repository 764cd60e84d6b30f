"""YouTube, with an API key: videos, their counters over time, and their comments."""

from monitor.sources.youtube.config import NAME, Config
from monitor.sources.youtube.source import SPEC, YoutubeSource

__all__ = ["NAME", "SPEC", "Config", "YoutubeSource"]
