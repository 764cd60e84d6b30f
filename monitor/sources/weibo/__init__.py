"""Weibo: paid search or mentions, reposts with the path that their texts tell, comments."""

from monitor.sources.weibo.config import NAME, Config
from monitor.sources.weibo.source import SPEC, WeiboSource

__all__ = ["NAME", "SPEC", "Config", "WeiboSource"]
