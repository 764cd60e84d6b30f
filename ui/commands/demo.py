"""``ripplewatch demo``: watch the built-in case being caught."""

import webbrowser
from datetime import timedelta
from pathlib import Path

import typer
from rich.markup import escape
from rich.panel import Panel

from graph.case import guitar
from monitor.clock import SystemClock, elapsed_seconds
from monitor.recording import spell
from ui.demo_case import MOMENTS, CaughtCase, play
from ui.interrupt import end_when_told
from ui.output import note, out, progress_bar

DATABASE = Path(".ripplewatch") / "demo.db"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def demo(
        seed: int = typer.Option(guitar.DEFAULT_SEED, help="Another seed tells the story with other people and posts."),
        board: bool = typer.Option(True, help="Open the alert board on it."),
        port: int = typer.Option(8501, help="First port to try for the board."),
        browser: bool = typer.Option(False, "--open", help="Open the board in a web browser, too."),
        fresh: bool = typer.Option(False, "--fresh", help="Replay it again even if that was done before."),
    ) -> None:
        """Replay "United Breaks Guitars" (2009, a reconstruction) and open the board on what was caught."""
        end_when_told()
        started = elapsed_seconds()
        if fresh:
            DATABASE.unlink(missing_ok=True)
        with progress_bar() as bar:
            caught = play(DATABASE, seed, bar)
        _tell(caught, elapsed_seconds() - started)
        if board:
            _show_board(port, browser)


def _tell(caught: CaughtCase, seconds: float) -> None:
    note(f"{guitar.LABEL}.")
    incident = caught.incident
    out.print(f"{caught.posts:,} posts and {caught.reposts:,} reposts, comments and quotes in {seconds:.0f} s")
    if incident is None:
        out.print("No incident was opened.")
        return
    lines = [f"now at level {incident.level.name}, {incident.status.value}", "", "In case time (UTC):"]
    lines += [f"  {entry.at:%a %d %B %H:%M}  {level.name}" for level, entry in caught.raised]
    for moment in MOMENTS:
        gap = moment.at - incident.fired_at
        lines.append(f"fired {spell(gap)} {'before' if gap > timedelta(0) else 'AFTER'} {moment.text}")
    lines.append(
        f"the ordinary days before: {caught.earlier_crises} crises, {caught.earlier_incidents} smaller incidents"
    )
    out.print(
        Panel(escape("\n".join(lines)), title=escape(f"Caught: {incident.title[:60]}"), expand=False), soft_wrap=False
    )


def _show_board(port: int, browser: bool) -> None:
    from ui.board_process import start_board

    running = start_board(["--db", f"sqlite:///{DATABASE}"], "127.0.0.1", port, SystemClock())
    out.print(f"\nThe alert board is at [bold]{running.url}[/bold]   (Ctrl-C ends it)")
    if browser:
        webbrowser.open(running.url)
    try:
        running.process.wait()
    except KeyboardInterrupt:
        out.print("\nEnding the board.")
    finally:
        running.stop()
