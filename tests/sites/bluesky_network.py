"""Names, addresses and records of the pretended Bluesky network: the same at every server of it."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sites.server import Asked
from tests.sites.world import Event, World

POSTS, REPOSTS = "app.bsky.feed.post", "app.bsky.feed.repost"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # in the order in which keys of records sort


class Refusal(Exception):  # noqa: N818 - an answer, not a failure of the test
    """An error as the site names it."""

    def __init__(self, status: int, error: str, message: str = "") -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, "message": message or error}


class Network:
    """What every act of a world is called, and what its record holds."""

    def __init__(self, world: World) -> None:
        self.world = world

    def did(self, author: int) -> str:
        """The identity of an account."""
        return f"did:plc:{_base32(author + 1, 24)}"

    def uri(self, event: Event) -> str:
        """The address of a record."""
        return f"at://{self.did(event.author)}/{REPOSTS if event.kind == 'repost' else POSTS}/{self.rkey(event)}"

    def rkey(self, event: Event) -> str:
        """The record's own key; those of later records sort later."""
        return _base32((ms(event.created_at) << 20) + event.number, 13)

    def frame(self, event: Event, operation: str = "create", at: datetime | None = None) -> str:
        """The message of the stream that tells of the act."""
        commit = {
            "rev": self.rkey(event),
            "operation": operation,
            "collection": REPOSTS if event.kind == "repost" else POSTS,
            "rkey": self.rkey(event),
        }
        if operation != "delete":
            commit |= {"record": self.record_of(event), "cid": cid_of(event)}
        moment = at or event.visible_at or event.created_at
        time_us = (moment - EPOCH) // timedelta(microseconds=1)
        return json.dumps({"did": self.did(event.author), "time_us": time_us, "kind": "commit", "commit": commit})

    def record_of(self, event: Event) -> dict[str, Any]:
        """The record as its author's server keeps it."""
        record: dict[str, Any] = {"$type": POSTS, "createdAt": iso(event.created_at), "text": event.text}
        root, parent = (None if number is None else self.world.get(number) for number in (event.root, event.parent))
        if event.kind == "repost":
            assert root is not None
            via = {"via": self.ref_to(parent)} if parent is not None and parent.kind == "repost" else {}
            return {"$type": REPOSTS, "createdAt": record["createdAt"], "subject": self.ref_to(root), **via}
        if event.kind == "quote" and root is not None:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": self.ref_to(root)}
        if event.kind == "reply" and root is not None:
            record["reply"] = {"root": self.ref_to(root), "parent": self.ref_to(parent or root)}
        return record

    def ref_to(self, event: Event) -> dict[str, str]:
        """A reference to another record."""
        return {"uri": self.uri(event), "cid": cid_of(event)}

    def find(self, uri: str) -> Event | None:
        """The act whose record lies at ``uri``, listed or not."""
        number = _number(uri.rpartition("/")[2]) & ((1 << 20) - 1)
        event = self.world.get(number)
        return event if event is not None and self.uri(event) == uri else None


def page_of(events: Sequence[Event], cursor: str, limit: int) -> tuple[list[Event], dict[str, str]]:
    """Newest first, after ``cursor``; a further cursor where the page is full."""
    rows = sorted(events, key=lambda event: (ms(event.created_at), cid_of(event)), reverse=True)
    if cursor:
        moment, _, cid = cursor.partition("__")
        if not moment.isdigit() or not cid:
            raise Refusal(500, "InternalServerError", "Internal Server Error")
        rows = [event for event in rows if (ms(event.created_at), cid_of(event)) < (int(moment), cid)]
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, {"cursor": f"{ms(rows[-1].created_at)}__{cid_of(rows[-1])}"} if more else {}


def limit_of(asked: Asked) -> int:
    """How many entries are asked for."""
    limit = int(asked.one("limit", "25"))
    if limit > 100:
        raise Refusal(400, "InvalidRequest", f"integer too big (maximum 100, got {limit})")
    return limit


def cid_of(event: Event) -> str:
    """The fingerprint of a record."""
    return f"bafy{event.number:09d}"


def author_of(did: str) -> int | None:
    """The number of an identity, one more than its account's; None where it is none of ours."""
    name = did.removeprefix("did:plc:")
    return _number(name) if len(name) == 24 and set(name) <= set(_LETTERS) else None


def _base32(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits = _LETTERS[digit] + digits
    return digits


def _number(digits: Iterable[str]) -> int:
    value = 0
    for digit in digits:
        value = value * 32 + max(0, _LETTERS.find(digit))
    return value


def ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def iso(moment: datetime) -> str:
    """A time as the network writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
