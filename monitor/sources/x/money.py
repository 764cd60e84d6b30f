"""What reading X costs, and the ceilings that it must stay below."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from monitor.errors import BudgetSpent
from monitor.ledger import Allowance, Ledger
from monitor.sources.x.config import NAME, Config

_UTC = ZoneInfo("UTC")
ROUNDING = 1e-6  # sums of cents are not exact
_LOOK_AGAIN = timedelta(hours=1)  # at the latest: by then a person may have raised the ceiling


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A ceiling, and the setting that raises it."""

    allowance: Allowance
    setting: str


@dataclass(slots=True)
class Bill:
    """What one request may cost at most, and what it did cost."""

    most: float
    spent: float = 0.0


class Purse:
    """Keeps all reading below the ceilings. A read is paid once it has come; what is under way is held back until then.

    X charges for the same thing only once a day, but does not promise to. Here every read counts, so that what is
    counted is never less than the bill.
    """

    def __init__(self, config: Config, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._held: dict[str, float] = {}
        day, month, where = timedelta(days=1), timedelta(days=31), f"sources.{NAME}."
        self._all = (
            _ceiling("x.day", config.max_dollars_per_day, day, where + "max_dollars_per_day"),
            _ceiling("x.month", config.max_dollars_per_month, month, where + "max_dollars_per_month"),
        )
        share = config.share_for_returns * config.max_dollars_per_day
        self._returns = (*self._all, _ceiling("x.returns", share, day, where + "share_for_returns"))

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """All ceilings, in dollars."""
        return tuple(ceiling.allowance for ceiling in self._returns)

    def room(self, *, returning: bool = False) -> float:
        """Dollars that can still be spent now; ``returning``: on posts that are known already."""
        with self._lock:
            return min(self._left(ceiling) for ceiling in self._ceilings(returning))

    @contextmanager
    def bill(self, least: float, most: float, now: datetime, *, returning: bool) -> Iterator[Bill]:
        """A bill for a request that costs ``least`` to ``most`` dollars, to be filled in when the answer has come.

        Raises BudgetSpent where less than ``least`` is left; what is left may be less than ``most``.
        """
        bill = Bill(self._hold(least, most, now, returning))
        try:
            yield bill
        finally:
            with self._lock:
                for ceiling in self._ceilings(returning):
                    self._held[ceiling.setting] -= bill.most
                    if bill.spent:
                        self._ledger.record(ceiling.allowance, bill.spent)

    def _hold(self, least: float, most: float, now: datetime, returning: bool) -> float:
        with self._lock:
            held = most
            for ceiling in self._ceilings(returning):
                left = self._left(ceiling)
                if left + ROUNDING < least:
                    raise _spent(ceiling, least, now)
                held = min(held, left)
            for ceiling in self._ceilings(returning):
                self._held[ceiling.setting] = self._held.get(ceiling.setting, 0.0) + held
            return held

    def _ceilings(self, returning: bool) -> tuple[Ceiling, ...]:
        return self._returns if returning else self._all

    def _left(self, ceiling: Ceiling) -> float:
        return self._ledger.left(ceiling.allowance) - self._held.get(ceiling.setting, 0.0)


def _ceiling(name: str, dollars: float, window: timedelta, setting: str) -> Ceiling:
    return Ceiling(Allowance(name, dollars, window, _UTC, "dollars"), setting)


def _spent(ceiling: Ceiling, amount: float, now: datetime) -> BudgetSpent:
    allowance = ceiling.allowance
    span = "day" if allowance.window == timedelta(days=1) else "month"
    return BudgetSpent(
        f"{NAME}: the ceiling of ${allowance.limit:.2f} a {span} is reached; raise {ceiling.setting} to read more",
        retry_after=max(timedelta(0), min(_LOOK_AGAIN, allowance.free_at((), amount, now) - now)),
    )
