"""Fits the two baseline forecasters to recorded cascades."""

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecast.recorded import FINAL, Recorded
from graph.forecast.constant_growth import Table
from graph.forecast.log_linear import LogLinear, Parameters, features

Floats = NDArray[np.float64]

HOUR = 3600.0
AGES = (300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 345_600)
COUNTS = (10, 50, 200)
LATER = (HOUR, 6 * HOUR, 24 * HOUR)
PROBABILITIES = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995)
AGE_EDGES = (1500.0, 3 * HOUR, 12 * HOUR)
SEEN_EDGES = (10,)
FOLDS = 5
WEIGHTS = {  # every set counts as a whole, not by its size; news phrases and an eleven-day sample count less
    "twitter1516": 1.0,
    "ced_weibo": 1.0,
    "fnn_story": 1.0,
    "tideh": 0.2,
    "twitter_url2010": 0.3,
    "memetracker": 0.3,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Snapshots of cascades at several ages, one a row."""

    features: Floats
    seen: Floats
    age: Floats
    final: Floats
    later: Floats  # sizes at LATER after the snapshot, one column each
    weight: Floats
    fold: NDArray[np.int64]

    @property
    def growth(self) -> Floats:
        """ln(final / seen) of every row."""
        return np.log(self.final / self.seen)

    def where(self, chosen: NDArray[np.bool_]) -> "Rows":
        """The chosen rows."""
        return Rows(*(getattr(self, name)[chosen] for name in self.__slots__))


def rows(sets: Mapping[str, Sequence[Recorded]]) -> Rows:
    """All snapshots of all sets, each set weighing what WEIGHTS says."""
    table: list[list[float]] = []
    described: list[tuple[float, ...]] = []
    for name, found in sets.items():
        start = len(described)
        for cascade in found:
            fold = zlib.crc32(cascade.id.encode()) % FOLDS
            for age in _ages(cascade):
                seen = cascade.seen(age)
                count = len(seen.times)
                weight = 1.0 if count >= 5 else 0.3 if count > 1 else 0.1
                table.append(features(seen))
                later = (float(cascade.size(min(age + more, FINAL))) for more in LATER)
                described.append((count, age, cascade.size(FINAL), weight, fold, *later))
        total = sum(row[3] for row in described[start:])
        described[start:] = [(*row[:3], row[3] / total * WEIGHTS[name], *row[4:]) for row in described[start:]]
    facts = np.array(described)
    return Rows(
        features=np.array(table),
        seen=facts[:, 0],
        age=facts[:, 1],
        final=facts[:, 2],
        weight=facts[:, 3] / facts[:, 3].mean(),
        fold=facts[:, 4].astype(np.int64),
        later=facts[:, 5:],
    )


def _ages(cascade: Recorded) -> list[float]:
    by_count = (cascade.times[count - 1] + 1 for count in COUNTS if len(cascade.times) >= count)
    return [*map(float, AGES), *(age for age in by_count if 60 < age < 2 * 86_400)]


def least_absolute(table: Floats, truth: Floats, weight: Floats) -> Floats:
    """The weights of the columns of ``table`` with the smallest weighted sum of absolute errors.

    Iteratively reweighted least squares with a small ridge on standardised columns; the first column is constant.
    """
    centre, spread = table.mean(axis=0), table.std(axis=0)
    centre[0], spread[0] = 0.0, 1.0
    scaled = (table - centre) / np.where(spread > 1e-9, spread, 1.0)
    ridge = np.eye(table.shape[1]) * 1e-4 * weight.sum()
    ridge[0, 0] = 0.0
    errors, solution = truth - np.average(truth, weights=weight), np.zeros(table.shape[1])
    for _ in range(40):
        pull = scaled.T * (weight / np.maximum(np.abs(errors), 0.02))
        solution = np.linalg.solve(pull @ scaled + ridge, pull @ truth)
        errors = truth - scaled @ solution
    solution = solution / np.where(spread > 1e-9, spread, 1.0)
    solution[0] -= float(centre @ solution)
    return solution


def decay(data: Rows) -> float:
    """The exponent with which the rate of events falls, from the sizes at LATER between seen and final."""

    def error(exponent: float) -> float:
        total = 0.0
        for column, more in enumerate(LATER):
            until = np.minimum(data.age + more, FINAL)
            share = (1 - (until / data.age) ** -exponent) / (1 - (FINAL / data.age) ** -exponent)
            missed = np.log((data.seen + (data.final - data.seen) * share) / data.later[:, column])
            total += float(np.average(np.abs(missed), weights=data.weight))
        return total

    return min((step / 20 for step in range(1, 41)), key=error)


def learn(data: Rows) -> Parameters:
    """The log-linear model; its errors are those of cascades that it was not fitted to (five folds)."""
    truth = data.growth
    guess = np.empty_like(truth)
    for fold in range(FOLDS):
        out = data.fold == fold
        weights = least_absolute(data.features[~out], truth[~out], data.weight[~out])
        guess[out] = np.maximum(0.0, data.features[out] @ weights)
    edges = tuple(float(edge) for edge in _quantiles(guess, data.weight, (0.2, 0.4, 0.6, 0.8)))
    draft = Parameters(
        weights=tuple(float(value) for value in least_absolute(data.features, truth, data.weight)),
        decay=decay(data),
        growth_edges=edges,
        age_edges=AGE_EDGES,
        seen_edges=SEEN_EDGES,
        probabilities=PROBABILITIES,
        errors=(),
        coverage=0.0,
        coverage_n=0,
        version=LogLinear.version,
    )
    return _with_errors(draft, data, guess)


def _with_errors(draft: Parameters, data: Rows, guess: Floats) -> Parameters:
    facts = zip(guess, data.age, data.seen, strict=True)
    groups = np.array([draft.group(growth, age, int(seen)) for growth, age, seen in facts])
    by_growth = groups // ((len(AGE_EDGES) + 1) * (len(SEEN_EDGES) + 1))
    errors = []
    for group in range((len(draft.growth_edges) + 1) * (len(AGE_EDGES) + 1) * (len(SEEN_EDGES) + 1)):
        alike = groups == group
        if alike.sum() < 200:  # too few to say: all of that predicted growth
            alike = by_growth == group // ((len(AGE_EDGES) + 1) * (len(SEEN_EDGES) + 1))
        missed = (data.growth - guess)[alike]
        errors.append(tuple(float(value) for value in _quantiles(missed, data.weight[alike], PROBABILITIES)))
    return replace(draft, errors=tuple(errors))


def learn_constant(data: Rows) -> Table:
    """The growth factors by age of the yardstick."""
    growth = []
    for age in AGES:
        alike = (data.age == age) & (data.seen >= 2)
        growth.append(tuple(float(v) for v in _quantiles(data.growth[alike], data.weight[alike], PROBABILITIES)))
    return Table(tuple(map(float, AGES)), PROBABILITIES, tuple(growth), decay(data), 0.0, 0)


def _quantiles(values: Floats, weight: Floats, probabilities: Sequence[float]) -> Floats:
    order = np.argsort(values)
    reached = np.cumsum(weight[order])
    places = np.searchsorted(reached, np.array(probabilities) * reached[-1])
    chosen: Floats = values[order][np.minimum(places, len(values) - 1)]
    return chosen


def rounded(value: Any) -> Any:
    """``value`` with every number cut to six digits, for a file that can be read."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else value
    return [rounded(item) for item in value] if isinstance(value, tuple | list) else value
