"""One look at everything: live state → pipeline → incidents, their history and messages to send, written together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from alerts.detectors.base import Bin
from alerts.domain import Change, Incident, Person, Status
from alerts.lifecycle import matters
from alerts.live import Live
from alerts.pipeline import Outcome, PipelineConfig, run
from alerts.store import DeliveryStore, IncidentChanged, IncidentStore
from monitor.clock import elapsed_seconds
from monitor.domain import Account, Post, Repost
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

LAST_TICK = "last_tick_at"  # the heartbeat; in a replayed database also the time up to which it was replayed
RESTORE_SPAN = timedelta(days=14)
BASELINE_SPAN = timedelta(weeks=4)
FORGET_EVERY = timedelta(days=1)
MOST_POSTS = 1_000_000


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

    def restore(self, now: datetime) -> None:
        """Rebuild the live state from the store as it was at ``now``; nothing in it counts as new."""
        for brand in self.live.brands:
            posts = self._posts.about(brand.id, now - RESTORE_SPAN, now, MOST_POSTS)
            accounts = self._posts.accounts([post.author for post in posts]).values()
            reposts = self._posts.reposts_of([post.key for post in posts])
            self.live.take(posts, [repost for repost in reposts if repost.at <= now], accounts)
            rows = self._posts.hourly(brand.id, now - BASELINE_SPAN, now)
            self.live.restore_hours(brand.id, (Bin(*row) for row in rows))
        self.live.looked()

    def take(self, posts: Sequence[Post], reposts: Sequence[Repost], accounts: Iterable[Account] = ()) -> None:
        """Add what was newly stored; the next tick looks at it."""
        self.live.take(posts, reposts, accounts)

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
        unresolved = sum(incident.status is not Status.resolved for incident in self._known.values())
        return TickReport(now, opened, len(changed), enqueued, unresolved)

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
            self._meta.put(LAST_TICK, now.isoformat(), session)
        self._known, self._read_at = written, elapsed_seconds()
        self._unwritten.clear()
        return outcome, len(enqueued)

    def _catch_up(self, session: Any) -> None:
        """Write figures that were kept in memory; where a person has acted meanwhile, what the person did stands."""
        for name in sorted(self._unwritten):
            with suppress(IncidentChanged):
                self._incidents.save(session, self._known[name])

    def _mattering(self, incidents: Iterable[Incident], now: datetime) -> list[Incident]:
        return [incident for incident in incidents if matters(incident, now, self._config.lifecycle)]

    def flush(self, now: datetime) -> None:
        """Write what is only in memory, and ``now`` as the time of the last tick."""
        with self._transaction() as session:
            self._catch_up(session)
            self._meta.put(LAST_TICK, now.isoformat(), session)
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
