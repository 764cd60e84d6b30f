"""Which posts deserve another look, judged by what is stored alone: for a crawl without the analysis beside it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.domain import Brand, Post
from monitor.follow import to_follow
from monitor.store.crawling import CrawlStores

BACK = timedelta(hours=48)
MOST_LOOKED_THROUGH = 2_000


class StoredInterest:
    """Chooses among the stored posts of the watched brands."""

    def __init__(self, brands: Sequence[Brand], stores: CrawlStores) -> None:
        self._brands = tuple(brands)
        self._stores = stores

    def to_follow(self, source: str, budget: int, now: datetime) -> Sequence[Post]:
        """The posts of ``source`` to return to now, most worthwhile first, at most ``budget``."""
        recent = {
            post.key: post
            for brand in self._brands
            for post in self._stores.posts.about(brand.id, now - BACK, now, MOST_LOOKED_THROUGH)
            if post.key.source == source and post.deleted_at is None
        }
        followed = {key: row.followed_at for key, row in self._stores.follows.many(recent).items()}
        return to_follow(recent.values(), followed, self._stores.posts.sizes(recent), now, budget)
