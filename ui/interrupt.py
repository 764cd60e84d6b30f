"""Ending politely: Ctrl-C, SIGTERM and a closed terminal end a command alike, so that what it started is ended, too."""

import signal
import threading
from collections.abc import Iterator


def end_when_told() -> None:
    """Let SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt in the main thread."""
    for name in _asking():
        signal.signal(name, _interrupt)


def told_to_end() -> threading.Event:
    """An event that the first SIGINT, SIGTERM or SIGHUP sets; the same signal once more ends the program at once."""
    told = threading.Event()

    def tell(number: int, _frame: object) -> None:
        told.set()
        signal.signal(number, signal.SIG_DFL)

    for name in _asking():
        signal.signal(name, tell)
    return told


def _asking() -> Iterator[signal.Signals]:
    yield signal.SIGINT  # also where it was inherited as ignored, as in the background of a script
    yield signal.SIGTERM
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored: started with nohup
        yield signal.SIGHUP


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
