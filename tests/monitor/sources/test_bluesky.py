"""Bluesky: reading what it shows, logging in, looking for stored posts again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.domain import AccountKey, PostKey
from monitor.errors import BadPayload, NotFound, Unauthorised, Unreachable
from monitor.sources.base import FollowsUp, Rechecks, Streams
from monitor.sources.bluesky import SPEC, Config, parse, parse_thread
from tests.monitor.sources.bluesky_answers import BRAND, NINE, NOW, Network, bluesky, did, error, root_of, stamp, view

FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "bluesky" / "full.json").read_text())
MIRA = "at://did:plc:mira4444444444444444444/app.bsky.feed.post/3q0mira"


def test_it_says_what_it_can_do() -> None:
    source = bluesky(lambda request: httpx.Response(500), stream=True)
    assert isinstance(source, FollowsUp)
    assert isinstance(source, Rechecks)
    assert isinstance(source, Streams)
    assert source.streaming
    assert SPEC.capabilities is not None
    assert (SPEC.capabilities.reposts, SPEC.capabilities.deletions) == ("path", True)


# -- reading posts


def test_a_post_is_read_with_its_counters_links_and_author() -> None:
    page = parse(FULL, NOW)
    post = next(post for post in page.posts if post.key.id == MIRA)
    assert post.text == "Northline Air broke my cello and will not answer"
    assert post.created_at == datetime(2026, 3, 2, 9, 0, 5, 300_000, tzinfo=UTC)
    assert post.url == "https://bsky.app/profile/did:plc:mira4444444444444444444/post/3q0mira"
    assert post.links == ("https://video.example/watch/cello",)
    assert post.metrics is not None
    assert (post.metrics.likes, post.metrics.reposts, post.metrics.replies, post.metrics.views) == (51, 3, 2, None)
    account = next(account for account in page.accounts if account.key == post.author)
    assert (account.handle, account.display_name, account.verified, account.followers) == (
        "mira.example",
        "Mira",
        True,
        None,
    )


def test_counters_that_are_not_given_are_unknown() -> None:
    assert parse({"posts": [view("ana")]}, NOW).posts[0].metrics is None


def test_a_quote_and_a_reply_are_edges_with_their_parents() -> None:
    edges = {edge.kind: edge for edge in parse(FULL, NOW).reposts}
    assert edges["quote"].root == PostKey("bluesky", MIRA)
    assert edges["quote"].parent == AccountKey("bluesky", "did:plc:mira4444444444444444444")
    assert edges["quote"].evidence == "quote"
    assert edges["reply"].root == PostKey("bluesky", MIRA)
    assert edges["reply"].parent == AccountKey("bluesky", "did:plc:lena4444444444444444444")
    assert edges["reply"].parent_post is not None
    assert edges["reply"].parent_post.id.endswith("/3q0lena")
    assert (edges["reply"].evidence, edges["reply"].confidence) == ("reply", 1.0)


def test_a_quote_with_pictures_is_a_quote_and_a_quoted_list_is_none() -> None:
    def embedding(uri: str) -> dict[str, Any]:
        return {"embed": {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": uri}}}}

    listed = MIRA.replace("feed.post", "graph.list")
    page = parse({"posts": [view("ana", record=embedding(MIRA)), view("bo", record=embedding(listed))]}, NOW)
    assert [(edge.by.id, edge.kind) for edge in page.reposts] == [(did("ana"), "quote")]


@pytest.mark.parametrize(
    ("declared", "indexed", "expected"),
    [
        (stamp(5), stamp(6), NINE + timedelta(minutes=5)),
        (stamp(60), stamp(6), NINE + timedelta(minutes=6)),
        (stamp(60), None, NINE + timedelta(minutes=60)),
        ("2031-01-01T00:00:00Z", None, NOW),
    ],
)
def test_the_time_of_a_post_is_the_earlier_of_declared_and_seen(
    declared: str, indexed: str | None, expected: datetime
) -> None:
    posts = parse({"posts": [view("ana", record={"createdAt": declared}, indexedAt=indexed)]}, NOW).posts
    assert posts[0].created_at == expected


@pytest.mark.parametrize(
    "broken",
    [
        {"uri": None},
        {"uri": "at://nobody/x"},
        {"uri": "at://did:plc:other/app.bsky.feed.post/p"},
        {"author": None},
        {"record": None},
        {"record": {"createdAt": stamp(0)}},
        {"record": {"text": "x", "createdAt": "yesterday"}},
        {"record": {"text": "x", "createdAt": stamp(0), "reply": {"root": {}}}},
        {"uri": "at://did:plc:bo/app.bsky.feed.like/p"},
        {"record": {"text": "x", "createdAt": stamp(0), "embed": {"record": {"uri": view("bo")["uri"]}}}},
    ],
)
def test_a_post_without_a_required_field_is_dropped_alone(broken: dict[str, Any]) -> None:
    page = parse({"posts": [view("ana"), {**view("bo"), **broken}, "x", view("cy")]}, NOW)
    assert [post.author.id for post in page.posts] == [did("ana"), did("cy")]
    assert [dropped.where for dropped in page.dropped] == ["posts[1]", "posts[2]"]


def test_an_author_who_asks_not_to_be_shown_without_a_login_is_not() -> None:
    answer = {"posts": [view("shy", author={"labels": [{"val": "!no-unauthenticated"}]})]}
    assert parse(answer, NOW).posts == ()
    assert len(parse(answer, NOW).dropped) == 1
    assert len(parse(answer, NOW, signed_in=True).posts) == 1
    taken_back = {"posts": [view("bold", author={"labels": [{"val": "!no-unauthenticated", "neg": True}]})]}
    assert len(parse(taken_back, NOW).posts) == 1


def test_a_thread_is_read_to_its_leaves_past_deleted_and_blocked_posts() -> None:
    answer = {
        "thread": {
            "post": view("ana"),
            "replies": [
                {"uri": "at://gone", "notFound": True},
                {"post": view("bo"), "replies": [{"post": view("cy"), "replies": []}]},
                {"uri": "at://blocked", "blocked": True},
            ],
        }
    }
    page = parse_thread(answer, NOW)
    assert {post.author.id for post in page.posts} == {did("ana"), did("bo"), did("cy")}
    assert page.dropped == ()


def test_a_thread_whose_head_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        parse_thread({"thread": {"uri": MIRA, "notFound": True}}, NOW)


@pytest.mark.parametrize("answer", [None, {}, {"posts": {}}, {"thread": {"blocked": True}}, {"thread": []}])
def test_answers_of_another_shape_are_bad_payloads(answer: Any) -> None:
    for reader in (parse, parse_thread):
        with pytest.raises(BadPayload):
            reader(answer, NOW)


# -- logging in


class Login:
    """A home server that hands out tokens and forgets them."""

    def __init__(self) -> None:
        self.logins, self.refreshes, self.valid = 0, 0, ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition(".")[2]
        if name == "createSession":
            body = json.loads(request.content)
            if body != {"identifier": "watcher.example", "password": "app-pass"}:
                return httpx.Response(401, json={"error": "AuthenticationRequired"})
            self.logins += 1
            return self._session()
        if name == "refreshSession":
            self.refreshes += 1
            return self._session()
        assert request.url.host == "home.example"
        if request.headers.get("authorization") != f"Bearer {self.valid}":
            return httpx.Response(400, json={"error": "ExpiredToken", "message": "Token has expired"})
        return httpx.Response(200, json={"posts": [view("ana", 5)], "profiles": []})

    def _session(self) -> httpx.Response:
        self.valid = f"token{self.logins}{self.refreshes}"
        home = {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://home.example/"}]}
        return httpx.Response(200, json={"accessJwt": self.valid, "refreshJwt": "r", "didDoc": home})


def test_one_login_serves_many_requests_and_is_renewed_when_it_runs_out() -> None:
    login = Login()
    source = bluesky(login, identifier="watcher.example", app_password="app-pass")
    for _ in range(3):
        assert source.fetch(BRAND, stamp(0), None, NOW).posts
    assert (login.logins, login.refreshes) == (1, 0)
    login.valid = "another"
    assert source.fetch(BRAND, stamp(0), None, NOW).posts
    assert (login.logins, login.refreshes) == (1, 1)


def test_a_wrong_password_is_said_without_it() -> None:
    source = bluesky(Login(), identifier="watcher.example", app_password="wr0ng-pass")
    with pytest.raises(Unauthorised) as raised:
        source.fetch(BRAND, None, None, NOW)
    assert "wr0ng-pass" not in str(raised.value)
    assert "wr0ng-pass" not in repr(Config(identifier="watcher.example", app_password="wr0ng-pass"))


def test_a_login_needs_both_its_halves() -> None:
    with pytest.raises(ValueError, match="go together"):
        Config(identifier="watcher.example")


class Forgetful(Login):
    """A home server that takes no token for long, not even the one for renewing."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("refreshSession"):
            self.refreshes += 1
            return error(400, "ExpiredToken")
        return super().__call__(request)


