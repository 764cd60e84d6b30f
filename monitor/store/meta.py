"""Small facts about the database itself: the heartbeat, whether it holds a recording."""

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from monitor.db import reading, transaction
from monitor.store.bulk import insert_into, send, table_of
from monitor.store.tables import MetaRow

_META = table_of(MetaRow)


class MetaStore:
    """Text values by name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: str) -> str | None:
        """The value of ``key``; None where nothing was put."""
        with reading(self._engine) as session:
            query = sa.select(_META.c.value).where(_META.c.name == key)
            return session.connection().execute(query).scalar_one_or_none()

    def put(self, key: str, value: str, session: Session | None = None) -> None:
        """Stores ``value`` in place of what was there, within ``session``'s transaction where given."""
        with transaction(self._engine, session) as own:
            insert = insert_into(own, _META)
            update = insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value})
            send(own, update, [(key, value)])
