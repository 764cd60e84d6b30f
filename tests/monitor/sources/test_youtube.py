"""YouTube: counters that are text, comments and their threads, and a quota that must last the day."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey
from monitor.errors import BadPayload, BudgetSpent, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.match import Matcher
from monitor.sources.youtube import Config, YoutubeSource
from monitor.sources.youtube.discovery import queries

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # four in the morning, Pacific time
MIDNIGHT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # the next one there
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), handles=("flynorthline",))
KEY = "AIza-not-a-key"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "youtube"
FULL, OTHERS = (json.loads((FIXTURES / f"{name}.json").read_text()) for name in ("full", "others"))
CELLO = "CELLOsong01"
OWN = "UCnorthline0000000000001"

Answers = Callable[[httpx.Request], httpx.Response]


def source(answer: Answers, clock: RecordedClock | None = None, **config: Any) -> YoutubeSource:
    http = HttpClient(HttpConfig(pace_seconds=0), clock or RecordedClock(NOW), httpx.MockTransport(answer))
    return YoutubeSource(Config(api_key=KEY, **config), http)


def error(status: int, reason: str, message: str = "...", **headers: str) -> httpx.Response:
    told = {"code": status, "message": message, "errors": [{"message": message, "domain": "youtube", "reason": reason}]}
    return httpx.Response(status, json={"error": told}, headers=headers)


class Api:
    """Answers by the last part of the path; remembers what was asked. An answer that is a function is called."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"videos": OTHERS["/videos?"], "channels": OTHERS["/channels?"], **answers}
        self.asked: list[tuple[str, httpx.QueryParams]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind, params = request.url.path.rpartition("/")[2], request.url.params
        self.asked.append((kind, params))
        told = self.answers.get(kind, {"items": []})
        told = told(params) if callable(told) else told
        return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)

    def of(self, kind: str) -> list[httpx.QueryParams]:
        return [params for asked, params in self.asked if asked == kind]


def crawl(
    searched: YoutubeSource, state: str | None = None, brand: Brand = BRAND, now: datetime = NOW, most: int = 20
) -> list[Page]:
    pages = [searched.fetch(brand, state, None, now)]
    while (cursor := pages[-1].next_cursor) is not None:
        assert len(pages) < most, "the walk does not end"
        pages.append(searched.fetch(brand, state, cursor, now))
    return pages


def posts(pages: list[Page]) -> dict[str, Post]:
    return {post.key.id: post for page in pages for post in page.posts}


def result(number: int, minutes: float = -60) -> dict[str, Any]:
    return {
        "id": {"kind": "youtube#video", "videoId": f"video{number:06d}"},
        "snippet": {
            "publishedAt": stamp(minutes),
            "channelId": "UCmira0000000000000000001",
            "title": f"Northline Air {number}",
        },
    }


def as_videos(params: httpx.QueryParams) -> dict[str, Any]:
    """All that is asked for, as videos."""
    items = [{**result(int(one[5:])), "id": one, "statistics": {"viewCount": "7"}} for one in params["id"].split(",")]
    return {"items": items}


def stamp(minutes: float) -> str:
    return f"{NOW + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def said(name: str, minutes: float = -30, **fields: Any) -> dict[str, Any]:
    snippet = {
        "videoId": CELLO,
        "textDisplay": f"says {name}",
        "textOriginal": f"says {name}",
        "authorDisplayName": f"@by{name.rpartition('.')[2]}",
        "authorChannelId": {"value": f"UCby{name.rpartition('.')[2]}"},
        "likeCount": 3,
        "publishedAt": stamp(minutes),
        "updatedAt": stamp(minutes),
        **fields,
    }
    return {"kind": "youtube#comment", "id": name, "snippet": snippet}


def thread(name: str, *replies: dict[str, Any], total: int | None = None, **fields: Any) -> dict[str, Any]:
    shown = {"replies": {"comments": list(replies)}} if replies else {}
    count = len(replies) if total is None else total
    snippet = {"videoId": CELLO, "topLevelComment": said(name, **fields), "totalReplyCount": count}
    return {"kind": "youtube#commentThread", "id": name, "snippet": snippet, **shown}


# -- finding videos


