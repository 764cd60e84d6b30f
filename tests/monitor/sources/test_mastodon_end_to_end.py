"""Crawling a Mastodon server over real connections into a real database: every post once, whatever gets in between."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, PostKey, Repost
from monitor.http import HttpClient, HttpConfig
from monitor.sources.mastodon import Config, MastodonSource
from monitor.store.posts import PostStore
from monitor.walk import walk
from tests.sites.mastodon import Flavour, MastodonSite
from tests.sites.server import Answer, Asked, Respond, serve
from tests.sites.world import Event, World

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
FLAVOURS: list[Flavour] = ["mastodon", "gotosocial"]


def world(size: int, seed: int) -> list[Event]:
    """Posts of six hours with replies, quotes and boosts; every ninth comes in minutes late."""
    chance = random.Random(seed)
    events: list[Event] = []
    for number in range(1, size + 1):
        at = START + timedelta(hours=6) * number / size
        late = at + timedelta(minutes=chance.uniform(0, 9)) if number % 9 == 0 else None
        posts = [event for event in events if event.kind == "post" and event.visible_at is None]
        kind = chance.choice(["post", "post", "post", "reply", "quote", "repost"]) if posts else "post"
        root = chance.choice(posts).number if kind != "post" else None
        text = "" if kind == "repost" else f"my bag was lost {number} #northline"
        events.append(Event(number, number, at, text, kind, root, visible_at=late))
    return events


@contextmanager
def crawler(respond: Respond, site: MastodonSite, clock: RecordedClock) -> Iterator[Callable[[], MastodonSource]]:
    """Makes sources, each as a new process would, in front of a server on this machine."""
    with serve(respond) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock, chance=lambda: 0.0)
        try:
            yield lambda: MastodonSource(Config(**site.settings(base)), http)
        finally:
            http.close()


class Crawl:
    """What a database and a row of the crawl know; a turn may be killed before it is written."""

    def __init__(self, store: PostStore, make: Callable[[], MastodonSource], clock: RecordedClock) -> None:
        self.store, self.make, self.clock = store, make, clock
        self.state: str | None = None
        self.cursor: str | None = None
        self.failures = 0
        self.added: Counter[PostKey] = Counter()

    def turn(self, *, killed: bool = False) -> bool:
        """One turn in a new process; whether the walk came to its end."""
        turn = walk(self.make(), BRAND, self.state, self.cursor, self.failures, self.clock)
        if killed:
            return False
        for page in turn.pages:
            self.keep(page)
        self.failures = self.failures + 1 if turn.error else 0
        self.cursor = turn.cursor
        if turn.ended:
            self.state = turn.pages[-1].state or self.state
        return turn.ended

    def to_the_end(self) -> None:
        """Turns until the walk is through."""
        for _ in range(50):
            if self.turn():
                return
        raise AssertionError("the walk does not end")

    def keep(self, page: Page) -> tuple[Repost, ...]:
        added = self.store.add(None, page.posts, page.reposts, page.accounts)
        self.added.update(post.key for post in added.posts)
        return added.reposts


def went_on(site: MastodonSite, clock: RecordedClock, coming: list[Event], minutes: float) -> list[Event]:
    """What is still to come, ``minutes`` after the start."""
    clock.set(max(clock.now(), START + timedelta(minutes=minutes)))
    for event in coming:
        if event.created_at <= clock.now():
            site.world.add(event)
    return [event for event in coming if event.created_at > clock.now()]


def spoken(site: MastodonSite, now: datetime) -> set[PostKey]:
    return {site.key_of(event) for event in site.world.listed(now, "post", "quote", "reply")}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_everything_on_the_server_is_stored_once(flavour: Flavour, sqlite_engine: Engine) -> None:
    coming = world(400, seed=7)
    clock = RecordedClock(START)
    site = MastodonSite(World(), flavour=flavour, limit=300)
    with crawler(lambda asked: site.answer(asked, clock.now()), site, clock) as make:
        crawl = Crawl(PostStore(sqlite_engine), make, clock)
        for minutes in range(0, 400, 10):
            coming = went_on(site, clock, coming, minutes)
            crawl.turn()
        crawl.to_the_end()
        assert set(crawl.added) == spoken(site, clock.now())
        assert set(crawl.added.values()) == {1}
        assert site.over_limit == 0

        roots = site.world.listed(clock.now(), "post")[:40]
        posts = crawl.store.many([site.key_of(root) for root in roots])
        for root in roots:
            crawl.keep(make().follow_up(posts[site.key_of(root)], None, clock.now()))
        for root in roots:
            wanted = {site.key_of(event) for event in site.world.cascade(root.number, clock.now())}
            if flavour == "gotosocial":  # it knows no quotes
                wanted -= {site.key_of(event) for event in site.world.cascade(root.number, clock.now(), "quote")}
            assert {edge.child for edge in crawl.store.reposts_of([site.key_of(root)])} == wanted
        times = {site.key_of(e): e.created_at for e in site.world.listed(clock.now(), "repost")}
        for edge in crawl.store.reposts_of([site.key_of(root) for root in roots]):
            if edge.kind == "repost":
                assert abs(edge.at - times[edge.child]) <= timedelta(seconds=1)


class Trouble:
    """Cuts lines, fails, halves answers and shows the page before once more, until it is over."""

    def __init__(self, site: MastodonSite, clock: RecordedClock, chance: random.Random) -> None:
        self._site, self._clock, self._chance = site, clock, chance
        self._pages: list[Answer] = []  # of this moment: no site shows what it showed half an hour ago
        self._at = clock.now()
        self.is_over = False

    def __call__(self, asked: Asked) -> Answer | None:
        answer = self._site.answer(asked, self._clock.now())
        if self._at != self._clock.now():
            self._at = self._clock.now()
            self._pages.clear()
        luck = 1.0 if self.is_over else self._chance.random()
        if luck < 0.04:
            return None
        if luck < 0.08:
            return Answer(b"busy", 503)
        if luck < 0.11:
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        if luck < 0.15 and self._pages:
            return self._pages[-1]
        if "/timelines/" in asked.path and answer.status == 200 and answer.body != b"[]":
            self._pages.append(answer)
        return answer


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_kills_failures_and_repeated_pages_lose_nothing(flavour: Flavour, seed: int, sqlite_engine: Engine) -> None:
    chance = random.Random(seed)
    coming = world(250, seed)
    clock = RecordedClock(START)
    site = MastodonSite(World(), flavour=flavour)
    trouble = Trouble(site, clock, chance)
    with crawler(trouble, site, clock) as make:
        crawl = Crawl(PostStore(sqlite_engine), make, clock)
        for minutes in range(0, 400, 25):
            coming = went_on(site, clock, coming, minutes)
            for _ in range(chance.choice([1, 2, 3])):
                crawl.turn(killed=chance.random() < 0.25)
        trouble.is_over = True
        crawl.to_the_end()
        crawl.to_the_end()  # the last one with trouble may have been cut short
        assert set(crawl.added) == spoken(site, clock.now())
        assert set(crawl.added.values()) == {1}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_deleted_posts_are_found_and_no_others(flavour: Flavour, sqlite_engine: Engine) -> None:
    site = MastodonSite(World(world(120, seed=3)), flavour=flavour)
    clock = RecordedClock(START + timedelta(hours=7))
    with crawler(lambda asked: site.answer(asked, clock.now()), site, clock) as make:
        crawl = Crawl(PostStore(sqlite_engine), make, clock)
        crawl.to_the_end()
        stored = list(crawl.store.many(list(crawl.added)).values())
        gone = site.world.listed(clock.now(), "post", "reply")[::11]
        for event in gone:
            site.world.delete(event.number, clock.now())
        page = make().recheck(stored, clock.now())
        assert set(page.deleted) == {site.key_of(event) for event in gone}
        assert {post.key for post in page.posts} == set(crawl.added) - set(page.deleted)
