"""Sentences that state something are told from those that do not; a quotation is exact; hostile texts cost little."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.claims import LEAST, LONGEST, MOST, claims, languages, score
from monitor.text.lexicon import languages as covered

SENTENCES = tomllib.loads(
    (Path(__file__).parents[2] / "fixtures" / "claims" / "sentences.toml").read_text(encoding="utf-8")
)
HOSTILE = [
    "http://" * 100_000,
    "#a " * 300_000,
    "@a " * 300_000,
    "." * 1_000_000,
    "!?" * 300_000,
    "被把了" * 100_000,
    "didn't " * 100_000,
    "(“" * 300_000,
    "x, " * 300_000,
    "a" * 1_000_000,
]


def quotes(text, language="en"):
    return [claim.quote for claim in claims(text, language)]


@pytest.mark.parametrize("part", ["practice", "held_back"])
@pytest.mark.parametrize("code", ["en", "ko", "te", "zh"])
def test_what_states_something_is_told_from_what_does_not(part, code):
    of = SENTENCES[part][code]
    right = sum(bool(claims(sentence, code)) for sentence in of["claims"])
    wrong = sum(bool(claims(sentence, code)) for sentence in of["others"])
    precision, recall = right / max(1, right + wrong), right / len(of["claims"])
    print(f"{part} {code}: precision {precision:.2f}, recall {recall:.2f}, n {len(of['claims']) + len(of['others'])}")
    assert len(of["claims"]) + len(of["others"]) >= 20
    assert precision >= 0.9
    assert recall >= 0.9


def test_every_language_that_is_read_has_claims():
    assert languages() == covered()


def test_the_quotation_is_the_sentence_alone_as_it_was_written():
    text = "RT @gate7: Unbelievable!!  They  LOST my “lute” on 3 May…  Never again. #northline https://a.example/x"
    (claim,) = claims(text, "en")
    assert claim.quote == text[claim.start : claim.end] == "They  LOST my “lute” on 3 May…"


def test_a_figure_with_a_point_does_not_end_a_sentence():
    assert quotes("They charged me 1.250 euros and 3.5 percent on top") == [
        "They charged me 1.250 euros and 3.5 percent on top"
    ]


def test_handles_before_and_tags_behind_are_no_part_of_it():
    assert quotes("@northline @press you lost my suitcase on 12 June #fail #northline https://x.example/a") == [
        "you lost my suitcase on 12 June"
    ]


def test_of_many_the_three_surest_come_in_their_order():
    text = " ".join(f"They lost {n} of my bags." for n in range(2, 9))
    found = claims(text, "en")
    assert len(found) == MOST
    assert [claim.start for claim in found] == sorted(claim.start for claim in found)


@pytest.mark.parametrize("mark", [", ", "，", " "])
def test_a_long_sentence_is_quoted_in_part(mark):
    text = mark.join(["they lost my bag in Porto"] * 30)
    for claim in claims(text, "en"):
        assert claim.quote == text[claim.start : claim.end]
        assert 100 < len(claim.quote) <= LONGEST


def test_a_question_about_the_same_thing_states_nothing():
    assert score("They lost my suitcase in Porto.", "en") > LEAST
    assert score("Have they lost my suitcase in Porto?", "en") < LEAST


@pytest.mark.parametrize("language", [None, "ja", "en-GB", "", "../en", "xx"])
def test_what_cannot_be_read_has_no_claims(language):
    assert claims("They lost my suitcase in Porto.", language) == ()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:6]))
def test_a_hostile_text_is_done_at_once(text):
    for language in languages():
        assert len(claims(text, language)) <= MOST


@given(
    st.text(max_size=600)
    | st.from_regex(r"([a-z가-힣一-龥అ-హ#@.!? :/\n\u202e\u200d]{0,40}(lost my|了三|했습니다|లేదు)){0,6}")
)
def test_any_text_gives_exact_short_quotations_or_none(text):
    for language in languages():
        found = claims(text, language)
        assert len(found) <= MOST
        for claim in found:
            assert text[claim.start : claim.end] == claim.quote
            assert 0 < len(claim.quote) <= LONGEST
            assert LEAST <= claim.score <= 1
