"""``ripplewatch board``: the alert board on its own."""

from pathlib import Path

import typer

from ui.commands.options import CONFIG, PORT, WHO
from ui.interrupt import end_when_told
from ui.output import out, say


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def board(
        config: Path | None = CONFIG,
        db: str | None = typer.Option(None, "--db", help="Database URL instead of the configured one."),
        port: int | None = PORT,
        who: str = WHO,
    ) -> None:
        """Open the alert board; the daemon may run in another process or not at all."""
        from monitor.clock import SystemClock
        from monitor.db import connect
        from ui.board_process import arguments, start_board
        from ui.settings import load

        end_when_told()
        loaded = load(config)
        connect(db or loaded.settings.database).dispose()  # an address that cannot be read is told here, not on a page
        place = loaded.settings.board
        with start_board(arguments(loaded, db, who), place.address, port or place.port, SystemClock()) as running:
            say(f"The alert board is at {running.url}   (Ctrl-C ends it)")
            running.wait()
        out.print("\nThe board has ended.")
