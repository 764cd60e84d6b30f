"""The mails of a case, from the rules to a real mail server: one a level, one all-clear, nothing twice."""

import email
import email.policy
from datetime import timedelta

import pytest

from alerts.domain import Change, DeliveryState
from monitor.clock import RecordedClock
from ui.runtime import open_replay, outbox
from ui.settings import Settings
from ui.stores import Stores


@pytest.fixture
def settings(start_server):
    server = start_server("starttls")
    mail = {"host": "127.0.0.1", "port": server.port, "username": "alerts", "password": "correct horse battery"}
    mail |= {"sender": "Ripplewatch <alerts@northline.example>", "ca_file": str(server.ca_file)}
    people = [
        {"name": "Mina", "email": "mina@northline.example", "min_level": "watch"},
        {"name": "Head", "email": "head@northline.example", "min_level": "escalate"},
    ]
    return server, Settings.model_validate({"notify": {"email": mail}, "people": people})


@pytest.fixture
def story(kit):
    tale = kit.Story(5)
    tale.ordinary(kit.START, 30)
    tale.outbreak(
        kit.START + timedelta(hours=26), 200, 240, "Northline Air broke my harp and refuses to pay. Never again!"
    )
    tale.ordinary(kit.START + timedelta(hours=30), 40)
    return sorted(tale.records, key=lambda record: record["created_at"])


def sent_while_replaying(kit, url, settings, story):
    """Replays and lets the outbox work after each look, as the daemon does."""
    clock, brands = RecordedClock(kit.START), (kit.BRAND,)
    stores = Stores(url)
    sender = outbox(stores, settings, brands, clock)

    def deliver(tick):
        clock.set(tick.at)
        assert sender.deliver(tick.at).problems == ()

    people = settings.team()
    with open_replay(url, settings, brands, kit.EVERY, on_tick=deliver, people=people) as run:
        run.replay.run(kit.recording(story).events())
    (incident,) = stores.incidents.recent()
    history, deliveries = stores.incidents.history(incident.id), stores.deliveries.of_incident(incident.id)
    stores.close()
    return history, deliveries


def received(server, name):
    mails = [email.message_from_bytes(m.content, policy=email.policy.default) for m in server.mails]
    return [mail for mail in mails if name in mail["To"]]


def test_a_mail_for_each_level_and_the_all_clear_and_none_twice(kit, fresh_url, settings, story):
    server, configured = settings
    history, deliveries = sent_while_replaying(kit, fresh_url("mail.db"), configured, story)

    rises = [entry.arguments["level"] for entry in history if entry.change in {Change.opened, Change.raised}]
    assert len(rises) > 1
    assert {delivery.state for delivery in deliveries} == {DeliveryState.sent}
    mina = received(server, "mina@")
    words = [mail["Subject"].split()[0].strip("[").lower() for mail in mina]
    assert words[: len(rises)] == rises
    assert len(mina) == len(rises) + 1
    assert len({mail["Message-ID"] for mail in mina}) == len(mina)
    assert history[-1].change is Change.told
    assert mina[-1]["Subject"] != mina[-2]["Subject"]
    assert mina[-1]["References"] == mina[0]["References"]
    worst = {"watch": 1, "review": 2, "escalate": 3, "crisis": 4}
    higher = sum(worst[level] >= 3 for level in rises)
    assert len(received(server, "head@")) == (higher + 1 if higher else 0)

    for body in (mina[0].get_body(("plain",)).get_content(), mina[0].get_body(("html",)).get_content()):
        for fact in ("Northline Air", "harp-owner", "broke my harp", "micro"):
            assert fact in " ".join(body.split())


def test_a_restart_between_decision_and_sending_sends_each_mail_once(kit, fresh_url, settings, story):
    server, configured = settings
    url, brands = fresh_url("late.db"), (kit.BRAND,)
    with open_replay(url, configured, brands, kit.EVERY, people=configured.team()) as run:
        last = run.replay.run(kit.recording(story).events()).last_at
    assert server.mails == []
    for _ in range(2):  # the second stands for a sender that was started again
        stores = Stores(url)
        outbox(stores, configured, brands, RecordedClock(last)).deliver(last)
        stores.close()
    ids = [mail["Message-ID"] for mail in received(server, "mina@")]
    assert len(ids) == len(set(ids)) > 1
