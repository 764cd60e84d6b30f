"""Every forecaster by its name; a new one is one line here."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from graph.cascade import CascadeState
from graph.domain import Forecast
from graph.forecast.base import FINAL_HORIZON, Forecaster, Quantiles
from graph.forecast.constant_growth import ConstantGrowth
from graph.forecast.log_linear import LogLinear

FORECASTERS: Mapping[str, Callable[[], Forecaster]] = MappingProxyType(
    {ConstantGrowth.name: ConstantGrowth, LogLinear.name: LogLinear}
)
DEFAULT = LogLinear.name


def forecast(
    model: Forecaster, cascade: CascadeState, now: datetime, horizon: timedelta = FINAL_HORIZON
) -> tuple[Forecast, Quantiles]:
    """What ``model`` expects of ``cascade`` at ``horizon`` after its root, and the distribution for any level."""
    seen = cascade.observation(now)
    sizes = model.predict(seen, horizon)
    made = Forecast(
        root=cascade.root,
        made_at=now,
        horizon=horizon,
        seen=len(seen.times),
        low=sizes.low,
        median=sizes.median,
        high=sizes.high,
        model=model.name,
        model_version=model.version,
        coverage=model.coverage,
        coverage_n=model.coverage_n,
    )
    return made, sizes
