"""YouTube over a real connection: a whole world read, followed and looked for again, within a quota."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, Post, PostKey
from monitor.errors import BudgetSpent, NotFound, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.youtube import Config, YoutubeSource
from tests.sites.server import serve
from tests.sites.world import Event, World
from tests.sites.youtube import YoutubeSite

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))
OWN = 77  # the author whose channel is the brand's


def act(number: int, minutes: float, text: str = "Northline Air & me", author: int = 3, **fields: object) -> Event:
    return Event(number, author, NOW + timedelta(minutes=minutes), text, **fields)


def world() -> World:
    """130 videos; below the fifth 230 comments, one of them with 12 replies; a video of the brand's own."""
    return World(
        [
            *(act(number, -1000 + 7 * number, f"Northline Air, part {number}") for number in range(130)),
            act(130, -20, "Football only"),
            *(act(200 + n, -900 + n, "me too", author=n, kind="reply", root=5) for n in range(230)),
            *(act(500 + n, -600 + n, "no", author=n, kind="reply", root=5, parent=210) for n in range(12)),
            act(600, -950, "Our new lounge", author=OWN),
            *(act(610 + n, -300 + n, "My bag!", author=n, kind="reply", root=600) for n in range(30)),
            act(700, -100, kind="repost", root=5),
        ]
    )


@contextmanager
def online(site: YoutubeSite, clock: RecordedClock, **config: object) -> Iterator[YoutubeSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield YoutubeSource(Config(**{**site.settings(base), **config}), http)
        finally:
            http.close()


def crawl(reader: YoutubeSource, clock: RecordedClock, state: str | None = None) -> tuple[dict[PostKey, Post], Page]:
    """One walk; waits where the allowance says so."""
    found: dict[PostKey, Post] = {}
    page, cursor = Page(), None
    while not found or cursor is not None:
        try:
            page = reader.fetch(BRAND, state, cursor, clock.now())
        except BudgetSpent as error:
            clock.wait(error.retry_after or timedelta(0))
            continue
        found |= {post.key: post for post in page.posts}
        cursor = page.next_cursor
        if cursor is None:
            break
    return found, page


def test_everything_that_names_the_brand_is_found_and_what_is_said_below_its_own_videos() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = YoutubeSite(here)
    with online(site, clock, channels={"northline": (f"UCauthor{OWN:016d}",)}) as reader:
        found, last = crawl(reader, clock)
        below_own = {site.key_of(event) for event in here.cascade(600, NOW)}
        named = {site.key_of(event) for event in here.listed(NOW, "post") if "Northline" in event.text}
        assert set(found) == named | below_own | {site.key_of(act(600, 0))}

        here.add(act(131, 3, "Northline Air again"))
        here.add(act(132, -50, "Northline Air, indexed late", visible_at=NOW + timedelta(minutes=5)))
        here.add(act(650, 4, "Still no bag", kind="reply", root=600))
        clock.wait(timedelta(minutes=10))
        again, _ = crawl(reader, clock, last.state)
    assert {site.key_of(here.get(number)) for number in (131, 132, 650)} <= set(again)
    assert len(again) < 60


def test_a_video_is_followed_until_all_its_comments_and_replies_are_known() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = YoutubeSite(here)
    with online(site, clock) as reader:
        found, _ = crawl(reader, clock)
        head = found[site.key_of(here.get(5))]
        page = reader.follow_up(head, None, clock.now())
        assert page.dropped == ()
        edges = {edge.child: edge for edge in page.reposts}
        assert set(edges) == {site.key_of(event) for event in here.cascade(5, NOW, "reply")}
        assert {edges[site.key_of(here.get(500 + n))].parent_post for n in range(12)} == {site.key_of(here.get(210))}

        requests = sum(site.asked.values())
        clock.wait(timedelta(minutes=5))
        page = reader.follow_up(head, page.state, clock.now())
        assert sum(site.asked.values()) == requests + 1  # nothing was said: only the counters

        here.add(act(450, 4, "and me", kind="reply", root=5))
        here.delete(5, NOW + timedelta(hours=1))
        page = reader.follow_up(head, page.state, clock.now())
        assert site.key_of(here.get(450)) in {post.key for post in page.posts}
        clock.wait(timedelta(hours=1))
        with pytest.raises(NotFound):
            reader.follow_up(head, page.state, clock.now())


def test_switched_off_comments_are_no_failure_and_what_is_gone_is_found_out() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = YoutubeSite(here)
    site.commentless.add(7)
    with online(site, clock) as reader:
        found, _ = crawl(reader, clock)
        quiet = reader.follow_up(found[site.key_of(here.get(7))], None, clock.now())
        assert (len(quiet.posts), quiet.dropped) == (1, ())
        talk = reader.follow_up(found[site.key_of(here.get(5))], None, clock.now())
        stored = [*found.values(), *talk.posts[1:]]
        for number in (9, 205, 503):
            here.delete(number, NOW + timedelta(minutes=1))
        clock.wait(timedelta(hours=1))
        page = reader.recheck(stored, clock.now())
    assert set(page.deleted) == {site.key_of(here.get(number)) for number in (9, 205, 503)}
    assert len(page.posts) == len(stored) - 3


def test_the_site_is_never_asked_for_more_than_its_quota_and_all_is_found_in_the_end() -> None:
    here, clock = world(), RecordedClock(NOW)
    site = YoutubeSite(here, limit=6, units=60)
    with online(site, clock) as reader:
        found, _ = crawl(reader, clock)
    assert site.over_limit == 0
    assert {site.key_of(event) for event in here.listed(NOW, "post") if "Northline" in event.text} == set(found)


def test_a_wrong_key_is_told_as_such() -> None:
    clock = RecordedClock(NOW)
    with online(YoutubeSite(world()), clock, api_key="wrong") as reader, pytest.raises(Unauthorised) as raised:
        reader.fetch(BRAND, None, None, clock.now())
    assert "wrong" not in str(raised.value)
