"""A question-and-answer forum over a world, with everything odd that Askbot was seen to do."""

import html
import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

WINDOW = timedelta(minutes=1)
_HOST = "http://localhost"  # of the site's own setting, whatever address it is asked at


class AskbotSite:
    """Posts and quotes are questions, replies are answers. There are no reposts.

    A page past the end is the last page again, or the first (``past_end``). Every answer sets a cookie. RSS has a
    Last-Modified that is never taken back. ``limit``: requests in a minute. ``api``: whether it is switched on.
    """

    def __init__(
        self,
        world: World,
        base: Callable[[], str] = lambda: "https://ask.example",
        *,
        limit: int | None = None,
        page_size: int = 30,
        past_end: Literal["last", "first"] = "last",
        api: bool = True,
    ) -> None:
        self.world = world
        self.base = base
        self.limit = limit
        self.over_limit = 0
        self.api = api
        self.asked: list[Asked] = []
        self._page_size = page_size
        self._past_end = past_end
        self._lock = threading.Lock()
        self._used: Counter[int] = Counter()
        self._ids: dict[int, int] = {}

    def settings(self, base_url: str) -> dict[str, Any]:
        """How the source is pointed at this site."""
        return {"urls": (base_url,)} | ({} if self.api else {"mode": "rss"})

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        with self._lock:
            return PostKey("askbot", f"{urlsplit(self.base()).netloc}:{self._id(event)}")

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if asked.path == "/robots.txt":
            return Answer(b"", 404)
        with self._lock:
            self.asked.append(asked)
            slot = int(now.timestamp() // WINDOW.total_seconds())
            self._used[slot] += 1
            if self.limit is not None and self._used[slot] > self.limit:
                self.over_limit += 1
                left = int(WINDOW.total_seconds() - now.timestamp() % WINDOW.total_seconds()) + 1
                return Answer(b"Too many requests", 429, {"retry-after": str(left)})
            told = self._answer(asked, now)
            cookie = f"sessionid=s{len(self.asked)}; HttpOnly; Path=/"
            return Answer(told.body, told.status, {**told.headers, "set-cookie": cookie, "vary": "Cookie"})

    def _answer(self, asked: Asked, now: datetime) -> Answer:
        threads = self._threads(now)
        if asked.path == "/feeds/rss/":
            return self._rss(threads)
        if not self.api or not asked.path.startswith("/api/v1/"):
            return Answer(b"<html>Page not found</html>", 404, {"content-type": "text/html"})
        if asked.path == "/api/v1/info/":
            answers = sum(len(replies) for _, replies in threads)
            return _json({"answers": answers, "questions": len(threads), "comments": 0, "users": 7, "groups": 0})
        if asked.path == "/api/v1/questions/":
            return _json(self._listing(asked, threads))
        if found := re.fullmatch(r"/api/v1/(questions|answers)/(\d+)/", asked.path):
            for question, replies in threads:
                if found[1] == "questions" and self._ids[question.number] == int(found[2]):
                    return _json(self._question(question, replies))
                for reply in replies if found[1] == "answers" else ():
                    if self._ids[reply.number] == int(found[2]):
                        return _json(self._reply(question, reply))
        return Answer(b"<html>Page not found</html>", 404, {"content-type": "text/html"})

    def _threads(self, now: datetime) -> list[tuple[Event, list[Event]]]:
        """Questions with their answers, the last active first."""
        events = self.world.listed(now, "post", "quote", "reply")
        for event in sorted(events, key=lambda one: (one.visible_at or one.created_at, one.number)):
            self._id(event)
        threads: dict[int, tuple[Event, list[Event]]] = {e.number: (e, []) for e in events if e.kind != "reply"}
        for event in events:
            if event.kind == "reply" and event.root in threads:
                threads[event.root][1].append(event)
        return sorted(threads.values(), key=lambda one: (_active(*one), self._ids[one[0].number]), reverse=True)

    def _id(self, event: Event) -> int:
        return self._ids.setdefault(event.number, len(self._ids) + 1)

    def _listing(self, asked: Asked, threads: list[tuple[Event, list[Event]]]) -> dict[str, Any]:
        words = asked.one("query").casefold()
        found = [one for one in threads if words in one[0].text.casefold()]
        pages = max(1, -(-len(found) // self._page_size))
        page = asked.number("page", 1, 10**9)
        if page > pages:
            page = pages if self._past_end == "last" else 1
        shown = found[(page - 1) * self._page_size : page * self._page_size]
        return {"count": len(found), "pages": pages, "questions": [self._question(*one) for one in shown]}

    def _question(self, question: Event, replies: list[Event]) -> dict[str, Any]:
        id_ = self._ids[question.number]
        return {
            **self._told(question),
            "answer_count": len(replies),
            "answer_ids": sorted(self._ids[reply.number] for reply in replies),
            "accepted_answer_id": None,
            "view_count": 11,
            "last_activity_at": str(_active(question, replies)),
            "title": f"Question {question.number}",
            "tags": ["travel"],
            "url": f"{_HOST}/question/{id_}/question-{question.number}/",
            "last_activity_by": {"id": 1, "username": "user0"},
        }

    def _reply(self, question: Event, reply: Event) -> dict[str, Any]:
        above, id_ = self._ids[question.number], self._ids[reply.number]
        return {**self._told(reply), "url": f"{_HOST}/question/{above}/question/?answer={id_}#post-id-{id_}"}

    def _told(self, event: Event) -> dict[str, Any]:
        edited = {"last_edited_at": str(int(event.edited_at.timestamp()))} if event.edited_at else {}
        return {
            "added_at": str(int(event.created_at.timestamp())),
            "id": self._ids[event.number],
            "score": 2,
            "summary": f"<p>{html.escape(event.text)}</p>\n",
            "author": {"id": event.author + 1, "username": f"user{event.author}"},
            **edited,
        }

    def _rss(self, threads: list[tuple[Event, list[Event]]]) -> Answer:
        items = "".join(
            f"<item><title>Question {one.number}</title><link>{_HOST}/question/{self._ids[one.number]}/question/</link>"
            f"<description>{escape(one.text)}</description><dc:creator>user{one.author}</dc:creator>"
            f"<pubDate>{format_datetime(one.created_at)}</pubDate><guid>{_HOST}/question/{self._ids[one.number]}/</guid></item>"
            for one, _ in threads[:30]
        )
        names = 'version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        body = f'<?xml version="1.0" encoding="utf-8"?><rss {names}><channel><title>Ask</title>{items}</channel></rss>'
        newest = max(
            (one.created_at for one, _ in threads), default=datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        )
        modified = format_datetime(newest.replace(microsecond=0), usegmt=True)
        kind = "application/rss+xml; charset=utf-8"
        return Answer(body.encode(), 200, {"content-type": kind, "last-modified": modified})


def _active(question: Event, replies: list[Event]) -> int:
    moments = (one.edited_at or one.visible_at or one.created_at for one in (question, *replies))
    return int(max(moments).timestamp())


def _json(body: Any) -> Answer:
    return Answer(json.dumps(body).encode(), 200, {"content-type": "application/json"})
