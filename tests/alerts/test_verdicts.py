"""A verdict on a case says something, and not much, of the posts that made the alarm."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts import acts
from alerts.domain import Incident, Level, Status, Verdict
from alerts.verdicts import POSTS, WEIGHT, concluded
from monitor.domain import AccountKey, Assessment, Post, PostKey

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPEN = Incident(
    "i1", "northline", "x:1", "viral_complaint", Level.review, Status.open, NOON, NOON, NOON, NOON, Level.review
)


def post(n, complaint=0.9, **more):
    read = Assessment("en", complaint is not None, complaint)
    return Post(
        PostKey("x", str(n)), AccountKey("x", "a"), f"they lost my harp {n}", NOON, NOON, assessment=read, **more
    )


def closed(verdict):
    return acts.resolve(OPEN, verdict, "Ada", NOON)[0]


@pytest.mark.parametrize(
    ("verdict", "says"),
    [(Verdict.crisis, True), (Verdict.real, True), (Verdict.noise, False), (Verdict.ours, False)],
)
def test_each_verdict_speaks_of_the_posts_that_read_as_complaints_only(verdict, says):
    labels = list(concluded(closed(verdict), [post(1), post(2, 0.2), post(3, None)]))
    assert [(label.post.id, label.complaint, label.weight) for label in labels] == [("1", says, WEIGHT)]
    assert (labels[0].who, labels[0].origin, labels[0].text) == ("Ada", "verdict", "they lost my harp 1")


def test_open_cases_and_those_that_calm_closed_say_nothing():
    quiet = replace(OPEN, status=Status.resolved, resolved_at=NOON)
    assert list(concluded(OPEN, [post(1)])) == list(concluded(quiet, [post(1)])) == []


def test_a_dismissed_case_speaks_too_and_no_case_speaks_too_much():
    dismissed, _ = acts.dismiss(OPEN, "a fan club", Verdict.noise, "Bo", NOON)
    labels = list(concluded(dismissed, map(post, range(100))))
    assert len(labels) == POSTS
    assert {label.complaint for label in labels} == {False}


def test_what_was_taken_back_is_left_alone():
    assert list(concluded(closed(Verdict.real), [post(1, deleted_at=NOON)])) == []
