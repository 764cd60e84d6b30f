"""The live state: the same windows in whatever order things come, after a restart, and after two weeks."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from alerts.detectors.base import Window
from alerts.live import COLD_AFTER, Live
from alerts.pipeline import PipelineConfig
from alerts.store import DeliveryStore, IncidentStore
from alerts.watch import Watch
from graph.forecast.log_linear import LogLinear
from monitor.db import connect, transaction
from monitor.domain import Account, AccountKey, Assessment, Brand, BrandMatch, Post, PostKey, Repost
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore

START = datetime(2024, 5, 6, tzinfo=UTC)
NORTHLINE, FERRIES = Brand("northline", "Northline Air"), Brand("harborline", "Harborline Ferries")
BRANDS = (NORTHLINE, FERRIES)
SITES = ("micro", "forum")


def key(number: int, site: str = "micro") -> PostKey:
    return PostKey(site, f"p{number}")


def post(number: int, minutes: float, brands: Sequence[str] = ("northline",), **more: Any) -> Post:
    at = START + timedelta(minutes=minutes)
    read = Assessment("en", assessed=True, complaint=more.pop("complaint", 0.9), harm_words=more.pop("harm", ()))
    matches = tuple(BrandMatch(brand, brand, "name", brand) for brand in brands)
    return Post(key(number), AccountKey("micro", f"a{number}"), "", at, at, None, "en", matches, read, **more)


def passed(root: int, child: int, minutes: float, kind: Any = "repost") -> Repost:
    at, by = START + timedelta(minutes=minutes), AccountKey("micro", f"a{child}")
    return Repost(key(root), key(child), by, at, kind, followers=child * 7)


def live() -> Live:
    return Live(BRANDS, LogLinear())


def seen(state: Live, now: datetime) -> list[Any]:
    """Everything that detectors may see of all issues, except what is new."""
    watched = {brand.id: {issue for of, issue in state._issues if of == brand.id} for brand in BRANDS}
    windows = state.windows(now, watched, {})
    return [replace(window, posts=(), hours=tuple(window.hours)) for window in windows]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Post], list[Repost]]:
    """Posts about none, one or both brands, passed on, quoted and answered, and so are the quotes."""
    posts, reposts = [], []
    for number in range(draw(st.integers(1, 12))):
        brands = draw(st.sampled_from([(), ("northline",), ("harborline",), ("northline", "harborline")]))
        minutes = 10.0 * number
        above = draw(st.sampled_from([None, *posts])) if posts else None
        if above is not None:
            issue = above.issue
            kind = draw(st.sampled_from(["quote", "reply"]))
            posts.append(post(number, minutes, brands, issue=issue))
            reposts.append(passed(int(above.key.id[1:]), number, minutes, kind))
        else:
            issue = draw(st.sampled_from([None, "micro:p0"]))
            posts.append(post(number, minutes, brands or ("northline",), issue=issue))
        for child in range(draw(st.integers(0, 9))):
            reposts.append(passed(number, 1000 * (number + 1) + child, minutes + child))
    return posts, reposts


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_and_repeats_within_a_tick_change_nothing(history: Any, rng: Any) -> None:
    posts, reposts = history
    now = START + timedelta(hours=3)
    one, other = live(), live()
    one.take(posts, reposts)
    shuffled, again = [*posts, *posts[:5]], [*reposts, *reposts[:9]]
    rng.shuffle(shuffled)
    rng.shuffle(again)
    other.take(shuffled, again)
    other.take(posts, reposts)
    assert seen(one, now) == seen(other, now)


def at_of(one: Post | Repost) -> datetime:
    return one.created_at if isinstance(one, Post) else one.at


def watch(engine: Engine) -> Watch:
    stores = IncidentStore(engine), DeliveryStore(engine), MetaStore(engine)
    return Watch(live(), PostStore(engine), *stores, partial(transaction, engine), (), PipelineConfig())


@given(histories(), st.integers(1, 5))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_a_restart_shows_the_same_windows_as_an_uninterrupted_run(
    migrated_file: Path, history: Any, batches: int
) -> None:
    posts, reposts = history
    events = sorted([*posts, *reposts], key=at_of)
    engine = connect("sqlite://")
    with closing(sqlite3.connect(migrated_file)) as tables, engine.connect() as memory:
        tables.backup(memory.connection.driver_connection)
    store, running = PostStore(engine), live()
    steps = groupby(events, key=lambda one: (at_of(one) - START) // timedelta(minutes=3 * batches))
    for some in (list(group) for _, group in steps):
        new = store.add(None, [e for e in some if isinstance(e, Post)], [e for e in some if isinstance(e, Repost)])
        running.take(new.posts, new.reposts)
    now = START + timedelta(hours=3)
    restarted = watch(engine)
    restarted.restore(now)
    assert seen(restarted.live, now) == seen(running, now)
    assert all(window.posts == () and window.cascades == () for window in restarted.live.windows(now, {}, {}))
    engine.dispose()


def window(state: Live, now: datetime, brand: str = "northline") -> Window:
    return next(one for one in state.windows(now, {}, {}) if one.brand.id == brand)


def test_a_quote_that_is_passed_on_more_than_the_original_counts_for_the_issue() -> None:
    state = live()
    state.take([post(1, 0)], [passed(1, 10 + n, n) for n in range(4)])
    state.take([post(2, 5, (), complaint=0.8)], [passed(1, 2, 5, "quote")])
    state.take([], [passed(2, 100 + n, 6 + n / 10) for n in range(50)])
    (facts,) = window(state, START + timedelta(minutes=20)).cascades
    assert facts.cascade.size == 1 + 4 + 1 + 50
    assert (facts.assessed, facts.complaints) == (2, 2)


def test_an_answer_to_a_post_about_something_else_is_a_complaint_of_its_own() -> None:
    state = live()
    state.take([post(5, 3)], [passed(404, 5, 3, "reply"), *(passed(5, 50 + n, 4) for n in range(9))])
    (facts,) = window(state, START + timedelta(minutes=20)).cascades
    assert (facts.cascade.root, facts.cascade.size) == (key(5), 10)


def test_each_brand_sees_the_cascades_that_are_about_it_only() -> None:
    state = live()
    both, other = post(1, 0, ("northline", "harborline"), issue="harp"), post(2, 0, ("harborline",), issue="harp")
    state.take([both, other], [*(passed(1, 10 + n, 1) for n in range(9)), *(passed(2, 50 + n, 1) for n in range(20))])
    now = START + timedelta(minutes=20)
    assert window(state, now).cascades[0].cascade.size == 10
    assert window(state, now, "harborline").cascades[0].cascade.size == 31


def test_a_known_post_that_turns_out_to_be_about_a_second_brand_counts_for_it_once() -> None:
    state = live()
    state.take([post(1, 0)], [passed(1, 10 + n, 1) for n in range(9)])
    state.looked()
    state.take([post(1, 0, ("northline", "harborline"))], [])
    now = START + timedelta(minutes=20)
    assert [len(one.posts) for one in state.windows(now, {}, {})] == [0, 1]
    found = state.windows(now, {"northline": {"micro:p1"}, "harborline": {"micro:p1"}}, {})
    assert [one.cascades[0].assessed for one in found] == [1, 1]
    assert [one.hours[-1].mentions for one in found] == [1, 1]


def test_followers_that_were_seen_once_stay_known() -> None:
    state, who = live(), AccountKey("micro", "a1")
    state.take([post(1, 0)], [], [Account(who, "a1", START, followers=900_000)])
    state.take([], [], [Account(who, "a1", START)])
    ((_, author),) = window(state, START + timedelta(minutes=1)).posts
    assert author is not None
    assert author.followers == 900_000


def test_after_two_weeks_without_a_word_nothing_is_left_of_it() -> None:
    state = live()
    state.take(
        [post(n, n, ("northline",) if n % 2 else ()) for n in range(1, 40)],
        [
            *(passed(1, 100 + n, n) for n in range(50)),
            *(passed(1, n, n, "quote") for n in range(2, 40, 2)),
            passed(404, 3, 5, "reply"),
        ],
        [Account(AccountKey("micro", f"a{n}"), "", START) for n in range(200)],
    )
    state.looked()
    state.forget_cold(START + COLD_AFTER + timedelta(hours=3))
    left = [vars(state)[name] for name in ("_posts", "_authors", "_within", "_shared", "_issues", "_touched")]
    assert not any(left)
    assert len(state.tracker) == 0


def test_what_is_alive_stays_whole_when_the_rest_is_forgotten() -> None:
    state = live()
    state.take([post(1, 0), post(2, 0)], [passed(1, 10 + n, n) for n in range(9)])
    late = COLD_AFTER / timedelta(minutes=1)
    state.take([post(3, late, ())], [passed(1, 3, late, "reply")])
    now = START + COLD_AFTER + timedelta(minutes=30)
    state.looked()
    assert state.forget_cold(now) == 1
    (facts,) = state.windows(now, {"northline": {"micro:p1"}}, {})[0].cascades
    assert (facts.cascade.size, facts.assessed) == (11, 2)


def test_hours_without_a_post_are_zero_and_not_missing(sqlite_engine: Engine) -> None:
    store = PostStore(sqlite_engine)
    for number, hours in enumerate((0, 1, 30, 600)):
        store.add(None, [post(number, hours * 60.0)])
    restarted = watch(sqlite_engine)
    restarted.restore(START + timedelta(hours=601))
    (northline, _) = restarted.live.windows(START + timedelta(hours=601), {}, {})
    assert len(northline.hours) == 602
    assert [hour.mentions for hour in northline.hours if hour.mentions] == [1, 1, 1, 1]


@pytest.mark.parametrize("weeks", [3, 9])
def test_what_is_passed_on_again_after_weeks_is_taken_up_whole(sqlite_engine: Engine, weeks: int) -> None:
    store, looking = PostStore(sqlite_engine), watch(sqlite_engine)
    first = store.add(
        None, [post(1, 0), post(2, 1, ())], [passed(1, 2, 1, "reply"), *(passed(1, 9 + n, 2) for n in range(30))]
    )
    looking.take(first.posts, first.reposts)
    looking.tick(START + timedelta(minutes=5))
    now = START + timedelta(weeks=weeks)
    looking.tick(now)
    assert len(looking.live.tracker) == 0
    later = store.add(None, [], [passed(1, 500 + n, weeks * 7 * 24 * 60 + n) for n in range(5)])
    looking.take(later.posts, later.reposts, (), now + timedelta(minutes=10))
    (facts,) = window(looking.live, now + timedelta(minutes=10)).cascades
    assert (facts.cascade.size, facts.assessed, facts.last_hour) == (37, 2, 5)
