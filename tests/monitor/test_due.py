"""When to look next."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.due import is_due, next_check

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIVE = timedelta(minutes=5)


@dataclass
class Row:
    next_check_at: datetime | None


@pytest.mark.parametrize(("failures", "minutes"), [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (50, 60), (10**9, 60)])
def test_the_distance_doubles_with_each_failure_up_to_an_hour(failures: int, minutes: int) -> None:
    assert next_check(NOW, FIVE, failures) == NOW + timedelta(minutes=minutes)


def test_a_source_looked_at_rarely_is_not_looked_at_more_often_because_it_fails() -> None:
    assert next_check(NOW, timedelta(hours=6), 3) == NOW + timedelta(hours=6)


@pytest.mark.parametrize(("wait", "minutes"), [(timedelta(minutes=90), 90), (timedelta(seconds=1), 10), (None, 10)])
def test_it_is_not_looked_at_before_the_wait_that_the_site_asked_for(wait: timedelta | None, minutes: int) -> None:
    assert next_check(NOW, FIVE, 1, wait) == NOW + timedelta(minutes=minutes)


@given(st.integers(0, 40), st.floats(0, 1), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_the_next_look_lies_ahead_and_never_far_beyond_what_was_asked(
    failures: int, fraction: float, wait: timedelta
) -> None:
    ahead = next_check(NOW, FIVE, failures, wait, fraction) - NOW
    assert max(FIVE, wait) <= ahead <= max(timedelta(minutes=66), wait)


def test_crawls_that_failed_together_come_back_apart() -> None:
    assert next_check(NOW, FIVE, 1, fraction=0.0) < next_check(NOW, FIVE, 1, fraction=0.9)


@pytest.mark.parametrize(
    ("row", "due"),
    [
        (None, True),
        (Row(None), True),
        (Row(NOW), True),
        (Row(NOW - FIVE), True),
        (Row(NOW + timedelta(microseconds=1)), False),
    ],
)
def test_what_is_due(row: Row | None, due: bool) -> None:
    assert is_due(row, NOW) == due
