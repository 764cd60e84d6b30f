"""What every forecaster keeps to."""

from dataclasses import dataclass
from datetime import timedelta
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
        """The probability that the size will be above ``level``."""
        raise NotImplementedError


class Forecaster(Protocol):
    """Predicts the size of a cascade (root included) at ``horizon`` after its root."""

    name: ClassVar[str]
    version: ClassVar[str]

    def predict(self, seen: Observation, horizon: timedelta = FINAL_HORIZON) -> Quantiles:
        """The distribution of the size at ``horizon``; never below what was seen, never infinite."""
