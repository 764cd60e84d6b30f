"""Hacker News: searches, threads, and posts with something missing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, PostKey
from monitor.errors import BadPayload, NotFound
from monitor.http import HttpClient, HttpConfig
from monitor.sources.hackernews import Config, HackerNewsSource, parse, parse_thread

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = 1772442000
BRAND = Brand("northline", "Northline Air", names=("Northline Air", 'North"line'))
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "hackernews" / "full.json").read_text())


def source(answer: Any, **config: Any) -> HackerNewsSource:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return HackerNewsSource(Config(**config), http)


def hit(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": f"u{number}",
        "created_at_i": NINE + number,
        "title": "Northline",
        **fields,
    }


def test_a_story_and_a_comment_are_read_as_plain_text() -> None:
    comment, story = parse(FULL, NOW).posts
    assert story.text == "Northline Air and a cello in two pieces"
    assert story.links == ("https://video.example/watch/cello",)
    assert story.url == "https://news.ycombinator.com/item?id=51000001"
    assert story.metrics is not None
    assert (story.metrics.likes, story.metrics.replies, story.metrics.views, story.metrics.at) == (88, 2, None, NOW)
    assert comment.text == "Northline Air did this to my bike\nI'd file in small claims."
    assert comment.metrics is None


def test_a_comment_is_a_reply_to_its_parent_in_the_thread_of_its_story() -> None:
    (reply,) = parse(FULL, NOW).reposts
    assert (reply.root.id, reply.parent_post, reply.kind, reply.evidence, reply.confidence) == (
        "51000001",
        PostKey("hackernews", "51000001"),
        "reply",
        "reply",
        1.0,
    )
    assert reply.parent is None  # the search does not name the parent's author


def test_a_deleted_item_is_counted() -> None:
    (dropped,) = parse(FULL, NOW).dropped
    assert (dropped.where, dropped.reason) == ("hits[2]", "author is missing or not an id")


@pytest.mark.parametrize("field", ["objectID", "author", "created_at_i"])
def test_a_hit_without_a_required_field_is_dropped_alone(field: str) -> None:
    broken = hit(2)
    del broken[field]
    page = parse({"hits": [hit(1), broken, 7, hit(3)]}, NOW)
    assert [post.key.id for post in page.posts] == ["1", "3"]
    assert [dropped.where for dropped in page.dropped] == ["hits[1]", "hits[2]"]


@pytest.mark.parametrize("answer", [None, [], {}, {"hits": None}, {"hits": {}}])
def test_an_answer_without_hits_is_a_bad_payload(answer: Any) -> None:
    with pytest.raises(BadPayload):
        parse(answer, NOW)


def test_a_post_from_the_future_is_of_now() -> None:
    assert parse({"hits": [hit(1, created_at_i=NOW.timestamp() + 9e5)]}, NOW).posts[0].created_at == NOW


# -- fetching


def test_each_term_is_searched_to_its_last_page_behind_the_watermark() -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        asked.append(params)
        return httpx.Response(200, json={"hits": [hit(len(asked))], "nbPages": 2})

    searched = source(answer, overlap_minutes=1)
    pages: list[Page] = [searched.fetch(BRAND, str(NINE), None, NOW)]
    while pages[-1].next_cursor:
        pages.append(searched.fetch(BRAND, str(NINE), pages[-1].next_cursor, NOW))
    assert [(p["query"], p["page"]) for p in asked] == [
        ('"Northline Air"', "0"),
        ('"Northline Air"', "1"),
        ('"North line"', "0"),
        ('"North line"', "1"),
    ]
    assert {p["numericFilters"] for p in asked} == {f"created_at_i>={NINE - 60}"}
    assert {p["typoTolerance"] for p in asked} == {"false"}
    assert pages[-1].state == str(NINE + 4)


def test_the_first_look_goes_back_as_far_as_configured() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["numericFilters"])
        return httpx.Response(200, json={"hits": [], "nbPages": 0})

    source(answer, lookback_hours=2, overlap_minutes=0).fetch(BRAND, None, None, NOW)
    assert asked == [f"created_at_i>={int((NOW - timedelta(hours=2)).timestamp())}"]


def test_a_brand_without_terms_asks_nothing() -> None:
    def unasked(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    page = source(unasked).fetch(Brand("all", "All", everything=True), None, None, NOW)
    assert (page.posts, page.next_cursor) == ((), None)


# -- threads


def node(number: int, *children: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "author": f"u{number}",
        "created_at_i": NINE + number,
        "type": "comment",
        "text": f"comment {number}",
        "parent_id": None,
        "story_id": 1,
        "children": list(children),
        **fields,
    }


def test_a_thread_names_the_account_that_each_reply_answers() -> None:
    tree = node(1, node(2, node(3, parent_id=2), parent_id=1), title="Northline", text=None)
    page = parse_thread(tree, NOW)
    assert {reply.child.id: reply.parent for reply in page.reposts} == {
        "2": AccountKey("hackernews", "u1"),
        "3": AccountKey("hackernews", "u2"),
    }
    assert {reply.root.id for reply in page.reposts} == {"1"}


def test_replies_to_a_deleted_comment_are_kept() -> None:
    tree = node(1, node(2, node(3, parent_id=2), parent_id=1, author=None, text=None), title="Northline")
    page = parse_thread(tree, NOW)
    assert [post.key.id for post in page.posts] == ["1", "3"]
    assert (page.reposts[0].parent, page.reposts[0].parent_post) == (None, PostKey("hackernews", "2"))
    assert len(page.dropped) == 1


def test_a_thread_of_any_depth_is_read_without_recursion() -> None:
    tree = node(3000, parent_id=2999)
    for number in range(2999, 0, -1):
        tree = node(number, tree, parent_id=number - 1 or None)
    assert len(parse_thread(tree, NOW).posts) == 3000


def test_a_thread_beyond_the_limit_is_cut_and_that_is_counted() -> None:
    tree = node(1, *(node(number, parent_id=1) for number in range(2, 6000)))
    page = parse_thread(tree, NOW)
    assert len(page.posts) == 5000
    assert len(page.dropped) == 1


def test_returning_to_a_story_brings_its_thread_and_fresh_counters() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "hacker-news.firebaseio.com":
            return httpx.Response(200, json={"id": 51000001, "score": 402, "descendants": 77, "type": "story"})
        tree = node(51000001, node(51000009, parent_id=51000001, story_id=51000001), title="Northline", points=88)
        return httpx.Response(200, json=tree)

    story = parse(FULL, NOW).posts[1]
    page = source(answer).follow_up(story, None, NOW)
    assert page.posts[0].key == story.key
    assert page.posts[0].text == story.text
    assert page.posts[0].metrics is not None
    assert (page.posts[0].metrics.likes, page.posts[0].metrics.replies) == (402, 77)
    assert [reply.child.id for reply in page.reposts] == ["51000009"]


@pytest.mark.parametrize("item", [None, {"deleted": True, "id": 1}, {"dead": True, "id": 1}])
def test_a_story_that_was_deleted_is_not_found(item: Any) -> None:
    with pytest.raises(NotFound):
        source(lambda request: httpx.Response(200, text=json.dumps(item))).follow_up(
            parse(FULL, NOW).posts[1], None, NOW
        )
