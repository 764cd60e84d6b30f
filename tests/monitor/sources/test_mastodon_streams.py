"""Listening to a Mastodon server: what comes in, what was missed, and that the token stays secret."""

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from monitor.clock import RecordedClock
from monitor.domain import Brand, Gap, Page, PostKey
from monitor.errors import BadPayload, NotFound, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.server_events import ServerEvent
from monitor.sources.base import Streams
from monitor.sources.mastodon import Config, MastodonSource
from tests.sites.raw import request_head, talking

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", hashtags=("northline",))
TOKEN = "s3cret-t0ken"
INSTANCE = {"configuration": {"urls": {"streaming": "wss://streaming.social.example"}}}
Sent = tuple[str, Any] | None | SourceError


def status(number: int, text: str = "lost bag #northline", tags: tuple[str, ...] = ("northline",), **more: Any) -> Any:
    return {
        "id": str(number),
        "uri": f"https://social.example/users/ana/statuses/{number}",
        "created_at": (NOW - timedelta(minutes=1)).isoformat(),
        "visibility": "public",
        "content": f"<p>{text}</p>",
        "account": {"id": "7", "acct": "ana", "uri": "https://social.example/users/ana"},
        "tags": [{"name": tag} for tag in tags],
        **more,
    }


def key(number: int) -> PostKey:
    return PostKey("mastodon", f"https://social.example/users/ana/statuses/{number}")


class Lines:
    """A client whose streams are written down beforehand: None is a quiet second, an error the end of the line."""

    def __init__(self, *lines: Iterable[Sent], instance: Any = INSTANCE) -> None:
        self._lines = [list(line) for line in lines]
        self.opened: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.closed = 0
        self.kept: list[Any] = []  # or they would be closed by being forgotten
        self._instance = instance
        self.asked: list[str] = []

    def get(self, url: str, *_: Any, **__: Any) -> Any:
        self.asked.append(url)
        body = json.dumps(self._instance).encode()
        http = httpx.MockTransport(lambda request: httpx.Response(404 if self._instance is None else 200, content=body))
        config = HttpConfig(pace_seconds=0)
        return HttpClient(config, RecordedClock(NOW), http).get(url, accept=frozenset({200, 404}))

    def events(self, url: str, params: Any = None, headers: Any = None) -> Iterator[ServerEvent | None]:
        self.kept.append(self._events(url, params, headers))
        return cast(Any, self.kept[-1])

    def websocket(self, url: str, headers: Any = None) -> Iterator[str | None]:
        self.kept.append(self._frames(url, headers))
        return cast(Any, self.kept[-1])

    def _events(self, url: str, params: Any, headers: Any) -> Iterator[ServerEvent | None]:
        for sent in self._line(url, params, headers):
            yield None if sent is None else ServerEvent(sent[0], _text(sent[1]))

    def _frames(self, url: str, headers: Any) -> Iterator[str | None]:
        for sent in self._line(url, {}, headers or {}):
            framed = sent and {"stream": ["hashtag"], "event": sent[0], "payload": _text(sent[1])}
            yield None if framed is None else json.dumps(framed)

    def _line(self, url: str, params: Any, headers: Any) -> Iterator[tuple[str, Any] | None]:
        line = self._lines[len(self.opened)]
        self.opened.append((url, dict(params or {}), dict(headers or {})))
        try:
            for sent in line:
                if isinstance(sent, SourceError):
                    raise sent
                yield sent
        finally:
            self.closed += 1


def _text(data: Any) -> str:
    return data if isinstance(data, str) else json.dumps(data)


def source(lines: Lines, **config: Any) -> MastodonSource:
    given = {"base_url": "https://social.example", "access_token": TOKEN, "stream": "sse", **config}
    return MastodonSource(Config(**given), cast(HttpClient, lines))


def heard(
    lines: Lines, brands: Iterable[Brand] = (BRAND,), state: str | None = None, **config: Any
) -> tuple[list[Page], SourceError]:
    """What was said until the line was lost."""
    pages: list[Page] = []
    with pytest.raises(SourceError) as lost:
        pages.extend(source(lines, **config).listen(list(brands), state, lambda: NOW))
    return pages, lost.value


BOTH = pytest.mark.parametrize("stream", ["sse", "websocket"])


# -- events


