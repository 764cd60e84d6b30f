"""Finding hundreds of phrases in one pass."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.phrases import Phrases


def found(meanings: list[str], text: str) -> list[str]:
    return [hit.words for hit, _ in Phrases(dict.fromkeys(meanings, 1)).find(text)]


def test_the_longest_phrase_wins() -> None:
    assert found(["late", "late again", "late again and again"], "late again and late") == ["late again", "late"]


def test_latin_phrases_are_whole_words_unless_open() -> None:
    assert found(["rip", "delay*"], "a trip, delayed; rip!") == ["delayed", "rip"]
    assert found(["low"], "太low了") == ["low"]


def test_other_scripts_are_found_anywhere_unless_marked() -> None:
    assert found(["差", "안_"], "很差劲 안 와") == ["差", "안"]
    assert found(["_మీ_"], "మీ సేవ, మీరు") == ["మీ"]


def test_each_phrase_brings_its_own_meaning() -> None:
    phrases = Phrases({"cancel*": "stem", "cancel": "word", "cancel my": "phrase"})
    assert [meaning for _, meaning in phrases.find("cancel, cancelled, cancel my")] == ["word", "stem", "phrase"]


def test_none_finds_nothing() -> None:
    assert found([], "anything") == []


@given(st.lists(st.text(alphabet="abcde不好 ㅠ(", min_size=1), max_size=30), st.text(alphabet="abcde不好 ㅠ("))
def test_what_is_found_was_put_in(meanings: list[str], text: str) -> None:
    bare = {phrase.strip() for phrase in meanings}
    assert set(found(meanings, text)) <= bare
