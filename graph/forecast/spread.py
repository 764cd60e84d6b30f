"""From a distribution of the final growth to the distribution of a size: what the forecasters share."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from math import expm1, log

from graph.domain import Observation
from graph.forecast.base import FINAL_HORIZON, Quantiles

FINAL = FINAL_HORIZON.total_seconds()
LEAST_AGE = 60.0  # seconds; younger cascades are taken to be this old
LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9


def age_of(seen: Observation) -> float:
    """The age in seconds, within the range in which the formulas hold."""
    return min(max(seen.age_seconds, LEAST_AGE), FINAL)


def share_until(horizon: timedelta, age: float, decay: float) -> float:
    """The share (0..1) of all growth still to come after ``age`` that has come by ``horizon``, both from the root.

    Follows from a rate of events that falls with the age to the power -(1 + decay). Growth after seven days is not
    modelled.

    >>> share_until(timedelta(hours=2), 3600, 0.3) < share_until(timedelta(days=1), 3600, 0.3) < 1.0
    True
    >>> share_until(timedelta(days=30), 3600, 0.3), share_until(timedelta(minutes=5), 3600, 0.3)
    (1.0, 0.0)
    """
    until = min(horizon.total_seconds(), FINAL)
    if until <= age:
        return 0.0
    return float((1 - (until / age) ** -decay) / (1 - (FINAL / age) ** -decay))


def sizes(seen: int, growth: Sequence[float], probabilities: Sequence[float], share: float) -> Quantiles:
    """The distribution of the size where ln(final / seen) has the quantiles ``growth`` and ``share`` of it has come.

    ``probabilities`` ascend, and hold .1, .5 and .9. The growth beyond the last one goes on to the same distance again.
    """
    steps = list(accumulate(growth, max, initial=0.0))[1:]
    steps.append(2 * steps[-1] - steps[-2])
    expected = [seen * (1 + share * expm1(step)) for step in steps]
    low, median, high = (expected[probabilities.index(wanted)] for wanted in (LOW, MEDIAN, HIGH))
    return Quantiles(low, median, high, tuple(zip((*probabilities, 1.0), map(log, expected), strict=True)))
