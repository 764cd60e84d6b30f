"""Everything the board and the mails say about one incident, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain import Incident, Judgement, Truth
from graph.domain import Forecast, GrowthPoint
from monitor.domain import Account, AccountKey, Post, PostKey
from monitor.text.topics.titles import NO_DESCRIPTION, Description

REPOSTS_A_POST = 10  # who says a thing in a post of his own means it; who passes one on has at least read it


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
class CaseClaim:
    """Something that posts of the case state, in the words of the first of them."""

    key: str  # of the first wording
    keys: frozenset[str]  # of all wordings
    quote: str
    score: float  # 0..1, how surely it states something that can be checked
    post: Post  # the first that says so
    posts: int  # that say so
    accounts: int
    passed_on: int  # reposts of those of the posts in which it is the surest claim
    sites: tuple[str, ...]  # in the order of arrival
    languages: tuple[str, ...]  # codes, "" where not known

    @property
    def weight(self) -> float:
        """How much it counts: a post that says so as much as ten reposts, both by how surely it states something."""
        return (2 * self.score - 1) * (REPOSTS_A_POST * self.posts + self.passed_on)


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
    topic: Description = NO_DESCRIPTION  # what the posts of the issue are called, and their key phrases
    claims: tuple[CaseClaim, ...] = ()  # the most spread first
    unread: Mapping[str, int] = field(default_factory=dict)  # texts not assessed by language, "" where not known

    @property
    def complaint_share(self) -> float | None:
        """Share of complaints among the assessed texts; None where nothing could be assessed."""
        return self.complaints / self.assessed if self.assessed else None

    @property
    def texts(self) -> int:
        """Texts that could be assessed and texts that could not."""
        return self.assessed + self.not_assessed

    def word_on(self, claim: CaseClaim) -> Judgement | None:
        """What was said last of ``claim``; None where nobody has said anything."""
        return self.incident.word_on(claim.keys)

    @property
    def judged(self) -> Judgement | None:
        """What the truth of the case rests on: a word on the case as a whole, else on its leading claim."""
        whole = self.incident.word_on(())
        if self.incident.truth is not Truth.unverified:
            return whole
        return (self.word_on(self.claims[0]) if self.claims else None) or whole

    @property
    def truth(self) -> Truth:
        """Whether what is said holds: of the case as a whole where a person said so, else of its leading claim."""
        judged = self.judged
        return self.incident.truth if judged is None else judged.truth
