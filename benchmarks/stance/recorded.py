"""Recorded tweets to airlines, each read towards the airline that it is filed under."""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path

from monitor.text.reader import TextReader
from monitor.text.stance import towards_named


@dataclass(frozen=True)
class Kept:
    """What became of the tweets: macro F1 of complaint against "negative", before and after."""

    tweets: int
    changed: int
    whole: float
    towards: float


def airline_tweets(reader: TextReader) -> Kept | None:
    """None where the recorded data is not there."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if not folder:
        return None
    with gzip.open(Path(folder) / "text" / "en_airline.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    whole = list(reader.read_many((row["text"], "en") for row in rows))
    seen = towards_named([(row["text"], row["brand"]) for row in rows], whole, reader.read_clauses)
    truth = [row["label"] == "negative" for row in rows]
    changed = sum(before is not after for before, after in zip(whole, seen, strict=True))
    before, after = ([read.is_complaint for read in reads] for reads in (whole, seen))
    return Kept(len(rows), changed, macro_f1(truth, before), macro_f1(truth, after))


def macro_f1(truth: list[bool], answer: list[bool]) -> float:
    """The mean of the F1 of both classes."""
    scores = []
    for wanted in (True, False):
        hits = sum(t == wanted and a == wanted for t, a in zip(truth, answer, strict=True))
        total = truth.count(wanted) + answer.count(wanted)
        scores.append(2 * hits / total if total else 0.0)
    return sum(scores) / 2
