"""Limits that sites announce: read in each one's own way, and never exceeded."""

import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.errors import RateLimited, SourceError, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.limits import Limits, Turn
from monitor.rate_limit import Limit, announced, retry_after
from tests.sites.server import Answer, Asked, serve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EPOCH = int(NOON.timestamp())
SOON = NOON + timedelta(seconds=90)


# -- reading


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        (  # Mastodon
            {
                "x-ratelimit-limit": "300",
                "x-ratelimit-remaining": "288",
                "x-ratelimit-reset": "2026-03-02T12:01:30.000000Z",
            },
            Limit(300, 288, SOON),
        ),
        (  # Bluesky
            {
                "ratelimit-limit": "3000",
                "ratelimit-remaining": "2993",
                "ratelimit-reset": str(EPOCH + 90),
                "ratelimit-policy": "3000;w=300",
            },
            Limit(3000, 2993, SOON),
        ),
        (  # X
            {"x-rate-limit-limit": "450", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(EPOCH + 90)},
            Limit(450, 0, SOON),
        ),
        (  # Reddit
            {"x-ratelimit-used": "4", "x-ratelimit-remaining": "95.5", "x-ratelimit-reset": "90"},
            Limit(None, 95.5, SOON),
        ),
        (  # Graph
            {"x-app-usage": json.dumps({"call_count": 28, "total_time": 61, "total_cputime": 25})},
            Limit(100, 39, None),
        ),
        ({"x-app-usage": json.dumps({"call_count": 100})}, Limit(100, 0, NOON + timedelta(minutes=15))),
        (
            {
                "x-business-use-case-usage": json.dumps(
                    {"81": [{"type": "pages", "call_count": 97, "total_time": 5, "estimated_time_to_regain_access": 7}]}
                )
            },
            Limit(100, 0, NOON + timedelta(minutes=7)),
        ),
        ({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3"}, Limit(100, 3, None)),
        ({"x-ratelimit-reset": str(1000 * (EPOCH + 90))}, Limit(None, None, SOON)),
        ({"x-ratelimit-reset": "Mon, 02 Mar 2026 12:01:30 GMT"}, Limit(None, None, SOON)),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "-1"}, Limit(None, 5, None)),
        ({"x-ratelimit-remaining": "nan", "x-ratelimit-limit": "inf"}, None),
        ({"x-ratelimit-reset": str(EPOCH + 10**9)}, Limit(None, None, NOON + timedelta(hours=24))),
        ({"x-app-usage": "[" * 5000}, None),
        ({"x-app-usage": '{"call_count": true, "total_time": "9"}'}, None),
        ({"x-app-usage": "{"}, None),
        ({"retry-after": "5"}, None),
        ({}, None),
    ],
)
def test_each_platform_is_read_in_its_own_way(headers: dict[str, str], limit: Limit | None) -> None:
    assert announced(headers, NOON) == limit


def test_a_site_whose_clock_is_five_minutes_ahead_is_understood() -> None:
    ahead = {
        "date": "Mon, 02 Mar 2026 12:05:00 GMT",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "2026-03-02T12:06:30Z",
        "retry-after": "Mon, 02 Mar 2026 12:06:30 GMT",
    }
    assert announced(ahead, NOON) == Limit(None, 0, SOON)
    assert retry_after(ahead, NOON) == timedelta(seconds=90)


def test_a_clock_that_is_days_off_is_not_believed() -> None:
    headers = {"date": "Sun, 01 Mar 2026 12:00:00 GMT", "x-ratelimit-reset": str(EPOCH + 90)}
    assert announced(headers, NOON) == Limit(None, None, SOON)


# -- holding to it


def client(handler: Callable[[httpx.Request], httpx.Response], clock: RecordedClock, **config: Any) -> HttpClient:
    return HttpClient(HttpConfig(**{"pace_seconds": 0, **config}), clock, httpx.MockTransport(handler))


