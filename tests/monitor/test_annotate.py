"""What is kept of a page, and what is found in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.annotate import Annotator
from monitor.domain import Account, AccountKey, Assessment, Brand, Metrics, Post, PostKey
from monitor.match import Matcher
from monitor.text.reader import TextReader
from monitor.text.topics.issues import IssueClusters

NOW = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
NORTHLINE = Brand("northline", "Northline Air", names=("Northline Air",))
FERRIES = Brand("harborline", "Harborline", names=("Harborline",))
ANGRY = "Northline Air broke my harp and refuses to pay, disgraceful"


class Known:
    def __init__(self) -> None:
        self.posts: dict[PostKey, Post] = {}

    def many(self, keys: Sequence[PostKey]) -> Mapping[PostKey, Post]:
        return {key: self.posts[key] for key in keys if key in self.posts}

    def keep(self, posts: Sequence[Post]) -> None:
        for post in posts:
            self.posts.setdefault(post.key, post)


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader(["en"])


@pytest.fixture
def known() -> Known:
    return Known()


def post(name: str, text: str, minutes: int = 0, links: tuple[str, ...] = ()) -> Post:
    at = NOW + timedelta(minutes=minutes)
    return Post(PostKey("micro", name), AccountKey("micro", name), text, at, at, links=links)


def annotator(known: Known, reader: TextReader, *brands: Brand, relearn: bool = False) -> Annotator:
    return Annotator(Matcher(brands or (NORTHLINE,)), reader, IssueClusters(), known, relearn=relearn)


def test_what_is_about_nobody_is_left_out_unless_it_is_part_of_a_cascade(known: Known, reader: TextReader) -> None:
    root, reply, deeper, other = post("r", ANGRY), post("a", "same here"), post("b", "and here"), post("x", "a cat")
    roots = {reply.key: root.key, deeper.key: reply.key, other.key: PostKey("micro", "elsewhere")}
    kept = annotator(known, reader).annotate([root, reply, deeper, other], roots)
    assert [one.key.id for one in kept] == ["r", "a", "b"]
    assert {one.issue for one in kept} == {"micro:r"}
    assert [bool(one.brand_matches) for one in kept] == [True, False, False]
    assert all(one.assessment is not None for one in kept)


def test_a_post_met_again_keeps_what_was_found_and_shows_its_new_counters(known: Known, reader: TextReader) -> None:
    reads = annotator(known, reader)
    counted = replace(post("r", ANGRY), metrics=Metrics(NOW, views=10))
    (first,) = reads.annotate([counted], {})
    known.keep([first])
    later = replace(post("r", "edited: all fine"), metrics=Metrics(NOW + timedelta(hours=1), views=900))
    (again,) = reads.annotate([later], {})
    assert (again.text, again.assessment, again.issue) == (ANGRY, first.assessment, first.issue)
    assert again.metrics == later.metrics


def test_every_reading_of_a_counter_on_one_page_is_kept(known: Known, reader: TextReader) -> None:
    seen = [replace(post("r", ANGRY), metrics=Metrics(NOW + timedelta(minutes=n), views=n)) for n in range(4)]
    kept = annotator(known, reader).annotate(seen, {})
    assert [one.metrics.views for one in kept if one.metrics] == [0, 1, 2, 3]
    assert len({one.issue for one in kept}) == 1


def test_a_brand_that_is_watched_later_finds_a_known_post(known: Known, reader: TextReader) -> None:
    both = post("r", f"{ANGRY} and so did Harborline")
    known.keep(annotator(known, reader).annotate([both], {}))
    (again,) = annotator(known, reader, NORTHLINE, FERRIES).annotate([both], {})
    assert [match.brand for match in again.brand_matches] == ["northline", "harborline"]
    assert again.issue == "micro:r"


def test_a_replay_started_again_finds_the_same_issues(known: Known, reader: TextReader) -> None:
    page = "https://video.example/watch/harp"
    early = [post("r", ANGRY, links=(page,)), post("a", ANGRY.upper(), 1)]
    late = [post("b", "Look: Northline Air again", 2, (page,)), post("c", "Northline Air broke my harp, no refund", 3)]
    whole = annotator(known, reader)
    expected = [one.issue for one in (*whole.annotate(early, {}), *whole.annotate(late, {}))]
    assert expected[2] == expected[0]
    known.keep(annotator(Known(), reader).annotate(early, {}))
    again = annotator(known, reader, relearn=True)
    assert [one.issue for one in (*again.annotate(early, {}), *again.annotate(late, {}))] == expected
    forgetful = annotator(known, reader)
    forgetful.annotate(early, {})
    assert forgetful.annotate(late, {})[0].issue != expected[0], "only the links of the early posts lead there"


def test_what_was_said_in_the_days_before_can_be_recalled(known: Known, reader: TextReader) -> None:
    page = "https://video.example/watch/harp"
    before = annotator(Known(), reader).annotate([post("r", ANGRY, links=(page,))], {})
    today = annotator(known, reader)
    today.recall("northline", before)
    (joined,) = today.annotate([post("b", "Northline Air, look", 60, (page,))], {})
    assert joined.issue == "micro:r"


class Counting(TextReader):
    """The reader, which notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(["en"])
        self.asked: list[str] = []

    def read_many(self, texts: Iterable[tuple[str, str | None]]) -> Iterator[Assessment]:
        given = list(texts)
        self.asked += [text for text, _ in given]
        return super().read_many(given)


