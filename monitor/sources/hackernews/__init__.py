"""Hacker News, without a login."""

from monitor.sources.hackernews.config import NAME, Config
from monitor.sources.hackernews.records import parse, parse_thread
from monitor.sources.hackernews.source import SPEC, HackerNewsSource

__all__ = ["NAME", "SPEC", "Config", "HackerNewsSource", "parse", "parse_thread"]
