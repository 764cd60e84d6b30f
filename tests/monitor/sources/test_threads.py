"""Threads: searches within their allowance, quotes, replies and reposts, and a whole world over a real connection."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey
from monitor.errors import BudgetSpent, NotFound, RateLimited, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.threads import Config, ThreadsSource
from monitor.sources.threads.records import parse
from tests.sites.server import serve
from tests.sites.threads import OWN, ThreadsSite
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "threads" / "full.json").read_text())


def source(answer: Callable[[httpx.Request], httpx.Response], **config: Any) -> ThreadsSource:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return ThreadsSource(Config(**{"access_token": "t0ken", **config}), http)


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": "Northline Air", "timestamp": "2026-03-02T11:00:00+0000", **more}


def walk(reader: ThreadsSource, state: str | None = None, now: datetime = NOW) -> list[Page]:
    pages = [reader.fetch(BRAND, state, None, now)]
    while pages[-1].next_cursor is not None:
        pages.append(reader.fetch(BRAND, state, pages[-1].next_cursor, now))
    return pages


def test_quotes_replies_and_own_reposts_say_what_they_pass_on() -> None:
    page = parse(FULL["data"], NOW, "search")
    quote, reply, repost = page.reposts
    assert (quote.kind, quote.root.id, quote.parent, quote.evidence, quote.confidence) == (
        "quote",
        "18100000000000007",
        AccountKey("threads", "mira"),
        "quote",
        1.0,
    )
    assert (reply.kind, reply.root.id, reply.evidence) == ("reply", "18100000000000001", "reply")
    assert reply.parent_post == PostKey("threads", "18100000000000007")
    assert (repost.kind, repost.root.id, repost.parent, repost.evidence, repost.confidence) == (
        "repost",
        "18100000000000001",
        None,
        "inferred",
        0.0,
    )
    assert repost.child not in {post.key for post in page.posts}
    assert page.dropped == ()


def test_no_post_has_counters_since_the_site_tells_none() -> None:
    assert {post.metrics for post in parse(FULL["data"], NOW, "search").posts} == {None}


def test_a_malformed_post_is_counted_and_the_others_are_read() -> None:
    odd = [
        entry(1, text=3),
        entry(2, timestamp=None),
        entry(3, quoted_post={"id": "3"}),
        entry(4, replied_to="9"),
        entry(5),
    ]
    page = parse(odd, NOW, "search")
    assert [post.key.id for post in page.posts] == ["5"]
    assert len(page.dropped) == 4


def test_authors_who_are_not_named_are_not_one_person() -> None:
    page = parse([entry(1), entry(2, username="a b:c")], NOW, "search")
    assert len({post.author for post in page.posts}) == 2
    assert all(post.author.id.startswith("anonymous:") for post in page.posts)


def test_only_searches_with_a_result_are_counted() -> None:
    found = iter([[entry(1)], [], [entry(2)], [], []])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": next(found) if "keyword_search" in request.url.path else []})

    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    reader = ThreadsSource(Config(access_token="t0ken", queries_per_day=2), http)
    (allowance,) = reader.allowances
    walk(reader)
    assert http.ledger.left(allowance) == 1
    walk(reader)
    assert http.ledger.left(allowance) == 0
    only_searches = ThreadsSource(Config(access_token="t0ken", queries_per_day=2, own_account=False), http)
    with pytest.raises(BudgetSpent):
        walk(only_searches)


def test_each_search_asks_for_the_newest_from_where_the_last_one_ended() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"data": [entry(1)]})

    reader = source(answer, own_account=False)
    state = walk(reader)[-1].state
    walk(reader, state, NOW + timedelta(minutes=5))
    first, tag, again, _ = asked
    assert (first.params["q"], first.params["search_mode"], first.params["search_type"]) == (
        "Northline Air",
        "KEYWORD",
        "RECENT",
    )
    assert (tag.params["q"], tag.params["search_mode"]) == ("northline", "TAG")
    at_eleven = int(datetime(2026, 3, 2, 11, 0, tzinfo=UTC).timestamp())
    assert int(again.params["since"]) == at_eleven - 600
    assert int(again.params["until"]) == int((NOW + timedelta(minutes=5)).timestamp())
    assert all("t0ken" not in str(url) for url in asked)


def test_an_expired_token_names_how_it_is_renewed() -> None:
    refused = {"error": {"message": "expired t0ken", "code": 190, "error_subcode": 463}}
    with pytest.raises(Unauthorised, match="refresh_access_token") as raised:
        walk(source(lambda request: httpx.Response(400, json=refused)))
    assert "t0ken" not in str(raised.value)


def test_mentions_without_permission_do_not_stop_the_search() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("mentions"):
            return httpx.Response(403, json={"error": {"code": 10}})
        return httpx.Response(200, json={"data": [entry(1)]})

    pages = walk(source(answer))
    assert {post.key.id for page in pages for post in page.posts} == {"1"}
    assert [drop.where for page in pages for drop in page.dropped] == ["the account's mentions"]


# -- over a real connection


def act(number: int, minutes: float, text: str = "Northline Air & me", author: int = 4, **fields: Any) -> Event:
    return Event(number, author, NOW + timedelta(minutes=minutes), text, **fields)


def world() -> World:
    """250 posts, quotes and replies that name the brand, several in one second; below an own post 230 replies."""
    return World(
        [
            *(act(number, -1000 + 8 * (number // 4), f"Northline Air, {number}") for number in range(230)),
            *(act(230 + n, -400 + n, "Northline Air again", kind="quote", root=5) for n in range(10)),
            *(act(240 + n, -400 + n, "#northline too", kind="reply", root=5) for n in range(10)),
            act(260, -30, "Football only"),
            act(300, -500, "Our new lounge", author=OWN),
            *(act(310 + n, -490 + n, "My bag!", kind="reply", root=300) for n in range(230)),
            act(600, -300, "", author=OWN, kind="repost", root=5),
            act(601, -290, "We are sorry", author=OWN, kind="reply", root=5),
        ]
    )


@contextmanager
def online(site: ThreadsSite, clock: RecordedClock, **config: Any) -> Iterator[ThreadsSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield ThreadsSource(Config(**{**site.settings(base), **config}), http)
        finally:
            http.close()


def crawl(reader: ThreadsSource, clock: RecordedClock, state: str | None = None) -> tuple[dict[PostKey, Post], Page]:
    """One walk; waits where the site says so."""
    found: dict[PostKey, Post] = {}
    acts: list[Any] = []
    page, cursor = None, None
    while page is None or cursor is not None:
        try:
            page = reader.fetch(BRAND, state, cursor, clock.now())
        except RateLimited as error:
            clock.wait(error.retry_after or timedelta(minutes=5))
            continue
        found |= {post.key: post for post in page.posts}
        acts += page.reposts
        cursor = page.next_cursor
    return found, replace(page, reposts=tuple(acts))


def named(here: World, site: ThreadsSite, at: datetime = NOW) -> set[PostKey]:
    events = here.listed(at, "post", "quote", "reply")
    return {site.key_of(e) for e in events if "northline" in e.text.casefold() or e.author == OWN}


def test_everything_that_names_the_brand_is_found_and_then_only_what_is_new() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = ThreadsSite(here)
    with online(site, clock) as reader:
        found, last = crawl(reader, clock)
        assert set(found) == named(here, site)
        assert site.key_of(here.get(600)) in {edge.child for edge in last.reposts}
        here.add(act(270, 3, "Northline Air, new"))
        here.add(act(271, -305, "#northline, indexed late", visible_at=NOW + timedelta(minutes=5)))
        clock.wait(timedelta(minutes=10))
        again, _ = crawl(reader, clock, last.state)
    assert site.key_of(here.get(270)) in again
    assert len(again) < 40


def test_an_own_post_is_followed_with_its_counters_and_a_strangers_as_far_as_it_is_shown() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = ThreadsSite(here)
    with online(site, clock, reply_pages=1) as reader:
        found, _ = crawl(reader, clock)
        own, edges, state = found[site.key_of(here.get(300))], set(), None
        for _ in range(3):
            page = reader.follow_up(own, state, clock.now())
            edges |= {edge.child for edge in page.reposts}
            state = page.state
        assert edges == {site.key_of(event) for event in here.cascade(300, NOW, "reply")}
        assert page.posts[0].metrics is not None
        assert (page.posts[0].metrics.views, page.posts[0].metrics.reposts) == (1_000, 2)

        stranger = found[site.key_of(here.get(5))]
        page = reader.follow_up(stranger, None, clock.now())
        assert ([post.key for post in page.posts], page.posts[0].metrics) == ([stranger.key], None)
        assert [drop.where for drop in page.dropped] == ["replies"]
        asked = site.asked["conversation"]
        assert reader.follow_up(stranger, page.state, clock.now()).dropped == ()
        assert site.asked["conversation"] == asked  # what is not shown is not asked for each time
        here.delete(5, NOW)
        with pytest.raises(NotFound):
            reader.follow_up(stranger, None, clock.now())


def test_what_is_gone_or_edited_is_found_out_but_not_where_strangers_are_not_shown_any_more() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = ThreadsSite(here)
    with online(site, clock) as reader:
        found, _ = crawl(reader, clock)
        here.delete(7, NOW + timedelta(minutes=1))
        here.add(replace(here.get(8), text="Northline Air, well", edited_at=NOW))
        clock.wait(timedelta(hours=1))
        page = reader.recheck([found[site.key_of(here.get(n))] for n in (7, 8, 9)], clock.now())
        alone = reader.recheck([found[site.key_of(here.get(7))]], clock.now())
        here.add(act(700, 30, "Good news"))
        sure = reader.recheck([found[site.key_of(here.get(7))]], clock.now())
        site.blind = True
        blind = reader.recheck([found[site.key_of(here.get(n))] for n in (7, 8, 9)], clock.now())
    assert page.deleted == sure.deleted == (site.key_of(act(7, 0)),)
    assert [post.edited_at for post in page.posts] == [clock.now(), None]
    assert (alone.deleted, blind.deleted) == ((), ())
    assert (len(alone.dropped), len(blind.dropped)) == (1, 3)


@pytest.mark.parametrize(("limit", "queries"), [(7, 2_200), (None, 3)])
def test_neither_the_limit_of_requests_nor_of_searches_is_passed_and_all_is_found(
    limit: int | None, queries: int
) -> None:
    here, clock = world(), RecordedClock(NOW)
    site = ThreadsSite(here, limit, queries)
    with online(site, clock, lookback_hours=24) as reader:
        found, state = {}, None
        for _ in range(8):
            some, last = crawl(reader, clock, state)
            found |= some
            state = last.state
            clock.wait(timedelta(hours=12))
    assert site.over_limit == 0
    assert set(found) == named(here, site, clock.now())
