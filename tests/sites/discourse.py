"""A Discourse forum over a world, as its present release or an older one answers."""

import html
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

KEY, USER = "d1scourse-k3y", "watcher"
WINDOW = timedelta(minutes=1)
_PAGE, _FIRST_POSTS = 50, 20
_GONE = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}
_CLOSED = {"errors": ["You need to be logged in to do that."], "error_type": "not_logged_in"}

Flavour = Literal["present", "older"]


class DiscourseSite:
    """Posts begin topics, replies join them, quotes begin topics that quote another's head. There are no reposts.

    Ids are given as posts come in, with holes for what nobody may see. ``older``: pages are windows of 50 ids, which
    may be short or empty, and refusals are plain text. ``limit``: requests in a minute. ``key``: it wants one.
    """

    def __init__(
        self,
        world: World,
        base: Callable[[], str] = lambda: "https://forum.example",
        *,
        flavour: Flavour = "present",
        limit: int | None = None,
        key: bool = False,
    ) -> None:
        self.world = world
        self.base = base
        self.limit = limit
        self.over_limit = 0
        self.asked: list[Asked] = []
        self.small_actions: set[int] = set()  # numbers of replies that are what a moderator did
        self.hidden: set[int] = set()  # numbers of posts that the forum hides
        self.moved: dict[int, int] = {}  # numbers of replies, and the topics to which they were moved
        self._flavour = flavour
        self._key = key
        self._lock = threading.Lock()
        self._used: Counter[int] = Counter()
        self._ids: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._in_topic: dict[int, list[int]] = defaultdict(list)

    def settings(self, base_url: str) -> dict[str, Any]:
        """How the source is pointed at this site."""
        return {"urls": (base_url,)} | ({"api_key": KEY, "api_username": USER} if self._key else {})

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        with self._lock:
            return PostKey("discourse", f"{urlsplit(self.base()).netloc}:{self._id(event)}")

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if asked.path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /u/\n", headers={"content-type": "text/plain"})
        with self._lock:
            self.asked.append(asked)
            if not self._may(now):
                return self._too_many(now)
            if self._key and (asked.headers.get("api-key"), asked.headers.get("api-username")) != (KEY, USER):
                return _json(_CLOSED, 403)
            return self._answer(asked, now)

    def _answer(self, asked: Asked, now: datetime) -> Answer:
        shown = self._shown(now)
        if asked.path == "/posts.json":
            return _json({"latest_posts": [self._post(event, listed=True) for event in self._latest(asked, shown)]})
        if found := re.fullmatch(r"/posts/(\d+)\.json", asked.path):
            event = shown.get(int(found[1]))
            return _json(self._post(event)) if event else _json(_GONE, 404)
        if found := re.fullmatch(r"/t/(\d+)(/posts)?\.json", asked.path):
            topic = int(found[1])
            stream = [id_ for id_ in self._in_topic[topic] if id_ in shown]
            if not stream:
                return _json(_GONE, 404)
            if found[2]:
                wanted = {int(one) for one in asked.query.get("post_ids[]", [])}
                posts = [self._post(shown[id_]) for id_ in stream if id_ in wanted]
                return _json({"post_stream": {"posts": posts}, "id": topic})
            return _json(self._topic(topic, stream, shown))
        return _json(_GONE, 404)

    def _shown(self, now: datetime) -> dict[int, Event]:
        """What can be read, by id; posts that have just come in are given theirs."""
        events = self.world.listed(now, "post", "quote", "reply")
        for event in sorted(events, key=lambda one: (one.visible_at or one.created_at, one.number)):
            self._id(event)
        return {self._ids[event.number]: event for event in events}

    def _id(self, event: Event) -> int:
        if event.number not in self._ids:
            count = len(self._ids)
            id_ = 1_000 + 3 * count + 170 * (count // 25)  # what lies between cannot be seen by everybody
            self._ids[event.number] = id_
            topic = self._topic_of(event)
            self._in_topic[topic].append(id_)
            self._numbers[event.number] = len(self._in_topic[topic])
        return self._ids[event.number]

    def _topic_of(self, event: Event) -> int:
        if event.number in self.moved:
            return self.moved[event.number]
        return event.root if event.kind == "reply" and event.root is not None else event.number

    def _latest(self, asked: Asked, shown: dict[int, Event]) -> list[Event]:
        ids = sorted((id_ for id_, event in shown.items() if self._is_public(event)), reverse=True)
        before = int(asked.one("before", "0"))
        if self._flavour == "older":
            top = before or max(self._ids.values(), default=0)
            return [shown[id_] for id_ in ids if top - _PAGE < id_ <= top]
        return [shown[id_] for id_ in ids if not before or id_ < before][:_PAGE]

    def _is_public(self, event: Event) -> bool:
        return self._flavour == "older" or event.number not in self.small_actions

    def _topic(self, topic: int, stream: list[int], shown: dict[int, Event]) -> dict[str, Any]:
        posts = [self._post(shown[id_]) for id_ in stream[:_FIRST_POSTS]]
        return {
            "post_stream": {"posts": posts, "stream": stream},
            "id": topic,
            "title": f"Topic {topic}",
            "slug": f"topic-{topic}",
            "views": 1_000 + len(stream),
            "posts_count": len(stream),
        }

    def _post(self, event: Event, *, listed: bool = False) -> dict[str, Any]:
        topic, number = self._topic_of(event), self._numbers[event.number]
        above = self.world.get(event.parent) if event.kind == "reply" and event.parent is not None else None
        told = {
            "id": self._ids[event.number],
            "username": f"user{event.author}",
            "name": f"User {event.author}",
            "created_at": _stamp(event.created_at),
            "updated_at": _stamp(event.edited_at or event.created_at),
            "version": 2 if event.edited_at else 1,
            "cooked": self._cooked(event),
            "post_number": number,
            "post_type": 3 if event.number in self.small_actions else 1,
            "reply_to_post_number": self._numbers[above.number] if above and above.number in self._numbers else None,
            "reply_count": 0,
            "reads": 10,
            "topic_id": topic,
            "topic_slug": f"topic-{topic}",
            "actions_summary": [{"id": 2, "count": 3}],
            "hidden": event.number in self.hidden,
            "user_deleted": False,
        }
        return {**told, "topic_title": f"Topic {topic}", "raw": event.text} if listed else told

    def _cooked(self, event: Event) -> str:
        text = f"<p>{html.escape(event.text)}</p>"
        if event.kind != "quote" or event.root is None:
            return text
        aside = f'<aside class="quote no-group" data-username="someone" data-post="1" data-topic="{event.root}">'
        return f"{aside}<blockquote><p>what was said</p></blockquote></aside>{text}"

    def _may(self, now: datetime) -> bool:
        slot = int(now.timestamp() // WINDOW.total_seconds())
        self._used[slot] += 1
        if self.limit is None or self._used[slot] <= self.limit:
            return True
        self.over_limit += 1
        return False

    def _too_many(self, now: datetime) -> Answer:
        left = int(WINDOW.total_seconds() - now.timestamp() % WINDOW.total_seconds()) + 1
        code = {"discourse-rate-limit-error-code": "ip_60_secs_limit", "retry-after": str(left)}
        if self._flavour == "older":
            return Answer(f"Slow down, please retry again in {left} seconds.".encode(), 429, code)
        extras = {"wait_seconds": left, "time_left": f"{left} seconds"}
        return _json({"errors": ["Too often."], "error_type": "rate_limit", "extras": extras}, 429, code)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(body).encode(), status, {"content-type": "application/json", **(headers or {})})
