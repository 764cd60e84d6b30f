"""Which posts are taken to be about a brand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Brand
from monitor.match import Matcher

UNITED = Brand(
    "united",
    "United Airlines",
    names=("United", "유나이티드", "美联航", "యునైటెడ్"),
    handles=("united",),
    hashtags=("UnitedBreaksGuitars",),
    required=("flight", "airline", "airlines", "guitar", "항공", "짐", "航班", "行李", "విమానం"),
    forbidden=("football", "Manchester", "Premier League", "축구", "足球"),
)
NORTHLINE = Brand(
    "northline",
    "Northline Air",
    names=("Northline Air", "Northline", "노스라인", "北线航空", "నార్త్‌లైన్"),
    handles=("northlineair", "northline.example.social"),
    hashtags=("northline",),
    products=("SkyBox",),
)


def terms(text: str, *brands: Brand, links: tuple[str, ...] = ()) -> set[str]:
    return {match.term for match in Matcher(brands or (NORTHLINE,)).match(text, links)}


@pytest.mark.parametrize(
    "text",
    [
        "United win at Old Trafford, what a goal",
        "United airline sponsor of the football cup",
        "Manchester United fans took a flight home",
        "The Premier League club United booked a flight",
        "맨체스터유나이티드 축구 항공",
        "曼联足球 美联航 航班",
    ],
)
def test_the_football_club_is_not_the_airline(text: str) -> None:
    assert Matcher([UNITED]).match(text) == ()


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("United lost my guitar", "United"),
        ("three UNITED flights late today", "United"),
        ("유나이티드가 내 짐을 부쉈다", "유나이티드"),
        ("유나이티드에서는 항공권 환불이 안 된대", "유나이티드"),
        ("坐美联航的航班，行李被摔坏了", "美联航"),
        ("యునైటెడ్‌లో విమానం ఆలస్యం", "యునైటెడ్"),
        ("యునైటెడును నమ్మకండి, విమానం రాలేదు", "యునైటెడ్"),
    ],
)
def test_the_airline_is_found_in_its_context(text: str, term: str) -> None:
    assert term in terms(text, UNITED)


def test_a_handle_needs_no_context_and_outweighs_one_forbidden_word_but_not_several() -> None:
    assert terms("@united you broke it", UNITED) == {"united"}
    assert terms("@united great football tonight", UNITED) == {"united"}
    assert terms("@united what a night of Premier League football", UNITED) == set()


@pytest.mark.parametrize(
    "text",
    [
        "NORTHLINE late again",
        "ｎｏｒｔｈｌｉｎｅ late again",
        "N\u200bor\u200dthl\u00adine late again",
        "Northline's staff",
        "(northline)",
        "我讨厌Northline的服务",
        "Northline가 또 늦었다",
        "Northlineకి చెప్పాను",
        "노스라인은 답이 없다",
        "노스라인에서도 그랬다",
        "북미 노스라인항공 지연",
        "昨天坐北线航空晚点",
        "నార్త్‌లైన్‌లో సామాను పోయింది",
        "ask northline-air about it",
        "#NorthlineAir strikes again",
    ],
)
def test_names_are_found_in_every_script_and_disguise(text: str) -> None:
    assert terms(text)


@pytest.mark.parametrize("text", ["Snorthline", "northliner", "northline_fan", "the north line", "한노스라인", ""])
def test_other_words_are_not_names(text: str) -> None:
    assert terms(text) == set()


def test_a_short_korean_name_is_not_found_inside_another_word() -> None:
    toss = Brand("toss", "Toss", names=("토스",))
    assert terms("아침에 토스트를 먹었다", toss) == set()
    assert terms("토스가 또 먹통이네", toss) == {"토스"}
    assert terms("토스에서만 오류", toss) == {"토스"}


def test_handles_end_where_the_account_ends() -> None:
    assert terms("thanks @northlineair. bye") == {"northlineair"}
    assert terms("@NorthlineAir가 답을 안 줘요") == {"northlineair"}
    assert terms("@northlineair_fan hello") == set()
    assert terms("@northlineair@elsewhere.example hello") == set()
    assert terms("hey @northline.example.social!") == {"northline.example.social"}
    assert terms("mail me at x@northlineair") == set()


def test_hashtags_need_the_sign() -> None:
    tag = Brand("b", "B", hashtags=("#LostBag",))
    assert terms("#lostbag again", tag) == {"#LostBag"}
    assert terms("＃lostbag가", tag) == {"#LostBag"}
    assert terms("lostbag again #lostbags", tag) == set()


def test_the_match_says_why() -> None:
    (match,) = Matcher([NORTHLINE]).match("New SKYBOX arrived broken")
    assert (match.brand, match.term, match.kind, match.text) == ("northline", "SkyBox", "product", "SKYBOX")


def test_words_of_link_paths_count_and_hosts_do_not() -> None:
    assert "Northline Air" in terms("unbelievable", links=("https://news.example/2009/northline-air-broke-my-guitar",))
    assert terms("see https://northline.fans.example/about") == set()
    assert terms("x", links=("http://[broken",)) == set()


def test_a_brand_that_matches_everything() -> None:
    (match,) = Matcher([Brand("all", "All", everything=True)]).match("")
    assert (match.term, match.kind) == ("*", "everything")


def test_each_brand_is_matched_on_its_own() -> None:
    found = Matcher([UNITED, NORTHLINE]).match("United flight cancelled, took Northline instead")
    assert {match.brand for match in found} == {"united", "northline"}


@given(st.text())
@settings(deadline=None)  # the first brand brings spaCy, which is slow to load
def test_no_text_breaks_it(text: str) -> None:
    Matcher([UNITED, NORTHLINE]).match(text, (text,))


@given(st.text(), st.text())
@settings(deadline=None)
def test_no_term_breaks_it(term: str, text: str) -> None:
    brand = Brand("b", "B", names=(term,), handles=(term,), hashtags=(term,), required=(term,), forbidden=(text,))
    Matcher([brand]).match(text + term)


def test_a_megabyte_is_read_in_time() -> None:
    assert Matcher([UNITED, NORTHLINE]).match("northline " * 100_000)
