"""``ripplewatch run``: the daemon."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.clock import SystemClock
from monitor.errors import ConfigurationError, Problem
from ui.commands.options import CONFIG, PORT, WHO
from ui.interrupt import told_to_end
from ui.output import note, say

if TYPE_CHECKING:
    from ui.board_process import BoardProcess
    from ui.daemon import Daemon
    from ui.settings import Settings

CRAWL_EVERY = timedelta(seconds=5)  # only what is due is asked
SEND_EVERY = timedelta(seconds=10)
GLANCE_SECONDS = 5.0  # between two looks whether the board is still there


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def run(
        config: Path | None = CONFIG,
        board: bool = typer.Option(False, "--board", help="Start the alert board beside it."),
        port: int | None = PORT,
        who: str = WHO,
    ) -> None:
        """Crawl, analyse and alert until interrupted."""
        from ui.board_process import arguments, start_board
        from ui.logs import log_to_standard_error
        from ui.runtime import open_daemon
        from ui.settings import load

        loaded = load(config)
        settings, clock = loaded.settings, SystemClock()
        if not settings.brands:
            problem = Problem("brands", "nothing is watched; write a configuration with: ripplewatch init")
            raise ConfigurationError([problem], str(loaded.path or "configuration"))
        log_to_standard_error()
        told = told_to_end()
        with open_daemon(settings, clock) as daemon:
            if not board:
                _work(daemon, settings, clock, told, None)
                return
            place = settings.board
            with start_board(arguments(loaded, None, who), place.address, port or place.port, clock) as running:
                say(f"The alert board is at {running.url}   (Ctrl-C ends everything)")
                _work(daemon, settings, clock, told, running)


def _work(
    daemon: "Daemon", settings: "Settings", clock: SystemClock, told: threading.Event, board: "BoardProcess | None"
) -> None:
    from monitor.schedule import Schedule
    from ui.daemon import surviving

    schedule = Schedule()
    schedule.every(CRAWL_EVERY, surviving(daemon.crawl), first=clock.now())
    schedule.every(timedelta(seconds=settings.tick_seconds), surviving(daemon.look), first=clock.now())
    schedule.every(SEND_EVERY, surviving(daemon.send))
    schedule.start()
    daemon.listen()
    note(f"Watching {', '.join(brand.title for brand in settings.watched())}.")
    try:
        _wait(told, board)
    finally:
        if board:
            board.stop()
        note("Ending: finishing what is under way (Ctrl-C once more does not wait for it).")
        clock.interrupt()
        schedule.stop()


def _wait(told: threading.Event, board: "BoardProcess | None") -> None:
    while not told.wait(GLANCE_SECONDS):
        if board and board.process.poll() is not None:
            note(f"The board has ended (exit code {board.process.returncode}); the watch goes on without it.")
            board = None
