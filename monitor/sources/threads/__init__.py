"""Threads, with an access token: search, the account's own mentions, posts and replies, and conversations."""

from monitor.sources.threads.config import NAME, Config
from monitor.sources.threads.source import SPEC, ThreadsSource

__all__ = ["NAME", "SPEC", "Config", "ThreadsSource"]
