"""What the two baselines make of young cascades."""

from datetime import UTC, datetime, timedelta
from math import log

import pytest

from graph.cascade import CascadeState
from graph.domain import Observation
from graph.forecast.base import Quantiles
from graph.forecast.log_linear import LogLinear, features, shipped
from graph.forecast.registry import DEFAULT, FORECASTERS, forecast
from monitor.domain import AccountKey, PostKey, Repost

START = datetime(2026, 3, 1, tzinfo=UTC)


def observed(times: list[float], age: float) -> Observation:
    return Observation(tuple(times), (None,) * len(times), (None,) * len(times), age)


def test_odds_follow_the_distribution_between_its_points() -> None:
    sizes = Quantiles(10, 20, 40, ((0.0, log(10)), (0.5, log(10)), (0.9, log(40)), (1.0, log(80))))
    assert sizes.p_exceed(9) == 1.0
    assert sizes.p_exceed(10) == 0.5  # an even chance that nothing more comes
    assert sizes.p_exceed(20) == pytest.approx(0.3)
    assert sizes.p_exceed(40) == pytest.approx(0.1)
    assert sizes.p_exceed(80) == sizes.p_exceed(1e9) == 0.0
    assert sizes.p_exceed(0) == sizes.p_exceed(-5) == 1.0


def test_rising_cascade_is_expected_to_go_further_than_a_fading_one() -> None:
    model = LogLinear()
    rising = model.predict(observed([0, *(3600 - i * 20 for i in range(99, -1, -1))], 3600))
    fading = model.predict(observed([0, *(i * 5 for i in range(1, 101))], 3600))
    assert rising.median > 1.5 * fading.median
    assert rising.p_exceed(400) > fading.p_exceed(400)


def test_yardstick_sees_no_such_difference() -> None:
    model = FORECASTERS["constant_growth"]()
    rising = model.predict(observed([0, *(3600 - i * 20 for i in range(99, -1, -1))], 3600))
    assert rising == model.predict(observed([0, *(i * 5 for i in range(1, 101))], 3600))


def test_quiet_time_narrows_the_outlook() -> None:
    model, times = LogLinear(), [0.0, *(i * 30.0 for i in range(1, 60))]
    medians = [model.predict(observed(times, age)).median for age in (1800, 7200, 86_400, 4 * 86_400)]
    assert medians == sorted(medians, reverse=True)
    assert medians[-1] < 60 * 1.1


def test_shipped_parameters_fit_the_features() -> None:
    parameters = shipped()
    assert len(parameters.weights) == len(features(observed([0, 5], 60)))
    groups = (len(parameters.growth_edges) + 1) * (len(parameters.age_edges) + 1) * (len(parameters.seen_edges) + 1)
    assert len(parameters.errors) == groups
    assert all(list(row) == sorted(row) for row in parameters.errors)


def test_forecast_of_a_live_cascade_carries_the_measured_coverage() -> None:
    state = CascadeState(PostKey("s", "root"))
    state.see_root(AccountKey("s", "author"), START)
    for i in range(30):
        at = START + timedelta(minutes=i)
        state.add(Repost(state.root, PostKey("s", str(i)), AccountKey("s", f"a{i}"), at))
    model = FORECASTERS[DEFAULT]()
    now = START + timedelta(minutes=10)
    made, sizes = forecast(model, state, now)
    assert made.seen == 12  # the root and eleven reposts; later ones are not known yet
    assert (made.low, made.median, made.high) == (sizes.low, sizes.median, sizes.high)
    assert (made.model, made.coverage, made.coverage_n) == (DEFAULT, model.coverage, model.coverage_n)
    soon, _ = forecast(model, state, now, timedelta(hours=1))
    assert soon.high < made.high
