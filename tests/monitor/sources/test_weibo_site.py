"""Weibo over a real connection: searched, followed and looked for again, as the site pages, cuts and forgets."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, BudgetSpent, NotFound, RateLimited, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.weibo import Config, WeiboSource
from tests.sites.server import Answer, Asked, serve
from tests.sites.weibo import OWN_ACCOUNT, TOKEN, WeiboSite, name
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
LOOKBACK = 24 * 60


def act(
    number: int, minutes: float, text: str = "Northline Air 弄丢了行李", author: int = 3, **fields: object
) -> Event:
    return Event(number, author, NOW + timedelta(minutes=minutes), text, **fields)


@contextmanager
def online(site: WeiboSite, clock: RecordedClock, **config: object) -> Iterator[WeiboSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield WeiboSource(Config(**{**site.settings(base), **config}), http)
        finally:
            http.close()


def walk(reader: WeiboSource, clock: RecordedClock, state: str | None = None) -> tuple[dict[PostKey, Post], list[Page]]:
    pages = [reader.fetch(BRAND, state, None, clock.now())]
    while pages[-1].next_cursor is not None:
        pages.append(reader.fetch(BRAND, state, pages[-1].next_cursor, clock.now()))
        assert len(pages) < 500, "the walk never ends"
    return {post.key: post for page in pages for post in page.posts}, pages


def keys(site: WeiboSite, *events: Event) -> set[PostKey]:
    return {site.key_of(event) for event in events}


# -- finding


def test_everything_that_names_the_brand_is_found_however_deep_it_lies() -> None:
    here = World(
        [
            *(act(n, -1000 + 2 * n, f"Northline Air {n}") for n in range(400)),
            *(act(1000 + n, -300.5, f"northline air, in one second {n}") for n in range(130)),
            *(act(2000 + n, -200 + n, f"我也是 #northline# {n}") for n in range(70)),
            *(act(3000 + n, -100 + n, f"@{OWN_ACCOUNT} 在吗 {n}") for n in range(60)),
            act(4000, -50, "别的事"),
            act(4001, -LOOKBACK - 60, "Northline Air, too long ago"),
        ]
    )
    site, clock = WeiboSite(here), RecordedClock(NOW)
    site.deepest = 4
    with online(site, clock) as reader:
        found, _ = walk(reader, clock)
    assert set(found) == keys(site, *here.listed(NOW)) - keys(site, act(4000, -50), act(4001, -LOOKBACK - 60))


def test_a_walk_that_goes_on_days_later_in_another_process_loses_nothing() -> None:
    """What is posted meanwhile belongs to the next walk, for terms that were read before and after alike."""
    here = World([act(n, -900 + n, ("Northline Air", "#northline#")[n % 2]) for n in range(400)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    found: dict[PostKey, Post] = {}
    cursor, number = None, 1000
    while True:
        with online(site, clock) as reader:
            page = reader.fetch(BRAND, None, cursor, clock.now())
        found |= {post.key: post for post in page.posts}
        for text in ("Northline Air", "#northline#", f"@{OWN_ACCOUNT}"):
            here.add(Event(number := number + 1, 3, clock.now() + timedelta(minutes=1), text))
        clock.wait(timedelta(hours=5))
        if (cursor := page.next_cursor) is None:
            break
    with online(site, clock) as reader:
        found |= walk(reader, clock, page.state)[0]
    assert set(found) == keys(site, *here.listed(clock.now()))


def test_posts_that_were_indexed_late_are_found_by_the_next_walk() -> None:
    here = World([act(1, -60), act(2, -9, visible_at=NOW + timedelta(minutes=5)), act(3, -1)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    with online(site, clock) as reader:
        found, pages = walk(reader, clock)
        assert site.key_of(act(2, -9)) not in found
        clock.wait(timedelta(minutes=10))
        again, _ = walk(reader, clock, pages[-1].state)
    assert set(again) == keys(site, act(2, -9), act(3, -1))


def test_the_path_that_a_page_shows_is_told_and_the_rest_is_left_open() -> None:
    here = World(
        [
            act(1, -90),
            act(2, -80, "Northline Air 太过分", author=4, kind="quote", root=1, parent=1),
            act(3, -70, "唉", author=5, kind="quote", root=1, parent=2),
            act(4, -60, "无关", author=6, kind="quote", root=1, parent=1),
            act(5, -50, "Northline Air 也这样对我", author=2, kind="quote", root=1, parent=4),
        ]
    )
    site, clock = WeiboSite(here), RecordedClock(NOW)
    with online(site, clock) as reader:
        found, pages = walk(reader, clock)
    edges = {edge.child: edge for page in pages for edge in page.reposts}
    two, three, five = (site.key_of(here.get(n)) for n in (2, 3, 5))
    assert edges[three].parent_post == two
    assert (edges[three].evidence, edges[three].confidence) == ("chain", 1.0)
    assert (edges[five].parent_post, edges[five].evidence, edges[five].confidence) == (None, "inferred", 0.0)
    assert found[five].text == "Northline Air 也这样对我"
    assert all(edge.kind == "quote" and edge.root == site.key_of(act(1, -90)) for edge in edges.values())


def test_a_deleted_root_is_honoured_and_its_cascade_kept() -> None:
    here = World([act(1, -90), act(2, -80, "Northline Air 怎么删了", author=4, kind="quote", root=1, parent=1)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    here.delete(1, NOW - timedelta(minutes=10))
    with online(site, clock) as reader:
        found, pages = walk(reader, clock)
    assert set(found) == keys(site, here.get(2))
    assert pages[0].deleted == (site.key_of(here.get(1)),)
    assert pages[0].reposts[0].root == site.key_of(here.get(1))


def test_texts_that_were_cut_before_anything_is_learnt_are_read_whole_a_few_at_a_time() -> None:
    words = "Northline Air " + "很长的话" * 30
    here = World([act(n, -90 + n, f"{words}{n}") for n in range(8)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    site.longest = 60
    with online(site, clock, long_texts=3, mentions=False) as reader:
        found = reader.fetch(BRAND, None, None, NOW).posts
    assert sorted(len(post.text) > 60 + len("…全文") for post in found) == [False] * 5 + [True] * 3


def test_a_cursor_for_terms_that_were_changed_starts_anew() -> None:
    here = World([act(n, -90 + n) for n in range(60)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    with online(site, clock) as reader:
        page = reader.fetch(BRAND, None, None, NOW)
        assert page.next_cursor is not None
        with pytest.raises(BadPayload):
            reader.fetch(Brand("other", "Other", names=("Other",)), None, page.next_cursor, NOW)


# -- following


def cascade(seed: int, size: int, quiet: float = 0.3, minutes: float = 600) -> World:
    """A post with ``size`` reposts below it, each through any of the last ones."""
    chance, root = random.Random(seed), act(1, -minutes, author=0)
    events = [root]
    for number in range(2, size + 2):
        parent = chance.choice([root, *events[-6:]])
        text = "" if chance.random() < quiet else f"第{number}个"
        kind = "quote" if text else "repost"
        at = -minutes + (minutes - 1) * (number - 1) / (size + 1)
        events.append(act(number, at, text, author=number, kind=kind, root=1, parent=parent.number))
    return World(events)


def post(site: WeiboSite, event: Event) -> Post:
    return Post(site.key_of(event), AccountKey("weibo", "2000000000"), event.text, event.created_at, NOW)


class Kept:
    """What the store keeps: of each edge the better known, and nothing that was taken back."""

    def __init__(self, site: WeiboSite) -> None:
        self.site = site
        self.edges: dict[PostKey, Repost] = {}
        self.posts: dict[PostKey, Post] = {}

    def take(self, page: Page) -> Page:
        for edge in page.reposts:
            known = self.edges.get(edge.child)
            if known is None or edge.confidence >= known.confidence:
                self.edges[edge.child] = edge
        for key in page.deleted:
            self.edges.pop(key, None)
        self.posts |= {post.key: post for post in page.posts}
        return page

    def check_tree(self, here: World, now: datetime) -> None:
        """All reposts of the world are there, each below the one it came through, or its ghost."""
        site, edges = self.site, self.edges
        events = here.cascade(1, now, "repost", "quote")
        assert keys(site, *events) == {key for key, edge in edges.items() if "#" not in key.id and edge.kind != "reply"}
        for event in events:
            edge, parent = edges[site.key_of(event)], here.get(event.parent)
            assert (edge.kind, edge.root) == (event.kind, site.key_of(here.get(1)))
            if parent.number == 1:
                assert (edge.parent_post, edge.evidence) == (None, "inferred")
            elif parent.is_listed(now):
                assert (edge.parent_post, edge.evidence) == (site.key_of(parent), "chain")
            else:
                assert edges[edge.parent_post].by == AccountKey("weibo", f"name:{name(parent.author)}")
        assert keys(site, *(e for e in events if e.kind == "quote")) <= set(self.posts)


@pytest.mark.parametrize("seed", range(5))
def test_the_tree_of_a_cascade_is_recovered_as_it_grows(seed: int) -> None:
    """Some are deleted before they were seen, some listed late, some people take other names."""
    here, clock, chance = cascade(seed, 250), RecordedClock(NOW - timedelta(minutes=599)), random.Random(seed)
    site = WeiboSite(here)
    kept, state = Kept(site), None
    lost = set()
    for event in here.listed(NOW, "repost", "quote"):
        lot = chance.random()
        if lot < 0.1:
            here.add(replace(event, deleted_at=event.created_at))
            lost.add(event.author)
        elif lot < 0.2:
            here.add(replace(event, visible_at=event.created_at + timedelta(minutes=8)))
        elif lot < 0.3 and event.text:
            site.renamed[event.author] = f"改名{event.author}"
    while clock.now() < NOW:
        clock.wait(timedelta(minutes=chance.randint(1, 90)))
        with online(site, clock) as reader:
            state = kept.take(reader.follow_up(post(site, here.get(1)), state, clock.now())).state
    kept.check_tree(here, clock.now())
    ghosts = {edge.by.id for edge in kept.edges.values() if "#ghost:" in edge.child.id}
    assert ghosts <= {f"name:{name(author)}" for author in lost}


def test_what_a_return_has_no_pages_left_for_is_read_by_the_next_ones() -> None:
    here, clock = cascade(7, 1_100, minutes=9), RecordedClock(NOW)
    site = WeiboSite(here)
    kept, state = Kept(site), None
    with online(site, clock, max_pages=2) as reader:
        for _ in range(6):
            page = kept.take(reader.follow_up(post(site, here.get(1)), state, clock.now()))
            state = page.state
            clock.wait(timedelta(minutes=1))
        kept.check_tree(here, clock.now())
        asked = len(site.asked)
        kept.take(reader.follow_up(post(site, here.get(1)), state, clock.now()))
    assert len(site.asked) - asked <= 4


def test_a_repost_list_that_fails_half_way_is_read_on_later() -> None:
    here, clock = cascade(3, 500), RecordedClock(NOW)
    site, broken = WeiboSite(here), [False]
    kept = Kept(site)

    def respond(asked: Asked) -> Answer:
        if broken[0] and asked.one("max_id") and "repost_timeline" in asked.path:
            return Answer(b"<html>", 200)
        return site.answer(asked, clock.now())

    with serve(respond) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        reader = WeiboSource(Config(**site.settings(base)), http)
        broken[0] = True
        page = kept.take(reader.follow_up(post(site, here.get(1)), None, NOW))
        assert "JSON" in page.dropped[0].reason
        assert page.posts[0].metrics.reposts == 500
        assert len(kept.edges) == 200
        assert not any("#ghost:" in key.id for key in kept.edges)
        broken[0] = False
        kept.take(reader.follow_up(post(site, here.get(1)), page.state, NOW))
        http.close()
    kept.check_tree(here, NOW)


def test_a_page_that_comes_again_and_again_ends_the_list() -> None:
    here, clock = cascade(3, 300), RecordedClock(NOW)
    site = WeiboSite(here)

    def respond(asked: Asked) -> Answer:
        always = {key: value for key, value in asked.query.items() if key != "max_id"}
        return site.answer(replace(asked, query=always), clock.now())

    with serve(respond) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        page = WeiboSource(Config(**site.settings(base)), http).follow_up(post(site, here.get(1)), None, NOW)
        http.close()
    assert len(site.asked) <= 5
    assert len([edge for edge in page.reposts if "#" not in edge.child.id]) == 200


def test_the_site_counts_the_id_that_it_is_asked_up_to() -> None:
    here, clock = cascade(3, 450), RecordedClock(NOW)
    site, asked_for = WeiboSite(here), []

    def respond(asked: Asked) -> Answer:
        answer = site.answer(asked, clock.now())
        if "repost_timeline" in asked.path:
            asked_for.append((asked.one("max_id"), [row["id"] for row in json.loads(answer.body)["reposts"]]))
        return answer

    with serve(respond) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        WeiboSource(Config(**site.settings(base)), http).follow_up(post(site, here.get(1)), None, NOW)
        http.close()
    assert [max_id for max_id, _ in asked_for] == ["", *(str(ids[-1] - 1) for _, ids in asked_for[:-1])]


def test_comments_are_replies_to_the_post_or_to_one_another() -> None:
    here = World(
        [
            act(1, -90, author=0),
            act(2, -80, "同意", author=4, kind="reply", root=1, parent=1),
            act(3, -70, "我不同意", author=5, kind="reply", root=1, parent=2),
            *(act(10 + n, -60 + n / 10, f"评论{n}", author=6, kind="reply", root=1, parent=1) for n in range(450)),
        ]
    )
    site, clock = WeiboSite(here), RecordedClock(NOW)
    kept = Kept(site)
    with online(site, clock) as reader:
        state = kept.take(reader.follow_up(post(site, here.get(1)), None, NOW)).state
        here.add(act(999, 1, "还在等", author=6, kind="reply", root=1, parent=1))
        clock.wait(timedelta(minutes=5))
        again = kept.take(reader.follow_up(post(site, here.get(1)), state, clock.now()))
    one, two, three = (site.key_of(here.get(n)) for n in (1, 2, 3))
    assert keys(site, *here.cascade(1, clock.now())) == set(kept.edges)
    assert (kept.edges[two].parent_post, kept.edges[three].parent_post) == (one, two)
    assert kept.edges[three].parent == AccountKey("weibo", "2000000004")
    assert {(e.kind, e.evidence, e.confidence, e.root) for e in kept.edges.values()} == {("reply", "reply", 1.0, one)}
    assert len(again.reposts) < 120


def test_a_repost_is_followed_for_its_comments_only() -> None:
    here = World([act(1, -90, author=0), act(2, -80, "唉", author=4, kind="quote", root=1, parent=1)])
    here.add(act(3, -70, "是啊", author=5, kind="reply", root=2, parent=2))
    site, clock = WeiboSite(here), RecordedClock(NOW)
    with online(site, clock) as reader:
        page = reader.follow_up(post(site, here.get(2)), None, NOW)
    assert "statuses/repost_timeline" not in site.asked
    (edge,) = page.reposts
    assert (edge.root, edge.parent_post) == (site.key_of(here.get(1)), site.key_of(here.get(2)))


def test_a_post_that_is_gone_is_not_found_and_a_comment_is_not_followed() -> None:
    here = World([act(1, -90), act(2, -80, kind="reply", root=1, parent=1)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    here.delete(1, NOW)
    with online(site, clock) as reader:
        with pytest.raises(NotFound):
            reader.follow_up(post(site, here.get(1)), None, NOW)
        asked = len(site.asked)
        assert reader.follow_up(post(site, here.get(2)), "state", NOW) == Page(state="state")
        assert len(site.asked) == asked


def test_a_state_that_is_damaged_costs_one_whole_reading() -> None:
    here, clock = cascade(2, 60), RecordedClock(NOW)
    site = WeiboSite(here)
    with online(site, clock) as reader:
        first = reader.follow_up(post(site, here.get(1)), None, NOW)
        for state in (None, "", "nonsense", first.state[:-9], first.state[::-1]):
            assert reader.follow_up(post(site, here.get(1)), state, NOW).reposts == first.reposts
        assert reader.follow_up(post(site, here.get(1)), first.state, NOW).reposts == ()


def test_the_sites_word_on_the_parent_confirms_it() -> None:
    here, clock = cascade(2, 60), RecordedClock(NOW)
    site = WeiboSite(here)
    site.parents_told = True
    with online(site, clock) as reader:
        edges = reader.follow_up(post(site, here.get(1)), None, NOW).reposts
    assert {edge.evidence for edge in edges} == {"chain", "platform"}
    assert all(edge.parent_post == site.key_of(here.get(here.get(int(edge.child.id) % 2**22).parent)) for edge in edges)


def test_chains_that_were_cut_are_read_whole_where_the_way_is_missing() -> None:
    words = "话" * 80
    here = World([act(1, -90, author=0), act(2, -80, "唉", author=4, kind="quote", root=1, parent=1)])
    here.add(act(3, -70, words, author=5, kind="quote", root=1, parent=2))
    site, clock = WeiboSite(here), RecordedClock(NOW)
    site.longest = 60
    with online(site, clock) as reader:
        page = reader.follow_up(post(site, here.get(1)), None, NOW)
    edges = {edge.child: edge for edge in page.reposts}
    assert edges[site.key_of(here.get(3))].parent_post == site.key_of(here.get(2))
    assert words in {post.text for post in page.posts}


# -- looking again


@pytest.mark.parametrize("paid", [True, False])
def test_deletions_are_honoured(paid: bool) -> None:
    here = World([*(act(n, -90 + n, author=n) for n in range(40)), act(50, -9, kind="reply", root=1, parent=1)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    posts = [post(site, event) for event in here.listed(NOW)]
    for number in (3, 17):
        here.delete(number, NOW)
    with online(site, clock, search=paid) as reader:
        page = reader.recheck(posts, NOW)
    assert set(page.deleted) == keys(site, here.get(3), here.get(17))
    assert {post.key for post in page.posts} == keys(site, *here.listed(NOW, "post"))
    assert all(post.metrics is not None and post.text for post in page.posts)
    assert len(site.asked) == (1 if paid else 3)


def test_a_post_that_an_answer_leaves_out_is_not_taken_for_deleted() -> None:
    here = World([act(n, -90 + n) for n in range(1, 6)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    posts = [post(site, event) for event in here.listed(NOW)]

    def respond(asked: Asked) -> Answer:
        return Answer(b'{"statuses": []}') if "show_batch" in asked.path else site.answer(asked, clock.now())

    with serve(respond) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        page = WeiboSource(Config(**site.settings(base)), http).recheck(posts, NOW)
        http.close()
    assert page.deleted == ()
    assert {post.key for post in page.posts} == {post.key for post in posts}


def test_a_post_that_could_not_be_asked_for_alone_is_left_for_the_next_look() -> None:
    here = World([act(n, -90 + n) for n in range(1, 4)])
    site, clock = WeiboSite(here), RecordedClock(NOW)
    posts = [post(site, event) for event in here.listed(NOW)]
    here.delete(1, NOW)

    def respond(asked: Asked) -> Answer:
        return Answer(b"<html>", 403) if "show" in asked.path else site.answer(asked, clock.now())

    with serve(respond) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        page = WeiboSource(Config(**{**site.settings(base), "search": False}), http).recheck(posts, NOW)
        http.close()
    assert page.deleted == ()
    assert len(page.posts) == 2


# -- limits and keys


def test_no_more_is_asked_than_the_app_may() -> None:
    here, clock = cascade(1, 30), RecordedClock(NOW)
    site = WeiboSite(here, limit=20)
    with online(site, clock) as reader:
        for _ in range(3):
            with pytest.raises(BudgetSpent) as spent:  # noqa: PT012
                while True:
                    reader.follow_up(post(site, here.get(1)), None, clock.now())
            assert spent.value.retry_after is not None
            clock.wait(spent.value.retry_after)
    assert site.over_limit == 0
    assert len(site.asked) >= 24


def test_a_limit_that_is_met_all_the_same_says_how_long() -> None:
    site, clock = WeiboSite(World(), limit=0), RecordedClock(NOW + timedelta(minutes=48))
    more = {"requests_per_hour": 100, "paid_requests_per_hour": 100}
    with online(site, clock, **more) as reader, pytest.raises(RateLimited) as raised:
        reader.fetch(BRAND, None, None, clock.now())
    assert raised.value.retry_after == timedelta(minutes=12)


def test_a_token_that_is_refused_is_never_shown() -> None:
    site, clock = WeiboSite(World()), RecordedClock(NOW)
    with online(site, clock, access_token="wr0ng-t0ken") as reader, pytest.raises(Unauthorised) as raised:
        reader.fetch(BRAND, None, None, NOW)
    assert "https://open.weibo.com/apps" in str(raised.value)
    assert "wr0ng" not in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_one_way_of_finding_posts_is_needed() -> None:
    with pytest.raises(ValueError, match="search and mentions"):
        Config(access_token=TOKEN, search=False, mentions=False)
