"""The daemon beside the board: sources that fail and come back, a restart at any point, a person who takes over."""

from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from alerts.domain import Change, Level, Status
from monitor.clock import RecordedClock
from monitor.errors import StorageError
from monitor.http import HttpClient
from monitor.sources.bluesky import BlueskySource
from monitor.store.posts import PostStore
from ui.daemon import surviving
from ui.pages import Filters
from ui.runtime import open_daemon, open_services
from ui.settings import Settings
from ui.stores import Stores

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Daily Lamp</title><link>https://lamp.example/</link>
<item><guid>n1</guid><title>Northline Air expands</title><link>https://lamp.example/n1</link></item></channel></rss>"""


def view(name, at, text, quoting=None):
    record = {"text": text, "createdAt": at.isoformat(), "langs": ["en"]}
    if quoting:
        record["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": quoting}}
    author = {"did": f"did:plc:{name}", "handle": f"{name}.example"}
    return {"uri": f"at://did:plc:{name}/app.bsky.feed.post/p", "author": author, "record": record}


class World:
    """Bluesky, Hacker News and a feed as a test wants them."""

    def __init__(self, clock):
        self.clock = clock
        self.down = True
        self.posts = []
        self.asked = []

    def __call__(self, request):
        self.asked.append(request.url)
        if self.down:
            raise httpx.ConnectError("Name or service not known", request=request)
        if request.url.host == "lamp.example":
            return httpx.Response(200, text=FEED, headers={"content-type": "application/rss+xml"})
        if request.url.path.endswith("searchPosts"):
            said = [v for v in self.posts if v["record"]["createdAt"] <= self.clock.now().isoformat()]
            return httpx.Response(200, json={"posts": said})
        if request.url.path.endswith("getPosts"):
            wanted = request.url.params.get_list("uris")
            return httpx.Response(200, json={"posts": [v for v in self.posts if v["uri"] in wanted]})
        if request.url.host == "hn.algolia.com":
            return httpx.Response(200, json={"hits": [], "nbPages": 0})
        return httpx.Response(400, json={"error": "NotFound"})

    def complaint_spreads(self, at, quotes, minutes):
        text = "Northline Air broke my harp and refuses to pay, disgraceful. Never again!"
        root = view("singer", at, text)
        self.posts = [root]
        for number in range(quotes):
            when = at + timedelta(minutes=minutes * (number + 1) / quotes)
            said = f"Look at what Northline Air did, shameful ({number})"
            self.posts.append(view(f"fan{number}", when, said, quoting=root["uri"]))


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def settings(sqlite_engine, sqlite_url):
    return Settings.model_validate(
        {
            "database": sqlite_url,
            "brands": [{"title": "Northline Air", "id": "northline"}],
            "sources": {
                "bluesky": {"enabled": True, "every_minutes": 3},
                "hackernews": {"enabled": True},
                "feed": {"enabled": True, "urls": ["https://lamp.example/rss"]},
            },
            "notify": {"console": {}},
            "people": [{"name": "Desk", "min_level": "watch", "channels": ["console"]}],
        }
    )


@pytest.fixture
def clock():
    return RecordedClock(NOW)


def running(settings, clock, world):
    return open_daemon(settings, clock, partial(HttpClient, transport=httpx.MockTransport(world)))


def pass_time(daemon, clock, minutes, step=1):
    for _ in range(0, minutes, step):
        clock.wait(timedelta(minutes=step))
        daemon.crawl()
        daemon.look()
        daemon.send()


def test_without_a_network_it_goes_on_and_says_what_it_does_not_see(settings, clock, world):
    board = open_services(settings.database, clock=clock)
    with running(settings, clock, world) as daemon:
        daemon.crawl()
        daemon.look()
        pass_time(daemon, clock, 10)
    rows = Stores(settings.database).crawls.all()
    assert {row.source for row in rows} == {"bluesky", "hackernews", "feed"}
    assert all(row.failures and row.last_error and row.last_success_at is None for row in rows)
    assert all(row.next_check_at > row.last_attempt_at for row in rows)
    page = board.alerts(Filters(), "Mina")
    assert [look.fine for look in page.sources] == [False, False, False]
    assert len(page.silent) == 3
    assert page.stalled is None, "the daemon itself is alive"
    assert page.cards == ()


