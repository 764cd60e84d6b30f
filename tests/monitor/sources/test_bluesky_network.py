"""Bluesky over real sockets: a whole network on the loopback interface, crawled, followed and rechecked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey, Repost
from monitor.errors import RateLimited
from monitor.http import HttpClient, HttpConfig
from monitor.sources.bluesky import BlueskySource, Config
from tests.sites.bluesky import BlueskySite
from tests.sites.server import serve
from tests.sites.world import Event, Kind, World

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))


class Rig:
    """A site on a real port, and a client for it."""

    def __init__(self, address: str, clock: RecordedClock, site: BlueskySite) -> None:
        self.address, self.clock, self.site = address, clock, site
        self.clients: list[HttpClient] = []
        self.source = self.started()

    def started(self, **config: Any) -> BlueskySource:
        """A source as a new process would have it."""
        self.clients.append(HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), self.clock))
        http = self.clients[-1]
        return BlueskySource(Config(**self.site.settings(self.address), **config), http)

    def crawl(self, state: str | None = None, restart: bool = False) -> tuple[dict[PostKey, Post], str | None]:
        """One walk to its end; with ``restart``, every page is asked for by a new process."""
        posts: dict[PostKey, Post] = {}
        cursor: str | None = None
        for _ in range(200):
            source = self.started() if restart else self.source
            page = source.fetch(BRAND, state, cursor, self.clock.now())
            posts |= {post.key: post for post in page.posts}
            cursor = page.next_cursor
            if cursor is None:
                return posts, page.state
        raise AssertionError("the walk never ends")

    def keys(self, *kinds: Kind) -> set[PostKey]:
        """What is there to be found now."""
        return {self.site.key_of(event) for event in self.site.world.listed(self.clock.now(), *kinds)}


@pytest.fixture(params=[False, True], ids=["letter by letter", "public"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    clock = RecordedClock(NOON)
    where: list[str] = []
    site = BlueskySite(World(), lambda: where[0], public=request.param)
    with serve(lambda asked: site.answer(asked, clock.now())) as address:
        where.append(address)
        rig = Rig(address, clock, site)
        yield rig
        for client in rig.clients:
            client.close()


def said(number: int, minutes: float, text: str = "", **fields: Any) -> Event:
    """A post some minutes before noon."""
    at = NOON - timedelta(minutes=minutes)
    return Event(number, number, at, text or f"Northline Air lost bag {number}", **fields)


def test_every_post_is_found_once_however_it_is_spelt_and_wherever_the_walk_is_cut_off(rig: Rig) -> None:
    spellings = ("Northline Air", "northline air", "NORTHLINE AIR", "#northline", "#Northline", '"Northline Air"')
    for number in range(1, 400):
        rig.site.world.add(said(number, number / 2, f"{spellings[number % 6]} broke my cello {number}"))
    rig.site.world.add(said(900, 5, "Northbound, line by line, in the open air"))
    found, _ = rig.crawl(restart=True)
    assert set(found) == rig.keys() - {rig.site.key_of(said(900, 5))}


def test_the_next_walk_brings_what_was_posted_or_indexed_in_between(rig: Rig) -> None:
    rig.site.world.add(said(1, 60))
    _, state = rig.crawl()
    rig.site.world.add(said(2, -3))  # posted later
    rig.site.world.add(said(3, 4, visible_at=NOON + timedelta(minutes=1)))  # posted before, indexed late
    rig.clock.set(NOON + timedelta(minutes=5))
    found, _ = rig.crawl(state, restart=True)
    assert {rig.site.key_of(said(2, -3)), rig.site.key_of(said(3, 4))} <= set(found)


def test_a_backdated_post_is_found_by_the_next_look_that_goes_back_over_everything(rig: Rig) -> None:
    rig.site.world.add(said(1, 1))
    _, state = rig.crawl()
    rig.site.world.add(said(2, 600, visible_at=NOON + timedelta(minutes=1)))
    rig.clock.set(NOON + timedelta(hours=7))
    found, _ = rig.crawl(state)
    assert rig.site.key_of(said(2, 600)) in found


def test_garbage_in_the_place_of_the_sites_cursor_costs_the_term_anew_and_no_post(rig: Rig) -> None:
    for number in range(1, 250):
        rig.site.world.add(said(number, number))
    first = rig.source.fetch(BRAND, None, None, NOON)
    assert first.next_cursor is not None
    found = {post.key for post in first.posts}
    cursor: str | None = first.next_cursor.replace("__", "??")
    for _ in range(50):
        page = rig.source.fetch(BRAND, None, cursor, NOON)
        found |= {post.key for post in page.posts}
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == rig.keys()


def cascade(rig: Rig) -> Event:
    """A post, a chain of reposts through one another, quotes, and replies below one another."""
    root = replace(said(1, 100), author=1)
    rig.site.world.add(root)
    for number in range(2, 32):
        parent = number - 1 if number % 3 else 1
        rig.site.world.add(said(number, 100 - number, "", kind="repost", root=1, parent=parent))
    for number in range(40, 45):
        rig.site.world.add(said(number, 90 - number, f"Look at this {number}", kind="quote", root=1))
    for number in range(50, 70):
        parent = number - 1 if number > 50 else 1
        rig.site.world.add(said(number, 80 - number, f"Me too {number}", kind="reply", root=1, parent=parent))
    return root


def told(rig: Rig, page: Page, into: dict[PostKey, Repost]) -> None:
    """Keep the edges of ``page`` as the store does: better evidence takes the place of what was guessed."""
    for edge in page.reposts:
        known = into.get(edge.child)
        into[edge.child] = edge if known is None or edge.confidence >= known.confidence else known


def test_a_cascade_is_followed_to_its_true_tree_within_the_requests_of_each_return(rig: Rig) -> None:
    root = cascade(rig)
    author = AccountKey("bluesky", rig.site.did(root.author))
    post = Post(rig.site.key_of(root), author, root.text, root.created_at, NOON)
    edges: dict[PostKey, Repost] = {}
    posts: set[PostKey] = set()
    state: str | None = None
    for minutes in range(0, 50, 5):
        rig.clock.set(NOON + timedelta(minutes=minutes))
        before = rig.site.asked["listRecords"] + rig.site.asked["getRecord"]
        page = rig.started(max_requests=14).follow_up(post, state, rig.clock.now())  # each time by a new process
        assert rig.site.asked["listRecords"] + rig.site.asked["getRecord"] - before <= 14
        told(rig, page, edges)
        posts |= {found.key for found in page.posts}
        state = page.state
    assert posts == rig.keys("post", "quote", "reply")
    assert set(edges) == rig.keys("repost", "quote", "reply")
    for event in rig.site.world.listed(rig.clock.now(), "repost"):
        edge = edges[rig.site.key_of(event)]
        parent = rig.site.world.get(event.parent or 0)
        assert edge.at == event.created_at
        if parent is not None and parent.kind == "repost":
            assert (edge.evidence, edge.parent_post) == ("via", rig.site.key_of(parent))
        else:
            assert (edge.evidence, edge.parent_post) == ("inferred", None)
    assert rig.site.asked["listRecords"] == 30, "no reposter is asked for twice"


def test_posts_that_were_taken_back_are_told_by_a_recheck_and_edited_ones_renewed(rig: Rig) -> None:
    for number in range(1, 61):
        rig.site.world.add(said(number, number))
    posts, _ = rig.crawl()
    rig.site.world.delete(7, NOON)
    rig.site.world.delete(55, NOON)
    rig.site.world.add(said(9, 9, "Northline Air found it after all"))
    rig.clock.set(NOON + timedelta(hours=1))
    page = rig.source.recheck(list(posts.values()), rig.clock.now())
    assert set(page.deleted) == {rig.site.key_of(said(7, 7)), rig.site.key_of(said(55, 55))}
    assert rig.site.asked["getPosts"] == 3
    edited = [post for post in page.posts if post.edited_at is not None]
    assert [(post.text, post.edited_at) for post in edited] == [
        ("Northline Air found it after all", NOON + timedelta(hours=1))
    ]


def test_no_request_is_made_beyond_the_announced_limit(rig: Rig) -> None:
    for number in range(1, 900):
        rig.site.world.add(said(number, number))
    rig.site.limit = 5
    with pytest.raises(RateLimited) as raised:
        rig.crawl()
    assert raised.value.retry_after is not None
    assert timedelta(0) < raised.value.retry_after <= timedelta(minutes=5)
    assert rig.site.over_limit == 0


def test_hidden_authors_are_shown_to_nobody_without_a_login_and_to_those_with_one(rig: Rig) -> None:
    rig.site.world.add(said(1, 5))
    rig.site.world.add(said(2, 6))
    rig.site.hidden = {2}
    assert set(rig.crawl()[0]) == {rig.site.key_of(said(1, 5))}
    rig.source = rig.started(identifier="watcher.example", app_password="app-pass")
    assert set(rig.crawl()[0]) == rig.keys()
    assert rig.site.sessions == 1
