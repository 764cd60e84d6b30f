"""What the tests of the board share: a database with invented cases, and services over it."""

import importlib.util
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from monitor.clock import RecordedClock
from ui.runtime import open_services
from ui.services import Services


@pytest.fixture(scope="session")
def seed() -> ModuleType:
    """The module that fills a database (tests/ui/seed.py)."""
    spec = importlib.util.spec_from_file_location("board_seed", Path(__file__).with_name("seed.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["board_seed"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def full_file(seed: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the invented cases, to copy from."""
    file = tmp_path_factory.mktemp("board") / "full.db"
    seed.filled(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture
def full_url(full_file: Path, tmp_path: Path) -> str:
    """The address of a database with the invented cases."""
    return f"sqlite:///{shutil.copy(full_file, tmp_path / 'full.db')}"


@pytest.fixture
def clock(seed: ModuleType) -> RecordedClock:
    """Forty seconds after the last tick of the invented cases."""
    return RecordedClock(seed.NOW + timedelta(seconds=40))


@pytest.fixture
def services(full_url: str, clock: RecordedClock) -> Services:
    """The board's services over the invented cases."""
    return open_services(full_url, clock=clock)


@pytest.fixture
def empty_services(sqlite_url: str, clock: RecordedClock) -> Services:
    """The same over a new database."""
    return open_services(sqlite_url, clock=clock)


@pytest.fixture
def closed_port() -> int:
    """A port of the loopback interface on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def fresh_streamlit() -> Iterator[None]:
    """Nothing cached by one test is seen by the next."""
    import streamlit as st

    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
