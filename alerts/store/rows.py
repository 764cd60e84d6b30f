"""Incidents, findings and deliveries to rows and back."""

from dataclasses import replace
from typing import Any

from alerts.domain import Change, Delivery, DeliveryState, Finding, Incident, LogEntry
from monitor.store.nested import plain, revived

Values = dict[str, Any]
_DELIVERY = ("incident", "step", "loop", "recipient", "channel", "due_at", "attempts", "last_reason", "sent_at")


def incident_row(incident: Incident) -> Values:
    """A row of ``incident``."""
    names = ("id", "brand", "issue", "fired_at", "resolved_at", "version")
    row = {name: getattr(incident, name) for name in names}
    return row | {"status": incident.status.value, "body": plain(incident)}


def incident_from(row: Any) -> Incident:
    """The incident of a row of ``incident``."""
    return replace(revived(Incident, row.body), version=row.version)


def finding_row(incident: str, finding: Finding) -> tuple[Any, ...]:
    """A row of ``finding``."""
    return (incident, finding.detector, finding.seen_at, plain(finding))


def finding_from(body: Values) -> Finding:
    """The finding of a row's ``body``."""
    return revived(Finding, body)


def log_row(entry: LogEntry) -> Values:
    """A row of ``incident_log`` without its number."""
    row = {"incident": entry.incident, "at": entry.at, "change": entry.change.value, "person": entry.by}
    return row | {"arguments": plain(entry.arguments)}


def log_from(row: Any) -> LogEntry:
    """The entry of a row of ``incident_log``."""
    return LogEntry(row.incident, row.at, Change(row.change), row.person, row.arguments)


def delivery_row(delivery: Delivery) -> Values:
    """A row of ``delivery`` without its number."""
    return {name: getattr(delivery, name) for name in _DELIVERY} | {"state": delivery.state.value}


def delivery_from(row: Any) -> Delivery:
    """The delivery of a row of ``delivery``."""
    return Delivery(**{name: getattr(row, name) for name in _DELIVERY}, state=DeliveryState(row.state), id=row.id)
