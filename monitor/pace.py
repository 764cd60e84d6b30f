"""The distance between two requests to one host."""

from datetime import datetime, timedelta
from threading import Lock

from monitor.clock import Clock

_REMEMBERED = 10_000  # hosts; beyond it those that are free again are forgotten


class Pace:
    """Lets each host be asked once in a while only, whatever the number of threads."""

    def __init__(self, distance: timedelta, clock: Clock) -> None:
        self._distance = distance
        self._clock = clock
        self._free_at: dict[str, datetime] = {}
        self._lock = Lock()

    def wait_for(self, host: str) -> None:
        """Return when it is this caller's turn at ``host``."""
        with self._lock:
            now = self._clock.now()
            if len(self._free_at) > _REMEMBERED:
                self._free_at = {known: free for known, free in self._free_at.items() if free > now}
            start = max(now, self._free_at.get(host, now))
            self._free_at[host] = start + self._distance
        if start > now:
            self._clock.wait(start - now)
