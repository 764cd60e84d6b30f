"""The Graph API: the token, what its errors mean, and the traps of its pages."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from monitor.clock import RecordedClock
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.meta_graph import Absent, Denied, Graph, TooMuch
from monitor.meta_listing import Listing, Place, catch_up, read

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
TOKEN = "t0ken-of-ours"
FEED = Listing("9/feed", "id", "created_time", bounds=("since",))


class Site:
    """Answers in order; the last answer is repeated."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)

    def asked(self, name: str) -> list[str | None]:
        return [request.url.params.get(name) for request in self.requests]


def graph(site: Callable[[httpx.Request], httpx.Response], clock: RecordedClock | None = None) -> Graph:
    http = HttpClient(HttpConfig(pace_seconds=0), clock or RecordedClock(NOW), httpx.MockTransport(site))
    return Graph("site", "https://graph.example/v1/", SecretStr(TOKEN), http, "get a new one")


def refusal(code: int, subcode: int | None = None, status: int = 400, **headers: str) -> httpx.Response:
    told = {"message": f"no, {TOKEN}", "code": code, **({} if subcode is None else {"error_subcode": subcode})}
    return httpx.Response(status, json={"error": told}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def entry(number: int, minutes_ago: float) -> dict[str, str]:
    return {"id": f"9_{number}", "created_time": f"{NOW - timedelta(minutes=minutes_ago):%Y-%m-%dT%H:%M:%S}+0000"}


def full(*entries: Any, after: str | None = None, more: str | None = None) -> dict[str, Any]:
    paging: dict[str, Any] = {} if after is None else {"cursors": {"before": "b", "after": after}}
    return {"data": list(entries), "paging": paging | ({} if more is None else {"next": more})}


def begin(minutes: float = 600) -> Place:
    return Place.begin(None, int(SECOND - minutes * 60), 0, SECOND)


def walk(site: Site, listing: Listing = FEED, since: float = 600) -> list[str]:
    """The ids that a whole reading brings."""
    found, at, of = [], begin(since), graph(site)
    while True:
        batch = read(of, listing, at, NOW)
        found += [item["id"] for item in batch.items]
        if batch.following is None:
            return found
        assert batch.following != at
        at = Place.read(json.loads(json.dumps(batch.following.told())))


def test_the_token_goes_into_a_header_and_never_into_an_address() -> None:
    site = Site({"data": []})
    graph(site).ask("9", {"fields": "id"}, NOW)
    assert site.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(site.requests[0].url)


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (1, None, TooMuch),
        (2, None, Unreachable),
        (4, None, RateLimited),
        (17, None, RateLimited),
        (32, None, RateLimited),
        (613, None, RateLimited),
        (80001, None, RateLimited),
        (80002, None, RateLimited),
        (18, 2207034, RateLimited),
        (10, None, Denied),
        (200, None, Denied),
        (299, None, Denied),
        (100, 33, Absent),
        (100, None, BadPayload),
        (190, 463, Unauthorised),
        (190, 467, Unauthorised),
        (999_999, None, BadPayload),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 403])
def test_the_code_in_the_body_says_what_an_error_is_whatever_the_status(
    code: int, subcode: int | None, kind: type[SourceError], status: int
) -> None:
    with pytest.raises(kind) as raised:
        graph(Site(refusal(code, subcode, status))).ask("9", {}, NOW)
    assert type(raised.value) is kind or kind is RateLimited
    assert TOKEN not in str(raised.value)
    assert str(code) in str(raised.value)


def test_an_expired_token_is_told_apart_and_what_to_do_about_it() -> None:
    with pytest.raises(Unauthorised, match=r"has expired \(code 190, 463\): get a new one"):
        graph(Site(refusal(190, 463))).ask("9", {}, NOW)


def test_the_wait_is_the_one_that_the_usage_header_names_in_minutes() -> None:
    usage = json.dumps({"9": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 7}]})
    with pytest.raises(RateLimited) as raised:
        graph(Site(refusal(80001, x_business_use_case_usage=usage))).ask("9", {}, NOW)
    assert raised.value.retry_after == timedelta(minutes=7)


@pytest.mark.parametrize("code", [4, 190])
def test_nothing_is_asked_for_a_while_after_a_refusal_that_concerns_everything(code: int) -> None:
    clock, site = RecordedClock(NOW), Site(refusal(code), {"id": "9"})
    of = graph(site, clock)
    for _ in range(3):
        with pytest.raises(SourceError):
            of.ask("9", {}, NOW)
    assert len(site.requests) == 1
    assert of.ask("9", {}, NOW + timedelta(minutes=6)) == {"id": "9"}


def test_a_missing_permission_does_not_stop_other_requests() -> None:
    of = graph(Site(refusal(10, status=403), {"id": "9"}))
    with pytest.raises(Denied):
        of.ask("9/tagged", {}, NOW)
    assert of.ask("9", {}, NOW) == {"id": "9"}


