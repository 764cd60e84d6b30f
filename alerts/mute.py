"""Which incidents may tell people something at this moment. To mute is to hold back, never to forget."""

from collections.abc import Iterable
from datetime import datetime

from alerts.domain import Incident, Status


def audible(incidents: Iterable[Incident], now: datetime) -> list[Incident]:
    """Those that are neither acknowledged, nor snoozed at ``now``, nor dismissed."""
    return [incident for incident in incidents if not is_muted(incident, now)]


def is_muted(incident: Incident, now: datetime) -> bool:
    """Whether a person has asked for silence about it that still holds."""
    return incident.status is Status.acked or is_snoozed(incident, now) or incident.dismissed


def is_snoozed(incident: Incident, now: datetime) -> bool:
    """Whether its snooze has not ended yet.

    >>> from datetime import UTC
    >>> from alerts.domain import Level
    >>> at = datetime(2024, 5, 6, 12, tzinfo=UTC)
    >>> asleep = Incident("a", "b", "c", "viral_complaint", Level.watch, Status.open, at, at, at, at, Level.watch,
    ...                   snoozed_until=at.replace(hour=13))
    >>> is_snoozed(asleep, at), is_snoozed(asleep, at.replace(hour=13))
    (True, False)
    """
    return incident.snoozed_until is not None and now < incident.snoozed_until
