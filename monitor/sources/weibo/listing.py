"""Reading a list that the site gives newest first, some pages at a time, without ever passing over what is unread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor.errors import SourceError

_AGAIN = 2  # pages at most that are read once more for rows that were listed late


class Row(NamedTuple):
    """One thing in a list."""

    id: int
    at: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Listing:
    """How far a list was read: all up to ``top``, but for ``holes``; what lies above ``since`` is looked at again."""

    since: int = 0
    top: int = 0
    holes: tuple[tuple[int, int], ...] = ()  # from above the one id up to the other, newest first


@dataclass(slots=True)
class Reading:
    """What one look at a list brought."""

    rows: list[Any] = field(default_factory=list)
    listing: Listing = Listing()
    error: SourceError | None = None  # what ended it too early


# Rows up to an id (0: the newest) and above another, and whether the site says that these are the last.
Ask = Callable[[int, int], tuple[Sequence[Row], bool]]


def read_on(listing: Listing, ask: Ask, pages: int, overlap: timedelta) -> Reading:
    """What is new at the top, then what earlier looks left out; at most ``pages`` pages in all.

    The next look goes back ``overlap`` behind the newest row.
    """
    look = _Look(ask, pages)
    again = 0 if listing.holes else _AGAIN  # what was never read comes first
    unread = [
        look.down(0, listing.since, listing.top, again),
        *(look.down(high, low, low) for low, high in listing.holes),
    ]
    newest = max((row.at for row in look.seen.values()), default=None)
    settled = [row.id for row in look.seen.values() if newest and row.at <= newest - overlap]
    top = max([listing.top, *look.seen])
    return Reading(
        [row.value for row in look.seen.values()],
        Listing(max([listing.since, *settled]), top, tuple(hole for hole in unread if hole is not None)),
        look.error,
    )


class _Look:
    def __init__(self, ask: Ask, pages: int) -> None:
        self._ask = ask
        self._pages = pages
        self.seen: dict[int, Row] = {}
        self.error: SourceError | None = None

    def down(self, high: int, low: int, known: int, again: int = 0) -> tuple[int, int] | None:
        """Read from ``high`` (0: the top) down to ``low``, where all up to ``known`` was read before; what is left."""
        while self._pages and self.error is None:
            if 0 < high <= known:
                again -= 1
                if again < 0:
                    return None
            lowest = self._page(high, low)
            if lowest is None:
                return None if self.error is None else _hole(known, high)
            high = lowest - 1  # the site counts the id in
            if high <= low:
                return None
        return _hole(known, high)

    def _page(self, high: int, low: int) -> int | None:
        """Read one page; its lowest id, or None where it ends here."""
        try:
            found, last = self._ask(high, low)
        except SourceError as error:
            self.error = error
            return None
        self._pages -= 1
        fresh = [row for row in found if row.id > low and (not high or row.id <= high)]
        self.seen |= {row.id: row for row in fresh}
        if last or not fresh or any(row.id <= low for row in found):  # nothing new: the end, or the same page again
            return None
        return min(row.id for row in fresh)


def _hole(known: int, high: int) -> tuple[int, int] | None:
    return (known, high) if high > known else None
