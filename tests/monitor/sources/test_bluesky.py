"""Bluesky: searching, logging in, and the true path of reposts."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Brand, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound, Unauthorised, Unreachable
from monitor.http import HttpClient, HttpConfig
from monitor.sources.bluesky import BlueskySource, Config, parse, parse_thread

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRAND = Brand("northline", "Northline Air", names=("Northline Air",))
FULL = json.loads((Path(__file__).parents[2] / "fixtures" / "bluesky" / "full.json").read_text())
MIRA = "at://did:plc:mira4444444444444444444/app.bsky.feed.post/3q0mira"


def stamp(minutes: float) -> str:
    return (NINE + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def did(name: str) -> str:
    return f"did:plc:{name}"


def view(name: str, minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """A post as the service shows it."""
    record = {"text": f"Northline Air, says {name}", "createdAt": stamp(minutes), **fields.pop("record", {})}
    author = {"did": did(name), "handle": f"{name}.example", **fields.pop("author", {})}
    return {"uri": f"at://{did(name)}/app.bsky.feed.post/p{name}", "author": author, "record": record, **fields}


# -- reading posts


def test_a_post_is_read_with_its_counters_links_and_author() -> None:
    page = parse(FULL, NOW)
    post = next(post for post in page.posts if post.key.id == MIRA)
    assert post.text == "Northline Air broke my cello and will not answer"
    assert post.created_at == datetime(2026, 3, 2, 9, 0, 5, 300_000, tzinfo=UTC)
    assert post.url == "https://bsky.app/profile/did:plc:mira4444444444444444444/post/3q0mira"
    assert post.links == ("https://video.example/watch/cello",)
    assert post.metrics is not None
    assert (post.metrics.likes, post.metrics.reposts, post.metrics.replies, post.metrics.views) == (51, 3, 2, None)
    account = next(account for account in page.accounts if account.key == post.author)
    assert (account.handle, account.display_name, account.verified, account.followers) == (
        "mira.example",
        "Mira",
        True,
        None,
    )


def test_counters_that_are_not_given_are_unknown() -> None:
    assert parse({"posts": [view("ana")]}, NOW).posts[0].metrics is None


def test_a_quote_and_a_reply_are_edges_with_their_parents() -> None:
    edges = {edge.kind: edge for edge in parse(FULL, NOW).reposts}
    assert edges["quote"].root == PostKey("bluesky", MIRA)
    assert edges["quote"].parent == AccountKey("bluesky", "did:plc:mira4444444444444444444")
    assert edges["quote"].evidence == "quote"
    assert edges["reply"].root == PostKey("bluesky", MIRA)
    assert edges["reply"].parent == AccountKey("bluesky", "did:plc:lena4444444444444444444")
    assert edges["reply"].parent_post is not None
    assert edges["reply"].parent_post.id.endswith("/3q0lena")
    assert (edges["reply"].evidence, edges["reply"].confidence) == ("reply", 1.0)


def test_a_quote_with_pictures_is_a_quote_and_a_quoted_list_is_none() -> None:
    def embedding(uri: str) -> dict[str, Any]:
        return {"embed": {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": uri}}}}

    listed = MIRA.replace("feed.post", "graph.list")
    page = parse({"posts": [view("ana", record=embedding(MIRA)), view("bo", record=embedding(listed))]}, NOW)
    assert [(edge.by.id, edge.kind) for edge in page.reposts] == [(did("ana"), "quote")]


@pytest.mark.parametrize(
    ("declared", "indexed", "expected"),
    [
        (stamp(5), stamp(6), NINE + timedelta(minutes=5)),
        (stamp(60), stamp(6), NINE + timedelta(minutes=6)),
        (stamp(60), None, NINE + timedelta(minutes=60)),
        ("2031-01-01T00:00:00Z", None, NOW),
    ],
)
def test_the_time_of_a_post_is_the_earlier_of_declared_and_seen(
    declared: str, indexed: str | None, expected: datetime
) -> None:
    posts = parse({"posts": [view("ana", record={"createdAt": declared}, indexedAt=indexed)]}, NOW).posts
    assert posts[0].created_at == expected


@pytest.mark.parametrize(
    "broken",
    [
        {"uri": None},
        {"uri": "at://nobody/x"},
        {"uri": "at://did:plc:other/app.bsky.feed.post/p"},
        {"author": None},
        {"record": None},
        {"record": {"createdAt": stamp(0)}},
        {"record": {"text": "x", "createdAt": "yesterday"}},
        {"record": {"text": "x", "createdAt": stamp(0), "reply": {"root": {}}}},
    ],
)
def test_a_post_without_a_required_field_is_dropped_alone(broken: dict[str, Any]) -> None:
    page = parse({"posts": [view("ana"), {**view("bo"), **broken}, "x", view("cy")]}, NOW)
    assert [post.author.id for post in page.posts] == [did("ana"), did("cy")]
    assert [dropped.where for dropped in page.dropped] == ["posts[1]", "posts[2]"]


def test_an_author_who_asks_not_to_be_shown_without_a_login_is_not() -> None:
    answer = {"posts": [view("shy", author={"labels": [{"val": "!no-unauthenticated"}]})]}
    assert parse(answer, NOW).posts == ()
    assert len(parse(answer, NOW).dropped) == 1
    assert len(parse(answer, NOW, signed_in=True).posts) == 1


def test_a_thread_is_read_to_its_leaves_past_deleted_and_blocked_posts() -> None:
    answer = {
        "thread": {
            "post": view("ana"),
            "replies": [
                {"uri": "at://gone", "notFound": True},
                {"post": view("bo"), "replies": [{"post": view("cy"), "replies": []}]},
                {"uri": "at://blocked", "blocked": True},
            ],
        }
    }
    page = parse_thread(answer, NOW)
    assert {post.author.id for post in page.posts} == {did("ana"), did("bo"), did("cy")}
    assert page.dropped == ()


@pytest.mark.parametrize("answer", [None, {}, {"posts": {}}, {"thread": {"notFound": True}}])
def test_answers_of_another_shape_are_bad_payloads(answer: Any) -> None:
    for reader in (parse, parse_thread):
        with pytest.raises(BadPayload):
            reader(answer, NOW)


# -- a small network


class Network:
    """Bluesky in memory: a reading service, a directory of identities, and one server for each account."""

    def __init__(self, root: dict[str, Any] | None = None) -> None:
        self.root = root or view("ana", 0)
        self.reposters: list[str] = []  # newest first, as the service lists them
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.down: set[str] = set()
        self.homes: dict[str, Any] = {}
        self.asked: Counter[str] = Counter()
        self.requests: list[httpx.Request] = []

    def repost(self, name: str, minutes: float, via: str | None = None, subject: str | None = None) -> str:
        """``name`` reposts the root (or ``subject``); returns the address of the record."""
        uri = f"at://{did(name)}/app.bsky.feed.repost/r{len(self.records.get(name, []))}"
        value: dict[str, Any] = {"subject": {"uri": subject or self.root["uri"]}, "createdAt": stamp(minutes)}
        if via:
            value["via"] = {"uri": via, "cid": "bafy"}
        self.records.setdefault(name, []).insert(0, {"uri": uri, "value": value})
        if subject is None:
            self.reposters = [name, *(known for known in self.reposters if known != name)]
        return uri

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        host, path, params = request.url.host, request.url.path, request.url.params
        if host == "plc.directory":
            return self._identity(path.rpartition(":")[2])
        nsid = path.rpartition(".")[2]
        self.asked[nsid] += 1
        if host.endswith(".host.example"):
            return self._server(host.partition(".")[0], nsid, params)
        return httpx.Response(200, json=self._view(nsid, params))

    def _identity(self, name: str) -> httpx.Response:
        self.asked["identity"] += 1
        home = self.homes.get(name, f"https://{name}.host.example")
        return httpx.Response(200, json={"service": [{"id": "#atproto_pds", "serviceEndpoint": home}]})

    def _server(self, name: str, nsid: str, params: httpx.QueryParams) -> httpx.Response:
        records = self.records.get(name, [])
        if name in self.down:
            return httpx.Response(503)
        if nsid == "getRecord":
            found = [record for record in records if record["uri"].endswith("/" + params["rkey"])]
            return (
                httpx.Response(200, json=found[0]) if found else httpx.Response(400, json={"error": "RecordNotFound"})
            )
        begin = int(params.get("cursor", 0))
        page = records[begin : begin + 100]
        return httpx.Response(200, json={"records": page, **({"cursor": str(begin + 100)} if page else {})})

    def _view(self, nsid: str, params: httpx.QueryParams) -> Any:
        if nsid == "getProfiles":
            return {
                "profiles": [{"did": d, "handle": "h", "followersCount": len(d)} for d in params.get_list("actors")]
            }
        if nsid == "getRepostedBy":
            return {"repostedBy": [{"did": did(name), "handle": f"{name}.example"} for name in self.reposters]}
        if nsid == "getQuotes":
            return {"posts": [view("quoter", 20, record={"embed": {"record": {"uri": self.root["uri"]}}})]}
        return {"thread": {"post": self.root, "replies": []}}


def bluesky(network: Any, **config: Any) -> BlueskySource:
    http = HttpClient(HttpConfig(pace_seconds=0), RecordedClock(NOW), httpx.MockTransport(network))
    return BlueskySource(Config(**config), http)


def root_of(network: Network) -> Post:
    return parse({"posts": [network.root]}, NOW).posts[0]


def reposts(page: Page) -> dict[str, Repost]:
    return {edge.by.id.removeprefix("did:plc:"): edge for edge in page.reposts if edge.kind == "repost"}


# -- who reposted, when, through whom


def test_a_repost_record_gives_the_time_and_via_the_parent() -> None:
    network = Network()
    first = network.repost("bo", 10)
    network.repost("cy", 25, via=first)
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    found = reposts(page)
    assert [(name, edge.at, edge.parent, edge.evidence, edge.confidence) for name, edge in found.items()] == [
        ("bo", NINE + timedelta(minutes=10), None, "inferred", 0.0),
        ("cy", NINE + timedelta(minutes=25), AccountKey("bluesky", did("bo")), "via", 1.0),
    ]
    assert found["cy"].parent_post == found["bo"].child
    assert found["bo"].root == root_of(network).key


def test_follower_counts_come_with_the_reposters_in_few_requests() -> None:
    network = Network()
    for number in range(60):
        network.repost(f"u{number}", number)
    page = bluesky(network, max_requests=0).follow_up(root_of(network), None, NOW)
    assert network.asked["getProfiles"] == 3
    assert all(edge.followers == len(edge.by.id) for edge in reposts(page).values())


def via_of_another_post(network: Network) -> str:
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


@pytest.mark.parametrize(
    "lie",
    [
        via_of_another_post,
        via_later_than_the_repost,
        via_itself,
        via_something_else,
        via_nonsense,
        via_a_record_that_never_was,
    ],
)
def test_a_via_that_cannot_be_true_is_no_evidence(lie: Any) -> None:
    network = Network()
    network.repost("cy", 25, via=lie(network))
    edge = reposts(bluesky(network).follow_up(root_of(network), None, NOW))["cy"]
    assert (edge.parent, edge.parent_post, edge.evidence, edge.confidence) == (None, None, "inferred", 0.0)
    assert edge.at == NINE + timedelta(minutes=25)


def test_a_via_outside_the_list_is_checked_at_its_own_server() -> None:
    network = Network()
    first = network.repost("bo", 10)
    network.reposters.clear()  # the list may lag behind
    network.repost("cy", 25, via=first)
    edge = reposts(bluesky(network).follow_up(root_of(network), None, NOW))["cy"]
    assert edge.evidence == "via"
    assert network.asked["getRecord"] == 1


def test_a_via_whose_record_is_gone_counts_if_its_author_had_reposted_before() -> None:
    network = Network()
    source = bluesky(network)
    first = network.repost("bo", 10)
    source.follow_up(root_of(network), None, NOW - timedelta(hours=2))
    network.records["bo"].clear()
    network.repost("cy", 70, via=first)
    network.repost("dee", 5, via=first)
    found = reposts(source.follow_up(root_of(network), None, NOW))
    assert (found["cy"].evidence, found["dee"].evidence) == ("via", "inferred")


def test_at_most_the_set_number_of_requests_is_made_and_all_reposters_are_told() -> None:
    network = Network()
    for number in range(80):
        network.repost(f"u{number}", number)
    source = bluesky(network, max_requests=30)
    page = source.follow_up(root_of(network), None, NOW)
    assert network.asked["identity"] + network.asked["listRecords"] + network.asked["getRecord"] == 30
    assert len(reposts(page)) == 80
    assert len(network.requests) < 40


def test_reposters_without_a_record_lie_between_their_neighbours_in_time() -> None:
    network = Network()
    for minutes, name in ((0, "bo"), (60, "cy"), (90, "dee")):
        network.repost(name, minutes)
    network.down = {"cy"}
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    found = reposts(page)
    assert found["bo"].at < found["cy"].at < found["dee"].at
    assert found["cy"].at == NINE + timedelta(minutes=45)
    assert [dropped.where for dropped in page.dropped] == [f"repost by {did('cy')}"]


def test_where_no_record_can_be_had_the_order_of_the_list_gives_the_times() -> None:
    network = Network()
    for name in ("bo", "cy", "dee"):
        network.repost(name, 0)
    source = bluesky(network, max_requests=0)
    first = reposts(source.follow_up(root_of(network), None, NINE + timedelta(minutes=40)))
    network.repost("eve", 0)
    later = reposts(source.follow_up(root_of(network), None, NINE + timedelta(minutes=60)))
    moments = [(edge.at - NINE) / timedelta(minutes=1) for edge in (*first.values(), *later.values())]
    assert [edge.by.id for edge in first.values()] == [did("bo"), did("cy"), did("dee")]
    assert moments == [10, 20, 30, 50]


def test_a_time_that_a_client_invents_is_kept_within_what_is_possible() -> None:
    network = Network()
    network.repost("early", -5000)
    network.repost("late", 5000)
    found = reposts(bluesky(network).follow_up(root_of(network), None, NOW))
    assert (found["early"].at, found["late"].at) == (NINE, NOW)


def test_a_reposter_is_told_once_and_under_the_same_key_after_a_restart() -> None:
    network = Network()
    network.repost("bo", 10)
    source = bluesky(network)
    first = source.follow_up(root_of(network), None, NOW)
    network.repost("cy", 30)
    second = source.follow_up(root_of(network), None, NOW)
    assert list(reposts(second)) == ["cy"]
    assert network.asked["identity"] == 2
    restarted = bluesky(network, max_requests=0).follow_up(root_of(network), None, NOW)
    assert reposts(restarted)["bo"].child == reposts(first)["bo"].child


def test_a_record_far_down_in_a_busy_account_is_found_within_three_pages() -> None:
    network = Network()
    network.repost("bo", 1)
    for number in range(250):
        network.repost("bo", 2, subject=f"at://did:plc:x/app.bsky.feed.post/p{number}")
    network.repost("cy", 3)
    for number in range(400):
        network.repost("cy", 4, subject=f"at://did:plc:x/app.bsky.feed.post/p{number}")
    found = reposts(bluesky(network).follow_up(root_of(network), None, NOW))
    assert found["bo"].at == NINE + timedelta(minutes=1)
    assert (network.asked["listRecords"], network.asked["identity"]) == (6, 2)


@pytest.mark.parametrize("home", ["http://127.0.0.1:2583", "http://169.254.169.254", "ftp://x.example", None, 7])
def test_an_identity_cannot_send_us_into_a_private_network(home: Any) -> None:
    network = Network()
    network.repost("bo", 10)
    network.homes["bo"] = home
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert len(page.dropped) == 1
    assert reposts(page)["bo"].evidence == "inferred"
    assert not any(request.url.host in ("127.0.0.1", "169.254.169.254") for request in network.requests)


def test_a_quote_is_found_and_the_counters_of_the_root_are_renewed() -> None:
    network = Network(view("ana", 0, repostCount=9))
    page = bluesky(network).follow_up(root_of(network), None, NOW)
    assert [(edge.kind, edge.by.id) for edge in page.reposts] == [("quote", did("quoter"))]
    root = next(post for post in page.posts if post.key == root_of(network).key)
    assert root.metrics is not None
    assert (root.metrics.reposts, root.metrics.at) == (9, NOW)


@pytest.mark.parametrize("status", [400, 404])
def test_a_post_that_is_gone_is_not_found(status: int) -> None:
    source = bluesky(lambda request: httpx.Response(status, json={"error": "NotFound", "message": "Post not found"}))
    with pytest.raises(NotFound):
        source.follow_up(root_of(Network()), None, NOW)


# -- searching


def searching(*pages: Any, asked: list[httpx.Request] | None = None) -> Any:
    waiting = list(pages)

    def answer(request: httpx.Request) -> httpx.Response:
        if "getProfiles" in request.url.path:
            return httpx.Response(500)
        if asked is not None:
            asked.append(request)
        page = waiting.pop(0)
        return page if isinstance(page, httpx.Response) else httpx.Response(200, json=page)

    return answer


def test_the_search_walks_by_cursor_from_the_watermark_and_keeps_what_is_newer() -> None:
    asked: list[httpx.Request] = []
    newest, older = view("ana", 30), view("bo", 10)
    source = bluesky(
        searching({"posts": [newest], "cursor": "c1"}, {"posts": [older, view("old", -600)]}, asked=asked),
        overlap_minutes=5,
    )
    first = source.fetch(BRAND, stamp(10), None, NOW)
    second = source.fetch(BRAND, stamp(10), first.next_cursor, NOW)
    assert [post.author.id for post in (*first.posts, *second.posts)] == [did("ana"), did("bo")]
    assert [account.handle for account in second.accounts] == ["bo.example"]
    assert second.next_cursor is None
    assert datetime.fromisoformat(second.state or "") == NINE + timedelta(minutes=30)
    assert [dict(request.url.params) for request in asked] == [
        {"q": '"Northline Air"', "sort": "latest", "since": "2026-03-02T09:05:00Z", "limit": "100"},
        {"q": '"Northline Air"', "sort": "latest", "since": "2026-03-02T09:05:00Z", "limit": "100", "cursor": "c1"},
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [{"posts": [view("ana", 5)], "cursor": "same"}, {"posts": [view("ana", 5)], "cursor": "same"}],
        [{"posts": [view("ana", 5)], "cursor": "a"}, {"posts": [view("old", -600)], "cursor": "b"}],
        [{"posts": [view("ana", 5)], "cursor": "a"}, {"posts": [], "cursor": "b"}],
    ],
)
def test_a_search_that_would_go_on_for_ever_ends(pages: list[Any]) -> None:
    source = bluesky(searching(*pages))
    first = source.fetch(BRAND, stamp(0), None, NOW)
    assert source.fetch(BRAND, stamp(0), first.next_cursor, NOW).next_cursor is None


def test_posts_are_kept_where_follower_counts_cannot_be_had() -> None:
    page = bluesky(searching({"posts": [view("ana", 5)]})).fetch(BRAND, stamp(0), None, NOW)
    assert len(page.posts) == 1
    assert page.accounts[0].followers is None
    assert [dropped.where for dropped in page.dropped] == ["follower counts"]


def test_follower_counts_are_asked_once_a_day() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if "getProfiles" in request.url.path:
            asked.append(request.url.params["actors"])
            return httpx.Response(200, json={"profiles": [{"did": did("ana"), "followersCount": 120_000}]})
        return httpx.Response(200, json={"posts": [view("ana", 5)]})

    source = bluesky(answer)
    for hours in (0, 1, 25):
        page = source.fetch(BRAND, stamp(0), None, NOW + timedelta(hours=hours))
        assert page.accounts[0].followers == 120_000
    assert asked == [did("ana")] * 2


def test_without_a_login_a_refused_search_says_what_to_set() -> None:
    with pytest.raises(Unauthorised, match="identifier and app_password"):
        bluesky(searching(httpx.Response(403, text="<html>"))).fetch(BRAND, None, None, NOW)


def test_without_a_login_a_refused_second_page_ends_the_search() -> None:
    source = bluesky(searching({"posts": [view("ana", 5)], "cursor": "c1"}, httpx.Response(403)))
    first = source.fetch(BRAND, stamp(0), None, NOW)
    second = source.fetch(BRAND, stamp(0), first.next_cursor, NOW)
    assert (second.posts, second.next_cursor) == ((), None)
    assert second.dropped[0].where == "older posts"


# -- logging in


class Login:
    """A home server that hands out tokens and forgets them."""

    def __init__(self) -> None:
        self.logins, self.refreshes, self.valid = 0, 0, ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition(".")[2]
        if name == "createSession":
            body = json.loads(request.content)
            if body != {"identifier": "watcher.example", "password": "app-pass"}:
                return httpx.Response(401, json={"error": "AuthenticationRequired"})
            self.logins += 1
            return self._session()
        if name == "refreshSession":
            self.refreshes += 1
            return self._session()
        assert request.url.host == "home.example"
        if request.headers.get("authorization") != f"Bearer {self.valid}":
            return httpx.Response(400, json={"error": "ExpiredToken", "message": "Token has expired"})
        return httpx.Response(200, json={"posts": [view("ana", 5)], "profiles": []})

    def _session(self) -> httpx.Response:
        self.valid = f"token{self.logins}{self.refreshes}"
        home = {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://home.example/"}]}
        return httpx.Response(200, json={"accessJwt": self.valid, "refreshJwt": "r", "didDoc": home})


def test_one_login_serves_many_requests_and_is_renewed_when_it_runs_out() -> None:
    login = Login()
    source = bluesky(login, identifier="watcher.example", app_password="app-pass")
    for _ in range(3):
        assert source.fetch(BRAND, stamp(0), None, NOW).posts
    assert (login.logins, login.refreshes) == (1, 0)
    login.valid = "another"
    assert source.fetch(BRAND, stamp(0), None, NOW).posts
    assert (login.logins, login.refreshes) == (1, 1)


def test_a_wrong_password_is_said_without_it() -> None:
    source = bluesky(Login(), identifier="watcher.example", app_password="wr0ng-pass")
    with pytest.raises(Unauthorised) as raised:
        source.fetch(BRAND, None, None, NOW)
    assert "wr0ng-pass" not in str(raised.value)
    assert "wr0ng-pass" not in repr(Config(identifier="watcher.example", app_password="wr0ng-pass"))


def test_a_login_needs_both_its_halves() -> None:
    with pytest.raises(ValueError, match="go together"):
        Config(identifier="watcher.example")


def test_a_server_error_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        bluesky(searching(httpx.Response(502, json={"error": "UpstreamFailure"}))).fetch(BRAND, None, None, NOW)
