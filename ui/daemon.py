"""The daemon: crawl what is due, look at what came, send what must be told. What is due stands in the database."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from alerts.outbox import DeliverReport, Outbox
from alerts.watch import TickReport, Watch
from monitor.clock import Clock
from monitor.collect import CollectReport
from monitor.domain import Brand, Post
from monitor.errors import StorageError
from monitor.follow import LONGEST
from monitor.planning import ALL_BRANDS
from monitor.store.crawling import CrawlStores
from ui.crawler import Crawler
from ui.interest import planned, recent_posts

FOLLOWED_LARGE = 100  # looked through besides the newest posts: what spreads most must not be pushed out by them

log = structlog.get_logger("ripplewatch")


class Daemon:
    """Three duties, each run for a given moment: ``crawl``, ``look`` and ``send``. Fixed ticks call them."""

    def __init__(
        self,
        brands: Sequence[Brand],
        crawler: Callable[["Daemon"], Crawler],
        stores: CrawlStores,
        watch: Watch,
        outbox: Outbox,
        clock: Clock,
        learn: Callable[[], None] = lambda: None,
    ) -> None:
        """``learn`` takes up what was trained meanwhile; it is called before every round of crawls."""
        self._learn = learn
        self._brands = tuple(brands)
        self._stores = stores
        self._watch = watch
        self._outbox = outbox
        self._clock = clock
        self._found: deque[CollectReport] = deque()  # stored, and not taken in yet
        self._live_guard = threading.Lock()  # crawlers ask the live state how far posts have spread
        self._since: dict[str, datetime] = {}
        self._crawler = crawler(self)

    def restore(self) -> None:
        """Take up where an earlier run ended."""
        self._watch.resume(self._clock.now())

    def close(self) -> None:
        """Let the crawls that are under way come to their end."""
        self._crawler.close()

    def listen(self) -> None:
        """Begin to listen to the sources that send posts by themselves."""
        self._crawler.listen()

    def crawl(self) -> list[CollectReport]:
        """Ask every source that is due (see ``ui.crawler.Crawler.round``). Raises StorageError."""
        self._learn()
        return self._crawler.round()

    def found(self, report: CollectReport) -> None:
        """Take in what a crawler stored, at the next look."""
        self._found.append(report)

    def to_follow(self, source: str, budget: int, now: datetime) -> Sequence[Post]:
        """The newest posts and those that spread most, as far as it is time to return to them."""
        if budget <= 0:
            return ()
        posts = recent_posts(self._brands, self._stores, source, now)
        with self._live_guard:
            posts |= {post.key: post for post in self._watch.live.spreading(source, now - LONGEST, FOLLOWED_LARGE)}
            spread, nearness = self._watch.live.sizes(posts), self._watch.nearness()
        return planned(posts, self._stores.follows.many(posts), spread, nearness, budget, now)

    def look(self) -> TickReport:
        """Take in what the crawlers found and let the pipeline look at everything."""
        now = self._clock.now()
        with self._live_guard:
            while self._found:
                report = self._found[0]
                known = [post.key for post in report.new_posts]
                self._watch.take(report.new_posts, report.new_reposts, report.accounts, now, known)
                if report.deleted:
                    self._watch.take_back(report.deleted)
                self._found.popleft()  # only now: a database that fails loses nothing
            tick = self._watch.tick(now, self._watched_since(now))
        for incident in tick.opened:
            log.warning("incident opened", id=incident.id, brand=incident.brand, level=incident.level.name)
        return tick

    def _watched_since(self, now: datetime) -> dict[str, datetime]:
        """Per brand, since when no source that has ever brought posts about it was failing: calm before is not calm."""
        rows = self._stores.crawls.all()
        for brand in self._brands:
            own = [r for r in rows if r.brand in (brand.id, ALL_BRANDS) and r.source in self._crawler.sources]
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
