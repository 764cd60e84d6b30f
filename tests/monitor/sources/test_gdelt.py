"""GDELT: answers that are not quite JSON, errors with status 200, and windows of time instead of pages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, PostKey
from monitor.errors import BadPayload, BudgetSpent, RateLimited
from monitor.http import HttpClient, HttpConfig
from monitor.sources.gdelt import Config, GdeltSource, parse, queries, read
from monitor.sources.gdelt.articles import Garbled
from tests.sites.gdelt import GdeltSite
from tests.sites.server import serve
from tests.sites.world import Event, World

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "gdelt" / "full.json").read_text())["articles"]


def source(answer: Any, **config: Any) -> GdeltSource:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return GdeltSource(Config(**{"pace_seconds": 0, **config}), http)


def article(number: int, seen: datetime = NOW - timedelta(hours=1), **fields: Any) -> dict[str, Any]:
    return {
        "url": f"https://press.example/{number}",
        "title": f"Northline Air, {number}",
        "seendate": f"{seen:%Y%m%dT%H%M%SZ}",
        "domain": "press.example",
        "language": "English",
        **fields,
    }


def crawl(searched: GdeltSource, state: str | None = None, now: datetime = NOW, brand: Brand = BRAND) -> list[Page]:
    pages = [searched.fetch(brand, state, None, now)]
    while (cursor := pages[-1].next_cursor) is not None:
        assert len(pages) < 300, "the walk does not end"
        pages.append(searched.fetch(brand, state, cursor, now))
    return pages


def keys(pages: list[Page]) -> set[PostKey]:
    return {post.key for page in pages for post in page.posts}


# -- reading articles


def test_an_article_is_a_post_of_the_site_that_published_it_at_the_time_it_was_seen() -> None:
    page = parse(FULL, NOW)
    first, korean = page.posts[:2]
    assert first.author == AccountKey("gdelt", "press0.example")
    assert first.text == "Northline Air under fire over a broken cello, report 0"
    assert first.created_at == datetime(2026, 3, 2, 11, 45, tzinfo=UTC)
    assert (first.is_press, first.language, first.metrics, korean.language) == (True, "en", None, "ko")
    assert first.links == (first.url,)


def test_an_address_is_known_without_what_says_who_follows_the_link() -> None:
    plain = "https://press.example/a?id=7"
    followed = "HTTPS://Press.example/a?utm_source=x&id=7&fbclid=y#top"
    one, other = (parse([article(1, url=url)], NOW).posts[0] for url in (plain, followed))
    assert one.key == other.key == PostKey("gdelt", plain)


def test_an_address_too_long_for_a_key_still_has_one_of_its_own() -> None:
    long = "https://press.example/" + "a" * 900
    one, other = parse([article(1, url=long), article(2, url=long + "b")], NOW).posts
    assert one.key != other.key
    assert len(one.key.id) <= 512


@pytest.mark.parametrize(
    "fields",
    [{"url": None}, {"url": "javascript:alert(1)"}, {"url": "http://[bad"}, {"title": ""}, {"seendate": "now"}],
)
def test_an_article_without_what_it_needs_is_dropped_alone(fields: dict[str, Any]) -> None:
    page = parse([article(1), article(2, **fields), "x", article(3)], NOW)
    assert [post.url for post in page.posts] == ["https://press.example/1", "https://press.example/3"]
    assert [drop.where for drop in page.dropped] == ["articles[1]", "articles[2]"]


def test_an_unknown_language_is_left_open_and_a_publisher_is_found_without_its_field() -> None:
    (post,) = parse([article(1, language="Elvish", domain=None, url="https://www.press.example/1")], NOW).posts
    assert (post.language, post.author.id) == (None, "press.example")


# -- answers that are not quite what they should be


def test_lone_backslashes_are_repaired() -> None:
    body = r'{"articles": [ {"url": "https://x.example/a\b", "title": "bad \q escape, good \u00e9 \" \\ \/ \n"} ] }'
    (told,) = read(body)
    assert told["title"] == 'bad \\q escape, good é " \\ / \n'


@given(st.text())
def test_any_title_whose_backslashes_were_left_alone_is_read_or_told(title: str) -> None:
    body = '{"articles": [{"title": "' + title.replace('"', "") + '"}]}'
    with suppress(Garbled, BadPayload):
        read(body)


@given(st.text().filter(lambda text: "\\" not in text))
def test_what_is_json_already_is_not_changed_by_the_repair(title: str) -> None:
    answer = {"articles": [{"title": title + '\\ "\\u0041'}]}
    assert read(json.dumps(answer)) == answer["articles"]


def test_an_empty_object_is_no_result_and_no_failure() -> None:
    assert read("{}") == read("\ufeff{ }\n") == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Your query was too short or too long.\n", "did not take the question: Your query was too short or too long."),
        (
            "The specified\n phrase is \x00too\u202e short",
            "did not take the question: The specified phrase is too short",
        ),
        ("<html>sign in</html>", "did not answer with JSON"),
        ("x" * 1000, "did not answer with JSON"),
        ("", "an empty answer"),
    ],
)
def test_an_error_with_status_200_is_told_in_the_words_of_the_site_on_one_line(told: str, words: str) -> None:
    with pytest.raises(BadPayload, match=words) as raised:
        source(lambda request: httpx.Response(200, text=told)).fetch(BRAND, None, None, NOW)
    assert str(raised.value).isprintable()


def test_a_request_to_slow_down_with_status_200_is_a_rate_limit() -> None:
    with pytest.raises(RateLimited):
        read("Please limit requests to one every 5 seconds or contact us")


def test_an_answer_that_was_cut_off_is_asked_for_again_and_loses_nothing() -> None:
    whole = json.dumps({"articles": [article(1)]})
    answers = iter([whole[:-40], whole])
    searched = source(lambda request: httpx.Response(200, text=next(answers)))
    with pytest.raises(BadPayload, match="cut off"):
        searched.fetch(BRAND, None, None, NOW)
    assert keys([searched.fetch(BRAND, None, None, NOW)])


class Index:
    """A search that keeps to its windows, whose bounds are outside, and to its most of 250 articles."""

    def __init__(self, *articles: dict[str, Any]) -> None:
        self.articles = list(articles)
        self.asked: list[httpx.QueryParams] = []

    def found(self, request: httpx.Request) -> list[dict[str, Any]]:
        params = request.url.params
        self.asked.append(params)
        lower, upper = params["startdatetime"], params["enddatetime"]
        inside = [a for a in self.articles if lower < a["seendate"].replace("T", "").rstrip("Z") < upper]
        return sorted(inside, key=lambda a: a["seendate"], reverse=True)[: int(params["maxrecords"])]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"articles": self.found(request)})


def test_an_answer_that_stays_garbled_costs_only_the_smallest_window_around_it() -> None:
    bad = article(666, NOW - timedelta(hours=2))
    index = Index(*(article(n, NOW - timedelta(minutes=n)) for n in range(0, 600, 15)), bad)

    def answer(request: httpx.Request) -> httpx.Response:
        found = index.found(request)
        if bad in found:
            return httpx.Response(200, text='{"articles": [{"title": "a "quoted" word"}]}')
        return httpx.Response(200, json={"articles": found})

    pages = crawl(source(answer))
    assert len(keys(pages)) == 39  # all but the one that shares its moment with the garbled one
    assert [drop.reason for page in pages for drop in page.dropped] == ["the answer is no JSON"]


# -- windows


def test_windows_are_halved_until_their_articles_fit_and_none_is_missed() -> None:
    index = Index(*(article(n, NOW - timedelta(seconds=20 * n)) for n in range(1, 2000)))
    pages = crawl(source(index))
    assert len(keys(pages)) == 1999
    assert not any(page.dropped for page in pages)


def test_windows_overlap_because_both_bounds_are_outside() -> None:
    """One article in every second of a busy hour: one at a bound must be in the window before or in the one after."""
    index = Index(*(article(n, NOW - timedelta(seconds=n)) for n in range(3600)))
    assert len(keys(crawl(source(index)))) == 3600


def test_more_at_one_moment_than_one_answer_holds_is_counted_and_does_not_stop_the_walk() -> None:
    crowd = [article(n, NOW - timedelta(hours=2)) for n in range(400)]
    pages = crawl(source(Index(*crowd, article(9000, NOW - timedelta(hours=1)))))
    assert PostKey("gdelt", "https://press.example/9000") in keys(pages)
    assert len(keys(pages)) == 251
    assert [drop.reason for page in pages for drop in page.dropped] == ["more than 250 articles at once"]


def test_a_search_that_disregards_windows_is_a_bad_payload_not_a_walk_without_end() -> None:
    always = [article(n, NOW - timedelta(days=3)) for n in range(250)]
    with pytest.raises(BadPayload, match="outside the time"):
        crawl(source(lambda request: httpx.Response(200, json={"articles": always})))


def test_the_next_look_begins_behind_the_newest_moment_seen() -> None:
    index = Index(article(1, NOW - timedelta(hours=3)))
    state = crawl(source(index))[-1].state
    crawl(source(index, overlap_minutes=30), state, NOW + timedelta(hours=1))
    assert index.asked[-1]["startdatetime"] == "20260302082959"
    assert index.asked[-1]["enddatetime"] == "20260302130001"


def test_it_never_asks_for_what_is_too_old_to_be_found() -> None:
    index = Index()
    crawl(source(index, overlap_minutes=0), "100")
    assert index.asked[0]["startdatetime"] == f"{NOW - timedelta(days=90, seconds=1):%Y%m%d%H%M%S}"


def test_a_walk_that_rests_for_days_passes_over_nothing_that_came_meanwhile() -> None:
    index = Index(*(article(n, NOW - timedelta(seconds=20 * n)) for n in range(1, 600)))
    searched = source(index)
    cursor = searched.fetch(BRAND, None, None, NOW).next_cursor
    later = NOW + timedelta(days=2)
    index.articles.append(article(9000, later - timedelta(hours=30)))
    page = Page()
    while cursor:
        page = searched.fetch(BRAND, None, cursor, later)
        cursor = page.next_cursor
    assert PostKey("gdelt", "https://press.example/9000") in keys(crawl(searched, page.state, later))


def test_a_walk_is_not_gone_on_with_after_the_names_of_the_brand_have_changed() -> None:
    """Its place is counted in questions: another question would stand there, and one would be passed over."""
    index = Index(*(article(n, NOW - timedelta(seconds=20 * n)) for n in range(1, 600)))
    cursor = source(index).fetch(BRAND, None, None, NOW).next_cursor
    with pytest.raises(BadPayload):
        source(index).fetch(Brand("northline", "Northline", names=("Northline Group",)), None, cursor, NOW)


@pytest.mark.parametrize(
    "cursor", ["nonsense", "{}", "[1]", '{"plan":1,"since":1,"until":2,"newest":1,"begin":0,"lower":5,"upper":5}']
)
def test_a_cursor_that_cannot_be_read_is_a_bad_payload(cursor: str) -> None:
    with pytest.raises(BadPayload):
        source(Index()).fetch(BRAND, None, cursor, NOW)


# -- questions


def test_the_names_are_asked_for_as_phrases_and_alternatives_in_parentheses() -> None:
    brand = Brand(
        "n", "N", names=("Northline Air", 'North"line', "NL"), products=("Northline Card",), hashtags=("nl1",)
    )
    assert list(queries(brand)) == ['("Northline Air" OR "North line" OR "Northline Card")']
    assert list(queries(BRAND)) == ['"Northline Air"']
    assert list(queries(Brand("n", "N", hashtags=("northline",)))) == ['"northline"']


def test_many_names_are_asked_for_in_several_questions_that_are_not_too_long() -> None:
    names = tuple(f"Northline Subsidiary {n}" for n in range(40))
    index = Index()
    crawl(source(index), brand=Brand("n", "N", names=names))
    asked = [params["query"] for params in index.asked]
    assert all(len(query) <= 250 for query in asked)
    assert all(any(f'"{name}"' in query for query in asked) for name in names)


def test_a_brand_with_names_too_short_to_be_asked_for_asks_nothing() -> None:
    def unasked(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    assert crawl(source(unasked), brand=Brand("n", "N", names=("NL",)))[-1].next_cursor is None


# -- manners, over a real connection


def story(number: int, minutes: float, **fields: Any) -> Event:
    return Event(number, number % 9, NOW + timedelta(minutes=minutes), f"Northline Air in the news, {number}", **fields)


@contextmanager
def online(site: GdeltSite, clock: RecordedClock) -> Iterator[GdeltSource]:
    with serve(lambda asked: site.answer(asked, clock.now())) as base:
        http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), clock)
        try:
            yield GdeltSource(Config(**site.settings(base)), http)
        finally:
            http.close()


def test_all_that_the_site_saw_is_read_whole_and_late_ones_by_the_next_look() -> None:
    world = World([story(n, -1200 + 1.5 * n) for n in range(700)])
    clock, site = RecordedClock(NOW), GdeltSite(world)
    with online(site, clock) as reader:
        pages = crawl(reader)
        assert keys(pages) == {site.key_of(event) for event in world.listed(NOW)}
        assert any(r"AC\DC" in post.text for page in pages for post in page.posts)
        world.add(story(800, -170, visible_at=NOW + timedelta(minutes=5)))
        world.add(story(801, 3))
        clock.wait(timedelta(minutes=20))
        found = keys(crawl(reader, pages[-1].state, clock.now()))
    assert {site.key_of(story(800, 0)), site.key_of(story(801, 0))} <= found


def test_it_never_asks_twice_within_five_seconds() -> None:
    world = World([story(n, -1200 + 1.5 * n) for n in range(700)])
    clock, site = RecordedClock(NOW), GdeltSite(world, pace=5)
    found: set[PostKey] = set()
    cursor: str | None = None
    with online(site, clock) as reader:
        while not found or cursor:
            try:
                page = reader.fetch(BRAND, None, cursor, clock.now())
            except BudgetSpent as error:
                clock.wait(min(error.retry_after or timedelta(0), timedelta(seconds=6)))
                continue
            cursor = page.next_cursor
            found |= keys([page])
    assert site.over_limit == 0
    assert found == {site.key_of(event) for event in world.listed(NOW)}
