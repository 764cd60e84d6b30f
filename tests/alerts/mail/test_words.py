"""The four languages say the same things, in words that a reader of each can see."""

import re
import string
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.domain import Level, Truth, Verdict
from alerts.messages.render import MARKS
from alerts.messages.words import Words, languages, texts
from monitor.sources.registry import SOURCES

NOW = datetime(2024, 5, 7, 13, 17, tzinfo=UTC)
SCRIPTS = {"en": "LATIN", "zh": "CJK", "ko": "HANGUL", "te": "TELUGU"}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_are_those_of_the_product() -> None:
    assert languages() == ("en", "ko", "te", "zh")


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_text_with_the_same_places(language) -> None:
    english, other = texts("en"), texts(language)
    assert set(other) == set(english)
    assert not {key for key in english if places(other[key]) != places(english[key])}
    assert not [key for key, text in other.items() if not text.strip()]


@pytest.mark.parametrize("language", languages())
def test_every_text_is_written_in_the_script_of_its_language(language) -> None:
    plain = {"origin.quote", "origin.quote_unlabelled", "size.note", "size.note_short", "claims.once", "claims.by"}
    for key, text in texts(language).items():
        words = re.sub(r"\{\w+\}", "", text)
        letters = [mark for mark in words if unicodedata.category(mark) in {"Lu", "Ll", "Lo"}]
        if key in plain or key.startswith("time.") or not letters:
            continue
        assert any(unicodedata.name(mark).startswith(SCRIPTS[language]) for mark in letters), key


@pytest.mark.parametrize("language", languages())
def test_everything_that_a_person_or_rule_may_set_has_a_word(language) -> None:
    words = Words(language, UTC, NOW)
    keys = [f"level.{level.name}" for level in Level] + [f"verdict.{verdict.value}" for verdict in Verdict]
    keys += [f"claims.{truth.value}" for truth in Truth]
    reasons = "delay cancellation property billing staff outage defect privacy safety refund other"
    assert all(words.has(key) for key in keys + [f"what.{reason}" for reason in reasons.split()])
    assert set(MARKS) == {*Level, None}


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "1 min"), (40, "40 min"), (89, "89 min"), (90, "1 h 30 min"), (122, "2 h"), (700, "12 h"), (4000, "3 days")],
)
def test_a_duration_is_as_exact_as_it_needs_to_be(minutes, text) -> None:
    assert Words("en", UTC, NOW).duration(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (7.4, "7"), (99, "99"), (149, "150"), (5234, "5,200"), (1_267_000, "1,300,000")]
)
def test_a_prediction_shows_two_figures(value, text) -> None:
    assert Words("en", UTC, NOW).rough(value) == text


def test_a_moment_names_the_day_and_year_only_where_they_differ() -> None:
    words = Words("en", UTC, NOW)
    assert words.at(NOW) == "13:17"
    assert words.at(NOW - timedelta(days=2)) == "13:17 on 5 May"
    assert words.at(NOW - timedelta(days=365)) == "13:17 on 8 May 2023"
    assert replace(words, language="ko").at(NOW - timedelta(days=2)) == "5월 5일 13:17"


@pytest.mark.parametrize("language", languages())
def test_every_site_that_is_read_has_a_name_that_people_know(language) -> None:
    words = Words(language, UTC, NOW)
    named = {source: words.name_of_site(source) for source, spec in SOURCES.items() if spec.online}
    assert len(named) >= 14
    assert not [source for source, name in named.items() if name == source]
    assert (named["x"], named["youtube"]) == ("X", "YouTube")


def test_what_has_no_word_is_shown_as_it_is() -> None:
    words = Words("te", UTC, NOW)
    assert words.name_of_site("bluesky") == "Bluesky"
    assert words.name_of_site("agora") == "agora"
    assert words.name_of_language("sw") == "భాష: sw"
