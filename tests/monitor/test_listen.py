"""Listening to a stream: what is stored, where it goes on after a loss, what a person is told meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from monitor.clock import RecordedClock
from monitor.collect import Collector, CollectReport
from monitor.domain import AccountKey, Brand, BrandMatch, Gap, Page, Post, PostKey
from monitor.errors import SourceError, Unauthorised, Unreachable
from monitor.listen import HOPELESS_WAIT, Listener
from monitor.planning import ALL_BRANDS, stream_name
from monitor.store.crawling import CrawlStores
from monitor.store.crawls import CrawlState

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline",))
SITE = "site"


def post(number: int) -> Post:
    return Post(PostKey(SITE, f"p{number}"), AccountKey(SITE, "u"), "Northline again", NOW - timedelta(seconds=30), NOW)


class Everything:
    def annotate(self, posts: Sequence[Post], roots: object, accounts: object = ()) -> Sequence[Post]:
        return [_about(post) for post in posts]


def _about(post: Post) -> Post:
    match = BrandMatch("northline", "Northline", "name", "Northline")
    return Post(post.key, post.author, post.text, post.created_at, post.seen_at, brand_matches=(match,))


class Line:
    """A stream that sends what a test wants and then breaks."""

    streaming = True

    def __init__(self, *connections: Sequence[Page | SourceError]) -> None:
        self.connections = list(connections)
        self.states: list[str | None] = []
        self.closed = 0

    def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
        self.states.append(state)
        try:
            for item in self.connections.pop(0):
                if isinstance(item, SourceError):
                    raise item
                yield item
        finally:
            self.closed += 1


class Desk:
    """A listener that stops when its stream has no further connection to offer."""

    def __init__(self, engine: Engine, line: Line) -> None:
        self.stores, self.clock = CrawlStores(engine), RecordedClock(NOW)
        self.reports: list[CollectReport] = []
        collector = Collector({}, Everything(), self.stores, self.clock)
        self.listener = Listener(
            SITE,
            line,
            [BRAND],
            collector,
            self.stores.crawls,
            self.clock,
            lambda: not line.connections and line.closed == len(line.states),
            self.reports.append,
        )

    def row(self) -> CrawlState:
        row = self.stores.crawls.get(ALL_BRANDS, stream_name(SITE))
        assert row is not None
        return row


def test_what_is_sent_is_stored_with_the_place_to_go_on_from(sqlite_engine: Engine) -> None:
    line = Line([Page((post(1),), state="7"), Page(state="8"), Page((post(2),), state="9")])
    desk = Desk(sqlite_engine, line)
    desk.listener.run()
    assert [found.key.id for report in desk.reports for found in report.new_posts] == ["p1", "p2"]
    assert (desk.row().state, desk.row().posts_total, desk.row().lag_seconds) == ("9", 2, 30)


def test_after_a_loss_it_goes_on_from_the_last_stored_place_and_tells_the_gap(sqlite_engine: Engine) -> None:
    gap = Gap(NOW - timedelta(hours=2), NOW, "the stream keeps 36 hours")
    line = Line(
        [Page((post(1),), state="7"), Unreachable("connection lost")],
        [Unreachable("still down")],
        [Page((post(1), post(2)), state="9", gap=gap)],
    )
    desk = Desk(sqlite_engine, line)
    desk.listener.run()
    assert line.states == [None, "7", "7"]
    assert [report.error for report in desk.reports] == [None, "connection lost", "still down", None]
    assert desk.reports[-1].new_posts == (post_about(2),)
    assert desk.stores.gaps.since(NOW - timedelta(days=1)) == [(SITE, gap)]
    assert (desk.row().failures, desk.row().last_error) == (0, None)


def post_about(number: int) -> Post:
    return _about(post(number))


def test_a_stream_that_is_lost_is_shown_with_its_reason_and_last_success(sqlite_engine: Engine) -> None:
    line = Line([Page(state="7"), Unreachable("connection lost\nat night")], [Unreachable("down")])
    desk = Desk(sqlite_engine, line)
    desk.listener.run()
    assert (desk.row().failures, desk.row().last_error, desk.row().last_success_at) == (2, "down", NOW)
    assert desk.reports[1].error == "connection lost at night"


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (Unreachable("down"), timedelta(seconds=1), timedelta(seconds=5)),
        (Unreachable("later", retry_after=timedelta(minutes=9)), timedelta(minutes=9), timedelta(minutes=10)),
        (Unauthorised("no key"), HOPELESS_WAIT, HOPELESS_WAIT + timedelta(seconds=5)),
    ],
)
def test_it_waits_before_it_connects_again(
    sqlite_engine: Engine, error: SourceError, least: timedelta, most: timedelta
) -> None:
    desk = Desk(sqlite_engine, Line([error], [Page(state="1")]))
    desk.listener.run()
    last = desk.row().last_attempt_at
    assert last is not None
    assert least <= last - NOW <= most


def test_waits_grow_with_each_failure_and_stay_under_five_minutes(sqlite_engine: Engine) -> None:
    desk = Desk(sqlite_engine, Line(*[[Unreachable("down")] for _ in range(14)]))
    waits: list[timedelta] = []
    desk.listener._on_report = lambda report: waits.append(next_at(desk) - desk.clock.now())  # type: ignore[method-assign]
    desk.listener.run()
    assert waits == sorted(waits)
    assert waits[0] < timedelta(seconds=5)
    assert waits[-1] < timedelta(minutes=5)


def next_at(desk: Desk) -> datetime:
    at = desk.row().next_check_at
    assert at is not None
    return at


def test_a_quiet_stream_says_once_a_minute_that_it_is_alive(sqlite_engine: Engine) -> None:
    desk = Desk(sqlite_engine, Line([]))

    class Quiet(Line):
        def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
            self.states.append(state)
            self.connections.clear()
            for _ in range(120):
                desk.clock.wait(timedelta(seconds=2))
                yield Page(state="still here")
            self.closed += 1

    line = Quiet([])
    desk.listener._source = line
    desk.listener._stopped = lambda: line.closed > 0  # type: ignore[method-assign]
    desk.listener.run()
    assert 4 <= len(desk.reports) <= 5
    assert desk.row().last_success_at is not None
    assert desk.row().last_success_at >= NOW + timedelta(minutes=3)


def test_a_stop_closes_the_connection(sqlite_engine: Engine) -> None:
    line = Line([Page(state="1"), Page(state="2"), Page(state="3")])
    desk = Desk(sqlite_engine, line)
    desk.listener._stopped = lambda: len(desk.reports) > 0  # type: ignore[method-assign]
    desk.listener.run()
    assert (line.closed, len(desk.reports)) == (1, 1)
