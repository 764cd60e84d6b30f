"""Cascade records: whole cascades, one a line, kept in columns so that millions of events stay small."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from monitor import payload
from monitor.domain import Account, AccountKey, Post, PostKey, Repost
from monitor.payload import Unusable
from monitor.sources.archive.recorded import Recorded, Tally

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # of a cascade that does not say when it was
NO_TIME = "cascades without a start time, taken to begin on 2000-01-01"
_LAST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_UNKNOWN = -1
_CHUNK = 8_192

_NUMBERS = frozenset((float, int))
_IDS = frozenset((str, type(None)))
_COUNTS = frozenset((int, type(None)))

Names = tuple[str | None, ...]
Columns = tuple[tuple[float, ...], Names, Names, tuple[int | None, ...]]


@dataclass(frozen=True, slots=True)
class _Cascade:
    """What the events of one cascade share, and the events in columns."""

    root: PostKey
    start: datetime
    text: str
    language: str | None
    seconds: tuple[float, ...]  # since the start
    numbers: Sequence[int]  # place in the record; 0 is the root
    users: tuple[str | None, ...]
    parents: tuple[str | None, ...]
    followers: tuple[int | None, ...]


def is_cascade(record: dict[str, Any]) -> bool:
    """True for a cascade record, whatever the state of its fields."""
    return "events" in record and "source" not in record


class CascadeColumns:
    """The events of many cascades, small while they are kept; each becomes an object only when it is handed out."""

    def __init__(self) -> None:
        self._cascades: list[_Cascade] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, record: dict[str, Any], where: str, tally: Tally) -> None:
        """Take in one cascade; damaged events are counted and left out. Raises Unusable where there is no root."""
        platform = payload.identity(record.get("platform"), "platform")
        root = PostKey(platform, payload.identity(record.get("id"), "id"))
        events = record["events"]
        if not isinstance(events, list) or not events:
            raise Unusable("events is missing or empty")
        start = _start(record.get("t0"), tally)
        latest = _LAST - start.timestamp()
        if problem := _problem(events[0], latest):
            raise Unusable(f"the root event is damaged: {problem}")
        numbers: Sequence[int] = range(len(events))
        if not _all_fit(events, latest):
            numbers = _fitting(events, latest, where, tally)
            events = [events[number] for number in numbers]
        seconds, users, parents, followers = zip(*events, strict=True)
        same = dict(zip(users, users, strict=True))  # a parent is the name of an earlier user: kept once
        parents = tuple(map(same.get, parents, parents))
        text, language = payload.text(record.get("root_text")), payload.language(record.get("lang"))
        self._cascades.append(_Cascade(root, start, text, language, seconds, numbers, users, parents, followers))
        self._size += len(events)
        tally.posts += 1
        tally.reposts += len(events) - 1

    def series(self) -> Columns:
        """The columns of the cascade that was taken in last: seconds, users, parents, followers."""
        last = self._cascades[-1]
        return last.seconds, last.users, last.parents, last.followers

    def events(self) -> Iterator[Recorded]:
        """All events in the order of time; at equal times in the order of the file."""
        if not self._cascades:
            return
        sizes = [len(cascade.seconds) for cascade in self._cascades]
        ends = np.cumsum(sizes)
        places = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        at = np.concatenate([np.array(cascade.seconds) + cascade.start.timestamp() for cascade in self._cascades])
        order = np.argsort(at, kind="stable")
        del at
        for begin in range(0, len(order), _CHUNK):
            rows = order[begin : begin + _CHUNK]
            of = places[rows]
            events = rows - (ends[of] - np.array(sizes)[of])
            yield from self._chunk(of.tolist(), events.tolist())

    def _chunk(self, places: list[int], events: list[int]) -> Iterator[Recorded]:
        """The hot loop of every replay: positional arguments and no calls of our own, on purpose."""
        cascades = self._cascades
        for place, event in zip(places, events, strict=True):
            cascade = cascades[place]
            root, number = cascade.root, cascade.numbers[event]
            user, parent, known = cascade.users[event], cascade.parents[event], cascade.followers[event]
            at = cascade.start + timedelta(0, cascade.seconds[event])
            by = AccountKey(root.source, f"{root.id}/{number}?" if user is None else user)
            account = None if known is None else Account(by, user or "", at, "", known)
            if number == 0:
                yield Recorded(at, Post(root, by, cascade.text, at, at, None, cascade.language), None, account)
                continue
            child = PostKey(root.source, f"{root.id}/{number}")
            if parent is None:
                repost = Repost(root, child, by, at, "repost", None, None, "inferred", 0.0, known)
            else:
                through = AccountKey(root.source, parent)
                repost = Repost(root, child, by, at, "repost", through, None, "platform", 1.0, known)
            yield Recorded(at, None, repost, account)


def _start(value: Any, tally: Tally) -> datetime:
    if value is None:
        tally.notes[NO_TIME] += 1
        return BEGINNING
    return payload.from_epoch(value, "t0")


def _all_fit(events: list[Any], latest: float) -> bool:
    """True where every event can be used: the usual case, found in a few passes over the whole record."""
    if set(map(type, events)) != {list} or set(map(len, events)) != {4}:
        return False
    seconds, users, parents, followers = zip(*events, strict=True)
    return (
        set(map(type, seconds)) <= _NUMBERS
        and all(0 <= second < latest for second in seconds)
        and set(map(type, users + parents)) <= _IDS
        and all(map(_is_user, {*users, *parents}))
        and set(map(type, followers)) <= _COUNTS
        and all(map(_is_count, set(followers)))
    )


def _fitting(events: list[Any], latest: float, where: str, tally: Tally) -> list[int]:
    """The places of the events that can be used; the others are counted one by one."""
    fitting = []
    for number, event in enumerate(events):
        if problem := _problem(event, latest):
            tally.drop(f"{where} event {number}", problem)
        else:
            fitting.append(number)
    return fitting


def _problem(event: Any, latest: float) -> str:
    """What is wrong with one event; empty where nothing is."""
    if type(event) is not list or len(event) != 4:
        return "not [seconds, user, parent, followers]"
    seconds, user, parent, followers = event
    if type(seconds) not in _NUMBERS or not 0 <= seconds < latest:
        return "the seconds are not a number of zero or more"
    if type(user) not in _IDS or not _is_user(user):
        return "the user is neither an id nor null"
    if type(parent) not in _IDS or not _is_user(parent):
        return "the parent is neither an id nor null"
    if type(followers) not in _COUNTS or not _is_count(followers):
        return "the followers are neither a count nor null"
    return ""


def _is_user(value: str | None) -> bool:
    return value is None or (0 < len(value) <= payload.LONGEST_ID and value.isprintable())


def _is_count(value: int | None) -> bool:
    return value is None or 0 <= value <= payload.LARGEST
