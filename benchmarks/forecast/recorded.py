"""Recorded cascades as forecasting tasks: what was seen at some age, and what came of it."""

import gzip
import json
import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

from graph.domain import Observation

DAY = 86_400.0
FINAL = 7 * DAY


@dataclass(frozen=True, slots=True)
class Recorded:
    """One cascade of a set: all that happened, in seconds since its root."""

    id: str
    started: float | None  # seconds since 1970; None where the set does not say
    times: tuple[float, ...]
    followers: tuple[int | None, ...]
    depths: tuple[int | None, ...]

    def seen(self, age: float) -> Observation:
        """What was known at ``age`` seconds."""
        count = bisect_right(self.times, age)
        return Observation(self.times[:count], self.followers[:count], self.depths[:count], age)

    def size(self, horizon: float) -> int:
        """Number of events up to ``horizon`` seconds, the root included."""
        return bisect_right(self.times, horizon)


def cascades(name: str) -> list[Recorded]:
    """All cascades of the set ``name`` under RIPPLEWATCH_DATA, oldest first, those without a start before."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if folder is None:
        raise SystemExit("RIPPLEWATCH_DATA is not set: it names the folder with the recorded data")
    path = Path(folder) / "cascades" / f"{name}.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [_recorded(json.loads(line)) for line in lines]
    return sorted(found, key=lambda cascade: (cascade.started or -inf, cascade.id))


def _recorded(record: dict[str, Any]) -> Recorded:
    events = record["events"]
    return Recorded(
        id=record["id"],
        started=record["t0"],
        times=tuple(float(event[0]) for event in events),
        followers=tuple(event[3] for event in events),
        depths=tuple(_depths(events)),
    )


def _depths(events: list[list[Any]]) -> Iterator[int | None]:
    """Hops from the root; None throughout a cascade whose set does not name parents."""
    known = any(event[2] is not None for event in events)
    latest: dict[str, int] = {}
    for place, (_, user, parent, *_rest) in enumerate(events):
        depth = latest.get(parent, 0) + 1 if place and parent is not None else min(place, 1)
        if user is not None:
            latest[user] = depth
        yield depth if known else None


def split(found: list[Recorded], first: float = 0.55, second: float = 0.75) -> tuple[list[Recorded], ...]:
    """Three parts by the time of the root: to fit, to calibrate, to test.

    A cascade whose last day (of seven) reaches into the next part is left out: at that moment its size was not known.
    Sets without times are used to fit only.
    """
    dated = [cascade for cascade in found if cascade.started is not None]
    if not dated:
        return found, [], []
    starts = [cascade.started or 0.0 for cascade in dated]
    borders = [-inf, starts[int(first * len(dated))], starts[int(second * len(dated))], inf]
    parts = []
    for begin, end in pairwise(borders):
        parts.append([one for one in dated if begin <= (one.started or 0.0) and (one.started or 0.0) + FINAL < end])
    return tuple(parts)