def test_a_video_comes_with_its_whole_text_its_counters_and_its_channel() -> None:
    page = source(Api(search=FULL)).fetch(BRAND, None, None, NOW)
    cello = posts([page])[CELLO]
    assert cello.text == "Northline Air & my cello\n\nIt flew out whole and came back in two pieces.\nNobody answers."
    assert (cello.url, cello.language) == (f"https://www.youtube.com/watch?v={CELLO}", "en")
    assert cello.metrics is not None
    assert (cello.metrics.views, cello.metrics.likes, cello.metrics.replies, cello.metrics.reposts) == (
        41200,
        2310,
        187,
        None,
    )
    mira = next(account for account in page.accounts if account.key == cello.author)
    assert (mira.handle, mira.display_name, mira.followers) == ("miraplays", "Mira plays", 18400)


def test_hidden_counters_are_unknown_and_zero_is_zero() -> None:
    page = source(Api(search=FULL)).fetch(BRAND, None, None, NOW)
    gate = posts([page])["GATE-b22_ok"].metrics
    assert gate is not None
    assert (gate.views, gate.likes, gate.replies) == (12, None, None)
    teo = next(account for account in page.accounts if account.handle == "teo.k")
    assert teo.followers is None  # hidden, although the site writes a figure


def test_a_video_taken_back_since_it_was_indexed_is_not_stored_and_a_channel_is_no_video() -> None:
    page = source(Api(search=FULL)).fetch(BRAND, None, None, NOW)
    assert set(posts([page])) == {CELLO, "GATE-b22_ok"}
    assert [drop.where for drop in page.dropped] == ["results[3]"]


@pytest.mark.parametrize("broken", [httpx.Response(500), {"items": [{"id": 3}]}])
def test_without_counters_a_video_is_kept_as_the_search_tells_of_it(broken: Any) -> None:
    page = source(Api(search=FULL, videos=broken)).fetch(BRAND, None, None, NOW)
    cello = posts([page])[CELLO]
    assert cello.text.startswith("Northline Air & my cello")  # the search escapes it
    assert cello.metrics is None
    assert len(page.dropped) == 2


def test_all_terms_are_one_search_unless_it_becomes_too_long() -> None:
    brand = Brand("n", "N", names=("Northline Air", 'North"line|x'), hashtags=("northline",))
    assert list(queries(brand)) == ['"Northline Air"|"North line x"|"#northline"']
    many = Brand("n", "N", names=tuple(f"Northline Subsidiary {n}" for n in range(60)))
    assert all(len(query) <= 400 for query in queries(many))
    assert sum(query.count("Subsidiary") for query in queries(many)) == 60


def test_the_next_look_goes_back_an_hour_behind_the_newest_for_videos_indexed_late() -> None:
    api = Api(search={"items": [result(1, minutes=-120)]}, videos=as_videos)
    searched = source(api)
    state = crawl(searched)[-1].state
    crawl(searched, state, now=NOW + timedelta(hours=1))
    first, second = api.of("search")
    assert (first["publishedAfter"], first["publishedBefore"]) == (stamp(-25 * 60), "2026-03-02T12:00:01Z")
    assert (second["publishedAfter"], second["publishedBefore"]) == (stamp(-180), "2026-03-02T13:00:01Z")


def paged(*pages: list[dict[str, Any]], last_token: str | None = None) -> Callable[[httpx.QueryParams], Any]:
    """Pages whose tokens are their numbers."""

    def answer(params: httpx.QueryParams) -> Any:
        number = int(params.get("pageToken", "0"))
        token = str(number + 1) if number + 1 < len(pages) else last_token
        return {"items": pages[number] if number < len(pages) else [], **({"nextPageToken": token} if token else {})}

    return answer


def test_every_page_of_a_search_is_read() -> None:
    pages = [[result(10 * page + n, -page) for n in range(3)] for page in range(4)]
    api = Api(search=paged(*pages), videos=as_videos)
    assert len(posts(crawl(source(api)))) == 12


@pytest.mark.parametrize("last_token", ["1", "7"])
def test_a_token_on_the_last_page_does_not_make_a_circle(last_token: str) -> None:
    """Once the token of the very page that was asked for, once one that leads to empty pages for ever."""
    api = Api(search=paged([result(1)], [result(2)], last_token=last_token), videos=as_videos)
    assert len(posts(crawl(source(api), most=5))) == 2


def test_an_estimated_number_of_results_is_not_believed() -> None:
    told = {"items": [result(1)], "pageInfo": {"totalResults": 1_000_000}}
    assert len(crawl(source(Api(search=told, videos=as_videos)))) == 1


