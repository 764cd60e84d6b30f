"""Texts, names, JSON and feeds made to hurt: cut, cleaned or refused, and quickly."""

import contextlib
import socket
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import payload
from monitor.clock import RecordedClock, elapsed_seconds
from monitor.domain import Page
from monitor.errors import BadPayload
from monitor.http import HttpClient, HttpConfig
from monitor.http_errors import place
from monitor.payload import Unusable
from monitor.plain_text import LIMIT, clean, html_to_text, one_line
from monitor.sources.feed import parse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MEGABYTE = 1_000_000


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notes what is looked up or connected to; nothing is reached."""
    reached: list[Any] = []

    def look_up(*asked: Any, **_: Any) -> Any:
        reached.append(asked)
        raise OSError("nowhere")

    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, look_up)
    return reached


# -- texts and names


HUGE = 10 * MEGABYTE
TEXTS = {
    "letters": "a" * HUGE,
    "NUL": "\0" * HUGE,
    "overrides": "\u202e" * HUGE,
    "isolates": "\u2066" * HUGE,
    "surrogates": "\ud800" * HUGE,
    "spaces": " " * (HUGE - 1) + "a",
    "line ends": "\r" * HUGE,
    "combining": "a" + "\u0301" * HUGE,
    "brackets": "<" * HUGE,
    "tags": "<b><p>" * (HUGE // 6),
    "scripts": "<script>" * (HUGE // 8),
    "comments": "<!--" * (HUGE // 4),
    "whole comments": "<!---->" * (HUGE // 7),
    "attributes": "<b " + 'x="y" ' * (HUGE // 6),
    "references": "&amp;" * (HUGE // 5),
    "broken references": "&#" * (HUGE // 2),
    "one long reference": "&#" + "9" * HUGE,
    "one long hexadecimal reference": "&#x" + "f" * HUGE,
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(
    ("read", "longest"),
    [
        (payload.text, LIMIT),
        (payload.name, 200),
        (html_to_text, LIMIT),
        (lambda value: payload.web_address(value) or "", 2000),
        (lambda value: payload.language(value) or "", 3),
        (place, 120),
    ],
    ids=["text", "name", "html", "address", "language", "place"],
)
def test_ten_megabytes_are_cut_at_once(kind: str, read: Callable[[str], str], longest: int) -> None:
    start = elapsed_seconds()
    kept = read(TEXTS[kind])
    assert elapsed_seconds() - start < 1
    assert len(kept) <= longest
    assert not set(kept) & set("\0\r\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800")


@pytest.mark.parametrize("kind", TEXTS)
def test_ten_megabytes_are_no_id_and_no_time(kind: str) -> None:
    start = elapsed_seconds()
    for read in (payload.identity, payload.moment):
        with pytest.raises(Unusable) as unusable:
            read(TEXTS[kind], "id")
        assert len(str(unusable.value)) < 100
    assert elapsed_seconds() - start < 1


@pytest.mark.parametrize("value", [10**600, -(10**600), True, 1.5, None, [], "a\nb", "\u202eid", "", "a" * 513])
def test_what_could_not_be_a_key_is_no_id(value: Any) -> None:
    with pytest.raises(Unusable):
        payload.identity(value, "id")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("lost\u202egab\u202c bag", "lostgab bag"),
        ("\u2067a\u2069\u2066b\u2069\u2068c\u2069", "abc"),
        ("bell\a esc\x1b[31m del\x7f c1\x9b", "bell esc[31m del c1"),
        ("a\u2028b\u2029c\x85d\x0be", "a\nb\nc\nd\ne"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud83d pair", "half  pair"),
        ("తెలుగు \u200dక్ష 👩‍👩‍👧", "తెలుగు \u200dక్ష 👩‍👩‍👧"),
    ],
)
def test_what_would_make_a_text_read_differently_is_taken_out(sent: str, shown: str) -> None:
    assert clean(sent) == shown
    assert one_line(sent) == " ".join(shown.split())


@given(st.text())
def test_a_name_is_one_printable_line(text: str) -> None:
    assert "\n" not in one_line(text)
    assert not any(0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069 for char in html_to_text(text))


@given(st.text(alphabet="&#x;019af<>!-/ab", max_size=60))
def test_any_markup_can_be_read(text: str) -> None:
    html_to_text(text)


@pytest.mark.parametrize(
    "body",
    [b"[" * 500_000, b"9" * 500_000, b'{"a":' * 200_000, b'"' + b"\\ud800" * 100_000 + b'"', b"\xff" * 1000],
    ids=["brackets", "digits", "objects", "surrogates", "bytes"],
)
def test_json_made_to_hurt_is_read_or_refused(body: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    http = HttpClient(HttpConfig(), RecordedClock(NOON), transport)
    with contextlib.suppress(BadPayload):
        payload.text(http.get_json("https://a.example/"))


# -- feeds


def feed(item: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>Northline talk</title>'
        f"<link>https://talk.example/</link>{item}</channel></rss>"
    ).encode()


def entry(title: str) -> str:
    return f"<item><guid>1</guid><title>{title}</title></item>"


def declared(*entities: str) -> str:
    return f"<!DOCTYPE rss [{''.join(entities)}]>"


LAUGHS = declared('<!ENTITY a0 "ha">', *(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12)))
BOMBS = {
    "billion laughs": feed(entry("&a11;"), LAUGHS),
    "billion laughs in an attribute": feed('<item><link href="&a11;"/></item>', LAUGHS),
    "quadratic blow-up": feed(entry("&a;" * 50_000), declared(f'<!ENTITY a "{"x" * 100_000}">')),
    "entities in a circle": feed(entry("&a;"), declared('<!ENTITY a "&b;">', '<!ENTITY b "&a;">')),
    "many entities": feed(entry("x"), declared('<!ENTITY a "b">' * 50_000)),
    "external file": feed(entry("&x;"), declared('<!ENTITY x SYSTEM "file:///etc/passwd">')),
    "external address": feed(entry("&x;"), declared('<!ENTITY x SYSTEM "http://127.0.0.1:1/">')),
    "external parameter": feed(entry("x"), declared('<!ENTITY % p SYSTEM "http://127.0.0.1:1/">', "%p;")),
    "external definitions": feed(entry("x"), '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">'),
    "inclusion": feed(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>' + entry("x")
    ),
    "depth": feed(entry("<b>" * 300_000)),
    "depth without end": b'<rss version="2.0">' + b"<a>" * 300_000,
    "attributes": feed("<item " + " ".join(f'a{number}="x"' for number in range(50_000)) + "/>"),
    "name spaces": feed("<item " + " ".join(f'xmlns:a{number}="urn:{number}"' for number in range(30_000)) + "/>"),
    "items": feed(entry("x") * 30_000),
    "an open bracket": feed(entry("<![CDATA[" + "<" * MEGABYTE + "]]>")),
    "brackets": b'<rss version="2.0">' + b"<" * MEGABYTE,
    "openings": b'<rss version="2.0">' + b"<!" * (MEGABYTE // 2),
    "comments": b'<rss version="2.0">' + b"<!--" * (MEGABYTE // 4),
    "ampersands": feed(entry("& " * (MEGABYTE // 4))),
    "unknown entities": feed(entry("&nosuch;" * (MEGABYTE // 16))),
    "a number": feed(entry("&#" + "9" * MEGABYTE + ";")),
    "a date": feed(f"<item><guid>1</guid><title>x</title><pubDate>{'Mon, ' * 200_000}</pubDate></item>"),
    "an id": feed(f"<item><guid>{'g' * MEGABYTE}</guid><title>x</title></item>"),
    "a slow charset": b'<?xml version="1.0" encoding="punycode"?>' + b"a-b" * 300_000,
    "another alphabet": b'<?xml version="1.0" encoding="utf-7"?>' + b"+ADw-rss version=+ACI-2.0+ACI-+AD4-" * 1000,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_feed_made_to_hurt_is_read_or_refused_quickly(kind: str, nowhere: list[Any]) -> None:
    start = elapsed_seconds()
    try:
        page = parse(BOMBS[kind], "https://talk.example/feed", NOON)
    except BadPayload:
        page = Page()
    assert elapsed_seconds() - start < 5
    assert len(page.posts) <= 500
    for post in page.posts:
        assert len(post.text) <= LIMIT
        assert len(post.key.id) <= payload.LONGEST_ID
        assert "root:" not in post.text
    assert nowhere == []


def test_entities_that_multiply_take_no_memory() -> None:
    for kind in ("billion laughs", "quadratic blow-up"):
        tracemalloc.start()
        with contextlib.suppress(BadPayload):
            parse(BOMBS[kind], "https://talk.example/feed", NOON)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20 * MEGABYTE


def test_one_post_made_to_hurt_does_not_hide_the_others() -> None:
    items = entry("\u202e" * 50_000 + "&lt;" * 50_000) + "<item><guid>2</guid><title>Lost my bag</title></item>"
    assert "Lost my bag" in [post.text for post in parse(feed(items), "https://talk.example/feed", NOON).posts]
