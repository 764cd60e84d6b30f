"""Finding posts: the walk through the paid search, term by term, and through mentions of the token's account."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor import payload
from monitor.domain import Brand, Page
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.weibo.api import Api
from monitor.sources.weibo.config import NAME, Config
from monitor.sources.weibo.long_texts import LongTexts
from monitor.sources.weibo.statuses import Gathering, Status, edges_among
from monitor.sources.weibo.values import own_id

_COUNT = 50  # posts in one answer
_VERSION = 1
_MENTIONS = "@"  # the step that reads mentions; no search term begins so


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a walk stands. All times are seconds since 1970.

    The site leaves out what lies on deep pages. So the next page is asked for by its time, up to that of the oldest
    post so far; by its number only where more posts than fit on a page bear the same second.
    """

    step: str  # a search term, or the mentions
    since: int  # nothing older is wanted in this walk
    started: int  # nothing newer either: what is posted meanwhile belongs to the next walk, for all terms alike
    newest: int
    until: int
    page: int = 1
    lowest: int = 0  # the lowest id so far in this step; 0: none yet
    most: int = 0  # posts in the fullest answer so far in this step
    version: int = _VERSION

    @classmethod
    def read(cls, text: str) -> "_Cursor":
        try:
            values = json.loads(text)
            cursor = cls(**values)
        except (TypeError, ValueError, RecursionError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error
        whole = all(type(getattr(cursor, f.name)) is (str if f.name == "step" else int) for f in fields(cls))
        if not whole or cursor.version != _VERSION:
            raise BadPayload(f"{NAME}: a cursor of another version")
        return cursor

    def __str__(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


class Search:
    """The walk through all that may name a brand. The state is the newest moment seen."""

    def __init__(self, config: Config, api: Api) -> None:
        self._config = config
        self._api = api

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of it."""
        steps = [*(_terms(brand) if self._config.search else ()), *([_MENTIONS] if self._config.mentions else ())]
        if not steps:
            return Page(state=state)
        at = self._start(steps, state, now) if cursor is None else _Cursor.read(cursor)
        if at.step not in steps:
            raise BadPayload(f"{NAME}: a cursor for terms that have changed")
        rows = self._asked(at, now)
        found = Gathering(now)
        texts = LongTexts(self._api, self._config.long_texts, now)
        taken = [found.take(f"{at.step[:40]}[{n}]", row) for n, row in enumerate(texts.whole(rows))]
        statuses = [status for status in taken if status is not None]
        newest = max([at.newest, *(min(int(status.at.timestamp()), at.started) for status in statuses)])
        following = _next(replace(at, newest=newest), rows, statuses, steps)
        return found.page(
            edges_among(statuses), next_cursor=None if following is None else str(following), state=str(newest)
        )

    def _start(self, steps: Sequence[str], state: str | None, now: datetime) -> _Cursor:
        started = int(now.timestamp())
        lookback = started - int(timedelta(hours=self._config.lookback_hours).total_seconds())
        newest = int(state) if state and state.isascii() and state.isdigit() and len(state) <= 12 else lookback
        newest = min(newest, started)
        since = max(0, newest - int(self._config.overlap_minutes * 60))
        return _Cursor(steps[0], since, started, newest, started)

    def _asked(self, at: _Cursor, now: datetime) -> list[Any]:
        if at.step == _MENTIONS:
            params: dict[str, str | int] = {"count": _COUNT, "page": 1}
            if at.lowest:
                params["max_id"] = at.lowest - 1  # the site counts this id in
            return self._api.rows("statuses/mentions", "statuses", params, now)[0]
        params = {"q": at.step, "sort": "time", "starttime": at.since, "endtime": at.until}
        params |= {"count": _COUNT, "page": at.page}
        return self._api.rows("search/statuses/limited", "statuses", params, now, paid=True)[0]


def _terms(brand: Brand) -> list[str]:
    """What is searched for; the site writes a hashtag between two signs."""
    return list(dict.fromkeys((*brand.names, *(f"#{tag}#" for tag in brand.hashtags), *brand.products)))


def _next(at: _Cursor, rows: Sequence[Any], read: Sequence[Status], steps: Sequence[str]) -> _Cursor | None:
    """Where the walk goes on; None at its end, where nothing older comes: what the site counts is not relied on."""
    lowest = min(_ids(rows), default=0)
    lower = bool(lowest) and (not at.lowest or lowest < at.lowest)
    if any(status.at.timestamp() < at.since for status in read):
        return _step_after(at, steps)
    if at.step == _MENTIONS:
        return replace(at, lowest=lowest) if lower else _step_after(at, steps)
    crowded = at.page == 1 and 0 < at.most <= len(rows)  # there may be more of the same second
    if not (lower or crowded):
        return _step_after(at, steps)
    at = replace(at, lowest=min(lowest, at.lowest or lowest), most=max(at.most, len(rows)))
    oldest = min((int(status.at.timestamp()) for status in read), default=at.until)
    if lower and oldest + 1 < at.until:
        return replace(at, until=oldest + 1, page=1)  # the bound may be inclusive or not
    return replace(at, page=at.page + 1)


def _ids(rows: Sequence[Any]) -> Iterator[int]:
    for row in rows:
        with suppress(Unusable):
            yield int(own_id(payload.mapping(row, "the post"), "the post"))


def _step_after(at: _Cursor, steps: Sequence[str]) -> _Cursor | None:
    number = steps.index(at.step) + 1
    if number == len(steps):
        return None
    return replace(at, step=steps[number], until=at.started, page=1, lowest=0, most=0)
