"""Instagram: hashtags and what they cost, authors who are not named, comments, and a world over a real connection."""

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
from monitor.domain import Brand, Page, Post, PostKey
from monitor.errors import BudgetSpent, NotFound, RateLimited, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.instagram import Config, InstagramSource
from monitor.sources.instagram.records import comments_of, media_of
from tests.sites.instagram import OWN, InstagramSite
from tests.sites.server import serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", hashtags=("northline",))
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "instagram" / "full.json").read_text())
MORE = "https://elsewhere.example/recent_media?access_token=t0ken&after=MTQw"


def client(answer: Callable[[httpx.Request], httpx.Response], clock: RecordedClock | None = None) -> HttpClient:
    return HttpClient(HttpConfig(pace_seconds=0), clock or RecordedClock(NOW), httpx.MockTransport(answer))


def source(answer: Callable[[httpx.Request], httpx.Response], **config: Any) -> InstagramSource:
    return InstagramSource(Config(**{"access_token": "t0ken", "user_id": "1", **config}), client(answer))


def medium(number: int, **more: Any) -> dict[str, Any]:
    told = {"id": str(number), "caption": "#northline", "timestamp": "2026-03-02T11:00:00+0000"}
    return {**told, "permalink": f"https://i.example/p/{number}", **more}


def walk(reader: InstagramSource, state: str | None = None, brand: Brand = BRAND, now: datetime = NOW) -> list[Page]:
    pages = [reader.fetch(brand, state, None, now)]
    while pages[-1].next_cursor is not None:
        pages.append(reader.fetch(brand, state, pages[-1].next_cursor, now))
    return pages


class Hashtag:
    """Pages of one hashtag, whose cursor looks the same on each of them."""

    def __init__(self, *pages: list[Any]) -> None:
        self.pages = list(pages)
        self.resolved: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("ig_hashtag_search"):
            self.resolved.append(request.url.params["q"])
            return httpx.Response(200, json={"data": [{"id": "1787"}]})
        if not request.url.path.endswith("recent_media"):
            return httpx.Response(200, json={"data": []})
        page = self.pages.pop(0) if self.pages else []
        return httpx.Response(200, json={"data": page, "paging": {"cursors": {"after": "MTQw"}, "next": MORE}})


def test_hidden_likes_stay_unknown_and_authors_whom_nobody_names_are_not_one_person() -> None:
    page = media_of(FULL["data"], "#northline", NOW)
    first, second = page.posts
    assert first.metrics is not None
    assert (first.metrics.likes, first.metrics.replies, first.metrics.reposts) == (902, 31, None)
    assert second.metrics is not None
    assert (second.metrics.likes, second.metrics.replies) == (None, 0)
    assert first.author != second.author
    assert page.dropped == ()


def test_a_malformed_medium_is_counted_and_the_others_are_read() -> None:
    page = media_of([medium(1, caption=["x"]), medium(2, timestamp=9), {**medium(3), "id": "a/b"}, medium(4)], "#", NOW)
    assert [post.key.id for post in page.posts] == ["4"]
    assert len(page.dropped) == 3


def test_replies_to_comments_know_what_they_answer() -> None:
    (post,) = media_of([medium(1, username="northlineair")], "media", NOW).posts
    reply = {"id": "12", "text": "Write to us", "timestamp": "2026-03-02T11:20:00+0000", "username": "northlineair"}
    top = {"id": "11", "text": "Shame", "timestamp": "2026-03-02T11:10:00+0000", "from": {"username": "Teo"}}
    page = comments_of([{**top, "replies": {"data": [reply]}}], post, NOW)
    first, second = page.reposts
    assert (first.parent_post, first.parent, first.by.id) == (post.key, post.author, "teo")
    assert (second.parent_post, second.parent) == (first.child, first.by)
    assert {edge.root for edge in page.reposts} == {post.key}


def test_a_cursor_that_looks_the_same_on_every_page_is_followed_to_the_empty_one() -> None:
    site = Hashtag([medium(1), medium(2)], [medium(3)], [medium(4)])
    pages = walk(source(site))
    assert [post.key.id for page in pages for post in page.posts] == ["1", "2", "3", "4"]
    cursors = [page.next_cursor for page in pages if page.next_cursor]
    assert len(set(cursors)) == len(cursors)  # the walk would take an equal one for its end


def test_a_page_with_nothing_but_what_the_last_one_held_ends_the_walk() -> None:
    site = Hashtag(*([[medium(1), medium(2)]] * 400))
    walk(source(site))
    assert len(site.pages) == 398


def test_a_hashtag_is_looked_up_once_and_counted_once_in_a_week() -> None:
    clock, site = RecordedClock(NOW), Hashtag()
    http = client(site, clock)
    config = Config(access_token="t0ken", user_id="1")
    state, left = None, []
    for day in (0, 1, 6, 8, 9):
        clock.wait(NOW + timedelta(days=day) - clock.now())
        reader = InstagramSource(config, http)  # each in another process
        state = walk(reader, state, now=clock.now())[-1].state
        left.append(http.ledger.left(reader.allowances[0]))
    assert site.resolved == ["northline"]
    assert left == [29, 29, 29, 29, 29]  # on the eighth day the first is free again, and counted anew


def test_two_brands_with_one_hashtag_pay_for_it_once() -> None:
    site = Hashtag()
    http = client(site)
    reader = InstagramSource(Config(access_token="t0ken", user_id="1"), http)
    walk(reader)
    walk(reader, brand=replace(BRAND, id="other"))
    assert (len(site.resolved), http.ledger.left(reader.allowances[0])) == (1, 29)


