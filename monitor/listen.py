"""Listening to a site that sends posts by itself: one listener a site, connected again whenever the line is lost."""

import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, cast

from monitor import planning
from monitor.clock import Clock
from monitor.collect import Collector, CollectReport
from monitor.domain import Brand, Page
from monitor.due import next_check
from monitor.errors import SourceError
from monitor.plain_text import one_line
from monitor.sources.base import Streams
from monitor.store.crawls import CrawlState, CrawlStore

SHORTEST_WAIT = timedelta(seconds=1)
MOST_DOUBLINGS = 8  # of it: a little over four minutes
HOPELESS_WAIT = timedelta(hours=1)  # after a refusal that only a person can mend


class Listener:
    """Takes in what one source's stream sends, until it is told to stop."""

    def __init__(
        self,
        name: str,
        source: Streams,
        brands: Sequence[Brand],
        collector: Collector,
        crawls: CrawlStore,
        clock: Clock,
        stopped: Callable[[], bool],
        on_report: Callable[[CollectReport], None],
    ) -> None:
        self._name = name
        self._source = source
        self._brands = tuple(brands)
        self._collector = collector
        self._crawls = crawls
        self._clock = clock
        self._stopped = stopped
        self._on_report = on_report

    def run(self) -> None:
        """Listen and connect again until stopped. Raises StorageError."""
        while not self._stopped():
            row = self._row()
            try:
                self._listen(row.state)
            except SourceError as error:
                self._lost(error)
            # A stream that ends without an error is connected again after the shortest wait.
            self._pause(SHORTEST_WAIT)

    def _listen(self, state: str | None) -> None:
        pages = self._source.listen(self._brands, state, self._clock.now)
        with closing(cast(Any, pages)):
            told: datetime | None = None
            for page in pages:
                now = self._clock.now()
                # Quiet is told once a minute: a row that is minutes old would look like a stream that is lost.
                if _says_something(page) or told is None or now - told >= timedelta(minutes=1):
                    self._on_report(self._collector.take(self._name, page, now))
                    told = now
                if self._stopped():
                    return

    def _lost(self, error: SourceError) -> None:
        now, row = self._clock.now(), self._row()
        wait = self._wait(row.failures, error, now)
        self._crawls.put(None, planning.lost(row, error, now, wait))
        report = CollectReport(planning.ALL_BRANDS, planning.stream_name(self._name), error=one_line(str(error), 500))
        self._on_report(report)
        self._pause(wait)

    def _wait(self, failures: int, error: SourceError, now: datetime) -> timedelta:
        if not error.retry:
            return HOPELESS_WAIT
        fraction = zlib.crc32(self._name.encode()) / 2**32
        at = next_check(now, SHORTEST_WAIT, min(failures, MOST_DOUBLINGS), error.retry_after, fraction)
        return at - now

    def _row(self) -> CrawlState:
        stream = planning.stream_name(self._name)
        return self._crawls.get(planning.ALL_BRANDS, stream) or CrawlState(planning.ALL_BRANDS, stream)

    def _pause(self, wait: timedelta) -> None:
        """Wait in short steps, so that a stop is heard."""
        until = self._clock.now() + wait
        while not self._stopped() and self._clock.now() < until:
            self._clock.wait(min(timedelta(seconds=1), until - self._clock.now()))


def _says_something(page: Page) -> bool:
    return bool(page.posts or page.reposts or page.deleted or page.erased or page.gap or page.dropped)
