"""Reddit: walking through searches and communities without gaps."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.domain import Brand, Page
from monitor.errors import BadPayload, Unauthorised, Unreachable
from monitor.sources.reddit import RedditSource
from tests.monitor.sources.reddit_answers import (
    BRAND,
    NOW,
    at,
    listing,
    names,
    pages,
    source,
    t1,
    t3,
)

NOBODY = Brand("n", "N")  # nothing to search for


def walk(reddit: RedditSource, state: str | None = None, brand: Brand = BRAND) -> list[Page]:
    found = [reddit.fetch(brand, state, None, NOW)]
    while found[-1].next_cursor is not None:
        found.append(reddit.fetch(brand, state, found[-1].next_cursor, NOW))
        assert len(found) < 60
    return found


def remembered(*answers: Any) -> str:
    state = walk(source(pages(*answers))[0])[-1].state
    assert state
    return state


def all_names(found: list[Page]) -> list[str]:
    return [name for page in found for name in names(page.posts)]


def full_page(first: int, minutes: float, count: int = 100) -> dict[str, Any]:
    """A page of ``count`` posts, the newest made ``minutes`` after nine, one every second before."""
    things = [t3(f"p{first + number}", minutes - number / 60) for number in range(count)]
    return listing(*things, after=things[-1]["data"]["name"])


def test_terms_are_searched_for_as_phrases_without_hash_signs() -> None:
    reddit, asked = source(pages())
    walk(reddit, brand=replace(BRAND, products=('North "Lounge"', "!!!", "NORTHLINE air")))
    (params,) = (params for _, params in asked.requests)
    assert params == {
        "q": '"NORTHLINE air" OR "northline" OR "North Lounge"',
        "sort": "new",
        "t": "week",
        "type": "link",
        "limit": "100",
        "raw_json": "1",
    }


def test_a_query_that_would_be_too_long_is_several() -> None:
    reddit, asked = source(pages())
    walk(reddit, brand=Brand("n", "N", names=tuple(f"Northline number {number:03}" for number in range(60))))
    queries = [query or "" for query in asked.told("q")]
    assert len(queries) > 1
    assert all(len(query) <= 512 for query in queries)
    assert sum(query.count('"') // 2 for query in queries) == 60


def test_a_walk_goes_down_to_what_the_last_one_saw_and_an_overlap_further() -> None:
    state = remembered(listing(t3("a1", 100)))
    answers = (
        full_page(200, 170),
        full_page(300, 120),
        listing(*(t3(f"q{n}", 69 - n) for n in range(9)), after="t3_q8"),
    )
    reddit, asked = source(pages(*answers))
    found = walk(reddit, state)
    assert asked.told("after") == [None, "t3_p299", "t3_p399"]  # a hundred minutes less thirty is 10:10
    again, asked = source(pages(listing(t3("z1", 150), t3("z2", 145), after="t3_z2")))
    walk(again, found[-1].state)
    assert asked.told("after")[:2] == [None, "t3_z2"]  # 11:25 is still within the overlap of 11:50


def test_a_post_out_of_order_does_not_end_the_walk() -> None:
    things = [t3("old", -5000), *(t3(f"p{n}", 170 - n) for n in range(9))]
    reddit, _ = source(pages(listing(*things, after="t3_p8"), listing(t3("b1", 100))))
    assert "t3_b1" in all_names(walk(reddit))


def test_the_time_that_is_searched_covers_what_is_unknown_and_stays_through_the_walk() -> None:
    state = remembered(listing(t3("a1", 170)))
    reddit, asked = source(pages(full_page(100, 175)))
    first = reddit.fetch(BRAND, state, None, NOW)
    reddit.fetch(BRAND, state, first.next_cursor, NOW + timedelta(days=3))
    assert asked.told("t") == ["hour", "hour"]
    for days, span in ((0.5, "day"), (3, "week"), (20, "month"), (200, "year"), (900, "all")):
        reddit, asked = source(pages())
        reddit.fetch(BRAND, state, None, NOW + timedelta(days=days))
        assert asked.told("t") == [span]


def test_a_walk_that_was_cut_off_goes_on_with_what_it_started_with() -> None:
    state = remembered(listing(t3("a1", 100)))
    cut = source(pages(full_page(100, 175)))[0].fetch(BRAND, state, None, NOW)
    reddit, asked = source(pages(listing(t3("b1", 120))))
    later = NOW + timedelta(days=2)
    last = reddit.fetch(BRAND, state, cut.next_cursor, later)
    assert asked.told("after") == ["t3_p199"]
    assert names(last.posts) == ["t3_b1"]
    kept = json.loads(last.state or "")["newest"]
    assert list(kept.values()) == [int(at(175).timestamp())]  # of the first page, not of the last


def test_an_anchor_that_was_deleted_meanwhile_is_replaced_by_the_one_above() -> None:
    cut = source(pages(full_page(100, 175)))[0].fetch(BRAND, None, None, NOW)
    reddit, asked = source(pages(listing(), listing(t3("p198", 173), t3("b1", 120))))
    cursor, found = cut.next_cursor, []
    while cursor:
        found.append(reddit.fetch(BRAND, None, cursor, NOW))
        cursor = found[-1].next_cursor
    assert asked.told("after") == ["t3_p199", "t3_p198"]
    assert all_names(found) == ["t3_p198", "t3_b1"]


def test_a_listing_that_breaks_off_is_a_gap() -> None:
    reddit, asked = source(pages(full_page(100, 175)))
    last = walk(reddit)[-1]
    assert len(asked.requests) == 5  # the page below, and three anchors above it
    assert last.gap is not None
    assert (last.gap.since, last.gap.until) == (NOW - timedelta(hours=24), at(175 - 99 / 60).replace(microsecond=0))
    assert "broke off" in last.gap.reason


def test_a_page_that_names_itself_as_the_next_is_the_last() -> None:
    page = full_page(100, 175)
    reddit, asked = source(lambda path, params: page)
    walk(reddit)
    assert len(asked.requests) == 2


def test_a_listing_that_never_ends_is_given_up() -> None:
    numbers = iter(range(100, 10**6, 100))
    reddit, asked = source(lambda path, params: full_page(next(numbers), 175))
    assert walk(reddit)[-1].gap is not None
    assert len(asked.requests) == 21


def test_below_a_thousand_things_nothing_is_listed_and_that_is_said() -> None:
    answers = [full_page(1000 + number * 100, 175 - number) for number in range(10)]
    answers[-1]["data"]["after"] = None
    reddit, _ = source(pages(*answers))
    gap = walk(reddit)[-1].gap
    assert gap is not None
    assert gap.since == NOW - timedelta(hours=24)
    assert "1,000" in gap.reason


def test_an_end_before_the_watermark_is_no_gap() -> None:
    reddit, _ = source(pages(listing(t3("a1", 170))))
    assert walk(reddit)[-1].gap is None


def test_an_after_that_is_none_stops_the_walk_before_its_watermark_moves() -> None:
    for after in ("../x", 5, ["t3_a1"]):
        reddit, _ = source(pages(listing(t3("a1", 170), after=after)))
        with pytest.raises(BadPayload):
            reddit.fetch(BRAND, None, None, NOW)


def test_where_nothing_is_found_what_was_known_stays_known() -> None:
    state = remembered(listing(t3("a1", 100)))
    assert walk(source(pages())[0], state)[-1].state == state


# -- communities


def test_communities_are_read_whole_for_posts_and_comments() -> None:
    answers = (
        listing(t3("a1", 170)),
        listing(t3("b1", 171)),
        listing(t1("c1", 172, body="On Northline Air"), t1("c2", 171)),
    )
    reddit, asked = source(pages(*answers), communities=["travelgripes", "slowrage"])
    found = walk(reddit)
    assert asked.paths() == ["/search", "/r/travelgripes+slowrage/new", "/r/travelgripes+slowrage/comments"]
    assert asked.told("q") == ['"Northline Air" OR "northline"', None, None]
    assert all_names(found) == ["t3_a1", "t3_b1", "t1_c1", "t1_c2"]  # which of them matter is decided elsewhere
    assert [page.state is None for page in found] == [True, True, False]


def test_each_listing_has_its_own_watermark() -> None:
    answers = (listing(t3("a1", 170)), listing(t3("b1", 20)), listing())
    reddit, _ = source(pages(*answers), communities=["travelgripes"])
    state = walk(reddit)[-1].state
    again, asked = source(
        pages(
            listing(*(t3(f"s{n}", 139) for n in range(3)), after="t3_s2"),  # below 11:50 less 30 minutes: the end
            listing(*(t3(f"n{n}", 139) for n in range(3)), after="t3_n2"),  # above 09:20 less 30 minutes: goes on
        ),
        communities=["travelgripes"],
    )
    walk(again, state)
    assert asked.paths()[:3] == ["/search", "/r/travelgripes/new", "/r/travelgripes/new"]


def closed(name: str) -> Any:
    def respond(path: str, params: dict[str, str]) -> Any:
        return httpx.Response(403, json={"reason": "private"}) if name in path else listing(t3("a1", 170))

    return respond


def test_a_closed_community_is_named_and_does_not_stop_the_others() -> None:
    reddit, asked = source(closed("secretclub"), communities=["travelgripes", "secretclub"])
    found = walk(reddit)
    dropped = [drop for page in found for drop in page.dropped]
    assert {(drop.where, drop.reason) for drop in dropped} == {("r/secretclub", "reddit: r/secretclub is private")}
    assert "/r/travelgripes/comments" in asked.paths()
    assert found[-1].state is not None


def test_where_nothing_else_is_read_a_closed_community_is_a_failure() -> None:
    reddit, _ = source(closed("secretclub"), communities=["secretclub"])
    with pytest.raises(Unauthorised, match="r/secretclub is private"):
        walk(reddit, brand=NOBODY)


def test_a_passing_failure_of_a_community_keeps_the_place() -> None:
    def respond(path: str, params: dict[str, str]) -> Any:
        return httpx.Response(500) if path.startswith("/r/") else listing(t3("a1", 170))

    reddit, _ = source(respond, communities=["travelgripes"])
    first = reddit.fetch(BRAND, None, None, NOW)
    with pytest.raises(Unreachable):
        reddit.fetch(BRAND, None, first.next_cursor, NOW)


def test_many_communities_are_read_in_groups() -> None:
    reddit, asked = source(pages(), communities=[f"community{number}" for number in range(60)])
    walk(reddit, brand=NOBODY)
    assert [path.count("+") + 1 for path in asked.paths()] == [25, 25, 25, 25, 10, 10]


def test_without_terms_and_communities_nothing_is_asked() -> None:
    reddit, asked = source(pages())
    assert reddit.fetch(NOBODY, None, None, NOW) == Page()
    assert asked.requests == []


# -- cursors and states that cannot be read


@pytest.mark.parametrize("cursor", ["x", "[]", "{}", '{"v":1}', "9" * 5000, "null"])
def test_a_cursor_that_cannot_be_read_is_said_to_be_none(cursor: str) -> None:
    with pytest.raises(BadPayload, match="cursor"):
        source(pages())[0].fetch(BRAND, None, cursor, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"reading": 5},
        {"reading": -1},
        {"since": "x"},
        {"since": 1e400},
        {"since": -1},
        {"after": "../x"},
        {"span": "s3cret"},
        {"spare": 3},
        {"seen": None},
    ],
)
def test_a_cursor_of_another_walk_is_not_taken(change: dict[str, Any]) -> None:
    cursor = json.loads(source(pages(full_page(100, 175)))[0].fetch(BRAND, None, None, NOW).next_cursor or "")
    with pytest.raises(BadPayload, match="cursor"):
        source(pages())[0].fetch(BRAND, None, json.dumps({**cursor, **change}), NOW)


def test_a_cursor_of_other_terms_or_communities_is_not_taken() -> None:
    cursor = source(pages(full_page(100, 175)))[0].fetch(BRAND, None, None, NOW).next_cursor
    with pytest.raises(BadPayload, match="another walk"):
        source(pages())[0].fetch(replace(BRAND, names=("Other",)), None, cursor, NOW)
    with pytest.raises(BadPayload, match="another walk"):
        source(pages(), communities=["travelgripes"])[0].fetch(BRAND, None, cursor, NOW)
