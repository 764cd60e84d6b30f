"""Streams over real sockets: what comes, what a quiet line looks like, and how a lost one ends."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from queue import Queue
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from monitor.clock import RecordedClock
from monitor.errors import BadPayload, NotFound, RateLimited, Refused, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig, ServerEvent
from monitor.server_events import EventReader
from tests.sites.raw import Talk, request_head, talking

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def client(transport: httpx.BaseTransport | None = None, **config: Any) -> HttpClient:
    settings = {"pace_seconds": 0, "timeout_seconds": 5, "allowed_private_hosts": ("127.0.0.1",), **config}
    return HttpClient(HttpConfig(**settings), RecordedClock(NOON), transport, quiet_seconds=0.05)


# -- server-sent events: the lines


def read(*chunks: bytes, limit: int = 10_000) -> list[ServerEvent | None]:
    reader = EventReader(limit, "a.example/stream")
    return [event for chunk in chunks for event in reader.feed(chunk)]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("data: one\n\n", [ServerEvent("message", "one")]),
        ("event: update\ndata: one\n\n", [ServerEvent("update", "one")]),
        ("event: update\r\ndata: one\r\n\r\n", [ServerEvent("update", "one")]),
        ("event: update\rdata: one\r\r", [ServerEvent("update", "one")]),
        ("\ufeffdata: one\n\n", [ServerEvent("message", "one")]),
        (":thump\n", [None]),
        (":thump\n\ndata: one\n\n", [None, ServerEvent("message", "one")]),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [ServerEvent("message", "YHOO\n+2\n10")]),
        ("data\n\ndata\ndata\n\ndata:", [ServerEvent("message", ""), ServerEvent("message", "\n")]),
        ("data:test\n\ndata:  test\n\n", [ServerEvent("message", "test"), ServerEvent("message", " test")]),
        (
            "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            [ServerEvent("message", "a", "1"), ServerEvent("message", "b", "1"), ServerEvent("message", "c", "")],
        ),
        ("id: 1\0\ndata: a\n\n", [ServerEvent("message", "a", "")]),
        ("event: delete\n\ndata: a\n\n", [ServerEvent("message", "a")]),
        ("retry: 5\nunknown: x\ndata: a\n\n", [ServerEvent("message", "a")]),
        ("data: 가방\n\n", [ServerEvent("message", "가방")]),
        ("data: cut off", []),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 10_000])
def test_lines_become_events_as_the_standard_says(text: str, events: list[ServerEvent | None], size: int) -> None:
    body = text.encode()
    assert read(*(body[start : start + size] for start in range(0, len(body), size))) == events


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert read(b"data: a\xffb\n\n") == [ServerEvent("message", "a\ufffdb")]


@pytest.mark.parametrize("line", [b"data: " + b"x" * 20_000, b"data: x\n" * 6_000, b":" + b"x" * 20_000])
def test_an_event_without_end_is_cut_off(line: bytes) -> None:
    with pytest.raises(BadPayload, match=r"a\.example/stream sent an event of more than 10000 bytes"):
        read(*(line[start : start + 500] for start in range(0, len(line), 500)))


@given(body=st.binary(max_size=300), size=st.integers(1, 20))
def test_where_a_stream_is_cut_into_pieces_makes_no_difference(body: bytes, size: int) -> None:
    assert read(*(body[start : start + size] for start in range(0, len(body), size))) == read(body)


# -- server-sent events: the connection

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


@contextlib.contextmanager
def listening(talk: Talk, path: str = "/api/v1/streaming", **config: Any) -> Iterator[Iterator[ServerEvent | None]]:
    with talking(talk) as host:
        http = client(**config)
        stream = http.events(f"http://{host}{path}", {"tag": "northlineair"}, {"Authorization": "Bearer k"})
        with contextlib.closing(stream):  # type: ignore[type-var]
            yield stream
        http.close()


def after_quiet(stream: Iterator[Any]) -> Any:
    return next(item for item in stream if item is not None)


def test_events_come_as_they_are_sent_and_quiet_seconds_are_told() -> None:
    heads: list[bytes] = []
    go_on = threading.Event()

    def talk(connection: socket.socket) -> None:
        heads.append(request_head(connection))
        connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        # Two events in one packet: the second must not wait for a third.
        connection.sendall(chunked(b"event: update\ndata: one\n\n", b"event: delete\ndata: 7\n\n"))
        go_on.wait(5)
        connection.sendall(chunked(b":thump\n\nid: 9\ndata: two\n\n"))
        connection.recv(1)

    with listening(talk) as stream:
        assert [next(stream), next(stream)] == [ServerEvent("update", "one"), ServerEvent("delete", "7")]
        assert next(stream) is None
        go_on.set()
        assert after_quiet(stream) == ServerEvent("message", "two", "9")
    assert heads[0].startswith(b"GET /api/v1/streaming?tag=northlineair HTTP/1.1\r\n")
    for line in (b"accept: text/event-stream", b"accept-encoding: identity", b"authorization: Bearer k"):
        assert line in heads[0]


def test_closing_the_stream_closes_the_connection_also_while_nothing_comes() -> None:
    hung_up = threading.Event()

    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(HEAD + b"\r\n")
        if connection.recv(1) == b"":
            hung_up.set()

    with listening(talk) as stream:
        assert next(stream) is None
    assert hung_up.wait(5)
    assert not [thread for thread in threading.enumerate() if thread.name == "server events"]


def test_a_flood_that_nobody_reads_makes_the_site_wait() -> None:
    stopped = threading.Event()
    sent: list[int] = []

    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(HEAD + b"\r\n")
        connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            for number in range(20_000):
                connection.sendall(b"data: " + b"x" * 10_000 + b"\n\n")
                sent.append(number)
        stopped.set()

    with listening(talk) as stream:
        assert after_quiet(stream).event == "message"
        assert stopped.wait(10)
        assert len(sent) < 5_000
        assert after_quiet(stream).event == "message"


@pytest.mark.parametrize("reset", [False, True])
def test_a_lost_stream_is_unreachable(reset: bool) -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(b"data: one\n\n"))
        if not reset:
            connection.sendall(b"0\r\n\r\n")

    with listening(talk) as stream:
        assert after_quiet(stream) == ServerEvent("message", "one")
        with pytest.raises(Unreachable, match=r"/api/v1/streaming"):
            after_quiet(stream)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"401 Unauthorized\r\n", Unauthorised),
        (b"403 Forbidden\r\n", Unauthorised),
        (b"404 Not Found\r\n", NotFound),
        (b"429 Too Many Requests\r\nretry-after: 60\r\n", RateLimited),
        (b"503 Service Unavailable\r\n", Unreachable),
        (b"302 Found\r\nlocation: http://127.0.0.1:1/\r\n", Refused),
        (b"200 OK\r\ncontent-type: text/html\r\n", BadPayload),
        (b"200 OK\r\n", BadPayload),
    ],
)
def test_a_refused_stream_is_the_error_that_the_status_stands_for(answer: bytes, error: type[SourceError]) -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(b"HTTP/1.1 " + answer + b"content-length: 0\r\n\r\n")

    with listening(talk) as stream, pytest.raises(error) as raised:
        next(stream)
    assert "northlineair" not in str(raised.value)


def test_a_site_that_asks_to_come_back_later_is_not_listened_to_before() -> None:
    connections: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connections.append(request_head(connection))
        connection.sendall(b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n")

    with talking(talk) as host:
        http = client()
        for _ in range(3):
            with pytest.raises(RateLimited) as limited:
                next(http.events(f"http://{host}/"))
            assert limited.value.retry_after == timedelta(seconds=60)
        http.close()
    assert len(connections) == 1


def test_an_event_above_the_limit_ends_the_stream() -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(HEAD + b"\r\n" + b"data: " + b"x" * 100_000)

    with listening(talk, max_bytes=50_000) as stream, pytest.raises(BadPayload, match="an event of more than 50000"):
        after_quiet(stream)


def test_a_recorded_stream_can_be_tried_without_a_server() -> None:
    body = b":hi\n\nevent: update\ndata: {}\n\n"
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    stream = client(httpx.MockTransport(lambda request: answer)).events("https://a.example/stream")
    assert [next(stream), next(stream)] == [None, ServerEvent("update", "{}")]
    with pytest.raises(Unreachable, match="ended the stream"):
        next(stream)


# -- WebSockets


@contextlib.contextmanager
def socket_server(talk: Any, **options: Any) -> Iterator[str]:
    with serve(talk, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def frames(talk: Any, headers: dict[str, str] | None = None, **options: Any) -> Iterator[Iterator[str | None]]:
    with socket_server(talk, **options) as base:
        http = client()
        stream = http.websocket(f"{base}/subscribe?wantedCollections=posts", headers)
        with contextlib.closing(stream):  # type: ignore[type-var]
            yield stream
        http.close()


def test_messages_come_as_they_are_sent_and_quiet_seconds_are_told() -> None:
    heads: list[Any] = []
    go_on = threading.Event()

    def talk(connection: ServerConnection) -> None:
        heads.append(connection.request)
        connection.send("one 가방")
        go_on.wait(5)
        connection.send("two")
        with contextlib.suppress(ConnectionClosed):
            connection.recv()

    with frames(talk, {"Authorization": "Bearer k"}) as stream:
        assert next(stream) == "one 가방"
        assert next(stream) is None
        go_on.set()
        assert after_quiet(stream) == "two"
    assert heads[0].path == "/subscribe?wantedCollections=posts"
    assert heads[0].headers["Authorization"] == "Bearer k"
    assert heads[0].headers["User-Agent"] == "ripplewatch/0.1"


def test_closing_the_iterator_says_goodbye() -> None:
    codes: Queue[int | None] = Queue()

    def talk(connection: ServerConnection) -> None:
        connection.send("one")
        with contextlib.suppress(ConnectionClosed):
            connection.recv()
        codes.put(connection.close_code)

    with frames(talk) as stream:
        assert next(stream) == "one"
    assert codes.get(timeout=5) == 1000


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (401, {}, Unauthorised),
        (403, {}, Unauthorised),
        (404, {}, NotFound),
        (429, {"Retry-After": "60"}, RateLimited),
        (502, {}, Unreachable),
        (301, {"Location": "ws://127.0.0.1:1/"}, Refused),
        (302, {"Location": "http://127.0.0.1:1/"}, Refused),
        (308, {"Location": "ws://10.0.0.8/"}, Refused),
        (303, {}, Refused),
        (200, {}, BadPayload),
    ],
)
def test_a_refused_handshake_is_the_error_that_the_status_stands_for(
    status: int, headers: dict[str, str], error: type[SourceError]
) -> None:
    def refuse(connection: ServerConnection, request: Any) -> Any:
        response = connection.respond(status, "no")
        for name, value in headers.items():
            response.headers[name] = value
        return response

    with frames(lambda connection: None, process_request=refuse) as stream, pytest.raises(error) as raised:
        next(stream)
    assert "wantedCollections" not in str(raised.value)
    if error is RateLimited:
        assert raised.value.retry_after == timedelta(seconds=60)


def test_a_refused_handshake_closes_the_site_for_as_long_as_it_asks() -> None:
    asked: list[Any] = []

    def refuse(connection: ServerConnection, request: Any) -> Any:
        asked.append(request)
        response = connection.respond(429, "no")
        response.headers["Retry-After"] = "60"
        return response

    with socket_server(lambda connection: None, process_request=refuse) as base:
        http = client()
        for _ in range(3):
            with pytest.raises(RateLimited):
                next(http.websocket(base))
        http.close()
    assert len(asked) == 1


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011])
def test_a_connection_that_the_site_ends_is_unreachable(code: int) -> None:
    def talk(connection: ServerConnection) -> None:
        connection.send("one")
        connection.close(code, "s3cret reason")

    with frames(talk) as stream:
        assert next(stream) == "one"
        with pytest.raises(Unreachable, match=str(code)) as lost:
            after_quiet(stream)
    assert "s3cret" not in str(lost.value)


def test_a_connection_that_breaks_is_unreachable() -> None:
    def talk(connection: ServerConnection) -> None:
        connection.send("one")
        connection.socket.shutdown(socket.SHUT_RDWR)

    with frames(talk) as stream:
        assert next(stream) == "one"
        with pytest.raises(Unreachable):
            after_quiet(stream)


@pytest.mark.parametrize("message", ["x" * 1_100_000, b"bytes"])
@pytest.mark.parametrize("compression", [None, "deflate"])
def test_what_is_too_large_or_no_text_ends_the_stream(message: str | bytes, compression: str | None) -> None:
    def talk(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            connection.send(message)
            connection.recv()

    with frames(talk, compression=compression) as stream, pytest.raises(BadPayload):
        after_quiet(stream)


def test_broken_utf_8_ends_the_stream() -> None:
    def talk(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            connection.send(b"\xff\xfe", text=True)
            connection.recv()

    with frames(talk) as stream, pytest.raises(BadPayload, match="no text"):
        after_quiet(stream)


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"])
def test_a_server_that_speaks_something_else_is_a_source_error(answer: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(answer)

    with talking(talk) as host:
        http = client()
        with pytest.raises((BadPayload, Unreachable), match=host):
            next(http.websocket(f"ws://{host}/"))
        http.close()


def test_a_certificate_that_nobody_vouches_for_is_not_accepted() -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(5))

    with talking(talk) as host:
        http = client()
        with pytest.raises(Unreachable):
            next(http.websocket(f"wss://{host}/"))
        http.close()
    assert seen[0][:1] == b"\x16"  # a TLS handshake, no plain request


def test_a_closed_port_is_unreachable() -> None:
    http = client()
    with pytest.raises(Unreachable, match="no connection"):
        next(http.websocket("ws://127.0.0.1:1/"))
    http.close()


def test_pages_are_not_listened_to_and_sockets_not_fetched() -> None:
    http = client()
    with pytest.raises(Refused, match="only ws and wss"):
        next(http.websocket("http://127.0.0.1/"))
    with pytest.raises(Refused, match="only http and https"):
        http.get("ws://127.0.0.1/")
    http.close()
