"""The process of the daemon: the same parts and ticks as ``ripplewatch run``."""

import tracemalloc
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import structlog

from alerts import live, watch
from monitor.clock import SystemClock, elapsed_seconds
from monitor.schedule import Schedule
from monitor.text.topics import issues
from ui.daemon import surviving
from ui.runtime import open_crawler, open_daemon
from ui.settings import Settings

CRAWL_EVERY, SEND_EVERY = timedelta(seconds=5), timedelta(seconds=10)  # as ui/commands/run.py


REMEMBERED, FORGOTTEN_EVERY = timedelta(minutes=2), timedelta(seconds=15)


def shorten_memory() -> None:
    """Let the live state, which holds two weeks, hold two minutes, so that it comes to rest within the soak."""
    live.COLD_AFTER = issues.CLOSED_AFTER = issues.RECALLED = REMEMBERED
    watch.COLD_AFTER = REMEMBERED  # type: ignore[attr-defined]
    watch.FORGET_EVERY = FORGOTTEN_EVERY


@dataclass(slots=True)
class Told:
    """What the daemon said, and how long its ticks took."""

    failures: Counter[tuple[str, str]] = field(default_factory=Counter)  # by source and reason
    crawls: list[float] = field(default_factory=list)  # seconds
    looks: list[float] = field(default_factory=list)
    opened: int = 0  # incidents
    growth: list[str] = field(default_factory=list)  # of memory by file, where it was traced

    def note(self, _: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A step of the log that keeps what matters and passes nothing on."""
        self.opened += event.get("event") == "incident opened"
        if event.get("reason"):
            self.failures[str(event.get("source", "")), str(event["reason"])] += 1
        raise structlog.DropEvent


def run(line: Connection, values: dict[str, Any], first: tuple[str, ...], traced: bool) -> None:
    """Watch until the line says ``end``; then say what was told. ``first`` are asked before, as by ``crawl --once``."""
    shorten_memory()
    told, settings, clock = Told(), Settings.model_validate(values), SystemClock()
    structlog.configure(processors=[told.note])
    if first:
        with open_crawler(settings, clock) as crawler:
            for _ in crawler.once(first, settings.watched()):
                pass
    before = None
    with open_daemon(settings, clock) as daemon:
        schedule = Schedule()
        schedule.every(CRAWL_EVERY, surviving(_timed(daemon.crawl, told.crawls)), first=clock.now())
        every = timedelta(seconds=settings.tick_seconds)
        schedule.every(every, surviving(_timed(daemon.look, told.looks)), first=clock.now())
        schedule.every(SEND_EVERY, surviving(daemon.send))
        schedule.start()
        daemon.listen()
        line.send("watching")
        while (order := line.recv()) != "end":
            if traced and order == "trace":
                tracemalloc.start(1)
                before = tracemalloc.take_snapshot()
        if before is not None:
            told.growth = _growth(before)
        clock.interrupt()
        schedule.stop()
    line.send(told)


def _growth(before: tracemalloc.Snapshot) -> list[str]:
    now = tracemalloc.take_snapshot()
    lines = [str(one) for one in now.compare_to(before, "lineno")[:60]]
    files = [str(one) for one in now.compare_to(before, "filename")[:25]]
    return [*files, "", *lines]


def _timed(duty: Callable[[], object], seconds: list[float]) -> Callable[[], object]:
    def run() -> object:
        began = elapsed_seconds()
        try:
            return duty()
        finally:
            seconds.append(elapsed_seconds() - began)

    return run
