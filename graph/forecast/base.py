"""What every forecaster keeps to."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta
from math import log
from typing import ClassVar, Protocol

from graph.domain import Observation

FINAL_HORIZON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """An 80 % interval and the median of a cascade's size, and the chance of passing any level."""

    low: float
    median: float
    high: float
    log_points: tuple[tuple[float, float], ...]  # (probability, ln size) ascending: the whole distribution

    def p_exceed(self, level: float) -> float:
        """The probability that the size will be above ``level``: 0..1, never rising with the level.

        Between two points of the distribution it is read off the straight line in ln size. Below the first point it is
        1, at and above the last it is what lies beyond that point.

        >>> sizes = Quantiles(10, 20, 40, ((0.1, log(10)), (0.5, log(20)), (0.9, log(40))))
        >>> [round(sizes.p_exceed(level), 2) for level in (5, 10, 20, 30, 1000)]
        [1.0, 0.9, 0.5, 0.27, 0.1]
        """
        if level <= 0:
            return 1.0
        wanted = log(level)
        sizes = [size for _, size in self.log_points]
        above = bisect_right(sizes, wanted)
        if above == 0:
            return 1.0
        probability, size = self.log_points[above - 1]
        if above == len(sizes):
            return 1.0 - probability
        next_probability, next_size = self.log_points[above]
        passed = (wanted - size) / (next_size - size)
        return 1.0 - (probability + passed * (next_probability - probability))


class Forecaster(Protocol):
    """Predicts the size of a cascade (root included) at ``horizon`` after its root."""

    name: ClassVar[str]
    version: ClassVar[str]
    coverage: float | None  # measured share of its 80 % intervals that held the truth; None: not measured
    coverage_n: int | None  # on how many forecasts

    def predict(self, seen: Observation, horizon: timedelta = FINAL_HORIZON) -> Quantiles:
        """The distribution of the size at ``horizon``; never below what was seen, never infinite."""
