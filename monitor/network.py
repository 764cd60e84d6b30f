"""Connections to checked addresses only."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from monitor.clock import Clock
from monitor.errors import Refused, Unreachable
from monitor.guard import Guard, Resolve, resolve

_MOST_ADDRESSES = 4  # of one name that are tried


@lru_cache(maxsize=1)
def trusting() -> ssl.SSLContext:
    """The certificates that are believed: those of the library, whatever the environment names."""
    return httpx.create_ssl_context(trust_env=False)


def _no_hurry() -> None:
    """Any time that reading takes is fine."""


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to the very addresses that were checked, so that a name cannot change its mind in between.

    ``on_read`` is called before each read from a connection and may raise.
    """

    def __init__(
        self,
        guard: Guard,
        resolve: Resolve = resolve,
        network: httpcore.NetworkBackend | None = None,
        on_read: Callable[[], None] = _no_hurry,
    ) -> None:
        self._guard = guard
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()
        self._on_read = on_read

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the checked addresses that answers."""
        failure: Exception = httpcore.ConnectError(f"{host}: no connection")
        for address in self._guard.addresses(host, port, self._resolve)[:_MOST_ADDRESSES]:
            try:
                stream = self._network.connect_tcp(address, port, timeout, local_address, socket_options)
                return _WatchedStream(stream, self._on_read)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """The same as a plain socket. Raises Refused and Unreachable."""
        try:
            connected: socket.socket = self.connect_tcp(host, port, timeout).get_extra_info("socket")
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise Unreachable(f"{host}:{port}: no connection ({type(error).__name__})") from error
        connected.settimeout(None)
        return connected

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Never: no address of a site names a socket of this machine."""
        raise Refused("connections to local sockets are never made")

    def sleep(self, seconds: float) -> None:
        """Only asked for by retries of the connection pool, which are off."""
        raise NotImplementedError


class _WatchedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, on_read: Callable[[], None]) -> None:
        self._stream = stream
        self._on_read = on_read

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._on_read()
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _WatchedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._on_read)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Deadline(threading.local):
    """When the request of this thread has to be answered; a thread that only reads has none."""

    until: datetime | None = None


class GuardedTransport(httpx.BaseTransport):
    """httpx over a connection pool that only reaches checked addresses.

    ``patience`` bounds a whole answer: the time-outs of single steps do not end one that comes byte by byte.
    """

    def __init__(self, guard: Guard, clock: Clock, patience: timedelta) -> None:
        self._clock, self._patience = clock, patience
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusting(),
            max_connections=50,
            max_keepalive_connections=10,
            keepalive_expiry=30.0,
            network_backend=GuardedNetwork(guard, on_read=self._hurry),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to one request, its body not read yet. Raises httpcore's errors, Refused and Unreachable."""
        self._deadline.until = self._clock.now() + self._patience
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        response = self._pool.handle_request(
            httpcore.Request(
                request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        """Give back all connections."""
        self._pool.close()

    def _hurry(self) -> None:
        if self._deadline.until is not None and self._clock.now() > self._deadline.until:
            raise httpcore.ReadTimeout("the answer comes too slowly")


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
