"""A thousand seeded runs against sites that fail in every way, with a crawler that is killed at any point.

Real sockets, the real client, real sources and stores. When the sites are mended, every post that they hold stands in
the store exactly once.
"""

import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from monitor.clock import RecordedClock
from monitor.collect import Collector, CollectReport
from monitor.db import connect
from monitor.domain import Brand, BrandMatch, Post, PostKey
from monitor.guard import Guard
from monitor.http import HttpClient, HttpConfig
from monitor.network import GuardedTransport
from monitor.sources.registry import SOURCES
from monitor.store.crawling import CrawlStores
from monitor.store.writing import POST
from tests.sites.askbot import AskbotSite
from tests.sites.bluesky import BlueskySite
from tests.sites.discourse import DiscourseSite
from tests.sites.faults import FAULTS, FaultySite
from tests.sites.feed import FeedSite
from tests.sites.hackernews import HackerNewsSite
from tests.sites.mastodon import MastodonSite
from tests.sites.server import Answer, Asked, serve
from tests.sites.world import Event, World

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
RUNS, AT_ONCE = 1_000, 25
SITES = ("bluesky", "mastodon", "gotosocial", "hackernews", "discourse", "older discourse", "askbot", "feed")
LATE = timedelta(minutes=4)  # a post is found at most so long after its time: less than every source's overlap
EVERY = timedelta(minutes=3)
SWEEP = timedelta(hours=6)  # by then a source that could not read on has said so and looks at everything again


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


class KilledAtRequest(httpx.BaseTransport):
    """Passes requests on until the one at which the process is killed."""

    def __init__(self, inner: httpx.BaseTransport, after: int) -> None:
        self._inner = inner
        self._left = after

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._left -= 1
        if self._left == 0:
            raise Killed
        return self._inner.handle_request(request)


class KilledStores(CrawlStores):
    """Stores whose process is killed in the middle of the n-th transaction, or right after it."""

    def __init__(self, engine: Engine, after: int, *, before_commit: bool) -> None:
        super().__init__(engine)
        self._left = after
        self._before_commit = before_commit
        put = self.crawls.put

        def dying(session: Any, row: Any) -> None:
            put(session, row)
            self._left -= 1
            if self._left == 0 and self._before_commit:
                raise Killed

        self.crawls.put = dying  # type: ignore[method-assign]

    def crawled(self) -> None:
        """A crawl has come to its end."""
        if self._left <= 0:
            raise Killed


class NamesTheBrand:
    def annotate(
        self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey], accounts: object = ()
    ) -> Sequence[Post]:
        match = BrandMatch("northline", "Northline Air", "name", "Northline Air")
        return [replace(post, brand_matches=(match,)) for post in posts if "Northline Air" in post.text]


class Address:
    """Where the site of the present run answers: one server for all of them."""

    url = ""
    site: FaultySite

    def respond(self, asked: Asked) -> Answer | None:
        return self.site.respond(asked)


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    place = Address()
    certificates = httpx.create_ssl_context(trust_env=False)
    with pytest.MonkeyPatch.context() as patch, serve(place.respond) as url:
        patch.setattr(httpx, "create_ssl_context", lambda **_: certificates)  # read once, not for each of the runs
        place.url = url
        yield place


