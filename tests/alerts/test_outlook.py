"""How an issue has grown and will grow."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.outlook import (
    DATA_FLOOR,
    LEAST_DOUBLED,
    Forecasts,
    acts_of,
    combined,
    doubling_time,
    forecast_of,
    growth_of,
    issue_forecast,
    outlook,
)
from graph.cascade import CascadeState
from graph.forecast.log_linear import LogLinear
from monitor.domain import AccountKey, PostKey, Repost

START = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
MODEL = LogLinear()
offsets = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


def cascade(name: str, reposts: int, minutes: float = 60) -> CascadeState:
    state = CascadeState(PostKey("micro", name))
    state.see_root(AccountKey("micro", name), START)
    for n in range(reposts):
        child, by = PostKey("micro", f"{name}/{n}"), AccountKey("micro", f"{name}-{n}")
        state.add(Repost(state.root, child, by, START + timedelta(minutes=minutes * (n + 1) / reposts)))
    return state


@given(offsets, st.integers(3, 150))
def test_a_growth_curve_rises_in_time_and_size_and_ends_with_all(seconds: list[float], points: int) -> None:
    times = sorted(START + timedelta(seconds=s) for s in seconds)
    now = times[-1] + timedelta(minutes=1)
    curve = growth_of(times, now, points)
    assert len(curve) <= points
    assert (curve[0], curve[-1]) == ((times[0], 1), (now, len(times)))
    assert [point.at for point in curve] == sorted(point.at for point in curve)
    sizes = [point.size for point in curve]
    assert sizes == sorted(sizes)
    assert all(sum(at <= point.at for at in times) >= point.size for point in curve)


@given(offsets)
def test_the_last_doubling_took_as_long_as_it_says(seconds: list[float]) -> None:
    times = sorted(START + timedelta(seconds=s) for s in seconds)
    now, took = times[-1], doubling_time(times, times[-1])
    assert (took is None) == (len(times) < LEAST_DOUBLED)
    if took is not None:
        assert sum(at <= now - took for at in times) >= len(times) // 2


def test_nothing_is_said_of_too_little() -> None:
    few = [cascade("a", DATA_FLOOR - 2), cascade("b", 1)]
    now = START + timedelta(hours=2)
    assert (issue_forecast(few, now, MODEL), outlook(few, now, MODEL)) == (None, ())
    assert (growth_of([], now), combined([], 5, now)) == ((), None)


def test_the_forecast_of_an_issue_counts_every_cascade_of_it_once() -> None:
    now = START + timedelta(hours=1)
    one, other, small = cascade("a", 40), cascade("b", 90), cascade("c", 3)
    alone = [forecast_of(state, now, MODEL) for state in (one, other)]
    together = issue_forecast([one, small, other], now, MODEL)
    assert together is not None
    assert (together.seen, together.root) == (41 + 91 + 4, other.root)
    assert together.median == 4 + sum(made.median for made in alone if made)
    assert together.coverage is None, "measured on single cascades"
    assert combined([made for made in alone if made], 4, now) == combined([m for m in alone[::-1] if m], 4, now)
    ahead = outlook([one, small, other], now, MODEL)
    assert [look.hours for look in ahead] == [1, 6, 24]
    assert all(136 <= look.low <= look.median <= look.high for look in ahead)
    assert ahead[0].median <= ahead[1].median <= ahead[2].median


def test_a_quote_that_was_passed_on_is_one_act() -> None:
    first, quote = cascade("a", 5), cascade("q", 4)
    first.add(Repost(first.root, quote.root, AccountKey("micro", "q"), START + timedelta(minutes=2), "quote"))
    assert len(acts_of([first, quote])) == 6 + 5


def test_a_very_large_cascade_is_looked_at_every_quarter_whoever_asks_first(monkeypatch) -> None:
    monkeypatch.setattr("alerts.outlook.LARGE", 50)
    state, quarter = cascade("a", 80), START + timedelta(minutes=45)
    early, late = Forecasts(MODEL), Forecasts(MODEL)
    first = early.of(state, quarter + timedelta(minutes=1))
    assert first is early.of(state, quarter + timedelta(minutes=9))
    assert first == late.of(state, quarter + timedelta(minutes=14))
    assert first != early.of(state, quarter + timedelta(minutes=15))
    early.keep({state.root})
    assert early.of(state, quarter + timedelta(minutes=16)) is not None
