"""Plays a world to a rule that may only see what it asks for, and keeps count of what it knew, and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.follow.worlds import HOUR, LEVELS, LIFE, World
from monitor.follow import Columns, Floats

TICK = 60.0
MEASURED_EVERY = 10  # ticks
PAGE = 100


@dataclass(frozen=True, slots=True)
class View:
    """What a rule sees at a tick: the cascades that are followed, one a row."""

    posts: Columns
    never: NDArray[np.bool_]  # not looked at yet
    true: Floats  # sizes as they are; only the rule that knows everything may read them


Rule = Callable[[View, int, float], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule made of its requests. Delays are in minutes, by level."""

    requests: int
    delays: tuple[Floats, ...]  # of crossings never learnt of: until the cascade was not followed any more
    never: tuple[int, ...]
    error: float  # mean |log2(known / true)| over time and cascades
    error_by_size: float  # the same, cascades weighing as much as they have events


def pooled(outcomes: Sequence[Outcome]) -> Outcome:
    """Several replays as one."""
    return Outcome(
        requests=sum(one.requests for one in outcomes) // len(outcomes),
        delays=tuple(np.concatenate([one.delays[place] for one in outcomes]) for place in range(len(LEVELS))),
        never=tuple(sum(one.never[place] for one in outcomes) for place in range(len(LEVELS))),
        error=float(np.mean([one.error for one in outcomes])),
        error_by_size=float(np.mean([one.error_by_size for one in outcomes])),
    )


class Replay:
    """One world under one rule. ``paged``: a look costs one request for each hundred new events, at least one."""

    def __init__(self, world: World, rule: Rule, per_hour: float, paged: bool = False) -> None:
        self._world, self._rule, self._per_hour, self._paged = world, rule, per_hour, paged
        number = len(world.start)
        self._true, self._known, self._earlier = np.ones(number), np.ones(number), np.ones(number)
        self._looked, self._earlier_at = world.start.copy(), world.start.copy()
        self._never = np.ones(number, dtype=bool)
        self._learnt = np.full((number, len(LEVELS)), np.inf)
        self._requests, self._left = 0, 0.0
        self._errors: list[tuple[float, float]] = []

    def run(self) -> Outcome:
        """Play it to the end."""
        world = self._world
        for tick in range(1, int(world.end / TICK) + 1):
            now = tick * TICK
            fresh = slice(*np.searchsorted(world.event, (now - TICK, now), side="right"))
            self._true += np.bincount(world.of[fresh], minlength=len(self._true))
            rows = slice(*np.searchsorted(world.start, (now - LIFE, now)))
            self._left = min(self._left + self._per_hour * TICK / HOUR, self._per_hour)
            if self._left >= 1 and rows.stop > rows.start:
                self._ask(rows, now)
            if tick % MEASURED_EVERY == 0 and rows.stop > rows.start:
                self._measure(rows)
        return self._outcome()

    def _view(self, rows: slice) -> View:
        number = rows.stop - rows.start
        posts = Columns(
            created=self._world.start[rows],
            known=self._known[rows],
            looked=self._looked[rows],
            earlier=self._earlier[rows],
            earlier_at=self._earlier_at[rows],
            counted=np.zeros(number),
            weight=np.ones(number),
        )
        return View(posts, self._never[rows], self._true[rows])

    def _ask(self, rows: slice, now: float) -> None:
        for place in self._rule(self._view(rows), int(self._left), now):
            row = rows.start + place
            found = self._true[row]
            pages = max(1, int(np.ceil((found - self._known[row]) / PAGE))) if self._paged else 1
            self._learnt[row] = np.where(
                np.isinf(self._learnt[row]) & (found >= np.array(LEVELS)), now, self._learnt[row]
            )
            self._earlier[row], self._earlier_at[row] = self._known[row], self._looked[row]
            self._known[row], self._looked[row], self._never[row] = found, now, False
            self._requests += pages
            self._left -= pages
            if self._left < 1:
                break

    def _measure(self, rows: slice) -> None:
        true = self._true[rows]
        off = np.abs(np.log2(self._known[rows] / true))
        self._errors.append((float(off.mean()), float((off * true).sum() / true.sum())))

    def _outcome(self) -> Outcome:
        delays, never = [], []
        for place in range(len(LEVELS)):
            crossing = self._world.crossing[:, place]
            happened = np.isfinite(crossing)
            learnt, ends = self._learnt[happened, place], self._world.start[happened] + LIFE
            delays.append((np.minimum(learnt, ends) - crossing[happened]) / 60)
            never.append(int(np.isinf(learnt).sum()))
        error, by_size = np.mean(self._errors, axis=0)
        return Outcome(self._requests, tuple(delays), tuple(never), float(error), float(by_size))
