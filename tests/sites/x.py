"""A site that speaks the X API v2: search, counts, look-ups, reposts, quotes; each kind of request has its limit."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

TOKEN = "x-t0ken"
WINDOW = timedelta(minutes=15)
SHOWN = timedelta(days=7)
UNSEEN = timedelta(seconds=30)  # the newest posts are not in the search yet
_FIRST = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_PROBLEMS = "https://api.twitter.com/2/problems/"
_TERM = re.compile(r'(-?)("[^"]*"|[#@]\w+|[a-z_]+:\d+)')


def id_of(at: datetime, number: int) -> str:
    """An id that tells its moment, as X gives them."""
    return str(((at - _FIRST) // timedelta(milliseconds=1) << 22) + number % (1 << 22))


class XSite:
    """Posts are shown newest first. ``generation`` says which names of fields it answers with."""

    def __init__(
        self,
        world: World,
        base: Callable[[], str] = str,
        *,
        limit: int | None = None,
        generation: str = "tweet",
        plan: Sequence[str] = ("retweets", "retweeted_by", "quote_tweets", "counts"),
    ) -> None:
        self.world = world
        self.limit = limit
        self.over_limit = 0
        self.asked: list[Asked] = []
        self._kind = generation
        self._plan = plan
        self._lock = threading.Lock()
        self._used: Counter[tuple[str, datetime]] = Counter()

    def settings(self, base_url: str) -> dict[str, Any]:
        """How the source is pointed at this site."""
        return {"base_url": base_url, "bearer_token": TOKEN, "field_generation": self._kind}

    def key_of(self, event: Event) -> PostKey:
        """The key of an act; an edit changes the id, not the key."""
        return PostKey("x", id_of(event.created_at, event.number))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _said(401, {"title": "Unauthorized", "type": "about:blank", "status": 401})
        bucket = re.sub(r"/\d+", "/:id", asked.path)
        headers = self._count(bucket, now)
        if headers.get("x-rate-limit-remaining") == "-1":
            problem = {"title": "Too Many Requests", "type": "about:blank", "status": 429}
            return _said(429, problem, {**headers, "x-rate-limit-remaining": "0"})
        with self._lock:
            self.asked.append(asked)
        status, body = self._body(asked, now)
        return _said(status, body, headers)

    def _count(self, bucket: str, now: datetime) -> dict[str, str]:
        if self.limit is None:
            return {}
        start = datetime.fromtimestamp(now.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), UTC)
        with self._lock:
            self._used[bucket, start] += 1
            left = self.limit - self._used[bucket, start]
            self.over_limit += left < 0
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(-1, left)),
            "x-rate-limit-reset": str(int((start + WINDOW).timestamp())),
        }

    def _body(self, asked: Asked, now: datetime) -> tuple[int, dict[str, Any]]:
        if asked.path == "/2/tweets/search/recent":
            return self._search(asked, now)
        if asked.path == "/2/tweets/counts/recent" and "counts" in self._plan:
            found = self._matching(asked, now)
            return 200, {"data": [], "meta": {f"total_{self._kind}_count": len(found)}}
        if asked.path == "/2/tweets":
            return 200, self._look_up(asked.one("ids").split(","), asked, now)
        about = re.fullmatch(r"/2/tweets/(\d+)/(retweets|retweeted_by|quote_tweets)", asked.path)
        if about and about[2] in self._plan:
            return self._about(about[1], about[2], asked, now)
        return 403, {"title": "Client Forbidden", "type": _PROBLEMS + "client-forbidden", "status": 403}

    def _search(self, asked: Asked, now: datetime) -> tuple[int, dict[str, Any]]:
        since = asked.one("since_id")
        refused = len(asked.one("query")) > 512 or ("since_id" in asked.query and "start_time" in asked.query)
        if since and int(since) <= int(id_of(now - SHOWN, 0)):
            refused = True  # "must be created after"
        if asked.one("start_time") and _moment(asked.one("start_time")) <= now - SHOWN:
            refused = True
        if refused:
            return 400, {"title": "Invalid Request", "type": _PROBLEMS + "invalid-request"}
        return self._page(self._matching(asked, now), asked, now, "next_token")

    def _matching(self, asked: Asked, now: datetime) -> list[Event]:
        after = int(asked.one("since_id") or id_of(max(_moment(asked.one("start_time")), now - SHOWN), 0))
        until = int(id_of(now - UNSEEN, 0))
        wanted = _matcher(asked.one("query"))
        events = self.world.listed(now, "post", "quote", "reply")
        return [e for e in events if after < int(self._id(e, now)) <= until and wanted(e.text, self._answers(e, now))]

    def _about(self, id_: str, what: str, asked: Asked, now: datetime) -> tuple[int, dict[str, Any]]:
        event = self._event(id_, now)
        if event is None:
            return 404, {"errors": [_gone(id_)]}
        if what == "quote_tweets":
            quotes = [e for e in self.world.listed(now, "quote") if self._target(e) == event]
            return self._page(quotes, asked, now, "pagination_token")
        reposts = [e for e in self.world.listed(now, "repost") if e.root == event.number]
        status, page = self._page(reposts, asked, now, "pagination_token")
        if what == "retweeted_by":
            ids = {raw["author_id"]: None for raw in page.get("data", ())}
            page = {"data": [_user(id_) for id_ in ids], "meta": page["meta"]} if ids else page
        return status, page

    def _page(self, events: Iterable[Event], asked: Asked, now: datetime, token: str) -> tuple[int, dict[str, Any]]:
        below = asked.one(token)
        if below and not re.fullmatch(r"t\d+", below):
            return 400, {"title": "Invalid Request", "type": _PROBLEMS + "invalid-request"}
        newest = sorted(events, key=lambda e: int(self._id(e, now)), reverse=True)
        rest = [e for e in newest if not below or int(self._id(e, now)) < int(below[1:])]
        shown = rest[: asked.number("max_results", 10, 100)]
        if not shown:
            return 200, {"meta": {"result_count": 0}}
        ids = [self._id(e, now) for e in shown]
        meta = {"newest_id": ids[0], "oldest_id": ids[-1], "result_count": len(ids)}
        if len(rest) > len(shown):
            meta["next_token"] = f"t{ids[-1]}"
        return 200, {**self._with_included(shown, asked, now), "meta": meta}

    def _look_up(self, ids: Sequence[str], asked: Asked, now: datetime) -> dict[str, Any]:
        found = {id_: self._event(id_, now) for id_ in ids}
        body = self._with_included([event for event in found.values() if event], asked, now)
        errors = [_gone(id_) for id_, event in found.items() if event is None]
        return {**body, **({"errors": errors} if errors else {})}

    def _with_included(self, events: Sequence[Event], asked: Asked, now: datetime) -> dict[str, Any]:
        counts = Counter((self._target(e), e.kind) for e in self.world.listed(now))
        expansions = asked.one("expansions")
        body: dict[str, Any] = {"data": [self._raw(e, counts, now) for e in events]} if events else {}
        includes: dict[str, Any] = {}
        if "author_id" in expansions:
            includes["users"] = [_user(id_) for id_ in dict.fromkeys(_author(e) for e in events)]
        if f"referenced_{self._kind}s.id" in expansions:
            targets = dict.fromkeys(target for e in events if (target := self._target(e)) and target.is_listed(now))
            includes[f"{self._kind}s"] = [self._raw(target, counts, now) for target in targets]
        return {**body, **({"includes": includes} if includes else {})}

    def _raw(self, event: Event, counts: "Counter[tuple[Event | None, str]]", now: datetime) -> dict[str, Any]:
        target, reposted = self._target(event), "retweet_count" if self._kind == "tweet" else "repost_count"
        raw: dict[str, Any] = {
            "id": self._id(event, now),
            "text": f"RT @u{event.author}: cut…" if event.kind == "repost" else event.text,
            "author_id": _author(event),
            "created_at": event.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "conversation_id": self._conversation(event),
            f"edit_history_{self._kind}_ids": list(dict.fromkeys((self.key_of(event).id, self._id(event, now)))),
            "public_metrics": {
                reposted: counts[event, "repost"],
                "quote_count": counts[event, "quote"],
                "reply_count": counts[event, "reply"],
                "like_count": 3,
                "impression_count": 100,
            },
            "lang": "en",
        }
        if target is not None:
            kind = {"repost": "retweeted", "quote": "quoted", "reply": "replied_to"}[event.kind]
            raw[f"referenced_{self._kind}s"] = [{"type": kind, "id": self.key_of(target).id}]
            if event.kind == "reply":
                raw["in_reply_to_user_id"] = _author(target)
        return raw

    def _target(self, event: Event) -> Event | None:
        """What an act refers to: X always names the original of a repost."""
        parent = self.world.get(event.parent) if event.parent is not None else None
        if parent is None or parent.kind == "repost" or event.kind == "repost":
            return self.world.get(event.root) if event.root is not None else None
        return parent

    def _conversation(self, event: Event) -> str:
        while event.kind == "reply" and (target := self._target(event)) is not None:
            event = target
        return self.key_of(event).id

    def _answers(self, event: Event, now: datetime) -> dict[str, str]:
        target = self._target(event) if event.kind == "reply" else None
        answered = self.key_of(target).id if target else ""
        return {"conversation_id": self._conversation(event), "in_reply_to_tweet_id": answered}

    def _id(self, event: Event, now: datetime) -> str:
        edited = event.edited_at is not None and event.edited_at <= now
        return id_of(event.edited_at if edited and event.edited_at else event.created_at, event.number)

    def _event(self, id_: str, now: datetime) -> Event | None:
        found = (e for e in self.world.listed(now) if id_ in (self._id(e, now), self.key_of(e).id))
        return next(found, None)


def _matcher(query: str) -> Callable[[str, dict[str, str]], bool]:
    terms = _TERM.findall(query)
    wanted = [term.strip('"').casefold() for minus, term in terms if not minus]
    unwanted = [term.strip('"').casefold() for minus, term in terms if minus]

    def matches(text: str, answers: dict[str, str]) -> bool:
        folded, named = text.casefold(), {f"{name}:{id_}" for name, id_ in answers.items()}
        found = any(term in named or term in folded for term in wanted)
        return found and not any(term in folded for term in unwanted)

    return matches


def _author(event: Event) -> str:
    return str(1_000_000 + event.author)


def _user(id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "username": f"u{id_}",
        "name": f"User {id_}",
        "verified": False,
        "verified_type": "none",
        "public_metrics": {"followers_count": int(id_) % 1000},
    }


def _gone(id_: str) -> dict[str, str]:
    return {"resource_type": "tweet", "resource_id": id_, "value": id_, "type": _PROBLEMS + "resource-not-found"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else _FIRST


def _said(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    content = json.dumps(body).encode()
    return Answer(content, status, {"content-type": "application/json; charset=utf-8", **(headers or {})})
