"""What an issue is called: the words of its most typical post, cleaned and short; phrases that its posts share."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import AccountKey, BrandMatch, Post, PostKey
from monitor.text.reader import TextReader
from monitor.text.topics.titles import TITLE, cleaned, describe, key_phrases, title

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
READER = TextReader()


def post(text: str, number: int = 0) -> Post:
    match = BrandMatch("northline", "Northline", "name", "Northline")
    key, author = PostKey("microblog", str(number)), AccountKey("microblog", f"someone{number}")
    return Post(key, author, text, NOW, NOW, brand_matches=(match,), assessment=READER.read(text))


GUITAR = (
    "So angry today!! #fail",
    "Northline baggage handlers smashed my guitar at the gate https://video.example/1",
    "RT @lowstring: Northline smashed my guitar, nobody wants to know. Disgusting",
    "@northline your handlers threw the case, guitar smashed, no compensation. Worst airline",
)


def test_the_title_is_the_most_typical_post_without_addresses_handles_and_tags() -> None:
    found = describe([post(text, number) for number, text in enumerate(GUITAR)])
    assert found.title == "your handlers threw the case, guitar smashed, no compensation. Worst airline"
    assert "smashed my guitar" in found.phrases
    assert not [phrase for phrase in found.phrases if "northline" in phrase]


def test_a_copied_text_counts_as_often_as_it_was_posted() -> None:
    copied = "They lost my suitcase in Lisbon"
    texts = ["lost suitcase, no call back", "my suitcase is lost", *[copied] * 9]
    assert title(texts) == copied


@pytest.mark.parametrize(
    ("texts", "phrase"),
    [
        (["北线航空把我的吉他摔坏了，没人负责", "行李员摔坏吉他，客服推脱", "吉他被摔坏，要求赔偿"], "吉他"),
        (
            ["노스라인이 기타를 부쉈어요 책임 없음", "기타를 부쉈는데 보상 거부", "제 기타를 또 부쉈네요"],
            "기타를 부쉈어요",
        ),
        (["నా గిటార్ విరగ్గొట్టారు, పరిహారం లేదు", "గిటార్ విరగ్గొట్టారు సిబ్బంది", "విమానంలో గిటార్ విరగ్గొట్టారు"], "గిటార్ విరగ్గొట్టారు"),
    ],
)
def test_phrases_in_other_scripts(texts: list[str], phrase: str) -> None:
    assert key_phrases(texts)[0] == phrase


def test_copies_of_one_text_make_no_phrase_of_their_own() -> None:
    texts = ["the weather in Lisbon was nice"] * 30 + ["smashed guitar, shame", "a smashed guitar again"]
    assert key_phrases(texts) == ("smashed guitar",)


def test_a_long_text_gives_its_most_telling_sentence_cut_between_words() -> None:
    texts = [
        "What a week. Northline lost the wheelchair of my mother in Lisbon and once more in Porto on the way back",
        "lost wheelchair in Lisbon",
    ]
    found = title(texts[:1] * 3 + texts[1:])
    assert found.startswith("Northline lost the wheelchair of my mother in Lisbon")
    assert len(found) <= TITLE
    assert found.endswith("once more in Porto on…")


def test_what_was_taken_back_is_not_quoted() -> None:
    gone = replace(post("They smashed my guitar, Northline! Jo Doe, 5 Long Lane"), deleted_at=NOW)
    assert describe([gone]).title == ""
    assert describe([gone, post("guitar smashed, shame on you Northline", 1)]).title.startswith("guitar smashed")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("转发微博@某人: 【吉他摔坏了】[泪] http://a.example/1", "【吉他摔坏了"),
        ("lost again (via @dailywire)", "lost again"),
        ("@a @b @c", ""),
        ("https://a.example/1", ""),
        ("#lostcello for #three days", "lostcello for three days"),
    ],
)
def test_cleaning(text: str, plain: str) -> None:
    assert cleaned(text) == plain


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(), max_size=6))
def test_any_texts_have_a_short_title_on_one_line(texts: list[str]) -> None:
    found = describe(post(text, number) for number, text in enumerate(texts))
    assert len(found.title) <= TITLE
    assert not {"\n", "\r", "\u2028"} & set("".join((found.title, *found.phrases)))


@pytest.mark.parametrize(
    "text", ["@" * 200_000, "#a" * 100_000, "RT " * 50_000, "[a" * 50_000, "。" * 100_000, " by @x" * 9_000]
)
def test_no_text_is_too_much(text: str) -> None:
    describe([post(text)] * 3)
