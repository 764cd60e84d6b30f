"""One turn of a walk through a site's pages: from the newest back to what is known, or on from where it was cut off."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.clock import Clock
from monitor.domain import Brand, Page
from monitor.errors import BadPayload, NotFound, SourceError, Unreachable
from monitor.sources.base import Source

MOST_PAGES = 10  # of one turn
LONGEST_TURN = timedelta(minutes=3)  # no further page is asked for after that
TRIES = 3  # of going on at a cursor that the site may have forgotten


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one turn came."""

    pages: tuple[Page, ...] = ()
    cursor: str | None = None  # where the next turn goes on; None: at the start
    error: SourceError | None = None  # what ended the turn

    @property
    def ended(self) -> bool:
        """Whether everything up to what was known has been read."""
        return self.error is None and self.cursor is None


def walk(source: Source, brand: Brand, state: str | None, cursor: str | None, failures: int, clock: Clock) -> Walk:
    """One turn for ``brand``, on from ``cursor`` where the last turn was cut off; ``failures`` turns failed since.

    A cursor that the site does not take any more is given up: sites say so as bad request, as missing, or, some of
    them, as a failure of their own. Then the walk starts anew from ``state``; what is read twice is stored once.
    """
    turn = _turn(source, brand, state, cursor, clock)
    if cursor is None or turn.pages or turn.error is None:
        return turn
    if isinstance(turn.error, BadPayload | NotFound):
        return _turn(source, brand, state, None, clock)
    forgotten = isinstance(turn.error, Unreachable) and failures + 1 >= TRIES
    return Walk(error=turn.error, cursor=None if forgotten else cursor)


def _turn(source: Source, brand: Brand, state: str | None, cursor: str | None, clock: Clock) -> Walk:
    pages: list[Page] = []
    started = clock.now()
    try:
        while len(pages) < MOST_PAGES and clock.now() - started < LONGEST_TURN:
            page = source.fetch(brand, state, cursor, clock.now())
            pages.append(page)
            if page.next_cursor is None or page.next_cursor == cursor:
                return Walk(tuple(pages))
            cursor = page.next_cursor
    except SourceError as error:
        return Walk(tuple(pages), cursor, error)
    return Walk(tuple(pages), cursor)
