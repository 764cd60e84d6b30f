"""``ripplewatch check``: is the configuration right, and does everything it names answer?"""

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from monitor.plain_text import one_line
from ui.commands.options import CONFIG, LINES
from ui.output import out, print_json, say

if TYPE_CHECKING:
    from ui.checks import Tried


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def check(config: Path | None = CONFIG, as_json: bool = LINES) -> None:
        """Validate the configuration and try the database, every source and every channel. Exit 1 if one fails."""
        from monitor.clock import SystemClock
        from ui.checks import try_everything
        from ui.settings import load

        loaded = load(config)
        if not as_json:
            say(f"{loaded.path or 'Without a configuration file'}: the configuration is valid")
        failed = 0
        for tried in try_everything(loaded.settings, SystemClock()):
            failed += not tried.fine
            _print_json(tried) if as_json else _print_row(tried)
        raise typer.Exit(1 if failed else 0)


def _print_json(tried: "Tried") -> None:
    print_json({"what": tried.what, "fine": tried.fine, "detail": tried.detail})


def _print_row(tried: "Tried") -> None:
    mark = "[green]✓ fine  [/green]" if tried.fine else "[red]✗ failed[/red]"
    out.print(f"{mark}  {tried.what:12}  {escape(one_line(tried.detail, 400))}")
