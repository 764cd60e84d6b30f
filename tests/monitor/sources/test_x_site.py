"""X, asked over real sockets: a site with rate limits, deletions and edits, a crawler that restarts all the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, Post, PostKey, Repost
from monitor.errors import NotFound, RateLimited
from monitor.http import HttpClient, HttpConfig
from monitor.sources.x import Config, XSource
from tests.sites.server import serve
from tests.sites.world import Event, Kind, World
from tests.sites.x import XSite

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), handles=("northline",), forbidden=("railway",))


def event(
    number: int, minutes: float, kind: Kind = "post", root: int | None = None, parent: int | None = None
) -> Event:
    moment = NOW - timedelta(hours=3) + timedelta(minutes=minutes)
    text = f"Northline Air, case {number}" if kind != "repost" else ""
    return Event(number, number % 40, moment, text, kind, root, parent)


class Crawler:
    """A source that is built anew for each request, as after a restart."""

    def __init__(self, site: XSite, address: str, clock: RecordedClock) -> None:
        self.site = site
        self._config = Config(**site.settings(address), max_dollars_per_day=1000, max_dollars_per_month=1000)
        self.clock = clock
        self._http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        self.state: str | None = None

    @property
    def source(self) -> XSource:
        return XSource(self._config, self._http)

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
        self.state = pages[-1].state or self.state
        return pages

    def close(self) -> None:
        self._http.close()


@contextmanager
def crawling(events: list[Event], **settings: object) -> Iterator[Crawler]:
    clock = RecordedClock(NOW)
    site = XSite(World(events), **settings)  # type: ignore[arg-type]
    with serve(lambda asked: site.answer(asked, clock.now())) as address:
        crawler = Crawler(site, address, clock)
        try:
            yield crawler
        finally:
            crawler.close()


def keys(pages: list[Page]) -> list[PostKey]:
    return [post.key for page in pages for post in page.posts]


@pytest.mark.parametrize("generation", ["tweet", "post"])
def test_every_post_is_found_once_and_later_ones_by_the_next_walk(generation: str) -> None:
    events = [event(number, number / 2) for number in range(250)]
    with crawling(events, generation=generation) as crawler:
        found = keys(crawler.walk())
        assert sorted(found) == sorted(map(crawler.site.key_of, events))
        later = [event(number, 181 + (number - 1000) / 100) for number in range(1000, 1130)]
        for one in later:
            crawler.site.world.add(one)
        crawler.clock.set(NOW + timedelta(minutes=5))
        assert sorted(keys(crawler.walk())) == sorted(map(crawler.site.key_of, later))
        crawler.clock.set(NOW + timedelta(minutes=10))
        assert keys(crawler.walk()) == []


def test_posts_that_arrive_during_a_walk_are_found_by_the_next() -> None:
    events = [event(number, number / 2) for number in range(250)]
    with crawling(events) as crawler:
        first = crawler.source.fetch(BRAND, None, None, NOW)
        new = event(900, 179)
        crawler.site.world.add(new)
        pages = [first]
        while pages[-1].next_cursor:
            pages.append(crawler.source.fetch(BRAND, None, pages[-1].next_cursor, NOW))
        assert crawler.site.key_of(new) not in keys(pages)
        crawler.state = pages[-1].state
        assert keys(crawler.walk()) == [crawler.site.key_of(new)]


def test_no_request_goes_beyond_the_limit_that_was_announced() -> None:
    events = [event(number, number / 4) for number in range(600)]
    with crawling(events, limit=2) as crawler:
        assert sorted(keys(crawler.walk())) == sorted(map(crawler.site.key_of, events))
        assert crawler.site.over_limit == 0
        assert crawler.clock.now() >= NOW + timedelta(minutes=30)


def cascade() -> list[Event]:
    reposts = [event(number, number / 10, "repost", root=0) for number in range(1, 131)]
    quotes = [event(200 + number, 20 + number, "quote", root=0) for number in range(4)]
    quotes.append(event(210, 40, "quote", root=0, parent=200))
    replies = [event(300, 30, "reply", root=0, parent=0), event(301, 31, "reply", root=0, parent=300)]
    return [event(0, 0), *reposts, *quotes, *replies]


def edges(pages: list[Page]) -> dict[PostKey, Repost]:
    return {edge.child: edge for page in pages for edge in page.reposts}


def test_a_return_brings_the_whole_cascade_and_the_next_one_what_is_new() -> None:
    events = cascade()
    with crawling(events) as crawler:
        key_of, world = crawler.site.key_of, crawler.site.world
        (post,) = (post for post in crawler.walk()[-1].posts if post.key == key_of(events[0]))
        first = crawler.source.follow_up(post, None, NOW)
        found = edges([first])
        # The quote of a quote is in the list of the quote, not of the post.
        assert set(found) == {key_of(one) for one in events if one.number not in (0, 210)}
        assert all(found[key_of(one)].at == one.created_at for one in events if key_of(one) in found)
        answer = found[key_of(event(301, 31))]
        assert (answer.root, answer.parent_post) == (post.key, key_of(event(300, 30)))
        metrics = first.posts[0].metrics
        assert metrics is not None
        assert (metrics.reposts, metrics.replies, metrics.views) == (130, 1, 100)
        world.add(event(131, 190, "repost", root=0))
        crawler.clock.set(NOW + timedelta(minutes=30))
        asked_before = len(crawler.site.asked)
        second = crawler.source.follow_up(post, first.state, crawler.clock.now())
        assert key_of(event(131, 190)) in edges([second])
        assert len(second.reposts) <= 10
        assert len(crawler.site.asked) - asked_before == 3  # the post, its reposts, its conversation


def test_a_quote_of_a_quote_belongs_to_the_first_post() -> None:
    events = cascade()
    with crawling(events) as crawler:
        key_of = crawler.site.key_of
        (quote,) = (post for post in crawler.walk()[-1].posts if post.key == key_of(event(200, 20)))
        found = edges([crawler.source.follow_up(quote, None, NOW)])
        child = found[key_of(event(210, 40))]
        assert (child.root, child.parent_post) == (key_of(events[0]), quote.key)


def test_where_the_plan_lacks_the_times_the_accounts_are_found() -> None:
    events = cascade()
    with crawling(events, plan=("retweeted_by", "quote_tweets")) as crawler:
        (post,) = (post for post in crawler.walk()[-1].posts if post.key == crawler.site.key_of(events[0]))
        page = crawler.source.follow_up(post, None, NOW)
        people = {edge.by.id for edge in page.reposts if edge.kind == "repost"}
        assert len(people) == 40
        again = crawler.source.follow_up(post, page.state, NOW + timedelta(hours=1))
        assert not [edge for edge in again.reposts if edge.kind == "repost"]


def test_deleted_posts_are_noticed_and_edited_ones_read_anew() -> None:
    events = [event(number, number) for number in range(3)]
    with crawling(events) as crawler:
        posts: list[Post] = [post for page in crawler.walk() for post in page.posts]
        by_key = {post.key: post for post in posts}
        kept, gone, edited = (by_key[crawler.site.key_of(one)] for one in events)
        crawler.site.world.delete(1, NOW)
        changed = replace(events[2], text="Northline Air found it", edited_at=NOW - timedelta(minutes=100))
        crawler.site.world.add(changed)
        page = crawler.source.recheck(posts, NOW)
        assert page.deleted == (gone.key,)
        now = {post.key: post for post in page.posts}
        assert set(now) == {kept.key, edited.key}
        assert (now[edited.key].text, now[edited.key].edited_at) == (changed.text, changed.edited_at)
        with pytest.raises(NotFound):
            crawler.source.follow_up(gone, None, NOW)


def test_what_is_forbidden_is_not_even_sent() -> None:
    events = [
        event(0, 0),
        replace(event(1, 1), text="Northline Air railway"),
        replace(event(2, 2), text="@northline hi"),
    ]
    with crawling(events) as crawler:
        assert sorted(keys(crawler.walk())) == sorted(crawler.site.key_of(events[number]) for number in (0, 2))
