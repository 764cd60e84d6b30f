"""Which posts are worth returning to, and when."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import AccountKey, Assessment, Metrics, Post, PostKey
from monitor.follow import FIRST_WAIT, SLOWEST, YOUNG, to_follow

NOW = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)


def post(name: str, minutes_old: float, complaint: float = 0.9, metrics: Metrics | None = None) -> Post:
    at = NOW - timedelta(minutes=minutes_old)
    read = Assessment("en", assessed=True, complaint=complaint)
    return Post(PostKey("micro", name), AccountKey("micro", name), "", at, at, assessment=read, metrics=metrics)


def names(posts: list[Post]) -> list[str]:
    return [one.key.id for one in posts]


def test_complaints_and_what_spreads_are_followed_and_the_rest_is_not() -> None:
    shared, counted = post("shared", 9, 0.1), post("counted", 9, 0.1, Metrics(NOW, reposts=2))
    unknown, nothing = post("unknown", 9, 0.1, Metrics(NOW, likes=7)), post("nothing", 9, 0.1)
    old, future = post("old", YOUNG / timedelta(minutes=1) + 1), post("future", -5)
    every = [post("angry", 9), shared, counted, unknown, nothing, old, future]
    assert set(names(to_follow(every, {}, {shared.key: 3}, NOW, 10))) == {"angry", "shared", "counted"}


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(1, 10))
def test_what_spreads_most_comes_first_and_no_more_than_asked(spread: list[int], limit: int) -> None:
    posts = [post(f"p{n:02}", 30) for n in range(len(spread))]
    sizes = {one.key: size for one, size in zip(posts, spread, strict=True)}
    chosen = to_follow(posts, {}, sizes, NOW, limit)
    assert [sizes[one.key] for one in chosen] == sorted(spread, reverse=True)[:limit]


def test_the_older_the_post_the_longer_the_wait_up_to_two_hours() -> None:
    for minutes, wait in ((10, FIRST_WAIT), (300, timedelta(minutes=30)), (40 * 60, SLOWEST)):
        one = post("a", minutes)
        just = {one.key: NOW - wait}
        early = {one.key: NOW - wait + timedelta(seconds=1)}
        assert names(to_follow([one], just, {}, NOW, 5)) == ["a"]
        assert to_follow([one], early, {}, NOW, 5) == []
