"""How a walk through the search goes on: by time, because page numbers end at 1,000 hits and shift under new posts."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from monitor.errors import BadPayload
from monitor.sources.hackernews.config import NAME

HITS = 100  # asked for at once
_REACHABLE = 1_000  # hits of one question, all pages together


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands; seconds since 1970 throughout."""

    plan: int  # the search terms, as a sum
    since: int  # the watermark that it started with
    until: int  # when it started: what is newer belongs to the next walk
    newest: int  # of what was met so far
    term: int = 0  # which search term
    upper: int = 0  # of this term, only what is newer than this is read already
    page: int = 0  # above 0 only where one second fills whole pages

    @classmethod
    def begin(cls, plan: int, watermark: int, now: int) -> "Walk":
        """A walk from the watermark to now."""
        since = min(watermark, now)
        return cls(plan=plan, since=since, until=now, newest=since, upper=now)

    @classmethod
    def read(cls, cursor: str, plan: int) -> "Walk":
        """The walk that ``cursor`` tells of. Raises BadPayload where it cannot be read or is about other terms."""
        try:
            values = json.loads(cursor)
            walk = cls(**values)
        except (ValueError, TypeError, RecursionError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error
        if not all(type(value) is int and 0 <= value < 2**53 for value in asdict(walk).values()) or walk.plan != plan:
            raise BadPayload(f"{NAME}: a cursor of another version")
        return walk

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def after(self, times: Sequence[int], hits: int, total: int | None, lower: int) -> "Walk":
        """Where to go on after ``hits`` hits, of ``total`` as the site says, which were posted at ``times``.

        The window ends at the oldest moment met, that moment included: others may have been posted in the same second.
        ``lower`` is where the window that was asked for began. Raises BadPayload where the site disregards it, for then
        the walk would not end.
        """
        inside = [moment for moment in times if lower <= moment <= self.upper]
        if not inside and (times or hits >= HITS):
            raise BadPayload(f"{NAME}: the search answered outside the time that was asked for")
        known = replace(self, newest=max([self.newest, *inside]))
        if hits == 0:  # after the last page of a crowded second, too
            return known._one_second_back() if self.page else known._next_term()
        if hits < HITS and (total is None or total <= hits + self.page * HITS):
            return known._next_term()
        oldest = min(inside, default=self.upper)
        if oldest < self.upper:
            return replace(known, upper=oldest, page=0)
        if (self.page + 1) * HITS < _REACHABLE:
            return replace(known, page=self.page + 1)
        return known._one_second_back()

    def _one_second_back(self) -> "Walk":
        return replace(self, upper=self.upper - 1, page=0)

    def _next_term(self) -> "Walk":
        return replace(self, term=self.term + 1, upper=self.until, page=0)
