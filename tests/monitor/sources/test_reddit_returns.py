"""Reddit: returning to a post or comment for what was said below it, its crossposts and counters."""

from typing import Any

import httpx
import pytest

from monitor.domain import AccountKey, Page
from monitor.errors import BadPayload, NotFound, RateLimited, Unreachable
from tests.monitor.sources.reddit_answers import (
    NOW,
    Asked,
    Respond,
    at,
    key,
    listing,
    more,
    names,
    source,
    stored,
    t1,
    t3,
)


def site(**answers: Any) -> Respond:
    """Answers by the beginning of the path; a list is used up, and its last one stays."""
    kept = {name: list(said) if isinstance(said, list) else [said] for name, said in answers.items()}

    def respond(path: str, params: dict[str, str]) -> Any:
        name = path.removeprefix("/api/").strip("/").partition("/")[0]
        left = kept.get(name, [httpx.Response(404)])
        return left.pop(0) if len(left) > 1 else left[0]

    return respond


def tree(post: Any, *comments: Any) -> tuple[Any, Any]:
    return listing(post), listing(*comments)


def unfolded(*things: Any) -> dict[str, Any]:
    return {"json": {"errors": [], "data": {"things": list(things)}}}


def follow(respond: Respond, name: str = "t3_a1", **settings: Any) -> tuple[Page, Asked]:
    reddit, asked = source(respond, **settings)
    return reddit.follow_up(stored(name), None, NOW), asked


def test_the_post_is_read_anew_with_the_comments_below_it() -> None:
    inner = t1("c2", 9, parent="t1_c1", author="mira", author_fullname="t2_mira")
    outer = t1("c1", 5, replies=listing(inner))
    page, asked = follow(site(comments=tree(t3("a1", num_comments=2, score=40), outer)))
    assert names(page.posts) == ["t3_a1", "t1_c1", "t1_c2"]
    metrics = page.posts[0].metrics
    assert metrics is not None
    assert (metrics.at, metrics.replies, metrics.likes) == (NOW, 2, 40)
    edges = {
        edge.child.id: (edge.root.id, edge.parent_post and edge.parent_post.id, edge.parent) for edge in page.reposts
    }
    assert edges == {
        "t1_c1": ("t3_a1", "t3_a1", AccountKey("reddit", "t2_mira")),
        "t1_c2": ("t3_a1", "t1_c1", AccountKey("reddit", "t2_lena")),
    }
    assert asked.requests[0] == ("/comments/a1", {"limit": "500", "sort": "new", "raw_json": "1"})
    assert page.dropped == ()


def test_folded_comments_are_unfolded_a_hundred_at_a_time() -> None:
    ids = [f"m{number}" for number in range(130)]
    respond = site(
        comments=tree(t3("a1"), t1("c1"), more(*ids)),
        morechildren=[
            unfolded(*(t1(id_) for id_ in ids[:100]), more("n1")),
            unfolded(*(t1(id_) for id_ in ids[100:]), t1("n1", parent="t1_m1")),
        ],
    )
    page, asked = follow(respond)
    assert len(page.posts) == 133
    calls = [params for path, params in asked.requests if path == "/api/morechildren"]
    assert [len(params["children"].split(",")) for params in calls] == [100, 31]
    assert {params["link_id"] for params in calls} == {"t3_a1"}
    assert page.dropped == ()


def test_more_folded_comments_than_the_requests_allow_are_counted() -> None:
    respond = site(
        comments=tree(t3("a1"), more(*(f"m{number}" for number in range(250))), more()),
        morechildren=unfolded(t1("m0")),
    )
    page, asked = follow(respond, max_more=1)
    assert asked.paths().count("/api/morechildren") == 1
    assert [drop.reason for drop in page.dropped] == [
        "150 folded ones were not read",
        "1 threads go on below what Reddit shows",
    ]


def test_folded_comments_that_unfold_into_themselves_end() -> None:
    respond = site(comments=tree(t3("a1"), more("m0")), morechildren=unfolded(more("m0")))
    page, asked = follow(respond, max_more=50)
    assert asked.paths().count("/api/morechildren") == 1
    assert page.posts


@pytest.mark.parametrize(
    "said", [httpx.Response(500), {"json": {"errors": [["RATELIMIT", "later", "x"]]}}, [[]], {"json": None}]
)
def test_folded_comments_that_cannot_be_had_cost_only_themselves(said: Any) -> None:
    page, _ = follow(site(comments=tree(t3("a1"), t1("c1"), more("m0")), morechildren=said))
    assert names(page.posts) == ["t3_a1", "t1_c1"]
    assert [drop.where for drop in page.dropped] == ["folded comments", "comments"]


