"""What the daemon's database and process show from outside, while it runs and at the end."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.soak.fair import Act
from monitor.db import reading
from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.writing import POST, REPOST

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at everything."""

    seconds: float  # since the writing began
    rss: float  # MB of the daemon's process
    cpu: float  # seconds it has used
    stored: Mapping[str, int]  # posts by source
    lags: Mapping[str, float]  # seconds, by row: a source, or "source:stream"


@dataclass(slots=True)
class Fate:
    """What became of the acts of one site."""

    held: int = 0  # posts that discovery can find, and that were not taken back
    stored: int = 0
    missing: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # stored under a key that no act has: an act twice, or none
    spread: int = 0  # what only returns to posts find
    spread_stored: int = 0
    gone: int = 0  # stored, then taken back
    emptied: int = 0  # and emptied in the store so far
    ages: tuple[float, float] | None = None  # seconds until a post was stored: half of them, 95 in 100


class Kept:
    """Reads the database of a daemon that may be running."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._crawls = CrawlStore(engine)

    def rows(self) -> list[CrawlState]:
        """The rows of all crawls and streams."""
        return self._crawls.all()

    def sample(self, seconds: float, pid: int) -> Sample:
        """One look."""
        query = sa.select(POST.c.source, sa.func.count()).group_by(POST.c.source)
        with reading(self._engine) as session:
            stored = {row[0]: row[1] for row in session.connection().execute(query)}
        lags = {row.source: row.lag_seconds for row in self.rows() if row.lag_seconds is not None}
        return Sample(seconds, rss(pid), cpu_seconds(pid), stored, lags)

    def fate(self, source: str, acts: Sequence[Act]) -> Fate:
        """How the acts of one site stand in the store."""
        posts, passed = self._stored(source)
        fate, keys = Fate(), {act.key for act in acts}
        for act in acts:
            there = act.key in (passed if act.kind == "repost" else posts)
            if act.deleted:
                fate.gone += there
                fate.emptied += there and act.kind != "repost" and posts[act.key][0]
            elif act.found:
                fate.held += 1
                fate.stored += there
                fate.missing += [] if there else [act.fate]
            else:
                fate.spread += 1
                fate.spread_stored += there
        fate.foreign = sorted(posts.keys() - keys)
        found = {act.key for act in acts if act.found}
        fate.ages = _ages(age for key, (_, age) in posts.items() if key in found)
        return fate

    def _stored(self, source: str) -> tuple[dict[str, tuple[bool, float]], set[str]]:
        post, repost = POST.c, REPOST.c
        wanted = sa.select(post.id, post.deleted_at, post.created_at, post.seen_at).where(post.source == source)
        acts = sa.select(repost.child_id).where(repost.child_source == source, repost.kind == "repost")
        with reading(self._engine) as session:
            connection = session.connection()
            posts = {
                id_: (deleted is not None, _seconds(created, seen))
                for id_, deleted, created, seen in connection.execute(wanted)
            }
            return posts, {id_ for (id_,) in connection.execute(acts)}


def _seconds(created: datetime, seen: datetime) -> float:
    return (seen - created).total_seconds()


def _ages(found: Iterable[float]) -> tuple[float, float] | None:
    ages = sorted(found)
    return (median(ages), ages[int(0.95 * (len(ages) - 1))]) if ages else None


def rss(pid: int) -> float:
    """What a process holds in memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_seconds(pid: int) -> float:
    """What a process has used of a core."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def slope(samples: Sequence[Sample]) -> float:
    """MB a minute, by least squares."""
    at = [one.seconds / 60 for one in samples]
    middle, mean = sum(at) / len(at), sum(one.rss for one in samples) / len(samples)
    below = sum((x - middle) ** 2 for x in at)
    return sum((x - middle) * (one.rss - mean) for x, one in zip(at, samples, strict=True)) / below
