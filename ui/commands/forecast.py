"""``ripplewatch forecast``: how large will these cascades become?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from graph.domain import Observation
from graph.forecast.base import FINAL_HORIZON
from graph.forecast.registry import DEFAULT, FORECASTERS
from monitor.plain_text import one_line
from ui.commands.options import LINES, finite
from ui.output import note_dropped, print_json, say


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def forecast(
        file: Path = typer.Argument(..., help="Cascade records (JSON Lines, .gz allowed)."),
        at: float | None = typer.Option(
            None, "--at", min=0.0, callback=finite, help="Seconds after the root; later events are ignored."
        ),
        exceeds: float | None = typer.Option(
            None, "--exceeds", min=1.0, callback=finite, help="Print the chance of passing this size."
        ),
        model: str = typer.Option(DEFAULT, help=f"One of: {', '.join(FORECASTERS)}."),
        as_json: bool = LINES,
    ) -> None:
        """Forecast the size of cascades within 7 days of their root (root included), with an 80 % interval."""
        if model not in FORECASTERS:
            raise typer.BadParameter(f"{model!r} is not one of {', '.join(FORECASTERS)}", param_hint="--model")
        predict = FORECASTERS[model]()
        if not as_json:
            say(f"{'cascade':32} {'at':>9} {'seen':>7} {'low':>8} {'median':>8} {'high':>8}  chance")
        for name, observed in _observations(file, at):
            size = predict.predict(observed, FINAL_HORIZON)
            chance = size.p_exceed(exceeds) if exceeds is not None else None
            row = {
                "id": name,
                "at": observed.age_seconds,
                "seen": len(observed.times),
                "low": round(size.low, 2),
                "median": round(size.median, 2),
                "high": round(size.high, 2),
                "p_exceed": None if chance is None else round(chance, 4),
                "model": f"{model}/{predict.version}",
            }
            print_json(row) if as_json else _show(row)


def _observations(file: Path, at: float | None) -> Iterator[tuple[str, Observation]]:
    from graph.observe import observe
    from monitor.sources.archive import Tally, read_series

    tally = Tally()
    for series in read_series(file, tally):
        yield series.id, observe(series.seconds, series.users, series.parents, series.followers, at)
    note_dropped(tally.dropped, tally.dropped_total)


def _show(row: dict[str, Any]) -> None:
    chance = "-" if row["p_exceed"] is None else f"{row['p_exceed']:.0%}"
    figures = f"{row['seen']:>7} {row['low']:>8.0f} {row['median']:>8.0f} {row['high']:>8.0f}"
    say(f"{one_line(row['id'], 32):32} {row['at']:>8.0f}s {figures}  {chance}")
