"""How a walk goes through time, for want of pages: windows that are halved until all their articles fit one answer."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from monitor.errors import BadPayload
from monitor.sources.gdelt.config import NAME

MOST = 250  # articles in one answer
_GRID = 15 * 60  # articles are seen by the quarter of an hour, most of them
_TOLERANCE = 3600  # how far from its window an article may be and still belong to it


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands; seconds since 1970 throughout. A window is asked for by its bounds, which are outside it."""

    plan: int  # the brand's questions, as a sum
    since: int  # the watermark that it started with
    until: int  # when it started: what is seen later belongs to the next walk
    newest: int  # of what was met so far
    begin: int  # lower bound of the first window
    lower: int
    upper: int
    query: int = 0  # which of the brand's questions

    @classmethod
    def start(cls, plan: int, watermark: int, now: int, overlap: int) -> "Walk":
        """A walk from ``overlap`` behind the watermark to now."""
        since = min(watermark, now)
        begin = max(0, since - overlap - 1)
        return cls(plan, since, until=now, newest=since, begin=begin, lower=begin, upper=now + 1)

    @classmethod
    def read(cls, cursor: str, plan: int) -> "Walk":
        """The walk that ``cursor`` tells of. Raises BadPayload where it cannot be read or asked other questions."""
        try:
            walk = cls(**json.loads(cursor))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error
        numbers = all(type(value) is int and 0 <= value < 2**33 for value in asdict(walk).values())
        if not numbers or walk.plan != plan or walk.lower >= walk.upper:
            raise BadPayload(f"{NAME}: a cursor of another version")
        return walk

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def met(self, times: Sequence[int]) -> "Walk":
        """The walk, knowing of articles that were seen at ``times``."""
        return replace(self, newest=max([self.newest, *(time for time in times if time <= self.until)]))

    def can_be_halved(self, times: Sequence[int]) -> bool:
        """Whether a smaller window would hold fewer articles. Raises BadPayload where the site disregards windows."""
        if times and not any(self.lower - _TOLERANCE <= time <= self.upper + _TOLERANCE for time in times):
            raise BadPayload(f"{NAME}: the search answered outside the time that was asked for")
        width = self.upper - self.lower
        return width > 2 and not (width <= _GRID and times and len(set(times)) == 1)

    def halved(self) -> "Walk":
        """The older half of this window."""
        return replace(self, upper=self.lower + (self.upper - self.lower + 1) // 2)

    def onward(self) -> "Walk":
        """The window after this one, twice as wide; of the next question, where this one is through."""
        if self.upper > self.until:
            return replace(self, query=self.query + 1, lower=self.begin, upper=self.until + 1)
        # Both bounds are outside a window: it begins a second before the end of the last.
        lower = self.upper - 1
        return replace(self, lower=lower, upper=min(lower + 2 * (self.upper - self.lower), self.until + 1))
