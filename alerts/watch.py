"""One look at everything: live state → pipeline → incidents, their history and messages to send, written together."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from alerts import history
from alerts.detectors.base import Bin
from alerts.domain import Change, Incident, Level, Person, Status
from alerts.lifecycle import matters
from alerts.live import COLD_AFTER, Live
from alerts.pipeline import Outcome, PipelineConfig, run
from alerts.store import DeliveryStore, IncidentChanged, IncidentStore
from monitor.clock import elapsed_seconds
from monitor.domain import Account, Post, PostKey, Repost
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

LAST_TICK = "last_tick_at"  # the heartbeat; in a replayed database the latest time up to which it was replayed
BASELINE_SPAN = timedelta(weeks=4)
FORGET_EVERY = timedelta(days=1)
MOST_POSTS = 20_000  # of an open incident's issue


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick did."""

    at: datetime
    opened: tuple[Incident, ...]
    changed: int
    enqueued: int
    live: int  # incidents that are not resolved


class Watch:
    """Holds the live state and turns what is new into incidents. Every tick leaves the database consistent.

    ``lazy`` is for replays, where nobody waits for a tick: so long after a look at the database (in real time) a tick
    that changes nothing but an incident's figures is kept in memory and written with the next one that matters.
    """

    def __init__(
        self,
        live: Live,
        posts: PostStore,
        incidents: IncidentStore,
        deliveries: DeliveryStore,
        meta: MetaStore,
        transaction: Callable[[], AbstractContextManager[Any]],
        people: Sequence[Person],
        config: PipelineConfig,
        lazy: timedelta = timedelta(0),
    ) -> None:
        self.live = live
        self._posts = posts
        self._incidents = incidents
        self._deliveries = deliveries
        self._meta = meta
        self._transaction = transaction
        self._people = tuple(people)
        self._config = config
        self._lazy = lazy.total_seconds()
        self._known: dict[str, Incident] = {}  # as read or written last
        self._unwritten: set[str] = set()
        self._read_at: float | None = None
        self._forget_at: datetime | None = None
        self._latest: datetime | None = None  # heartbeat of an earlier run
        self.notes: list[Callable[[datetime, Any], None]] = []  # called within the transaction that writes a tick

    def restore(self, now: datetime) -> None:
        """Rebuild the live state from the store as it was at ``now``; nothing in it counts as new."""
        since = now - COLD_AFTER
        known = self._incidents.open_incidents(resolved_since=now - self._config.lifecycle.look_back)
        self._known = {incident.id: incident for incident in known if incident.fired_at <= now}
        past = history.recent(self._posts, self.live.brands, since, now, self._roots_of_open())
        self.live.remember(past.posts, past.reposts, past.accounts)
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        for brand in self.live.brands:
            rows = self._posts.hourly(brand.id, this_hour - BASELINE_SPAN, now + timedelta(microseconds=1))
            self.live.restore_hours(brand.id, (Bin(*row) for row in rows))
        self.live.looked()
        self._latest = self._last_tick()

    def resume(self, now: datetime) -> None:
        """Rebuild the live state; what may have been stored after the last tick of an earlier run counts as new."""
        self.restore(now)
        if self._latest is not None:
            self.live.show_again(now, self._latest)

    def _roots_of_open(self) -> set[PostKey]:
        """The posts of the issues that have an open incident, however old."""
        unresolved = [incident for incident in self._known.values() if incident.status is not Status.resolved]
        roots = {incident.root for incident in unresolved if incident.root is not None}
        for incident in unresolved:
            roots |= {post.key for post in self._posts.of_issue(incident.brand, incident.issue, MOST_POSTS)}
        return roots

    def _last_tick(self) -> datetime | None:
        text = self._meta.get(LAST_TICK)
        return datetime.fromisoformat(text) if text else None

    def take(
        self,
        posts: Sequence[Post],
        reposts: Sequence[Repost],
        accounts: Iterable[Account] = (),
        now: datetime | None = None,
        known: Iterable[PostKey] = (),
    ) -> None:
        """Add what was newly stored; the next tick looks at it.

        A cascade that was forgotten, and those of the posts ``known`` to have been stored before, are taken up whole
        from the store, as it was at ``now``. Raises StorageError; it may then be called again.
        """
        given = {post.key for post in posts}
        asleep = {repost.root for repost in reposts if not self.live.knows(repost.root)} - given
        asleep |= {key for key in known if not self.live.knows(key)}
        if asleep and now is not None:
            past = history.cascades(self._posts, self.live.brands, asleep, now)
            self.live.remember([post for post in past.posts if post.key not in given], past.reposts, past.accounts)
            self.live.touch(post.key for post in past.posts)
        self.live.take(posts, reposts, accounts)

    def take_back(self, keys: Collection[PostKey]) -> None:
        """Say no word more of posts that their authors took back. Raises StorageError; it may be called again."""
        self.live.take_back(keys)
        self._incidents.take_back(keys)
        self._read_at = None

    def tick(self, now: datetime, watched_since: Mapping[str, datetime] | None = None) -> TickReport:
        """Look at everything once. Raises StorageError where the result could not be written; then nothing was.

        ``watched_since`` says per brand since when its sources have brought data without a gap; not named: always.
        """
        windows = self.live.windows(now, _watched(self._known.values()), watched_since or {})
        decide = partial(run, windows, people=self._people, config=self._config, now=now)
        outcome, enqueued = self._quietly(decide, now), 0
        if outcome is None:
            outcome, enqueued = self._write(decide, now)
        self.live.looked()
        self._forget(now)
        changed = [transition for transition in outcome.transitions if transition.changes]
        opened = tuple(t.incident for t in changed if any(entry.change is Change.opened for entry in t.changes))
        return TickReport(now, opened, len(changed), enqueued, self.unresolved(now))

    def nearness(self) -> dict[str, float]:
        """How close the incident of each issue is to a decision of a person, 0..1; less where somebody has it."""
        near = {Level.watch: 0.4, Level.review: 0.7, Level.escalate: 1.0, Level.crisis: 1.0}
        open_ones = [i for i in self._known.values() if i.status is not Status.resolved]
        return {i.issue: near[i.level] * (0.5 if i.status is Status.acked else 1.0) for i in open_ones}

    def unresolved(self, now: datetime) -> int:
        """How many incidents that had fired by ``now`` are not over."""
        return sum(i.status is not Status.resolved and i.fired_at <= now for i in self._known.values())

    def _quietly(self, decide: Callable[..., Outcome], now: datetime) -> Outcome | None:
        """What was decided, kept in memory only; None where it must be written or the database looked at again."""
        if self._read_at is None or elapsed_seconds() - self._read_at >= self._lazy:
            return None
        outcome = decide(incidents=self._mattering(self._known.values(), now))
        if outcome.deliveries or any(transition.changes for transition in outcome.transitions):
            return None
        for transition in outcome.transitions:
            self._known[transition.incident.id] = transition.incident
            self._unwritten.add(transition.incident.id)
        return outcome

    def _write(self, decide: Callable[..., Outcome], now: datetime) -> tuple[Outcome, int]:
        """Decide on what the database holds and write the result, in one transaction; the number of new messages."""
        with self._transaction() as session:
            self._catch_up(session)
            since = now - self._config.lifecycle.look_back
            known = self._incidents.open_incidents(resolved_since=since, session=session)
            outcome = decide(incidents=self._mattering(known, now))
            written = {incident.id: incident for incident in known}
            for transition in outcome.transitions:
                written[transition.incident.id] = self._incidents.save(session, transition.incident)
                for entry in transition.changes:
                    self._incidents.log(session, entry)
            enqueued = self._deliveries.enqueue(session, outcome.deliveries)
            self._note(now, session)
        self._known, self._read_at = written, elapsed_seconds()
        self._unwritten.clear()
        return outcome, len(enqueued)

    def _catch_up(self, session: Any) -> None:
        """Write figures that were kept in memory; where a person has acted meanwhile, what the person did stands."""
        for name in sorted(self._unwritten):
            with suppress(IncidentChanged):
                self._incidents.save(session, self._known[name])

    def _note(self, now: datetime, session: Any) -> None:
        """A replay of older days leaves the latest heartbeat as it is."""
        latest = max(now, self._latest) if self._latest else now
        self._meta.put(LAST_TICK, latest.isoformat(), session)
        for note in self.notes:
            note(now, session)

    def _mattering(self, incidents: Iterable[Incident], now: datetime) -> list[Incident]:
        """Those that can still change; what fired later than ``now`` was found by a replay of later days."""
        return [i for i in incidents if i.fired_at <= now and matters(i, now, self._config.lifecycle)]

    def flush(self, now: datetime) -> None:
        """Write what is only in memory, and ``now`` as the time of the last tick."""
        with self._transaction() as session:
            self._catch_up(session)
            self._note(now, session)
        self._unwritten.clear()
        self._read_at = None

    def _forget(self, now: datetime) -> None:
        if self._forget_at is None or now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            self.live.forget_cold(now)


def _watched(incidents: Iterable[Incident]) -> dict[str, set[str]]:
    """The issues of the incidents that are not over, by brand."""
    watched: dict[str, set[str]] = {}
    for incident in incidents:
        if incident.status is not Status.resolved:
            watched.setdefault(incident.brand, set()).add(incident.issue)
    return watched
