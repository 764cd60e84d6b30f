"""A site that speaks the Reddit API: app tokens, search, communities, comment trees with folded parts, crossposts."""

import base64
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

CLIENT, SECRET, USER = "cl1ent", "s3cret-app", "northline_watch"
COMMUNITIES = ("travelgripes", "slowrage")
WINDOW = timedelta(minutes=10)
_AGENT = re.compile(r"\w+:[\w.]+:v[\d.]+ \(by /u/[\w-]+\)")
_SPANS = {"hour": 1, "day": 24, "week": 168, "month": 720, "year": 8760}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """A number as Reddit writes it."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


class RedditSite:
    """Posts of even authors stand in the first community, those of odd ones in the second. Nobody plainly reposts."""

    def __init__(
        self,
        world: World,
        base: Callable[[], str] = str,
        *,
        limit: int | None = None,
        closed: Mapping[str, tuple[int, str]] | None = None,
        deepest: int = 1_000,
        shown: int = 500,
    ) -> None:
        self.world = world
        self.limit = limit
        self.over_limit = 0
        self.asked: list[Asked] = []
        self.tokens = 0  # that were given out; only the last one is good
        self._base = base
        self._closed = closed or {}
        self._deepest = deepest
        self._shown = shown
        self._lock = threading.Lock()
        self._used: Counter[datetime] = Counter()

    def settings(self, base_url: str) -> dict[str, Any]:
        """How the source is pointed at this site."""
        return {
            "base_url": base_url,
            "login_url": base_url,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "username": USER,
            "communities": COMMUNITIES,
        }

    def key_of(self, event: Event) -> PostKey:
        """The key of an act."""
        return PostKey("reddit", self._name(event))

    def revoke(self) -> None:
        """Makes the present token worthless."""
        self.tokens += 1

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if not _AGENT.fullmatch(asked.headers.get("user-agent", "")):
            return Answer(b"<body>blocked</body>", 403, {"content-type": "text/html"})
        if asked.path == "/api/v1/access_token":
            return self._token(asked)
        if asked.headers.get("authorization") != f"bearer token{self.tokens}":
            return _said({"message": "Unauthorized", "error": 401}, 401)
        headers = self._count(now)
        if headers.get("x-ratelimit-remaining") == "-1.0":
            return _said(
                {"message": "Too Many Requests", "error": 429}, 429, {**headers, "x-ratelimit-remaining": "0.0"}
            )
        with self._lock:
            self.asked.append(asked)
        return self._answered(asked, now, headers)

    def _token(self, asked: Asked) -> Answer:
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = parse_qs(asked.body.decode())
        if asked.headers.get("authorization") != f"Basic {pair}" or form.get("grant_type") != ["client_credentials"]:
            return _said({"message": "Unauthorized", "error": 401}, 401)
        with self._lock:
            self.tokens += 1
            token = {"access_token": f"token{self.tokens}", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
        return _said(token)

    def _count(self, now: datetime) -> dict[str, str]:
        if self.limit is None:
            return {}
        seconds = WINDOW.total_seconds()
        start = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
        with self._lock:
            self._used[start] += 1
            used = self._used[start]
            self.over_limit += used > self.limit
        return {
            "x-ratelimit-used": str(used),
            "x-ratelimit-remaining": f"{max(-1, self.limit - used):.1f}",
            "x-ratelimit-reset": str(int((start + WINDOW - now).total_seconds()) + 1),
        }

    def _answered(self, asked: Asked, now: datetime, headers: dict[str, str]) -> Answer:
        community = re.fullmatch(r"/r/([\w+]+)/(new|comments)", asked.path)
        if community:
            return self._community(community[1].split("+"), community[2], asked, now, headers)
        about = re.fullmatch(r"/(comments|duplicates)/(\w+)", asked.path)
        if about:
            head = self._event(f"t3_{about[2]}", now)
            if head is None:
                return _said({"message": "Not Found", "error": 404}, 404, headers)
            below = self._forest if about[1] == "comments" else self._duplicates
            return _said([self._listing([head], now), below(head, asked, now)], headers=headers)
        answers = {"/search": self._search, "/api/info": self._info, "/api/morechildren": self._more}
        if asked.path not in answers:
            return _said({"message": "Not Found", "error": 404}, 404, headers)
        return _said(answers[asked.path](asked, now), headers=headers)

    def _community(
        self, names: Sequence[str], what: str, asked: Asked, now: datetime, headers: dict[str, str]
    ) -> Answer:
        for name in names:
            if name in self._closed:
                status, reason = self._closed[name]
                return _said({"message": "Forbidden", "error": status, "reason": reason}, status, headers)
        known = [name for name in names if name in COMMUNITIES]
        if not known:
            return Answer(b"", 302, {"location": f"{self._base()}/subreddits/search?q={names[0]}"})
        kinds = ("reply",) if what == "comments" else ("post", "quote")
        events = [event for event in self._newest(now, *kinds) if self._community_of(event) in known]
        return _said(self._page(events, asked, now), headers=headers)

    def _search(self, asked: Asked, now: datetime) -> dict[str, Any]:
        terms = [term.casefold() for term in re.findall(r'"([^"]*)"', asked.one("q"))]
        since = now - timedelta(hours=_SPANS.get(asked.one("t"), 10**5))
        posts = self._newest(now, "post", "quote")
        found = [e for e in posts if e.created_at >= since and any(term in e.text.casefold() for term in terms)]
        return self._page(found, asked, now)

    def _info(self, asked: Asked, now: datetime) -> dict[str, Any]:
        found = [self._event(name, now) for name in asked.one("id").split(",")]
        # What an odd number stands for is shown as a stub when it is taken back, the rest not at all.
        there = [event for event in found if event and (event.is_listed(now) or event.number % 2)]
        return self._listing(there, now)

    def _duplicates(self, head: Event, asked: Asked, now: datetime) -> dict[str, Any]:
        return self._page([e for e in self._newest(now, "quote") if self._target(e) == head], asked, now)

    def _forest(self, head: Event, asked: Asked, now: datetime) -> dict[str, Any]:
        replies = [event for event in self._newest(now, "reply") if self._head(event) == head]
        shown = replies[: min(self._shown, asked.number("limit", 200, 500))]
        below: defaultdict[str, list[Event]] = defaultdict(list)
        for event in replies:
            below[self._parent(event)].append(event)
        there = {event.number for event in shown}
        start = f"t1_{asked.one('comment')}" if "comment" in asked.query else ""
        roots = [e for e in shown if self._name(e) == start] if start else below[self._name(head)]
        return _listing(self._nodes(roots, below, there, now))

    def _nodes(
        self, events: Sequence[Event], below: Mapping[str, list[Event]], there: set[int], now: datetime
    ) -> list[dict[str, Any]]:
        nodes = []
        for event in events:
            if event.number in there:
                thing = self._thing(event, now)
                inner = self._nodes(below.get(self._name(event), []), below, there, now)
                thing["data"]["replies"] = _listing(inner) if inner else ""
                nodes.append(thing)
        folded = [self._name(event).partition("_")[2] for event in events if event.number not in there]
        if folded:
            nodes.append({"kind": "more", "data": {"count": len(folded), "id": folded[0], "children": folded}})
        return nodes

    def _more(self, asked: Asked, now: datetime) -> dict[str, Any]:
        found = [self._event(f"t1_{id_}", now) for id_ in asked.one("children").split(",")]
        shown = [event for event in found if event is not None]
        names = {self._name(event) for event in shown}
        inner = [e for e in self._newest(now, "reply") if self._parent(e) in names and self._name(e) not in names]
        things = [self._thing(event, now) for event in shown]
        if inner:
            ids = [self._name(event).partition("_")[2] for event in inner]
            things.append({"kind": "more", "data": {"count": len(ids), "id": ids[0], "children": ids}})
        return {"json": {"errors": [], "data": {"things": things}}}

    def _page(self, events: Sequence[Event], asked: Asked, now: datetime) -> dict[str, Any]:
        names = [self._name(event) for event in events[: self._deepest]]
        after = asked.one("after")
        if after and after not in names:
            return _listing([])  # what was named as the place is not there any more
        begin = names.index(after) + 1 if after else 0
        limit = asked.number("limit", 25, 100)
        shown = events[begin : min(begin + limit, self._deepest)]
        more = begin + limit < len(names)
        return self._listing(shown, now, names[begin + limit - 1] if more else None)

    def _listing(self, events: Sequence[Event], now: datetime, after: str | None = None) -> dict[str, Any]:
        return _listing([self._thing(event, now) for event in events], after)

    def _thing(self, event: Event, now: datetime) -> dict[str, Any]:
        name, target = self._name(event), self._target(event)
        community, there = self._community_of(event), event.is_listed(now)
        edited = event.edited_at if event.edited_at and event.edited_at <= now else None
        data: dict[str, Any] = {
            "id": name.partition("_")[2],
            "name": name,
            "author": f"user_{event.author}" if there else "[deleted]",
            "created_utc": event.created_at.timestamp(),
            "edited": edited.timestamp() if edited else False,
            "score": 5,
            "subreddit": community,
            "permalink": f"/r/{community}/comments/{name.partition('_')[2]}/x/",
        }
        if there:
            data["author_fullname"] = f"t2_{base36(event.author + 1)}"
        if event.kind == "reply":
            data |= {"body": event.text if there else "[deleted]", "parent_id": self._parent(event), "replies": ""}
            head = self._head(event)
            return {"kind": "t1", "data": {**data, "link_id": self._name(head) if head else ""}}
        crossposts = sum(self._target(one) == event for one in self.world.listed(now, "quote"))
        data |= {"title": event.text, "selftext": "", "is_self": True, "num_comments": 1, "num_crossposts": crossposts}
        if event.kind == "quote" and target is not None:
            data["crosspost_parent"] = self._name(target)
            data["crosspost_parent_list"] = [self._thing(target, now)["data"]]
        return {"kind": "t3", "data": data}

    def _newest(self, now: datetime, *kinds: Any) -> list[Event]:
        return self.world.listed(now, *kinds)[::-1]

    def _name(self, event: Event) -> str:
        return f"{'t1' if event.kind == 'reply' else 't3'}_{base36(36**5 + event.number)}"

    def _event(self, name: str, now: datetime) -> Event | None:
        text = name[3:]
        event = self.world.get(int(text, 36) - 36**5) if text.isalnum() else None
        return event if event and event.created_at <= now and self._name(event) == name else None

    def _target(self, event: Event) -> Event | None:
        """What an act refers to; reposts do not exist here, so what came through one came from the root."""
        parent = self.world.get(event.parent) if event.parent is not None else None
        if parent is None or parent.kind == "repost":
            return self.world.get(event.root) if event.root is not None else None
        return parent

    def _parent(self, event: Event) -> str:
        target = self._target(event)
        return self._name(target) if target else ""

    def _head(self, event: Event) -> Event | None:
        """The post under which a comment stands."""
        found: Event | None = event
        while found is not None and found.kind == "reply":
            found = self._target(found)
        return found

    def _community_of(self, event: Event) -> str:
        head = self._head(event) or event
        return COMMUNITIES[head.author % 2]


def _listing(children: Sequence[Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(children), "children": children}}


def _said(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(json.dumps(body).encode(), status, {"content-type": "application/json", **(headers or {})})
