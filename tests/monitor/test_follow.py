"""Which posts are worth returning to, when, and which of them first."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import AccountKey, Assessment, Metrics, Post, PostKey
from monitor.follow import (
    CEILING,
    CLOSEST,
    KEPT,
    LONGEST,
    Followed,
    is_over,
    looked,
    next_look,
    plan,
    worth_following,
)

NOW = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def followed(name: str, age: timedelta = 3 * HOUR) -> Followed:
    return Followed(PostKey("micro", name), NOW - age)


def seen(name: str, *sizes: tuple[float, int], age: timedelta = 3 * HOUR) -> Followed:
    """A post with looks so many minutes ago that found these sizes, the first look first."""
    state = followed(name, age)
    for minutes, size in sizes:
        state = looked(state, size, NOW - minutes * MINUTE)
    return state


def names(keys: Iterable[PostKey]) -> list[str]:
    return [key.id for key in keys]


def wait(state: Followed) -> timedelta:
    """From the last look to the next."""
    at = next_look(state, state.followed_at or state.created_at)
    assert at is not None
    return at - (state.followed_at or state.created_at)


STATES = st.builds(
    lambda number, age, last, before, known, earlier, counted, complaint, nearness: Followed(
        PostKey("micro", f"p{number:03}"),
        NOW - timedelta(minutes=age),
        known=known,
        followed_at=None if last is None else NOW - timedelta(minutes=last),
        previous=earlier,
        previous_at=None if before is None else NOW - timedelta(minutes=before),
        counted_since=counted,
        complaint=complaint,
        nearness=nearness,
    ),
    st.integers(0, 999),
    st.floats(-10, 12_000),
    st.none() | st.floats(0, 3_000),
    st.none() | st.floats(0, 4_000),
    st.integers(0, 300_000),
    st.integers(0, 300_000),
    st.integers(-5, 10_000),
    st.booleans(),
    st.floats(-1, 2),
)
MANY = st.lists(STATES, max_size=30, unique_by=lambda state: state.post)


def test_what_grows_faster_is_asked_about_earlier() -> None:
    fast = seen("fast", (40, 60), (20, 110))
    slow = seen("slow", (40, 100), (20, 110))
    still = seen("still", (40, 110), (20, 110))
    assert names(plan([still, slow, fast], 3, NOW + HOUR)) == ["fast", "slow", "still"]
    assert wait(fast) < wait(slow) < wait(still)


def test_what_is_about_to_pass_a_level_is_asked_about_before_what_just_did() -> None:
    before = seen("before", (40, 20), (10, 45))
    after = seen("after", (40, 26), (10, 51))
    assert names(plan([after, before], 1, NOW)) == ["before"]
    assert wait(before) < wait(after)


def test_what_belongs_to_an_incident_near_a_decision_is_asked_about_earlier() -> None:
    calm = seen("calm", (60, 12), (30, 14))
    near = replace(seen("near", (60, 12), (30, 14)), nearness=0.8)
    assert names(plan([calm, near], 1, NOW)) == ["near"]
    assert wait(near) < wait(calm)


def test_a_complaint_is_asked_about_before_another_post_that_grows_alike() -> None:
    plain = replace(seen("a", (60, 12), (30, 14)), complaint=False)
    angry = seen("b", (60, 12), (30, 14))
    assert names(plan([plain, angry], 1, NOW)) == ["b"]
    assert wait(angry) < wait(plain)


def test_a_counter_that_was_seen_growing_brings_a_quiet_post_forward() -> None:
    quiet = seen("quiet", (300, 8), (150, 8), age=20 * HOUR)
    stirred = replace(quiet, post=PostKey("micro", "stirred"), counted_since=60)
    assert names(plan([quiet, stirred], 1, NOW)) == ["stirred"]
    assert wait(stirred) < wait(quiet) / 3


def test_a_fresh_post_is_asked_about_within_minutes_and_then_ever_less_often() -> None:
    state, waits = followed("new", timedelta(0)), []
    for _ in range(20):
        waits.append(wait(state))
        state = looked(state, 1, (state.followed_at or state.created_at) + waits[-1])
    assert waits[0] < 5 * MINUTE
    assert waits == sorted(waits)
    assert waits[-1] > HOUR


@pytest.mark.parametrize("size", [1, 9, 2_000, 500_000])
def test_a_post_that_is_long_dead_is_still_asked_about_within_the_ceiling(size: int) -> None:
    dead = replace(seen("dead", (2_000, size), (1_000, size), (0, size), age=35.5 * HOUR), complaint=False)
    assert 2 * HOUR < wait(dead) <= CEILING
    assert plan([dead], 5, NOW + 2 * HOUR) == []
    assert plan([dead], 5, NOW + CEILING) == [dead.post]


def test_no_budget_asks_nothing_and_no_posts_ask_nothing() -> None:
    posts = [followed(name) for name in "abcde"]
    assert plan(posts, 0, NOW) == []
    assert plan(posts, -3, NOW) == []
    assert plan([], 10, NOW) == []


def test_no_post_is_asked_about_twice_within_a_minute_however_fast_it_grows() -> None:
    state = seen("fast", (2, 4_000), (0, 40_000))
    state = replace(state, counted_since=100_000, nearness=1.0)
    assert next_look(state, NOW) == NOW + CLOSEST
    assert plan([state], 5, NOW + CLOSEST - timedelta(seconds=1)) == []
    assert names(plan([state], 5, NOW + CLOSEST)) == ["fast"]


def test_what_the_site_refused_is_left_alone_until_then() -> None:
    refused = replace(seen("refused", (40, 60), (20, 110)), not_before=NOW + HOUR)
    assert plan([refused], 5, NOW) == []
    assert next_look(refused, NOW) == NOW + HOUR
    assert names(plan([refused], 5, NOW + HOUR)) == ["refused"]
    assert looked(refused, 112, NOW + HOUR).not_before is None


def test_what_is_worth_the_same_comes_in_order_of_its_key() -> None:
    alike = [followed(name) for name in "dbgacfe"]
    assert names(plan(alike, 4, NOW)) == ["a", "b", "c", "d"]


@given(MANY, st.integers(0, 40), st.randoms(use_true_random=False))
def test_the_plan_keeps_to_the_budget_and_depends_on_nothing_but_what_is_given(
    states: list[Followed], budget: int, chance: random.Random
) -> None:
    asked = plan(states, budget, NOW)
    assert len(asked) == len(set(asked)) <= budget
    assert set(asked) <= {state.post for state in states}
    mixed = states.copy()
    chance.shuffle(mixed)
    assert plan(mixed, budget, NOW) == asked
    assert plan(states, budget + 5, NOW)[: len(asked)] == asked  # more budget only adds


@given(STATES)
def test_the_next_look_is_one_that_the_plan_asks_for_and_is_never_further_off_than_the_ceiling(state: Followed) -> None:
    at = next_look(state, NOW)
    if at is None:
        last = max(state.followed_at or state.created_at, state.created_at)
        assert is_over(state, max(NOW, last) + CEILING)
    else:
        assert NOW <= at <= max(state.followed_at or state.created_at, state.created_at, NOW) + CEILING
        assert plan([state], 1, at) == [state.post]


def test_a_quiet_post_is_let_go_after_two_days_a_growing_one_after_seven() -> None:
    quiet = seen("quiet", (600, 30), (300, 30), age=KEPT + HOUR)
    growing = seen("growing", (600, 300), (300, 340), age=KEPT + HOUR)
    assert is_over(quiet, NOW)
    assert plan([quiet, growing], 5, NOW) == [growing.post]
    assert next_look(quiet, NOW) is None
    assert not is_over(seen("young", (600, 30), (300, 30), age=KEPT - HOUR), NOW)
    assert is_over(replace(growing, created_at=NOW - LONGEST - HOUR, counted_since=5_000), NOW)


def test_a_quiet_old_post_comes_back_when_its_counter_moves() -> None:
    quiet = seen("quiet", (600, 30), (300, 30), age=KEPT + HOUR)
    assert plan([replace(quiet, counted_since=20)], 5, NOW) == [quiet.post]


def test_spread_that_was_found_before_the_first_look_brings_that_look_forward() -> None:
    unknown, found = followed("a", 20 * MINUTE), replace(followed("b", 20 * MINUTE), known=40)
    assert names(plan([unknown, found], 2, NOW)) == ["b", "a"]
    assert wait(found) < wait(unknown)


Sizes = Callable[[timedelta], int]


def play(sizes: Mapping[str, Sizes], hours: float, budget: int, every: timedelta) -> dict[str, list[datetime]]:
    """When each post was looked at, if ``budget`` may be asked each time; sizes by the time since NOW."""
    states = {PostKey("micro", name): Followed(PostKey("micro", name), NOW) for name in sizes}
    looks: dict[str, list[datetime]] = {name: [NOW] for name in sizes}
    at = NOW
    while at < NOW + hours * HOUR:
        at += every
        for key in plan(list(states.values()), budget, at):
            states[key] = looked(states[key], sizes[key.id](at - NOW), at)
            looks[key.id].append(at)
    return looks


def quiet(age: timedelta) -> int:
    return 1


def exploding(age: timedelta) -> int:
    return 1 + int(age / MINUTE) * 30


def burnt_out(age: timedelta) -> int:
    return 2_000


def crowd(hot: int, still: int, burnt: int) -> dict[str, Sizes]:
    kinds = (exploding, hot), (quiet, still), (burnt_out, burnt)
    return {f"{size.__name__}{n}": size for size, number in kinds for n in range(number)}


def longest_left_alone(looks: Mapping[str, Sequence[datetime]], end: datetime) -> timedelta:
    return max(later - earlier for times in looks.values() for earlier, later in pairwise([*times, end]))


def test_no_post_starves_beside_ones_that_never_stop_growing() -> None:
    looks = play(crowd(5, 20, 10), 30, 1, 6 * MINUTE)  # 120 requests within the ceiling, for 35 posts
    assert longest_left_alone(looks, NOW + 30 * HOUR) <= CEILING


def test_where_the_budget_is_far_too_small_nobody_waits_much_longer_than_in_turn() -> None:
    looks = play(crowd(5, 40, 20), 46, 1, 12 * MINUTE)  # in turn: each every 13 hours
    assert longest_left_alone(looks, NOW + 46 * HOUR) <= 1.3 * 13 * HOUR


def test_a_dead_post_costs_little_even_where_the_budget_is_ample() -> None:
    looks = play({"dead": quiet, "alive": lambda age: 1 + int(age / MINUTE)}, 48, 10, 5 * MINUTE)
    assert len(looks["dead"]) < 40  # of 576 that could be paid for
    assert len(looks["alive"]) > 1.5 * len(looks["dead"])


def test_a_crossing_is_known_sooner_than_when_all_are_asked_in_turn() -> None:
    posts: dict[str, Sizes] = {f"quiet{n:02}": quiet for n in range(60)}
    posts["rising"] = lambda age: 1 + int(age / (3 * MINUTE))  # passes 50 after two and a half hours
    looks = play(posts, 6, 1, MINUTE)
    known = next(at for at in looks["rising"] if posts["rising"](at - NOW) >= 50)
    assert known - NOW - 147 * MINUTE < 15 * MINUTE  # in turn: 30 minutes on average, at most 61


@pytest.mark.parametrize("size", [0, -4, 3])
def test_a_look_that_finds_less_than_before_is_taken_as_it_is(size: int) -> None:
    state = looked(seen("shrunk", (40, 60), (20, 110)), size, NOW)
    assert state.known == max(1, size)
    assert (state.previous, state.previous_at) == (110, NOW - 20 * MINUTE)
    assert wait(state) >= CLOSEST


@settings(max_examples=50)
@given(st.integers(1, 5_000), st.integers(0, 500), st.integers(1, 500))
def test_more_growth_since_the_look_before_never_means_a_later_look(before: int, less: int, more: int) -> None:
    slow = seen("slow", (40, before), (20, before + less))
    fast = replace(slow, previous=max(1, before - more))
    assert wait(fast) <= wait(slow) + timedelta(seconds=1)


def post(name: str, minutes_old: float, complaint: float = 0.9, metrics: Metrics | None = None) -> Post:
    at = NOW - timedelta(minutes=minutes_old)
    read = Assessment("en", assessed=True, complaint=complaint)
    return Post(PostKey("micro", name), AccountKey("micro", name), "", at, at, assessment=read, metrics=metrics)


def test_complaints_and_what_spreads_are_followed_and_the_rest_is_not() -> None:
    assert worth_following(post("angry", 9), 0)
    assert worth_following(post("shared", 9, 0.1), 3)
    assert worth_following(post("counted", 9, 0.1, Metrics(NOW, reposts=2)), 0)
    assert not worth_following(post("liked", 9, 0.1, Metrics(NOW, likes=7)), 0)
    assert not worth_following(post("nothing", 9, 0.1), 0)
