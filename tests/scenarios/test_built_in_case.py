"""The built-in case from the first ordinary day to the press: what is caught, when, and what is said of it."""

import fcntl
import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.domain import Incident, Level, Status
from graph.case import guitar
from monitor.recording import KnownMoment, RecordingLabel, spell
from monitor.sources.archive import Recording, read_archive
from ui.runtime import case_reader, open_replay
from ui.settings import Settings
from ui.stores import Stores

EVERY = timedelta(minutes=5)
TOLD = datetime(2009, 7, 8, 18, tzinfo=UTC)  # the airline's first contact
LABEL = RecordingLabel(guitar.CASE_ID, guitar.LABEL, (KnownMoment(guitar.FIRST_CONTACT, "first contact"),))


def recording(records: Iterable[dict[str, Any]]) -> Recording:
    return read_archive([io.BytesIO("".join(json.dumps(record) + "\n" for record in records).encode())])


@pytest.fixture(scope="module")
def case_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the replayed case, made once for all test processes."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    file, done = shared / "case.db", shared / "case.done"
    with (shared / "case.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            with open_replay(f"sqlite:///{file}", Settings(), (guitar.BRAND,), EVERY, label=LABEL) as run:
                run.replay.run(recording(guitar.records()).events())
            done.touch()
    return file


@pytest.fixture(scope="module")
def stores(case_file: Path) -> Iterator[Stores]:
    opened = Stores(f"sqlite:///{case_file}")
    yield opened
    opened.close()


def about_the_song(incidents: Iterable[Incident]) -> list[Incident]:
    return [i for i in incidents if "Guitar" in i.title or i.issue.endswith(guitar.VIDEO_ID)]


def test_the_song_is_one_incident_caught_before_the_airline_made_contact(stores: Stores) -> None:
    (song,) = about_the_song(stores.incidents.recent(1000))
    reached = {
        Level[entry.arguments["level"]]: entry.at
        for entry in reversed(stores.incidents.history(song.id))
        if "level" in entry.arguments
    }
    assert song.fired_at < TOLD
    assert reached[Level.crisis] < guitar.FIRST_MILLION
    assert song.status is not Status.resolved
    assert song.brand == guitar.BRAND.id
    assert [i.id for i in stores.incidents.open_incidents()] == [song.id]


def test_the_ordinary_days_before_raise_no_crisis(stores: Stores) -> None:
    before = [i for i in stores.incidents.recent(1000) if i.fired_at < guitar.VIDEO_POSTED]
    assert all(i.peak_level <= Level.review and i.status is Status.resolved for i in before)
    assert len(before) <= 4


def test_the_case_says_what_is_known_and_that_it_is_a_reconstruction(stores: Stores) -> None:
    (song,) = about_the_song(stores.incidents.recent(1000))
    now = stores.posts.newest_at()
    assert now is not None
    case = case_reader(stores, (guitar.BRAND,)).read(song, now)
    arrivals = {site.source: site.at for site in case.sites}
    assert arrivals.keys() == {"videosite", "microblog", "forum", "feed"}
    assert case.press_at == arrivals["feed"] > arrivals["videosite"]
    assert case.reconstruction == guitar.LABEL
    assert case.extra == {"first contact": f"{spell(guitar.FIRST_CONTACT - song.fired_at)} before"}
    assert case.claim is not None
    assert case.claim.key == song.root
    assert len(case.carriers) == 20
    assert case.carriers[0].caused >= case.carriers[-1].caused > 0
    assert {"press", "origin"} & {carrier.role for carrier in case.carriers}
    assert 0.5 < (case.explicit_share or 0) < 1
    assert (case.complaint_share or 0) > 0.5
    assert set(case.by_language) >= {"en", "zh", "ko", "te"}
    assert case.size == case.growth[-1].size > 8_000
    views = [point.size for point in case.views]
    assert views == sorted(views)
    assert len(views) > 100, "every reading of the counter is kept"
    assert case.forecast is not None
    assert case.forecast.low >= case.forecast.seen


def test_early_the_case_shows_nothing_of_what_came_later(stores: Stores) -> None:
    (song,) = about_the_song(stores.incidents.recent(1000))
    early = case_reader(stores, (guitar.BRAND,)).read(song, song.fired_at)
    assert early.size < 1_000
    assert early.growth[-1].at <= song.fired_at
    assert all(point.at <= song.fired_at for point in early.views)
    assert all(post.created_at <= song.fired_at for post in early.examples)


def test_running_it_again_adds_nothing(case_file: Path, tmp_path: Path) -> None:
    with sqlite3.connect(case_file) as source, sqlite3.connect(tmp_path / "again.db") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    ticks = []
    with open_replay(
        f"sqlite:///{tmp_path / 'again.db'}", Settings(), (guitar.BRAND,), EVERY, label=LABEL, on_tick=ticks.append
    ) as run:
        before = (run.stores.posts.counts(), run.stores.incidents.recent(1000))
        report = run.replay.run(recording(guitar.records()).events())
        after = (run.stores.posts.counts(), run.stores.incidents.recent(1000))
    assert (report.new_posts, report.new_reposts, ticks) == (0, 0, [])
    assert report.posts > 8_000, "what is known already is counted all the same"
    assert before == after


def test_another_telling_of_the_story_is_caught_too(tmp_path: Path) -> None:
    days = guitar.varied(7, guitar.VIDEO_POSTED - timedelta(days=2), TOLD)
    with open_replay(f"sqlite:///{tmp_path / 'other.db'}", Settings(), (guitar.BRAND,), EVERY) as run:
        run.replay.run(recording(days).events())
        (song,) = about_the_song(run.stores.incidents.recent(1000))
        assert song.fired_at < TOLD
        assert song.peak_level >= Level.escalate
