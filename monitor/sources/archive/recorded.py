"""What an archive holds, and the tally of what could not be read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain import Account, Dropped, Post, Repost

DETAILS = 1_000  # how many dropped things are kept one by one; all of them are counted


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing that happened at ``at``: a post appeared or its counters changed, or someone passed a post on."""

    at: datetime
    post: Post | None = None
    repost: Repost | None = None
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was read. A quote or reply counts as a post and as a repost; an update is a post that was known."""

    lines: int
    posts: int
    reposts: int
    updates: int
    dropped: int


@dataclass(slots=True)
class Tally:
    """What was read and what was not, filled while the files are read."""

    dropped: list[Dropped] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    posts: int = 0
    reposts: int = 0
    updates: int = 0
    dropped_total: int = 0

    def drop(self, where: str, reason: str) -> None:
        """Count something unusable; the first ``DETAILS`` are also kept with place and reason."""
        self.dropped_total += 1
        if len(self.dropped) < DETAILS:
            self.dropped.append(Dropped(where, reason))

    def counts(self) -> Counts:
        """The figures as they stand."""
        return Counts(self.lines, self.posts, self.reposts, self.updates, self.dropped_total)
