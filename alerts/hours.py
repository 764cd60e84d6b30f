"""Counts of posts about one brand by the hour: all of them, and complaints by issue."""

from collections import Counter
from datetime import datetime, timedelta

from alerts.detectors.base import Bin, IssueBin
from monitor.domain import Post

HOUR = timedelta(hours=1)
KEEP_HOURS = 28 * 24
ISSUE_HOURS = 24


class IssueHours:
    """Complaints of one brand by issue and hour, the last 24 hours."""

    def __init__(self, brand: str) -> None:
        self._brand = brand
        self._counts: Counter[tuple[datetime, str]] = Counter()

    def add(self, post: Post, issue: str) -> None:
        """Count ``post`` where it is a complaint about the brand."""
        if post.is_complaint_about(self._brand):
            self._counts[_hour_of(said_at(post)), issue] += 1

    def bins(self, now: datetime) -> tuple[IssueBin, ...]:
        """The counts, ascending; older ones are dropped."""
        first = _hour_of(now) - ISSUE_HOURS * HOUR
        for key in [key for key in self._counts if key[0] < first]:
            del self._counts[key]
        return tuple(IssueBin(issue, start, count) for (start, issue), count in sorted(self._counts.items()))


class HourlyCounts:
    """Hourly bins of one brand, ascending, without gaps, at most four weeks long."""

    def __init__(self, brand: str) -> None:
        self._brand = brand
        self.bins: list[Bin] = []

    def add(self, post: Post) -> None:
        """Count a post in the hour in which it was written; one from before the kept weeks is left out."""
        at = self._index(said_at(post))
        if at is None:
            return
        old, read = self.bins[at], post.assessment
        counts, complaint = bool(read and read.counts_for(self._brand)), post.is_complaint_about(self._brand)
        self.put(Bin(old.start, old.mentions + 1, old.assessed + counts, old.negative + complaint))

    def put(self, value: Bin) -> None:
        """Set the figures of an hour."""
        at = self._index(value.start)
        if at is not None:
            self.bins[at] = value

    def advance(self, now: datetime) -> None:
        """Append empty hours up to the one that holds ``now``: no posts is a count of none, not an unknown."""
        if self.bins:
            self._index(now)

    def _index(self, moment: datetime) -> int | None:
        """The place of the hour of ``moment``, made where it is missing; None where it lies before the kept weeks."""
        start = _hour_of(moment)
        if not self.bins or start - self.bins[-1].start > KEEP_HOURS * HOUR:
            first = start - KEEP_HOURS * HOUR if self.bins else start
            self.bins[:] = [Bin(first, 0, 0, 0)]
        newest, oldest = self.bins[-1].start, self.bins[0].start
        self.bins.extend(_empty(newest + HOUR, start))
        if start < oldest and newest - start < KEEP_HOURS * HOUR:
            self.bins[:0] = _empty(start, oldest - HOUR)
        if len(self.bins) > 2 * KEEP_HOURS:  # trimmed seldom, so that it costs next to nothing per hour
            del self.bins[:-KEEP_HOURS]
        at = (start - self.bins[0].start) // HOUR
        return at if at >= 0 else None


def _empty(first: datetime, last: datetime) -> list[Bin]:
    return [Bin(first + HOUR * k, 0, 0, 0) for k in range((last - first) // HOUR + 1)]


def said_at(post: Post) -> datetime:
    """When the post was written; never after it was seen, whatever its author's clock says."""
    return min(post.created_at, post.seen_at)


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
