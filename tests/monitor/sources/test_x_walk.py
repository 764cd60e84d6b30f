"""X: walking through a search without gaps, and what it refuses."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page
from monitor.errors import BadPayload, BudgetSpent, NotFound, RateLimited, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.x import Config, XSource
from tests.monitor.sources.x_answers import (
    BRAND,
    NOW,
    PROBLEMS,
    Asked,
    answer,
    at,
    id_at,
    post,
    reference,
    source,
)

MANY = Brand("northline", "Northline Air", names=tuple(f"Northline Air, line number {n:03}" for n in range(30)))


def walk(source: XSource, state: str | None = None, brand: Brand = BRAND) -> list[Page]:
    pages = [source.fetch(brand, state, None, NOW)]
    while pages[-1].next_cursor is not None:
        pages.append(source.fetch(brand, state, pages[-1].next_cursor, NOW))
        assert len(pages) < 30
    return pages


def told(asked: Asked, name: str) -> list[str | None]:
    """A parameter of each search."""
    return [params.get(name) for path, params in asked.requests if path.endswith("search/recent")]


def listing(*pages: Any) -> Any:
    """Answers each search with the next of ``pages``, then with nothing."""
    left = list(pages)

    def respond(path: str, params: dict[str, str]) -> Any:
        if path.endswith("counts/recent"):
            return {"meta": {"total_tweet_count": 0}}
        return left.pop(0) if left else answer()

    return respond


def remembered(*pages: Any) -> str:
    """The state after a walk through ``pages``."""
    state = walk(source(listing(*pages))[0])[-1].state
    assert state
    return state


# -- the trap: the newest id of the first page is the next since_id, and only once the walk has ended


def test_since_id_stays_until_the_walk_ends_and_then_is_the_newest_of_the_first_page() -> None:
    state = remembered(answer(post(0)))
    x, asked = source(listing(answer(post(50), token="a"), answer(post(40), token="b"), answer(post(30))))
    pages = walk(x, state)
    assert told(asked, "since_id") == [id_at(0)] * 3
    assert told(asked, "next_token") == [None, "a", "b"]
    assert [page.state is None for page in pages] == [True, True, False]
    x, asked = source(listing())
    walk(x, pages[-1].state)
    assert told(asked, "since_id") == [id_at(50)]


def test_a_walk_that_was_cut_off_goes_on_with_what_it_started_with() -> None:
    state = remembered(answer(post(0)))
    x, _ = source(listing(answer(post(50), token="a")))
    cut = x.fetch(BRAND, state, None, NOW)
    days_later, asked = source(listing(answer(post(30))))
    last = days_later.fetch(BRAND, state, cut.next_cursor, NOW + timedelta(days=2))
    assert (told(asked, "since_id"), told(asked, "next_token")) == ([id_at(0)], ["a"])
    _, asked_then = again = source(listing())
    again[0].fetch(BRAND, last.state, None, NOW + timedelta(days=2))
    assert told(asked_then, "since_id") == [id_at(50)]


def test_the_first_look_asks_from_one_moment_on_all_the_way() -> None:
    x, asked = source(listing(answer(post(50), token="a"), answer(post(40))), lookback_hours=6)
    first = x.fetch(BRAND, None, None, NOW)
    x.fetch(BRAND, None, first.next_cursor, NOW + timedelta(hours=3))
    assert told(asked, "start_time") == ["2026-03-02T06:00:00Z"] * 2
    assert told(asked, "since_id") == [None, None]


def test_where_nothing_is_found_what_was_known_stays_known() -> None:
    state = remembered(answer(post(0)))
    assert walk(source(listing(answer()))[0], state)[-1].state == state
    assert walk(source(listing(answer()))[0])[-1].state is None


def test_a_since_id_older_than_what_x_shows_is_a_gap_and_no_error() -> None:
    state = remembered(answer(post(0)))
    later = NOW + timedelta(days=9)
    x, asked = source(listing(answer(post(8 * 1440))))
    page = x.fetch(BRAND, state, None, later)
    assert (told(asked, "since_id"), told(asked, "start_time")) == ([None], ["2026-03-04T12:15:00Z"])
    assert page.gap is not None
    assert (page.gap.since, page.gap.until) == (at(0), later - timedelta(days=7) + timedelta(minutes=15))


def test_an_overlap_goes_back_behind_the_newest() -> None:
    x, asked = source(listing(), overlap_minutes=10)
    walk(x, remembered(answer(post(30, number=0))))
    assert told(asked, "since_id") == [id_at(20, number=0)]


@pytest.mark.parametrize("newest", [id_at(60 * 24 * 400), "x", None, 5, "-1"])
def test_a_newest_id_that_cannot_be_true_is_not_believed(newest: Any) -> None:
    x, asked = source(listing())
    walk(x, remembered(answer(post(50), newest_id=newest)))
    assert told(asked, "since_id") == [id_at(50)]


def test_an_empty_page_that_names_a_next_one_is_not_the_end() -> None:
    x, _ = source(listing(answer(post(50), token="a"), answer(token="b"), answer(post(40))))
    assert [found.key.id for page in walk(x) for found in page.posts] == [id_at(50), id_at(40)]


def test_empty_pages_that_name_one_another_for_ever_end() -> None:
    numbers = iter(range(1000))
    x, asked = source(lambda path, params: answer(token=f"t{next(numbers)}"))
    walk(x)
    assert len(told(asked, "query")) == 4


def test_a_page_that_names_itself_as_the_next_is_the_last() -> None:
    x, _ = source(lambda path, params: answer(post(50), token="same"))
    assert len(walk(x)) == 2


def test_a_token_that_is_none_stops_the_walk_before_its_watermark_moves() -> None:
    x, _ = source(listing(answer(post(50), token=["a"])))
    with pytest.raises(BadPayload, match="no usable next page"):
        x.fetch(BRAND, None, None, NOW)


# -- several queries


def test_each_query_has_its_own_watermark() -> None:
    pages = (answer(post(50), token="a"), answer(post(40)), answer(post(55)), answer())
    x, asked = source(listing(*pages))
    last = walk(x, brand=MANY)[-1]
    queries = list(dict.fromkeys(told(asked, "query")))
    assert len(queries) == 3
    again, asked = source(listing())
    walk(again, last.state, MANY)
    assert told(asked, "since_id") == [id_at(50), id_at(55), None]  # the third found nothing yet


def test_a_query_that_is_new_is_read_from_the_start() -> None:
    state = remembered(answer(post(50)))
    x, asked = source(listing())
    walk(x, state, replace(BRAND, hashtags=("northline",)))
    assert (told(asked, "since_id"), len(told(asked, "start_time"))) == ([None], 1)


def test_a_brand_without_terms_costs_no_request() -> None:
    x, asked = source(listing())
    assert x.fetch(Brand("n", "N"), None, None, NOW) == Page()
    assert asked.requests == []


# -- cursors and states that cannot be read


@pytest.mark.parametrize("cursor", ["x", "[]", "{}", '{"v":1}', '{"v":2,"query":0}', "9" * 5000])
def test_a_cursor_that_cannot_be_read_is_said_to_be_none(cursor: str) -> None:
    x, _ = source(listing(answer(post(50))))
    with pytest.raises(BadPayload, match="cursor"):
        x.fetch(BRAND, None, cursor, NOW)


@pytest.mark.parametrize(
    "change", [{"query": 1}, {"query": -1}, {"v": 2}, {"since_id": "x"}, {"pages": "many"}, {"start": "x"}]
)
def test_a_cursor_of_another_walk_is_not_taken(change: dict[str, Any]) -> None:
    x, _ = source(listing(answer(post(50), token="a")))
    cursor = json.loads(x.fetch(BRAND, None, None, NOW).next_cursor or "")
    with pytest.raises(BadPayload, match="cursor"):
        x.fetch(BRAND, None, json.dumps({**cursor, **change}), NOW)


def test_a_cursor_of_other_terms_is_not_taken() -> None:
    x, _ = source(listing(answer(post(50), token="a")))
    cursor = x.fetch(BRAND, None, None, NOW).next_cursor
    with pytest.raises(BadPayload, match="another walk"):
        x.fetch(replace(BRAND, hashtags=("northline",)), None, cursor, NOW)


# -- refusals


@pytest.mark.parametrize("status", [402, 403, 429])
def test_a_plan_that_is_used_up_is_no_rate_limit(status: int) -> None:
    body = {"title": "UsageCapExceeded", "type": PROBLEMS + "usage-capped", "period": "Monthly"}
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1772452860"}
    x, _ = source(lambda path, params: httpx.Response(status, json=body, headers=headers))
    with pytest.raises(BudgetSpent, match=r"used up; raise it at https://developer\.x\.com") as raised:
        x.fetch(BRAND, None, None, NOW)
    assert raised.value.retry_after == timedelta(hours=1)


def test_a_rate_limit_is_waited_for_until_the_moment_that_x_names() -> None:
    headers = {"x-rate-limit-limit": "450", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "1772453400"}
    x, asked = source(lambda path, params: httpx.Response(429, json={"title": "Too Many Requests"}, headers=headers))
    for _ in range(2):  # the second is not even sent
        with pytest.raises(RateLimited) as raised:
            x.fetch(BRAND, None, None, NOW)
        assert not isinstance(raised.value, BudgetSpent)
        assert raised.value.retry_after == timedelta(minutes=10)
    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadPayload), (401, Unauthorised), (403, Unauthorised), (404, NotFound), (500, Unreachable)],
)
def test_other_refusals(status: int, error: type[Exception]) -> None:
    x, _ = source(lambda path, params: httpx.Response(status, text="<html>t0ken</html>"))
    with pytest.raises(error) as raised:
        x.fetch(BRAND, None, None, NOW)
    assert "t0ken" not in str(raised.value)


def test_the_key_is_sent_in_a_header_and_nowhere_else() -> None:
    sent: list[httpx.Request] = []
    http = HttpClient(
        HttpConfig(pace_seconds=0),
        RecordedClock(NOW),
        httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200, json=answer())),
    )
    XSource(Config(bearer_token=SecretStr("t0ken")), http).fetch(BRAND, None, None, NOW)
    assert sent[0].headers["authorization"] == "Bearer t0ken"
    assert "t0ken" not in str(sent[0].url)


@pytest.mark.parametrize(("generation", "fields"), [("tweet", "referenced_tweets"), ("post", "referenced_posts")])
def test_the_names_that_are_asked_for_are_a_setting(generation: str, fields: str) -> None:
    x, asked = source(listing(), field_generation=generation)
    x.fetch(BRAND, None, None, NOW)
    (_, params) = asked.requests[0]
    assert fields in params[f"{generation}.fields"]
    assert params["expansions"] == f"author_id,{fields}.id"
    assert "-is:retweet" not in params["query"]


def test_a_quote_found_in_a_search_brings_the_post_that_it_quotes() -> None:
    quote = post(5, author="2", refs=[reference("quoted", 0)])
    x, _ = source(listing(answer(quote, included=[post(0)])))
    page = x.fetch(BRAND, None, None, NOW)
    assert {found.key.id for found in page.posts} == {id_at(0), id_at(5)}
