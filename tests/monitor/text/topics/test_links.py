"""Addresses as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.topics.links import canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.news.example/a/", "http://news.example/a#comments"),
        ("https://news.example/a?utm_source=x&id=3", "https://news.example/a?id=3&fbclid=y"),
        ("https://youtu.be/AbC1?t=3", "https://m.youtube.com/watch?v=AbC1"),
        ("https://NEWS.example/a?b=1&c=2", "https://news.example/a?c=2&b=1"),
    ],
)
def test_the_same_page_is_one_address(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) is not None


@pytest.mark.parametrize(
    "link", ["", "https://news.example/", "http://[broken", "no address", "https://news.example?utm_id=1"]
)
def test_what_says_nothing_is_no_address(link: str) -> None:
    assert canonical(link) is None


def test_ids_of_videos_keep_their_case() -> None:
    assert canonical("https://youtube.com/watch?v=abc") != canonical("https://youtube.com/watch?v=ABC")


@given(st.text())
def test_no_text_breaks_it(link: str) -> None:
    canonical(link)
    canonical(f"https://{link}")
