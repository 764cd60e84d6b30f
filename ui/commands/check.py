"""``ripplewatch check``: is the configuration right, and does everything it names answer?"""

from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from monitor.clock import SystemClock
from monitor.plain_text import one_line
from ui.output import out, print_json
from ui.settings import load


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def check(
        config: Path | None = typer.Option(
            None, "--config", "-c", help="Configuration file; ripplewatch.toml if there."
        ),
        as_json: bool = typer.Option(False, "--json", help="Print one JSON document a line."),
    ) -> None:
        """Validate the configuration and try the database, every source and every channel. Exit 1 if one fails."""
        from ui.checks import try_everything

        loaded = load(config)
        table = Table("what", "", "answer", box=None, pad_edge=False)
        failed = 0
        if not as_json:
            out.print(f"{loaded.path or 'defaults'}: the configuration is valid", markup=False)
        for tried in try_everything(loaded.settings, SystemClock()):
            failed += not tried.fine
            if as_json:
                print_json({"what": tried.what, "fine": tried.fine, "detail": tried.detail})
            mark = "[green]✓ fine[/green]" if tried.fine else "[red]✗ failed[/red]"
            table.add_row(escape(tried.what), mark, escape(one_line(tried.detail, 400)))
        if not as_json:
            out.print(table)
        raise typer.Exit(1 if failed else 0)
