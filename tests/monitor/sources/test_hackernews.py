"""Hacker News: searches, threads, and posts with something missing."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey
from monitor.errors import BadPayload, BudgetSpent, NotFound, SourceError, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.hackernews import Config, HackerNewsSource, parse, parse_thread
from tests.sites.hackernews import HackerNewsSite
from tests.sites.server import serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = 1772442000
BRAND = Brand("northline", "Northline Air", names=("Northline Air", 'North"line'))
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "hackernews" / "full.json").read_text())


def source(answer: Any, **config: Any) -> HackerNewsSource:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return HackerNewsSource(Config(**config), http)


def hit(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": f"u{number}",
        "created_at_i": NINE + number,
        "title": "Northline",
        **fields,
    }


def test_a_story_and_a_comment_are_read_as_plain_text() -> None:
    comment, story = parse(FULL, NOW).posts
    assert story.text == "Northline Air and a cello in two pieces"
    assert story.links == ("https://video.example/watch/cello",)
    assert story.url == "https://news.ycombinator.com/item?id=51000003"
    assert story.metrics is not None
    assert (story.metrics.likes, story.metrics.replies, story.metrics.views, story.metrics.at) == (88, 2, None, NOW)
    assert comment.text == "Northline Air did this to my bike\nI'd file in small claims."
    assert comment.metrics is None


def test_a_comment_is_a_reply_to_its_parent_in_the_thread_of_its_story() -> None:
    (reply,) = parse(FULL, NOW).reposts
    assert (reply.root.id, reply.parent_post, reply.kind, reply.evidence, reply.confidence) == (
        "51000003",
        PostKey("hackernews", "51000003"),
        "reply",
        "reply",
        1.0,
    )
    assert reply.parent is None  # the search does not name the parent's author


def test_a_deleted_item_is_counted() -> None:
    (dropped,) = parse(FULL, NOW).dropped
    assert (dropped.where, dropped.reason) == ("hits[2]", "author is missing or not an id")


@pytest.mark.parametrize("field", ["objectID", "author", "created_at_i"])
def test_a_hit_without_a_required_field_is_dropped_alone(field: str) -> None:
    broken = hit(2)
    del broken[field]
    page = parse({"hits": [hit(1), broken, 7, hit(3)]}, NOW)
    assert [post.key.id for post in page.posts] == ["1", "3"]
    assert [dropped.where for dropped in page.dropped] == ["hits[1]", "hits[2]"]


@pytest.mark.parametrize("answer", [None, [], {}, {"hits": None}, {"hits": {}}])
def test_an_answer_without_hits_is_a_bad_payload(answer: Any) -> None:
    with pytest.raises(BadPayload):
        parse(answer, NOW)


def test_a_post_from_the_future_is_of_now() -> None:
    assert parse({"hits": [hit(1, created_at_i=NOW.timestamp() + 9e5)]}, NOW).posts[0].created_at == NOW


# -- fetching


def crawl(
    searched: HackerNewsSource, state: str | None = None, brand: Brand = BRAND, now: datetime = NOW
) -> list[Page]:
    pages = [searched.fetch(brand, state, None, now)]
    while (cursor := pages[-1].next_cursor) is not None:
        assert len(pages) < 100, "the walk does not end"
        pages.append(searched.fetch(brand, state, cursor, now))
    return pages


def numbers(pages: list[Page]) -> list[int]:
    return [int(post.key.id) for page in pages for post in page.posts]


class Index:
    """A search over hits that keeps to the window, and to the ceiling of 1,000 hits."""

    def __init__(self, *hits: dict[str, Any], **says: Any) -> None:
        self.hits, self.says = list(hits), says
        self.asked: list[httpx.QueryParams] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        self.asked.append(params)
        lower, upper = map(int, re.findall(r"[<>]=(\d+)", params["numericFilters"]))
        found = sorted(
            (hit for hit in self.hits if lower <= hit["created_at_i"] <= upper),
            key=lambda hit: (-hit["created_at_i"], hit["objectID"]),
        )
        first = int(params["page"]) * 100
        if first >= 1000:
            return httpx.Response(200, json={"hits": [], "nbHits": 0, "message": "you can only fetch 1000 hits"})
        return httpx.Response(200, json={"hits": found[first : first + 100], "nbHits": len(found), **self.says})


def test_each_term_is_searched_behind_the_watermark() -> None:
    index = Index(hit(1), hit(2))
    pages = crawl(source(index, overlap_minutes=1), str(NINE))
    assert [params["query"] for params in index.asked] == ['"Northline Air"', '"North line"']
    until = int(NOW.timestamp())
    assert {params["numericFilters"] for params in index.asked} == {f"created_at_i>={NINE - 60},created_at_i<={until}"}
    assert {params["typoTolerance"] for params in index.asked} == {"false"}
    assert pages[-1].state == str(NINE + 2)


def test_more_than_a_thousand_hits_are_all_read_by_moving_the_window() -> None:
    index = Index(*(hit(number) for number in range(2600)))
    found = numbers(crawl(source(index), brand=Brand("n", "N", names=("Northline",))))
    assert set(found) == set(range(2600))
    assert {params["page"] for params in index.asked} == {"0"}


def test_hits_of_one_second_that_fill_whole_pages_are_all_read() -> None:
    index = Index(*(hit(number, created_at_i=NINE + 5 if number < 250 else NINE) for number in range(300)))
    assert set(numbers(crawl(source(index)))) == set(range(300))


def test_a_second_beyond_what_the_search_can_reach_does_not_hide_older_hits() -> None:
    crowd = [hit(number, created_at_i=NINE + 5) for number in range(1200)]
    found = numbers(crawl(source(Index(*crowd, hit(5000, created_at_i=NINE))), brand=Brand("n", "N", names=("N",))))
    assert 5000 in found
    assert len(set(found)) == 1001


@pytest.mark.parametrize("says", [0, 3, 10**9, None, "many"])
def test_a_lying_number_of_hits_neither_ends_the_walk_early_nor_prolongs_it(says: Any) -> None:
    index = Index(*(hit(number) for number in range(150)), nbHits=says)
    assert set(numbers(crawl(source(index)))) == set(range(150))


def test_pages_shorter_than_asked_for_are_not_taken_for_the_end() -> None:
    index = Index(*(hit(number) for number in range(150)))

    def answer(request: httpx.Request) -> httpx.Response:
        body = index(request).json()
        return httpx.Response(200, json={**body, "hits": body["hits"][:40]})

    assert set(numbers(crawl(source(answer)))) == set(range(150))


def test_posts_that_come_while_the_walk_is_on_shift_nothing_out_of_it() -> None:
    index = Index(*(hit(number) for number in range(300)))
    searched = source(index)
    pages = [searched.fetch(BRAND, None, None, NOW)]
    index.hits += [hit(number) for number in range(300, 420)]
    while pages[-1].next_cursor:
        pages.append(searched.fetch(BRAND, None, pages[-1].next_cursor, NOW))
    assert set(range(300)) <= set(numbers(pages))


def test_a_walk_that_rests_for_days_passes_over_nothing_that_came_meanwhile() -> None:
    """The second term is searched on another day: what it finds then must not move the watermark of the first."""
    index = Index(*(hit(number) for number in range(150)))
    searched = source(index)
    first = searched.fetch(BRAND, None, None, NOW)
    index.hits.append(hit(900, created_at_i=int(NOW.timestamp()) + 3 * 86_400 - 60))
    later, cursor, page = NOW + timedelta(days=3), first.next_cursor, first
    while cursor:
        page = searched.fetch(BRAND, None, cursor, later)
        cursor = page.next_cursor
    assert page.state == str(NINE + 149)
    assert 900 in numbers(crawl(searched, page.state, now=later))


def test_a_post_that_was_indexed_late_is_found_by_the_next_walk() -> None:
    index = Index(hit(100))
    searched = source(index)
    state = crawl(searched)[-1].state
    index.hits.append(hit(90, created_at_i=NINE - 400))
    assert 90 in numbers(crawl(searched, state))


def test_a_hit_with_a_time_outside_the_window_does_not_end_the_walk() -> None:
    index = Index(*(hit(number) for number in range(150)))

    def answer(request: httpx.Request) -> httpx.Response:
        body = index(request).json()
        body["hits"][50:50] = [hit(9999, created_at_i=0)]
        return httpx.Response(200, json=body)

    assert set(range(150)) <= set(numbers(crawl(source(answer))))


def test_a_search_that_disregards_the_window_is_a_bad_payload_not_a_walk_without_end() -> None:
    everything = [hit(number, created_at_i=NINE + 3600 + number) for number in range(100)]
    searched = source(lambda request: httpx.Response(200, json={"hits": everything, "nbHits": 5000}))
    with pytest.raises(BadPayload, match="outside the time"):
        crawl(searched, now=NOW - timedelta(hours=2, minutes=30))
    with pytest.raises(BadPayload, match="outside the time"):
        crawl(searched, str(NINE + 7200))


def test_a_walk_is_not_gone_on_with_after_the_terms_of_the_brand_have_changed() -> None:
    """Its place is counted in terms: another term would stand there, and one would be passed over."""
    index = Index(*(hit(number) for number in range(150)))
    cursor = source(index).fetch(BRAND, None, None, NOW).next_cursor
    with pytest.raises(BadPayload):
        source(index).fetch(Brand("northline", "Northline", names=("Northline",)), None, cursor, NOW)


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "0:0:5",
        "[]",
        "{}",
        '{"plan":1,"since":1,"until":"x","newest":1}',
        '{"plan":1,"since":-1,"until":1,"newest":1}',
    ],
)
def test_a_cursor_that_cannot_be_read_is_a_bad_payload(cursor: str) -> None:
    with pytest.raises(BadPayload):
        source(Index()).fetch(BRAND, None, cursor, NOW)


def test_the_first_look_goes_back_as_far_as_configured() -> None:
    index = Index()
    source(index, lookback_hours=2, overlap_minutes=0).fetch(BRAND, None, None, NOW)
    assert f"created_at_i>={int((NOW - timedelta(hours=2)).timestamp())}," in index.asked[0]["numericFilters"]


def test_no_more_is_asked_in_an_hour_than_the_search_allows() -> None:
    searched = source(Index(*(hit(number) for number in range(400))), searches_per_hour=3)
    with pytest.raises(BudgetSpent) as raised:
        crawl(searched)
    assert raised.value.retry_after is not None
    assert timedelta(minutes=59) < raised.value.retry_after < timedelta(minutes=62)
    assert [allowance.limit for allowance in searched.allowances] == [3]


def test_a_brand_without_terms_asks_nothing() -> None:
    def unasked(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    page = source(unasked).fetch(Brand("all", "All", everything=True), None, None, NOW)
    assert (page.posts, page.next_cursor) == ((), None)


# -- threads


def node(number: int, *children: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "author": f"u{number}",
        "created_at_i": NINE + number,
        "type": "comment",
        "text": f"comment {number}",
        "parent_id": None,
        "story_id": 1,
        "children": list(children),
        **fields,
    }


def test_a_thread_names_the_account_that_each_reply_answers() -> None:
    tree = node(1, node(2, node(3, parent_id=2), parent_id=1), title="Northline", text=None)
    page = parse_thread(tree, NOW)
    assert {reply.child.id: reply.parent for reply in page.reposts} == {
        "2": AccountKey("hackernews", "u1"),
        "3": AccountKey("hackernews", "u2"),
    }
    assert {reply.root.id for reply in page.reposts} == {"1"}


def test_replies_to_a_deleted_comment_are_kept() -> None:
    tree = node(1, node(2, node(3, parent_id=2), parent_id=1, author=None, text=None), title="Northline")
    page = parse_thread(tree, NOW)
    assert [post.key.id for post in page.posts] == ["1", "3"]
    assert (page.reposts[0].parent, page.reposts[0].parent_post) == (None, PostKey("hackernews", "2"))
    assert len(page.dropped) == 1


def test_a_thread_of_any_depth_is_read_without_recursion() -> None:
    tree = node(3000, parent_id=2999)
    for number in range(2999, 0, -1):
        tree = node(number, tree, parent_id=number - 1 or None)
    assert len(parse_thread(tree, NOW).posts) == 3000


def test_a_thread_beyond_the_limit_is_cut_and_that_is_counted() -> None:
    tree = node(1, *(node(number, parent_id=1) for number in range(2, 6000)))
    page = parse_thread(tree, NOW)
    assert len(page.posts) == 5000
    assert len(page.dropped) == 1


# -- returning to a post

STORY = parse(FULL, NOW).posts[1]


def story(number: int, **fields: Any) -> dict[str, Any]:
    return hit(number, **{"url": "https://video.example/watch/cello", **fields})


def site(item: Any = None, tree: Any = None, same: Any = None) -> Any:
    """Answers the three questions of a return; an int is a status."""
    item = {"id": 51000003, "score": 402, "descendants": 77, "type": "story"} if item is None else item
    tree = node(51000003, title="Northline", points=88) if tree is None else tree
    same = {"hits": []} if same is None else same

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "hacker-news.firebaseio.com":
            told = item
        else:
            told = tree if "/items/" in request.url.path else same
        return httpx.Response(told) if type(told) is int else httpx.Response(200, text=json.dumps(told))

    return answer


def test_returning_to_a_story_brings_its_thread_and_fresh_counters() -> None:
    comment = node(51000009, parent_id=51000003, story_id=51000003)
    page = source(site(tree=node(51000003, comment, title="Northline", points=88))).follow_up(STORY, None, NOW)
    updated = next(post for post in page.posts if post.key == STORY.key)
    assert updated.text == STORY.text
    assert updated.metrics is not None
    assert (updated.metrics.likes, updated.metrics.replies, updated.metrics.views) == (402, 77, None)
    assert [reply.child.id for reply in page.reposts] == ["51000009"]
    assert page.dropped == ()


@pytest.mark.parametrize("item", [{"deleted": True, "id": 51000003}, {"dead": True, "id": 51000003}])
def test_a_story_that_was_deleted_is_not_found(item: Any) -> None:
    with pytest.raises(NotFound):
        source(site(item)).follow_up(STORY, None, NOW)


def test_an_item_that_the_site_does_not_know_yet_is_not_taken_for_deleted() -> None:
    unknown = source(
        lambda request: httpx.Response(200, text="null") if "/v0/" in request.url.path else httpx.Response(404)
    )
    with pytest.raises(SourceError) as raised:
        unknown.follow_up(STORY, None, NOW)
    assert not isinstance(raised.value, NotFound)


@pytest.mark.parametrize(("part", "reason"), [("tree", 404), ("tree", 500), ("same", 500), ("item", 500), ("tree", [])])
def test_a_part_that_fails_is_counted_and_the_others_are_kept(part: str, reason: Any) -> None:
    page = source(site(**{part: reason})).follow_up(STORY, None, NOW)
    assert [post.key for post in page.posts] == [STORY.key]
    assert len(page.dropped) == 1


def test_where_nothing_is_learnt_the_failure_is_told() -> None:
    with pytest.raises(Unreachable):
        source(site(500, 500, 500)).follow_up(STORY, None, NOW)


def test_later_submissions_of_the_same_address_are_guessed_to_pass_on_the_oldest() -> None:
    same = {
        "hits": [
            story(52000009, url="http://www.video.example/watch/cello/?utm_source=x", created_at_i=NINE + 900),
            story(52000010, url="https://video.example/watch/viola", created_at_i=NINE + 950),
            story(50000001, created_at_i=NINE - 900),
            story(51000003, created_at_i=NINE),
        ]
    }
    page = source(site(same=same)).follow_up(STORY, None, NOW)
    assert {post.key.id for post in page.posts} == {"51000003", "52000009", "50000001"}
    assert [(edge.child.id, edge.root.id, edge.kind, edge.evidence) for edge in page.reposts] == [
        ("51000003", "50000001", "quote", "inferred"),
        ("52000009", "50000001", "quote", "inferred"),
    ]
    assert all(0 < edge.confidence < 0.5 for edge in page.reposts)


def test_a_comment_is_not_asked_for_other_submissions() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        item = {"id": 51000004, "type": "comment"}
        return httpx.Response(200, json=item if "/v0/" in request.url.path else node(51000004, text="x"))

    source(answer).follow_up(parse(FULL, NOW).posts[0], None, NOW)
    assert asked == ["/v0/item/51000004.json", "/api/v1/items/51000004"]


def test_a_number_that_is_none_never_becomes_part_of_an_address() -> None:
    assert parse({"hits": [hit(1, objectID="1/../../x")]}, NOW).posts == ()

    def unasked(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    with pytest.raises(NotFound):
        source(unasked).follow_up(replace(STORY, key=PostKey("hackernews", "../user/x")), None, NOW)


# -- rechecking


def stored(number: int) -> Post:
    return parse({"hits": [hit(number)]}, NOW).posts[0]


def test_a_recheck_tells_deleted_and_killed_items_from_those_that_are_there() -> None:
    items = {
        "/v0/item/1.json": {"id": 1, "type": "story", "score": 9, "descendants": 4},
        "/v0/item/2.json": {"id": 2, "deleted": True},
        "/v0/item/3.json": {"id": 3, "dead": True, "by": "u3"},
        "/v0/item/4.json": None,
    }
    asked = source(lambda request: httpx.Response(200, text=json.dumps(items[request.url.path])))
    page = asked.recheck([stored(number) for number in (1, 2, 3, 4)], NOW + timedelta(hours=1))
    assert [key.id for key in page.deleted] == ["2", "3"]
    (kept,) = page.posts
    assert (kept.key.id, kept.seen_at) == ("1", NOW + timedelta(hours=1))
    assert kept.metrics is not None
    assert (kept.metrics.likes, kept.metrics.replies) == (9, 4)
    assert len(page.dropped) == 1  # item 4: the site says nothing


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(404), httpx.Response(200, text="<html>")])
def test_a_failure_is_never_taken_for_a_deletion(answer: httpx.Response) -> None:
    with pytest.raises(SourceError):
        source(lambda request: httpx.Response(answer.status_code, content=answer.content)).recheck([stored(1)], NOW)


# -- over a real connection

TOLD = "Northline Air lost the bag again"


def far(number: int, seconds: float, **fields: Any) -> Event:
    return Event(number, author=number % 7, created_at=NOW + timedelta(seconds=seconds), text=TOLD, **fields)


@pytest.fixture
def world() -> World:
    """300 stories, a thread, another submission of its address, and reposts that this site has no notion of."""
    return World(
        [
            *(far(number, -7200 + 9 * number) for number in range(1, 301)),
            far(400, -3600, kind="reply", root=5),
            far(401, -3500, kind="reply", root=5, parent=400),
            far(402, -3400, kind="quote", root=5),
            far(403, -3300, kind="repost", root=5),
        ]
    )


@contextmanager
def online(site: HackerNewsSite, clock: RecordedClock) -> Iterator[HackerNewsSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield HackerNewsSource(Config(**site.settings(base)), http)
        finally:
            http.close()


def test_a_site_is_read_whole_then_followed_and_rechecked(world: World) -> None:
    clock, site = RecordedClock(NOW), HackerNewsSite(world)
    brand = Brand("northline", "Northline Air", names=("Northline Air",))
    with online(site, clock) as reader:
        pages = crawl(reader, brand=brand)
        found = {post.key: post for page in pages for post in page.posts}
        assert set(found) == {site.key_of(event) for event in world.listed(NOW, "post", "reply", "quote")}

        head = found[PostKey("hackernews", "51000005")]
        page = reader.follow_up(head, None, NOW)
        assert page.dropped == ()
        edges = {edge.child.id: edge for edge in page.reposts}
        assert {child: (edge.kind, edge.root.id) for child, edge in edges.items()} == {
            "51000400": ("reply", "51000005"),
            "51000401": ("reply", "51000005"),
            "51000402": ("quote", "51000005"),
        }
        assert edges["51000401"].parent_post == PostKey("hackernews", "51000400")

        world.delete(400, NOW + timedelta(minutes=1))
        clock.wait(timedelta(minutes=2))
        page = reader.recheck([head, found[PostKey("hackernews", "51000400")]], clock.now())
        assert [key.id for key in page.deleted] == ["51000400"]
        assert [post.key for post in page.posts] == [head.key]


def test_what_is_new_or_was_indexed_late_is_found_by_the_next_look(world: World) -> None:
    clock, site = RecordedClock(NOW), HackerNewsSite(world)
    brand = Brand("northline", "Northline Air", names=("Northline Air",))
    with online(site, clock) as reader:
        pages = crawl(reader, brand=brand)
        world.add(far(500, 60))
        world.add(far(501, -1800, visible_at=NOW + timedelta(seconds=100)))
        world.add(far(502, -3900, visible_at=NOW + timedelta(seconds=100)))
        clock.wait(timedelta(minutes=5))
        pages += crawl(reader, pages[-1].state, brand, clock.now())
        found = {post.key for page in pages for post in page.posts}
    assert site.key_of(far(500, 60)) in found
    assert PostKey("hackernews", "51000501") in found
    assert PostKey("hackernews", "51000502") in found


def test_the_search_is_never_asked_more_often_than_it_allows(world: World) -> None:
    clock, site = RecordedClock(NOW), HackerNewsSite(world, limit=2)
    found: set[PostKey] = set()
    cursor: str | None = None
    waits = 0
    with online(site, clock) as reader:
        while not found or cursor:
            try:
                page = reader.fetch(BRAND, None, cursor, clock.now())
            except BudgetSpent as error:
                waits += 1
                clock.wait(error.retry_after or timedelta(0))
                continue
            cursor = page.next_cursor
            found |= {post.key for post in page.posts}
    assert (site.over_limit, waits > 0) == (0, True)
    assert found == {site.key_of(event) for event in world.listed(NOW, "post", "reply", "quote")}


@pytest.mark.parametrize("odd", [None, -1, 2**70, "x", "9" * 5_000, [], {}, True, [None], "\u202e\x00\ud800", 1.5])
def test_wrong_types_in_a_tree_or_an_item_are_errors_or_counted(odd: Any) -> None:
    tree = node(51000003, node(51000009, parent_id=51000003, story_id=51000003), title="Northline", points=88)
    item = {"id": 51000003, "score": 402, "descendants": 77, "type": "story"}
    trees = [{**tree, name: odd} for name in tree]
    trees += [{**tree, "children": [{**tree["children"][0], name: odd}]} for name in tree["children"][0]]
    answers = [site(json.loads(json.dumps({**item, name: odd}))) for name in item]
    answers += [site(tree=one) for one in (odd, *trees) if type(one) is not int]
    for answer in answers:
        page = Page()
        with suppress(SourceError):
            page = source(answer).follow_up(STORY, None, NOW)
        assert all(post.created_at <= NOW for post in page.posts)
        assert all(edge.child != edge.root for edge in page.reposts)