def test_a_site_that_asks_to_be_asked_for_less_is_asked_for_half() -> None:
    site = Site(refusal(1, status=500), refusal(1, status=500), full(entry(1, 5)))
    assert walk(site) == ["9_1"]
    assert site.asked("limit") == ["100", "50", "25"]
    with pytest.raises(Unreachable):
        walk(Site(refusal(1, status=500)))


def test_a_cursor_on_the_last_page_is_not_followed() -> None:
    site = Site(full(entry(2, 5), after="c1", more="https://x.example/?after=c1"), full(entry(1, 9), after="c2"))
    assert walk(site) == ["9_2", "9_1"]
    assert site.asked("after") == [None, "c1"]


def test_short_and_empty_pages_are_not_the_end_while_there_is_a_next_one() -> None:
    more = "https://x.example/?page"
    site = Site(full(entry(3, 5), after="c1", more=more), full(after="c2", more=more), full(entry(1, 9), after="c3"))
    assert walk(site) == ["9_3", "9_1"]


def test_the_next_address_is_not_followed_and_its_token_goes_nowhere() -> None:
    more = "https://evil.example/v1/9/feed?access_token=s3cret&until=1772440000&__paging_token=enc_1&limit=3"
    site = Site(full(entry(2, 5), more=more), full(entry(1, 9)))
    assert walk(site) == ["9_2", "9_1"]
    second = site.requests[1].url
    assert (second.host, second.params["until"], second.params["__paging_token"]) == (
        "graph.example",
        "1772440000",
        "enc_1",
    )
    assert "s3cret" not in str(second)
    told = read(graph(Site(full(entry(2, 5), more=more))), FEED, begin(), NOW).following
    assert told is not None
    assert "s3cret" not in json.dumps(told.told())


def test_a_last_page_repeated_for_ever_ends() -> None:
    same = full(entry(1, 9), after="c1", more="https://x.example/?after=c1")
    assert walk(Site(full(entry(2, 5), after="c1", more="n"), same)) == ["9_2", "9_1", "9_1"]
    assert walk(Site(full(after="c1", more="n"))) == []


def test_pages_of_what_is_known_already_end_the_walk_though_the_site_disregards_since() -> None:
    more = "https://x.example/?page"
    site = Site(
        full(entry(3, 5), entry(2, 9), after="c1", more=more), full(entry(1, 200), after="c2", more=more), full()
    )
    assert walk(site, since=60) == ["9_3", "9_2", "9_1"]
    assert len(site.requests) == 2


def test_a_next_page_that_cannot_be_asked_for_is_told_as_a_gap() -> None:
    batch = read(graph(Site(full(entry(3, 5), more="https://x.example/?page"))), FEED, begin(60), NOW)
    assert batch.following is None
    assert batch.gap is not None
    assert (batch.gap.since, batch.gap.until) == (NOW - timedelta(minutes=60), NOW - timedelta(minutes=5))


def test_a_time_in_the_future_does_not_move_the_watermark() -> None:
    assert read(graph(Site(full(entry(1, -300)))), FEED, begin(60), NOW).newest == SECOND - 3600


@pytest.mark.parametrize("told", [None, 3, {}, {"since": 1}, {**begin().told(), "paging": {"access_token": "x"}}])
def test_a_place_of_another_version_is_refused(told: Any) -> None:
    with pytest.raises(BadPayload):
        Place.read(told)


REPLIES = Listing("9/comments", "id", "created_time", newest_first=False, bounds=("since",))


def test_catching_up_goes_on_where_it_was_cut_and_starts_at_the_newest_after_that() -> None:
    more = "https://x.example/?page"
    site = Site(
        full(entry(1, 50), after="c1", more=more),
        full(entry(2, 40), after="c2", more=more),
        full(entry(3, 30), after="c3"),
    )
    of = graph(site)
    first, state = catch_up(of, REPLIES, None, 2, 60, NOW)
    second, state = catch_up(of, REPLIES, state, 2, 60, NOW)
    assert [item["id"] for item in (*first, *second)] == ["9_1", "9_2", "9_3"]
    catch_up(of, REPLIES, state, 2, 60, NOW)
    assert site.asked("after") == [None, "c1", "c2", None]
    assert site.asked("since")[-1] == str(int((NOW - timedelta(minutes=31)).timestamp()))


def test_catching_up_begins_anew_where_the_site_has_forgotten_the_cursor() -> None:
    more = "https://x.example/?page"
    _, state = catch_up(graph(Site(full(entry(1, 50), after="c1", more=more))), REPLIES, None, 1, 0, NOW)
    site = Site(refusal(100), full(entry(1, 50)))
    found, _ = catch_up(graph(site), REPLIES, state, 1, 0, NOW)
    assert [item["id"] for item in found] == ["9_1"]
    assert site.asked("after") == ["c1", None]
    with pytest.raises(NotFound):
        catch_up(graph(Site(refusal(100, 33))), REPLIES, None, 1, 0, NOW)
