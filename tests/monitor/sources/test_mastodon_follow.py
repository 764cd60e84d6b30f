"""Returning to posts on a Mastodon server: threads, quotes, who boosted and when, and what is gone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Page, Post, PostKey, Repost
from monitor.errors import NotFound, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.mastodon import Config, MastodonSource
from monitor.sources.mastodon.boost_state import BoostState, Stretch, joined
from tests.sites.mastodon import Flavour, MastodonSite
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FLAVOURS: list[Flavour] = ["mastodon", "gotosocial"]
ROOT = Event(1, 1, NINE, "cracked cello #northline")
Refuse = Callable[[Asked], Answer | None]


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def boost(number: int, minutes: float, **more: Any) -> Event:
    return Event(number, number, at(minutes), kind="repost", root=1, **more)


def in_front_of(site: MastodonSite, now: datetime = NOW, refuse: Refuse | None = None, **config: Any) -> MastodonSource:
    def answer(request: httpx.Request) -> httpx.Response:
        parts = urlsplit(str(request.url))
        asked = Asked("GET", parts.path, parse_qs(parts.query), {k.lower(): v for k, v in request.headers.items()})
        answered = (refuse(asked) if refuse else None) or site.answer(asked, now)
        return httpx.Response(answered.status, content=answered.body, headers=dict(answered.headers))

    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(now), httpx.MockTransport(answer), chance=lambda: 0.0)
    return MastodonSource(Config(**{**site.settings("https://social.example"), **config}), http)


def stored(site: MastodonSite, event: Event = ROOT) -> Post:
    """The post as an earlier look stored it."""
    author = AccountKey("mastodon", "someone")
    return Post(site.key_of(event), author, event.text, event.created_at, event.created_at, local_id=site.id_of(event))


def reposts(page: Page) -> dict[PostKey, Repost]:
    return {edge.child: edge for edge in page.reposts if edge.kind == "repost"}


def paths(site: MastodonSite, end: str) -> list[Asked]:
    return [asked for asked in site.asked if asked.path.endswith(end)]


# -- counters, threads, quotes


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_return_brings_the_counters_the_thread_and_its_true_parents(flavour: Flavour) -> None:
    replies = [
        Event(2, 2, at(5), "mine too #x", "reply", root=1, parent=1),
        Event(3, 3, at(9), "what a shame #x", "reply", root=1, parent=2),
        Event(4, 4, at(12), "sorry to hear #x", "reply", root=1),
    ]
    site = MastodonSite(World([ROOT, *replies, boost(5, 20)]), flavour=flavour)
    page = in_front_of(site).follow_up(stored(site), None, NOW)
    assert page.posts[0].key == site.key_of(ROOT)
    assert page.posts[0].metrics is not None
    assert (page.posts[0].metrics.reposts, page.posts[0].metrics.replies) == (1, 3)
    edges = {edge.child: edge for edge in page.reposts}
    for reply, parent in zip(replies, (ROOT, replies[0], ROOT), strict=True):
        edge = edges[site.key_of(reply)]
        assert (edge.root, edge.parent_post) == (site.key_of(ROOT), site.key_of(parent))
        assert (edge.kind, edge.evidence, edge.confidence) == ("reply", "reply", 1.0)


def test_a_post_in_the_middle_of_a_thread_belongs_to_the_root_of_it() -> None:
    middle = Event(2, 2, at(5), "mine too #x", "reply", root=1, parent=1)
    below = Event(3, 3, at(9), "what a shame #x", "reply", root=1, parent=2)
    site = MastodonSite(World([ROOT, middle, below]))
    edges = {edge.child: edge for edge in in_front_of(site).follow_up(stored(site, middle), None, NOW).reposts}
    assert {edge.root for edge in edges.values()} == {site.key_of(ROOT)}
    assert edges[site.key_of(below)].parent_post == site.key_of(middle)
    assert edges[site.key_of(middle)].parent_post == site.key_of(ROOT)


def test_a_thread_whose_top_is_gone_hangs_below_what_is_left() -> None:
    middle = Event(2, 2, at(5), "mine too #x", "reply", root=1, parent=1)
    below = Event(3, 3, at(9), "what a shame #x", "reply", root=1, parent=2)
    site = MastodonSite(World([replace(ROOT, deleted_at=at(8)), middle, below]))
    page = in_front_of(site).follow_up(stored(site, middle), None, NOW)
    # The server names an answered post that it does not show.
    assert [(edge.child, edge.root) for edge in page.reposts] == [(site.key_of(below), site.key_of(middle))]


def test_a_reply_whose_parent_is_not_shown_is_in_the_thread_with_no_known_parent() -> None:
    site = MastodonSite(World([ROOT]))
    status = {
        "id": "77",
        "uri": "https://far.example/77",
        "created_at": at(9).isoformat(),
        "visibility": "public",
        "content": "<p>so sorry</p>",
        "account": {"id": "7", "acct": "ana@far.example"},
        "in_reply_to_id": "76",
    }

    def context(asked: Asked) -> Answer | None:
        body = httpx.Response(200, json={"ancestors": [], "descendants": [status]}).content
        return Answer(body) if asked.path.endswith("/context") else None

    edge = in_front_of(site, refuse=context).follow_up(stored(site), None, NOW).reposts[0]
    assert (edge.root, edge.parent, edge.evidence, edge.confidence) == (site.key_of(ROOT), None, "inferred", 0.0)


def test_quotes_are_read_to_the_end_where_the_server_offers_them() -> None:
    quotes = [Event(100 + n, 100 + n, at(n), f"unheard of {n} #x", "quote", root=1) for n in range(1, 91)]
    site = MastodonSite(World([ROOT, *quotes]))
    page = in_front_of(site).follow_up(stored(site), None, NOW)
    edges = {edge.child: edge for edge in page.reposts if edge.kind == "quote"}
    assert set(edges) == {site.key_of(quote) for quote in quotes}
    assert {(edge.root, edge.evidence) for edge in edges.values()} == {(site.key_of(ROOT), "quote")}


def test_a_server_without_quotes_is_not_asked_for_them() -> None:
    site = MastodonSite(World([ROOT]), flavour="gotosocial")
    assert not in_front_of(site).follow_up(stored(site), None, NOW).dropped
    assert not paths(site, "/quotes")


@pytest.mark.parametrize("code", [401, 403, 404])
def test_quotes_that_are_not_offered_are_no_failure(code: int) -> None:
    site = MastodonSite(World([ROOT]))
    source = in_front_of(site, refuse=lambda asked: Answer(b"{}", code) if asked.path.endswith("/quotes") else None)
    assert not source.follow_up(stored(site), None, NOW).dropped


@pytest.mark.parametrize("part", ["/context", "/quotes", "/reblogged_by"])
def test_a_part_that_fails_is_counted_and_loses_nothing_else(part: str) -> None:
    world = [
        ROOT,
        Event(2, 2, at(5), "mine too #x", "reply", root=1),
        Event(3, 3, at(6), "look #x", "quote", root=1),
        boost(4, 7),
    ]
    site = MastodonSite(World(world))
    source = in_front_of(site, refuse=lambda asked: Answer(b"oops", 500) if asked.path.endswith(part) else None)
    page = source.follow_up(stored(site), None, NOW)
    assert len(page.dropped) == 1
    assert len(page.reposts) == 2
    assert page.posts[0].metrics is not None


# -- the times of boosts


def test_each_boost_has_its_time_from_the_id_in_the_link() -> None:
    boosts = [boost(10 + n, 3 * n + n / 60) for n in range(1, 21)]
    site = MastodonSite(World([ROOT, *boosts]))
    page = in_front_of(site).follow_up(stored(site), None, NOW)
    found = reposts(page)
    assert {key: edge.at for key, edge in found.items()} == {site.key_of(b): b.created_at for b in boosts}
    assert {(edge.parent, edge.evidence, edge.confidence) for edge in found.values()} == {(None, "inferred", 0.0)}
    assert {edge.root for edge in found.values()} == {site.key_of(ROOT)}
    assert all(edge.followers == 10 * int(edge.by.id.rpartition("user")[2]) for edge in found.values())
    assert {asked.one("limit") for asked in paths(site, "/reblogged_by")} == {"1"}


def test_a_full_last_page_leads_to_an_empty_one_and_there_the_list_ends() -> None:
    site = MastodonSite(World([ROOT, boost(2, 3)]))
    page = in_front_of(site).follow_up(stored(site), None, NOW)
    assert len(reposts(page)) == 1
    assert len(paths(site, "/reblogged_by")) == 2


def test_the_next_return_reads_only_what_is_new() -> None:
    world = World([ROOT, *(boost(10 + n, n) for n in range(1, 21))])
    site = MastodonSite(world)
    first = in_front_of(site, at(30)).follow_up(stored(site), None, at(30))
    for n in range(21, 24):
        world.add(boost(10 + n, n + 20))
    site.asked.clear()
    second = in_front_of(site).follow_up(stored(site), first.state, NOW)
    assert set(reposts(second)) == {site.key_of(event) for event in world.listed(NOW) if event.number > 30}
    assert len(paths(site, "/reblogged_by")) == 4  # three new ones, and the first that is known
    site.asked.clear()
    assert not in_front_of(site).follow_up(stored(site), second.state, NOW).reposts
    assert len(paths(site, "/reblogged_by")) == 1


def test_a_boost_that_comes_in_late_below_those_that_are_known_is_found() -> None:
    world = World([ROOT, *(boost(10 + n, n) for n in range(1, 21))])
    site = MastodonSite(world)
    first = in_front_of(site, at(30)).follow_up(stored(site), None, at(30))
    late = boost(99, 12.5, visible_at=at(40))
    world.add(late)
    second = in_front_of(site).follow_up(stored(site), first.state, NOW)
    assert site.key_of(late) in reposts(second)
    assert abs(reposts(second)[site.key_of(late)].at - late.created_at) < timedelta(minutes=2)
    assert not in_front_of(site).follow_up(stored(site), second.state, NOW).reposts


def test_many_boosts_are_read_in_larger_pages_and_placed_between_those_with_a_time() -> None:
    boosts = [boost(10 + n, n / 4) for n in range(1, 601)]
    site = MastodonSite(World([ROOT, *boosts]))
    page = in_front_of(site, max_requests=30).follow_up(stored(site), None, NOW)
    found = reposts(page)
    assert set(found) == {site.key_of(event) for event in boosts}
    assert len(site.asked) <= 30
    away = [abs(found[site.key_of(event)].at - event.created_at) for event in boosts]
    assert max(away) < timedelta(seconds=5)
    assert sum(one == timedelta(0) for one in away) >= 40


def test_what_the_requests_do_not_suffice_for_is_read_by_the_next_returns() -> None:
    boosts = [boost(10 + n, n / 20) for n in range(1, 1801)]
    world = World([ROOT, *boosts])
    site = MastodonSite(world)
    found: dict[PostKey, Repost] = {}
    state = None
    for n in range(8):
        page = in_front_of(site, at(91 + n), max_requests=10).follow_up(stored(site), state, at(91 + n))
        found |= {key: edge for key, edge in reposts(page).items() if key not in found}
        state = page.state
        world.add(boost(5_000 + n, 91.5 + n))  # and it goes on
    assert {site.key_of(event) for event in boosts} <= set(found)
    assert len(site.asked) <= 80
    assert all(NINE <= edge.at <= NOW for edge in found.values())


def test_a_count_that_lies_costs_larger_pages_and_loses_no_boost() -> None:
    boosts = [boost(10 + n, n / 4) for n in range(1, 301)]
    site = MastodonSite(World([ROOT, *boosts]))

    def lying(asked: Asked) -> Answer | None:
        if not asked.path.endswith(site.id_of(ROOT)):
            return None
        answer = site.answer(asked, NOW)
        return replace(answer, body=answer.body.replace(b'"reblogs_count": 300', b'"reblogs_count": 0'))

    page = in_front_of(site, refuse=lying, max_requests=40).follow_up(stored(site), None, NOW)
    assert set(reposts(page)) == {site.key_of(event) for event in boosts}


def test_a_list_that_repeats_its_pages_for_ever_ends() -> None:
    site = MastodonSite(World([ROOT, boost(2, 3), boost(3, 5)]))
    link = f'<https://social.example/x?max_id={site.id_of(boost(3, 5))}>; rel="next"'
    body = site.answer(
        Asked("GET", f"/api/v1/statuses/{site.id_of(ROOT)}/reblogged_by", {"limit": ["1"]}, AUTH), NOW
    ).body

    def repeating(asked: Asked) -> Answer | None:
        return Answer(body, headers={"link": link}) if asked.path.endswith("/reblogged_by") else None

    asked: list[Asked] = []
    source = in_front_of(site, refuse=lambda one: asked.append(one) or repeating(one))  # type: ignore[func-returns-value]
    assert len(reposts(source.follow_up(stored(site), None, NOW))) == 1
    assert len([one for one in asked if one.path.endswith("/reblogged_by")]) == 2


AUTH = {"authorization": "Bearer m4stodon-t0ken"}


def test_a_link_never_says_where_to_ask_next() -> None:
    site = MastodonSite(World([ROOT, boost(2, 3)]))
    asked: list[str] = []

    def hostile(one: Asked) -> Answer | None:
        asked.append(one.headers["host"] + one.path)
        if one.path.endswith("/reblogged_by"):
            body = b'[{"id": "7", "acct": "ana"}]'
            return Answer(body, headers={"link": '<http://169.254.169.254/x?max_id=../../y>; rel="next"'})
        return None

    in_front_of(site, refuse=hostile).follow_up(stored(site), None, NOW)
    assert {host.partition("/")[0] for host in asked} == {"social.example"}
    assert len([one for one in asked if one.endswith("/reblogged_by")]) <= 2


def test_boosts_whose_ids_hold_no_time_are_looked_up_where_the_requests_suffice() -> None:
    events = [boost(2, 3), boost(3, 40)]
    site = MastodonSite(World([ROOT, *events]), flavour="gotosocial")
    newest, oldest = (site.id_of(event) for event in reversed(events))

    def linked(asked: Asked) -> Answer | None:
        """A server that pages by ids that are texts."""
        if not asked.path.endswith("/reblogged_by"):
            return None
        after = {"": newest, newest: oldest}.get(asked.one("max_id"))
        if after is None:
            return Answer(b"[]")
        body = b'[{"id": "%d", "acct": "user%d"}]' % ((3, 3) if after == newest else (2, 2))
        return Answer(body, headers={"link": f'<https://x.example/?max_id={after}>; rel="next"'})

    page = in_front_of(site, refuse=linked).follow_up(stored(site), None, NOW)
    assert sorted(edge.at for edge in page.reposts) == [at(3), at(40)]


# -- a server that names accounts only


def test_reblogged_by_that_ignores_its_limit_and_has_no_link_gives_everybody() -> None:
    boosts = [boost(10 + n, 10 * n) for n in range(1, 8)]
    site = MastodonSite(World([ROOT, *boosts]), flavour="gotosocial")
    page = in_front_of(site).follow_up(stored(site), None, NOW)
    assert set(reposts(page)) == {site.key_of(event) for event in boosts}
    assert len(paths(site, "/reblogged_by")) == 1
    assert len(paths(site, "/statuses")) == 7  # each booster's own posts hold the boost, to the second
    assert sorted(edge.at for edge in page.reposts) == [event.created_at for event in boosts]


def test_boosts_without_a_time_lie_between_the_last_return_and_this_one() -> None:
    world = World([ROOT, *(boost(10 + n, n) for n in range(1, 6))])
    site = MastodonSite(world, flavour="gotosocial")
    sparing = {"max_requests": 4}  # the post, its thread and the list, and one for a booster
    first = in_front_of(site, at(60), **sparing).follow_up(stored(site), None, at(60))
    for n in range(6, 9):
        world.add(boost(10 + n, 60 + n))
    second = in_front_of(site, at(90), **sparing).follow_up(stored(site), first.state, at(90))
    found = reposts(second)
    assert len(reposts(first)) == 5
    assert set(found) == {site.key_of(event) for event in world.listed(NOW) if event.number > 15}
    assert all(at(60) <= edge.at <= at(90) for edge in found.values())
    in_order = sorted(found.values(), key=lambda edge: edge.at)
    assert [edge.by.id.partition("@")[0] for edge in in_order] == ["user16", "user17", "user18"]


def test_boosters_that_come_in_below_those_that_are_known_are_found() -> None:
    world = World([ROOT, *(boost(10 + n, n) for n in range(1, 6))])
    site = MastodonSite(world, flavour="gotosocial")
    first = in_front_of(site, at(60)).follow_up(stored(site), None, at(60))
    late = Event(99, 99, at(2.5), kind="repost", root=1, visible_at=at(2.6))
    world.add(late)  # as if it had come in only now, among older ones
    second = in_front_of(site).follow_up(stored(site), first.state, NOW)
    assert set(reposts(second)) == {site.key_of(late)}


def test_a_server_that_shows_no_posts_of_boosters_is_asked_once() -> None:
    site = MastodonSite(World([ROOT, *(boost(10 + n, n) for n in range(1, 6))]), flavour="gotosocial")
    asked: list[str] = []

    def refuse(one: Asked) -> Answer | None:
        asked.append(one.path)
        return Answer(b"{}", 401) if "/accounts/" in one.path else None

    page = in_front_of(site, refuse=refuse).follow_up(stored(site), None, NOW)
    assert len(reposts(page)) == 5
    assert len([path for path in asked if "/accounts/" in path]) == 1
    assert [drop.where for drop in page.dropped] == ["times of boosts"]


# -- what is remembered


@pytest.mark.parametrize(
    "state", [None, "", "[]", "null", '{"v": 2}', '{"v": 1}', '{"v": 1, "at": "x", "newest": 3}', "9"]
)
def test_a_state_of_another_version_is_a_first_return(state: str | None) -> None:
    assert BoostState.read(state) == BoostState()


def test_a_state_is_read_as_it_was_written() -> None:
    state = BoostState(NOW, "117", 4, (AccountKey("mastodon", "a"),), (Stretch("115", None), Stretch("113", "111")))
    assert BoostState.read(str(state)) == state


def test_too_many_unread_stretches_become_one() -> None:
    many = [
        Stretch("117", "115"),
        Stretch("113", "112"),
        Stretch("111", "110"),
        Stretch("99", "98"),
        Stretch("97", None),
    ]
    assert joined(many[:4]) == tuple(many[:4])
    assert joined(many) == (Stretch("117", None),)


def test_the_state_stays_small() -> None:
    site = MastodonSite(World([ROOT, *(boost(10 + n, n / 10) for n in range(1, 1500))]))
    state = in_front_of(site).follow_up(stored(site), None, NOW).state
    assert state is not None
    assert len(state) < 2_000


# -- finding the post again


def test_a_post_stored_without_a_local_name_is_looked_up_by_its_address() -> None:
    for flavour in FLAVOURS:
        site = MastodonSite(World([ROOT]), flavour=flavour)
        post = replace(stored(site), local_id=None)
        page = in_front_of(site).follow_up(post, None, NOW)
        assert page.posts[0].local_id == site.id_of(ROOT)
        assert not paths(site, "/search")  # a post of the server itself: its address holds the name
        assert len(in_front_of(site).recheck([post], NOW).posts) == 1
        remote = MastodonSite(World([replace(ROOT, author=3)]), flavour=flavour)
        post = replace(stored(remote, replace(ROOT, author=3)), local_id=None)
        assert in_front_of(remote).follow_up(post, None, NOW).posts[0].local_id == remote.id_of(ROOT)
        assert [asked.one("resolve") for asked in paths(remote, "/search")] == ["false"]


def test_a_local_name_that_has_become_another_posts_is_not_believed() -> None:
    other = Event(2, 2, at(3), "something else")
    remote = replace(ROOT, author=3)  # of another server: its address does not tell the local name
    site = MastodonSite(World([remote, other]))
    post = replace(stored(site, remote), local_id=site.id_of(other))
    page = in_front_of(site).follow_up(post, None, NOW)
    assert page.posts[0].key == site.key_of(remote)
    assert len(paths(site, "/search")) == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_post_that_is_gone_is_not_found(flavour: Flavour) -> None:
    site = MastodonSite(World([replace(ROOT, deleted_at=at(30))]), flavour=flavour)
    with pytest.raises(NotFound):
        in_front_of(site).follow_up(stored(site), None, NOW)


def test_a_server_that_is_down_says_nothing_about_the_post() -> None:
    site = MastodonSite(World([ROOT]))
    with pytest.raises(Unreachable):
        in_front_of(site, refuse=lambda asked: Answer(b"", 502)).follow_up(stored(site), None, NOW)
    with pytest.raises(Unauthorised):
        in_front_of(site, refuse=lambda asked: Answer(b"{}", 401)).follow_up(stored(site), None, NOW)


# -- rechecks


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_recheck_finds_deletions_and_edits(flavour: Flavour) -> None:
    posts = [Event(n, n, at(n), f"lost bag {n}") for n in range(1, 46)]
    world = World(posts)
    site = MastodonSite(world, flavour=flavour)
    known = [stored(site, event) for event in posts]
    world.delete(7, at(60))
    world.delete(41, at(60))
    world.add(replace(posts[2], text="found it", edited_at=at(70)))
    page = in_front_of(site).recheck(known, NOW)
    assert set(page.deleted) == {site.key_of(posts[6]), site.key_of(posts[40])}
    assert len(page.posts) == 43
    edited = next(post for post in page.posts if post.key == site.key_of(posts[2]))
    assert (edited.text, edited.edited_at) == ("found it #northline", at(70))


def test_a_server_with_batches_is_asked_for_twenty_at_a_time() -> None:
    posts = [Event(n, n, at(n), f"lost bag {n}") for n in range(1, 46)]
    site = MastodonSite(World(posts))
    in_front_of(site).recheck([stored(site, event) for event in posts], NOW)
    assert [len(asked.query["id[]"]) for asked in site.asked] == [20, 20, 5]


def test_a_server_without_batches_is_asked_one_by_one_and_not_tried_again() -> None:
    posts = [Event(n, n, at(n), f"lost bag {n}") for n in range(1, 4)]
    site = MastodonSite(World(posts), flavour="gotosocial")
    source = in_front_of(site)
    for _ in range(2):
        assert source.recheck([stored(site, event) for event in posts], NOW).deleted == ()
    assert len(paths(site, "/api/v1/statuses")) == 1
    assert len(site.asked) == 7


@pytest.mark.parametrize("body", [b'[{"id": 5}]', b"[null]", b'[{"id": "5", "uri": null}, "x"]'])
def test_an_answer_that_cannot_be_read_whole_deletes_nothing(body: bytes) -> None:
    site = MastodonSite(World([ROOT]))
    page = in_front_of(site, refuse=lambda asked: Answer(body)).recheck([stored(site)], NOW)
    assert page.deleted == ()


def test_a_status_that_is_there_but_cannot_be_read_is_not_deleted() -> None:
    site = MastodonSite(World([ROOT]))
    body = b'[{"id": "%s"}]' % site.id_of(ROOT).encode()
    page = in_front_of(site, refuse=lambda asked: Answer(body)).recheck([stored(site)], NOW)
    assert (page.deleted, len(page.dropped)) == ((), 1)


@pytest.mark.parametrize("code", [401, 403, 500])
def test_a_recheck_that_is_refused_deletes_nothing(code: int) -> None:
    site = MastodonSite(World([ROOT]))
    with pytest.raises((Unauthorised, Unreachable)):
        in_front_of(site, refuse=lambda asked: Answer(b"{}", code)).recheck([stored(site)], NOW)
    single = MastodonSite(World([ROOT]), flavour="gotosocial")
    refuse = in_front_of(single, refuse=lambda asked: Answer(b"{}", 403) if "/statuses/" in asked.path else None)
    assert refuse.recheck([stored(single)], NOW).deleted == ()


def test_posts_whose_local_name_is_not_known_are_passed_over() -> None:
    site = MastodonSite(World([ROOT]))
    post = replace(stored(site), local_id=None, key=PostKey("mastodon", "https://far.example/notes/9x"))
    odd = replace(stored(site), local_id="../../x", key=PostKey("mastodon", "https://[broken"))
    page = in_front_of(site).recheck([post, odd], NOW)
    assert (page.posts, page.deleted, site.asked) == ((), (), [])
