"""Answers as Reddit gives them, and a source that is asked for them without a network."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Post, PostKey
from monitor.http import HttpClient, HttpConfig
from monitor.sources.reddit import Config, RedditSource

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
TOKEN = {"access_token": "t0ken", "token_type": "bearer", "expires_in": 3600}


def at(minutes: float) -> datetime:
    """A moment that many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def key(name: str) -> PostKey:
    """The key of a thing."""
    return PostKey("reddit", name)


def t3(id_: str, minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """A post as Reddit shows it."""
    data = {
        "id": id_,
        "name": f"t3_{id_}",
        "title": "Northline Air again",
        "selftext": "",
        "is_self": True,
        "author": "mira",
        "author_fullname": "t2_mira",
        "created_utc": at(minutes).timestamp(),
        "permalink": f"/r/travelgripes/comments/{id_}/x/",
        "edited": False,
        "score": 5,
        "num_comments": 0,
        "num_crossposts": 0,
        **fields,
    }
    return {"kind": "t3", "data": data}


def t1(id_: str, minutes: float = 0, parent: str = "t3_a1", link: str = "t3_a1", **fields: Any) -> dict[str, Any]:
    """A comment as Reddit shows it."""
    data = {
        "id": id_,
        "name": f"t1_{id_}",
        "parent_id": parent,
        "link_id": link,
        "body": "Same with me",
        "author": "lena",
        "author_fullname": "t2_lena",
        "created_utc": at(minutes).timestamp(),
        "permalink": f"/r/travelgripes/comments/a1/x/{id_}/",
        "edited": False,
        "score": 2,
        "replies": "",
        **fields,
    }
    return {"kind": "t1", "data": data}


def more(*ids: Any) -> dict[str, Any]:
    """Comments that are folded away; without ids a thread that goes on elsewhere."""
    return {"kind": "more", "data": {"count": len(ids), "id": ids[0] if ids else "_", "children": list(ids)}}


def listing(*things: Any, after: Any = None) -> dict[str, Any]:
    """A listing of ``things``."""
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(things), "children": list(things)}}


def stored(name: str = "t3_a1") -> Post:
    """A post as it is in the store."""
    return Post(key(name), AccountKey("reddit", "t2_mira"), "Northline Air again", at(0), at(0))


Respond = Callable[[str, dict[str, str]], Any]  # from path and parameters; a response, or the body of a good one


class Asked:
    """Keeps the requests, and answers them; those for a token by itself."""

    def __init__(self, respond: Respond, token: Any = None) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.logins: list[httpx.Request] = []
        self.sent: list[httpx.Request] = []
        self._respond = respond
        self._token = TOKEN if token is None else token

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, dict(request.url.params)
        self.sent.append(request)
        if path.endswith("/access_token"):
            self.logins.append(request)
            said = self._token
        else:
            self.requests.append((path, params))
            said = self._respond(path, params)
        return said if isinstance(said, httpx.Response) else httpx.Response(200, content=json.dumps(said))

    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for path, _ in self.requests]

    def told(self, name: str) -> list[str | None]:
        """A parameter of each request."""
        return [params.get(name) for _, params in self.requests]


def pages(*answers: Any) -> Respond:
    """Answers with the next of ``answers``, then with nothing."""
    left = list(answers)
    return lambda path, params: left.pop(0) if left else listing()


def source(
    respond: Respond, clock: RecordedClock | None = None, token: Any = None, **settings: Any
) -> tuple[RedditSource, Asked]:
    """A source whose requests ``respond`` answers."""
    asked = Asked(respond, token)
    http = HttpClient(
        HttpConfig(pace_seconds=0), clock or RecordedClock(NOW), httpx.MockTransport(asked), chance=lambda: 0.0
    )
    given = {"client_id": "cl1ent", "client_secret": "s3cret-app", "username": "northline_watch", **settings}
    return RedditSource(Config(**given), http), asked


def names(posts: Sequence[Post]) -> list[str]:
    """The names of things."""
    return [post.key.id for post in posts]
