"""The figures are what they are called, their intervals hold, and a pair of readings is compared text by text."""

import numpy as np
import pytest

from monitor.text.measures import gain, quality, ranking

TRUTH = [True, True, True, False, False, False, False, False]
READ = [0.9, 0.8, 0.2, 0.7, 0.1, 0.1, 0.2, 0.3]


def test_precision_recall_and_macro_f1_are_counted_by_hand():
    found = quality(READ, TRUTH)
    assert (found.n, found.complaints) == (8, 3)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.macro_f1.value == pytest.approx((2 / 3 + 0.8) / 2)


def test_the_calibration_error_is_the_mean_gap_in_ten_bins():
    found = quality([0.95, 0.95, 0.05, 0.05], [True, False, False, False])
    assert found.calibration_error.value == pytest.approx(0.5 * 0.45 + 0.5 * 0.05)


def test_what_cannot_be_divided_is_unknown():
    found = quality([0.1, 0.2], [True, True])
    assert found.precision is None
    assert found.recall.value == 0.0
    assert quality([0.1, 0.2], [False, False]).recall is None


def test_the_interval_holds_the_value_and_narrows_with_more_texts():
    few, many = quality(READ, TRUTH), quality(READ * 40, TRUTH * 40)
    for found in (few, many):
        for figure in (found.macro_f1, found.precision, found.recall):
            assert figure.low <= figure.value <= figure.high
    assert many.macro_f1.high - many.macro_f1.low < (few.macro_f1.high - few.macro_f1.low) / 3


def test_the_same_texts_give_the_same_intervals():
    assert quality(READ, TRUTH) == quality(READ, TRUTH)


def test_95_of_100_intervals_hold_the_true_value():
    dice = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        truth = dice.random(150) < 0.5
        right = dice.random(150) < 0.8  # so often the reading is right: the true macro F1 is .8
        found = quality(np.where(truth == right, 0.9, 0.1), truth)
        held += found.macro_f1.low <= 0.8 <= found.macro_f1.high
    assert 88 <= held <= 100


def test_a_pair_of_readings_that_err_on_the_same_texts_differs_by_little_for_sure():
    before = np.array(READ * 10)
    after = before.copy()
    after[2] = 0.9  # one error less
    found = gain(before, after, TRUTH * 10)
    assert found.macro_f1.value > 0
    assert found.surely_lower == 0.0, "no resample can make it worse"


def test_chance_in_ranking_is_one_half():
    dice = np.random.default_rng(1)
    found = [ranking(dice.random(200), dice.random(200) < 0.3) for _ in range(100)]
    assert 88 <= sum(figure.low <= 0.5 <= figure.high for figure in found) <= 99
    assert ranking(np.array(READ * 20), np.array(TRUTH * 20)).low > 0.5
    assert ranking(1 - np.array(READ * 20), np.array(TRUTH * 20)).high < 0.5
