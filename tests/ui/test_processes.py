"""Commands as processes: they end when they are told to, and leave nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ui.stores import Stores

pytestmark = pytest.mark.server
COMMAND = [sys.executable, "-c", "from ui.cli import main; main()"]
LONGEST = 30  # seconds, on a busy machine


@contextmanager
def started(folder, *arguments):
    """A command in ``folder``; whatever happens, it and what it started are ended at last."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RIPPLEWATCH_")}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its session is its own


def board_port(process):
    """The port of the board that the command has announced."""
    for line in process.stdout:
        if found := re.search(r"The alert board is at http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    pytest.fail(f"no board: {process.stderr.read()}")


def processes_naming(word):
    """How many processes of this machine have ``word`` on their command line."""
    found = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += word.encode() in file.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
    return found


@pytest.fixture
def database(tmp_path):
    Stores(f"sqlite:///{tmp_path / 'board.db'}").close()
    return f"sqlite:///{tmp_path / 'board.db'}"


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_board_ends_when_told_and_leaves_no_process(tmp_path, database, told):
    first = _free_port()
    with started(tmp_path, "board", "--db", database, "--port", str(first), "--who", "Mina") as process:
        port = board_port(process)
        assert processes_naming(database) >= 2
        process.send_signal(told)
        out, err = process.communicate(timeout=LONGEST)
    assert (process.returncode, err) == (0, "")
    # Told while it announces the board, it may announce it once more; what counts is how it ends.
    assert out.split()[-4:] == ["The", "board", "has", "ended."]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert processes_naming(database) == 0


def test_the_watch_goes_on_without_a_network_and_ends_when_told(tmp_path, closed_port):
    here = f"127.0.0.1:{closed_port}"
    (tmp_path / "ripplewatch.toml").write_text(
        f'[[brands]]\ntitle = "Northline Air"\n[sources.feed]\nurls = ["http://{here}/rss"]\n'
        f'[http]\nallowed_private_hosts = ["{here}"]\n[board]\nport = {_free_port()}\n'
    )
    with started(tmp_path, "run", "--board") as process:
        port = board_port(process)
        said = process.stderr.readline() + process.stderr.readline()
        assert "Watching Northline Air." in said
        assert "crawl failed" in said
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0
    assert "Ending: finishing what is under way" in err
    assert "Traceback" not in err
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_reader_that_goes_away_is_no_reason_to_complain(tmp_path):
    lines = "".join(json.dumps({"id": n, "text": f"Northline Air flight {n}"}) + "\n" for n in range(3000))
    (tmp_path / "texts.jsonl").write_text(lines)
    with started(tmp_path, "classify", "texts.jsonl", "--json") as process:
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdout.close()
        assert process.stderr.read() == ""
        process.wait(LONGEST)


def test_help_does_not_load_what_only_the_work_needs():
    heavy = ("streamlit", "scipy", "spacy", "sqlalchemy", "httpx", "matplotlib")
    look = f"import sys, ui.cli; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
