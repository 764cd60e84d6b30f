"""``ripplewatch demo``: watch the built-in case being caught."""

import webbrowser
from datetime import timedelta
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.panel import Panel

from monitor.clock import SystemClock, elapsed_seconds
from monitor.plain_text import one_line
from monitor.recording import spell
from ui.commands.options import PORT
from ui.defaults import DEMO_DATABASE
from ui.interrupt import end_when_told
from ui.output import note, out, progress_bar, say

if TYPE_CHECKING:
    from ui.demo_case import CaughtCase

FIRST_PORT = 8501
VISITOR = "Guest"  # who presses the buttons of the demo


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def demo(
        seed: int | None = typer.Option(None, help="Another seed tells the story with other people and posts."),
        board: bool = typer.Option(True, help="Open the alert board on it."),
        port: int | None = PORT,
        browser: bool = typer.Option(False, "--open", help="Open the board in a web browser, too."),
        fresh: bool = typer.Option(False, "--fresh", help="Replay it again even if that was done before."),
    ) -> None:
        """Replay "United Breaks Guitars" (2009, a reconstruction) and open the board on what was caught."""
        from ui.demo_case import play

        end_when_told()
        started = elapsed_seconds()
        with progress_bar() as bar:
            caught = play(DEMO_DATABASE, seed, bar, fresh)
        _tell(caught, elapsed_seconds() - started)
        if board:
            _show_board(port or FIRST_PORT, browser)


def _tell(caught: "CaughtCase", seconds: float) -> None:
    note(f"{caught.label}.")
    replayed = f"replayed in {seconds:.0f} s" if caught.replayed else "replayed before; --fresh does it again"
    say(f"{caught.posts:,} posts and {caught.reposts:,} reposts, comments and quotes, {replayed}")
    incident = caught.incident
    if incident is None:
        say("No incident was opened.")
        return
    lines = [f"now at level {incident.level.name}, {incident.status.value}", "", "In case time (UTC):"]
    lines += [f"  {entry.at:%a %d %B %H:%M}  {level.name}" for level, entry in caught.raised]
    for moment in caught.moments:
        gap = moment.at - incident.fired_at
        lines.append(f"fired {spell(gap)} {'before' if gap > timedelta(0) else 'AFTER'} {moment.text}")
    lines.append(
        f"the ordinary days before: {caught.earlier_crises} crises, {caught.earlier_incidents} smaller incidents"
    )
    title = escape(f"Caught: {one_line(incident.title, 60)}")
    out.print(Panel(escape("\n".join(lines)), title=title, expand=False), soft_wrap=False)


def _show_board(port: int, browser: bool) -> None:
    from ui.board_process import start_board

    with start_board(
        [f"--db=sqlite:///{DEMO_DATABASE}", f"--who={VISITOR}"], "127.0.0.1", port, SystemClock()
    ) as running:
        out.print(f"\nThe alert board is at [bold]{running.url}[/bold]   (Ctrl-C ends it)")
        if browser:
            webbrowser.open(running.url)
        running.wait()
    out.print("\nThe board has ended.")
