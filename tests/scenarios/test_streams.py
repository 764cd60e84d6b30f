"""The daemon beside a stream: what comes over a real connection is stored, looked at and shown; a loss is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from monitor.clock import SystemClock, elapsed_seconds
from tests.sites import server
from tests.sites.bluesky import BlueskySite
from tests.sites.world import Event, World
from ui.runtime import open_daemon, open_services
from ui.settings import Settings
from ui.stores import Stores

PATIENCE = 30.0  # seconds, on a busy machine
COMPLAINT = "Northline Air broke my harp and refuses to pay, disgraceful. Never again!"


class Stream:
    """Sends what it was given, to whoever connects, from the moment that is asked for; then it is quiet or cut."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.cursors: list[str | None] = []
        self.cut = threading.Event()

    def __call__(self, connection: ServerConnection) -> None:
        asked = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        self.cursors.append(asked.get("cursor", [None])[0])
        sent = 0
        try:
            while not self.cut.wait(0.02):
                for frame in self.frames[sent:]:
                    connection.send(frame)
                sent = len(self.frames)
        except ConnectionClosed:
            return
        self.cut.clear()


@contextmanager
def streaming(stream: Stream) -> Iterator[str]:
    with serve(stream, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{running.socket.getsockname()[1]}"
        stream.cut.set()
        running.shutdown()
        thread.join()


def eventually(look):
    clock, until = SystemClock(), elapsed_seconds() + PATIENCE
    while not (found := look()):
        assert elapsed_seconds() < until, "it never came"
        clock.wait(timedelta(milliseconds=50))
    return found


@pytest.mark.server
def test_what_a_stream_sends_is_stored_looked_at_and_a_loss_is_told(sqlite_engine, sqlite_url):
    began, stream = datetime.now(UTC), Stream()
    world = World()
    with server.serve(lambda asked: site.answer(asked, datetime.now(UTC))) as base, streaming(stream) as line:
        site = BlueskySite(world, lambda: base)
        settings = Settings.model_validate(
            {
                "database": sqlite_url,
                "brands": [{"title": "Northline Air", "id": "northline"}],
                "http": {"pace_seconds": 0, "allowed_private_hosts": ["127.0.0.1"]},
                "sources": {"bluesky": {**site.settings(base), "jetstream": line, "stream": True}},
                "people": [{"name": "Desk", "min_level": "watch", "channels": ["console"]}],
                "notify": {"console": {}},
            }
        )
        stores = Stores(sqlite_url)
        with open_daemon(settings, SystemClock()) as daemon:
            daemon.listen()
            eventually(lambda: stream.cursors)
            root = Event(1, 1, began, COMPLAINT)
            stranger = Event(2, 2, began, "my lunch")
            reposts = [Event(10 + n, 10 + n, began + timedelta(seconds=1), "", "repost", root=1) for n in range(30)]
            elsewhere = Event(90, 9, began, "", "repost", root=2)
            for event in (root, stranger, *reposts, elsewhere):
                world.add(event)
                stream.frames.append(site.frame(event))
            eventually(lambda: len(stores.posts.reposts_of([site.key_of(root)])) == 30)
            assert stores.posts.get(site.key_of(stranger)) is None
            assert stores.posts.reposts_of([site.key_of(stranger)]) == []
            daemon.look()
            assert daemon._watch.live.sizes([site.key_of(root)]) == {site.key_of(root): 30}

            stream.frames.append(site.frame(root, "delete"))
            eventually(lambda: stores.posts.get(site.key_of(root)).deleted_at)
            before = len(stream.cursors)
            stream.cut.set()
            eventually(lambda: len(stream.cursors) > before)
            assert stream.cursors[0] is None
            assert stream.cursors[-1] is not None, "it goes on where it was"
            page = open_services(sqlite_url).sources("Mina")
            row = next(row for row in page.rows if row.is_stream)
            assert row.posts == 1
            assert row.lag is not None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("listen-")]