def test_a_login_that_cannot_be_renewed_is_made_anew() -> None:
    login = Forgetful()
    source = bluesky(login, identifier="watcher.example", app_password="app-pass")
    assert source.fetch(BRAND, stamp(0), None, NOW).posts
    login.valid = "another"
    assert source.fetch(BRAND, stamp(0), None, NOW).posts
    assert (login.logins, login.refreshes) == (2, 1)


def test_a_token_that_is_never_taken_is_not_asked_for_over_and_over() -> None:
    login = Login()

    def answer(request: httpx.Request) -> httpx.Response:
        response = login(request)
        login.valid = "never"
        return response

    with pytest.raises(Unauthorised):
        bluesky(answer, identifier="watcher.example", app_password="app-pass").fetch(BRAND, None, None, NOW)
    assert (login.logins, login.refreshes) == (1, 1)


@pytest.mark.parametrize("token", ["", "with blank\n", "töken", 7, None])
def test_a_login_answered_with_no_token_is_a_bad_payload(token: Any) -> None:
    answer = httpx.Response(200, json={"accessJwt": token, "refreshJwt": "r"})
    with pytest.raises(BadPayload):
        bluesky(lambda request: answer, identifier="watcher.example", app_password="app-pass").fetch(
            BRAND, None, None, NOW
        )


