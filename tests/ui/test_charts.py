"""The pictures: what they hold, how large they get, and that no act loses its way."""

import random
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.casefile import Outlook
from graph.domain import GrowthPoint
from monitor.domain import AccountKey
from ui.charts.ahead import at, worth_drawing
from ui.charts.curves import Marker, from_ignition, growth_chart, views_chart
from ui.charts.diffusion import Cast, diffusion_chart
from ui.charts.spark import sparkline
from ui.charts.tree import caused, largest, place, time_scale
from ui.i18n import Texts

NOW = datetime(2026, 3, 12, 13, 55)  # noqa: DTZ001 - charts take local times
TEXTS = Texts("en")
OUTLOOK = (Outlook(1, 110, 130, 170), Outlook(6, 150, 300, 600), Outlook(24, 200, 700, 2_000))


class Hop(NamedTuple):
    account: AccountKey | None
    at: datetime
    parent_index: int | None
    evidence: str | None = "via"


def tree(size, seed=1, roots=1):
    dice = random.Random(seed)
    start = datetime(2026, 3, 12, 9, tzinfo=UTC)
    return [
        Hop(
            AccountKey("s", str(n)),
            start + timedelta(minutes=n),
            None if n < roots else dice.randrange(n),
            "inferred" if n % 3 else "via",
        )
        for n in range(size)
    ]


@given(st.integers(1, 900), st.integers(0, 50))
def test_at_most_the_limit_is_drawn_and_every_act_is_drawn_or_counted(size, seed):
    hops = tree(size, seed)
    points = place(hops, 200)
    assert len(points) <= 200
    drawn = [point for point in points if not point.gathered]
    assert len(drawn) + sum(point.gathered for point in points) == size
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in points)


@given(st.integers(2, 900), st.integers(0, 50))
def test_every_drawn_act_hangs_on_its_nearest_drawn_ancestor(size, seed):
    hops = tree(size, seed)
    points = place(hops, 150)
    rows = {point.hop: row for row, point in enumerate(points) if not point.gathered}
    for point in points:
        if point.gathered:
            continue
        parent = hops[point.hop].parent_index
        while parent is not None and parent not in rows:
            parent = hops[parent].parent_index
        assert point.parent == (None if parent is None else rows[parent])


def test_those_that_caused_most_are_never_gathered():
    hops = tree(3_000)
    below = caused(hops)
    best = sorted(range(len(hops)), key=lambda n: -below[n])[:50]
    assert set(best) <= {point.hop for point in place(hops, 400) if not point.gathered}


def test_a_chain_and_a_lone_post_can_be_drawn():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    chain = [Hop(None, start + timedelta(minutes=n), n - 1 if n else None) for n in range(5_000)]
    assert len(place(chain, 400)) <= 400
    assert len(place(chain[:1])) == 1


def test_the_largest_cascades_are_shown_and_lone_posts_left_out():
    lone = Hop(None, NOW.replace(tzinfo=UTC), None)
    small = [Hop(h.account, h.at, None if h.parent_index is None else h.parent_index + 1) for h in tree(3)]
    large = [Hop(h.account, h.at, None if h.parent_index is None else h.parent_index + 4) for h in tree(500)]
    forest = largest([lone, *small, *large])
    assert (len(forest.acts), forest.cascades, forest.of) == (500, 1, 2)
    assert [act.parent_index for act in forest.acts] == [h.parent_index for h in tree(500)]
    everything = largest([lone, *small, *large], share=1.0)
    assert (len(everything.acts), everything.cascades) == (503, 2)
    assert len(largest([lone]).acts) == 1


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=50))
def test_the_time_scale_can_be_read_backwards(seconds):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [start + timedelta(seconds=s) for s in seconds]
    scale = time_scale(times)
    for moment in times:
        assert abs(scale.moment(scale.position(moment)) - moment) < timedelta(seconds=2)


