"""Reddit: search, whole communities with their comments, comment trees, crossposts, deletions and edits."""

from monitor.sources.reddit.config import NAME, Config
from monitor.sources.reddit.source import SPEC, RedditSource
from monitor.sources.reddit.things import parse

__all__ = ["NAME", "SPEC", "Config", "RedditSource", "parse"]
