"""Threads over a world: search by keyword and hashtag, the account's own listings, single posts, conversations."""

import re
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from monitor.domain import PostKey
from tests.sites.graph_api import TOKEN, GraphApi, error, ok, page, stamp, within
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

OWN = 1  # the author to whom the token belongs
_FIRST = 18_100_000_000_000_000


class ThreadsSite:
    """``queries`` searches with a result are allowed in a day. Replies and counters are shown below own posts only."""

    def __init__(self, world: World, limit: int | None = None, queries: int = 2_200) -> None:
        self._world = world
        self._api = GraphApi(limit)
        self._queries = queries
        self._searched: deque[datetime] = deque()
        self._too_many = 0
        self._lock = threading.Lock()
        self.blind = False  # strangers' posts are not shown any more

    @property
    def over_limit(self) -> int:
        """Requests and searches beyond what is allowed."""
        return self._api.over_limit + self._too_many

    @property
    def asked(self) -> dict[str, int]:
        """Requests by edge."""
        return self._api.asked

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        return {"base_url": f"{base_url}/v1.0", "access_token": TOKEN, "queries_per_day": self._queries}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("threads", str(_FIRST + event.number))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        return self._api.refusal(asked, now) or self._api.told(self._answer(asked, now), now)

    def _answer(self, asked: Asked, now: datetime) -> Answer:
        path = asked.path.removeprefix("/v1.0/")
        if path == "keyword_search":
            return self._search(asked, now)
        if path == "me":
            return ok({"id": "1", "username": _user(OWN)})
        if path.startswith("me/"):
            return self._own(path.removeprefix("me/"), asked, now)
        found = re.fullmatch(r"(\d+)(?:/(conversation|insights))?", path)
        event = self._world.get(int(found[1]) - _FIRST) if found else None
        if found is None or event is None or not event.is_listed(now) or (self.blind and event.author != OWN):
            return error(400, 100, 33)
        if found[2] is None:
            return ok(self._entry(event, now))
        if event.author != OWN:
            return error(403, 10)
        below = self._world.cascade(event.number, now, "reply")
        if found[2] == "conversation":
            return page(asked, below, [self._entry(each, now) for each in below])
        figures = {"views": 1_000, "likes": 7, "replies": len(below), "reposts": 2, "quotes": 0, "shares": 1}
        return ok({"data": [{"name": name, "values": [{"value": value}]} for name, value in figures.items()]})

    def _search(self, asked: Asked, now: datetime) -> Answer:
        if not self._may(now):
            return error(400, 4)
        words = asked.one("q").casefold()
        words = f"#{words}" if asked.one("search_mode") == "TAG" else words
        events = [
            event
            for event in reversed(self._world.listed(now, "post", "quote", "reply"))
            if words in event.text.casefold() and within(asked, event)
        ]
        if events:
            with self._lock:
                self._searched.append(now)
        return page(asked, events, [self._entry(event, now) for event in events])

    def _may(self, now: datetime) -> bool:
        with self._lock:
            while self._searched and self._searched[0] <= now - timedelta(days=1):
                self._searched.popleft()
            if len(self._searched) < self._queries:
                return True
            self._too_many += 1
            return False

    def _own(self, edge: str, asked: Asked, now: datetime) -> Answer:
        kinds = {"threads": ("post", "quote", "repost"), "replies": ("reply",)}.get(edge, ())
        listed = reversed(self._world.listed(now)) if kinds else ()
        events = [each for each in listed if each.kind in kinds and each.author == OWN and within(asked, each)]
        return page(asked, events, [self._entry(event, now) for event in events])

    def _entry(self, event: Event, now: datetime) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": str(_FIRST + event.number),
            "media_type": "REPOST_FACADE" if event.kind == "repost" else "TEXT_POST",
            "permalink": f"https://www.threads.example/@{_user(event.author)}/post/{event.number}",
            "username": _user(event.author),
            "text": event.text if event.kind != "repost" else "",
            "timestamp": stamp(event.created_at),
            "is_quote_post": event.kind == "quote",
            "has_replies": bool(self._world.cascade(event.number, now, "reply")),
        }
        root = {"id": str(_FIRST + (event.root or 0))}
        above = root if event.parent is None else {"id": str(_FIRST + event.parent)}
        if event.kind == "reply":
            return told | {"is_reply": True, "root_post": root, "replied_to": above}
        return told | {"quote": {"quoted_post": root}, "repost": {"reposted_post": root}}.get(event.kind, {})


def _user(author: int) -> str:
    return f"person{author}"
