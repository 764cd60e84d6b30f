"""Which posts to return to for new reposts, quotes and replies, and when. Pure.

Every look has a price: one request. What it may bring is estimated from a few numbers of each post. The rate of events
falls with a power of the age; its scale comes from the sizes found at the last two looks, held to what fresh posts do.
The longer a post was left alone, the likelier it has grown or passed a level without our knowing, and the more a
look is worth. Among all posts those come first whose look is worth most (docs/decisions/0004-follow-up.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Post, PostKey

Floats = NDArray[np.float64]

LEVELS = (50, 200, 1_000, 5_000, 20_000, 100_000)  # sizes whose crossing is worth knowing early
CLOSEST = timedelta(seconds=60)  # between two looks at one post
CEILING = timedelta(hours=12)  # no post that is followed is left alone longer, where the budget allows it
KEPT = timedelta(hours=48)  # so long at least a post is followed, and longer while it grows
LONGEST = timedelta(days=7)
GROWING = 0.05  # of its size that a post is expected to gain in a day, to be kept beyond KEPT

# How cascades go on: fitted by benchmarks/follow/fit.py, see docs/models/follow_up.md.
DECAY_START = 900.0  # seconds; the rate falls as (1 + age / DECAY_START) ** -(1 + DECAY)
DECAY = 0.488
FRESH = 11.4  # scale of the rate of a post of which nothing is known
FRESH_WEIGHT = 0.0295  # what that counts for, beside what was seen
OLD_WEIGHT = 0.377  # of an event before the earlier look, beside one after it
FORGETTING = 0.595  # what was before the earlier look counts the less, the smaller the part of the rate after it
SHARPNESS = 0.763  # of the odds of a size: the tail falls with this power
SHARPNESS_OF_SIZE = 0.243

# What a look is worth, in seconds of a crossing of level 50 that is known; see benchmarks/follow/choose.py.
SIZE_WORTH = 0.2  # of one doubling of the known size
PATIENCE = 30.0  # added for a post left alone for CEILING; rises with the fourth power
LEAST_WORTH = 10.0  # no request is spent on less
NEAR_DECISION = 4.0  # added to the weight, 1, of a post whose incident is about to be decided on
NO_COMPLAINT = 0.25  # weight of what is not a complaint itself

_PARTS = 4  # of the time since the last look, in the sums over it
_LEVEL_VALUES = np.array([*LEVELS, np.inf, np.inf])
_LEVEL_WEIGHTS = np.array([*(np.log10(level / 5) for level in LEVELS), 0.0, 0.0])
_WEIGHTS_BELOW = np.concatenate([[0.0], np.cumsum(_LEVEL_WEIGHTS)])
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Followed:
    """What the plan needs to know of one followed post. Sizes count the post itself."""

    post: PostKey
    created_at: datetime
    known: int = 1  # size at the last look
    followed_at: datetime | None = None  # the last look; None: never
    previous: int = 1  # size at an earlier look
    previous_at: datetime | None = None
    counted_since: int = 0  # by how much the site's own counter has grown since the last look, seen for free by crawls
    complaint: bool = True
    nearness: float = 0.0  # 0..1: how close the incident it belongs to is to a decision
    not_before: datetime | None = None  # the site refused, or failed: leave it alone until then


@dataclass(frozen=True, slots=True)
class Columns:
    """The same of many posts, one a row; times are seconds since any one moment."""

    created: Floats
    known: Floats
    looked: Floats  # the creation, where it was never looked at
    earlier: Floats
    earlier_at: Floats
    counted: Floats
    weight: Floats


def plan(states: Sequence[Followed], budget: int, now: datetime) -> list[PostKey]:
    """The posts to look at now, best first, at most ``budget``: fewer where no more is worth a request.

    It does not depend on the order of ``states``; what is worth the same comes in order of its key. One look counts as
    one request: who asks page by page takes further pages off the next budget.
    """
    free = sorted((one for one in states if one.not_before is None or one.not_before <= now), key=lambda one: one.post)
    if not free or budget <= 0:
        return []
    return [free[row].post for row in choose(_columns(free), budget, now.timestamp())]


def next_look(state: Followed, now: datetime) -> datetime | None:
    """When a look at ``state`` will be worth a request, not before ``now``; None where it need not be followed on.

    To be asked again when a crawl finds the counter grown or the incident comes nearer to a decision.
    """
    since = max(state.followed_at or state.created_at, state.created_at)
    waits = CLOSEST.total_seconds() * np.geomspace(1.0, CEILING / CLOSEST, 40)
    worth = urgency(_columns([state]), since.timestamp() + waits)
    wait = timedelta(seconds=ceil(waits[np.argmax(worth >= LEAST_WORTH)]))
    at = max(now, since + min(wait, CEILING), state.not_before or now)
    return None if is_over(state, at) else at


def is_over(state: Followed, now: datetime) -> bool:
    """True where ``state`` is too old to be followed, for what it is still expected to gain."""
    return bool(_over(_columns([state]), now.timestamp())[0])


def looked(state: Followed, size: int, at: datetime) -> Followed:
    """``state`` after a look that found ``size`` at ``at``."""
    first = state.followed_at is None
    return replace(
        state,
        known=max(1, size),
        followed_at=at,
        previous=1 if first else state.known,
        previous_at=state.followed_at,
        counted_since=0,
        not_before=None,
    )


def worth_following(post: Post, spread: int) -> bool:
    """True for a complaint, and for a post that was passed on (``spread`` times, or by its counters) at least once."""
    counted = post.metrics is not None and bool((post.metrics.reposts or 0) + (post.metrics.replies or 0))
    complaint = post.is_complaint
    return complaint or counted or spread > 0


def choose(posts: Columns, budget: int, now: float) -> list[int]:
    """The rows of ``posts`` to look at, best first, at most ``budget``; of equals the first rows."""
    worth = urgency(posts, now)
    asked = (worth >= LEAST_WORTH) & (now - posts.looked >= CLOSEST.total_seconds()) & (now >= posts.created)
    rows = np.flatnonzero(asked & ~_over(posts, now))
    return [int(row) for row in rows[np.argsort(-worth[rows], kind="stable")][:budget]]


def urgency(posts: Columns, now: float | Floats) -> Floats:
    """What a look at each post is worth ``now``: what is likely to be unknown, times the seconds it has been so.

    With f(s) for the expected loss from not knowing, s seconds after the last look: t f(t) less the sum of f up to t.
    It grows from 0 with t, the faster the sooner something is likely to have happened (a Whittle index).
    """
    waited = np.maximum(now - posts.looked, 0.0)
    parts = np.linspace(0.0, 1.0, _PARTS + 1)[:, np.newaxis]
    loss = _loss(posts, _expected(posts, posts.looked + waited * parts))
    unseen = waited * (loss[-1] - (loss[1:] + loss[:-1]).mean(axis=0) / 2)
    counted = waited / 2 * _certain_loss(posts)  # as if it had grown evenly
    patience = PATIENCE * (waited / CEILING.total_seconds()) ** 4
    worth: Floats = np.round(posts.weight * np.maximum(unseen, counted) + patience, 6)
    return worth


def _integral(age: Floats) -> Floats:
    """The part of the rate that is common to all posts, summed up to ``age`` seconds."""
    total: Floats = (1 - (1 + np.maximum(age, 0.0) / DECAY_START) ** -DECAY) / DECAY
    return total


def _expected(posts: Columns, until: Floats) -> Floats:
    """How many events are expected between the last look and ``until``."""
    earlier, last = _integral(posts.earlier_at - posts.created), _integral(posts.looked - posts.created)
    recent = last - earlier
    share = np.divide(recent, last, out=np.ones_like(last), where=last > 0)
    old = np.maximum(share, 1e-6) ** FORGETTING
    seen = old * (FRESH_WEIGHT * FRESH + OLD_WEIGHT * (posts.earlier - 1)) + np.maximum(
        posts.known - posts.earlier, 0.0
    )
    scale = seen / (old * (FRESH_WEIGHT + OLD_WEIGHT * earlier) + recent)
    return np.maximum(scale * (_integral(until - posts.created) - last), 1e-9)


def _loss(posts: Columns, expected: Floats) -> Floats:
    """Expected loss from not knowing of ``expected`` events: the size is wrong, and a level may have been passed."""
    sharpness = np.clip(SHARPNESS + SHARPNESS_OF_SIZE * np.log(posts.known), 0.2, 4.0)
    loss: Floats = SIZE_WORTH * np.log2(1 + expected / posts.known)
    first = np.searchsorted(_LEVEL_VALUES[: len(LEVELS)], posts.known, side="right")
    for place in range(3):
        level = np.minimum(first + place, len(_LEVEL_VALUES) - 1)
        missing = _LEVEL_VALUES[level] - posts.known
        loss = loss + _LEVEL_WEIGHTS[level] / (1 + (missing / expected) ** sharpness)
    return loss


def _certain_loss(posts: Columns) -> Floats:
    """The loss from not knowing what the site's own counter has counted since the last look."""
    least = posts.known + posts.counted
    first, end = (np.searchsorted(_LEVEL_VALUES, sizes, side="right") for sizes in (posts.known, least))
    loss: Floats = SIZE_WORTH * np.log2(least / posts.known) + _WEIGHTS_BELOW[end] - _WEIGHTS_BELOW[first]
    return loss


