"""Text as matching and reading see it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import elapsed_seconds
from monitor.text.normalise import fold, mask, skeleton, split_urls


def test_width_case_and_hidden_characters_go() -> None:
    assert fold("ＮＯＲＴＨ\u200bline\u00ad’s\n\nAIR") == "northline's air"
    assert fold("N\u3164orth\ufe0fline don\u00b4t \U000e0041stop") == "northline don't stop"


def test_single_korean_letters_stay_readable() -> None:
    assert fold("짜증 ㅠㅠ ㅡㅡ") == "짜증 ㅠㅠ ㅡㅡ"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sooooooo late", "sooo late"),
        ("ㅋㅋㅋㅋㅋㅋㅋ 짜증ㅠㅠㅠㅠㅠ", "ㅋㅋㅋ 짜증ㅠㅠㅠ"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("why?!?!?!?!?! !!!!!!!!", "why?!?!?! !!!"),
        ("హాహాహాహాహా", "హాహాహా"),
        ("😡😡😡😡😡😡 👏🏽👏🏽👏🏽👏🏽👏🏽", "😡😡😡 👏🏽👏🏽👏🏽"),
        ("hahahahahahaha", "hahaha"),
        ("good book, aaa rating", "good book, aaa rating"),
        ("10000 or 1000000 and 12121212", "10000 or 1000000 and 12121212"),
    ],
)
def test_what_is_drawn_out_stands_three_times(written: str, read: str) -> None:
    assert fold(written) == read


def test_accents_stay_with_their_letters_and_go_where_they_strike_words_out() -> None:
    assert fold("Café cafe\u0301 ﾊﾞｸﾞ") == "café café バグ"
    assert fold("N\u0336o\u0336r\u0336t\u0336h\u0336line İzmir") == "northline izmir"
    assert fold("తెలుగు हिन्दी") == "తెలుగు हिन्दी"


@pytest.mark.parametrize(
    "pile", ["a" + "\u0301\u0316" * 10_000, "a" + "\u0301" * 10_000 + "\u0316" * 10_000, "క" + "\u0c4d\u0c55" * 10_000]
)
def test_piles_of_accents_take_no_time(pile: str) -> None:
    start = elapsed_seconds()
    fold(pile)
    assert elapsed_seconds() - start < 0.2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("n\u043erthline", "northline"),
        ("n\u03bfrthl\u0456n\u0435 air", "northline air"),
        ("ɴorthʟine", "northline"),
        ("северная линия", "северная линия"),
        ("дверьlines", "дверьlines"),
        ("αθήνα", "αθήνα"),
        ("café 北线 northline", "café 北线 northline"),
        ("северная northlin\u0435", "северная northline"),
    ],
)
def test_look_alikes_become_latin_in_latin_words_only(written: str, read: str) -> None:
    assert skeleton(written) == read


@given(st.text(alphabet="nort\u043e\u0435\u0456\u03bfɴé -線", max_size=30))
def test_a_skeleton_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(skeleton(folded)) == len(folded)
    assert skeleton(skeleton(folded)) == skeleton(folded)


def test_handles_and_addresses_are_masked() -> None:
    assert mask("hey @bad.example.social 救命@worst see https://x.example/fail") == "hey @ 救命@ see  "


def test_addresses_are_told_from_words() -> None:
    assert split_urls("a https://x.example/b, c")[1] == ("https://x.example/b,",)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="ahㅋ哈!?😀 1\u0301\u200b", max_size=40))
def test_folding_drawn_out_words_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
