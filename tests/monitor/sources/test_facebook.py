"""Facebook pages: posts without authors, comments, shares, what is missing, and a whole page over a real connection."""

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
from monitor.errors import NotFound, RateLimited, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.facebook import Config, FacebookSource
from monitor.sources.facebook.records import comments_of, posts_of, shares_of
from tests.sites.facebook import PAGE, FacebookSite
from tests.sites.server import serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERYBODY = Brand("*", "*")
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "facebook" / "full.json").read_text())
POST = Post(PostKey("facebook", "7_1"), AccountKey("facebook", "7"), "Hello", NOW, NOW, url="https://f.example/1")


def source(answer: Callable[[httpx.Request], httpx.Response], **config: Any) -> FacebookSource:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return FacebookSource(Config(**{"access_token": "t0ken", "pages": ("7",), **config}), http)


def denied() -> httpx.Response:
    return httpx.Response(403, json={"error": {"message": "no t0ken", "code": 10}})


def entry(number: int, message: Any = "Northline Air", at: str = "2026-03-02T11:00:00+0000", **more: Any) -> Any:
    return {"id": f"7_{number}", "message": message, "created_time": at, **more}


def test_a_post_is_read_with_its_counters_and_an_absent_one_stays_unknown() -> None:
    page = posts_of(FULL["data"], "feed", NOW)
    first, second, shared = page.posts
    assert first.author == AccountKey("facebook", "700100200300")
    assert first.metrics is not None
    assert (first.metrics.likes, first.metrics.reposts, first.metrics.replies, first.metrics.views) == (
        340,
        12,
        57,
        None,
    )
    assert second.metrics is not None
    assert second.metrics.reposts is None
    assert shared.metrics is None
    assert page.dropped == ()


def test_later_comments_do_not_make_a_post_an_edited_one() -> None:
    assert [post.edited_at for post in posts_of(FULL["data"], "feed", NOW).posts] == [None, None, None]


def test_authors_whom_the_site_does_not_name_are_not_one_person() -> None:
    page = posts_of([entry(1), entry(2), entry(3, **{"from": {"name": "no id"}})], "feed", NOW)
    assert len({post.author for post in page.posts}) == 3
    assert all(":" in post.author.id for post in page.posts)
    assert {account.handle for account in page.accounts} == {""}


def test_a_post_that_passes_on_another_one_says_so() -> None:
    (edge,) = posts_of(FULL["data"], "feed", NOW).reposts
    assert (edge.root.id, edge.child.id, edge.kind, edge.evidence, edge.confidence, edge.parent) == (
        "811_5",
        "700100200300_38",
        "quote",
        "platform",
        1.0,
        None,
    )


def test_a_malformed_post_is_counted_and_the_others_are_read() -> None:
    odd = [entry(1, 5), {**entry(2), "id": "../me"}, {**entry(3), "created_time": "yesterday"}, None, entry(4)]
    page = posts_of(odd, "feed", NOW)
    assert [post.key.id for post in page.posts] == ["7_4"]
    assert [drop.where for drop in page.dropped] == ["feed[0]", "feed[1]", "feed[2]", "feed[3]"]


def test_comments_know_what_they_answer() -> None:
    top = {"id": "1_5", "message": "Shame", "created_time": "2026-03-02T11:10:00+0000", "from": {"id": "44"}}
    below = {**top, "id": "1_6", "message": "Write to us", "parent": {"id": "1_5"}, "from": {"id": "7"}}
    orphan = {**top, "id": "1_7", "parent": {"id": "1_4"}}
    sticker = {**top, "id": "1_8", "message": ""}
    page = comments_of([below, top, orphan, sticker], POST, NOW)
    edges = {edge.child.id: edge for edge in page.reposts}
    assert (edges["1_5"].parent_post, edges["1_5"].parent) == (POST.key, POST.author)
    assert (edges["1_6"].parent_post, edges["1_6"].parent) == (
        PostKey("facebook", "1_5"),
        AccountKey("facebook", "44"),
    )
    assert (edges["1_7"].parent_post, edges["1_7"].parent) == (PostKey("facebook", "1_4"), None)
    assert {edge.root for edge in page.reposts} == {POST.key}
    assert page.dropped == ()


