"""Walking through listings of the Graph API: pages, the times down to which they are read, where to go on."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote_plus
from zlib import crc32

from monitor import payload
from monitor.domain import Account, AccountKey, Dropped, Gap, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound
from monitor.meta_graph import Graph
from monitor.payload import Unusable

_MOST_PAGES = 500  # of one listing; one that goes on beyond that is not believed
_LONGEST = 2_000  # characters of a cursor
_LATEST = 2**33
# What is taken over from the address of the next page. It is never followed itself: it holds the token, and could name
# any host.
_ONWARD = re.compile(r"[?&](after|until|__paging_token)=([^&#]*)")


@dataclass(frozen=True, slots=True)
class Listing:
    """One edge of an object, and how it is read."""

    path: str
    fields: str
    clock: str  # the field that holds an entry's time
    size: int = 100
    more: Mapping[str, str | int] = field(default_factory=dict)  # further parameters
    bounds: tuple[str, ...] = ()  # which of since and until it takes
    newest_first: bool = True
    ends_empty: bool = False  # an empty page is the last, whatever it says


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a listing stands; seconds since 1970."""

    since: int  # what is older is known
    until: int  # when the reading began
    newest: int  # of what was met so far
    step: str = ""  # which listing, where there are several
    page: int = 0  # also makes two places differ whose cursors do not
    paging: Mapping[str, str] = field(default_factory=dict)  # parameters of the next page
    last: int = 0  # sum of the ids on the page before

    @classmethod
    def begin(cls, newest: Any, otherwise: int, overlap: int, now: int, step: str = "") -> "Place":
        """The start of a reading back to ``overlap`` seconds before the newest entry known, or to ``otherwise``."""
        known = min(newest, now) if _is_moment(newest) else otherwise
        return cls(max(0, known - overlap), now, known, step)

    @classmethod
    def read(cls, told: Any, steps: Iterable[str] = ("",)) -> "Place":
        """A place as ``told`` tells of it. Raises BadPayload where it cannot be read."""
        try:
            place = cls(**told)
        except TypeError as error:
            raise BadPayload("a place of another version") from error
        numbers = (place.since, place.until, place.newest, place.page, place.last)
        if not all(map(_is_moment, numbers)) or place.step not in steps or not _is_paging(place.paging):
            raise BadPayload("a place of another version")
        return place

    def told(self) -> dict[str, Any]:
        """The place as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brought; ``following`` is None where the listing ends."""

    items: list[Any]
    newest: int
    following: Place | None
    gap: Gap | None = None


def read(graph: Graph, listing: Listing, at: Place, now: datetime) -> Batch:
    """The page at ``at``. Raises SourceError.

    Only a page that names no next one is the last: short pages are normal, and a last page may hold cursors. A site
    that sends the same page again, or the same empty one, is not asked on.
    """
    bounds = {name: moment for name in listing.bounds if (moment := getattr(at, name))}
    asked = {"fields": listing.fields, **listing.more, **bounds, **at.paging}
    answer = graph.listing(listing.path, asked, listing.size, now)
    items: list[Any] = answer["data"]
    times = [moment for item in items if (moment := _time(item, listing.clock)) is not None]
    newest = max([at.newest, *(moment for moment in times if moment <= at.until)])
    onward, mark = _onward(answer.get("paging")), _mark(items)
    passed = listing.newest_first and bool(times) and max(times) < at.since
    again = mark == at.last if items else listing.ends_empty or onward == at.paging
    if onward is None or passed or again:
        return Batch(items, newest, None)
    if not onward or at.page >= _MOST_PAGES:
        return Batch(items, newest, None, _unread(listing, at, min(times, default=at.until)))
    return Batch(items, newest, replace(at, newest=newest, page=at.page + 1, paging=onward, last=mark or at.last))


