"""How far a forecast is worth drawing, and its size between the hours for which it was made."""

from collections.abc import Sequence
from datetime import timedelta
from math import exp, log

from alerts.casefile import Outlook

SHORTEST = 6.0  # hours ahead that are drawn for the youngest case


def at(outlook: Sequence[Outlook], size: float, hours: float) -> Outlook:
    """The outlook ``hours`` from now: between two steps the logarithm of the size grows evenly; then it stays.

    >>> step = at([Outlook(6, 400, 400, 400)], 100, 3)
    >>> round(step.median)
    200
    """
    now = Outlook(0, size, size, size)
    steps = [now, *(_above(step, size) for step in sorted(outlook, key=lambda step: step.hours))]
    later = next((place for place, step in enumerate(steps) if step.hours >= hours), len(steps) - 1)
    after, before = steps[later], steps[max(0, later - 1)]
    if after.hours <= hours:
        return Outlook(round(hours), after.low, after.median, after.high)
    share = (hours - before.hours) / (after.hours - before.hours)
    low, median, high = (
        exp((1 - share) * log(max(1.0, start)) + share * log(max(1.0, end)))
        for start, end in ((before.low, after.low), (before.median, after.median), (before.high, after.high))
    )
    return Outlook(round(hours), max(size, low), max(size, median), max(size, high))


def worth_drawing(outlook: Sequence[Outlook], size: float, past: timedelta) -> list[Outlook]:
    """The outlook up to as far ahead as the case is old, at least six hours: a longer one would press the past flat."""
    if not outlook:
        return []
    until = max(SHORTEST, min(max(step.hours for step in outlook), past / timedelta(hours=1)))
    within = [_above(step, size) for step in sorted(outlook, key=lambda step: step.hours) if step.hours < until - 0.5]
    middle = [at(outlook, size, until / 2)] if until > 3 and all(abs(s.hours - until / 2) > 1 for s in within) else []
    return sorted([*within, *middle, at(outlook, size, until)], key=lambda step: step.hours)


def _above(step: Outlook, size: float) -> Outlook:
    return Outlook(step.hours, max(size, step.low), max(size, step.median), max(size, step.high))
