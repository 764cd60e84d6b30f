"""What a brand's usual hour looks like: level × hour of day × weekday, with a negative binomial around it.

The level is an exponentially weighted mean (half-life five days). Past outbreaks are pulled in to the edge of usual,
after Farrington et al. 1996, "A statistical algorithm for the early detection of outbreaks of infectious disease", so
that one crisis does not hide the next. All factors shrink to flat, and the level to a prior, where history is short.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, gammaln

Floats = NDArray[np.float64]

HOURS, WEEKDAYS = 24, 7
HALF_LIFE_HOURS = 5 * 24
PRIOR_PER_HOUR = 1.0  # what is expected of a brand of which nothing is known
PRIOR_HOURS = 2.0  # how many hours of evidence that guess is worth
HOUR_SHRINKAGE = 10.0  # events of flat pseudo-evidence behind each hour-of-day factor
WEEKDAY_SHRINKAGE = 60.0
OUTLIER = 2.58  # residuals beyond this many standard deviations are pulled in (Farrington Flexible's threshold)
LEAST_DISPERSION = 0.02
SEASONS = 3  # rounds of level, season, outliers; more change nothing in the second digit
PRIOR_SHARE = 0.3  # of complaints in the talk about a brand of which nothing is known
PRIOR_TEXTS = 10.0
LEAST_CERTAIN, MOST_CERTAIN = 15.0, 100.0  # texts that a past share may be worth: shares drift
LARGEST_SAMPLE = 2000  # texts; beyond it a share is as well known as it gets


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline: what to expect of any hour, and how far chance carries from it."""

    level: float  # per hour, season taken out
    by_hour: tuple[float, ...]  # 24 factors, hours in UTC
    by_weekday: tuple[float, ...]  # 7 factors, Monday first
    certainty: float  # events behind the level; small in a cold start
    residuals: Floats = field(compare=False)  # past counts less expectation, outliers pulled in
    expectations: Floats = field(compare=False)

    def expected(self, start: datetime) -> float:
        """The expected count of the hour beginning at ``start`` (UTC)."""
        return self.level * self.by_hour[start.hour] * self.by_weekday[start.weekday()]

    def dispersion(self, hours: int) -> float:
        """Overdispersion of sums over ``hours``, the level's doubt included: variance = mean + dispersion × mean²."""
        residual, mean = self.residuals, self.expectations
        if len(mean) >= 2 * hours:
            residual, mean = _rolling(residual, hours), _rolling(mean, hours)
            weight = float(np.sum(mean**2)) + 1e-12
            measured = float(np.sum(residual**2 - mean)) / weight
        else:
            measured = LEAST_DISPERSION
        return max(LEAST_DISPERSION, measured) + 1 / self.certainty


