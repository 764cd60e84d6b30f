import re
from collections.abc import Sequence
from random import Random

import pytest

from graph.case.guitar import BRAND, LINK, START, records
from graph.case.words import LANGUAGES, Writer, sentences, texts
from monitor.match import Matcher

KINDS = ("complaint", "praise", "noise", "song.link", "song.quote", "song.comment")
LEAST = {"complaint": 60, "praise": 40, "noise": 60}
SCRIPTS = {"zh": "[一-鿿]", "ko": "[가-힣]", "te": "[ఀ-౿]"}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([BRAND])


def pattern(lines: Sequence[str]) -> re.Pattern[str]:
    """Any of ``lines`` with its blanks filled."""
    return re.compile("|".join(re.sub(r"\\{\w+\\}", ".{1,40}?", re.escape(line)) for line in lines))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_there_are_enough_distinct_sentences(kind: str, language: str) -> None:
    lines = sentences(kind, language)
    assert len(set(lines)) == len(lines)
    assert len(lines) >= (LEAST.get(kind, 18) if language == "en" else 20 if kind in LEAST else 4)
    assert all(re.search(SCRIPTS.get(language, "[a-z]"), line) for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_serves_twice(language: str) -> None:
    lines = [line for kind in KINDS for line in sentences(kind, language)]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["complaint", "praise", "noise", "song.link"])
def test_whatever_is_written_about_the_airline_matches_the_brand(kind: str, language: str, matcher: Matcher) -> None:
    writer = Writer(Random(1))
    for _ in range(2 * len(sentences(kind, language))):
        text = writer.write(kind, language, link=LINK, chatty=True)
        assert matcher.match(text), text
        assert "{" not in text


@pytest.mark.parametrize("kind", ["news", "sale", "song.headline"])
def test_news_match_the_brand(kind: str, matcher: Matcher) -> None:
    writer = Writer(Random(2))
    assert all(matcher.match(writer.write(kind)) for _ in range(2 * len(sentences(kind, "en"))))


@pytest.mark.parametrize("role", sorted(texts("en")["song"]["root"]))
def test_the_first_posts_about_the_song_match_the_brand(role: str, matcher: Matcher) -> None:
    assert matcher.match(Writer(Random(3)).write(f"song.root.{role}", link=LINK))


def test_football_and_other_united_things_do_not(matcher: Matcher) -> None:
    for line in sentences("off_topic", "en"):
        assert re.search("united", line, re.IGNORECASE)
        assert not matcher.match(line), line


def test_the_address_of_the_video_alone_is_no_mention(matcher: Matcher) -> None:
    assert not matcher.match("look at this", links=(LINK,))


def test_a_writer_uses_every_sentence_before_it_repeats_one() -> None:
    writer, lines = Writer(Random(4)), sentences("off_topic", "en")
    assert sorted(writer.write("off_topic") for _ in lines) == sorted(lines)


def test_chatter_keeps_to_the_length_of_the_microblog() -> None:
    writer = Writer(Random(5))
    plain = max(map(len, sentences("complaint", "en"))) + 20
    assert max(len(writer.write("complaint", chatty=True)) for _ in range(500)) <= max(140, plain)


def test_a_fifth_to_a_quarter_of_ordinary_mentions_complain() -> None:
    mentions = [r["text"] for r in records(end=START.replace(day=30)) if r["id"].startswith("day-") and "root" not in r]
    complaint = pattern([line for language in LANGUAGES for line in sentences("complaint", language)])
    praise = pattern([line for language in LANGUAGES for line in sentences("praise", language)])
    assert 0.18 <= sum(map(bool, map(complaint.search, mentions))) / len(mentions) <= 0.28
    assert 0.1 <= sum(map(bool, map(praise.search, mentions))) / len(mentions) <= 0.22
