"""Fetching, politely and safely: one client for all sources."""

import codecs
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from monitor.clock import Clock
from monitor.errors import BadPayload, Refused
from monitor.exchange import OVERALL, Answer, Exchange, Size, name_of, port_of
from monitor.guard import Guard
from monitor.http_body import ENCODINGS
from monitor.http_errors import place
from monitor.ledger import Ledger, MemoryBook
from monitor.limits import Announced
from monitor.network import GuardedNetwork, GuardedTransport
from monitor.pace import Pace
from monitor.robots import MOST_BYTES, Robots
from monitor.server_events import ServerEvent
from monitor.streams import QUIET_SECONDS, StreamClient

__all__ = ["HttpClient", "HttpConfig", "Params", "Response", "ServerEvent"]

Params = Mapping[str, str | int | Sequence[str]]  # a sequence repeats the parameter
OK = frozenset({200})
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_FOR_GOOD = frozenset((301, 308))
_FOR_ANYBODY = frozenset(("accept", "accept-language", "if-modified-since", "if-none-match", "user-agent"))
_VALIDATORS = ("if-none-match", "if-modified-since")
_ANY_PACE = timedelta(0)
_LONGEST_ADDRESS = 10_000
_HOST = re.compile(r"[a-z0-9_.-]{1,255}|[0-9a-f:.]+(%25[a-z0-9_.-]+)?")
# Codecs that take a time square to the length, or that read text as something else than characters.
_NO_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"))


