"""Ending politely: SIGTERM ends a command as Ctrl-C does, so that what it started is ended, too."""

import signal


def end_on_sigterm() -> None:
    """Let SIGTERM raise KeyboardInterrupt in the main thread."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
