"""Bluesky's stream: what is let through, what becomes of it later, where it goes on after a break."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.server import ServerConnection, serve

from monitor.clock import RecordedClock, SystemClock
from monitor.domain import AccountKey, Brand, Page, PostKey
from monitor.errors import Refused, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.match import Matcher
from monitor.sources.bluesky import BlueskySource, Config
from monitor.sources.bluesky.heard import Heard
from tests.monitor.sources.bluesky_answers import NINE, NOW, Network, did, reposts, root_of, stamp

BRAND = Brand(
    "northline", "Northline Air", names=("Northline Air",), handles=("northline.example",), hashtags=("northline",)
)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"


def us(minutes: float) -> int:
    return int((NINE + timedelta(minutes=minutes) - EPOCH) / timedelta(microseconds=1))


def commit(name: str, minutes: float, record: Any, rkey: str = "", **fields: Any) -> dict[str, Any]:
    """A message about a record of ``name``; without a record it is taken back."""
    inner = {"rev": "r", "operation": "create" if record else "delete", "collection": POST, "rkey": rkey or f"p{name}"}
    inner |= {**fields, **({"record": record, "cid": "bafy"} if record else {})}
    return {"did": did(name), "time_us": us(minutes), "kind": "commit", "commit": inner}


def post(name: str, minutes: float, text: str = "Northline Air again", **record: Any) -> dict[str, Any]:
    return commit(name, minutes, {"$type": POST, "text": text, "createdAt": stamp(minutes), **record})


def repost(name: str, minutes: float, of: str, via: str | None = None, rkey: str = "r0") -> dict[str, Any]:
    record: dict[str, Any] = {"subject": {"uri": of}, "createdAt": stamp(minutes)}
    if via:
        record["via"] = {"uri": via}
    return commit(name, minutes, record, rkey, collection=REPOST)


def uri(name: str) -> str:
    return f"at://{did(name)}/{POST}/p{name}"


def account(name: str, minutes: float, **fields: Any) -> dict[str, Any]:
    return {"did": did(name), "time_us": us(minutes), "kind": "account", "account": {"did": did(name), **fields}}


class Line(HttpClient):
    """A client whose WebSocket sends what it is given, then breaks off."""

    def __init__(self, frames: Iterable[Any], answer: Callable[[httpx.Request], httpx.Response]) -> None:
        super().__init__(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
        self.frames = list(frames)
        self.addresses: list[str] = []
        self.closed = 0

    def websocket(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[str | None]:
        self.addresses.append(url)
        try:
            for frame in self.frames:
                yield frame if frame is None or isinstance(frame, str) else json.dumps(frame)
            raise Unreachable("the line broke")
        finally:
            self.closed += 1


def streaming(line: Line, **config: Any) -> BlueskySource:
    return BlueskySource(Config(stream=True, **config), line)


def heard(*frames: Any, state: str | None = None, source: BlueskySource | None = None, **config: Any) -> list[Page]:
    """The pages that ``frames`` become until the line breaks."""
    pages, _ = until_it_breaks(source or streaming(Line(frames, Network()), **config), state)
    return pages


def until_it_breaks(
    source: BlueskySource, state: str | None = None, now: Callable[[], datetime] = lambda: NOW
) -> tuple[list[Page], SourceError]:
    """All pages of one connection, and what ended it."""
    pages: list[Page] = []
    try:
        for page in source.listen([BRAND], state, now):
            pages.append(page)
    except SourceError as error:
        return pages, error
    raise AssertionError("the stream ended without an error")


# -- what is let through


def test_posts_that_may_be_about_a_brand_are_told_with_their_authors() -> None:
    (page,) = heard(post("ana", 5), post("bo", 6, "lovely weather"), post("cy", 7, "so #NORTHLINE"))
    assert [(found.key.id, found.text) for found in page.posts] == [
        (uri("ana"), "Northline Air again"),
        (uri("cy"), "so #NORTHLINE"),
    ]
    assert [(known.handle, known.followers) for known in page.accounts] == [("ana.example", 11), ("cy.example", 10)]
    assert page.posts[0].created_at == NINE + timedelta(minutes=5)
    assert page.posts[0].url == f"https://bsky.app/profile/{did('ana')}/post/pana"


def test_a_quote_a_reply_and_a_repost_are_edges_whatever_they_say() -> None:
    reply = {"root": {"uri": uri("ana")}, "parent": {"uri": uri("bo")}}
    (page,) = heard(
        post("bo", 6, "me too", reply={**reply, "parent": reply["root"]}),
        post("cy", 7, "and me", reply=reply),
        post("dee", 8, "look", embed={"$type": "app.bsky.embed.record", "record": {"uri": uri("ana")}}),
        repost("eve", 9, uri("ana")),
    )
    assert [
        (edge.kind, edge.by.id, edge.root.id, edge.parent_post and edge.parent_post.id) for edge in page.reposts
    ] == [
        ("reply", did("bo"), uri("ana"), uri("ana")),
        ("reply", did("cy"), uri("ana"), uri("bo")),
        ("quote", did("dee"), uri("ana"), uri("ana")),
        ("repost", did("eve"), uri("ana"), None),
    ]
    assert page.posts == (), "nobody watches that post"


def test_what_answers_a_watched_post_is_told_with_its_text() -> None:
    reply = {"root": {"uri": uri("ana")}, "parent": {"uri": uri("bo")}}
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": uri("cy")}}
    (page,) = heard(post("ana", 5), post("cy", 6, "me too", reply=reply), post("dee", 7, "this", embed=quote))
    assert [found.text for found in page.posts] == ["Northline Air again", "me too", "this"]


def test_a_repost_has_the_same_key_and_path_as_a_return_to_the_post_gives_it() -> None:
    network = Network()
    via = network.repost("bo", 10)
    network.repost("cy", 25, via=via)
    frames = [post("ana", 0), repost("bo", 10, uri("ana")), repost("cy", 25, uri("ana"), via=via)]
    (streamed,) = heard(source=streaming(Line(frames, network)))
    followed = streaming(Line([], network)).follow_up(root_of(network), None, NOW)
    for name, edge in reposts(streamed).items():
        other = reposts(followed)[name]
        assert (edge.child, edge.root, edge.at, edge.parent, edge.parent_post, edge.evidence, edge.confidence) == (
            (other.child, other.root, other.at, other.parent, other.parent_post, other.evidence, other.confidence)
        )
    assert reposts(streamed)["cy"].evidence == "via"


@pytest.mark.parametrize(
    "via",
    [
        f"at://{did('cy')}/{REPOST}/r9",  # itself
        f"at://{did('bo')}/{REPOST}/r7",  # of another post
        f"at://{did('late')}/{REPOST}/r0",  # later than this one
        f"at://{did('ghost')}/{REPOST}/r0",  # never seen
        f"at://{did('bo')}/app.bsky.feed.like/r0",
        "nonsense",
        7,
    ],
)
def test_a_via_that_cannot_be_true_or_not_be_checked_is_no_evidence(via: Any) -> None:
    (page,) = heard(
        post("ana", 0),
        repost("bo", 10, uri("ana")),
        repost("bo", 11, uri("zed"), rkey="r7"),
        repost("late", 30, uri("ana")),
        repost("cy", 25, uri("ana"), via=via),
    )
    assert (reposts(page)["cy"].evidence, reposts(page)["cy"].parent) == ("inferred", None)


def test_invented_times_stay_within_what_is_possible() -> None:
    early = repost("bo", 10, uri("ana"))
    early["commit"]["record"]["createdAt"] = "1999-01-01T00:00:00Z"
    late = repost("cy", 11, uri("ana"))
    late["commit"]["record"]["createdAt"] = "2031-01-01T00:00:00Z"
    (page,) = heard(post("ana", 5), early, late, post("dee", 20, createdAt="2031-01-01T00:00:00Z"))
    assert [reposts(page)[name].at for name in ("bo", "cy")] == [
        NINE + timedelta(minutes=5),
        NINE + timedelta(minutes=11),
    ]
    assert page.posts[-1].created_at == NINE + timedelta(minutes=20)


def test_authors_who_ask_not_to_be_shown_without_a_login_are_not() -> None:
    profiles = [{"did": did("shy"), "handle": "shy.example", "labels": [{"val": "!no-unauthenticated"}]}]
    line = Line([post("shy", 5)], lambda request: httpx.Response(200, json={"profiles": profiles}))
    (page,) = heard(source=streaming(line))
    assert (page.posts, page.accounts, len(page.dropped)) == ((), (), 1)


def test_posts_are_told_where_profiles_cannot_be_had_and_that_is_not_tried_every_two_seconds() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(500)

    line = Line([post("ana", 5), None, post("bo", 6), None], answer)
    pages = heard(source=streaming(line))
    assert [found.author.id for page in pages for found in page.posts] == [did("ana"), did("bo")]
    assert [known for page in pages for known in page.accounts] == []
    assert len(asked) == 1


# -- what becomes of it


def test_a_post_that_is_taken_back_is_told_as_deleted() -> None:
    first, second = heard(post("ana", 5), None, commit("ana", 6, None))[:2]
    assert (len(first.posts), first.deleted) == (1, ())
    assert (second.posts, second.deleted) == ((), (PostKey("bluesky", uri("ana")),))


def test_a_repost_that_is_taken_back_is_known_by_what_was_seen_before() -> None:
    gone = commit("bo", 12, None, "r0", collection=REPOST)
    first, second = heard(repost("bo", 10, uri("ana")), None, gone, commit("x", 13, None, "r0", collection=REPOST))[:2]
    assert second.deleted == (first.reposts[0].child,)


def test_a_repost_that_a_return_has_read_can_be_taken_back_in_the_stream() -> None:
    network = Network()
    network.repost("bo", 10)
    source = streaming(Line([commit("bo", 12, None, "r0", collection=REPOST)], network))
    followed = source.follow_up(root_of(network), None, NOW)
    (page,) = heard(source=source)
    assert page.deleted == (reposts(followed)["bo"].child,)


def test_what_is_taken_back_and_done_again_on_one_page_stands() -> None:
    frames = [
        repost("bo", 10, uri("ana")),
        commit("bo", 11, None, "r0", collection=REPOST),
        repost("bo", 12, uri("ana"), rkey="r1"),
        post("cy", 13),
        commit("cy", 14, None),
    ]
    (page,) = heard(*frames)
    assert [(edge.by.id, edge.at) for edge in page.reposts] == [(did("bo"), NINE + timedelta(minutes=12))]
    assert (page.posts, page.deleted) == ((), (PostKey("bluesky", uri("cy")),))


def test_an_account_that_is_deleted_is_erased_and_one_that_is_only_away_is_not() -> None:
    (page,) = heard(
        account("ana", 5, active=False, status="deleted"),
        account("bo", 6, active=False, status="deactivated"),
        account("cy", 7, active=True),
        {
            "did": did("dee"),
            "time_us": us(8),
            "kind": "identity",
            "identity": {"did": did("dee"), "handle": "d.example"},
        },
    )
    assert page.erased == (AccountKey("bluesky", did("ana")),)
    assert json.loads(page.state or "")["time_us"] == us(8)


def test_a_changed_post_is_told_with_the_time_of_the_change() -> None:
    changed = commit("ana", 9, {"text": "never mind", "createdAt": stamp(5)}, operation="update")
    first, second = heard(post("ana", 5), None, changed)[:2]
    assert first.posts[0].edited_at is None
    assert [(found.text, found.edited_at) for found in second.posts] == [("never mind", NINE + timedelta(minutes=9))]


# -- messages that cannot be read


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        "null",
        "[" * 100_000,
        {"kind": "commit"},
        {**post("bo", 6), "did": "bo"},
        {**post("bo", 6), "time_us": "x"},
        {**post("bo", 6), "time_us": 10**30},
        {**post("bo", 6), "time_us": True},
        {**post("bo", 6), "commit": None},
        commit("bo", 6, {"text": 3, "createdAt": stamp(6)}),
        commit("bo", 6, {"text": "Northline Air"}),
        commit("bo", 6, {"text": "x", "createdAt": stamp(6)}, operation="burn"),
        commit("bo", 6, {"text": "x", "createdAt": stamp(6)}, rkey="a b/c"),
        commit("bo", 6, "x"),
        commit("bo", 6, {"subject": 3, "createdAt": stamp(6)}, collection=REPOST),
        commit("bo", 6, {"subject": {"uri": uri("ana")}, "createdAt": "soon"}, collection=REPOST),
        account("bo", 6) | {"account": []},
    ],
)
def test_a_message_that_cannot_be_read_is_counted_and_costs_no_other(frame: Any) -> None:
    (page,) = heard(post("ana", 5), frame, post("cy", 7))
    assert [found.author.id for found in page.posts] == [did("ana"), did("cy")]
    assert len(page.dropped) == 1


@pytest.mark.parametrize("frame", [{"kind": "new kind"}, {}, {"kind": "commit", "surprise": 1, **post("bo", 6, "x")}])
def test_messages_that_say_nothing_to_us_are_passed_over(frame: Any) -> None:
    (page,) = heard(post("ana", 5), frame)
    assert page.dropped == ()


# -- where it goes on


def position(minutes: float, server: str = "jetstream2.us-east.bsky.network") -> str:
    return json.dumps({"server": server, "time_us": us(minutes)})


@pytest.mark.parametrize(
    ("state", "back"),
    [
        (None, None),
        ("", None),
        ("nonsense", None),
        ('{"server": [], "time_us": 4}', None),
        ('{"server": "x", "time_us": -1}', None),
        ("[" * 100_000, None),
        (position(60), 5),
        (position(60, "jetstream1.us-west.bsky.network"), 60),
    ],
)
def test_it_connects_a_little_before_where_it_was_left(state: str | None, back: int | None) -> None:
    line = Line([], Network())
    heard(source=streaming(line), state=state)
    parts = urlsplit(line.addresses[0])
    asked = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc, parts.path) == ("wss", "jetstream2.us-east.bsky.network", "/subscribe")
    assert asked["wantedCollections"] == [POST, REPOST]
    assert asked.get("cursor") == (None if back is None else [str(us(60) - back * 1_000_000)])


def test_each_page_says_how_far_it_came_so_that_a_restart_loses_nothing() -> None:
    first, second = heard(post("ana", 5), None, post("bo", 6, "x"))
    assert first.state == position(5)
    assert second.state == position(6)


def test_a_quiet_stream_says_so_with_empty_pages() -> None:
    pages = heard(None, None)
    assert pages[:2] == [Page(), Page()]


def test_pages_come_every_two_seconds_or_five_hundred_messages() -> None:
    line = Line([post(f"u{number}", number / 1000, "x") for number in range(1200)], Network())
    pages, _ = until_it_breaks(streaming(line))
    assert [page.state for page in pages] == [position(number / 1000) for number in (499, 999, 1199)]
    clock = RecordedClock(NOW)

    def ticking() -> datetime:
        clock.wait(timedelta(seconds=0.5))
        return clock.now()

    slow = Line([post(f"u{number}", number, "x") for number in range(20)], Network())
    pages, _ = until_it_breaks(streaming(slow), None, ticking)
    assert len(pages) > 4


def test_what_came_before_the_line_broke_is_told_first() -> None:
    assert [found.author.id for page in heard(post("ana", 5)) for found in page.posts] == [did("ana")]


def test_whoever_stops_listening_closes_the_line() -> None:
    line = Line([None, None], Network())
    pages = streaming(line).listen([BRAND], None, lambda: NOW)
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert line.closed == 1


def test_a_position_that_the_server_has_forgotten_is_told_as_a_gap() -> None:
    """The server goes back 36 hours at most, and says nothing when that is not far enough."""
    first, second = heard(post("ana", 170), None, post("bo", 175), state=position(-60 * 48))[:2]
    assert first.gap is not None
    assert (first.gap.since, first.gap.until) == (NINE - timedelta(hours=48), NINE + timedelta(minutes=170))
    assert second.gap is None


def test_the_gap_is_told_when_the_first_message_comes_however_late() -> None:
    pages = heard(None, None, "not json", None, post("ana", 170), state=position(-60 * 48))
    assert [page.gap is not None for page in pages][:4] == [False, False, False, True]


@pytest.mark.parametrize("state", [None, position(168), position(400)])
def test_nothing_was_missed_at_first_after_a_short_break_or_with_a_clock_ahead(state: str | None) -> None:
    assert [page.gap for page in heard(post("ana", 170), state=state)] == [None]


def test_a_line_that_is_refused_says_why() -> None:
    class Refusing(Line):
        def websocket(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[str | None]:
            raise Unauthorised("the stream refuses access (403)")
            yield None

    with pytest.raises(Unauthorised):
        list(streaming(Refusing([], Network())).listen([BRAND], None, lambda: NOW))


# -- the second version of the protocol


def second(kind: str, minutes: float, **fields: Any) -> dict[str, Any]:
    time = stamp(minutes).replace("Z", ".000000Z")
    inner = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": 7, "time": time, **fields}
    return {"$type": "message", "payload": inner}


def test_messages_of_the_second_version_are_understood() -> None:
    record = {"text": "Northline Air again", "createdAt": stamp(5)}
    base = "wss://stream.example/xrpc/network.bsky.jetstream.subscribeEvents"
    line = Line(
        [
            second("commit", 5, did=did("ana"), operation="create", collection=POST, rkey="pana", record=record),
            second("info", 6, name="OutdatedCursor", message="resumed"),
            second("account", 7, did=did("bo"), active=False, status="deleted"),
            second("identity", 8, did=did("cy"), handle="cy.example"),
            second("commit", 9, did=did("ana"), operation="delete", collection=POST, rkey="pana"),
        ],
        Network(),
    )
    (page,) = heard(source=streaming(line, jetstream=base), state=position(4, "elsewhere"))
    assert page.deleted == (PostKey("bluesky", uri("ana")),)
    assert page.erased == (AccountKey("bluesky", did("bo")),)
    assert page.dropped == ()
    assert parse_qs(urlsplit(line.addresses[0]).query) == {
        "collections": [POST, REPOST],
        "cursor": [str(us(4) - 60_000_000)],
    }


def test_an_error_message_ends_the_stream() -> None:
    line = Line(
        [post("ana", 5), {"$type": "error", "name": "ConsumerTooSlow", "message": "…"}, post("bo", 6)], Network()
    )
    pages, error = until_it_breaks(streaming(line))
    assert isinstance(error, Unreachable)
    assert "ConsumerTooSlow" in str(error)
    assert [found.author.id for page in pages for found in page.posts] == [did("ana")]


# -- the cheap first look


TERMS = Brand(
    "n",
    "N",
    names=("Northline Air", "노스라인항공", "నార్త్‌లైన్", "北线航空"),
    handles=("@northline.example",),
    hashtags=("#nl_fail",),
    products=("Sky Pass",),
)


@pytest.mark.parametrize(
    "text",
    [
        "NORTHLINE   AIR",
        "northline-air",
        "Ｎｏｒｔｈｌｉｎｅ Ａｉｒ",
        "North\u200bline\u00adAir",
        "@northline.example hello",
        "so #NL_fail",
        "my sky.pass",
        "노스라인항공이 또",
        "我的北线航空",
        "నార్త్‌లైన్‌లో",
        "see https://news.example/2026/northline-air-breaks-cello",
    ],
)
def test_whatever_the_matcher_takes_for_a_mention_is_let_through(text: str) -> None:
    assert Matcher([TERMS]).match(text)
    assert Heard([TERMS]).may_mention(text)


PIECES = "northline|Air|AIR|-|_|.|/|+|@|#|노스라인|항공|은|北线|航空|nl_fail|sky|pass|https://x.example/|%20|x|’s| |\n"


@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=12).map("".join))
def test_the_first_look_never_keeps_back_a_mention(text: str) -> None:
    if Matcher([TERMS]).match(text):
        assert Heard([TERMS]).may_mention(text)


def test_links_are_looked_at_too_and_other_words_are_not_let_through() -> None:
    look = Heard([TERMS])
    assert look.may_mention("look", ["https://news.example/northline%20air/"])
    assert not look.may_mention("the north line of the air show", ["https://news.example/other"])
    assert not Heard([]).may_mention("Northline Air")
    assert Heard([Brand("all", "All", everything=True)]).may_mention("x")


# -- a real connection


class Jetstream:
    """A server of the stream on the loopback interface, which holds the last 36 hours."""

    def __init__(self, messages: list[dict[str, Any]], at_once: int = 1000) -> None:
        self.messages, self.at_once = messages, at_once
        self.asked: list[str] = []

    def __call__(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.asked.append(connection.request.path)
        asked = parse_qs(urlsplit(connection.request.path).query)
        cursor = int(asked.get("cursor", ["0"])[0])
        for message in [one for one in self.messages if one["time_us"] >= cursor][: self.at_once]:
            connection.send(json.dumps(message))
        connection.close()


@contextmanager
def jetstream(server: Jetstream) -> Iterator[str]:
    with serve(server, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{running.socket.getsockname()[1]}"
        finally:
            running.shutdown()
            thread.join()


def client(**config: Any) -> HttpClient:
    return HttpClient(HttpConfig(pace_seconds=0, **config), SystemClock(), httpx.MockTransport(Network()))


def test_over_a_real_connection_that_breaks_again_and_again_nothing_is_lost() -> None:
    server = Jetstream([post(f"u{n:02}", n / 10) for n in range(60)], at_once=8)
    found: list[str] = []
    state: str | None = None
    with jetstream(server) as base:
        for _ in range(40):
            http = client(allowed_private_hosts=("127.0.0.1",))
            source = BlueskySource(Config(stream=True, jetstream=base), http)  # a new process
            pages, _ = until_it_breaks(source, state)
            found += [one.author.id for page in pages for one in page.posts]
            state = next((page.state for page in reversed(pages) if page.state), state)
            http.close()
            if did("u59") in found:
                break
    assert set(found) == {did(f"u{n:02}") for n in range(60)}
    assert server.asked[0].startswith("/subscribe?wantedCollections=app.bsky.feed.post&wantedCollections=")


def test_a_stream_in_a_private_network_is_refused_unless_it_is_allowed() -> None:
    http = client()
    with pytest.raises(Refused):
        list(BlueskySource(Config(jetstream="ws://127.0.0.1:1"), http).listen([BRAND], None, lambda: NOW))
    http.close()
