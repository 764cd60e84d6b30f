"""What a detector sees and what every detector keeps to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from alerts.domain import Finding
from graph.domain import Cascade, Forecast
from monitor.domain import Account, Brand, Post


@dataclass(frozen=True, slots=True)
class Bin:
    """What was said about a brand in one hour."""

    start: datetime
    mentions: int
    assessed: int  # posts whose text could be read
    negative: int  # complaints among them


@dataclass(frozen=True, slots=True)
class CascadeFacts:
    """All that a detector may know about one live cascade."""

    cascade: Cascade
    root: Post | None  # None: the root post itself was never seen
    author: Account | None
    assessed: int  # texts in the cascade that could be read (root, quotes, replies)
    complaints: int  # complaints among them
    harm_words: tuple[str, ...]
    last_hour: int  # nodes added in the hour before now
    reach: int | None  # sum of known followers of all who passed it on; None where none is known
    communities: int | None  # None: not computed
    sites: int  # distinct sites on which the issue is seen
    press_at: datetime | None  # first news item of the issue
    forecast: Forecast | None
    p_exceed: float | None  # of the level that the viral detector asks about
    p_sizes: tuple[tuple[float, float], ...] = ()  # (size, probability of passing it); empty: taken from the forecast


@dataclass(frozen=True, slots=True)
class IssueBin:
    """How many complaints of one issue came in one hour."""

    issue: str
    start: datetime
    negative: int


@dataclass(frozen=True, slots=True)
class Window:
    """One brand at one moment, seen from ``now`` backwards only."""

    brand: Brand
    now: datetime
    cascades: tuple[CascadeFacts, ...]  # those that changed since the last tick, or are part of an open incident
    posts: tuple[tuple[Post, Account | None], ...]  # posts about the brand seen since the last tick
    hours: Sequence[Bin]  # hourly bins, ascending, without gaps, up to four weeks; the last one is still filling
    issue_hours: tuple[IssueBin, ...] = ()  # complaints by issue, the last 24 hours; empty: not counted
    watched_since: datetime | None = None  # since when sources have brought data without a gap; None: always


@dataclass(frozen=True, slots=True)
class Example:
    """A planted case and a calm one: what documents a detector and what its contract test runs."""

    fires: Window
    calm: Window


def steady_hours(until: datetime, count: int, mentions: int, negative: int) -> tuple[Bin, ...]:
    """``count`` hours that are all the same, the last one holding ``until``: the usual talk of an example brand."""
    last = until.replace(minute=0, second=0, microsecond=0)
    hour = timedelta(hours=1)
    return tuple(Bin(last - hour * back, mentions, mentions, negative) for back in range(count - 1, -1, -1))


def first_words(text: str, limit: int = 90) -> str:
    """The beginning of ``text`` on one line, cut at a word: an incident's title."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + "…"


class DetectorConfig(BaseModel):
    """Settings that all detectors share; each adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="whether this rule looks")


class Detector(Protocol):
    """Finds one kind of trouble. Pure: the same window gives the same findings in the same order."""

    name: ClassVar[str]
    rule_version: ClassVar[str]

    def detect(self, window: Window) -> list[Finding]:
        """The findings in ``window``; an empty list where there is nothing to say.

        Each names in ``arguments["clears"]`` what would have to happen for it to end.
        """

    @classmethod
    def example(cls) -> Example:
        """A window in which it fires and one in which it does not."""
