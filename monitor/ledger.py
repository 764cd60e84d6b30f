"""What may still be asked of a site: ceilings of requests, units or money, counted across restarts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.clock import Clock
from monitor.errors import BudgetSpent

Slot = tuple[datetime, float]  # the start of a stretch of time, and what was used in it

_DAY = timedelta(days=1)
_SHORTEST_MONTH, _LONGEST_MONTH = timedelta(days=28), timedelta(days=31)
_LONGEST_SLOT = timedelta(hours=1)
_SLOTS = 60  # a rolling window is counted in so many parts at least
_ROUNDING = 1e-9  # sums of cents are not exact
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A ceiling: ``limit`` units in a ``window``, which rolls, or with ``zone`` is the calendar day or month there."""

    name: str  # "youtube.search"; ceilings of the same name are one
    limit: float
    window: timedelta
    zone: ZoneInfo | None = None
    unit: str = "requests"

    def __post_init__(self) -> None:
        calendar = self.window == _DAY or _SHORTEST_MONTH <= self.window <= _LONGEST_MONTH
        if self.window <= timedelta(0) or (self.zone is not None and not calendar):
            raise ValueError(f"{self.name}: a window in a time zone is a day or a month, any other is above zero")

    def since(self, now: datetime) -> datetime:
        """The start of the window that ``now`` is in; of a rolling one, the start of its first slot."""
        if self.zone is None:
            return self._slot_of(now - self.window)
        local = now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return (local if self.window == _DAY else local.replace(day=1)).astimezone(UTC)

    def slot(self, now: datetime) -> datetime:
        """The start of the slot under which a use at ``now`` is noted."""
        return self._slot_of(now) if self.zone is None else self.since(now)

    def free_at(self, slots: Sequence[Slot], amount: float, now: datetime) -> datetime:
        """When ``amount`` can be spent, if nothing else is: ``slots`` is what was used since ``since(now)``."""
        if self.zone is not None:
            return self._next_window(now)
        used = sum(spent for _, spent in slots)
        for start, spent in sorted(slots):
            if used + amount <= self.limit + _ROUNDING:
                return now
            used -= spent
            if used + amount <= self.limit + _ROUNDING:
                return start + self._slot_length() + self.window
        return now + self.window  # more than the whole allowance was asked for

    def _slot_length(self) -> timedelta:
        return min(_LONGEST_SLOT, max(self.window / _SLOTS, timedelta(milliseconds=1)))

    def _slot_of(self, moment: datetime) -> datetime:
        length = self._slot_length()
        return _EPOCH + (moment - _EPOCH) // length * length

    def _next_window(self, now: datetime) -> datetime:
        local = self.since(now).astimezone(self.zone)
        if self.window == _DAY:
            return (local.replace(hour=12) + _DAY).replace(hour=0).astimezone(UTC)
        return (local + timedelta(days=32)).replace(day=1).astimezone(UTC)


class Book(Protocol):
    """Keeps what was used, by name and slot. Safe for threads, and for processes that share one."""

    def slots(self, name: str, since: datetime) -> list[Slot]:
        """What was used in each slot from ``since`` on."""

    def add(self, name: str, slot: datetime, amount: float, since: datetime) -> None:
        """Notes a use; what was used before ``since`` is never asked for again."""

    def take(self, name: str, slot: datetime, amount: float, since: datetime, limit: float) -> bool:
        """Notes a use, unless the uses from ``since`` on would then be above ``limit``; whether it did."""


class MemoryBook:
    """A book that ends with the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._used: dict[str, dict[datetime, float]] = defaultdict(dict)

    def slots(self, name: str, since: datetime) -> list[Slot]:
        """What was used in each slot from ``since`` on."""
        with self._lock:
            return self._since(name, since)

    def add(self, name: str, slot: datetime, amount: float, since: datetime) -> None:
        """Notes a use; what was used before ``since`` is never asked for again."""
        with self._lock:
            self._add(name, slot, amount, since)

    def take(self, name: str, slot: datetime, amount: float, since: datetime, limit: float) -> bool:
        """Notes a use, unless the uses from ``since`` on would then be above ``limit``; whether it did."""
        with self._lock:
            if sum(used for _, used in self._since(name, since)) + amount > limit:
                return False
            self._add(name, slot, amount, since)
            return True

    def _since(self, name: str, since: datetime) -> list[Slot]:
        return [(slot, used) for slot, used in self._used[name].items() if slot >= since]

    def _add(self, name: str, slot: datetime, amount: float, since: datetime) -> None:
        self._used[name] = dict(self._since(name, since))
        self._used[name][slot] = self._used[name].get(slot, 0.0) + amount


class Ledger:
    """Says what is left of an allowance, and refuses what would go beyond it."""

    def __init__(self, book: Book, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    def left(self, allowance: Allowance) -> float:
        """What can still be spent now, in the allowance's unit; never below 0."""
        slots = self._book.slots(allowance.name, allowance.since(self._clock.now()))
        return max(0.0, allowance.limit - sum(used for _, used in slots))

    def spend(self, allowance: Allowance, amount: float = 1.0) -> None:
        """Note a use that is about to happen. Raises BudgetSpent where less is left; then nothing is noted."""
        now = self._clock.now()
        since, limit = allowance.since(now), allowance.limit + _ROUNDING
        if self._book.take(allowance.name, allowance.slot(now), amount, since, limit):
            return
        free = allowance.free_at(self._book.slots(allowance.name, since), amount, now)
        raise BudgetSpent(
            f"the allowance of {allowance.limit:g} {allowance.unit} ({allowance.name}) is spent",
            retry_after=max(timedelta(0), free - now),
        )

    def record(self, allowance: Allowance, amount: float) -> None:
        """Note a use that has happened, even beyond what was allowed."""
        now = self._clock.now()
        self._book.add(allowance.name, allowance.slot(now), amount, allowance.since(now))
