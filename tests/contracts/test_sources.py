"""What every source keeps to, whichever site it reads: found by themselves, each tried on its own fixtures.

A new source needs a line in the registry and a folder ``tests/fixtures/<name>``: a full page, the last one, an empty
one, the answer to too many requests, and each error that its site documents.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor import errors
from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey
from monitor.errors import BadPayload, RateLimited, SourceError
from monitor.http import HttpClient, HttpConfig
from monitor.sources.base import Capabilities, FollowsUp, Rechecks, Source, SourceConfig, SourceSpec, missing_keys
from monitor.sources.registry import PROBLEMS, SOURCES, with_plug_ins

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
SECRET = "s3cret-p4ssword"
ONLINE = sorted(name for name, spec in SOURCES.items() if spec.online)
MOST_MUTATIONS = 400  # of one fixture


def fixture(name: str, kind: str) -> Path:
    found = sorted((FIXTURES / name).glob(f"{kind}.*"))
    assert len(found) == 1, f"source {name!r} needs exactly one file tests/fixtures/{name}/{kind}.*"
    return found[0]


def read(name: str, kind: str, otherwise: Any = None) -> Any:
    """A JSON file beside the fixtures of a source, its keys filled in."""
    path = FIXTURES / name / f"{kind}.json"
    return json.loads(path.read_text().replace("{secret}", SECRET)) if path.exists() else otherwise


def config(name: str, kind: str = "full") -> SourceConfig:
    given = read(name, "settings", {})
    if "paths" in SOURCES[name].config.model_fields:
        given["paths"] = (fixture(name, kind),)
    return SOURCES[name].config.model_validate(given)


def prepared(name: str, kind: str) -> httpx.Response:
    """The answer that a fixture holds: a bare body, or one with status and headers around it."""
    path = fixture(name, kind)
    if path.suffix == ".json":
        value = json.loads(path.read_text())
        if isinstance(value, dict) and {"_headers", "_status"} & value.keys():
            return answer(value.get("_status", 200), value.get("_headers", {}), value["body"])
    kind_of = "application/json" if path.suffix == ".json" else "application/xml; charset=utf-8"
    return httpx.Response(200, content=path.read_bytes(), headers={"content-type": kind_of})


def answer(status: int, headers: dict[str, str], body: Any) -> httpx.Response:
    if isinstance(body, str):
        return httpx.Response(status, headers=headers, text=body)
    return httpx.Response(status, headers=headers, json=body)


@dataclass
class Site:
    """Answers the first look with one page, the next with the last one, then with empty ones."""

    pages: list[httpx.Response]
    empty: httpx.Response
    others: dict[str, Any]
    requests: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        assert self.requests < 1_000, "it never stops asking"
        asked = request.url.raw_path.decode()
        for part, body in self.others.items():
            if part in asked:
                return answer(200, {}, body)
        if asked == "/robots.txt":
            return httpx.Response(404)
        chosen = self.pages.pop(0) if self.pages else self.empty
        return httpx.Response(chosen.status_code, headers=chosen.headers, content=chosen.content)


def source(name: str, kind: str = "full", first: httpx.Response | None = None, pages: int = 2) -> Source:
    """The source in front of a site whose first page is ``first``, or the one that ``kind`` names."""
    spec = SOURCES[name]
    site: Any = httpx.Response(500)
    if spec.online:
        prepared_pages = [first or prepared(name, kind), *([prepared(name, "last")] if kind == "full" else [])]
        site = Site(prepared_pages[:pages], prepared(name, "empty"), read(name, "others", {}))
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(site))
    return spec.build(config(name, kind), http)


def failing(name: str, first: httpx.Response) -> Source:
    """The source in front of a site that answers everything but its side requests in the same way."""
    site = Site([], first, read(name, "others", {}))
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(site))
    return SOURCES[name].build(config(name), http)


def crawl(source: Source, state: str | None = None) -> list[Page]:
    pages: list[Page] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        pages.append(source.fetch(BRAND, state, cursor, NOW))
        cursor = pages[-1].next_cursor
        assert len(pages) < 50, "the pages never end"
    return pages


def is_fit_to_be_shown(error: SourceError) -> None:
    text = str(error)
    assert SECRET not in text
    assert text.isprintable()
    assert len(text) < 600


def posts_of(pages: list[Page]) -> list[Post]:
    return [post for page in pages for post in page.posts]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_it_says_its_own_name_and_has_its_fixtures(name: str) -> None:
    assert source(name).name == name == SOURCES[name].name
    for kind in ("full", "empty", *(("last", "error", "errors") if name in ONLINE else ())):
        fixture(name, kind)


@pytest.mark.parametrize("name", ONLINE)
def test_it_says_what_it_can_see(name: str) -> None:
    assert isinstance(SOURCES[name].capabilities, Capabilities)
    assert SOURCES[name].capabilities.deletions == isinstance(source(name), Rechecks)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_full_answer_gives_posts_with_keys_authors_and_times(name: str) -> None:
    pages = crawl(source(name))
    posts = posts_of(pages)
    assert posts
    for page in pages:
        assert len({post.key for post in page.posts}) == len(page.posts)
    for post in posts:
        assert post.key.source == post.author.source
        assert name in (post.key.source, "archive")
        assert post.text
        for moment in (post.created_at, post.seen_at):
            assert moment.utcoffset() == timedelta(0)
        assert post.created_at <= post.seen_at <= NOW
        assert post.url is None or post.url.startswith("https://")
    for repost in (repost for page in pages for repost in page.reposts):
        assert repost.at.utcoffset() == timedelta(0)
        assert repost.child != repost.root
        assert 0 <= repost.confidence <= 1


@pytest.mark.parametrize("name", ONLINE)
def test_the_last_page_is_read_and_is_the_last(name: str) -> None:
    with_last, without = posts_of(crawl(source(name))), posts_of(crawl(source(name, pages=1)))
    assert {post.key for post in with_last} >= {post.key for post in without}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_same_answer_gives_the_same_page(name: str) -> None:
    assert crawl(source(name)) == crawl(source(name))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_an_empty_answer_is_no_failure(name: str) -> None:
    pages = crawl(source(name, "empty"))
    assert not any(page.posts or page.reposts or page.dropped or page.deleted or page.gap for page in pages)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_what_it_wants_remembered_is_accepted_by_the_next_crawl(name: str) -> None:
    state = crawl(source(name))[-1].state
    assert state
    assert not posts_of(crawl(source(name, "empty"), state))


@pytest.mark.parametrize("name", ONLINE)
def test_a_walk_goes_on_in_another_process(name: str) -> None:
    first = source(name)
    page = first.fetch(BRAND, None, None, NOW)
    if page.next_cursor is None:
        pytest.skip(f"{name} reads everything in one page")
    other = source(name)
    other.fetch(BRAND, None, None, NOW)
    assert other.fetch(BRAND, None, page.next_cursor, NOW) == first.fetch(BRAND, None, page.next_cursor, NOW)


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", "{}", '{"v":99}', "3|x|y", "null", "\x00"])
@pytest.mark.parametrize("name", ONLINE)
def test_a_cursor_of_another_version_is_a_source_error_or_a_walk_from_the_start(name: str, cursor: str) -> None:
    with suppress(BadPayload):
        assert isinstance(source(name).fetch(BRAND, None, cursor, NOW), Page)


@pytest.mark.parametrize("state", ["", "nonsense", "[]", '{"https://news.example/rss": 3}', "-1", "2026-03-02", "null"])
@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_state_of_another_version_costs_one_full_crawl_at_most(name: str, state: str) -> None:
    assert posts_of(crawl(source(name), state))


@pytest.mark.parametrize("name", ONLINE)
def test_a_wait_that_the_site_asks_for_is_handed_on(name: str) -> None:
    error = read(name, "error")
    with pytest.raises(RateLimited) as raised:
        crawl(failing(name, answer(error["status"], error["headers"], error["body"])))
    assert raised.value.retry_after is not None
    assert timedelta(seconds=599) <= raised.value.retry_after <= timedelta(seconds=660)


def documented() -> Iterator[Any]:
    for name in ONLINE:
        for number, case in enumerate(read(name, "errors", [])):
            yield pytest.param(name, case, id=f"{name}-{number}-{case['status']}")


@pytest.mark.parametrize(("name", "case"), list(documented()))
def test_each_documented_error_means_what_the_site_says(name: str, case: dict[str, Any]) -> None:
    site = failing(name, answer(case["status"], case.get("headers", {}), case["body"]))
    if case["raises"] is None:
        assert not posts_of(crawl(site))
        return
    with pytest.raises(getattr(errors, case["raises"])) as raised:
        crawl(site)
    is_fit_to_be_shown(raised.value)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500, 502, 503])
@pytest.mark.parametrize("name", ONLINE)
def test_an_answer_of_another_kind_is_a_source_error_without_a_secret(name: str, status: int) -> None:
    with pytest.raises(SourceError) as raised:
        crawl(failing(name, httpx.Response(status, text=f"<html>please click {SECRET}</html>")))
    is_fit_to_be_shown(raised.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ONLINE)
def test_a_cut_off_body_is_an_error_or_counted(name: str, share: float) -> None:
    whole = prepared(name, "full")
    cut = httpx.Response(200, headers=whole.headers, content=whole.content[: int(len(whole.content) * share)])
    try:
        pages = crawl(failing(name, cut))
    except SourceError:
        return
    assert any(page.dropped or page.posts for page in pages)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside ``value``."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from leaves(inner, (*path, key))


def mutated(body: Any) -> Iterator[Any]:
    """``body`` with one thing in it replaced by something of another kind."""
    paths = list(leaves(body))
    odd = (None, -1, 2**70, "x", "9" * 5_000, [], {}, True, [None], {"id": []}, "\u202e\x00\ud800")
    every = [(path, other) for path in paths for other in odd]
    for path, other in every[:: max(1, len(every) // MOST_MUTATIONS)]:
        changed = copy.deepcopy(body)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = other
        yield changed


@pytest.mark.parametrize("name", ONLINE)
def test_wrong_types_are_errors_or_counted_and_never_break_it(name: str) -> None:
    path = fixture(name, "full")
    if path.suffix != ".json":
        pytest.skip(f"{name} speaks no JSON; see its own tests")
    whole = prepared(name, "full")
    for body in mutated(json.loads(whole.content)):
        changed = httpx.Response(200, headers={**whole.headers, "content-length": ""}, text=json.dumps(body))
        changed.headers.pop("content-length", None)
        try:
            pages = crawl(source(name, first=changed, pages=1))
        except SourceError as error:
            is_fit_to_be_shown(error)
            continue
        for post in posts_of(pages):
            assert post.key.id.isprintable()
            assert post.created_at <= NOW


@pytest.mark.parametrize("kind", ["full", "empty", "html", "null", "list", "500"])
@pytest.mark.parametrize("name", ONLINE)
def test_returns_and_rechecks_of_whatever_the_site_sends_are_errors_or_pages(name: str, kind: str) -> None:
    odd = {
        "html": httpx.Response(200, text="<html>please click</html>"),
        "null": httpx.Response(200, text="null"),
        "list": httpx.Response(200, text="[1, null]"),
        "500": httpx.Response(500, text="oops"),
    }
    known = posts_of(crawl(source(name)))[0]
    stranger = Post(PostKey(name, "host.example:77"), AccountKey(name, "u"), "x", NOW, NOW, url="https://x.example/7")
    built: object = failing(name, odd.get(kind) or prepared(name, kind))
    for post in (known, stranger):
        for state in (None, "nonsense"):
            try:
                if isinstance(built, FollowsUp):
                    assert isinstance(built.follow_up(post, state, NOW), Page)
                if isinstance(built, Rechecks):
                    assert isinstance(built.recheck([post], NOW), Page)
            except SourceError as error:
                is_fit_to_be_shown(error)


@pytest.mark.parametrize("name", ONLINE)
def test_a_recheck_deletes_nothing_when_the_site_fails(name: str) -> None:
    known = posts_of(crawl(source(name)))[:5]
    for broken in (httpx.Response(500), httpx.Response(429), httpx.Response(200, text="<html></html>")):
        built: object = failing(name, broken)
        if not isinstance(built, Rechecks):
            pytest.skip(f"{name} cannot look for posts again")
        try:
            page = built.recheck(known, NOW)
        except SourceError:
            continue
        assert page.deleted == ()


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_its_settings_are_described_and_refuse_what_they_do_not_know(name: str) -> None:
    for field, info in SOURCES[name].config.model_fields.items():
        assert info.description, f"{name}.{field} has no description"
    with pytest.raises(ValueError, match="surprise"):
        SOURCES[name].config.model_validate({**read(name, "settings", {}), "surprise": 1})


@pytest.mark.parametrize("name", ONLINE)
def test_a_key_that_is_missing_names_the_page_where_one_gets_it(name: str) -> None:
    off = SOURCES[name].config.model_validate({"enabled": False})
    keys = list(missing_keys(off))
    for field, page in keys:
        assert page.startswith("https://")
        with pytest.raises(ValueError, match=f"{field} is missing: get one at {page}"):
            SOURCES[name].config.model_validate({})


# -- plug-ins


class Point:
    """An entry point as the packaging library hands it out."""

    def __init__(self, name: str, loads: Any) -> None:
        self.name, self.value, self._loads = name, f"plug_in.{name}:SPEC", loads

    def load(self) -> Any:
        if isinstance(self._loads, Exception):
            raise self._loads
        return self._loads


def test_a_plug_in_adds_a_source_and_a_broken_one_is_told() -> None:
    extra = SourceSpec("forum", SourceConfig, lambda config, http: source("feed"))
    taken = SourceSpec("feed", SourceConfig, lambda config, http: source("feed"))
    points: Any = [
        Point("forum", extra),
        Point("gone", ImportError("no module named gone")),
        Point("odd", 3),
        Point("feed", taken),
    ]
    specs, problems = with_plug_ins(SOURCES.values(), points)
    assert specs["forum"] is extra
    assert specs["feed"] is SOURCES["feed"]
    assert [problem.key for problem in problems] == ["sources.gone", "sources.odd", "sources.feed"]


def test_nothing_is_wrong_with_what_is_installed() -> None:
    assert PROBLEMS == ()
