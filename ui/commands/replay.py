"""``ripplewatch replay``: run recorded posts through the live pipeline."""

import resource
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from alerts.domain import Incident
from monitor.clock import elapsed_seconds
from monitor.domain import Brand
from monitor.plain_text import one_line
from ui.commands.options import DOCUMENT, finite
from ui.output import note, note_dropped, print_json, progress_bar, say

EVERYTHING = Brand(id="everything", title="Everything in the recording", everything=True)
SLOWEST, FASTEST = 0.001, 1_000_000.0


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def replay(
        files: list[Path] = typer.Argument(..., metavar="FILE...", help="Archive or cascade records, .gz allowed."),
        db: str = typer.Option(
            ..., "--db", help="Database that takes the posts and incidents; a second run adds nothing."
        ),
        config: Path | None = typer.Option(
            None, "--config", "-c", help="Brands and rules; else one brand of everything."
        ),
        speed: str = typer.Option("max", "--speed", help="max, or so many times real time, such as 60."),
        every: float = typer.Option(
            5.0, "--every", min=0.1, max=1440.0, callback=finite, help="Minutes between two looks, in recorded time."
        ),
        as_json: bool = DOCUMENT,
    ) -> None:
        """Replay recorded posts through the live pipeline on a recorded clock."""
        from monitor.sources.archive import read_archive
        from ui.runtime import open_replay
        from ui.settings import Settings, load

        started, factor = elapsed_seconds(), _factor(speed)
        settings = load(config).settings if config else Settings()
        brands = settings.watched() or (EVERYTHING,)
        if not settings.brands:
            note("No brands are configured: every post counts as one about a single brand.")
        with progress_bar() as bar:
            reading = bar.add_task("reading", total=None)
            recording = read_archive(files, progress=lambda n: bar.update(reading, completed=n))
            bar.remove_task(reading)
            looking = bar.add_task("replaying", total=len(recording))
            taught, pace = settings.database if config else None, timedelta(minutes=every)
            with open_replay(db, settings, brands, pace, factor, taught=taught) as run:
                report = run.replay.run(bar.track(recording.events(), task_id=looking))
                incidents = run.incidents_between(report.first_at, report.last_at)
        note_dropped(recording.dropped, recording.counts.dropped)
        for text, times in recording.notes.items():
            note(f"{text}: {times}")
        document = {
            "posts": report.posts,
            "reposts": report.reposts,
            "skipped": recording.counts.dropped,
            "cascades": report.cascades,
            "incidents": [_row(incident) for incident in incidents],
            "wall_s": round(elapsed_seconds() - started, 2),
            "peak_rss_mb": round(_peak_rss_mb(), 1),
            "new_posts": report.new_posts,
            "new_reposts": report.new_reposts,
            "not_matched": report.not_matched,
            "ticks": report.ticks,
        }
        print_json(document) if as_json else _show(document, incidents)


def _factor(speed: str) -> float | None:
    if speed == "max":
        return None
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not SLOWEST <= factor <= FASTEST:
        raise typer.BadParameter(
            f"{speed!r} is neither max nor a number from {SLOWEST} to {FASTEST:.0f}", param_hint="--speed"
        )
    return factor


def _row(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "brand": incident.brand,
        "kind": incident.kind,
        "level": incident.peak_level.name,
        "root": incident.root.id if incident.root else None,
        "fired_at": incident.fired_at.isoformat().replace("+00:00", "Z"),
        "findings": incident.findings,
        "status": incident.status.value,
        "title": incident.title,
    }


def _show(document: dict[str, Any], incidents: list[Incident]) -> None:
    for incident in incidents:
        moment, level = f"{incident.fired_at:%Y-%m-%d %H:%M}", incident.peak_level.name
        say(f"{moment}  {level:8}  {incident.brand}  {one_line(incident.title, 60)}")
    figures = ", ".join(f"{document[key]:,} {key}" for key in ("posts", "reposts", "cascades", "skipped", "ticks"))
    say(f"{figures}; {len(incidents)} incident(s) in {document['wall_s']} s, at most {document['peak_rss_mb']} MB")


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024
