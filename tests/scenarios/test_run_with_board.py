"""``ripplewatch run --board`` as a user starts it, on the configuration that ``init`` writes, without a network."""

import re
import signal
import socket
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from monitor.clock import SystemClock

COMMAND = [sys.executable, "-c", "from ui.cli import main; main()"]
WITHIN = 60.0  # seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What ``init`` wrote, with sites that are ports of this machine on which nobody listens."""
    subprocess.run([*COMMAND, "init"], cwd=tmp_path, check=True, capture_output=True)
    file = tmp_path / "ripplewatch.toml"
    closed = _closed_port()
    here = f'"http://127.0.0.1:{closed}"'
    text = file.read_text()
    text = text.replace("[sources.bluesky]", f"[sources.bluesky]\nappview = {here}\nplc = {here}\npds = {here}")
    text = text.replace("[sources.gdelt]", f"[sources.gdelt]\nbase_url = {here}")
    text = text.replace("[sources.hackernews]", f"[sources.hackernews]\nsearch_url = {here}\nitem_url = {here}")
    text = re.sub(r'urls = \[\s*"https[^\]]*\]', f"urls = [{here}]", text)
    text = text.replace("[http]", f'[http]\nallowed_private_hosts = ["127.0.0.1:{closed}"]\npace_seconds = 0')
    text = text.replace("tick_seconds = 60", "tick_seconds = 1").replace("port = 8501", f"port = {_closed_port()}")
    assert "https://" not in "".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    file.write_text(text)
    return tmp_path


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(what, clock=SystemClock()):  # noqa: B008 - one clock for all
    """The first true answer of ``what``; fails when none comes in time."""
    waited, step = 0.0, timedelta(seconds=0.2)
    while not (answer := what()):
        assert waited < WITHIN, "it did not happen in time"
        clock.wait(step)
        waited += step.total_seconds()
    return answer


def rows(database: Path) -> list[tuple[str, int, str]]:
    if not database.exists():
        return []
    with sqlite3.connect(database) as connection:
        try:
            found = connection.execute("SELECT source, failures, last_error FROM crawl ORDER BY source").fetchall()
        except sqlite3.OperationalError:  # the tables are being made
            found = []
    connection.close()
    return found


def answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=2) as response:
            return response.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False


@pytest.mark.server
def test_it_goes_on_without_a_network_and_ends_with_its_board(folder: Path) -> None:
    with (folder / "log").open("wb") as out:
        process = subprocess.Popen([*COMMAND, "run", "--board"], cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    log = folder / "log"
    try:
        url = eventually(lambda: re.search(r"http://127\.0\.0\.1:\d+", log.read_text()))[0]
        assert eventually(lambda: answers(url))
        found = eventually(lambda: len(seen := rows(folder / "ripplewatch.db")) == 4 and seen)
        assert [source for source, *_ in found] == ["bluesky", "feed", "gdelt", "hackernews"]
        assert all(failures >= 1 and "127.0.0.1" in reason for _, failures, reason in found)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
    text = log.read_text()
    assert code == 0, text
    assert "Traceback" not in text
    assert text.count("crawl failed") >= 4
    assert not answers(url), "the board has ended, too"
