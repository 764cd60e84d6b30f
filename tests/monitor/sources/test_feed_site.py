"""Feeds of a real server on the loopback interface: what is asked for, how often, and what of it is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page
from monitor.errors import BadPayload, NotFound, RateLimited, Refused, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.feed import Config, FeedSource
from monitor.sources.feed.config import key_of
from tests.sites.feed import LOGIN, FeedSite
from tests.sites.server import serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERYBODY = Brand("*", "*")
TEN = timedelta(minutes=10)


def said(number: int, minutes: float = 0, **more: Any) -> Event:
    return Event(number, number % 7, NOW + timedelta(minutes=minutes), f"Northline Air, part {number}", **more)


class Reader:
    """A feed source in front of a site, with a clock and whatever is remembered between two looks."""

    def __init__(self, site: FeedSite, base: str) -> None:
        self.site = site
        self.base = base
        self.clock = RecordedClock(NOW)
        self.http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), self.clock)
        self.state: str | None = None
        self.paths: tuple[str, ...] = ("/news.atom",)
        self.settings: dict[str, Any] = {}

    def look(self, after: timedelta = timedelta(0)) -> Page:
        """The next look, in another process than the last."""
        self.clock.wait(after)
        config = Config(urls=tuple(path if "://" in path else self.base + path for path in self.paths), **self.settings)
        page = FeedSource(config, self.http).fetch(EVERYBODY, self.state, None, self.clock.now())
        self.state = page.state
        return page

    def asked(self) -> list[str]:
        """The paths that were asked for since the last time."""
        paths = [asked.path for asked in self.site.asked]
        self.site.asked.clear()
        return paths


@contextmanager
def online(site: FeedSite) -> Iterator[Reader]:
    reader: list[Reader] = []
    with serve(lambda asked: site.answer(asked, reader[0].clock.now())) as base:
        site.base = lambda: base
        reader.append(Reader(site, base))
        try:
            yield reader[0]
        finally:
            reader[0].http.close()


@pytest.fixture
def world() -> World:
    return World(said(number, -number) for number in range(1, 31))


@pytest.fixture
def reader(world: World) -> Iterator[Reader]:
    with online(FeedSite(world)) as one:
        yield one


def keys(page: Page) -> set[str]:
    return {post.key.id for post in page.posts}


def reasons(page: Page) -> dict[str, str]:
    return {drop.where.partition("/")[2]: drop.reason for drop in page.dropped}


# -- what is read


@pytest.mark.parametrize("path", ["/news.atom", "/news.rss"])
def test_everything_in_the_feed_is_found(reader: Reader, world: World, path: str) -> None:
    world.add(said(50, -5, kind="reply", root=20))
    reader.paths = (path,)
    page = reader.look()
    assert {post.key for post in page.posts} == {
        reader.site.key_of(event, path) for event in world.listed(NOW, "post", "reply")
    }
    assert len(page.reposts) == (1 if path.endswith("atom") else 0)
    assert page.dropped == ()


def test_an_entry_that_was_changed_is_told_with_its_new_words(reader: Reader, world: World) -> None:
    reader.look()
    world.add(said(3, -3, edited_at=NOW + timedelta(minutes=5)))
    page = reader.look(TEN)
    (changed,) = (post for post in page.posts if post.edited_at is not None)
    assert changed.key == reader.site.key_of(said(3))
    assert changed.edited_at == NOW + timedelta(minutes=5)


def test_robots_txt_is_obeyed_for_feeds(reader: Reader) -> None:
    reader.paths = ("/members/news.atom",)
    with pytest.raises(Refused, match="robots"):
        reader.look()
    assert reader.asked() == []


# -- nothing is sent twice for nothing


def test_a_feed_is_sent_again_only_after_it_changed(reader: Reader, world: World) -> None:
    first, second = reader.look(), reader.look(TEN)
    assert (len(first.posts), len(second.posts), reader.site.sent) == (30, 0, 1)
    world.add(said(99, 5))
    third = reader.look(TEN)
    assert (len(third.posts), reader.site.sent) == (31, 2)


def test_an_etag_turned_weak_by_gzip_is_sent_back_as_it_is(reader: Reader) -> None:
    reader.look()
    reader.site.asked.clear()
    reader.look(TEN)
    (asked,) = reader.site.asked
    assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert asked.headers["if-none-match"].startswith('W/"')
    assert reader.site.sent == 1


def test_a_strong_etag_is_sent_back_as_it_is() -> None:
    tags = []

    def answer(request: httpx.Request) -> httpx.Response:
        tags.append(request.headers.get("if-none-match"))
        return httpx.Response(
            200, content=TINY, headers={"etag": '"v7"', "last-modified": "Mon, 02 Mar 2026 10:00:00 GMT"}
        )

    page = fetched(answer)
    fetched(answer, page.state)
    assert tags == [None, '"v7"']


def test_an_etag_that_cannot_be_sent_is_forgotten() -> None:
    page = fetched(lambda request: httpx.Response(200, content=TINY, headers=[(b"etag", b'"\xe9\x01"')]))
    assert fetched(lambda request: httpx.Response(304), page.state).posts == ()


def test_a_page_that_wants_a_click_does_not_take_the_place_of_what_was_remembered(reader: Reader) -> None:
    reader.look()
    before = json.loads(reader.state or "")["sites"]
    with pytest.raises(BadPayload, match="not a feed"):
        fetched(lambda request: httpx.Response(200, text="<html>consent</html>"), reader.state)
    (memory,) = before.values()
    assert {"etag", "modified", "marks"} <= set(memory)


def test_after_a_damaged_answer_the_whole_feed_is_asked_for() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("if-none-match"))
        items = b"".join(b"<item><title>part %d</title></item>" % number for number in range(9))
        whole = TINY.replace(b"</channel>", items + b"</channel>")
        return httpx.Response(200, content=whole[:-60] if len(asked) == 1 else whole, headers={"etag": '"a"'})

    first = fetched(answer)
    second = fetched(answer, first.state, NOW + TEN)
    assert asked == [None, None]
    assert (len(first.dropped), len(second.dropped)) == (1, 0)
    assert keys(first) < keys(second)


# -- when it is read


def test_a_feed_is_not_read_before_it_wants_to_be() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=TINY.replace(b"<title>", b"<ttl>30</ttl><title>", 1))

    state = fetched(answer).state
    state = fetched(answer, state, NOW + timedelta(minutes=29)).state
    assert len(asked) == 1
    fetched(answer, state, NOW + timedelta(minutes=30))
    assert len(asked) == 2


def test_the_wish_is_kept_when_the_feed_has_not_changed() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        whole = TINY.replace(b"<title>", b"<ttl>30</ttl><title>", 1)
        return (
            httpx.Response(304)
            if "if-none-match" in request.headers
            else httpx.Response(200, content=whole, headers={"etag": '"a"'})
        )

    state = None
    for minute in range(0, 121, 10):
        state = fetched(answer, state, NOW + timedelta(minutes=minute)).state
    assert len(asked) == 5


# -- where it is read


def test_a_feed_that_moved_for_good_is_asked_for_at_its_new_address(reader: Reader) -> None:
    reader.paths = ("/older",)
    first = reader.look()
    assert reader.asked() == ["/older", "/old", "/news.atom"]
    assert len(first.posts) == 30
    second = reader.look(TEN)
    assert reader.asked() == ["/news.atom"]
    assert second.posts == ()


def test_what_is_read_at_the_new_address_keeps_its_identity(reader: Reader, world: World) -> None:
    reader.paths = ("/old",)
    first = reader.look()
    world.add(said(99, 5))
    assert keys(first) < keys(reader.look(TEN))


def test_a_feed_that_moved_for_a_while_is_asked_for_at_its_old_address(reader: Reader) -> None:
    reader.paths = ("/elsewhere",)
    reader.look()
    reader.asked()
    reader.look(TEN)
    assert reader.asked() == ["/elsewhere", "/news.atom"]


def test_a_new_address_that_leads_nowhere_is_forgotten() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/rss":
            return httpx.Response(301, headers={"location": "https://feeds.example/new"})
        return httpx.Response(404) if request.url.path == "/new" else httpx.Response(200, content=TINY)

    state = json.dumps({"v": 1, "sites": {key_of(URL): {"moved": "https://feeds.example/new"}}})
    source = FeedSource(Config(urls=(URL, OTHER)), client(answer))
    page = source.fetch(EVERYBODY, state, None, NOW)
    assert asked == ["/new", "/b"]
    source.fetch(EVERYBODY, page.state, None, NOW + TEN)
    assert asked[2:] == ["/rss", "/new", "/b"]


def test_a_redirect_that_never_ends_is_refused(reader: Reader) -> None:
    reader.paths = ("/loop",)
    with pytest.raises(Refused, match="more than 5 times"):
        reader.look()


# -- what fails


def test_a_feed_that_is_gone_is_never_asked_for_again_and_said_to_be(reader: Reader) -> None:
    reader.paths = ("/gone", "/news.atom")
    first = reader.look()
    assert len(first.posts) == 30
    assert "gone for good" in reasons(first)["gone"]
    assert reader.asked() == ["/gone", "/news.atom"]
    second = reader.look(timedelta(days=40))
    assert reader.asked() == ["/news.atom"]
    assert "take it out of the configuration" in reasons(second)["gone"]


def test_when_every_feed_is_gone_that_is_a_failure(reader: Reader) -> None:
    reader.paths = ("/gone",)
    with pytest.raises(NotFound, match="gone for good"):
        reader.look()


def test_a_feed_that_asks_for_a_wait_gets_it_and_the_others_of_its_host_go_on(reader: Reader, world: World) -> None:
    reader.paths = ("/busy", "/news.atom", "/down")
    first = reader.look()
    assert (len(first.posts), set(reasons(first))) == (30, {"busy", "down"})
    reader.asked()
    world.add(said(99, 1))
    second = reader.look(timedelta(minutes=9))
    assert "/busy" not in reader.asked()
    assert len(second.posts) == 31
    assert "not asked again before" in reasons(second)["busy"]
    reader.look(timedelta(minutes=2))
    assert "/busy" in reader.asked()


def test_the_wait_that_the_only_feed_asks_for_is_handed_on(reader: Reader) -> None:
    reader.paths = ("/busy",)
    with pytest.raises(RateLimited) as raised:
        reader.look()
    assert raised.value.retry_after == timedelta(minutes=10)


def test_all_feeds_failing_is_a_failure(reader: Reader) -> None:
    reader.paths = ("/down", "/nowhere", "/busy")
    with pytest.raises(Unreachable):
        reader.look()


def test_more_feeds_than_fit_into_one_page_are_all_read(world: World) -> None:
    with online(FeedSite(world)) as reader:
        urls = tuple(f"{reader.base}/news.atom?part={number}" for number in range(25))
        source = FeedSource(Config(urls=urls), reader.http)
        pages = [source.fetch(EVERYBODY, None, None, NOW)]
        while pages[-1].next_cursor:
            pages.append(source.fetch(EVERYBODY, None, pages[-1].next_cursor, NOW))
        assert len(pages) == 3
        assert len({post.key for page in pages for post in page.posts}) == 25 * 30
        assert len(json.loads(pages[-1].state or "")["sites"]) == 25


# -- who reads it


def test_the_login_in_an_address_is_sent_and_never_shown(reader: Reader) -> None:
    name, password = LOGIN
    login = reader.base.replace("://", f"://{name}:{password.replace(':', '%3A')}@")
    reader.paths = (login + "/private.atom",)
    page = reader.look()
    assert len(page.posts) == 30
    assert "p4ss" not in str(page)
    reader.paths = (login.replace("p4ss", "wrong") + "/private.atom",)
    with pytest.raises(Unauthorised) as raised:
        reader.look(TEN)
    assert "wrong" not in str(raised.value)


def test_the_login_is_not_sent_to_an_address_of_another_host() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, "authorization" in request.headers))
        if request.url.host == "a.example":
            return httpx.Response(301, headers={"location": "https://b.example/rss"})
        return httpx.Response(200, content=TINY)

    source = FeedSource(Config(urls=("https://reader:p4ss@a.example/rss",)), client(answer))
    page = source.fetch(EVERYBODY, None, None, NOW)
    source.fetch(EVERYBODY, page.state, None, NOW + TEN)
    assert asked == [("a.example", True), ("b.example", False), ("b.example", False)]


# -- what rolls away


def test_a_feed_that_rolled_between_two_looks_is_a_gap(world: World) -> None:
    with online(FeedSite(world, items=20)) as reader:
        assert reader.look().gap is None
        for number in range(100, 121):
            world.add(said(number, 4 + number - 100))
        page = reader.look(timedelta(minutes=30))
    assert page.gap is not None
    assert (page.gap.since, page.gap.until) == (NOW - timedelta(minutes=1), NOW + timedelta(minutes=5))
    assert "news.atom" in page.gap.reason


@pytest.mark.parametrize("new", [1, 19])
def test_a_feed_that_still_shows_something_known_has_no_gap(world: World, new: int) -> None:
    with online(FeedSite(world, items=20)) as reader:
        reader.look()
        for number in range(100, 100 + new):
            world.add(said(number, number - 99))
        assert reader.look(timedelta(minutes=30)).gap is None


def test_a_feed_that_was_emptied_meanwhile_has_no_gap(world: World) -> None:
    with online(FeedSite(world, items=20)) as reader:
        reader.look()
        for number in range(1, 31):
            world.delete(number, NOW + timedelta(minutes=1))
        reader.look(TEN)
        for number in range(100, 125):
            world.add(said(number, number - 88))
        assert reader.look(timedelta(hours=1)).gap is None


def test_a_feed_that_shows_less_than_before_has_no_gap(world: World) -> None:
    with online(FeedSite(world, items=20)) as reader:
        reader.look()
        for number in range(1, 31):
            world.delete(number, NOW + timedelta(minutes=1))
        for number in range(100, 105):
            world.add(said(number, number - 98))
        assert reader.look(timedelta(hours=1)).gap is None


def test_a_feed_whose_ids_all_changed_has_no_gap() -> None:
    def answer(ids: str) -> httpx.Response:
        items = "".join(
            f"<item><guid>{ids}{n}</guid><title>x</title><pubDate>Mon, 02 Mar 2026 0{n}:00:00 GMT</pubDate></item>"
            for n in range(9)
        )
        return httpx.Response(200, content=TINY.replace(b"</channel>", items.encode() + b"</channel>"))

    state = fetched(lambda request: answer("old")).state
    assert fetched(lambda request: answer("new"), state, NOW + TEN).gap is None


# -- without a server

URL = "https://gazette.example/rss"
OTHER = "https://b.example/b"
TINY = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title></channel></rss>'


def client(answer: Any) -> HttpClient:
    def site(request: httpx.Request) -> httpx.Response:
        response: httpx.Response = httpx.Response(404) if request.url.path == "/robots.txt" else answer(request)
        return response

    return HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(site))


def fetched(answer: Any, state: str | None = None, now: datetime = NOW) -> Page:
    return FeedSource(Config(urls=(URL,)), client(answer)).fetch(EVERYBODY, state, None, now)
