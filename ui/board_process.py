"""The alert board as a process of its own: start it, wait for it, end it."""

import errno
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from monitor.clock import Clock
from monitor.errors import RipplewatchError
from ui.theme import STREAMLIT_FLAGS

if TYPE_CHECKING:
    from ui.settings import Loaded

ENTRY = Path(__file__).with_name("board.py")
READY_WITHIN = timedelta(seconds=60)
STEP = timedelta(milliseconds=100)
ENDS_WITHIN = 5.0  # seconds; a browser that holds on to it is no reason to stay


@dataclass(slots=True)
class BoardProcess:
    """A running board; the end of its block, or an interrupt in it, ends the board."""

    process: subprocess.Popen[bytes]
    url: str

    def __enter__(self) -> "BoardProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.stop()
        return kind is KeyboardInterrupt

    def wait(self) -> NoReturn:
        """Wait for an interrupt. Raises RipplewatchError when the board ends on its own."""
        raise _ended(self.process.wait())

    def stop(self) -> None:
        """End the board and wait until it has gone."""
        self.process.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDS_WITHIN)
        finally:
            self.process.kill()  # does nothing to what has ended
            self.process.wait()


def arguments(loaded: "Loaded", db: str | None, who: str) -> list[str]:
    """What the board is told; the address of a configured database, which may hold a password, stays in its file."""
    settings = loaded.settings
    told = [f"--config={loaded.path}"] if loaded.path else []
    if db or not loaded.path:
        told.append(f"--db={db or settings.database}")
    return [*told, f"--language={settings.language}", f"--time-zone={settings.time_zone}", f"--who={who}"]


def start_board(arguments: Sequence[str], address: str, port: int, clock: Clock) -> BoardProcess:
    """The board, answering, on ``port`` or the next free one. Raises RipplewatchError when it does not start."""
    free = free_port(address, port)
    command = [sys.executable, "-m", "streamlit", "run", str(ENTRY), *STREAMLIT_FLAGS]
    command += ["--server.address", address, "--server.port", str(free), "--", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own argv
    shown = "127.0.0.1" if address in {"0.0.0.0", "::"} else address  # noqa: S104 - compared, not bound
    host = f"[{shown}]" if ":" in shown else shown
    with ExitStack() as unless_ready:
        board = BoardProcess(process, f"http://{host}:{free}")
        unless_ready.callback(board.stop)
        _wait_until_ready(process, shown, free, clock)
        unless_ready.pop_all()
    return board


def free_port(address: str, first: int) -> int:
    """``first`` or the next port above that nobody listens on. Raises RipplewatchError where there is none."""
    for port in range(first, min(first + 50, 65536)):
        if _is_free(address, port):
            return port
    raise RipplewatchError(f"no free port from {first} up on {address}; name another with --port")


def _is_free(address: str, port: int) -> bool:
    with closing(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise RipplewatchError(f"{address} is no address of this machine; change board.address") from error
            return False
    return True


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, port: int, clock: Clock) -> None:
    started = clock.now()
    while not _answers(address, port):
        if process.poll() is not None:
            raise _ended(process.returncode)
        if clock.now() - started > READY_WITHIN:
            raise RipplewatchError(f"the board did not answer on port {port} within {READY_WITHIN.seconds} s")
        clock.wait(STEP)


def _ended(code: int) -> RipplewatchError:
    return RipplewatchError(f"the board ended with exit code {code}; its message stands above")


def _answers(address: str, port: int) -> bool:
    try:
        with closing(socket.create_connection((address, port), timeout=0.5)):
            return True
    except OSError:
        return False