def test_a_walk_that_rests_for_days_passes_over_nothing_that_came_meanwhile() -> None:
    found = [result(1, -60)]
    api = Api(search=paged([result(2, -90)], found), videos=as_videos)
    searched = source(api, searches_per_day=1000)
    first = searched.fetch(BRAND, None, None, NOW)
    later = NOW + timedelta(days=3)
    found.append(result(3, minutes=3 * 1440 - 5))  # newer than the walk, and told to it all the same
    last = searched.fetch(BRAND, None, first.next_cursor, later)
    assert last.state is not None
    searched.fetch(BRAND, last.state, None, later)
    assert api.of("search")[-1]["publishedAfter"] == stamp(-120)


@pytest.mark.parametrize(
    "cursor", ["nonsense", "{}", "[1]", '{"v":1}', '{"v":1,"plan":0,"since":{"videos":"x"},"newest":{}}']
)
def test_a_cursor_that_cannot_be_read_is_a_bad_payload(cursor: str) -> None:
    with pytest.raises(BadPayload):
        source(Api()).fetch(BRAND, None, cursor, NOW)


def test_a_walk_is_not_gone_on_with_after_what_is_asked_for_has_changed() -> None:
    """Its place is counted in steps: with another channel before them, one search would be passed over."""
    cursor = source(Api(search=paged([result(1)], [result(2)]))).fetch(BRAND, None, None, NOW).next_cursor
    with pytest.raises(BadPayload):
        source(Api(), channels={"northline": (OWN,)}).fetch(BRAND, None, cursor, NOW)


# -- comments below the brand's own videos


def own(*pages: list[dict[str, Any]], **answers: Any) -> Api:
    video = {
        "id": CELLO,
        "snippet": {"publishedAt": stamp(-600), "channelId": OWN, "title": "Our new lounge"},
        "statistics": {},
    }
    home = {"id": OWN, "snippet": {"title": "Northline", "customUrl": "@flynorthline"}, "statistics": {}}
    return Api(
        **{
            "commentThreads": paged(*pages),
            "videos": {"items": [video]},
            "channels": {"items": [home]},
            "search": {"items": []},
            **answers,
        }
    )


def test_comments_below_a_channel_of_the_brand_are_read_with_the_videos_they_belong_to() -> None:
    reply = said("UgwA.b", parentId="UgwA")
    api = own([thread("UgwA", reply)])
    pages = crawl(source(api, channels={"northline": (OWN,), "other": ("UCothers000000000001",)}))
    found = posts(pages)
    assert set(found) == {CELLO, "UgwA", "UgwA.b"}
    edges = {edge.child.id: edge for page in pages for edge in page.reposts}
    assert {edge.root.id for edge in edges.values()} == {CELLO}
    assert (edges["UgwA"].parent, edges["UgwA"].parent_post) == (AccountKey("youtube", OWN), PostKey("youtube", CELLO))
    assert (edges["UgwA.b"].parent, edges["UgwA.b"].parent_post) == (
        AccountKey("youtube", "UCbyUgwA"),
        PostKey("youtube", "UgwA"),
    )
    assert {(edge.kind, edge.evidence, edge.confidence) for edge in edges.values()} == {("reply", "reply", 1.0)}
    assert [params["allThreadsRelatedToChannelId"] for params in api.of("commentThreads")] == [OWN]


def test_a_video_of_the_brand_need_not_name_it_to_be_about_it() -> None:
    (lounge,) = [
        post
        for key, post in posts(crawl(source(own([thread("UgwA")]), channels={"northline": (OWN,)}))).items()
        if key == CELLO
    ]
    assert "Northline" not in lounge.text
    assert [match.term for match in Matcher([BRAND]).match(lounge.text, lounge.links)] == ["flynorthline"]


def test_comments_are_read_down_to_those_known_and_a_little_further() -> None:
    pages = [[thread(f"Ugw{page}{n}", minutes=-60 * page - n) for n in range(3)] for page in range(10)]
    api = own(*pages)
    searched = source(api, channels={"northline": (OWN,)}, lookback_hours=3)
    state = crawl(searched)[-1].state
    assert len(api.of("commentThreads")) == 5  # three hours, and one more of overlap
    api.asked.clear()
    crawl(searched, state, now=NOW + timedelta(minutes=5))
    assert len(api.of("commentThreads")) == 2


