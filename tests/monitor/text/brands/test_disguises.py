"""Names behind slips, other alphabets, endings, tags and blanks, and words that only look like one."""

import pytest

from monitor.domain import Brand, BrandMatch
from monitor.match import Matcher

NORTHLINE = Brand(
    "northline",
    "Northline Air",
    names=("Northline Air", "Northline", "노스라인", "北线航空", "నార్త్‌లైన్", "Beixian Hangkong"),
    handles=("northlineair", "노스라인"),
    products=("SkyBox",),
    misspellings=("Nothline", "노쓰라인"),
)
MATCHER = Matcher([NORTHLINE])


def found(text: str) -> BrandMatch | None:
    return next(iter(MATCHER.match(text)), None)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Norhtline lost it", "misspelt"),  # swapped
        ("Northine lost it", "misspelt"),  # left out
        ("Northlinne lost it", "misspelt"),  # put in
        ("Northlime lost it", "misspelt"),  # replaced
        ("N0rthl1ne lost it", "look-alike"),
        ("N\u043erthline lost it", "look-alike"),  # Cyrillic
        ("\u039d\u03bfrthline lost it", "look-alike"),  # Greek
        ("Northlineki cheppanu", "inflected"),
        ("#BoycottNorthline", "hashtag"),
        ("#northlinefail", "hashtag"),
        ("#NorthlineStoleMyBag", "hashtag"),
        ("Nörthline", "exact"),
        ("N o r t h l i n e", "exact"),
        ("N.o.r.t.h.l.i.n.e", "exact"),
        ("North✈line", "exact"),
        ("Northline ✈️ Air", "exact"),
        ("노스라인😡가", "exact"),
        ("노스 라인 또 지연", "exact"),
        ("北.线.航.空", "exact"),
        ("bei xian hang kong", "exact"),
        ("Běixiàn Hángkōng", "exact"),
        ("노스라인air", "exact"),
    ],
)
def test_a_disguised_name_is_found_and_the_match_says_how(text: str, how: str) -> None:
    match = found(text)
    assert match is not None
    assert match.how == how


def test_a_configured_misspelling_is_told_as_such() -> None:
    match = found("Nothline again")
    assert match is not None
    assert (match.kind, match.term, match.how) == ("misspelling", "Nothline", "exact")
    assert Matcher([NORTHLINE]).match("노쓰라인이 또")[0].kind == "misspelling"


@pytest.mark.parametrize(
    "text",
    [
        "northlinear",  # a word of its own, not a name with an ending
        "snorthline",
        "nrthlne",  # two slips
        "#northliners",
        "#thenorthlineofsight",
        "the north-west line",
        "bei gang",
        "한노스라인이라는 밴드",
        "northline@lists.example",
        "@northline_fans",
        "@northlineair@elsewhere.example",
        "northline.example",
        "www.northline.example/shop",
        "u/northline",
        "/northline/",
    ],
)
def test_what_only_looks_like_the_name_is_none(text: str) -> None:
    assert found(text) is None


def test_short_and_common_names_get_no_tolerance() -> None:
    short, common = Brand("s", "S", names=("Velda",)), Brand("c", "C", names=("Monitor", "Balance"))
    assert Matcher([short]).match("Vedla again") == ()
    assert Matcher([common]).match("Monitoor and Balnce") == ()


def test_a_common_word_is_never_a_slip() -> None:
    emigrant = Brand("e", "E", names=("Imprive", "Chargar"))
    assert Matcher([emigrant]).match("improve the charger") == ()
    assert Matcher([emigrant]).match("Imprve the Chargr")


def test_tolerance_can_be_switched_off() -> None:
    strict = Brand("n", "N", names=("Northline",), forgiving=False)
    assert Matcher([strict]).match("Norhtline") == ()
    assert Matcher([strict]).match("Northline")


def test_a_name_after_a_slash_between_words_counts() -> None:
    assert found("Velda/Northline, both useless")


def test_a_domain_counts_where_it_is_configured_as_a_name() -> None:
    matcher = Matcher([Brand("n", "N", names=("northline.example",))])
    assert matcher.match("northline.example is down")
    assert matcher.match("shop.northline.example is down") == ()


@pytest.mark.parametrize(
    ("name", "text", "is_name"),
    [
        ("AT&T", "at & t is down", True),
        ("AT&T", "at t minus ten", False),
        (".net shop", "the .NET shop closed", True),
        (".net shop", "the net shop closed", False),
        ("Levi's", "my Levis ripped", True),
        ("Levi's", "my Levi’s ripped", True),
        ("Café Lumen", "cafe lumen was closed", True),
        ("7-Star", "7 star service", True),
        ("नॉर्थलाइन", "नॉर्थलाइन ने बैग खो दिया", True),
        ("नॉर्थलाइन", "नॉर्थला ने", False),
    ],
)
def test_names_with_signs_accents_and_marks(name: str, text: str, is_name: bool) -> None:
    assert bool(Matcher([Brand("b", "B", names=(name,))]).match(text)) is is_name


def test_a_short_acronym_in_small_letters_is_a_word_unless_context_or_script_tell() -> None:
    moa = Brand("moa", "MOA", names=("MOA",), required=(), forbidden=("bird",))
    assert Matcher([moa]).match("a moa in the museum") == ()
    assert Matcher([moa]).match("MOA rejected it")
    assert Matcher([moa]).match("moa 또 먹통")
    insured = Brand("moa", "MOA", names=("MOA",), required=("premium",))
    assert Matcher([insured]).match("moa raised my premium")


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("కలువలో పురుగు", True),
        ("కలువకి చెప్పాను", True),
        ("కలువవాళ్ళు రాలేదు", True),
        ("కలువే కారణం", True),
        ("కలువలు విరిశాయి", False),
        ("కలువరి కొండ", False),
        ("నల్లకలువ", False),
    ],
)
def test_a_short_telugu_name_takes_endings_and_stands_in_no_other_word(text: str, is_name: bool) -> None:
    assert bool(Matcher([Brand("k", "K", names=("కలువ",))]).match(text)) is is_name


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("보라가 또", True),
        ("보라앱이 먹통", True),
        ("보라측은", True),
        ("보라색 옷", False),
        ("눈보라", False),
        ("꼭 보라고 했다", False),
        ("보라카이", False),
    ],
)
def test_a_short_korean_name_takes_particles_and_stands_in_no_other_word(text: str, is_name: bool) -> None:
    assert bool(Matcher([Brand("b", "B", names=("보라",))]).match(text)) is is_name


def test_the_text_of_a_match_is_as_written() -> None:
    texts = [found(text) for text in ("my NORTHLINE bag", "N.o.r.t.h.l.i.n.e!", "yo #BoycottNorthline")]
    assert [match and match.text for match in texts] == ["NORTHLINE", "N.o.r.t.h.l.i.n.e", "Northline"]