def test_a_share_has_a_parent_only_where_the_site_names_it() -> None:
    plain = {"id": "44_9", "created_time": "2026-03-02T11:10:00+0000", "from": {"id": "44"}}
    page = shares_of([plain, {**plain, "id": "45_9", "message": "Look", "parent_id": "7_1"}], POST, NOW)
    far, near = page.reposts
    assert (far.kind, far.parent, far.evidence, far.confidence) == ("repost", None, "inferred", 0.0)
    assert (near.kind, near.parent, near.evidence, near.confidence) == ("quote", POST.author, "platform", 1.0)
    assert [post.key for post in page.posts] == [near.child]


def test_tagged_posts_that_only_the_pages_own_token_may_see_are_missed_once_a_day_and_no_failure() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("/tagged"):
            return denied()
        return httpx.Response(200, json={"data": [entry(1)]} if request.url.path.endswith("/feed") else {"id": "7"})

    reader = source(answer)
    state, told = None, []
    for hours in (0, 1, 25):
        pages = [reader.fetch(EVERYBODY, state, None, NOW + timedelta(hours=hours))]
        while pages[-1].next_cursor is not None:
            pages.append(reader.fetch(EVERYBODY, state, pages[-1].next_cursor, NOW + timedelta(hours=hours)))
        state = pages[-1].state
        told.append([drop.where for page in pages for drop in page.dropped])
        assert [post.key.id for page in pages for post in page.posts] == ["7_1"]
    assert told == [["page 7: posts that tag it"], [], ["page 7: posts that tag it"]]
    assert sum(path.endswith("/tagged") for path in asked) == 2


def test_a_feed_whose_authors_may_not_be_seen_is_read_without_them() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        fields = request.url.params["fields"].split(",")
        if request.url.path.endswith("/feed") and "from" in fields:
            return denied()
        return httpx.Response(200, json={"data": [entry(1)], "id": "7"})

    reader = source(answer)
    page = reader.fetch(EVERYBODY, None, None, NOW)
    assert [post.key.id for post in page.posts] == ["7_1"]
    assert [drop.where for drop in page.dropped] == ["page 7: authors"]


def test_one_page_that_fails_does_not_stop_the_others() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "/7/" in request.url.path:
            return httpx.Response(400, json={"error": {"code": 100, "error_subcode": 33}})
        return httpx.Response(200, json={"data": [entry(1)], "id": "8"})

    page = source(answer, pages=("7", "8")).fetch(EVERYBODY, None, None, NOW)
    assert [post.key.id for post in page.posts] == ["7_1"]
    assert [drop.where for drop in page.dropped] == ["page 7"]


def test_a_refused_token_is_told_and_not_sent_for_every_page() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(400, json={"error": {"code": 190, "error_subcode": 463, "message": "t0ken"}})

    with pytest.raises(Unauthorised, match="has expired") as raised:
        source(answer, pages=tuple("123456")).fetch(EVERYBODY, None, None, NOW)
    assert "t0ken" not in str(raised.value)
    assert len(asked) == 1


# -- over a real connection


def act(number: int, minutes: float, text: str = "Northline Air & me", author: int = 4, **fields: Any) -> Event:
    return Event(number, author, NOW + timedelta(minutes=minutes), text, **fields)


