"""Discourse forums: all new posts of each, topics with their replies and quotes."""

from monitor.sources.discourse.config import NAME, Config
from monitor.sources.discourse.posts import parse, parse_topic
from monitor.sources.discourse.source import SPEC, DiscourseSource

__all__ = ["NAME", "SPEC", "Config", "DiscourseSource", "parse", "parse_topic"]
