"""Which language a post is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.language import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my flight is late again", "en"),
        ("Worst airline EVER", "en"),
        ("@northline 航班又晚点了，没人管", "zh"),
        ("Northline Airlines 真的太差了", "zh"),
        ("오늘 Northline Air 비행기 또 delay ㅠㅠ", "ko"),
        ("నా సామాను పోయింది Northline", "te"),
        ("飛行機が遅れました", "ja"),
        ("मेरी उड़ान रद्द हो गई", "hi"),
        ("рейс задержали на пять часов", "ru"),
        ("مرحبا، الرحلة متأخرة", "ar"),
        ("el vuelo está retrasado y no hay nadie que nos ayude", "es"),
        ("le vol est en retard et je ne suis pas content", "fr"),
        ("der Flug ist schon wieder verspätet und keiner hilft", "de"),
        ("Great dinner with 王菲 and the whole family in Beijing tonight", "en"),
    ],
)
def test_it_knows_the_language(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12:30", "😀😀", "https://the.example/of/and", "@the_and_of", "Zxqv Brrk"])
def test_it_does_not_guess(text: str) -> None:
    assert identify(text) is None


def test_the_word_of_the_site_decides_where_the_text_does_not() -> None:
    assert identify("😀", hint="ko") == "ko"
    assert identify("Zxqv", hint="en-US") == "en"
    assert identify("東京", hint="ja") == "ja"
    assert identify("東京", hint="zh-Hans") == "zh"


def test_the_word_of_the_site_does_not_overrule_clear_text() -> None:
    assert identify("비행기가 늦었다", hint="en") == "ko"
    assert identify("why is the flight late and nobody tells us what is going on", hint="es") == "en"
    assert identify("my flight is late", hint="und") == "en"


@given(st.text(), st.one_of(st.none(), st.text(max_size=6)))
def test_no_text_and_no_hint_break_it(text: str, hint: str | None) -> None:
    identify(text, hint)
