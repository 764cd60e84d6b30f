"""Texts made to hurt, through everything that reads: an answer or "not assessed", never an exception, and soon."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.clock import elapsed_seconds
from monitor.domain import AccountKey, Assessment, Brand, Post, PostKey
from monitor.match import Matcher
from monitor.text.claims import claims
from monitor.text.normalise import fold, mask, skeleton
from monitor.text.reader import TextReader
from monitor.text.stance import towards_named
from monitor.text.topics.issues import IssueClusters
from monitor.text.topics.questions import repeated

MEGABYTE = 1_000_000
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = 3.0  # seconds for one text, on a machine with other work
BRAND = Brand(
    "northline",
    "Northline Air",
    names=("Northline Air", "Northline", "北线航空", "노스라인", "నార్త్‌లైన్"),
    handles=("northlineair",),
    hashtags=("northline",),
    required=("flight", "bag"),
    forbidden=("football",),
)
READER, MATCHER = TextReader(), Matcher([BRAND])
LONG = {
    "letters": "a" * MEGABYTE,
    "one long word of syllables": "nanang" * 160_000,
    "emoji": "😡🤬👎" * 330_000,
    "flags and tones": "🇰🇷👏🏽👩‍👩‍👧" * 100_000,
    "right to left": "الرحلة متأخرة ושום דבר " * 40_000,
    "overrides": "\u202eworst\u202c\u2067airline\u2069 " * 50_000,
    "control": "\x00\x01\x1b[31m\x7f\x85" * 100_000,
    "NUL": "\x00" * MEGABYTE,
    "surrogates": "\ud800\udc00\udfff" * 330_000,
    "combining marks": "e" + "\u0301\u0316\u0334" * 330_000,
    "Telugu marks": "క" + "\u0c4d\u0c55\u0c56" * 330_000,
    "joiners": "\u200b\u200c\u200d\ufe0f" * 250_000,
    "blanks": " \u3000\t\u2003" * 250_000,
    "line ends": "\r\n\u2028" * 330_000,
    "punctuation": "?!.," * 250_000,
    "brackets": "([{<" * 250_000,
    "quotes": "\"'“”«»" * 160_000,
    "signs for handles": "@" * MEGABYTE,
    "handles": "@a@b@c.example" * 70_000,
    "tags": "#northline" * 100_000,
    "addresses": "http://" * 140_000,
    "address without end": "https://northline.example/" + "-northline" * 100_000,
    "the brand": "Northline " * 100_000,
    "half the brand": "North-._ line-" * 70_000,
    "look-alikes": "n\u043erthl\u0456n\u0435" * 100_000,
    "mixed scripts": "flight 비행기 航班 విమానం विमान рейс رحلة " * 25_000,
    "single Korean letters": "ㅠㅋㅏ" * 330_000,
    "denials": "not un never 不没 " * 60_000,
    "Chinese without a stop": "不是我的错" * 200_000,
    "Telugu without a stop": "లేదుకాదు" * 120_000,
    "Korean without a blank": "안되는데요" * 200_000,
    "questions": "why? 왜? 为什么？ ఎందుకు? " * 40_000,
    "claims": "They said that it was reported that " * 28_000,
    "numbers": "9" * MEGABYTE,
    "mathematical letters": "𝐧𝐨𝐫𝐭𝐡𝐥𝐢𝐧𝐞" * 100_000,
    "what is nothing": "\ufffe\uffff\U0010ffff\ue000" * 250_000,
}
NUMBERS = count()


def post(text: str, said: Assessment | None = None) -> Post:
    number = next(NUMBERS)
    at = NOON + timedelta(seconds=number)
    key, author = PostKey("forum", str(number)), AccountKey("forum", f"author{number}")
    language = said.language if said else None
    return Post(key, author, text, at, at, language=language, brand_matches=MATCHER.match(text), assessment=said)


def read_all(text: str, issues: IssueClusters, about: str = "Northline") -> Assessment:
    """``text`` through everything."""
    said = READER.read(text)
    found = post(text, said)
    assert issues.assign(BRAND.id, found)
    for language in ("en", "zh", "ko", "te", said.language, None):
        for claim in claims(text, language):
            assert claim.quote in text
    repeated([found, found])
    assert towards_named([(text, about)], [said], READER.read_many)
    skeleton(mask(fold(text[:20_000]))).encode()  # what is read can be written
    return said


def is_an_answer(said: Assessment) -> bool:
    if said.assessed:
        return said.complaint is not None and 0 <= said.complaint <= 1 and said.severity in (0, 1, 2, 3)
    return (said.complaint, said.sentiment, said.severity, said.reason) == (None,) * 4


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize(
    "stage",
    [
        lambda text: fold(text[:20_000]),
        READER.read,
        MATCHER.match,
        lambda text: [claims(text, language) for language in ("en", "zh", "ko", "te")],
        lambda text: IssueClusters().assign(BRAND.id, post(text)),
        lambda text: repeated([post(text), post(text)]),
        lambda text: towards_named([(text, "Northline")], [READER.read(text)], READER.read_many),
    ],
    ids=["fold", "reader", "matcher", "claims", "issues", "questions", "stance"],
)
def test_a_megabyte_is_read_soon(kind: str, stage: Callable[[str], object]) -> None:
    start = elapsed_seconds()
    stage(LONG[kind])
    assert elapsed_seconds() - start < SOON


@pytest.mark.parametrize("kind", LONG)
def test_whatever_a_text_is_made_of_there_is_an_answer(kind: str) -> None:
    assert is_an_answer(READER.read(LONG[kind][:4000]))


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "😡", "✈️🧳❓", "...", "\x00", "\ud800", "\u202e", "مرحبا", "@", "#", "0", "\u0301", "🇰🇷", "https://"],
)
def test_what_says_nothing_that_is_known_is_not_assessed(text: str) -> None:
    said = READER.read(text)
    assert not said.assessed
    assert is_an_answer(said)


def test_hidden_and_disguised_words_are_read_all_the_same() -> None:
    plain = READER.read("@northlineair you lost my bag, worst airline ever!!!")
    hidden = READER.read(
        "@northlineair you l\u200bost my b\u00adag, w\u0336o\u0336r\u0336s\u0336t\u0336 ａｉｒｌｉｎｅ ever!!!!!!!!!"
    )
    assert hidden == plain
    assert hidden.is_complaint


PIECES = st.sampled_from(
    """
    northline NORTHLINE @northlineair #Northline 北线航空 노스라인 నార్త్‌లైన్ flight football not worst 不 太差了 최악 చెత్త
    లేదు
    ? ! 。 ㅠ ᄒ 𝐧 ﬁ İ ß ŉ ΐ \ufdfa @ # http:// https://a.example/b-c?d=%ff www. ( [ \\ * + (?: ” ' RT //@b: %s
    {} <b> &amp; 1e999 ٣ 😡 🇰
    """.split()  # noqa: SIM905 - easier to read as words
    + list("\n \u3000\x00\ud83d\udc00\u202e\u2066\u200d\ufe0f\u0301\u0334\u0c4d\u1160\U000e0041\uffff\U0010ffff")
)
NASTY = st.lists(st.one_of(PIECES, PIECES.map(lambda piece: piece * 7), st.text(max_size=3)), max_size=25).map("".join)


@settings(max_examples=200, deadline=None)
@given(NASTY, NASTY)
def test_no_text_and_no_name_of_a_brand_makes_anything_fail(text: str, name: str) -> None:
    said = read_all(text, IssueClusters(), about=name)
    assert is_an_answer(said)


@settings(max_examples=60, deadline=None)
@given(st.lists(NASTY, max_size=12))
def test_texts_in_a_row_make_nothing_fail(texts: list[str]) -> None:
    issues = IssueClusters()
    said = list(READER.read_many((text, None) for text in texts))
    assert len(said) == len(texts)
    for text in texts:
        read_all(text, issues)
