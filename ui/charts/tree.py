"""Where each act of a cascade stands in its picture: time to the right, branches from top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import NamedTuple, Protocol

from monitor.domain import AccountKey, Evidence

_SQUARES = 60  # at most so many places where acts that are not drawn are gathered


class Hop(Protocol):
    """One act of a cascade, its parent before it in the list (see ``graph.cascade.Node``)."""

    @property
    def account(self) -> AccountKey | None:
        """Who acted; None where the post itself was never seen."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def parent_index(self) -> int | None:
        """The place of the act through which it came; None for a root."""

    @property
    def evidence(self) -> Evidence | None:
        """How that is known; None for a root."""


class Act(NamedTuple):
    """A hop as the picture needs it."""

    account: AccountKey | None
    at: datetime
    parent_index: int | None
    evidence: Evidence | None


def passed_on(hops: Sequence[Hop]) -> list[Act]:
    """The acts of all cascades in which anything was passed on, and the first post in any case."""
    parents = {hop.parent_index for hop in hops}
    kept = [n for n, hop in enumerate(hops) if n == 0 or n in parents or hop.parent_index is not None]
    index: dict[int | None, int | None] = {old: new for new, old in enumerate(kept)}
    index[None] = None
    return [Act(hop.account, hop.at, index[hop.parent_index], hop.evidence) for hop in (hops[n] for n in kept)]


@dataclass(frozen=True, slots=True)
class Placed:
    """One point of the picture; ``gathered`` > 0: it stands for so many acts that are not drawn singly."""

    x: float  # 0..1
    y: float  # 0..1
    parent: int | None  # place in the picture's list
    hop: int  # place in the list of hops; of the parent, for a gathering point
    caused: int
    gathered: int = 0


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Maps moments to 0..1. Cascades rush, then trickle: a power of the time since the start opens up the rush."""

    start: datetime
    end: datetime
    power: float

    def position(self, at: datetime) -> float:
        """0 at the start, 1 at the end."""
        whole = (self.end - self.start).total_seconds()
        share = (at - self.start).total_seconds() / whole if whole else 0.0
        return float(max(0.0, min(1.0, share)) ** self.power)

    def moment(self, position: float) -> datetime:
        """The inverse of ``position``."""
        return self.start + (self.end - self.start) * float(position ** (1 / self.power))


def time_scale(times: Sequence[datetime]) -> TimeScale:
    """A scale on which the middle act stands in the middle, as far as powers from 0.2 to 1 bring it there."""
    ordered = sorted(times)
    start, end, middle = ordered[0], ordered[-1], ordered[len(ordered) // 2]
    whole = (end - start).total_seconds()
    share = (middle - start).total_seconds() / whole if whole else 0.5
    power = log(0.5) / log(share) if 0 < share < 1 else 1.0
    return TimeScale(start, end, max(0.2, min(1.0, power)))


def caused(hops: Sequence[Hop]) -> list[int]:
    """How many later acts hang below each act."""
    below = [0] * len(hops)
    for place in range(len(hops) - 1, -1, -1):
        parent = hops[place].parent_index
        if parent is not None:
            below[parent] += below[place] + 1
    return below


def place(hops: Sequence[Hop], limit: int = 400) -> list[Placed]:
    """At most ``limit`` points for ``hops`` (parents first): those that caused most, an even choice of the others."""
    below = caused(hops)
    chosen = _choose(below, limit - _SQUARES if len(hops) > limit else limit)
    scale = time_scale([hop.at for hop in hops])
    parents, gathered = _gather(hops, chosen)
    points = [(hop, parents[hop], 0) for hop in chosen] + [(hop, hop, count) for hop, count in gathered.items()]
    index = {hop: row for row, hop in enumerate(chosen)}
    heights = _heights([None if parent is None else index[parent] for _, parent, _ in points])
    return [
        Placed(
            x=scale.position(hops[hop].at) if not count else min(1.0, scale.position(hops[hop].at) + 0.06),
            y=heights[row],
            parent=None if parent is None else index[parent],
            hop=hop,
            caused=0 if count else below[hop],
            gathered=count,
        )
        for row, (hop, parent, count) in enumerate(points)
    ]


def _choose(below: Sequence[int], limit: int) -> list[int]:
    """Places to draw, ascending. A parent has always caused more than its child, so no chosen act loses its parent."""
    carriers = sorted((place for place, count in enumerate(below) if count), key=lambda place: (-below[place], place))
    chosen = set(carriers[:limit])
    if not below[0]:
        chosen.add(0)
    leaves = [place for place, count in enumerate(below) if not count and place not in chosen]
    room = max(0, limit - len(chosen)) if len(carriers) <= limit else 0
    if len(leaves) <= room:
        chosen.update(leaves)
    elif room:
        chosen.update(leaves[int(step * len(leaves) / room)] for step in range(room))
    return sorted(chosen)


def _gather(hops: Sequence[Hop], chosen: Sequence[int]) -> tuple[dict[int, int | None], dict[int, int]]:
    """The drawn parent of each drawn act, and how many undrawn acts hang on a drawn one; few places, largest first."""
    drawn = set(chosen)
    parents: dict[int, int | None] = {}
    counts: dict[int, int] = {}
    for place, hop in enumerate(hops):
        parent = hop.parent_index
        while parent is not None and parent not in drawn:
            parent = hops[parent].parent_index
        if place in drawn:
            parents[place] = parent
        else:
            home = parent if parent is not None else chosen[0]
            counts[home] = counts.get(home, 0) + 1
    ranked = sorted(counts, key=lambda place: (-counts[place], place))
    kept = {place: counts[place] for place in ranked[:_SQUARES]}
    if len(ranked) > _SQUARES:
        rest = sum(counts[place] for place in ranked[_SQUARES:])
        kept[ranked[0]] += rest
    return parents, kept


def _heights(parents: Sequence[int | None]) -> list[float]:
    """A height for each point: ends of branches evenly spread, a parent in the middle of its children."""
    children: list[list[int]] = [[] for _ in parents]
    for row, parent in enumerate(parents):
        if parent is not None:
            children[parent].append(row)
    weights = [1] * len(parents)
    for row in range(len(parents) - 1, -1, -1):
        parent = parents[row]
        if parent is not None:
            weights[parent] += weights[row]
    heights = [0.0] * len(parents)
    slot = 0.0
    order: list[int] = []
    stack = [row for row in range(len(parents) - 1, -1, -1) if parents[row] is None]
    while stack:
        row = stack.pop()
        order.append(row)
        stack.extend(reversed(_spread(children[row], weights)))
        if not children[row]:
            heights[row] = slot
            slot += 1
    for row in reversed(order):
        if children[row]:
            ends = [heights[child] for child in children[row]]
            heights[row] = (min(ends) + max(ends)) / 2
    most = max(slot - 1, 1.0)
    return [height / most for height in heights]


def _spread(rows: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Children from top to bottom: the heaviest branches evenly apart, the light ones scattered between them."""
    ranked = sorted(rows, key=lambda row: (-weights[row], row))
    return [row for _, row in sorted((_between(rank), row) for rank, row in enumerate(ranked))]


def _between(rank: int) -> float:
    """Van der Corput's sequence, 1/2, 1/4, 3/4, 1/8, ...: each term falls into the largest gap left.

    >>> [_between(rank) for rank in range(4)]
    [0.5, 0.25, 0.75, 0.125]
    """
    value, step, rest = 0.0, 0.5, rank + 1
    while rest:
        value += step * (rest & 1)
        step, rest = step / 2, rest >> 1
    return value
