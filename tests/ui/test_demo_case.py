"""The demo's database: replayed once, taken as it is afterwards, made anew where it does not fit."""

import io
from contextlib import closing

import pytest
from rich.console import Console
from rich.progress import Progress

from monitor.errors import StorageError
from ui import demo_case
from ui.stores import Stores


@pytest.fixture
def replays(monkeypatch):
    """Stands in for the replay, which takes a while; the seeds it was asked for."""
    seeds = []

    def replay(url, seed, _bar):
        seeds.append(seed)
        Stores(url).close()

    monkeypatch.setattr(demo_case, "_replay", replay)
    return seeds


@pytest.fixture
def play(replays, tmp_path):
    bar = Progress(console=Console(file=io.StringIO()))
    return lambda seed=None, fresh=False: demo_case.play(tmp_path / "demo" / "demo.db", seed, bar, fresh)


def test_it_is_replayed_once(play, replays):
    assert play().replayed
    assert not play().replayed
    assert replays == [2009]


def test_another_seed_and_fresh_replay_it_again(play, replays):
    play()
    play(seed=7)
    play(seed=7)
    play(seed=7, fresh=True)
    assert replays == [2009, 7, 7]


def test_a_replay_that_was_broken_off_is_done_again(play, replays, tmp_path):
    play()
    with closing(Stores(f"sqlite:///{tmp_path / 'demo' / 'demo.db'}")) as stores:
        stores.meta.put(demo_case.DONE_KEY, "")
    assert play().replayed


def test_a_damaged_database_is_made_anew(play, tmp_path):
    play()
    (tmp_path / "demo" / "demo.db").write_text("no database" * 500)
    (tmp_path / "demo" / "demo.db-wal").write_text("left over")
    assert play().replayed
    assert not play().replayed


def test_what_cannot_be_replaced_is_told(play, tmp_path):
    (tmp_path / "demo" / "demo.db").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"cannot replace .* Remove that file"):
        play()
