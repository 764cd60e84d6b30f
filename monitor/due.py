"""When to look next."""

from datetime import datetime, timedelta
from typing import Protocol

LONGEST = timedelta(hours=1)  # between two attempts at a source that fails, unless it is looked at less often anyway
_JITTER = 0.1  # of the distance; keeps crawls that failed together from coming back together
_MOST_DOUBLINGS = 16
_RECHECKS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_DAILY = timedelta(days=30)


class Planned(Protocol):
    """Anything that knows when it is to be looked at."""

    @property
    def next_check_at(self) -> datetime | None:
        """The moment; None: at once."""


def next_check(
    now: datetime, every: timedelta, failures: int = 0, retry_after: timedelta | None = None, fraction: float = 0.0
) -> datetime:
    """``now`` plus ``every``, doubled with each failure in a row up to an hour, and not before ``retry_after`` is over.

    ``fraction`` (0..1) spreads crawls over the last tenth of the distance; the caller derives it from their names, so
    that the plan is the same each time.

    >>> from datetime import UTC
    >>> next_check(datetime(2026, 3, 2, tzinfo=UTC), timedelta(minutes=5), failures=2).minute
    20
    """
    delay = every
    if failures > 0:
        delay = min(every * 2 ** min(failures, _MOST_DOUBLINGS), max(every, LONGEST))
    return now + max(delay * (1 + _JITTER * fraction), retry_after or timedelta(0))


def next_recheck(seen_at: datetime, now: datetime, longest: timedelta = timedelta(days=7)) -> datetime:
    """When a stored post is to be looked for again: an hour, six hours and a day after it was first seen, then daily
    for a month, then every ``longest``.

    >>> from datetime import UTC
    >>> seen = datetime(2026, 3, 2, tzinfo=UTC)
    >>> next_recheck(seen, seen + timedelta(hours=2)).isoformat()
    '2026-03-02T06:00:00+00:00'
    """
    for step in _RECHECKS:
        if now < seen_at + step:
            return seen_at + step
    return now + (timedelta(days=1) if now - seen_at < _DAILY else max(longest, timedelta(days=1)))


def is_due(row: Planned | None, now: datetime) -> bool:
    """True where ``row`` was never planned or its moment has come."""
    return row is None or row.next_check_at is None or row.next_check_at <= now
