"""Question-and-answer forums: what is read of questions and answers, and how a walk through their pages ends."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.domain import AccountKey, PostKey
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.askbot import Config, parse, parse_rss
from monitor.sources.askbot.config import Forum, forums_of
from monitor.sources.askbot.posts import Listing, Question, answer, edge, listing, question
from monitor.sources.askbot.walk import Place, known_answers

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
FORUM = Forum("ask.example", "https://ask.example")
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "askbot" / "full.json").read_text())


def told(id_: int = 7, **more: Any) -> dict[str, Any]:
    """A question as a forum tells it."""
    at = str(SECOND - 3_600)
    return {
        "id": id_,
        "added_at": at,
        "last_activity_at": at,
        "title": "Cello",
        "summary": "<p>broken</p>",
        "author": {"id": 4, "username": "mira"},
        **more,
    }


# -- questions and answers


def test_a_question_is_read_with_its_counters_tags_and_author() -> None:
    page = parse(FULL, FORUM, NOW)
    post = page.posts[0]
    assert post.key == PostKey("askbot", "ask.example:61")
    assert post.text == (
        "Northline Air snapped the neck of my cello\n\n"
        "It was checked in as fragile & nobody answers. What now?\n\n#northline #luggage"
    )
    assert post.author == AccountKey("askbot", "ask.example:4")
    assert (page.accounts[0].handle, post.local_id) == ("mira", "questions/61")
    assert post.metrics is not None
    assert (post.metrics.views, post.metrics.likes, post.metrics.replies, post.metrics.reposts) == (40, 3, 2, None)


def test_times_are_seconds_told_as_text() -> None:
    first, second, _ = parse(FULL, FORUM, NOW).posts
    assert first.created_at == NOW - timedelta(seconds=3_000)
    assert (first.edited_at, second.edited_at) == (None, NOW - timedelta(seconds=2_000))
    assert question(told(added_at=SECOND - 5), FORUM, NOW).post.created_at == NOW - timedelta(seconds=5)
    assert question(told(added_at=f"{SECOND - 5}.75"), FORUM, NOW).post.created_at < NOW


@pytest.mark.parametrize("odd", [None, "", "soon", "-5", "1e9", "nan", "9" * 30, [], True, {}])
def test_a_time_that_is_none_loses_the_question_and_no_other(odd: Any) -> None:
    page = parse({"questions": [told(added_at=odd), told(8)], "pages": 1}, FORUM, NOW)
    assert [post.key.id for post in page.posts] == ["ask.example:8"]
    assert [drop.where for drop in page.dropped] == ["ask.example questions[0]"]


@pytest.mark.parametrize(
    ("address", "said", "url"),
    [
        ("https://ask.example", "http://localhost/question/1/x/", "https://ask.example/question/1/x/"),
        (
            "http://127.0.0.1:8000",
            "http://localhost/question/1/x/?answer=2#post-id-2",
            "http://127.0.0.1:8000/question/1/x/?answer=2",
        ),
        ("https://a.example/forum", "http://localhost/forum/question/1/x/", "https://a.example/forum/question/1/x/"),
        ("https://ask.example", "/question/1/", "https://ask.example/question/1/"),
        ("https://ask.example", "http://evil.example//other.example/", None),
        ("https://ask.example", "javascript:alert(1)", None),
        ("https://ask.example", "http://[::", None),
        ("https://ask.example", None, None),
    ],
)
def test_the_address_is_ours_with_their_path(address: str, said: Any, url: str | None) -> None:
    (forum,) = forums_of(Config(urls=(address,))).values()
    assert question(told(url=said), forum, NOW).post.url == url


def test_an_answer_is_a_reply_to_its_question() -> None:
    asked = question(told(), FORUM, NOW)
    post, account = answer(
        {
            "id": 9,
            "added_at": str(SECOND),
            "score": -2,
            "summary": "<p>Same &amp; worse</p>",
            "author": {"id": 5, "username": "omar"},
        },
        FORUM,
        NOW,
    )
    assert (post.text, post.local_id, account.handle) == ("Same & worse", "answers/9", "omar")
    assert post.metrics is None  # votes against are no likes
    reply = edge(post, asked.post.key, asked.post.author)
    assert (reply.root, reply.parent_post, reply.parent) == (asked.post.key, asked.post.key, asked.post.author)
    assert (reply.kind, reply.evidence, reply.confidence) == ("reply", "reply", 1.0)


@pytest.mark.parametrize(
    "broken",
    [3, None, {}, told(0), told("7"), told(author=None), told(author={"username": "x"}), told(last_activity_at=None)],
)  # type: ignore[arg-type]
def test_what_cannot_be_read_is_named(broken: Any) -> None:
    with pytest.raises(Unusable):
        question(broken, FORUM, NOW)


@pytest.mark.parametrize("body", [None, [], {}, {"questions": {}}, {"users": []}])
def test_an_answer_without_questions_is_told(body: Any) -> None:
    with pytest.raises(BadPayload, match=r"ask\.example"):
        parse(body, FORUM, NOW)


def test_a_forum_whose_clock_is_ahead_does_not_make_us_wait_for_its_hour() -> None:
    ahead = question(told(last_activity_at=str(SECOND + 7_200), added_at=str(SECOND + 7_200)), FORUM, NOW)
    assert (ahead.active_at, ahead.post.created_at) == (NOW, NOW)


# -- the RSS of a forum


def rss(*items: str) -> bytes:
    names = 'version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = "<title>Ask</title><language>en</language>"
    return f'<?xml version="1.0"?><rss {names}><channel>{head}{"".join(items)}</channel></rss>'.encode()


def item(id_: int, more: str = "") -> str:
    link = f"<link>http://localhost/question/{id_}/cello/</link><guid>http://localhost/question/{id_}/</guid>"
    words = "<title>Cello</title><description>It &amp;lt;b&amp;gt;broke</description>"
    return f"<item>{words}<dc:creator>mira</dc:creator>{link}{more}</item>"


def test_rss_tells_the_same_questions_under_the_same_keys() -> None:
    page = parse_rss(rss(item(61, "<pubDate>Mon, 02 Mar 2026 11:10:00 +0000</pubDate>")), FORUM, NOW)
    (post,) = page.posts
    assert post.key == parse(FULL, FORUM, NOW).posts[0].key
    assert post.created_at == NOW - timedelta(minutes=50)
    assert post.url == "https://ask.example/question/61/cello/"
    assert (post.local_id, post.language, post.metrics) == ("questions/61", "en", None)


@pytest.mark.parametrize(
    "odd",
    [
        "<item><title>x</title></item>",
        item(0),
        item(5).replace("mira", ""),
        "<item><title>x</title><link>http://[::</link></item>",
    ],
)
def test_an_item_that_names_no_question_is_counted(odd: str) -> None:
    page = parse_rss(rss(odd, item(61)), FORUM, NOW)
    assert [post.key.id for post in page.posts] == ["ask.example:61"]
    assert [drop.where for drop in page.dropped] == ["ask.example item 0"]


# -- walking


def page_of(*pairs: tuple[int, int], pages: int | None = 9, count: int | None = None) -> Listing:
    """A page of questions: how many seconds ago somebody did something about them, and their ids."""
    items = [told(id_, last_activity_at=str(SECOND - ago), added_at=str(SECOND - 90_000)) for ago, id_ in pairs]
    return listing({"questions": items, "pages": pages, "count": count}, FORUM, NOW)


def start(ago: int | None = 3_600) -> Place:
    memory = {} if ago is None else {"at": SECOND - ago, "id": 5}
    return Place.start(memory, NOW, timedelta(hours=24), timedelta(0))


def test_a_walk_ends_where_questions_are_older_than_the_last_look() -> None:
    place = start().after(page_of((10, 9), (20, 8)), ())
    assert (place.ended, place.page) == (False, 2)
    assert place.after(page_of((30, 7), (4_000, 6)), ()).ended


def test_the_last_page_told_again_for_ever_is_the_end() -> None:
    """``pages`` may lie; then what comes a third time tells. A second time may be chance."""
    place = start()
    for _ in range(3):
        assert not place.ended
        place = place.after(page_of((10, 9), (20, 8)), ())
    assert place.ended


def test_pages_in_any_order_and_moved_by_newer_ones_are_gone_through() -> None:
    place = start().after(page_of((10, 9), (20, 8)), ())
    for page in (page_of((10, 9), (5, 10)), page_of((8, 11), (20, 8), (10, 9)), page_of((30, 7), (20, 8))):
        place = place.after(page, ())
        assert not place.ended


@pytest.mark.parametrize("pages", [1, 2])
def test_the_number_of_pages_tells_the_end(pages: int) -> None:
    place = start()
    for number in range(pages):
        assert not place.ended
        place = place.after(page_of((10 + 10 * number, 90 - number), pages=pages), ())
    assert place.ended


def test_without_a_number_of_pages_the_walk_goes_on_until_something_comes_again() -> None:
    place = start().after(page_of((10, 9), pages=None), ()).after(page_of((10, 9), pages=None), ())
    assert not place.ended
    assert place.after(page_of((10, 9), pages=None), ()).ended
    assert place.after(page_of(pages=None), ()).ended


def test_a_page_that_is_not_in_order_is_no_reason_to_end_early() -> None:
    assert not start().after(page_of((4_000, 3), (10, 9), (5_000, 2)), ()).ended


def test_where_questions_were_deleted_meanwhile_the_page_before_is_read_again() -> None:
    place = start().after(page_of((10, 9), (20, 8), count=60), ())
    back = place.after(page_of((40, 6), (50, 5), count=59), ())
    assert (back.page, back.ended) == (1, False)
    again = back.after(page_of((20, 8), (30, 7), count=59), ())
    assert (again.page, again.ended) == (2, False)
    assert again.after(page_of((40, 6), (50, 5), count=59), ()).page == 3


def test_answers_that_may_be_new_are_wanted_the_newest_first() -> None:
    def asked(*answers: int) -> Question:
        return question(told(answer_ids=list(answers)), FORUM, NOW)

    known = Place.start({"at": SECOND, "id": 1_000}, NOW, timedelta(1), timedelta(0))
    assert known.wanted(asked(3, 990, 1_001, 1_005, 1_005), {990}) == [(1_005, 7, 4), (1_001, 7, 4)]
    assert start(None).wanted(asked(3, 990), set()) == [(990, 7, 4), (3, 7, 4)]


def test_a_place_comes_back_as_it_was_written() -> None:
    place = start().after(page_of((10, 9), (20, 8), count=60), ((3, 2, 1), (6, 5, 4)))
    assert Place.read(json.loads(json.dumps(place.written()))) == place


@pytest.mark.parametrize(
    "raw",
    [
        3,
        "x",
        [],
        {},
        [1] * 10,
        [0] * 11,
        ["1"] * 11,
        [1] * 8 + [[], 1],
        [1] * 9 + [[[1, 2]], 1],
        [10**20] * 11,
        [0] * 9 + [[], 1],
    ],
)
def test_a_place_of_another_shape_is_told(raw: Any) -> None:
    with pytest.raises(BadPayload):
        Place.read(raw)


@pytest.mark.parametrize(
    "memory", [{"at": "x", "id": 3}, {"at": 3}, {"at": True, "id": 3}, {"at": 2**50, "id": 3}, {"read": 3}]
)
def test_a_memory_of_another_shape_costs_one_walk(memory: dict[str, Any]) -> None:
    assert Place.start(memory, NOW, timedelta(hours=1), timedelta(0)).first
    assert known_answers(memory) == []


# -- configuration


def test_no_forums_is_a_mistake_unless_the_source_is_off() -> None:
    with pytest.raises(ValidationError, match="name at least one forum"):
        Config()
    assert Config(enabled=False).urls == ()


@pytest.mark.parametrize(
    "url", ["ask.example", "https://u:p@ask.example", "https://ask.example/?a", "https://ask.example/#a", "https://"]
)
def test_what_is_no_address_of_a_forum_is_told(url: str) -> None:
    with pytest.raises(ValidationError, match="entry 1 is no http or https address"):
        Config(urls=(url,))
