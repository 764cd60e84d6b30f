"""Where each act of a cascade stands in its picture: time to the right, branches from top to bottom."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from monitor.domain import AccountKey, Evidence

_KNOTS = 64
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


class Forest(NamedTuple):
    """The largest cascades of a case, and how many there are of two acts or more."""

    acts: list[Act]
    cascades: int
    of: int


def largest(hops: Sequence[Hop], share: float = 0.9, most: int = 8) -> Forest:
    """The largest cascades that together hold ``share`` of all that was passed on, at most ``most``; at least one."""
    trees = _trees(hops)
    spread = [tree for tree in trees if len(tree) > 1]
    wanted, taken, kept = share * sum(map(len, spread)), 0, 0
    while kept < min(most, len(spread)) and taken < wanted:
        taken += len(spread[kept])
        kept += 1
    acts: list[Act] = []
    for tree in spread[:kept] or trees[:1]:
        index = {old: len(acts) + new for new, old in enumerate(tree)}
        for old in tree:
            hop = hops[old]
            parent = None if hop.parent_index is None else index[hop.parent_index]
            acts.append(Act(hop.account, hop.at, parent, hop.evidence))
    return Forest(acts, kept, len(spread))


def _trees(hops: Sequence[Hop]) -> list[list[int]]:
    """The places of each cascade's acts, parents first; the largest cascade first."""
    roots: list[int] = []
    trees: dict[int, list[int]] = {}
    for place, hop in enumerate(hops):
        roots.append(place if hop.parent_index is None else roots[hop.parent_index])
        trees.setdefault(roots[place], []).append(place)
    return sorted(trees.values(), key=lambda tree: (-len(tree), tree[0]))


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
    """Maps moments to 0..1 and back, evenly between its knots."""

    moments: tuple[datetime, ...]
    positions: tuple[float, ...]

    def position(self, at: datetime) -> float:
        """0 at the start, 1 at the end."""
        above = min(max(1, bisect_right(self.moments, at)), len(self.moments) - 1)
        start, end = self.moments[above - 1], self.moments[above]
        share = (at - start) / (end - start)
        value = self.positions[above - 1] + share * (self.positions[above] - self.positions[above - 1])
        return float(max(0.0, min(1.0, value)))

    def moment(self, position: float) -> datetime:
        """The inverse of ``position``."""
        above = min(max(1, bisect_right(self.positions, position)), len(self.positions) - 1)
        start, end = self.positions[above - 1], self.positions[above]
        share = (position - start) / (end - start)
        return self.moments[above - 1] + share * (self.moments[above] - self.moments[above - 1])


def time_scale(times: Sequence[datetime]) -> TimeScale:
    """Half clock, half crowd: a rush gets room, and a quiet day is still seen to be one.

    The position is the mean of the share of the time that has passed and the share of the acts that have happened.
    """
    ordered = sorted(times)
    steps = sorted({round(step * (len(ordered) - 1) / _KNOTS) for step in range(_KNOTS + 1)})
    knots = {ordered[step]: step / max(1, len(ordered) - 1) for step in steps}
    start, end = ordered[0], ordered[-1]
    if start == end:
        return TimeScale((start, start + timedelta(seconds=1)), (0.0, 1.0))
    places = [((at - start) / (end - start) + rank) / 2 for at, rank in knots.items()]
    return TimeScale(tuple(knots), (0.0, *places[1:-1], 1.0))


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
