"""Instagram over a world: hashtags of the last 24 hours, tagged media, own media and the comments on them."""

import re
import threading
from datetime import datetime, timedelta
from typing import Any

from monitor.domain import PostKey
from tests.sites.graph_api import TOKEN, GraphApi, error, ok, page, stamp
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

OWN = 1  # the author whose account asks
USER = "17840011"
_FIRST = 17_910_000_000_000_000


class InstagramSite:
    """``hashtags`` different ones may be asked for in a week. A post tags the account where it names @person1.

    Who wrote a medium is not told with hashtags; of media only those of the account, and those that tag it, can be
    asked for by id, and comments only below its own.
    """

    def __init__(self, world: World, limit: int | None = None, hashtags: int = 30) -> None:
        self._world = world
        self._api = GraphApi(limit)
        self._most = hashtags
        self._tags: dict[str, datetime] = {}  # when each was counted
        self._ids: list[str] = []
        self._too_many = 0
        self._lock = threading.Lock()

    @property
    def over_limit(self) -> int:
        """Requests and hashtags beyond what is allowed."""
        return self._api.over_limit + self._too_many

    @property
    def asked(self) -> dict[str, int]:
        """Requests by edge."""
        return self._api.asked

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        own = {"base_url": f"{base_url}/v25.0", "access_token": TOKEN, "user_id": USER}
        return {**own, "hashtags_per_week": self._most}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("instagram", str(_FIRST + event.number))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        return self._api.refusal(asked, now) or self._api.told(self._answer(asked, now), now)

    def _answer(self, asked: Asked, now: datetime) -> Answer:
        path = asked.path.removeprefix("/v25.0/")
        if path == "ig_hashtag_search":
            return self._resolve(asked.one("q"), now)
        if path == USER:
            return self._account(asked, now)
        if path in (f"{USER}/tags", f"{USER}/media"):
            own = path.endswith("media")
            events = [e for e in self._newest(now) if (e.author == OWN) == own and (own or _tags_us(e))]
            return page(asked, events, [self._entry(event, now, deep=own) for event in events])
        if found := re.fullmatch(r"178700(\d\d)/recent_media", path):
            return self._recent(self._ids[int(found[1])], asked, now)
        if found := re.fullmatch(r"(\d+)(/comments)?", path):
            return self._one(int(found[1]) - _FIRST, bool(found[2]), asked, now)
        return error(400, 100)

    def _resolve(self, tag: str, now: datetime) -> Answer:
        if not self._count(tag, now):
            return error(400, 18, 2207034)
        if tag not in self._ids:
            self._ids.append(tag)
        return ok({"data": [{"id": f"178700{self._ids.index(tag):02d}"}]})

    def _count(self, tag: str, now: datetime) -> bool:
        with self._lock:
            self._tags = {kept: at for kept, at in self._tags.items() if now - at < timedelta(days=7)}
            if tag not in self._tags and len(self._tags) >= self._most:
                self._too_many += 1
                return False
            self._tags.setdefault(tag, now)
            return True

    def _recent(self, tag: str, asked: Asked, now: datetime) -> Answer:
        if not self._count(tag, now):
            return error(400, 18, 2207034)
        since = now - timedelta(hours=24)
        events = [e for e in self._newest(now) if e.created_at >= since and f"#{tag}" in e.text.casefold()]
        return page(asked, events, [_faceless(self._entry(event, now)) for event in events], most=50)

    def _one(self, number: int, comments: bool, asked: Asked, now: datetime) -> Answer:
        event = self._world.get(number)
        if event is None or not event.is_listed(now):
            return error(400, 100, 33)
        own_thread = self._world.get(event.root or 0) if event.kind == "reply" else event
        ours = own_thread is not None and own_thread.author == OWN
        if comments:
            tops = [e for e in self._world.cascade(number, now, "reply") if e.parent in (None, e.root)]
            return page(asked, tops, [self._comment(top, now) for top in tops]) if ours else error(403, 10)
        if event.kind == "reply":
            return ok(self._comment(event, now)) if ours else error(400, 100, 33)
        return ok(self._entry(event, now)) if ours or _tags_us(event) else error(400, 100, 33)

    def _account(self, asked: Asked, now: datetime) -> Answer:
        found = re.match(r"business_discovery\.username\(person(\d+)\)", asked.one("fields"))
        if not found:
            return ok({"id": USER, "username": _user(OWN)})
        author = int(found[1])
        if author % 2:  # no professional account
            return error(400, 110, 2207013)
        media = [self._entry(event, now) for event in self._newest(now) if event.author == author]
        told = {"username": _user(author), "followers_count": 100 * author, "media": {"data": media[:25]}}
        return ok({"business_discovery": told, "id": USER})

    def _newest(self, now: datetime) -> list[Event]:
        return self._world.listed(now, "post")[::-1]

    def _entry(self, event: Event, now: datetime, *, deep: bool = False) -> dict[str, Any]:
        said = self._world.cascade(event.number, now, "reply")
        told: dict[str, Any] = {
            "id": str(_FIRST + event.number),
            "caption": event.text,
            "username": _user(event.author),
            "permalink": f"https://www.instagram.example/p/{event.number}/",
            "timestamp": stamp(event.created_at),
            "comments_count": len(said),
        }
        if event.number % 4:  # the others hide their likes
            told["like_count"] = 3 * len(said)
        tops = [each for each in said if each.parent in (None, each.root)]
        return told | ({"comments": {"data": [self._comment(t, now) for t in tops[-50:]]}} if deep and tops else {})

    def _comment(self, event: Event, now: datetime) -> dict[str, Any]:
        told = {"id": str(_FIRST + event.number), "text": event.text, "timestamp": stamp(event.created_at)}
        told["username"] = _user(event.author)
        below = [e for e in self._world.cascade(event.root or 0, now, "reply") if e.parent == event.number]
        return told | ({"replies": {"data": [self._comment(each, now) for each in below]}} if below else {})


def _faceless(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "username"}


def _tags_us(event: Event) -> bool:
    return f"@{_user(OWN)}" in event.text


def _user(author: int) -> str:
    return f"person{author}"
