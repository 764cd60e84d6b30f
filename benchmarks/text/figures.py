"""Figures of one reading with 95 % intervals: macro F1 over any classes, expected calibration error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
BINS = 10


@dataclass(frozen=True)
class Figure:
    """A value and its 95 % interval from resampled texts."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def macro_f1(truth: Sequence[str], answers: Sequence[str]) -> Figure:
    """The mean of the F1 of all classes that occur."""
    names = sorted({*truth, *answers})
    place = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    np.add.at(table, ([place[name] for name in truth], [place[name] for name in answers]), 1)
    return _figure(table.ravel(), lambda sums: _macro(sums.reshape(-1, len(names), len(names)), table))


def _macro(tables: np.ndarray, whole: np.ndarray) -> np.ndarray:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    sums = tables.sum(axis=1) + tables.sum(axis=2)
    occurs = whole.sum(axis=1) > 0
    scores = 2 * hits / np.maximum(sums, 1)
    return np.asarray(scores[:, occurs].mean(axis=1))


def calibration_error(probabilities: Sequence[float], truth: Sequence[bool]) -> Figure:
    """The expected calibration error over ten bins of equal width."""
    p, t = np.asarray(probabilities, float), np.asarray(truth, float)
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    dice, errors = np.random.default_rng(0), []
    for draw in range(RESAMPLES // 5 + 1):
        chosen = np.arange(len(p)) if draw == 0 else dice.integers(len(p), size=len(p))
        gaps = np.bincount(bins[chosen], (t - p)[chosen], BINS)
        errors.append(np.abs(gaps).sum() / len(p))
    return Figure(errors[0], *np.percentile(errors[1:], [2.5, 97.5]))


def _figure(cells: np.ndarray, measure) -> Figure:  # type: ignore[no-untyped-def]
    total = int(cells.sum())
    drawn = np.random.default_rng(0).multinomial(total, cells / total, size=RESAMPLES)
    return Figure(float(measure(cells[None])[0]), *np.percentile(measure(drawn), [2.5, 97.5]))
