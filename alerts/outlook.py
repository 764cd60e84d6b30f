"""How an issue of several cascades has grown and will grow. Pure."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum

from alerts.casefile import Outlook
from graph.cascade import CascadeState, Node
from graph.domain import Forecast, GrowthPoint
from graph.forecast.base import Forecaster
from graph.forecast.registry import forecast
from monitor.domain import PostKey

DATA_FLOOR = 10  # below this many events a forecast is not made: "too little data"
OUTLOOK_HOURS = (1, 6, 24)
GROWTH_POINTS = 120
LARGE = 10_000  # events from which a forecast costs as much as many smaller ones
QUARTER = timedelta(minutes=15)
LEAST_DOUBLED = 20  # sizes below this double by chance

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def forecast_of(state: CascadeState, now: datetime, forecaster: Forecaster) -> Forecast | None:
    """The forecast of the size seven days after the root; None below the data floor."""
    if state.size < DATA_FLOOR:
        return None
    return forecast(forecaster, state, now)[0]


class Forecasts:
    """Forecasts of live cascades. Those of very large ones are made anew every quarter of an hour only.

    They are made as of the full quarter, so that it does not matter when somebody first asked.
    """

    def __init__(self, forecaster: Forecaster) -> None:
        self._forecaster = forecaster
        self._last: dict[PostKey, Forecast] = {}

    def of(self, state: CascadeState, now: datetime) -> Forecast | None:
        """The forecast of the size seven days after the root; None below the data floor."""
        quarter = now - (now - _EPOCH) % QUARTER
        if state.size < LARGE or quarter - state.started_at < QUARTER:
            return forecast_of(state, now, self._forecaster)
        last = self._last.get(state.root)
        if last is None or last.made_at != quarter:
            last = self._last[state.root] = forecast(self._forecaster, state, quarter)[0]
        return last

    def keep(self, alive: Set[PostKey]) -> None:
        """Forget all but those of ``alive``."""
        self._last = {root: made for root, made in self._last.items() if root in alive}


def issue_forecast(states: Sequence[CascadeState], now: datetime, forecaster: Forecaster) -> Forecast | None:
    """The forecast of all cascades of one issue together; None where none of them has enough data."""
    every = [forecast_of(state, now, forecaster) for state in states]
    made = [one for one in every if one is not None]
    rest = sum(state.size for state, one in zip(states, every, strict=True) if one is None)
    return combined(made, rest, now)


def combined(forecasts: Sequence[Forecast], rest: int, now: datetime) -> Forecast | None:
    """One forecast for several cascades and ``rest`` posts of cascades without one; None without any forecast.

    Low, median and high are summed. That takes the cascades as rising and falling together, which they do when it is
    one story: the interval is wide rather than too narrow.
    """
    if not forecasts:
        return None
    if len(forecasts) == 1 and not rest:
        return forecasts[0]
    largest = max(forecasts, key=lambda one: (one.seen, one.root))
    return replace(
        largest,
        made_at=now,
        seen=rest + sum(one.seen for one in forecasts),
        low=rest + fsum(one.low for one in forecasts),  # the same in whatever order they come
        median=rest + fsum(one.median for one in forecasts),
        high=rest + fsum(one.high for one in forecasts),
        coverage=None,  # measured on single cascades, not on sums
        coverage_n=None,
    )


def outlook(states: Sequence[CascadeState], now: datetime, forecaster: Forecaster) -> tuple[Outlook, ...]:
    """The size of the issue 1, 6 and 24 hours from now; empty where no cascade has enough data."""
    enough = [state for state in states if state.size >= DATA_FLOOR]
    small = sum(state.size for state in states if state.size < DATA_FLOOR)
    found = []
    for hours in OUTLOOK_HOURS if enough else ():
        seen = [state.observation(now) for state in enough]
        sizes = [forecaster.predict(s, timedelta(seconds=s.age_seconds) + timedelta(hours=hours)) for s in seen]
        low, median, high = (small + sum(getattr(size, part) for size in sizes) for part in ("low", "median", "high"))
        found.append(Outlook(hours, low, median, high))
    return tuple(found)


def acts_of(states: Sequence[CascadeState]) -> list[Node]:
    """Every post and repost of all cascades once: a quote that was itself passed on is in two of them."""
    return list({node.key: node for state in states for node in state.nodes()}.values())


def growth_of(times: Sequence[datetime], now: datetime, points: int = GROWTH_POINTS) -> tuple[GrowthPoint, ...]:
    """How many there were at no more than ``points`` moments, the last one ``now``."""
    if not times:
        return ()
    steps = max(1, min(len(times), points - 2))
    counts = dict.fromkeys(max(1, step * len(times) // steps) for step in range(1, steps + 1))
    curve = [GrowthPoint(times[0], 1)] + [GrowthPoint(times[count - 1], count) for count in counts if count > 1]
    return (*curve, GrowthPoint(now, len(times))) if now > curve[-1].at else tuple(curve)


def doubling_time(times: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long the last doubling up to ``now`` took; None where the issue is too small to say.

    ``times`` are those of every post and repost, ascending.
    """
    size = len(times)
    if size < LEAST_DOUBLED:
        return None
    return now - times[size // 2 - 1]
