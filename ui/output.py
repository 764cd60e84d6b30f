"""What a command prints: results on standard output, everything else on standard error.

Texts of strangers never become markup, emoji or control sequences of the terminal.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.domain import Dropped
from monitor.plain_text import clean

out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
SHOWN_DROPPED = 20
_ENCODED = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def print_json(document: Any) -> None:
    """Write one JSON document on one line of standard output."""
    sys.stdout.write(json_line(document))


def json_line(document: Any) -> str:
    """``document`` as JSON on one line, with its end."""
    line: str = _ENCODED(document)
    escaped = line.encode(errors="backslashreplace").decode()  # a lone surrogate cannot be written as it is
    return escaped + "\n"


def say(text: str) -> None:
    """Write a result for people."""
    out.print(clean(text), markup=False)


def note(text: str) -> None:
    """Say something that is not a result."""
    err.print(clean(text), markup=False)


def note_dropped(dropped: Sequence[Dropped], total: int) -> None:
    """Say what could not be used, with its place: the first ones singly, of many the number."""
    for item in dropped[:SHOWN_DROPPED]:
        note(f"{item.where}: {item.reason}; skipped")
    if total > SHOWN_DROPPED:
        note(f"{total:,} things skipped in all")


def progress_bar() -> Progress:
    """A progress bar on a terminal; it disappears when it is done. Nothing where standard error goes elsewhere."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
