"""Walking through the posts of a Mastodon server: nothing left out, nothing read for ever, whatever its ids are."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page, PostKey
from monitor.errors import BadPayload, NotFound, RateLimited, Unauthorised
from monitor.http import HttpClient, HttpConfig
from monitor.sources.mastodon import Config, MastodonSource
from monitor.sources.mastodon.ids import rank
from monitor.sources.mastodon.walk import Mark, Sighting, advanced, next_mark, started
from tests.sites.mastodon import Flavour, MastodonSite
from tests.sites.server import Asked
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", hashtags=("northline",))
NAMED = Brand("northline", "Northline Air", names=("Northline Air",))
FLAVOURS: list[Flavour] = ["mastodon", "gotosocial"]
TOKEN = "s3cret-t0ken"


def http(answer: Callable[[httpx.Request], httpx.Response], now: datetime = NOW) -> HttpClient:
    return HttpClient(HttpConfig(pace_seconds=0), RecordedClock(now), httpx.MockTransport(answer), chance=lambda: 0.0)


def in_front_of(site: MastodonSite, now: datetime = NOW, **config: Any) -> MastodonSource:
    """A source in front of a pretended site, at one moment."""

    def answer(request: httpx.Request) -> httpx.Response:
        parts = urlsplit(str(request.url))
        asked = Asked("GET", parts.path, parse_qs(parts.query), {k.lower(): v for k, v in request.headers.items()})
        answered = site.answer(asked, now)
        return httpx.Response(answered.status, content=answered.body, headers=dict(answered.headers))

    return MastodonSource(Config(**{**site.settings("https://social.example"), **config}), http(answer, now))


def scripted(answer: Callable[[dict[str, str]], Any], **config: Any) -> MastodonSource:
    """A source in front of a server whose timeline is ``answer`` to the parameters."""

    def respond(request: httpx.Request) -> httpx.Response:
        body = answer(dict(request.url.params))
        return body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)

    return MastodonSource(Config(base_url="https://social.example", **config), http(respond))


def crawl(source: MastodonSource, state: str | None = None, now: datetime = NOW, brand: Brand = BRAND) -> list[Page]:
    pages = [source.fetch(brand, state, None, now)]
    while (cursor := pages[-1].next_cursor) is not None:
        assert len(pages) < 100, "the walk does not end"
        pages.append(source.fetch(brand, state, cursor, now))
    return pages


def keys(pages: list[Page]) -> list[PostKey]:
    return [post.key for page in pages for post in page.posts]


def told(number: int, minutes_ago: float, **more: Any) -> Event:
    return Event(number, number, NOW - timedelta(minutes=minutes_ago), f"lost bag {number}", **more)


def status(id_: str, minutes_ago: float = 30, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "uri": f"https://social.example/users/ana/statuses/{id_}",
        "created_at": (NOW - timedelta(minutes=minutes_ago)).isoformat(),
        "visibility": "public",
        "content": f"<p>lost bag {id_} #northline</p>",
        "account": {"id": "7", "acct": "ana", "url": "https://social.example/@ana"},
        "tags": [{"name": "northline"}],
        **fields,
    }


# -- a first look


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_first_look_goes_back_as_far_as_asked(flavour: Flavour) -> None:
    world = World([told(number, 10 + 11 * number) for number in range(200)])
    site = MastodonSite(world, flavour=flavour)
    found = keys(crawl(in_front_of(site, lookback_hours=24)))
    wanted = [event for event in world.listed(NOW) if event.created_at >= NOW - timedelta(hours=24)]
    assert set(found) == {site.key_of(event) for event in wanted}
    assert len(found) == len(set(found)) == len(wanted)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_rel_next_is_there_on_the_last_page_too_and_an_empty_page_ends_the_walk(flavour: Flavour) -> None:
    site = MastodonSite(World([told(number, number + 1) for number in range(24)]), flavour=flavour)
    pages = crawl(in_front_of(site))
    assert [len(page.posts) for page in pages] == [24, 0]
    assert pages[-1].next_cursor is None


def test_a_limit_is_cut_without_a_word() -> None:
    def answer(params: dict[str, str]) -> list[Any]:
        assert int(params["limit"]) <= 40
        ids = [str(number) for number in range(1030, 1000, -1) if number < int(params.get("max_id", 9999))]
        return [status(id_) for id_ in ids[:5]]  # this server shows even less

    assert len(keys(crawl(scripted(answer)))) == 30


def test_an_unknown_tag_is_an_empty_one_and_no_failure() -> None:
    pages = crawl(in_front_of(MastodonSite(World(), flavour="gotosocial")))
    assert [(page.posts, page.dropped, page.next_cursor) for page in pages] == [((), (), None)]
    later = MastodonSite(World([told(1, 3)]), flavour="gotosocial")
    assert len(keys(crawl(in_front_of(later), pages[-1].state))) == 1


def test_a_404_that_is_no_answer_of_such_a_server_is_an_error() -> None:
    with pytest.raises(NotFound):
        crawl(scripted(lambda params: httpx.Response(404, text="<html>no such page</html>")))


def test_a_first_look_that_is_too_long_ends_and_says_what_it_left_out() -> None:
    site = MastodonSite(World([told(number, number + 1) for number in range(300)]))
    pages = crawl(in_front_of(site, max_pages=3))
    assert len(keys(pages)) == 120
    gap = pages[-1].gap
    assert gap is not None
    assert (gap.since, gap.until) == (NOW - timedelta(hours=24), NOW - timedelta(minutes=120))
    again = crawl(in_front_of(site, max_pages=3), pages[-1].state)
    assert not any(page.gap for page in again)
    assert set(keys(again)) <= set(keys(pages))


def test_a_last_page_that_is_repeated_for_ever_ends_the_walk() -> None:
    asked: list[dict[str, str]] = []

    def answer(params: dict[str, str]) -> list[Any]:
        asked.append(params)
        return [status("1002"), status("1001")]

    pages = crawl(scripted(answer))
    assert set(keys(pages)) == {
        PostKey("mastodon", f"https://social.example/users/ana/statuses/{n}") for n in (1001, 1002)
    }
    assert len(asked) <= 3


def test_a_page_that_is_repeated_once_by_mistake_loses_nothing() -> None:
    served: list[list[Any]] = []

    def answer(params: dict[str, str]) -> list[Any]:
        if len(served) == 1:
            served.append([])
            return served[0]
        ids = [str(number) for number in range(1100, 1000, -1) if number < int(params.get("max_id", 9999))]
        served.append([status(id_) for id_ in ids[:40]])
        return served[-1]

    assert len(set(keys(crawl(scripted(answer))))) == 100


# -- later looks


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_later_look_goes_up_with_min_id_and_leaves_no_hole(flavour: Flavour) -> None:
    world = World([told(number, 600 - number) for number in range(20)])
    site = MastodonSite(world, flavour=flavour)
    first = crawl(in_front_of(site, NOW - timedelta(hours=9)), now=NOW - timedelta(hours=9))
    for number in range(20, 320):  # far more than a page of them: since_id would show the newest 40 only
        world.add(told(number, 500 - number))
    second = crawl(in_front_of(site), first[-1].state)
    assert set(keys(first)) | set(keys(second)) == {site.key_of(event) for event in world.listed(NOW)}
    assert not any("since_id" in asked.query for asked in site.asked)
    assert any("min_id" in asked.query for asked in site.asked)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("999999999999999999", "1000000000000000000"),
        ("9", "10"),
        ("01KJQ7Y3M0N0RTHL1NEA1R0001", "01KJQ7Y3M0N0RTHL1NEA1R000A"),
        ("01KJQ7Y3MZ0000000000000000", "01KJQ7Y3N00000000000000000"),
    ],
)
def test_ids_are_compared_by_length_and_text(older: str, newer: str) -> None:
    assert rank(older) < rank(newer)
    assert rank(None) < rank(older)

    def answer(params: dict[str, str]) -> list[Any]:
        below = params.get("max_id")
        return [status(id_) for id_ in (newer, older) if below is None or rank(id_) < rank(below)]

    state = crawl(scripted(answer, overlap_minutes=0))[-1].state
    assert newer in str(state)
    assert older not in str(state)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_post_that_comes_in_late_among_older_ones_is_found(flavour: Flavour) -> None:
    world = World([told(number, 200 - 2 * number) for number in range(90)])
    site = MastodonSite(world, flavour=flavour)
    first = crawl(in_front_of(site, NOW - timedelta(minutes=20)), now=NOW - timedelta(minutes=20))
    late = told(500, 30, visible_at=NOW - timedelta(minutes=19))  # from another server, eleven minutes on its way
    world.add(late)
    assert site.key_of(late) not in keys(first)
    second = crawl(in_front_of(site, overlap_minutes=15), first[-1].state)
    assert site.key_of(late) in keys(second)
    third = crawl(in_front_of(site, overlap_minutes=15), second[-1].state)
    assert len(keys(third)) < 15  # the window is read again, not everything


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_post_that_comes_in_late_while_the_walk_is_cut_off_is_found(flavour: Flavour) -> None:
    world = World([told(number, 300 - 2 * number) for number in range(145)])
    site = MastodonSite(world, flavour=flavour)
    then = NOW - timedelta(minutes=60)
    first = crawl(in_front_of(site, NOW - timedelta(minutes=250)), now=NOW - timedelta(minutes=250))
    page, cursor = None, None
    while page is None or page.posts:  # up to the newest, where the program was ended
        page = in_front_of(site, then).fetch(BRAND, first[-1].state, cursor, then)
        cursor = page.next_cursor if page.posts else cursor
    late = told(500, 65, visible_at=then + timedelta(minutes=1))
    world.add(late)
    rest = in_front_of(site).fetch(BRAND, first[-1].state, cursor, NOW)
    while rest.next_cursor:
        rest = in_front_of(site).fetch(BRAND, first[-1].state, rest.next_cursor, NOW)
    assert site.key_of(late) in keys([rest, *crawl(in_front_of(site), rest.state)])


def test_a_date_to_come_does_not_hold_the_mark_for_ever() -> None:
    world = World([told(number, 300 - number) for number in range(290)])
    site = MastodonSite(world, flavour="gotosocial")
    world.add(replace(told(900, -6_000_000), visible_at=NOW - timedelta(minutes=299.5)))
    state = crawl(in_front_of(site))[-1].state
    assert len(keys(crawl(in_front_of(site), state))) <= 6


def test_below_the_mark_nothing_is_fresh_even_where_ids_are_not_made_of_the_time() -> None:
    now, overlap = NOW, timedelta(minutes=15)

    def page(*minutes_and_ids: tuple[float, str]) -> list[Sighting]:
        return [Sighting((NOW - timedelta(minutes=ago)).timestamp(), id_) for ago, id_ in minutes_and_ids]

    place, ended = started("#x", None, NOW - timedelta(hours=1), now, filters=False), False
    for found in (page((3, "50"), (20, "49")), page((9, "48"), (12, "47")), page((30, "46"), (40, "45")), []):
        place, ended = advanced(place, found, now, overlap)
    assert ended
    assert next_mark(place, None, overlap, cut_off=False) == Mark("46", (NOW - overlap).timestamp())
    for found in (page((3, "50"), (20, "49")), page((9, "48"), (12, "47")), []):
        place = started("#x", None, NOW, now, filters=False) if found and found[0].id == "50" else place
        place, ended = advanced(place, found, now, overlap)
    assert next_mark(place, None, overlap, cut_off=False) == Mark(None, (NOW - overlap).timestamp())


def test_a_late_post_older_than_all_that_was_known_is_found() -> None:
    world = World([told(1, 21)])
    site = MastodonSite(world)
    first = crawl(in_front_of(site, NOW - timedelta(minutes=20)), now=NOW - timedelta(minutes=20))
    late = told(2, 25, visible_at=NOW - timedelta(minutes=19))
    world.add(late)
    assert site.key_of(late) in keys(crawl(in_front_of(site), first[-1].state))


def test_a_server_that_does_not_know_min_id_is_read_downwards() -> None:
    ids = [str(number) for number in range(1000, 1200)]
    now_on = 1010

    def answer(params: dict[str, str]) -> list[Any]:
        shown = [id_ for id_ in ids if int(id_) < now_on and int(id_) < int(params.get("max_id", 9999))]
        return [status(id_, 1200 - int(id_)) for id_ in reversed(shown[-40:])]

    source = scripted(answer, overlap_minutes=0)
    first = crawl(source)
    now_on = 1200
    second = crawl(source, first[-1].state)
    assert len(set(keys(first)) | set(keys(second))) == 200


def test_quiet_hours_cost_one_request_a_term() -> None:
    site = MastodonSite(World([told(1, 120)]))
    state = crawl(in_front_of(site))[-1].state
    site.asked.clear()
    again = crawl(in_front_of(site), state)
    assert len(site.asked) <= 2
    assert crawl(in_front_of(site), again[-1].state)[-1].state == again[-1].state


def test_a_post_with_a_time_to_come_does_not_stop_the_walk() -> None:
    world = World([told(number, 60 - number) for number in range(40)])
    site = MastodonSite(world, flavour="gotosocial")
    ahead = replace(told(900, -6_000_000), visible_at=NOW - timedelta(minutes=19))  # eleven years ahead
    world.add(ahead)
    first = crawl(in_front_of(site, NOW - timedelta(minutes=10)), now=NOW - timedelta(minutes=10))
    after = told(901, 5)
    world.add(after)
    second = keys(crawl(in_front_of(site), first[-1].state))
    assert site.key_of(after) in second
    assert len(second) > 4  # the time that is read again is reckoned from now, not from a date to come


def test_a_page_that_is_repeated_on_the_way_up_is_asked_for_again() -> None:
    ids = [str(number) for number in range(1000, 1200)]
    asked: list[dict[str, str]] = []

    def answer(params: dict[str, str]) -> list[Any]:
        asked.append(params)
        above = int("1079" if len(asked) == 4 else params.get("min_id", "0"))  # the fourth is the third once more
        return [status(id_) for id_ in reversed([id_ for id_ in ids if int(id_) > above][:40])]

    state = json.dumps({"v": 1, "terms": {"#northline": ["1000", 0]}})
    assert len(set(keys(crawl(scripted(answer), state)))) == 199
    assert not any("max_id" in params for params in asked)


def test_a_first_look_that_was_too_long_goes_on_upwards_from_where_it_gave_up() -> None:
    site = MastodonSite(World([told(number, number / 30) for number in range(300)]))
    first = crawl(in_front_of(site, max_pages=3, overlap_minutes=15), None)
    assert first[-1].gap is not None
    again = crawl(in_front_of(site, max_pages=3, overlap_minutes=15), first[-1].state)
    assert set(keys(again)) < set(keys(first))
    assert not any(page.gap for page in again)


def test_a_search_that_does_not_know_min_id_is_read_to_what_is_known() -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        if request.url.path != "/api/v2/search":
            return httpx.Response(200, json=[])
        asked.append(params)
        below = int(params.get("max_id", 9999))
        ids = [str(number) for number in range(1500, 1000, -1) if number < below]
        return httpx.Response(200, json={"statuses": [status(id_) for id_ in ids[:40]]})

    source = MastodonSource(Config(base_url="https://social.example", access_token=TOKEN), http(answer))
    state = json.dumps({"v": 1, "terms": {'?"Northline Air"': ["1450", 0]}})
    assert len(keys(crawl(source, state, brand=NAMED))) == 80
    assert len(asked) == 2


# -- cut off and taken up


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), flavour=st.sampled_from(FLAVOURS), overlap=st.sampled_from([0.0, 5.0, 30.0]))
def test_walks_that_are_cut_off_anywhere_find_every_post(seed: int, flavour: Flavour, overlap: float) -> None:
    """Posts arrive in order, looks and kills come whenever they like; each look goes on in a new process."""
    chance = random.Random(seed)
    posts = [told(number, 600 - 2.5 * number) for number in range(240)]
    world, stored, state, cursor = World(), set[PostKey](), None, None
    site = MastodonSite(world, flavour=flavour)
    now = NOW - timedelta(hours=10)
    while posts or cursor is not None:
        now += timedelta(minutes=chance.choice([1, 20, 90]))
        while posts and posts[0].created_at <= now:
            world.add(posts.pop(0))
        source = in_front_of(site, now, overlap_minutes=overlap)
        for _ in range(chance.choice([1, 1, 2, 5])):
            page = source.fetch(BRAND, state, cursor, now)
            if chance.random() < 0.2:
                break  # killed before anything was written
            stored |= set(keys([page]))
            cursor = page.next_cursor
            if cursor is None:
                state = page.state
                break
    now += timedelta(minutes=1)
    stored |= set(keys(crawl(in_front_of(site, now), state, now)))
    assert stored == {site.key_of(event) for event in world.listed(now)}


def test_the_mark_does_not_pass_what_was_not_read() -> None:
    world = World([told(number, 700 - number) for number in range(3)])
    site = MastodonSite(world)
    state = crawl(in_front_of(site, NOW - timedelta(hours=11)), now=NOW - timedelta(hours=11))[-1].state
    for number in range(3, 200):
        world.add(told(number, 400 - number))
    page = in_front_of(site).fetch(BRAND, state, None, NOW)
    assert page.next_cursor is not None
    assert page.state is None  # only the end of a walk says from where the next one starts


@pytest.mark.parametrize("cursor", ["", "[]", '{"v": 1}', '{"v": 1, "done": {}, "place": {"term": "#x"}}', "7"])
def test_a_cursor_of_another_version_is_refused(cursor: str) -> None:
    with pytest.raises(BadPayload):
        in_front_of(MastodonSite(World())).fetch(BRAND, None, cursor, NOW)


def test_a_cursor_names_no_id_that_could_lead_elsewhere() -> None:
    cursor = in_front_of(MastodonSite(World([told(n, n) for n in range(50)]))).fetch(BRAND, None, None, NOW).next_cursor
    good = json.loads(cursor or "")
    for field, value in (("at", "../../x?y"), ("floor", 7), ("below", "x" * 65), ("since", 1e300), ("began", "soon")):
        bad = json.dumps({**good, "place": {**good["place"], field: value}})
        with pytest.raises(BadPayload):
            in_front_of(MastodonSite(World())).fetch(BRAND, None, bad, NOW)


def test_a_term_that_is_not_watched_any_more_is_left() -> None:
    site = MastodonSite(World([told(number, number + 1) for number in range(100)]))
    cursor = in_front_of(site).fetch(BRAND, None, None, NOW).next_cursor
    other = Brand("northline", "Northline Air", hashtags=("otherline",))
    page = in_front_of(site).fetch(other, None, cursor, NOW)
    assert page.posts == ()
    assert page.next_cursor is None


# -- terms


def test_hashtags_are_asked_for_in_any_alphabet_and_any_case() -> None:
    site = MastodonSite(World([Event(1, 1, NOW - timedelta(minutes=1), "내 가방 #노스라인")]))
    brand = Brand("northline", "Northline Air", hashtags=("노스라인", "NorthLine"))
    pages = crawl(in_front_of(site), brand=brand)
    assert keys(pages) == [site.key_of(site.world.listed(NOW)[0])]
    assert [asked.path for asked in site.asked if "/tag/" in asked.path][-1] == "/api/v1/timelines/tag/northline"


def test_a_hashtag_stays_one_part_of_the_address() -> None:
    paths: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, json=[])

    source = MastodonSource(Config(base_url="https://social.example"), http(respond))
    source.fetch(Brand("x", "X", hashtags=("../../../oauth/x?y=#z",)), None, None, NOW)
    assert paths == ["/api/v1/timelines/tag/..%2F..%2F..%2Foauth%2Fx%3Fy%3D%23z?limit=40"]


def test_only_local_posts_are_asked_for_where_configured() -> None:
    site = MastodonSite(World())
    crawl(in_front_of(site, local_only=True))
    assert site.asked[0].one("local") == "true"


def test_names_are_searched_for_downwards_because_a_search_only_filters_by_min_id() -> None:
    world = World([replace(told(n, 900 - n), text=f"Northline Air again {n} #other") for n in range(30)])
    site = MastodonSite(world, full_text=True)
    first = crawl(in_front_of(site, NOW - timedelta(hours=14)), now=NOW - timedelta(hours=14), brand=NAMED)
    for number in range(30, 330):
        world.add(replace(told(number, 600 - number), text=f"northline air once more {number} #other"))
    second = crawl(in_front_of(site), first[-1].state, brand=NAMED)
    assert set(keys(first)) | set(keys(second)) == {site.key_of(event) for event in world.listed(NOW)}


def test_a_search_that_knows_whole_seconds_only_loses_nothing_at_the_edge_of_a_page() -> None:
    at = NOW - timedelta(minutes=30)
    text = "Northline Air #other"
    events = [Event(n, n, at + timedelta(milliseconds=130 * n), text) for n in range(200)]  # eight in each second
    site = MastodonSite(World(events), full_text=True)
    assert set(keys(crawl(in_front_of(site), brand=NAMED))) == {site.key_of(event) for event in events}


def test_a_server_without_full_text_search_finds_nothing_and_that_is_no_failure() -> None:
    site = MastodonSite(World([told(1, 5)]), full_text=False)
    pages = crawl(in_front_of(site), brand=NAMED)
    assert any(asked.path == "/api/v2/search" for asked in site.asked)
    assert not any(page.dropped for page in pages)


def test_without_a_token_nothing_is_searched_for() -> None:
    site = MastodonSite(World([told(1, 5)]), token=False)
    crawl(in_front_of(site), brand=NAMED)
    assert {asked.path for asked in site.asked} == {"/api/v1/timelines/tag/northlineair"}


def test_a_token_that_may_not_search_still_reads_hashtags() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v2/search":
            return httpx.Response(403, json={"error": "outside the rights"})
        return httpx.Response(200, json=[] if "max_id" in request.url.params else [status("1001")])

    source = MastodonSource(Config(base_url="https://social.example", access_token=TOKEN), http(answer))
    pages = crawl(source, brand=NAMED)
    assert len(keys(pages)) == 1
    assert [drop.where for page in pages for drop in page.dropped] == ["search"]
    assert TOKEN not in str(pages)


def test_whoever_asks_not_to_be_found_by_searches_is_not() -> None:
    shy = {"id": "8", "acct": "shy", "indexable": False}
    hidden = {"id": "9", "acct": "hid", "noindex": True}

    def answer(request: httpx.Request) -> httpx.Response:
        posts = [
            status("1003", account=shy, tags=[], content="<p>Northline Air</p>"),
            status("1002", account=hidden, tags=[], content="<p>Northline Air</p>"),
            status("1001", tags=[], content="<p>Northline Air</p>"),
        ]
        if "max_id" in request.url.params or "min_id" in request.url.params:
            posts = []
        if request.url.path == "/api/v2/search":
            return httpx.Response(200, json={"statuses": posts})
        return httpx.Response(200, json=posts and [status("1004", account=shy)])

    source = MastodonSource(Config(base_url="https://social.example", access_token=TOKEN), http(answer))
    pages = crawl(source, brand=replace(NAMED, hashtags=("northline",)))
    found = {key.id.rpartition("/")[2] for key in keys(pages)}
    assert found == {"1004", "1001"}  # whoever writes the hashtag asks to be found under it
    assert {drop.reason for page in pages for drop in page.dropped} == {"the author asks not to be found by searches"}


# -- refusals


@pytest.mark.parametrize("code", [401, 403, 422])
def test_without_a_token_a_refusal_names_the_page_where_to_get_one(code: int) -> None:
    source = scripted(lambda params: httpx.Response(code, json={"error": "a token is wanted"}))
    with pytest.raises(Unauthorised, match=r"https://social\.example/settings/applications, set access_token"):
        crawl(source)


def test_a_token_that_is_refused_is_not_told() -> None:
    source = scripted(lambda params: httpx.Response(401, json={"error": TOKEN}), access_token=TOKEN)
    with pytest.raises(Unauthorised, match="refuses the access token") as raised:
        crawl(source)
    assert TOKEN not in str(raised.value)
    assert TOKEN not in repr(source)


def test_a_429_without_retry_after_waits_until_the_reset_that_is_announced_in_iso() -> None:
    site = MastodonSite(World([told(1, 5)]), limit=1)
    source = in_front_of(site)
    with pytest.raises(RateLimited) as raised:
        crawl(source)
    assert raised.value.retry_after == timedelta(minutes=5)
    assert site.over_limit == 0  # what is announced is held to before the server has to refuse


def test_the_server_that_refuses_says_until_when() -> None:
    headers = {"X-Ratelimit-Limit": "30", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "2026-03-02T12:04:00.000Z"}
    source = scripted(lambda params: httpx.Response(429, headers=headers, json={"error": "too many requests"}))
    with pytest.raises(RateLimited) as raised:
        crawl(source)
    assert raised.value.retry_after == timedelta(minutes=4)


# -- settings


@pytest.mark.parametrize(
    "address", ["social.example", "ftp://x.example", "https://me:pw@x.example", "https://x/?a=b", ""]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="an address is wanted"):
        Config(base_url=address)


def test_a_slash_at_the_end_of_the_address_does_no_harm() -> None:
    assert Config(base_url="https://social.example/").base_url == "https://social.example"
    assert Config().access_token is None
