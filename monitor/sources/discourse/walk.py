"""Walking down a forum's posts by their ids. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.errors import BadPayload

_WINDOW = 50  # ids in one page of older releases: it may be short, or empty, without being the last
_MOST_EMPTY = 200  # windows in a row on the way to a known post
_MOST_EMPTY_AT_FIRST = 20  # where it is not known whether anything lies below


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands. ``written`` and ``read`` are its JSON form."""

    before: int | None  # posts below this id come next; None: the newest
    newest: int  # id met on this walk
    known: int  # the newest id of the last walk; 0: this is the first
    since: int  # second to which the first walk goes back
    empty: int = 0  # windows in a row
    whole: bool = False  # pages hold 50 posts whatever their ids are, so that an empty one is the end
    ended: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Any, memory: Mapping[str, Any], since: datetime) -> "Place":
        """The place that was written, or the start of a walk. Raises BadPayload where it cannot be read."""
        if raw is None:
            known = memory.get("id")
            return cls(None, 0, known if type(known) is int and known > 0 else 0, int(since.timestamp()))
        numbers = raw if isinstance(raw, list) else []
        if len(numbers) != 6 or any(type(one) is not int or not 0 <= one < 2**53 for one in numbers):
            raise BadPayload("a place of another version")
        before, newest, known, started, empty, whole = numbers
        return cls(before, newest, known, started, empty, whole == 1)

    def written(self) -> list[int]:
        """The place as JSON."""
        return [self.before or 0, self.newest, self.known, self.since, self.empty, int(self.whole)]

    def after(self, ids: set[int], newest_at: datetime | None, overlap: int) -> "Place":
        """Where to go on after a page with the posts ``ids``, the newest of which was written at ``newest_at``.

        The two kinds of forums differ in what ``before`` means: 50 posts below that id, or those of the 50 ids up to
        and with it that can be seen. Both are walked down without leaving anything out. Raises BadPayload where the
        forum sends the same page whatever it is asked.
        """
        floor = max(0, self.known - overlap)
        if not ids:
            return self._after_nothing(floor)
        lowest, highest = min(ids), max(ids)
        if self.before is not None and highest > self.before:
            raise BadPayload("the forum sends newer posts than it was asked for")
        wide = highest - lowest >= _WINDOW or (self.before is not None and lowest <= self.before - _WINDOW)
        following = replace(self, newest=max(self.newest, highest), empty=0, whole=self.whole or wide)
        older = newest_at is not None and newest_at.timestamp() < self.since
        if lowest <= floor + 1 or (older and not self.known):
            return replace(following, ended=True)
        # Where only the post we asked from came back, it ended a window that is read.
        below = lowest if self.before is None or lowest < self.before else max(0, self.before - _WINDOW)
        return replace(following, before=below, ended=below <= 1)

    def _after_nothing(self, floor: int) -> "Place":
        if self.before is None or self.whole or self.before - _WINDOW <= max(floor, 1):
            return replace(self, ended=True)
        if not self.known and self.empty >= _MOST_EMPTY_AT_FIRST:
            return replace(self, ended=True)
        if self.empty >= _MOST_EMPTY:
            note = f"no post in the {_MOST_EMPTY * _WINDOW} ids above {self.before}: what lies below is not read"
            return replace(self, ended=True, notes=(note,))
        return replace(self, before=self.before - _WINDOW, empty=self.empty + 1)
