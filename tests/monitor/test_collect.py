"""A crawl: what is kept, what is planned, and what a failing source leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from monitor.clock import RecordedClock
from monitor.collect import LONGEST_CRAWL, MOST_PAGES, Collector
from monitor.db import connect, migrate, transaction
from monitor.domain import Account, AccountKey, Brand, BrandMatch, Dropped, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, StorageError, Unauthorised, Unreachable
from monitor.store.crawls import CrawlState, CrawlStore
from monitor.store.posts import PostStore

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
        return self._next()


class NamesOnly:
    """Keeps posts that name the brand, and those that answer what it kept before."""

    def __init__(self) -> None:
        self.kept: set[PostKey] = set()

    def annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> Sequence[Post]:
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
        self.posts, self.crawls = PostStore(self.engine), CrawlStore(self.engine)
        self.clock = RecordedClock(NOW)
        transact = partial(transaction, self.engine)
        self.collector = Collector(
            {SITE: site}, NamesOnly(), self.posts, self.crawls, self.clock, transact, {SITE: every}
        )

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


def test_a_failure_on_the_second_page_keeps_the_first_but_not_its_state(desk: Callable[..., Desk]) -> None:
    here = desk(Site(Page(posts=(post(1),), next_cursor="two", state="mark"), Unreachable("down")))
    report = here.collector.collect(BRAND, SITE, NOW)
    assert [found.key.id for found in report.new_posts] == ["p1"]
    assert report.error == "down"
    assert (here.row().state, here.row().posts_total) == (None, 1)


def test_a_crawl_ends_at_the_page_limit_and_says_that_older_posts_are_missing(desk: Callable[..., Desk]) -> None:
    site = Site(*(Page(posts=(post(n),), next_cursor=str(n), state=str(n)) for n in range(1, 50)))
    here = desk(site)
    report = here.collector.collect(BRAND, SITE, NOW)
    assert (report.requested, report.dropped, report.error) == (MOST_PAGES, 1, None)
    assert here.row().state == str(MOST_PAGES)


def test_a_slow_site_does_not_hold_the_crawler(desk: Callable[..., Desk]) -> None:
    site = Site(*(Page(posts=(post(n),), next_cursor=str(n)) for n in range(1, 50)))
    here = desk(site)
    site.on_fetch = lambda: here.clock.wait(LONGEST_CRAWL / 2)
    assert here.collector.collect(BRAND, SITE, NOW).requested == 2


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


def test_a_post_that_is_gone_is_reported_and_does_not_make_the_source_fail(desk: Callable[..., Desk]) -> None:
    here = desk(FollowedSite(Page(posts=(post(1),)), NotFound("deleted")))
    here.collector.collect(BRAND, SITE, NOW)
    report = here.collector.follow_up(post(1), NOW)
    assert (report.error, report.new_reposts, report.requested) == ("deleted", (), 0)
    assert here.row().failures == 0


def test_a_source_that_cannot_return_to_posts_is_not_asked(desk: Callable[..., Desk]) -> None:
    report = desk(Site()).collector.follow_up(post(1), NOW)
    assert (report.requested, report.error) == (0, None)
    elsewhere = Post(PostKey("gone", "1"), AccountKey("gone", "u"), "x", NOW, NOW)
    assert desk(Site()).collector.follow_up(elsewhere, NOW).requested == 0
