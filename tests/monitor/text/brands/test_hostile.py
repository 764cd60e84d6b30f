"""Texts and terms that strangers make up: bounded work, a bounded vocabulary, the same answer from every thread."""

import string
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Brand, BrandMatch
from monitor.match import Matcher
from monitor.store.nested import plain, revived

BRAND = Brand(
    "northline",
    "Northline",
    names=("Northline Air", "Northline", "노스라인", "北线航空", "నార్త్‌లైన్", "AT&T", "MOA"),
    handles=("northlineair", "노스라인"),
    hashtags=("northline",),
    products=("SkyBox",),
    required=("bag", "짐", "行李"),
    forbidden=("ferry", "Northline ferry"),
)
MATCHER = Matcher([BRAND, Brand("air", "Air", names=("Air",))])


@pytest.mark.parametrize(
    "text",
    [
        "northline " * 5_000,
        "northline bag ferry. " * 2_000,
        "@" * 20_000,
        "a@" * 10_000,
        "a." * 10_000,
        "n-" * 10_000,
        "n " * 10_000,
        "#" * 20_000,
        "#NorthlineFail" * 1_500,
        "#Nn" * 6_000,
        "x" * 20_000,
        "노스라인" * 5_000,
        "노" * 20_000,
        "నార్త్‌లైన్" * 2_000,
        "n✈" * 10_000,
        "north✈️" * 5_000,
        "\u0301" * 20_000,
        "नॉ" * 10_000,
        "a\u0900" * 10_000,
        "0" * 20_000,
        "/" * 20_000,
        "northline/" * 2_000,
        "@노스라인" * 4_000,
        "\x00\x1a\x1c northline bag \x1c",
        "¦|" * 9_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    MATCHER.explain(text, (text,) * 3)
    assert time.process_time() - start < 2.0


@given(st.text(alphabet="northlineair NAIR노스라인은北线航空నార్త్‌లైన్ు@#./-_&'✈\u200b\u0301\u1160\n0१", max_size=60))
@settings(max_examples=300, deadline=None)
def test_what_matches_stands_in_the_text_or_its_normal_form(text: str) -> None:
    for match in MATCHER.match(text):
        assert match.brand in {"northline", "air"}
        assert match.text
    verdicts = MATCHER.explain(text)
    assert {verdict.brand for verdict in verdicts if verdict.matched} == {m.brand for m in MATCHER.match(text)}


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_words_can_be_terms(words: list[str], text: str) -> None:
    terms = tuple(words)
    brand = Brand("b", "B", terms, terms, terms, terms, terms, terms, terms)
    Matcher([brand]).explain(text + " ".join(words), words)


def test_the_vocabulary_does_not_grow_with_what_is_read() -> None:
    matcher = Matcher([BRAND])
    matcher.match("northline bag")
    assert matcher._finder is not None
    before = matcher._finder.vocabulary
    random = Random(7)
    for _ in range(2_000):
        words = ["".join(random.choices(string.ascii_lowercase, k=7)) for _ in range(8)]
        matcher.match(f"northline {' '.join(words)} bag #northline{words[0]} @{words[1]}")
    assert matcher._finder.vocabulary == before


def test_threads_get_the_same_answers() -> None:
    texts = [f"Northline lost bag {n}" if n % 2 else f"the ferry {n} of Norhtline" for n in range(400)]
    alone = [MATCHER.match(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(MATCHER.match, texts)) == alone


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    posts = [("Northline lost my bag", ()), ("nothing", ()), ("look", ("https://x.example/northline-bag",))]
    assert list(MATCHER.match_many(posts)) == [MATCHER.match(text, links) for text, links in posts]


def test_matches_stored_before_they_said_how_can_still_be_read() -> None:
    old = {"brand": "northline", "term": "Northline", "kind": "name", "text": "NORTHLINE"}
    assert revived(BrandMatch, old) == BrandMatch("northline", "Northline", "name", "NORTHLINE")
    new = BrandMatch("b", "t", "name", "x", "misspelt", "bag", "ferry")
    assert revived(BrandMatch, plain(new)) == new
