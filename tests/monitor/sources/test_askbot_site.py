"""A question-and-answer forum on the loopback interface, with everything odd that a real one was seen to do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, Post, PostKey
from monitor.errors import BadPayload, NotFound, RateLimited, Refused, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.askbot import AskbotSource, Config
from tests.sites.askbot import AskbotSite
from tests.sites.server import serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERYBODY = Brand("*", "*")
TEN = timedelta(minutes=10)


def said(number: int, minutes: float = 0, **more: Any) -> Event:
    return Event(number, number % 7, NOW + timedelta(minutes=minutes), f"Northline Air, part {number}", **more)


def answers(root: int, first: int, count: int, minutes: float = -30) -> list[Event]:
    return [said(first + n, minutes + n / 10, kind="reply", root=root) for n in range(count)]


def a_day() -> World:
    return World([*(said(n, -1_400 + 9 * n) for n in range(1, 101)), *answers(5, 400, 3), *answers(90, 500, 30)])


@contextmanager
def online(site: AskbotSite, clock: RecordedClock, **settings: Any) -> Iterator[AskbotSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        site.base = lambda: base
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield AskbotSource(Config(**(site.settings(base) | settings)), http)
        finally:
            http.close()


def crawl(source: AskbotSource, clock: RecordedClock, state: str | None = None) -> list[Page]:
    pages = [source.fetch(EVERYBODY, state, None, clock.now())]
    while pages[-1].next_cursor:
        pages.append(source.fetch(EVERYBODY, state, pages[-1].next_cursor, clock.now()))
        assert len(pages) < 60, "it never ends"
    return pages


def found(pages: Sequence[Page]) -> dict[PostKey, Post]:
    return {post.key: post for page in pages for post in page.posts}


def everything(site: AskbotSite, now: datetime) -> set[PostKey]:
    return {site.key_of(event) for event in site.world.listed(now, "post", "reply", "quote")}


def paths(site: AskbotSite) -> list[str]:
    asked = [one.path.removeprefix("/api/v1/") for one in site.asked]
    site.asked.clear()
    return asked


# -- reading it all


def test_questions_and_answers_are_read_whole_and_later_only_what_is_new() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(a_day())
    with online(site, clock) as source:
        pages = crawl(source, clock)
        assert set(found(pages)) == everything(site, NOW)
        edges = {edge.child: edge for page in pages for edge in page.reposts}
        assert edges[site.key_of(said(401))].root == site.key_of(said(5))
        assert len(edges) == 33
        assert not any(page.dropped for page in pages)

        paths(site)
        clock.wait(TEN)
        site.world.add(said(600, 5))
        site.world.add(said(601, 6, kind="reply", root=3))
        again = crawl(source, clock, pages[-1].state)
        new = {site.key_of(said(number)) for number in (600, 601, 3)}
        assert new <= set(found(again)) <= new | {site.key_of(said(number)) for number in (5, 90)}  # the overlap
        assert sorted(paths(site)) == [f"answers/{site._ids[601]}/", "questions/"]


def test_a_quiet_forum_costs_one_request() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(a_day())
    with online(site, clock) as source:
        first = crawl(source, clock)
        clock.wait(timedelta(hours=3))
        paths(site)
        assert set(found(crawl(source, clock, first[-1].state))) <= set(found(first))
        assert paths(site) == ["questions/"]


@pytest.mark.parametrize("past_end", ["last", "first"])
@pytest.mark.parametrize("questions", [1, 30, 31, 60])
def test_a_page_past_the_end_is_a_page_again_and_never_asked_for(
    past_end: Literal["last", "first"], questions: int
) -> None:
    clock = RecordedClock(NOW)
    site = AskbotSite(World(said(n, -n) for n in range(questions)), past_end=past_end)
    with online(site, clock) as source:
        assert set(found(crawl(source, clock))) == everything(site, NOW)
    assert len(paths(site)) == -(-questions // 30)


@pytest.mark.parametrize("pages", [10**6, None, 0])
def test_a_number_of_pages_that_is_not_true_does_not_make_the_walk_endless(
    pages: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World(said(n, -n) for n in range(45)))
    told = site._listing
    monkeypatch.setattr(site, "_listing", lambda *given: {**told(*given), "pages": pages})
    with online(site, clock) as source:
        met = found(crawl(source, clock))
    assert len(met) == (45 if pages != 0 else 30)
    assert len(paths(site)) <= 4


def test_the_first_look_goes_back_as_far_as_is_configured() -> None:
    old = [said(n, -10_000 - n) for n in range(1, 50)]
    world = World([*old, *answers(7, 100, 5, minutes=-9_000), said(200, -30), *answers(8, 300, 1)])
    clock, site = RecordedClock(NOW), AskbotSite(world)
    with online(site, clock) as source:
        met = set(found(crawl(source, clock)))
    assert met == {site.key_of(said(number)) for number in (200, 8, 300)}


def test_of_a_long_thread_only_the_answers_of_the_first_look_are_asked_for() -> None:
    world = World([said(1, -10_000), *answers(1, 100, 80, minutes=-9_000), *answers(1, 300, 3)])
    clock, site = RecordedClock(NOW), AskbotSite(world)
    with online(site, clock, answers_per_page=5) as source:
        crawl(source, clock)
    assert len([path for path in paths(site) if path.startswith("answers/")]) == 5


def test_a_question_that_moved_up_because_others_were_deleted_is_not_missed() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World(said(n, -n) for n in range(90)))
    with online(site, clock) as source:
        page = source.fetch(EVERYBODY, None, None, clock.now())
        for number in (3, 4, 5):
            site.world.delete(number, NOW)
        clock.wait(timedelta(seconds=1))
        pages = [page]
        while pages[-1].next_cursor:
            pages.append(source.fetch(EVERYBODY, None, pages[-1].next_cursor, clock.now()))
    assert set(found(pages)) >= everything(site, clock.now())


def test_an_answer_that_came_in_late_is_found() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(a_day())
    with online(site, clock) as source:
        state = crawl(source, clock)[-1].state
        clock.wait(TEN)
        site.world.add(said(700, -300, kind="reply", root=4, visible_at=NOW + timedelta(minutes=2)))
        assert site.key_of(said(700)) in found(crawl(source, clock, state))


def test_a_walk_that_was_cut_off_anywhere_goes_on_without_a_gap() -> None:
    for stop in range(1, 6):
        clock, site = RecordedClock(NOW), AskbotSite(a_day())
        with online(site, clock, answers_per_page=10) as source:
            pages = [source.fetch(EVERYBODY, None, None, NOW)]
            for _ in range(stop - 1):
                pages.append(source.fetch(EVERYBODY, None, pages[-1].next_cursor, NOW))
            cursor = pages[-1].next_cursor
            clock.wait(timedelta(hours=20))
            for event in (said(900, 600), said(901, 610, kind="reply", root=90), said(902, 620, kind="reply", root=50)):
                site.world.add(event)
            other = AskbotSource(source._config, source._http)
            while cursor:
                pages.append(other.fetch(EVERYBODY, None, cursor, clock.now()))
                cursor = pages[-1].next_cursor
            pages += crawl(other, clock, pages[-1].state)
            assert set(found(pages)) == everything(site, clock.now())


def test_the_wait_after_too_many_requests_is_kept_and_nothing_is_lost() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(a_day(), limit=7)
    pages: list[Page] = []
    waits = 0
    with online(site, clock) as source:
        state: str | None = None
        cursor: str | None = None
        while not pages or cursor:
            try:
                pages.append(source.fetch(EVERYBODY, state, cursor, clock.now()))
            except RateLimited as error:
                waits += 1
                clock.wait(error.retry_after or timedelta(0))
                continue
            cursor = pages[-1].next_cursor
            assert waits < 60
    assert waits
    assert set(found(pages)) == everything(site, NOW)


def test_session_cookies_are_not_sent_back() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(a_day())
    with online(site, clock) as source:
        crawl(source, clock)
    assert len(site.asked) > 10
    assert not any("cookie" in asked.headers for asked in site.asked)


# -- returning, and looking again


def test_a_question_is_followed_with_its_counters_and_new_answers_only() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), *answers(1, 10, 3)]))
    with online(site, clock) as source:
        head = found(crawl(source, clock))[site.key_of(said(1))]
        first = source.follow_up(head, None, clock.now())
        assert set(found([first])) == everything(site, NOW)
        assert {edge.parent_post for edge in first.reposts} == {head.key}
        clock.wait(TEN)
        site.world.add(said(20, 3, kind="reply", root=1))
        paths(site)
        second = source.follow_up(head, first.state, clock.now())
        assert set(found([second])) == {head.key, site.key_of(said(20))}
        assert len(paths(site)) == 2
        fresh = found([second])[head.key].metrics
        assert fresh is not None
        assert (fresh.replies, fresh.views) == (4, 11)


def test_a_question_with_many_answers_is_read_in_several_returns() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), *answers(1, 10, 25)]))
    with online(site, clock, max_answers=10) as source:
        head = replace(found(crawl(source, clock))[site.key_of(said(1))], local_id=None)
        met: set[PostKey] = set()
        left, state = [], None
        for _ in range(3):
            page = source.follow_up(head, state, clock.now())
            state, met = page.state, met | set(found([page]))
            left.append([drop.reason for drop in page.dropped])
    assert met == everything(site, NOW)
    assert left == [["15 answers to question 1, until later"], ["5 answers to question 1, until later"], []]


def test_answers_that_could_not_be_read_are_counted_and_read_the_next_time() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), *answers(1, 10, 9)]))
    with online(site, clock) as source:
        head = found(crawl(source, clock))[site.key_of(said(1))]
        clock.wait(TEN)
        site.limit = 5
        page = source.follow_up(head, None, clock.now())
        assert (len(page.posts), len(page.dropped)) == (5, 1)
        clock.wait(TEN)
        site.limit = None
        rest = source.follow_up(head, page.state, clock.now())
        assert set(found([page, rest])) == everything(site, NOW)
        assert len(rest.posts) == 6


def test_an_answer_is_followed_by_itself() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), *answers(1, 10, 2)]))
    with online(site, clock) as source:
        reply = found(crawl(source, clock))[site.key_of(said(11))]
        paths(site)
        assert [post.key for post in source.follow_up(reply, None, clock.now()).posts] == [reply.key]
        assert paths(site) == ["answers/3/"]


def test_posts_that_were_deleted_or_edited_are_told() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), said(2, -50), *answers(1, 10, 2)]))
    with online(site, clock) as source:
        posts = found(crawl(source, clock))
        site.world.delete(2, NOW)
        site.world.delete(10, NOW)
        site.world.add(replace(said(1, -60), text="I take it back", edited_at=NOW + timedelta(minutes=1)))
        clock.wait(TEN)
        page = source.recheck(list(posts.values()), clock.now())
        assert set(page.deleted) == {site.key_of(said(2)), site.key_of(said(10))}
        edited = found([page])[site.key_of(said(1))]
        assert "I take it back" in edited.text
        assert edited.edited_at == NOW + timedelta(minutes=1)
        with pytest.raises(NotFound):
            source.follow_up(posts[site.key_of(said(2))], None, clock.now())


def test_an_api_that_was_switched_off_says_nothing_of_its_posts() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), said(2, -50)]))
    with online(site, clock) as source:
        posts = list(found(crawl(source, clock)).values())
        site.api = False
        with pytest.raises(BadPayload, match="switched its API off"):
            source.recheck(posts, clock.now())
        with pytest.raises(BadPayload, match="switched its API off"):
            source.follow_up(posts[0], None, clock.now())
        with pytest.raises(NotFound, match='set mode = "rss"'):
            source.fetch(EVERYBODY, None, None, clock.now())
        stranger = replace(posts[0], key=PostKey("askbot", "other.example:1"))
        with pytest.raises(Refused, match="not configured"):
            source.follow_up(stranger, None, clock.now())


# -- RSS


def test_where_the_api_is_off_the_questions_come_by_rss() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), *answers(1, 10, 2), said(2, -50)]), api=False)
    with online(site, clock) as source:
        (page,) = crawl(source, clock)
        assert set(found([page])) == {site.key_of(said(1)), site.key_of(said(2))}
        post = page.posts[0]
        assert source.follow_up(post, None, clock.now()) == Page()
        assert source.recheck([post], clock.now()) == Page()


def test_a_last_modified_that_never_gives_a_304_brings_the_same_keys_again() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60), said(2, -50)]), api=False)
    with online(site, clock) as source:
        first = crawl(source, clock)
        clock.wait(TEN)
        second = crawl(source, clock, first[-1].state)
    assert site.asked[-1].headers["if-modified-since"] == "Mon, 02 Mar 2026 11:10:00 GMT"
    assert set(found(first)) == set(found(second))
    assert second[-1].gap is None


def test_a_feed_of_other_questions_than_at_the_last_look_is_a_gap() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World(said(n, -n) for n in range(1, 31)), api=False)
    with online(site, clock) as source:
        state = crawl(source, clock)[-1].state
        for number in range(100, 129):
            site.world.add(said(number, number - 98))
        clock.wait(timedelta(hours=1))
        pages = crawl(source, clock, state)
        assert pages[-1].gap is None
        site.world.add(said(130, 61))
        for number in range(131, 170):
            site.world.add(said(number, 62))
        clock.wait(timedelta(hours=1))
        gap = crawl(source, clock, pages[-1].state)[-1].gap
    assert gap is not None
    assert (gap.since, gap.until) == (NOW + timedelta(hours=1), NOW + timedelta(hours=2))


# -- several


def test_one_forum_of_two_that_fails_does_not_stop_the_other() -> None:
    clock, site = RecordedClock(NOW), AskbotSite(World([said(1, -60)]))
    with online(site, clock) as source, serve(lambda asked: None) as nowhere:
        both = AskbotSource(Config(urls=(nowhere, site.base())), source._http)
        pages = crawl(both, clock)
    assert len(found(pages)) == 1
    assert [drop.where for page in pages for drop in page.dropped] == [nowhere.removeprefix("http://")]


@pytest.mark.parametrize("api", [True, False])
def test_each_forum_is_tried_with_one_small_request(api: bool) -> None:
    clock, site = RecordedClock(NOW), AskbotSite(a_day(), api=api)
    with online(site, clock) as source, serve(lambda asked: None) as nowhere:
        assert source.probe(NOW).posts
        assert len(paths(site)) == 1
        both = Config(urls=(site.base(), nowhere), mode="api" if api else "rss")
        with pytest.raises(Unreachable):
            AskbotSource(both, source._http).probe(NOW)
