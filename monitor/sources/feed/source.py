"""Reading all configured feeds, each one only when it has changed and wants to be read."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from monitor.domain import Brand, Gap, Page
from monitor.errors import NotFound
from monitor.http import HttpClient, Response
from monitor.plain_text import one_line
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.feed.config import NAME, Config, Feed, feeds_of
from monitor.sources.feed.items import Reading, reading
from monitor.sources.feed.manners import is_resting, rest_until, wishes
from monitor.sources.several import Gone, Memory, Several, Step

_AT_ONCE = 10  # feeds in one page
_MARKS = 30  # items that are remembered of each feed
_ACCEPTED = frozenset({200, 304, 410})
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"


class FeedSource:
    """Reads the feeds in turn. The state holds, for each, what its server gave to ask with and its newest items."""

    name: ClassVar[str] = NAME

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._feeds = feeds_of(config)
        self._longest = timedelta(hours=config.longest_pause_hours)
        self._http = http
        self._several = Several({key: feed.shown for key, feed in self._feeds.items()}, self._look, _AT_ONCE)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """All items of the next feeds that changed. A feed that fails is counted; raises when all of them do."""
        return self._several.fetch(state, cursor, now)

    def _look(self, key: str, memory: Memory, place: Any, now: datetime) -> Step:
        """One feed, read where it is time to. Raises Gone where it is no more."""
        if is_resting(memory, now):
            return Step(Page())
        feed = self._feeds[key]
        response = self._asked(feed, memory)
        if response.status == 410:
            raise Gone(f"{feed.shown} is gone for good, says its server (410)")
        if response.moved_to is not None:
            memory["moved"] = response.moved_to
        if response.status == 304:
            memory["rest"] = rest_until(memory, response.headers, now, self._longest)
            return Step(Page())
        read = reading(response.body, feed.address, now, response.headers.get("content-type", ""), self._scopes())
        gap = _gap(feed, memory, read)
        moved = {"moved": memory["moved"]} if "moved" in memory else {}
        memory.clear()
        # A damaged answer is not asked to be the known one, or what it lacks would never come.
        validators = {} if read.syndicated.broken else _validators(response)
        memory.update(moved | validators | wishes(read.syndicated) | _seen(read))
        memory["rest"] = rest_until(memory, response.headers, now, self._longest)
        page = read.page
        return Step(Page(page.posts, page.reposts, page.accounts, dropped=page.dropped, gap=gap))

    def _asked(self, feed: Feed, memory: Memory) -> Response:
        """The answer of the feed's server: at the address to which it moved for good, where it has."""
        moved = memory.get("moved")
        address = moved if isinstance(moved, str) else feed.address
        headers = {"accept": _ACCEPT}
        for name, header in (("etag", "if-none-match"), ("modified", "if-modified-since")):
            if isinstance(memory.get(name), str):
                headers[header] = memory[name]
        if feed.authorization and _origin(address) == _origin(feed.address):
            headers["authorization"] = feed.authorization
        try:
            # A bucket of its own: one feed that is asked too often says nothing about the others of its host.
            return self._http.get(address, headers=headers, accept=_ACCEPTED, bucket=feed.key, robots=True)
        except NotFound:
            memory.pop("moved", None)  # the next look asks at the configured address again
            raise

    def _scopes(self) -> dict[str, str]:
        """The keys of the configured feeds by their addresses, for items that answer items of another feed."""
        return {feed.address: feed.key for feed in self._feeds.values()}


def _validators(response: Response) -> dict[str, str]:
    """What the server gave to ask with next time, as it gave it: also a weak tag is sent back as it is."""
    found = {}
    for name, header in (("etag", "etag"), ("modified", "last-modified")):
        value = response.headers.get(header, "").strip()
        if value and value.isascii() and value.isprintable() and len(value) <= 500:
            found[name] = value
    return found


def _seen(read: Reading) -> dict[str, Any]:
    """What is remembered of the items: which they were, how many, and when the newest was published."""
    if not read.marks:
        return {}
    newest = {"newest": int(read.newest.timestamp())} if read.newest else {}
    return {"marks": list(read.marks[:_MARKS]), "count": len(read.marks), **newest}


def _gap(feed: Feed, memory: Memory, read: Reading) -> Gap | None:
    """What rolled out of a full feed unseen: none of the items of the last look is in it any more."""
    marks, count, newest = memory.get("marks"), memory.get("count"), memory.get("newest")
    if not isinstance(marks, list) or type(count) is not int or type(newest) is not int or read.oldest is None:
        return None
    if len(read.marks) < max(2, count) or set(read.marks) & {mark for mark in marks if isinstance(mark, str)}:
        return None
    try:
        since = datetime.fromtimestamp(newest, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    reason = one_line(f"{feed.shown} holds {len(read.marks)} items and was filled anew since the last look", 300)
    return Gap(since, read.oldest, reason) if since < read.oldest else None


def _origin(address: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


SPEC = SourceSpec(
    NAME,
    Config,
    FeedSource,
    for_all_brands=True,
    capabilities=Capabilities(
        mentions="some",
        reposts="none",
        quotes="none",
        replies="some",
        views=False,
        followers=False,
        edits=True,
        deletions=False,
    ),
)
