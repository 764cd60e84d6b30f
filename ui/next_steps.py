"""What happens next to an incident unless somebody acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.casefile import CaseFile
from alerts.domain import Delivery, DeliveryState, Level, Status

FIRST_LOOK = timedelta(minutes=15)  # the playbook's clocks, from the moment an incident was noticed
FIRST_REPLY = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class NextStep:
    """One line: the key of a text ``next.<key>`` and what it needs."""

    key: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    urgent: bool = False


def next_steps(file: CaseFile, deliveries: Sequence[Delivery]) -> tuple[NextStep, ...]:
    """What is due for the incident of ``file``, the most pressing first."""
    incident = file.incident
    if incident.status is Status.resolved:
        return (NextStep("reopens"),)
    waiting = tuple(_message(delivery, file) for delivery in deliveries if delivery.state is DeliveryState.due)
    if incident.snoozed_until is not None and incident.snoozed_until > file.now:
        return (*waiting, NextStep("wakes", {"time": incident.snoozed_until}))
    if incident.status is Status.acked:
        return (*_reply(file), *waiting, *_doubling(file))
    rises = () if incident.level is Level.crisis else (NextStep("rises", {"level": incident.level}),)
    return (_first_look(file), *waiting, *_reply(file), *rises)


def _first_look(file: CaseFile) -> NextStep:
    due = file.incident.fired_at + FIRST_LOOK
    return NextStep("assess_late" if due < file.now else "assess", {"time": due}, urgent=True)


def _reply(file: CaseFile) -> tuple[NextStep, ...]:
    due = file.incident.fired_at + FIRST_REPLY
    return (NextStep("reply", {"time": due}),) if due > file.now else ()


def _doubling(file: CaseFile) -> tuple[NextStep, ...]:
    size = file.incident.size_at_ack
    return (NextStep("doubles", {"size": 2 * size}),) if size else ()


def _message(delivery: Delivery, file: CaseFile) -> NextStep:
    arguments = {"recipient": delivery.recipient, "channel": delivery.channel, "time": delivery.due_at}
    return NextStep("deliver" if delivery.due_at > file.now else "deliver_now", arguments, urgent=True)