class Site:
    """Allows so many requests in a window, as Mastodon does."""

    def __init__(self, clock: RecordedClock, limit: int = 3, window: timedelta = timedelta(minutes=5)) -> None:
        self.clock, self.limit, self.window = clock, limit, window
        self.served = self.refused = 0
        self.ends = clock.now() + window

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.clock.now() >= self.ends:
            self.served, self.ends = 0, self.clock.now() + self.window
        self.served += 1
        left = self.limit - self.served
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(left, 0)),
            "X-RateLimit-Reset": self.ends.isoformat().replace("+00:00", "Z"),
        }
        if left < 0:
            self.refused += 1
            return httpx.Response(429, headers=headers)
        return httpx.Response(200, headers=headers, json=[])


def test_nothing_is_sent_once_the_announced_limit_is_used_up() -> None:
    clock = RecordedClock(NOON)
    site = Site(clock)
    http = client(site, clock)
    for _ in range(3):
        http.get_json("https://a.example/api")
    clock.wait(timedelta(minutes=1))
    with pytest.raises(RateLimited, match=r"a\.example:443: the limit it announced is used up") as limited:
        http.get_json("https://a.example/api")
    assert limited.value.retry_after == timedelta(minutes=4)
    assert (site.served, site.refused) == (3, 0)
    clock.wait(timedelta(minutes=4))
    http.get_json("https://a.example/api")
    assert site.refused == 0


def test_buckets_and_hosts_are_counted_apart() -> None:
    clock = RecordedClock(NOON)
    left = {"/search": "0", "/users": "9"}

    def site(request: httpx.Request) -> httpx.Response:
        headers = {"x-rate-limit-remaining": left[request.url.path], "x-rate-limit-reset": str(EPOCH + 90)}
        return httpx.Response(200, headers=headers, json=[])

    http = client(site, clock)
    http.get("https://a.example/search", bucket="search")
    http.get("https://a.example/users", bucket="users")
    http.get("https://a.example:8443/search", bucket="search")
    http.get("https://b.example/search", bucket="search")
    with pytest.raises(RateLimited, match=r"a\.example:443 \(search\)"):
        http.get("https://a.example/search", bucket="search")
    http.get("https://a.example/users", bucket="users")


def test_what_is_known_of_limits_can_be_shown() -> None:
    clock = RecordedClock(NOON)
    http = client(Site(clock), clock)
    assert http.limits() == ()
    http.get("https://a.example/1", bucket="search")
    ((host, bucket, limit, closed),) = http.limits()
    assert (host, bucket, limit, closed) == (
        "a.example:443",
        "search",
        Limit(3, 2, NOON + timedelta(minutes=5)),
        None,
    )


def test_after_too_many_requests_nothing_is_sent_until_the_time_has_come() -> None:
    clock, asked = RecordedClock(NOON), []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(429, headers={"Retry-After": "120"}) if len(asked) == 1 else httpx.Response(200)

    http = client(site, clock)
    for _ in range(3):
        with pytest.raises(RateLimited) as limited:
            http.get("https://a.example/")
        assert limited.value.retry_after == timedelta(seconds=120)
    assert len(asked) == 1
    clock.wait(timedelta(seconds=120))
    assert http.get("https://a.example/").status == 200


def test_the_wait_shrinks_as_time_goes_by() -> None:
    clock = RecordedClock(NOON)
    http = client(lambda request: httpx.Response(429, headers={"Retry-After": "120"}), clock)
    with pytest.raises(RateLimited):
        http.get("https://a.example/")
    clock.wait(timedelta(seconds=100))
    with pytest.raises(RateLimited) as limited:
        http.get("https://a.example/")
    assert limited.value.retry_after == timedelta(seconds=20)


