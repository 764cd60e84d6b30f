"""The yardstick: every cascade of the same age grows by the same factor (Szabo and Huberman 2010)."""

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from math import log
from typing import Any, ClassVar

from graph.domain import Observation
from graph.forecast.base import FINAL_HORIZON, Quantiles
from graph.forecast.spread import age_of, share_until, sizes


@dataclass(frozen=True, slots=True)
class Table:
    """Quantiles of ln(final / seen) of recorded cascades, by age."""

    ages: tuple[float, ...]  # seconds, ascending
    probabilities: tuple[float, ...]
    growth: tuple[tuple[float, ...], ...]  # one row an age
    decay: float
    coverage: float
    coverage_n: int

    def at(self, age: float) -> list[float]:
        """The quantiles at ``age``, on a straight line in ln age between two rows."""
        place = min(max(bisect_right(self.ages, age), 1), len(self.ages) - 1)
        first, second = self.ages[place - 1], self.ages[place]
        weight = min(1.0, max(0.0, log(age / first) / log(second / first)))
        pairs = zip(self.growth[place - 1], self.growth[place], strict=True)
        return [before + weight * (after - before) for before, after in pairs]


@cache
def shipped() -> Table:
    """The table that comes with the package."""
    values = json.loads(files("graph.forecast").joinpath("constant_growth.json").read_text(encoding="utf-8"))
    values["growth"] = [tuple(row) for row in values["growth"]]
    frozen: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Table(**frozen)


class ConstantGrowth:
    """Knows the age and the number seen, nothing else; any other model has to beat it."""

    name: ClassVar[str] = "constant_growth"
    version: ClassVar[str] = "1"

    def __init__(self, table: Table | None = None) -> None:
        self._table = table or shipped()
        self.coverage: float | None = self._table.coverage
        self.coverage_n: int | None = self._table.coverage_n

    def predict(self, seen: Observation, horizon: timedelta = FINAL_HORIZON) -> Quantiles:
        """The distribution of the size at ``horizon`` after the root, at most seven days."""
        table, age = self._table, age_of(seen)
        return sizes(len(seen.times), table.at(age), table.probabilities, share_until(horizon, age, table.decay))
