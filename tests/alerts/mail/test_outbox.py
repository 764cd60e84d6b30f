"""Claim, render, send, record: what goes out, what is tried again, and what the history says of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import Change, Delivery, DeliveryState, Incident, LogEntry, Person
from alerts.messages.render import render
from alerts.notifiers.base import Message
from alerts.outbox import LEASE, MOST_ATTEMPTS, Outbox, wait_after
from alerts.store import DeliveryStore, IncidentStore
from monitor.clock import RecordedClock
from monitor.errors import DeliveryError, StorageError

BUSY = DeliveryError("mail.northline.example answered 450", retry=True, reason="mailbox busy")
GONE = DeliveryError("mail.northline.example answered 550", retry=False, reason="refused")


class Rows:
    """The store of deliveries in memory."""

    def __init__(self, *deliveries: Delivery) -> None:
        self.rows = {number: replace(each, id=number, attempts=0) for number, each in enumerate(deliveries, 1)}
        self.leases: dict[int, datetime] = {}

    def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        due = [row for row in self.rows.values() if self._is_ready(row, now)]
        taken = sorted(due, key=lambda row: (row.due_at, row.id))[:limit]
        for row in taken:
            self.leases[row.id] = now + lease
            self._put(row.id, state=DeliveryState.claimed, attempts=row.attempts + 1)
        return [self.rows[row.id] for row in taken]

    def _is_ready(self, row: Delivery, now: datetime) -> bool:
        if row.state is DeliveryState.claimed:
            return self.leases[row.id] <= now
        return row.state is DeliveryState.due and row.due_at <= now

    def _put(self, id: int, **changes: object) -> None:
        self.rows[id] = replace(self.rows[id], **changes)

    def sent(self, id: int, at: datetime) -> None:
        self._put(id, state=DeliveryState.sent, sent_at=at)

    def retry(self, id: int, due_at: datetime, reason: str) -> None:
        self._put(id, state=DeliveryState.due, due_at=due_at, last_reason=reason)

    def failed(self, id: int, reason: str) -> None:
        self._put(id, state=DeliveryState.failed, last_reason=reason)


@dataclass
class Cases:
    """The store of incidents in memory."""

    incident: Incident | None
    entries: list[LogEntry] = field(default_factory=list)

    def get(self, id: str) -> Incident | None:
        return self.incident

    def history(self, id: str) -> list[LogEntry]:
        return list(self.entries)

    def log(self, session: None, entry: LogEntry) -> None:
        self.entries.append(entry)


@dataclass
class Channel:
    """A channel that answers by a script: None means taken."""

    script: Iterator[Exception | None]
    took: list[tuple[str, str]] = field(default_factory=list)

    def send(self, message: Message, person: Person) -> None:
        answer = next(self.script, None)
        if answer is not None:
            raise answer
        self.took.append((person.name, message.message_id))


class Setting:
    """An outbox with everything around it in memory."""

    def __init__(self, case, *deliveries: Delivery, answers=(), renderer: Callable | None = None) -> None:
        self.now = case.now
        self.rows = Rows(*deliveries)
        self.cases = Cases(case.incident)
        self.channel = Channel(iter(answers))

        def write(incident, delivery, person, history, now) -> Message:
            return render(replace(case, growth=()), "level", person, delivery)

        self.write = renderer or write
        self.people = [Person("Mina", "mina@northline.example"), Person("Jisoo", "jisoo@northline.example")]

    def deliver(self, after: timedelta = timedelta(0)):
        self.now += after
        box = Outbox(self.rows, self.cases, {"email": self.channel}, self.people, self.write, RecordedClock(self.now))
        return box.deliver(self.now)

    def state(self, id: int = 1) -> DeliveryState:
        return self.rows.rows[id].state


def test_a_message_that_is_taken_is_sent_once_and_stands_in_the_history(case, delivery) -> None:
    setting = Setting(case, delivery)
    assert setting.deliver().sent == 1
    assert setting.deliver(timedelta(hours=1)).sent == 0
    assert [name for name, _ in setting.channel.took] == ["Mina"]
    (entry,) = setting.cases.entries
    assert (entry.change, entry.by, entry.at) == (Change.told, "ripplewatch", case.now)
    assert entry.arguments["to"] == "Mina"
    assert entry.arguments["size"] == 1930
    assert entry.arguments["step"] == "level:escalate"


def test_what_is_not_due_yet_waits(case, delivery) -> None:
    setting = Setting(case, replace(delivery, due_at=case.now + timedelta(minutes=1)))
    assert setting.deliver().sent == 0
    assert setting.deliver(timedelta(minutes=1)).sent == 1


def test_a_temporary_refusal_is_tried_again_later_and_logged(case, delivery) -> None:
    setting = Setting(case, delivery, answers=[BUSY, BUSY])
    report = setting.deliver()
    assert (report.sent, report.retried) == (0, 1)
    assert "answered 450" in report.problems[0]
    assert setting.rows.rows[1].last_reason == "mailbox busy"
    assert setting.deliver(timedelta(seconds=59)).retried == 0
    assert setting.deliver(timedelta(seconds=1)).retried == 1
    assert setting.deliver(timedelta(minutes=2)).sent == 1
    told = [(entry.change, entry.arguments.get("final")) for entry in setting.cases.entries]
    assert told == [(Change.undeliverable, False), (Change.undeliverable, False), (Change.told, None)]


def test_a_final_refusal_is_not_tried_again(case, delivery) -> None:
    setting = Setting(case, delivery, answers=[GONE])
    assert setting.deliver().failed == 1
    assert setting.deliver(timedelta(days=1)).sent == 0
    assert setting.state() is DeliveryState.failed
    (entry,) = setting.cases.entries
    assert (entry.change, entry.arguments["reason"], entry.arguments["final"]) == (
        Change.undeliverable,
        "refused",
        True,
    )


def test_after_eight_attempts_it_is_given_up(case, delivery) -> None:
    setting = Setting(case, delivery, answers=[BUSY] * 20)
    rounds = [setting.deliver(timedelta(minutes=30)) for _ in range(12)]
    assert sum(report.retried for report in rounds) == MOST_ATTEMPTS - 1
    assert sum(report.failed for report in rounds) == 1
    assert setting.state() is DeliveryState.failed


def test_the_wait_that_the_server_asks_for_is_kept(case, delivery) -> None:
    asked = DeliveryError("slow down", retry=True, reason="rate limited", retry_after=timedelta(hours=2))
    setting = Setting(case, delivery, answers=[asked])
    setting.deliver()
    assert setting.rows.rows[1].due_at == case.now + timedelta(hours=2)


@given(st.integers(1, 1000))
def test_waits_grow_to_half_an_hour_and_no_further(attempts) -> None:
    assert wait_after(attempts) <= wait_after(attempts + 1) <= timedelta(minutes=30)
    assert wait_after(attempts) >= timedelta(minutes=1)


@pytest.mark.parametrize("fault", [KeyError("no such text"), ValueError("mail.html.j2: boom"), ZeroDivisionError()])
def test_a_message_that_cannot_be_written_holds_up_no_other(fault, case, delivery) -> None:
    def broken_for_mina(incident, delivery, person, history, now) -> Message:
        if person.name == "Mina":
            raise fault
        return render(replace(case, growth=()), "level", person, delivery)

    setting = Setting(case, delivery, replace(delivery, recipient="Jisoo"), renderer=broken_for_mina)
    report = setting.deliver()
    assert (report.sent, report.retried) == (1, 1)
    assert [name for name, _ in setting.channel.took] == ["Jisoo"]
    assert type(fault).__name__ in setting.cases.entries[0].arguments["problem"]


def test_a_channel_with_a_fault_holds_up_no_other_and_tells_no_secret(case, delivery) -> None:
    setting = Setting(case, delivery, replace(delivery, recipient="Jisoo"), answers=[TypeError("token=s3cret")])
    report = setting.deliver()
    assert (report.sent, report.retried) == (1, 1)
    assert "s3cret" not in str(setting.cases.entries) + str(report.problems)


@pytest.mark.parametrize(
    ("changes", "reason"), [({"recipient": "Nobody"}, "no recipient"), ({"channel": "pigeon"}, "no channel")]
)
def test_what_is_no_longer_configured_is_given_up_with_the_reason(changes, reason, case, delivery) -> None:
    setting = Setting(case, replace(delivery, **changes))
    assert setting.deliver().failed == 1
    assert setting.rows.rows[1].last_reason == reason
    assert setting.cases.entries[0].change is Change.undeliverable


def test_a_message_about_a_vanished_incident_is_given_up(case, delivery) -> None:
    setting = Setting(case, delivery)
    setting.cases.incident = None
    assert setting.deliver().failed == 1
    assert setting.cases.entries == []


def test_a_crash_between_sending_and_recording_repeats_one_mail_with_the_same_id(case, delivery) -> None:
    setting = Setting(case, delivery)
    record, setting.rows.sent = setting.rows.sent, lambda id, at: (_ for _ in ()).throw(StorageError("disk full"))
    with pytest.raises(StorageError):
        setting.deliver()
    setting.rows.sent = record
    assert setting.deliver(LEASE - timedelta(seconds=1)).sent == 0
    assert setting.deliver(timedelta(seconds=1)).sent == 1
    assert setting.deliver(timedelta(hours=1)).sent == 0
    (first, first_id), (second, second_id) = setting.channel.took
    assert (first, first_id) == (second, second_id)


def test_a_message_that_ends_the_program_each_time_is_given_up(case, delivery) -> None:
    setting = Setting(case, delivery)
    for _ in range(MOST_ATTEMPTS):
        assert setting.rows.claim(setting.now, 1, LEASE)
        setting.now += LEASE
    assert setting.deliver().failed == 1
    assert setting.channel.took == []


def test_a_slow_server_does_not_let_a_lease_run_out_in_the_queue(case, delivery) -> None:
    clock = RecordedClock(case.now)
    setting = Setting(case, delivery, replace(delivery, recipient="Jisoo"))
    leases = []
    claim = setting.rows.claim

    def watched(now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        leases.append((now, limit))
        return claim(now, limit, lease)

    setting.rows.claim = watched
    send = setting.channel.send

    def slow(message: Message, person: Person) -> None:
        clock.wait(timedelta(minutes=4))
        send(message, person)

    setting.channel.send = slow
    box = Outbox(setting.rows, setting.cases, {"email": setting.channel}, setting.people, setting.write, clock)
    assert box.deliver(case.now).sent == 2
    assert leases[:2] == [(case.now, 1), (case.now + timedelta(minutes=4), 1)]


def test_it_works_on_the_real_store(case, delivery, sqlite_engine) -> None:
    incidents, deliveries = IncidentStore(sqlite_engine), DeliveryStore(sqlite_engine)
    incidents.save(None, case.incident)
    row = replace(delivery, id=None, attempts=0)
    deliveries.enqueue(None, [row, replace(row, recipient="Jisoo"), replace(row, recipient="Nobody")])
    setting = Setting(case, answers=[BUSY])
    box = Outbox(
        deliveries, incidents, {"email": setting.channel}, setting.people, setting.write, RecordedClock(case.now)
    )
    first = box.deliver(case.now)
    assert (first.sent, first.retried, first.failed) == (1, 1, 1)
    assert box.deliver(case.now).sent == 0
    assert box.deliver(case.now + timedelta(minutes=1)).sent == 1
    assert deliveries.enqueue(None, [row]) == []  # the same step again
    assert box.deliver(case.now + timedelta(days=1)).sent == 0
    states = {each.recipient: each.state.value for each in deliveries.of_incident(case.incident.id)}
    assert states == {"Mina": "sent", "Jisoo": "sent", "Nobody": "failed"}
    changes = sorted(entry.change.value for entry in incidents.history(case.incident.id))
    assert changes == ["told", "told", "undeliverable", "undeliverable"]
