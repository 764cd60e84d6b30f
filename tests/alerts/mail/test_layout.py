"""The picture and the plain lines of a mail."""

import struct
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.chart import chart_png, shown_outlook
from alerts.messages.columns import filled, width
from graph.domain import GrowthPoint


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def test_the_picture_is_small_and_sharp(case) -> None:
    png = chart_png(case, "#c4530a", UTC)
    assert size_of(png) == (880, 340)
    assert len(png) < 60_000


def test_the_same_case_gives_the_same_picture_and_another_another(case) -> None:
    png = chart_png(case, "#c4530a", UTC)
    assert chart_png(case, "#c4530a", UTC) == png
    assert chart_png(case, "#b42318", UTC) != png
    assert chart_png(case, "#c4530a", UTC, with_band=False) != png


@pytest.mark.parametrize("count", [0, 1])
def test_there_is_no_picture_without_a_curve(count, case) -> None:
    assert chart_png(replace(case, growth=case.growth[:count]), "#c4530a", UTC) is None


def test_a_case_of_weeks_and_millions_can_be_drawn(case) -> None:
    growth = tuple(GrowthPoint(case.now - timedelta(days=40 - day), 1 + 3_000_000 * day // 40) for day in range(41))
    assert chart_png(replace(case, growth=growth), "#b42318", UTC) is not None


def test_the_future_does_not_press_the_past_flat(case) -> None:
    assert [each.hours for each in shown_outlook(case)] == [1, 6]
    old = replace(case, growth=(GrowthPoint(case.now - timedelta(days=3), 1), *case.growth))
    assert [each.hours for each in shown_outlook(old)] == [1, 6, 24]


LETTERS = st.text(st.sampled_from("ab 가나 投诉，。 తెలుగు"), max_size=200)


@given(LETTERS, st.integers(10, 80))
def test_lines_keep_their_width_and_every_letter(text, columns) -> None:
    lines = filled(text, columns)
    assert "".join(lines.split()) == "".join(text.split())
    for line in lines.splitlines():
        assert width(line) <= columns or " " not in line.strip()


def test_korean_breaks_at_spaces_and_chinese_anywhere_but_before_a_full_stop() -> None:
    assert filled("불만이 평소보다 훨씬 많습니다", 16) == "불만이 평소보다\n훨씬 많습니다"
    assert filled("投诉数量远超平时。", 16) == "投诉数量远超平\n时。"
