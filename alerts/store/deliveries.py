"""Messages as rows: put in once, claimed by one sender at a time, and never lost when a sender dies."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from alerts.domain import Delivery, DeliveryState
from alerts.store.rows import delivery_from, delivery_row
from alerts.store.tables import DeliveryRow
from monitor.db import reading, transaction
from monitor.store.bulk import insert_into, table_of

_DELIVERY = table_of(DeliveryRow)
_DUE, _CLAIMED, _SENT, _FAILED = (
    state.value for state in (DeliveryState.due, DeliveryState.claimed, DeliveryState.sent, DeliveryState.failed)
)


class DeliveryStore:
    """The outbox's rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enqueue(self, session: Session | None, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """Puts in what is not there yet (incident, step, loop, recipient and channel tell); those that are new."""
        new: list[Any] = []
        with transaction(self._engine, session) as own:
            for delivery in deliveries:
                insert = insert_into(own, _DELIVERY).values(delivery_row(delivery))
                insert = insert.on_conflict_do_nothing(
                    index_elements=["incident", "step", "loop", "recipient", "channel"]
                )
                new += own.connection().execute(insert.returning(*_DELIVERY.c)).all()
        return [delivery_from(row) for row in new]

    def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        """At most ``limit`` messages that are due, the longest due first; nobody else gets them within ``lease``.

        ``attempts`` counts this attempt already. A sender that dies frees its messages when the lease runs out.
        """
        c = _DELIVERY.c
        ready = sa.or_(
            sa.and_(c.state == _DUE, c.due_at <= now),
            sa.and_(c.state == _CLAIMED, c.leased_until <= now),
        )
        first = sa.select(c.id).where(ready).order_by(c.due_at, c.id).limit(limit).with_for_update(skip_locked=True)
        with transaction(self._engine) as session:
            ids = session.connection().execute(first).scalars().all()
            take = sa.update(_DELIVERY).where(c.id.in_(ids))
            take = take.values(state=_CLAIMED, leased_until=now + lease, attempts=c.attempts + 1)
            rows = session.connection().execute(take.returning(*c)).all()
        return sorted(map(delivery_from, rows), key=lambda delivery: (delivery.due_at, delivery.id))

    def sent(self, id: int, at: datetime) -> None:
        """The message was taken by the other side. Holds even where the lease had run out."""
        self._settle(id, (_DUE, _CLAIMED, _FAILED), state=_SENT, sent_at=at)

    def retry(self, id: int, due_at: datetime, reason: str) -> None:
        """It was not taken; it is due again at ``due_at``."""
        self._settle(id, (_CLAIMED,), state=_DUE, due_at=due_at, last_reason=reason)

    def failed(self, id: int, reason: str) -> None:
        """It was not taken and will not be tried again."""
        self._settle(id, (_DUE, _CLAIMED), state=_FAILED, last_reason=reason)

    def of_incident(self, id: str) -> list[Delivery]:
        """All messages about an incident, in the order they were put in."""
        query = sa.select(_DELIVERY).where(_DELIVERY.c.incident == id).order_by(_DELIVERY.c.id)
        with reading(self._engine) as session:
            return [delivery_from(row) for row in session.connection().execute(query)]

    def exists(self, incident: str, step: str, loop: int, recipient: str, channel: str) -> bool:
        """Whether that message was ever put in."""
        key = {"incident": incident, "step": step, "loop": loop, "recipient": recipient, "channel": channel}
        query = sa.select(_DELIVERY.c.id).filter_by(**key)
        with reading(self._engine) as session:
            return session.connection().execute(query).first() is not None

    def _settle(self, id: int, held: tuple[str, ...], **values: Any) -> None:
        change = sa.update(_DELIVERY).where(_DELIVERY.c.id == id, _DELIVERY.c.state.in_(held))
        with transaction(self._engine) as session:
            session.connection().execute(change.values(leased_until=None, **values))