def test_when_the_sources_come_back_an_incident_opens_and_a_person_takes_it(settings, clock, world, capsys):
    board = open_services(settings.database, clock=clock)
    with running(settings, clock, world) as daemon:
        daemon.crawl()
        pass_time(daemon, clock, 5)
        world.down = False
        world.complaint_spreads(clock.now() + timedelta(minutes=1), 40, 30)
        pass_time(daemon, clock, 60)
        page = board.alerts(Filters(), "Mina")
        (card,) = page.cards
        assert (card.size, card.incident.status) == (41, Status.open)
        assert card.incident.title.startswith("Northline Air broke my harp")
        assert card.complaint_share == 1
        assert all(look.fine for look in page.sources)
        assert "broke my harp" in " ".join(capsys.readouterr().err.split())

        board.acknowledge(card.incident.id, "Mina")
        pass_time(daemon, clock, 30)
        incident = board.incidents.get(card.incident.id)
        assert (incident.status, incident.acked_by) == (Status.acked, "Mina"), "the daemon left the act alone"
        assert "Northline Air:" not in capsys.readouterr().err
        messages = board.deliveries.of_incident(card.incident.id)
        assert len({(m.step, m.recipient) for m in messages}) == len(messages)


def test_a_source_that_fails_keeps_an_incident_from_calming_down(settings, clock, world):
    with running(settings, clock, world) as daemon:
        world.down = False
        world.complaint_spreads(NOW, 40, 30)
        pass_time(daemon, clock, 60)
        world.down = True
        pass_time(daemon, clock, 60 * 15, step=20)
        (incident,) = Stores(settings.database).incidents.open_incidents()
        world.down = False
        pass_time(daemon, clock, 60 * 30, step=20)
        assert Stores(settings.database).incidents.get(incident.id).status is Status.resolved


def test_what_was_stored_and_not_looked_at_before_a_kill_is_looked_at_after_the_restart(settings, clock, world):
    world.down = False
    world.complaint_spreads(NOW, 40, 25)
    clock.set(NOW + timedelta(minutes=30))
    with running(settings, clock, world) as daemon:
        daemon.look()
        clock.wait(timedelta(seconds=30))
        daemon.crawl()  # and killed here
    world.down = True
    clock.wait(timedelta(minutes=1))
    with running(settings, clock, world) as daemon:
        tick = daemon.look()
    (opened,) = tick.opened
    assert "viral_complaint" in {finding.detector for finding in opened.latest}


def test_a_restart_repeats_nothing(settings, clock, world, capsys):
    world.down = False
    world.complaint_spreads(NOW, 40, 25)
    with running(settings, clock, world) as daemon:
        pass_time(daemon, clock, 40)
    (before,) = Stores(settings.database).incidents.recent()
    history = Stores(settings.database).incidents.history(before.id)
    assert "Northline Air:" in capsys.readouterr().err
    with running(settings, clock, world) as daemon:
        pass_time(daemon, clock, 10)
    (after,) = Stores(settings.database).incidents.recent()
    assert after.level == before.level >= Level.watch
    assert Stores(settings.database).incidents.history(before.id) == history
    assert "Northline Air:" not in capsys.readouterr().err


def test_a_database_that_fails_for_a_while_loses_nothing(settings, clock, world, monkeypatch):
    world.down = False
    world.complaint_spreads(NOW, 40, 25)
    clock.set(NOW + timedelta(minutes=30))

    def locked(self, *_, **__):
        raise StorageError("the database is locked")

    with running(settings, clock, world) as daemon:
        daemon.crawl()
        with monkeypatch.context() as patch:
            patch.setattr(PostStore, "reposts_of", locked)
            surviving(daemon.look)()
            surviving(daemon.look)()
        assert daemon.look().opened != ()


