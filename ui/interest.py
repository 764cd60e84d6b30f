"""Which posts deserve another look: what the stores and the live state know, put before the plan."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.domain import Brand, Post, PostKey
from monitor.follow import LONGEST, Followed, plan, worth_following
from monitor.store.crawling import CrawlStores
from monitor.store.follows import FollowState

MOST_LOOKED_THROUGH = 2_000
FIRST_REST = timedelta(minutes=5)  # of a post whose site failed over it; doubled each time
LONGEST_REST = timedelta(hours=6)


class StoredInterest:
    """Chooses among the stored posts of the watched brands, by what is stored alone: for one crawl on request."""

    def __init__(self, brands: Sequence[Brand], stores: CrawlStores) -> None:
        self._brands = tuple(brands)
        self._stores = stores

    def to_follow(self, source: str, budget: int, now: datetime) -> Sequence[Post]:
        """The posts of ``source`` to return to now, most worthwhile first, at most ``budget``."""
        if budget <= 0:
            return ()
        posts = recent_posts(self._brands, self._stores, source, now)
        return planned(posts, self._stores.follows.many(posts), self._stores.posts.sizes(posts), {}, budget, now)


def recent_posts(brands: Sequence[Brand], stores: CrawlStores, source: str, now: datetime) -> dict[PostKey, Post]:
    """The newest posts of ``source`` about ``brands`` that can be worth a return."""
    return {
        post.key: post
        for brand in brands
        for post in stores.posts.about(brand.id, now - LONGEST, now, MOST_LOOKED_THROUGH, source=source)
    }


def planned(
    posts: Mapping[PostKey, Post],
    rows: Mapping[PostKey, FollowState],
    spread: Mapping[PostKey, int],
    nearness: Mapping[str, float],
    budget: int,
    now: datetime,
) -> list[Post]:
    """Those of ``posts`` to return to now, best first. ``spread`` says how often each was passed on as far as is known,
    ``nearness`` how close the incident of an issue is to a decision."""
    states = [
        _followed(post, rows.get(key), spread.get(key, 0), nearness.get(post.issue or "", 0.0))
        for key, post in posts.items()
        if post.deleted_at is None and worth_following(post, spread.get(key, 0))
    ]
    return [posts[key] for key in plan(states, budget, now)]


def _followed(post: Post, row: FollowState | None, spread: int, nearness: float) -> Followed:
    complaint = post.is_complaint
    if row is None:
        counted = sum(count or 0 for count in (post.metrics.reposts, post.metrics.replies)) if post.metrics else 0
        return Followed(
            post.key,
            post.created_at,
            known=1 + spread,
            counted_since=max(0, counted - spread),
            complaint=complaint,
            nearness=nearness,
        )
    rest = min(FIRST_REST * 2 ** min(row.failures, 10), LONGEST_REST)
    return Followed(
        post.key,
        post.created_at,
        known=1 + row.known,
        followed_at=row.followed_at,
        previous=1 + (row.previous or 0),
        previous_at=row.previous_at,
        counted_since=max(0, spread - row.known),  # what crawls brought meanwhile
        complaint=complaint,
        nearness=nearness,
        not_before=row.followed_at + rest if row.failures else None,
    )
