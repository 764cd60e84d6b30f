"""One suite for every registered forecaster."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.domain import Observation
from graph.forecast.base import FINAL_HORIZON, Forecaster, Quantiles
from graph.forecast.registry import DEFAULT, FORECASTERS

pytestmark = pytest.mark.parametrize("build", FORECASTERS.values(), ids=FORECASTERS.keys())

Build = Callable[[], Forecaster]

seconds = st.floats(0, 8 * 86_400, allow_nan=False)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    times = sorted(draw(st.lists(seconds, max_size=40)))
    followers = draw(st.none() | st.integers(0, 10**9))
    age = draw(st.floats(times[-1] if times else 0.0, 30 * 86_400))
    return observed([0.0, *times], age, followers)


def observed(times: list[float], age: float, followers: int | None = None) -> Observation:
    return Observation(tuple(times), (followers,) * len(times), (None,) * len(times), age)


def check(sizes: Quantiles, seen: Observation) -> None:
    assert len(seen.times) <= sizes.low <= sizes.median <= sizes.high
    assert isfinite(sizes.high)
    probabilities = [probability for probability, _ in sizes.log_points]
    logs = [size for _, size in sizes.log_points]
    assert probabilities == sorted(probabilities)
    assert logs == sorted(logs)
    assert all(map(isfinite, logs))


@settings(max_examples=80, deadline=None)
@given(seen=observations(), hours=st.floats(0, 2000))
def test_forecast_is_in_order_finite_and_never_below_what_was_seen(
    build: Build, seen: Observation, hours: float
) -> None:
    check(build().predict(seen, timedelta(hours=hours)), seen)


@settings(max_examples=50, deadline=None)
@given(seen=observations(), levels=st.lists(st.floats(0, 1e9), min_size=2, max_size=20))
def test_odds_fall_with_the_level_and_hold_the_interval(build: Build, seen: Observation, levels: list[float]) -> None:
    sizes = build().predict(seen)
    odds = [sizes.p_exceed(level) for level in sorted(levels)]
    assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise([1.0, *odds]))
    assert sizes.p_exceed(len(seen.times) * 0.99) == 1.0
    assert sizes.p_exceed(sizes.low * 0.99) >= 0.9 - 1e-9
    assert sizes.p_exceed(sizes.high * 1.01) <= 0.1 + 1e-9


@settings(max_examples=50, deadline=None)
@given(seen=observations())
def test_nearer_horizon_is_never_larger(build: Build, seen: Observation) -> None:
    model = build()
    hours = [0, 1, 6, 24, 72, 168]
    made = [model.predict(seen, timedelta(hours=hour)) for hour in hours]
    for name in ("low", "median", "high"):
        values = [getattr(sizes, name) for sizes in made]
        assert values == sorted(values)
    assert model.predict(seen, FINAL_HORIZON) == made[-1] == model.predict(seen)


@settings(max_examples=30, deadline=None)
@given(seen=observations())
def test_same_input_gives_the_same_forecast(build: Build, seen: Observation) -> None:
    assert build().predict(seen) == build().predict(seen)


@pytest.mark.parametrize(
    "seen",
    [
        observed([0.0], 0.0),
        observed([0.0], 86_400.0),
        observed([0.0] * 1000, 0.0),
        observed([0.0] * 1000, 3600.0, followers=10**7),
        observed([0.0, *(i / 300 for i in range(999_999))], 3600.0),
        observed([0.0, *([59.0] * 50)], 59.0),
    ],
    ids=["root alone", "root alone for a day", "all at once", "all at once, long ago", "a million", "under a minute"],
)
def test_extreme_cascades(build: Build, seen: Observation) -> None:
    model = build()
    check(model.predict(seen), seen)
    assert 0 <= model.predict(seen).p_exceed(1e12) <= 0.01


def test_cascade_past_the_horizon_is_what_was_seen(build: Build) -> None:
    sizes = build().predict(observed([0.0, 10.0, 20.0], 7200.0), timedelta(hours=1))
    assert (sizes.low, sizes.median, sizes.high) == (3, 3, 3)
    assert sizes.p_exceed(2) == 1.0
    assert sizes.p_exceed(3) == pytest.approx(0, abs=0.01)


def test_model_is_named_and_says_how_its_interval_was_measured(build: Build) -> None:
    model = build()
    assert FORECASTERS[model.name] is build
    assert DEFAULT in FORECASTERS
    assert model.version
    if model.coverage is not None:
        assert 0 < model.coverage < 1
        assert model.coverage_n
        assert model.coverage_n > 100
