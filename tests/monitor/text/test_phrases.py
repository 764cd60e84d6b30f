"""Finding hundreds of phrases in one pass."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.normalise import fold
from monitor.text.phrases import Phrases, Together, bare


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


SIGNS = "abé1'@ 好不బా😀"
PHRASES = st.lists(st.from_regex(rf"_?[{SIGNS}]{{1,4}}[_*]?", fullmatch=True), max_size=12)
TEXTS = st.text(alphabet=SIGNS, max_size=30).map(fold)


def is_latin(sign: str) -> bool:
    return sign in "ab1é"


def is_part_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "\u0c3e"


def ends_at(phrase: str, text: str, at: int) -> int | None:
    """Where ``phrase`` ends if it stands in ``text``, tried without any index."""
    words, end = bare(phrase), at + len(bare(phrase))
    before, behind = text[at - 1 : at] if at else "", text[end : end + 1]
    if not words or not text.startswith(words, at):
        return None
    parts = is_part_of_word if phrase.startswith("_") else is_latin if is_latin(words[0]) else None
    if parts and before and parts(before):
        return None
    if phrase.endswith("*"):
        while end < len(text) and (is_latin(text[end]) or text[end] == "'"):
            end += 1
        return end
    parts = is_part_of_word if phrase.endswith("_") else is_latin if is_latin(words[-1]) else None
    return None if parts and behind and parts(behind) else end


@given(PHRASES, TEXTS)
def test_phrases_are_found_as_by_trying_each_at_each_place(phrases: list[str], text: str) -> None:
    # Longest first; whole words before those that may go on.
    tried = sorted(phrases, key=lambda phrase: (-len(bare(phrase)), phrase.endswith("*")))
    expected, done = [], 0
    for at in range(len(text)):
        ends = [end for phrase in tried if (end := ends_at(phrase, text, at)) is not None]
        if at >= done and ends:
            expected.append((at, text[at : ends[0]]))
            done = ends[0]
    assert [(hit.start, hit.words) for hit, _ in Phrases(dict.fromkeys(phrases, 1)).find(text)] == expected


@given(st.lists(PHRASES, min_size=1, max_size=4), TEXTS)
def test_tables_looked_for_together_find_what_each_finds_alone(lists: list[list[str]], text: str) -> None:
    tables = [Phrases({phrase: phrase for phrase in listed}) for listed in lists]
    assert Together(tables).spans(text) == [table.spans(text) for table in tables]


@given(PHRASES, st.lists(TEXTS, max_size=6))
def test_many_texts_are_searched_as_each_alone(phrases: list[str], texts: list[str]) -> None:
    together = Together([Phrases(dict.fromkeys(phrases, 1))])
    assert list(together.spans_of(texts)) == [together.spans(text) for text in texts]
