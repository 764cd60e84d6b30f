"""The daemon: crawl what is due, look at what came, send what must be told. What is due stands in the database."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from alerts.outbox import DeliverReport, Outbox
from alerts.watch import TickReport, Watch
from monitor.clock import Clock
from monitor.collect import Collector, CollectReport
from monitor.domain import Brand, Post, PostKey
from monitor.due import is_due
from monitor.errors import StorageError
from monitor.follow import to_follow
from monitor.plain_text import one_line
from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.posts import PostStore

FOLLOWED_AT_ONCE = 10  # posts a source is asked about again in one round
FOLLOW_BACK = timedelta(hours=48)
FOLLOWED_LARGE = 100  # looked through besides the newest posts: what spreads most must not be pushed out by them
MOST_LOOKED_THROUGH = 2_000
PATIENCE = timedelta(seconds=20)  # with a site, before the others are asked again
REFUSALS = 3
REST = timedelta(minutes=5)  # for a source that broke

# What faulty code in a source raises. StorageError and SourceError are not among them.
FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)

log = structlog.get_logger("ripplewatch")


class Daemon:
    """Three duties, each run for a given moment: ``crawl``, ``look`` and ``send``. Fixed ticks call them."""

    def __init__(
        self,
        brands: Sequence[Brand],
        sources: Sequence[str],
        collector: Collector,
        posts: PostStore,
        crawls: CrawlStore,
        watch: Watch,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._brands = tuple(brands)
        self._sources = tuple(sources)
        self._collector = collector
        self._posts = posts
        self._crawls = crawls
        self._watch = watch
        self._outbox = outbox
        self._clock = clock
        self._found: deque[CollectReport] = deque()  # stored, and not taken in yet
        self._live_guard = threading.Lock()  # crawlers ask the live state how far posts have spread
        self._since: dict[str, datetime] = {}
        self._followed: dict[PostKey, datetime] = {}
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(self._sources)), thread_name_prefix="crawl")
        self._under_way: dict[str, Future[list[CollectReport]]] = {}

    def restore(self) -> None:
        """Take up where an earlier run ended."""
        self._watch.resume(self._clock.now())

    def close(self) -> None:
        """Let the crawls that are under way come to their end."""
        self._pool.shutdown()

    def crawl(self) -> list[CollectReport]:
        """Ask every source that is due, sites side by side, each site by one crawler; then return to what spreads.

        A site that takes its time is left to it: it holds up no other, here or in the next call. Raises StorageError
        where the database failed one of them, after all have been heard.
        """
        now = self._clock.now()
        rows = {(row.brand, row.source): row for row in self._crawls.all()}
        for source in self._sources:
            brands = [brand for brand in self._brands if is_due(rows.get((brand.id, source)), now)]
            if brands and source not in self._under_way:
                self._under_way[source] = self._pool.submit(self._crawl_site, source, brands)
        wait(self._under_way.values(), timeout=PATIENCE.total_seconds())
        ended = [source for source, job in self._under_way.items() if job.done()]
        jobs = [self._under_way.pop(source) for source in ended]
        failures = [error for job in jobs if (error := job.exception()) is not None]
        if failures:
            raise failures[0]
        return [report for job in jobs for report in job.result()]

    def _crawl_site(self, source: str, brands: Sequence[Brand]) -> list[CollectReport]:
        reports = [self._crawl_brand(source, brand) for brand in brands]
        if any(report.error is None for report in reports):
            reports += self._follow_all(self._worth_following(source, brands))
        return reports

    def _follow_all(self, posts: Iterable[Post]) -> list[CollectReport]:
        """Return to each of ``posts``, until the site has refused a few in a row: then it wants to be left alone."""
        reports: list[CollectReport] = []
        refused = 0
        for post in posts:
            reports.append(self._follow(post))
            refused = refused + 1 if reports[-1].error else 0
            if refused == REFUSALS:
                break
        return reports

    def _crawl_brand(self, source: str, brand: Brand) -> CollectReport:
        try:
            report = self._collector.collect(brand, source, self._clock.now())
        except FAULTS as error:
            report = self._broken(source, brand, error)
        self._found.append(report)
        if report.error:
            log.warning("crawl failed", source=source, brand=brand.id, reason=report.error)
        else:
            log.info("crawled", source=source, brand=brand.id, new=len(report.new_posts), dropped=report.dropped)
        return report

    def _broken(self, source: str, brand: Brand, error: Exception) -> CollectReport:
        """What a faulty source leaves behind: a row that says so, and time until it is asked again."""
        now, reason = self._clock.now(), f"the crawler broke: {one_line(repr(error), 200)}"
        row = self._crawls.get(brand.id, source) or CrawlState(brand.id, source)
        failed = replace(
            row, failures=row.failures + 1, last_error=reason, last_attempt_at=now, next_check_at=now + REST
        )
        self._crawls.put(None, failed)
        return CollectReport(brand.id, source, error=reason)

    def _worth_following(self, source: str, brands: Sequence[Brand]) -> list[Post]:
        """The newest posts and those that spread most, as far as it is time to return to them."""
        now = self._clock.now()
        recent = {
            post.key: post
            for brand in brands
            for post in self._posts.about(brand.id, now - FOLLOW_BACK, now, MOST_LOOKED_THROUGH)
            if post.key.source == source
        }
        with self._live_guard:
            recent |= {post.key: post for post in self._watch.live.spreading(source, now - FOLLOW_BACK, FOLLOWED_LARGE)}
            spread = self._watch.live.sizes(recent)
        return to_follow(recent.values(), self._followed, spread, now, FOLLOWED_AT_ONCE)

    def _follow(self, post: Post) -> CollectReport:
        now = self._clock.now()
        self._followed[post.key] = now
        report = self._collector.follow_up(post, now)
        self._found.append(report)
        if report.error:
            log.warning("following up failed", post=str(post.key), reason=report.error)
        return report

    def look(self) -> TickReport:
        """Take in what the crawlers found and let the pipeline look at everything."""
        now = self._clock.now()
        with self._live_guard:
            while self._found:
                report = self._found[0]
                known = [post.key for post in report.new_posts]
                self._watch.take(report.new_posts, report.new_reposts, report.accounts, now, known)
                self._found.popleft()  # only now: a database that fails loses nothing
            tick = self._watch.tick(now, self._watched_since(now))
        self._forget_followed(now)
        for incident in tick.opened:
            log.warning("incident opened", id=incident.id, brand=incident.brand, level=incident.level.name)
        return tick

    def _forget_followed(self, now: datetime) -> None:
        for key in [key for key, at in self._followed.copy().items() if now - at > FOLLOW_BACK]:
            del self._followed[key]

    def _watched_since(self, now: datetime) -> dict[str, datetime]:
        """Per brand, since when no source that has ever brought posts about it was failing: calm before is not calm."""
        rows = self._crawls.all()
        for brand in self._brands:
            own = [row for row in rows if row.brand == brand.id and row.source in self._sources]
            gap = any(row.failures and row.posts_total for row in own) or all(row.failures for row in own)
            if gap or brand.id not in self._since:
                self._since[brand.id] = now
        return dict(self._since)

    def send(self) -> DeliverReport:
        """Send what is due."""
        report = self._outbox.deliver(self._clock.now())
        for problem in report.problems:
            log.warning("message not delivered", reason=problem)
        return report


def surviving(duty: Callable[[], object]) -> Callable[[], None]:
    """``duty``, except that a database that does not answer is told and tried again at the next tick."""

    def run() -> None:
        try:
            duty()
        except StorageError as error:
            log.error("the database did not answer; trying again", reason=str(error))

    return run
