"""Several sites in one walk: one that fails holds up no other, and nothing is forgotten on the way."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.domain import AccountKey, Gap, Page, Post, PostKey
from monitor.errors import BadPayload, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.sources.several import Gone, Memory, Several, Step

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITES = {"a": "a.example", "b": "b.example", "c": "c.example"}
Fails = Callable[[str, Any], SourceError | None]


class Sites:
    """Three sites of two pages each; ``fails`` says what goes wrong where."""

    def __init__(self, fails: Fails = lambda site, place: None, pages: int = 2) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._fails = fails
        self._pages = pages

    def look(self, site: str, memory: Memory, place: Any, now: datetime) -> Step:
        self.asked.append((site, place))
        error = self._fails(site, place)
        if error is not None:
            raise error
        number = (place or 0) + 1
        memory["read"] = number
        post = Post(PostKey("x", f"{site}{number}"), AccountKey("x", "u"), "x", now, now)
        return Step(Page((post,)), number if number < self._pages else None)


def walk(sites: Sites, state: str | None = None, now: datetime = NOW, at_once: int = 1) -> list[Page]:
    several = Several(SITES, sites.look, at_once)
    pages = [several.fetch(state, None, now)]
    while pages[-1].next_cursor is not None:
        pages.append(several.fetch(state, pages[-1].next_cursor, now))
        assert len(pages) < 20
    return pages


def found(pages: list[Page]) -> list[str]:
    return [post.key.id for page in pages for post in page.posts]


def dropped(pages: list[Page]) -> list[tuple[str, str]]:
    return [(drop.where, drop.reason) for page in pages for drop in page.dropped]


@pytest.mark.parametrize("at_once", [1, 2, 4, 10])
def test_all_sites_are_read_in_their_order(at_once: int) -> None:
    sites = Sites()
    pages = walk(sites, at_once=at_once)
    assert found(pages) == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert len(pages) == -(-6 // at_once)
    assert [page.state is None for page in pages] == [*[True] * (len(pages) - 1), False]


def test_a_walk_goes_on_in_another_process() -> None:
    for stop in range(1, 6):
        first = Several(SITES, Sites().look)
        page = first.fetch(None, None, NOW)
        seen = found([page])
        for _ in range(stop - 1):
            page = first.fetch(None, page.next_cursor, NOW)
            seen += found([page])
        cursor = page.next_cursor
        other = Several(SITES, Sites().look)
        while cursor is not None:
            page = other.fetch(None, cursor, NOW)
            seen, cursor = seen + found([page]), page.next_cursor
        assert seen == ["a1", "a2", "b1", "b2", "c1", "c2"]


def test_a_site_that_fails_is_named_and_the_others_are_read() -> None:
    pages = walk(Sites(lambda site, place: Unreachable("b.example: no connection") if site == "b" else None))
    assert found(pages) == ["a1", "a2", "c1", "c2"]
    assert dropped(pages) == [("b.example", "b.example: no connection")]


def test_all_sites_failing_is_a_failure() -> None:
    with pytest.raises(Unauthorised, match="key"):
        walk(Sites(lambda site, place: Unauthorised("key refused")))


def test_a_site_that_fails_in_the_middle_goes_on_there() -> None:
    pages = walk(Sites(lambda site, place: Unreachable("gone away") if (site, place) == ("b", 1) else None))
    assert found(pages) == ["a1", "a2", "b1", "c1", "c2"]
    later = Sites()
    pages = walk(later, pages[-1].state, NOW + timedelta(minutes=10))
    assert ("b", 1) in later.asked
    assert ("b", None) not in later.asked
    assert found(pages) == ["a1", "a2", "b2", "c1", "c2"]


def test_a_place_that_the_site_does_not_know_any_more_is_given_up() -> None:
    lost = BadPayload("did not understand")
    pages = walk(Sites(lambda site, place: lost if (site, place) == ("b", 1) else None))
    assert found(walk(Sites(), pages[-1].state)) == ["a1", "a2", "b1", "b2", "c1", "c2"]


def test_the_only_site_that_fails_in_the_middle_is_a_failure() -> None:
    one = Several({"a": "a.example"}, Sites(lambda site, place: Unreachable("down") if place else None).look)
    page = one.fetch(None, None, NOW)
    with pytest.raises(Unreachable):
        one.fetch(None, page.next_cursor, NOW)


def test_a_walk_that_is_under_way_ends_and_starts_with_the_first_site_again() -> None:
    """Else a site that never answers would keep the cursor, and the sites before it were never asked again."""
    only = Several({"a": "a.example", "b": "b.example"}, Sites(failing_after_first).look)
    page = only.fetch(None, None, NOW)
    page = only.fetch(None, page.next_cursor, NOW)
    assert page.next_cursor is None
    assert [drop.where for drop in page.dropped] == ["a.example", "b.example"]
    again = Sites()
    assert found([Several({"a": "a.example", "b": "b.example"}, again.look, 9).fetch(page.state, None, NOW)]) == [
        "a2",
        "b1",
        "b2",
    ]


def failing_after_first(site: str, place: Any) -> SourceError | None:
    return None if (site, place) == ("a", None) else Unreachable("down")


def test_a_site_that_asks_for_a_wait_is_left_alone_and_said_to_be() -> None:
    busy = RateLimited("b.example asks to come back later", retry_after=timedelta(minutes=30))
    state = walk(Sites(lambda site, place: busy if site == "b" else None))[-1].state
    quiet = Sites()
    pages = walk(quiet, state, NOW + timedelta(minutes=29))
    assert {site for site, _ in quiet.asked} == {"a", "c"}
    assert dropped(pages) == [
        ("b.example", "b.example asks to come back later; not asked again before 2026-03-02 12:30 UTC")
    ]
    assert found(walk(Sites(), pages[-1].state, NOW + timedelta(minutes=31))) == ["a1", "a2", "b1", "b2", "c1", "c2"]


def test_when_all_are_left_alone_the_wait_is_handed_on() -> None:
    def fails(site: str, place: Any) -> SourceError | None:
        return None if site == "c" else RateLimited("busy", retry_after=timedelta(minutes=30))

    state = walk(Sites(fails))[-1].state
    with pytest.raises(RateLimited) as raised:
        walk(Sites(lambda site, place: Unreachable("down")), state, NOW + timedelta(minutes=10))
    assert raised.value.retry_after == timedelta(minutes=20)


def test_a_site_that_keeps_failing_is_asked_less_and_less_often() -> None:
    state, asked = None, []
    for minute in range(0, 600, 5):
        now = NOW + timedelta(minutes=minute)
        sites = Sites(lambda site, place: Unreachable("down") if site == "b" else None)
        state = walk(sites, state, now)[-1].state
        asked += [minute for site, _ in sites.asked if site == "b"]
    assert asked[:5] == [0, 5, 10, 20, 40]
    assert max(later - sooner for sooner, later in itertools.pairwise(asked)) == 60
    sites = Sites()
    state = walk(sites, state, NOW + timedelta(hours=11))[-1].state
    assert json.loads(state or "")["sites"]["b"] == {"read": 2}


def test_a_site_that_is_gone_for_good_is_never_asked_again_and_said_to_be() -> None:
    state = walk(Sites(lambda site, place: Gone("b.example is gone (410)") if site == "b" else None))[-1].state
    for day in (1, 400):
        sites = Sites()
        pages = walk(sites, state, NOW + timedelta(days=day))
        state = pages[-1].state
        assert "b" not in {site for site, _ in sites.asked}
        assert dropped(pages) == [
            ("b.example", "b.example is gone (410); it is not asked any more: take it out of the configuration")
        ]


def test_gaps_of_several_sites_become_the_widest() -> None:
    def look(site: str, memory: Memory, place: Any, now: datetime) -> Step:
        hour = "abc".index(site)
        return Step(Page(gap=Gap(NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 2), f"{site} rolled")))

    page = Several(SITES, look, 10).fetch(None, None, NOW)
    assert page.gap == Gap(NOW, NOW + timedelta(hours=4), "a rolled; b rolled; c rolled")


def test_sites_that_are_not_configured_any_more_are_forgotten() -> None:
    state = walk(Sites())[-1].state
    page = Several({"a": "a.example", "new": "new.example"}, Sites().look, 10).fetch(state, None, NOW)
    assert set(json.loads(page.state or "")["sites"]) == {"a", "new"}


@pytest.mark.parametrize(
    "cursor", ["", "x", "[]", "{}", '{"v":1}', '{"v":1,"at":"z"}', '{"v":1,"at":[]}', '{"v":2,"at":"a"}']
)
def test_a_cursor_that_cannot_be_read_is_told(cursor: str) -> None:
    with pytest.raises(BadPayload):
        Several(SITES, Sites().look).fetch(None, cursor, NOW)


@pytest.mark.parametrize(
    "memory",
    [
        3,
        {"wait": "soon"},
        {"wait": 10**30},
        {"wait": True},
        {"failures": -1},
        {"failures": 10**9},
        {"gone": 1},
        {"why": 3},
    ],
)
def test_a_memory_of_another_shape_costs_one_look(memory: Any) -> None:
    state = json.dumps({"v": 1, "sites": {"a": memory}})
    busy = Sites(lambda site, place: Unreachable("down") if site == "b" else None)
    assert "c2" in found(walk(busy, state))
    walk(Sites(lambda site, place: Unreachable("down") if site == "a" else None), state)
