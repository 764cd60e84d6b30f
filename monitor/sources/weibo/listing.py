"""Reading a list that the site gives newest first, some pages at a time, without ever passing over what is unread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor.errors import SourceError


class Row(NamedTuple):
    """One thing in a list."""

    id: int
    at: datetime
    value: Any


Span = tuple[int, int]  # from above the one id up to the other


@dataclass(frozen=True, slots=True)
class Listing:
    """How far a list was read: all up to ``top``, but for ``holes``; what lies above ``since`` is looked at again."""

    since: int = 0
    top: int = 0
    holes: tuple[Span, ...] = ()  # newest first
    again: Span | None = None  # was read once, and is still to be looked at again for rows that were listed late


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
    left = look.down(0, listing.since, stop=listing.top if listing.holes else 0)  # what was never read comes first
    holes = [_above(left, listing.top)]
    holes += [look.down(high, low) for low, high in listing.holes]
    again = _both(_below(left, listing.top), listing.again)
    if again is not None:
        again = look.down(again[1], again[0])
    newest = max((row.at for row in look.seen.values()), default=None)
    settled = [row.id for row in look.seen.values() if newest and row.at <= newest - overlap]
    top = max([listing.top, *look.seen])
    unread = tuple(hole for hole in holes if hole is not None)
    reading = Listing(max([listing.since, *settled]), top, unread, again)
    return Reading([row.value for row in look.seen.values()], reading, look.error)


class _Look:
    def __init__(self, ask: Ask, pages: int) -> None:
        self._ask = ask
        self._pages = pages
        self.seen: dict[int, Row] = {}
        self.error: SourceError | None = None

    def down(self, high: int, low: int, stop: int = 0) -> Span | None:
        """Read from ``high`` (0: the top) down to ``low``, or to ``stop``; what is left."""
        while self._pages and self.error is None and not 0 < high <= stop:
            lowest = self._page(high, low)
            if lowest is None and self.error is None:
                return None
            high = high if lowest is None else lowest - 1  # the site counts the id in
            if 0 < high <= low or (high == 0 and lowest is not None):
                return None
        return (low, high) if high > low else None

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


def _above(span: Span | None, id_: int) -> Span | None:
    return (max(span[0], id_), span[1]) if span is not None and span[1] > id_ else None


def _below(span: Span | None, id_: int) -> Span | None:
    return (span[0], min(span[1], id_)) if span is not None and span[0] < id_ else None


def _both(one: Span | None, other: Span | None) -> Span | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])
