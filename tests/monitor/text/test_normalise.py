"""Text as matching and reading see it."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.normalise import fold, mask, split_urls


def test_width_case_and_hidden_characters_go() -> None:
    assert fold("ＮＯＲＴＨ\u200bline\u00ad’s\n\nAIR") == "northline's air"


def test_single_korean_letters_stay_readable() -> None:
    assert fold("짜증 ㅠㅠ ㅡㅡ") == "짜증 ㅠㅠ ㅡㅡ"


def test_handles_and_addresses_are_masked() -> None:
    assert mask("hey @bad.example.social 救命@worst see https://x.example/fail") == "hey @ 救命@ see  "


def test_addresses_are_told_from_words() -> None:
    assert split_urls("a https://x.example/b, c")[1] == ("https://x.example/b,",)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
