"""What a usual hour is, from long, short, wild and no history."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, nbinom

from alerts.baseline import count_tail, fit, share_tail, usual_share

MONDAY = datetime(2024, 4, 1, tzinfo=UTC)
FOUR_WEEKS = [MONDAY + timedelta(hours=hour) for hour in range(28 * 24)]
DAY = np.array([1 + 0.8 * np.sin((start.hour - 8) / 24 * 2 * np.pi) for start in FOUR_WEEKS])


def noise(mean, seed=1):
    return np.random.default_rng(seed).poisson(mean).astype(float)


def test_knows_the_hour_of_the_day():
    usual = fit(noise(12 * DAY), FOUR_WEEKS)

    assert usual.expected(MONDAY.replace(hour=14)) == pytest.approx(12 * 1.8, rel=0.15)
    assert usual.expected(MONDAY.replace(hour=2)) == pytest.approx(12 * 0.2, rel=0.4)


def test_knows_the_quiet_weekend():
    week = np.array([0.3 if start.weekday() >= 5 else 1.0 for start in FOUR_WEEKS])
    usual = fit(noise(10 * week), FOUR_WEEKS)

    assert usual.expected(MONDAY + timedelta(days=33)) < 0.5 * usual.expected(MONDAY + timedelta(days=30))


def test_follows_a_level_that_has_changed_for_good():
    risen = np.where(np.arange(len(FOUR_WEEKS)) < 14 * 24, 5.0, 9.0)

    assert 7.5 < fit(noise(risen), FOUR_WEEKS).level < 9.5


@pytest.mark.parametrize(("extra", "hours"), [(300, 20), (25, 24)])
def test_one_crisis_does_not_hide_the_next(extra, hours):
    calm = noise(6 * DAY)
    wild = calm.copy()
    wild[600 : 600 + hours] += extra

    assert fit(wild, FOUR_WEEKS).level < 1.25 * fit(calm, FOUR_WEEKS).level


def test_a_restless_brand_is_given_more_room_than_a_steady_one():
    rng = np.random.default_rng(3)
    restless = rng.poisson(10 * np.exp(rng.normal(0, 0.6, len(FOUR_WEEKS)))).astype(float)

    assert fit(restless, FOUR_WEEKS).dispersion(1) > 3 * fit(noise(10 * np.ones(672)), FOUR_WEEKS).dispersion(1)


def test_a_cold_start_expects_little_and_is_unsure():
    cold = fit(np.array([]), [])
    warm = fit(noise(np.ones(672)), FOUR_WEEKS)

    assert cold.expected(MONDAY) == 1.0
    assert cold.dispersion(1) > 5 * warm.dispersion(1)


def test_short_history_already_moves_the_level():
    assert fit(np.full(6, 20.0), FOUR_WEEKS[:6]).level > 10


@given(st.lists(st.integers(0, 100_000), max_size=80), st.integers(1, 24))
def test_any_counts_give_finite_positive_figures(counts, width):
    usual = fit(np.array(counts, dtype=float), FOUR_WEEKS[: len(counts)])

    assert 0 < usual.expected(MONDAY) < float("inf")
    assert 0 < usual.dispersion(width) < float("inf")


@given(st.integers(1, 300), st.floats(0.1, 200), st.floats(0.02, 3))
def test_the_count_tail_is_the_negative_binomials(observed, expected, dispersion):
    size = 1 / dispersion
    truth = nbinom.sf(observed - 1, size, size / (size + expected))

    assert count_tail(observed, expected, dispersion) == pytest.approx(truth, rel=1e-6, abs=1e-12)


@given(st.integers(1, 200), st.integers(0, 200), st.floats(0.02, 0.9), st.floats(10, 100))
def test_the_share_tail_is_the_beta_binomials(hits, misses, share, certainty):
    n = hits + misses
    truth = betabinom.sf(hits - 1, n, share * certainty, (1 - share) * certainty)

    assert share_tail(hits, n, share, certainty) == pytest.approx(truth, rel=1e-4, abs=1e-9)


def test_a_huge_sample_does_not_take_forever_or_overflow():
    assert 0 <= share_tail(900_000, 1_000_000, 0.2, 80) < 1e-6


def test_the_usual_share_is_not_moved_by_one_loud_day():
    n, hits = np.full(28 * 24, 10.0), np.full(28 * 24, 2.0)
    n[240:264], hits[240:264] = 500, 450

    assert usual_share(hits, n).share < 0.27


def test_a_share_that_differs_from_day_to_day_is_known_less_surely():
    n = np.full(28 * 24, 10.0)
    steady, restless = np.full(28 * 24, 3.0), np.repeat([1.0, 5.0] * 14, 24)

    assert usual_share(restless, n).certainty < usual_share(steady, n).certainty
    assert usual_share(np.array([]), np.array([])).certainty == 10
