"""What people are told about: findings, incidents, deliveries."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from graph.domain import Forecast
from monitor.domain import PostKey


class Level(IntEnum):
    """How bad; each level has an owner, a response time and a channel."""

    watch = 1
    review = 2
    escalate = 3
    crisis = 4


class Status(StrEnum):
    """Where an incident stands."""

    open = "open"
    acked = "acked"
    resolved = "resolved"


class Verdict(StrEnum):
    """What a person said an incident was, in the end."""

    crisis = "crisis"
    real = "real"  # real but small
    noise = "noise"
    ours = "ours"  # our own campaign


class Truth(StrEnum):
    """Whether the claim holds; set by a person only."""

    unverified = "unverified"
    confirmed = "confirmed"
    false = "false"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of a claim of an incident, or of the incident as a whole."""

    claim: str  # key of a wording of the claim; "" for the incident as a whole
    truth: Truth
    by: str
    at: datetime
    source: str = ""  # where it is known from: an address, a person, a document
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a score: its figure, the threshold, and whether the threshold was crossed."""

    name: str  # key of a text: growth, complaints, spread, depth, reach, harm_words, forecast, followers, mentions
    value: float | None  # None: not known
    threshold: float
    n: int | None = None  # the denominator or count behind the value
    expected: float | None = None
    note: str = ""  # "refund x31"

    @property
    def crossed(self) -> bool:
        """True where the value is known and at least the threshold."""
        return self.value is not None and self.value >= self.threshold


@dataclass(frozen=True, slots=True)
class Finding:
    """What one detector noticed about one brand and issue at one moment."""

    detector: str
    rule_version: str
    brand: str
    issue: str  # key of the issue; one incident per brand and issue
    kind: str  # viral_complaint, influencer_complaint, volume_surge
    level: Level
    parts: tuple[Part, ...]
    evidence: tuple[PostKey, ...]
    explanation: str  # key of a text
    seen_at: datetime
    arguments: dict[str, Any] = field(default_factory=dict)  # for the text
    root: PostKey | None = None
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One case per brand and issue, whatever number of findings feed it."""

    id: str
    brand: str
    issue: str
    kind: str  # of the finding that opened it
    level: Level
    status: Status
    started_at: datetime  # of the root post
    fired_at: datetime  # when the first finding opened it
    updated_at: datetime  # when it last changed
    last_finding_at: datetime
    peak_level: Level
    root: PostKey | None = None
    title: str = ""
    findings: int = 0
    latest: tuple[Finding, ...] = ()  # the newest finding of each detector
    size_at_ack: int | None = None  # doubles again: alerts again
    owner: str | None = None
    acked_at: datetime | None = None
    acked_by: str | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    verdict: Verdict | None = None
    verdict_reason: str | None = None
    truth: Truth = Truth.unverified  # of the case as a whole, where a person said so; else see CaseFile.truth
    judgements: tuple[Judgement, ...] = ()  # the latest word on each claim, and on the case as a whole
    version: int = field(default=0, compare=False)  # how often it was stored; the store refuses to save an older one
    level_held_at: datetime | None = None  # when a finding last reached the present level, or it was lowered to it
    acked_level: Level | None = None  # the level that was acknowledged; a higher one opens it again
    doublings: int = 0  # how often it doubled after an acknowledgement
    reopenings: int = 0
    dismissed: bool = False  # closed by a person as "not a crisis"
    closed_by: str | None = None  # the person who resolved or dismissed it; None: calm did
    size_at_close: int | None = None  # when that person closed it
    told_level: Level | None = None  # the highest level people were told of since the last all-clear
    told_doublings: int = 0

    def word_on(self, keys: Collection[str]) -> Judgement | None:
        """The latest word on the claim with these ``keys``, without any on the case as a whole; None: nobody's yet."""
        words = (said for said in self.judgements if (said.claim in keys if keys else not said.claim))
        return max(words, key=lambda said: said.at, default=None)


class Change(StrEnum):
    """What happened to an incident in a tick or by a person's hand."""

    opened = "opened"
    raised = "raised"
    lowered = "lowered"
    doubled = "doubled"
    reopened = "reopened"
    resolved = "resolved"
    acked = "acked"
    assigned = "assigned"
    snoozed = "snoozed"
    dismissed = "dismissed"  # "not a crisis", with the reason
    noted = "noted"
    told = "told"  # a message went out
    undeliverable = "undeliverable"
    escalated = "escalated"  # raised by a person
    judged = "judged"  # a person said whether a claim holds


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of an incident's history: never changed, never removed."""

    incident: str
    at: datetime
    change: Change
    by: str  # a person's name, or "ripplewatch"
    arguments: dict[str, Any] = field(default_factory=dict)


class DeliveryState(StrEnum):
    """Where a message stands."""

    due = "due"
    claimed = "claimed"
    sent = "sent"
    failed = "failed"  # for good


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient over one channel; unique per incident, step, loop, recipient and channel."""

    incident: str
    step: str  # "level:escalate", "resolved"
    loop: int
    recipient: str  # Person.name
    channel: str  # "email", "console"
    due_at: datetime
    state: DeliveryState = DeliveryState.due
    attempts: int = 0
    last_reason: str | None = None
    sent_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told."""

    name: str
    email: str | None = None
    min_level: Level = Level.escalate
    language: str = "en"
    channels: tuple[str, ...] = ("email",)
    time_zone: str | None = None  # of the times in messages, "Europe/Berlin"; None: the zone of the configuration
