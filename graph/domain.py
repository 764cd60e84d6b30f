"""What a spreading post looks like: cascades, influence, forecasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.domain import AccountKey, PostKey


class GrowthPoint(NamedTuple):
    """How large a cascade was at one moment."""

    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Cascade:
    """A root post and everything that passed it on, as known at ``as_of``. Size counts the root."""

    root: PostKey
    size: int
    depth: int  # hops of the longest path
    breadth: int  # most nodes at one depth
    virality: float | None  # structural virality: mean distance of two nodes; None below two nodes
    accounts: int  # distinct accounts, the root's included
    explicit_share: float | None  # share of edges with evidence other than inference; None without edges
    started_at: datetime
    last_at: datetime
    as_of: datetime
    growth: tuple[GrowthPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Influence:
    """How much spread an account caused. ``score`` = ln(1 + caused) * ln(1 + distinct)."""

    account: AccountKey
    score: float
    caused: int  # descendants of its posts and reposts, each counted once
    distinct: int  # distinct other accounts among them
    direct: int  # reposts straight from it
    bridge: float | None  # share of its caused reposts that came on through further accounts; None without any
    posts: int  # root posts
    followers: int | None
    evidence: tuple[PostKey, ...] = ()  # some of the posts behind it


@dataclass(frozen=True, slots=True)
class Forecast:
    """How large a cascade is expected to be ``horizon`` after its start; low..high is an 80 % interval."""

    root: PostKey
    made_at: datetime
    horizon: timedelta
    seen: int
    low: float
    median: float
    high: float
    model: str
    model_version: str
    coverage: float | None = None  # measured share of such intervals that held the truth
    coverage_n: int | None = None  # on how many cascades

    def __post_init__(self) -> None:
        if not self.seen <= self.low <= self.median <= self.high < float("inf"):
            raise ValueError(f"forecast out of order: {self.seen} {self.low} {self.median} {self.high}")


@dataclass(frozen=True, slots=True)
class Observation:
    """What a forecaster may know: the events of one cascade up to ``age_seconds``."""

    times: tuple[float, ...]  # seconds since the root, ascending, root first (0.0)
    followers: tuple[int | None, ...]
    depths: tuple[int | None, ...]
    age_seconds: float
