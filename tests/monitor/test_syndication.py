"""Feeds of strangers: what they call themselves, what is broken in them, and what would take for ever to read."""

import time
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import BadPayload
from monitor.feed_text import decoded
from monitor.syndication import MOST_ITEMS, Syndicated, read

HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>'
END = b"</channel></rss>"
LONG = 150_000
PATIENCE = 20.0  # seconds for a document that a naive reader takes minutes or hours over; this one takes about one


def rss(items: str, charset: str = "utf-8", said: str | None = None) -> bytes:
    text = f'<?xml version="1.0" encoding="{said or charset}"?><rss version="2.0"><channel>{items}</channel></rss>'
    return text.encode(charset)


def titles(feed: Syndicated) -> list[str]:
    return [entry.get("title", "") for entry in feed.entries]


# -- which text it is


@pytest.mark.parametrize(
    ("charset", "said", "header"),
    [
        ("euc-kr", "euc-kr", "text/xml"),
        ("euc-kr", "euc-kr", "text/xml; charset=utf-8"),
        ("euc-kr", "utf-8", "text/xml; charset=EUC-KR"),
        ("cp949", "ks_c_5601-1987", ""),
        ("utf-8", "euc-kr", ""),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("utf-8-sig", "utf-8", ""),
        ("utf-16", "utf-16", "text/xml"),
        ("iso-2022-kr", "iso-2022-kr", "text/xml"),
    ],
)
def test_korean_feeds_are_read_whatever_header_and_declaration_claim(charset: str, said: str, header: str) -> None:
    body = rss("<item><title>노스라인 항공이 첼로를 부쉈다</title></item>", charset, said)
    assert titles(read(body, "x", header)) == ["노스라인 항공이 첼로를 부쉈다"]


@pytest.mark.parametrize(("charset", "said"), [("gb18030", "gb18030"), ("gbk", "gb2312"), ("gb18030", "GBK")])
def test_chinese_feeds_are_read_in_the_wider_set(charset: str, said: str) -> None:
    body = rss(
        "<item><title>航空公司弄坏了大提琴，鎔基㐂</title></item>", charset if charset != "gbk" else "gb18030", said
    )
    assert titles(read(body, "x", "application/rss+xml")) == ["航空公司弄坏了大提琴，鎔基㐂"]


def test_what_is_utf_8_is_read_so_whatever_it_is_said_to_be() -> None:
    assert "航空".encode().decode("gb18030") != "航空"
    body = rss("<item><title>航空</title></item>", "utf-8", "gb18030")
    assert titles(read(body, "x", "text/xml; charset=gb18030")) == ["航空"]


def test_a_text_without_any_hint_is_never_refused() -> None:
    assert titles(read(rss("<item><title>café</title></item>", "latin-1", "no-such-set"), "x")) == ["café"]


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_are_a_text(body: bytes, header: str) -> None:
    assert isinstance(decoded(body, header), str)


# -- what is broken


def test_entities_of_html_are_characters_and_lone_ampersands_are_themselves() -> None:
    body = rss(
        "<item><title>caf&eacute; &nbsp;AT&T &foo; <![CDATA[R&D &nbsp;]]></title><link>http://x.example/?a=1&b=2</link></item>"
    )
    (entry,) = read(body, "x").entries
    assert entry["title"] == "café \xa0AT&T &foo; R&D &nbsp;"
    assert entry["link"] == "http://x.example/?a=1&b=2"


def test_a_document_type_may_leave_its_entities_to_html() -> None:
    kind = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://dtd.example/rss-0.91.dtd"><rss'
    body = rss("<item><title>Z&uuml;rich</title></item>").replace(b"<rss", kind)
    assert titles(read(body, "x")) == ["Zürich"]


@pytest.mark.parametrize("markup", ["", "<description><p>one<br>two</p></description>"])
def test_a_feed_that_ends_in_the_middle_gives_the_whole_items_before_and_says_so(markup: str) -> None:
    whole = rss("".join(f"<item><title>item {n}</title>{markup}<guid>id-{n:05}</guid></item>" for n in range(9)))
    items = titles(read(whole, "x"))
    assert items == [f"item {n}" for n in range(9)]
    for at in range(whole.index(b"<channel>") + 10, len(whole) - 1, 7):
        cut = read(whole[:at], "x")
        assert titles(cut) == items[: whole[:at].count(b"</item>")]
        assert cut.broken
        assert [entry["id"] for entry in cut.entries] == [f"id-{n:05}" for n in range(len(cut.entries))]


def test_markup_that_was_never_closed_does_not_lose_the_items() -> None:
    feed = read(rss("<item><description><p>one<br>two</p></description></item><item><title>three</title></item>"), "x")
    assert len(feed.entries) == 2
    assert feed.broken


def test_control_characters_are_left_out() -> None:
    assert titles(read(rss("<item><title>lost\x08 bag\x0b</title></item>"), "x")) == ["lost bag"]


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>captcha</body></html>", b"\x00\xff", b"{}", b"/etc/passwd", b"<a/>"]
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(BadPayload, match=r"gazette\.example"):
        read(body, "gazette.example")