@BOTH
def test_new_posts_edits_and_deletions_come_as_they_are_sent(stream: str) -> None:
    edited = status(1, "found it #northline", edited_at=(NOW - timedelta(seconds=5)).isoformat())
    line = [("update", status(1)), None, ("status.update", edited), None, ("delete", "1"), None]
    pages, _ = heard(Lines(line), stream=stream)
    posts = [post for page in pages for post in page.posts]
    assert [post.key for post in posts] == [key(1), key(1)]
    assert [post.edited_at for post in posts] == [None, NOW - timedelta(seconds=5)]
    assert posts[1].text == "found it #northline"
    assert [page.deleted for page in pages if page.deleted] == [(key(1),)]


@BOTH
def test_a_post_taken_back_at_once_is_told_as_deleted_only(stream: str) -> None:
    pages, _ = heard(Lines([None, ("update", status(1)), ("update", status(2)), ("delete", "1"), None]), stream=stream)
    assert [post.key for page in pages for post in page.posts] == [key(2)]
    assert [page.deleted for page in pages if page.deleted] == [(key(1),)]


@BOTH
def test_a_deletion_of_what_was_never_seen_is_passed_over(stream: str) -> None:
    pages, _ = heard(Lines([("delete", "999"), None]), stream=stream)
    assert not any(page.deleted or page.dropped for page in pages)


def test_a_deletion_of_what_a_look_has_found_is_told() -> None:
    class Both(Lines):
        def get(self, url: str, params: Any = None, *_: Any, **__: Any) -> Any:
            if "/timelines/" not in url:
                return super().get(url)
            found = [] if "max_id" in (params or {}) else [status(5)]
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json=found))
            return HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), transport).get(url)

    listening = source(Both([("delete", "5"), None]))
    listening.fetch(BRAND, None, None, NOW)
    page = next(iter(listening.listen([BRAND], None, lambda: NOW)))
    assert page.deleted == (key(5),)


def test_a_reply_to_what_was_heard_before_is_an_edge() -> None:
    line = [("update", status(1)), None, ("update", status(2, in_reply_to_id="1")), None]
    pages, _ = heard(Lines(line))
    assert [(edge.child, edge.root) for page in pages for edge in page.reposts] == [(key(2), key(1))]


@pytest.mark.parametrize("data", ["", "{", "[]", "null", "7", '{"id": "1"}', "[" * 100_000])
@BOTH
def test_an_event_that_cannot_be_read_is_counted_and_the_line_goes_on(stream: str, data: str) -> None:
    pages, _ = heard(Lines([("update", data), ("update", status(2)), None]), stream=stream)
    assert [post.key for page in pages for post in page.posts] == [key(2)]
    assert sum(len(page.dropped) for page in pages) == 1


@pytest.mark.parametrize("frame", ["", "nonsense", "[]", '{"event": 5}', '{"stream": ["public"]}'])
def test_a_frame_that_is_no_event_is_counted(frame: str) -> None:
    class Odd(Lines):
        def websocket(self, url: str, headers: Any = None) -> Iterator[str | None]:
            yield from (frame, None)

    pages, _ = heard(Odd([]), stream="websocket")
    assert [len(page.dropped) for page in pages] == [1, 0][: len(pages)]


@BOTH
def test_events_of_other_kinds_are_none_of_ours(stream: str) -> None:
    line = [("notification", {"id": "1"}), ("filters_changed", ""), ("announcement", {}), None]
    assert not any(page.dropped or page.posts for page in heard(Lines(line), stream=stream)[0])


# -- quiet, gaps, ends


def test_quiet_seconds_and_heartbeats_give_empty_pages_with_a_state() -> None:
    pages, _ = heard(Lines([None, None, None]))
    assert len(pages) == 3
    assert all(page.state and not page.posts for page in pages)


def test_the_first_connection_has_missed_nothing_that_is_known() -> None:
    assert heard(Lines([None]))[0][0].gap is None


def test_a_connection_after_another_says_what_was_missed() -> None:
    state = heard(Lines([None]))[0][-1].state
    later = NOW + timedelta(minutes=7)
    pages = source(Lines([("update", status(1)), None])).listen([BRAND], state, lambda: later)
    page = next(iter(pages))
    assert isinstance(page.gap, Gap)
    assert (page.gap.since, page.gap.until) == (NOW, later)
    assert "interrupted" in page.gap.reason
    assert len(page.posts) == 1
    assert next(iter(pages)).gap is None


@pytest.mark.parametrize("state", ["", "[]", "nonsense", '{"at": 3}', '{"at": "2031-01-01T00:00:00+00:00"}', "null"])
def test_a_state_of_another_version_is_no_gap(state: str) -> None:
    assert heard(Lines([None]), state=state)[0][0].gap is None