def test_too_many_requests_without_a_word_about_the_wait_means_a_longer_one_each_time() -> None:
    clock = RecordedClock(NOON)
    good: set[int] = set()
    asked: list[int] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(len(asked))
        return httpx.Response(200 if asked[-1] in good else 429)

    http, waits = client(site, clock), []
    for _ in range(9):
        with pytest.raises(RateLimited) as limited:
            http.get("https://a.example/")
        waits.append(limited.value.retry_after / timedelta(minutes=1))
        clock.wait(limited.value.retry_after)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert len(asked) == 9
    good.add(9)
    http.get("https://a.example/")
    with pytest.raises(RateLimited) as limited:
        http.get("https://a.example/")
    assert limited.value.retry_after == timedelta(minutes=1)


def test_a_lost_request_may_have_been_counted_in_the_window_that_began_meanwhile() -> None:
    clock = RecordedClock(NOON)
    limits = Limits(clock)
    with limits.turn("a") as first:
        first.heard(200, {"ratelimit-limit": "2", "ratelimit-remaining": "1", "ratelimit-reset": "60"})
    with suppress(Unreachable), limits.turn("a"):
        clock.wait(timedelta(seconds=61))
        raise Unreachable("lost")
    with limits.turn("a"), pytest.raises(RateLimited), limits.turn("a"):
        pass


def test_where_nobody_says_until_when_one_request_at_a_time_finds_out() -> None:
    clock = RecordedClock(NOON)
    limits = Limits(clock)
    with limits.turn("a") as first:
        first.heard(200, {"ratelimit-limit": "2", "ratelimit-remaining": "0"})
    clock.wait(timedelta(minutes=1))
    with limits.turn("a"):
        clock.wait(timedelta(minutes=5))
        with pytest.raises(RateLimited), limits.turn("a"):
            pass


def test_requests_refused_together_count_as_one_refusal() -> None:
    clock = RecordedClock(NOON)
    limits = Limits(clock)
    with limits.turn("a") as one, limits.turn("a") as two, limits.turn("a") as three:
        for turn in (one, two, three):
            turn.heard(429, {})
    assert limits.wait("a") == timedelta(minutes=1)


def test_a_busy_server_that_names_a_time_is_left_alone_until_then() -> None:
    clock, asked = RecordedClock(NOON), []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503, headers={"Retry-After": "300"})

    http = client(site, clock)
    with pytest.raises(Unreachable) as busy:
        http.get("https://a.example/")
    assert busy.value.retry_after == timedelta(seconds=300)
    with pytest.raises(RateLimited):
        http.get("https://a.example/")
    assert len(asked) == 1


def test_a_figure_without_a_reset_is_not_held_against_a_site_for_ever() -> None:
    clock = RecordedClock(NOON)
    http = client(lambda request: httpx.Response(200, headers={"x-ratelimit-remaining": "0"}), clock)
    http.get("https://a.example/")
    with pytest.raises(RateLimited) as limited:
        http.get("https://a.example/")
    assert limited.value.retry_after == timedelta(minutes=1)
    clock.wait(timedelta(minutes=1))
    http.get("https://a.example/")


def test_a_reset_that_is_over_when_it_is_told_stops_nothing() -> None:
    clock = RecordedClock(NOON)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-03-02T11:59:59Z"}
    http = client(lambda request: httpx.Response(200, headers=headers), clock)
    for _ in range(3):
        http.get("https://a.example/")


def test_requests_on_their_way_are_counted_before_the_site_could_count_them() -> None:
    limits = Limits(RecordedClock(NOON))
    told = {"x-ratelimit-remaining": "2", "x-ratelimit-reset": "60"}
    with limits.turn("a") as slow, limits.turn("a") as quick:
        quick.heard(200, told)  # the slow one may not be in the figure
        with limits.turn("a"), pytest.raises(RateLimited), limits.turn("a"):
            pass
        slow.heard(200, {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "60"})
    # Three began after or beside the slow one: of the 3 it was told of, at least 1 is left.
    with limits.turn("a"):
        pass
    with pytest.raises(RateLimited), limits.turn("a"):
        pass