@pytest.mark.parametrize("reason", [error(403, "commentsDisabled"), error(404, "channelNotFound")])
def test_a_channel_without_comments_does_not_stop_the_searches(reason: httpx.Response) -> None:
    api = own(commentThreads=reason, search={"items": [result(1)]}, videos=as_videos)
    pages = crawl(source(api, channels={"northline": (OWN,)}))
    assert "video000001" in posts(pages)
    assert sum(len(page.dropped) for page in pages) == 1


def test_a_channel_is_named_by_its_id() -> None:
    with pytest.raises(ValueError, match="channels"):
        Config(api_key=KEY, channels={"northline": ("@flynorthline",)})


# -- returning to a video


def followed(api: Api, state: str | None = None, now: datetime = NOW, **config: Any) -> Page:
    cello = posts([source(Api(search=FULL)).fetch(BRAND, None, None, NOW)])[CELLO]
    return source(api, RecordedClock(now), **config).follow_up(cello, state, now)


def counted(comments: int | None) -> dict[str, Any]:
    listed = json.loads(json.dumps(OTHERS["/videos?"]))
    listed["items"][0]["statistics"]["commentCount"] = None if comments is None else str(comments)
    return listed


def test_a_return_brings_the_counters_and_the_comments_with_their_replies() -> None:
    sample = [said(f"UgwA.r{n}", parentId="UgwA") for n in range(2)]
    every = [said(f"UgwA.r{n}", parentId="UgwA") for n in range(7)]
    api = Api(commentThreads={"items": [thread("UgwA", *sample, total=7), thread("UgwB")]}, comments={"items": every})
    page = followed(api)
    found = posts([page])
    assert set(found) == {CELLO, "UgwA", "UgwB", *(f"UgwA.r{n}" for n in range(7))}
    assert found[CELLO].metrics is not None
    assert found[CELLO].metrics.views == 41200
    assert found["UgwA"].metrics is not None
    assert (found["UgwA"].metrics.likes, found["UgwA"].metrics.replies, found["UgwA"].metrics.views) == (3, 7, None)
    assert found["UgwA"].url == f"https://www.youtube.com/watch?v={CELLO}&lc=UgwA"
    assert len({edge.child for edge in page.reposts}) == len(page.reposts) == 9
    assert [params["parentId"] for params in api.of("comments")] == ["UgwA"]


def test_counters_are_a_series_one_for_each_return() -> None:
    first = followed(Api(videos=counted(5)))
    later = NOW + timedelta(minutes=10)
    second = followed(Api(videos=counted(9)), first.state, later)
    assert [
        (page.posts[0].metrics.at, page.posts[0].metrics.replies) for page in (first, second) if page.posts[0].metrics
    ] == [
        (NOW, 5),
        (later, 9),
    ]


def test_comments_are_not_asked_for_where_their_number_has_not_changed() -> None:
    state = followed(Api(commentThreads={"items": [thread("UgwA")]}, videos=counted(1))).state
    api = Api(videos=counted(1))
    page = followed(api, state, NOW + timedelta(minutes=30))
    assert [kind for kind, _ in api.asked] == ["videos"]
    assert page.posts[0].metrics is not None


def test_a_number_of_comments_that_lies_hides_them_for_some_hours_at_most() -> None:
    state = followed(Api(videos=counted(1))).state
    page = followed(Api(videos=counted(1), commentThreads={"items": [thread("UgwA")]}), state, NOW + timedelta(hours=7))
    assert "UgwA" in posts([page])


def test_only_new_threads_are_read_again_and_only_replies_that_became_more() -> None:
    old = [[thread(f"Ugw{page}{n}", minutes=-60 - page - n, total=9) for n in range(3)] for page in range(4)]
    first = followed(Api(commentThreads=paged(*old), comments={"items": []}), reply_requests=50)
    fresh = [thread("UgwNEW", minutes=5, total=0), thread("Ugw00", minutes=-60, total=10), *old[0][1:]]
    api = Api(commentThreads=paged(fresh, *old[1:]), comments={"items": []}, videos=counted(200))
    followed(api, first.state, NOW + timedelta(minutes=10), reply_requests=50)
    assert len(api.of("commentThreads")) == 1
    assert [params["parentId"] for params in api.of("comments")] == ["Ugw00"]


