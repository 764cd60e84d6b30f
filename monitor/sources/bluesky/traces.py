"""What this process has seen lately: posts that are watched, and whose repost a record was. Bounded."""

from collections import OrderedDict
from datetime import datetime
from sys import intern
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

_POSTS = 50_000
_REPOSTS = 100_000  # of watched posts
_OTHERS = 20_000  # of posts that may yet come to be watched

_Value = TypeVar("_Value")


class Trace(NamedTuple):
    """A repost record that was seen."""

    subject: str
    at: datetime


class _Bounded(Generic[_Value]):
    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._values: OrderedDict[object, _Value] = OrderedDict()

    def put(self, key: object, value: _Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def get(self, key: object) -> _Value | None:
        return self._values.get(key)


class Traces:
    """Shared by search, returns and the stream. Several threads may use it."""

    def __init__(self) -> None:
        self._posts: _Bounded[datetime] = _Bounded(_POSTS)
        self._reposts: _Bounded[Trace] = _Bounded(_REPOSTS)
        self._others: _Bounded[Trace] = _Bounded(_OTHERS)

    def watch(self, uri: str, created_at: datetime) -> None:
        """From now on, what happens to the post at ``uri`` matters."""
        self._posts.put(uri, created_at)

    def watched(self, uri: str) -> datetime | None:
        """When the post at ``uri`` was made; None where it is not watched."""
        return self._posts.get(uri)

    def note(self, did: str, rkey: str, subject: str, at: datetime) -> None:
        """The account's record ``rkey`` reposts ``subject``."""
        kept = self._reposts if self._posts.get(subject) else self._others
        kept.put(hash((did, rkey)), Trace(intern(subject), at))

    def repost(self, did: str, rkey: str) -> Trace | None:
        """What the account's record ``rkey`` reposts; None where it was not seen, or too long ago."""
        key = hash((did, rkey))
        return self._reposts.get(key) or self._others.get(key)
