"""One small request for sources whose usual look at their site is dear: what it costs, and what it finds out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import Page
from monitor.errors import BadPayload, RateLimited, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.base import Probes
from monitor.sources.registry import SOURCES
from tests.sites.gdelt import GdeltSite
from tests.sites.instagram import InstagramSite
from tests.sites.reddit import RedditSite
from tests.sites.server import Answer, Asked, Site, serve
from tests.sites.threads import ThreadsSite
from tests.sites.world import Event, World
from tests.sites.x import XSite
from tests.sites.youtube import YoutubeSite

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITES: dict[str, Callable[[World], Any]] = {
    "gdelt": GdeltSite,
    "instagram": InstagramSite,
    "threads": ThreadsSite,
    "x": XSite,
    "youtube": YoutubeSite,
}
SETTINGS: dict[str, dict[str, Any]] = {
    "gdelt": {},
    "instagram": {"access_token": "t0ken", "user_id": "17840011"},
    "reddit": {"client_id": "cl1ent", "client_secret": "s3cret-app", "username": "mina"},
    "threads": {"access_token": "t0ken"},
    "x": {"bearer_token": "t0ken"},
    "youtube": {"api_key": "k3y"},
}


def built(name: str, http: HttpClient, **settings: Any) -> Any:
    return SOURCES[name].build(SOURCES[name].config(**settings), http)


def answered(name: str, answer: Callable[[httpx.Request], httpx.Response]) -> tuple[Any, HttpClient]:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(answer))
    return built(name, http, **SETTINGS[name]), http


@contextmanager
def asked_of(name: str, site: Site, address: Callable[[str], dict[str, Any]]) -> Iterator[tuple[Any, list[Asked]]]:
    """The source pointed at the site over a real connection, and what it asks."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Answer:
        asked.append(request)
        return site.answer(request, NOW)

    http = HttpClient(HttpConfig(pace_seconds=0, allowed_private_hosts=("127.0.0.1",)), RecordedClock(NOW))
    with serve(answer) as base:
        yield built(name, http, **address(base)), asked
    http.close()


def test_the_sources_whose_looks_are_dear_are_asked_less() -> None:
    idle = HttpClient(HttpConfig(), RecordedClock(NOW))
    probed = {name for name, settings in SETTINGS.items() if isinstance(built(name, idle, **settings), Probes)}
    assert probed == set(SETTINGS)
    idle.close()


@pytest.mark.parametrize("name", sorted(SITES))
def test_it_is_one_request_that_the_site_answers(name: str) -> None:
    site = SITES[name](World([Event(1, 1, NOW, "Northline Air #northline")]))
    with asked_of(name, site, site.settings) as (source, asked):
        assert source.probe(NOW) == Page()
        assert len(asked) == 1


def test_reddit_is_logged_in_to_and_then_asked_once() -> None:
    site = RedditSite(World([Event(1, 1, NOW, "Northline Air")]))
    with asked_of("reddit", site, site.settings) as (source, asked):
        assert source.probe(NOW) == Page()
    assert [request.path for request in asked] == ["/api/v1/access_token", "/search"]
    assert asked[1].one("limit") == "1"


def test_it_costs_what_it_must_and_no_more() -> None:
    source, http = answered("x", lambda _: httpx.Response(200, json={"data": [], "meta": {"total_tweet_count": 9}}))
    source.probe(NOW)
    assert {one.name: round(one.limit - http.ledger.left(one), 6) for one in source.allowances} == {
        "x.day": 0.005,
        "x.month": 0.005,
        "x.returns": 0,
    }
    source, http = answered("youtube", lambda _: httpx.Response(200, json={"items": []}))
    source.probe(NOW)
    assert {one.name: one.limit - http.ledger.left(one) for one in source.allowances} == {
        "youtube.search": 0,
        "youtube.units": 1,
    }
    for name in ("instagram", "threads"):
        source, http = answered(name, lambda request: httpx.Response(200, json={"id": request.url.path.split("/")[-1]}))
        source.probe(NOW)
        assert [http.ledger.left(one) - one.limit for one in source.allowances] == [0], name


def test_gdelt_is_asked_for_a_single_article() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["maxrecords"])
        return httpx.Response(200, text="{}")

    source, _ = answered("gdelt", answer)
    assert source.probe(NOW) == Page()
    assert asked == ["1"]


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - {"gdelt"}))
def test_a_key_that_is_refused_is_told_as_that(name: str) -> None:
    source, _ = answered(name, lambda _: httpx.Response(401, json={"message": "Unauthorized", "error": 401}))
    with pytest.raises(Unauthorised):
        source.probe(NOW)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_site_that_is_down_too_busy_or_not_itself_is_no_success(name: str) -> None:
    for response, error in (
        (httpx.Response(503), Unreachable),
        (httpx.Response(429, headers={"retry-after": "600"}), RateLimited),
        (httpx.Response(200, text="<html>Log in to this network</html>"), BadPayload),
    ):
        source, _ = answered(name, lambda _, told=response: told)
        with pytest.raises(error):
            source.probe(NOW)
