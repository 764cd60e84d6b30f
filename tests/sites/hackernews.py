"""Hacker News over a world: the search with its ceiling of 1,000 hits, the trees and the items."""

import html
import json
import re
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

_FIRST = 51_000_000  # before the number of the first item
_REACHABLE = 1_000
_HOUR = timedelta(hours=1)


def item(event: Event) -> int:
    """The number of the item that is ``event``."""
    return _FIRST + event.number


class HackerNewsSite:
    """Stories are posts, comments are replies; a quote is another submission of the same address. No reposts."""

    def __init__(self, world: World, limit: int | None = None) -> None:
        self._world = world
        self._limit = limit  # searches in an hour
        self._asked: deque[datetime] = deque()
        self._lock = threading.Lock()
        self.over_limit = 0

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        limits = {} if self._limit is None else {"searches_per_hour": self._limit}
        return {"search_url": f"{base_url}/api/v1", "item_url": f"{base_url}/v0", **limits}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("hackernews", str(item(event)))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if found := re.fullmatch(r"/v0/item/(\d+)\.json", asked.path):
            return _json(self._item(int(found[1]), now))
        if not self._may(now):
            return _json({"message": "Too Many Requests", "status": 429}, 429)
        if asked.path == "/api/v1/search_by_date":
            return _json(self._search(asked, now))
        if found := re.fullmatch(r"/api/v1/items/(\d+)", asked.path):
            event = self._world.get(int(found[1]) - _FIRST)
            if event is not None and event.is_listed(now):
                return _json(self._tree(event, now))
        return _json({"status": 404, "error": "Not Found"}, 404)

    def _may(self, now: datetime) -> bool:
        with self._lock:
            while self._asked and self._asked[0] <= now - _HOUR:
                self._asked.popleft()
            if self._limit is not None and len(self._asked) >= self._limit:
                self.over_limit += 1
                return False
            self._asked.append(now)
            return True

    def _search(self, asked: Asked, now: datetime) -> dict[str, Any]:
        size, page = asked.number("hitsPerPage", 20, _REACHABLE), int(asked.one("page", "0"))
        words = asked.one("query").strip('"').casefold()
        in_url = asked.one("restrictSearchableAttributes") == "url"
        kinds = ("post", "quote") if asked.one("tags") == "story" else ("post", "quote", "reply")
        bounds = re.findall(r"created_at_i(>=|<=)(\d+)", asked.one("numericFilters"))
        found = [
            event
            for event in reversed(self._world.listed(now, *kinds))
            if words in (_address(event) if in_url else event.text).casefold()
            and all(_second(event) >= int(s) if sign == ">=" else _second(event) <= int(s) for sign, s in bounds)
        ]
        found.sort(key=lambda event: (_second(event), event.number), reverse=True)
        if (page + 1) * size > _REACHABLE:
            message = f"you can only fetch the {_REACHABLE} hits for this query"
            return {"hits": [], "page": page, "nbHits": 0, "nbPages": 0, "hitsPerPage": size, "message": message}
        hits = [_hit(event) for event in found[page * size : (page + 1) * size]]
        pages = min(-(-len(found) // size), _REACHABLE // size)
        return {"hits": hits, "page": page, "nbHits": len(found), "nbPages": pages, "hitsPerPage": size}

    def _tree(self, event: Event, now: datetime) -> dict[str, Any]:
        below = self._world.cascade(event.number if event.root is None else event.root, now, "reply")
        nodes = {each.number: _node(each) for each in below if each.number != event.number}
        nodes[event.number] = top = _node(event)
        for each in below:
            above = nodes.get(each.root if each.parent is None else each.parent)  # type: ignore[arg-type]
            if above is not None and each.number != event.number:
                above["children"].append(nodes[each.number])
        return top

    def _item(self, number: int, now: datetime) -> dict[str, Any] | None:
        event = self._world.get(number - _FIRST)
        if event is None or event.kind == "repost" or event.created_at > now:
            return None
        told = {"id": number, "time": _second(event), "type": _type(event)}
        if event.deleted_at is not None and event.deleted_at <= now:
            return {**told, "deleted": True}
        told |= {"by": f"user{event.author}"}
        if event.kind == "reply":
            return {**told, "text": html.escape(event.text), "parent": _above(event)}
        below = len(self._world.cascade(event.number, now, "reply"))
        return {**told, "title": event.text, "url": _address(event), "score": 1 + below, "descendants": below}


def _hit(event: Event) -> dict[str, Any]:
    at = event.created_at.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    hit = {"objectID": str(item(event)), "author": f"user{event.author}", "created_at": at}
    hit |= {"created_at_i": _second(event), "_tags": [_type(event), f"author_user{event.author}"]}
    if event.kind == "reply":
        thread = _FIRST + (event.root or 0)
        return {**hit, "comment_text": html.escape(event.text), "parent_id": _above(event), "story_id": thread}
    return {**hit, "title": event.text, "url": _address(event), "points": 1, "num_comments": 0}


def _node(event: Event) -> dict[str, Any]:
    is_reply = event.kind == "reply"
    return {
        "id": item(event),
        "author": f"user{event.author}",
        "created_at_i": _second(event),
        "type": _type(event),
        "title": None if is_reply else event.text,
        "text": html.escape(event.text) if is_reply else None,
        "url": None if is_reply else _address(event),
        "points": None if is_reply else 1,
        "parent_id": _above(event) if is_reply else None,
        "story_id": _FIRST + (event.number if event.root is None or not is_reply else event.root),
        "children": [],
        "options": [],
    }


def _type(event: Event) -> str:
    return "comment" if event.kind == "reply" else "story"


def _above(event: Event) -> int:
    return _FIRST + ((event.root if event.parent is None else event.parent) or 0)


def _second(event: Event) -> int:
    return int(event.created_at.timestamp())


def _address(event: Event) -> str:
    return f"https://stories.example/{event.number if event.root is None else event.root}"


def _json(body: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(body).encode(), status, {"content-type": "application/json"})
