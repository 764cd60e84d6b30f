"""Returning to a Bluesky post: who reposted it, when, through whom, and what a return remembers for the next."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.domain import AccountKey, Page, Repost
from monitor.errors import BadPayload, NotFound, RateLimited, Unreachable
from monitor.sources.bluesky.memory import Memory, Told, Waiting, mark, recall
from tests.monitor.sources.bluesky_answers import (
    NINE,
    NOW,
    Network,
    bluesky,
    did,
    error,
    reposts,
    root_of,
    stamp,
    view,
)

READS = ("identity", "listRecords", "getRecord")


def returns(network: Network, *moments: float, **config: Any) -> list[Page]:
    """Returns to the root some minutes after nine, each by a new process that knows what the last one remembered."""
    pages: list[Page] = []
    for minutes in moments:
        state = pages[-1].state if pages else None
        pages.append(bluesky(network, **config).follow_up(root_of(network), state, NINE + timedelta(minutes=minutes)))
    return pages


def kept(pages: list[Page]) -> dict[str, Repost]:
    """The reposts as they are known after ``pages``."""
    found: dict[str, Repost] = {}
    for page in pages:
        found |= reposts(page)
    return found


def at(minutes: float) -> Any:
    return NINE + timedelta(minutes=minutes)


# -- who reposted, when, through whom


def test_a_repost_record_gives_the_time_and_via_the_parent() -> None:
    network = Network()
    first = network.repost("bo", 10)
    network.repost("cy", 25, via=first)
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    found = reposts(page)
    assert [(name, edge.at, edge.parent, edge.evidence, edge.confidence) for name, edge in found.items()] == [
        ("bo", at(10), None, "inferred", 0.0),
        ("cy", at(25), AccountKey("bluesky", did("bo")), "via", 1.0),
    ]
    assert found["cy"].parent_post == found["bo"].child
    assert found["bo"].root == root_of(network).key


def test_follower_counts_come_with_the_reposters_in_few_requests() -> None:
    network = Network()
    for number in range(60):
        network.repost(f"u{number}", number)
    page = bluesky(network, max_requests=0).follow_up(root_of(network), None, NOW)
    assert network.asked["getProfiles"] == 4  # three for the reposters, one for the author and who quoted it
    assert all(edge.followers == len(edge.by.id) for edge in reposts(page).values())
    assert {account.followers for account in page.accounts if account.key.id == did("u7")} == {len(did("u7"))}


def via_of_another_post(network: Network) -> str:
    return network.repost("bo", 5, subject="at://did:plc:x/app.bsky.feed.post/other")


def via_of_another_post_by_one_who_reposted_this_too(network: Network) -> str:
    network.repost("bo", 10)
    return network.repost("bo", 5, subject="at://did:plc:x/app.bsky.feed.post/other")


def via_later_than_the_repost(network: Network) -> str:
    return network.repost("bo", 40)


def via_itself(network: Network) -> str:
    return f"at://{did('cy')}/app.bsky.feed.repost/r9"


def via_something_else(network: Network) -> str:
    network.repost("bo", 10)
    return f"at://{did('bo')}/app.bsky.feed.like/r0"


def via_nonsense(network: Network) -> str:
    return "https://bsky.app/profile/bo"


def via_a_record_that_never_was(network: Network) -> str:
    return f"at://{did('ghost')}/app.bsky.feed.repost/r0"


def via_a_record_that_only_its_own_server_claims(network: Network) -> str:
    forged = f"at://{did('victim')}/app.bsky.feed.repost/r0"
    value = {"subject": {"uri": network.uri}, "createdAt": stamp(1)}
    network.records["cy"] = [{"uri": forged, "value": value}]
    return forged


def via_a_record_in_whose_place_its_server_gives_another(network: Network) -> str:
    network.repost("bo", 10)
    network.reposters.clear()
    network.broken["getRecord"] = httpx.Response(200, json=network.records["bo"][0])
    return f"at://{did('ghost')}/app.bsky.feed.repost/r0"


@pytest.mark.parametrize(
    "lie",
    [
        via_of_another_post,
        via_of_another_post_by_one_who_reposted_this_too,
        via_later_than_the_repost,
        via_itself,
        via_something_else,
        via_nonsense,
        via_a_record_that_never_was,
        via_a_record_that_only_its_own_server_claims,
        via_a_record_in_whose_place_its_server_gives_another,
    ],
)
def test_a_via_that_cannot_be_true_is_no_evidence(lie: Any) -> None:
    network = Network()
    network.repost("cy", 25, via=lie(network))
    for edge in (kept(returns(network, 180))["cy"], kept(returns(network, 170, 180))["cy"]):
        assert (edge.parent, edge.parent_post, edge.evidence, edge.confidence) == (None, None, "inferred", 0.0)
        assert edge.at == at(25)


def test_a_via_outside_the_list_is_checked_at_its_own_server() -> None:
    network = Network()
    first = network.repost("bo", 10)
    network.reposters.clear()  # the list may lag behind
    network.repost("cy", 25, via=first)
    edge = reposts(bluesky(network).follow_up(root_of(network), None, NOW))["cy"]
    assert edge.evidence == "via"
    assert network.asked["getRecord"] == 1


def test_a_via_that_was_read_at_an_earlier_return_is_not_asked_for_again() -> None:
    network = Network()
    first = network.repost("bo", 10)
    pages = returns(network, 20)
    network.repost("cy", 25, via=first)
    network.asked.clear()
    page = bluesky(network).follow_up(root_of(network), pages[-1].state, NOW)
    assert reposts(page)["cy"].evidence == "via"
    assert (network.asked["getRecord"], network.asked["listRecords"]) == (0, 1)


def test_a_via_whose_record_is_gone_counts_if_its_author_had_reposted_before() -> None:
    network = Network()
    first = network.repost("bo", 10)
    state = returns(network, 60)[-1].state
    network.records["bo"].clear()
    network.repost("cy", 70, via=first)
    network.repost("dee", 5, via=first)
    found = reposts(bluesky(network).follow_up(root_of(network), state, NOW))
    assert (found["cy"].evidence, found["dee"].evidence) == ("via", "inferred")


def test_a_time_that_a_client_invents_is_kept_within_what_is_possible() -> None:
    network = Network()
    network.repost("early", -5000)
    network.repost("late", 5000)
    found = reposts(bluesky(network).follow_up(root_of(network), None, NOW))
    assert (found["early"].at, found["late"].at) == (NINE, NOW)


def test_a_record_far_down_in_a_busy_account_is_found_within_three_pages() -> None:
    network = Network()
    network.repost("bo", 1)
    for number in range(250):
        network.repost("bo", 2, subject=f"at://did:plc:x/app.bsky.feed.post/p{number}")
    network.repost("cy", 3)
    for number in range(400):
        network.repost("cy", 4, subject=f"at://did:plc:x/app.bsky.feed.post/p{number}")
    found = reposts(bluesky(network).follow_up(root_of(network), None, NOW))
    assert found["bo"].at == at(1)
    assert (network.asked["listRecords"], network.asked["identity"]) == (6, 2)


def test_one_backdated_record_does_not_end_the_search_of_an_account() -> None:
    network = Network()
    network.repost("bo", 10)
    for number in range(150):
        network.repost("bo", -9000 if number == 80 else 20, subject=f"at://did:plc:x/app.bsky.feed.post/p{number}")
    assert kept(returns(network, 60))["bo"].at == at(10)


def test_the_cursor_on_the_last_page_of_records_is_followed_by_nothing() -> None:
    network = Network()
    network.repost("bo", 10, subject="at://did:plc:x/app.bsky.feed.post/p")
    network.reposters = ["bo"]  # reposted, and took it back
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert network.asked["listRecords"] == 2
    assert (reposts(page)["bo"].evidence, page.dropped) == ("inferred", ())


# -- what a return remembers


def test_a_restart_asks_nobody_twice_and_guesses_no_time_anew() -> None:
    network = Network()
    for number in range(5):
        network.repost(f"u{number}", 5 * number)
    network.down = {"u3"}
    first = returns(network, 60)[-1]
    network.asked.clear()
    network.down.clear()
    network.repost("new", 65)
    second = bluesky(network).follow_up(root_of(network), first.state, at(70))
    assert set(reposts(second)) == {"u3", "new"}, "only what is new, or known better"
    assert reposts(second)["u3"].child == reposts(first)["u3"].child
    assert (reposts(first)["u3"].at, reposts(second)["u3"].at) == (at(15), at(15))
    assert network.asked["listRecords"] == 2
    third = bluesky(network).follow_up(root_of(network), second.state, at(75))
    assert (reposts(third), network.asked["listRecords"]) == ({}, 2)


def test_a_reposter_whose_record_waits_keeps_the_time_that_was_told() -> None:
    network = Network()
    for name in ("bo", "cy", "dee"):
        network.repost(name, 1)
    first, second = returns(network, 40, 50, max_requests=0)
    assert [(edge.at - NINE) / timedelta(minutes=1) for edge in reposts(first).values()] == [10, 20, 30]
    assert reposts(second) == {}
    last = bluesky(network).follow_up(root_of(network), second.state, at(60))
    assert {edge.at for edge in reposts(last).values()} == {at(1)}


def test_at_most_the_set_number_of_requests_is_made_and_the_next_return_goes_on_there() -> None:
    network = Network()
    via = None
    for number in range(40):
        via = network.repost(f"u{number:02}", number, via=via)
    pages: list[Page] = []
    for minutes in range(60, 70, 2):
        network.asked.clear()
        state = pages[-1].state if pages else None
        pages.append(bluesky(network, max_requests=20).follow_up(root_of(network), state, at(minutes)))
        assert sum(network.asked[name] for name in READS) <= 20
    assert len(reposts(pages[0])) == 40, "all are told at once, most of them with a guessed time"
    assert sum(edge.evidence == "via" for edge in reposts(pages[0]).values()) == 9
    found = kept(pages)
    assert [edge.evidence for _, edge in sorted(found.items())] == ["inferred", *["via"] * 39]
    assert [edge.at for _, edge in sorted(found.items())] == [at(number) for number in range(40)]
    assert {edge.child for edge in reposts(pages[0]).values()} == {edge.child for edge in found.values()}


def test_a_parent_that_could_not_be_checked_any_more_is_checked_at_the_next_return() -> None:
    network = Network()
    first = network.repost("bo", 10)
    network.reposters.clear()
    network.repost("eve", 20)
    network.repost("cy", 25, via=first)
    pages = returns(network, 60, 62, max_requests=4)
    assert [reposts(page)["cy"].evidence for page in pages] == ["inferred", "via"]


@pytest.mark.parametrize("state", ["", "nonsense", "[]", "7", '{"v":1}', '{"v":9}', '{"v":1,"told":7}', "2026-03-02"])
def test_a_state_that_cannot_be_read_costs_one_whole_return(state: str) -> None:
    network = Network()
    network.repost("bo", 10)
    assert reposts(bluesky(network).follow_up(root_of(network), state, NOW))["bo"].at == at(10)


@pytest.mark.parametrize("value", [None, "x", -1, 10**30, [], {}, [["a"]], {"a": "b"}, {"a": [1, 2, 3]}, [[], 3, []]])
@pytest.mark.parametrize("field", ["since", "whole", "told", "waiting", "quotes", "reposts"])
def test_a_damaged_state_is_no_failure(field: str, value: Any) -> None:
    network = Network()
    network.repost("bo", 10)
    state = json.loads(returns(network, 60)[-1].state or "")
    bluesky(network).follow_up(root_of(network), json.dumps({**state, field: value}), NOW)


def test_what_is_remembered_of_thousands_of_reposters_stays_small() -> None:
    network = Network()
    for number in range(2000):
        network.repost(f"{'u' * 20}{number:04}", number / 60)
    network.down = set(network.records)
    page = bluesky(network, max_pages=50, max_requests=5).follow_up(root_of(network), None, NOW)
    assert len(reposts(page)) == 2000
    assert len(page.state or "") < 120_000
    crowded = Memory(
        told={mark(str(number)): Told(number, None) for number in range(30_000)},
        waiting={f"did:plc:{number}": Waiting(number) for number in range(30_000)},
    )
    kept_of = recall(str(crowded))
    assert (len(kept_of.told), len(kept_of.waiting)) == (20_000, 5_000)
    assert kept_of.knows("29999"), "the latest are kept"


# -- servers that fail


def test_reposters_without_a_record_lie_between_their_neighbours_in_time() -> None:
    network = Network()
    for minutes, name in ((0, "bo"), (60, "cy"), (90, "dee")):
        network.repost(name, minutes)
    network.down = {"cy"}
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    found = reposts(page)
    assert found["bo"].at < found["cy"].at < found["dee"].at
    assert found["cy"].at == at(45)
    assert [dropped.where for dropped in page.dropped] == [f"repost by {did('cy')}"]


def test_where_no_record_can_be_had_the_order_of_the_list_gives_the_times() -> None:
    network = Network()
    for name in ("bo", "cy", "dee"):
        network.repost(name, 0)
    first = returns(network, 40, max_requests=0)[-1]
    network.repost("eve", 0)
    later = bluesky(network, max_requests=0).follow_up(root_of(network), first.state, at(60))
    edges = (*reposts(first).values(), *reposts(later).values())
    assert [edge.by.id for edge in edges] == [did("bo"), did("cy"), did("dee"), did("eve")]
    assert [(edge.at - NINE) / timedelta(minutes=1) for edge in edges] == [10, 20, 30, 50]


def test_a_server_that_stays_down_is_asked_three_times_in_all() -> None:
    network = Network()
    network.repost("bo", 10)
    network.down = {"bo"}
    returns(network, 20, 30, 40, 50, 55)
    assert network.asked["listRecords"] == 3


def test_a_server_that_does_not_answer_is_not_asked_for_its_other_accounts_in_the_same_return() -> None:
    network = Network()
    for name in ("bo", "cy", "dee"):
        network.repost(name, 10)
        network.homes[name] = "https://bo.host.example"
    network.down = {"bo"}
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert network.asked["listRecords"] == 1
    assert len(reposts(page)) == 3


def test_a_return_does_not_wait_for_one_dead_server_after_the_other() -> None:
    network = Network()
    for number in range(10):
        network.repost(f"u{number}", number)
    network.down = set(network.records)
    assert len(reposts(bluesky(network).follow_up(root_of(network), None, NOW))) == 10
    assert network.asked["listRecords"] == 3


def test_while_the_directory_is_down_nobody_is_given_up() -> None:
    network = Network()
    for name in ("bo", "cy"):
        network.repost(name, 10)
    network.down = {"directory"}
    pages = returns(network, 20, 25, 30, 35, 40)
    assert network.asked["identity"] == 5
    assert [len(page.dropped) for page in pages[1:]] == [2] * 4
    network.down.clear()
    page = bluesky(network).follow_up(root_of(network), pages[-1].state, at(45))
    assert {edge.at for edge in reposts(page).values()} == {at(10)}


def test_a_server_that_asks_us_to_wait_is_asked_again_at_each_return() -> None:
    network = Network()
    network.repost("bo", 10)
    network.broken["listRecords"] = httpx.Response(429, headers={"Retry-After": "60"}, json={"error": "RateLimit"})
    pages = returns(network, 20, 25, 30, 35, 40)
    network.broken.clear()
    page = bluesky(network).follow_up(root_of(network), pages[-1].state, at(45))
    assert reposts(page)["bo"].at == at(10)


@pytest.mark.parametrize(
    "home",
    [
        "http://127.0.0.1:2583",
        "http://169.254.169.254",
        "http://[::1]/",
        "ftp://x.example",
        "file:///etc/passwd",
        "https://",
        "https://a@b.example",
        "https://x.example/?q=",
        None,
        7,
    ],
)
def test_an_identity_cannot_send_us_into_a_private_network(home: Any) -> None:
    network = Network()
    network.repost("bo", 10)
    network.homes["bo"] = home
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert len(page.dropped) == 1
    assert reposts(page)["bo"].evidence == "inferred"
    asked = {request.url.host for request in network.requests}
    assert asked == {"public.api.bsky.app", "plc.directory"}


def test_an_identity_of_the_web_is_read_at_its_own_host() -> None:
    network = Network()
    network.reposters = ["bo"]
    web = "did:web:bo.example"
    value = {"subject": {"uri": network.uri}, "createdAt": stamp(10)}
    network.records["bo"] = [{"uri": f"at://{web}/app.bsky.feed.repost/r0", "value": value}]

    def answer(request: httpx.Request) -> httpx.Response:
        response = network(request)
        return httpx.Response(response.status_code, text=response.text.replace(did("bo"), web))

    page = bluesky(answer).follow_up(root_of(network), None, NOW)
    assert [(edge.by.id, edge.at) for edge in page.reposts if edge.kind == "repost"] == [(web, at(10))]
    assert "https://bo.example/.well-known/did.json" in {str(request.url) for request in network.requests}


@pytest.mark.parametrize("odd", ["did:key:z6Mk", "did:plc:../../x", "did:web:10.0.0.1", "did:web:a%2Fb", "did:web:"])
def test_an_identity_of_another_kind_is_nobodys_address(odd: str) -> None:
    network = Network()
    network.reposters = ["bo"]

    def answer(request: httpx.Request) -> httpx.Response:
        response = network(request)
        return httpx.Response(response.status_code, text=response.text.replace(did("bo"), odd))

    page = bluesky(answer).follow_up(root_of(network), None, NOW)
    assert [(edge.by.id, edge.evidence) for edge in page.reposts if edge.kind == "repost"] == [(odd, "inferred")]
    assert {request.url.host for request in network.requests} == {"public.api.bsky.app"}


# -- lists that are longer than one return


def crowd(network: Network, begin: int, end: int) -> None:
    for number in range(begin, end):
        network.repost(f"u{number:03}", number / 10)


def test_a_long_list_is_read_on_further_down_while_new_ones_come_in_at_its_top() -> None:
    network = Network()
    network.page_size = 10
    crowd(network, 0, 70)
    state, told = None, set()
    for number, minutes in enumerate(range(20, 32, 2)):
        page = bluesky(network, max_pages=3, max_requests=0).follow_up(root_of(network), state, at(minutes))
        told |= set(reposts(page))
        state = page.state
        crowd(network, 70 + number, 71 + number)
    assert told == {f"u{number:03}" for number in range(75)}


def test_a_burst_that_is_longer_than_one_return_is_read_to_where_the_list_is_known() -> None:
    network = Network()
    network.page_size = 10
    crowd(network, 0, 25)
    first = returns(network, 20, max_pages=3, max_requests=0)[-1]
    crowd(network, 25, 75)
    second = bluesky(network, max_pages=3, max_requests=0).follow_up(root_of(network), first.state, at(22))
    network.asked.clear()
    third = bluesky(network, max_pages=3, max_requests=0).follow_up(root_of(network), second.state, at(24))
    told = set(reposts(first)) | set(reposts(second)) | set(reposts(third))
    assert told == {f"u{number:03}" for number in range(75)}
    assert network.asked["getRepostedBy"] == 3  # one at the top, two where the last return had stopped
    state = third.state
    for pages in (2, 1, 1):  # the page that is known all along, then nothing but the top
        network.asked.clear()
        state = bluesky(network, max_pages=3, max_requests=0).follow_up(root_of(network), state, at(26)).state
        assert network.asked["getRepostedBy"] == pages


def test_once_an_hour_the_list_is_read_whole_for_reposts_that_were_backdated_into_it() -> None:
    network = Network()
    network.page_size = 10
    crowd(network, 0, 25)
    first = returns(network, 20, max_requests=0)[-1]
    network.repost("late", 1)
    network.reposters.remove("late")
    network.reposters.insert(22, "late")
    second = bluesky(network, max_requests=0).follow_up(root_of(network), first.state, at(40))
    assert reposts(second) == {}
    third = bluesky(network, max_requests=0).follow_up(root_of(network), second.state, at(81))
    assert set(reposts(third)) == {"late"}


@pytest.mark.parametrize("status", [400, 500])
def test_a_place_in_the_list_that_the_site_has_forgotten_costs_one_more_return(status: int) -> None:
    network = Network()
    network.page_size = 10
    crowd(network, 0, 50)
    state = returns(network, 20, max_pages=3, max_requests=0)[-1].state
    damaged = json.loads(state or "")
    damaged["reposts"][1] = "forgotten"

    def answer(request: httpx.Request) -> httpx.Response:
        return error(status, "InvalidRequest") if "forgotten" in str(request.url) else network(request)

    second = bluesky(answer, max_pages=6, max_requests=0).follow_up(root_of(network), json.dumps(damaged), at(22))
    assert [dropped.where for dropped in second.dropped] == ["getRepostedBy"]
    third = bluesky(answer, max_pages=6, max_requests=0).follow_up(root_of(network), second.state, at(24))
    assert len(reposts(third)) == 20


@pytest.mark.parametrize("cursor", ["same", "{}"])
def test_a_list_whose_last_page_is_sent_again_and_again_ends(cursor: str) -> None:
    network = Network()

    def answer(request: httpx.Request) -> httpx.Response:
        if "getRepostedBy" not in request.url.path:
            return network(request)
        network.asked["getRepostedBy"] += 1
        profile = {"did": did("bo"), "handle": "bo.example"}
        return httpx.Response(
            200, json={"repostedBy": [profile], "cursor": cursor.format(network.asked["getRepostedBy"])}
        )

    page = bluesky(answer, max_pages=9, max_requests=0).follow_up(root_of(network), None, NOW)
    assert network.asked["getRepostedBy"] == 2
    assert set(reposts(page)) == {"bo"}


def test_reposters_who_ask_not_to_be_shown_without_a_login_are_not() -> None:
    network = Network()
    network.repost("bo", 10)
    network.repost("shy", 20)
    network.labels["shy"] = [{"val": "!no-unauthenticated"}]
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert set(reposts(page)) == {"bo"}
    assert not any("shy" in str(request.url) for request in network.requests)


# -- thread, quotes, counters


def test_quotes_are_found_whatever_their_counter_says_and_the_counters_of_the_root_are_renewed() -> None:
    network = Network(view("ana", 0, repostCount=9, quoteCount=0))
    network.quotes = [view(f"q{n}", 20 + n, record={"embed": {"record": {"uri": network.uri}}}) for n in range(3)]
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert [(edge.kind, edge.by.id) for edge in page.reposts] == [("quote", did(f"q{n}")) for n in range(3)]
    root = next(post for post in page.posts if post.key == root_of(network).key)
    assert root.metrics is not None
    assert (root.metrics.reposts, root.metrics.at) == (9, NOW)


def test_those_who_answer_and_quote_come_with_their_followers_too_but_not_all_at_once() -> None:
    network = Network()
    reply = {"root": {"uri": network.uri}, "parent": {"uri": network.uri}}
    network.replies = [{"post": view(f"r{number:03}", 10, record={"reply": reply})} for number in range(400)]
    source = bluesky(network)
    first = source.follow_up(root_of(network), None, NOW)
    assert network.asked["getProfiles"] == 10
    second = source.follow_up(root_of(network), first.state, NOW)
    assert network.asked["getProfiles"] == 17
    assert sum(edge.followers is not None for edge in first.reposts) < 251
    assert all(edge.followers == len(edge.by.id) for edge in second.reposts)
    assert len(second.accounts) == 402


def test_the_whole_depth_of_a_thread_is_asked_for() -> None:
    network = Network()
    bluesky(network).follow_up(root_of(network), None, NOW)
    thread = next(request for request in network.requests if "getPostThread" in request.url.path)
    assert thread.url.params["depth"] == "1000"


@pytest.mark.parametrize("status", [400, 404])
def test_a_post_that_is_gone_is_not_found(status: int) -> None:
    with pytest.raises(NotFound):
        bluesky(lambda request: error(status, "NotFound")).follow_up(root_of(Network()), None, NOW)


@pytest.mark.parametrize(
    ("part", "where"),
    [("getPostThread", "thread"), ("getQuotes", "quotes"), ("getRepostedBy", "reposts"), ("getProfiles", "follower")],
)
@pytest.mark.parametrize(
    "answer",
    [error(502, "UpstreamFailure"), httpx.Response(200, json={}), httpx.Response(200, text="<html>")],
)
def test_a_part_that_fails_is_counted_and_costs_no_other(part: str, where: str, answer: httpx.Response) -> None:
    network = Network()
    network.repost("bo", 10)
    network.broken[part] = answer
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    if part != "getProfiles" or answer.status_code != 200:
        assert any(dropped.where.startswith(where) for dropped in page.dropped)
    got = {"thread": bool(page.posts), "quotes": "quote" in {edge.kind for edge in page.reposts}}
    got["reposts"] = "bo" in reposts(page)
    assert all(there for name, there in got.items() if name != where)


def test_what_was_learnt_before_the_site_asks_to_wait_is_kept() -> None:
    network = Network()
    network.repost("bo", 10)
    network.broken["getQuotes"] = httpx.Response(429, headers={"Retry-After": "60"}, json={"error": "RateLimit"})
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert [post.key for post in page.posts] == [root_of(network).key]
    assert network.asked["getRepostedBy"] == 0, "a host that asks to wait is asked nothing more"
    network.broken.clear()
    assert "bo" in reposts(bluesky(network).follow_up(root_of(network), page.state, NOW))


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (error(503, "NotEnoughResources"), Unreachable),
        (httpx.Response(429, headers={"Retry-After": "60"}, json={"error": "RateLimitExceeded"}), RateLimited),
        (httpx.Response(200, text="<html>"), BadPayload),
    ],
)
def test_where_nothing_can_be_learnt_the_return_fails(answer: httpx.Response, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        bluesky(lambda request: answer).follow_up(root_of(Network()), None, NOW)
