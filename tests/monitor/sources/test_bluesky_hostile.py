"""Whatever Bluesky's servers, the homes of strangers and the stream send: errors, or counted, and never worse."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from monitor.domain import Page
from tests.monitor.sources.bluesky_answers import NOW, Network, bluesky, root_of, view
from tests.monitor.sources.test_bluesky_stream import account, commit, heard, post, repost, uri

ODD = (None, -1, 2**70, 1.5, "x", "9" * 5_000, [], {}, True, [None], {"uri": []}, "\u202e\x00\ud800", "at://a/b/c")
PARTS = ("getPostThread", "getQuotes", "getRepostedBy", "getProfiles", "listRecords", "getRecord", "identity")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside ``value``, and to itself."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def mutated(body: Any) -> Iterator[Any]:
    """``body`` with one thing in it replaced by something of another kind, in every way."""
    for path in places(body):
        for odd in ODD:
            changed = copy.deepcopy([body])
            inner: Any = changed
            for key in (0, *path)[:-1]:
                inner = inner[key]
            inner[(0, *path)[-1]] = odd
            yield changed[0]


def network() -> Network:
    """A post with a reply, a quote, and a repost through another that the list does not name."""
    found = Network(view("ana", 0, repostCount=2, likeCount=1, indexedAt="2026-03-02T09:00:00Z"))
    found.replies = [
        {"post": view("bo", 5, record={"reply": {"root": {"uri": found.uri}, "parent": {"uri": found.uri}}})}
    ]
    first = found.repost("cy", 10)
    found.reposters.clear()
    found.repost("dee", 20, via=first)
    return found


def name_of(request: httpx.Request) -> str:
    return request.url.path.rpartition(".")[2] if "/xrpc/" in request.url.path else "identity"


@pytest.mark.parametrize("part", PARTS)
def test_a_return_survives_whatever_one_server_sends(part: str) -> None:
    whole = network()
    root = root_of(whole)
    answers: list[Any] = []

    def listening(request: httpx.Request) -> httpx.Response:
        response = whole(request)
        if name_of(request) == part:
            answers.append(response.json())
        return response

    bluesky(listening).follow_up(root, None, NOW)
    for body in mutated(answers[0]):
        text = json.dumps(body)

        def answer(request: httpx.Request, text: str = text) -> httpx.Response:
            return httpx.Response(200, text=text) if name_of(request) == part else whole(request)

        source = bluesky(answer, max_requests=12)
        page = source.follow_up(root, None, NOW)
        assert isinstance(source.follow_up(root, page.state, NOW), Page)
        assert all(drop.reason.isprintable() for drop in page.dropped)
        for edge in page.reposts:
            assert edge.child != edge.root
            assert edge.at <= NOW
        for found in page.posts:
            assert found.created_at <= NOW
        for one in page.accounts:
            assert one.handle.isprintable()


MESSAGES = (
    post("ana", 5),
    post("bo", 6, "me too", reply={"root": {"uri": uri("ana")}, "parent": {"uri": uri("ana")}}),
    repost("cy", 7, uri("ana"), via=f"at://{uri('x')[5:].partition('/')[0]}/app.bsky.feed.repost/r0"),
    commit("ana", 8, None),
    account("dee", 9, active=False, status="deleted"),
    {"$type": "message", "payload": {"$type": "network.bsky.jetstream.subscribeEvents#info", "name": "x"}},
)


@pytest.mark.parametrize("message", MESSAGES)
def test_the_stream_survives_whatever_a_message_holds(message: Any) -> None:
    odd = [changed for changed in mutated(message) if changed is not None]
    pages = heard(post("zed", 1), *(json.dumps(changed) for changed in odd), post("eve", 100))
    authors = {found.author.id for page in pages for found in page.posts}
    assert {"did:plc:zed", "did:plc:eve"} <= authors
    for page in pages:
        assert all(edge.child != edge.root and edge.at <= NOW for edge in page.reposts)
        assert all(found.created_at <= NOW for found in page.posts)
