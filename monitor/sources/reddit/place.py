"""What is read for a brand, where a walk through it stands, and what is remembered between two walks."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain import Brand
from monitor.errors import BadPayload
from monitor.sources.reddit.config import NAME, Config
from monitor.sources.reddit.things import is_fullname

_VERSION = 1
_LONGEST_QUERY = 512
_TOGETHER = 25  # communities that are read as one
_SPANS = (
    ("hour", timedelta(minutes=50)),
    ("day", timedelta(hours=23)),
    ("week", timedelta(days=6.5)),
    ("month", timedelta(days=27)),
    ("year", timedelta(days=360)),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One listing that is read newest first."""

    path: str
    query: str = ""  # what is searched for; empty: everything in the communities
    communities: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A short name, the same in every process."""
        return _digest(f"{self.path}\n{self.query}")

    @property
    def title(self) -> str:
        """The communities, as people write them."""
        return ", ".join(f"r/{name}" for name in self.communities[:5]) + (" …" if len(self.communities) > 5 else "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands. ``since`` and ``span`` stay as they are until the listing has been read to its end."""

    readings: str  # of what the walk is one, so that it is not mistaken for another
    reading: int = 0
    apart: bool = False  # communities are read one by one, because one of them cannot be read
    since: int = 0  # seconds since 1970 down to which the listing is read
    span: str = "all"  # that is searched, in Reddit's words
    after: str = ""  # the thing below which the next page starts; empty: the first page
    spare: tuple[str, ...] = ()  # things a little above it, should it be deleted meanwhile
    seen: int = 0  # things of the listing so far
    oldest: int = 0  # when the oldest of them was made; 0: none was seen
    newest: Mapping[str, int] = field(default_factory=dict)  # by reading: when the newest of its first page was made

    @classmethod
    def read(cls, cursor: str, plan: "Plan") -> "Place":
        """The place that a cursor names. Raises BadPayload where it is not one of a walk by ``plan``."""
        raw = _object(cursor)
        try:
            place = cls(
                readings=str(raw["readings"]),
                reading=int(raw["reading"]),
                apart=bool(raw["apart"]),
                since=int(raw["since"]),
                span=str(raw["span"]),
                after=str(raw["after"]),
                spare=tuple(name for name in raw["spare"] if is_fullname(name)),
                seen=int(raw["seen"]),
                oldest=int(raw["oldest"]),
                newest=_moments(raw["newest"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error
        known = raw.get("v") == _VERSION and place.readings == plan.name and place.span in _known_spans()
        usable = (not place.after or is_fullname(place.after)) and _usable(place.since) and _usable(place.oldest)
        if not (known and usable and 0 <= place.reading < len(plan.readings(apart=place.apart))):
            raise BadPayload(f"{NAME}: a cursor of another walk")
        return place

    def __str__(self) -> str:
        return json.dumps({"v": _VERSION, **asdict(self)}, separators=(",", ":"))

    def saw(self, reading: str, things: int, times: Sequence[int]) -> "Place":
        """The place after a page of ``reading`` with ``things`` on it, made at ``times``."""
        place = replace(self, seen=self.seen + things)
        if not times:
            return place
        if not self.after:
            place = replace(place, newest={**self.newest, reading: max(times)})
        return replace(place, oldest=min([*times, *([self.oldest] if self.oldest else [])]))

    def is_passed(self, times: Sequence[int]) -> bool:
        """Whether a page with things made at ``times`` lies below what is asked for. A single one that is out of order
        says nothing."""
        return bool(times) and 2 * sum(at < self.since for at in times) >= len(times)


class Plan:
    """What is read for a brand: a search for its terms, and the communities, whoever is spoken of there."""

    def __init__(self, brand: Brand, config: Config) -> None:
        self._config = config
        self._searches = [Reading("/search", query) for query in _queries(brand)]
        self.name = _digest(repr([(one.path, one.query) for one in self.readings(apart=False)]))

    def readings(self, *, apart: bool) -> Sequence[Reading]:
        """The listings in their order; ``apart``: each community on its own."""
        names, together = self._config.communities, 1 if apart else _TOGETHER
        groups = [names[at : at + together] for at in range(0, len(names), together)]
        listed = [
            Reading(f"/r/{'+'.join(group)}/{what}", communities=group)
            for group in groups
            for what in ("new", "comments")
        ]
        return [*self._searches, *listed]

    @property
    def searches(self) -> int:
        """How many of the listings are searches; they come first."""
        return len(self._searches)

    def begin(self, number: int, state: str | None, at: Place | None, now: datetime) -> Place:
        """The start of listing ``number`` of a walk that stood at ``at``."""
        place = at or Place(self.name)
        reading = self.readings(apart=place.apart)[number]
        known = watermarks(state).get(reading.name)
        if known is None:
            moment = now - timedelta(hours=self._config.lookback_hours)
        else:
            moment = datetime.fromtimestamp(known, UTC) - timedelta(minutes=self._config.overlap_minutes)
        span = next((name for name, length in _SPANS if now - moment <= length), "all")
        place = replace(place, reading=number, since=int(moment.timestamp()), span=span)
        return replace(place, after="", spare=(), seen=0, oldest=0)

    def remember(self, state: str | None, newest: Mapping[str, int]) -> str:
        """What to remember of a walk that came to its end."""
        kept = {**watermarks(state), **newest}
        names = [one.name for apart in (False, True) for one in self.readings(apart=apart)]
        kept = {name: kept[name] for name in dict.fromkeys(names) if name in kept}
        return json.dumps({"v": _VERSION, "newest": kept}, separators=(",", ":"))


def watermarks(state: str | None) -> dict[str, int]:
    """When the newest thing seen was made, by reading. What cannot be read is forgotten, which costs a full walk."""
    raw = _object(state or "")
    return _moments(raw.get("newest")) if raw.get("v") == _VERSION else {}


def _queries(brand: Brand) -> Iterator[str]:
    """Queries for any of the brand's terms, as few as the length allows. Reddit knows no hashtags."""
    terms = (" ".join(term.removeprefix("#").replace('"', " ").split())[:200].strip() for term in brand.search_terms)
    quoted = {term.casefold(): f'"{term}"' for term in terms if any(char.isalnum() for char in term)}
    query = ""
    for term in quoted.values():
        longer = f"{query} OR {term}" if query else term
        if len(longer) > _LONGEST_QUERY:
            yield query
            longer = term
        query = longer
    if query:
        yield query


def _known_spans() -> set[str]:
    return {"all", *(name for name, _ in _SPANS)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]


def _object(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _usable(seconds: Any) -> bool:
    return type(seconds) is int and 0 <= seconds < 2**33


def _moments(raw: Any) -> dict[str, int]:
    return {name: at for name, at in raw.items() if _usable(at)} if isinstance(raw, dict) else {}