def test_what_a_feed_says_about_itself_is_kept() -> None:
    head = "<ttl>30</ttl><skipHours><hour>3</hour><hour>24</hour><hour>x</hour></skipHours>"
    feed = read(rss(head + "<skipDays><day>Sunday</day></skipDays><item><title>x</title></item>"), "x")
    assert feed.feed["ttl"] == "30"
    assert (feed.skip_hours, feed.skip_days, feed.version) == ({3, 0}, {"sunday"}, "rss20")


def test_answers_are_known_by_whatever_prefix_the_feed_gives_them() -> None:
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:t="http://purl.org/syndication/thread/1.0"'
    body = f'<feed {names}><entry><id>b</id><t:in-reply-to ref="a"/><t:total>5</t:total></entry></feed>'.encode()
    (entry,) = read(body, "x").entries
    assert (entry["thr-in-reply-to"]["ref"], entry["thr-total"]) == ("a", "5")


# -- what would never end


def test_more_items_than_anybody_reads_are_counted() -> None:
    feed = read(HEAD + b"<item><title>x</title></item>" * (MOST_ITEMS + 7) + END, "x")
    assert (len(feed.entries), feed.left_out) == (MOST_ITEMS, 7)


def test_entities_that_grow_are_not_expanded() -> None:
    grown = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    body = rss("<item><title>&a11;</title><description>seen</description></item>")
    (entry,) = read(body.replace(b"<rss", f"<!DOCTYPE r [{grown}]><rss".encode()), "x").entries
    assert len(entry.get("title", "")) < 100
    assert entry["summary"] == "seen"


def test_nothing_outside_is_fetched_or_opened() -> None:
    outside = (
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY % y SYSTEM "http://127.0.0.1:9/"> %y;]><rss'
    )
    feed = read(rss("<item><title>&x;here</title></item>").replace(b"<rss", outside), "x")
    assert titles(feed) == ["here"]


def test_elements_within_elements_without_end_are_refused() -> None:
    for body in (b"<a>" * LONG, b"<item>" + b"<a>" * LONG, b"<category>" * LONG):
        with pytest.raises(BadPayload, match="deep"):
            read(HEAD + body, "gazette.example")


def element(name: bytes, text: bytes) -> bytes:
    return b"<item><title>x</title><" + name + b">" + text * LONG + b"</" + name + b"></item>"


HOSTILE = {
    "author without @": element(b"author", b"a."),
    "author of @": element(b"author", b"a@"),
    "creator": element(b"dc:creator", b"a."),
    "date": element(b"pubDate", b"1"),
    "date of commas": element(b"pubDate", b"Mon, "),
    "brackets": element(b"description", b"&lt;p&gt;"),
    "attributes": b"<item " + b" ".join(b'a%d="1"' % n for n in range(LONG)) + b"><title>x</title></item>",
    "names": b"<item " + b" ".join(b'xmlns:a%d="u"' % n for n in range(LONG)) + b"><title>x</title></item>",
    "categories": b"<item>"
    + b"".join(b"<category>a%d</category>" % n for n in range(LONG))
    + b"<title>x</title></item>",
    "categories of many items": b"".join(
        b"<item><title>x</title>" + b"".join(b"<category>a%d</category>" % n for n in range(900)) + b"</item>"
        for _ in range(400)
    ),
    "elements": b"<item><title>x</title>" + b"<a>b</a>" * LONG + b"</item>",
    "links": b"<item><title>x</title>" + b"<link>http://x.example/</link>" * LONG + b"</item>",
    "items": b"<item><title>x</title></item>" * LONG,
    "ampersands": element(b"title", b"&#"),
    "quotes that never end": element(b"title", b"<![CDATA["),
    "comments that never end": element(b"title", b"<!--"),
    "instructions": element(b"title", b"<?"),
    "long name": b"<item><" + b"a" * LONG + b"/><title>x</title></item>",
}


@pytest.mark.parametrize("ended", [True, False], ids=["whole", "broken"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_takes_for_ever(kind: str, ended: bool) -> None:
    body = HEAD.replace(b"<rss", b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"') + HOSTILE[kind]
    started = time.perf_counter()
    for size in (len(body), 190_000):  # the second is short enough for the reader that takes anything
        feed = read(body[:size] + (END if ended and size == len(body) else b""), "x")
        assert len(feed.entries) <= MOST_ITEMS
    assert time.perf_counter() - started < PATIENCE


@given(
    st.lists(
        st.sampled_from(
            [
                "<item>",
                "</item>",
                "<title>",
                "</title>",
                "<![CDATA[",
                "]]>",
                "&amp;",
                "&x;",
                "é",
                "<a b='",
                "'>",
                "<!--",
                "-->",
            ]
        )
    )
)
def test_pieces_in_any_order_are_a_feed_or_none(pieces: list[str]) -> None:
    feed = read(HEAD + "".join(chain(pieces)).encode(), "x")
    assert all(isinstance(entry.get("title", ""), str) for entry in feed.entries)
