"""Connections to checked addresses only."""

from collections.abc import Iterator
from typing import Any

import httpcore
import httpx

from monitor.errors import Refused
from monitor.guard import Guard, Resolve, resolve


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to the very addresses that were checked, so that a name cannot change its mind in between."""

    def __init__(
        self, guard: Guard, resolve: Resolve = resolve, network: httpcore.NetworkBackend | None = None
    ) -> None:
        self._guard = guard
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()

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
        for address in self._guard.addresses(host, port, self._resolve)[:4]:
            try:
                return self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Never: no address of a site names a socket of this machine."""
        raise Refused("connections to local sockets are never made")

    def sleep(self, seconds: float) -> None:
        """Only asked for by retries of the connection pool, which are off."""
        raise NotImplementedError


class GuardedTransport(httpx.BaseTransport):
    """httpx over a connection pool that only reaches checked addresses."""

    def __init__(self, guard: Guard) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=20,
            max_keepalive_connections=10,
            keepalive_expiry=30.0,
            network_backend=GuardedNetwork(guard),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
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
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
