"""How far a case has gone: the growth curve with its forecast, and the views, as altair charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd

from alerts.casefile import Outlook
from graph.domain import GrowthPoint
from ui.theme import FONT, LINE, MUTED

_LABEL_ROWS = 4  # labels of neighbouring markers stand at different heights


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment worth a line across a curve."""

    at: datetime
    label: str
    colour: str


def style(chart: Any) -> Any:
    """``chart`` in the board's type and colours, without a frame."""
    return (
        chart.configure(font=FONT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED, titleColor=MUTED, gridColor=LINE, domain=False, ticks=False, labelFontSize=11, title=None
        )
        .configure_legend(disable=True)
    )


def growth_chart(
    growth: Sequence[GrowthPoint],
    outlook: Sequence[Outlook],
    now: datetime,
    markers: Sequence[Marker],
    colour: str,
    height: int = 300,
) -> Any:
    """Counted size over time (solid), the forecast from ``now`` on (dashed, with its 80 % band), and ``markers``.

    Times are taken as they are handed in: give local, naive times to have local labels.
    """
    line = alt.Chart(_frame(growth)).mark_line(color=colour, strokeWidth=2.5, interpolate="monotone")
    layers = [line.encode(x=_time(), y=_size(), tooltip=_tooltip())]
    if outlook and growth:
        layers = [*_forecast(growth[-1].size, outlook, now, colour), *layers]
    if markers:
        layers += _markers(markers)
    return style(alt.layer(*layers).properties(height=height, width="container"))


def views_chart(views: Sequence[GrowthPoint], markers: Sequence[Marker], colour: str, height: int = 120) -> Any:
    """Views over time, as the site showed them."""
    line = alt.Chart(_frame(views)).mark_line(color=colour, strokeWidth=2, interpolate="monotone")
    layers = [line.encode(x=_time(), y=_size(ticks=3), tooltip=_tooltip())]
    if markers:
        layers += _markers(markers, labelled=False)
    return style(alt.layer(*layers).properties(height=height, width="container"))


def _frame(points: Sequence[GrowthPoint]) -> pd.DataFrame:
    return pd.DataFrame({"at": [point.at for point in points], "size": [point.size for point in points]})


def _time() -> Any:
    return alt.X("at:T", axis=alt.Axis(grid=False, tickCount=5, labelOverlap=True, labelFlush=True))


def _size(ticks: int = 5) -> Any:
    return alt.Y("size:Q", axis=alt.Axis(format="~s", tickCount=ticks), scale=alt.Scale(domainMin=0, nice=True))


def _tooltip() -> list[Any]:
    return [alt.Tooltip("at:T", format="%d %b %H:%M", title=" "), alt.Tooltip("size:Q", format=",", title=" ")]


def _forecast(size: int, outlook: Sequence[Outlook], now: datetime, colour: str) -> list[Any]:
    rows: list[Mapping[str, Any]] = [{"at": now, "low": size, "size": size, "high": size}]
    rows += [
        {
            "at": now + timedelta(hours=step.hours),
            "low": max(size, step.low),
            "size": max(size, step.median),
            "high": max(size, step.high),
        }
        for step in sorted(outlook, key=lambda step: step.hours)
    ]
    data = alt.Chart(pd.DataFrame(rows))
    band = data.mark_area(color=colour, opacity=0.14, interpolate="monotone")
    middle = data.mark_line(color=colour, strokeDash=[4, 3], strokeWidth=1.6, interpolate="monotone")
    return [
        band.encode(x=_time(), y=alt.Y("low:Q"), y2="high:Q"),
        middle.encode(x=_time(), y=_size(), tooltip=_tooltip()),
    ]


def _markers(markers: Sequence[Marker], labelled: bool = True) -> list[Any]:
    ordered = sorted(markers, key=lambda marker: marker.at)
    rows = [{"at": marker.at, "label": marker.label, "colour": marker.colour} for marker in ordered]
    colour = alt.Color("colour:N", scale=None)
    layers: list[Any] = [
        alt.Chart(pd.DataFrame(rows)).mark_rule(strokeDash=[2, 3], strokeWidth=1.2).encode(x=_time(), color=colour)
    ]
    for place in range(_LABEL_ROWS if labelled else 0):
        if rows[place::_LABEL_ROWS]:
            words = alt.Chart(pd.DataFrame(rows[place::_LABEL_ROWS])).mark_text(align="left", dx=4, fontSize=11)
            height = alt.value(7 + 14 * place)
            layers.append(words.encode(x=_time(), y=height, text="label:N", color=colour))
    return layers
