"""The one picture of a mail: how the case has grown, and where it is expected to go. Figures only, no words."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from io import BytesIO
from typing import TYPE_CHECKING

from alerts.casefile import CaseFile, Outlook
from graph.domain import GrowthPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INCHES = (4.4, 1.7)
_DOTS_PER_INCH = 200  # twice what a phone shows at 440 px: stays sharp
_INK = "#5f6b80"
_LINE = "#d9dee7"
_PAST = timedelta(hours=36)  # of the past at most, so that the last hours can be seen
_AHEAD = timedelta(hours=6)  # of the future at least
_SMALL, _LARGE = 8.5, 10


def chart_png(case: CaseFile, colour: str, zone: tzinfo, *, with_band: bool = True) -> bytes | None:
    """A PNG of 880 by 340 dots; None where there is no curve to show."""
    growth = _recent(case.growth, case.now)
    if len(growth) < 2 or growth[-1].size < 2:
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.17, 0.96, 0.73))
    outlook = shown_outlook(case) if with_band else []
    _past(axes, growth, case.now, colour)
    _future(axes, growth[-1].size, outlook, colour)
    _frame(axes, growth, outlook, case.now, zone)
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def shown_outlook(case: CaseFile) -> list[Outlook]:
    """The outlooks that are drawn, nearest first: those far beyond the length of the past would press it flat."""
    ahead = sorted(case.outlook, key=lambda each: each.hours)
    past = (case.now - case.growth[0].at) if case.growth else timedelta(0)
    near = [each for each in ahead if timedelta(hours=each.hours) <= max(_AHEAD, past)]
    return near or ahead[:1]


def _recent(growth: Sequence[GrowthPoint], now: datetime) -> list[GrowthPoint]:
    """The points of the last hours, with the size that the case had at their start."""
    since = now - _PAST
    before = [point for point in growth if point.at < since]
    start = [GrowthPoint(since, before[-1].size)] if before else []
    return start + [point for point in growth if since <= point.at <= now]


def _hours(at: datetime, now: datetime) -> float:
    return (at - now).total_seconds() / 3600


def _past(axes: "Axes", growth: Sequence[GrowthPoint], now: datetime, colour: str) -> None:
    hours = [_hours(point.at, now) for point in growth]
    axes.plot(hours, [point.size for point in growth], color=colour, linewidth=1.6, solid_capstyle="round")
    axes.plot([0], [growth[-1].size], marker="o", markersize=4.5, color=colour)
    axes.axvline(0, color=_INK, linewidth=0.7, linestyle=(0, (1, 3)))


def _future(axes: "Axes", size: int, outlook: Sequence[Outlook], colour: str) -> None:
    if not outlook:
        return
    hours = [0.0, *(float(each.hours) for each in outlook)]
    low, high = [size, *(each.low for each in outlook)], [size, *(each.high for each in outlook)]
    axes.fill_between(hours, low, high, color=colour, alpha=0.14, linewidth=0)
    axes.plot(hours, [size, *(each.median for each in outlook)], color=colour, linewidth=1.2, linestyle=(0, (2, 2)))


def _frame(
    axes: "Axes", growth: Sequence[GrowthPoint], outlook: Sequence[Outlook], now: datetime, zone: tzinfo
) -> None:
    start, end = _hours(growth[0].at, now), float(outlook[-1].hours) if outlook else 0.0
    top = max([growth[-1].size, *(each.high for each in outlook)])
    margin = (end - start) * 0.02
    axes.set_xlim(start - margin, end + margin)
    axes.set_ylim(0, top * 1.12)
    axes.axis("off")
    axes.axhline(0, color=_LINE, linewidth=1)
    for hour, align in ((start, "left"), (0.0, "center" if outlook else "right"), (end, "right")):
        if hour or align != "right" or not outlook:
            moment = (now + timedelta(hours=hour)).astimezone(zone)
            label = f"{moment:%H:%M}" if hour < 12 else f"+{hour:.0f} h"
            axes.text(hour, -top * 0.05, label, ha=align, va="top", fontsize=_SMALL, color=_INK)
    size = growth[-1].size
    axes.annotate(
        f"{size:,}", (0, size), (-4, 4), textcoords="offset points", ha="right", fontsize=_LARGE, color="#1c2233"
    )
    if outlook:
        axes.text(end, outlook[-1].high + top * 0.02, short(outlook[-1].high), ha="right", fontsize=_SMALL, color=_INK)
        axes.text(end, outlook[-1].low, short(outlook[-1].low), ha="right", va="top", fontsize=_SMALL, color=_INK)


def short(value: float) -> str:
    """A large figure in little room.

    >>> short(14_320), short(5_240), short(812), short(2_400_000)
    ('14k', '5.2k', '812', '2.4M')
    """
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            scaled = value / size
            return f"{scaled:.0f}{letter}" if scaled >= 10 else f"{scaled:.1f}{letter}"
    return f"{value:.0f}"
