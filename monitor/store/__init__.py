"""What is kept of posts, reposts, accounts and crawls. One store per aggregate; the tables are private."""

from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.meta import MetaStore
from monitor.store.posts import Added, HourCount, PostStore

__all__ = ["Added", "CrawlState", "CrawlStore", "HourCount", "MetaStore", "PostStore"]
