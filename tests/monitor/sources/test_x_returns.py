"""X: returning to a post for its reposts, quotes, replies and counters."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Page, PostKey
from monitor.errors import BadPayload, NotFound, RateLimited, Unreachable
from monitor.sources.x import XSource
from tests.monitor.sources.x_answers import (
    NOW,
    Asked,
    Respond,
    answer,
    at,
    id_at,
    post,
    problem,
    reference,
    source,
    stored,
    user,
)


def repost(minutes: float, author: str = "9") -> dict[str, Any]:
    raw = post(minutes, author=author, text="RT @u1: Nort…", refs=[reference("retweeted", 0)])
    del raw["public_metrics"]
    return raw


def counted(reposts: int = 0, quotes: int = 0, **fields: Any) -> dict[str, Any]:
    counters = {"retweet_count": reposts, "quote_count": quotes, "reply_count": 0}
    return answer(post(0, public_metrics=counters, **fields), users=[user("1", followers=500)])


def lists(**answers: Any) -> Respond:
    """Answers each kind of request with its own next answer; a list is used up, and its last one stays."""
    kept = {name: list(said) if isinstance(said, list) else [said] for name, said in answers.items()}

    def respond(path: str, params: dict[str, str]) -> Any:
        left = kept.get(path.rpartition("/")[2], [answer()])
        return left.pop(0) if len(left) > 1 else left[0]

    return respond


def follow(respond: Respond, state: str | None = None, **settings: Any) -> tuple[Page, Asked]:
    x, asked = source(respond, **settings)
    return x.follow_up(stored(), state, NOW), asked


def test_the_post_is_read_anew_with_its_reposts_quotes_and_replies() -> None:
    page, asked = follow(
        lists(
            tweets=counted(2, 1),
            retweets=answer(repost(20, "9"), repost(10, "8"), users=[user("9", followers=70), user("8")]),
            quote_tweets=answer(post(30, author="7", refs=[reference("quoted", 0)])),
            recent=answer(post(40, author="6", refs=[reference("replied_to", 0)], conversation_id=id_at(0))),
        )
    )
    found = {found.key.id: found for found in page.posts}
    assert set(found) == {id_at(0), id_at(30), id_at(40)}
    metrics = found[id_at(0)].metrics
    assert metrics is not None
    assert (metrics.at, metrics.reposts) == (NOW, 2)
    edges = {(edge.kind, edge.by.id, edge.at, edge.followers) for edge in page.reposts}
    assert edges == {
        ("repost", "9", at(20), 70),
        ("repost", "8", at(10), 10),
        ("quote", "7", at(30), None),
        ("reply", "6", at(40), None),
    }
    assert {edge.root.id for edge in page.reposts} == {id_at(0)}
    assert {account.key.id: account.followers for account in page.accounts} == {"1": 500, "9": 70, "8": 10}
    assert asked.requests[-1][1]["query"] == f"conversation_id:{id_at(0)}"
    assert page.dropped == ()


def test_the_next_return_asks_for_what_is_new_only() -> None:
    respond = lists(
        tweets=[counted(1, 1), counted(2, 1)],
        retweets=[answer(repost(20)), answer(repost(30, "8"), repost(20), token="older")],
        quote_tweets=answer(post(25, refs=[reference("quoted", 0)])),
        recent=answer(post(40, refs=[reference("replied_to", 0)])),
    )
    x, asked = source(respond)
    first = x.follow_up(stored(), None, NOW)
    asked.requests.clear()
    second = x.follow_up(stored(), first.state, NOW)
    assert asked.paths() == ["tweets", "retweets", "recent"]  # as many quotes as before: not asked for
    assert asked.requests[1][1]["max_results"] == "10"  # one more than before, and some for lagging counters
    assert asked.requests[2][1]["since_id"] == id_at(40)
    assert PostKey("x", id_at(30)) in {edge.child for edge in second.reposts}


def test_older_reposts_that_one_return_does_not_come_to_are_read_by_the_next() -> None:
    respond = lists(
        tweets=[counted(5), counted(6)],
        retweets=[
            answer(repost(50), token="a"),
            answer(repost(40), token="b"),
            answer(repost(60), repost(50), token="c"),  # what is new since
            answer(repost(30), token="d"),  # on from where the first return stopped
            answer(repost(20)),
        ],
    )
    x, asked = source(respond, max_pages=2)
    first = x.follow_up(stored(), None, NOW)
    second = x.follow_up(stored(), first.state, NOW)
    third = x.follow_up(stored(), second.state, NOW)
    found = {edge.child.id for page in (first, second, third) for edge in page.reposts}
    assert found == {id_at(minutes) for minutes in (20, 30, 40, 50, 60)}
    tokens = [params.get("pagination_token") for path, params in asked.requests if path.endswith("retweets")]
    assert tokens[:4] == [None, "a", None, "b"]


def test_a_place_that_x_has_forgotten_is_counted_and_given_up() -> None:
    respond = lists(
        tweets=[counted(5), counted(6), counted(7)],
        retweets=[
            answer(repost(50), token="a"),
            answer(repost(60), repost(50)),
            httpx.Response(400),
            answer(repost(70), repost(60)),
            httpx.Response(400),
        ],
    )
    x, _ = source(respond, max_pages=1)
    first = x.follow_up(stored(), None, NOW)
    more, _ = source(respond, max_pages=2)
    second = more.follow_up(stored(), first.state, NOW)
    assert [dropped.where for dropped in second.dropped] == ["older reposts"]
    assert more.follow_up(stored(), second.state, NOW).dropped == ()


def test_where_times_are_not_part_of_the_plan_the_accounts_are_told() -> None:
    respond = lists(
        tweets=[counted(2), counted(3)],
        retweets=httpx.Response(403, json={"title": "Client Forbidden"}),
        retweeted_by=[answer(user("9", 70), user("8")), answer(user("7"), user("9"), token="more")],
    )
    clock = RecordedClock(NOW)
    x, asked = source(respond, clock)
    first = x.follow_up(stored(), None, NOW)
    assert [(edge.by.id, edge.at, edge.followers) for edge in first.reposts] == [
        ("8", at(60), 10),
        ("9", at(120), 70),
    ]
    assert all((edge.kind, edge.evidence, edge.confidence) == ("repost", "inferred", 0.0) for edge in first.reposts)
    assert [dropped.where for dropped in first.dropped] == ["times of reposts"]
    asked.requests.clear()
    second = x.follow_up(stored(), first.state, NOW + timedelta(hours=2))
    assert asked.paths() == ["tweets", "retweeted_by", "recent"]
    assert [(edge.by.id, edge.at) for edge in second.reposts] == [("7", NOW + timedelta(hours=1))]


def test_the_same_reposter_told_twice_is_one_repost() -> None:
    respond = lists(
        tweets=counted(2), retweets=httpx.Response(404), retweeted_by=answer(user("9"), user("9"), {"id": None}, "x")
    )
    page, _ = follow(respond)
    assert [edge.child.id for edge in page.reposts] == [f"{id_at(0)}#repost:9"]


def test_one_list_that_fails_costs_only_itself() -> None:
    respond = lists(
        tweets=counted(1, 1),
        retweets=httpx.Response(500),
        quote_tweets=answer(post(30, refs=[reference("quoted", 0)])),
        recent=httpx.Response(403),
    )
    x, asked = source(respond)
    page = x.follow_up(stored(), None, NOW)
    assert [edge.kind for edge in page.reposts] == ["quote"]
    assert [dropped.where for dropped in page.dropped] == ["reposts", "replies"]
    asked.requests.clear()
    x.follow_up(stored(), page.state, NOW)
    assert "retweets" in asked.paths()  # what failed is asked for again though the counter stands still
    assert "quote_tweets" not in asked.paths()


def test_a_list_at_its_limit_does_not_stop_the_others() -> None:
    headers = {"x-rate-limit-limit": "75", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "1772453400"}
    respond = lists(
        tweets=counted(1, 1),
        retweets=httpx.Response(429, json={}, headers=headers),
        quote_tweets=answer(post(30, refs=[reference("quoted", 0)])),
    )
    x, asked = source(respond)
    x.follow_up(stored(), None, NOW)
    page = x.follow_up(stored(), None, NOW)
    assert [edge.kind for edge in page.reposts] == ["quote"]
    assert asked.paths().count("retweets") == 1


def test_a_reply_is_asked_for_the_answers_to_itself() -> None:
    raw = post(0, refs=[reference("replied_to", -9)], conversation_id=id_at(-30))
    page, asked = follow(lists(tweets=answer(raw)))
    assert asked.requests[-1][1]["query"] == f"in_reply_to_tweet_id:{id_at(0)}"
    assert page.reposts == ()  # its own edge is known


def test_replies_from_before_x_shows_anything_are_not_asked_for() -> None:
    x, asked = source(lists(tweets=counted()))
    first = x.follow_up(stored(), None, NOW + timedelta(days=9))
    assert asked.requests[-1][1]["start_time"] == "2026-03-04T12:15:00Z"
    assert first.dropped == ()
    x, asked = source(lists(tweets=counted(), recent=answer(post(40, refs=[reference("replied_to", 0)]))))
    state = x.follow_up(stored(), None, NOW).state
    x.follow_up(stored(), state, NOW + timedelta(days=9))
    assert "since_id" not in asked.requests[-1][1]


@pytest.mark.parametrize("kind", ["resource-not-found", "not-authorized-for-resource"])
def test_a_post_that_is_gone_or_hidden_is_said_to_be(kind: str) -> None:
    with pytest.raises(NotFound, match="deleted, or hidden"):
        follow(lambda path, params: {"errors": [problem(kind, id_at(0))]})


@pytest.mark.parametrize("said", [answer(), {"errors": [problem("operational-disconnect", id_at(0))]}, {}])
def test_an_answer_without_the_post_says_nothing_of_it(said: Any) -> None:
    with pytest.raises(BadPayload):
        follow(lambda path, params: said)


def test_where_nothing_could_be_learnt_the_failure_is_told() -> None:
    with pytest.raises(Unreachable):
        follow(lambda path, params: httpx.Response(500))
    with pytest.raises(RateLimited):
        follow(lambda path, params: httpx.Response(429))


@pytest.mark.parametrize("state", ["", "x", "[]", "{}", '{"v":1}', '{"v":1,"reposts":{"newest":"x"}}', "3", "null"])
def test_a_state_of_another_version_costs_one_full_read(state: str) -> None:
    page, asked = follow(lists(tweets=counted(1), retweets=answer(repost(20))), state)
    assert [edge.by for edge in page.reposts] == [AccountKey("x", "9")]
    assert asked.requests[1][1]["max_results"] == "100"


def test_an_edited_post_is_asked_for_under_its_present_id() -> None:
    x, asked = source(lists(tweets=counted(1), retweets=answer(repost(20))))
    page = x.follow_up(stored(local_id="77"), None, NOW)
    assert asked.requests[0][1]["ids"] == "77"
    assert asked.requests[1][0].endswith("/2/tweets/77/retweets")
    assert page.posts[0].key == stored().key


def test_a_key_that_is_no_id_is_never_put_into_an_address() -> None:
    x, asked = source(lists())
    with pytest.raises(NotFound):
        x.follow_up(stored(local_id="../../secret"), None, NOW)
    assert asked.requests == []


def test_it_returns() -> None:
    from monitor.sources.base import FollowsUp, Rechecks

    x, _ = source(lists())
    assert isinstance(x, FollowsUp)
    assert isinstance(x, Rechecks)
    assert isinstance(x, XSource)
