"""From a row in the outbox to a mail at a real server, over STARTTLS and with a login."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from alerts.domain import Change, Level, LogEntry, Person
from alerts.messages.render import CaseRenderer
from alerts.notifiers.email import Config, EmailNotifier
from alerts.outbox import Outbox
from alerts.store import DeliveryStore, IncidentStore
from monitor.clock import RecordedClock


@pytest.fixture
def stores(sqlite_engine, case):
    incidents, deliveries = IncidentStore(sqlite_engine), DeliveryStore(sqlite_engine)
    incidents.save(None, case.incident)
    return incidents, deliveries


def outbox(stores, server, case, person) -> Outbox:
    incidents, deliveries = stores
    settings = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": "alerts",
        "password": "correct horse battery",
        "sender": "Ripplewatch <alerts@northline.example>",
        "ca_file": server.ca_file,
    }
    notifier = EmailNotifier(Config.model_validate(settings), RecordedClock(case.now))
    renderer = CaseRenderer(
        lambda incident, now: replace(case, incident=incident, now=now), "https://board.northline.example", UTC
    )
    return Outbox(deliveries, incidents, {"email": notifier}, [person], renderer, RecordedClock(case.now))


def received(server) -> list[email.message.EmailMessage]:
    return [email.message_from_bytes(mail.content, policy=email.policy.default) for mail in server.mails]


def test_one_mail_a_level_arrives_with_the_facts_and_threads(stores, server, case, delivery, mina) -> None:
    incidents, deliveries = stores
    box = outbox(stores, server, case, mina)
    row = replace(delivery, id=None, attempts=0)
    deliveries.enqueue(None, [row])
    assert box.deliver(case.now).sent == 1
    deliveries.enqueue(None, [row])  # every later tick finds the same step due
    assert box.deliver(case.now + timedelta(minutes=1)).sent == 0

    raised = LogEntry(case.incident.id, case.now, Change.raised, "ripplewatch")
    incidents.update(case.incident.id, lambda held: (replace(held, level=Level.crisis), raised))
    deliveries.enqueue(None, [replace(row, step="level:crisis")])
    assert box.deliver(case.now + timedelta(hours=1)).sent == 1

    first, second = received(server)
    assert all(mail.encrypted and mail.login == "alerts" for mail in server.mails)
    for body in (first.get_body(("plain",)).get_content(), first.get_body(("html",)).get_content()):
        for fact in (
            "1,930",
            "@lowstring",
            "they broke my guitar",
            "5,200 to 14,000",
            "May comms answer in public now?",
        ):
            assert fact in " ".join(body.split())
    assert first["Subject"].startswith("[ESCALATE 13:17] Northline Air")
    assert second["Subject"].startswith("[CRISIS 14:17] Northline Air")
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_a_greylisted_mail_arrives_at_the_second_attempt_and_both_stand_in_the_history(
    stores, server, case, delivery, mina
) -> None:
    incidents, deliveries = stores
    server.answers["mina"] = ["451 4.7.1 Greylisted, see you in 60 seconds"]
    box = outbox(stores, server, case, mina)
    deliveries.enqueue(None, [replace(delivery, id=None, attempts=0)])
    assert box.deliver(case.now).retried == 1
    assert box.deliver(case.now + timedelta(minutes=1)).sent == 1
    changes = [entry.change for entry in incidents.history(case.incident.id)]
    assert changes == [Change.undeliverable, Change.told]
    assert len(server.mails) == 1


@pytest.mark.parametrize(("language", "word"), [("zh", "投诉"), ("ko", "불만"), ("te", "ఫిర్యాదు")])
def test_other_scripts_arrive_unharmed(language, word, stores, server, case, delivery) -> None:
    person = Person("민아", "mina@northline.example", language=language)
    stores[1].enqueue(None, [replace(delivery, id=None, attempts=0, recipient="민아")])
    assert outbox(stores, server, case, person).deliver(case.now).sent == 1
    (mail,) = received(server)
    assert word in mail.get_body(("plain",)).get_content()
    assert word in mail.get_body(("html",)).get_content()
    assert mail["To"].addresses[0].display_name == "민아"
