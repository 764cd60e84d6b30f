"""Repost records, read where they are kept: at the server of each account that reposted. They alone know when a post
was reposted, and through whose repost it was seen (``via``)."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from re import compile as pattern
from typing import Any
from urllib.parse import unquote

from monitor import payload
from monitor.errors import NotFound, Unreachable
from monitor.http import HttpClient, Params
from monitor.payload import Unusable
from monitor.sources.bluesky.config import Config
from monitor.sources.bluesky.views import AtUri, subject_of
from monitor.sources.bluesky.xrpc import answer, home_of

REPOSTS = "app.bsky.feed.repost"
_PAGES = 3  # of 100 records each: how far back in one account's reposts
_REMEMBERED = 20_000  # accounts whose server is known
_MOST_DOWN = 3  # servers that do not answer before a look ends: each may cost a time-out
_ANSWERED = frozenset((200, 400))
_HOST = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class RepostRecord:
    """One repost as its author's server keeps it. Everything in it was declared by the author's client."""

    uri: AtUri
    subject: str
    at: datetime
    via: AtUri | None


class Spent(Exception):  # noqa: N818 - not a failure: the look is over
    """The requests of this look are used up."""


class DirectoryDown(Unreachable):
    """The directory of identities does not answer: no account's fault."""


class Budget:
    """What one look may cost: a number of requests, and few servers that let us wait in vain."""

    def __init__(self, requests: int) -> None:
        self._left = requests
        self._down: set[str] = set()

    def take(self, server: str) -> None:
        """Use one request. Raises Spent where none is left, Unreachable for a server that has just not answered."""
        if server in self._down:
            raise Unreachable("the server of this account did not answer a moment ago")
        if self._left <= 0 or len(self._down) >= _MOST_DOWN:
            raise Spent
        self._left -= 1

    def give_up(self, server: str) -> None:
        """Do not ask ``server`` again in this look."""
        self._down.add(server)


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
        for page in self._newest_first(did, budget):
            seen += page
            for record in page:
                if record.subject == subject:
                    return record, seen
            if page and max(record.at for record in page) < since:  # one alone may be backdated
                break
        return None, seen

    def get(self, uri: AtUri, budget: Budget) -> RepostRecord | None:
        """One record by its address; None where it is gone or is no repost."""
        params = {"repo": uri.did, "collection": uri.collection, "rkey": uri.rkey}
        try:
            record = _record(self._query(uri.did, "com.atproto.repo.getRecord", params, budget))
        except (NotFound, Unusable):
            return None
        return record if record.uri == uri else None

    def _newest_first(self, did: str, budget: Budget) -> Iterator[list[RepostRecord]]:
        """Pages of the account's reposts. The last page has a cursor like any other; nothing follows it."""
        cursor = ""
        for _ in range(_PAGES):
            params: dict[str, str | int] = {"repo": did, "collection": REPOSTS, "limit": 100}
            if cursor:
                params["cursor"] = cursor
            body = self._query(did, "com.atproto.repo.listRecords", params, budget)
            records, following = body.get("records"), body.get("cursor")
            if not isinstance(records, list) or not records:
                return
            yield [record for record in _records(records) if record.uri.did == did]
            if not isinstance(following, str) or following in ("", cursor):
                return
            cursor = following

    def _query(self, did: str, nsid: str, params: Params, budget: Budget) -> Any:
        home = self._home(did, budget)
        budget.take(home)
        try:
            return answer(self._http.get(f"{home}/xrpc/{nsid}", params, accept=_ANSWERED), nsid)
        except Unreachable:
            budget.give_up(home)
            raise

    def _home(self, did: str, budget: Budget) -> str:
        """The address of the account's server, looked up once."""
        home = self._homes.get(did)
        if home is not None:
            return home
        document = document_address(did, self._plc)
        is_listed = did.startswith("did:plc:")
        server = self._plc if is_listed else document
        try:
            budget.take(server)
            home = home_of(self._http.get_json(document))
        except Unreachable as error:
            budget.give_up(server)
            if is_listed:
                raise DirectoryDown(str(error)) from error
            raise
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
    >>> document_address("did:web:localhost%3A2583", "https://plc.example")
    'http://localhost:2583/.well-known/did.json'
    """
    method, _, name = did.removeprefix("did:").partition(":")
    if method == "plc" and name.isascii() and name.isalnum():
        return f"{plc}/did:plc:{name}"
    host = unquote(name)
    if method == "web" and _HOST.fullmatch(host):
        scheme = "http" if host.partition(":")[0] == "localhost" else "https"
        return f"{scheme}://{host}/.well-known/did.json"
    raise NotFound("an identity of an unknown kind")


def _records(items: list[Any]) -> Iterator[RepostRecord]:
    for item in items:
        try:
            yield _record(item)
        except Unusable:
            continue  # some other account's oddity: only the one record looked for matters


def _record(item: Any) -> RepostRecord:
    value = payload.mapping(payload.mapping(item, "the record").get("value"), "value")
    return RepostRecord(
        uri=AtUri.read(item.get("uri")),
        subject=str(subject_of(value)),
        at=payload.moment(value.get("createdAt"), "createdAt"),
        via=via_of(value),
    )


def via_of(record: Any) -> AtUri | None:
    """The repost record through which a repost says it came; None where it names none that could be one."""
    via = record.get("via")
    try:
        uri = AtUri.read(via.get("uri"), "via.uri") if isinstance(via, dict) else None
    except Unusable:
        return None
    return uri if uri is not None and uri.collection == REPOSTS else None
