"""RSS and Atom feeds: press, blogs and forums."""

from monitor.sources.feed.config import NAME, Config
from monitor.sources.feed.items import parse
from monitor.sources.feed.source import SPEC, FeedSource

__all__ = ["NAME", "SPEC", "Config", "FeedSource", "parse"]
