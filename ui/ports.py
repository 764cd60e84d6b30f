"""What the board needs from the stores and the readers, no more: pages can be built and tested without a database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from alerts.casefile import CaseFile
from alerts.domain import Delivery, Incident, LogEntry
from monitor.domain import Account, AccountKey, Gap, Post
from ui.charts.tree import Hop


class Incidents(Protocol):
    """See ``alerts.store.IncidentStore``."""

    def open_incidents(self, brand: str | None = None) -> Sequence[Incident]:
        """Every incident that is not resolved."""

    def recent(self, limit: int) -> Sequence[Incident]:
        """The incidents that fired last, of every status."""

    def get(self, id: str) -> Incident | None:
        """One incident."""

    def history(self, id: str) -> Sequence[LogEntry]:
        """What was done, oldest first."""

    def update(self, id: str, change: Callable[[Incident], tuple[Incident, LogEntry]]) -> Incident:
        """Read, change and write in one transaction."""


class Cases(Protocol):
    """See ``alerts.case.CaseReader``."""

    def read(self, incident: Incident, now: datetime) -> CaseFile:
        """Everything about one incident."""

    def nodes(self, incident: Incident, limit: int) -> Sequence[Hop]:
        """The acts of its cascades, whole, largest first, parents before children; about ``limit`` of them."""


class Posts(Protocol):
    """See ``monitor.store.posts.PostStore``."""

    def of_issue(self, brand: str, issue: str, limit: int) -> Sequence[Post]:
        """The newest posts of an issue."""

    def accounts(self, keys: Iterable[AccountKey]) -> Mapping[AccountKey, Account]:
        """What is known of these accounts."""


class Crawl(Protocol):
    """See ``monitor.store.crawls.CrawlState``: one look of one source for one brand."""

    @property
    def source(self) -> str:
        """Name of the source."""

    @property
    def last_attempt_at(self) -> datetime | None:
        """When it was last asked."""

    @property
    def last_success_at(self) -> datetime | None:
        """When it last answered."""

    @property
    def failures(self) -> int:
        """How often in a row it failed."""

    @property
    def last_error(self) -> str | None:
        """Why."""

    @property
    def newest_post_at(self) -> datetime | None:
        """When the newest post that it found was written."""

    @property
    def lag_seconds(self) -> float | None:
        """The median age of what it found last."""

    @property
    def cursor(self) -> str | None:
        """Where an unfinished walk goes on."""

    @property
    def next_check_at(self) -> datetime | None:
        """When it is looked at next."""

    @property
    def posts_total(self) -> int:
        """How many posts it found."""

    @property
    def dropped_total(self) -> int:
        """How much of what it was sent could not be used."""


class Crawls(Protocol):
    """See ``monitor.store.crawls.CrawlStore``."""

    def all(self) -> Sequence[Crawl]:
        """Every look of every source."""


class Gaps(Protocol):
    """See ``monitor.store.gaps.GapStore``."""

    def since(self, moment: datetime, limit: int) -> Sequence[tuple[str, Gap]]:
        """What was missed, newest first, each with its source."""


class Meta(Protocol):
    """See ``monitor.store.meta.MetaStore``."""

    def get(self, key: str) -> str | None:
        """The value kept under ``key``."""


class Deliveries(Protocol):
    """See ``alerts.store.DeliveryStore``."""

    def of_incident(self, id: str) -> Sequence[Delivery]:
        """Every message about one incident."""
