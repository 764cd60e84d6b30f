"""Answers that do not end: server-sent events and WebSockets, within the same manners as everything else."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from monitor.errors import BadPayload, Refused, Unreachable
from monitor.exchange import FAILURES, Answer, Exchange, host_of, name_of, port_of
from monitor.http_errors import place
from monitor.network import GuardedNetwork
from monitor.server_events import EventReader, ServerEvent, as_they_come
from monitor.web_socket import Rejected, connected, frames

QUIET_SECONDS = 3.0  # without a word, the listener is told so
_SILENCE = timedelta(seconds=90)  # without a byte, the connection is lost
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True)
class StreamClient:
    """Opens streams and reads them until they are closed or lost."""

    exchange: Exchange
    network: GuardedNetwork
    timeout: float
    max_bytes: int  # of one event
    quiet_seconds: float

    def events(self, address: httpx.URL, headers: Mapping[str, str]) -> Iterator[ServerEvent | None]:
        """Server-sent events, and None for comments and quiet seconds."""
        where = place(str(address))
        request = httpx.Request("GET", address, headers=dict(headers))
        with self.exchange.opened(request, silence=_SILENCE) as answer:
            self._check(Answer(answer.status_code, str(address), dict(answer.headers), b""))
            if not answer.headers.get("content-type", "").lower().startswith("text/event-stream"):
                raise BadPayload(f"{where} is no stream of events")
            reader = EventReader(self.max_bytes, where)
            chunks = as_they_come(
                self.exchange.chunks(answer), (*FAILURES, OSError), lambda: _hang_up(answer), self.quiet_seconds
            )
            with contextlib.closing(chunks):
                for chunk in chunks:
                    if chunk is None:
                        yield None
                    else:
                        yield from reader.feed(chunk)
        raise Unreachable(f"{where} ended the stream")

    def websocket(self, address: httpx.URL, headers: Mapping[str, str]) -> Iterator[str | None]:
        """Text messages, and None for quiet seconds."""
        host, where = host_of(address), place(str(address))
        self.exchange.wait_for(host)
        sent = {name: value for name, value in headers.items() if name != "accept-encoding"}
        with contextlib.ExitStack() as stack:
            with self.exchange.limits.turn(host) as turn:
                try:
                    connection = stack.enter_context(
                        connected(
                            str(address), name_of(address), port_of(address), self.network, sent, self.timeout, where
                        )
                    )
                except Rejected as rejected:
                    turn.heard(rejected.status, rejected.headers)
                    answer = Answer(rejected.status, str(address), rejected.headers, b"")
                    raise self._refusal(answer) from rejected
            yield from frames(connection, where, self.quiet_seconds)

    def _check(self, answer: Answer) -> None:
        if answer.status != 200:
            raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> Exception:
        if answer.status in _REDIRECTS:
            return Refused(f"{place(answer.url)} has moved: streams are not followed, write the new address")
        return self.exchange.refusal(answer, "")


def _hang_up(answer: httpx.Response) -> None:
    """Ends a read in another thread, which closing the connection would not."""
    stream = answer.extensions.get("network_stream")
    connected_socket = stream.get_extra_info("socket") if stream is not None else None
    if connected_socket is not None:
        with contextlib.suppress(OSError):
            connected_socket.shutdown(socket.SHUT_RDWR)
