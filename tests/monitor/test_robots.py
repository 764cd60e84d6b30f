"""robots.txt: obeyed where pages are read, read once a day, and no way to harm us."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock, elapsed_seconds
from monitor.errors import RateLimited, Refused, Unreachable
from monitor.http import HttpClient, HttpConfig
from tests.sites.server import Answer, Asked, serve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Site:
    """Has rules and pages; notes what was asked when."""

    def __init__(self, rules: str | bytes | httpx.Response, clock: RecordedClock) -> None:
        self.rules, self.clock = rules, clock
        self.asked: list[tuple[str, float]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, (self.clock.now() - NOON).total_seconds()))
        if request.url.path != "/robots.txt":
            return httpx.Response(200, text="page")
        if isinstance(self.rules, httpx.Response):
            return httpx.Response(self.rules.status_code, headers=self.rules.headers, content=self.rules.content)
        return httpx.Response(200, content=self.rules)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def visit(rules: str | bytes | httpx.Response, **config: Any) -> tuple[HttpClient, Site, RecordedClock]:
    clock = RecordedClock(NOON)
    site = Site(rules, clock)
    return HttpClient(HttpConfig(**{"pace_seconds": 0, **config}), clock, httpx.MockTransport(site)), site, clock


CLOSED = "User-agent: *\nDisallow: /private\nAllow: /private/press\n"


def test_what_the_site_does_not_want_crawled_is_not_asked_for() -> None:
    http, site, _ = visit(CLOSED)
    with pytest.raises(Refused, match=r"a\.example/private/feed: the site's robots\.txt asks crawlers to stay away"):
        http.get("https://a.example/private/feed?key=s3cret", robots=True)
    assert site.paths == ["/robots.txt"]


def test_what_it_allows_is_read_and_its_rules_only_once() -> None:
    http, site, _ = visit(CLOSED)
    for path in ("/feed", "/private/press", "/feed"):
        http.get(f"https://a.example{path}", robots=True)
    assert site.paths == ["/robots.txt", "/feed", "/private/press", "/feed"]


def test_interfaces_for_programs_are_asked_without_it() -> None:
    http, site, _ = visit("User-agent: *\nDisallow: /")
    assert http.get("https://a.example/api").status == 200
    assert site.paths == ["/api"]


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: ripplewatch\nDisallow: /\n\nUser-agent: *\nDisallow:\n", False),
        ("User-agent: Ripplewatch\nDisallow:\n\nUser-agent: *\nDisallow: /\n", True),
        ("User-agent: otherbot\nUser-agent: ripplewatch\nDisallow: /\n", False),
        ("User-agent: ripplewatch\nUser-agent: otherbot\nDisallow: /\n", False),
        ("User-agent: otherbot\nDisallow: /\n", True),
        ("User-agent: otherbot\nDisallow: /\nUser-agent: *\nDisallow: /feed\n", False),
        ("User-agent: *\nUser-agent: otherbot\nDisallow: /feed # all of it\n", False),
        ("user agent : *\ndisallow : /feed\n", False),
        ("User-agent: *\nDisallow: /*.xml$\nAllow: /feed\n", True),
        ("User-agent: *\nDisallow: /feed?page=*\n", True),
        ("\ufeffUser-agent: *\r\nDisallow: /feed\r\n", False),
        ("<html><body>no such page</body></html>", True),
        ("", True),
        (b"\xff\xfe\x00User-agent: *\nDisallow: /feed", True),
    ],
)
def test_the_rules_for_us_count_else_those_for_all(rules: str | bytes, allowed: bool) -> None:
    http, _, _ = visit(rules)
    if allowed:
        assert http.get("https://a.example/feed", robots=True).status == 200
    else:
        with pytest.raises(Refused):
            http.get("https://a.example/feed", robots=True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_rules_allows_everything(status: int) -> None:
    http, site, _ = visit(httpx.Response(status))
    for _ in range(2):
        http.get("https://a.example/feed", robots=True)
    assert site.paths == ["/robots.txt", "/feed", "/feed"]


def test_while_a_site_cannot_tell_its_rules_nothing_is_read() -> None:
    http, site, clock = visit(httpx.Response(500))
    for _ in range(3):
        with pytest.raises(Unreachable, match=r"a\.example/robots\.txt has a problem of its own \(500\)") as unknown:
            http.get("https://a.example/feed", robots=True)
    assert site.paths == ["/robots.txt"]
    assert unknown.value.retry_after == timedelta(minutes=5)
    clock.wait(timedelta(minutes=5))
    site.rules = CLOSED
    assert http.get("https://a.example/feed", robots=True).status == 200


def test_known_rules_hold_while_the_site_cannot_tell_them_anew() -> None:
    http, site, clock = visit(CLOSED)
    http.get("https://a.example/feed", robots=True)
    clock.wait(timedelta(hours=24))
    site.rules = httpx.Response(500)
    http.get("https://a.example/feed", robots=True)
    with pytest.raises(Refused):
        http.get("https://a.example/private", robots=True)


def test_rules_are_read_anew_after_a_day() -> None:
    http, site, clock = visit(CLOSED)
    http.get("https://a.example/feed", robots=True)
    site.rules = "User-agent: *\nDisallow: /feed"
    clock.wait(timedelta(hours=23))
    http.get("https://a.example/feed", robots=True)
    clock.wait(timedelta(hours=1))
    with pytest.raises(Refused):
        http.get("https://a.example/feed", robots=True)


def test_a_site_that_asks_to_come_back_later_is_asked_later() -> None:
    http, site, clock = visit(httpx.Response(429, headers={"Retry-After": "60"}))
    for _ in range(2):
        with pytest.raises(RateLimited):
            http.get("https://a.example/feed", robots=True)
    assert site.paths == ["/robots.txt"]
    clock.wait(timedelta(seconds=60))
    site.rules = ""
    http.get("https://a.example/feed", robots=True)


@pytest.mark.parametrize("rules", ["Crawl-delay: 7", "Request-rate: 2/14", "Request-rate: 1/7s\nCrawl-delay: 3"])
def test_the_pace_that_a_site_wishes_is_kept(rules: str) -> None:
    http, site, _ = visit(f"User-agent: *\n{rules}\n", pace_seconds=1)
    for _ in range(3):
        http.get("https://a.example/feed", robots=True)
    assert [at for _, at in site.asked] == [0, 7, 14, 21]


def test_nobody_sleeps_for_an_hour_because_a_site_wishes_so() -> None:
    http, site, clock = visit("User-agent: *\nCrawl-delay: 3600\n")
    with pytest.raises(RateLimited) as limited:
        http.get("https://a.example/feed", robots=True)
    assert limited.value.retry_after == timedelta(hours=1)
    clock.wait(timedelta(hours=1))
    http.get("https://a.example/feed", robots=True)
    assert site.asked == [("/robots.txt", 0), ("/feed", 3600)]


def test_each_site_has_its_own_rules_also_behind_a_redirect() -> None:
    asked: list[str] = []

    def two_sites(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.host}{request.url.path}")
        if request.url.path == "/robots.txt":
            rules = "User-agent: *\nDisallow: /closed" if request.url.host == "b.example" else ""
            return httpx.Response(200, text=rules)
        return httpx.Response(302, headers={"location": "https://b.example/closed"})

    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOON), httpx.MockTransport(two_sites))
    with pytest.raises(Refused, match=r"b\.example/closed"):
        http.get("https://a.example/feed", robots=True)
    assert asked == ["a.example/robots.txt", "a.example/feed", "b.example/robots.txt"]


def test_rules_may_lie_behind_a_redirect() -> None:
    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.host == "a.example":
            return httpx.Response(301, headers={"location": "https://www.a.example/robots.txt"})
        return httpx.Response(200, text="User-agent: *\nDisallow: /")

    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOON), httpx.MockTransport(moved))
    with pytest.raises(Refused, match="stay away"):
        http.get("https://a.example/feed", robots=True)


def test_a_file_without_end_is_read_up_to_a_limit() -> None:
    rules = "User-agent: *\nDisallow: /private\n" + "# filling\n" * 60_000 + "User-agent: *\nDisallow: /\n"
    http, _, _ = visit(rules)
    assert http.get("https://a.example/feed", robots=True).status == 200
    with pytest.raises(Refused):
        http.get("https://a.example/private", robots=True)


def many_names() -> str:
    names = "".join(f"User-agent: bot{number}\n" for number in range(12_000))
    return names + "".join(f"Disallow: /{number}\n" for number in range(15_000))


@pytest.mark.parametrize(
    "rules",
    [
        many_names(),
        "User-agent: *\n" + "Disallow: /" + "*a" * 240_000,
        "User-agent: *\n" + "Disallow: /*a*a*a*a*b$\n" * 20_000,
        "User-agent: *\n" * 35_000 + "Disallow: /",
        "User-agent: *\nCrawl-delay: 1e309\nRequest-rate: 0/0\nRequest-rate: 1/99999999999999999999\n",
    ],
    ids=["names times rules", "one long pattern", "many patterns", "names only", "odd figures"],
)
def test_rules_made_to_hurt_are_read_quickly(rules: str, elapsed: Callable[[], float]) -> None:
    http, _, _ = visit(rules)
    with contextlib.suppress(Refused, RateLimited):
        http.get("https://a.example/" + "a" * 500, robots=True)
    assert elapsed() < 30


@pytest.fixture
def elapsed() -> Callable[[], float]:
    start = elapsed_seconds()
    return lambda: elapsed_seconds() - start


def test_threads_that_want_the_same_rules_ask_for_them_once() -> None:
    asked: list[str] = []
    lock = threading.Lock()

    def respond(request: Asked) -> Answer:
        with lock:
            asked.append(request.path)
        return Answer(CLOSED.encode())

    with serve(respond) as base:
        config = HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",), timeout_seconds=5)
        http = HttpClient(config, RecordedClock(NOON))
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda number: http.get(f"{base}/feed{number}", robots=True), range(20)))
        http.close()
    assert asked.count("/robots.txt") == 1
    assert len(asked) == 21
