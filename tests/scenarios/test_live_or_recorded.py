"""A database is either that of a live watch or that of a replay: mixed, the board could not say what time it is."""

from datetime import timedelta

import pytest

from monitor.clock import SystemClock
from monitor.domain import Brand
from monitor.errors import StorageError
from monitor.store.crawls import CrawlState
from ui.runtime import open_daemon, open_replay
from ui.settings import Settings
from ui.stores import Stores

BRANDS = (Brand("northline", "Northline Air", names=("Northline Air",)),)
EVERY = timedelta(minutes=5)


def test_a_replay_into_the_database_of_a_live_watch_is_refused(sqlite_engine, sqlite_url) -> None:
    stores = Stores(sqlite_url)
    stores.crawls.put(None, CrawlState("northline", "bluesky"))

    with (
        pytest.raises(StorageError, match="replay into one of its own"),
        open_replay(sqlite_url, Settings(), BRANDS, EVERY),
    ):
        pass
    assert stores.meta.get("recorded") is None


def test_a_live_watch_on_a_replayed_database_is_refused(sqlite_engine, sqlite_url) -> None:
    with open_replay(sqlite_url, Settings(), BRANDS, EVERY) as run:
        run.replay.run([])

    with (
        pytest.raises(StorageError, match="name another one"),
        open_daemon(Settings(database=sqlite_url), SystemClock()),
    ):
        pass
