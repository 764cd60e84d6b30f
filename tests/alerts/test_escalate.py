"""Who is told what and when, minute by minute, as scripts."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts import acts, escalate, lifecycle
from alerts.domain import Finding, Level, Person, Status, Verdict
from alerts.escalate import EscalateConfig
from alerts.lifecycle import LifecycleConfig

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
MIA = Person("Mia", "mia@example.org", Level.watch)
HEAD = Person("Head", "head@example.org", Level.escalate, channels=("email", "console"))
LIFE = LifecycleConfig()


def seen(level, size, now, issue="example:guitar"):
    return Finding(
        "viral_complaint", "1", "northline", issue, "viral_complaint", level, (), (), "why", now, {"size": size}
    )  # fmt: skip


class Day:
    """Steps through minutes: what is found at each, what people do, and what goes out when."""

    def __init__(self, *people, config=None):
        self.people = people or (MIA,)
        self.config = config or EscalateConfig()
        self.known = {}
        self.out = []
        self.rows = set()

    def until(self, minute, level=None, size=100, start=None):
        """Tick every minute from where we are up to ``minute``, with a finding at each where a level is given."""
        for now in range(start if start is not None else getattr(self, "minute", -1) + 1, minute + 1):
            self.tick(now, level, size)
        return self

    def tick(self, minute, level=None, size=100):
        self.minute = minute
        now = NOON + timedelta(minutes=minute)
        kept = [incident for incident in self.known.values() if lifecycle.matters(incident, now, LIFE)]
        found = [seen(level, size, now)] if level else []
        transitions = lifecycle.advance(kept, found, now, LIFE)
        for delivery in escalate.due(transitions, kept, self.people, now, self.config):
            row = (delivery.incident, delivery.step, delivery.loop, delivery.recipient, delivery.channel)
            assert row not in self.rows, "made out twice"
            self.rows.add(row)
            self.out.append((minute, delivery.step, delivery.recipient, delivery.channel))
        for transition in escalate.mark_told(transitions, kept, now, self.config):
            self.known[transition.incident.id] = transition.incident

    def act(self, act, *arguments):
        incident, _ = act(self.only, *arguments, NOON + timedelta(minutes=self.minute))
        self.known[incident.id] = incident
        return self

    @property
    def only(self):
        (incident,) = self.known.values()
        return incident

    @property
    def steps(self):
        return [(minute, step) for minute, step, *_ in self.out]


def test_a_steady_incident_is_told_once():
    assert Day().until(300, Level.review).steps == [(0, "level:review")]


def test_flapping_is_told_once():
    day = Day()
    for minute in range(0, 600, 7):
        day.tick(minute, Level.review if minute % 2 else Level.watch)
        day.tick(minute + 3)

    assert day.steps == [(0, "level:watch"), (7, "level:review")]


def test_slow_flapping_between_levels_is_told_once_each():
    day = Day()
    for hour in range(0, 100, 8):
        day.tick(hour * 60, Level.review)
        day.until(hour * 60 + 470, Level.watch)

    assert day.steps == [(0, "level:review")]


def test_each_higher_level_is_told_once_more():
    day = Day().until(10, Level.watch).until(20, Level.escalate).until(30, Level.review).until(40, Level.crisis)

    assert day.steps == [(0, "level:watch"), (11, "level:escalate"), (31, "level:crisis")]


def test_people_hear_from_their_level_on_over_each_of_their_channels():
    day = Day(MIA, HEAD).until(10, Level.review).until(20, Level.escalate)

    assert day.out == [
        (0, "level:review", "Mia", "email"),
        (11, "level:escalate", "Mia", "email"),
        (11, "level:escalate", "Head", "email"),
        (11, "level:escalate", "Head", "console"),
    ]


def test_an_acknowledgement_stops_it_until_it_doubles():
    day = Day().until(5, Level.review, 100).act(acts.acknowledge, "Mia")
    day.until(60, Level.review, 190).until(70, Level.review, 210).until(100, Level.review, 900)

    assert day.steps == [(0, "level:review"), (61, "doubled:1")]


def test_each_doubling_after_a_new_acknowledgement_is_told():
    day = Day().until(5, Level.review, 100).act(acts.acknowledge, "Mia").until(10, Level.review, 200)
    day.act(acts.acknowledge, "Mia").until(20, Level.review, 399).until(30, Level.review, 400)

    assert day.steps == [(0, "level:review"), (6, "doubled:1"), (21, "doubled:2")]


def test_an_acknowledgement_covers_its_level_only():
    day = Day().until(5, Level.review).act(acts.acknowledge, "Mia").until(10, Level.escalate, 110)

    assert day.steps[-1] == (6, "level:escalate")


def test_a_rise_and_a_doubling_at_once_are_one_message():
    day = Day().until(5, Level.review, 100).act(acts.acknowledge, "Mia").until(60, Level.escalate, 300)

    assert day.steps == [(0, "level:review"), (6, "level:escalate")]


def test_what_happens_under_a_snooze_is_told_when_it_ends_once():
    day = Day().until(5, Level.review)
    day.act(acts.snooze, NOON + timedelta(minutes=60), "Mia")
    day.until(20, Level.escalate).until(120, Level.crisis)

    assert day.steps == [(0, "level:review"), (60, "level:crisis")]


def test_what_was_acknowledged_under_a_snooze_is_not_told_when_it_ends():
    day = Day().until(5, Level.review).act(acts.snooze, NOON + timedelta(minutes=60), "Mia").until(20, Level.escalate)
    day.act(acts.acknowledge, "Mia").until(120, Level.escalate)

    assert day.steps == [(0, "level:review")]


def test_a_snooze_under_which_nothing_happens_ends_silently():
    day = Day().until(5, Level.review).act(acts.snooze, NOON + timedelta(minutes=60), "Mia").until(120, Level.review)

    assert day.steps == [(0, "level:review")]


def test_the_all_clear_goes_once_to_those_who_were_told():
    day = Day(MIA, HEAD).until(5, Level.review).until(24 * 60)

    assert [entry[1:3] for entry in day.out] == [("level:review", "Mia"), ("resolved", "Mia")]
    assert day.only.status is Status.resolved


def test_who_was_told_at_the_peak_hears_the_end_though_it_was_small_by_then():
    day = Day(HEAD).until(5, Level.escalate).until(40 * 60)

    assert [step for _, step in day.steps] == ["level:escalate"] * 2 + ["resolved"] * 2


def test_the_all_clear_waits_for_the_end_of_a_snooze():
    day = Day().until(5, Level.watch).act(acts.snooze, NOON + timedelta(hours=10), "Mia").until(11 * 60)

    assert day.steps == [(0, "level:watch"), (600, "resolved")]


def test_after_the_all_clear_a_refire_is_told_again_and_cleared_again():
    day = Day().until(5, Level.watch).until(500).until(505, Level.watch).until(1000)

    assert [step for _, step in day.steps] == ["level:watch", "resolved"] * 2
    assert day.only.reopenings == 1


def test_resolving_by_hand_sends_the_all_clear():
    day = Day().until(5, Level.review).act(acts.resolve, Verdict.real, "Mia").until(30, Level.review)

    assert day.steps == [(0, "level:review"), (6, "resolved")]


def test_not_a_crisis_is_silence():
    day = Day().until(5, Level.review).act(acts.dismiss, "a joke", Verdict.noise, "Mia").until(60, Level.review, 150)
    assert day.steps == [(0, "level:review")]

    day.until(2000, Level.review, 180).until(2010, Level.escalate, 250)
    assert day.steps[-1] == (2001, "level:escalate")


def test_not_a_crisis_after_a_peak_is_told_when_it_returns_to_that_peak():
    day = Day().until(5, Level.escalate, 100).until(400, Level.review, 100)
    day.act(acts.dismiss, "a joke", Verdict.noise, "Mia").until(420, Level.escalate, 200)

    assert day.steps == [(0, "level:escalate"), (401, "level:escalate")]


def test_escalating_by_hand_tells_those_of_that_level():
    day = Day(HEAD).until(5, Level.review).act(acts.escalate, Level.escalate, "Mia").until(60, Level.review)

    assert day.steps == [(6, "level:escalate")] * 2


@pytest.mark.parametrize("switch", ["all_clear", "doublings"])
def test_what_is_switched_off_is_not_told(switch):
    day = Day(config=EscalateConfig(**{switch: False})).until(5, Level.review, 100).act(acts.acknowledge, "Mia")
    day.until(20, Level.review, 250).until(24 * 60)

    silenced = {"all_clear": "resolved", "doublings": "doubled:1"}[switch]
    assert len(day.steps) == 2
    assert silenced not in dict(map(reversed, day.steps))