def test_a_hashtag_beyond_the_allowance_is_told_and_the_others_are_read() -> None:
    site = Hashtag([medium(1)])
    reader = source(site, hashtags_per_week=1)
    pages = walk(reader, brand=replace(BRAND, hashtags=("northline", "northlinefail")))
    assert [post.key.id for page in pages for post in page.posts] == ["1"]
    assert [drop.where for page in pages for drop in page.dropped] == ["#northlinefail"]
    assert site.resolved == ["northline"]


def test_an_account_that_is_told_that_its_hashtags_are_spent_looks_up_no_more_of_them() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(400, json={"error": {"code": 18, "error_subcode": 2207034}})

    reader = source(answer, own_media=0)
    with pytest.raises(BudgetSpent):
        reader.fetch(replace(BRAND, hashtags=("a", "b", "c")), None, None, NOW)
    assert sum("ig_hashtag_search" in path for path in asked) == 1


# -- over a real connection


def act(number: int, minutes: float, text: str = "#northline and me", author: int = 4, **fields: Any) -> Event:
    return Event(number, author, NOW + timedelta(minutes=minutes), text, **fields)


def world() -> World:
    """230 media with a hashtag, three that tag the account, an own one with 130 comments, some of them answered."""
    return World(
        [
            *(act(number, -1000 + 8 * (number // 4), author=4 + number % 3) for number in range(230)),
            *(act(230 + n, -50 + n, "Look, @person1", author=6 + n) for n in range(3)),
            act(240, -2000, "#northline long ago"),
            act(300, -500, "Our new lounge", author=OWN),
            *(act(310 + n, -490 + n, "My bag!", kind="reply", root=300) for n in range(130)),
            *(act(450 + n, -300 + n, "Sorry", author=OWN, kind="reply", root=300, parent=320) for n in range(5)),
        ]
    )


@contextmanager
def online(site: InstagramSite, clock: RecordedClock, **config: Any) -> Iterator[InstagramSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield InstagramSource(Config(**{**site.settings(base), **config}), http)
        finally:
            http.close()


def crawl(reader: InstagramSource, clock: RecordedClock, state: str | None = None) -> tuple[dict[PostKey, Post], Page]:
    """One walk; waits where the site says so."""
    found: dict[PostKey, Post] = {}
    page, cursor = None, None
    while page is None or cursor is not None:
        try:
            page = reader.fetch(BRAND, state, cursor, clock.now())
        except RateLimited as error:
            clock.wait(error.retry_after or timedelta(minutes=5))
            continue
        found |= {post.key: post for post in page.posts}
        cursor = page.next_cursor
    return found, page


def test_hashtags_tagged_and_own_media_are_read_and_then_only_what_is_new() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = InstagramSite(here)
    with online(site, clock) as reader:
        found, last = crawl(reader, clock)
        media = {site.key_of(event) for event in here.listed(NOW, "post") if event.number != 240}
        assert media <= set(found)
        assert set(found) - media <= {site.key_of(event) for event in here.cascade(300, NOW)}
        here.add(act(271, 3, "#northline, new"))
        clock.wait(timedelta(minutes=10))
        asked = site.asked["recent_media"]
        again, _ = crawl(reader, clock, last.state)
    assert site.key_of(here.get(271)) in again
    assert site.asked["recent_media"] == asked + 2
    assert site.asked["ig_hashtag_search"] == 1


def test_own_media_are_followed_to_the_last_comment_and_strangers_as_far_as_they_are_shown() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = InstagramSite(here)
    with online(site, clock, comment_pages=1) as reader:
        found, _ = crawl(reader, clock)
        edges, state = {}, None
        for _ in range(3):
            page = reader.follow_up(found[site.key_of(here.get(300))], state, clock.now())
            state = page.state
            edges |= {edge.child: edge for edge in page.reposts}
        assert set(edges) == {site.key_of(event) for event in here.cascade(300, NOW)}
        assert edges[site.key_of(here.get(450))].parent_post == site.key_of(here.get(320))

        known = found[site.key_of(here.get(230))]
        page = reader.follow_up(known, None, clock.now())
        assert [account.followers for account in page.accounts] == [600]
        assert [post.key for post in page.posts] == [known.key]
        with pytest.raises(Unauthorised):  # it is not said to be gone: the site shows nothing of it
            reader.follow_up(found[site.key_of(here.get(100))], None, clock.now())
        here.delete(300, NOW)
        with pytest.raises(NotFound):
            reader.follow_up(found[site.key_of(here.get(300))], None, clock.now())


def test_own_media_and_comments_on_them_are_found_to_be_gone_and_strangers_media_are_not() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = InstagramSite(here)
    with online(site, clock) as reader:
        found, _ = crawl(reader, clock)
        stored = [found[site.key_of(here.get(number))] for number in (100, 230, 231, 300, 430, 431)]
        for number in (100, 230, 300, 430):
            here.delete(number, NOW + timedelta(minutes=1))
        here.add(replace(here.get(231), text="@person1, solved"))
        clock.wait(timedelta(hours=1))
        page = reader.recheck(stored, clock.now())
    assert set(page.deleted) == {site.key_of(here.get(number)) for number in (300, 430)}
    assert [(post.key, post.edited_at) for post in page.posts] == [
        (site.key_of(here.get(231)), clock.now()),
        (site.key_of(here.get(431)), None),
    ]
    assert [drop.where for drop in page.dropped] == [site.key_of(here.get(230)).id]


def test_the_account_is_never_asked_above_the_limit_that_is_announced() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = InstagramSite(here, limit=5)
    with online(site, clock) as reader:
        found, state = {}, None
        for _ in range(8):
            some, last = crawl(reader, clock, state)
            found |= some
            state = last.state
            clock.wait(timedelta(minutes=40))
    assert site.over_limit == 0
    assert {
        site.key_of(event) for event in here.listed(NOW, "post") if event.number >= 200 and event.number != 240
    } <= set(found)