def test_while_the_home_server_is_down_no_login_is_wasted() -> None:
    login = Login()
    source = bluesky(
        lambda request: httpx.Response(500) if request.url.path.endswith("refreshSession") else login(request),
        identifier="watcher.example",
        app_password="app-pass",
    )
    assert source.fetch(BRAND, stamp(0), None, NOW).posts
    login.valid = "another"
    with pytest.raises(Unreachable):
        source.fetch(BRAND, stamp(0), None, NOW)
    assert login.logins == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_unreachable(status: int) -> None:
    with pytest.raises(Unreachable):
        bluesky(lambda request: error(status, "UpstreamFailure")).fetch(BRAND, None, None, NOW)


# -- looking for stored posts again


def test_posts_are_looked_for_25_at_a_time_and_those_that_are_absent_were_taken_back() -> None:
    posts = parse({"posts": [view(f"u{number}", number) for number in range(60)]}, NOW).posts
    asked: list[list[str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get_list("uris"))
        there = [view(f"u{number}", number, likeCount=3) for number in range(60) if number not in (4, 59)]
        return httpx.Response(200, json={"posts": [one for one in reversed(there) if one["uri"] in asked[-1]]})

    page = bluesky(answer).recheck(posts, NOW)
    assert [len(uris) for uris in asked] == [25, 25, 10]
    assert {key.id for key in page.deleted} == {view("u4")["uri"], view("u59")["uri"]}
    assert len(page.posts) == 58
    assert all(post.metrics and post.metrics.likes == 3 and post.edited_at is None for post in page.posts)


def test_a_post_whose_words_changed_is_told_as_edited() -> None:
    stored = parse({"posts": [view("ana")]}, NOW).posts
    changed = view("ana", record={"text": "Northline Air called me"})
    later = NOW + timedelta(days=1)
    page = bluesky(lambda request: httpx.Response(200, json={"posts": [changed]})).recheck(stored, later)
    assert [(post.text, post.edited_at) for post in page.posts] == [("Northline Air called me", later)]


def test_a_post_that_is_there_but_cannot_be_read_was_not_taken_back() -> None:
    stored = parse({"posts": [view("ana"), view("bo")]}, NOW).posts
    shy = view("bo", author={"labels": [{"val": "!no-unauthenticated"}]})
    broken = {**view("ana"), "record": None}
    page = bluesky(lambda request: httpx.Response(200, json={"posts": [broken, shy]})).recheck(stored, NOW)
    assert (page.posts, page.deleted, len(page.dropped)) == ((), (), 2)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (error(502, "UpstreamFailure"), Unreachable),
        (httpx.Response(200, json={}), BadPayload),
        (httpx.Response(200, text="<html>"), BadPayload),
        (error(400, "InvalidRequest"), BadPayload),
    ],
)
def test_an_answer_that_is_none_says_nothing_of_deletions(answer: httpx.Response, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        bluesky(lambda request: answer).recheck([root_of(Network())], NOW)


def test_a_key_that_is_no_address_is_not_asked_for() -> None:
    odd = replace(root_of(Network()), key=PostKey("bluesky", "17"))
    page = bluesky(lambda request: httpx.Response(500)).recheck([odd], NOW)
    assert (page.posts, page.deleted) == ((), ())
