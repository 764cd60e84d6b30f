"""Fetching, politely and safely: one client for all sources."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpcore
import httpx
from pydantic import BaseModel, ConfigDict, Field

from monitor.clock import Clock
from monitor.errors import BadPayload, Refused, Unreachable
from monitor.guard import Guard, is_public
from monitor.http_errors import error_for, place
from monitor.ledger import Ledger, MemoryBook
from monitor.network import GuardedNetwork, GuardedTransport
from monitor.pace import Pace
from monitor.server_events import EventReader, ServerEvent
from monitor.web_socket import frames

__all__ = ["GuardedNetwork", "HttpClient", "HttpConfig", "Params", "Response", "ServerEvent"]

Params = Mapping[str, str | int | Sequence[str]]

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SECRET_HEADERS = ("authorization", "cookie", "x-api-key")
_OVERALL = 6  # a whole answer may take this many times the time-out of one step
_FAILURES = (
    httpx.TransportError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


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
    pace_seconds: float = Field(default=1.0, ge=0, description="least time between two requests to one host")
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
        charset = self.headers.get("content-type", "").partition("charset=")[2].split(";")[0].strip(" \"'")
        try:
            return self.body.decode(charset or "utf-8", errors="replace")
        except LookupError:
            return self.body.decode("utf-8", errors="replace")


class HttpClient:
    """GET and POST with time-outs, a size limit, checked addresses and redirects, and a pace for each host.

    All methods raise ``monitor.errors.SourceError``; no error text holds a query string, a header or a body.
    """

    def __init__(
        self,
        config: HttpConfig,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.ledger = ledger or Ledger(MemoryBook(), clock)
        self._config = config
        self._clock = clock
        self._guard = Guard(config.allowed_private_hosts)
        self._pace = Pace(timedelta(seconds=config.pace_seconds), clock)
        contact = f" (+{config.contact})" if config.contact else ""
        self._client = httpx.Client(
            transport=transport or GuardedTransport(self._guard),
            timeout=config.timeout_seconds,
            trust_env=False,  # proxies and certificates named in the environment would go round the checks
            headers={"user-agent": config.user_agent + contact, "accept-encoding": "gzip, deflate"},
        )

    def close(self) -> None:
        """Give back all connections."""
        self._client.close()

    def get(
        self,
        url: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = frozenset({200}),
        *,
        bucket: str = "",
        robots: bool = False,
    ) -> Response:
        """The answer, whose status is one of ``accept``; redirects are followed, each one checked."""
        address = self._address(url)
        if params:
            address = address.copy_merge_params(_listed(params))
        sent = dict(headers or {})
        for _ in range(self._config.max_redirects + 1):
            response = self._send(httpx.Request("GET", address, headers=sent))
            if response.status not in _REDIRECTS or "location" not in response.headers:
                return self._accepted(response, accept)
            target = self._address(_join(address, response.headers["location"]))
            if (target.scheme, target.host, target.port) != (address.scheme, address.host, address.port):
                sent = {name: value for name, value in sent.items() if name.lower() not in _SECRET_HEADERS}
            address = target
        raise Refused(f"{place(url)} redirects more than {self._config.max_redirects} times")

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
        request = httpx.Request("POST", self._address(url), json=body, headers=dict(headers or {}))
        return self._accepted(self._send(request), frozenset({200, 201})).json()

    def post_form(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to the fields of a form; redirects are not followed."""
        request = httpx.Request("POST", self._address(url), data=dict(fields), headers=dict(headers or {}))
        return self._accepted(self._send(request), frozenset({200, 201})).json()

    def events(
        self, url: str, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[ServerEvent | None]:
        """Server-sent events as they come; None in quiet seconds. Raises SourceError when the connection is lost."""
        address = self._address(url)
        if params:
            address = address.copy_merge_params(_listed(params))
        request = httpx.Request("GET", address, headers={"accept": "text/event-stream", **(headers or {})})
        request.headers = httpx.Headers({**self._client.headers, **request.headers})
        reader = EventReader(self._config.max_bytes)
        try:
            answer = self._client.send(request, stream=True)
            try:
                if answer.status_code != 200:
                    raise error_for(answer.status_code, str(request.url), dict(answer.headers), self._clock.now())
                for chunk in answer.iter_bytes():
                    yield from reader.feed(chunk)
            finally:
                answer.close()
        except _FAILURES as error:
            raise Unreachable(f"{place(str(request.url))}: the connection was lost") from error
        raise Unreachable(f"{place(str(request.url))} ended the stream")

    def websocket(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[str | None]:
        """Text frames as they come; None in quiet seconds. Raises SourceError when the connection is lost."""
        sent = {"user-agent": self._client.headers["user-agent"], **(headers or {})}
        return frames(url, sent, self._guard, self._clock, self._config.timeout_seconds)

    def _address(self, url: str | httpx.URL) -> httpx.URL:
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise Refused(f"not an address that can be fetched: {place(str(url))}") from error
        if address.scheme not in ("http", "https") or not address.host:
            raise Refused(f"only http and https addresses are fetched, not {place(str(url))}")
        if _is_ip(address.host) and not (
            is_public(address.host) or self._guard.allows_private(address.host, address.port or _port(address))
        ):
            raise Refused(f"{place(str(url))} is in a private network; allow it under http.allowed_private_hosts")
        return address.copy_with(userinfo=b"", fragment=None)

    def _send(self, request: httpx.Request) -> Response:
        request.headers = httpx.Headers({**self._client.headers, **request.headers})
        self._pace.wait_for(request.url.host)
        try:
            answer = self._client.send(request, stream=True)
            try:
                body = self._read(answer)
            finally:
                answer.close()
        except httpx.DecodingError as error:
            raise BadPayload(f"{place(str(request.url))} sent a damaged compressed answer") from error
        except (httpx.TimeoutException, httpcore.TimeoutException) as error:
            raise Unreachable(
                f"{place(str(request.url))} did not answer within {self._config.timeout_seconds:g} s"
            ) from error
        except _FAILURES as error:
            raise Unreachable(f"{place(str(request.url))}: no connection ({type(error).__name__})") from error
        return Response(answer.status_code, str(request.url), dict(answer.headers), body)

    def _read(self, answer: httpx.Response) -> bytes:
        """The body, decompressed, up to the size limit and within a time for the whole."""
        where, limit = place(str(answer.request.url)), self._config.max_bytes
        until = self._clock.now() + timedelta(seconds=_OVERALL * self._config.timeout_seconds)
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > limit:
                raise BadPayload(f"{where} sent more than {limit} bytes")
            if self._clock.now() > until:
                raise Unreachable(f"{where} sends too slowly")
        return bytes(body)

    def _accepted(self, response: Response, accept: frozenset[int]) -> Response:
        if response.status in accept:
            return response
        raise error_for(response.status, response.url, response.headers, self._clock.now())


def _listed(params: Params) -> dict[str, Any]:
    return {name: value if isinstance(value, str | int) else list(value) for name, value in params.items()}


def _join(address: httpx.URL, location: str) -> httpx.URL:
    try:
        return address.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"{place(str(address))} redirects to something that is no address") from error


def _port(address: httpx.URL) -> int:
    return 443 if address.scheme == "https" else 80


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
