"""X: what reading costs, and what is left out for want of money."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.errors import BadPayload, BudgetSpent, Unreachable
from monitor.ledger import Ledger, MemoryBook
from monitor.sources.x import XSource
from tests.monitor.sources.x_answers import BRAND, NOW, answer, at, id_at, post, source, stored, user

PAGE = [post(100 - number, author=str(number)) for number in range(10)]
PEOPLE = [user(str(number)) for number in range(10)]
PRICE = 10 * 0.005 + 10 * 0.010  # of such a page


def endless(volume: int = 1000) -> Any:
    """A search that goes on and on."""
    numbers = iter(range(1000))

    def respond(path: str, params: dict[str, str]) -> Any:
        if path.endswith("counts/recent"):
            return {"meta": {"total_tweet_count": volume}}
        return answer(*PAGE, users=PEOPLE, token=f"t{next(numbers)}")

    return respond


def spent(x: XSource, ledger: Ledger, which: int = 0) -> float:
    allowance = x.allowances[which]
    return allowance.limit - ledger.left(allowance)


def test_posts_accounts_and_what_came_along_are_paid_for() -> None:
    ledger = Ledger(MemoryBook(), RecordedClock(NOW))
    body = answer(post(9), post(8), included=[post(1)], users=[user("1")])
    x, _ = source(lambda path, params: body, ledger=ledger)
    x.fetch(BRAND, None, None, NOW)
    assert spent(x, ledger) == pytest.approx(3 * 0.005 + 0.010)
    assert [(allowance.limit, allowance.unit) for allowance in x.allowances] == [
        (10.0, "dollars"),
        (150.0, "dollars"),
        (5.0, "dollars"),
    ]


def test_nothing_found_costs_nothing() -> None:
    ledger = Ledger(MemoryBook(), RecordedClock(NOW))
    x, _ = source(lambda path, params: answer(), ledger=ledger)
    x.fetch(BRAND, None, None, NOW)
    assert spent(x, ledger) == 0


def test_prices_are_settings() -> None:
    ledger = Ledger(MemoryBook(), RecordedClock(NOW))
    x, _ = source(lambda path, params: answer(post(9)), ledger=ledger, dollars_per_post=0.25, dollars_per_user=0)
    x.fetch(BRAND, None, None, NOW)
    assert spent(x, ledger) == 0.25


def test_a_page_is_no_larger_than_what_is_left_can_pay() -> None:
    x, asked = source(lambda path, params: answer(), max_dollars_per_day=1.0)
    x.fetch(BRAND, None, None, NOW)
    assert asked.requests[0][1]["max_results"] == "50"  # post, author and quoted post: two cents each


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"max_dollars_per_day": 0.19}, r"\$0\.19 a day is reached; raise sources\.x\.max_dollars_per_day"),
        ({"max_dollars_per_month": 0.1}, r"\$0\.10 a month is reached; raise sources\.x\.max_dollars_per_month"),
    ],
)
def test_at_a_ceiling_nothing_is_sent_and_the_setting_that_raises_it_is_named(
    settings: dict[str, float], setting: str
) -> None:
    clock = RecordedClock(NOW)
    x, asked = source(lambda path, params: answer(), clock, **settings)
    with pytest.raises(BudgetSpent, match=setting) as raised:
        x.fetch(BRAND, None, None, NOW)
    assert asked.requests == []
    assert raised.value.retry_after == timedelta(hours=1)  # by then a person may have raised it
    clock.set(NOW + timedelta(hours=11, minutes=50))
    if "max_dollars_per_day" in settings:
        with pytest.raises(BudgetSpent) as raised:
            x.fetch(BRAND, None, None, clock.now())
        assert raised.value.retry_after == timedelta(minutes=10)


def test_what_was_spent_counts_after_a_restart_and_is_forgotten_the_next_day() -> None:
    clock, book = RecordedClock(NOW), MemoryBook()

    def started() -> XSource:
        respond = lambda path, params: answer(*PAGE, users=PEOPLE)  # noqa: E731
        return source(respond, clock, Ledger(book, clock), max_dollars_per_day=0.25)[0]

    started().fetch(BRAND, None, None, NOW)
    with pytest.raises(BudgetSpent):
        started().fetch(BRAND, None, None, NOW)
    clock.set(NOW + timedelta(hours=12))
    assert started().fetch(BRAND, None, None, clock.now()).posts


def test_an_answer_that_cannot_be_read_is_charged_for_and_one_that_did_not_come_is_not() -> None:
    ledger = Ledger(MemoryBook(), RecordedClock(NOW))
    x, _ = source(lambda path, params: httpx.Response(200, text='{"data": ['), ledger=ledger)
    with pytest.raises(BadPayload):
        x.fetch(BRAND, None, None, NOW)
    assert spent(x, ledger) == pytest.approx(100 * 0.020)
    ledger = Ledger(MemoryBook(), RecordedClock(NOW))
    x, _ = source(lambda path, params: httpx.Response(503), ledger=ledger)
    with pytest.raises(Unreachable):
        x.fetch(BRAND, None, None, NOW)
    assert spent(x, ledger) == 0


def test_a_walk_that_can_be_paid_for_is_read_to_its_end() -> None:
    x, asked = source(endless(volume=60))
    cursor = None
    for _ in range(6):
        page = x.fetch(BRAND, None, cursor, NOW)
        cursor = page.next_cursor
        assert cursor
        assert not page.dropped
    assert asked.paths().count("recent") == 7  # six pages, and one count


def test_a_single_page_is_not_counted_first() -> None:
    x, asked = source(lambda path, params: answer(*PAGE, users=PEOPLE))
    x.fetch(BRAND, None, None, NOW)
    assert len(asked.requests) == 1


def test_what_cannot_be_paid_for_is_left_out_and_said_and_half_is_kept_for_later_looks() -> None:
    ledger = Ledger(MemoryBook(), RecordedClock(NOW))
    x, asked = source(endless(volume=1000), ledger=ledger, max_dollars_per_day=1.655)
    pages = [x.fetch(BRAND, None, None, NOW)]
    while pages[-1].next_cursor:
        pages.append(x.fetch(BRAND, None, pages[-1].next_cursor, NOW))
    # $1.655 less a first page ($0.15) and the count ($0.005) leave $1.50, of which half buys five more pages.
    assert len(pages) == 6
    assert spent(x, ledger) == pytest.approx(6 * PRICE + 0.005)
    (dropped,) = pages[-1].dropped
    assert "about 940 posts were not read" in dropped.reason
    assert "max_dollars_per_day" in dropped.reason
    gap = pages[-1].gap
    assert gap is not None
    assert (gap.since, gap.until) == (NOW - timedelta(hours=24), at(91))
    assert pages[-1].state is not None
    assert id_at(100) in pages[-1].state  # the next look starts from what is newest
    counts = [params for path, params in asked.requests if path.endswith("counts/recent")]
    assert len(counts) == 1
    assert {"query", "start_time", "granularity"} == set(counts[0])


def test_where_x_does_not_count_the_walk_goes_on() -> None:
    def respond(path: str, params: dict[str, str]) -> Any:
        return httpx.Response(403) if "counts" in path else answer(*PAGE, users=PEOPLE, token="t")

    x, _ = source(respond)
    page = x.fetch(BRAND, None, None, NOW)
    assert page.next_cursor
    assert [dropped.where for dropped in page.dropped] == ["the number of posts"]


def test_a_ceiling_met_on_the_way_keeps_the_place() -> None:
    clock = RecordedClock(NOW)
    x, asked = source(endless(volume=0), clock, max_dollars_per_day=0.40)
    first = x.fetch(BRAND, None, None, NOW)
    second = x.fetch(BRAND, None, first.next_cursor, NOW)
    with pytest.raises(BudgetSpent):
        x.fetch(BRAND, None, second.next_cursor, NOW)
    clock.set(NOW + timedelta(hours=12))
    assert x.fetch(BRAND, None, second.next_cursor, clock.now()).posts
    assert asked.requests[-1][1]["next_token"] == "t1"


def test_returns_cannot_use_up_what_finds_new_posts() -> None:
    x, asked = source(lambda path, params: answer(*PAGE), max_dollars_per_day=0.42, share_for_returns=0.5)
    known = [stored(100 - number) for number in range(10)]
    for _ in range(4):
        x.recheck(known, NOW)
    with pytest.raises(BudgetSpent, match="share_for_returns"):
        x.recheck(known, NOW)
    assert x.fetch(BRAND, None, None, NOW).posts
    assert len(asked.requests) == 5


def test_what_is_under_way_is_held_back() -> None:
    inner: list[Exception] = []

    def respond(path: str, params: dict[str, str]) -> Any:
        if not inner:  # another thread asks while this answer is on its way
            with pytest.raises(BudgetSpent) as raised:
                x.fetch(BRAND, None, None, NOW)
            inner.append(raised.value)
        return answer()

    x, asked = source(respond, max_dollars_per_day=1.0)
    x.fetch(BRAND, None, None, NOW)
    assert inner
    x.fetch(BRAND, None, None, NOW)  # nothing was found, so all is left
    assert len(asked.requests) == 2
