"""A complaint that spreads: which gates it must pass, and how its level follows from the forecast."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.detectors.base import Bin
from alerts.detectors.viral_complaint import Config, Sizes, ViralComplaint, chance_to_pass
from alerts.domain import Level
from graph.domain import Forecast

FIRES = ViralComplaint.example().fires
FACTS = FIRES.cascades[0]


def detect(facts=FACTS, window=FIRES, **settings):
    return ViralComplaint(Config(**settings)).detect(replace(window, cascades=(facts,)))


def sized(size, **changes):
    return replace(FACTS, cascade=replace(FACTS.cascade, size=size), **changes)


def forecast(low, median, high, seen=20):
    return Forecast(FACTS.cascade.root, FIRES.now, timedelta(days=7), seen, low, median, high, "test", "1")


@pytest.mark.parametrize(
    ("median", "level"),
    [
        (49, None),
        (50, Level.watch),
        (199, Level.watch),
        (200, Level.review),
        (1_000, Level.escalate),
        (5_000, Level.crisis),
    ],
)
def test_the_level_is_the_highest_size_that_the_forecast_is_expected_to_pass(median, level):
    found = detect(sized(30, forecast=forecast(30, median, median * 3)))

    assert [finding.level for finding in found] == ([level] if level else [])


def test_a_higher_probability_can_be_asked_for():
    unsure = sized(30, forecast=forecast(40, 210, 1_200))

    assert detect(unsure)[0].level is Level.review
    assert detect(unsure, p_min=0.8)[0].level is Level.watch


def test_a_stated_probability_counts_more_than_the_interval():
    found = detect(sized(30, forecast=forecast(40, 210, 1_200), p_sizes=((200.0, 0.3), (50.0, 0.9))))

    assert found[0].level is Level.watch


def test_without_a_forecast_only_what_has_happened_counts():
    assert detect(sized(40, forecast=None)) == []
    found = detect(sized(250, forecast=None))

    assert found[0].level is Level.review
    part = next(part for part in found[0].parts if part.name == "forecast")
    assert part.value is None
    assert not part.crossed


def test_the_chance_follows_the_interval_and_is_unknown_without_one():
    facts = sized(20, forecast=forecast(50, 100, 400))

    assert chance_to_pass(facts, 100) == pytest.approx(0.5)
    assert chance_to_pass(facts, 50) == pytest.approx(0.9, abs=1e-4)
    assert chance_to_pass(facts, 400) == pytest.approx(0.1, abs=1e-4)
    assert chance_to_pass(facts, 20) == 1.0
    assert chance_to_pass(replace(facts, forecast=None), 100) is None


def test_too_few_reposts_do_not_fire_however_large_the_forecast():
    big = forecast(30, 9_000, 20_000, seen=15)

    assert detect(sized(15, forecast=big)) == []
    assert detect(sized(16, forecast=big))


def test_praise_that_spreads_is_not_a_complaint():
    assert detect(replace(FACTS, assessed=10, complaints=4)) == []
    assert detect(replace(FACTS, assessed=10, complaints=5))


def test_texts_that_nobody_could_read_are_no_complaint_unless_any_cascade_is_wanted():
    unread = replace(FACTS, assessed=0, complaints=0)

    assert detect(unread) == []
    found = detect(unread, min_complaint_share=0)
    assert next(part for part in found[0].parts if part.name == "complaints").value is None


def test_growth_is_measured_against_the_brands_usual_hour():
    busy = replace(FIRES, hours=tuple(Bin(hour.start, 20, 20, 4) for hour in FIRES.hours))

    assert detect(replace(FACTS, last_hour=40), window=busy) == []
    found = detect(replace(FACTS, last_hour=80), window=busy)
    growth = next(part for part in found[0].parts if part.name == "growth")
    assert growth.value == pytest.approx(4, rel=0.1)
    assert growth.expected == pytest.approx(20, rel=0.1)


def test_a_very_loud_brand_does_not_hide_a_cascade():
    loud = replace(FIRES, hours=tuple(Bin(hour.start, 800, 800, 150) for hour in FIRES.hours))

    assert detect(replace(FACTS, last_hour=99), window=loud) == []
    assert detect(replace(FACTS, last_hour=100), window=loud)


def test_a_brand_nobody_talks_about_still_needs_three_in_an_hour():
    silent = replace(FIRES, hours=tuple(Bin(hour.start, 0, 0, 0) for hour in FIRES.hours))

    assert detect(replace(FACTS, last_hour=2), window=silent) == []
    assert detect(replace(FACTS, last_hour=3), window=silent)


def test_it_works_on_the_first_day():
    assert detect(window=replace(FIRES, hours=()))


def test_a_cascade_that_has_slowed_does_not_fire_anew():
    slowed = replace(FACTS, cascade=replace(FACTS.cascade, last_at=FIRES.now - timedelta(hours=3)))

    assert detect(slowed) == []


def test_a_large_old_cascade_that_trickles_on_is_past_news():
    trickling = sized(2_000, last_hour=39)

    assert detect(trickling) == []
    assert detect(replace(trickling, last_hour=40)) != []
    assert detect(trickling, min_pace=0) != []


def test_a_huge_case_that_still_gets_a_hundred_an_hour_is_not_over():
    assert detect(sized(50_000, last_hour=100)) != []


def test_the_issue_is_that_of_the_root_and_else_the_root_itself():
    assert detect()[0].issue == "example:guitar"
    assert detect(replace(FACTS, root=replace(FACTS.root, issue="example:first")))[0].issue == "example:first"
    assert detect(replace(FACTS, root=None))[0].issue == "example:guitar"


def test_only_what_crossed_its_threshold_is_marked():
    parts = {part.name: part for part in detect()[0].parts}

    assert {name for name, part in parts.items() if part.crossed} >= {"growth", "reposts", "complaints", "forecast"}
    assert not parts["spread"].crossed
    assert parts["reach"].value is None


def test_sizes_must_grow():
    with pytest.raises(ValueError, match="must grow"):
        Sizes(watch=300)
