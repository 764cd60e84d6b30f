"""Where a walk through the posts of a brand's terms stands, and what is remembered of it. Pure.

Ids are compared, never reckoned with: some servers make them of the time, others do not. So the place a little behind
the newest post, from which the next look starts, is the id of a post of that time that was read. It is needed because
posts of other servers come in late, among older ones.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor import payload
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.mastodon.config import NAME
from monitor.sources.mastodon.ids import local_id_or_none, rank

_VERSION = 1
_MARKS = 8  # ids that are kept of the time that is read twice
_MOST_MARKS = 16
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)


class Sighting(NamedTuple):
    """An id, and when its post was made, in seconds since 1970."""

    at: float
    id: str


class Mark(NamedTuple):
    """Where the next look at a term starts: behind the id ``below``; where that is None, with posts from ``since``."""

    below: str | None
    since: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands in one term: going up from ``at`` to the newest, or down from it."""

    term: str
    down: bool
    since: float  # going down: older posts are not wanted, where nothing was read before
    at: str | None = None  # the id that the next page lies above or below; None: from the newest
    floor: str | None = None  # this id and what is older was read before this walk
    trail: tuple[Sighting, ...] = ()  # of what was read in this walk, the newest and a few around the next mark
    pages: int = 0
    stuck: bool = False  # the last page brought nothing new: asked for once more, as a page may be repeated by mistake


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk stands: the terms that are read, and the place in the one that is being read."""

    done: Mapping[str, Mark | None]
    place: Place | None = None

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor that was written; that of a new walk for None. Raises BadPayload for one of another version."""
        if text is None:
            return cls({})
        try:
            raw = json.loads(text)
            if raw["v"] != _VERSION:
                raise ValueError("another version")
            done = {str(term): _mark(mark) if mark else None for term, mark in raw["done"].items()}
            return cls(done, _place(raw["place"]) if raw["place"] else None)
        except _UNREADABLE as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error

    def __str__(self) -> str:
        return json.dumps({"v": _VERSION, "done": self.done, "place": asdict(self.place) if self.place else None})


def marks_of(state: str | None) -> dict[str, Mark]:
    """The marks by term that were remembered; what cannot be read is forgotten, which costs one full look."""
    try:
        raw = json.loads(state or "{}")
        return {str(term): _mark(mark) for term, mark in raw["terms"].items()} if raw["v"] == _VERSION else {}
    except _UNREADABLE:
        return {}


def state_of(marks: Mapping[str, Mark | None]) -> str:
    """What to remember of ``marks`` until the next look."""
    return json.dumps({"v": _VERSION, "terms": {term: mark for term, mark in marks.items() if mark is not None}})


def started(term: str, mark: Mark | None, since: datetime, *, filters: bool) -> Place:
    """The start of a look at ``term``: up from the mark; down to it where the server only ``filters`` by ids; and back
    to ``since`` where there is none."""
    if mark is None:
        return Place(term, True, since.timestamp())
    if mark.below is None:
        return Place(term, True, mark.since)
    return Place(term, filters, mark.since, at=None if filters else mark.below, floor=mark.below)


def sightings(statuses: Iterable[Any], now: datetime) -> list[Sighting]:
    """The ids of ``statuses`` and their times, of those that cannot be used, too: the walk goes past them."""
    found = []
    for status in statuses:
        id_ = local_id_or_none(status.get("id")) if isinstance(status, dict) else None
        if id_ is None:
            continue
        try:
            at = min(payload.moment(status.get("created_at"), "created_at"), now)
        except Unusable:
            at = now
        found.append(Sighting(at.timestamp(), id_))
    return found


def advanced(place: Place, found: list[Sighting], overlap: timedelta) -> tuple[Place, bool]:
    """The place after a page with ``found``, and whether the term is read to its end."""
    if not found:
        return place, True
    ordered = sorted(found, key=_rank)
    moved = replace(
        place, trail=_thinned((*place.trail, *ordered), overlap.total_seconds()), pages=place.pages + 1, stuck=False
    )
    if place.down:
        return _down(place, moved, ordered[0].id, newest_at=max(sighting.at for sighting in found))
    return _up(place, moved, ordered[0].id, ordered[-1].id)


def _up(place: Place, moved: Place, lowest: str, highest: str) -> tuple[Place, bool]:
    if rank(lowest) > rank(place.at):
        return replace(moved, at=highest), False
    if not place.stuck:
        return replace(moved, stuck=True), False
    # The server does not know min_id and answers with its newest: down from there to what was read before this walk.
    return replace(moved, down=True, at=lowest), rank(lowest) <= rank(place.floor)


def _down(place: Place, moved: Place, lowest: str, newest_at: float) -> tuple[Place, bool]:
    if place.at is not None and rank(lowest) >= rank(place.at):
        return replace(moved, stuck=True), place.stuck
    if place.floor is not None:
        return replace(moved, at=lowest), rank(lowest) <= rank(place.floor)
    return replace(moved, at=lowest), newest_at < place.since


def next_mark(place: Place, before: Mark | None, overlap: timedelta, *, cut_off: bool) -> Mark | None:
    """Where the next look starts, after one that ended at ``place``; ``cut_off``: it gave up before it was through."""
    if not place.trail:
        return before
    since = place.trail[-1].at - overlap.total_seconds()
    old = [sighting.id for sighting in place.trail if sighting.at <= since]
    if old:
        return Mark(old[-1], since)
    below = place.at if cut_off else before.below if before else None
    return Mark(below, since)


def _thinned(trail: Iterable[Sighting], overlap: float) -> tuple[Sighting, ...]:
    """The newest of ``trail``, the newest of those that lie the overlap behind it, and a few in between."""
    ordered = sorted({sighting.id: sighting for sighting in trail}.values(), key=_rank)
    since = ordered[-1].at - overlap
    old = max((place for place, sighting in enumerate(ordered) if sighting.at <= since), default=0)
    kept = [ordered[old]]
    for sighting in ordered[old + 1 : -1]:
        if sighting.at - kept[-1].at >= overlap / _MARKS and len(kept) < _MOST_MARKS:
            kept.append(sighting)
    return (*kept, ordered[-1]) if ordered[-1] is not kept[-1] else tuple(kept)


def _rank(sighting: Sighting) -> tuple[int, str]:
    return rank(sighting.id)


def _mark(raw: Any) -> Mark:
    below, since = raw
    return Mark(_id(below), float(since))


def _place(raw: Mapping[str, Any]) -> Place:
    return Place(
        term=str(raw["term"]),
        down=bool(raw["down"]),
        since=float(raw["since"]),
        at=_id(raw["at"]),
        floor=_id(raw["floor"]),
        trail=tuple(Sighting(float(at), _id(id_) or "") for at, id_ in raw["trail"]),
        pages=int(raw["pages"]),
        stuck=bool(raw["stuck"]),
    )


def _id(raw: Any) -> str | None:
    if raw is not None and local_id_or_none(raw) is None:
        raise ValueError("not an id")
    return None if raw is None else str(raw)
