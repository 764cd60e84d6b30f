"""Messages that are due go out from here: claim, render, send, record. The only place that tries again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain import Change, Delivery, Incident, LogEntry, Person
from alerts.notifiers.base import Message, Notifier
from monitor.clock import Clock
from monitor.errors import DeliveryError
from monitor.plain_text import one_line

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
WHO = "ripplewatch"

# What faulty code in a renderer or a channel raises. A failing database (StorageError) is not among them: it stops the
# round, and the leases bring the rows back.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)


class Deliveries(Protocol):
    """Rows of messages, as the outbox uses them."""

    def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        """Rows that are due, given to nobody else before the lease ends; ``attempts`` counts this attempt."""

    def sent(self, id: int, at: datetime) -> None:
        """Mark as taken by the other side."""

    def retry(self, id: int, due_at: datetime, reason: str) -> None:
        """Mark as due again."""

    def failed(self, id: int, reason: str) -> None:
        """Mark as given up."""


class Incidents(Protocol):
    """Incidents and their history, as the outbox uses them."""

    def get(self, id: str) -> Incident | None:
        """The incident, or None."""

    def history(self, id: str) -> list[LogEntry]:
        """All that happened to it, oldest first."""

    def log(self, session: None, entry: LogEntry) -> None:
        """Add a line to its history."""


class Renderer(Protocol):
    """Writes the message for a delivery."""

    def __call__(
        self, incident: Incident, delivery: Delivery, person: Person, history: Sequence[LogEntry], now: datetime
    ) -> Message:
        """The message with the case as known at ``now``."""


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """What became of the messages of one round."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    problems: tuple[str, ...] = field(default=())


class Outbox:
    """Sends what is due. Several may run at once; a message is lost by none and, short of a crash, sent by one only."""

    def __init__(
        self,
        deliveries: Deliveries,
        incidents: Incidents,
        notifiers: Mapping[str, Notifier],
        people: Iterable[Person],
        renderer: Renderer,
        clock: Clock,
    ) -> None:
        self._deliveries = deliveries
        self._incidents = incidents
        self._notifiers = notifiers
        self._people = {person.name: person for person in people}
        self._renderer = renderer
        self._clock = clock

    def deliver(self, now: datetime, limit: int = 100) -> DeliverReport:
        """Sends at most ``limit`` due messages, each claimed for itself so that no lease runs out in the queue.

        A message that fails holds up no other. Raises StorageError where the database does not answer.
        """
        started = self._clock.now()
        ends: list[str] = []
        problems: list[str] = []
        for _ in range(limit):
            at = now + max(timedelta(0), self._clock.now() - started)
            claimed = self._deliveries.claim(at, 1, LEASE)
            if not claimed:
                break
            ends.append(self._settle(claimed[0], at, problems))
        return DeliverReport(ends.count("sent"), ends.count("retried"), ends.count("failed"), tuple(problems))

    def _settle(self, delivery: Delivery, at: datetime, problems: list[str]) -> str:
        """Try one message and record how that ended."""
        row = _row_id(delivery)
        try:
            message = self._attempt(delivery, at)
        except DeliveryError as error:
            problems.append(f"{delivery.recipient}, {delivery.channel}: {error}")
            return self._give_back(delivery, row, error, at)
        self._deliveries.sent(row, at)
        self._log(delivery, Change.told, at, {**message.facts, "message_id": message.message_id})
        return "sent"

    def _attempt(self, delivery: Delivery, at: datetime) -> Message:
        if delivery.attempts > MOST_ATTEMPTS:
            raise DeliveryError("the program ended during every attempt", retry=False, reason="given up")
        person, notifier, incident = self._look_up(delivery)
        try:
            message = self._renderer(incident, delivery, person, self._incidents.history(incident.id), at)
        except _FAULTS as error:
            raise DeliveryError(f"could not be written: {_named(error)}", retry=True, reason="not written") from error
        try:
            notifier.send(message, person)
        except _FAULTS as error:
            raise DeliveryError(f"the channel broke: {type(error).__name__}", retry=True, reason="fault") from error
        return message

    def _look_up(self, delivery: Delivery) -> tuple[Person, Notifier, Incident]:
        person = self._people.get(delivery.recipient)
        notifier = self._notifiers.get(delivery.channel)
        incident = self._incidents.get(delivery.incident)
        if person is None:
            raise DeliveryError("nobody of that name is configured any more", retry=False, reason="no recipient")
        if notifier is None:
            raise DeliveryError("that channel is not configured any more", retry=False, reason="no channel")
        if incident is None:
            raise DeliveryError("its incident is not there any more", retry=False, reason="no incident")
        return person, notifier, incident

    def _give_back(self, delivery: Delivery, row: int, error: DeliveryError, at: datetime) -> str:
        again = error.retry and delivery.attempts < MOST_ATTEMPTS
        facts = {"reason": error.reason, "problem": one_line(str(error), 300), "final": not again}
        if again:
            due_at = at + wait_after(delivery.attempts, error.retry_after)
            self._deliveries.retry(row, due_at, error.reason)
            self._log(delivery, Change.undeliverable, at, {**facts, "again_at": due_at.isoformat()})
            return "retried"
        self._deliveries.failed(row, error.reason)
        if error.reason != "no incident":
            self._log(delivery, Change.undeliverable, at, facts)
        return "failed"

    def _log(self, delivery: Delivery, change: Change, at: datetime, facts: Mapping[str, object]) -> None:
        who = {"to": delivery.recipient, "channel": delivery.channel, "step": delivery.step, "loop": delivery.loop}
        attempt = {"attempt": delivery.attempts}
        self._incidents.log(None, LogEntry(delivery.incident, at, change, WHO, {**facts, **who, **attempt}))


def wait_after(attempts: int, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait after that many failed attempts: twice as long each time, at most half an hour.

    ``retry_after``, what the other side asked for, is kept where it is longer.

    >>> wait_after(1), wait_after(3), wait_after(8)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=240), datetime.timedelta(seconds=1800))
    """
    doublings: int = min(max(0, attempts - 1), 16)
    wait = min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
    return max(wait, retry_after) if retry_after else wait


def _row_id(delivery: Delivery) -> int:
    if delivery.id is None:
        raise ValueError(f"a delivery for {delivery.recipient} was claimed that was never stored")
    return delivery.id


def _named(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 200)
