"""Walking through a forum's questions by page, the last active first. Pure."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import BadPayload
from monitor.sources.askbot.posts import Listing, Question

_MOST_PAGES = 1_000  # of one walk
_BEHIND = 200  # ids behind the newest known one that are not taken for granted
_REMEMBERED = 300  # answers
Left = tuple[int, int, int]  # an answer still to be read, its question, and who asked that


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands. ``written`` and ``read`` are its JSON form."""

    page: int
    since: int  # second to which the walk goes back
    first: bool  # nothing is known of this forum yet
    known: int  # newest id of the last walk
    newest: int = 0  # newest activity met, in seconds
    top: int = 0  # newest id met
    count: int = 0  # questions that the forum had at the page before
    mark: int = 0  # stands for the questions of the page before
    repeats: int = 0  # how often in a row the same page came
    left: tuple[Left, ...] = ()
    ended: bool = False  # no page is to be read any more; answers may be left

    @classmethod
    def start(cls, memory: Mapping[str, Any], now: datetime, lookback: timedelta, overlap: timedelta) -> "Place":
        """The start of a walk."""
        at, known = memory.get("at"), memory.get("id")
        if type(at) is not int or type(known) is not int or not 0 < at < 2**40:
            return cls(1, int((now - lookback).timestamp()), True, 0)
        return cls(1, at - int(overlap.total_seconds()), False, max(known, 0), at, max(known, 0))

    @classmethod
    def read(cls, raw: Any) -> "Place":
        """The place that was written. Raises BadPayload where it cannot be read."""
        try:
            page, since, first, known, newest, top, count, mark, repeats, left, ended = raw
            numbers = [page, since, known, newest, top, count, mark, repeats, *(n for one in left for n in one)]
            if any(type(n) is not int or abs(n) >= 2**54 for n in numbers) or page < 1:
                raise ValueError("not numbers")
            return cls(
                page,
                since,
                first is True,
                known,
                newest,
                top,
                count,
                mark,
                repeats,
                tuple((one, of, by) for one, of, by in left),
                ended is True,
            )
        except (TypeError, ValueError) as error:
            raise BadPayload("a place of another version") from error

    def written(self) -> list[Any]:
        """The place as JSON."""
        told = [self.page, self.since, self.first, self.known, self.newest, self.top, self.count]
        return [*told, self.mark, self.repeats, self.left, self.ended]

    def fresh(self, listing: Listing) -> list[Question]:
        """The questions about which something was done since."""
        return [one for one in listing.questions if one.active_at.timestamp() >= self.since]

    def after(self, listing: Listing, left: tuple[Left, ...]) -> "Place":
        """Where to go on after a page; ``left`` are the answers of its questions that are still to be read.

        A page number beyond the last gives a page again: ``pages`` tells the end, and where it lies, the same page
        coming a third time. (A second time may be chance: as many questions may have moved up as a page holds.) Where
        questions were deleted meanwhile, later ones moved into the page before: it is read again.
        """
        ids = [n for one in listing.questions for n in (one.id, *one.answers)]
        newest = [int(one.active_at.timestamp()) for one in listing.questions]
        met = replace(self, newest=max([self.newest, *newest]), top=max([self.top, *ids]), left=left)
        if self.page > 1 and listing.count is not None and listing.count < self.count:
            return replace(met, page=self.page - 1, count=listing.count, mark=0, repeats=0)
        mark = zlib.crc32(repr(sorted(one.id for one in listing.questions)).encode())
        repeats = self.repeats + 1 if mark == self.mark else 0
        descending = newest == sorted(newest, reverse=True)
        older = bool(newest) and (newest[-1] if descending else max(newest)) < self.since
        most = _MOST_PAGES if listing.pages is None else min(listing.pages, _MOST_PAGES)
        ended = older or repeats > 1 or not newest or self.page >= most
        count = listing.count or 0
        return replace(met, page=self.page + 1, count=count, mark=mark, repeats=repeats, ended=ended)

    def wanted(self, question: Question, read: set[int]) -> list[Left]:
        """The answers of ``question`` that may be new, newest first."""
        asked_by = question.post.author.id.rpartition(":")[2]
        new = [one for one in question.answers if self.first or (one > self.known - _BEHIND and one not in read)]
        return [(one, question.id, int(asked_by)) for one in reversed(new)]

    def remembered(self) -> dict[str, int]:
        """What is to be remembered of the forum after the walk."""
        return {"at": self.newest, "id": self.top}


def known_answers(memory: Mapping[str, Any]) -> list[int]:
    """The ids of the answers that were read lately, the newest last."""
    read = memory.get("read")
    return [one for one in read if type(one) is int][-_REMEMBERED:] if isinstance(read, list) else []
