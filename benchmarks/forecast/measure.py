"""How far off forecasts are, and how often the interval held the truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import log2
from statistics import fmean

from benchmarks.forecast.recorded import FINAL, Recorded
from graph.forecast.base import Forecaster


@dataclass(frozen=True, slots=True)
class Score:
    """Of n forecasts: mean |log2(median / true)|, mean log2, share of intervals that held the truth, mean width."""

    n: int
    error: float
    bias: float
    coverage: float
    width: float  # mean of high / low, in doublings

    def __str__(self) -> str:
        return f"{self.error:.2f} {self.bias:+.2f} {self.coverage:.2f} {self.width:.1f} ({self.n})"


def measure(
    model: Forecaster, found: Iterable[Recorded], age: float, least: int = 5, until: float = FINAL
) -> Score | None:
    """The score on all cascades with ``least`` events by ``age``; None where there are none."""
    facts = []
    for cascade in found:
        seen = cascade.seen(age)
        if len(seen.times) >= least:
            guess, true = model.predict(seen, timedelta(seconds=until)), cascade.size(until)
            held = guess.low * 0.999999 <= true <= guess.high * 1.000001
            facts.append((log2(guess.median / true), held, log2(guess.high / guess.low)))
    if not facts:
        return None
    missed, held_all, widths = zip(*facts, strict=True)
    return Score(len(facts), fmean(map(abs, missed)), fmean(missed), fmean(held_all), fmean(widths))
