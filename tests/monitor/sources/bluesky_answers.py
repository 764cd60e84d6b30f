"""What Bluesky's servers answer, in small: posts, and a network in memory whose parts can fail."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, Post, Repost
from monitor.http import HttpClient, HttpConfig
from monitor.sources.bluesky import BlueskySource, Config, parse

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))


def stamp(minutes: float) -> str:
    """A moment some minutes after nine, as the site writes it."""
    return (NINE + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def ms(minutes: float) -> int:
    """The same as milliseconds since 1970."""
    return int((NINE + timedelta(minutes=minutes)).timestamp() * 1000)


def did(name: str) -> str:
    """An account's identity."""
    return f"did:plc:{name}"


def view(name: str, minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """A post as the service shows it."""
    record = {"text": f"Northline Air, says {name}", "createdAt": stamp(minutes), **fields.pop("record", {})}
    author = {"did": did(name), "handle": f"{name}.example", **fields.pop("author", {})}
    return {"uri": f"at://{did(name)}/app.bsky.feed.post/p{name}", "author": author, "record": record, **fields}


def error(status: int, name: str) -> httpx.Response:
    """A refusal as the site words it."""
    return httpx.Response(status, json={"error": name, "message": name})


def bluesky(answer: Callable[[httpx.Request], httpx.Response], **config: Any) -> BlueskySource:
    """A source as a new process has it."""
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return BlueskySource(Config(**config), http)


class Network:
    """Bluesky in memory: a reading service, a directory of identities, and one server for each account."""

    def __init__(self, root: dict[str, Any] | None = None) -> None:
        self.root = root or view("ana", 0)
        self.replies: list[Any] = []
        self.quotes: list[dict[str, Any]] = [view("quoter", 20, record={"embed": {"record": {"uri": self.uri}}})]
        self.reposters: list[str] = []  # newest first, as the service lists them
        self.page_size = 100
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.down: set[str] = set()  # accounts whose server fails, and "directory"
        self.broken: dict[str, httpx.Response] = {}  # by the last part of a query's name
        self.homes: dict[str, Any] = {}
        self.labels: dict[str, list[Any]] = {}
        self.asked: Counter[str] = Counter()
        self.requests: list[httpx.Request] = []

    @property
    def uri(self) -> str:
        """The address of the post that is passed on."""
        return str(self.root["uri"])

    def repost(self, name: str, minutes: float, via: str | None = None, subject: str | None = None) -> str:
        """``name`` reposts the root (or ``subject``); returns the address of the record."""
        uri = f"at://{did(name)}/app.bsky.feed.repost/r{len(self.records.get(name, []))}"
        value: dict[str, Any] = {"subject": {"uri": subject or self.uri}, "createdAt": stamp(minutes)}
        if via:
            value["via"] = {"uri": via, "cid": "bafy"}
        self.records.setdefault(name, []).insert(0, {"uri": uri, "value": value})
        if subject is None:
            self.reposters = [name, *(known for known in self.reposters if known != name)]
        return uri

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        host, path, params = request.url.host, request.url.path, request.url.params
        if host == "plc.directory":
            return self._identity(path.rpartition(":")[2])
        if path == "/.well-known/did.json":
            return self._identity(host.partition(".")[0])
        nsid = path.rpartition(".")[2]
        self.asked[nsid] += 1
        if nsid in self.broken:
            return self.broken[nsid]
        if host.endswith(".host.example"):
            return self._server(host.partition(".")[0], nsid, params)
        return httpx.Response(200, json=self._view(nsid, params))

    def _identity(self, name: str) -> httpx.Response:
        self.asked["identity"] += 1
        if "directory" in self.down:
            return httpx.Response(500)
        home = self.homes.get(name, f"https://{name}.host.example")
        return httpx.Response(200, json={"service": [{"id": "#atproto_pds", "serviceEndpoint": home}]})

    def _server(self, name: str, nsid: str, params: httpx.QueryParams) -> httpx.Response:
        records = self.records.get(name, [])
        if name in self.down:
            return httpx.Response(500)
        if nsid == "getRecord":
            found = [record for record in records if record["uri"].endswith("/" + params["rkey"])]
            return httpx.Response(200, json=found[0]) if found else error(400, "RecordNotFound")
        begin = int(params.get("cursor", 0))
        page = records[begin : begin + 100]  # the cursor stands on the last page, too
        return httpx.Response(200, json={"records": page, **({"cursor": str(begin + 100)} if page else {})})

    def _view(self, nsid: str, params: httpx.QueryParams) -> Any:
        if nsid == "getProfiles":
            return {
                "profiles": [
                    {"did": d, "handle": f"{d[8:]}.example", "followersCount": len(d)}
                    for d in params.get_list("actors")
                ]
            }
        if nsid == "getRepostedBy":
            return self._page("repostedBy", [self._profile(name) for name in self.reposters], params)
        if nsid == "getQuotes":
            return self._page("posts", self.quotes, params)
        return {"thread": {"post": self.root, "replies": self.replies}}

    def _profile(self, name: str) -> dict[str, Any]:
        return {"did": did(name), "handle": f"{name}.example", "labels": self.labels.get(name, [])}

    def _page(self, field: str, entries: list[Any], params: httpx.QueryParams) -> dict[str, Any]:
        """Pages whose cursor names the last entry shown, so that new ones at the top do not shift it."""
        keys = [json.dumps(entry) for entry in entries]
        begin = keys.index(params["cursor"]) + 1 if "cursor" in params else 0
        end = begin + self.page_size
        return {field: entries[begin:end], **({"cursor": keys[end - 1]} if end < len(entries) else {})}


def root_of(network: Network) -> Post:
    """The post that is passed on, as it was found."""
    return parse({"posts": [network.root]}, NOW).posts[0]


def reposts(page: Page) -> dict[str, Repost]:
    """The plain reposts of a page by the name of who made them."""
    return {edge.by.id.removeprefix("did:plc:"): edge for edge in page.reposts if edge.kind == "repost"}
