"""A real board: a server process of the installed package, and a headless Chromium in front of it."""

import importlib.util
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, sync_playwright

import ui
from monitor.clock import SystemClock
from ui.board_process import free_port
from ui.theme import STREAMLIT_FLAGS

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
START_WITHIN = 60.0  # seconds
_STEP = timedelta(milliseconds=200)


@dataclass
class Board:
    """A running board over a database of its own."""

    url: str
    database: str
    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture(scope="session")
def seed() -> ModuleType:
    """The module that fills a database (tests/ui/seed.py)."""
    file = Path(__file__).parents[1] / "ui" / "seed.py"
    spec = importlib.util.spec_from_file_location("browser_seed", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["browser_seed"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def board(seed: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A board over the invented cases, for all tests of a file: each acts on an incident of its own."""
    folder = tmp_path_factory.mktemp("board")
    database = f"sqlite:///{folder / 'board.db'}"
    seed.filled(database).dispose()
    board = _start(database, folder)
    yield board
    board.process.terminate()
    board.process.wait(timeout=20)


def _start(database: str, folder: Path) -> Board:
    port = free_port("127.0.0.1", random.randrange(18_000, 28_000))
    entry = str(Path(ui.__file__).with_name("board.py"))
    command = [sys.executable, "-m", "streamlit", "run", entry, *STREAMLIT_FLAGS, f"--server.port={port}"]
    command += ["--", "--db", database, "--who", "Ada"]
    log = folder / "board.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    board = Board(f"http://127.0.0.1:{port}", database, process, log)
    _wait_until_healthy(board)
    return board


def _wait_until_healthy(board: Board) -> None:
    clock, waited = SystemClock(), 0.0
    while waited < START_WITHIN:
        assert board.process.poll() is None, board.log.read_text()
        try:
            with urlopen(f"{board.url}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except (URLError, OSError):
            pass
        clock.wait(_STEP)
        waited += _STEP.total_seconds()
    pytest.fail(f"the board did not start within {START_WITHIN:.0f} s:\n{board.log.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; skips where none is installed."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=SWITCHES)
        yield browser
        browser.close()
