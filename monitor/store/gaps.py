"""What sources could not see."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.domain import Gap
from monitor.store.bulk import insert_into, send, table_of
from monitor.store.tables import GapRow

_GAP = table_of(GapRow)


class GapStore:
    """Stretches of time in which something was missed, by source."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session: Session | None, source: str, gap: Gap) -> None:
        """Keep ``gap``; one that starts at the same moment is replaced."""
        with transaction(self._engine, session) as own:
            insert = insert_into(own, _GAP)
            changed = {name: insert.excluded[name] for name in ("until", "reason")}
            upsert = insert.on_conflict_do_update(index_elements=["source", "since"], set_=changed)
            send(own, upsert, [(source, gap.since, gap.until, gap.reason)])

    def since(self, moment: datetime, limit: int = 100) -> list[tuple[str, Gap]]:
        """The gaps that reach beyond ``moment``, newest first, each with its source."""
        query = sa.select(_GAP).where(_GAP.c.until > moment).order_by(_GAP.c.until.desc(), _GAP.c.source).limit(limit)
        with reading(self._engine) as session:
            return [(row.source, Gap(row.since, row.until, row.reason)) for row in session.connection().execute(query)]
