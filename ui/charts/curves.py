"""How far a case has gone: the growth curve with its forecast, and the views, as altair charts.

Times are handed in local and naive, and are shown as they are, wherever the browser stands.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd

from alerts.casefile import Outlook
from graph.domain import GrowthPoint
from ui.charts.ahead import worth_drawing
from ui.i18n import Texts
from ui.theme import FONT, LINE, MUTED, PAPER

_LEAD = timedelta(hours=6)  # what is shown of the quiet before a rush
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
        chart.configure(font=FONT, background="transparent", padding={"left": 2, "right": 8, "top": 6, "bottom": 0})
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED, titleColor=MUTED, gridColor=LINE, domain=False, ticks=False, labelFontSize=11, title=None
        )
        .configure_legend(disable=True)
    )


def growth_chart(
    growth: Sequence[GrowthPoint],
    outlook: Sequence[Outlook],
    markers: Sequence[Marker],
    colour: str,
    texts: Texts,
    height: int = 300,
) -> Any:
    """Counted size (solid), the forecast from the last point on (dashed, with its 80 % band), and ``markers``."""
    line = alt.Chart(_frame(growth)).mark_line(color=colour, strokeWidth=2.5, interpolate="monotone")
    layers = [line.encode(x=_time(texts), y=_size(), tooltip=_tooltip())]
    here = growth[-1]
    steps = worth_drawing(outlook, here.size, here.at - growth[0].at)
    if steps:
        layers = [*_forecast(here, steps, colour, texts), *layers]
    end = here.at + timedelta(hours=max((step.hours for step in steps), default=0))
    layers += _markers(markers, texts, (growth[0].at, end))
    return style(alt.layer(*layers).properties(height=height, width="container"))


def views_chart(
    views: Sequence[GrowthPoint], markers: Sequence[Marker], colour: str, texts: Texts, height: int = 110
) -> Any:
    """Views over time, as the site showed them."""
    line = alt.Chart(_frame(views)).mark_line(color=colour, strokeWidth=2, interpolate="monotone")
    layers = [line.encode(x=_time(texts), y=_size(ticks=3), tooltip=_tooltip())]
    layers += _markers(markers, texts, (views[0].at, views[-1].at), named=False)
    return style(alt.layer(*layers).properties(height=height, width="container"))


def _frame(points: Sequence[GrowthPoint]) -> pd.DataFrame:
    return pd.DataFrame({"at": [point.at for point in points], "size": [point.size for point in points]})


def _time(texts: Texts) -> Any:
    """An axis that writes the time of day, and the day at midnight, in the reader's language."""
    months = f"{json.dumps(texts('months').split(','), ensure_ascii=False)}[month(datum.value)]"
    day = json.dumps(texts("date", day="#", month="@"), ensure_ascii=False)
    written = f"replace(replace({day}, '#', date(datum.value)), '@', {months})"
    label = f"hours(datum.value) + minutes(datum.value) > 0 ? timeFormat(datum.value, '%H:%M') : {written}"
    axis = alt.Axis(grid=False, tickCount=5, labelExpr=label, labelOverlap=True, labelFlush=True)
    return alt.X("at:T", axis=axis)


def _size(ticks: int = 5) -> Any:
    label = "datum.value == 0 ? '0' : format(datum.value, '~s')"
    axis = alt.Axis(labelExpr=label, tickCount=ticks)
    return alt.Y("size:Q", axis=axis, scale=alt.Scale(domainMin=0, nice=True))


def _tooltip() -> list[Any]:
    return [alt.Tooltip("at:T", format="%Y-%m-%d %H:%M", title=" "), alt.Tooltip("size:Q", format=",.0f", title="  ")]


def _forecast(here: GrowthPoint, steps: Sequence[Outlook], colour: str, texts: Texts) -> list[Any]:
    ahead = [Outlook(0, here.size, here.size, here.size), *steps]
    rows = [
        {"at": here.at + timedelta(hours=step.hours), "low": step.low, "size": step.median, "high": step.high}
        for step in ahead
    ]
    data = alt.Chart(pd.DataFrame(rows))
    band = data.mark_area(color=colour, opacity=0.14, interpolate="monotone")
    middle = data.mark_line(color=colour, strokeDash=[4, 3], strokeWidth=1.6, interpolate="monotone")
    return [
        band.encode(x=_time(texts), y=alt.Y("low:Q"), y2="high:Q"),
        middle.encode(x=_time(texts), y=_size(), tooltip=_tooltip()),
    ]


def from_ignition(growth: Sequence[GrowthPoint], noticed: datetime) -> list[GrowthPoint]:
    """The curve from where it left the ground (one per cent of its size); never later than ``noticed``."""
    least, latest = growth[-1].size / 100, noticed - _LEAD
    start = next((place for place, point in enumerate(growth) if point.size >= least or point.at >= latest), 0)
    if start == 0:
        return list(growth)
    before = GrowthPoint(max(growth[start - 1].at, growth[start].at - _LEAD), growth[start - 1].size)
    return [before, *growth[start:]]


def _markers(markers: Sequence[Marker], texts: Texts, span: tuple[datetime, datetime], named: bool = True) -> list[Any]:
    """Lines across the curve; names at different heights, growing towards the middle of the picture."""
    start, end = span
    rows = [
        {
            "at": marker.at,
            "label": marker.label,
            "colour": marker.colour,
            "left": marker.at - start < (end - start) * 0.6,
        }
        for marker in sorted(markers, key=lambda marker: marker.at)
        if start <= marker.at <= end
    ]
    if not rows:
        return []
    x, colour = _time(texts), alt.Color("colour:N", scale=None)
    rule = alt.Chart(pd.DataFrame(rows)).mark_rule(strokeDash=[2, 3], strokeWidth=1.2)
    layers = [rule.encode(x=x, color=colour, tooltip="label:N")]
    for place, row in enumerate(rows if named else ()):
        data, height = alt.Chart(pd.DataFrame([row])), alt.value(7 + 15 * (place % _LABEL_ROWS))
        form = {
            "fontSize": 11,
            "align": "left" if row["left"] else "right",
            "dx": 4 if row["left"] else -4,
            "clip": True,
        }
        ground = data.mark_text(**form, stroke=PAPER, strokeWidth=4, color=PAPER)
        words = data.mark_text(**form).encode(color=colour)
        layers += [layer.encode(x=x, y=height, text="label:N") for layer in (ground, words)]
    return layers
