"""What is remembered of a post between two returns to it: a restart asks nobody twice and guesses no time anew."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from monitor.sources.bluesky.place import milliseconds, moment_of

VERSION = 1
_MOST_TOLD = 20_000
_MOST_WAITING = 5_000
_LONGEST = timedelta(days=36_500) // timedelta(seconds=1)


def mark(text: str) -> str:
    """A short mark of an account or a record: thousands of them have to fit into a row."""
    return blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()


class ListPlace(NamedTuple):
    """How far a list that is kept newest first has been read."""

    head: tuple[str, ...] = ()  # the newest entries last time: whoever meets one knows the rest, down to ``below``
    below: str | None = None  # the site's cursor where reading goes on
    stop: tuple[str, ...] = ()  # entries from which on everything below is known


class Told(NamedTuple):
    """A repost that needs no further look."""

    seconds: int  # after the post
    record: str | None  # mark of its record; None where it could not be read


class Waiting(NamedTuple):
    """A repost that was told with a guessed time, and whose record is still to be read."""

    seconds: int  # after the post, as it was told
    tries: int = 0


@dataclass(slots=True)
class Memory:
    """Who passed a post on, as far as it was told, and how far its lists were read."""

    since: datetime | None = None  # the last look
    whole_at: datetime | None = None  # when the lists were last begun anew, for entries that were late or backdated
    told: dict[str, Told] = field(default_factory=dict)  # by mark of the account
    waiting: dict[str, Waiting] = field(default_factory=dict)  # by account
    quotes: ListPlace = field(default_factory=ListPlace)
    reposts: ListPlace = field(default_factory=ListPlace)

    def knows(self, did: str) -> bool:
        """Whether the account's repost was told."""
        return did in self.waiting or mark(did) in self.told

    def seconds(self, did: str) -> int | None:
        """When the account was told to have reposted, in seconds after the post."""
        known = self.waiting.get(did) or self.told.get(mark(did))
        return known.seconds if known else None

    def first(self) -> int | None:
        """When the first repost was told to be, in seconds after the post."""
        seconds = [one.seconds for one in self.told.values()] + [one.seconds for one in self.waiting.values()]
        return min(seconds, default=None)

    def __str__(self) -> str:
        told = list(self.told.items())[-_MOST_TOLD:]
        waiting = list(self.waiting.items())[-_MOST_WAITING:]
        return json.dumps(
            {
                "v": VERSION,
                "since": milliseconds(self.since) if self.since else None,
                "whole": milliseconds(self.whole_at) if self.whole_at else None,
                "told": {key: f"{one.seconds}.{one.record}" if one.record else str(one.seconds) for key, one in told},
                "waiting": dict(waiting),
                "quotes": self.quotes,
                "reposts": self.reposts,
            },
            separators=(",", ":"),
        )


def recall(state: str | None) -> Memory:
    """What a state tells; nothing where it cannot be read, which costs one return that asks for everything."""
    try:
        told = json.loads(state or "")
        if told["v"] != VERSION:
            return Memory()
        return Memory(
            since=_moment(told["since"]),
            whole_at=_moment(told["whole"]),
            told={key: _told(value) for key, value in _dict(told["told"])},
            waiting={did: Waiting(*map(_seconds, value)) for did, value in _dict(told["waiting"])},
            quotes=_place(told["quotes"]),
            reposts=_place(told["reposts"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Memory()


def _dict(value: Mapping[str, Any]) -> Any:
    return value.items()


def _told(value: str) -> Told:
    seconds, _, record = value.partition(".")
    return Told(_seconds(int(seconds)), record or None)


def _seconds(value: Any) -> int:
    if type(value) is int and 0 <= value <= _LONGEST:
        return value
    raise ValueError("not a number of seconds")


def _moment(value: Any) -> datetime | None:
    return None if value is None else moment_of(_milliseconds(value))


def _milliseconds(value: Any) -> int:
    if type(value) is int and 0 <= value <= 1000 * _LONGEST:
        return value
    raise ValueError("not a time")


def _place(value: Any) -> ListPlace:
    head, below, stop = value
    if not isinstance(below, str | None):
        raise ValueError("not a cursor")
    return ListPlace(tuple(map(str, head)), below, tuple(map(str, stop)))
