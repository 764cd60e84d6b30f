"""What every source keeps to, whichever site it reads. A new one needs a line in the registry and three fixtures."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import Brand, Page
from monitor.errors import RateLimited, SourceError
from monitor.http import HttpClient, HttpConfig
from monitor.sources.base import Source, SourceConfig, SourceSpec
from monitor.sources.registry import PROBLEMS, SOURCES, with_plug_ins

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",), hashtags=("northline",))
SECRET = "s3cret-p4ssword"
KINDS = ("full", "empty", "error")
ONLINE = sorted(name for name, spec in SOURCES.items() if spec.online)


def fixture(name: str, kind: str) -> Path:
    found = sorted((FIXTURES / name).glob(f"{kind}.*"))
    assert len(found) == 1, f"source {name!r} needs exactly one file tests/fixtures/{name}/{kind}.*"
    return found[0]


def config(spec: SourceSpec, kind: str, **more: Any) -> SourceConfig:
    given: dict[str, Any] = {}
    if "urls" in spec.config.model_fields:
        given["urls"] = (f"https://news.example/rss?key={SECRET}",)
    if "paths" in spec.config.model_fields:
        given["paths"] = (fixture(spec.name, kind),)
    return spec.config(**given, **more)


@dataclass
class Site:
    """Answers the first look with one body and every further request with another."""

    first: httpx.Response
    later: httpx.Response
    requests: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        answer = self.first if self.requests == 1 else self.later
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def plain(name: str, kind: str) -> httpx.Response:
    return httpx.Response(200, content=fixture(name, kind).read_bytes())


def source(name: str, kind: str, first: httpx.Response | None = None, **more: Any) -> Source:
    spec = SOURCES[name]
    if spec.online:
        site = Site(first or plain(name, kind), plain(name, "empty"))
        transport: httpx.BaseTransport = httpx.MockTransport(site)
    else:
        transport = httpx.MockTransport(lambda request: httpx.Response(500))
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), transport)
    return spec.build(config(spec, kind, **more), http)


def crawl(source: Source, state: str | None = None) -> list[Page]:
    pages: list[Page] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        pages.append(source.fetch(BRAND, state, cursor, NOW))
        cursor = pages[-1].next_cursor
        assert len(pages) < 50, "the pages never end"
    return pages


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_it_says_its_own_name_and_has_its_fixtures(name: str) -> None:
    assert source(name, "full").name == name == SOURCES[name].name
    for kind in KINDS:
        fixture(name, kind)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_full_answer_gives_posts_with_keys_authors_and_times(name: str) -> None:
    pages = crawl(source(name, "full"))
    posts = [post for page in pages for post in page.posts]
    assert posts
    assert len({post.key for post in posts}) == len(posts)
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


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_same_answer_gives_the_same_page(name: str) -> None:
    assert crawl(source(name, "full")) == crawl(source(name, "full"))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_an_empty_answer_is_no_failure(name: str) -> None:
    pages = crawl(source(name, "empty"))
    assert not any(page.posts or page.reposts or page.dropped for page in pages)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_what_it_wants_remembered_is_accepted_by_the_next_crawl(name: str) -> None:
    state = crawl(source(name, "full"))[-1].state
    assert state
    again = crawl(source(name, "empty"), state)
    assert not any(page.posts for page in again)


@pytest.mark.parametrize("state", ["", "nonsense", "[]", '{"https://news.example/rss": 3}', "-1", "2026-03-02"])
@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_state_of_another_version_costs_one_full_crawl_at_most(name: str, state: str) -> None:
    assert any(page.posts for page in crawl(source(name, "full"), state))


@pytest.mark.parametrize("name", ONLINE)
def test_a_wait_that_the_site_asks_for_is_handed_on(name: str) -> None:
    error = json.loads(fixture(name, "error").read_text())
    answer = httpx.Response(error["status"], headers=error["headers"], text=error["body"])
    with pytest.raises(RateLimited) as raised:
        crawl(source(name, "full", first=answer))
    assert raised.value.retry_after == timedelta(seconds=600)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("name", ONLINE)
def test_an_answer_of_another_kind_is_a_source_error_without_a_secret(name: str, status: int) -> None:
    login = {"identifier": "watcher.example", "app_password": SECRET} if name == "bluesky" else {}
    answer = httpx.Response(status, text=f"<html>please click {SECRET}</html>")
    with pytest.raises(SourceError) as raised:
        crawl(source(name, "full", first=answer, **login))
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_its_settings_are_described_and_refuse_what_they_do_not_know(name: str) -> None:
    for field, info in SOURCES[name].config.model_fields.items():
        assert info.description, f"{name}.{field} has no description"
    with pytest.raises(ValueError, match="surprise"):
        SOURCES[name].config.model_validate({"surprise": 1})


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
    extra = SourceSpec("forum", SourceConfig, lambda config, http: source("feed", "full"))
    taken = SourceSpec("feed", SourceConfig, lambda config, http: source("feed", "full"))
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
