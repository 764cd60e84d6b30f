"""The stores that a crawl writes to, in one transaction."""

from contextlib import AbstractContextManager

from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import transaction
from monitor.store.crawls import CrawlStore
from monitor.store.follows import FollowStore
from monitor.store.gaps import GapStore
from monitor.store.posts import PostStore
from monitor.store.upkeep import UpkeepStore

Transaction = Session  # what the stores' calls take to be part of one


class CrawlStores:
    """Posts, and the crawlers' memory of what they did."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.posts = PostStore(engine)
        self.crawls = CrawlStore(engine)
        self.follows = FollowStore(engine)
        self.upkeep = UpkeepStore(engine)
        self.gaps = GapStore(engine)

    def transact(self) -> AbstractContextManager[Transaction]:
        """A session whose writes are all kept, or none."""
        return transaction(self._engine)