def test_older_news_does_not_open_what_newer_news_closed() -> None:
    clock = RecordedClock(NOON)
    limits = Limits(clock)
    with limits.turn("a") as old:
        with limits.turn("a") as new:
            new.heard(200, {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "2026-03-02T12:05:00Z"})
        old.heard(200, {"x-ratelimit-remaining": "90", "x-ratelimit-reset": "2026-03-02T12:00:10Z"})
    (known,) = limits.known()
    assert known.limit.remaining is not None
    assert known.limit.remaining <= 1
    assert known.limit.reset_at == NOON + timedelta(minutes=5)


def test_a_request_that_fails_is_taken_off_all_the_same() -> None:
    clock = RecordedClock(NOON)
    site = Site(clock, limit=2)

    def failing(request: httpx.Request) -> httpx.Response:
        answer = site(request)
        if request.url.path == "/broken":
            raise httpx.RemoteProtocolError("cut")
        return answer

    http = client(failing, clock)
    http.get("https://a.example/")
    with pytest.raises(SourceError):
        http.get("https://a.example/broken")
    with pytest.raises(RateLimited):
        http.get("https://a.example/")
    assert site.refused == 0


class Windows:
    """A server that counts requests when it serves them, whenever their answers arrive."""

    def __init__(self, clock: RecordedClock, limit: int) -> None:
        self.clock, self.limit, self.served, self.over = clock, limit, 0, 0
        self.ends = clock.now() + timedelta(seconds=60)

    def serve(self) -> dict[str, str]:
        if self.clock.now() >= self.ends:
            self.served, self.ends = 0, self.clock.now() + timedelta(seconds=60)
        self.served += 1
        self.over += self.served > self.limit
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(max(0, self.limit - self.served)),
            "ratelimit-reset": str(int(self.ends.timestamp())),
        }


@pytest.mark.parametrize("seed", range(200))
def test_whatever_the_order_in_which_requests_are_served_and_answers_arrive(seed: int) -> None:
    chance, clock = random.Random(seed), RecordedClock(NOON)
    limits, site = Limits(clock), Windows(clock, chance.randint(1, 8))
    with limits.turn("a") as first:
        first.heard(200, site.serve())
    sent: list[tuple[ExitStack, Turn]] = []
    served: list[tuple[ExitStack, Turn, dict[str, str]]] = []
    for _ in range(300):
        step = chance.choices(("send", "serve", "arrive", "wait"), (8, 6, 6, 2))[0]
        if step == "send":
            stack = ExitStack()
            with suppress(RateLimited):
                sent.append((stack, stack.enter_context(limits.turn("a"))))
        elif step == "serve" and sent:
            served.append((*sent.pop(chance.randrange(len(sent))), site.serve()))
        elif step == "arrive" and served:
            stack, turn, headers = served.pop(chance.randrange(len(served)))
            turn.heard(200, headers)
            stack.close()
        elif step == "wait":
            clock.wait(timedelta(seconds=chance.randint(1, 40)))
    assert site.over == 0


def test_many_threads_together_never_go_beyond_what_a_real_server_announced() -> None:
    clock, lock = RecordedClock(NOON), threading.Lock()
    site = Windows(clock, 12)

    def respond(asked: Asked) -> Answer:
        with lock:
            return Answer(b"[]", headers=site.serve())

    with serve(respond) as base:
        config = HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",), timeout_seconds=300)
        http = HttpClient(config, clock)
        http.get_json(f"{base}/api")

        def ask(_: int) -> int:
            try:
                http.get_json(f"{base}/api")
            except RateLimited:
                with lock:
                    clock.wait(timedelta(seconds=5))
                return 0
            return 1

        with ThreadPoolExecutor(6) as pool:
            answered = sum(pool.map(ask, range(300)))
        http.close()
    assert answered > 40
    assert site.over == 0
