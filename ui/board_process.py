"""The alert board as a process of its own: start it, wait for it, end it."""

import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.clock import Clock
from monitor.errors import RipplewatchError
from ui.theme import STREAMLIT_FLAGS

ENTRY = Path(__file__).with_name("board.py")
READY_WITHIN = timedelta(seconds=60)
STEP = timedelta(milliseconds=100)


@dataclass(slots=True)
class BoardProcess:
    """A running board."""

    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> None:
        """End the board and wait until it has gone."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_board(arguments: Sequence[str], address: str, port: int, clock: Clock) -> BoardProcess:
    """The board, answering, on ``port`` or the next free one. Raises RipplewatchError when it does not start."""
    free = free_port(address, port)
    command = [sys.executable, "-m", "streamlit", "run", str(ENTRY), *STREAMLIT_FLAGS]
    command += ["--server.address", address, "--server.port", str(free), "--", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own argv
    shown = "127.0.0.1" if address in {"0.0.0.0", "::"} else address  # noqa: S104 - compared, not bound
    board = BoardProcess(process, f"http://{shown}:{free}")
    started = clock.now()
    while not _answers(shown, free):
        if process.poll() is not None:
            raise RipplewatchError(
                f"the board ended at once with exit code {process.returncode}; its message stands above"
            )
        if clock.now() - started > READY_WITHIN:
            board.stop()
            raise RipplewatchError(f"the board did not answer on port {free} within {READY_WITHIN.seconds} s")
        clock.wait(STEP)
    return board


def free_port(address: str, first: int) -> int:
    """``first`` or the next port above that nobody listens on. Raises RipplewatchError when 50 in a row are taken."""
    for port in range(first, min(first + 50, 65536)):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with closing(socket.socket(family)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise RipplewatchError(f"no free port from {first} up on {address}; name another with --port")


def _answers(address: str, port: int) -> bool:
    try:
        with closing(socket.create_connection((address, port), timeout=0.5)):
            return True
    except OSError:
        return False
