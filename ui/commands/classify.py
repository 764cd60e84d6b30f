"""``ripplewatch classify``: read texts and say which are complaints."""

import gc
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.domain import Assessment
from monitor.plain_text import one_line
from ui.commands.options import CONFIG, LINES
from ui.output import json_line, note_dropped

if TYPE_CHECKING:
    from monitor.sources.archive import Tally
    from monitor.text.reader import TextReader

BATCH = 1000
GARBAGE = 100_000  # objects made and kept until cycles among them are looked for

Row = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def classify(
        file: Path = typer.Argument(
            Path("-"), help='JSON Lines {"id","text","lang"?,"brand"?}, .gz allowed; - reads standard input.'
        ),
        as_json: bool = LINES,
        db: str | None = typer.Option(None, help="Read with the models that were trained in this database."),
        config: Path | None = CONFIG,
    ) -> None:
        """Read texts: language, complaint, sentiment, severity, reason.

        With --db or --config, models that were trained in that database read before those of the program.
        """
        from monitor.sources.archive import Tally
        from monitor.sources.archive.lines import records
        from ui.standard_input import standard_input

        # Nothing that is read forms cycles: looking for them after every 700 objects would take a sixth of the time.
        gc.set_threshold(GARBAGE)
        tally = Tally()
        reading = _Reading(_reader(db, config), _as_json if as_json else _as_text)
        for where, row in records(standard_input(reading.answer) if str(file) == "-" else file, tally):
            if _is_usable(where, row, tally):
                reading.add(row)
        reading.answer()
        note_dropped(tally.dropped, tally.dropped_total)


def _reader(db: str | None, config: Path | None) -> "TextReader":
    from monitor.text.reader import TextReader

    if db is None and config is None:
        return TextReader()
    from ui.models import reader_at
    from ui.settings import load

    return reader_at(db or load(config).settings.database)


class _Reading:
    """Collects rows and answers them by the batch, or earlier where somebody waits."""

    def __init__(self, reader: "TextReader", shown: Callable[[Row, Assessment], str]) -> None:
        self._reader = reader
        self._shown = shown
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self.answer()

    def answer(self) -> None:
        """Print what is known of the rows so far, in their order."""
        from monitor.text.names import without_names
        from monitor.text.stance import towards_named

        rows, self._rows = self._rows, []
        about = [(row["text"], _said_by_row(row, "brand")) for row in rows]
        unnamed = (without_names(text, [brand] if brand else ()) for text, brand in about)
        hints = (_said_by_row(row, "lang") for row in rows)
        said = list(self._reader.read_many(zip(unnamed, hints, strict=True)))
        found = towards_named(about, said, self._reader.read_clauses)
        sys.stdout.write("".join(map(self._shown, rows, found)))
        sys.stdout.flush()


def _is_usable(where: str, row: Row, tally: "Tally") -> bool:
    if isinstance(row.get("text"), str):
        return True
    tally.drop(where, 'no "text"')
    return False


def _said_by_row(row: Row, name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _identity(row: Row) -> str | int | float | None:
    value = row.get("id")
    usable = isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    return value if usable else None


def _as_json(row: Row, found: Assessment) -> str:
    return json_line(
        {
            "id": _identity(row),
            "lang": found.language,
            "complaint": found.complaint,
            "sentiment": found.sentiment,
            "severity": found.severity,
            "reason": found.reason,
            "assessed": found.assessed,
        }
    )


def _as_text(row: Row, found: Assessment) -> str:
    word = "complaint" if found.is_complaint else "praise" if found.is_praise else "neither"
    figure = f"{found.complaint:.2f}" if found.complaint is not None else "   -"
    told = word if found.assessed else "not assessed"
    return f"{found.language or '??'}  {figure}  {told:12}  {one_line(row['text'], 80)}\n"
