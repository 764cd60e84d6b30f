"""Is there more complaint about a brand than its usual hours explain? Volume and share are tested together.

Counting complaints rather than mentions, and asking for volume *and* share, keeps campaigns and busy days quiet.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.baseline import Baseline, UsualShare, count_tail, fit, share_tail, usual_share
from alerts.detectors.base import Bin
from alerts.domain import Level

HOUR = timedelta(hours=1)
HELD_BACK = 24  # newest hours that the baseline does not learn from, so that a surge does not hide itself
SUREST = 300.0  # smaller probabilities than 1e-300 are not told apart


class Step(BaseModel):
    """What a level takes: both figures must be reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    score: float = Field(gt=0, description="-log10 of the probability that chance alone does this")
    negative: int = Field(ge=1, description="complaints in the window")


class Steps(BaseModel):
    """From which strength of a surge each level begins, and over which windows it is looked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    watch: Step = Step(score=3.5, negative=8)
    review: Step = Step(score=7.0, negative=25)
    escalate: Step = Step(score=10.0, negative=100)
    crisis: Step = Step(score=14.0, negative=500)

    def level(self, score: float, negative: int) -> Level | None:
        """The highest level whose score and count are both reached."""
        return max((level for level in Level if self._reached(level, score, negative)), default=None)

    def _reached(self, level: Level, score: float, negative: int) -> bool:
        step: Step = getattr(self, level.name)
        return score >= step.score and negative >= step.negative


class SurgeConfig(BaseModel):
    """Settings of the search for a surge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    windows: tuple[int, ...] = Field(default=(1, 2, 3, 6, 12, 24), description="full hours looked back, each 1 to 24")
    levels: Steps = Field(default_factory=Steps, description="strength from which each level begins")

    @field_validator("windows")
    @classmethod
    def _within_a_day(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or not all(1 <= width <= HELD_BACK for width in value):
            raise ValueError("windows are whole hours from 1 to 24, at least one of them")
        return value


@dataclass(frozen=True, slots=True)
class Surge:
    """The strongest window at one moment. Scores are -log10 of tail probabilities."""

    start: datetime
    hours: int  # full ones; the hour still filling comes on top
    level: Level
    observed: int  # complaints
    expected: float
    assessed: int
    share: float
    usual_share: float
    volume_score: float
    share_score: float
    critical_count: int  # complaints from which the volume reaches the lowest level
    critical_share: float  # share from which the share does

    @property
    def score(self) -> float:
        """The weaker of volume and share; the share counts twice, as it is known from fewer texts."""
        return min(self.volume_score, 2 * self.share_score)


@dataclass(frozen=True, slots=True)
class Usual:
    """What the held-back past says is usual."""

    negative: Baseline
    share: UsualShare

    def volume_score(self, observed: int, expected: float, hours: int) -> float:
        """-log10 of the probability of ``observed`` complaints or more."""
        return _score(count_tail(observed, expected, self.negative.dispersion(hours)))

    def share_score(self, hits: int, n: int) -> float:
        """-log10 of the probability of ``hits`` complaints or more among ``n`` texts."""
        return _score(share_tail(hits, n, self.share.share, self.share.certainty))


def scan(hours: Sequence[Bin], now: datetime, config: SurgeConfig) -> Surge | None:
    """The strongest surge among the windows that end at ``now``; None where none reaches a level.

    ``hours`` are gapless and ascending; the last one may still be filling.
    """
    if sum(hour.negative for hour in hours[-1 - max(config.windows) :]) < config.levels.watch.negative:
        return None
    held = min(HELD_BACK, (len(hours) - 1) // 2)
    usual = _learn(tuple(hours[: len(hours) - 1 - held]))
    widths = [width for width in config.windows if width <= max(held, 1)]
    found = [surge for width in widths if (surge := _measure(hours, width, now, usual, config.levels)) is not None]
    return max(found, key=lambda surge: (surge.level, surge.score), default=None)


@lru_cache(maxsize=256)  # the past changes once an hour, the question comes every minute
def _learn(past: tuple[Bin, ...]) -> Usual:
    negative = np.array([hour.negative for hour in past], dtype=np.float64)
    assessed = np.array([hour.assessed for hour in past], dtype=np.float64)
    return Usual(fit(negative, [hour.start for hour in past]), usual_share(negative, assessed))


def _measure(hours: Sequence[Bin], width: int, now: datetime, usual: Usual, steps: Steps) -> Surge | None:
    span = hours[-1 - width :]
    observed, assessed = sum(hour.negative for hour in span), sum(hour.assessed for hour in span)
    if observed < steps.watch.negative:
        return None
    filled = min(1.0, max(0.0, (now - span[-1].start) / HOUR))
    expected = sum(usual.negative.expected(hour.start) for hour in span[:-1])
    expected += filled * usual.negative.expected(span[-1].start)
    volume = usual.volume_score(observed, expected, width)
    if volume < steps.watch.score:
        return None
    share = usual.share_score(observed, assessed)
    level = steps.level(min(volume, 2 * share), observed)
    if level is None:
        return None
    least = steps.watch.score
    count = _smallest(lambda k: usual.volume_score(k, expected, width) >= least, observed)
    hits = _smallest(lambda k: 2 * usual.share_score(k, assessed) >= least, observed)
    return Surge(
        start=span[0].start,
        hours=width,
        level=level,
        observed=observed,
        expected=expected,
        assessed=assessed,
        share=observed / assessed,
        usual_share=usual.share.share,
        volume_score=volume,
        share_score=share,
        critical_count=max(count, steps.watch.negative),
        critical_share=hits / assessed,
    )


def _score(probability: float) -> float:
    return SUREST if probability <= 10**-SUREST else -math.log10(probability)


def _smallest(enough: Callable[[int], bool], most: int) -> int:
    """The smallest count up to ``most`` that is enough; ``most`` is known to be."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high
