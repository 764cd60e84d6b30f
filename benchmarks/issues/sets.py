"""Labelled sets: which posts are about the same thing. Of the recorded data only ids are kept here."""

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\bURL\b")  # stands for every address in the texts of twitter1516


class Row(NamedTuple):
    """A text, when it was posted, and what it is about."""

    id: str
    text: str
    at: datetime
    story: str
    brand: str = "stories"


@dataclass(frozen=True)
class IssueSet:
    """A labelled set and what "the same" means in it."""

    name: str
    language: str
    same: str
    rows: tuple[Row, ...]

    def half(self, which: int) -> tuple[Row, ...]:
        """The rows of every other story, by the hash of its name: 0 to tune on, 1 to report."""
        return tuple(row for row in self.rows if _hash(row.story) % 2 == which)


def all_sets() -> Iterator[IssueSet]:
    """Every set whose recorded data is there."""
    for name, language in (("twitter1516", "en"), ("ced_weibo", "zh")):
        yield IssueSet(name, language, "the same news, claim or appeal, read by hand", _stories(name))
    yield IssueSet("en_airline", "en", "the same airline, reason and day, as annotated", _airline())
    yield IssueSet("ko_coupang_manual", "ko", "the same reason, as annotated", _coupang())


def data_dir() -> Path:
    """The folder of the recorded sets; ends the program with a reason where it is not set."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if not folder:
        raise SystemExit("RIPPLEWATCH_DATA is not set: it names the folder with the recorded data sets")
    return Path(folder)


def texts(name: str) -> list[str]:
    """The texts of a set, for the speed alone."""
    return [row.get("text") or row.get("root_text") or "" for row in _read(name)]


def _stories(name: str) -> tuple[Row, ...]:
    """Root posts of cascades; a root that the list of stories does not name is a story of its own."""
    lines = (HERE / f"stories_{name}.txt").read_text(encoding="utf-8").splitlines()
    known = {id: f"story {n}" for n, line in enumerate(lines) if not line.startswith("#") for id in line.split()}
    rows = []
    for row in _read(name):
        id, at = row["id"].split(":", 1)[1], datetime.fromtimestamp(row["t0"], UTC)
        rows.append(Row(id, _PLACEHOLDER.sub(" ", row["root_text"]), at, known.get(id, id)))
    return tuple(sorted(rows, key=lambda row: (row.at, row.id)))


def _airline() -> tuple[Row, ...]:
    rows = []
    for row in _read("en_airline"):
        if row["label"] == "negative" and row["reason"] not in (None, "Can't Tell"):
            at = datetime.fromtimestamp(int(row["created_ms"]) / 1000, UTC)
            story = f"{row['brand']} {row['reason']} {at.date()}"
            rows.append(Row(row["id"], row["text"], at, story, row["brand"]))
    return tuple(sorted(rows, key=lambda row: (row.at, row.id)))


def _coupang() -> tuple[Row, ...]:
    """Negative reviews with one reason; the set has no dates, so all stand on one day."""
    at = datetime(2021, 1, 1, tzinfo=UTC)
    return tuple(
        Row(row["id"], row["text"], at, row["reason"], row["brand"])
        for row in _read("ko_coupang_manual")
        if row["label"] == "negative" and row["reason"] and "|" not in row["reason"]
    )


def _read(name: str) -> list[dict[str, Any]]:
    (file,) = data_dir().glob(f"*/{name}.dev.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _hash(story: str) -> int:
    return int(hashlib.sha256(story.encode()).hexdigest(), 16)
