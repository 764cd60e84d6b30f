"""How a text reads towards each brand that it names."""

import json
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Assessment, BrandMatch, Towards
from monitor.text.clauses import part
from monitor.text.normalise import fold
from monitor.text.reader import TextReader
from monitor.text.stance import about_itself, competes, part_about, plain_copy, towards_named, views

FIXTURES = Path(__file__).parents[2] / "fixtures" / "stance"
NORTHLINE = BrandMatch("northline", "Northline Air", "name", "Northline Air")
HARBORLINE = BrandMatch("harborline", "Harborline", "name", "Harborline")
BOTH = (NORTHLINE, HARBORLINE)


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


class Counting:
    """A reader that notes what it is asked, and takes "lost" for a complaint and "lovely" for praise."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read_many(self, texts: Iterable[tuple[str, str | None]]) -> Iterator[Assessment]:
        for text, _ in texts:
            self.asked.append(text)
            lost, lovely = "lost" in text, "lovely" in text
            yield Assessment("en", True, 0.9 if lost else 0.1, lovely - lost, 1 if lost else 0)

    read_clauses = read_many


def seen(text: str, *matches: BrandMatch) -> Assessment:
    reader = Counting()
    whole = list(reader.read_many([(text, None)]))
    return views([(text, matches)], whole, reader.read_clauses)[0]


def sign(read: Assessment) -> str:
    if read.is_complaint or (read.sentiment or 0.0) <= -1 / 3:
        return "-"
    return "+" if read.is_praise else "0"


def test_what_two_brands_did_is_told_apart() -> None:
    read = seen("Northline Air lost my bag, but Harborline was lovely.", *BOTH)
    assert sign(read.of("northline")) == "-"
    assert sign(read.of("harborline")) == "+"
    assert read.is_complaint_about("northline")
    assert not read.is_complaint_about("harborline")


@pytest.mark.parametrize(
    "text",
    [
        "Harborline is so much better than Northline Air",
        "I prefer Harborline over Northline Air",
        "Northline Air should learn from Harborline",
        "Switched from Northline Air to Harborline",
        "Unlike Northline Air, Harborline was lovely",
    ],
)
def test_a_comparison_favours_one_and_not_the_other(text: str) -> None:
    read = seen(text, *BOTH)
    assert (sign(read.of("northline")), sign(read.of("harborline"))) == ("-", "+")
    assert not read.is_complaint_about("northline"), "preferring another is no complaint"


def test_praise_for_the_rescuer_is_none_for_whom_it_rescued_from() -> None:
    read = seen("Lovely people at Harborline, lovely crew, they fixed what Northline Air lost", *BOTH)
    assert (sign(read.of("northline")), sign(read.of("harborline"))) == ("-", "+")


def test_the_writers_own_fault_is_not_held_against_the_brand() -> None:
    read = seen("I lost my bag at Northline Air. Completely my own fault.", NORTHLINE)
    assert read.is_complaint
    assert sign(read.of("northline")) == "0"


def test_a_fault_is_still_one_where_it_is_denied_to_be_the_writers() -> None:
    assert sign(seen("Northline Air lost my bag. That is not my fault!", NORTHLINE).of("northline")) == "-"
    assert sign(seen("Northline Air blames the weather and lost my bag", NORTHLINE).of("northline")) == "-"
    excuse = "@northlineair the next excuse: the weather was bad, so you lost my bag"
    assert sign(seen(excuse, NORTHLINE).of("northline")) == "-"
    assert sign(seen("Northline Air lost my bag due to snow, so they claim", NORTHLINE).of("northline")) == "-"
    assert sign(seen("Northline Air lost my bag due to snow.", NORTHLINE).of("northline")) == "0"
    read = seen("@northlineair the fog is not your fault, but you lost my bag", NORTHLINE)
    assert sign(read.of("northline")) == "-"


def test_what_the_weather_or_another_company_did_is_not_the_brands() -> None:
    assert sign(seen("My bank has lost my card. Flying Northline Air tonight.", NORTHLINE).of("northline")) == "0"
    assert sign(seen("Horrible weather today, all hope lost. Flying Northline Air.", NORTHLINE).of("northline")) == "0"


def test_both_of_two_that_are_named_together_are_meant() -> None:
    for text in ("Northline Air and Harborline lost my bag", "@northlineair @harborline you lost my bag"):
        read = seen(text, *BOTH)
        assert sign(read.of("northline")) == sign(read.of("harborline")) == "-"


def test_you_is_whoever_is_spoken_to() -> None:
    read = seen("@northlineair Harborline was lovely. You lost my bag.", *BOTH)
    assert (sign(read.of("northline")), sign(read.of("harborline"))) == ("-", "+")


def test_handles_of_people_do_not_take_a_complaint_away() -> None:
    for text in (
        "@northlineair @user you lost my bag",
        "@northlineair lost my bag on the way to @user, cc @user",
        "@northlineair ask @user, you lost my bag",
        "RT @user: Northline Air lost my bag",
    ):
        assert (
            seen(text, BrandMatch("northline", "northlineair", "handle", "@northlineair"), NORTHLINE)
            .of("northline")
            .is_complaint
        ), text


def test_a_text_about_one_brand_is_not_read_again() -> None:
    reader = Counting()
    texts = [
        "Northline Air lost my bag",
        "노스라인이 짐을 잃어버렸어요",
        "诺斯莱弄丢了我的行李",
        "నార్త్‌లైన్ సామాను పోగొట్టింది",
    ]
    whole = list(reader.read_many((text, None) for text in texts))
    asked = len(reader.asked)
    assert views([(text, (NORTHLINE,)) for text in texts], whole, reader.read_clauses) == whole
    assert len(reader.asked) == asked
    assert not any(competes(text, (NORTHLINE,)) for text in texts)


def test_each_part_is_read_once_however_often_it_comes() -> None:
    reader = Counting()
    text = "Northline Air lost my bag, but Harborline was lovely."
    whole = list(reader.read_many([(text, None)])) * 50
    views([(text, BOTH)] * 50, whole, reader.read_clauses)
    assert len(reader.asked) == len(set(reader.asked)) == 3


def test_a_brand_that_a_text_does_not_name_gets_the_whole_of_it() -> None:
    text = "@someone was lovely, unlike others. You lost my bag."
    assert part_about(fold(text), ["northline air"]) == fold(text)


def test_a_brand_that_matches_everything_gets_the_whole_of_it() -> None:
    everything = BrandMatch("all", "*", "everything", "")
    assert seen("Harborline was lovely, but the bank lost my card", everything).towards == ()


def test_what_cannot_be_read_has_no_views() -> None:
    unread = Assessment("fi", assessed=False)
    assert views([("Northline Air, mutta Harborline", BOTH)], [unread], Counting().read_many) == [unread]


def test_a_name_given_for_a_text_is_whom_it_is_read_towards() -> None:
    reader = Counting()
    text = "Thank you Harborline, lovely! Northline Air lost my bag."
    rows = [(text, "Northline Air"), (text, "Harborline"), (text, None), (text, "   "), (text, "x" * 100_000)]
    whole = list(reader.read_many((text, None) for text, _ in rows))
    read = towards_named(rows, whole, reader.read_clauses)
    assert [sign(one) for one in read] == ["-", "+", "-", "-", "-"]


def test_what_a_brand_writes_is_no_complaint_about_itself() -> None:
    said = about_itself(Assessment("en", True, 0.9, -0.8), "northline")
    assert said.is_complaint, "the words are what they are"
    assert not said.is_complaint_about("northline")
    assert said.is_complaint_about("harborline")
    assert not said.counts_for("northline"), "it does not thin out the share of complaints either"
    assert said.counts_for("harborline")


def test_words_that_were_taken_back_are_gone_from_every_view() -> None:
    said = Assessment("en", True, 0.9, words=("lost",), towards=(Towards("northline", 0.1, 0.5, words=("lovely",)),))
    gone = said.without_words()
    assert (gone.words, gone.towards[0].words) == ((), ())
    assert (gone.complaint, gone.of("northline").complaint) == (0.9, 0.1)


def test_a_copy_is_the_same_text() -> None:
    assert plain_copy("RT @a_b: it broke") == plain_copy("rt @other it broke") == "it broke"
    assert plain_copy("RT @a_b:") == "RT @a_b:"
    assert plain_copy("Art @home: it broke") == "Art @home: it broke"


def posts(part_of: str) -> list[dict[str, object]]:
    lines = (FIXTURES / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["part"] == part_of]


def brands_of(text: str) -> tuple[BrandMatch, ...]:
    brands = tomllib.loads((FIXTURES / "brands.toml").read_text(encoding="utf-8"))
    folded = fold(text)
    return tuple(
        BrandMatch(brand, term, "handle" if term in listed["handles"] else "name", term)
        for brand, listed in brands.items()
        for term in (*listed["names"], *listed["handles"])
        if fold(term) in folded
    )


@pytest.mark.parametrize("part_of", ["dev", "held"])
@pytest.mark.parametrize("language", ["en", "zh", "ko", "te"])
def test_most_invented_posts_are_read_rightly_towards_each_brand(
    reader: TextReader, language: str, part_of: str
) -> None:
    rows = [row for row in posts(part_of) if row["lang"] == language]
    texts = [(str(row["text"]), brands_of(str(row["text"]))) for row in rows]
    whole = list(reader.read_many((text, None) for text, _ in texts))
    right = right_whole = total = 0
    for row, before, after in zip(rows, whole, views(texts, whole, reader.read_clauses), strict=True):
        towards = row["towards"]
        assert isinstance(towards, dict)
        for brand, wanted in towards.items():
            total += 1
            right += sign(after.of(brand)) == wanted
            right_whole += sign(before) == wanted
    assert right / total >= 0.75
    assert right - right_whole >= total / 6


NASTY = (
    *("northline", "harborline", "@northline", "@user", "better than", "unlike", "but", ".", "!?", "\n", "and", ","),
    *("my own fault", "because of snow", "보다", "와 달리", "比", "不像", "కంటే", "you", "\ue000", "\ue001", "\ue002"),
    *("thanks to", "the weather was", "blames", "cc", "RT @a:"),
)
LONG = (
    *(
        "northline harborline ",
        "@",
        "@a ",
        "but ",
        "northline better than ",
        "my own ",
        "isn't a b ",
        "because of bad ",
    ),
    *("노스라인보다 ", "比诺斯莱", "wish northline ", "the ", ".", "not ", "Aaaa Aaaa ", "thanks to ", "내 ", "rt @"),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=40))
def test_any_text_comes_apart(pieces: list[str]) -> None:
    folded = fold(" ".join(pieces))
    found = part(folded, ["northline"], ["harborline"])
    kept = found.text + found.pardoned + found.opposite
    assert not set("\ue000\ue001\ue002") & set(kept) - set(folded)
    assert len(kept) <= 3 * len(folded) + 10
    assert found == part(folded, ["northline"], ["harborline"])


@pytest.mark.parametrize("piece", LONG)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    matches = (*BOTH, BrandMatch("northline", "노스라인", "name", "노스라인"))
    started = time.process_time()
    seen(text, *matches)
    assert time.process_time() - started < 2
