"""Seeded synthetic cascades with a known truth, and the parts that they are made of.

A repost happens after a delay with a power-law memory: constant density for the first five minutes, then falling with
the exponent 1 + 0.242 (Zhao, Erdogdu, He, Rajaraman, Leskovec: SEISMIC, KDD 2015, fitted on Twitter). Audiences follow
a bounded Pareto law, because few accounts are very large. A large audience passes on more, but less per head: the pull
of an account is followers ** 0.7. That exponent and the audience law are assumptions of this module, not measurements.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random

import numpy as np
from numpy.typing import NDArray

from monitor.domain import AccountKey, Post, PostKey, Repost

MEMORY = 0.242
PLATEAU_SECONDS = 300.0
TAIL = 1.25
LEAST_FOLLOWERS, MOST_FOLLOWERS = 50, 1_000_000
PULL = 0.7
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Act:
    """One node of a synthetic cascade; the root has no parent."""

    at: float  # seconds since the root
    parent: int | None  # position of the act it came through, always earlier in the list
    followers: int


def delay(rng: Random, limit: float) -> float:
    """A waiting time in seconds before a post is passed on, from the memory law cut off at ``limit`` seconds.

    >>> 0 < delay(Random(1), 3600) < 3600
    True
    """
    share = rng.random() * _waited(limit)
    flat = MEMORY / (1 + MEMORY)
    if share <= flat:
        return PLATEAU_SECONDS * share / flat
    return PLATEAU_SECONDS * float(((1 - share) * (1 + MEMORY)) ** (-1 / MEMORY))


def _waited(seconds: float) -> float:
    """The share of all reposts that come within ``seconds``: the integral of the memory law."""
    if seconds <= PLATEAU_SECONDS:
        return MEMORY / (1 + MEMORY) * seconds / PLATEAU_SECONDS
    return 1 - float((seconds / PLATEAU_SECONDS) ** -MEMORY) / (1 + MEMORY)


def audience(rng: Random) -> int:
    """A number of followers from the bounded Pareto law: half below about 90, one in 13,000 above 100,000."""
    cut = 1 - (LEAST_FOLLOWERS / MOST_FOLLOWERS) ** TAIL
    return int(LEAST_FOLLOWERS * (1 - rng.random() * cut) ** (-1 / TAIL))


def pull(followers: int | None) -> float:
    """How strongly an audience passes things on, relative to others; an unknown one counts as small."""
    return float(max(LEAST_FOLLOWERS if followers is None else followers, 1) ** PULL)


def mean_pull() -> float:
    """The expectation of ``pull`` over ``audience``, in closed form."""
    ratio = LEAST_FOLLOWERS / MOST_FOLLOWERS
    return float(TAIL / (TAIL - PULL) * LEAST_FOLLOWERS**PULL * (1 - ratio ** (TAIL - PULL)) / (1 - ratio**TAIL))


def poisson(rng: Random, mean: float) -> int:
    """A Poisson count (Knuth's product of uniforms, in steps that do not underflow)."""
    count = 0
    while mean > 0:
        step = min(mean, 30.0)
        mean -= step
        floor, product = exp(-step), rng.random()
        while product > floor:
            count += 1
            product *= rng.random()
    return count


def branching(
    rng: Random, expected_size: float, *, virality: float = 0.5, limit: timedelta = WEEK, followers: int | None = None
) -> list[Act]:
    """A cascade in time order, root first, from a branching process.

    Each act causes ``virality`` (0..1) others on average, in proportion to its pull; the root causes as many as are
    needed for ``expected_size`` (root included) on average over many seeds. Acts later than ``limit`` after the root
    are left out, which takes a few per cent off. ``followers`` is the root's audience, drawn where not given.
    Raises ValueError for an expected size below 1 or a virality outside 0..1 (1 excluded: it would not end).

    >>> [act.parent for act in branching(Random(3), 4.0)][0] is None
    True
    """
    if expected_size < 1 or not 0 <= virality < 1:
        raise ValueError(f"no such cascade: expected size {expected_size}, virality {virality}")
    seconds = limit.total_seconds()
    acts = [Act(0.0, None, audience(rng) if followers is None else followers)]
    place = 0
    while place < len(acts):
        mean = (
            (expected_size - 1) * (1 - virality) if place == 0 else virality * pull(acts[place].followers) / mean_pull()
        )
        for _ in range(poisson(rng, mean)):
            at = acts[place].at + delay(rng, seconds)
            if at <= seconds:
                acts.append(Act(at, place, audience(rng)))
        place += 1
    return _in_time_order(acts)


def _in_time_order(acts: list[Act]) -> list[Act]:
    order = sorted(range(len(acts)), key=lambda i: (acts[i].at, i))
    places = {old: new for new, old in enumerate(order)}
    return [
        Act(acts[old].at, None if (parent := acts[old].parent) is None else places[parent], acts[old].followers)
        for old in order
    ]


def synthetic_root(seed: int, start: datetime, source: str = "synthetic") -> Post:
    """The post that ``synthetic_cascade`` with the same arguments passes on."""
    return Post(
        key=PostKey(source, f"s{seed}"),
        author=AccountKey(source, f"s{seed}-u0"),
        text=f"Synthetic post {seed}",
        created_at=start,
        seen_at=start,
    )


def synthetic_cascade(
    seed: int,
    expected_size: float,
    start: datetime,
    source: str = "synthetic",
    *,
    explicit: float = 1.0,
    virality: float = 0.5,
    limit: timedelta = WEEK,
) -> list[Repost]:
    """The reposts of one synthetic cascade in time order; its root is ``synthetic_root``.

    ``explicit`` is the share of reposts that say through whom they came; which ones do is decided after the cascade is
    drawn, so that the same seed with ``explicit`` 1.0 gives the truth behind any smaller share.
    """
    acts = branching(Random(f"{seed}:acts"), expected_size, virality=virality, limit=limit)
    shown = Random(f"{seed}:evidence")
    root = PostKey(source, f"s{seed}")
    reposts = []
    for place, act in enumerate(acts[1:], 1):
        told = shown.random() < explicit
        reposts.append(
            Repost(
                root=root,
                child=PostKey(source, f"s{seed}/{place}"),
                by=AccountKey(source, f"s{seed}-u{place}"),
                at=start + timedelta(seconds=act.at),
                parent=AccountKey(source, f"s{seed}-u{act.parent}") if told else None,
                evidence="platform" if told else "inferred",
                confidence=1.0 if told else 0.0,
                followers=act.followers,
            )
        )
    return reposts


class Carriers:
    """Posts on show, from any of which the next repost may come: for cascades whose times are given from outside.

    The chance of a carrier is its pull times the memory of its age, times ``fade`` for each hop from its root, because
    the audiences of people who follow one another overlap.
    """

    def __init__(self, fade: float = 0.6) -> None:
        self._fade = fade
        self._at: NDArray[np.float64] = np.zeros(64)
        self._pull: NDArray[np.float64] = np.zeros(64)
        self.depth: list[int] = []

    def add(self, at: float, followers: int | None, parent: int | None = None, appeal: float = 1.0) -> int:
        """Put a post on show from ``at`` (seconds, never earlier than the one before) and return its position."""
        place = len(self.depth)
        if place == len(self._at):
            self._at, self._pull = np.resize(self._at, 2 * place), np.resize(self._pull, 2 * place)
        self.depth.append(0 if parent is None else self.depth[parent] + 1)
        self._at[place] = at
        self._pull[place] = appeal * pull(followers) * self._fade ** self.depth[place]
        return place

    def draw(self, rng: Random, at: float) -> int:
        """The position of the post through which somebody came at ``at``. At least one must be on show."""
        shown = len(self.depth)
        age = np.maximum(at - self._at[:shown], PLATEAU_SECONDS)
        sums = np.cumsum(self._pull[:shown] * age ** -(1 + MEMORY))
        return min(int(np.searchsorted(sums, rng.random() * sums[-1], side="right")), shown - 1)
