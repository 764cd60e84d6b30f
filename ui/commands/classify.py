"""``ripplewatch classify``: read texts and say which are complaints."""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from monitor.domain import Assessment
from monitor.errors import InputError
from monitor.text.reader import TextReader
from ui.output import note, out, print_json

BATCH = 1000


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def classify(
        file: Path = typer.Argument(
            Path("-"), help='JSON Lines {"id","text","lang"?,"brand"?}; - reads standard input.'
        ),
        as_json: bool = typer.Option(False, "--json", help="Print one JSON document a line."),
    ) -> None:
        """Read texts: language, complaint, sentiment, severity, reason."""
        reader, skipped = TextReader(), 0
        lines = _lines(file)
        while batch := list(islice(lines, BATCH)):
            rows = [row for number, line in batch if (row := _row(number, line)) is not None]
            skipped += len(batch) - len(rows)
            hints = ((str(row["text"]), row.get("lang")) for row in rows)
            for row, found in zip(rows, reader.read_many(hints), strict=True):
                _show(row, found, as_json)
        if skipped:
            note(f"{skipped} line(s) skipped")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    if str(file) == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield from ((n, line) for n, line in enumerate(sys.stdin, 1) if line.strip())
        return
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            yield from ((n, line) for n, line in enumerate(stream, 1) if line.strip())
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error


def _row(number: int, line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError as error:
        note(f"line {number}: no JSON ({error}); skipped")
        return None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        note(f'line {number}: not an object with a "text"; skipped')
        return None
    if not isinstance(row.get("lang"), str):
        row["lang"] = None
    return row


def _show(row: dict[str, Any], found: Assessment, as_json: bool) -> None:
    if as_json:
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
        return
    word = "complaint" if found.is_complaint else "praise" if found.is_praise else "neither"
    figure = f"{found.complaint:.2f}" if found.complaint is not None else "   -"
    text = " ".join(row["text"].split())[:80]
    out.print(
        f"{found.language or '??'}  {figure}  {word if found.assessed else 'not assessed':12}  {text}", markup=False
    )
