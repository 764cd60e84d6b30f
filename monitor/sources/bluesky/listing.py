"""Reading a list that is kept newest first: what is new at its top, then on where reading stopped further down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.domain import Dropped
from monitor.errors import SourceError
from monitor.sources.bluesky.memory import ListPlace
from monitor.sources.bluesky.xrpc import LostCursor

Body = Mapping[str, Any]
_HEAD = 20  # entries: some of them may be taken back until the next return


@dataclass(slots=True)
class Listed:
    """Pages of a list, and where the next return goes on."""

    top: list[Body] = field(default_factory=list)
    below: list[Body] = field(default_factory=list)
    place: ListPlace = field(default_factory=ListPlace)
    dropped: list[Dropped] = field(default_factory=list)


def read_list(
    name: str, ask: Callable[[str], Body], ids: Callable[[Body], tuple[str, ...]], place: ListPlace, most: int
) -> Listed:
    """At most ``most`` pages of the list ``name``. ``ask`` brings the page at a cursor, ``ids`` names its entries
    and raises BadPayload where it is none.

    Raises SourceError where not even the first page can be had.
    """
    reader = _Reader(ask, ids, most)
    listed = Listed(place=place)
    try:
        met, cursor = reader.read("", frozenset(place.head), listed.top)
    except SourceError as error:
        if not listed.top:
            raise
        listed.dropped.append(Dropped(name, f"not read to the end: {error}"))
        return listed
    head = ids(listed.top[0])[:_HEAD]
    if not met:
        stop = place.stop if place.below else place.head
        listed.place = ListPlace(head, cursor, stop if cursor else ())
    else:
        listed.place = place._replace(head=head)
    if listed.place.below:
        _go_on(name, reader, listed)
    return listed


def _go_on(name: str, reader: "_Reader", listed: Listed) -> None:
    """Read on from where an earlier return, or this one, stopped."""
    place = listed.place
    try:
        met, cursor = reader.read(place.below or "", frozenset(place.stop), listed.below)
    except LostCursor as error:
        listed.place = ListPlace()  # the next return reads the whole list
        listed.dropped.append(Dropped(name, f"to be read anew: {error}"))
    except SourceError as error:
        listed.dropped.append(Dropped(name, f"not read to the end: {error}"))
    else:
        if met or cursor is None:
            listed.place = place._replace(below=None, stop=())
        else:
            listed.place = place._replace(below=cursor)


class _Reader:
    """Asks for pages while some are left."""

    def __init__(self, ask: Callable[[str], Body], ids: Callable[[Body], tuple[str, ...]], most: int) -> None:
        self._ask = ask
        self._ids = ids
        self._left = most
        self._seen: set[str] = set()

    def read(self, cursor: str, stop: frozenset[str], into: list[Body]) -> tuple[bool, str | None]:
        """Whether an entry of ``stop`` was met, and the cursor of what was not read; None where the list has ended.

        A cursor on the last page, a cursor that does not change and a page that is sent again all end it.
        """
        while self._left:
            self._left -= 1
            body = self._ask(cursor)
            ids, following = self._ids(body), body.get("cursor")
            into.append(body)
            if not stop.isdisjoint(ids):
                return True, None
            is_repeated = bool(ids) and self._seen.issuperset(ids)
            self._seen.update(ids)
            if not isinstance(following, str) or following in ("", cursor) or is_repeated:
                return False, None
            cursor = following
        return False, cursor
