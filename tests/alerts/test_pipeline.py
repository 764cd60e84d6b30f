"""The stages together: a window becomes an incident and a message, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from alerts.detectors.influencer_complaint import InfluencerComplaint
from alerts.detectors.viral_complaint import ViralComplaint
from alerts.detectors.volume_surge import VolumeSurge
from alerts.domain import Level, Person, Status
from alerts.pipeline import PipelineConfig, run

VIRAL, SURGE = ViralComplaint.example().fires, VolumeSurge.example().fires
NOW = VIRAL.now
PEOPLE = (Person("Mia", "mia@example.org", Level.watch), Person("Head", "head@example.org", Level.escalate))


def test_one_bad_minute_is_one_incident_and_one_message_each():
    issue = VIRAL.cascades[0].cascade.root
    post, author = InfluencerComplaint.example().fires.posts[0]
    window = replace(VIRAL, hours=SURGE.hours, posts=((replace(post, issue=str(issue)), author),))

    outcome = run([window], [], PEOPLE, PipelineConfig(), NOW)

    assert {finding.detector for finding in outcome.findings} == {
        "viral_complaint", "influencer_complaint", "volume_surge",
    }  # fmt: skip
    (transition,) = outcome.transitions
    assert transition.incident.issue == str(issue)
    assert [(d.recipient, d.step) for d in outcome.deliveries] == [
        ("Mia", "level:escalate"),
        ("Head", "level:escalate"),
    ]


def test_the_next_tick_repeats_nothing():
    first = run([VIRAL], [], PEOPLE, PipelineConfig(), NOW)
    later = replace(VIRAL, now=NOW + timedelta(minutes=1))

    second = run([later], [t.incident for t in first.transitions], PEOPLE, PipelineConfig(), later.now)

    assert second.deliveries == ()
    assert [transition.changes for transition in second.transitions] == [()]


def test_calm_changes_nothing():
    outcome = run([ViralComplaint.example().calm], [], PEOPLE, PipelineConfig(), NOW)

    assert (outcome.findings, outcome.transitions, outcome.deliveries) == ((), (), ())


def test_a_source_that_fell_silent_is_no_all_clear():
    opened = run([VIRAL], [], PEOPLE, PipelineConfig(), NOW)
    later = NOW + timedelta(days=2)
    blind = replace(ViralComplaint.example().calm, now=later, watched_since=later)

    held = run([blind], [t.incident for t in opened.transitions], PEOPLE, PipelineConfig(), later)
    seen = run(
        [replace(blind, watched_since=None)], [t.incident for t in opened.transitions], PEOPLE, PipelineConfig(), later
    )

    assert held.transitions == held.deliveries == ()
    assert seen.transitions[0].incident.status is Status.resolved
    assert {delivery.step for delivery in seen.deliveries} == {"resolved"}


def test_a_detector_can_be_switched_off():
    off = PipelineConfig.model_validate({"viral_complaint": {"enabled": False}})

    assert run([VIRAL], [], PEOPLE, off, NOW).findings == ()


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"viral_complaint": {"sizes": {"watsh": 5}}}, ("viral_complaint", "sizes", "watsh")),
        (
            {"volume_surge": {"levels": {"watch": {"score": -1, "negative": 5}}}},
            ("volume_surge", "levels", "watch", "score"),
        ),
        ({"lifecycle": {"lower_after_hours": 0}}, ("lifecycle", "lower_after_hours")),
        ({"plugins": {"astrology": {}}}, ("plugins",)),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(settings, place):
    with pytest.raises(ValidationError) as caught:
        PipelineConfig.model_validate(settings)

    assert caught.value.errors()[0]["loc"] == place