def test_replies_left_over_are_read_by_the_next_return() -> None:
    threads = {"items": [thread(f"Ugw{n}", total=9) for n in range(5)]}
    first = Api(commentThreads=threads, comments={"items": []})
    state = followed(first, reply_requests=3).state
    second = Api(commentThreads=threads, comments={"items": []})
    followed(second, state, NOW + timedelta(minutes=10), reply_requests=3)
    assert [params["parentId"] for params in (*first.of("comments"), *second.of("comments"))] == [
        f"Ugw{n}" for n in range(5)
    ]


def test_a_thread_of_more_replies_than_are_read_is_counted() -> None:
    every = paged(*([said(f"UgwA.r{page}", parentId="UgwA")] for page in range(9)))
    page = followed(Api(commentThreads={"items": [thread("UgwA", total=900)]}, comments=every))
    assert [drop.reason for drop in page.dropped] == ["those beyond 5 to one comment"]


def test_more_comments_than_may_be_read_are_counted() -> None:
    pages = paged(*([thread(f"Ugw{n}")] for n in range(9)))
    page = followed(Api(commentThreads=pages), comment_pages=3)
    assert [drop.reason for drop in page.dropped] == ["those beyond the newest 3 threads"]


def test_a_video_without_comments_is_no_failure() -> None:
    page = followed(Api(commentThreads=error(403, "commentsDisabled")))
    assert (len(page.posts), page.dropped) == (1, ())


@pytest.mark.parametrize("failure", [httpx.Response(500), error(404, "videoNotFound"), error(403, "forbidden")])
def test_comments_that_cannot_be_had_are_counted_and_the_counters_kept(failure: httpx.Response) -> None:
    page = followed(Api(commentThreads=failure))
    assert page.posts[0].metrics is not None
    assert len(page.dropped) == 1


def test_a_video_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        followed(Api(videos={"items": []}))


def test_a_changed_text_is_an_edit_noticed_now() -> None:
    listed = counted(1)
    listed["items"][0]["snippet"]["title"] = "Northline Air has paid"
    page = followed(Api(videos=listed))
    assert page.posts[0].text.startswith("Northline Air has paid")
    assert page.posts[0].edited_at == NOW
    assert followed(Api()).posts[0].edited_at is None


def test_an_edited_comment_says_when() -> None:
    page = followed(Api(commentThreads={"items": [thread("UgwA", updatedAt=stamp(-10)), thread("UgwB")]}))
    found = posts([page])
    assert found["UgwA"].edited_at == NOW - timedelta(minutes=10)
    assert found["UgwB"].edited_at is None


def test_a_comment_that_cannot_be_read_is_dropped_alone_and_its_replies_are_kept() -> None:
    reply = said("UgwA.b", parentId="UgwA")
    page = followed(Api(commentThreads={"items": [thread("UgwA", reply, authorChannelId=None), 7, thread("UgwC")]}))
    assert set(posts([page])) == {CELLO, "UgwA.b", "UgwC"}
    (edge,) = [edge for edge in page.reposts if edge.child.id == "UgwA.b"]
    assert (edge.parent, edge.parent_post) == (None, PostKey("youtube", "UgwA"))
    assert len(page.dropped) == 2


def comment_post(name: str) -> Post:
    return posts([followed(Api(commentThreads={"items": [thread(name)]}))])[name]


def test_returning_to_a_comment_brings_its_likes_and_replies() -> None:
    def answer(params: httpx.QueryParams) -> Any:
        if "id" in params:
            return {"items": [said("UgwA", likeCount=44)]}
        return {"items": [said("UgwA.b", parentId="UgwA")]}

    page = source(Api(comments=answer)).follow_up(comment_post("UgwA"), None, NOW)
    found = posts([page])
    assert found["UgwA"].metrics is not None
    assert found["UgwA"].metrics.likes == 44
    assert [(edge.child.id, edge.root.id) for edge in page.reposts] == [("UgwA.b", CELLO)]
    with pytest.raises(NotFound):
        source(Api(comments={"items": []})).follow_up(comment_post("UgwA"), None, NOW)


# -- rechecking


