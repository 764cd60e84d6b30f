"""What is remembered of a crawl, a stream or a return to a post, and when the next is due. Pure."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from monitor.domain import Page, Post, PostKey
from monitor.due import next_check
from monitor.errors import BudgetSpent, SourceError
from monitor.plain_text import one_line
from monitor.store.crawls import CrawlState
from monitor.store.follows import FollowState
from monitor.store.posts import Added
from monitor.walk import Walk

ALL_BRANDS = "*"  # the brand of a row that stands for all of them
SOON = timedelta(seconds=15)  # until an unfinished walk that still finds something goes on
_HOPELESS = 16  # failures in a row that an error counts for which only a person can mend
_STREAM = ":stream"


def stream_name(source: str) -> str:
    """The name of the row of a source's stream, beside the one of its crawl."""
    return source + _STREAM


def stream_of(row: str) -> str | None:
    """The source whose stream the row of that name is about; None for the row of a crawl.

    >>> stream_of("bluesky:stream"), stream_of("bluesky")
    ('bluesky', None)
    """
    return row.removesuffix(_STREAM) if row.endswith(_STREAM) else None


def after(before: CrawlState, turn: Walk, added: Added, now: datetime) -> CrawlState:
    """A crawl's row after a turn. What a source wants remembered is kept only where the walk came to its end."""
    states = [page.state for page in turn.pages if page.state is not None]
    row = replace(
        _with_posts(before, turn.pages, added, now),
        cursor=turn.cursor,
        lag_seconds=_lag(before, added.posts),
    )
    if turn.error is not None:
        return replace(row, failures=before.failures + 1, last_error=one_line(str(turn.error), 500))
    state = states[-1] if turn.ended and states else before.state
    return replace(row, state=state, last_success_at=now, failures=0, last_error=None)


def next_turn(row: CrawlState, turn: Walk, added: Added, every: timedelta, now: datetime) -> datetime:
    """When the crawl goes on: soon where a walk was cut off and still finds something new."""
    error = turn.error
    if error is None and turn.cursor is not None and added.posts:
        return now + min(SOON, every)
    if isinstance(error, BudgetSpent) and error.retry_after is not None:  # no failure: it is our own ceiling
        return now + max(error.retry_after, timedelta(seconds=1))
    failures = row.failures if error is None or error.retry else max(row.failures, _HOPELESS)
    fraction = zlib.crc32(f"{row.brand}/{row.source}".encode()) / 2**32
    return next_check(now, every, failures, error.retry_after if error else None, fraction)


def streamed(before: CrawlState, page: Page, added: Added, now: datetime) -> CrawlState:
    """A stream's row after ``page``."""
    row = _with_posts(before, [page], added, now)
    row = replace(row, lag_seconds=_lag(replace(before, last_success_at=now), added.posts))
    return replace(row, state=page.state or before.state, last_success_at=now, failures=0, last_error=None)


def lost(before: CrawlState, error: SourceError, now: datetime, wait: timedelta) -> CrawlState:
    """A stream's row after its connection was lost."""
    reason = one_line(str(error), 500)
    return replace(
        before, failures=before.failures + 1, last_error=reason, last_attempt_at=now, next_check_at=now + wait
    )


def followed(key: PostKey, before: FollowState | None, state: str | None, known: int, now: datetime) -> FollowState:
    """The row of a post that was returned to."""
    kept = state if state is not None else before.state if before else None
    row = FollowState(key.source, key.id, kept, now, known)
    return replace(row, previous_at=before.followed_at, previous=before.known) if before else row


def not_followed(
    key: PostKey, before: FollowState | None, known: int, error: SourceError, now: datetime
) -> FollowState:
    """The row of a post whose site did not answer; what was learnt before stays."""
    row = before or FollowState(key.source, key.id, None, now, known)
    return replace(row, followed_at=now, failures=row.failures + 1, last_error=one_line(str(error), 500))


def _with_posts(before: CrawlState, pages: Sequence[Page], added: Added, now: datetime) -> CrawlState:
    moments = [post.created_at for post in added.posts]
    return replace(
        before,
        last_attempt_at=now,
        newest_post_at=max([*moments, *([before.newest_post_at] if before.newest_post_at else [])], default=None),
        dropped_total=before.dropped_total + sum(len(page.dropped) for page in pages),
        posts_total=before.posts_total + len(added.posts),
    )


def _lag(before: CrawlState, posts: Sequence[Post]) -> float | None:
    """The median age of what was found, in seconds. A first look, which reads the past, tells nothing about it."""
    if before.last_success_at is None or before.cursor is not None or not posts:
        return before.lag_seconds
    return median((post.seen_at - post.created_at).total_seconds() for post in posts)
