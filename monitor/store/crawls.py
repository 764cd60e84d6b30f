"""How each crawl stands: what is due, what failed and why, what to remember."""

from dataclasses import astuple, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.store.bulk import insert_into, send, table_of
from monitor.store.tables import CrawlRow

_CRAWL = table_of(CrawlRow)


@dataclass(frozen=True, slots=True)
class CrawlState:
    """The crawl of one brand on one source."""

    brand: str
    source: str
    state: str | None = None  # what the source wants to be remembered
    next_check_at: datetime | None = None  # None: at once
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None  # None: never yet
    newest_post_at: datetime | None = None
    failures: int = 0  # since the last success
    last_error: str | None = None  # None: the last attempt went well
    dropped_total: int = 0
    posts_total: int = 0
    cursor: str | None = None  # where an unfinished walk goes on
    lag_seconds: float | None = None  # median age of the posts that the last crawl found, when it found them


class CrawlStore:
    """One row per brand and source."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, brand: str, source: str) -> CrawlState | None:
        """How that crawl stands; None where it was never tried."""
        query = sa.select(_CRAWL).where(_CRAWL.c.brand == brand, _CRAWL.c.source == source)
        with reading(self._engine) as session:
            row = session.connection().execute(query).one_or_none()
        return None if row is None else CrawlState(*row)

    def put(self, session: Session | None, row: CrawlState) -> None:
        """Stores ``row`` in place of what was there, within ``session``'s transaction where given."""
        with transaction(self._engine, session) as own:
            insert = insert_into(own, _CRAWL)
            changed = {column.name: insert.excluded[column.name] for column in _CRAWL.columns if not column.primary_key}
            send(own, insert.on_conflict_do_update(index_elements=["brand", "source"], set_=changed), [astuple(row)])

    def all(self) -> list[CrawlState]:
        """Every crawl that was tried, by brand and source."""
        with reading(self._engine) as session:
            rows = session.connection().execute(sa.select(_CRAWL).order_by(_CRAWL.c.brand, _CRAWL.c.source))
            return [CrawlState(*row) for row in rows]
