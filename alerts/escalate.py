"""Whom to tell what: one message per incident, step, person and channel, and never the same step twice.

What is due follows from the incident itself: how high it stands against what people were told last. So a change that a
snooze held back is told when the snooze ends, and a restart in between repeats nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from alerts.domain import Delivery, Incident, Level, Person, Status
from alerts.lifecycle import Transition
from alerts.mute import audible


class EscalateConfig(BaseModel):
    """Which changes are told besides a new or higher level."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    doublings: bool = Field(default=True, description="tell again when an acknowledged incident doubles")
    all_clear: bool = Field(default=True, description="tell those who were alerted when it is over")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be told about an incident, and from which personal level on it concerns somebody."""

    name: str
    level: Level


def due(
    transitions: Sequence[Transition],
    incidents: Sequence[Incident],
    people: Sequence[Person],
    now: datetime,
    config: EscalateConfig,
) -> list[Delivery]:
    """The messages to make out now. ``incidents`` are all that are known; ``transitions`` what some of them became."""
    return [
        Delivery(incident.id, step.name, incident.reopenings, person.name, channel, now)
        for incident in audible(current(transitions, incidents), now)
        if (step := step_of(incident, config)) is not None
        for person in people
        if person.min_level <= step.level
        for channel in dict.fromkeys(person.channels)
    ]


def mark_told(
    transitions: Sequence[Transition], incidents: Sequence[Incident], now: datetime, config: EscalateConfig
) -> list[Transition]:
    """``transitions`` with every incident that ``due`` has just spoken about marked so that it will not again."""
    told = {incident.id: _told(incident, config) for incident in audible(current(transitions, incidents), now)}
    marked = [replace(entry, incident=told.pop(entry.incident.id, entry.incident)) for entry in transitions]
    before = {incident.id: incident for incident in incidents}
    return marked + [Transition(incident) for key, incident in sorted(told.items()) if incident != before.get(key)]


def current(transitions: Iterable[Transition], incidents: Iterable[Incident]) -> list[Incident]:
    """Every incident as it stands now, by id."""
    newest = {incident.id: incident for incident in incidents}
    newest.update((entry.incident.id, entry.incident) for entry in transitions)
    return [newest[key] for key in sorted(newest)]


def step_of(incident: Incident, config: EscalateConfig) -> Step | None:
    """What people do not know yet about ``incident``; None where they know all that they should.

    A new level says more than a doubling, so both at once are one message.
    """
    told = incident.told_level
    if incident.status is Status.resolved:
        return Step("resolved", told) if told is not None and config.all_clear else None
    if told is None or incident.level > told:
        return Step(f"level:{incident.level.name}", incident.level)
    if incident.doublings > incident.told_doublings and config.doublings:
        return Step(f"doubled:{incident.doublings}", incident.level)
    return None


def _told(incident: Incident, config: EscalateConfig) -> Incident:
    if incident.status is Status.resolved:
        return replace(incident, told_level=None, told_doublings=incident.doublings)
    told = max(incident.level, incident.told_level or incident.level)
    return replace(incident, told_level=told, told_doublings=incident.doublings)
