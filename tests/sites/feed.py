"""A news site with feeds: conditional requests as nginx answers them, redirects, refusals, and a feed that rolls."""

import base64
import gzip
import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from monitor.domain import PostKey
from monitor.sources.feed.config import key_of
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

WINDOW = timedelta(minutes=1)
LOGIN = ("reader", "p4ss:word")
_REDIRECTS = {"/old": (301, "/news.atom"), "/older": (308, "/old"), "/elsewhere": (302, "/news.atom")}


def item_id(event: Event) -> str:
    """The id under which ``event`` stands in every feed of the site."""
    return f"tag:news.example,2026:{event.number}"


class FeedSite:
    """Everything that was said, in /news.atom and /news.rss, newest first and at most ``items``.

    ``limit``: requests for feeds in a minute. /gone, /busy, /down, /private and the redirects answer as they are named.
    """

    def __init__(
        self, world: World, base: Callable[[], str] = str, *, items: int = 500, limit: int | None = None
    ) -> None:
        self.world = world
        self.limit = limit
        self.over_limit = 0
        self.asked: list[Asked] = []
        self.sent = 0  # feeds sent whole
        self.base = base
        self._items = items
        self._used: Counter[int] = Counter()
        self._lock = threading.Lock()

    def settings(self, base_url: str) -> dict[str, Any]:
        """How the source is pointed at this site."""
        return {"urls": (f"{base_url}/news.atom",)}

    def key_of(self, event: Event, path: str = "/news.atom") -> PostKey:
        """The key under which ``event`` is to be stored when it is read from the feed at ``path``."""
        return PostKey("feed", f"{key_of(self.base() + path)}:{item_id(event)}")

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if asked.path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /members/\n", headers={"content-type": "text/plain"})
        with self._lock:
            self.asked.append(asked)
            self._used[int(now.timestamp() // WINDOW.total_seconds())] += 1
            if self.limit is not None and self._used[int(now.timestamp() // WINDOW.total_seconds())] > self.limit:
                self.over_limit += 1
                left = WINDOW.total_seconds() - now.timestamp() % WINDOW.total_seconds()
                return Answer(b"", 429, {"retry-after": str(int(left) + 1)})
        if asked.path in _REDIRECTS:
            status, target = _REDIRECTS[asked.path]
            return Answer(b"", status, {"location": self.base() + target})
        refused = {"/gone": (410, {}), "/busy": (429, {"retry-after": "600"}), "/down": (503, {}), "/loop": (302, {})}
        if asked.path in refused:
            status, headers = refused[asked.path]
            return Answer(b"", status, {**headers, **({"location": "/loop"} if status == 302 else {})})
        if asked.path == "/private.atom" and not _is_let_in(asked):
            return Answer(b"", 401, {"www-authenticate": 'Basic realm="readers"'})
        if asked.path in ("/news.atom", "/private.atom", "/members/news.atom"):
            return self._feed(asked, _atom(self._shown(now), self.base()), now)
        if asked.path == "/news.rss":
            return self._feed(asked, _rss(self._shown(now), self.base()), now)
        return Answer(b"no such page", 404)

    def _shown(self, now: datetime) -> list[Event]:
        return self.world.listed(now, "post", "quote", "reply")[: -self._items - 1 : -1]

    def _feed(self, asked: Asked, body: bytes, now: datetime) -> Answer:
        """As nginx does: a strong tag, which turns weak where the answer is compressed; both are known again."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        zipped = "gzip" in asked.headers.get("accept-encoding", "")
        headers = {"content-type": "text/xml", "etag": f"W/{tag}" if zipped else tag, "vary": "accept-encoding"}
        newest = max((event.edited_at or event.created_at for event in self._shown(now)), default=now)
        headers["last-modified"] = format_datetime(newest.astimezone(UTC).replace(microsecond=0), usegmt=True)
        if asked.headers.get("if-none-match", "").removeprefix("W/") == tag:
            return Answer(b"", 304, headers)
        self.sent += 1
        return (
            Answer(gzip.compress(body, 1, mtime=0), 200, {**headers, "content-encoding": "gzip"})
            if zipped
            else Answer(body, 200, headers)
        )


def _is_let_in(asked: Asked) -> bool:
    login = base64.b64encode(":".join(LOGIN).encode()).decode()
    return asked.headers.get("authorization") == f"Basic {login}"


def _atom(events: list[Event], base: str) -> bytes:
    entries = "".join(
        f"<entry><id>{item_id(event)}</id><title>{escape(event.text)}</title>"
        f"<published>{event.created_at.isoformat()}</published>"
        f"<updated>{(event.edited_at or event.created_at).isoformat()}</updated>"
        f"<link href={quoteattr(f'{base}/a/{event.number}')}/><author><name>author{event.author}</name></author>"
        f"{_answers(event)}</entry>"
        for event in events
    )
    head = f"<id>{base}/</id><title>Harbour Gazette</title><link href={quoteattr(base + '/')}/>"
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    return f'<?xml version="1.0" encoding="utf-8"?><feed {names}>{head}{entries}</feed>'.encode()


def _answers(event: Event) -> str:
    if event.kind != "reply" or event.root is None:
        return ""
    parent = Event(event.root if event.parent is None else event.parent, 0, event.created_at)
    return f"<thr:in-reply-to ref={quoteattr(item_id(parent))}/>"


def _rss(events: list[Event], base: str) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{item_id(event)}</guid><title>{escape(event.text)}</title>"
        f"<link>{base}/a/{event.number}</link><pubDate>{format_datetime(event.created_at)}</pubDate></item>"
        for event in events
    )
    head = f"<title>Harbour Gazette</title><link>{base}/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
