"""Files of labelled texts: JSON Lines, plain or gzip, or CSV with a head line. What cannot be used is counted."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.errors import InputError
from monitor.labels import Label
from monitor.plain_text import one_line
from monitor.sources.archive import Tally
from monitor.sources.archive.lines import records
from monitor.text.lexicon import REASONS

SAYS = {
    "complaint": True,
    "true": True,
    "yes": True,
    "1": True,
    "other": False,
    "false": False,
    "no": False,
    "0": False,
}
_DETAILS: dict[str, dict[str, Any]] = {
    "reason": {reason: reason for reason in (*REASONS, "other")},
    "severity": {str(degree): degree for degree in range(4)},
    "sentiment": {"-1": -1, "0": 0, "1": 1, "+1": 1, "negative": -1, "neutral": 0, "positive": 1},
}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of such bytes


def read_labels(path: Path, who: str, now: datetime, tally: Tally) -> Iterator[Label]:
    """Each label of the file, said by ``who`` ``now``; lines without a usable one are dropped into ``tally``.

    A record has "text" and "label" (complaint or other, true or false), perhaps "lang", "brand", "reason", "severity"
    (0..3) and "sentiment" (-1, 0, 1). Of these, what cannot be used is noted and left out. Raises InputError where the
    file cannot be opened, or a CSV lacks a column.
    """
    lines = _rows(path, tally) if path.name.lower().endswith(".csv") else records(path, tally)
    for where, record in lines:
        try:
            label = _label(record, who, now)
        except ValueError as error:
            tally.drop(where, str(error))
        else:
            yield replace(label, **_details(record, tally))


def _label(record: Mapping[str, Any], who: str, now: datetime) -> Label:
    """Raises ValueError with what is wrong."""
    text, said = record.get("text"), record.get("label")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('no "text"')
    complaint = SAYS.get(str(said).strip().lower())
    if complaint is None:
        raise ValueError(f'"label" is {_shown(said)}, not complaint or other')
    return Label(complaint, who, now, "file", text=text, language=_word(record, "lang"), brand=_word(record, "brand"))


def _details(record: Mapping[str, Any], tally: Tally) -> dict[str, Any]:
    """What a record says beyond yes or no, as far as it can be used."""
    found = {}
    for name, allowed in _DETAILS.items():
        value = record.get(name)
        if value is None or value == "":
            continue
        written = str(value).strip().lower()
        if written in allowed:
            found[name] = allowed[written]
        else:
            tally.notes[f'"{name}" left out: none of {", ".join(allowed)}'] += 1
    return found


def _word(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return value.strip() if isinstance(value, str) and value.strip() else None


def _shown(value: object) -> str:
    return "missing" if value is None else repr(one_line(str(value), 40))


def _rows(path: Path, tally: Tally) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a CSV file by their head line, with their places."""
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            reader = csv.reader(stream)
            head = [name.strip().lower() for name in next(reader, [])]
            if not {"text", "label"} <= set(head):
                raise InputError(f'{path}: the head line must name the columns "text" and "label".')
            while (cells := _next(reader, path, tally)) is not None:
                if not any(cells):
                    continue
                tally.lines += 1
                where = f"{path} line {reader.line_num}"
                if _NOT_UTF8.search("".join(cells)):
                    tally.drop(where, "not UTF-8")
                else:
                    yield where, dict(zip(head, cells, strict=False))
    except (OSError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}. Check the path and its permissions.") from error


def _next(reader: Any, path: Path, tally: Tally) -> list[str] | None:
    """The cells of the next row, none for a row that cannot be taken apart; None at the end."""
    try:
        cells: list[str] | None = next(reader, None)
    except csv.Error as error:  # a cell beyond all measure
        tally.drop(f"{path} line {reader.line_num}", str(error))
        return []
    return cells