def world() -> World:
    """120 posts, several in one second; below the fifth 230 comments, some answering others, and 3 shares."""
    return World(
        [
            *(act(number, -1000 + 8 * (number // 4), f"part {number}", author=number) for number in range(120)),
            *(act(200 + n, -900 + n, "me too", author=n, kind="reply", root=5) for n in range(230)),
            *(act(500 + n, -600 + n, "no", author=n, kind="reply", root=5, parent=210) for n in range(12)),
            *(act(600 + n, -500 + n, "", author=n, kind="repost", root=5) for n in range(3)),
            act(700, -100, "Look at this", kind="quote", root=5),
        ]
    )


@contextmanager
def online(site: FacebookSite, clock: RecordedClock, **config: Any) -> Iterator[FacebookSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield FacebookSource(Config(**{**site.settings(base), **config}), http)
        finally:
            http.close()


def crawl(
    reader: FacebookSource, clock: RecordedClock, state: str | None = None
) -> tuple[dict[PostKey, Post], list[Page]]:
    """One walk; waits where the site says so."""
    found: dict[PostKey, Post] = {}
    pages: list[Page] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        try:
            pages.append(reader.fetch(EVERYBODY, state, cursor, clock.now()))
        except RateLimited as error:
            clock.wait(error.retry_after or timedelta(minutes=5))
            continue
        found |= {post.key: post for post in pages[-1].posts}
        cursor = pages[-1].next_cursor
    return found, pages


def test_a_whole_feed_is_read_through_pages_that_name_no_cursor_and_then_only_what_is_new() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = FacebookSite(here)
    with online(site, clock) as reader:
        found, pages = crawl(reader, clock)
        assert set(found) == {site.key_of(event) for event in here.listed(NOW, "post", "quote")}
        profile = next(a for page in pages for a in page.accounts if a.key.id == PAGE)
        assert (profile.handle, profile.followers) == ("northlineair", 5_000)
        here.add(act(121, 3, "new"))
        here.add(act(122, -5, "shown late", visible_at=NOW + timedelta(minutes=5)))
        clock.wait(timedelta(minutes=10))
        again, _ = crawl(reader, clock, pages[-1].state)
    assert {site.key_of(act(121, 3)), site.key_of(act(122, -5))} <= set(again)
    assert len(again) < 10
    assert site.asked[PAGE] == 1  # the profile: once a day


def test_a_post_is_followed_until_all_its_comments_and_visible_shares_are_known() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = FacebookSite(here)
    with online(site, clock, comment_pages=1) as reader:
        head = crawl(reader, clock)[0][site.key_of(act(5, 0))]
        edges, state = {}, None
        for _ in range(3):
            page = reader.follow_up(head, state, clock.now())
            state = page.state
            edges |= {edge.child: edge for edge in page.reposts}
        assert set(edges) == {site.key_of(event) for event in here.cascade(5, NOW, "reply", "repost")}
        assert {edges[site.key_of(here.get(500 + n))].parent_post for n in range(12)} == {site.key_of(here.get(210))}
        assert page.posts[0].metrics is not None
        assert (page.posts[0].metrics.reposts, page.posts[0].metrics.replies) == (3, 242)
        here.add(act(450, 4, "and me", kind="reply", root=5))
        clock.wait(timedelta(minutes=5))
        late = reader.follow_up(head, state, clock.now())
        assert site.key_of(here.get(450)) in {post.key for post in late.posts}
        here.delete(5, NOW)
        with pytest.raises(NotFound):
            reader.follow_up(head, state, clock.now())


def test_what_is_gone_or_edited_is_found_out_but_not_where_the_token_sees_nothing_any_more() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = FacebookSite(here)
    with online(site, clock) as reader:
        found, _ = crawl(reader, clock)
        said = reader.follow_up(found[site.key_of(act(5, 0))], None, clock.now())
        stored = [found[site.key_of(act(n, 0))] for n in (7, 8, 9)]
        stored.append(next(post for post in said.posts if post.key == site.key_of(here.get(205))))
        here.delete(7, NOW + timedelta(minutes=1))
        here.delete(205, NOW + timedelta(minutes=1))
        here.add(replace(here.get(8), text="Sorry", edited_at=NOW + timedelta(minutes=2)))
        clock.wait(timedelta(hours=1))
        page = reader.recheck(stored, clock.now())
        assert set(page.deleted) == {site.key_of(here.get(n)) for n in (7, 205)}
        edits = {post.key: post.edited_at for post in page.posts}
        assert edits == {site.key_of(act(8, 0)): NOW + timedelta(minutes=2), site.key_of(act(9, 0)): None}
        site.blind = True
        blind = reader.recheck(stored, clock.now())
    assert blind.deleted == ()
    assert len(blind.dropped) == len(stored)


def test_the_page_is_never_asked_above_the_limit_that_it_announces() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = FacebookSite(here, limit=5, own_page=False)
    with online(site, clock, lookback_hours=48) as reader:
        state, found = None, {}
        for _ in range(12):
            some, pages = crawl(reader, clock, state)
            found |= some
            state = pages[-1].state
            clock.wait(timedelta(minutes=30))
    assert site.over_limit == 0
    assert set(found) == {site.key_of(event) for event in here.listed(NOW, "post", "quote")}
