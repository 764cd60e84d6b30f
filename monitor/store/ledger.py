"""What was spent of each allowance, so that a restart does not forget it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.ledger import Slot
from monitor.store.bulk import insert_into, send, table_of
from monitor.store.tables import SpendRow

_SPEND = table_of(SpendRow)
_LOCK = 0x52495050  # PostgreSQL's advisory lock, with the name: one process at a time decides on an allowance


class LedgerStore:
    """A ``monitor.ledger.Book`` in the database. Raises StorageError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def slots(self, name: str, since: datetime) -> list[Slot]:
        """What was used in each slot from ``since`` on."""
        query = sa.select(_SPEND.c.slot, _SPEND.c.used).where(_SPEND.c.name == name, _SPEND.c.slot >= since)
        with reading(self._engine) as session:
            return [(slot, used) for slot, used in session.connection().execute(query.order_by(_SPEND.c.slot))]

    def add(self, name: str, slot: datetime, amount: float, since: datetime) -> None:
        """Notes a use; what was used before ``since`` is forgotten."""
        with transaction(self._engine) as session:
            _add(session, name, slot, amount, since)

    def take(self, name: str, slot: datetime, amount: float, since: datetime, limit: float) -> bool:
        """Notes a use, unless the uses from ``since`` on would then be above ``limit``; whether it did."""
        used = sa.select(sa.func.coalesce(sa.func.sum(_SPEND.c.used), 0.0))
        with transaction(self._engine) as session:
            connection = session.connection()  # on SQLite, a writer is alone from here on
            if connection.dialect.name == "postgresql":
                lock = sa.func.pg_advisory_xact_lock(_LOCK, sa.func.hashtext(name))
                connection.execute(sa.select(lock))
            query = used.where(_SPEND.c.name == name, _SPEND.c.slot >= since)
            if connection.execute(query).scalar_one() + amount > limit:
                return False
            _add(session, name, slot, amount, since)
            return True


def _add(session: Session, name: str, slot: datetime, amount: float, since: datetime) -> None:
    insert = insert_into(session, _SPEND)
    more = {"used": _SPEND.c.used + insert.excluded.used}
    send(session, insert.on_conflict_do_update(index_elements=["name", "slot"], set_=more), [(name, slot, amount)])
    session.connection().execute(sa.delete(_SPEND).where(_SPEND.c.name == name, _SPEND.c.slot < since))
