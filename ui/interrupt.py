"""Ending politely: SIGTERM and Ctrl-C end a command alike, so that what it started is ended, too."""

import signal


def end_when_told() -> None:
    """Let SIGTERM and SIGINT raise KeyboardInterrupt in the main thread, also where SIGINT was inherited as ignored."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
