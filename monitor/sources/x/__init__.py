"""X: search within a ceiling of money, reposts with times, quotes, conversations, deletions and edits."""

from monitor.sources.x.config import NAME, Config
from monitor.sources.x.source import SPEC, XSource
from monitor.sources.x.views import parse

__all__ = ["NAME", "SPEC", "Config", "XSource", "parse"]
