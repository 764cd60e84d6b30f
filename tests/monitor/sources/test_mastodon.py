"""Mastodon: what is read out of statuses and accounts, and what is left out."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import AccountKey, Page, Post, PostKey, Repost
from monitor.errors import BadPayload
from monitor.sources.mastodon import parse
from monitor.sources.mastodon.content import links_of, text_of
from monitor.sources.mastodon.ids import moment_of
from monitor.sources.mastodon.known import KnownIds
from monitor.sources.mastodon.statuses import Reading, Seen, numbered
from tests.sites.mastodon import snowflake, ulid

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "mastodon" / "full.json").read_text())["body"]
SERVER = "social.example"


def status(number: int, name: str = "ana", **fields: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "uri": f"https://social.example/users/{name}/statuses/{number}",
        "created_at": (NINE + timedelta(minutes=number % 100)).isoformat(),
        "visibility": "public",
        "content": f"<p>lost bag {number}</p>",
        "account": {"id": "7", "acct": name, "uri": f"https://social.example/users/{name}"},
        **fields,
    }


def key(number: int, name: str = "ana") -> PostKey:
    return PostKey("mastodon", f"https://social.example/users/{name}/statuses/{number}")


def one(**fields: Any) -> Post:
    page = parse([status(1001, **fields)], NOW, SERVER)
    assert not page.dropped, page.dropped
    return page.posts[0]


def by_author(page: Page, name: str) -> Post:
    return next(post for post in page.posts if f"/{name}/" in post.key.id)


def edges(page: Page) -> dict[PostKey, Repost]:
    return {edge.child: edge for edge in page.reposts}


# -- posts


def test_a_post_is_read_with_its_counters_links_author_and_local_name() -> None:
    page = parse(FULL, NOW, SERVER)
    post = by_author(page, "mira")
    assert post.key.id == f"https://social.example/users/mira/statuses/{post.local_id}"
    assert post.author == AccountKey("mastodon", "https://social.example/users/mira")
    assert post.text.startswith("@northlineair cracked my cello and will not answer. #northline")
    assert post.created_at == NINE + timedelta(minutes=5)
    assert post.links == ("https://video.example/watch/cello",)
    assert post.metrics is not None
    assert (post.metrics.likes, post.metrics.reposts, post.metrics.replies, post.metrics.views) == (51, 4, 2, None)
    assert (post.language, post.edited_at, post.is_press) == ("en", None, False)
    account = next(account for account in page.accounts if account.key == post.author)
    assert (account.handle, account.display_name, account.followers, account.verified) == (
        "mira@social.example",
        "Mira",
        812,
        None,
    )


def test_the_same_post_seen_from_another_server_has_the_same_key() -> None:
    here = parse([status(1001)], NOW, SERVER).posts[0]
    there = parse([{**status(1001), "id": "99"}], NOW, "elsewhere.example").posts[0]
    assert here.key == there.key
    assert (here.local_id, there.local_id) == ("1001", "99")


def test_an_edit_and_its_time_are_read() -> None:
    assert by_author(parse(FULL, NOW, SERVER), "ravi").edited_at == NINE + timedelta(minutes=75)


def test_a_warning_before_the_text_is_part_of_what_was_said() -> None:
    assert one(spoiler_text="Northline Air, luggage").text == "Northline Air, luggage\n\nlost bag 1001"


def test_counters_that_are_not_given_are_unknown() -> None:
    assert one().metrics is None
    metrics = one(favourites_count=0, reblogs_count=None, replies_count="many").metrics
    assert metrics is not None
    assert (metrics.likes, metrics.reposts, metrics.replies) == (0, None, None)


def test_a_time_to_come_is_taken_for_now() -> None:
    assert one(created_at="2031-01-01T00:00:00Z").created_at == NOW
    assert one(edited_at="2031-01-01T00:00:00Z").edited_at == NOW


@pytest.mark.parametrize("visibility", ["private", "direct", "mutuals_only", "", None, 3, ["public"]])
def test_what_is_not_for_everybody_is_left_out(visibility: Any) -> None:
    page = parse([status(1001, visibility=visibility), status(1002, visibility="unlisted")], NOW, SERVER)
    assert [post.key for post in page.posts] == [key(1002)]
    assert [drop.reason for drop in page.dropped] == ["the post is not public"]


@pytest.mark.parametrize(
    "broken",
    [
        {"id": None},
        {"id": "../../oauth"},
        {"id": "1" * 65},
        {"uri": None},
        {"uri": "https://x.example/\u202e"},
        {"created_at": "yesterday"},
        {"created_at": "2026-03-02T09:00:00"},
        {"content": None},
        {"account": None},
        {"account": {"id": "7", "acct": ""}},
        {"account": {"id": "7", "acct": "ana", "uri": ["x"]}},
        {"in_reply_to_id": {}},
        {"reblog": "yes"},
    ],
)
def test_a_status_without_a_required_field_is_dropped_alone(broken: dict[str, Any]) -> None:
    page = parse([status(1001), status(1002, **broken), "x", status(1003)], NOW, SERVER)
    assert [post.key for post in page.posts] == [key(1001), key(1003)]
    assert [drop.where for drop in page.dropped] == ["statuses[1]", "statuses[2]"]


@pytest.mark.parametrize("answer", [None, {}, "[]", 3])
def test_an_answer_that_is_no_list_is_refused(answer: Any) -> None:
    with pytest.raises(BadPayload):
        parse(answer, NOW, SERVER)


# -- accounts


def test_gotosocial_names_no_address_of_an_account_so_its_full_handle_is_its_key() -> None:
    local = {"id": "01A", "acct": "ana", "url": "http://home.example:3980/@ana"}
    remote = {"id": "01B", "acct": "bo@far.example", "url": "https://far.example/@bo"}
    bare = {"id": "01C", "acct": "cy"}
    accounts = [one(account=account).author.id for account in (local, remote, bare)]
    assert accounts == ["ana@home.example:3980", "bo@far.example", "cy@social.example"]


def test_a_handle_is_whole_also_for_accounts_of_the_server_itself() -> None:
    accounts = parse(FULL, NOW, SERVER).accounts
    assert {"mira@social.example", "hana@kr.example"} <= {account.handle for account in accounts}


# -- text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ('<p class="quote-inline">RE: <a href="https://a.example/1">a</a></p><p>Mine</p>', "Mine"),
        ('<span class="quote-inline"><br>RE: <span>x</span> y</span>Mine', "Mine"),
        ("<p class='other quote-inline'>RE</p>Mine<p class=\"quote-inline\">RE</p> too", "Mine too"),
        ('<p class="quote-inline">never closed <b>Mine</b>', "never closed Mine"),
        ('<p class="no-quote-inline">Mine</p>', "Mine"),
        ("<p>#<span>노스라인</span> &lt;b&gt; &amp; more</p>", "#노스라인 <b> & more"),
        ("quote-inline is a word, too", "quote-inline is a word, too"),
        ("", ""),
    ],
)
def test_the_words_of_a_status_are_read_without_what_it_quotes(html: str, text: str) -> None:
    assert text_of(html) == text


def test_links_are_those_the_author_set() -> None:
    html = (
        '<a href="https://social.example/@bo" class="u-url mention">@bo</a>'
        '<a class="mention hashtag" href="https://social.example/tags/x">#x</a>'
        '<a href="https://press.example/?a=1&amp;b=2">p</a><a href="javascript:alert(1)">j</a><a>n</a>'
        '<p class="quote-inline"><a href="https://social.example/@mira/1">RE</a></p>'
    )
    assert list(links_of(html)) == ["https://press.example/?a=1&b=2"]
    card = {"url": "https://press.example/card"}
    assert one(content=html, card=card).links == ("https://press.example/?a=1&b=2", "https://press.example/card")


@pytest.mark.parametrize(
    "piece", ["<", "<a ", '<p class="quote-inline">', "<a href='", 'class="quote-inline" ', "<p class=", "</p><p>"]
)
def test_hostile_html_takes_no_time(piece: str) -> None:
    html = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    one(content=html)
    assert time.perf_counter() - started < 5


@given(st.text(alphabet="<>/=\"' pqaclsbrquote-inlinehref", max_size=300))
def test_whatever_html_gives_text_and_addresses(html: str) -> None:
    assert isinstance(text_of(html), str)
    assert all(link.startswith("http") for link in links_of(html))


# -- edges


def test_a_quote_is_an_edge_to_what_it_quotes() -> None:
    page = parse(FULL, NOW, SERVER)
    teo, mira = by_author(page, "teo"), by_author(page, "mira")
    edge = edges(page)[teo.key]
    assert teo.text == "Never again with them #northline"
    assert (edge.root, edge.parent_post, edge.parent) == (mira.key, mira.key, mira.author)
    assert (edge.kind, edge.evidence, edge.confidence) == ("quote", "quote", 1.0)


@pytest.mark.parametrize(
    "state", ["pending", "rejected", "revoked", "deleted", "unauthorized", "blocked_domain", "new_state", None, 1]
)
def test_a_quote_that_its_author_did_not_accept_is_no_edge(state: Any) -> None:
    quoted = status(1001, "bo")
    page = parse([status(1002, quote={"state": state, "quoted_status": quoted})], NOW, SERVER)
    assert page.reposts == ()
    assert len(page.posts) == 1


def test_a_quote_that_only_names_an_id_is_an_edge_where_that_post_is_known() -> None:
    shallow = {"state": "accepted", "quoted_status_id": "1001"}
    quoting, quoted = status(1002, "bo", quote=shallow), status(1001)
    assert parse([quoting], NOW, SERVER).reposts == ()
    for page in ([quoting, quoted], [quoted, quoting]):
        assert edges(parse(page, NOW, SERVER))[key(1002, "bo")].root == key(1001)


def test_a_reply_is_an_edge_where_its_thread_is_on_the_page_up_to_the_top() -> None:
    thread = [
        status(1004, "dee", in_reply_to_id="1003"),
        status(1003, "cy", in_reply_to_id="1001"),
        status(1002, "bo", in_reply_to_id="900"),
        status(1001),
    ]
    found = edges(parse(thread, NOW, SERVER))
    assert set(found) == {key(1003, "cy"), key(1004, "dee")}
    deepest = found[key(1004, "dee")]
    assert (deepest.root, deepest.parent_post) == (key(1001), key(1003, "cy"))
    assert (deepest.kind, deepest.evidence, deepest.confidence) == ("reply", "reply", 1.0)


def test_a_reply_to_what_an_earlier_page_brought_is_an_edge() -> None:
    known = KnownIds()
    first = Reading(SERVER, NOW, known)
    first.take(numbered("x", [status(1001)]))
    known.remember(first.seen)
    second = Reading(SERVER, NOW, known)
    second.take(numbered("x", [status(1002, "bo", in_reply_to_id="1001")]))
    assert [edge.root for edge in second.page().reposts] == [key(1001)]


def test_replies_in_a_circle_end() -> None:
    circle = [status(1001, in_reply_to_id="1002"), status(1002, "bo", in_reply_to_id="1001")]
    assert parse(circle, NOW, SERVER).reposts == ()
    itself = parse([status(1001, in_reply_to_id="1001")], NOW, SERVER)
    assert itself.reposts == ()


def test_a_long_thread_takes_no_time() -> None:
    chain = [status(10_000 + n, in_reply_to_id=str(9_999 + n) if n else None) for n in range(4_000)]
    started = time.perf_counter()
    page = parse(list(reversed(chain)), NOW, SERVER)
    assert time.perf_counter() - started < 5
    assert {edge.root for edge in page.reposts} == {key(10_000)}
    assert len(page.reposts) == 3_999


def test_a_boost_is_folded_to_the_original() -> None:
    boost = status(1009, "bo", content="", reblog=status(1001), created_at="2026-03-02T10:00:00Z")
    page = parse([boost], NOW, SERVER)
    assert [post.key for post in page.posts] == [key(1001)]
    edge = page.reposts[0]
    assert edge.child == PostKey("mastodon", f"{key(1001).id}#boost:https://social.example/users/bo")
    assert (edge.root, edge.parent, edge.parent_post, edge.evidence, edge.confidence) == (
        key(1001),
        None,
        None,
        "inferred",
        0.0,
    )
    assert edge.at == NINE + timedelta(hours=1)


# -- ids


def test_a_numeric_id_holds_its_time_and_a_text_holds_none() -> None:
    at = NINE + timedelta(minutes=3, milliseconds=77)
    assert moment_of(snowflake(at, 5), NINE, NOW) == at
    assert moment_of(ulid(at, 5), NINE, NOW) is None
    assert moment_of("12345", NINE, NOW) is None
    assert moment_of("9" * 20, NINE, NOW) is None


def test_a_numeric_id_whose_time_cannot_be_true_holds_none() -> None:
    assert moment_of(snowflake(NINE - timedelta(hours=1), 5), NINE, NOW) is None
    assert moment_of(snowflake(NOW + timedelta(hours=1), 5), NINE, NOW) is None
    assert moment_of(snowflake(NINE - timedelta(seconds=20), 5), NINE, NOW) == NINE  # clocks differ a little


def test_of_the_ids_that_were_met_the_oldest_are_forgotten() -> None:
    known = KnownIds(most=3)
    for number in range(5):
        known.remember({str(number): Seen(key(number), AccountKey("mastodon", "x"), None)})
    assert [known.get(str(number)) is not None for number in range(5)] == [False, False, True, True, True]
