"""Reddit, asked over real sockets: tokens that end, limits, deletions, a crawler that restarts all the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, PostKey
from monitor.errors import NotFound, RateLimited, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.reddit import Config, RedditSource
from tests.sites.reddit import RedditSite
from tests.sites.server import serve
from tests.sites.world import Event, Kind, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))


def event(
    number: int, minutes: float, kind: Kind = "post", root: int | None = None, parent: int | None = None
) -> Event:
    moment = NOW - timedelta(hours=12) + timedelta(minutes=minutes)
    return Event(number, number % 7, moment, f"Northline Air, case {number}", kind, root, parent)


class Crawler:
    """A source that is built anew for each request, as after a restart."""

    def __init__(self, site: RedditSite, address: str, clock: RecordedClock, **settings: Any) -> None:
        self.site = site
        self.clock = clock
        self.state: str | None = None
        self._config = Config(**{**site.settings(address), **settings})
        self.http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)

    @property
    def source(self) -> RedditSource:
        return RedditSource(self._config, self.http)

    def walk(self) -> list[Page]:
        """All pages of one walk; limits are waited out."""
        pages: list[Page] = []
        cursor: str | None = None
        while not pages or cursor is not None:
            try:
                pages.append(self.source.fetch(BRAND, self.state, cursor, self.clock.now()))
                cursor = pages[-1].next_cursor
            except RateLimited as error:
                self.clock.wait(error.retry_after or timedelta(0))
        self.state = pages[-1].state
        return pages


@contextmanager
def crawling(events: list[Event], settings: dict[str, Any] | None = None, **site: Any) -> Iterator[Crawler]:
    clock = RecordedClock(NOW)
    addresses: list[str] = []
    reddit = RedditSite(World(events), lambda: addresses[0], **site)
    with serve(lambda asked: reddit.answer(asked, clock.now())) as address:
        addresses.append(address)
        crawler = Crawler(reddit, address, clock, **(settings or {}))
        try:
            yield crawler
        finally:
            crawler.http.close()


def keys(pages: list[Page]) -> set[PostKey]:
    return {post.key for page in pages for post in page.posts}


def cascade(comments: int = 40) -> list[Event]:
    replies = [
        event(100 + number, 61 + number / 10, "reply", root=0, parent=99 + number if number % 4 else 0)
        for number in range(comments)
    ]
    crossposts = [event(80, 70, "quote", root=0), event(81, 80, "quote", root=0, parent=80)]
    return [event(0, 60), *replies, *crossposts]


def test_posts_comments_and_crossposts_are_all_found_and_later_ones_by_the_next_walk() -> None:
    events = [*cascade(250), *(event(1000 + number, 100 + number) for number in range(300))]
    with crawling(events) as crawler:
        assert keys(crawler.walk()) == set(map(crawler.site.key_of, events))
        later = [event(2000 + number, 721 + number / 100) for number in range(130)]
        later += [event(2500 + number, 722, "reply", root=0, parent=0) for number in range(130)]
        for one in later:
            crawler.site.world.add(one)
        crawler.clock.set(NOW + timedelta(minutes=5))
        asked_before = len(crawler.site.asked)
        assert keys(crawler.walk()) >= set(map(crawler.site.key_of, later))
        assert len(crawler.site.asked) - asked_before <= 12  # not all the way down again


def test_posts_that_were_listed_late_are_found_in_the_overlap() -> None:
    late = replace(event(5, 700), visible_at=NOW + timedelta(minutes=3))
    with crawling([event(1, 710), late]) as crawler:
        assert crawler.site.key_of(late) not in keys(crawler.walk())
        crawler.clock.set(NOW + timedelta(minutes=5))
        assert crawler.site.key_of(late) in keys(crawler.walk())


def test_a_thing_that_is_deleted_during_the_walk_costs_no_other() -> None:
    events = [event(number, number) for number in range(300)]
    with crawling(events) as crawler:
        pages = [crawler.source.fetch(BRAND, None, None, NOW)]
        last = events[200]  # a hundred were listed, this one last
        crawler.site.world.delete(last.number, NOW)
        crawler.clock.set(NOW + timedelta(seconds=1))
        while cursor := pages[-1].next_cursor:
            pages.append(crawler.source.fetch(BRAND, None, cursor, crawler.clock.now()))
        assert keys(pages) == set(map(crawler.site.key_of, events))


def test_no_request_goes_beyond_the_limit_that_was_announced() -> None:
    events = [event(number, number) for number in range(500)]
    with crawling(events, limit=3) as crawler:
        assert keys(crawler.walk()) == set(map(crawler.site.key_of, events))
        assert crawler.site.over_limit == 0
        assert crawler.clock.now() > NOW + timedelta(minutes=20)


def test_a_token_that_ends_on_the_way_is_renewed() -> None:
    with crawling([event(number, number) for number in range(300)]) as crawler:
        source = crawler.source
        first = source.fetch(BRAND, None, None, NOW)
        crawler.site.revoke()
        assert source.fetch(BRAND, None, first.next_cursor, NOW).posts
        assert crawler.site.tokens == 3


def test_a_wrong_secret_is_told() -> None:
    with crawling([event(1, 1)], {"client_secret": "wr0ng"}) as crawler:
        with pytest.raises(Unauthorised) as raised:
            crawler.source.fetch(BRAND, None, None, NOW)
        assert "wr0ng" not in str(raised.value)


def test_a_community_that_does_not_exist_is_named_and_the_rest_is_read() -> None:
    events = cascade()
    settings = {"communities": ["nowhere_else", "travelgripes", "secretclub"]}
    with crawling(events, settings, closed={"secretclub": (403, "private")}) as crawler:
        pages = crawler.walk()
        reasons = {drop.where: drop.reason for page in pages for drop in page.dropped}
        assert set(reasons) == {"r/nowhere_else", "r/secretclub"}
        assert "no community r/nowhere_else" in reasons["r/nowhere_else"]
        assert "is private" in reasons["r/secretclub"]
        assert keys(pages) >= {crawler.site.key_of(one) for one in events if one.kind == "reply"}


def test_a_return_brings_folded_comments_and_crossposts_too() -> None:
    events = cascade(250)
    with crawling(events, {"max_more": 9}, shown=20) as crawler:
        key_of = crawler.site.key_of
        (post,) = (post for page in crawler.walk()[:1] for post in page.posts if post.key == key_of(events[0]))
        page = crawler.source.follow_up(post, None, NOW)
        edges = {edge.child: edge for edge in page.reposts}
        there = {key_of(one) for one in events if one.number not in (0, 81)}
        assert set(edges) == there  # the crosspost of a crosspost is one of that
        assert all(edges[key_of(one)].at == one.created_at for one in events if key_of(one) in edges)
        assert {edge.root for edge in page.reposts} == {post.key}
        assert page.dropped == ()


def test_what_is_taken_back_is_noticed_whether_a_stub_remains_or_nothing() -> None:
    events = [event(number, number) for number in range(4)]
    with crawling(events) as crawler:
        posts = [post for page in crawler.walk()[:1] for post in page.posts]
        stub, absent = (crawler.site.key_of(events[number]) for number in (1, 2))
        for number in (1, 2):
            crawler.site.world.delete(number, NOW)
        page = crawler.source.recheck(posts, NOW)
        assert set(page.deleted) == {stub, absent}
        assert keys([page]) == {crawler.site.key_of(events[number]) for number in (0, 3)}
        for post in posts:
            if post.key == stub:
                with pytest.raises(NotFound):
                    crawler.source.follow_up(post, None, NOW)