class Run:
    """One seeded run: a world that goes on, a site that fails, a crawler that dies."""

    def __init__(self, seed: int, address: Address, file: Path) -> None:
        self.random = random.Random(seed)
        self.clock = RecordedClock(START)
        self.world = World(self._events())
        self.kind = SITES[seed % len(SITES)]
        self.name = {"gotosocial": "mastodon", "older discourse": "discourse"}.get(self.kind, self.kind)
        self.site = self._site(address)
        self.faults = FaultySite(self.site, self.clock, seed, page=self.random.choice((3, 5, 9)))
        address.site = self.faults
        self.settings = self.site.settings(address.url)
        self.engine = connect(f"sqlite:///{file}")
        self.http = HttpConfig(pace_seconds=0, timeout_seconds=2, allowed_private_hosts=("127.0.0.1",))
        guard = Guard(self.http.allowed_private_hosts)
        self.transport = GuardedTransport(guard, self.clock, timedelta(minutes=5))
        self.deaths = 0

    def _site(self, address: Address) -> Any:
        if self.kind == "bluesky":
            return BlueskySite(self.world, lambda: address.url, public=self.random.random() < 0.5)
        if self.kind == "hackernews":
            return HackerNewsSite(self.world)
        if self.name == "discourse":
            flavour: Any = "present" if self.kind == "discourse" else "older"
            return DiscourseSite(self.world, lambda: address.url, flavour=flavour)
        if self.kind == "askbot":
            return AskbotSite(self.world, lambda: address.url, page_size=self.random.choice((3, 5, 9)))
        if self.kind == "feed":
            return FeedSite(self.world, lambda: address.url)
        return MastodonSite(self.world, flavour=self.kind)  # type: ignore[arg-type]

    def _events(self) -> Iterator[Event]:
        for number in range(1, self.random.randrange(20, 90)):
            hours = -5 if self.random.random() < 0.4 else 0  # what was there before, and what comes meanwhile
            at = START + timedelta(hours=hours, seconds=self.random.randrange(abs(hours) * 3600 or 2400))
            late = at + LATE * self.random.random() if self.random.random() < 0.4 else None
            gone = at + timedelta(hours=5 * self.random.random()) if self.random.random() < 0.1 else None
            text = f"Northline Air lost my bag no. {number} #northline"
            yield Event(number, self.random.randrange(1, 30), at, text, visible_at=late, deleted_at=gone)

    def live(self, turns: int) -> None:
        """One life of the crawler, which may end before its turns are over."""
        kill_at = self.random.randrange(1, 30) if self.random.random() < 0.8 else 10_000
        stores = CrawlStores(self.engine)
        transport: httpx.BaseTransport = self.transport
        if self.random.random() < 0.5:
            transport = KilledAtRequest(transport, kill_at)
        else:
            stores = KilledStores(self.engine, 1 + kill_at % 5, before_commit=self.random.random() < 0.5)
        try:
            self.crawl(stores, transport, turns)
        except Killed:
            self.deaths += 1

    def crawl(self, stores: CrawlStores, transport: httpx.BaseTransport, turns: int) -> list[CollectReport]:
        http = HttpClient(self.http, self.clock, transport, chance=self.random.random)
        spec = SOURCES[self.name]
        source = spec.build(spec.config.model_validate(self.settings), http)
        collector = Collector({self.name: source}, NamesTheBrand(), stores, self.clock)
        reports = []
        for _ in range(turns):
            reports.append(collector.collect(BRAND, self.name, self.clock.now()))
            if isinstance(stores, KilledStores):
                stores.crawled()
            self.clock.wait(EVERY)
        return reports

    def finish(self) -> None:
        """The site is mended; the crawler goes on until it has caught up."""
        self.faults.mend()
        self.clock.set(max(self.clock.now(), START + timedelta(hours=1) + LATE) + SWEEP)
        reports: list[CollectReport] = []
        for _ in range(20):
            reports += self.crawl(CrawlStores(self.engine), self.transport, 3)
            ends = [n for n, report in enumerate(reports) if not (report.unfinished or report.error)]
            # After the second end a whole walk was begun and ended, and it found nothing new.
            if len(ends) > 2 and not any(report.new_posts for report in reports[ends[-3] + 1 :]):
                return
        raise AssertionError(f"it never catches up: {reports[-1].error}")

    def stored(self) -> list[str]:
        with self.engine.connect() as connection:
            return sorted(connection.execute(sa.select(POST.c.id).where(POST.c.source == self.name)).scalars())

    def close(self) -> None:
        self.transport.close()
        self.engine.dispose()


def check(seed: int, address: Address, file: Path) -> Run:
    """One whole run."""
    run = Run(seed, address, file)
    try:
        for _ in range(run.random.randrange(2, 6)):
            run.live(run.random.randrange(1, 6))
        run.finish()
        held = {run.site.key_of(event).id for event in run.world.listed(run.clock.now(), "post")}
        ever = {run.site.key_of(event).id for event in run.world.listed(START + timedelta(days=9), "post")} | {
            run.site.key_of(event).id for n in range(1, 221) if (event := run.world.get(n)) is not None
        }
        stored = run.stored()
        assert len(stored) == len(set(stored)), f"seed {seed}: a post is stored twice"
        assert held <= set(stored), (
            f"seed {seed}, {run.kind}: {len(held - set(stored))} of {len(held)} posts are missing"
        )
        assert set(stored) <= ever, f"seed {seed}, {run.kind}: posts that nobody wrote"
    finally:
        run.close()
    return run


@pytest.mark.server
@pytest.mark.parametrize("first", range(0, int(os.environ.get("RIPPLEWATCH_FAULT_RUNS", RUNS)), AT_ONCE))
def test_every_post_that_the_site_holds_is_stored_exactly_once(
    first: int, address: Address, migrated_file: Path, tmp_path: Path
) -> None:
    met: set[str] = set()
    deaths = 0
    for seed in range(first, first + AT_ONCE):
        file = tmp_path / f"{seed}.db"
        shutil.copy(migrated_file, file)
        run = check(seed, address, file)
        met |= run.faults.met
        deaths += run.deaths
    assert met == FAULTS, "every kind of fault came up"
    assert deaths > AT_ONCE // 2, "it was killed again and again"
