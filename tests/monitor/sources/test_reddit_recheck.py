"""Reddit: looking again at what is stored, for deletions and edits."""

from typing import Any

import httpx
import pytest

from monitor.domain import Page
from monitor.errors import BadPayload, Unreachable
from tests.monitor.sources.reddit_answers import NOW, Asked, at, key, listing, pages, source, stored, t1, t3


def recheck(*things: Any, posts: Any = ("t3_a1", "t1_c1", "t3_b2")) -> tuple[Page, Asked]:
    reddit, asked = source(lambda path, params: listing(*things))
    return reddit.recheck([stored(name) for name in posts], NOW), asked


def test_what_is_taken_back_or_missing_is_deleted() -> None:
    page, asked = recheck(t3("a1", selftext="found it", edited=at(9).timestamp()), t1("c1", body="[removed]"))
    assert asked.paths() == ["/api/info"]
    assert asked.told("id") == ["t3_a1,t1_c1,t3_b2"]
    assert page.deleted == (key("t1_c1"), key("t3_b2"))
    assert [(post.key, post.text, post.edited_at) for post in page.posts] == [
        (key("t3_a1"), "Northline Air again\n\nfound it", at(9))
    ]


def test_where_something_cannot_be_read_nothing_counts_as_missing() -> None:
    page, _ = recheck(t3("a1"), {"kind": "t3", "data": {"name": None}}, t1("c1", author="[deleted]"))
    assert page.deleted == (key("t1_c1"),)


def test_what_is_there_but_unreadable_is_not_deleted() -> None:
    page, _ = recheck(t3("a1", title=None), t1("c1"), t3("b2"))
    assert page.deleted == ()
    assert len(page.dropped) == 1


def test_only_what_was_asked_for_is_deleted() -> None:
    page, _ = recheck(t3("zz", author="[deleted]"), t3("a1"), posts=["t3_a1"])
    assert page.deleted == ()


def test_a_hundred_are_looked_for_at_once() -> None:
    reddit, asked = source(lambda path, params: listing(*(t3(name[3:]) for name in params["id"].split(","))))
    page = reddit.recheck([stored(f"t3_p{number}") for number in range(250)], NOW)
    assert [len((ids or "").split(",")) for ids in asked.told("id")] == [100, 100, 50]
    assert (len(page.posts), page.deleted) == (250, ())


@pytest.mark.parametrize("broken", [httpx.Response(500), httpx.Response(200, text="<html>"), {"data": {}}])
def test_a_failure_deletes_nothing(broken: Any) -> None:
    reddit, _ = source(lambda path, params: broken)
    with pytest.raises((Unreachable, BadPayload)):
        reddit.recheck([stored()], NOW)


def test_keys_that_are_no_names_are_not_asked_for() -> None:
    reddit, asked = source(pages())
    assert reddit.recheck([stored("../x"), stored("host.example:77")], NOW) == Page()
    assert asked.requests == []
