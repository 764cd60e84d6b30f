"""Where a walk through a brand's searches stands, and what is remembered between two walks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from monitor import payload
from monitor.domain import Gap
from monitor.errors import BadPayload
from monitor.sources.x.config import NAME, Config
from monitor.sources.x.ids import before, given_at, is_id, read_id

_VERSION = 1
_SHOWN = timedelta(days=7)  # how far back X's search goes; it refuses to be asked for more
_MARGIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands. ``since_id`` and ``start`` stay as they are until the query has been read to its end."""

    queries: str  # of what the walk is one, so that it is not mistaken for another
    query: int = 0
    since_id: str = ""
    start: str = ""  # the moment from which posts are asked for, where there is no since_id
    token: str = ""  # of X, for the next page; empty: the first
    pages: int | None = None  # how many more can be paid for; None: all
    left_out: int = 0  # posts that cannot
    empty: int = 0  # pages in a row without a post
    newest: Mapping[str, str] = field(default_factory=dict)  # by query: the newest post of its first page

    @classmethod
    def read(cls, cursor: str, queries: Sequence[str]) -> "Place":
        """The place that a cursor names. Raises BadPayload where it is not one of a walk through ``queries``."""
        raw = _object(cursor)
        try:
            place = cls(
                queries=str(raw["queries"]),
                query=int(raw["query"]),
                since_id=str(raw["since_id"]),
                start=str(raw["start"]),
                token=str(raw["token"]),
                pages=None if raw["pages"] is None else int(raw["pages"]),
                left_out=int(raw["left_out"]),
                empty=int(raw["empty"]),
                newest=_ids(raw["newest"]),
            )
            place.since.isoformat()  # one of the two is there and can be read
        except (KeyError, TypeError, ValueError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error
        fits = raw.get("v") == _VERSION and place.queries == name_of("\n".join(queries))
        if not fits or not 0 <= place.query < len(queries):
            raise BadPayload(f"{NAME}: a cursor of another walk")
        return place

    def __str__(self) -> str:
        return json.dumps({"v": _VERSION, **asdict(self)}, separators=(",", ":"))

    @property
    def window(self) -> dict[str, str]:
        """The parameters that say which posts are asked for."""
        return {"since_id": self.since_id} if self.since_id else {"start_time": self.start}

    @property
    def since(self) -> datetime:
        """The moment down to which the query is read."""
        return given_at(read_id(self.since_id, "since_id")) if self.since_id else payload.moment(self.start, "start")


def begin(
    queries: Sequence[str], number: int, state: str | None, newest: Mapping[str, str], config: Config, now: datetime
) -> tuple[Place, Gap | None]:
    """The start of the walk through query ``number``, and what has gone out of sight since the last one."""
    place = Place(name_of("\n".join(queries)), number, newest=newest)
    known = watermarks(state).get(name_of(queries[number]))
    earliest = now - _SHOWN + _MARGIN
    if known is None:
        return replace(place, start=_stamp(max(earliest, now - timedelta(hours=config.lookback_hours)))), None
    since = before(known, timedelta(minutes=config.overlap_minutes))
    if given_at(since) > earliest:
        return replace(place, since_id=since), None
    gap = Gap(given_at(known), earliest, f"{NAME} shows posts of the last seven days only")
    return replace(place, start=_stamp(earliest)), gap if gap.since < gap.until else None


def window(newest: str, created_at: datetime, now: datetime) -> dict[str, str]:
    """The parameters for what came after ``newest``, or after ``created_at``, as far back as X takes it."""
    earliest = now - _SHOWN + _MARGIN
    if newest and given_at(newest) > earliest:
        return {"since_id": newest}
    return {"start_time": _stamp(max(earliest, created_at))}


def watermarks(state: str | None) -> dict[str, str]:
    """The newest post seen, by query. What cannot be read is forgotten, which costs one full walk."""
    raw = _object(state or "")
    return _ids(raw.get("newest")) if raw.get("v") == _VERSION else {}


def remember(queries: Sequence[str], state: str | None, newest: Mapping[str, str]) -> str | None:
    """What to remember of a walk that came to its end; None where nothing was ever found."""
    kept = {**watermarks(state), **newest}
    kept = {name: kept[name] for name in map(name_of, queries) if name in kept}
    return json.dumps({"v": _VERSION, "newest": kept}, separators=(",", ":")) if kept else None


def name_of(query: str) -> str:
    """A short name of a query, the same in every process."""
    return hashlib.sha256(query.encode(errors="replace")).hexdigest()[:12]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _object(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _ids(raw: Any) -> dict[str, str]:
    return {name: id_ for name, id_ in raw.items() if is_id(id_)} if isinstance(raw, dict) else {}
