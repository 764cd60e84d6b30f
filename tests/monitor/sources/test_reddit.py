"""Reddit: what its answers say, and how it wants to be asked."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand
from monitor.errors import BadPayload, NotFound, RateLimited, Unauthorised, Unreachable
from monitor.sources.reddit import Config, parse
from tests.monitor.sources.reddit_answers import BRAND, NOW, at, key, listing, names, pages, source, t1, t3

FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "reddit" / "full.json").read_text())["body"]
KEYS = {"client_id": "cl1ent", "client_secret": "s3cret-app"}


# -- reading posts and comments


def test_a_post_is_read_with_its_counters_link_and_author() -> None:
    page = parse(FULL, NOW)
    post = next(post for post in page.posts if post.key == key("t3_1zz9a1"))
    assert post.text == "Northline Air broke my cello"
    assert (post.author, post.created_at) == (AccountKey("reddit", "t2_mira_"), at(2))
    assert post.url == "https://www.reddit.com/r/travelgripes/comments/1zz9a1/x/"
    assert post.links == ("https://video.example/watch/cello",)
    assert post.metrics is not None
    assert (post.metrics.likes, post.metrics.reposts, post.metrics.replies, post.metrics.views) == (512, 1, 88, None)
    account = next(account for account in page.accounts if account.key == post.author)
    assert (account.handle, account.followers, account.verified) == ("mira_cello", None, None)


def test_title_and_body_are_one_text_and_characters_stay_as_written() -> None:
    post = next(post for post in parse(FULL, NOW).posts if post.key == key("t3_1zz9c3"))
    assert post.text == 'Northline Air, 세 시간째\n\nThree hours & no word.\n\n- no water\n- no "sorry" <at all>'
    assert post.links == ()
    assert post.edited_at == at(110)


def test_a_crosspost_is_an_explicit_edge_with_a_title_of_its_own() -> None:
    page = parse(FULL, NOW)
    (edge,) = page.reposts
    assert (edge.kind, edge.evidence, edge.confidence) == ("quote", "platform", 1.0)
    assert (edge.root, edge.parent_post, edge.child) == (key("t3_1zz9a1"), key("t3_1zz9a1"), key("t3_1zz9b7"))
    assert (edge.parent, edge.by) == (AccountKey("reddit", "t2_mira_"), AccountKey("reddit", "t2_lena_"))


def test_a_crosspost_brings_the_post_it_was_made_from_and_its_root() -> None:
    first = t3("a1")["data"]
    second = t3("b2", 5, crosspost_parent="t3_a1", crosspost_parent_list=[first])["data"]
    third = t3("c3", 9, crosspost_parent="t3_b2", crosspost_parent_list=[second, first])
    page = parse(listing(third), NOW)
    assert names(page.posts) == ["t3_c3", "t3_b2", "t3_a1"]
    edge = next(edge for edge in page.reposts if edge.child == key("t3_c3"))
    assert (edge.root, edge.parent_post) == (key("t3_a1"), key("t3_b2"))


def test_a_comment_answers_its_parent_below_its_post() -> None:
    page = parse(listing(t1("c2", 5, parent="t1_c1"), t1("c1", 3, author="jo", author_fullname="t2_jo")), NOW)
    edge = next(edge for edge in page.reposts if edge.child == key("t1_c2"))
    assert (edge.kind, edge.evidence, edge.confidence) == ("reply", "reply", 1.0)
    assert (edge.root, edge.parent_post, edge.parent) == (key("t3_a1"), key("t1_c1"), AccountKey("reddit", "t2_jo"))


@pytest.mark.parametrize(
    "gone",
    [
        t3("a1", author="[deleted]"),
        t3("a1", selftext="[removed]"),
        t3("a1", selftext="[deleted]"),
        t3("a1", removed_by_category="moderator"),
    ],
)
def test_what_was_taken_back_is_deleted_and_not_kept(gone: Any) -> None:
    page = parse(listing(gone, t1("c1", body="[removed]"), t1("c2", author="[deleted]"), t3("b2")), NOW)
    assert page.deleted == (key("t3_a1"), key("t1_c1"), key("t1_c2"))
    assert names(page.posts) == ["t3_b2"]
    assert page.dropped == ()


def test_a_post_that_is_gone_is_not_kept_as_the_original_of_a_crosspost() -> None:
    gone = t3("a1", author="[deleted]", selftext="[removed]")["data"]
    page = parse(listing(t3("b2", crosspost_parent="t3_a1", crosspost_parent_list=[gone])), NOW)
    assert (names(page.posts), page.deleted) == (["t3_b2"], ())


def test_counters_that_are_hidden_or_below_zero_are_unknown() -> None:
    page = parse(listing(t1("c1", score=-42), t1("c2", score_hidden=True), t3("a1", hide_score=True)), NOW)
    likes = [post.metrics.likes if post.metrics else None for post in page.posts]
    assert likes == [None, None, None]


@pytest.mark.parametrize(("edited", "expected"), [(False, None), (True, None), (at(9).timestamp(), at(9)), ("x", None)])
def test_when_it_was_edited(edited: Any, expected: Any) -> None:
    assert parse(listing(t3("a1", edited=edited)), NOW).posts[0].edited_at == expected


def test_an_author_without_an_id_is_known_by_name() -> None:
    raw = t3("a1")
    del raw["data"]["author_fullname"]
    assert parse(listing(raw), NOW).posts[0].author == AccountKey("reddit", "mira")


def test_times_ahead_of_our_clock_are_those_of_the_look() -> None:
    assert parse(listing(t3("a1", 60 * 24)), NOW).posts[0].created_at == NOW


@pytest.mark.parametrize(
    "broken",
    [
        {"name": None},
        {"name": "t3_../x"},
        {"name": "t1_a9"},
        {"name": "t3_A9"},
        {"author": None},
        {"author": "<b>"},
        {"created_utc": "9"},
        {"created_utc": True},
        {"title": None},
        {"title": 3, "selftext": []},
    ],
)
def test_a_post_without_a_required_field_is_dropped_alone(broken: dict[str, Any]) -> None:
    page = parse(listing(t3("a1"), t3("a2", **broken), "x", {"kind": "t5", "data": {}}, t3("a3")), NOW)
    assert names(page.posts) == ["t3_a1", "t3_a3"]
    assert [dropped.where for dropped in page.dropped] == ["children[1]", "children[2]", "children[3]"]


@pytest.mark.parametrize("permalink", [None, 3, "//evil.example", "https://evil.example", "/r/a b"])
def test_addresses_lead_to_reddit_or_nowhere(permalink: Any) -> None:
    url = parse(listing(t3("a1", permalink=permalink)), NOW).posts[0].url
    assert url is None or url.startswith("https://www.reddit.com/")


@pytest.mark.parametrize("body", [None, [], {}, {"data": []}, {"data": {"children": {}}}, {"json": {"errors": []}}])
def test_an_answer_without_a_listing_is_damage(body: Any) -> None:
    with pytest.raises(BadPayload):
        parse(body, NOW)


# -- how Reddit wants to be asked


def test_every_request_says_who_asks_with_which_app_and_wants_plain_characters() -> None:
    reddit, asked = source(pages(listing(t3("a1", 170))))
    reddit.fetch(BRAND, None, None, NOW)
    (login,) = asked.logins
    assert login.headers["authorization"] == "Basic " + base64.b64encode(b"cl1ent:s3cret-app").decode()
    assert login.content == b"grant_type=client_credentials"
    for request in asked.sent:
        assert request.headers["user-agent"] == "python:ripplewatch:v0.1 (by /u/northline_watch)"
        assert "s3cret-app" not in str(request.url)
    assert asked.sent[-1].headers["authorization"] == "bearer t0ken"
    assert asked.told("raw_json") == ["1"]


def test_a_token_is_kept_until_shortly_before_it_ends() -> None:
    clock = RecordedClock(NOW)
    reddit, asked = source(pages(), clock)
    for minutes in (0, 30, 54, 56, 60):
        reddit.fetch(BRAND, None, None, NOW + timedelta(minutes=minutes))
    assert len(asked.logins) == 2


def test_a_token_that_was_taken_back_is_renewed_once() -> None:
    answers = [httpx.Response(401), listing(t3("a1", 170))]
    reddit, asked = source(lambda path, params: answers.pop(0))
    assert reddit.fetch(BRAND, None, None, NOW).posts
    assert len(asked.logins) == 2
    reddit, asked = source(lambda path, params: httpx.Response(401))
    with pytest.raises(Unauthorised):
        reddit.fetch(BRAND, None, None, NOW)
    assert (len(asked.logins), len(asked.requests)) == (2, 2)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (httpx.Response(401, json={"message": "Unauthorized", "error": 401}), Unauthorised),
        ({"error": "unsupported_grant_type"}, Unauthorised),
        ({"access_token": None}, BadPayload),
        ({"access_token": "schlüssel"}, BadPayload),
        ({}, BadPayload),
        ([], BadPayload),
        (httpx.Response(200, text="<html>"), BadPayload),
        (httpx.Response(503), Unreachable),
        (httpx.Response(429, headers={"retry-after": "60"}), RateLimited),
    ],
)
def test_a_login_that_fails_is_told_without_the_secret(token: Any, error: type[Exception]) -> None:
    reddit, asked = source(pages(), token=token)
    with pytest.raises(error) as raised:
        reddit.fetch(BRAND, None, None, NOW)
    assert "s3cret" not in str(raised.value)
    assert asked.requests == []


@pytest.mark.parametrize("lifetime", [None, "x", -5, 0, 2**60])
def test_a_lifetime_that_makes_no_sense_breaks_nothing(lifetime: Any) -> None:
    reddit, _ = source(pages(listing(t3("a1", 170))), token={"access_token": "t0ken", "expires_in": lifetime})
    assert reddit.fetch(BRAND, None, None, NOW).posts


def test_a_rate_limit_in_fractions_and_seconds_from_now_is_kept_to() -> None:
    headers = {"x-ratelimit-used": "600", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "211"}
    reddit, asked = source(lambda path, params: httpx.Response(200, json=listing(t3("a1", 170)), headers=headers))
    assert reddit.fetch(BRAND, None, None, NOW).posts
    with pytest.raises(RateLimited) as raised:
        reddit.fetch(BRAND, None, None, NOW)
    assert raised.value.retry_after == timedelta(seconds=211)
    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (httpx.Response(403, text="<body>blocked</body>"), Unauthorised, "blocks this program"),
        (httpx.Response(403, json={"reason": "private"}), Unauthorised, "is private"),
        (httpx.Response(403, json={"reason": "gold_only"}), Unauthorised, "is gold only"),
        (httpx.Response(403, json={"reason": "s3cret"}), Unauthorised, "403"),
        (httpx.Response(403, json={"reason": ["banned"]}), Unauthorised, "403"),
        (httpx.Response(404, json={"reason": "banned"}), NotFound, "is banned"),
        (httpx.Response(404, json={"message": "Not Found"}), NotFound, "404"),
        (httpx.Response(500, text="<html>"), Unreachable, "500"),
    ],
)
def test_a_refusal_says_why(answer: Any, error: type[Exception], said: str) -> None:
    reddit, _ = source(lambda path, params: answer)
    with pytest.raises(error, match=said) as raised:
        reddit.fetch(BRAND, None, None, NOW)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "behind", [listing(), httpx.Response(403, text="<body>"), httpx.Response(500), httpx.Response(200)]
)
def test_a_community_that_does_not_exist_is_named(behind: Any) -> None:
    def respond(path: str, params: dict[str, str]) -> Any:
        if path == "/r/nowhere/new":
            return httpx.Response(302, headers={"location": "/subreddits/search?q=nowhere"})
        return behind

    reddit, _ = source(respond, communities=["nowhere"])
    with pytest.raises(NotFound, match="no community r/nowhere"):
        reddit.fetch(Brand("n", "N"), None, None, NOW)


# -- settings


def test_somebody_has_to_answer_for_the_app() -> None:
    with pytest.raises(ValueError, match="username is missing"):
        Config(**KEYS)
    with pytest.raises(ValueError, match=r"client_id is missing: get one at https://www\.reddit\.com/prefs/apps"):
        Config()
    assert not Config(enabled=False).communities


@pytest.mark.parametrize("name", ["", "a", "../x", "a+b", "a b", "x" * 30, "r/r/x"])
def test_communities_have_names(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a community"):
        Config(**KEYS, username="u", communities=[name])


def test_names_of_communities_are_taken_as_people_write_them() -> None:
    config = Config(**KEYS, username="u", communities=["r/TravelGripes", "/r/slowrage/", "travelgripes"])
    assert config.communities == ("travelgripes", "slowrage")
