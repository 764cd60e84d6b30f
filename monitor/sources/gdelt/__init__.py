"""GDELT: articles of news sites all over the world, without a login."""

from monitor.sources.gdelt.articles import parse, read
from monitor.sources.gdelt.config import NAME, Config
from monitor.sources.gdelt.source import SPEC, GdeltSource, queries

__all__ = ["NAME", "SPEC", "Config", "GdeltSource", "parse", "queries", "read"]
