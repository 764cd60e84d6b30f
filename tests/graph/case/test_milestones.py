"""The documented part of the case, against the figures as they were published."""

from datetime import UTC, datetime, timedelta

import pytest

from graph.case.guitar import END_DEFAULT, FIRST_CONTACT, FIRST_MILLION, MILESTONES, VIDEO_POSTED
from graph.case.milestones import view_curve
from graph.case.views import ViewCurve

PUBLISHED = {  # Pacific day of July 2009 -> views
    7: 100_000,
    8: 137_000,
    9: 390_000,
    10: 1_300_000,
    12: 2_000_000,
    13: 2_500_000,
    15: 3_000_000,
    20: 3_500_000,
    24: 3_600_000,
}
PACIFIC = timedelta(hours=-7)


def test_the_milestones_say_what_was_published() -> None:
    stated = {
        (m.at + PACIFIC).day: m.figure
        for m in MILESTONES
        if m.kind == "views" and m.established and m.figure is not None
    }
    assert stated == PUBLISHED


def test_the_view_curve_runs_through_the_published_figures() -> None:
    curve = view_curve()
    for milestone in MILESTONES:
        if milestone.kind == "views":
            assert milestone.figure is not None
            assert curve.views(milestone.at) == pytest.approx(milestone.figure, rel=1e-4)


def test_first_contact_is_the_eighth_of_july_eleven_pacific_time() -> None:
    assert datetime(2009, 7, 8, 18, tzinfo=UTC) == FIRST_CONTACT
    assert [m.at for m in MILESTONES if m.kind == "contact" and m.established] == [FIRST_CONTACT]


def test_the_first_million_is_computed_and_says_so() -> None:
    assert datetime(2009, 7, 9, 19, tzinfo=UTC) < FIRST_MILLION < datetime(2009, 7, 10, 19, tzinfo=UTC)
    assert [m.established for m in MILESTONES if m.at == FIRST_MILLION] == [False]


def test_established_milestones_name_their_page_and_assumed_ones_claim_none() -> None:
    for milestone in MILESTONES:
        assert milestone.established == (milestone.source_url is not None), milestone
        assert milestone.established == bool(milestone.source_kind)
        assert milestone.at.utcoffset() == timedelta(0)
    assert "assumed" in next(m.text for m in MILESTONES if m.kind == "posted")


def test_milestones_are_in_order_and_the_default_end_is_after_the_first_million() -> None:
    assert [m.at for m in MILESTONES] == sorted(m.at for m in MILESTONES)
    assert VIDEO_POSTED < FIRST_CONTACT < FIRST_MILLION < END_DEFAULT


def test_the_curve_is_flat_outside_its_points_and_never_falls() -> None:
    curve = view_curve()
    assert curve.views(VIDEO_POSTED - timedelta(seconds=1)) == 0
    assert curve.views(datetime(2009, 9, 1, tzinfo=UTC)) == 3_600_000
    views = [curve.views(VIDEO_POSTED + timedelta(hours=hour)) for hour in range(24 * 20)]
    assert views == sorted(views)


def test_a_curve_must_rise() -> None:
    day = datetime(2009, 7, 8, tzinfo=UTC)
    with pytest.raises(ValueError, match="must rise"):
        ViewCurve([(day, 200), (day + timedelta(hours=1), 100)])
    with pytest.raises(ValueError, match="must rise"):
        view_curve(datetime(2009, 7, 8, 12, tzinfo=UTC))  # a video posted after its views
