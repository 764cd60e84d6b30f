"""Bluesky's search: every trap of its pages, what a walk remembers, and how differently servers read a query."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from monitor.domain import Brand, Gap, Page
from monitor.errors import BadPayload, Unauthorised, Unreachable
from monitor.sources.bluesky import BlueskySource
from tests.monitor.sources.bluesky_answers import BRAND, NINE, NOW, bluesky, did, error, ms, view

WORD = Brand("northline", "Northline", names=("northline",))  # one word, one way to write it less


def known(minutes: float, term: str = "Northline Air") -> str:
    """The state after a walk that came up to some minutes after nine."""
    return json.dumps({"v": 2, "terms": {term: ms(minutes)}, "swept": int(NOW.timestamp() * 1000)})


def known_of(page: Page) -> dict[str, int]:
    """What a page's state says is known of each term."""
    assert page.state is not None
    return dict(json.loads(page.state)["terms"])


class Search:
    """Answers searches by ``pages`` (what follows a cursor), or by what ``finds`` says; profiles are not to be had."""

    def __init__(
        self, pages: dict[str, Any] | None = None, finds: Callable[[httpx.QueryParams], Any] | None = None
    ) -> None:
        self.pages = pages or {}
        self.finds = finds
        self.asked: list[httpx.QueryParams] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "searchPosts" not in request.url.path:
            return httpx.Response(403)
        params = request.url.params
        self.asked.append(params)
        found = self.finds(params) if self.finds else self.pages.get(params.get("cursor", ""), {"posts": []})
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)


def walk(
    source: BlueskySource, state: str | None, brand: Brand = BRAND, now: datetime = NOW, cursor: str | None = None
) -> list[Page]:
    """All pages of one walk."""
    pages: list[Page] = []
    while not pages or cursor is not None:
        assert len(pages) < 40, "the walk never ends"
        pages.append(source.fetch(brand, state, cursor, now))
        cursor = pages[-1].next_cursor
    return pages


def names(pages: list[Page]) -> list[str]:
    """Who wrote the posts of ``pages``, each once."""
    found = [post.author.id.removeprefix("did:plc:") for page in pages for post in page.posts]
    return list(dict.fromkeys(found))


