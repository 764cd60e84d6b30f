"""The stream of all posts and reposts: its messages, and where to go on after a break."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from monitor import payload
from monitor.errors import BadPayload, Unreachable
from monitor.http_errors import place
from monitor.payload import Unusable
from monitor.plain_text import one_line
from monitor.sources.bluesky.records import REPOSTS
from monitor.sources.bluesky.views import DID, POSTS

SAME_SERVER = timedelta(seconds=5)  # how far a connection goes back behind what was stored
OTHER_SERVER = timedelta(minutes=1)  # positions are local to one instance
CLAMPED = timedelta(minutes=10)  # a network of millions is never silent that long: the server had forgotten
_SECOND_VERSION = "subscribeEvents"
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OPERATIONS = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Event:
    """One message that matters."""

    at: datetime  # when the instance saw it
    did: str
    operation: str = ""  # create, update or delete of a record; empty for news of an account
    collection: str = ""
    rkey: str = ""
    record: Mapping[str, Any] | None = None
    is_deleted: bool = False  # the account, with all that it wrote


@dataclass(frozen=True, slots=True)
class Position:
    """How far the stream was read, and at which server."""

    server: str
    at: datetime

    def __str__(self) -> str:
        return json.dumps({"server": self.server, "time_us": (self.at - _EPOCH) // _MICROSECOND})


def read_position(state: str | None) -> Position | None:
    """What a state tells; None where it tells nothing: then the stream is joined where it is."""
    try:
        told = json.loads(state or "")
        return Position(payload.identity(told["server"], "server"), _moment(told["time_us"]))
    except (ValueError, TypeError, KeyError, RecursionError):  # Unusable among them
        return None


def server_of(base: str) -> str:
    """The name of the instance behind an address."""
    return place(base)


def address(base: str, position: Position | None) -> str:
    """Where to connect to: posts and reposts, from a little before ``position`` on. Raises BadPayload."""
    try:
        path = urlsplit(base).path
    except ValueError as error:
        raise BadPayload("jetstream is not an address") from error
    collections = "collections" if path.endswith(_SECOND_VERSION) else "wantedCollections"
    params = [(collections, POSTS), (collections, REPOSTS)]
    if position is not None:
        back = SAME_SERVER if position.server == server_of(base) else OTHER_SERVER
        params.append(("cursor", str(max(0, (position.at - back - _EPOCH) // _MICROSECOND))))
    whole = base if path.endswith(("/subscribe", _SECOND_VERSION)) else f"{base}/subscribe"
    return f"{whole}?{urlencode(params)}"


def read_event(frame: str) -> Event | None:
    """The event of a message of either version; None for one that says nothing new.

    Raises Unusable for a message that cannot be read, Unreachable where it says that the stream is over.
    """
    try:
        told = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise Unusable("not JSON") from error
    message = payload.mapping(told, "the message")
    if message.get("$type") == "error" or message.get("kind") == "error":
        raise Unreachable(f"the stream was ended by its server: {one_line(str(message.get('name')), 60)}")
    if message.get("$type") == "message":
        message = _as_first_version(payload.mapping(message.get("payload"), "payload"))
    if message.get("kind") not in ("commit", "account", "identity"):
        return None
    did = payload.identity(message.get("did"), "did", longest=300)
    if not DID.fullmatch(did):
        raise Unusable("did is not an identity")
    at = _moment(message.get("time_us"))
    if message["kind"] == "identity":
        return Event(at, did)
    if message["kind"] == "account":
        account = payload.mapping(message.get("account"), "account")
        return Event(at, did, is_deleted=account.get("active") is False and account.get("status") == "deleted")
    return _commit(at, did, payload.mapping(message.get("commit"), "commit"))


def _commit(at: datetime, did: str, commit: Mapping[str, Any]) -> Event:
    operation, record = commit.get("operation"), commit.get("record")
    if operation not in _OPERATIONS:
        raise Unusable("commit.operation is unknown")
    return Event(
        at,
        did,
        operation,
        payload.identity(commit.get("collection"), "commit.collection"),
        payload.identity(commit.get("rkey"), "commit.rkey"),
        None if operation == "delete" else payload.mapping(record, "commit.record"),
    )


def _as_first_version(event: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = str(event.get("$type")).rpartition("#")[2]
    try:
        at = payload.moment(event.get("time"), "time")
    except Unusable:
        return {} if kind == "info" else {**event, "kind": kind, "time_us": None}
    inner = event.get(kind)
    return {
        "did": event.get("did"),
        "time_us": (at - _EPOCH) // _MICROSECOND,
        "kind": kind,
        kind: inner if isinstance(inner, dict) else event,
    }


def _moment(value: Any) -> datetime:
    if type(value) is not int or not 0 <= value < 2**53:
        raise Unusable("time_us is missing or not a time")
    try:
        return _EPOCH + value * _MICROSECOND
    except OverflowError as error:
        raise Unusable("time_us is out of range") from error
