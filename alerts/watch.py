"""One look at everything: live state → pipeline → incidents, their history and messages to send, written together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.detectors.base import Bin
from alerts.domain import Change, Incident, Person, Status
from alerts.lifecycle import matters
from alerts.live import Live
from alerts.pipeline import PipelineConfig, run
from alerts.store import DeliveryStore, IncidentStore
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
    """Holds the live state and turns what is new into incidents. Every tick leaves the database consistent."""

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
    ) -> None:
        self.live = live
        self._posts = posts
        self._incidents = incidents
        self._deliveries = deliveries
        self._meta = meta
        self._transaction = transaction
        self._people = tuple(people)
        self._config = config
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
        with self._transaction() as session:
            known = self._incidents.open_incidents(
                resolved_since=now - self._config.lifecycle.look_back, session=session
            )
            mattering = [incident for incident in known if matters(incident, now, self._config.lifecycle)]
            windows = self.live.windows(now, _watched(mattering), watched_since or {})
            outcome = run(windows, mattering, self._people, self._config, now)
            for transition in outcome.transitions:
                self._incidents.save(session, transition.incident)
                for entry in transition.changes:
                    self._incidents.log(session, entry)
            enqueued = self._deliveries.enqueue(session, outcome.deliveries)
            self._meta.put(LAST_TICK, now.isoformat(), session)
        self.live.looked()
        self._forget(now)
        changed = [transition for transition in outcome.transitions if transition.changes]
        opened = tuple(t.incident for t in changed if any(entry.change is Change.opened for entry in t.changes))
        left = {incident.id: incident.status for incident in mattering}
        left |= {transition.incident.id: transition.incident.status for transition in outcome.transitions}
        unresolved = sum(status is not Status.resolved for status in left.values())
        return TickReport(now, opened, len(changed), len(enqueued), unresolved)

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