def test_copies_of_a_text_are_read_once(known: Known) -> None:
    reads = Counting()
    copies = [post(f"c{n}", ANGRY, n) for n in range(20)] + [post("rt", f"RT @someone: {ANGRY}", 30)]
    kept = annotator(known, reads).annotate(copies, {})
    assert len(reads.asked) == 1
    assert reads.asked[0].split() == ANGRY.replace("Northline Air", "").split(), "read without the name of the brand"
    assert {one.assessment for one in kept} == {kept[0].assessment}
    assert kept[-1].text.startswith("RT @someone"), "the post itself stays as it was written"


def test_each_brand_of_a_post_gets_what_is_said_about_it(known: Known, reader: TextReader) -> None:
    text = "Harborline was wonderful, thank you! But Northline Air broke my harp and refuses to pay, disgraceful."
    (one,) = annotator(known, reader, FERRIES, NORTHLINE).annotate([post("r", text)], {})
    assert one.is_complaint_about("northline")
    assert not one.is_complaint_about("harborline")
    assert one.is_complaint


def test_a_complaint_about_the_second_brand_joins_the_issue_of_that_brand(known: Known, reader: TextReader) -> None:
    reads = annotator(known, reader, FERRIES, NORTHLINE)
    (first,) = reads.annotate([post("r", ANGRY)], {})
    text = f"Harborline was wonderful, thank you! But {ANGRY}"
    (second,) = reads.annotate([post("s", text, 5)], {})
    assert second.brand_matches[0].brand == "harborline"
    assert second.issue == first.issue


def test_a_brand_that_is_watched_later_gets_what_is_said_about_it(known: Known, reader: TextReader) -> None:
    both = post("r", f"Harborline was wonderful, thank you! But {ANGRY}")
    known.keep(annotator(known, reader).annotate([both], {}))
    (again,) = annotator(known, reader, NORTHLINE, FERRIES).annotate([both], {})
    assert again.is_complaint_about("northline")
    assert not again.is_complaint_about("harborline")


def test_what_a_brand_writes_itself_is_ours(known: Known, reader: TextReader) -> None:
    brand = replace(NORTHLINE, handles=("NorthlineAir",))
    reads = Annotator(Matcher([brand, FERRIES]), reader, IssueClusters(), known, brands=[brand, FERRIES])
    root, reply = post("r", ANGRY), post("a", "So sorry that we broke your harp, this is terrible and unacceptable", 1)
    people = [Account(reply.author, "@northlineair", NOW), Account(root.author, "harpist", NOW)]
    found = reads.annotate([root, reply], {reply.key: root.key}, people)
    asked, ours = (one.assessment for one in found)
    assert asked is not None
    assert ours is not None
    assert asked.counts_for("northline")
    assert asked.is_complaint_about("northline")
    assert not ours.counts_for("northline")
    assert not ours.is_complaint_about("northline")
    assert not found[1].is_complaint
    later = reads.annotate([post("a", "Northline Air: all late, terrible", 5)], {})
    assert not later[0].is_complaint_about("northline"), "the account is known from before"
