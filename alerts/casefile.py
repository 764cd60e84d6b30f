"""Everything the board and the mails say about one incident, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain import Incident
from graph.domain import Forecast, GrowthPoint
from monitor.domain import Account, AccountKey, Post, PostKey


@dataclass(frozen=True, slots=True)
class SiteArrival:
    """When the issue was first seen on a site."""

    source: str
    at: datetime
    press: bool


@dataclass(frozen=True, slots=True)
class Carrier:
    """An account that carried the issue, and how much spread it caused."""

    account: AccountKey
    handle: str
    display_name: str
    followers: int | None
    caused: int
    share: float  # of all reposts of the issue, 0..1
    distinct: int
    direct: int
    score: float
    role: str  # key of a text: origin, press, bridge, amplifier
    joined_at: datetime
    posts: tuple[PostKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """How large the issue is expected to be some hours from now, with an 80 % interval."""

    hours: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class SilentSource:
    """A source that has brought nothing when it should have: what happens there is not seen."""

    source: str
    since: datetime | None  # of the last success; None: never yet
    reason: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One incident as known at ``now``; ``None`` is "not known" and shown as that."""

    incident: Incident
    brand_title: str
    now: datetime
    claim: Post | None  # the root post, whose words are quoted
    origin: Account | None
    size: int  # posts and reposts of all cascades of the issue
    last_hour: int
    expected_hour: float | None  # mentions of the brand in a usual hour like this one
    accounts: int
    assessed: int
    complaints: int
    by_language: Mapping[str, int]  # of the assessed texts
    not_assessed: int
    doubling: timedelta | None
    depth: int
    virality: float | None
    explicit_share: float | None
    reach: int | None
    growth: tuple[GrowthPoint, ...]
    views: tuple[GrowthPoint, ...]  # of the most viewed post of the issue
    forecast: Forecast | None
    outlook: tuple[Outlook, ...]
    sites: tuple[SiteArrival, ...]  # in the order of arrival
    press_at: datetime | None
    carriers: tuple[Carrier, ...]  # best first
    examples: tuple[Post, ...]  # three posts that show what it is about
    roots: tuple[PostKey, ...]  # of the cascades of the issue, largest first
    silent: tuple[SilentSource, ...] = ()
    reconstruction: str | None = None  # label, where the data is a reconstruction
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def complaint_share(self) -> float | None:
        """Share of complaints among the assessed texts; None where nothing could be assessed."""
        return self.complaints / self.assessed if self.assessed else None
