"""The daemon: crawl what is due, look at what came, send what must be told. What is due stands in the database."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from monitor.store.crawls import CrawlStore
from monitor.store.posts import PostStore

FOLLOWED_AT_ONCE = 10  # posts a source is asked about again in one round
FOLLOW_BACK = timedelta(hours=48)
MOST_LOOKED_THROUGH = 2_000

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
        self._found: list[CollectReport] = []
        self._found_guard = threading.Lock()
        self._live_guard = threading.Lock()  # crawlers ask the live state how far posts have spread
        self._since: dict[str, datetime] = {}
        self._followed: dict[PostKey, datetime] = {}

    def restore(self) -> None:
        """Take up where an earlier run ended."""
        self._watch.restore(self._clock.now())

    def crawl(self) -> list[CollectReport]:
        """Ask every source that is due, sites side by side, each site by one crawler; then return to what spreads."""
        now = self._clock.now()
        rows = {(row.brand, row.source): row for row in self._crawls.all()}
        due = {
            source: [brand for brand in self._brands if is_due(rows.get((brand.id, source)), now)]
            for source in self._sources
        }
        asked = {source: brands for source, brands in due.items() if brands}
        if not asked:
            return []
        with ThreadPoolExecutor(max_workers=len(asked), thread_name_prefix="crawl") as pool:
            jobs = [pool.submit(self._crawl_site, source, brands) for source, brands in asked.items()]
            reports = [report for job in jobs for report in job.result()]
        with self._found_guard:
            self._found.extend(reports)
        return reports

    def _crawl_site(self, source: str, brands: Sequence[Brand]) -> list[CollectReport]:
        reports = [self._collector.collect(brand, source, self._clock.now()) for brand in brands]
        for report in reports:
            if report.error:
                log.warning("crawl failed", source=source, brand=report.brand, reason=report.error)
            else:
                log.info(
                    "crawled", source=source, brand=report.brand, new=len(report.new_posts), dropped=report.dropped
                )
        if any(report.error is None for report in reports):
            reports += [self._follow(post) for post in self._worth_following(source, brands)]
        return reports

    def _worth_following(self, source: str, brands: Sequence[Brand]) -> list[Post]:
        now = self._clock.now()
        recent = {
            post.key: post
            for brand in brands
            for post in self._posts.about(brand.id, now - FOLLOW_BACK, now, MOST_LOOKED_THROUGH)
            if post.key.source == source
        }
        with self._live_guard:
            spread = self._watch.live.sizes(recent)
        return to_follow(recent.values(), self._followed, spread, now, FOLLOWED_AT_ONCE)

    def _follow(self, post: Post) -> CollectReport:
        self._followed[post.key] = self._clock.now()
        report = self._collector.follow_up(post, self._clock.now())
        if report.error:
            log.warning("following up failed", post=str(post.key), reason=report.error)
        return report

    def look(self) -> TickReport:
        """Take in what the crawlers found and let the pipeline look at everything."""
        now = self._clock.now()
        with self._found_guard:
            found, self._found = self._found, []
        with self._live_guard:
            for report in found:
                self._watch.take(report.new_posts, report.new_reposts, report.accounts)
            tick = self._watch.tick(now, self._watched_since(now))
        for incident in tick.opened:
            log.warning("incident opened", id=incident.id, brand=incident.brand, level=incident.level.name)
        return tick

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