def _over(posts: Columns, now: float) -> NDArray[np.bool_]:
    """True for each row that need not be followed any more."""
    age, ahead = now - posts.created, np.maximum(now, posts.looked)
    gain = np.maximum(_expected(posts, ahead + _DAY) - _expected(posts, ahead), posts.counted)
    quiet = posts.weight * gain < GROWING * posts.known
    over: NDArray[np.bool_] = (age > LONGEST.total_seconds()) | ((age > KEPT.total_seconds()) & quiet)
    return over


def _columns(states: Sequence[Followed]) -> Columns:
    """``states`` as columns. What was learnt of a post before the first look counts as seen for free."""
    rows = []
    for one in states:
        looked_at = one.followed_at is not None
        last = max(one.followed_at or one.created_at, one.created_at)
        known, free = (max(1, one.known), 0) if looked_at else (1, max(0, one.known - 1))
        before = min(max(1, one.previous), known) if one.previous_at is not None and looked_at else 1
        before_at = min(max(one.previous_at or one.created_at, one.created_at), last)
        weight = (1.0 if one.complaint else NO_COMPLAINT) + NEAR_DECISION * min(max(one.nearness, 0.0), 1.0)
        times = (one.created_at.timestamp(), last.timestamp(), before_at.timestamp())
        rows.append((times[0], known, times[1], before, times[2], max(0, one.counted_since) + free, weight))
    return Columns(*np.array(rows, dtype=np.float64).T)
