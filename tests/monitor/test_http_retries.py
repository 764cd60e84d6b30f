"""Short failures are waited out; everything else is left to the schedule."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore
import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from tests.sites.server import Answer, Asked, serve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Outcome = int | Exception | httpx.Response


class Site:
    """Gives each of its outcomes in turn, the last one for ever; notes the seconds at which it was asked."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.clock = RecordedClock(NOON)
        self.outcomes = outcomes
        self.asked: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        outcome = self.outcomes[min(len(self.asked), len(self.outcomes) - 1)]
        self.asked.append((self.clock.now() - NOON).total_seconds())
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome, json={}) if isinstance(outcome, int) else outcome

    def client(self, chance: Callable[[], float] = lambda: 0.0, **config: Any) -> HttpClient:
        settings = HttpConfig(**{"pace_seconds": 0, **config})
        return HttpClient(settings, self.clock, httpx.MockTransport(self), chance=chance)


RESET = httpx.ReadError("reset")


@pytest.mark.parametrize(
    "failure", [502, 503, 504, RESET, httpcore.ReadError(), httpx.ReadTimeout("slow"), httpx.ConnectError("no")]
)
def test_a_short_failure_is_waited_out(failure: Outcome) -> None:
    site = Site(failure, failure, 200)
    assert site.client().get("https://a.example/").status == 200
    assert site.asked == [0, 0.5, 1.5]


def test_after_three_attempts_it_is_left_to_the_schedule() -> None:
    site = Site(502)
    with pytest.raises(Unreachable, match="a problem of its own"):
        site.client().get("https://a.example/")
    assert len(site.asked) == 3


def test_the_last_failure_is_the_one_that_is_told() -> None:
    site = Site(RESET, RESET, 404)
    with pytest.raises(NotFound):
        site.client().get("https://a.example/")


def test_chance_spreads_the_attempts() -> None:
    site, numbers = Site(502), itertools.cycle([0.25, 0.5])
    with pytest.raises(Unreachable):
        site.client(lambda: next(numbers)).get("https://a.example/")
    assert site.asked == [0, 0.625, 2.125]


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadPayload), (401, Unauthorised), (403, Unauthorised), (404, NotFound), (429, RateLimited)],
)
def test_a_refusal_is_not_asked_for_again(status: int, error: type[SourceError]) -> None:
    site = Site(status, 200)
    with pytest.raises(error):
        site.client().get("https://a.example/")
    assert len(site.asked) == 1


def test_an_internal_error_may_be_our_own_doing_and_is_not_repeated() -> None:
    site = Site(httpx.Response(500, json={"error": "InternalServerError"}), 200)
    with pytest.raises(Unreachable):
        site.client().get("https://a.example/search?cursor=garbage")
    assert len(site.asked) == 1


def test_a_site_that_names_a_short_wait_gets_it() -> None:
    site = Site(httpx.Response(503, headers={"Retry-After": "7"}), 200)
    site.client().get("https://a.example/")
    assert site.asked == [0, 7]


def test_a_longer_wait_is_left_to_the_schedule() -> None:
    site = Site(httpx.Response(503, headers={"Retry-After": "11"}), 200)
    with pytest.raises(Unreachable) as busy:
        site.client().get("https://a.example/")
    assert busy.value.retry_after == timedelta(seconds=11)
    assert len(site.asked) == 1


def test_time_outs_do_not_add_up_to_minutes() -> None:
    site = Site(200)

    def slow(request: httpx.Request) -> httpx.Response:
        site(request)
        site.clock.wait(timedelta(seconds=20))
        raise httpx.ReadTimeout("slow")

    http = HttpClient(HttpConfig(pace_seconds=0), site.clock, httpx.MockTransport(slow))
    with pytest.raises(Unreachable, match="did not answer within 20 s"):
        http.get("https://a.example/")
    assert len(site.asked) == 2


@pytest.mark.parametrize(("failure", "attempts"), [(RESET, 1), (503, 1), (httpx.ConnectError("no"), 3)])
def test_a_form_is_sent_again_only_where_it_cannot_have_arrived(failure: Outcome, attempts: int) -> None:
    site = Site(failure)
    with pytest.raises(Unreachable):
        site.client().post_form("https://a.example/token", {"grant_type": "client_credentials"})
    assert len(site.asked) == attempts


def test_each_attempt_keeps_the_pace() -> None:
    site = Site(RESET, RESET, 200)
    site.client(pace_seconds=3).get("https://a.example/")
    assert site.asked == [0, 3, 6]


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    def broken() -> Iterator[bytes]:
        yield b'{"half'
        raise httpx.ReadError("reset")

    site = Site(httpx.Response(200, content=broken()), httpx.Response(200, json={"whole": True}))
    assert site.client().get_json("https://a.example/") == {"whole": True}


def test_a_real_server_that_hangs_up_twice_is_read_at_the_third_attempt() -> None:
    asked: list[Asked] = []

    def respond(request: Asked) -> Answer | None:
        asked.append(request)
        return Answer(b"[1]") if len(asked) == 3 else None

    clock = RecordedClock(NOON)
    with serve(respond) as base:
        config = HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",), timeout_seconds=5)
        http = HttpClient(config, clock, chance=lambda: 0.0)
        assert http.get_json(f"{base}/posts") == [1]
        http.close()
    assert clock.now() - NOON == timedelta(seconds=1.5)
