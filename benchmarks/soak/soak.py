"""One soak: the fair and the daemon in processes of their own, watched from here."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.soak import fair, watching
from benchmarks.soak.fair import Act, Count
from benchmarks.soak.kept import Fate, Kept, Sample
from benchmarks.soak.seen import lags
from benchmarks.soak.watching import Told
from monitor.clock import SystemClock, elapsed_seconds
from monitor.db import connect

EVERY = 10.0  # seconds between two samples
PATIENCE = 300.0  # seconds to catch up at the end
STUCK = 90.0  # of them without anything new
OVERLAP_MINUTES = 1.5  # looks come 10 to 50 times as often as by default, and what is late is so by 40 s at most
RETURNS_PER_HOUR = 600  # of each source
ROOMY = {"hackernews": {}, "youtube": {"searches_per_day": 500_000, "units_per_day": 5_000_000}, "weibo": {}}
BRAND = {"title": "Northline Air", "id": "northline", "hashtags": ["northline"]}


@dataclass(slots=True)
class Outcome:
    """Everything that one soak showed."""

    seconds: float = 0.0
    per_second: float = 0.0
    written: tuple[int, int] = (0, 0)  # posts, reposts
    samples: list[Sample] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)  # when the writing ended
    stored_then: dict[str, int] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)  # lags on the board, by row
    rows: dict[str, str] = field(default_factory=dict)  # the same in the database
    told: Told = field(default_factory=Told)
    caught_up: float = 0.0  # seconds
    above_later: dict[str, int] = field(default_factory=dict)  # requests above a limit while catching up


@contextmanager
def _process(target: Callable[..., None], *arguments: Any) -> Iterator[tuple[Connection, int]]:
    here, there = (context := get_context("spawn")).Pipe()
    process = context.Process(target=target, args=(there, *arguments))
    process.start()
    there.close()
    try:
        assert process.pid is not None
        yield here, process.pid
        here.send("end")
        process.join(60)
    finally:
        process.kill()  # does nothing to what has ended
        process.join()


def soak(folder: Path, minutes: float, per_second: float, picture: Path, *, limited: bool, traced: bool) -> Outcome:
    """Run it, with the database in ``folder``."""
    database = f"sqlite:///{folder / 'soak.db'}"
    outcome = Outcome(per_second=per_second)
    with _process(fair.run, per_second, limited) as (sites, _):
        sources = _sources(sites.recv())
        with _process(watching.run, _settings(database, sources), (), traced) as (daemon, pid):
            daemon.recv()
            kept = Kept(connect(database))
            _ask(sites, "write")
            _watch(outcome, minutes * 60, kept, pid, daemon)
            _ask(sites, "rest")
            outcome.written, outcome.counts = _ask(sites, "count")
            outcome.stored_then = dict(outcome.samples[-1].stored)
        outcome.told = daemon.recv()
        _say("showing the board")
        outcome.shown, outcome.rows = lags(database, kept.rows(), picture)
        for name, lifted in _ask(sites, "lift").items():
            sources[name] = {**sources[name], **lifted, **ROOMY[name]}
            sources[name] = {key: kept for key, kept in sources[name].items() if not key.endswith("per_hour")}
        _catch_up(outcome, kept, sites, _settings(database, sources))
        _, counts = _ask(sites, "count")
        later = {name: count.above - outcome.counts[name].above for name, count in counts.items()}
        outcome.above_later = {name: above for name, above in later.items() if above}
    return outcome


def _ask(line: Connection, order: str) -> Any:
    line.send(order)
    return line.recv()


def _sources(given: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    from monitor.sources.registry import SOURCES

    online = {name for name, spec in SOURCES.items() if spec.online}
    assert given.keys() == online, f"no site for {online - given.keys()}"
    sources = {}
    for name, settings in given.items():
        known = SOURCES[name].config.model_fields
        own = {"every_minutes": 0.1, "follow_ups_per_hour": RETURNS_PER_HOUR, "overlap_minutes": OVERLAP_MINUTES}
        sources[name] = {key: value for key, value in own.items() if key in known} | settings
    return sources


def _settings(database: str, sources: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "database": database,
        "tick_seconds": 5,
        "brands": [BRAND],
        "http": {"pace_seconds": 0.02, "allowed_private_hosts": ["127.0.0.1"]},
        "sources": dict(sources),
    }


def _watch(outcome: Outcome, seconds: float, kept: Kept, pid: int, daemon: Connection) -> None:
    clock, began = SystemClock(), elapsed_seconds()
    traced = False
    while (passed := elapsed_seconds() - began) < seconds:
        clock.wait(timedelta(seconds=min(EVERY, seconds - passed)))
        sample = kept.sample(elapsed_seconds() - began, pid)
        outcome.samples.append(sample)
        _say(f"{sample.seconds:5.0f} s  {sample.rss:6.1f} MB  {sum(sample.stored.values())} stored")
        if not traced and sample.seconds > seconds * 0.4:
            traced = True
            daemon.send("trace")
    outcome.seconds = elapsed_seconds() - began


def _catch_up(outcome: Outcome, kept: Kept, sites: Connection, settings: dict[str, Any]) -> None:
    """Another daemon takes up where the first one ended, until nothing is missing or nothing more comes."""
    acts: dict[str, list[Act]] = _ask(sites, "acts")
    clock, began = SystemClock(), elapsed_seconds()
    with _process(watching.run, settings, tuple(ROOMY), False) as (daemon, _):
        daemon.recv()
        newest, least = began, -1
        while elapsed_seconds() - began < PATIENCE and elapsed_seconds() - newest < STUCK:
            clock.wait(timedelta(seconds=5))
            fates = {name: kept.fate(name, known) for name, known in acts.items()}
            missing = Counter({name: len(fate.missing) for name, fate in fates.items() if fate.missing})
            _say(f"catching up: {dict(missing)}")
            if missing.total() < least or least < 0:
                newest, least = elapsed_seconds(), missing.total()
            if not missing:
                break
        outcome.caught_up = elapsed_seconds() - began
    daemon.recv()
    outcome.fates = {name: kept.fate(name, known) for name, known in acts.items()}


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
