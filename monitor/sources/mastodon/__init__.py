"""Mastodon and servers that speak its API: hashtags, search, threads, quotes, boosts with their times, and streams."""

from monitor.sources.mastodon.config import NAME, Config
from monitor.sources.mastodon.source import SPEC, MastodonSource
from monitor.sources.mastodon.statuses import parse

__all__ = ["NAME", "SPEC", "Config", "MastodonSource", "parse"]
