"""Who through whom: the spread of a case as an altair chart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import altair as alt
import pandas as pd

from monitor.domain import AccountKey
from monitor.plain_text import one_line
from ui.charts.curves import style
from ui.charts.tree import Hop, Placed, time_scale
from ui.i18n import Texts
from ui.theme import ACCENT, INK, PAPER, PRESS

_EXPLICIT, _INFERRED, _LEAF, _GATHERED = "#9fb0cc", "#c9b98f", "#8ea3c7", "#d5dae4"
_TICKS = 4
_MIDDLE = 0.6  # names of points further right stand to their left
_BRANCH = 5  # lines to acts that caused fewer are drawn faint
CARRIER = 0.02  # who caused less than this share of what the largest did is drawn as one of many


@dataclass(frozen=True, slots=True)
class Cast:
    """What is known of the accounts in the picture."""

    names: Mapping[AccountKey, str]
    roles: Mapping[AccountKey, str]  # of the top carriers
    colour: str  # of the case's level: the origin is drawn in it


def diffusion_chart(points: Sequence[Placed], hops: Sequence[Hop], cast: Cast, texts: Texts, height: int = 300) -> Any:
    """Acts by time (to the right) and branch; solid lines where the path is explicit, dashed where it is inferred.

    ``points`` are those of ``ui.charts.tree.place(hops)``.
    """
    most = max(1, max((point.caused for point in points), default=1))
    rows = pd.DataFrame([_row(point, hops[point.hop], cast, texts, point.caused / most) for point in points])
    rows.loc[rows.index == 0, "colour"] = cast.colour  # the post that began it
    x = alt.X("x:Q", axis=_axis(hops, texts), scale=alt.Scale(domain=[-0.04, 1.06], nice=False))
    layers = [
        _edges(points, hops, explicit=True, x=x),
        _edges(points, hops, explicit=False, x=x),
        _dots(rows, x),
        *_names(rows, x),
    ]
    drawn = alt.layer(*[layer for layer in layers if layer is not None])
    return style(drawn.properties(height=height, width="container"))


def _axis(hops: Sequence[Hop], texts: Texts) -> Any:
    scale = time_scale([hop.at for hop in hops])
    labels = [texts.moment(scale.moment(step / _TICKS), scale.moments[-1]) for step in range(_TICKS + 1)]
    expression = f"{json.dumps(labels, ensure_ascii=False)}[round(datum.value * {_TICKS})]"
    ticks = [step / _TICKS for step in range(_TICKS + 1)]
    return alt.Axis(values=ticks, labelExpr=expression, grid=False, labelOverlap=True, labelFlush=True)


def _row(point: Placed, hop: Hop, cast: Cast, texts: Texts, share: float) -> dict[str, Any]:
    role = cast.roles.get(hop.account, "") if hop.account else ""
    name = cast.names.get(hop.account) if hop.account else None
    drawn = "gathered" if point.gathered else role
    colours = {"gathered": _GATHERED, "origin": cast.colour, "press": PRESS}
    return {
        "x": point.x,
        "y": point.y,
        "size": 16 + 520 * share**0.6 if not point.gathered else 40 + 3 * sqrt(point.gathered),
        "colour": colours.get(drawn, ACCENT if share >= CARRIER else _LEAF),
        "shape": "square" if point.gathered else "circle",
        "name": texts("chart.more", n=point.gathered) if point.gathered else _short(name) or texts("chart.anonymous"),
        "label": _short(name) if name and not point.gathered else None,
        "caused": point.caused,
        "share": share,
        "time": texts.full(hop.at),
        "path": "" if point.gathered or hop.parent_index is None else _path(hop, texts),
    }


def _short(name: str | None) -> str:
    return one_line(name or "", 24)


def _path(hop: Hop, texts: Texts) -> str:
    if hop.evidence == "inferred":
        return texts("chart.inferred")
    return f"{texts('chart.explicit')} ({hop.evidence})"


def _edges(points: Sequence[Placed], hops: Sequence[Hop], explicit: bool, x: Any) -> Any:
    rows: list[dict[str, float]] = []
    for number, point in enumerate(points):
        if point.parent is None or (hops[point.hop].evidence != "inferred" or point.gathered > 0) != explicit:
            continue
        start, seen = points[point.parent], 0.4 if point.caused < _BRANCH else 0.95
        half = (point.x - start.x) / 2
        bends = ((start.x, start.y), (start.x + half, start.y), (point.x - half, point.y), (point.x, point.y))
        rows += [
            {"edge": number, "step": step, "x": at, "y": height, "strength": seen}
            for step, (at, height) in enumerate(bends)
        ]
    if not rows:
        return None
    line = alt.Chart(pd.DataFrame(rows)).mark_line(
        color=_EXPLICIT if explicit else _INFERRED,
        strokeWidth=1,
        strokeDash=[1, 0] if explicit else [3, 3],
        interpolate="basis",
    )
    strength = alt.Opacity("strength:Q", scale=None)
    return line.encode(x=x, y=_height(), detail="edge:N", order="step:Q", opacity=strength)


def _height() -> Any:
    return alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.06, 1.06], nice=False, reverse=True))


def _dots(rows: pd.DataFrame, x: Any) -> Any:
    return (
        alt.Chart(rows)
        .mark_point(filled=True, opacity=0.95)
        .encode(
            x=x,
            y=_height(),
            size=alt.Size("size:Q", scale=None),
            color=alt.Color("colour:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
            order="caused:Q",
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("time:N", title="  "),
                alt.Tooltip("path:N", title="   "),
                alt.Tooltip("caused:Q", title="⇉"),
            ],
        )
    )


def _names(rows: pd.DataFrame, x: Any, most: int = 7) -> list[Any]:
    """Names of those that caused most, where they do not run into one another."""
    named = rows[(rows["caused"] >= 2) & (rows["share"] >= CARRIER) & rows["label"].notna()].sort_values(
        "caused", ascending=False
    )
    taken: list[tuple[float, float]] = []
    kept: list[Any] = []
    for index, across, down in zip(named.index, named["x"], named["y"], strict=True):
        if len(kept) < most and all(abs(across - x) > 0.22 or abs(down - y) > 0.07 for x, y in taken):
            taken.append((across, down))
            kept.append(index)
    layers: list[Any] = []
    for side, shift in (("left", 10), ("right", -10)):
        frame = rows.loc[[row for row in kept if (float(rows["x"][row]) < _MIDDLE) == (side == "left")]]
        if len(frame):
            layers += _written(frame, x, side, shift)
    return layers


def _written(frame: pd.DataFrame, x: Any, side: str, shift: int) -> list[Any]:
    """Names that grow towards the middle of the picture, on a ground that keeps them apart from the lines."""
    data = alt.Chart(frame.assign(label=[f"@{str(name).lstrip('@')}" for name in frame["label"]]))
    form = {"fontSize": 11, "fontWeight": 600, "align": side, "dy": -12, "dx": shift, "clip": True}
    ground = data.mark_text(**form, stroke=PAPER, strokeWidth=4, color=PAPER)
    return [layer.encode(x=x, y=_height(), text="label:N") for layer in (ground, data.mark_text(**form, color=INK))]
