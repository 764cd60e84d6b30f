"""Asking all sources: what is due, then what spreads, then what may have been taken back. One crawler a site."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from monitor import planning
from monitor.clock import Clock
from monitor.collect import Collector, CollectReport
from monitor.domain import Brand, Post
from monitor.due import is_due
from monitor.errors import StorageError
from monitor.http import HttpClient
from monitor.listen import Listener
from monitor.plain_text import one_line
from monitor.sources.base import Source, SourceConfig, SourceSpec, Streams
from monitor.store.crawling import CrawlStores
from monitor.store.crawls import CrawlState

PATIENCE = timedelta(seconds=20)  # with a site, before the others are asked again
REFUSALS = 3
REST = timedelta(minutes=5)  # for a source that broke
BURST = 10  # returns to posts in one round
ONCE = 50  # returns to posts in a pass on request
PLANNED_EVERY = timedelta(seconds=15)
RESERVE = 0.25  # of an announced limit is left to discovery
EVERYTHING = Brand(planning.ALL_BRANDS, "all brands", everything=True)

# What faulty code in a source raises. StorageError and SourceError are not among them.
FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)

log = structlog.get_logger("ripplewatch")


@dataclass(frozen=True, slots=True)
class ReadySource:
    """A configured source with its own way to its site."""

    spec: SourceSpec
    config: SourceConfig
    source: Source
    http: HttpClient

    @property
    def streams(self) -> Streams | None:
        """The source as one that is to be listened to; None where it is not."""
        return self.source if isinstance(self.source, Streams) and self.source.streaming else None

    def brands(self, brands: Sequence[Brand]) -> Sequence[Brand]:
        """For whom it is crawled: for each brand, or once for all."""
        return (EVERYTHING,) if self.spec.for_all_brands else brands


class Interest(Protocol):
    """Knows which posts deserve another look."""

    def to_follow(self, source: str, budget: int, now: datetime) -> Sequence[Post]:
        """The posts of ``source`` to return to now, most worthwhile first, at most ``budget``."""


class Crawler:
    """Crawls what is due, site by site side by side. Reports go to ``on_report`` as they are stored."""

    def __init__(
        self,
        brands: Sequence[Brand],
        sources: Mapping[str, ReadySource],
        collector: Collector,
        stores: CrawlStores,
        interest: Interest,
        clock: Clock,
        on_report: Callable[[CollectReport], object] = lambda _: None,
    ) -> None:
        self._brands = tuple(brands)
        self._sources = sources
        self._collector = collector
        self._stores = stores
        self._interest = interest
        self._clock = clock
        self._on_report = on_report
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="crawl")
        self._under_way: dict[str, Future[list[CollectReport]]] = {}
        self._allowed = {
            name: _Allowed(ready.config.follow_ups_per_hour, clock.now()) for name, ready in sources.items()
        }
        self._listeners: list[threading.Thread] = []
        self._stop = threading.Event()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources that are crawled, and of those that are listened to."""
        return tuple(self._sources)

    def close(self) -> None:
        """Let the crawls that are under way come to their end, and listen no more."""
        self._stop.set()
        self._pool.shutdown()
        for thread in self._listeners:
            thread.join()

    def listen(self) -> None:
        """Begin to listen to every source that sends posts by itself, each in a thread of its own."""
        for name, ready in self._sources.items():
            if (stream := ready.streams) is not None:
                listener = Listener(
                    name,
                    stream,
                    self._brands,
                    self._collector,
                    self._stores.crawls,
                    self._clock,
                    self._stop.is_set,
                    self._told,
                )
                thread = threading.Thread(target=self._listening, args=(name, listener), name=f"listen-{name}")
                thread.start()
                self._listeners.append(thread)

    def _listening(self, name: str, listener: Listener) -> None:
        while not self._stop.is_set():
            try:
                listener.run()
            except StorageError as error:
                log.error("the database did not answer a stream; trying again", source=name, reason=str(error))
            except FAULTS as error:
                self._broken(planning.stream_name(name), EVERYTHING, error)
            self._stop.wait(REST.total_seconds() / 10)

    def round(self) -> list[CollectReport]:
        """Ask every source that is due; then return to what spreads. A site that takes its time is left to it: it
        holds up no other, here or in the next call. Raises StorageError where the database failed one of them, after
        all have been heard."""
        now = self._clock.now()
        rows = {(row.brand, row.source): row for row in self._stores.crawls.all()}
        for name, ready in self._sources.items():
            due = [brand for brand in ready.brands(self._brands) if is_due(rows.get((brand.id, name)), now)]
            if name not in self._under_way:
                self._under_way[name] = self._pool.submit(self._site, name, due, rows)
        wait(self._under_way.values(), timeout=PATIENCE.total_seconds())
        ended = [name for name, job in self._under_way.items() if job.done()]
        jobs = [self._under_way.pop(name) for name in ended]
        failures = [error for job in jobs if (error := job.exception()) is not None]
        if failures:
            raise failures[0]
        return [report for job in jobs for report in job.result()]

    def once(self, names: Sequence[str], brands: Sequence[Brand]) -> Iterator[CollectReport]:
        """One pass over ``names`` for ``brands`` now, due or not, each walk to its end; reports as they come."""
        for name in names:
            answered = False
            for brand in self._sources[name].brands(brands):
                for report in self._whole_walk(name, brand):
                    answered = answered or report.error is None
                    yield report
            if answered:
                yield from self._return(name, ONCE)

    def _whole_walk(self, name: str, brand: Brand) -> Iterator[CollectReport]:
        report = self._crawl(name, brand)
        yield report
        while report.unfinished and report.new_posts and report.error is None:
            report = self._crawl(name, brand)
            yield report

    def _site(
        self, name: str, brands: Sequence[Brand], rows: Mapping[tuple[str, str], CrawlState]
    ) -> list[CollectReport]:
        reports = [self._crawl(name, brand) for brand in brands]
        own = [row for (_, source), row in rows.items() if source == name]
        answers = any(report.error is None for report in reports) if reports else any(not row.failures for row in own)
        return reports + self._return(name) if answers else reports

    def _return(self, name: str, budget: int | None = None) -> list[CollectReport]:
        """Look for what was taken back; then return to posts that spread, until the site has refused a few in a row:
        then it wants to be left alone. What is scarce is kept for discovery. ``budget`` None: the hour's share."""
        if self._is_scarce(name):
            return []
        reports = [self._guarded(name, partial(self._collector.recheck, name, self._clock.now()))]
        refused, allowed = 0, self._allowed[name]
        now = self._clock.now()
        for post in self._interest.to_follow(name, allowed.now(now) if budget is None else budget, now):
            if refused == REFUSALS or self._is_scarce(name):
                break
            allowed.use()
            report = self._guarded(name, partial(self._collector.follow_up, post, self._clock.now()))
            refused = refused + 1 if report.refused else 0
            reports.append(report)
        return [report for report in reports if report.requested or report.error]

    def _is_scarce(self, name: str) -> bool:
        """Whether so little is left of the limit that discovery shares that it is kept for discovery."""
        now = self._clock.now()
        shared = [announced.limit for announced in self._sources[name].http.limits() if not announced.bucket]
        return any(
            limit.limit is not None
            and limit.remaining is not None
            and limit.remaining < RESERVE * limit.limit
            and (limit.reset_at is None or limit.reset_at > now)
            for limit in shared
        )

    def _crawl(self, name: str, brand: Brand) -> CollectReport:
        return self._guarded(name, partial(self._collector.collect, brand, name, self._clock.now()), brand)

    def _guarded(self, name: str, ask: Callable[[], CollectReport], brand: Brand | None = None) -> CollectReport:
        try:
            report = ask()
        except FAULTS as error:
            report = self._broken(name, brand, error)
        self._told(report)
        return report

    def _told(self, report: CollectReport) -> None:
        self._on_report(report)
        if report.error:
            log.warning("crawl failed", source=report.source, brand=report.brand, reason=report.error)
        elif report.new_posts or report.dropped or report.brand:
            new, dropped = len(report.new_posts), report.dropped
            log.info("crawled", source=report.source, brand=report.brand, new=new, dropped=dropped)

    def _broken(self, name: str, brand: Brand | None, error: Exception) -> CollectReport:
        """What a faulty source leaves behind: a row that says so, and time until it is asked again."""
        now, reason = self._clock.now(), f"the crawler broke: {one_line(repr(error), 200)}"
        if brand is not None:
            row = self._stores.crawls.get(brand.id, name) or CrawlState(brand.id, name)
            failed = replace(
                row, failures=row.failures + 1, last_error=reason, last_attempt_at=now, next_check_at=now + REST
            )
            self._stores.crawls.put(None, failed)
        return CollectReport(brand.id if brand else "", name, error=reason)


class _Allowed:
    """So many returns an hour, a few at once, planned anew every few seconds."""

    def __init__(self, per_hour: int, now: datetime) -> None:
        self._per_second = per_hour / 3600
        self._left = float(min(BURST, per_hour))
        self._at = now
        self._planned_at: datetime | None = None

    def now(self, now: datetime) -> int:
        """How many may be made now; none where that was asked just before."""
        if self._planned_at is not None and now - self._planned_at < PLANNED_EVERY:
            return 0
        grown = self._left + self._per_second * (now - self._at).total_seconds()
        self._left, self._at, self._planned_at = min(float(BURST), grown), now, now
        return int(self._left)

    def use(self) -> None:
        """One was made."""
        self._left -= 1
