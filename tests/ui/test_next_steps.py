"""What happens next unless somebody acts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.domain import Delivery, DeliveryState, Level
from ui.next_steps import next_steps


@pytest.fixture
def file(services):
    return services.case("guitar-1", "Ada").file


def keys(file, deliveries=()):
    return [step.key for step in next_steps(file, deliveries)]


def test_nobody_has_it(file):
    assert keys(file) == ["assess_late", "rises"]
    early = replace(file, now=file.incident.fired_at + timedelta(minutes=5))
    assert keys(early) == ["assess", "reply", "rises"]


def test_a_message_that_waits_is_announced_and_one_that_was_sent_is_not(file):
    at = file.now + timedelta(minutes=10)
    waiting = Delivery("guitar-1", "level:crisis", 0, "Head", "email", at)
    sent = replace(waiting, state=DeliveryState.sent)
    assert keys(file, [waiting, sent]) == ["assess_late", "deliver", "rises"]
    overdue = replace(waiting, due_at=file.now - timedelta(minutes=1))
    assert keys(file, [overdue]) == ["assess_late", "deliver_now", "rises"]


def test_a_crisis_cannot_rise(file):
    assert keys(replace(file, incident=replace(file.incident, level=Level.crisis))) == ["assess_late"]


def test_after_an_acknowledgement_only_a_doubling_alerts_again(services, clock):
    step = next_steps(services.case("login-1", "Ada").file, ())[-1]
    assert (step.key, step.arguments) == ("doubles", {"size": 120})


def test_snoozed_and_closed(services, clock):
    services.snooze("guitar-1", clock.now() + timedelta(hours=4), "Ada")
    assert keys(services.case("guitar-1", "Ada").file) == ["wakes"]
    assert keys(services.case("soup-1", "Ada").file) == ["reopens"]
