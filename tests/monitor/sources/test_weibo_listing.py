"""Lists that Weibo gives newest first: nothing is passed over, whatever ends a look too early."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import SourceError, Unreachable
from monitor.sources.weibo.listing import Listing, Row, read_on

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = 5
OVERLAP = timedelta(minutes=10)


class Site:
    """A list of rows, one a minute, of which some appear late; pages of five."""

    def __init__(self, rows: list[tuple[int, int]], broken: set[int]) -> None:
        self.rows = rows  # id, minute in which it appears
        self.broken = broken  # requests that fail, by number
        self.requests = 0
        self.minute = 0

    def ask(self, high: int, low: int) -> tuple[list[Row], bool]:
        self.requests += 1
        if self.requests in self.broken:
            raise Unreachable("the site has a problem of its own")
        ids = sorted((id_ for id_, shown in self.rows if shown <= self.minute), reverse=True)
        wanted = [id_ for id_ in ids if id_ > low and (not high or id_ <= high)]
        return [Row(id_, START + timedelta(minutes=id_), id_) for id_ in wanted[:PAGE]], False


@settings(max_examples=120, deadline=None)
@example([0, 0, 0, 0, 8, *[0] * 55], set(), [(2, 12)])  # listed late above a hole, which the next look fills first
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=120),
    st.sets(st.integers(1, 60), max_size=20),
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40)), max_size=12),
)
def test_every_row_is_read_in_the_end(lates: list[int], broken: set[int], looks: list[tuple[int, int]]) -> None:
    site = Site([(number + 1, number + 1 + late) for number, late in enumerate(lates)], broken)
    listing, read = Listing(), set[int]()
    for pages, minutes in [*looks, *[(4, 40)] * 40]:
        site.minute += minutes
        before = site.requests
        reading = read_on(listing, site.ask, pages, OVERLAP)
        assert site.requests - before <= pages
        assert reading.error is None or isinstance(reading.error, SourceError)
        listing, read = reading.listing, read | set(reading.rows)
    assert read == {id_ for id_, _ in site.rows}
    assert listing.holes == ()


def test_a_quiet_list_costs_one_short_look() -> None:
    site = Site([(number, number) for number in range(1, 100)], set())
    site.minute = 200
    listing = read_on(Listing(), site.ask, 50, OVERLAP).listing
    before = site.requests
    reading = read_on(listing, site.ask, 50, OVERLAP)
    assert site.requests - before <= 3
    assert reading.listing == listing
    assert min(reading.rows) == 90  # ten minutes behind the newest


def test_the_site_says_which_page_is_the_last() -> None:
    site = Site([(1, 0), (2, 0)], set())
    reading = read_on(Listing(), lambda high, low: (site.ask(high, low)[0], True), 50, OVERLAP)
    assert (sorted(reading.rows), site.requests) == ([1, 2], 1)


def test_rows_above_what_was_asked_for_are_no_end() -> None:
    """A site that mixes rows of an earlier page in again."""
    site = Site([(number, 0) for number in range(1, 30)], set())

    def ask(high: int, low: int) -> tuple[list[Row], bool]:
        rows, last = site.ask(high, low)
        return [*rows, Row(29, START, 29)] if rows else [], last

    assert sorted(read_on(Listing(), ask, 50, OVERLAP).rows) == list(range(1, 30))


def test_the_same_page_for_ever_is_an_end() -> None:
    site = Site([(number, 0) for number in range(1, 30)], set())
    reading = read_on(Listing(), lambda high, low: site.ask(0, 0), 50, OVERLAP)
    assert (len(reading.rows), site.requests) == (PAGE, 2)
