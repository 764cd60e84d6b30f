"""Instagram, with a professional account: hashtags, media that tag the account, and comments on its own."""

from monitor.sources.instagram.config import NAME, Config
from monitor.sources.instagram.source import SPEC, InstagramSource

__all__ = ["NAME", "SPEC", "Config", "InstagramSource"]