class HttpConfig(BaseModel):
    """How to fetch from all sites."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_agent: str = Field(
        default="ripplewatch/0.1", pattern=r"^[\x20-\x7e]+$", description="how the crawler names itself"
    )
    contact: str = Field(
        default="", pattern=r"^[\x20-\x7e]*$", description="address or page where site owners reach you; sent along"
    )
    timeout_seconds: float = Field(default=20.0, gt=0, le=300, description="longest wait for one step of a request")
    max_bytes: int = Field(default=10_000_000, ge=1_000, description="largest answer read, after decompression")
    max_redirects: int = Field(default=5, ge=0, le=20, description="redirects followed for one request")
    pace_seconds: float = Field(default=0.5, ge=0, description="least time between two requests to one host")
    allowed_private_hosts: tuple[str, ...] = Field(
        default=(), description='hosts of your own network that may be fetched: "host" or "host:port"'
    )


@dataclass(frozen=True, slots=True)
class Response:
    """An answer read whole; header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    moved_to: str | None = None  # the new address, where the site says that it has moved for good

    def json(self) -> Any:
        """The body as JSON. Raises BadPayload where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadPayload(f"{place(self.url)} did not answer with JSON") from error

    def text(self) -> str:
        """The body in the charset that the answer names, else UTF-8; unreadable bytes are replaced."""
        named = self.headers.get("content-type", "").partition("charset=")[2].split(";")[0].strip(" \"'")
        try:
            charset = codecs.lookup(named or "utf-8").name
            return self.body.decode("utf-8" if charset in _NO_CHARSETS else charset, errors="replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", errors="replace")


class HttpClient:
    """GET and POST with time-outs, a size limit, checked addresses and redirects, a pace for each host, and the limits
    that sites announce; and streams.

    All methods raise ``monitor.errors.SourceError``; no error text holds a query string, a header or a body.
    ``ledger`` counts what has a ceiling of its own: units, money. ``chance`` gives numbers from 0 to 1, by which waits
    before another attempt differ; streams say so when nothing came for ``quiet_seconds``.
    """

    def __init__(
        self,
        config: HttpConfig,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        ledger: Ledger | None = None,
        *,
        chance: Callable[[], float] = random.random,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self.ledger = ledger or Ledger(MemoryBook(), clock)
        self._config = config
        self._guard = Guard(config.allowed_private_hosts)
        contact = f" (+{config.contact})" if config.contact else ""
        self._always = {"user-agent": config.user_agent + contact, "accept-encoding": ENCODINGS}
        self._exchange = Exchange(
            transport or GuardedTransport(self._guard, clock, OVERALL * timedelta(seconds=config.timeout_seconds)),
            clock,
            Pace(timedelta(seconds=config.pace_seconds), clock),
            config.timeout_seconds,
            chance,
        )
        self._robots = Robots(self._rules_at, clock, config.user_agent)
        network = GuardedNetwork(self._guard)
        self._streams = StreamClient(self._exchange, network, config.timeout_seconds, config.max_bytes, quiet_seconds)

    def close(self) -> None:
        """Give back all connections."""
        self._exchange.close()

    def limits(self) -> tuple[Announced, ...]:
        """What sites have announced about how often they may be asked, by host and bucket."""
        return self._exchange.limits.known()

    def get(
        self,
        url: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = OK,
        *,
        bucket: str = "",
        robots: bool = False,
        pace: timedelta = _ANY_PACE,
    ) -> Response:
        """The answer, whose status is one of ``accept``; redirects are followed, each one checked.

        ``bucket`` names requests that the site counts on their own; with ``robots`` its robots.txt is obeyed; ``pace``
        is what the site wants between two requests where that is more than ours.
        """
        size = Size(self._config.max_bytes)
        answer, moved_to = self._followed(self._address(url, params), headers or {}, bucket, size, pace, robots=robots)
        self._check_status(answer, accept, bucket)
        return Response(answer.status, answer.url, answer.headers, answer.body, moved_to)

    def get_json(
        self,
        url: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        bucket: str = "",
        robots: bool = False,
    ) -> Any:
        """The JSON behind ``url``."""
        sent = {"accept": "application/json", **(headers or {})}
        return self.get(url, params, sent, bucket=bucket, robots=robots).json()

    def post_json(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a JSON body; redirects are not followed."""
        return self._posted(httpx.Request("POST", self._address(url), json=body, headers=self._headers(headers or {})))

    def post_form(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to the fields of a form; redirects are not followed."""
        sent = self._headers({"accept": "application/json", **(headers or {})})
        return self._posted(httpx.Request("POST", self._address(url), data=dict(fields), headers=sent))

    def events(
        self, url: str, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[ServerEvent | None]:
        """Server-sent events as they come; None in quiet seconds. Raises SourceError when the connection is lost."""
        own = {"accept": "text/event-stream", "accept-encoding": "identity", "cache-control": "no-store"}
        yield from self._streams.events(self._address(url, params), self._headers({**own, **(headers or {})}))

    def websocket(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[str | None]:
        """Text messages as they come; None in quiet seconds. Raises SourceError when the connection is lost."""
        address = self._address(url, schemes=("ws", "wss"))
        yield from self._streams.websocket(address, self._headers(headers or {}))

    def _address(
        self, url: str | httpx.URL, params: Params | None = None, schemes: tuple[str, ...] = ("http", "https")
    ) -> httpx.URL:
        where = place(str(url)[:_LONGEST_ADDRESS])
        try:
            address = httpx.URL(url).copy_with(userinfo=b"", fragment=None)
            readable = bool(address.host)  # raises where it is written in a script's form that is none
            if params:
                listed = {name: kept if isinstance(kept, str | int) else list(kept) for name, kept in params.items()}
                address = address.copy_merge_params(listed)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise Refused(f"not an address that can be fetched: {where}") from error
        if (
            not readable
            or address.scheme not in schemes
            or not _HOST.fullmatch(name_of(address))
            or not 0 < port_of(address) < 65_536
        ):
            raise Refused(f"only {' and '.join(schemes)} addresses are fetched, not {where}")
        self._guard.check(name_of(address), port_of(address), where)
        return address

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Our own headers with ``headers``, which may stem from what a site sent before."""
        sent = dict(self._always)
        for name, value in headers.items():
            if value.isascii() and value.isprintable():
                sent[name.lower()] = value
            elif name.lower() not in _VALIDATORS:  # without these the whole is read anew, no more
                raise Refused(f"the header {name} holds characters that cannot be sent")
        return sent

    def _followed(
        self, address: httpx.URL, headers: Mapping[str, str], bucket: str, size: Size, pace: timedelta, *, robots: bool
    ) -> tuple[Answer, str | None]:
        """The answer at the end of all redirects, and its address where each of them was for good."""
        sent, for_good = self._headers(headers), True
        for hop in range(self._config.max_redirects + 1):
            delay = max(pace, self._delay(address) if robots else _ANY_PACE)
            answer = self._exchange.send(httpx.Request("GET", address, headers=sent), size, bucket, delay)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer, str(address) if hop and for_good else None
            for_good = for_good and answer.status in _FOR_GOOD
            target = self._address(_join(address, location))
            if _origin(target) != _origin(address):
                sent = {name: sent[name] for name in sent if name in _FOR_ANYBODY or name in self._always}
            address = target
        raise Refused(f"{place(str(address))} redirects more than {self._config.max_redirects} times")

    def _delay(self, address: httpx.URL) -> timedelta:
        return self._robots.delay(_origin(address), address.raw_path.decode("ascii"), place(str(address)))

    def _rules_at(self, url: str) -> bytes:
        answer, _ = self._followed(self._address(url), {}, "", Size(MOST_BYTES, cut=True), _ANY_PACE, robots=False)
        self._check_status(answer, OK, "")
        return answer.body

    def _posted(self, request: httpx.Request) -> Any:
        answer = self._exchange.send(request, Size(self._config.max_bytes), "")
        self._check_status(answer, frozenset({200, 201}), "")
        return Response(answer.status, answer.url, answer.headers, answer.body).json()

    def _check_status(self, answer: Answer, accept: frozenset[int], bucket: str) -> None:
        if answer.status not in accept:
            raise self._exchange.refusal(answer, bucket)


def _join(address: httpx.URL, location: str) -> httpx.URL:
    try:
        return address.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"{place(str(address))} redirects to something that is no address") from error


def _origin(address: httpx.URL) -> str:
    name = name_of(address)
    host = f"[{name}]" if ":" in name else name
    return f"{address.scheme}://{host}:{port_of(address)}"
