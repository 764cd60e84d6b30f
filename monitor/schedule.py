"""Fixed ticks in background threads. No logic: what is due is in the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger


class Schedule:
    """Calls functions at fixed distances, each in a thread and never twice at once; late ticks are not made up for."""

    def __init__(self, threads: int = 4) -> None:
        self._scheduler: Any = BackgroundScheduler(
            timezone=UTC,
            executors={"default": {"type": "threadpool", "max_workers": threads}},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, distance: timedelta, function: Callable[[], object], *, first: datetime | None = None) -> None:
        """Call ``function`` every ``distance``: for the first time at ``first``, or after one distance."""
        trigger = IntervalTrigger(seconds=distance.total_seconds(), timezone=UTC)
        planned = {} if first is None else {"next_run_time": first}
        self._scheduler.add_job(function, trigger, **planned)

    def start(self) -> None:
        """Begin ticking."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more and wait for what is running; does nothing before ``start``."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