def test_folded_ids_are_put_into_addresses_only_where_they_are_ids() -> None:
    respond = site(comments=tree(t3("a1"), more("m0", "../x", 5, None, "M1")), morechildren=unfolded(t1("m0")))
    _, asked = follow(respond)
    assert asked.told("children")[-1] == "m0"


def test_crossposts_are_found_where_reddit_counts_some() -> None:
    crosspost = t3("b2", 9, author="jo", author_fullname="t2_jo", crosspost_parent="t3_a1")
    respond = site(
        comments=tree(t3("a1", num_crossposts=2)),
        duplicates=[(listing(t3("a1")), listing(crosspost, after="t3_b2")), (listing(), listing(t3("c3", 20)))],
    )
    page, asked = follow(respond)
    (edge,) = page.reposts  # what only links to the same page is a post, but passes nothing on
    assert (edge.kind, edge.evidence, edge.root, edge.by.id) == ("quote", "platform", key("t3_a1"), "t2_jo")
    assert edge.at == at(9)
    assert names(page.posts) == ["t3_a1", "t3_b2", "t3_c3"]
    assert asked.told("after") == [None, None, "t3_b2"]
    assert asked.told("crossposts_only")[-1] == "true"
    _, asked = follow(site(comments=tree(t3("a1", num_crossposts=0))))
    assert asked.paths() == ["/comments/a1"]


def test_crossposts_that_cannot_be_had_cost_only_themselves() -> None:
    for said in (httpx.Response(500), [[]], (listing(),), {"data": 3}):
        respond = site(comments=tree(t3("a1", num_crossposts=2), t1("c1")), duplicates=said)
        page, _ = follow(respond)
        assert names(page.posts) == ["t3_a1", "t1_c1"]
        assert [drop.where for drop in page.dropped] == ["crossposts"]


def test_a_comment_is_found_below_its_post_with_the_answers_to_it() -> None:
    respond = site(
        info=listing(t1("c1")),
        comments=tree(t3("a1", num_crossposts=5), t1("c1", replies=listing(t1("c2", parent="t1_c1")))),
    )
    page, asked = follow(respond, "t1_c1")
    assert asked.paths() == ["/api/info", "/comments/a1"]
    assert asked.told("comment") == [None, "c1"]
    assert names(page.posts) == ["t3_a1", "t1_c1", "t1_c2"]


@pytest.mark.parametrize(
    "respond",
    [
        site(comments=tree(t3("a1", author="[deleted]", selftext="[deleted]"), t1("c1"))),
        site(comments=tree(t3("a1", removed_by_category="moderator"))),
        site(),
    ],
)
def test_a_post_that_is_gone_is_said_to_be(respond: Respond) -> None:
    with pytest.raises(NotFound):
        follow(respond)


def test_a_comment_that_is_gone_is_said_to_be() -> None:
    with pytest.raises(NotFound):
        follow(site(info=listing()), "t1_c1")


@pytest.mark.parametrize("said", [{}, [], [listing()], tree(None), tree(t3("zz")), "x", [{"data": {}}, listing()]])
def test_an_answer_without_the_post_says_nothing_of_it(said: Any) -> None:
    with pytest.raises(BadPayload):
        follow(site(comments=[said] if isinstance(said, list) else said))


def test_where_nothing_could_be_learnt_the_failure_is_told() -> None:
    with pytest.raises(Unreachable):
        follow(lambda path, params: httpx.Response(500))
    with pytest.raises(RateLimited):
        follow(lambda path, params: httpx.Response(429))


def test_a_tree_as_deep_as_an_answer_can_be_is_read() -> None:
    node = t1("c0")
    for number in range(1, 150):
        node = t1(f"c{number}", replies=listing(node))
    page, _ = follow(site(comments=tree(t3("a1"), node)))
    assert len(page.posts) == 151
    assert all(len(drop.where) < 200 for drop in page.dropped)


def test_a_comment_in_the_middle_that_cannot_be_read_costs_only_itself() -> None:
    broken = t1("c1", body=None, replies=listing(t1("c2", parent="t1_c1"), "x", t1("c3", replies={"data": 3})))
    page, _ = follow(site(comments=tree(t3("a1"), broken)))
    assert names(page.posts) == ["t3_a1", "t1_c2", "t1_c3"]
    assert len(page.dropped) == 3


def test_a_comment_that_was_taken_back_below_the_post_is_deleted() -> None:
    page, _ = follow(
        site(comments=tree(t3("a1"), t1("c1", body="[removed]", replies=listing(t1("c2", parent="t1_c1")))))
    )
    assert page.deleted == (key("t1_c1"),)
    assert names(page.posts) == ["t3_a1", "t1_c2"]


def test_a_key_that_is_no_name_is_never_put_into_an_address() -> None:
    reddit, asked = source(site())
    with pytest.raises(NotFound):
        reddit.follow_up(stored("t3_../../x"), None, NOW)
    assert asked.requests == []