@BOTH
def test_what_was_said_before_the_line_was_lost_is_told(stream: str) -> None:
    line = [None, ("update", status(1)), ("update", status(2)), Unreachable("gone")]
    pages, lost = heard(Lines(line), stream=stream)
    assert [post.key for page in pages for post in page.posts] == [key(1), key(2)]
    assert str(lost) == "gone"


def test_a_line_that_ends_without_a_word_is_lost() -> None:
    _, lost = heard(Lines([None]))
    assert isinstance(lost, Unreachable)


@BOTH
def test_closing_the_iterator_hangs_up_every_line(stream: str) -> None:
    lines = Lines([None] * 9, [None] * 9)
    pages = source(lines, stream=stream).listen([Brand("n", "N", hashtags=("one", "two"))], None, lambda: NOW)
    next(iter(pages))
    cast(Any, pages).close()
    assert (len(lines.opened), lines.closed) == (2, 2)


def test_a_flood_on_one_line_does_not_keep_the_others_waiting() -> None:
    flood = [("update", status(number)) for number in range(500)]
    pages = source(Lines([None, *flood], [None, ("update", status(900)), None])).listen(
        [Brand("n", "N", hashtags=("one", "two"))], None, lambda: NOW
    )
    first = [next(iter(pages)) for _ in range(3)]
    assert key(900) in {post.key for page in first for post in page.posts}


# -- which streams


def test_each_hashtag_of_all_brands_is_a_line_of_its_own() -> None:
    lines = Lines([None], [None], [None])
    brands = [Brand("a", "A", hashtags=("One", "노스라인")), Brand("b", "B", names=("Two Words",), hashtags=("one",))]
    heard(lines, brands)
    url = "https://streaming.social.example/api/v1/streaming/hashtag"
    assert [(address, params) for address, params, _ in lines.opened] == [
        (url, {"tag": "one"}),
        (url, {"tag": "노스라인"}),
        (url, {"tag": "twowords"}),
    ]
    assert lines.opened[0][2] == {"authorization": f"Bearer {TOKEN}"}


def test_a_web_socket_carries_stream_and_token_as_the_protocol_wants() -> None:
    lines = Lines([None])
    heard(lines, stream="websocket", local_only=True)
    base = "wss://streaming.social.example/api/v1/streaming"
    assert lines.opened[0][0] == f"{base}?stream=hashtag%3Alocal&tag=northline&access_token={TOKEN}"


def test_local_posts_only_and_all_public_posts() -> None:
    lines = Lines([None])
    heard(lines, stream_of="public", local_only=True)
    assert lines.opened[0][:2] == ("https://streaming.social.example/api/v1/streaming/public/local", {})
    many = Lines([None])
    heard(many, [Brand("n", "N", hashtags=tuple(f"tag{number}" for number in range(9)))])
    assert many.opened[0][0].endswith("/streaming/public")
    none = Lines([None])
    heard(none, [Brand("n", "N")])
    assert none.opened[0][0].endswith("/streaming/public")


def test_in_all_public_posts_nobody_is_found_who_asks_not_to_be() -> None:
    shy = {"id": "8", "acct": "shy", "indexable": False}
    line = [
        ("update", status(1, tags=(), account=shy)),
        ("update", status(2, account=shy)),
        ("update", status(3, tags=())),
        None,
    ]
    pages, _ = heard(Lines(line), stream_of="public")
    assert [post.key for page in pages for post in page.posts] == [key(2), key(3)]


# -- where the streams are


def opened_at(instance: Any, **config: Any) -> str:
    lines = Lines([None], instance=instance)
    heard(lines, **config)
    return lines.opened[0][0].partition("/api/")[0]


def named(address: Any) -> Any:
    return {"configuration": {"urls": {"streaming": address}}}


def test_the_server_says_where_its_streams_are() -> None:
    assert opened_at(INSTANCE) == "https://streaming.social.example"
    assert opened_at(INSTANCE, stream="websocket") == "wss://streaming.social.example"
    assert opened_at(named("https://social.example:4000/"), stream="websocket") == "wss://social.example:4000"


@pytest.mark.parametrize("instance", [None, {}, [], named(None), {"configuration": 5}])
def test_a_server_that_does_not_say_is_asked_itself(instance: Any) -> None:
    if isinstance(instance, list):
        with pytest.raises(BadPayload):
            list(source(Lines([None], instance=instance)).listen([BRAND], None, lambda: NOW))
        return
    assert opened_at(instance) == "https://social.example"


def test_gotosocial_says_wss_whatever_it_speaks() -> None:
    at = opened_at(named("wss://social.example:3980"), base_url="http://social.example:3980", stream="websocket")
    assert at == "ws://social.example:3980"


