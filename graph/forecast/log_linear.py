"""How far a cascade goes, from the times of what was seen: linear in logarithms, with an interval from past errors."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from math import log, log1p
from typing import Any, ClassVar

from graph.domain import Observation
from graph.forecast.base import FINAL_HORIZON, Quantiles
from graph.forecast.spread import FINAL, age_of, share_until, sizes

RECENT = (1 / 2, 1 / 4, 1 / 8)  # of the age
FIRST = (2, 5, 10)  # events
DECAYS = (0.25, 1.0)
MOST_SEEN = 3000  # larger cascades were too few to learn from: they are taken to grow like this one
EARLY = 200  # events from which the mean time is taken


def features(seen: Observation) -> list[float]:
    """What the model is linear in, all from the times of the events.

    Followers and depth are left out on purpose: in the recorded sets, whether they are known tells the sets apart, and
    beyond that they improved nothing.
    """
    times, count, age = seen.times, len(seen.times), age_of(seen)
    old, many = log(age / 3600), log(min(count, MOST_SEEN))
    newer = [count - bisect_right(times, age * (1 - part)) for part in RECENT]
    recent = [log((new + 0.5) / (count + 1)) for new in newer]
    early = times[:EARLY]
    mean = sum(log1p(time) for time in early) / len(early) / log1p(age)
    quiet = log((max(0.0, age - times[-1]) + 5) / (age + 5))
    row = [1.0, old, many, old * old, many * many, old * many, mean, mean * old, quiet, quiet * many]
    row += [value for part in recent for value in (part, part * old, part * many)]
    for place in FIRST:
        row += [log(age / (times[place - 1] + 10)), 1.0] if count >= place else [0.0, 0.0]
    for decay in DECAYS:
        to_come = (1 - (FINAL / age) ** -decay) / (2**decay - 1)  # of what came in the last half of the age
        row += [log1p(newer[0] / count * to_come), log1p(4 * newer[2] / count * to_come)]
    return row


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was fitted: see docs/models/log_linear.md."""

    weights: tuple[float, ...]
    decay: float
    growth_edges: tuple[float, ...]  # borders of the groups, of the predicted ln(final / seen)
    age_edges: tuple[float, ...]  # seconds
    seen_edges: tuple[int, ...]
    probabilities: tuple[float, ...]
    errors: tuple[tuple[float, ...], ...]  # quantiles of true minus predicted ln growth, one row a group
    coverage: float  # measured share of 80 % intervals that held the truth, under a split in time
    coverage_n: int
    version: str

    def predicted(self, row: Sequence[float]) -> float:
        """The predicted ln(final / seen) of one row of features; 0 or more."""
        return max(0.0, sum(weight * value for weight, value in zip(self.weights, row, strict=True)))

    def group(self, growth: float, age: float, seen: int) -> int:
        """The number of the group of alike forecasts whose errors tell how wrong this one may be."""
        by_growth, by_age = bisect_right(self.growth_edges, growth), bisect_right(self.age_edges, age)
        by_seen = bisect_right(self.seen_edges, seen)
        return (by_growth * (len(self.age_edges) + 1) + by_age) * (len(self.seen_edges) + 1) + by_seen


@cache
def shipped() -> Parameters:
    """The parameters that come with the package."""
    text = files("graph.forecast").joinpath("log_linear.json").read_text(encoding="utf-8")
    values: dict[str, Any] = {key: _frozen(value) for key, value in json.loads(text).items()}
    return Parameters(**values)


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


class LogLinear:
    """ln(final / seen) is a weighted sum of what the times show; interval and odds come from past errors."""

    name: ClassVar[str] = "log_linear"
    version: ClassVar[str] = "1"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self._parameters = parameters or shipped()
        self.coverage: float | None = self._parameters.coverage
        self.coverage_n: int | None = self._parameters.coverage_n

    def predict(self, seen: Observation, horizon: timedelta = FINAL_HORIZON) -> Quantiles:
        """The distribution of the size at ``horizon`` after the root, at most seven days."""
        parameters, count, age = self._parameters, len(seen.times), age_of(seen)
        growth = parameters.predicted(features(seen))
        errors = parameters.errors[parameters.group(growth, age, count)]
        share = share_until(horizon, age, parameters.decay)
        return sizes(count, [growth + error for error in errors], parameters.probabilities, share)
