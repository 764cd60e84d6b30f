"""Ceilings: what is left, when it comes back, and that nothing is spent twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.clock import RecordedClock
from monitor.errors import BudgetSpent
from monitor.http import HttpClient, HttpConfig
from monitor.ledger import Allowance, Ledger, MemoryBook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")
SEARCHES = Allowance("video.search", 100, timedelta(days=1), PACIFIC, "searches")
WEEKLY = Allowance("tags", 30, timedelta(days=7), unit="hashtags")
MONEY = Allowance("posts.money", 10, timedelta(days=31), ZoneInfo("UTC"), "dollars")


def ledger(now: datetime = NOON) -> tuple[Ledger, RecordedClock]:
    clock = RecordedClock(now)
    return Ledger(MemoryBook(), clock), clock


def test_all_is_left_before_anything_is_spent() -> None:
    book, _ = ledger()
    assert book.left(SEARCHES) == 100


def test_the_last_unit_can_be_spent_and_no_more() -> None:
    book, _ = ledger()
    book.spend(SEARCHES, 99)
    book.spend(SEARCHES)
    assert book.left(SEARCHES) == 0
    with pytest.raises(BudgetSpent, match=r"100 searches \(video\.search\) is spent"):
        book.spend(SEARCHES)


def test_what_was_refused_is_not_counted() -> None:
    book, _ = ledger()
    with pytest.raises(BudgetSpent):
        book.spend(SEARCHES, 101)
    book.spend(SEARCHES, 100)


def test_a_calendar_day_ends_at_midnight_of_its_zone() -> None:
    book, clock = ledger()
    book.spend(SEARCHES, 100)
    with pytest.raises(BudgetSpent) as spent:
        book.spend(SEARCHES)
    assert spent.value.retry_after == timedelta(hours=20)  # 12:00 UTC is 04:00 there
    clock.set(datetime(2026, 3, 3, 7, 59, 59, tzinfo=UTC))
    assert book.left(SEARCHES) == 0
    clock.set(datetime(2026, 3, 3, 8, tzinfo=UTC))
    assert book.left(SEARCHES) == 100


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (datetime(2026, 3, 8, 9, tzinfo=UTC), timedelta(hours=22)),  # the day that has 23 hours
        (datetime(2026, 11, 1, 8, tzinfo=UTC), timedelta(hours=24)),  # the day that has 25
    ],
)
def test_a_day_on_which_the_clocks_change_ends_at_midnight_all_the_same(now: datetime, wait: timedelta) -> None:
    book, clock = ledger(now)
    book.spend(SEARCHES, 100)
    with pytest.raises(BudgetSpent) as spent:
        book.spend(SEARCHES)
    assert spent.value.retry_after == wait
    clock.wait(wait)
    book.spend(SEARCHES)


def test_a_month_begins_on_its_first_day() -> None:
    book, clock = ledger(datetime(2026, 12, 31, 23, tzinfo=UTC))
    book.record(MONEY, 10)
    with pytest.raises(BudgetSpent) as spent:
        book.spend(MONEY, 0.005)
    assert spent.value.retry_after == timedelta(hours=1)
    clock.wait(timedelta(hours=1))
    assert book.left(MONEY) == 10


def test_a_rolling_window_gives_back_what_was_spent_first() -> None:
    book, clock = ledger()
    book.spend(WEEKLY, 20)
    clock.wait(timedelta(days=3))
    book.spend(WEEKLY, 10)
    with pytest.raises(BudgetSpent) as spent:
        book.spend(WEEKLY)
    assert timedelta(days=4) <= spent.value.retry_after <= timedelta(days=4, hours=1)
    clock.wait(spent.value.retry_after - timedelta(microseconds=1))
    assert book.left(WEEKLY) == 0
    clock.wait(timedelta(microseconds=1))
    assert book.left(WEEKLY) == 20


def test_one_has_to_wait_until_enough_has_come_back() -> None:
    book, clock = ledger()
    for _ in range(3):
        book.spend(WEEKLY, 10)
        clock.wait(timedelta(days=1))
    with pytest.raises(BudgetSpent) as spent:
        book.spend(WEEKLY, 15)
    clock.wait(spent.value.retry_after)
    book.spend(WEEKLY, 15)


def test_more_than_the_whole_allowance_is_never_given() -> None:
    book, _ = ledger()
    with pytest.raises(BudgetSpent) as spent:
        book.spend(WEEKLY, 31)
    assert spent.value.retry_after == timedelta(days=7)


def test_a_window_of_seconds_is_counted_in_parts_of_seconds() -> None:
    pace = Allowance("news", 1, timedelta(seconds=5))
    book, clock = ledger()
    book.spend(pace)
    with pytest.raises(BudgetSpent) as spent:
        book.spend(pace)
    assert timedelta(seconds=5) <= spent.value.retry_after <= timedelta(seconds=5.1)
    clock.wait(spent.value.retry_after)
    book.spend(pace)


def test_what_was_used_after_the_fact_may_go_beyond_the_ceiling() -> None:
    book, _ = ledger()
    book.record(MONEY, 12.5)
    assert book.left(MONEY) == 0


def test_cents_add_up() -> None:
    book, _ = ledger()
    tenth = Allowance("money", 0.3, timedelta(days=1))
    for _ in range(3):
        book.spend(tenth, 0.1)
    with pytest.raises(BudgetSpent):
        book.spend(tenth, 0.005)


def test_threads_together_spend_no_more_than_there_is() -> None:
    book, _ = ledger()

    def spend(_: int) -> int:
        try:
            book.spend(WEEKLY)
        except BudgetSpent:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(spend, range(200))) == 30


def test_old_slots_are_forgotten() -> None:
    memory, clock = MemoryBook(), RecordedClock(NOON)
    book = Ledger(memory, clock)
    for _ in range(30 * 24):
        book.record(WEEKLY, 1)
        clock.wait(timedelta(hours=1))
    assert len(memory.slots("tags", NOON)) <= 7 * 24 + 1


@pytest.mark.parametrize(
    ("window", "zone"), [(timedelta(0), None), (timedelta(hours=5), PACIFIC), (timedelta(days=7), PACIFIC)]
)
def test_a_window_that_cannot_be_is_refused(window: timedelta, zone: ZoneInfo | None) -> None:
    with pytest.raises(ValueError, match="odd"):
        Allowance("odd", 1, window, zone)


def test_a_client_has_a_ledger_of_its_own_until_it_is_given_one() -> None:
    http = HttpClient(HttpConfig(), RecordedClock(NOON))
    http.ledger.spend(SEARCHES)
    assert http.ledger.left(SEARCHES) == 99
    http.close()
