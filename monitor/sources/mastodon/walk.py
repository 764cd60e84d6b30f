"""Where a walk through the posts of a brand's terms stands, and what is remembered of it. Pure.

Posts of other servers come in late, among older ones, where ids are made of the time. So a post is settled only when it
was read a while after it was made: what lies below it has come in by then. The next look starts above the newest post
below which all are settled. Ids are compared, never reckoned with: some servers make them of the time, others do not.
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
_AHEAD = timedelta(hours=1)  # what is dated later has no time that could be waited for
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)


class Sighting(NamedTuple):
    """An id, and when its post was made, in seconds since 1970; None where that is not said, or a time to come."""

    at: float | None
    id: str


class Mark(NamedTuple):
    """Where the next look at a term starts: above the id ``below``; where that is None, with posts from ``since``."""

    below: str | None
    since: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands in one term: going up from ``at`` to the newest, or down from it."""

    term: str
    down: bool
    since: float  # going down: older posts are not wanted, where nothing was read before
    began: float
    at: str | None = None  # the id that the next page lies above or below; None: from the newest
    floor: str | None = None  # this id and what is older was read before this walk
    below: str | None = None  # the newest id up to which all that this walk has read is settled
    blocked: bool = False  # going up: a post was met that is not
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


def started(term: str, mark: Mark | None, since: datetime, now: datetime, *, filters: bool) -> Place:
    """The start of a look at ``term``: up from the mark; down to it where the server only ``filters`` by ids; and back
    to ``since`` where there is none."""
    began = now.timestamp()
    if mark is None:
        return Place(term, True, since.timestamp(), began)
    if mark.below is None:
        return Place(term, True, mark.since, began)
    return Place(term, filters, mark.since, began, at=None if filters else mark.below, floor=mark.below)


def sightings(statuses: Iterable[Any], now: datetime) -> list[Sighting]:
    """The ids of ``statuses`` and their times, of those that cannot be used, too: the walk goes past them."""
    found = []
    for status in statuses:
        id_ = local_id_or_none(status.get("id")) if isinstance(status, dict) else None
        if id_ is not None:
            found.append(Sighting(_time(status, now), id_))
    return found


def _time(status: Mapping[str, Any], now: datetime) -> float | None:
    try:
        made = payload.moment(status.get("created_at"), "created_at")
    except Unusable:
        return None
    return None if made > now + _AHEAD else made.timestamp()


def advanced(place: Place, found: list[Sighting], now: datetime, overlap: timedelta) -> tuple[Place, bool]:
    """The place after a page with ``found``, read at ``now``, and whether the term is read to its end."""
    if not found:
        return place, True
    ordered = sorted(found, key=lambda sighting: rank(sighting.id))
    since = (now - overlap).timestamp()
    fresh = [number for number, one in enumerate(ordered) if one.at is not None and one.at > since]
    settled = ordered[: fresh[0]] if fresh else ordered
    moved = replace(place, pages=place.pages + 1, stuck=False)
    if place.down:
        return _down(moved, ordered, settled, was_stuck=place.stuck)
    return _up(moved, ordered, settled, was_stuck=place.stuck)


def _up(place: Place, ordered: list[Sighting], settled: list[Sighting], *, was_stuck: bool) -> tuple[Place, bool]:
    if rank(ordered[0].id) > rank(place.at):
        below = place.below if place.blocked or not settled else settled[-1].id
        blocked = place.blocked or len(settled) < len(ordered)
        return replace(place, at=ordered[-1].id, below=below, blocked=blocked), False
    if not was_stuck:
        return replace(place, stuck=True), False
    # The server does not know min_id and answers with its newest: down from there to what was read before this walk.
    return _down(replace(place, down=True, at=None, below=None), ordered, settled, was_stuck=False)


def _down(place: Place, ordered: list[Sighting], settled: list[Sighting], *, was_stuck: bool) -> tuple[Place, bool]:
    lowest = ordered[0].id
    if place.at is not None and rank(lowest) >= rank(place.at):
        return replace(place, stuck=True), was_stuck
    below = settled[-1].id if settled and (len(settled) < len(ordered) or place.below is None) else place.below
    if not settled:
        below = None
    moved = replace(place, at=lowest, below=below)
    if place.floor is not None:
        return moved, rank(lowest) <= rank(place.floor)
    times = [sighting.at for sighting in ordered if sighting.at is not None]
    return moved, bool(times) and max(times) < place.since


def next_mark(place: Place, before: Mark | None, overlap: timedelta, *, cut_off: bool) -> Mark | None:
    """Where the next look starts, after one that ended at ``place``; ``cut_off``: it gave up before it was through."""
    if not place.pages:
        return before
    since = place.began - overlap.total_seconds()
    if place.below is not None:
        return Mark(place.below, since)
    return Mark(place.at if cut_off else before.below if before else None, since)


def _mark(raw: Any) -> Mark:
    below, since = raw
    return Mark(_id(below), _seconds(since))


def _place(raw: Mapping[str, Any]) -> Place:
    return Place(
        term=str(raw["term"]),
        down=bool(raw["down"]),
        since=_seconds(raw["since"]),
        began=_seconds(raw["began"]),
        at=_id(raw["at"]),
        floor=_id(raw["floor"]),
        below=_id(raw["below"]),
        blocked=bool(raw["blocked"]),
        pages=int(raw["pages"]),
        stuck=bool(raw["stuck"]),
    )


def _seconds(raw: Any) -> float:
    return payload.from_epoch(raw, "a time").timestamp()


def _id(raw: Any) -> str | None:
    if raw is not None and local_id_or_none(raw) is None:
        raise ValueError("not an id")
    return None if raw is None else str(raw)
