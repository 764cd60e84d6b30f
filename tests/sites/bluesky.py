"""A Bluesky network on one server: reading service, directory of identities and home of all accounts.

It has the habits of the servers that were watched: a search that compares letter by letter and ignores ``since``,
``until`` and ``sort``; pages that are short although more follows; no cursor on the last page of a search, but one on
the last page of records; 500 for a cursor it cannot read; 400 for a post that is gone; a counter of quotes that stops
at one; reposts listed without times, whose path only the records tell.
"""

import json
import re
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.domain import PostKey
from tests.sites.bluesky_network import REPOSTS, Network, Refusal, author_of, cid_of, iso, limit_of, page_of
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

LOGIN = {"identifier": "watcher.example", "password": "app-pass"}
_SPOKEN = ("post", "quote", "reply")


class BlueskySite(Network):
    """Answers over a world. ``public``: the search reads phrases, ignores case and obeys since and until."""

    def __init__(
        self,
        world: World,
        base: Callable[[], str],
        *,
        public: bool = False,
        limit: int | None = None,
        window: timedelta = timedelta(minutes=5),
    ) -> None:
        super().__init__(world)
        self.limit = limit
        self.over_limit = 0
        self.asked: dict[str, int] = defaultdict(int)  # by the last part of the name of the query
        self.hidden: set[int] = set()  # authors who ask not to be shown without a login
        self.sessions = 0
        self._base = base
        self._public = public
        self._window = window
        self._spent: tuple[int, int] = (0, 0)
        self._lock = threading.Lock()

    def settings(self, base_url: str) -> dict[str, Any]:
        """The configuration that points the source at this server."""
        return {"appview": base_url, "plc": f"{base_url}/plc", "pds": base_url}

    def key_of(self, event: Event) -> PostKey:
        """The key under which the act is stored."""
        if event.kind != "repost":
            return PostKey("bluesky", self.uri(event))
        root = self.world.get(event.root if event.root is not None else event.number)
        assert root is not None
        return PostKey("bluesky", f"{self.uri(root)}#repost:{self.did(event.author)}")

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        over, headers = self._counted(now)
        if over:
            return _json({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, 429, headers)
        try:
            return _json(self._answer(asked, now), 200, headers)
        except Refusal as refusal:
            return _json(refusal.body, refusal.status, headers)

    def _counted(self, now: datetime) -> tuple[bool, dict[str, str]]:
        if self.limit is None:
            return False, {}
        seconds = int(self._window.total_seconds())
        with self._lock:
            number = int(now.timestamp()) // seconds
            spent = self._spent[1] + 1 if self._spent[0] == number else 1
            self._spent = (number, spent)
            over = spent > self.limit
            self.over_limit += over
        reset = (number + 1) * seconds
        headers = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - spent)),
            "RateLimit-Reset": str(reset),
            "RateLimit-Policy": f"{self.limit};w={seconds}",
        }
        if over:
            headers["Retry-After"] = str(max(1, reset - int(now.timestamp())))
        return over, headers

    def _answer(self, asked: Asked, now: datetime) -> Any:
        if asked.path.startswith("/plc/"):
            return self._identity(asked.path.removeprefix("/plc/"))
        name = asked.path.rpartition(".")[2]
        with self._lock:
            self.asked[name] += 1
        queries: Mapping[str, Callable[[Asked, datetime], Any]] = {
            "searchPosts": self._search,
            "getPostThread": self._thread,
            "getQuotes": self._quotes,
            "getRepostedBy": self._reposted_by,
            "getPosts": self._posts,
            "getProfiles": self._profiles,
            "listRecords": self._list_records,
            "getRecord": self._get_record,
            "describeServer": lambda asked, now: {"did": "did:web:localhost", "availableUserDomains": [".example"]},
            "createSession": self._create_session,
            "refreshSession": lambda asked, now: self._session(),
        }
        if name not in queries:
            raise Refusal(501, "MethodNotImplemented")
        return queries[name](asked, now)

    # -- the reading service

    def _search(self, asked: Asked, now: datetime) -> Any:
        if not asked.one("q"):
            raise Refusal(400, "InvalidRequest", 'Invalid app.bsky.feed.searchPosts params: Missing required key "q"')
        limit = limit_of(asked)
        wanted = self._wanted(asked)
        found = [event for event in self.world.listed(now, *_SPOKEN) if wanted(event)]
        rows, cursor = page_of(found, asked.one("cursor"), max(1, limit - zlib.crc32(asked.one("cursor").encode()) % 4))
        return {**cursor, "posts": self._views(rows, now)}

    def _wanted(self, asked: Asked) -> Callable[[Event], bool]:
        query = asked.one("q")
        if not self._public:
            return lambda event: query in event.text
        since = datetime.fromisoformat(asked.one("since", "1970-01-01T00:00:00Z"))
        until = datetime.fromisoformat(asked.one("until", "9999-01-01T00:00:00Z"))
        words = re.findall(r'"([^"]+)"|(\S+)', query.casefold())
        return lambda event: (
            since <= event.created_at < until
            and all((phrase or word) in event.text.casefold() for phrase, word in words)
        )

    def _thread(self, asked: Asked, now: datetime) -> Any:
        root = self._listed_post(asked.one("uri"), now)
        replies = defaultdict(list)
        for event in self.world.listed(now, "reply"):
            replies[event.root if event.parent is None else event.parent].append(event)

        def node(event: Event, depth: int) -> dict[str, Any]:
            below = replies[event.number] if depth else []
            view = self._views([event], now)[0]
            return {
                "$type": "app.bsky.feed.defs#threadViewPost",
                "post": view,
                "replies": [node(reply, depth - 1) for reply in below],
            }

        return {"thread": node(root, min(int(asked.one("depth", "6")), 1000))}

    def _quotes(self, asked: Asked, now: datetime) -> Any:
        root = self.find(asked.one("uri"))
        quotes = self.world.cascade(root.number, now, "quote") if root else []
        rows, cursor = page_of(quotes, asked.one("cursor"), limit_of(asked))
        return {**cursor, "uri": asked.one("uri"), "posts": self._views(rows, now)}

    def _reposted_by(self, asked: Asked, now: datetime) -> Any:
        root = self.find(asked.one("uri"))
        reposts = self.world.cascade(root.number, now, "repost") if root else []
        rows, cursor = page_of(reposts, asked.one("cursor"), limit_of(asked))
        return {**cursor, "uri": asked.one("uri"), "repostedBy": [self._author(event.author) for event in rows]}

    def _posts(self, asked: Asked, now: datetime) -> Any:
        uris = asked.query.get("uris", [])
        if len(uris) > 25:
            raise Refusal(400, "InvalidRequest", "Invalid app.bsky.feed.getPosts params: array too big")
        found = [event for event in map(self.find, uris) if event and event.is_listed(now)]
        return {"posts": self._views(found, now)}

    def _profiles(self, asked: Asked, now: datetime) -> Any:
        dids = asked.query.get("actors", [])
        if len(dids) > 25:
            raise Refusal(400, "InvalidRequest", "Invalid app.bsky.actor.getProfiles params: array too big")
        authors = filter(None, map(author_of, dids))
        return {"profiles": [{**self._author(a - 1), "followersCount": 10 * a, "followsCount": 7} for a in authors]}

    def _author(self, author: int) -> dict[str, Any]:
        labels = [{"val": "!no-unauthenticated", "src": self.did(author)}] if author in self.hidden else []
        return {
            "did": self.did(author),
            "handle": f"user{author}.example",
            "displayName": f"User {author}",
            "labels": labels,
            "createdAt": "2023-05-01T10:00:00.000Z",
        }

    def _views(self, events: Sequence[Event], now: datetime) -> list[dict[str, Any]]:
        counts: dict[tuple[int | None, str], int] = defaultdict(int)
        if events:
            for event in self.world.listed(now, "repost", "quote", "reply"):
                counts[event.root, event.kind] += 1
        return [
            {
                "uri": self.uri(event),
                "cid": cid_of(event),
                "author": self._author(event.author),
                "record": self.record_of(event),
                "replyCount": counts[event.number, "reply"],
                "repostCount": counts[event.number, "repost"],
                "quoteCount": min(1, counts[event.number, "quote"]),
                "likeCount": 0,
                "indexedAt": iso(event.created_at),  # the earlier of declared and seen
                "labels": [],
            }
            for event in events
        ]

    # -- directory and homes

    def _identity(self, did: str) -> Any:
        if author_of(did) is None:
            raise Refusal(404, "NotFound", f"DID not registered: {did}")
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self._base()}
        return {"id": did, "service": [service]}

    def _list_records(self, asked: Asked, now: datetime) -> Any:
        records = self._records(asked.one("repo"), asked.one("collection"), now)
        before = asked.one("cursor")
        rows = [event for event in records if not before or self.rkey(event) < before][: limit_of(asked)]
        cursor = {"cursor": self.rkey(rows[-1])} if rows else {}  # on the last page, too
        return {**cursor, "records": [self._stored(event) for event in rows]}

    def _get_record(self, asked: Asked, now: datetime) -> Any:
        for event in self._records(asked.one("repo"), asked.one("collection"), now):
            if self.rkey(event) == asked.one("rkey"):
                return self._stored(event)
        raise Refusal(400, "RecordNotFound", "Could not locate record")

    def _records(self, did: str, collection: str, now: datetime) -> list[Event]:
        kinds = ("repost",) if collection == REPOSTS else _SPOKEN
        author = (author_of(did) or 0) - 1
        own = [event for event in self.world.listed(now, *kinds) if event.author == author]
        return sorted(own, key=self.rkey, reverse=True)

    def _stored(self, event: Event) -> dict[str, Any]:
        return {"uri": self.uri(event), "cid": cid_of(event), "value": self.record_of(event)}

    def _create_session(self, asked: Asked, now: datetime) -> Any:
        if json.loads(asked.body) != LOGIN:
            raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session()

    def _session(self) -> Any:
        self.sessions += 1
        document = {"service": [{"id": "#atproto_pds", "serviceEndpoint": self._base()}]}
        return {"accessJwt": f"access{self.sessions}", "refreshJwt": "refresh", "didDoc": document}

    def _listed_post(self, uri: str, now: datetime) -> Event:
        event = self.find(uri)
        if event is None or not event.is_listed(now):
            raise Refusal(400, "NotFound", f"Post not found: {uri}")
        return event


def _json(body: Any, status: int, headers: Mapping[str, str]) -> Answer:
    sent = {"content-type": "application/json; charset=utf-8", **headers}
    return Answer(json.dumps(body, ensure_ascii=False).encode(), status, sent)
