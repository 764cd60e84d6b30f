"""Bluesky: search, threads, quotes, and the true path of reposts from the records of those who reposted."""

from monitor.sources.bluesky.config import NAME, Config
from monitor.sources.bluesky.source import SPEC, BlueskySource
from monitor.sources.bluesky.views import parse, parse_thread

__all__ = ["NAME", "SPEC", "BlueskySource", "Config", "parse", "parse_thread"]
