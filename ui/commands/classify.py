"""``ripplewatch classify``: read texts and say which are complaints."""

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.domain import Assessment
from monitor.plain_text import one_line
from ui.commands.options import LINES
from ui.output import note_dropped, print_json, say

if TYPE_CHECKING:
    from monitor.sources.archive import Tally

BATCH = 1000


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def classify(
        file: Path = typer.Argument(
            Path("-"), help='JSON Lines {"id","text","lang"?,"brand"?}, .gz allowed; - reads standard input.'
        ),
        as_json: bool = LINES,
    ) -> None:
        """Read texts: language, complaint, sentiment, severity, reason."""
        from monitor.sources.archive import Tally
        from monitor.sources.archive.lines import records
        from monitor.text.reader import TextReader
        from monitor.text.stance import towards_named

        reader, tally = TextReader(), Tally()
        lines = records(sys.stdin.buffer if str(file) == "-" else file, tally)
        while batch := list(islice(lines, BATCH)):
            rows = [row for where, row in batch if _is_usable(where, row, tally)]
            said = list(reader.read_many((row["text"], _said_by_row(row, "lang")) for row in rows))
            about = [(row["text"], _said_by_row(row, "brand")) for row in rows]
            for row, found in zip(rows, towards_named(about, said, reader.read_many), strict=True):
                _print_json(row, found) if as_json else _print_row(row, found)
        note_dropped(tally.dropped, tally.dropped_total)


def _is_usable(where: str, row: dict[str, Any], tally: "Tally") -> bool:
    if isinstance(row.get("text"), str):
        return True
    tally.drop(where, 'no "text"')
    return False


def _said_by_row(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _print_json(row: dict[str, Any], found: Assessment) -> None:
    print_json(
        {
            "id": row.get("id"),
            "lang": found.language,
            "complaint": found.complaint,
            "sentiment": found.sentiment,
            "severity": found.severity,
            "reason": found.reason,
            "assessed": found.assessed,
        }
    )


def _print_row(row: dict[str, Any], found: Assessment) -> None:
    word = "complaint" if found.is_complaint else "praise" if found.is_praise else "neither"
    figure = f"{found.complaint:.2f}" if found.complaint is not None else "   -"
    told = word if found.assessed else "not assessed"
    say(f"{found.language or '??'}  {figure}  {told:12}  {one_line(row['text'], 80)}")
