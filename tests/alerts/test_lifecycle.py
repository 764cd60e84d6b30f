"""One incident per brand and issue: how it opens, rises, calms, closes and comes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts import acts
from alerts.domain import Change, Finding, Level, Status, Verdict
from alerts.lifecycle import LifecycleConfig, advance, matters
from monitor.domain import PostKey

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
CONFIG = LifecycleConfig()
GUITAR, SURGE = "example:guitar", "surge:northline"


def at(hours):
    return NOON + timedelta(hours=hours)


def finding(level=Level.review, hours=0.0, issue=GUITAR, detector="viral_complaint", size=100, **arguments):
    return Finding(
        detector=detector,
        rule_version="1",
        brand="northline",
        issue=issue,
        kind=detector,
        level=level,
        parts=(),
        evidence=(),
        explanation=f"why.{detector}",
        seen_at=at(hours),
        arguments={"size": size, "title": "They broke my guitar", "started_at": at(-1).isoformat(), **arguments},
        root=PostKey("example", "guitar") if detector == "viral_complaint" else None,
    )


def surge(level=Level.watch, hours=0.0, issue=None, size=40):
    seen = finding(level, hours, SURGE, "volume_surge", size)
    return replace(seen, arguments={**seen.arguments, "issue": issue})


class World:
    """The incidents as a store would keep them, and everything that happened to them."""

    def __init__(self):
        self.known = {}
        self.history = []

    def tick(self, hours, *findings, watched_since=None):
        known = [incident for incident in self.known.values() if matters(incident, at(hours), CONFIG)]
        for transition in advance(known, findings, at(hours), CONFIG, watched_since):
            self.known[transition.incident.id] = transition.incident
            self.history.extend(transition.changes)
        return [change.change for change in self.history]

    def act(self, act, *arguments):
        incident, entry = act(self.only, *arguments)
        self.known[incident.id] = incident
        self.history.append(entry)

    @property
    def only(self):
        (incident,) = self.known.values()
        return incident

    @property
    def live(self):
        return [incident for incident in self.known.values() if incident.status is not Status.resolved]


@pytest.fixture
def world():
    return World()


def test_opens_at_the_level_of_the_finding_with_its_story(world):
    world.tick(0, finding(Level.escalate))

    incident = world.only
    assert (incident.level, incident.status, incident.fired_at) == (Level.escalate, Status.open, at(0))
    assert (incident.title, incident.started_at, incident.root) == (
        "They broke my guitar",
        at(-1),
        PostKey("example", "guitar"),
    )
    assert [change.change for change in world.history] == [Change.opened]


def test_its_name_depends_on_nothing_but_brand_issue_and_moment():
    first, second, later = World(), World(), World()
    first.tick(0, finding())
    second.tick(0, finding(Level.crisis, size=9_000))
    later.tick(1, finding(hours=1))

    assert first.only.id == second.only.id != later.only.id


def test_rises_at_once_and_keeps_its_peak(world):
    world.tick(0, finding(Level.watch))
    world.tick(1, finding(Level.crisis))
    changes = world.tick(20, finding(Level.watch))

    assert changes[:2] == [Change.opened, Change.raised]
    assert world.only.peak_level is Level.crisis
    assert world.only.findings == 3


def test_calms_one_level_every_six_hours_and_then_is_resolved(world):
    world.tick(0, finding(Level.escalate))

    assert world.tick(6) == [Change.opened]
    assert world.tick(6.1)[1:] == [Change.lowered]
    assert world.only.level is Level.review
    world.tick(12.1)
    assert world.only.level is Level.watch
    world.tick(18.1)
    assert world.only.status is Status.resolved
    assert world.only.resolved_at == at(18)
    told = world.history[-1].arguments
    assert (told["duration_seconds"], told["peak"]) == (18 * 3600, "escalate")


def test_lower_findings_do_not_hold_a_higher_level_but_keep_it_alive(world):
    world.tick(0, finding(Level.escalate))
    for hour in range(1, 20):
        world.tick(hour, finding(Level.watch))

    assert world.only.level is Level.watch
    assert world.only.status is Status.open


def test_findings_at_its_level_hold_it(world):
    for hour in range(0, 50, 5):
        changes = world.tick(hour, finding(Level.escalate))

    assert changes == [Change.opened]
    assert world.only.level is Level.escalate


def test_a_refire_within_a_day_of_the_end_reopens_the_same_incident(world):
    world.tick(0, finding(Level.watch))
    world.tick(7)
    assert world.only.status is Status.resolved
    world.tick(29, finding(Level.review))

    assert world.only.status is Status.open
    assert world.only.level is Level.review
    assert world.only.reopenings == 1
    assert world.only.resolved_at is None


def test_a_refire_later_is_a_new_incident(world):
    world.tick(0, finding(Level.watch))
    world.tick(7)
    world.tick(31, finding())

    assert len(world.known) == 2
    assert len(world.live) == 1


def test_calm_that_nobody_watched_does_not_count(world):
    world.tick(0, finding(Level.watch))
    world.tick(7, watched_since={"northline": at(5)})
    assert world.only.status is Status.open

    world.tick(11.1, watched_since={"northline": at(5)})
    assert world.only.status is Status.resolved


def test_brands_and_issues_do_not_mix(world):
    world.tick(0, finding(), finding(issue="example:coffee"), replace(finding(), brand="other"))

    assert len(world.live) == 3


def test_several_detectors_and_cascades_of_one_issue_feed_one_incident(world):
    world.tick(
        0, finding(Level.watch, detector="influencer_complaint", size=1), finding(Level.review), finding(size=300)
    )

    assert world.only.level is Level.review
    assert world.only.findings == 3
    assert {(one.detector, one.arguments["size"]) for one in world.only.latest} == {
        ("influencer_complaint", 1),
        ("viral_complaint", 300),
    }


class TestAcknowledged:
    @pytest.fixture
    def acked(self, world):
        world.tick(0, finding(size=100))
        world.act(acts.acknowledge, "Mia", at(0.1))
        return world

    def test_stays_so_while_nothing_is_worse(self, acked):
        acked.tick(1, finding(size=199))

        assert acked.only.status is Status.acked
        assert acked.only.owner == "Mia"

    def test_opens_again_when_it_doubles_and_says_so_each_time(self, acked):
        assert acked.tick(1, finding(size=200))[-1] is Change.doubled
        assert acked.only.status is Status.open
        assert acked.history[-1].arguments["size"] == 200

        acked.act(acts.acknowledge, "Mia", at(1.1))
        acked.tick(2, finding(size=390))
        assert acked.only.status is Status.acked
        acked.tick(3, finding(size=400))
        assert acked.only.doublings == 2

    def test_opens_again_when_it_rises(self, acked):
        assert acked.tick(1, finding(Level.escalate, size=120))[-1] is Change.raised
        assert acked.only.status is Status.open

    def test_falling_and_rising_back_to_the_same_level_is_nothing_new(self, acked):
        acked.tick(6.5, finding(Level.watch, size=120))
        assert acked.only.level is Level.watch
        acked.tick(7, finding(Level.review, size=130))

        assert acked.only.status is Status.acked

    def test_an_unknown_size_is_learnt_later_not_taken_for_zero(self, world):
        world.tick(0, finding(size=None))
        world.act(acts.acknowledge, "Mia", at(0.1))
        world.tick(1, finding(size=500))
        assert world.only.status is Status.acked
        world.tick(2, finding(size=1_000))

        assert world.only.status is Status.open


class TestClosedByAPerson:
    @pytest.fixture
    def dismissed(self, world):
        world.tick(0, finding(size=100))
        world.act(acts.dismiss, "a joke among friends", Verdict.noise, "Mia", at(0.1))
        return world

    @pytest.mark.parametrize(("level", "size"), [(Level.review, 5_000), (Level.crisis, 199)])
    def test_not_a_crisis_stays_quiet_unless_larger_and_higher(self, dismissed, level, size):
        dismissed.tick(1, finding(level, size=size))

        assert dismissed.only.status is Status.resolved
        assert dismissed.history[-1].change is Change.dismissed

    def test_not_a_crisis_comes_back_when_both(self, dismissed):
        assert dismissed.tick(1, finding(Level.escalate, size=200))[-1] is Change.reopened
        assert dismissed.only.status is Status.open
        assert dismissed.only.verdict is None

    def test_not_a_crisis_stays_quiet_for_as_long_as_it_goes_on(self, dismissed):
        for hour in range(1, 100):
            dismissed.tick(hour, finding(size=150))

        assert dismissed.live == []
        assert len(dismissed.known) == 1

    def test_a_surge_about_it_stays_quiet_too(self, dismissed):
        dismissed.tick(1, surge(issue=GUITAR))

        assert dismissed.live == []

    def test_resolved_by_hand_does_not_reopen_a_minute_later(self, world):
        world.tick(0, finding(size=100))
        world.act(acts.resolve, Verdict.real, "Mia", at(1))
        world.tick(1.1, finding(size=110))
        assert world.live == []
        world.tick(2, finding(size=220))

        assert world.only.status is Status.open

    def test_resolved_by_hand_reopens_on_a_new_outbreak_after_calm(self, world):
        world.tick(0, finding(size=100))
        world.act(acts.resolve, Verdict.real, "Mia", at(1))
        world.tick(8, finding(size=110))

        assert world.only.status is Status.open


class TestSurgeAndIssue:
    def test_a_surge_about_an_open_issue_feeds_its_incident(self, world):
        world.tick(0, finding(Level.review))
        world.tick(1, surge(Level.escalate, issue=GUITAR))

        assert world.only.issue == GUITAR
        assert world.only.level is Level.escalate

    def test_both_at_once_are_one(self, world):
        world.tick(0, surge(issue=GUITAR), finding())

        assert world.only.issue == GUITAR

    def test_a_surge_whose_issue_shows_itself_later_takes_its_name(self, world):
        world.tick(0, surge(issue=GUITAR))
        opened = world.only
        assert opened.issue == SURGE
        world.tick(1, finding(Level.review), surge(hours=1))

        assert world.only.id == opened.id
        assert world.only.issue == GUITAR
        assert world.only.root == PostKey("example", "guitar")
        assert world.only.started_at == at(-1)

    def test_a_surge_stays_with_the_incident_that_took_it(self, world):
        world.tick(0, finding(), surge(issue=GUITAR))
        world.tick(1, surge(hours=1, issue=None))

        assert world.only.issue == GUITAR

    def test_a_surge_about_something_else_is_a_case_of_its_own(self, world):
        world.tick(0, finding())
        world.tick(1, surge(hours=1, issue="example:coffee"))

        assert {incident.issue for incident in world.live} == {GUITAR, SURGE}

    def test_surges_without_an_issue_are_one_case_per_brand(self, world):
        world.tick(0, surge())
        world.tick(1, surge(Level.review, hours=1))

        assert world.only.issue == SURGE
