"""Options that several commands share."""

import math
from typing import Any

import typer

from ui.defaults import CONFIGURATION


def finite(value: float | None) -> float | None:
    """``value`` where it is a number; typer.BadParameter for nan and inf, which no limit keeps out."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter("must be a finite number")
    return value


CONFIG: Any = typer.Option(None, "--config", "-c", help=f"Configuration file; {CONFIGURATION} if there.")
LINES: Any = typer.Option(False, "--json", help="Print one JSON document a line.")
DOCUMENT: Any = typer.Option(False, "--json", help="Print one JSON document.")
PORT: Any = typer.Option(None, "--port", min=1, max=65535, help="First port to try for the board.")
WHO: Any = typer.Option("", "--who", help="Your name, as the history shows it beside what you do on the board.")
