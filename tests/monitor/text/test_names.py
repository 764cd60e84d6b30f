"""A text without the names of brands says of each brand what it says of any other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import elapsed_seconds
from monitor.text.names import without_names
from monitor.text.reader import TextReader

READER = TextReader()


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("Best Buy lost my order", ["Best Buy"], "  lost my order"),
        ("BEST BUY, best buy!", ["Best Buy"], " ,  !"),
        ("#northline  Northline", ["northline"], "    "),
        (
            "@northline you lost it, @Northline_Help",
            ["@northline", "northline"],
            "@northline you lost it, @Northline_Help",
        ),
        ("Skyline view of the sky", ["Sky"], "Skyline view of the  "),
        ("the skywriter, sky-high", ["sky"], "the skywriter,  -high"),
        ("@northline_help why", ["northline"], "@northline_help why"),
        ("Northline Air and Northline", ["Northline", "Northline Air"], "  and  "),
        ("Zoë lost it, Zoëtrope did not", ["Zoë"], "  lost it, Zoëtrope did not"),
        ("Café Nord, Cafés Nord", ["Café"], "  Nord, Cafés Nord"),
        ("Норд опоздал, нордический", ["Норд"], "  опоздал, нордический"),
        ("北线航空太差了", ["北线航空"], " 太差了"),
        ("北线航空app闪退", ["北线航空"], " app闪退"),
        ("我恨#北线航空#真的", ["北线航空"], "我恨 #真的"),
        ("노스라인은 최악이에요", ["노스라인"], " 은 최악이에요"),
        ("నార్త్‌లైన్‌లో ఆలస్యం", ["నార్త్‌లైన్"], " ‌లో ఆలస్యం"),
        ("坐Northline的飞机晚点了", ["Northline"], "坐 的飞机晚点了"),
        ("Northline에서 지연됐어요", ["Northline"], " 에서 지연됐어요"),
        ("Northlineలో ఆలస్యం", ["Northline"], " లో ఆలస్యం"),
        ("A站太差了, AA站", ["A站"], " 太差了, AA站"),
    ],
)
def test_names_are_taken_out_as_each_script_writes_them(text, names, left):
    assert without_names(text, names) == left


@pytest.mark.parametrize(
    "name", ["C++", ".*", "(", "[a-z]+", "\\d", "$$$", "a|b", "^", "x{9}", "?", "Yahoo!", "*", "#"]
)
def test_a_name_made_of_signs_is_taken_as_it_is_written(name):
    assert without_names(f"late {name} again", [name]) == "late   again"
    assert without_names("you lost my bag 7 times", [name]) == "you lost my bag 7 times"


@pytest.mark.parametrize("names", [[], [""], [" ", "\n\t", "\u3000"], iter(())])
def test_without_a_name_a_text_stays_as_it_is(names):
    assert without_names("you lost my bag", names) == "you lost my bag"


def test_the_order_of_names_does_not_matter_and_twice_is_once():
    text = "Northline Air, Northline Air Cargo and Northline"
    names = ["Northline", "Northline Air", "Northline Air Cargo", "Northline"]
    assert without_names(text, names) == without_names(text, names[::-1]) == " ,   and  "
    once = without_names(text, names)
    assert without_names(once, names) == once


SIGNS = st.sampled_from([*"aZé. #@北노క\u0c4dЖ0_+*()[]\\|^${}?-'\n\u200b\ud800", "😡", "Northline", "İ", "ß", "ﬁ"])
ANY = st.lists(st.one_of(SIGNS, st.text(max_size=2)), max_size=12).map("".join)


@given(ANY, st.lists(ANY, max_size=5))
def test_no_name_and_no_text_makes_it_fail_or_changes_other_words(text, names):
    left = without_names(text, names)
    assert len(left) <= len(text)
    pieces = [piece for piece in left.split(" ") if piece]
    at = 0
    for piece in pieces:  # what is left stands in the text, in its order
        at = text.index(piece, at) + len(piece)


@given(st.text(alphabet="abcXYZ", min_size=1, max_size=5), st.lists(st.text(alphabet="abcxyz", max_size=5), max_size=8))
def test_no_whole_word_of_the_name_is_left(name, words):
    left = without_names(" ".join([*words, name, *words]), [name])
    assert name.lower() not in re.findall(r"\w+", left.lower())


@pytest.mark.parametrize(
    "text",
    [
        "{} lost my order and nobody answers",
        "thanks {}, lovely crew",
        "when does {} open?",
        "你们的{}太差了，退钱",
        "{}에서 짐을 잃어버렸어요, 최악",
    ],
)
def test_no_brand_is_read_better_than_another_for_its_name(text):
    names = ["Best Buy", "Worst Air", "Dearest", "Northline", "北线航空", "노스라인", "C++"]
    read = [READER.read(without_names(text.format(name), [name])) for name in names]
    assert all(one == read[0] for one in read)
    assert read[0].assessed


def test_many_names_in_a_long_text_are_soon_gone():
    names = [f"{'a' * n}(b+)*" for n in range(1, 200)] + ["a" * 200]
    start = elapsed_seconds()
    without_names("a" * 5_000 + " #@" * 2_000, names)
    assert elapsed_seconds() - start < 3
