"""Whether a name that is also something else is the brand: words around it, near and far."""

import pytest

from monitor.domain import Brand
from monitor.match import Matcher

ALBION = Brand(
    "albion",
    "Albion Bank",
    names=("Albion",),
    handles=("albionbank",),
    hashtags=("AlbionFees", "albion"),
    required=("account", "card", "battery"),
    forbidden=("football", "Harbour Albion", "striker", "goal"),
)
NORTHLINE = Brand("northline", "Northline Air", names=("Northline",), forbidden=("Northline ferry", "harbour"))


def is_found(brand: Brand, text: str) -> bool:
    return bool(Matcher([brand]).match(text))


@pytest.mark.parametrize(
    ("text", "is_brand"),
    [
        ("Albion froze my account", True),
        ("Albion froze my account. Then the football was bad, too.", True),
        ("Albion froze my account, and the football was bad, too.", True),
        ("Albion football takes no card", False),
        ("Football at Albion tonight. My account is empty.", False),
        ("Harbour Albion closed my account", False),
        ("Harbour Albion lost. Albion froze my account", True),
        ("Albion\nwhat a goal, what a striker\nforgot my card", False),
        ("Albion batteries included", True),  # the plural of a required word
    ],
)
def test_near_words_weigh_more_than_far_ones(text: str, is_brand: bool) -> None:
    assert is_found(ALBION, text) is is_brand


def test_a_name_that_nothing_explains_is_no_mention_unless_so_configured() -> None:
    text = "Albion away next week"
    (verdict,) = Matcher([ALBION]).explain(text)
    assert not verdict.matched
    assert verdict.judgements[0].reason == "unclear: no required word"
    taking = Brand(
        "albion", "Albion", names=("Albion",), required=("account",), forbidden=("football",), unclear="take"
    )
    assert is_found(taking, text)
    assert not is_found(taking, "Albion football away next week")


def test_a_handle_or_own_hashtag_outweighs_a_forbidden_word_but_not_several() -> None:
    assert is_found(ALBION, "@albionbank ate my ticket to the football")
    assert is_found(ALBION, "#AlbionFees at the football")
    assert not is_found(ALBION, "@albionbank football striker, what a goal")


def test_a_hashtag_that_is_just_the_ambiguous_name_proves_nothing() -> None:
    assert not is_found(ALBION, "#albion what a week")
    assert is_found(ALBION, "#albion froze my account")


def test_a_forbidden_phrase_rules_out_only_the_name_inside_it() -> None:
    assert not is_found(NORTHLINE, "the Northline ferry was late")
    assert is_found(NORTHLINE, "took the Northline ferry, flew home with Northline")


def test_without_required_words_a_forbidden_one_far_away_does_not_decide() -> None:
    assert not is_found(NORTHLINE, "Northline, down at the harbour")
    assert is_found(NORTHLINE, "Northline lost my bag. Now at the harbour.")


def test_the_match_says_which_words_decided() -> None:
    (match,) = Matcher([ALBION]).match("Albion froze my ACCOUNT. Football later.")
    assert (match.context, match.against) == ("account", "football")


def test_the_reason_for_passing_over_is_told() -> None:
    brand = Brand("bora", "Bora", names=("보라", "Bora"), forbidden=("Bora Bora", "wind"))

    def reasons(text: str) -> list[tuple[str, str | None]]:
        (verdict,) = Matcher([brand]).explain(text)
        assert not verdict.matched
        return [(one.reason, one.against) for one in verdict.judgements]

    assert reasons("Bora wind again") == [("forbidden word", "wind")]
    assert set(reasons("Bora Bora")) == {("part of a forbidden phrase", "Bora Bora")}
    assert reasons("보라색 옷") == [("part of another word", None)]
    assert reasons("write to bora@mail.example") == [("somebody's address", None)]
    assert Matcher([brand]).explain("nothing at all") == ()


def test_a_name_inside_the_longer_name_of_another_brand_is_that_brand() -> None:
    short, long = Brand("orbitel", "Orbitel", names=("Orbitel",)), Brand("energy", "E", names=("Orbitel Energy",))
    matcher = Matcher([short, long])
    assert [match.brand for match in matcher.match("Orbitel Energy misread the meter")] == ["energy"]
    assert {match.brand for match in matcher.match("left Orbitel Energy and Orbitel")} == {"orbitel", "energy"}
    first = matcher.explain("Orbitel Energy misread the meter")[0]
    assert first.judgements[0].reason == "part of another brand's name"


def test_words_of_a_link_count_as_context_from_afar() -> None:
    link = ("https://news.example/albion-freezes-account",)
    assert Matcher([ALBION]).match("look at this", link)
    assert not Matcher([ALBION]).match("Albion football, what a goal", link[:0])