def fit(counts: Floats, starts: Sequence[datetime]) -> Baseline:
    """The baseline of hourly ``counts`` without gaps, oldest first, whose hours begin at ``starts`` (UTC).

    An empty series gives the prior.
    """
    hour, weekday = (starts[0].hour, starts[0].weekday()) if starts else (0, 0)
    since_midnight = hour + np.arange(len(counts))
    hours, weekdays = since_midnight % HOURS, (weekday + since_midnight // HOURS) % WEEKDAYS
    by_hour, by_weekday = np.ones(HOURS), np.ones(WEEKDAYS)
    tamed = _first_cap(counts)
    for _ in range(SEASONS):
        season = by_hour[hours] * by_weekday[weekdays]
        level, _ = _levels(tamed, season)
        by_hour = _factors(tamed, level[:-1] * by_weekday[weekdays], hours, HOURS)
        by_weekday = _factors(tamed, level[:-1] * by_hour[hours], weekdays, WEEKDAYS)
        expected = level[:-1] * by_hour[hours] * by_weekday[weekdays]
        tamed = _pull_in(counts, expected, _a_day_ago(level) * by_hour[hours] * by_weekday[weekdays])
    level, evidence = _levels(tamed, by_hour[hours] * by_weekday[weekdays])
    return Baseline(
        level=float(level[-1]),
        by_hour=tuple(by_hour.tolist()),
        by_weekday=tuple(by_weekday.tolist()),
        certainty=float(evidence[-1]),
        residuals=tamed - expected,
        expectations=expected,
    )


def _levels(counts: Floats, season: Floats) -> tuple[Floats, Floats]:
    """Level before each hour (and after the last), from the hours before it only; and the events behind it."""
    from scipy.signal import lfilter  # here, because loading it takes longer than most commands

    keep = 0.5 ** (1 / HALF_LIFE_HOURS)
    events = lfilter([1.0], [1.0, -keep], np.concatenate(([PRIOR_PER_HOUR * PRIOR_HOURS], counts)))
    exposure = lfilter([1.0], [1.0, -keep], np.concatenate(([PRIOR_HOURS], season)))
    return events / exposure, np.maximum(events, PRIOR_PER_HOUR * PRIOR_HOURS / 2)


def _factors(counts: Floats, expected: Floats, group: NDArray[np.int64], size: int) -> Floats:
    """How each hour of day (or weekday) differs from the mean; what was seen once or twice hardly counts yet."""
    shrinkage, length = (HOUR_SHRINKAGE, 1) if size == HOURS else (WEEKDAY_SHRINKAGE, HOURS)
    seen = np.bincount(group, weights=counts, minlength=size)
    usual = np.bincount(group, weights=expected, minlength=size)
    times = np.bincount(group, minlength=size) / length
    trust = times**2 / (times**2 + 4)
    factors: Floats = 1 + trust * ((seen + shrinkage) / (usual + shrinkage) - 1)
    factors /= factors.mean()
    return factors


def _first_cap(counts: Floats) -> Floats:
    """Before anything is known, an outbreak is what stands far above the busiest tenth of all hours."""
    return np.minimum(counts, 2 * np.quantile(counts, 0.9) + 3) if len(counts) else counts.astype(np.float64)


def _a_day_ago(level: Floats) -> Floats:
    """The level before each hour, or a day earlier where that was lower: an outbreak must not raise its own cap."""
    now = level[:-1].copy()
    now[2 * HOURS :] = np.minimum(now[2 * HOURS :], level[HOURS : -HOURS - 1])
    return now


def _pull_in(counts: Floats, expected: Floats, usual: Floats) -> Floats:
    spread = _pooled_dispersion(counts, expected)
    return np.minimum(counts, usual + OUTLIER * np.sqrt(usual + spread * usual**2) + 1)


def _pooled_dispersion(counts: Floats, expected: Floats) -> float:
    """Overdispersion that few outbreaks cannot move: the upper quartile of the squared residuals, not their mean."""
    if len(counts) < 2:
        return LEAST_DISPERSION
    usual = 1.32  # upper quartile of a squared standard normal
    stretch = float(np.quantile((counts - expected) ** 2 / np.maximum(expected, 0.1), 0.75)) / usual
    return max(LEAST_DISPERSION, (stretch - 1) / max(float(expected.mean()), 0.1))


def _rolling(values: Floats, width: int) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[width:] - total[:-width]


@dataclass(frozen=True, slots=True)
class UsualShare:
    """The share of complaints in a brand's usual talk, and how many texts that knowledge is worth."""

    share: float
    certainty: float


def usual_share(hits: Floats, n: Floats) -> UsualShare:
    """The usual share of ``hits`` among ``n``, hour by hour, oldest first.

    A day of outbreak counts no more than two usual days. The certainty follows from how much the daily shares differ
    beyond chance (method of moments).
    """
    days = np.arange(len(n)) // HOURS
    day_hits, day_n = np.bincount(days, hits), np.bincount(days, n)
    day_hits, day_n = day_hits[day_n > 0], day_n[day_n > 0]
    if not len(day_n):
        return UsualShare(PRIOR_SHARE, PRIOR_TEXTS)
    weight = np.minimum(day_n, 2 * np.median(day_n))
    shares = day_hits / day_n
    share = float((np.sum(weight * shares) + PRIOR_SHARE * PRIOR_TEXTS) / (np.sum(weight) + PRIOR_TEXTS))
    chance = share * (1 - share)
    between = float(np.average((shares - share) ** 2 - chance / day_n, weights=weight))
    certainty = min(MOST_CERTAIN, max(LEAST_CERTAIN, chance / between - 1) if between > 0 else MOST_CERTAIN)
    return UsualShare(share, min(certainty, PRIOR_TEXTS + float(day_n.sum())))


def count_tail(observed: int, expected: float, dispersion: float) -> float:
    """The probability of ``observed`` or more under a negative binomial, 0..1.

    >>> round(count_tail(10, 2.0, 0.1), 5)
    0.00035
    >>> count_tail(0, 2.0, 0.1)
    1.0
    """
    if observed <= 0:
        return 1.0
    size = 1 / dispersion
    return float(betainc(observed, size, expected / (expected + size)))


def share_tail(hits: int, n: int, share: float, certainty: float) -> float:
    """The probability of ``hits`` or more of ``n`` under a beta-binomial with mean ``share`` worth ``certainty`` texts.

    >>> round(share_tail(8, 10, 0.2, 50), 5)
    0.00035
    """
    if hits <= 0:
        return 1.0
    if n > LARGEST_SAMPLE:
        hits, n = round(hits * LARGEST_SAMPLE / n), LARGEST_SAMPLE
    a, b = share * certainty, (1 - share) * certainty
    k = np.arange(hits, n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    logs = choose + betaln(k + a, n - k + b) - betaln(a, b)
    largest = float(logs.max())
    return min(1.0, math.exp(largest) * float(np.exp(logs - largest).sum()))
