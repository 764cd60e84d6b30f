"""Fetching: what is refused, what is waited for, what an error says and what it keeps to itself."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import httpcore
import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.errors import BadPayload, NotFound, RateLimited, Refused, SourceError, Unauthorised, Unreachable
from monitor.guard import Guard, is_public
from monitor.http import HttpClient, HttpConfig
from monitor.network import GuardedNetwork

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, clock: RecordedClock | None = None, **config: Any) -> HttpClient:
    return HttpClient(
        HttpConfig(**{"pace_seconds": 0, **config}), clock or RecordedClock(NOON), httpx.MockTransport(handler)
    )


def answering(status: int = 200, **answer: Any) -> Handler:
    return lambda request: httpx.Response(status, **answer)


# -- what is never fetched


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "127.1",
        "not an address",
    ],
)
def test_private_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/feed",
        "http://[::1]/feed",
        "http://[::ffff:10.0.0.1]/feed",
        "http://2130706433/",
        "http://127.1/",
        "ftp://example.org/feed",
        "file:///etc/passwd",
        "//example.org/feed",
        "http://",
        "http://exa mple.org:x/",
        "",
    ],
)
def test_such_an_address_is_refused_before_anything_is_sent(url: str) -> None:
    def unasked(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    with pytest.raises(Refused):
        client(unasked).get(url)


class Network(httpcore.NetworkBackend):
    """Notes where connections would go."""

    def __init__(self, unreachable: tuple[str, ...] = ()) -> None:
        self.reached: list[str] = []
        self.unreachable = unreachable

    def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.reached.append(host)
        if host in self.unreachable:
            raise httpcore.ConnectError
        return httpcore.MockStream([])


def test_the_checked_address_is_the_one_connected_to_however_often_the_name_changes() -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    network = Network()
    GuardedNetwork(Guard(), lambda host, port: next(answers), network).connect_tcp("rebind.example", 443)
    assert network.reached == ["8.8.8.8"]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.8"], ["8.8.8.8", "::1"]])
def test_a_name_with_a_private_address_is_refused(found: list[str]) -> None:
    network = Network()
    with pytest.raises(Refused, match="private network"):
        GuardedNetwork(Guard(), lambda host, port: found, network).connect_tcp("intra.example", 443)
    assert network.reached == []


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    network = Network(unreachable=("8.8.8.8",))
    GuardedNetwork(Guard(), lambda host, port: ["8.8.8.8", "8.8.4.4"], network).connect_tcp("two.example", 443)
    assert network.reached == ["8.8.8.8", "8.8.4.4"]


@pytest.mark.parametrize(
    ("allowed", "port", "passes"),
    [
        ("intra.example", 80, True),
        ("INTRA.example:81", 81, True),
        ("intra.example:81", 80, False),
        ("a.example", 80, False),
    ],
)
def test_a_private_host_is_let_through_by_name_and_port(allowed: str, port: int, passes: bool) -> None:
    network = Network()
    guarded = GuardedNetwork(Guard([allowed]), lambda host, _: ["10.0.0.8"], network)
    if passes:
        guarded.connect_tcp("Intra.example", port)
    else:
        with pytest.raises(Refused):
            guarded.connect_tcp("Intra.example", port)
    assert bool(network.reached) == passes


# -- redirects


def redirecting(targets: dict[str, str], seen: list[httpx.Request] | None = None) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        target = targets.get(str(request.url))
        return httpx.Response(302, headers={"location": target}) if target else httpx.Response(200, text="here")

    return handle


def test_a_redirect_is_followed_to_its_end() -> None:
    handler = redirecting({"https://a.example/old": "/new", "https://a.example/new": "https://b.example/feed"})
    response = client(handler).get("https://a.example/old")
    assert (response.url, response.text()) == ("https://b.example/feed", "here")


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/admin", "http://[::1]/", "file:///etc/passwd", "http://169.254.169.254/meta"],
)
def test_a_redirect_into_a_private_network_is_refused(target: str) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(Refused):
        client(redirecting({"https://a.example/": target}, seen)).get("https://a.example/")
    assert len(seen) == 1


def test_redirects_in_a_circle_end() -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(Refused, match="more than 3 times"):
        client(redirecting({"https://a.example/": "/"}, seen), max_redirects=3).get("https://a.example/")
    assert len(seen) == 4


def test_a_key_is_not_carried_to_another_host() -> None:
    seen: list[httpx.Request] = []
    handler = redirecting({"https://a.example/": "/two", "https://a.example/two": "https://evil.example/"}, seen)
    secrets = {"Authorization": "Bearer k", "Api-Key": "k", "Cookie": "k"}
    client(handler).get("https://a.example/", headers={**secrets, "accept": "text/xml", "If-None-Match": '"7"'})
    for name in secrets:
        assert [request.headers.get(name, "gone")[-1] for request in seen] == ["k", "k", "e"]
    assert (seen[-1].headers["accept"], seen[-1].headers["if-none-match"]) == ("text/xml", '"7"')


def moving(*statuses: int) -> Handler:
    """Redirects with each status in turn, from /0 to /1 and so on."""

    def handle(request: httpx.Request) -> httpx.Response:
        hop = int(request.url.path[1:])
        if hop == len(statuses):
            return httpx.Response(200)
        return httpx.Response(statuses[hop], headers={"location": f"/{hop + 1}?feed=1"})

    return handle


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((), None),
        ((301,), "https://a.example/1?feed=1"),
        ((308, 301), "https://a.example/2?feed=1"),
        ((302,), None),
        ((301, 302), None),
        ((307, 308), None),
        ((303,), None),
    ],
)
def test_a_site_that_has_moved_for_good_is_told_with_its_new_address(
    statuses: tuple[int, ...], moved_to: str | None
) -> None:
    assert client(moving(*statuses)).get("https://a.example/0").moved_to == moved_to


# -- size and content


def test_an_answer_above_the_limit_is_cut_off_after_decompression() -> None:
    bomb = gzip.compress(b"a" * 5_000_000, mtime=0)
    assert len(bomb) < 10_000
    handler = answering(content=bomb, headers={"content-encoding": "gzip"})
    with pytest.raises(BadPayload, match="more than 1000000 bytes"):
        client(handler, max_bytes=1_000_000).get("https://a.example/")
    assert len(client(handler, max_bytes=5_000_000).get("https://a.example/").body) == 5_000_000


def test_an_endless_answer_is_cut_off() -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b"x" * 1000

    with pytest.raises(BadPayload):
        client(answering(content=endless()), max_bytes=10_000).get("https://a.example/")
    assert sent < 20_000


def test_an_answer_that_trickles_in_is_given_up() -> None:
    clock = RecordedClock(NOON)

    def trickle() -> Iterator[bytes]:
        while True:
            clock.wait(timedelta(seconds=10))
            yield b"x"

    with pytest.raises(Unreachable, match="too slowly"):
        client(answering(content=trickle()), clock).get("https://a.example/")


def test_damaged_compression_is_a_bad_payload() -> None:
    with pytest.raises(BadPayload, match="damaged"):
        client(answering(content=b"\x1f\x8bnonsense", headers={"content-encoding": "gzip"})).get("https://a.example/")


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_said_with_the_place(body: bytes) -> None:
    with pytest.raises(BadPayload, match=r"a\.example/v1 did not answer with JSON"):
        client(answering(content=body)).get_json("https://a.example/v1?key=secret")


def test_text_is_read_in_the_charset_of_the_answer() -> None:
    body = "에크미".encode("euc-kr")
    response = client(answering(content=body, headers={"content-type": 'text/xml; charset="EUC-KR"'})).get(
        "http://a.example"
    )
    assert response.text() == "에크미"
    response = client(answering(content=b"ok\xff", headers={"content-type": "text/xml; charset=klingon"})).get(
        "http://a.example"
    )
    assert response.text() == "ok\ufffd"


# -- errors


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadPayload),
        (401, Unauthorised),
        (403, Unauthorised),
        (404, NotFound),
        (408, Unreachable),
        (410, NotFound),
        (418, BadPayload),
        (429, RateLimited),
        (500, Unreachable),
        (503, Unreachable),
        (304, BadPayload),
    ],
)
def test_a_status_becomes_the_error_it_stands_for(status: int, error: type[SourceError]) -> None:
    with pytest.raises(SourceError) as raised:
        client(answering(status)).get("https://a.example/v1")
    assert type(raised.value) is error
    assert "a.example/v1" in str(raised.value)
    assert str(status) in str(raised.value)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, timedelta(seconds=120)),
        ({"Retry-After": "Mon, 02 Mar 2026 12:10:00 GMT"}, timedelta(minutes=10)),
        ({"Retry-After": "Mon, 02 Mar 2026 21:10:00 +0900"}, timedelta(minutes=10)),
        ({"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}, timedelta(0)),
        ({"Retry-After": "99999999999999999999"}, timedelta(hours=24)),
        ({"Retry-After": "soon"}, timedelta(minutes=1)),
        ({"Retry-After": "-5"}, timedelta(minutes=1)),
        ({"RateLimit-Reset": str(int(NOON.timestamp()) + 90)}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": "45"}, timedelta(seconds=45)),
        ({"X-Ratelimit-Reset": "2026-03-02T12:05:00.000Z"}, timedelta(minutes=5)),
        ({"X-Ratelimit-Reset": "whenever"}, timedelta(minutes=1)),
        ({}, timedelta(minutes=1)),
    ],
)
def test_the_wait_that_a_site_asks_for_is_kept(headers: dict[str, str], wait: timedelta | None) -> None:
    with pytest.raises(RateLimited) as raised:
        client(answering(429, headers=headers)).get("https://a.example/")
    assert raised.value.retry_after == wait


def test_a_busy_server_may_also_say_when_to_come_back() -> None:
    with pytest.raises(Unreachable) as raised:
        client(answering(503, headers={"Retry-After": "7"})).get("https://a.example/")
    assert raised.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    "handler",
    [answering(500), answering(401), answering(429), answering(404), answering(200, content=b"x" * 2000)],
)
def test_no_error_tells_a_secret(handler: Handler) -> None:
    with pytest.raises(SourceError) as raised:
        client(handler, max_bytes=1000).get(
            "https://me:pa55word@a.example/v1?token=s3cret#frag", {"key": "s3cret"}, {"Authorization": "Bearer s3cret"}
        )
    assert "s3cret" not in str(raised.value)
    assert "pa55word" not in str(raised.value)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (httpx.ConnectError("s3cret"), "no connection"),
        (httpx.ReadTimeout("s3cret"), "did not answer within 20 s"),
        (httpcore.ConnectError("s3cret"), "no connection"),
        (httpcore.ReadTimeout("s3cret"), "did not answer within 20 s"),
        (httpcore.RemoteProtocolError("s3cret"), "no connection"),
    ],
)
def test_a_failed_connection_is_unreachable(failure: Exception, words: str) -> None:
    def failing(request: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(Unreachable, match=words) as raised:
        client(failing).get("https://a.example/")
    assert "s3cret" not in str(raised.value)


# -- manners


def test_one_host_is_asked_at_the_set_pace_and_another_at_once() -> None:
    clock = RecordedClock(NOON)
    moments: list[tuple[str, datetime]] = []

    def note(request: httpx.Request) -> httpx.Response:
        moments.append((request.url.host, clock.now()))
        return httpx.Response(200)

    http = client(note, clock, pace_seconds=2)
    for host in ("a.example", "a.example", "b.example", "a.example"):
        http.get(f"https://{host}/")
    assert [(host, (at - NOON).total_seconds()) for host, at in moments] == [
        ("a.example", 0),
        ("a.example", 2),
        ("b.example", 2),
        ("a.example", 4),
    ]


def test_a_request_that_was_late_on_its_way_brings_the_next_one_no_nearer_than_the_pace() -> None:
    clock, ways, arrived = RecordedClock(NOON), [0.7, 0.0, 0.4, 0.1], list[datetime]()

    def note(request: httpx.Request) -> httpx.Response:
        clock.wait(timedelta(seconds=ways[len(arrived)]))
        arrived.append(clock.now())
        return httpx.Response(200)

    http = client(note, clock, pace_seconds=2)
    for _ in ways:
        http.get("https://a.example/")
    distances = [later - earlier for earlier, later in pairwise(arrived)]
    assert min(distances) >= timedelta(seconds=2)


def test_the_crawler_says_who_it_is() -> None:
    seen: list[httpx.Request] = []
    client(redirecting({}, seen), contact="press@northline.example").get("https://a.example/")
    assert seen[0].headers["user-agent"] == "ripplewatch/0.1 (+press@northline.example)"


@pytest.mark.parametrize("field", ["user_agent", "contact"])
def test_a_line_break_cannot_enter_a_header_from_the_configuration(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        HttpConfig(**{field: "me\r\nX-Evil: 1"})


def test_parameters_are_escaped_and_json_is_posted() -> None:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True})

    http = client(note)
    http.get("https://a.example/s?fixed=1", {"q": '"Northline & Co"', "limit": 100})
    assert dict(seen[0].url.params) == {"fixed": "1", "q": '"Northline & Co"', "limit": "100"}
    assert http.post_json("https://a.example/login", {"identifier": "me"}) == {"ok": True}
    assert json.loads(seen[1].content) == {"identifier": "me"}


def test_a_parameter_may_be_repeated() -> None:
    seen: list[httpx.Request] = []
    client(redirecting({}, seen)).get("https://a.example/s", {"id[]": ["7", "8"], "tag": ("a b",), "none": []})
    assert seen[0].url.params.multi_items() == [("id[]", "7"), ("id[]", "8"), ("tag", "a b")]


def test_a_form_is_posted_as_one() -> None:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "t"})

    fields = {"grant_type": "client_credentials", "scope": "read & more"}
    answer = client(note).post_form("https://a.example/token", fields, {"Authorization": "Basic k"})
    assert answer == {"access_token": "t"}
    assert seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen[0].content == b"grant_type=client_credentials&scope=read+%26+more"
    assert seen[0].headers["authorization"] == "Basic k"


@pytest.mark.parametrize(("status", "error"), [(401, Unauthorised), (302, BadPayload), (429, RateLimited)])
def test_a_form_that_is_refused_is_an_error(status: int, error: type[SourceError]) -> None:
    handler = answering(status, headers={"location": "https://evil.example/"})
    with pytest.raises(error) as raised:
        client(handler).post_form("https://a.example/token", {"password": "s3cret"})
    assert "s3cret" not in str(raised.value)


def test_cookies_of_a_site_are_not_kept() -> None:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"set-cookie": "session=1"})

    http = client(note)
    http.get("https://a.example/")
    http.get("https://a.example/")
    assert "cookie" not in seen[1].headers


def test_addresses_with_their_keys_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    client(answering()).get("https://a.example/", {"key": "s3cret"})
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("value", ['"v7"\r\nX-Evil: 1', '"가"', "a\x00b", "\x7f"])
def test_what_a_site_sent_before_cannot_break_a_request(value: str) -> None:
    seen: list[httpx.Request] = []
    http = client(redirecting({}, seen))
    http.get("https://a.example/", headers={"If-None-Match": value, "If-Modified-Since": value})
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(seen[0].headers)
    with pytest.raises(Refused, match="header authorization") as raised:
        http.get("https://a.example/", headers={"authorization": value})
    assert value not in str(raised.value)
    assert len(seen) == 1


def test_a_source_may_name_itself_as_its_site_wishes() -> None:
    seen: list[httpx.Request] = []
    client(redirecting({}, seen)).get("https://a.example/", headers={"User-Agent": "linux:northline:v1 (by /u/x)"})
    assert seen[0].headers["user-agent"] == "linux:northline:v1 (by /u/x)"
    assert seen[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "UTF-7", "zlib_codec", "\x00", "utf-8\x00"])
def test_a_charset_that_would_do_harm_is_not_used(charset: str) -> None:
    answer = answering(content=rb"caf\u00e9 +AGE-", headers={"content-type": f"text/html; charset={charset}"})
    assert client(answer).get("https://a.example/").text() == r"caf\u00e9 +AGE-"


def test_ports_of_one_host_have_a_pace_of_their_own() -> None:
    clock = RecordedClock(NOON)
    http = client(answering(), clock, pace_seconds=2)
    for port in (1, 2, 1):
        http.get(f"https://a.example:{port}/")
    assert clock.now() == NOON + timedelta(seconds=2)


def test_who_would_wait_for_minutes_is_told_when_to_come_back() -> None:
    class Standing(RecordedClock):
        """Threads that wait, all at the same moment."""

        def wait(self, duration: timedelta) -> None:
            waited.append(duration)

    waited: list[timedelta] = []
    http = client(answering(), Standing(NOON), pace_seconds=20)
    for _ in range(4):
        http.get("https://a.example/")
    with pytest.raises(RateLimited) as limited:
        http.get("https://a.example/")
    assert waited[-1] == timedelta(seconds=60)
    assert limited.value.retry_after == timedelta(seconds=80)


# -- a real server


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self._answer(302, b"", location="http://localhost:1/elsewhere")
        elif self.headers.get("if-none-match") == '"v7"':
            self._answer(304, b"")
        elif self.path == "/bomb":
            self._answer(200, gzip.compress(b"a" * 3_000_000, mtime=0), content_encoding="gzip")
        else:
            self._answer(200, gzip.compress(b"<rss/>", mtime=0), etag='"v7"', content_encoding="gzip")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{site.server_address[1]}"
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def http(server: str) -> Iterator[HttpClient]:
    config = HttpConfig(pace_seconds=0, max_bytes=1_000_000, allowed_private_hosts=(server,), timeout_seconds=5)
    real = HttpClient(config, RecordedClock(NOON))
    yield real
    real.close()


def test_a_page_of_a_real_server_is_read_and_asked_for_only_when_changed(server: str, http: HttpClient) -> None:
    page = http.get(f"http://{server}/feed")
    assert (page.status, page.body, page.headers["etag"]) == (200, b"<rss/>", '"v7"')
    unchanged = http.get(f"http://{server}/feed", headers={"if-none-match": '"v7"'}, accept=frozenset({200, 304}))
    assert (unchanged.status, unchanged.body) == (304, b"")


def test_a_real_server_cannot_send_more_than_the_limit(server: str, http: HttpClient) -> None:
    with pytest.raises(BadPayload, match="more than 1000000 bytes"):
        http.get(f"http://{server}/bomb")


def test_a_real_server_cannot_send_us_to_another_private_service(server: str, http: HttpClient) -> None:
    with pytest.raises(Refused, match="localhost"):
        http.get(f"http://{server}/away")


def test_a_name_that_leads_home_is_refused_by_default(server: str) -> None:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOON))
    port = server.partition(":")[2]
    with pytest.raises(Refused, match="allowed_private_hosts"):
        http.get(f"http://localhost:{port}/feed")
    http.close()


def test_a_closed_port_is_unreachable() -> None:
    http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), RecordedClock(NOON))
    with pytest.raises(Unreachable, match="no connection"):
        http.get("http://127.0.0.1:1/")
    http.close()