@pytest.mark.parametrize(
    "address",
    [
        "wss://evil.example",
        "wss://social.example.evil.test",
        "ws://streaming.social.example",
        "http://streaming.social.example",
        "file:///etc/passwd",
        "wss://me:pw@streaming.social.example",
        "wss://streaming.social.example/?x=y",
        "wss://[broken",
        5,
        ["wss://social.example"],
        "",
    ],
)
def test_a_token_is_not_sent_to_just_any_address(address: Any) -> None:
    lines = Lines([None], instance=named(address))
    _, error = heard(lines, stream="websocket")
    assert isinstance(error, BadPayload)
    assert "set streaming_url" in str(error)
    assert lines.opened == []


def test_an_operator_may_name_any_address() -> None:
    lines = Lines([None])
    heard(lines, streaming_url="wss://elsewhere.test/")
    assert lines.opened[0][0] == "https://elsewhere.test/api/v1/streaming/hashtag"
    assert lines.asked == []


# -- real connections


def client() -> HttpClient:
    config = HttpConfig(pace_seconds=0, timeout_seconds=5, allowed_private_hosts=("127.0.0.1",))
    return HttpClient(config, RecordedClock(NOW), quiet_seconds=0.05)


def connected(**config: Any) -> MastodonSource:
    given = {"base_url": "http://social.example", "access_token": TOKEN, **config}
    return MastodonSource(Config(**given), client())


def until(pages: Iterator[Page], wanted: Any) -> Page:
    return next(page for page in pages if wanted(page))


def test_events_are_heard_over_a_real_connection() -> None:
    heads: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heads.append(request_head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n:)\n\n")
        connection.sendall(b"event: update\ndata: " + json.dumps(status(1)).encode() + b"\n\n:thump\n\n")
        connection.sendall(b"event: delete\ndata: 1\n\n")
        connection.recv(1)

    with talking(talk) as host:
        listening = connected(stream="sse", streaming_url=f"http://{host}")
        assert isinstance(listening, Streams)
        assert listening.streaming
        pages = listening.listen([BRAND], None, lambda: NOW)
        assert until(pages, lambda page: page.posts).posts[0].key == key(1)
        assert until(pages, lambda page: page.deleted).deleted == (key(1),)
        assert next(pages).state is not None  # and then it is quiet
        cast(Any, pages).close()
    assert heads[0].startswith(b"GET /api/v1/streaming/hashtag?tag=northline HTTP/1.1\r\n")
    assert f"authorization: Bearer {TOKEN}".encode() in heads[0]


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


def test_messages_are_heard_over_a_real_web_socket() -> None:
    asked: list[str] = []

    def talk(connection: ServerConnection) -> None:
        assert connection.request is not None
        asked.append(connection.request.path)
        connection.send(json.dumps({"stream": ["hashtag"], "event": "update", "payload": json.dumps(status(1))}))
        connection.send(json.dumps({"stream": ["hashtag"], "event": "delete", "payload": "1"}))
        with contextlib.suppress(ConnectionClosed):
            connection.recv()

    with socket_server(talk) as base:
        pages = connected(stream="websocket", streaming_url=base).listen([BRAND], None, lambda: NOW)
        assert until(pages, lambda page: page.posts or page.deleted).posts[0].key == key(1)
        assert until(pages, lambda page: page.deleted).deleted == (key(1),)
        cast(Any, pages).close()
    assert asked == [f"/api/v1/streaming?stream=hashtag&tag=northline&access_token={TOKEN}"]


@pytest.mark.parametrize(("code", "error"), [(401, Unauthorised), (404, NotFound), (503, Unreachable)])
def test_a_refused_web_socket_does_not_tell_the_token(
    code: int, error: type[SourceError], caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(connection: ServerConnection, request: Any) -> Any:
        return connection.respond(code, f"no {TOKEN}\n")

    with socket_server(lambda connection: None, process_request=refuse) as base:
        caplog.set_level(logging.DEBUG, "websockets.client")
        pages = connected(stream="websocket", streaming_url=base).listen([BRAND], None, lambda: NOW)
        with pytest.raises(error) as raised:
            next(iter(pages))
    assert TOKEN not in str(raised.value)
    assert TOKEN not in caplog.text


def test_gotosocial_has_no_events_over_http_only_web_sockets() -> None:
    def talk(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")

    with talking(talk) as host, pytest.raises(NotFound):
        list(connected(stream="sse", streaming_url=f"http://{host}").listen([BRAND], None, lambda: NOW))


def test_a_stream_is_off_unless_asked_for() -> None:
    assert not MastodonSource(Config(), client()).streaming