def test_the_diffusion_chart_draws_both_kinds_of_edge_and_names_as_text():
    hops = tree(900)
    names = {AccountKey("s", "0"): 'or"igin</text>', AccountKey("s", "1"): "first"}
    cast = Cast(names, {AccountKey("s", "1"): "press"}, "#c4530a")
    spec = diffusion_chart(place(hops), hops, cast, TEXTS).to_dict()
    dashes = [layer["mark"]["strokeDash"] for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert dashes == [[1, 0], [3, 3]]
    rows = [row for rows in spec["datasets"].values() for row in rows]
    assert {"inferred", "explicit (via)"} <= {row.get("path") for row in rows}
    assert '@or"igin</text>' in {row.get("label") for row in rows}


def test_an_anonymous_root_can_be_drawn():
    hops = [Hop(None, NOW, None, None), Hop(AccountKey("s", "a"), NOW + timedelta(minutes=1), 0, "quote")]
    spec = diffusion_chart(place(hops), hops, Cast({}, {}, "#000"), TEXTS).to_dict()
    assert "account not named" in str(spec["datasets"])


def test_the_curve_starts_where_it_left_the_ground():
    start = NOW - timedelta(days=20)
    quiet = [GrowthPoint(start + timedelta(days=n), 1 + n) for n in range(15)]
    rush = [GrowthPoint(NOW - timedelta(hours=20 - n), 100 * n) for n in range(1, 21)]
    shown = from_ignition([*quiet, *rush], NOW - timedelta(hours=15))
    assert shown[0].at > NOW - timedelta(days=3)
    assert shown[-1] == rush[-1]
    early = from_ignition([*quiet, *rush], start + timedelta(days=5))
    assert early[0].at < start + timedelta(days=5)


def growth(hours=8):
    return [GrowthPoint(NOW - timedelta(hours=hours - n), 10 + n * 12) for n in range(hours + 1)]


def test_the_growth_chart_holds_the_curve_the_band_and_the_markers():
    chart = growth_chart(
        growth(), OUTLOOK, [Marker(NOW - timedelta(hours=5), "press 08:55", "#946200")], "#c4530a", TEXTS
    )
    spec = chart.to_dict()
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert {"area", "line", "rule", "text"} <= set(marks)
    assert "press 08:55" in str(spec["datasets"])


def test_a_case_without_forecast_or_markers_is_just_a_curve():
    assert [layer["mark"]["type"] for layer in growth_chart(growth(), (), [], "#000", TEXTS).to_dict()["layer"]] == [
        "line"
    ]
    assert [layer["mark"]["type"] for layer in views_chart(growth(), [], "#000", TEXTS).to_dict()["layer"]] == ["line"]


@pytest.mark.parametrize("points", [[], growth(1), growth(8), growth(500), [GrowthPoint(NOW, 1)]])
@pytest.mark.parametrize("outlook", [(), OUTLOOK])
def test_a_sparkline_is_well_formed_and_stays_in_its_frame(points, outlook):
    svg = sparkline(points, outlook, NOW, "#c4530a")
    assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own text
    numbers = [float(n) for path in re.findall(r' d="([^"]+)"', svg) for n in re.findall(r"-?\d+\.\d", path)]
    assert all(-1 <= n <= 301 for n in numbers)
    assert ("fill-opacity" in svg) == bool(outlook)


def test_a_young_case_does_not_look_a_day_ahead():
    assert max(step.hours for step in worth_drawing(OUTLOOK, 100, timedelta(hours=2))) == 6
    assert max(step.hours for step in worth_drawing(OUTLOOK, 100, timedelta(days=9))) == 24


@given(st.floats(0.1, 30), st.floats(1, 5_000))
def test_an_outlook_between_the_steps_keeps_its_order_and_never_falls_below_the_present(hours, size):
    step = at(OUTLOOK, size, hours)
    assert size - 1e-6 <= step.low <= step.median + 1e-6 <= step.high + 2e-6
