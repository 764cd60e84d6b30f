"""What the board may ask and do. Every call says who is asking; nothing here knows how a page looks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts import acts
from alerts.casefile import CaseClaim, CaseFile
from alerts.domain import Incident, Judgement, LogEntry, Person, Status, Truth, Verdict
from monitor.clock import Clock
from monitor.domain import AccountKey, Brand, PostKey
from monitor.recording import META_KEY, RecordingLabel
from monitor.sources.base import Capabilities
from ui.charts.tree import Forest, Placed, largest, place
from ui.looks import source_looks, source_rows
from ui.memory import Memory
from ui.next_steps import next_steps
from ui.pages import ActRefusedError, AlertsPage, CasePage, Filters, SourcesPage
from ui.ports import Cases, Crawls, Deliveries, Gaps, Incidents, Meta, Posts
from ui.sight import blind_spots
from ui.teaching import Teaching
from ui.topic_pages import TopicPages

Change = Callable[[Incident], tuple[Incident, LogEntry]]

STALLED_AFTER = timedelta(minutes=10)  # the daemon works every minute
CLOSED_SHOWN = 12
TICK_KEY = "last_tick_at"
NODES_READ = 50_000
POINTS_DRAWN = 400
POSTS_SHOWN = 40
GAPS_SHOWN = timedelta(days=7)
GAPS_LISTED = 20


@dataclass(frozen=True, slots=True)
class Services:
    """The board's questions and acts, over the stores that board and daemon share."""

    incidents: Incidents
    cases: Cases
    posts: Posts
    crawls: Crawls
    deliveries: Deliveries
    meta: Meta
    brands: Sequence[Brand]
    people: Sequence[Person]
    clock: Clock
    gaps: Gaps
    teaching: Teaching
    sees: Mapping[str, Capabilities | None] = field(default_factory=dict)  # what each source can see
    topics: TopicPages | None = None
    files: Memory[CaseFile] = field(default_factory=Memory, repr=False)
    pictures: Memory[tuple[Forest, Sequence[Placed]]] = field(default_factory=Memory, repr=False)

    def now(self) -> datetime:
        """The present moment; in a database that holds a replay, the moment up to which it was replayed."""
        tick = self._tick()
        return tick if tick is not None and self.meta.get(META_KEY) else self.clock.now()

    def stamp(self, who: str) -> str:
        """Changes whenever a page may look different: cheap to ask, every few seconds."""
        newest = self.incidents.recent(100)
        looks = [crawl.last_attempt_at for crawl in self.crawls.all() if crawl.last_attempt_at is not None]
        versions = [(i.id, i.version) for i in newest]
        return f"{self.meta.get(TICK_KEY)} {max(looks, default=None)} {self.teaching.stamp()} {versions}"

    def alerts(self, filters: Filters, who: str) -> AlertsPage:
        """Every open incident that passes ``filters``, and how much of the world is seen at all."""
        now, open_ones = self.now(), self.incidents.open_incidents()
        awake = [incident for incident in open_ones if not _asleep(incident, now)]
        wanted = sorted((incident for incident in awake if filters.let_through(incident, who)), key=attention)
        closed = [incident for incident in self.incidents.recent(100) if incident.status is Status.resolved]
        cards = tuple(self._file(incident, now) for incident in wanted)
        tick, label = self._tick(), self._label()
        recorded = label is not None
        waited = None if tick is None or recorded else self.clock.now() - tick
        return AlertsPage(
            now=now,
            cards=cards,
            hidden=len(awake) - len(wanted),
            snoozed=tuple(sorted((incident for incident in open_ones if _asleep(incident, now)), key=attention)),
            closed=tuple(closed[:CLOSED_SHOWN]),
            sources=source_looks(self.crawls.all()),
            last_tick_at=tick,
            stalled=waited if waited is not None and waited > STALLED_AFTER else None,
            recorded=recorded,
            reconstruction=label.label if label else None,
            moments=label.moments if label else (),
            brands={brand.id: brand.title for brand in self.brands},
        )

    def needing(self, who: str) -> int:
        """How many incidents wait for somebody."""
        now = self.now()
        waiting = (Status.open is incident.status and not _asleep(incident, now) for incident in self._open())
        return sum(waiting)

    def _open(self) -> Sequence[Incident]:
        return self.incidents.open_incidents()

    def case(self, id: str, who: str) -> CasePage | None:
        """Everything about one incident; None where there is none of that id."""
        incident = self.incidents.get(id)
        if incident is None:
            return None
        file = self._file(incident, self.now())
        claiming = [claim.post for claim in file.claims]
        forest, points = self.pictures.of(self._key(incident), lambda: self._picture(incident))
        found = self.posts.of_issue(incident.brand, incident.issue, POSTS_SHOWN)
        newest = [post.towards(incident.brand) for post in found]
        drawn = {forest.acts[point.hop].account for point in points if not point.gathered}
        label = self._label()
        return CasePage(
            file=file,
            forest=forest,
            points=points,
            names=self._names({*drawn, *(post.author for post in (*newest, *file.examples, *claiming))}, file),
            newest=newest,
            log=self.incidents.history(id),
            ahead=next_steps(file, self.deliveries.of_incident(id)),
            moments=label.moments if label else (),
            recorded=label is not None,
            blind={} if label else {at.source: blind_spots(self.sees.get(at.source)) for at in file.sites},
            opinions=self.teaching.opinions({post.key for post in (*newest, *file.examples)}),
        )

    def sources(self, who: str) -> SourcesPage:
        """How each source stands, what it cannot see, and which times of the last week were missed."""
        now, recorded = self.now(), self._label() is not None
        rows = () if recorded else source_rows(self.crawls.all(), self.sees)
        return SourcesPage(now, rows, tuple(self.gaps.since(now - GAPS_SHOWN, GAPS_LISTED)), recorded)

    def _names(self, keys: Iterable[AccountKey | None], file: CaseFile) -> dict[AccountKey, str]:
        known = self.posts.accounts([key for key in keys if key is not None])
        names = {key: account.handle for key, account in known.items() if account.handle}
        return names | {carrier.account: carrier.handle for carrier in file.carriers if carrier.handle}

    def _file(self, incident: Incident, now: datetime) -> CaseFile:
        """The case file; between two ticks of the daemon nothing but the incident itself can change in it."""
        file = self.files.of(self._key(incident), lambda: self.cases.read(incident, now))
        return replace(file, incident=incident, now=now)

    def _picture(self, incident: Incident) -> tuple[Forest, Sequence[Placed]]:
        forest = largest(self.cases.nodes(incident, NODES_READ))
        return forest, place(forest.acts, POINTS_DRAWN)

    def _key(self, incident: Incident) -> tuple[str, ...] | None:
        tick = self.meta.get(TICK_KEY)
        return (incident.id, incident.issue, tick) if tick else None

    def choices(self, who: str) -> Sequence[Incident]:
        """The incidents that can be opened, open ones first."""
        open_ones = sorted(self._open(), key=attention)
        return (*open_ones, *(i for i in self.incidents.recent(50) if i.status is Status.resolved))

    def acknowledge(self, id: str, who: str) -> Incident:
        """``who`` takes note: repeats stop."""
        return self._act(id, lambda incident: acts.acknowledge(incident, who, self.now()))

    def assign(self, id: str, owner: str, who: str) -> Incident:
        """``owner`` has it from now on."""
        return self._act(id, lambda incident: acts.assign(incident, owner, who, self.now()))

    def snooze(self, id: str, until: datetime, who: str) -> Incident:
        """No alert about it before ``until``."""
        return self._act(id, lambda incident: acts.snooze(incident, until, who, self.now()))

    def dismiss(self, id: str, reason: str, verdict: Verdict, who: str) -> Incident:
        """Close it as not a crisis; ``reason`` must say why."""
        if not reason.strip():
            raise ActRefusedError("a reason is needed")
        return self._act(id, lambda incident: acts.dismiss(incident, reason.strip(), verdict, who, self.now()))

    def resolve(self, id: str, verdict: Verdict, who: str) -> Incident:
        """Close it with a verdict."""
        return self._act(id, lambda incident: acts.resolve(incident, verdict, who, self.now()))

    def judge(
        self, id: str, truth: Truth, claim: CaseClaim | None, seen: Judgement | None, because: tuple[str, str], who: str
    ) -> None:
        """``who`` says whether ``claim`` holds (None: the whole case), ``because`` of a source and a note.

        ``seen`` is what stood there: what somebody else has said since is not overwritten.
        """
        keys = (claim.key, *sorted(claim.keys - {claim.key})) if claim else ()
        was = seen.at if seen else None
        self._act(
            id,
            lambda incident: acts.judge(
                incident, truth, who, self.now(), keys, seen=was, source=because[0], note=because[1]
            ),
        )

    def mark(self, post: PostKey, complaint: bool | None, brand: str, who: str) -> None:
        """``who`` says whether ``post`` complains about ``brand``; None takes back what was said."""
        try:
            self.teaching.mark(post, complaint, brand, who)
        except ValueError as error:
            raise ActRefusedError(str(error)) from error

    def _act(self, id: str, change: Change) -> Incident:
        try:
            return self.incidents.update(id, change)
        except ValueError as error:
            raise ActRefusedError(str(error)) from error

    def _label(self) -> RecordingLabel | None:
        text = self.meta.get(META_KEY)
        return RecordingLabel.from_json(text) if text else None

    def _tick(self) -> datetime | None:
        text = self.meta.get(TICK_KEY)
        return datetime.fromisoformat(text) if text else None


def attention(incident: Incident) -> tuple[bool, int, float]:
    """Sorts by what needs a person now: nobody has it, then the worse level, then the newer one."""
    return incident.status is not Status.open, -incident.level, -incident.fired_at.timestamp()


def _asleep(incident: Incident, now: datetime) -> bool:
    return incident.snoozed_until is not None and incident.snoozed_until > now
