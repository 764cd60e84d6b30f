"""The distance between two requests to one host."""

from datetime import datetime, timedelta
from threading import Lock

from monitor.clock import Clock
from monitor.errors import RateLimited

_REMEMBERED = 10_000  # hosts; beyond it those that are free again are forgotten
_LONGEST_PAUSE = timedelta(minutes=1)  # who would have to wait longer is sent away until then
_LONGEST_DISTANCE = timedelta(days=1)


class Pace:
    """Lets each host be asked once in a while only, whatever the number of threads."""

    def __init__(self, distance: timedelta, clock: Clock) -> None:
        self._distance = distance
        self._clock = clock
        self._turns: dict[str, datetime] = {}  # when each host answered last, or will be asked
        self._lock = Lock()

    def wait_for(self, host: str, at_least: timedelta = timedelta(0)) -> None:
        """Return when it is this caller's turn at ``host``, ``at_least`` after the turn before.

        Raises RateLimited, and takes no turn, where that would be in more than a minute.
        """
        distance = min(max(self._distance, at_least), _LONGEST_DISTANCE)
        with self._lock:
            now = self._clock.now()
            if len(self._turns) > _REMEMBERED:
                self._turns = {known: turn for known, turn in self._turns.items() if turn > now - self._distance}
            start = max(now, self._turns[host] + distance) if host in self._turns else now
            if start - now > max(_LONGEST_PAUSE, self._distance):
                raise RateLimited(f"{host} is asked as slowly as it wishes", retry_after=start - now)
            self._turns[host] = start
        if start > now:
            self._clock.wait(start - now)

    def answered(self, host: str) -> None:
        """Count the distance from now on: on its way a request may be late, and the next one after it early."""
        with self._lock:
            self._turns[host] = max(self._clock.now(), self._turns.get(host, self._clock.now()))
