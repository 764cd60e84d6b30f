"""``ripplewatch board``: the alert board on its own."""

from pathlib import Path

import typer

from monitor.clock import SystemClock
from ui.interrupt import end_when_told
from ui.output import out
from ui.settings import load


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def board(
        config: Path | None = typer.Option(
            None, "--config", "-c", help="Configuration file; ripplewatch.toml if there."
        ),
        db: str | None = typer.Option(None, "--db", help="Database URL instead of the configured one."),
        port: int | None = typer.Option(None, "--port", help="First port to try."),
    ) -> None:
        """Open the alert board; the daemon may run in another process or not at all."""
        from ui.board_process import start_board

        end_when_told()
        loaded = load(config)
        settings, clock = loaded.settings, SystemClock()
        arguments = ["--db", db or settings.database]
        if loaded.path:
            arguments += ["--config", str(loaded.path)]
        running = start_board(arguments, settings.board.address, port or settings.board.port, clock)
        out.print(f"The alert board is at {running.url}   (Ctrl-C ends it)")
        try:
            running.process.wait()
        except KeyboardInterrupt:
            out.print("\nEnding the board.")
        finally:
            running.stop()
