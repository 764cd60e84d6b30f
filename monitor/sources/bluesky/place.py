"""Where a walk through the search stands, as the cursor between two of its pages and as the state between two walks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import payload
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.bluesky.config import NAME

VERSION = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST = 253_402_300_799_000  # the end of the year 9999


def milliseconds(moment: datetime) -> int:
    """``moment`` as whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_of(value: int) -> datetime:
    """Milliseconds since 1970 as a time in UTC."""
    return _EPOCH + value * _MILLISECOND


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands. All times are in milliseconds since 1970."""

    term: str
    query: str  # how the term is asked for
    since: int
    newest: int  # up to where the term is known once it has been read to its end
    swept: int  # when a walk last went back over the whole of what it may
    begun: int = 0  # when the term's first page was asked for: that page cannot hold what is newer
    site: str = ""  # the site's own cursor
    until: int | None = None  # takes the cursor's place where the site does not take its own
    oldest: int | None = None  # of what this query brought so far
    lost: int = 0  # cursors of this term that the site did not take
    empty: int = 0  # pages without posts, one after the other
    marks: tuple[str, ...] = ()  # of the last pages, to know one that is sent again
    tried: tuple[str, ...] = ()  # queries of this term that are done with
    cut: tuple[str, ...] = ()  # terms whose older posts could not be read
    done: dict[str, int] = field(default_factory=dict)  # by term: up to where it is known

    def __str__(self) -> str:
        return json.dumps({"v": VERSION, **asdict(self)}, ensure_ascii=False, separators=(",", ":"))


def read_place(cursor: str, terms: Sequence[str]) -> Place:
    """The place that a cursor names. Raises BadPayload for one of another version or of a term no longer watched."""
    try:
        told = json.loads(cursor)
        if told.pop("v") == VERSION and told["term"] in terms:
            return Place(
                **{name: _checked(name, value) for name, value in told.items() if name in Place.__dataclass_fields__}
            )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadPayload(f"{NAME}: a cursor of another version") from error
    raise BadPayload(f"{NAME}: a cursor of another version")


def _checked(name: str, value: Any) -> Any:
    if name in ("term", "query", "site"):
        return _is(str, value)
    if name in ("marks", "tried", "cut"):
        return tuple(_is(str, one) for one in _is(list, value))
    if name == "done":
        return {term: _time(moment) for term, moment in _is(dict, value).items()}
    if value is None and name in ("until", "oldest"):
        return None
    return _time(value)


def _is(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise ValueError(f"not a {kind.__name__}")
    return value


def _time(value: Any) -> int:
    if type(value) is int and 0 <= value <= _LAST:
        return value
    raise ValueError("not a time")


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered from one walk to the next: up to where each term was read, in milliseconds since 1970."""

    terms: Mapping[str, int] = field(default_factory=dict)
    swept: int = 0
    cut: tuple[str, ...] = ()  # terms that the last walk could not read to their end
    all_terms: int | None = None  # of a state that told of them all at once

    def of(self, term: str) -> int | None:
        """Up to where ``term`` is known; None where it was never read to its end."""
        return self.terms.get(term, self.all_terms)

    def __str__(self) -> str:
        told = {"v": VERSION, "terms": dict(self.terms), "swept": self.swept, "cut": self.cut}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def read_known(state: str | None) -> Known:
    """What a state tells; nothing where it cannot be read, which costs one full walk."""
    try:
        return Known(all_terms=milliseconds(payload.moment(state, "state")))  # as earlier versions wrote it
    except Unusable:
        pass
    try:
        told = json.loads(state or "")
        if told["v"] == VERSION:
            terms = {str(term): _time(value) for term, value in told["terms"].items()}
            return Known(terms, _time(told["swept"]), tuple(map(str, told.get("cut", ()))))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return Known()
