"""X: looking again at what is stored, for deletions and edits."""

import httpx
import pytest

from monitor.domain import PostKey
from monitor.errors import Unreachable
from tests.monitor.sources.x_answers import NOW, answer, at, id_at, post, problem, source, stored


def test_posts_that_are_gone_or_hidden_are_deleted_and_no_others() -> None:
    posts = [stored(minutes) for minutes in (0, 1, 2, 3)]
    errors = [
        problem("resource-not-found", id_at(1)),
        problem("not-authorized-for-resource", id_at(2)),
        problem("operational-disconnect", id_at(3)),
        problem("resource-not-found", "12345"),
        "x",
    ]
    x, asked = source(lambda path, params: answer(post(0), errors=errors))
    page = x.recheck(posts, NOW)
    assert page.deleted == (posts[1].key, posts[2].key)
    assert [found.key for found in page.posts] == [posts[0].key]
    assert asked.requests[0][1]["ids"].split(",") == [found.key.id for found in posts]
    assert "expansions" not in asked.requests[0][1]  # accounts cost twice as much as posts


def test_a_post_that_is_merely_missing_is_not_deleted() -> None:
    x, _ = source(lambda path, params: answer(post(0)))
    assert x.recheck([stored(0), stored(1)], NOW).deleted == ()


def test_all_of_them_may_be_gone() -> None:
    errors = [problem("resource-not-found", id_at(minutes)) for minutes in (0, 1)]
    x, _ = source(lambda path, params: {"errors": errors})
    assert len(x.recheck([stored(0), stored(1)], NOW).deleted) == 2


def test_a_post_that_is_there_is_not_deleted_whatever_the_errors_say() -> None:
    x, _ = source(lambda path, params: answer(post(0), errors=[problem("resource-not-found", id_at(0))]))
    assert x.recheck([stored(0)], NOW).deleted == ()


def test_a_hundred_are_looked_for_at_once() -> None:
    x, asked = source(lambda path, params: answer(*(post(int(n)) for n in range(1))))
    x.recheck([stored(minutes) for minutes in range(250)], NOW)
    assert [len(params["ids"].split(",")) for _, params in asked.requests] == [100, 100, 50]


def test_an_edited_post_is_asked_for_under_its_present_id_and_kept_under_its_own() -> None:
    edited = post(20, created_at=at(0).isoformat(), text="changed", edit_history_tweet_ids=[id_at(0), id_at(20)])
    x, asked = source(lambda path, params: answer(edited))
    (found,) = x.recheck([stored(0, local_id=id_at(20))], NOW).posts
    assert asked.requests[0][1]["ids"] == id_at(20)
    assert (found.key, found.text, found.edited_at) == (PostKey("x", id_at(0)), "changed", at(20))


def test_a_failure_deletes_nothing() -> None:
    x, _ = source(lambda path, params: httpx.Response(503))
    with pytest.raises(Unreachable):
        x.recheck([stored(0)], NOW)
