"""Incidents and their history. Daemon and board both change them; neither overwrites the other."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from alerts.domain import Finding, Incident, LogEntry, Status
from alerts.store.rows import finding_from, finding_row, incident_from, incident_row, log_from, log_row
from alerts.store.tables import FindingRow, IncidentRow, LogRow
from monitor.db import reading, transaction
from monitor.domain import PostKey
from monitor.errors import StorageError
from monitor.store.bulk import insert_into, send, table_of

_INCIDENT, _FINDING, _LOG = table_of(IncidentRow), table_of(FindingRow), table_of(LogRow)


class IncidentChanged(StorageError):  # noqa: N818 - says what happened, as Unreachable and its like do
    """Somebody changed the incident since it was read. Read it again and decide anew."""


class IncidentStore:
    """Incidents, the findings that fed them, and what was done about them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_incidents(
        self, brand: str | None = None, *, resolved_since: datetime | None = None, session: Session | None = None
    ) -> list[Incident]:
        """Incidents not resolved, oldest first, and those resolved from ``resolved_since`` on, where given.

        With the ``session`` of a transaction nobody can change them before it ends: then ``save`` never meets
        ``IncidentChanged``.
        """
        wanted: sa.ColumnElement[bool] = _INCIDENT.c.status != Status.resolved.value
        if resolved_since is not None:
            wanted = sa.or_(wanted, _INCIDENT.c.resolved_at >= resolved_since)
        query = sa.select(_INCIDENT).where(wanted).order_by(_INCIDENT.c.fired_at, _INCIDENT.c.id)
        if brand is not None:
            query = query.where(_INCIDENT.c.brand == brand)
        if session is not None:
            query = query.with_for_update()
        with reading(self._engine, session) as own:
            return [incident_from(row) for row in own.connection().execute(query)]

    def recent(self, limit: int = 50) -> list[Incident]:
        """Incidents of every status, the one that fired last first."""
        query = sa.select(_INCIDENT).order_by(_INCIDENT.c.fired_at.desc(), _INCIDENT.c.id).limit(limit)
        with reading(self._engine) as session:
            return [incident_from(row) for row in session.connection().execute(query)]

    def get(self, id: str, session: Session | None = None) -> Incident | None:
        """The incident; None where there is none of that id."""
        with reading(self._engine, session) as own:
            row = own.connection().execute(sa.select(_INCIDENT).where(_INCIDENT.c.id == id)).one_or_none()
        return None if row is None else incident_from(row)

    def save(self, session: Session | None, incident: Incident) -> Incident:
        """Stores a new incident, or one that was read from here and then changed; the incident as it now stands.

        Raises ``IncidentChanged`` where somebody else changed it in between (``Incident.version`` tells).
        """
        saved = replace(incident, version=incident.version + 1)
        with transaction(self._engine, session) as own:
            if incident.version == 0:
                statement = insert_into(own, _INCIDENT).values(incident_row(saved)).on_conflict_do_nothing()
                written = own.connection().execute(statement.returning(_INCIDENT.c.id)).all()
            else:
                same = sa.and_(_INCIDENT.c.id == incident.id, _INCIDENT.c.version == incident.version)
                change = sa.update(_INCIDENT).where(same).values(incident_row(saved))
                written = own.connection().execute(change.returning(_INCIDENT.c.id)).all()
            if not written:
                raise IncidentChanged(
                    f"Incident {incident.id} was changed by somebody else meanwhile; look at it again."
                )
            rows = [finding_row(incident.id, finding) for finding in saved.latest]
            send(own, insert_into(own, _FINDING).on_conflict_do_nothing(), rows)
        return saved

    def update(self, id: str, change: Callable[[Incident], tuple[Incident, LogEntry]]) -> Incident:
        """Reads the incident, applies ``change``, stores result and log entry in one transaction; the new incident.

        What ``change`` raises comes through, and nothing is stored. Raises ``StorageError`` for an unknown id.
        """
        query = sa.select(_INCIDENT).where(_INCIDENT.c.id == id).with_for_update()
        with transaction(self._engine) as session:
            row = session.connection().execute(query).one_or_none()
            if row is None:
                raise StorageError(f"There is no incident {id!r} in this database.")
            changed, entry = change(incident_from(row))
            saved = self.save(session, changed)
            self.log(session, entry)
        return saved

    def take_back(self, keys: Collection[PostKey]) -> int:
        """Empty the titles that quote posts which their authors took back, here and in the findings; how many."""
        with transaction(self._engine) as session:
            rows = session.connection().execute(sa.select(_INCIDENT).with_for_update())
            quoting = [incident for row in rows if (incident := incident_from(row)).root in keys]
            for incident in quoting:
                latest = tuple(_untitled(finding) for finding in incident.latest)
                self.save(session, replace(incident, title="", latest=latest))
                self._forget_titles(session, incident.id)
        return len(quoting)

    def _forget_titles(self, session: Session, id: str) -> None:
        c = _FINDING.c
        for row in session.connection().execute(sa.select(_FINDING).where(c.incident == id)).all():
            *_, body = finding_row(id, _untitled(finding_from(row.body)))
            own = sa.and_(c.incident == id, c.detector == row.detector, c.seen_at == row.seen_at)
            session.connection().execute(sa.update(_FINDING).where(own).values(body=body))

    def log(self, session: Session | None, entry: LogEntry) -> None:
        """Adds a line to the incident's history."""
        with transaction(self._engine, session) as own:
            own.connection().execute(sa.insert(_LOG).values(log_row(entry)))

    def history(self, id: str) -> list[LogEntry]:
        """Everything that happened to the incident, in the order it was written."""
        query = sa.select(_LOG).where(_LOG.c.incident == id).order_by(_LOG.c.id)
        with reading(self._engine) as session:
            return [log_from(row) for row in session.connection().execute(query)]

    def findings_of(self, id: str) -> list[Finding]:
        """Every finding that ever fed the incident, oldest first."""
        query = sa.select(_FINDING.c.body).where(_FINDING.c.incident == id)
        with reading(self._engine) as session:
            bodies = session.connection().execute(query.order_by(_FINDING.c.seen_at, _FINDING.c.detector)).scalars()
            return [finding_from(body) for body in bodies]


def _untitled(finding: Finding) -> Finding:
    return replace(finding, arguments={name: value for name, value in finding.arguments.items() if name != "title"})