def test_a_recheck_asks_for_fifty_at_once_and_what_is_absent_is_gone() -> None:
    known = posts(crawl(source(Api(search={"items": [result(n) for n in range(50)]}, videos=as_videos))))
    more = posts(crawl(source(Api(search={"items": [result(n) for n in range(50, 70)]}, videos=as_videos))))

    def without_seven(params: httpx.QueryParams) -> Any:
        return {"items": [item for item in as_videos(params)["items"] if item["id"] != "video000007"]}

    api = Api(videos=without_seven, comments={"items": [said("UgwA", likeCount=9, updatedAt=stamp(-1))]})
    stored = [*known.values(), *more.values(), comment_post("UgwA"), comment_post("UgwB")]
    page = source(api).recheck(stored, NOW)
    assert [key.id for key in page.deleted] == ["video000007", "UgwB"]
    assert len(page.posts) == 70
    assert posts([page])["UgwA"].edited_at == NOW - timedelta(minutes=1)
    assert [len(params["id"].split(",")) for params in api.of("videos")] == [50, 20]
    assert [params["id"] for params in api.of("comments")] == ["UgwA,UgwB"]


@pytest.mark.parametrize("failing", ["videos", "comments"])
def test_a_recheck_of_which_a_part_fails_says_nothing(failing: str) -> None:
    stored = [*posts(crawl(source(Api(search=FULL)))).values(), comment_post("UgwA")]
    with pytest.raises(Unreachable):
        source(Api(**{failing: httpx.Response(503)})).recheck(stored, NOW)


@pytest.mark.parametrize("odd", [{"id": "UgwA"}, {}, {"id": "UgwX"}, 7, {"id": "UgwA", "snippet": {}}])
def test_an_entry_that_cannot_be_read_is_never_taken_for_a_deletion(odd: Any) -> None:
    page = source(Api(comments={"items": [odd]})).recheck([comment_post("UgwA")], NOW)
    assert page.deleted == ()
    assert len(page.dropped) == 1


# -- the quota


def test_the_searches_of_a_day_are_spread_over_it() -> None:
    """An hour takes a twenty-fourth, or the whole would be gone before the morning."""
    clock = RecordedClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))  # midnight there
    api = Api(search={"items": []})
    searched = source(api, clock)
    by_hour = []
    while clock.now() < MIDNIGHT:
        try:
            searched.fetch(BRAND, None, None, clock.now())
        except BudgetSpent as error:
            clock.wait(error.retry_after or timedelta(0))
        by_hour.append(clock.now().hour)
    asked = len(api.of("search"))
    assert 90 <= asked <= 100
    assert max(by_hour.count(hour) for hour in range(24)) <= 12  # tries, not searches


def test_no_more_than_an_hours_share_is_searched_at_once() -> None:
    api = Api(search={"items": []})
    searched = source(api)
    for _ in range(5):
        searched.fetch(BRAND, None, None, NOW)
    with pytest.raises(BudgetSpent) as raised:
        searched.fetch(BRAND, None, None, NOW)
    assert raised.value.retry_after is not None
    assert timedelta(minutes=60) < raised.value.retry_after < timedelta(minutes=75)
    assert len(api.of("search")) == 5


def test_few_searches_a_day_are_one_at_a_time() -> None:
    searched = source(Api(search={"items": []}), searches_per_day=4)
    searched.fetch(BRAND, None, None, NOW)
    with pytest.raises(BudgetSpent) as raised:
        searched.fetch(BRAND, None, None, NOW)
    assert raised.value.retry_after is not None
    assert timedelta(hours=6) <= raised.value.retry_after < timedelta(hours=7)


def test_searches_and_units_are_counted_apart() -> None:
    clock = RecordedClock(NOW)
    http = HttpClient(HttpConfig(pace_seconds=0), clock, httpx.MockTransport(Api(search=FULL)))
    searched = YoutubeSource(Config(api_key=KEY), http)
    searched.fetch(BRAND, None, None, NOW)
    assert {each.name: http.ledger.left(each) for each in searched.allowances} == {
        "youtube.search": 99,
        "youtube.units": 9998,
    }


def test_units_that_are_spent_do_not_waste_what_a_search_has_found() -> None:
    page = source(Api(search=FULL), units_per_day=1).fetch(BRAND, None, None, NOW)
    assert CELLO in posts([page])
    again = source(Api(search=FULL), units_per_day=1)
    again.fetch(BRAND, None, None, NOW)
    assert CELLO in posts([again.fetch(BRAND, None, None, NOW)])


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
def test_a_quota_that_others_have_used_up_is_spent_until_midnight_pacific(reason: str) -> None:
    api = Api(search=error(403, reason))
    searched = source(api)
    for _ in range(3):
        with pytest.raises(BudgetSpent) as raised:
            searched.fetch(BRAND, None, None, NOW)
        assert raised.value.retry_after == MIDNIGHT - NOW
    assert len(api.of("search")) == 1


