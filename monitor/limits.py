"""The limits that sites have announced, held to by all threads of this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from monitor.clock import Clock
from monitor.errors import RateLimited
from monitor.rate_limit import Limit, announced, retry_after

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # where a site says "too many" but not until when
_UNSAID = timedelta(minutes=1)  # where a limit is used up and nobody said until when, one request goes out after that
_SAME = timedelta(seconds=2)  # resets told in whole seconds wander by that
_REMEMBERED = 10_000  # buckets; beyond it those at rest are forgotten


class Announced(NamedTuple):
    """What a site announced for one bucket of its requests."""

    host: str  # "host:port"
    bucket: str  # empty for all requests that have no bucket of their own
    limit: Limit
    closed_until: datetime | None  # nothing is sent before; None: it is open


@dataclass(slots=True)
class _Bucket:
    limit: float | None = None
    remaining: float | None = None
    reset_at: datetime | None = None
    heard_at: datetime | None = None
    closed_until: datetime | None = None
    refusals: int = 0  # in a row, without a word about the wait
    in_flight: int = 0
    done: int = 0

    def is_idle(self, now: datetime) -> bool:
        return not self.in_flight and now >= max(t for t in (now, self.reset_at, self.closed_until) if t is not None)

    def is_stuck(self, now: datetime) -> bool:
        """Whether its limit is used up, nobody said until when, and nothing is on its way that could."""
        used_up = self.reset_at is None and self.remaining is not None and self.remaining < 1
        return used_up and not self.in_flight and self.heard_at is not None and now - self.heard_at >= _UNSAID


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to send one request; ``heard`` is told what came of it."""

    _limits: "Limits"
    _bucket: _Bucket
    _done_before: int

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Note an answer's status and headers, whose names are in lower case."""
        self._limits.note(self._bucket, self._done_before, status, headers)


class Limits:
    """Counts down what sites announced, for each host and bucket, and lets nothing be sent once it is used up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    @contextmanager
    def turn(self, host: str, bucket: str = "") -> Iterator[Turn]:
        """Leave to send one request, within the block. Raises RateLimited with the wait where there is none."""
        where = f"{host} ({bucket})" if bucket else host
        with self._lock:
            kept = self._bucket(host, bucket)
            self._refuse(kept, where)
            if kept.remaining is not None:
                kept.remaining -= 1
            kept.in_flight += 1
            turn = Turn(self, kept, kept.done)
        try:
            yield turn
        finally:
            with self._lock:
                _renewed(kept, self._clock.now())  # it may have been counted in a window that began meanwhile
                kept.in_flight -= 1
                kept.done += 1

    def check(self, host: str, bucket: str = "") -> None:
        """Raises RateLimited where a request could not be sent now."""
        with self._lock:
            self._refuse(self._bucket(host, bucket), f"{host} ({bucket})" if bucket else host)

    def wait(self, host: str, bucket: str = "") -> timedelta | None:
        """How long the site does not want to be asked; None where it does not mind."""
        with self._lock:
            now = self._clock.now()
            until = self._bucket(host, bucket).closed_until
        return until - now if until is not None and until > now else None

    def known(self) -> tuple[Announced, ...]:
        """What is known now, by host and bucket."""
        with self._lock:
            now = self._clock.now()
            found = [
                Announced(
                    host, bucket, Limit(kept.limit, kept.remaining, kept.reset_at), _later(kept.closed_until, now)
                )
                for (host, bucket), kept in sorted(self._buckets.items())
                if _renewed(kept, now).heard_at is not None
            ]
        return tuple(found)

    def note(self, kept: _Bucket, done_before: int, status: int, headers: Mapping[str, str]) -> None:
        """Note an answer to a request before which ``done_before`` others had ended."""
        now = self._clock.now()
        told, wait = announced(headers, now), retry_after(headers, now)
        with self._lock:
            if told is not None:
                # Requests that were on their way with this one may not be in the site's figure yet.
                others = kept.done - done_before + kept.in_flight - 1
                _believe(kept, told, others, now)
            if status < 400:
                kept.refusals = 0
                return
            if status == 429:
                wait = self._refused(kept, wait, told, now)
            if wait:
                kept.heard_at = now
                kept.closed_until = max(now + wait, kept.closed_until or now)

    def _refused(self, kept: _Bucket, wait: timedelta | None, told: Limit | None, now: datetime) -> timedelta:
        """The wait after "too many requests": as the site says, else longer each time."""
        if wait is not None:
            return wait
        if told is not None and told.reset_at is not None:
            return told.reset_at - now
        if _later(kept.closed_until, now) is None:  # else it answers several requests that were sent together
            kept.refusals += 1
        return min(FIRST_WAIT * (1 << min(max(kept.refusals, 1) - 1, 10)), LONGEST_WAIT)

    def _bucket(self, host: str, bucket: str) -> _Bucket:
        now = self._clock.now()
        if len(self._buckets) > _REMEMBERED:
            self._buckets = {key: kept for key, kept in self._buckets.items() if not kept.is_idle(now)}
        return _renewed(self._buckets.setdefault((host, bucket), _Bucket()), now)

    def _refuse(self, kept: _Bucket, where: str) -> None:
        now = self._clock.now()
        if kept.closed_until is not None and now < kept.closed_until:
            raise RateLimited(f"{where} asked to come back later", retry_after=kept.closed_until - now)
        if kept.remaining is not None and kept.remaining < 1:
            until = kept.reset_at or (kept.heard_at or now) + _UNSAID
            raise RateLimited(f"{where}: the limit it announced is used up", retry_after=until - now)


def _renewed(kept: _Bucket, now: datetime) -> _Bucket:
    """The bucket, with a new window where the old one is over."""
    if kept.reset_at is not None and now >= kept.reset_at:
        kept.reset_at = None
        kept.remaining = None if kept.limit is None or kept.limit < 1 else kept.limit - kept.in_flight
        kept.heard_at = now
    elif kept.is_stuck(now):
        kept.remaining, kept.heard_at = 1, now  # one request, to hear how things stand
    return kept


def _believe(kept: _Bucket, told: Limit, others: int, now: datetime) -> None:
    """Take over what an answer announced, unless it is older news than what is known."""
    if told.reset_at is not None and told.reset_at <= now:
        return  # of a window that is over
    if told.remaining is not None:
        remaining = told.remaining - others
        older = kept.reset_at is not None and told.reset_at is not None and told.reset_at < kept.reset_at - _SAME
        if older and kept.remaining is not None and remaining >= kept.remaining:
            return
        kept.remaining = remaining
    kept.limit = told.limit if told.limit is not None else kept.limit
    kept.reset_at, kept.heard_at = told.reset_at, now


def _later(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None
