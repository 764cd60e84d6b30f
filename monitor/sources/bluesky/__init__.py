"""Bluesky: search, threads, quotes, and the true path of reposts from the records of those who reposted."""

from monitor.sources.bluesky.config import NAME, Config
from monitor.sources.bluesky.source import BlueskySource
from monitor.sources.bluesky.views import parse, parse_thread

__all__ = ["NAME", "BlueskySource", "Config", "parse", "parse_thread"]
