"""Feeds: what is read of real-life oddities, and that nothing is fetched twice for nothing."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import RecordedClock
from monitor.domain import Brand
from monitor.errors import BadPayload, NotFound, RateLimited
from monitor.http import HttpClient, HttpConfig
from monitor.sources.feed import Config, FeedSource, parse

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://gazette.example/rss"
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))
FULL = (Path(__file__).parents[2] / "fixtures" / "feed" / "full.xml").read_bytes()


def rss(items: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>{head}{items}</channel></rss>'.encode()


def test_an_item_becomes_a_press_post_in_plain_text() -> None:
    page = parse(FULL, URL, NOW)
    post = page.posts[0]
    assert post.text == (
        "Cellist & Northline Air at odds over a broken instrument\n\nShe filmed the case before boarding."
    )
    assert post.created_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert post.is_press
    assert post.language == "en"
    assert post.url == "https://www.gazette.example/travel/cello?utm_source=rss&page=2"
    assert post.links == (post.url,)
    assert post.metrics is None
    assert post.author.id == "gazette.example"
    assert page.accounts[0].display_name == "Harbour Gazette"


def test_an_item_without_id_or_date_is_known_by_its_link_and_seen_now() -> None:
    page = parse(FULL, URL, NOW)
    assert page.posts[1].key.id.endswith(":https://gazette.example/travel/delay?id=9")
    assert page.posts[1].created_at == NOW


def test_an_item_with_nothing_to_read_is_counted() -> None:
    (dropped,) = parse(FULL, URL, NOW).dropped
    assert dropped.where == "gazette.example/rss item 2"


def test_the_same_id_in_two_feeds_is_two_posts() -> None:
    first, second = (parse(FULL, url, NOW).posts[0] for url in (URL, "https://other.example/rss"))
    assert first.key != second.key


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 02 Mar 2026 06:00:00 EST", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        ("2026-03-02T20:00:00+09:00", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 06:00:00 GMT", NOW),
        ("Thu, 01 Jan 1970 00:00:00 GMT", NOW),
        ("the day before yesterday", NOW),
    ],
)
def test_dates_are_read_and_impossible_ones_are_now(date: str, expected: datetime) -> None:
    page = parse(rss(f"<item><title>Northline Air</title><pubDate>{date}</pubDate></item>"), URL, NOW)
    assert page.posts[0].created_at == expected


def test_an_aggregator_names_the_publisher() -> None:
    item = '<item><title>x</title><source url="https://www.times.example/">Times</source></item>'
    assert parse(rss(item, "<link>https://aggregator.example</link>"), URL, NOW).posts[0].author.id == "times.example"


@pytest.mark.parametrize("encoding", ["euc-kr", "utf-16"])
def test_feeds_in_other_encodings_are_read(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>t</title>'
    body += "<item><title>노스라인 항공</title></item></channel></rss>"
    assert parse(body.encode(encoding), URL, NOW).posts[0].text == "노스라인 항공"


def test_a_header_that_contradicts_the_feed_is_no_failure() -> None:
    assert len(parse(FULL, URL, NOW, "text/xml").posts) == 2


@pytest.mark.parametrize("body", [b"", b"<html><body>captcha</body></html>", b"\x00\xff", b"{}", b"/etc/passwd"])
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(BadPayload, match=r"gazette\.example/rss"):
        parse(body, URL + "?key=s3cret", NOW)


def test_no_file_of_this_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(FULL)
    with pytest.raises(BadPayload):
        parse(str(secret).encode(), URL, NOW)
    outside = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'
    body = rss("<item><title>&x;Northline</title></item>").replace(b"<rss", outside.encode() + b"<rss")
    assert "Harbour" not in str(parse(body, URL, NOW).posts)


def test_entities_that_blow_up_do_not() -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    body = rss("<item><title>&a9;</title></item>").replace(b"<rss", f"<!DOCTYPE r [{entities}]><rss".encode())
    assert all(len(post.text) < 100_000 for post in parse(body, URL, NOW).posts)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_nothing_inside_a_feed_stops_the_reader(body: bytes, title: str) -> None:
    for hostile in (body, rss(f"<item><title>{title}</title><pubDate>{title}</pubDate><link>{title}</link></item>")):
        try:
            page = parse(hostile, URL, NOW)
        except BadPayload:
            continue
        assert all(post.created_at <= NOW for post in page.posts)


# -- fetching


def test_one_broken_feed_of_two_does_not_stop_the_other() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=FULL) if request.url.host == "gazette.example" else httpx.Response(410)

    page = fetch(answer, ("https://gone.example/rss?key=s3cret", URL))
    assert len(page.posts) == 2
    assert page.dropped[0].where == "gone.example/rss"
    assert "any more" in page.dropped[0].reason


def test_all_feeds_broken_is_a_failure() -> None:
    with pytest.raises(NotFound):
        fetch(lambda request: httpx.Response(404), (URL, "https://b.example/rss"))


def test_no_feeds_is_nothing_to_read() -> None:
    assert fetch(lambda request: httpx.Response(404), ()).posts == ()


def test_a_failing_feed_keeps_what_was_remembered_of_it() -> None:
    state = json.dumps({URL: {"etag": '"v7"'}, "https://b.example/rss": {"etag": '"b"'}, "https://old.example": {}})

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if request.url.host == "b.example" else httpx.Response(304)

    page = fetch(answer, (URL, "https://b.example/rss"), state)
    assert json.loads(page.state or "") == {URL: {"etag": '"v7"'}, "https://b.example/rss": {"etag": '"b"'}}


def test_the_wait_that_the_only_feed_asks_for_is_kept() -> None:
    with pytest.raises(RateLimited) as raised:
        fetch(lambda request: httpx.Response(429, headers={"retry-after": "60"}), (URL,))
    assert raised.value.retry_after == timedelta(seconds=60)


def fetch(answer: Any, urls: tuple[str, ...], state: str | None = None) -> Any:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return FeedSource(Config(urls=urls), http).fetch(BRAND, state, None, NOW)


# -- a real server


class News(BaseHTTPRequestHandler):
    tag, sent = '"v1"', 0

    def do_GET(self) -> None:
        same = self.headers.get("if-none-match") == News.tag and self.headers.get("if-modified-since")
        News.sent += not same
        self.send_response(304 if same else 200)
        self.send_header("etag", News.tag)
        self.send_header("last-modified", "Mon, 02 Mar 2026 10:00:00 GMT")
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", "0" if same else str(len(FULL)))
        self.end_headers()
        if not same:
            self.wfile.write(FULL)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), News)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_is_sent_again_only_after_it_changed(site: str) -> None:
    http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), RecordedClock(NOW))
    source = FeedSource(Config(urls=(f"http://{site}/rss",)), http)
    first = source.fetch(BRAND, None, None, NOW)
    second = source.fetch(BRAND, first.state, None, NOW)
    assert (len(first.posts), len(second.posts), News.sent) == (2, 0, 1)
    News.tag = '"v2"'
    third = source.fetch(BRAND, second.state, None, NOW)
    assert (third.posts, News.sent) == (first.posts, 2)
    http.close()
