"""The items of feeds: what is read of real-life oddities."""

import io
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import Page, Post, PostKey
from monitor.errors import BadPayload
from monitor.sources.feed import parse
from monitor.sources.feed.config import key_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://gazette.example/rss"
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


def test_a_feed_that_the_reader_calls_bozo_is_fine() -> None:
    """nginx says text/xml without a charset, which the reader takes for a contradiction."""
    body = rss("<item><title>첼로</title></item>").replace(b"?>", b' encoding="utf-8"?>', 1)
    said = {"content-type": "text/xml"}
    assert feedparser.parse(io.BytesIO(body), response_headers=said).bozo
    page = parse(body, URL, NOW, "text/xml")
    assert [post.text for post in page.posts] == ["첼로"]
    assert page.dropped == ()


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


# -- publishers, answers, edits, counters


def atom(entries: str, head: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    return f'<?xml version="1.0"?><feed {names}><title>Blog</title>{head}{entries}</feed>'.encode()


def entry(own: str, more: str = "", published: str = "2026-03-02T09:00:00Z") -> str:
    dated = f"<published>{published}</published>" if published else ""
    return f"<entry><id>{own}</id><title>{own} says so</title>{dated}{more}</entry>"


def only(page: Page) -> Post:
    (post,) = page.posts
    return post


@pytest.mark.parametrize(
    ("title", "summary", "text"),
    [
        ("Cello case broken - The Daily", "", "Cello case broken"),
        (
            "Cello case broken - The Daily",
            '<a href="https://x.example">Cello case broken</a>&nbsp;<font>The Daily</font>',
            "Cello case broken",
        ),
        ("Cello case broken - The Daily", "More words.", "Cello case broken\n\nMore words."),
        ("Cello case broken - again", "", "Cello case broken - again"),
        ("The Daily", "", "The Daily"),
    ],
)
def test_google_news_hangs_the_publisher_on_the_title_and_it_is_taken_off(title: str, summary: str, text: str) -> None:
    summary = summary.replace("&", "&amp;").replace("<", "&lt;")
    item = f"<item><title>{title}</title><description>{summary}</description>"
    item += '<source url="https://daily.example">The Daily</source><guid isPermaLink="false">CBMi</guid></item>'
    post = only(parse(rss(item), URL, NOW))
    assert (post.text, post.author.id) == (text, "daily.example")


def test_an_answer_points_to_what_it_answers_and_is_a_persons() -> None:
    answer = '<author><name>Ines</name></author><thr:in-reply-to ref="a"/>'
    page = parse(
        atom(entry("a") + entry("b", answer) + entry("c", answer.replace("Ines", "Omar").replace('"a"', '"b"'))),
        URL,
        NOW,
    )
    a, b, c = page.posts
    assert [(edge.child, edge.parent_post, edge.root, edge.parent) for edge in page.reposts] == [
        (b.key, a.key, a.key, a.author),
        (c.key, b.key, a.key, b.author),
    ]
    assert {(edge.kind, edge.evidence, edge.confidence) for edge in page.reposts} == {("reply", "reply", 1.0)}
    assert (a.is_press, b.is_press, b.author.id) == (True, False, "gazette.example:Ines")


def test_an_answer_to_something_that_the_feed_does_not_show_points_there_all_the_same() -> None:
    page = parse(atom(entry("b", '<thr:in-reply-to ref="gone"/>')), URL, NOW)
    (edge,) = page.reposts
    assert edge.root == edge.parent_post == PostKey("feed", f"{key_of(URL)}:gone")
    assert edge.parent is None


def test_answers_in_a_circle_or_to_themselves_come_to_an_end() -> None:
    circle = entry("a", '<thr:in-reply-to ref="b"/>') + entry("b", '<thr:in-reply-to ref="a"/>')
    page = parse(atom(circle + entry("c", '<thr:in-reply-to ref="c"/>')), URL, NOW)
    assert len(page.posts) == 3
    assert all(edge.child != edge.root for edge in page.reposts)


@pytest.mark.parametrize("said", ["<thr:total>7</thr:total>", '<link rel="replies" href="/r" thr:count="7"/>'])
def test_how_many_comments_an_entry_has_is_a_counter(said: str) -> None:
    post = only(parse(atom(entry("a", said)), URL, NOW))
    assert post.metrics is not None
    assert (post.metrics.replies, post.metrics.views, post.metrics.likes) == (7, None, None)


def test_how_many_comments_an_item_has_is_a_counter() -> None:
    item = '<item xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><title>x</title><slash:comments>{}</slash:comments></item>'
    counted = only(parse(rss(item.format("12")), URL, NOW)).metrics
    assert counted is not None
    assert counted.replies == 12
    assert only(parse(rss(item.format("many")), URL, NOW)).metrics is None


@pytest.mark.parametrize(
    ("published", "updated", "created_at", "edited_at"),
    [
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z", 9, None),
        ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", 9, 10),
        ("2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z", 9, None),
        ("2026-03-02T09:00:00Z", "2026-03-03T10:00:00Z", 9, None),
        ("", "2026-03-02T10:00:00Z", 10, 10),
        ("2026-03-02T18:00:00+09:00", "2026-03-02T19:00:00+09:00", 9, 10),
    ],
)
def test_a_later_change_of_the_same_entry_is_an_edit(
    published: str, updated: str, created_at: int, edited_at: int | None
) -> None:
    post = only(parse(atom(entry("a", f"<updated>{updated}</updated>", published)), URL, NOW))
    assert post.created_at == datetime(2026, 3, 2, created_at, tzinfo=UTC)
    assert post.edited_at == (None if edited_at is None else datetime(2026, 3, 2, edited_at, tzinfo=UTC))


def test_a_date_without_a_zone_is_never_in_the_future() -> None:
    early, late = (
        only(parse(atom(entry("a", "", date)), URL, NOW)) for date in ("2026-03-02T11:00:00", "2026-03-02T21:00:00")
    )
    assert early.created_at == datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert late.created_at == NOW


def test_an_entry_may_have_a_language_of_its_own() -> None:
    page = parse(
        atom('<entry xml:lang="ko"><id>a</id><title>첼로</title></entry>' + entry("b")).replace(
            b"<feed", b'<feed xml:lang="en"'
        ),
        URL,
        NOW,
    )
    assert [post.language for post in page.posts] == ["ko", "en"]


@pytest.mark.parametrize(
    "link", ["http://[::", "http://[x]/a", "//[", "javascript:alert(1)", "http://℀.example/", "x" * 3000]
)
def test_a_link_that_is_none_loses_nothing_but_itself(link: str) -> None:
    page = parse(rss(f"<item><title>a</title><link>{link}</link></item><item><title>b</title></item>"), URL, NOW)
    assert [post.text for post in page.posts] == ["a", "b"]
    assert page.posts[0].links in ((), ("https://gazette.example/" + link,))


def test_items_beyond_what_is_read_are_counted() -> None:
    page = parse(rss("".join(f"<item><title>item {n}</title></item>" for n in range(503))), URL, NOW)
    assert len(page.posts) == 500
    assert [(drop.where, drop.reason) for drop in page.dropped] == [
        ("gazette.example/rss", "3 items beyond the first 500")
    ]


def test_the_identity_of_what_was_read_before_stays() -> None:
    assert parse(FULL, "https://news.example/rss", NOW).posts[0].key.id == "22a89282b2b5:gazette-771"
