"""The one place that reads time and waits."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; everything that needs either is handed one."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def wait(self, duration: timedelta) -> None:
        """Return after ``duration``."""


class SystemClock:
    """The machine's clock. ``interrupt`` ends all waits, now and later."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def wait(self, duration: timedelta) -> None:
        """Return after ``duration``, or at once when interrupted."""
        self._stop.wait(max(0.0, duration.total_seconds()))

    def interrupt(self) -> None:
        """Let every wait return at once."""
        self._stop.set()


class RecordedClock:
    """A clock that stands still until it is set: for replays, back-tests and tests. Waiting moves it on at once.

    >>> clock = RecordedClock(datetime(2009, 7, 6, tzinfo=UTC))
    >>> clock.wait(timedelta(hours=2))
    >>> clock.now().hour
    2
    """

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The recorded moment."""
        return self._now

    def wait(self, duration: timedelta) -> None:
        """Move on by ``duration``."""
        self._now += max(timedelta(0), duration)

    def set(self, moment: datetime) -> None:
        """Jump to ``moment``."""
        self._now = moment.astimezone(UTC)


def elapsed_seconds() -> float:
    """A monotonic reading for measuring how long something took; the zero point means nothing."""
    return time.perf_counter()
