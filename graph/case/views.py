"""The view counter of the video between the published figures."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import exp, log
from random import Random


class ViewCurve:
    """Views over time through given (moment, views) points: log-linear between two of them, so never falling.

    The published figures are few and rough, so the growth rate jumps where two stretches meet. Nothing is smoothed:
    what lies between the points is not known. Before the first point there are no views, after the last no new ones.

    >>> from datetime import UTC
    >>> day = datetime(2009, 7, 8, tzinfo=UTC)
    >>> curve = ViewCurve([(day, 100), (day + timedelta(hours=2), 400)])
    >>> curve.views(day + timedelta(hours=1)), curve.moment(200) - day
    (200, datetime.timedelta(seconds=3600))
    """

    def __init__(self, points: Sequence[tuple[datetime, float]]) -> None:
        self._start = points[0][0]
        self._seconds = [(at - self._start).total_seconds() for at, _ in points]
        self._logs = [log(views) for _, views in points]
        if sorted(set(self._seconds)) != self._seconds or sorted(set(self._logs)) != self._logs:
            raise ValueError("the points of a view curve must rise in time and in views")

    def views(self, at: datetime) -> int:
        """The counter at ``at``."""
        seconds = (at - self._start).total_seconds()
        if seconds < 0:
            return 0
        return round(exp(_between(self._seconds, self._logs, seconds)))

    def moment(self, views: float) -> datetime:
        """When the counter reached ``views``; not before the first point and not after the last."""
        return self._start + timedelta(seconds=_between(self._logs, self._seconds, log(max(views, 1.0))))

    def arrivals(self, rng: Random, per_thousand: float, end: datetime) -> Iterator[datetime]:
        """Random moments before ``end`` at which viewers act, ``per_thousand`` of them per thousand new views.

        A Poisson process over the views, carried over to time; its rate is the derivative of the curve times a
        constant. A later ``end`` only adds moments.
        """
        views, last = 0.0, exp(self._logs[-1])
        while (views := views + rng.expovariate(per_thousand / 1000)) < last:
            at = self.moment(views).replace(microsecond=0)
            if at >= end:
                return
            yield at


def _between(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    place = bisect_right(xs, x)
    if place in (0, len(xs)):
        return ys[0] if place == 0 else ys[-1]
    share = (x - xs[place - 1]) / (xs[place] - xs[place - 1])
    return ys[place - 1] + share * (ys[place] - ys[place - 1])
