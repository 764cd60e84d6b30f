"""What people do to an incident, and what makes no sense any more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts import acts
from alerts.domain import Change, Finding, Incident, Level, Status, Truth, Verdict

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SEEN = Finding(
    "viral_complaint", "1", "northline", "a:1", "viral_complaint", Level.review, (), (), "why", NOW, {"size": 80}
)
INCIDENT = Incident(
    "i", "northline", "a:1", "viral_complaint", Level.review, Status.open,
    NOW, NOW, NOW, NOW, Level.review, latest=(SEEN,),
)  # fmt: skip
CLOSED = acts.resolve(INCIDENT, Verdict.real, "Mia", NOW)[0]


def test_acknowledging_remembers_who_and_how_bad_it_was():
    incident, entry = acts.acknowledge(INCIDENT, "Mia", LATER)

    assert (incident.status, incident.acked_by, incident.acked_at) == (Status.acked, "Mia", LATER)
    assert (incident.acked_level, incident.size_at_ack) == (Level.review, 80)
    assert (entry.change, entry.by, entry.at, entry.incident) == (Change.acked, "Mia", LATER, "i")


def test_who_acknowledges_owns_it_unless_somebody_does_already():
    assert acts.acknowledge(INCIDENT, "Mia", LATER)[0].owner == "Mia"
    assert acts.acknowledge(replace(INCIDENT, owner="Jo"), "Mia", LATER)[0].owner == "Jo"


def test_a_second_acknowledgement_says_who_was_first():
    acked, _ = acts.acknowledge(INCIDENT, "Mia", NOW)

    with pytest.raises(ValueError, match="Mia has already"):
        acts.acknowledge(acked, "Jo", LATER)


def test_dismissing_needs_a_reason_and_no_crisis():
    incident, entry = acts.dismiss(INCIDENT, "a joke", Verdict.noise, "Mia", LATER)

    assert (incident.status, incident.dismissed, incident.verdict) == (Status.resolved, True, Verdict.noise)
    assert (incident.closed_by, incident.size_at_close, incident.verdict_reason) == ("Mia", 80, "a joke")
    assert entry.arguments["reason"] == "a joke"
    with pytest.raises(ValueError, match="reason"):
        acts.dismiss(INCIDENT, "  ", Verdict.noise, "Mia", LATER)
    with pytest.raises(ValueError, match="crisis"):
        acts.dismiss(INCIDENT, "a joke", Verdict.crisis, "Mia", LATER)


def test_a_snooze_ends_in_the_future():
    assert acts.snooze(INCIDENT, LATER, "Mia", NOW)[0].snoozed_until == LATER
    with pytest.raises(ValueError, match="past"):
        acts.snooze(INCIDENT, NOW, "Mia", NOW)


def test_escalating_by_hand_raises_wakes_and_opens():
    asleep = replace(acts.acknowledge(INCIDENT, "Mia", NOW)[0], snoozed_until=LATER)
    incident, entry = acts.escalate(asleep, Level.crisis, "Jo", NOW, "a minister asked")

    assert (incident.level, incident.peak_level, incident.status) == (Level.crisis, Level.crisis, Status.open)
    assert incident.snoozed_until is None
    assert entry.change is Change.escalated
    with pytest.raises(ValueError, match="already"):
        acts.escalate(INCIDENT, Level.review, "Jo", NOW)


def test_assigning_and_noting_need_words():
    assert acts.assign(INCIDENT, "Jo", "Mia", LATER)[0].owner == "Jo"
    assert acts.note(INCIDENT, "called the desk", "Mia", LATER)[1].arguments == {"text": "called the desk"}
    with pytest.raises(ValueError, match="name"):
        acts.assign(INCIDENT, " ", "Mia", LATER)
    with pytest.raises(ValueError, match="empty"):
        acts.note(INCIDENT, "", "Mia", LATER)


def test_the_truth_of_the_claim_is_said_by_a_person():
    incident, entry = acts.judge(INCIDENT, Truth.confirmed, "Mia", LATER)

    assert incident.truth is Truth.confirmed
    assert entry.by == "Mia"
    with pytest.raises(ValueError, match="confirmed already"):
        acts.judge(incident, Truth.confirmed, "Mia", LATER)


@pytest.mark.parametrize(
    "act",
    [
        lambda: acts.acknowledge(CLOSED, "Jo", LATER),
        lambda: acts.assign(CLOSED, "Jo", "Jo", LATER),
        lambda: acts.snooze(CLOSED, LATER, "Jo", NOW),
        lambda: acts.dismiss(CLOSED, "no", Verdict.noise, "Jo", LATER),
        lambda: acts.resolve(CLOSED, Verdict.real, "Jo", LATER),
        lambda: acts.escalate(CLOSED, Level.crisis, "Jo", LATER),
    ],
)
def test_a_closed_incident_says_who_closed_it(act):
    with pytest.raises(ValueError, match="closed already, by Mia"):
        act()


def test_a_note_on_a_closed_incident_is_welcome():
    assert acts.note(CLOSED, "the press called", "Jo", LATER)[1].change is Change.noted
