"""Which language a post is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import elapsed_seconds
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
        ("рейс знову скасували, ніхто нічого не пояснює", "uk"),
        ("پرواز ما پنج ساعت تأخیر دارد و کسی پاسخگو نیست", "fa"),
        ("vlucht alweer vertraagd en niemand zegt iets tegen ons", "nl"),
        ("pesawatnya telat lagi dan tidak ada yang kasih tahu kami", "id"),
        ("uçak yine geç kaldı ve kimse bir şey söylemiyor", "tr"),
    ],
)
def test_it_knows_the_language(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12:30", "😀😀", "https://the.example/of/and", "@the_and_of", "Zxqv Brrk"])
def test_it_does_not_guess(text: str) -> None:
    assert identify(text) is None


@pytest.mark.parametrize(
    "text", ["Northline", "#northlineair", "ok", "hotel taxi", "¯\\_(ツ)_/¯", "ಠ_ಠ", "( ˘ω˘ )", "π ≈ 3.14"]
)
def test_names_faces_and_words_of_all_languages_say_nothing(text: str) -> None:
    assert identify(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "flight late ayindi, service chala chetta undi",
        "enduku refund ivvatledu, evaru cheppandi",
        "Northline vallu naa bag pogottaru kani sorry kuda cheppaledu",
        "staff baaga matladaru, flight time ki vachindi",
    ],
)
def test_telugu_in_latin_letters_is_telugu(text: str) -> None:
    assert identify(text) == "te"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("bhai flight kab aayegi, koi kuch nahi bata raha", {"hi", None}),
        ("mera refund abhi tak nahi mila yaar", {"hi", None}),
        ("flight romba late, yaarum onnum sollala", {"ta", None}),
        ("bihaenggi neomu neujeosseoyo jinjja choeak", {"ko", None}),
        ("hangban you wan dian le, kefu tai cha", {"zh", None}),
        ("hikouki ga mata okureteimasu, totemo komarimasu", {"ja", None}),
        ("quindi quando parte il volo? grandi ritardi andando a Roma", {"it", None}),
        ("ela disse que ante isso nada muda", {"pt", None}),
        ("baru sampai bandara, sudah antri lama sekali", {"id", None}),
        ("lento on taas myöhässä eikä kukaan vastaa", {"fi", None}),
        ("ndege imechelewa tena na hakuna anayejibu", {"sw", None}),
        ("porque nadie responde but nobody cares", {None}),
    ],
)
def test_what_is_neither_english_nor_telugu_is_not_taken_for_it(text: str, accepted: set[str | None]) -> None:
    assert identify(text) in accepted


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Northline Air 진짜 worst service 인정", "ko"),
        ("flight late అయింది, service చాలా worst", "te"),
        ("今天flight delay四个小时，客服no reply", "zh"),
        ("직원이 that is not my problem 이라고 말했어요", "ko"),
        ("Ordered a బిర్యానీ from them and it was cold", "en"),
        ("重要的不是你喜欢什么，而是我有什么。たまにはいい", "zh"),
        ("私は「的士」という言葉を知らなかった", "ja"),
    ],
)
def test_a_mixed_text_is_in_the_language_that_holds_it_together(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize("text", ["sooooo tired of thissss", "I loooove the new seats", "NEVERRRR again with themmmm"])
def test_drawn_out_words_are_known(text: str) -> None:
    assert identify(text) == "en"


@pytest.mark.parametrize(
    "text",
    ["nan" * 1000, "nanananang" * 300 + "x", "xi'an" * 600, "wo de " * 500, "a'" * 1500, "aaa" * 1000, "unnaru" * 500],
)
def test_words_made_to_hurt_take_no_time(text: str) -> None:
    start = elapsed_seconds()
    identify(text)
    assert elapsed_seconds() - start < 0.1


def test_the_word_of_the_site_decides_where_the_text_does_not() -> None:
    assert identify("😀", hint="ko") == "ko"
    assert identify("Zxqv", hint="en-US") == "en"
    assert identify("東京", hint="ja") == "ja"
    assert identify("東京", hint="zh-Hans") == "zh"
    assert identify("flight late ayindi", hint="te") == "te"
    assert identify("Refund pls", hint="en") == "en"


def test_the_word_of_the_site_does_not_overrule_clear_text() -> None:
    assert identify("비행기가 늦었다", hint="en") == "ko"
    assert identify("why is the flight late and nobody tells us what is going on", hint="es") == "en"
    assert identify("my flight is late", hint="und") == "en"


@given(st.text(), st.one_of(st.none(), st.text(max_size=6)))
def test_no_text_and_no_hint_break_it(text: str, hint: str | None) -> None:
    identify(text, hint)
