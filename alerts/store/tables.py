"""The tables of this package, private to its stores."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.store.types import Json, Key, Moment, Words


def _of_incident() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["incident"], ["incident.id"], ondelete="CASCADE")


class IncidentRow(SQLModel, table=True):
    """An incident in ``body``, what is asked for beside it, and ``version``: how often it changed, so that nobody
    overwrites what another has just done."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_status", "status", "brand"), Index("ix_incident_fired", "fired_at"))

    id: str = Field(primary_key=True, sa_type=Key)
    brand: str = Field(sa_type=Key)
    issue: str = Field(sa_type=Key)
    status: str = Field(sa_type=Words)
    fired_at: datetime = Field(sa_type=Moment)
    resolved_at: datetime | None = Field(sa_type=Moment)
    version: int
    body: dict[str, Any] = Field(sa_type=Json)


class FindingRow(SQLModel, table=True):
    """A finding that fed an incident, kept as it was."""

    __tablename__ = "finding"
    __table_args__ = (_of_incident(),)

    incident: str = Field(primary_key=True, sa_type=Key)
    detector: str = Field(primary_key=True, sa_type=Key)
    seen_at: datetime = Field(primary_key=True, sa_type=Moment)
    body: dict[str, Any] = Field(sa_type=Json)


class LogRow(SQLModel, table=True):
    """One line of an incident's history; rows are only ever added."""

    __tablename__ = "incident_log"
    __table_args__ = (_of_incident(), Index("ix_incident_log_incident", "incident", "id"))

    id: int | None = Field(default=None, primary_key=True)
    incident: str = Field(sa_type=Key)
    at: datetime = Field(sa_type=Moment)
    change: str = Field(sa_type=Words)
    person: str = Field(sa_type=Words)
    arguments: dict[str, Any] = Field(sa_type=Json)


class DeliveryRow(SQLModel, table=True):
    """A message to one person over one channel. ``leased_until`` frees it again where a sender died."""

    __tablename__ = "delivery"
    __table_args__ = (
        _of_incident(),
        UniqueConstraint("incident", "step", "loop", "recipient", "channel", name="uq_delivery"),
        Index("ix_delivery_due", "state", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    incident: str = Field(sa_type=Key)
    step: str = Field(sa_type=Key)
    loop: int
    recipient: str = Field(sa_type=Key)
    channel: str = Field(sa_type=Key)
    due_at: datetime = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    attempts: int
    last_reason: str | None = Field(sa_type=Words)
    sent_at: datetime | None = Field(sa_type=Moment)
    leased_until: datetime | None = Field(sa_type=Moment)
