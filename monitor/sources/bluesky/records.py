"""Repost records, read where they are kept: at the server of each account that reposted. They alone know when a post
was reposted, and through whose repost it was seen (``via``)."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.errors import NotFound
from monitor.http import HttpClient
from monitor.payload import Unusable
from monitor.sources.bluesky.config import Config
from monitor.sources.bluesky.views import AtUri
from monitor.sources.bluesky.xrpc import answer, home_of

REPOSTS = "app.bsky.feed.repost"
_PAGES = 3  # of 100 records each: how far back in one account's reposts
_REMEMBERED = 20_000  # accounts whose server is known
_ANSWERED = frozenset((200, 400))


@dataclass(frozen=True, slots=True)
class RepostRecord:
    """One repost as its author's server keeps it. Everything in it was declared by the author's client."""

    uri: AtUri
    subject: str
    at: datetime
    via: AtUri | None


class Spent(Exception):  # noqa: N818 - not a failure: the look is over
    """The requests of this look are used up."""


class Budget:
    """A number of requests that may still be made."""

    def __init__(self, requests: int) -> None:
        self._left = requests

    def take(self) -> None:
        """Use one. Raises Spent where none is left."""
        if self._left <= 0:
            raise Spent
        self._left -= 1


class RecordReader:
    """Finds the server of an account and reads its reposts there. All methods raise SourceError and Spent."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._plc = config.plc
        self._http = http
        self._homes: OrderedDict[str, str] = OrderedDict()

    def find(
        self, did: str, subject: str, since: datetime, budget: Budget
    ) -> tuple[RepostRecord | None, list[RepostRecord]]:
        """The account's repost of ``subject``, where it made one since ``since``, and all records that were read."""
        seen: list[RepostRecord] = []
        for record in self._newest_first(did, budget):
            seen.append(record)
            if record.subject == subject:
                return record, seen
            if record.at < since:
                break
        return None, seen

    def get(self, uri: AtUri, budget: Budget) -> RepostRecord | None:
        """One record by its address; None where it is gone or is no repost."""
        params = {"repo": uri.did, "collection": uri.collection, "rkey": uri.rkey}
        try:
            return _record(self._query(uri.did, "com.atproto.repo.getRecord", params, budget))
        except (NotFound, Unusable):
            return None

    def _newest_first(self, did: str, budget: Budget) -> Iterator[RepostRecord]:
        cursor: str | None = None
        for _ in range(_PAGES):
            params: dict[str, str | int] = {"repo": did, "collection": REPOSTS, "limit": 100}
            if cursor:
                params["cursor"] = cursor
            body = self._query(did, "com.atproto.repo.listRecords", params, budget)
            records = body.get("records")
            if not isinstance(records, list) or not records:
                return
            yield from _records(records)
            cursor = body.get("cursor") if isinstance(body.get("cursor"), str) else None
            if cursor is None:
                return

    def _query(self, did: str, nsid: str, params: Any, budget: Budget) -> Any:
        home = self._home(did, budget)
        budget.take()
        return answer(self._http.get(f"{home}/xrpc/{nsid}", params, accept=_ANSWERED), nsid)

    def _home(self, did: str, budget: Budget) -> str:
        """The address of the account's server, looked up once."""
        if did in self._homes:
            return self._homes[did]
        budget.take()
        home = home_of(self._http.get_json(document_address(did, self._plc)))
        if home is None:
            raise NotFound(f"the identity {did[:60]} names no server")
        self._homes[did] = home
        if len(self._homes) > _REMEMBERED:
            self._homes.popitem(last=False)
        return home


def document_address(did: str, plc: str) -> str:
    """Where the identity document of an account lies. Raises NotFound for a kind of identity that is not in use.

    >>> document_address("did:web:northline.example", "https://plc.example")
    'https://northline.example/.well-known/did.json'
    """
    method, _, name = did.removeprefix("did:").partition(":")
    if method == "plc" and name.isalnum():
        return f"{plc}/did:plc:{name}"
    if method == "web" and name.replace("-", "").replace(".", "").isalnum():
        return f"https://{name}/.well-known/did.json"
    raise NotFound("an identity of an unknown kind")


def _records(items: list[Any]) -> Iterator[RepostRecord]:
    for item in items:
        try:
            yield _record(item)
        except Unusable:
            continue  # some other account's oddity: only the one record looked for matters


def _record(item: Any) -> RepostRecord:
    value = payload.mapping(payload.mapping(item, "the record").get("value"), "value")
    subject, via = value.get("subject"), value.get("via")
    return RepostRecord(
        uri=AtUri.read(item.get("uri")),
        subject=str(AtUri.read(payload.mapping(subject, "subject").get("uri"), "subject.uri")),
        at=payload.moment(value.get("createdAt"), "createdAt"),
        via=_via(via),
    )


def _via(value: Any) -> AtUri | None:
    try:
        return AtUri.read(value.get("uri"), "via.uri") if isinstance(value, dict) else None
    except Unusable:
        return None
