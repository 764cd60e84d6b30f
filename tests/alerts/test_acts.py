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


def test_a_word_on_a_claim_is_kept_with_who_when_and_from_where_and_leaves_the_case_as_a_whole():
    incident, entry = acts.judge(INCIDENT, Truth.false, "A. Kim", LATER, ("k1", "k2"), source="ramp log", note="seen")

    word = incident.word_on(["k2", "k1"])
    assert (word.truth, word.by, word.at, word.source, word.note) == (Truth.false, "A. Kim", LATER, "ramp log", "seen")
    assert incident.truth is Truth.unverified
    assert incident.word_on(["other"]) is incident.word_on(()) is None
    assert (entry.change, entry.by, entry.at) == (Change.judged, "A. Kim", LATER)
    assert entry.arguments == {
        "claim": "k1",
        "truth": "false",
        "before": "unverified",
        "source": "ramp log",
        "note": "seen",
    }


def test_a_word_is_not_overwritten_by_somebody_who_has_not_seen_it():
    incident, _ = acts.judge(INCIDENT, Truth.false, "A. Kim", LATER, ("k1",))
    later = LATER + timedelta(minutes=1)
    with pytest.raises(ValueError, match=r"A\. Kim has marked it as false meanwhile"):
        acts.judge(incident, Truth.confirmed, "Jo", later, ("k1",))
    changed, _ = acts.judge(incident, Truth.confirmed, "Jo", later, ("k1",), seen=LATER)
    assert changed.word_on(["k1"]).by == "Jo"
    own, _ = acts.judge(incident, Truth.confirmed, "A. Kim", later, ("k1",))
    assert own.word_on(["k1"]).truth is Truth.confirmed


def test_a_word_on_several_wordings_replaces_what_was_said_of_each():
    one, _ = acts.judge(INCIDENT, Truth.false, "Mia", LATER, ("k1",))
    two, _ = acts.judge(one, Truth.confirmed, "Mia", LATER, ("k2",))
    both, _ = acts.judge(two, Truth.unverified, "Mia", LATER + timedelta(minutes=1), ("k1", "k2"))
    assert [(word.claim, word.truth) for word in both.judgements] == [("k1", Truth.unverified)]


def test_the_same_word_again_needs_something_new_to_say():
    incident, _ = acts.judge(INCIDENT, Truth.false, "Mia", LATER, ("k1",))
    with pytest.raises(ValueError, match="false already"):
        acts.judge(incident, Truth.false, "Mia", LATER, ("k1",))
    assert acts.judge(incident, Truth.false, "Mia", LATER, ("k1",), note="seen the log")[0].word_on(["k1"]).note
    with pytest.raises(ValueError, match="name"):
        acts.judge(INCIDENT, Truth.false, " ", LATER, ("k1",))


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
