"""The command line: ``ripplewatch COMMAND``."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import TextIO

import typer

from monitor.errors import ConfigurationError, RipplewatchError
from ui.commands import (
    board,
    check,
    claims,
    classify,
    crawl,
    demo,
    forecast,
    graph_export,
    influence,
    init,
    match,
    replay,
    run,
    topics,
    train,
)
from ui.output import note, say

FAILED, WRONG_USAGE = 1, 2

app = typer.Typer(
    name="ripplewatch",
    help="Crisis early-warning and reputation monitor: notices the complaint that is about to go viral.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
_MODULES = (
    demo,
    init,
    check,
    crawl,
    run,
    board,
    replay,
    forecast,
    classify,
    topics,
    claims,
    train,
    match,
    influence,
    graph_export,
)
for module in _MODULES:
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"ripplewatch {version('ripplewatch')}")
        raise typer.Exit


@app.callback()
def _root(
    show: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """Options that stand before the command."""


def main() -> None:
    """Run the command line; exit 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted."""
    _write_utf8(sys.stdout)
    _write_utf8(sys.stderr)
    sys.exit(execute())


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, that of the process where none is given; returns the exit code."""
    try:
        _command_line(arguments)
        sys.stdout.flush()
    except ConfigurationError as error:
        note(str(error))
        return WRONG_USAGE
    except RipplewatchError as error:
        note(str(error))
        return FAILED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except BrokenPipeError:  # the reader has gone (ripplewatch ... | head): nothing more to say
        _forget(sys.stdout)
        return FAILED
    return 0


def _command_line(arguments: Sequence[str] | None) -> None:
    """Run it; raises SystemExit only where the exit code is not 0. Wrong usage has been explained by then."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="ripplewatch")
    except SystemExit as end:
        if end.code:
            raise


def _write_utf8(stream: TextIO) -> None:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _forget(stream: TextIO) -> None:
    """Let nothing be written at the end of the process, which would fail once more."""
    with suppress(BrokenPipeError):
        stream.close()
