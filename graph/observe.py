"""From a recorded cascade to what a forecaster may know at some age."""

from bisect import bisect_right
from collections.abc import Sequence

from graph.domain import Observation


def observe(
    seconds: Sequence[float],
    users: Sequence[str | None],
    parents: Sequence[str | None],
    followers: Sequence[int | None],
    at: float | None = None,
) -> Observation:
    """What was known ``at`` seconds after the root (default: at the last event); later events are left out.

    The columns are those of a cascade record, by time, root first. Depth counts hops from the root over the latest
    earlier act of the parent named; it is None where no parent is named.

    >>> observe((0, 5, 9), ("a", "b", "c"), (None, "a", "b"), (None, None, 7), at=6)
    Observation(times=(0, 5), followers=(None, None), depths=(0, 1), age_seconds=6)
    """
    age = seconds[-1] if at is None else at
    count = max(1, bisect_right(seconds, age))
    depths: list[int | None] = [0]
    latest: dict[str | None, int | None] = {users[0]: 0}
    for user, parent in zip(users[1:count], parents[1:count], strict=True):
        above = None if parent is None else latest.get(parent, 0)
        depth = None if above is None else above + 1
        depths.append(depth)
        latest[user] = depth
    return Observation(tuple(seconds[:count]), tuple(followers[:count]), tuple(depths), age)