def test_a_crawl_that_the_database_refuses_holds_up_no_other(settings, clock, world, monkeypatch):
    world.down = False
    world.complaint_spreads(NOW, 40, 25)
    clock.set(NOW + timedelta(minutes=30))
    with running(settings, clock, world) as daemon:
        collect = daemon._crawler._collector.collect

        def refuse(brand, source, now):
            if source == "feed":
                raise StorageError("the disk is full")
            return collect(brand, source, now)

        monkeypatch.setattr(daemon._crawler._collector, "collect", refuse)
        surviving(daemon.crawl)()
        assert daemon.look().opened != ()


def test_a_source_with_a_fault_is_shown_as_failing_and_left_alone_for_a_while(settings, clock, world, monkeypatch):
    def broken(self, *_):
        raise TypeError("'NoneType' object is not subscriptable\nForged line")

    monkeypatch.setattr(BlueskySource, "fetch", broken)
    world.down = False
    with running(settings, clock, world) as daemon:
        daemon.crawl()
        first = {row.source: row for row in Stores(settings.database).crawls.all()}
        clock.wait(timedelta(seconds=5))
        assert daemon.crawl() == []
    assert first["feed"].failures == first["hackernews"].failures == 0
    assert first["bluesky"].failures == 1
    assert first["bluesky"].last_error.startswith("the crawler broke: TypeError")
    assert "\n" not in first["bluesky"].last_error


def test_what_spreads_most_is_returned_to_however_much_else_is_said(settings, clock, world, monkeypatch):
    monkeypatch.setattr("ui.interest.MOST_LOOKED_THROUGH", 5)
    world.down = False
    world.complaint_spreads(NOW, 40, 25)
    with running(settings, clock, world) as daemon:
        pass_time(daemon, clock, 30)
        late = clock.now()
        world.posts = [view(f"late{n}", late, f"Northline Air, boarding number {n}") for n in range(60)]
        world.asked.clear()
        pass_time(daemon, clock, 20)
    root = "at://did:plc:singer/app.bsky.feed.post/p"
    assert any(url.params.get("uri") == root for url in world.asked if url.path.endswith("getPostThread"))


def test_an_old_cascade_that_wakes_is_counted_whole(settings, clock, world):
    world.down = False
    world.complaint_spreads(NOW, 40, 25)
    with running(settings, clock, world) as daemon:
        pass_time(daemon, clock, 40)
        clock.wait(timedelta(days=20))
        pass_time(daemon, clock, 2)
        assert len(daemon._watch.live.tracker) == 0, "two weeks are kept in memory"
        root, at = world.posts[0]["uri"], clock.now()
        world.posts = [
            view(f"again{n}", at + timedelta(seconds=10 * n), "Northline Air again, shameful", quoting=root)
            for n in range(30)
        ]
        pass_time(daemon, clock, 12)
    (again, first) = Stores(settings.database).incidents.recent()
    (opened,) = [e for e in Stores(settings.database).incidents.history(again.id) if e.change is Change.opened]
    assert again.issue == first.issue
    assert opened.arguments["size"] > 41


def test_what_its_author_takes_back_is_said_nowhere_any_more(settings, clock, world, capsys):
    board = open_services(settings.database, clock=clock)
    world.down = False
    world.complaint_spreads(clock.now() + timedelta(minutes=1), 40, 30)
    with running(settings, clock, world) as daemon:
        daemon.crawl()
        pass_time(daemon, clock, 45)
        (card,) = board.alerts(Filters(), "Mina").cards
        assert "broke my harp" in card.incident.title
        assert card.claim is not None
        assert "broke my harp" in card.claim.text
        world.posts = world.posts[1:]  # the singer deletes the complaint
        pass_time(daemon, clock, 45)
        assert board.alerts(Filters(), "Mina").cards
    stores = Stores(settings.database)
    (incident,) = stores.incidents.recent(10)
    page = board.case(incident.id, "Mina")
    assert page is not None
    said = repr(page)
    assert "harp" not in said, said[max(0, said.find("harp") - 300) : said.find("harp") + 40]
    assert "harp" not in repr(stores.incidents.findings_of(incident.id))
    assert page.file.size >= 40, "what it spread stays counted"
    assert incident.root is not None
    emptied = stores.posts.get(incident.root)
    assert emptied is not None
    assert (emptied.text, emptied.deleted_at is not None) == ("", True)
