"""Facebook pages, with an access token: their posts, posts that tag them, and the comments below."""

from monitor.sources.facebook.config import NAME, Config
from monitor.sources.facebook.source import SPEC, FacebookSource

__all__ = ["NAME", "SPEC", "Config", "FacebookSource"]
