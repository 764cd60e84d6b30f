"""Everything fetched is written by strangers, some of whom mean harm: addresses, redirects, names, bodies, heads."""

import contextlib
import itertools
import socket
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import RecordedClock
from monitor.errors import BadPayload, Refused, SourceError, Unreachable
from monitor.guard import Guard, is_numeric, is_public
from monitor.http import HttpClient, HttpConfig
from tests.sites.raw import request_head, talking
from tests.sites.server import Answer, Asked, serve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Ask = Callable[[HttpClient, str], Any]
MEGABYTE = 1_000_000

ASK: dict[str, tuple[str, Ask]] = {
    "get": ("http", lambda http, url: http.get(url)),
    "get with robots": ("http", lambda http, url: http.get(url, robots=True)),
    "post_json": ("http", lambda http, url: http.post_json(url, {})),
    "post_form": ("http", lambda http, url: http.post_form(url, {})),
    "events": ("http", lambda http, url: next(http.events(url))),
    "websocket": ("ws", lambda http, url: next(http.websocket(url))),
}


def client(transport: httpx.BaseTransport | None = None, clock: RecordedClock | None = None, **more: Any) -> HttpClient:
    config = HttpConfig(**{"pace_seconds": 0, "timeout_seconds": 5, "max_bytes": MEGABYTE, **more})
    return HttpClient(config, clock or RecordedClock(NOON), transport, chance=lambda: 0.0, quiet_seconds=0.05)


# -- addresses of our own network


PRIVATE = [
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.1",
    "0.0.0.0",
    "0",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "255.255.255.255",
    "224.0.0.251",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "127.0.0.1.:80",
    "127。0。0。1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0a00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[::1%25lo]",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "good.example@127.0.0.1",
    "good.example:80@127.0.0.1:80",
    "good.example\\@127.0.0.1",
    "127.0.0.1#@good.example",
    "127.0.0.1?@good.example",
    "good.example:0",
    "good.example:99999",
    "good.example:-1",
    "",
    " ",
    "good.example\r\nHost: 127.0.0.1",
    "good.example\t",
    "[",
    "[::1",
    "%31%32%37.0.0.1",
    "good.example%00.127.0.0.1",
    "<b>",
    "good.example,127.0.0.1",
    "xn--1",
]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("way", ASK)
def test_no_spelling_of_a_private_address_is_reached(host: str, way: str, nowhere: list[Any], http: HttpClient) -> None:
    scheme, ask = ASK[way]
    with pytest.raises(Refused) as refused:
        ask(http, f"{scheme}://{host}/feed?key=s3cret")
    assert nowhere == []
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("host", [host for host in PRIVATE if host.strip() and "\r" not in host])
def test_no_redirect_leads_to_a_private_address(host: str, nowhere: list[Any]) -> None:
    seen: list[httpx.Request] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"location": f"http://{host}/admin".encode()})

    with pytest.raises(Refused):
        client(httpx.MockTransport(redirect)).get("https://a.example/")
    assert len(seen) == 1
    assert nowhere == []


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//127.0.0.1/",
        "http:///",
        "http://b.example/\r\nX-Evil: 1",
        "http://b.example/\x00",
        "http://" + "a" * 100_000,
        "ws://b.example/",
    ],
)
def test_no_redirect_leads_out_of_the_web(location: str, nowhere: list[Any]) -> None:
    seen: list[httpx.Request] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(301, headers={"location": location})

    with pytest.raises(Refused) as refused:
        client(httpx.MockTransport(redirect)).get("https://a.example/")
    assert len(seen) == 1
    assert len(str(refused.value)) < 300
    assert str(refused.value).isprintable()


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notes what is connected to; nothing is reached."""
    reached: list[Any] = []

    def connect(address: Any, *_: Any, **__: Any) -> Any:
        reached.append(address[0])
        raise OSError("nowhere")

    monkeypatch.setattr(socket, "create_connection", connect)
    return reached


@pytest.fixture(scope="module")
def http() -> Iterator[HttpClient]:
    """A client that is allowed nothing; to read the certificates for each address would take long."""
    real = client()
    yield real
    real.close()


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Every name resolves to each of ``answers`` in turn, the last one for ever."""
    left = itertools.chain(answers, itertools.repeat(answers[-1]))

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(left)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        ["::1"],
        ["::ffff:192.168.0.1"],
        ["64:ff9b::a00:8"],
        ["8.8.8.8", "10.0.0.8"],
        ["2606:4700::1111", "::1"],
    ],
)
@pytest.mark.parametrize("way", [way for way in ASK if way != "get with robots"])
def test_no_name_that_leads_home_is_connected_to(
    found: list[str], way: str, nowhere: list[Any], http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, found)
    scheme, ask = ASK[way]
    with pytest.raises(Refused, match=r"intra\.example: is in a private network"):
        ask(http, f"{scheme}://intra.example/")
    assert nowhere == []


