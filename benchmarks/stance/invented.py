"""The invented posts of tests/fixtures/stance, each read as a whole and towards each of its brands."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from monitor.domain import Assessment, BrandMatch
from monitor.text.normalise import fold
from monitor.text.reader import TextReader
from monitor.text.stance import views

FIXTURES = Path(__file__).parents[2] / "tests" / "fixtures" / "stance"


@dataclass(frozen=True)
class Answer:
    """One brand of one post: what it should be read as, and was."""

    language: str
    part: str
    post: str
    wanted: str
    towards: str
    whole: str


def sign(read: Assessment) -> str:
    """ "-" for a complaint or clearly negative, "+" for praise, "0" for neither."""
    if read.is_complaint or (read.sentiment or 0.0) <= -1 / 3:
        return "-"
    return "+" if read.is_praise else "0"


def score(reader: TextReader) -> list[Answer]:
    """An answer for each brand of each post."""
    rows = [json.loads(line) for line in (FIXTURES / "posts.jsonl").read_text(encoding="utf-8").splitlines()]
    brands = tomllib.loads((FIXTURES / "brands.toml").read_text(encoding="utf-8"))
    texts = [(row["text"], _named(row["text"], brands)) for row in rows]
    whole = list(reader.read_many((text, None) for text, _ in texts))
    seen = views(texts, whole, reader.read_clauses)
    return [
        Answer(row["lang"], row["part"], row["id"], wanted, sign(after.of(brand)), sign(before))
        for row, before, after in zip(rows, whole, seen, strict=True)
        for brand, wanted in row["towards"].items()
    ]


def _named(text: str, brands: dict[str, dict[str, list[str]]]) -> tuple[BrandMatch, ...]:
    """Plain search: matching is measured elsewhere."""
    folded = fold(text)
    return tuple(
        BrandMatch(brand, term, "handle" if term in listed["handles"] else "name", term)
        for brand, listed in brands.items()
        for term in (*listed["names"], *listed["handles"])
        if fold(term) in folded
    )
