"""Answers as X gives them, and a source that is asked for them without a network."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Post, PostKey
from monitor.http import HttpClient, HttpConfig
from monitor.ledger import Ledger
from monitor.sources.x import Config, XSource
from tests.sites.x import id_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))
PROBLEMS = "https://api.x.com/2/problems/"


def at(minutes: float) -> datetime:
    """A moment that many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def id_at(minutes: float, number: int = 1) -> str:
    """The id of a post made then."""
    return id_of(at(minutes), number)


def reference(kind: str, minutes: float) -> dict[str, str]:
    """That a post reposts ("retweeted"), quotes ("quoted") or answers ("replied_to") the one made then."""
    return {"type": kind, "id": id_at(minutes)}


def post(minutes: float = 0, number: int = 1, author: str = "1", refs: Any = None, **fields: Any) -> dict[str, Any]:
    """A post as X shows it."""
    raw: dict[str, Any] = {
        "id": id_at(minutes, number),
        "text": "Northline Air again",
        "author_id": author,
        "created_at": at(minutes).isoformat(),
        "conversation_id": id_at(minutes, number),
        "edit_history_tweet_ids": [id_at(minutes, number)],
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "quote_count": 0, "like_count": 0},
    }
    return {**raw, **({} if refs is None else {"referenced_tweets": refs}), **fields}


def user(id_: str, followers: int = 10, **fields: Any) -> dict[str, Any]:
    """An account as X shows it."""
    return {"id": id_, "username": f"u{id_}", "name": "U", "public_metrics": {"followers_count": followers}, **fields}


def answer(
    *data: Any, token: Any = None, included: Any = (), users: Any = (), errors: Any = None, **meta: Any
) -> dict[str, Any]:
    """An answer with ``data``, newest first."""
    body: dict[str, Any] = {"data": list(data)} if data else {}
    if included or users:
        body["includes"] = {"tweets": list(included), "users": list(users)}
    if errors is not None:
        body["errors"] = errors
    ids = [raw["id"] for raw in data if isinstance(raw, dict) and "id" in raw]
    told = {"newest_id": ids[0], "oldest_id": ids[-1]} if ids and all(isinstance(id_, str) for id_ in ids) else {}
    body["meta"] = {"result_count": len(data), **told, **({} if token is None else {"next_token": token}), **meta}
    return body


def problem(kind: str, id_: str, **fields: Any) -> dict[str, Any]:
    """An error about one thing that was asked for."""
    return {"resource_type": "tweet", "resource_id": id_, "value": id_, "type": PROBLEMS + kind, **fields}


def stored(minutes: float = 0, **fields: Any) -> Post:
    """A post as it is in the store."""
    key = PostKey("x", id_at(minutes))
    return Post(key, AccountKey("x", "1"), "Northline Air again", at(minutes), at(minutes), **fields)


Respond = Callable[[str, dict[str, str]], Any]  # from path and parameters; a response, or the body of a good one


class Asked:
    """Keeps the requests, and answers them."""

    def __init__(self, respond: Respond) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._respond = respond

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, dict(request.url.params)
        self.requests.append((path, params))
        said = self._respond(path, params)
        return said if isinstance(said, httpx.Response) else httpx.Response(200, content=json.dumps(said))

    def paths(self) -> list[str]:
        """What was asked for, without the ids."""
        return [path.rpartition("/")[2] for path, _ in self.requests]


def source(
    respond: Respond, clock: RecordedClock | None = None, ledger: Ledger | None = None, **settings: Any
) -> tuple[XSource, Asked]:
    """A source whose requests ``respond`` answers."""
    asked = Asked(respond)
    http = HttpClient(
        HttpConfig(pace_seconds=0), clock or RecordedClock(NOW), httpx.MockTransport(asked), ledger, chance=lambda: 0.0
    )
    return XSource(Config(**{"bearer_token": "t0ken", **settings}), http), asked
