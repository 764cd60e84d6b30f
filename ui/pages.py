"""What the pages of the board show: pure data, read by the services and drawn by the views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from alerts.casefile import CaseFile, SilentSource
from alerts.domain import Incident, Level, LogEntry
from monitor.domain import AccountKey, Gap, Post, PostKey
from monitor.errors import RipplewatchError
from monitor.labels import Opinion
from monitor.recording import KnownMoment
from ui.charts.tree import Forest, Placed
from ui.looks import SourceLook, SourceRow
from ui.next_steps import NextStep
from ui.sight import Blind

Whose = Literal["everyone", "free", "mine"]


class ActRefusedError(RipplewatchError):
    """What a person asked for makes no sense for this incident any more; the message says why."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which alerts are wanted."""

    brand: str | None = None
    least: Level = Level.watch
    whose: Whose = "everyone"

    def let_through(self, incident: Incident, who: str) -> bool:
        """Whether ``incident`` is wanted by ``who``."""
        owner = incident.owner or incident.acked_by
        whose = {"everyone": True, "free": owner in {None, who}, "mine": owner == who}[self.whose]
        return whose and incident.level >= self.least and self.brand in {None, incident.brand}


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """What the Alerts page shows."""

    now: datetime
    cards: tuple[CaseFile, ...]  # what needs a person first comes first
    hidden: int  # open alerts that the filters leave out
    snoozed: tuple[Incident, ...]
    closed: tuple[Incident, ...]  # the latest first
    sources: tuple[SourceLook, ...]
    last_tick_at: datetime | None
    stalled: timedelta | None  # how long the daemon has stood still; None: it works, or the data is recorded
    recorded: bool  # a replay: its clock stands at the last tick
    reconstruction: str | None
    moments: Sequence[KnownMoment]  # of a recorded case: what is known to have happened
    brands: Mapping[str, str]  # id → title

    @property
    def silent(self) -> tuple[SilentSource, ...]:
        """The sources whose sites are not seen."""
        return tuple(
            SilentSource(look.source, look.last_success_at, look.reason or "") for look in self.sources if not look.fine
        )


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """What the Sources page shows."""

    now: datetime
    rows: tuple[SourceRow, ...]  # the silent ones first
    gaps: tuple[tuple[str, Gap], ...]  # the newest first
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the Case page shows."""

    file: CaseFile
    forest: Forest  # who through whom
    points: Sequence[Placed]  # of its picture
    names: Mapping[AccountKey, str]  # handles of the accounts in the picture and under the posts
    newest: Sequence[Post]
    log: Sequence[LogEntry]  # oldest first
    ahead: Sequence[NextStep]
    moments: Sequence[KnownMoment]  # of a recorded case: what is known to have happened
    recorded: bool
    blind: Mapping[str, Sequence[Blind]] = field(default_factory=dict)  # by site: what its evidence lacks
    opinions: Mapping[PostKey, Opinion] = field(default_factory=dict)  # what people say of single posts