@pytest.mark.parametrize("way", ["get", "events", "websocket"])
def test_a_name_that_changes_its_mind_after_the_check_is_not_followed(
    way: str, nowhere: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    scheme, ask = ASK[way]
    http = client()
    with pytest.raises((Unreachable, Refused)):
        ask(http, f"{scheme}://rebind.example/")
    assert nowhere == ["8.8.8.8"]
    http.close()


def test_a_name_with_thousands_of_addresses_is_not_tried_through(
    nowhere: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, [f"8.8.{number // 250}.{number % 250}" for number in range(5_000)])
    http = client()
    with pytest.raises(Unreachable):
        http.post_form("http://many.example/", {})
    assert len(nowhere) <= 12
    http.close()


@pytest.mark.parametrize(
    ("allowed", "host", "port", "reached"),
    [
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1:81", "127.0.0.1", 81, True),
        ("127.0.0.1:81", "127.0.0.1", 80, False),
        ("127.0.0.1", "127.0.0.2", 80, False),
        ("127.0.0.1", "127.0.0.1.", 80, True),
        ("127.0.0.1", "2130706433", 80, False),
        ("127.0.0.1", "::ffff:127.0.0.1", 80, False),
        ("[::1]:81", "::1", 81, True),
        ("[::1]:81", "::1", 80, False),
        ("[::1]", "::1", 80, True),
        ("::1", "0:0:0:0:0:0:0:1", 80, True),
        ("localhost", "LOCALHOST", 80, True),
        ("localhost:81", "localhost", 80, False),
        ("localhost", "evil.localhost", 80, False),
        ("localhost", "127.0.0.1", 80, False),
        ("127.0.0.1:x", "127.0.0.1", 80, False),
        ("10.0.0.8", "10.0.0.80", 80, False),
    ],
)
def test_what_was_allowed_is_reached_and_nothing_beside_it(allowed: str, host: str, port: int, reached: bool) -> None:
    guard = Guard([allowed])
    if reached:
        guard.check(host, port, "here")
    else:
        with pytest.raises(Refused, match="here is in a private network"):
            guard.check(host, port, "here")


def test_an_allowed_server_is_read_and_cannot_lead_to_its_neighbours() -> None:
    def respond(asked: Asked) -> Answer:
        return Answer(status=302, headers={"location": asked.one("to")}) if asked.path == "/to" else Answer(b"[]")

    with serve(respond) as base, serve(respond) as other:
        http = client(allowed_private_hosts=(base.removeprefix("http://"),))
        assert http.get_json(f"{base}/posts") == []
        for target in (f"{other}/", "http://127.0.0.1:1/", "http://localhost/", "http://169.254.169.254/"):
            with pytest.raises(Refused):
                http.get(f"{base}/to", {"to": target})
        http.close()


@given(st.ip_addresses())
def test_an_address_and_its_spellings_are_judged_alike(ip: Any) -> None:
    assert is_numeric(str(ip))
    if ip.version == 4:
        assert is_public(f"::ffff:{ip}") == is_public(str(ip))
        assert is_public(str(ip)) <= ip.is_global


# -- bodies and heads without measure


@contextlib.contextmanager
def little_memory(megabytes: float) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()


def sending(head: bytes, pieces: Callable[[], Iterator[bytes]], sent: list[int]) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        for piece in pieces():
            connection.sendall(piece)
            sent[0] += len(piece)

    return talk


def gigabyte() -> Iterator[bytes]:
    block = b"x" * MEGABYTE
    return (block for _ in range(1000))


@pytest.mark.parametrize("head", [b"content-type: text/xml\r\n", b"content-encoding: identity\r\n"])
def test_of_a_gigabyte_only_the_beginning_is_read(head: bytes) -> None:
    sent = [0]
    with talking(sending(head, gigabyte, sent)) as host:
        http = client(allowed_private_hosts=(host,))
        with little_memory(6), pytest.raises(BadPayload, match="more than 1000000 bytes"):
            http.get(f"http://{host}/feed")
        http.close()
    assert sent[0] < 30 * MEGABYTE  # what fits into the buffers of two sockets, not what there is


def test_a_gigabyte_that_is_announced_is_not_even_begun() -> None:
    sent = [0]
    with talking(sending(b"content-length: 1000000000\r\n", gigabyte, sent)) as host:
        http = client(allowed_private_hosts=(host,))
        with little_memory(3), pytest.raises(BadPayload):
            http.get(f"http://{host}/feed")
        http.close()
    assert sent[0] < 30 * MEGABYTE


def bomb(wbits: int) -> Callable[[], Iterator[bytes]]:
    """A gigabyte of nothing in a megabyte."""
    packer = zlib.compressobj(9, wbits=wbits)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"\0" * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return lambda: iter((head + block * 100, *[block * 100] * 9))


@pytest.mark.parametrize(("encoding", "wbits"), [(b"gzip", 31), (b"deflate", 15), (b"deflate", -15)])
def test_a_bomb_is_not_unpacked(encoding: bytes, wbits: int) -> None:
    with talking(sending(b"content-encoding: " + encoding + b"\r\n", bomb(wbits), [0])) as host:
        http = client(allowed_private_hosts=(host,))
        with little_memory(6), pytest.raises(BadPayload, match="more than 1000000 bytes"):
            http.get(f"http://{host}/feed")
        http.close()


def test_a_bomb_in_a_stream_of_events_is_not_unpacked() -> None:
    head = b"content-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
    with talking(sending(head, bomb(31), [0])) as host:
        http = client(allowed_private_hosts=(host,))
        with little_memory(6), pytest.raises(SourceError):
            for _ in http.events(f"http://{host}/stream"):
                pass
        http.close()


@pytest.mark.parametrize(
    "line",
    [b"x-header: value\r\n", b"x-long: " + b"a" * 1000, b"set-cookie: a=b\r\n"],
    ids=["many", "long", "cookies"],
)
def test_headers_without_end_are_not_collected(line: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(line * 100)

    with talking(talk) as host:
        http = client(allowed_private_hosts=(host,))
        with little_memory(6), pytest.raises(Unreachable):
            http.get(f"http://{host}/feed")
        http.close()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"x"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", b"x"),
    ],
    ids=["status line", "headers", "early hints", "body", "chunks", "chunk extension"],
)
def test_an_answer_that_comes_drop_by_drop_is_given_up(head: bytes, drop: bytes) -> None:
    clock = RecordedClock(NOON)

    def dripping(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(head)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(200):
            clock.wait(timedelta(seconds=4))  # each within the time-out of one step
            connection.sendall(drop)

    with talking(dripping) as host:
        http = client(clock=clock, allowed_private_hosts=(host,))
        with pytest.raises(Unreachable, match=r"did not answer within|too slowly"):
            http.get(f"http://{host}/feed")
        http.close()
