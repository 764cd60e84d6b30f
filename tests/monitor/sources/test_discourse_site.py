"""Discourse on the loopback interface: forums read whole, followed, rechecked, refused and cut off."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, Post, PostKey
from monitor.errors import NotFound, RateLimited, Refused, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.discourse import Config, DiscourseSource
from tests.sites.discourse import DiscourseSite, Flavour
from tests.sites.server import Answer, Asked, serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERYBODY = Brand("*", "*")
TEN = timedelta(minutes=10)


def said(number: int, minutes: float = 0, **more: Any) -> Event:
    return Event(number, number % 7, NOW + timedelta(minutes=minutes), f"Northline Air, part {number}", **more)


def a_day() -> World:
    """150 topics of a day; one with answers, quotes and an answer to an answer."""
    return World(
        [
            *(said(number, -1_400 + 9 * number) for number in range(1, 151)),
            said(400, -40, kind="reply", root=5),
            said(401, -35, kind="reply", root=5, parent=400),
            said(402, -30, kind="quote", root=5),
        ]
    )


@contextmanager
def online(site: DiscourseSite, clock: RecordedClock, **settings: Any) -> Iterator[DiscourseSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        site.base = lambda: base
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield DiscourseSource(Config(**site.settings(base), **settings), http)
        finally:
            http.close()


def crawl(source: DiscourseSource, clock: RecordedClock, state: str | None = None) -> list[Page]:
    pages = [source.fetch(EVERYBODY, state, None, clock.now())]
    while pages[-1].next_cursor:
        pages.append(source.fetch(EVERYBODY, state, pages[-1].next_cursor, clock.now()))
        assert len(pages) < 60
    return pages


def found(pages: Sequence[Page]) -> dict[PostKey, Post]:
    return {post.key: post for page in pages for post in page.posts}


def dropped(pages: Sequence[Page]) -> list[str]:
    return [drop.reason for page in pages for drop in page.dropped]


# -- reading it all


@pytest.mark.parametrize("flavour", ["present", "older"])
def test_a_forum_is_read_whole_and_later_only_what_is_new(flavour: Flavour) -> None:
    clock, world = RecordedClock(NOW), a_day()
    site = DiscourseSite(world, flavour=flavour)
    with online(site, clock) as source:
        pages = crawl(source, clock)
        assert set(found(pages)) == {site.key_of(event) for event in world.listed(NOW, "post", "reply", "quote")}
        assert dropped(pages) == []

        clock.wait(TEN)
        world.add(said(500, 5))
        world.add(said(501, 6, kind="reply", root=500))
        site.asked.clear()
        again = crawl(source, clock, pages[-1].state)
        assert {site.key_of(said(500)), site.key_of(said(501))} <= set(found(again))
        assert len([asked for asked in site.asked if asked.path == "/posts.json"]) <= 4


@pytest.mark.parametrize("flavour", ["present", "older"])
def test_replies_and_quotes_are_edges_also_where_the_topic_is_older_than_the_page(flavour: Flavour) -> None:
    clock, world = RecordedClock(NOW), a_day()
    site = DiscourseSite(world, flavour=flavour)
    with online(site, clock) as source:
        page = source.fetch(EVERYBODY, None, None, NOW)
        keys = {number: site.key_of(said(number)) for number in (5, 400, 401, 402)}
    edges = {edge.child: edge for edge in page.reposts}
    assert {edges[keys[number]].root for number in (400, 401, 402)} == {keys[5]}
    assert edges[keys[401]].parent_post == keys[400]
    assert (edges[keys[402]].kind, edges[keys[402]].evidence) == ("quote", "quote")
    assert keys[5] in found([page])  # the head joins its answers


def test_the_first_look_goes_back_as_far_as_is_configured() -> None:
    clock, world = RecordedClock(NOW), World(said(number, -10 * number) for number in range(1, 400))
    site = DiscourseSite(world)
    with online(site, clock, lookback_hours=10) as source:
        dates = [post.created_at for post in found(crawl(source, clock)).values()]
    assert NOW - timedelta(hours=28) < min(dates) <= NOW - timedelta(hours=10)


def test_no_more_topics_are_asked_for_than_is_configured() -> None:
    heads = [said(number, -600 + number) for number in range(1, 61)]
    world = World([*heads, *(said(100 + n, -50 + n, kind="reply", root=n + 1) for n in range(50))])
    site = DiscourseSite(world)
    with online(site, RecordedClock(NOW), topics_per_page=4) as source:
        page = source.fetch(EVERYBODY, None, None, NOW)
    assert [asked.path for asked in site.asked if asked.path.startswith("/t/")] == [
        f"/t/{number}.json" for number in (50, 49, 48, 47)
    ]
    assert len(page.reposts) == 4


def test_a_post_that_came_in_late_is_found() -> None:
    clock, world = RecordedClock(NOW), a_day()
    site = DiscourseSite(world)
    with online(site, clock) as source:
        state = crawl(source, clock)[-1].state
        clock.wait(TEN)
        late = said(600, -300, visible_at=NOW + timedelta(minutes=1))
        world.add(late)
        assert site.key_of(late) in found(crawl(source, clock, state))


def test_a_walk_that_was_cut_off_anywhere_goes_on_without_a_gap() -> None:
    world = a_day()
    for stop in range(1, 5):
        clock = RecordedClock(NOW)
        site = DiscourseSite(world)
        with online(site, clock) as source:
            pages = [source.fetch(EVERYBODY, None, None, NOW)]
            for _ in range(stop - 1):
                pages.append(source.fetch(EVERYBODY, None, pages[-1].next_cursor, NOW))
            cursor = pages[-1].next_cursor
            clock.wait(timedelta(days=2))
            world.add(said(900 + stop, 60 * 24))
            other = DiscourseSource(source._config, source._asking._http)
            while cursor:
                pages.append(other.fetch(EVERYBODY, None, cursor, clock.now()))
                cursor = pages[-1].next_cursor
            pages += crawl(other, clock, pages[-1].state)
            everything = {site.key_of(event) for event in world.listed(clock.now(), "post", "reply", "quote")}
            assert set(found(pages)) == everything


# -- several forums


def test_one_forum_of_three_that_fails_does_not_stop_the_others() -> None:
    clock = RecordedClock(NOW)
    sites = [
        DiscourseSite(World([said(1, -5)])),
        DiscourseSite(World([said(1, -5)]), key=True),
        DiscourseSite(World([said(1, -5)])),
    ]
    with ExitStack() as stack:
        bases = [stack.enter_context(serve(lambda asked, site=site: site.answer(asked, clock.now()))) for site in sites]  # type: ignore[misc]
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        stack.callback(http.close)
        source = DiscourseSource(Config(urls=tuple(bases)), http)
        pages = crawl(source, clock)
        assert {post.key.id.rpartition(":")[0] for post in found(pages).values()} == {
            base.removeprefix("http://") for base in (bases[0], bases[2])
        }
        (drop,) = (drop for page in pages for drop in page.dropped)
        assert drop.where == bases[1].removeprefix("http://")
        assert "refuses access (403)" in drop.reason

        with pytest.raises(Unauthorised):
            crawl(DiscourseSource(Config(urls=(bases[1],)), http), clock)


def test_a_page_that_cannot_be_read_is_read_again_and_nothing_above_it_counts_as_known() -> None:
    clock, world = RecordedClock(NOW), a_day()
    sites = [DiscourseSite(world), DiscourseSite(World([said(1, -5)]))]
    broken = {"now": True}

    def respond(asked: Asked) -> Answer:
        if broken["now"] and "before" in asked.query:
            return Answer(b"<html>a bad minute</html>")
        return sites[0].answer(asked, clock.now())

    with ExitStack() as stack:
        here = stack.enter_context(serve(respond))
        there = stack.enter_context(serve(lambda asked: sites[1].answer(asked, clock.now())))
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        stack.callback(http.close)
        sites[0].base = lambda: here
        source = DiscourseSource(Config(urls=(here, there)), http)
        pages = crawl(source, clock)
        assert len(dropped(pages)) == 1
        broken["now"] = False
        clock.wait(TEN)
        pages += crawl(source, clock, pages[-1].state)
        met = {post.key for post in found(pages).values()}
        assert met >= {sites[0].key_of(event) for event in world.listed(NOW, "post", "reply", "quote")}


def test_the_key_goes_to_its_forum_and_to_no_other() -> None:
    clock = RecordedClock(NOW)
    closed, open_ = DiscourseSite(World([said(1, -5)]), key=True), DiscourseSite(World([said(1, -5)]))
    with ExitStack() as stack:
        here = stack.enter_context(serve(lambda asked: closed.answer(asked, clock.now())))
        there = stack.enter_context(serve(lambda asked: open_.answer(asked, clock.now())))
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        stack.callback(http.close)
        settings = {**closed.settings(here), "urls": (there, here), "api_forum": here}
        assert len(found(crawl(DiscourseSource(Config(**settings), http), clock))) == 2
    assert closed.asked
    assert all("api-key" not in asked.headers for asked in open_.asked)


def test_each_forum_is_tried_with_one_small_request() -> None:
    clock, site = RecordedClock(NOW), DiscourseSite(a_day())
    with online(site, clock) as source:
        assert len(source.probe(NOW).posts) == 50
        assert [asked.path for asked in site.asked] == ["/posts.json"]
        closed = DiscourseSite(a_day(), key=True)
        with serve(lambda asked: closed.answer(asked, NOW)) as there, pytest.raises(Unauthorised, match="403"):
            DiscourseSource(Config(urls=(site.base(), there)), source._asking._http).probe(NOW)


# -- limits and refusals


@pytest.mark.parametrize("flavour", ["present", "older"])
def test_the_wait_after_too_many_requests_is_kept_and_nothing_is_lost(flavour: Flavour) -> None:
    clock, world = RecordedClock(NOW), a_day()
    site = DiscourseSite(world, flavour=flavour, limit=3)
    pages: list[Page] = []
    waits: list[timedelta] = []
    everything: set[PostKey] = set()
    with online(site, clock) as source:
        state: str | None = None
        cursor: str | None = None
        for _ in range(60):
            try:
                pages.append(source.fetch(EVERYBODY, state, cursor, clock.now()))
            except RateLimited as error:
                waits.append(error.retry_after or timedelta(days=9))
                clock.wait(waits[-1])
                continue
            cursor, state = pages[-1].next_cursor, pages[-1].state or state
            clock.wait(timedelta(seconds=20) if cursor else timedelta(minutes=2))
            everything = {site.key_of(event) for event in world.listed(NOW, "post", "reply", "quote")}
    assert set(found(pages)) == everything
    assert waits
    assert max(waits) <= timedelta(seconds=61)


def answering(*answers: httpx.Response) -> DiscourseSource:
    left = list(answers)

    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        one = left.pop(0) if len(left) > 1 else left[0]
        return httpx.Response(one.status_code, headers=one.headers, content=one.content)

    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(site))
    return DiscourseSource(Config(urls=("https://forum.example",)), http)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (httpx.Response(429, headers={"retry-after": "12"}, json={"extras": {"wait_seconds": 99}}), 12),
        (httpx.Response(429, json={"errors": ["x"], "error_type": "rate_limit", "extras": {"wait_seconds": 99}}), 99),
        (httpx.Response(429, headers={"retry-after": "8"}, text="Slow down, retry in 8 seconds."), 8),
        (httpx.Response(429, json={"extras": {"wait_seconds": 10**12}}), 86_400),
        (httpx.Response(429, text="Slow down."), None),
        (httpx.Response(429, json=[]), None),
    ],
)
def test_the_wait_stands_in_the_header_or_in_the_body(answer: httpx.Response, seconds: int | None) -> None:
    with pytest.raises(RateLimited) as raised:
        answering(answer).fetch(EVERYBODY, None, None, NOW)
    assert raised.value.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_robots_txt_is_obeyed_without_a_key() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        rules = "User-agent: *\nDisallow: /"
        return (
            httpx.Response(200, text=rules)
            if request.url.path == "/robots.txt"
            else httpx.Response(200, json={"latest_posts": []})
        )

    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(site))
    with pytest.raises(Refused, match="robots"):
        DiscourseSource(Config(urls=("https://forum.example",)), http).fetch(EVERYBODY, None, None, NOW)
    keyed = DiscourseSource(Config(urls=("https://forum.example",), api_key="k"), http)
    assert keyed.fetch(EVERYBODY, None, None, NOW).posts == ()


# -- returning


def long_topic(answers: int) -> World:
    head = [said(1, -600)]
    return World(head + [said(number, -600 + number, kind="reply", root=1) for number in range(2, answers + 2)])


def test_a_topic_is_followed_with_counters_answers_and_edges() -> None:
    clock, world = RecordedClock(NOW), long_topic(65)
    site = DiscourseSite(world)
    with online(site, clock) as source:
        head = found(crawl(source, clock))[site.key_of(said(1))]
        first = source.follow_up(head, None, clock.now())
        assert set(found([first])) == {site.key_of(said(number)) for number in range(1, 67)}
        assert len(first.reposts) == 65
        fresh = found([first])[head.key].metrics
        assert fresh is not None
        assert (fresh.views, fresh.likes, fresh.replies) == (1_066, 3, 65)
        chunks = [asked.query["post_ids[]"] for asked in site.asked if asked.path == "/t/1/posts.json"]
        assert [len(chunk) for chunk in chunks] == [20, 20, 6]

        clock.wait(TEN)
        world.add(said(100, 1, kind="reply", root=1, parent=50))
        site.asked.clear()
        second = source.follow_up(head, first.state, clock.now())
        assert len(found([second])) == 21
        (edge,) = (edge for edge in second.reposts if edge.child == site.key_of(said(100)))
        assert edge.parent_post == site.key_of(said(50))
        assert [asked.path for asked in site.asked] == ["/t/1.json", "/t/1/posts.json"]


def test_a_long_topic_is_read_in_several_returns_and_what_is_left_is_counted() -> None:
    clock, world = RecordedClock(NOW), long_topic(99)
    site = DiscourseSite(world)
    with online(site, clock, max_topic_posts=30) as source:
        head = found(crawl(source, clock))[site.key_of(said(1))]
        met: set[PostKey] = set()
        state = None
        left = []
        for _ in range(4):
            page = source.follow_up(head, state, clock.now())
            state = page.state
            met |= set(found([page]))
            left.append(dropped([page]))
    assert len(met) == 100
    assert left == [["50 posts until later"], ["20 posts until later"], [], []]


def test_an_answer_deep_in_a_topic_is_followed_with_its_own_counters() -> None:
    clock, world = RecordedClock(NOW), long_topic(65)
    site = DiscourseSite(world)
    with online(site, clock) as source:
        deep = found(crawl(source, clock))[site.key_of(said(60))]
        first = source.follow_up(deep, None, clock.now())
        again = source.follow_up(deep, first.state, clock.now())
        assert deep.key in found([again])


def test_a_part_of_a_topic_that_fails_is_counted_and_read_the_next_time() -> None:
    clock, world = RecordedClock(NOW), long_topic(65)
    site = DiscourseSite(world)
    failing = {"now": False}

    def respond(asked: Asked) -> Answer:
        if failing["now"] and asked.path.endswith("/posts.json") and asked.path != "/posts.json":
            return Answer(b"oops", 404, {})
        return site.answer(asked, clock.now())

    with serve(respond) as base:
        site.base = lambda: base
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        source = DiscourseSource(Config(urls=(base,)), http)
        head = found(crawl(source, clock))[site.key_of(said(1))]
        failing["now"] = True
        page = source.follow_up(head, None, clock.now())
        assert len(page.posts) == 20
        assert len(page.dropped) == 1
        failing["now"] = False
        assert len(source.follow_up(head, page.state, clock.now()).posts) == 66
        http.close()


def test_a_post_that_is_gone_is_told_when_it_is_followed() -> None:
    clock, world = RecordedClock(NOW), long_topic(30)
    site = DiscourseSite(world)
    with online(site, clock) as source:
        posts = found(crawl(source, clock))
        world.delete(25, NOW)
        clock.wait(TEN)
        with pytest.raises(NotFound):
            source.follow_up(posts[site.key_of(said(25))], None, clock.now())
        stranger = replace(posts[site.key_of(said(1))], key=PostKey("discourse", "other.example:7"))
        with pytest.raises(Refused, match="not configured"):
            source.follow_up(stranger, None, clock.now())


# -- looking for posts again


def test_posts_that_were_deleted_edited_or_moved_are_told() -> None:
    clock, world = RecordedClock(NOW), long_topic(40)
    world.add(said(200, -100))
    site = DiscourseSite(world)
    with online(site, clock) as source:
        posts = found(crawl(source, clock))
        world.delete(10, NOW)
        world.delete(200, NOW)
        world.add(
            replace(said(30, -570, kind="reply", root=1), text="I take it back", edited_at=NOW + timedelta(minutes=1))
        )
        world.add(said(300, -100))
        clock.wait(TEN)
        asked = [posts[site.key_of(said(number))] for number in (1, 10, 30, 31, 200)]
        page = source.recheck(asked, clock.now())
        assert set(page.deleted) == {site.key_of(said(10)), site.key_of(said(200))}
        assert {post.key for post in page.posts} == {site.key_of(said(number)) for number in (1, 30, 31)}
        texts = {post.key: (post.text, post.edited_at) for post in page.posts}
        assert texts[site.key_of(said(30))] == ("I take it back", NOW + timedelta(minutes=1))
        assert texts[site.key_of(said(1))] == (posts[site.key_of(said(1))].text, None)


def test_a_post_that_was_moved_to_another_topic_stands() -> None:
    clock, world = RecordedClock(NOW), long_topic(3)
    world.add(said(50, -100))
    site = DiscourseSite(world)
    with online(site, clock) as source:
        post = replace(found(crawl(source, clock))[site.key_of(said(50))], local_id="1")
        page = source.recheck([post], clock.now())
        assert (page.deleted, [one.key for one in page.posts]) == ((), [post.key])
        assert page.posts[0].text == "Topic 50\n\nNorthline Air, part 50"


def test_only_the_forum_itself_can_say_that_a_post_is_gone() -> None:
    post = found([answering(httpx.Response(200, json=ONE)).fetch(EVERYBODY, None, None, NOW)])[
        PostKey("discourse", "forum.example:7")
    ]
    gone = httpx.Response(404, json={"errors": ["x"], "error_type": "not_found"})
    assert answering(gone).recheck([post], NOW).deleted == (post.key,)
    assert answering(httpx.Response(410)).recheck([post], NOW).deleted == (post.key,)
    for other in (
        httpx.Response(404, text="<html>no such site</html>"),
        httpx.Response(404, json={"message": "no route"}),
        httpx.Response(403, json={"errors": ["x"], "error_type": "invalid_access"}),
        httpx.Response(200, json={"id": 7}),
        httpx.Response(502),
    ):
        try:
            assert answering(other).recheck([post], NOW).deleted == ()
        except SourceError:
            continue


def test_a_recheck_that_meets_a_limit_stops_there() -> None:
    clock = RecordedClock(NOW)
    world = World(said(number, -number) for number in range(1, 9))
    site = DiscourseSite(world)
    with online(site, clock) as source:
        posts = list(found(crawl(source, clock)).values())
        clock.wait(timedelta(minutes=2))
        site.limit = 3
        page = source.recheck(posts, clock.now())
        assert len(page.posts) == 3
        assert (site.over_limit, len(page.dropped)) == (1, 1)
        with pytest.raises(RateLimited):
            source.recheck(posts, clock.now())
        assert site.over_limit == 1


def test_a_forum_out_of_reach_deletes_nothing() -> None:
    post = found([answering(httpx.Response(200, json=ONE)).fetch(EVERYBODY, None, None, NOW)])[
        PostKey("discourse", "forum.example:7")
    ]
    with pytest.raises(Unreachable):
        answering(httpx.Response(503)).recheck([post], NOW)


ONE = {
    "latest_posts": [
        {
            "id": 7,
            "topic_id": 5,
            "post_number": 1,
            "username": "mira",
            "cooked": "<p>x</p>",
            "created_at": "2026-03-02T11:00:00Z",
        }
    ]
}