def catch_up(
    graph: Graph, listing: Listing, state: str | None, pages: int, overlap: int, now: datetime
) -> tuple[list[Any], str]:
    """Entries since ``state``, oldest first, ``pages`` pages at most, and the state to go on from next time."""
    second = int(now.timestamp())
    before = _loaded(state)
    at = resumed = _resumed(before)
    if at is None:
        at = Place.begin(before.get("newest"), 0, overlap, second)
    found: list[Any] = []
    for _ in range(pages):
        try:
            batch = read(graph, listing, at, now)
        except (BadPayload, NotFound):
            if at is not resumed:
                raise
            at, resumed = Place.begin(before.get("newest"), 0, overlap, second), None  # the site forgot the cursor
            batch = read(graph, listing, at, now)
        found += batch.items
        if batch.following is None:
            return found, _written({"newest": batch.newest})
        at = batch.following
    # Until all is read the watermark stays: it must not pass over what is left.
    return found, _written({"newest": before.get("newest"), "place": at.told()})


class Told(NamedTuple):
    """What one entry tells."""

    post: Post | None = None
    edge: Repost | None = None
    account: Account | None = None


def page_of(items: Iterable[Any], tell: Callable[[Mapping[str, Any]], Iterable[Told]], where: str) -> Page:
    """Entries as posts, edges and accounts, each once; one that ``tell`` finds Unusable is counted."""
    posts: dict[PostKey, Post] = {}
    edges: dict[PostKey, Repost] = {}
    accounts: dict[AccountKey, Account] = {}
    dropped: list[Dropped] = []
    for number, item in enumerate(items):
        try:
            for told in tell(payload.mapping(item, "the entry")):
                if told.post is not None:
                    posts.setdefault(told.post.key, told.post)
                if told.edge is not None:
                    edges.setdefault(told.edge.child, told.edge)
                if told.account is not None:
                    accounts.setdefault(told.account.key, told.account)
        except Unusable as error:
            dropped.append(Dropped(f"{where}[{number}]", str(error)))
    return Page(tuple(posts.values()), tuple(edges.values()), tuple(accounts.values()), dropped=tuple(dropped))


def refreshed(post: Post, fresh: Post, now: datetime, changed_at: datetime | None = None) -> Post:
    """``post`` as it is now; where its words differ it was edited, at ``changed_at`` if the site says so.

    The site's own time of change also moves with comments, so that alone says nothing.
    """
    edited_at = post.edited_at
    if fresh.text and fresh.text != post.text:
        edited_at = min(changed_at or now, now)
    metrics = fresh.metrics if fresh.metrics is not None else post.metrics
    return replace(post, text=fresh.text or post.text, metrics=metrics, seen_at=now, edited_at=edited_at)


def _onward(paging: Any) -> dict[str, str] | None:
    """The parameters of the next page; None where there is none, nothing where it is not said how to ask for it."""
    following = paging.get("next") if isinstance(paging, dict) else None
    if not isinstance(following, str) or not following:
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if isinstance(after, str) and _is_paging({"after": after}):
        return {"after": after}
    found = {name: unquote_plus(value) for name, value in _ONWARD.findall(following[:10_000])}
    return found if _is_paging(found) else {}


def _is_paging(value: Any) -> bool:
    return isinstance(value, dict) and all(
        name in ("after", "until", "__paging_token")
        and isinstance(kept, str)
        and 0 < len(kept) <= _LONGEST
        and kept.isascii()
        and kept.isprintable()
        for name, kept in value.items()
    )


def _mark(items: Iterable[Any]) -> int:
    return crc32(
        ",".join(str(item.get("id"))[:200] for item in items if isinstance(item, dict)).encode("utf-8", "replace")
    )


def _time(item: Any, clock: str) -> int | None:
    try:
        return int(payload.moment(item.get(clock) if isinstance(item, dict) else None, clock).timestamp())
    except Unusable:
        return None


def _unread(listing: Listing, at: Place, oldest: int) -> Gap | None:
    if at.since >= oldest:
        return None
    since, until = (datetime.fromtimestamp(second, UTC) for second in (at.since, oldest))
    return Gap(since, until, f"{listing.path}: its pages break off")


def _resumed(before: Mapping[str, Any]) -> Place | None:
    try:
        return Place.read(before.get("place"))
    except BadPayload:
        return None


def _loaded(state: str | None) -> Mapping[str, Any]:
    try:
        told = json.loads(state or "null")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) and told.get("v") == 1 else {}


def _written(told: Mapping[str, Any]) -> str:
    return json.dumps({"v": 1, **told}, separators=(",", ":"))


def _is_moment(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LATEST