def spoken(name: str, minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """A post that holds the brand's name in capitals: proof of a server that ignores case."""
    return view(name, minutes, record={"text": f"NORTHLINE AIR, says {name}", **fields.pop("record", {})}, **fields)


# -- walking by cursor


def test_the_search_walks_by_cursor_from_the_watermark() -> None:
    search = Search({"": {"posts": [spoken("ana", 30)], "cursor": "c1"}, "c1": {"posts": [spoken("bo", 10)]}})
    pages = walk(bluesky(search, overlap_minutes=5), known(10))
    assert names(pages) == ["ana", "bo"]
    assert [account.handle for page in pages for account in page.accounts] == ["ana.example", "bo.example"]
    assert known_of(pages[-1]) == {"Northline Air": ms(30)}
    asked = {"q": '"Northline Air"', "sort": "latest", "since": "2026-03-02T09:05:00.000Z", "limit": "100"}
    assert [dict(params) for params in search.asked] == [asked, {**asked, "cursor": "c1"}]


def test_each_page_can_be_asked_for_by_another_process() -> None:
    search = Search(
        {
            "": {"posts": [spoken("ana", 30)], "cursor": "c1"},
            "c1": {"posts": [spoken("bo", 20)], "cursor": "c2"},
            "c2": {"posts": [spoken("cy", 10)]},
        }
    )
    found, cursor, state = [], None, known(0)
    for _ in range(20):
        page = bluesky(search).fetch(BRAND, state, cursor, NOW)
        found.append(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert names(found) == ["ana", "bo", "cy"]
    assert known_of(found[-1]) == {"Northline Air": ms(30)}


def test_a_short_page_is_not_the_last() -> None:
    search = Search(
        {
            "": {"posts": [spoken("ana", 30)], "cursor": "c1"},
            "c1": {"posts": [], "cursor": "c2"},
            "c2": {"posts": [], "cursor": "c3"},
            "c3": {"posts": [spoken("bo", 10)], "cursor": "c4"},
        }
    )
    assert names(walk(bluesky(search), known(0))) == ["ana", "bo"]
    assert [params.get("cursor") for params in search.asked] == [None, "c1", "c2", "c3", "c4"]


NUMBERS = count()
ENDLESS = {
    "the same cursor on every page": lambda cursor: {"posts": [spoken(f"u{next(NUMBERS)}", 5)], "cursor": "same"},
    "the last page again and again": lambda cursor: {"posts": [spoken("ana", 5)], "cursor": f"c{cursor}"},
    "two pages by turns": lambda cursor: {"posts": [spoken("ab"[len(cursor) % 2], 5)], "cursor": f"c{cursor}"},
    "empty pages": lambda cursor: {"posts": [], "cursor": f"c{cursor}"},
    "ever older posts": lambda cursor: {"posts": [spoken(f"u{next(NUMBERS)}", -900)], "cursor": f"c{cursor}"},
}


@pytest.mark.parametrize("trap", ENDLESS)
def test_a_search_that_would_go_on_for_ever_ends(trap: str) -> None:
    search = Search(finds=lambda params: ENDLESS[trap](params.get("cursor", "")))
    pages = walk(bluesky(search), known(0, "northline"), WORD)
    assert len(pages) < 12
    assert pages[-1].state is not None


def test_a_service_that_ignores_since_is_filtered_here() -> None:
    search = Search({"": {"posts": [spoken("ana", 30), spoken("old", -30)], "cursor": "c1"}})
    assert names(walk(bluesky(search), known(0))) == ["ana"]


@pytest.mark.parametrize("status", [401, 403])
def test_without_a_login_a_refused_search_says_what_to_set(status: int) -> None:
    with pytest.raises(Unauthorised, match="app password"):
        bluesky(lambda request: httpx.Response(status, text="<html>")).fetch(BRAND, None, None, NOW)


# -- times that cannot be trusted


def test_a_backdated_post_among_newer_ones_is_kept_and_moves_nothing() -> None:
    posts = [spoken("late", -3000), spoken("ana", 30), spoken("later", -2000), spoken("bo", 10), spoken("old", -40)]
    pages = walk(bluesky(Search({"": {"posts": posts}})), known(0))
    assert names(pages) == ["late", "ana", "later", "bo"]
    assert known_of(pages[-1]) == {"Northline Air": ms(30)}


def test_a_time_that_lies_ahead_is_ours_and_does_not_move_the_watermark() -> None:
    ahead = spoken("ahead", record={"createdAt": "2031-01-01T00:00:00Z"})
    pages = walk(bluesky(Search({"": {"posts": [ahead, spoken("ana", 30)]}})), known(0))
    assert [post.created_at for post in pages[0].posts] == [NOW, NINE + timedelta(minutes=30)]
    assert known_of(pages[-1]) == {"Northline Air": ms(30)}


def test_a_watermark_ahead_of_our_clock_hides_nothing() -> None:
    search = Search({"": {"posts": [spoken("ana", 170)]}})
    walk(bluesky(search, overlap_minutes=10), known(60 * 24 * 30))
    assert search.asked[0]["since"] == "2026-03-02T11:50:00.000Z"


def test_posts_that_came_while_a_walk_was_cut_off_are_found_by_the_next() -> None:
    """Term one is read at noon, term two an hour later: its newer posts say nothing of term one."""
    posts = {"northline": [view("ana", 170, record={"text": "northline"})], "seaway": []}
    broken = {"seaway"}

    def finds(params: httpx.QueryParams) -> Any:
        if params["q"] in broken:
            return error(502, "UpstreamFailure")
        since = datetime.fromisoformat(params["since"])
        there = posts[params["q"].casefold()]
        return {"posts": [one for one in there if datetime.fromisoformat(one["record"]["createdAt"]) >= since]}

    brand = Brand("northline", "Northline", names=("northline", "seaway"))
    first = bluesky(Search(finds=finds)).fetch(brand, None, None, NOW)
    assert names([first]) == ["ana"], "what comes before a failure is not lost"
    broken.clear()
    posts["northline"].insert(0, view("bo", 190, record={"text": "northline again"}))
    posts["seaway"].append(view("cy", 235, record={"text": "seaway"}))
    hour_later = NOW + timedelta(hours=1)
    rest = walk(bluesky(Search(finds=finds)), None, brand, hour_later, first.next_cursor)
    assert names(rest) == ["cy"]
    assert known_of(rest[-1]) == {"northline": ms(170), "seaway": ms(235)}
    assert "bo" in names(walk(bluesky(Search(finds=finds)), rest[-1].state, brand, hour_later))


def test_a_term_that_is_new_is_looked_for_as_far_back_as_at_first() -> None:
    search = Search()
    walk(bluesky(search), known(170), Brand("northline", "Northline", names=("Northline Air", "seaway")))
    since = {params["q"].casefold().strip('"'): params["since"] for params in search.asked}
    assert since == {"northline air": "2026-03-02T11:40:00.000Z", "seaway": "2026-03-01T11:50:00.000Z"}


def test_a_quiet_term_is_known_up_to_where_it_was_looked_for() -> None:
    state = walk(bluesky(Search()), None)[-1].state
    search = Search()
    walk(bluesky(search, sweep_hours=0), state, now=NOW + timedelta(days=3))
    assert search.asked[0]["since"] == "2026-03-01T11:50:00.000Z"


def test_every_few_hours_a_walk_goes_back_over_everything_for_what_was_indexed_late() -> None:
    source, search = None, Search({"": {"posts": [spoken("ana", 170)]}})
    state, asked = None, []
    for hours in (0, 1, 2, 6, 7):
        source = bluesky(search, sweep_hours=6, lookback_hours=24, overlap_minutes=10)
        state = walk(source, state, now=NOW + timedelta(hours=hours))[-1].state
        asked.append(search.asked[-1]["since"][5:16])
    assert asked == ["03-01T11:50", "03-02T11:40", "03-02T11:40", "03-01T18:00", "03-02T11:40"]


def test_the_state_of_an_earlier_version_is_understood() -> None:
    search = Search()
    walk(bluesky(search, sweep_hours=0), "2026-03-02T09:30:00+00:00")
    assert search.asked[0]["since"] == "2026-03-02T09:20:00.000Z"


# -- cursors that the site does not take


def test_a_cursor_answered_with_500_starts_the_term_anew_once() -> None:
    search = Search(
        {
            "": {"posts": [spoken("ana", 30)], "cursor": "good"},
            "bad": error(500, "InternalServerError"),
            "good": {"posts": [spoken("bo", 10)]},
        }
    )
    first = bluesky(search).fetch(BRAND, known(0), None, NOW)
    assert first.next_cursor is not None
    pages = walk(bluesky(search), known(0), cursor=first.next_cursor.replace("good", "bad"))
    assert names(pages) == ["ana", "bo"]
    assert [params.get("cursor") for params in search.asked] == [None, "bad", None, "good"]


def by_time(params: httpx.QueryParams, refusal: httpx.Response, step: int = 10) -> Any:
    """A service that takes no cursor, but obeys since and until: one post every ten minutes."""
    if "cursor" in params:
        return refusal
    since, until = (params.get(name, "") for name in ("since", "until"))
    there = [spoken(f"u{n}", n * step) for n in range(9, -1, -1)]
    there = [one for one in there if since <= one["record"]["createdAt"].replace("Z", ".000Z") < (until or "9")]
    return {"posts": there[:3], **({"cursor": "more"} if len(there) > 3 else {})}


REFUSALS = {
    "500 every time": error(500, "InternalServerError"),
    "400 every time": error(400, "InvalidRequest"),
    "403 without a login": httpx.Response(403, text="<html>403 Forbidden</html>"),
    "401 without a login": error(401, "AuthMissing"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_where_no_cursor_is_ever_taken_the_walk_goes_on_by_time(refusal: str) -> None:
    search = Search(finds=lambda params: by_time(params, REFUSALS[refusal]))
    pages = walk(bluesky(search), known(0))
    assert names(pages) == [f"u{n}" for n in range(9, -1, -1)]
    assert not any(page.gap for page in pages)
    assert len(search.asked) < 14


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_service_that_takes_neither_cursor_nor_until_is_left_with_what_it_gave_and_the_gap_is_told(
    refusal: str,
) -> None:
    def finds(params: httpx.QueryParams) -> Any:
        if "cursor" in params:
            return REFUSALS[refusal]
        return {"posts": [spoken("ana", 30), spoken("bo", 20)], "cursor": "more"}

    search = Search(finds=finds)
    first = walk(bluesky(search, overlap_minutes=0), known(0))
    assert names(first) == ["ana", "bo"]
    assert [(dropped.where, page.gap) for page in first for dropped in page.dropped][-1:] == [("older posts", None)]
    assert known_of(first[-1]) == {"Northline Air": ms(0)}, "it may go better the next time"
    second = walk(bluesky(search, overlap_minutes=0), first[-1].state)
    reason = "the search for Northline Air went no further back"
    assert [page.gap for page in second if page.gap] == [Gap(NINE, NINE + timedelta(minutes=20), reason)]
    assert known_of(second[-1]) == {"Northline Air": ms(30)}
    assert len(search.asked) < 12


def test_a_server_that_is_down_ends_the_turn_and_not_the_walk() -> None:
    search = Search({"": {"posts": [spoken("ana", 30)], "cursor": "c1"}, "c1": error(502, "UpstreamFailure")})
    first = bluesky(search).fetch(BRAND, known(0), None, NOW)
    with pytest.raises(Unreachable):
        bluesky(search).fetch(BRAND, known(0), first.next_cursor, NOW)
    search.pages["c1"] = {"posts": [spoken("bo", 10)]}
    assert names(walk(bluesky(search), known(0), cursor=first.next_cursor)) == ["bo"]


def _cursor(**changed: Any) -> str:
    search = Search({"": {"posts": [spoken("ana", 30)], "cursor": "c1"}})
    cursor = bluesky(search).fetch(BRAND, known(0), None, NOW).next_cursor
    return json.dumps({**json.loads(cursor or ""), **changed})


@pytest.mark.parametrize(
    "cursor",
    ["", "garbage", "[]", "7", "null", "0|2026-03-02T09:00:00+00:00|c1", '{"v":2}', '{"v":2,"term":"Northline Air"}']
    + [
        _cursor(**changed)
        for changed in (
            {"v": 1},
            {"term": "another brand"},
            {"since": "x"},
            {"since": -1},
            {"newest": 10**18},
            {"query": 3},
            {"done": []},
            {"done": {"x": None}},
            {"marks": "x"},
            {"until": []},
            {"empty": True},
        )
    ],
)
def test_a_cursor_that_cannot_be_read_is_a_bad_payload(cursor: str) -> None:
    with pytest.raises(BadPayload):
        bluesky(Search()).fetch(BRAND, None, cursor, NOW)


# -- servers that read a query in different ways


class Texts:
    """A search over some texts, which ``matches`` a query as some kind of server does."""

    def __init__(self, matches: Callable[[str, str], bool], *texts: str) -> None:
        self.matches, self.texts = matches, texts

    def __call__(self, params: httpx.QueryParams) -> Any:
        found = [text for text in self.texts if self.matches(params["q"], text)]
        return {"posts": [view(f"u{self.texts.index(text)}", 10, record={"text": text}) for text in found]}


def literally(query: str, text: str) -> bool:
    return query in text


def words_in_any_order(query: str, text: str) -> bool:
    return all(word in text.casefold() for word in query.casefold().replace('"', "").split())


def ignoring_case(query: str, text: str) -> bool:
    return query.casefold() in text.casefold()


def as_a_phrase(query: str, text: str) -> bool:
    return query.casefold().strip('"') in text.casefold()


ABOUT = ("Northline Air was late", "again northline air", "NORTHLINE AIR!!", 'so-called "Northline Air"')
OTHER = ("The air on the northline hike", "nothing")


@pytest.mark.parametrize("matches", [literally, words_in_any_order, ignoring_case, as_a_phrase])
def test_a_phrase_is_found_by_every_kind_of_server(matches: Callable[[str, str], bool]) -> None:
    search = Search(finds=Texts(matches, *ABOUT, *OTHER))
    found = {post.text for page in walk(bluesky(search), None) for post in page.posts}
    assert set(ABOUT) <= found


def test_a_server_that_reads_phrases_is_soon_asked_once_for_each() -> None:
    search = Search(finds=Texts(as_a_phrase, *ABOUT))
    source = bluesky(search)
    for _ in range(3):
        search.asked.clear()
        walk(source, None)
    assert [params["q"] for params in search.asked] == ['"Northline Air"']


def test_words_that_were_asked_for_one_by_one_and_bring_no_name_are_not_paged_through() -> None:
    def finds(params: httpx.QueryParams) -> Any:
        if '"' in params["q"]:
            return {"posts": []}
        number = int(params.get("cursor", "0"))
        hike = view(f"u{number}", 10, record={"text": "the air on the northline hike"})
        return {"posts": [hike], "cursor": str(number + 1)}

    search = Search(finds=finds)
    walk(bluesky(search), None)
    assert not any("cursor" in params for params in search.asked)


def test_a_word_is_asked_for_in_the_ways_it_is_written_until_the_server_is_seen_to_ignore_case() -> None:
    search = Search(finds=Texts(literally, "Northline lost it", "NORTHLINE!", "northline, why", "nothing"))
    pages = walk(bluesky(search), None, WORD)
    assert names(pages) == ["u2", "u1", "u0"]
    assert [params["q"] for params in search.asked] == ["northline", "NORTHLINE", "Northline"]


def test_a_korean_name_is_asked_for_once() -> None:
    search = Search(finds=Texts(literally, "노스라인항공 진짜"))
    walk(bluesky(search), None, Brand("northline", "Northline", names=("노스라인항공",)))
    assert len(search.asked) == 1


def test_a_few_short_queries_are_one_page_of_ours() -> None:
    brand = Brand("northline", "Northline", names=tuple(f"노스{n}" for n in range(6)))
    search = Search(finds=lambda params: {"posts": [view("ana", 5, record={"text": params["q"]})]})
    assert [len(page.posts) for page in walk(bluesky(search), None, brand)] == [1, 1]
    assert len(search.asked) == 6


def test_handles_of_this_site_are_searched_for_and_those_of_others_are_not() -> None:
    search = Search()
    handles = ("northline.example", "northline", "north@social.example", "x y.example")
    walk(bluesky(search), None, Brand("northline", "Northline", handles=handles))
    assert [params["q"] for params in search.asked] == ["@northline.example"]


# -- authors


def test_posts_are_kept_where_follower_counts_cannot_be_had() -> None:
    page = bluesky(Search({"": {"posts": [view("ana", 5)]}})).fetch(BRAND, known(0), None, NOW)
    assert len(page.posts) == 1
    assert page.accounts[0].followers is None
    assert [dropped.where for dropped in page.dropped] == ["follower counts"]


def test_follower_counts_are_asked_once_a_day_for_those_who_have_some_and_those_who_are_gone() -> None:
    asked: list[list[str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if "getProfiles" in request.url.path:
            asked.append(request.url.params.get_list("actors"))
            return httpx.Response(200, json={"profiles": [{"did": did("ana"), "followersCount": 120_000}]})
        return httpx.Response(200, json={"posts": [spoken("ana", 5), spoken("gone", 4)]})

    source = bluesky(answer)
    for hours in (0, 1, 25):
        page = source.fetch(BRAND, known(0), None, NOW + timedelta(hours=hours))
        assert [account.followers for account in page.accounts] == [120_000, None]
    assert asked == [[did("ana"), did("gone")]] * 2
