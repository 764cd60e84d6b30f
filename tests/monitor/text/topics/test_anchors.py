"""Hashtags and codes that tie posts together, in any script; no text makes it raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.topics.anchors import anchors


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#SmashedCello again", {"#smashedcello"}),
        ("#大提琴事件# 北线航空", {"#大提琴事件"}),
        ("＃첼로파손 노스라인", {"#첼로파손"}),
        ("#గిటార్_విరిగింది చూడండి", {"#గిటార్_విరిగింది"}),
        ("stuck on NL 482, then nl-483 and NL484", {"nl482", "nl483", "nl484"}),
        ("in 2015 at 300 km, 24hrs, 10am, gr8, the 5th", set()),
        ("#fail #travel #news #help", set()),
        ("#Northline #NorthlineAir", set()),
        ("https://x.example/#part2 and https://x.example/nl482", set()),
        ("#1 #12 # ##", set()),
    ],
)
def test_what_ties(text: str, found: set[str]) -> None:
    assert anchors(text, ["Northline", "#NorthlineAir"]) == found


@given(st.text())
def test_any_text(text: str) -> None:
    assert len(anchors(text, [text[:5]])) <= 12
