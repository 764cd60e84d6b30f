"""A crawl: what is kept, what is planned, and what a failing source leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from monitor.clock import RecordedClock
from monitor.collect import RECHECK_AGAIN, SUSPICIOUS, Collector, Pacing
from monitor.db import connect, migrate
from monitor.domain import Account, AccountKey, Brand, BrandMatch, Dropped, Gap, Metrics, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, StorageError, Unauthorised, Unreachable
from monitor.planning import SOON
from monitor.store.crawling import CrawlStores
from monitor.store.crawls import CrawlState
from monitor.walk import LONGEST_TURN, MOST_PAGES, TRIES

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline",))
SITE = "site"


def post(number: int, text: str = "Northline again", minutes: float = 0) -> Post:
    at = NOW - timedelta(hours=1) + timedelta(minutes=minutes or number)
    return Post(PostKey(SITE, f"p{number}"), AccountKey(SITE, f"u{number}"), text, at, NOW)


def account(number: int) -> Account:
    return Account(AccountKey(SITE, f"u{number}"), f"u{number}", NOW, followers=number)


def passed_on(root: int, child: int, kind: str = "repost") -> Repost:
    at = NOW - timedelta(minutes=10)
    by = AccountKey(SITE, f"u{child}")
    return Repost(PostKey(SITE, f"p{root}"), PostKey(SITE, f"p{child}"), by, at, kind)  # type: ignore[arg-type]


class Site:
    """Hands out prepared pages, or fails."""

    name: ClassVar[str] = SITE

    def __init__(self, *pages: Page | SourceError, on_fetch: Callable[[], None] = lambda: None) -> None:
        self.pages = list(pages)
        self.on_fetch = on_fetch
        self.states: list[str | None] = []
        self.cursors: list[str | None] = []

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        self.states.append(state)
        self.cursors.append(cursor)
        self.on_fetch()
        return self._next()

    def _next(self) -> Page:
        page = self.pages.pop(0)
        if isinstance(page, SourceError):
            raise page
        return page


class FollowedSite(Site):
    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        self.states.append(state)
        return self._next()


class RecheckedSite(Site):
    recheck_batch: ClassVar[int] = 25
    asked: tuple[PostKey, ...] = ()

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        self.asked = tuple(post.key for post in posts)
        return self._next()


class NamesOnly:
    """Keeps posts that name the brand, and those that answer what it kept before."""

    def __init__(self) -> None:
        self.kept: set[PostKey] = set()

    def annotate(
        self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey], accounts: object = ()
    ) -> Sequence[Post]:
        match = BrandMatch("northline", "Northline", "name", "Northline")
        read = []
        for post in posts:
            named = "Northline" in post.text
            if named or roots.get(post.key) in self.kept:
                self.kept.add(post.key)
                read.append(replace(post, brand_matches=(match,) if named else ()))
        return read


class Desk:
    """A collector over a database of its own."""

    def __init__(self, folder: Path, site: Site, every: timedelta = timedelta(minutes=5)) -> None:
        self.engine = connect(f"sqlite:///{folder / 'desk.db'}")
        migrate(self.engine)
        self.stores = CrawlStores(self.engine)
        self.posts, self.crawls = self.stores.posts, self.stores.crawls
        self.clock = RecordedClock(NOW)
        self.collector = Collector({SITE: site}, NamesOnly(), self.stores, self.clock, {SITE: Pacing(every)})

    def row(self) -> CrawlState:
        row = self.crawls.get("northline", SITE)
        assert row is not None
        return row


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    return partial(Desk, tmp_path)


def test_a_crawl_keeps_what_concerns_the_brand_with_its_edges_and_accounts(desk: Callable[..., Desk]) -> None:
    page = Page(
        posts=(post(1), post(2, "my lunch"), post(3, "me too"), post(6, "Northline as well")),
        reposts=(passed_on(1, 3, "reply"), passed_on(1, 4), passed_on(2, 5), passed_on(77, 6, "reply")),
        accounts=tuple(map(account, range(1, 7))),
        dropped=(Dropped("posts[9]", "no author"),),
        state="mark",
    )
    here = desk(Site(page))
    report = here.collector.collect(BRAND, SITE, NOW)
    assert {found.key.id for found in report.new_posts} == {"p1", "p3", "p6"}
    assert {edge.child.id for edge in report.new_reposts} == {"p3", "p4", "p6"}
    assert {person.handle for person in report.accounts} == {"u1", "u3", "u4", "u6"}
    assert (report.requested, report.dropped, report.error) == (1, 1, None)
    assert here.posts.known_posts([PostKey(SITE, f"p{n}") for n in range(1, 7)]) == {
        PostKey(SITE, f"p{n}") for n in (1, 3, 6)
    }


def test_posts_are_read_oldest_first_so_that_replies_find_their_root(desk: Callable[..., Desk]) -> None:
    page = Page(posts=(post(2, "me too", minutes=9), post(1, minutes=5)), reposts=(passed_on(1, 2, "reply"),))
    report = desk(Site(page)).collector.collect(BRAND, SITE, NOW)
    assert {found.key.id for found in report.new_posts} == {"p1", "p2"}


def test_the_row_says_how_the_crawl_stands(desk: Callable[..., Desk]) -> None:
    here = desk(Site(Page(posts=(post(1), post(2)), dropped=(Dropped("x", "y"),), state="mark")))
    here.collector.collect(BRAND, SITE, NOW)
    row = here.row()
    assert (row.state, row.failures, row.last_error) == ("mark", 0, None)
    assert (row.last_attempt_at, row.last_success_at) == (NOW, NOW)
    assert (row.posts_total, row.dropped_total) == (2, 1)
    assert row.newest_post_at == post(2).created_at
    assert row.next_check_at is not None
    assert timedelta(minutes=5) <= row.next_check_at - NOW <= timedelta(minutes=5.5)


def test_what_was_seen_before_is_not_new(desk: Callable[..., Desk]) -> None:
    page = Page(posts=(post(1),), reposts=(passed_on(1, 4),), state="mark")
    here = desk(Site(page, page))
    here.collector.collect(BRAND, SITE, NOW)
    again = here.collector.collect(BRAND, SITE, NOW + timedelta(minutes=5))
    assert (again.new_posts, again.new_reposts) == ((), ())
    assert here.row().posts_total == 1
    assert here.row().newest_post_at == post(1).created_at


def test_pages_are_followed_and_the_last_state_is_handed_to_the_next_crawl(desk: Callable[..., Desk]) -> None:
    site = Site(
        Page(posts=(post(1),), next_cursor="two", state="early"),
        Page(posts=(post(2),), state="late"),
        Page(),
    )
    here = desk(site)
    assert here.collector.collect(BRAND, SITE, NOW).requested == 2
    here.collector.collect(BRAND, SITE, NOW)
    assert site.states == [None, None, "late"]
    assert site.cursors == [None, "two", None]
    assert here.row().state == "late"  # a page without one keeps the old


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (Unreachable("down"), 10, 11),
        (BadPayload("odd"), 10, 11),
        (RateLimited("later", retry_after=timedelta(minutes=42)), 42, 42),
        (Unauthorised("no key"), 60, 66),
    ],
)
def test_a_failure_is_kept_in_the_row_and_the_next_look_put_off(
    desk: Callable[..., Desk], error: SourceError, least: float, most: float
) -> None:
    here = desk(Site(Page(state="mark"), error))
    here.collector.collect(BRAND, SITE, NOW - timedelta(hours=1))
    report = here.collector.collect(BRAND, SITE, NOW)
    row = here.row()
    assert report.error == row.last_error == str(error)
    assert (row.failures, row.state, row.last_success_at) == (1, "mark", NOW - timedelta(hours=1))
    assert row.next_check_at is not None
    assert timedelta(minutes=least) <= row.next_check_at - NOW <= timedelta(minutes=most)


def test_failures_add_up_until_one_look_goes_well(desk: Callable[..., Desk]) -> None:
    here = desk(Site(Unreachable("a"), Unreachable("b\nsecond line"), Page(state="s")))
    here.collector.collect(BRAND, SITE, NOW)
    here.collector.collect(BRAND, SITE, NOW)
    assert (here.row().failures, here.row().last_error, here.row().last_success_at) == (2, "b second line", None)
    here.collector.collect(BRAND, SITE, NOW)
    assert (here.row().failures, here.row().last_error) == (0, None)


def test_a_walk_that_failed_goes_on_at_the_page_that_failed(desk: Callable[..., Desk]) -> None:
    site = Site(
        Page(posts=(post(1),), next_cursor="two", state="early"), Unreachable("down"), Page((post(2),), state="s")
    )
    here = desk(site)
    report = here.collector.collect(BRAND, SITE, NOW)
    assert [found.key.id for found in report.new_posts] == ["p1"]
    assert (report.error, report.unfinished) == ("down", True)
    assert (here.row().state, here.row().cursor, here.row().posts_total) == (None, "two", 1)
    assert [found.key.id for found in here.collector.collect(BRAND, SITE, NOW).new_posts] == ["p2"]
    assert site.cursors == [None, "two", "two"]
    assert (here.row().state, here.row().cursor) == ("s", None)


def test_a_long_walk_goes_on_soon_and_its_state_counts_only_at_its_end(desk: Callable[..., Desk]) -> None:
    pages = [Page(posts=(post(n),), next_cursor=str(n), state=str(n)) for n in range(1, MOST_PAGES + 3)]
    site = Site(*pages, Page(posts=(post(50),), state="newest"), Page())
    here = desk(site)
    report = here.collector.collect(BRAND, SITE, NOW)
    assert (report.requested, report.dropped, report.error, report.unfinished) == (MOST_PAGES, 0, None, True)
    assert (here.row().state, here.row().cursor) == (None, str(MOST_PAGES))
    assert here.row().next_check_at == NOW + SOON
    report = here.collector.collect(BRAND, SITE, NOW)
    assert (report.requested, report.unfinished) == (3, False)
    assert (here.row().state, here.row().cursor) == ("newest", None)
    assert here.row().posts_total == MOST_PAGES + 3


def test_a_walk_that_finds_nothing_new_is_not_hurried(desk: Callable[..., Desk]) -> None:
    here = desk(Site(*(Page(posts=(post(1),), next_cursor=f"{n}") for n in range(30))))
    here.collector.collect(BRAND, SITE, NOW)
    here.collector.collect(BRAND, SITE, NOW)
    assert here.row().next_check_at is not None
    assert here.row().next_check_at - NOW >= timedelta(minutes=5)


def test_a_site_that_sends_the_same_page_for_ever_is_read_once(desk: Callable[..., Desk]) -> None:
    site = Site(*(Page(posts=(post(1),), next_cursor="again", state="s") for _ in range(30)))
    here = desk(site)
    assert here.collector.collect(BRAND, SITE, NOW).requested == 2
    assert (here.row().cursor, here.row().state) == (None, "s")


@pytest.mark.parametrize("error", [BadPayload("what cursor?"), NotFound("no such cursor")])
def test_a_cursor_that_the_site_forgot_costs_a_walk_from_the_start(
    desk: Callable[..., Desk], error: SourceError
) -> None:
    site = Site(Page((post(1),), next_cursor="two"), Unreachable("down"), error, Page((post(1), post(2)), state="s"))
    here = desk(site)
    here.collector.collect(BRAND, SITE, NOW)
    report = here.collector.collect(BRAND, SITE, NOW)
    assert site.cursors == [None, "two", "two", None]
    assert [found.key.id for found in report.new_posts] == ["p2"]
    assert (report.error, here.row().state) == (None, "s")


def test_a_site_that_breaks_over_its_own_cursor_is_not_asked_with_it_for_ever(desk: Callable[..., Desk]) -> None:
    failures = [Unreachable("500")] * (TRIES + 1)
    site = Site(Page((post(1),), next_cursor="two"), *failures, Page((post(2),), state="s"))
    here = desk(site)
    for _ in range(TRIES + 2):
        here.collector.collect(BRAND, SITE, NOW)
    assert site.cursors[-1] is None
    assert here.row().state == "s"


def test_a_limit_does_not_make_the_walk_forget_its_place(desk: Callable[..., Desk]) -> None:
    site = Site(Page((post(1),), next_cursor="two"), *[RateLimited("later")] * (TRIES + 3), Page(state="s"))
    here = desk(site)
    for _ in range(TRIES + 4):
        here.collector.collect(BRAND, SITE, NOW)
    assert set(site.cursors[1:]) == {"two"}


def test_a_slow_site_does_not_hold_the_crawler(desk: Callable[..., Desk]) -> None:
    site = Site(*(Page(posts=(post(n),), next_cursor=str(n)) for n in range(1, 50)))
    here = desk(site)
    site.on_fetch = lambda: here.clock.wait(LONGEST_TURN / 2)
    assert here.collector.collect(BRAND, SITE, NOW).requested == 2


def test_the_lag_is_the_median_age_of_what_was_found_but_not_of_the_first_look(desk: Callable[..., Desk]) -> None:
    here = desk(Site(Page((post(1),), state="a"), Page((post(50), post(55), post(58)), state="b"), Page()))
    here.collector.collect(BRAND, SITE, NOW)
    assert here.row().lag_seconds is None
    here.collector.collect(BRAND, SITE, NOW)
    assert here.row().lag_seconds == 5 * 60
    here.collector.collect(BRAND, SITE, NOW)
    assert here.row().lag_seconds == 5 * 60


def test_what_was_missed_is_kept(desk: Callable[..., Desk]) -> None:
    gap = Gap(NOW - timedelta(hours=9), NOW - timedelta(hours=1), "the feed rolled on")
    other = Gap(NOW - timedelta(hours=8), NOW - timedelta(hours=2), "the listing ended")
    here = desk(Site(Page(next_cursor="two", gap=gap), Page(state="s", gap=other)))
    here.collector.collect(BRAND, SITE, NOW)
    assert here.stores.gaps.since(NOW - timedelta(days=1)) == [(SITE, gap), (SITE, other)]


def test_an_edge_to_a_stored_root_is_kept_wherever_it_comes_from(desk: Callable[..., Desk]) -> None:
    here = desk(Site(Page((post(1),), state="a"), Page(reposts=(passed_on(1, 4), passed_on(8, 9)), state="b")))
    here.collector.collect(BRAND, SITE, NOW)
    report = here.collector.collect(BRAND, SITE, NOW)
    assert [edge.child.id for edge in report.new_reposts] == ["p4"]


# -- posts that are taken back, and posts that are changed


def test_a_post_that_was_taken_back_leaves_no_word_and_does_not_come_back(desk: Callable[..., Desk]) -> None:
    here = desk(Site(Page((post(1),)), Page(deleted=(post(1).key, PostKey(SITE, "never met"))), Page((post(1),))))
    here.collector.collect(BRAND, SITE, NOW)
    report = here.collector.collect(BRAND, SITE, NOW)
    assert report.deleted == (post(1).key,)
    assert here.collector.collect(BRAND, SITE, NOW).new_posts == ()
    kept = here.posts.get(post(1).key)
    assert kept is not None
    assert (kept.text, kept.deleted_at, [match.text for match in kept.brand_matches]) == ("", NOW, [""])


def test_an_account_that_is_gone_takes_everything_it_wrote_with_it(desk: Callable[..., Desk]) -> None:
    page = Page((post(1), post(2)), (passed_on(2, 1, "quote"), passed_on(2, 9)), (account(1), account(2), account(9)))
    gone = Page(erased=(AccountKey(SITE, "u1"), AccountKey(SITE, "u9"), AccountKey(SITE, "stranger")))
    here = desk(Site(page, gone))
    here.collector.collect(BRAND, SITE, NOW)
    assert here.collector.collect(BRAND, SITE, NOW).deleted == (post(1).key,)
    people = here.posts.accounts([AccountKey(SITE, f"u{n}") for n in (1, 2, 9)])
    assert {key.id for key in people} == {"u2"}
    assert [edge.child.id for edge in here.posts.reposts_of([post(2).key])] == ["p1"]  # the act, without words


def test_an_edit_takes_the_place_of_what_was_written_first(desk: Callable[..., Desk]) -> None:
    edited = replace(post(1), text="Northline paid me", edited_at=NOW)
    here = desk(Site(Page((post(1),)), Page((edited,)), Page((post(1),))))
    for _ in range(3):
        assert here.collector.collect(BRAND, SITE, NOW).error is None
    kept = here.posts.get(post(1).key)
    assert kept is not None
    assert (kept.text, kept.edited_at) == ("Northline paid me", NOW)


def test_posts_are_looked_for_again_an_hour_later_and_what_is_gone_is_emptied(desk: Callable[..., Desk]) -> None:
    counted = replace(post(2), metrics=Metrics(NOW + timedelta(hours=1), likes=7))
    site = RecheckedSite(Page((post(1), post(2)), state="s"), Page((counted,), deleted=(post(1).key,)))
    here = desk(site)
    here.collector.collect(BRAND, SITE, NOW)
    assert here.collector.recheck(SITE, NOW + timedelta(minutes=59)).requested == 0
    later = NOW + timedelta(minutes=61)
    assert here.collector.recheck(SITE, later).deleted == (post(1).key,)
    assert set(site.asked) == {post(1).key, post(2).key}
    kept = here.posts.get(post(2).key)
    assert kept is not None
    assert kept.metrics is not None
    assert kept.metrics.likes == 7
    assert here.collector.recheck(SITE, later).requested == 0
    assert [found.key.id for found in here.stores.upkeep.due(SITE, NOW + timedelta(hours=6), 9)] == ["p2"]


def test_a_site_that_says_everything_is_gone_is_not_believed(desk: Callable[..., Desk]) -> None:
    posts = tuple(post(n) for n in range(1, SUSPICIOUS + 1))
    here = desk(RecheckedSite(Page(posts), Page(deleted=tuple(one.key for one in posts))))
    here.collector.collect(BRAND, SITE, NOW)
    later = NOW + timedelta(hours=2)
    report = here.collector.recheck(SITE, later)
    assert report.error is not None
    assert "not believed" in report.error
    assert all(kept.text for kept in here.posts.many(one.key for one in posts).values())
    assert here.stores.upkeep.due(SITE, later, 99) == []
    assert len(here.stores.upkeep.due(SITE, later + RECHECK_AGAIN, 99)) == SUSPICIOUS


def test_posts_and_row_are_stored_together_or_not_at_all(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(Site(Page(posts=(post(1),), state="mark")))

    def locked(*_: object) -> None:
        raise StorageError("the database is locked")

    monkeypatch.setattr(here.crawls, "put", locked)
    with pytest.raises(StorageError):
        here.collector.collect(BRAND, SITE, NOW)
    assert here.posts.known_posts([post(1).key]) == set()
    assert here.crawls.get("northline", SITE) is None


# -- returning to a post


def test_a_return_brings_reposts_of_the_post_and_replies_in_its_cascade(desk: Callable[..., Desk]) -> None:
    thread = Page(
        posts=(post(1), post(2, "same here")),
        reposts=(passed_on(1, 2, "reply"), passed_on(1, 7), passed_on(99, 98)),
        accounts=(account(2), account(7), account(98)),
    )
    here = desk(FollowedSite(Page(posts=(post(1),)), thread))
    here.collector.collect(BRAND, SITE, NOW)
    report = here.collector.follow_up(post(1), NOW)
    assert [found.key.id for found in report.new_posts] == ["p2"]
    assert {edge.child.id for edge in report.new_reposts} == {"p2", "p7"}
    assert {person.handle for person in report.accounts} == {"u2", "u7"}
    assert len(here.posts.reposts_of([post(1).key])) == 2


def test_a_post_that_is_not_found_is_looked_for_at_once_before_it_is_called_deleted(desk: Callable[..., Desk]) -> None:
    here = desk(FollowedSite(Page(posts=(post(1),)), NotFound("deleted")))
    here.collector.collect(BRAND, SITE, NOW)
    report = here.collector.follow_up(post(1), NOW)
    assert (report.error, report.new_reposts, report.requested) == ("deleted", (), 0)
    assert here.row().failures == 0
    assert [found.key for found in here.stores.upkeep.due(SITE, NOW, 9)] == [post(1).key]


def test_what_a_return_taught_is_there_at_the_next(desk: Callable[..., Desk]) -> None:
    first = Page(reposts=(passed_on(1, 7), passed_on(1, 8)), state="boost 8")
    site = FollowedSite(Page(posts=(post(1),)), first, Unreachable("down"), Page(reposts=(passed_on(1, 9),)))
    here = desk(site)
    here.collector.collect(BRAND, SITE, NOW)
    for minutes in (10, 20, 30):
        here.collector.follow_up(post(1), NOW + timedelta(minutes=minutes))
    assert site.states[1:] == [None, "boost 8", "boost 8"]
    row = here.stores.follows.get(post(1).key)
    assert row is not None
    assert (row.known, row.previous, row.state, row.failures) == (3, 2, "boost 8", 0)
    assert row.followed_at == NOW + timedelta(minutes=30)


def test_a_source_that_cannot_return_to_posts_is_not_asked(desk: Callable[..., Desk]) -> None:
    report = desk(Site()).collector.follow_up(post(1), NOW)
    assert (report.requested, report.error) == (0, None)
    elsewhere = Post(PostKey("gone", "1"), AccountKey("gone", "u"), "x", NOW, NOW)
    assert desk(Site()).collector.follow_up(elsewhere, NOW).requested == 0
