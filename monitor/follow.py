"""Which posts to return to for new reposts, quotes and replies. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from monitor.domain import Post, PostKey

YOUNG = timedelta(hours=48)
FIRST_WAIT = timedelta(minutes=5)
SLOWEST = timedelta(hours=2)


def to_follow(
    posts: Iterable[Post],
    followed: Mapping[PostKey, datetime],
    spread: Mapping[PostKey, int],
    now: datetime,
    limit: int,
) -> list[Post]:
    """The posts to return to now, those that spread most first, at most ``limit``.

    Complaints and posts that were passed on at least once are followed for two days: every five minutes while they are
    young, then at a tenth of their age, at most every two hours. ``spread`` holds how often each was passed on so far.
    """
    due = [post for post in posts if _worth(post, spread) and _is_due(post, followed, now)]
    return sorted(due, key=lambda post: (-spread.get(post.key, 0), followed.get(post.key, post.created_at), post.key))[
        :limit
    ]


def _worth(post: Post, spread: Mapping[PostKey, int]) -> bool:
    counted = post.metrics is not None and bool((post.metrics.reposts or 0) + (post.metrics.replies or 0))
    complaint = post.assessment is not None and post.assessment.is_complaint
    return complaint or counted or spread.get(post.key, 0) > 0


def _is_due(post: Post, followed: Mapping[PostKey, datetime], now: datetime) -> bool:
    age = now - post.created_at
    last = followed.get(post.key)
    wait = max(FIRST_WAIT, min(SLOWEST, age / 10))
    return timedelta(0) <= age <= YOUNG and (last is None or now - last >= wait)