def test_a_day_in_which_the_clocks_change_ends_at_midnight_too() -> None:
    before_change = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)  # one in the morning of the day that has 23 hours
    searched = source(Api(search=error(403, "quotaExceeded")), RecordedClock(before_change))
    with pytest.raises(BudgetSpent) as raised:
        searched.fetch(BRAND, None, None, before_change)
    assert raised.value.retry_after == timedelta(hours=22)


# -- errors


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, "badRequest", "API key not valid. Please pass a valid API key."), Unauthorised),
        (error(400, "keyInvalid"), Unauthorised),
        (error(403, "rateLimitExceeded"), RateLimited),
        (error(400, "invalidPageToken"), BadPayload),
    ],
)
def test_a_reason_decides_what_an_error_means(answer: httpx.Response, kind: type[SourceError]) -> None:
    with pytest.raises(kind) as raised:
        source(Api(search=answer)).fetch(BRAND, None, None, NOW)
    assert not isinstance(raised.value, BudgetSpent)


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 429, 500])
def test_the_key_stands_in_no_error(status: int) -> None:
    echo = f"<html>the key {KEY}\nwas refused</html>"
    answer = httpx.Response(
        status, text=echo, headers={"location": f"http://[::bad?key={KEY}"} if status == 302 else {}
    )
    with pytest.raises(SourceError) as raised:
        source(Api(search=answer)).fetch(BRAND, None, None, NOW)
    chain: BaseException | None = raised.value
    while chain is not None:
        assert KEY not in str(chain)
        chain = chain.__cause__
    assert KEY not in repr(Config(api_key=KEY))


def test_a_missing_key_names_the_page_where_one_gets_it() -> None:
    with pytest.raises(ValueError, match=r"api_key is missing: get one at https://console\.cloud\.google\.com/"):
        Config()


# -- whatever the site sends

ODD = (None, -1, 2**70, "9" * 5_000, [None], {"id": []}, "\u202e\x00\ud800", "../../x,y")


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside ``value``."""
    if way:
        yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*way, key))


def changed(body: Any) -> Iterator[Any]:
    """``body`` with one thing in it replaced by something of another kind."""
    for way in places(body):
        for odd in ODD:
            copy = json.loads(json.dumps(body))
            place = copy
            for key in way[:-1]:
                place = place[key]
            place[way[-1]] = odd
            yield copy


@pytest.mark.parametrize("kind", ["videos", "commentThreads", "comments", "channels"])
def test_wrong_types_are_errors_or_counted_and_never_break_a_return_or_a_recheck(kind: str) -> None:
    reply = said("UgwA.b", parentId="UgwA")
    whole = {
        "videos": {"items": OTHERS["/videos?"]["items"][:1]},
        "commentThreads": {"items": [thread("UgwA", reply, total=9)], "nextPageToken": "2"},
        "comments": {"items": [said("UgwA"), reply]},
        "channels": {"items": OTHERS["/channels?"]["items"][:1]},
    }
    stored = [posts([followed(Api())])[CELLO], comment_post("UgwA")]
    for body in changed(whole[kind]):
        told = httpx.Response(200, text=json.dumps(body))
        api = Api(**{**whole, kind: told}, search=FULL)
        for act in (
            lambda api=api: source(api, channels={"northline": (OWN,)}).fetch(BRAND, None, None, NOW),
            lambda api=api: source(api).follow_up(stored[0], None, NOW),
            lambda api=api: source(api).follow_up(stored[1], None, NOW),
            lambda api=api: source(api).recheck(stored, NOW),
        ):
            page = Page()
            with suppress(SourceError):
                page = act()
            assert all(post.created_at <= NOW and post.key.id.isprintable() for post in page.posts)
            assert all(edge.child != edge.root for edge in page.reposts)


@pytest.mark.parametrize(
    "state", ["", "nonsense", "[]", '{"v":1}', '{"v":1,"at":"x","replies":[3]}', '{"v":2}', "null"]
)
def test_a_state_that_cannot_be_read_costs_one_whole_reading(state: str) -> None:
    page = followed(Api(commentThreads={"items": [thread("UgwA")]}, videos=counted(1)), state)
    assert "UgwA" in posts([page])
