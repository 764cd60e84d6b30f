"""``ripplewatch run``: the daemon."""

import signal
import threading
from datetime import timedelta
from pathlib import Path

import typer

from monitor.clock import SystemClock
from monitor.errors import ConfigurationError, Problem
from monitor.schedule import Schedule
from ui.daemon import Daemon, surviving
from ui.logs import log_to_standard_error
from ui.output import note, out
from ui.runtime import open_daemon
from ui.settings import Loaded, load

CRAWL_EVERY = timedelta(seconds=5)  # only what is due is asked
SEND_EVERY = timedelta(seconds=10)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def run(
        config: Path | None = typer.Option(
            None, "--config", "-c", help="Configuration file; ripplewatch.toml if there."
        ),
        board: bool = typer.Option(False, "--board", help="Start the alert board beside it."),
        port: int | None = typer.Option(None, "--port", help="First port to try for the board."),
    ) -> None:
        """Crawl, analyse and alert until interrupted."""
        loaded = load(config)
        if not loaded.settings.brands:
            problem = Problem("brands", "nothing is watched; write a configuration with: ripplewatch init")
            raise ConfigurationError([problem], str(loaded.path or "configuration"))
        log_to_standard_error()
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        clock = SystemClock()
        with open_daemon(loaded.settings, clock) as daemon:
            _work(daemon, loaded, clock, stop, board, port)


def _work(
    daemon: Daemon, loaded: Loaded, clock: SystemClock, stop: threading.Event, board: bool, port: int | None
) -> None:
    from ui.board_process import start_board

    settings = loaded.settings
    schedule, running = Schedule(), None
    try:
        if board:
            arguments = ["--db", settings.database, *(["--config", str(loaded.path)] if loaded.path else [])]
            arguments += ["--language", settings.language, "--time-zone", settings.time_zone]
            running = start_board(arguments, settings.board.address, port or settings.board.port, clock)
            out.print(f"The alert board is at {running.url}   (Ctrl-C ends everything)")
        schedule.every(CRAWL_EVERY, surviving(daemon.crawl), first=clock.now())
        schedule.every(timedelta(seconds=settings.tick_seconds), surviving(daemon.look), first=clock.now())
        schedule.every(SEND_EVERY, surviving(daemon.send))
        schedule.start()
        note(f"Watching {', '.join(brand.title for brand in settings.watched())}.")
        stop.wait()
        note("Ending: finishing what is under way.")
    finally:
        clock.interrupt()
        schedule.stop()
        if running:
            running.stop()
