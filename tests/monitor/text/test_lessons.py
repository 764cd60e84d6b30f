"""What labels teach: the last word of each person, one lesson a text, sides that nothing moves."""

from datetime import UTC, datetime

import pytest

from monitor.domain import PostKey
from monitor.labels import Label
from monitor.text.lessons import Lesson, gathered, side, split

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "Northline Air lost my harp at the gate and nobody answers"


def said(complaint, who="Ada", text=TEXT, origin="board", weight=1.0, language="en"):
    post = PostKey("bluesky", text[:9]) if origin != "file" else None
    return Label(complaint, who, NOON, origin, post, text, language, weight=weight)


def learnt(*labels):
    found, _ = gathered(labels, ("en", "ko"))
    return found["en"]


def test_the_last_word_of_a_person_counts():
    assert [lesson.label for lesson in learnt(said(True), said(False)).lessons] == [False]
    assert learnt(said(True), said(None)).lessons == ()


def test_what_two_people_see_differently_is_shown_and_not_learnt():
    found = learnt(said(True), said(False, "Bo"))
    assert (found.lessons, found.disputed) == ((), (TEXT,))
    assert learnt(said(True), said(False, "Bo"), said(True, "Bo")).disputed == ()


def test_the_same_words_are_one_text_wherever_they_stand():
    found = learnt(said(True), said(False, "Bo", text=f"  {TEXT.upper()}!!", origin="file"))
    assert found.disputed != ()


def test_a_verdict_gives_way_to_what_somebody_said_of_the_text():
    assert learnt(said(False, "Bo", origin="verdict", weight=0.2), said(True)).lessons[0].weight == 1.0
    contrary = [said(flag, who, origin="verdict", weight=0.2) for flag, who in ((True, "Ada"), (False, "Bo"))]
    found = learnt(*contrary)
    assert (found.lessons, found.disputed) == ((), ())


def test_languages_that_no_model_reads_are_counted():
    given = [said(True, text="電車が遅れた、ひどい", language="ja"), said(True, text="12:30", language=None)]
    found, others = gathered(given, ("en",))
    assert found["en"].lessons == ()
    assert others == {"ja": 1, None: 1}


def test_what_was_taken_back_is_no_lesson():
    assert learnt(said(True, text="")).lessons == ()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("They lost my bag!", "test"),
        ("the plane was late again", "train"),
        ("북항공 수하물 분실", "train"),
        ("航班又晚点了", "test"),
        ("విమానం ఆలస్యం", "test"),
    ],
)
def test_sides_are_what_they_were_in_every_version(text, where):
    assert side(text) == where
    assert side(f"  {text.upper()} 😡") == where


def test_a_fifth_is_tested_and_new_texts_move_none():
    texts = [f"{word} number {n} was late" for n in range(1000) for word in ("bus", "plane")]
    sides = {text: side(text) for text in texts}
    assert 0.17 < sum(value == "test" for value in sides.values()) / len(texts) < 0.23
    few = split([Lesson(text, True) for text in texts[:40]])
    assert all(sides[lesson.text] == "test" for lesson in few.test)
    assert all(sides[lesson.text] == "train" for lesson in few.train)


def long_text(where, start=0):
    """An invented text that lies on the side ``where``."""
    for n in range(start, start + 200):
        text = f"they broke my guitar at the gate {n} and nobody at the desk wants to hear about it at all"
        if side(text) == where:
            return text
    raise AssertionError(where)


def test_nothing_is_trained_on_that_is_nearly_the_same_as_a_tested_text():
    tested, twin = long_text("test"), long_text("train")
    parts = split([Lesson(tested, True), Lesson(twin, True), Lesson("the soup was cold and so was the crew", False)])
    assert [lesson.text for lesson in parts.test] == [tested]
    assert [lesson.text for lesson in parts.train] == ["the soup was cold and so was the crew"]
    assert parts.set_aside == 1


def test_a_verdict_never_tests():
    parts = split([Lesson(long_text("test"), True, 0.2)])
    assert (parts.train, parts.test, parts.set_aside) == ((), (), 1)


def test_texts_without_a_letter_are_lessons_too():
    parts = split([Lesson(sign * 3, True) for sign in "😡🤬👎😀🎉✨🙏"])
    assert len(parts.train) + len(parts.test) + parts.set_aside == 7
