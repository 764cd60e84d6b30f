"""The questions of the table: what is learnt from what, and asked on which texts that were not learnt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.text.lessons import WEIGHTS, examples, invented, is_directed, pooled, without_brand
from benchmarks.text.sets import SETS, TextSet, records
from monitor.text.model.fit import Example

FOLDS = 5
Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One training and the texts asked afterwards."""

    train: list[Example]
    peer_texts: list[str]  # what the peer learns from: the same set's rows, or the same rows as ours
    peer_truth: list[str]
    texts: list[str]
    truth: list[str]


@dataclass(frozen=True)
class Task:
    """A line of the table."""

    name: str
    lang: str
    target: float | None
    known: str
    answer: str = "complaint"  # or "three", "reason", "reproach"
    arguments: dict[str, Any] = field(default_factory=dict)


def set_named(name: str) -> TextSet:
    """The set of that name."""
    return next(text_set for text_set in SETS if text_set.name == name)


def folds(truth: Sequence[str], seed: int = 7) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows to learn from and rows to ask, five times, each class spread evenly."""
    dice, place = np.random.default_rng(seed), np.zeros(len(truth), int)
    labels = np.array(truth)
    for label in np.unique(labels):
        rows = dice.permutation(np.flatnonzero(labels == label))
        place[rows] = np.arange(len(rows)) % FOLDS
    for number in range(FOLDS):
        yield np.flatnonzero(place != number), np.flatnonzero(place == number)


def _two(text_set: TextSet, row: Row) -> str:
    return "complaint" if row["label"] == text_set.label else "other"


def in_folds(name: str, directed: bool = False, three: bool = False, shipped: bool = False) -> Iterator[Part]:
    """Five folds of one set; ``shipped``: learnt with all that ships of the language, but the texts that are asked."""
    text_set = set_named(name)
    rows = [row for row in records(text_set) if three or row["label"] != "neutral"]
    truth = [row["label"] if three else _two(text_set, row) for row in rows]
    for learn, ask in folds(truth):
        asked = [rows[n] for n in ask if not directed or is_directed(rows[n])]
        own = [rows[n] for n in learn]
        yield Part(
            pooled(text_set.lang, {name: [rows[n] for n in ask]}) if shipped else _alone(text_set, own, three),
            [without_brand(row) for row in own],
            [truth[n] for n in learn],
            [without_brand(row) for row in asked],
            [truth[n] for n in ask if not directed or is_directed(rows[n])],
        )


def _alone(text_set: TextSet, rows: list[Row], three: bool) -> list[Example]:
    """Examples of one set; its own two or three labels as they stand."""
    if text_set.name == "en_complaints":
        return examples(text_set, rows) + invented(text_set.lang)
    mood = {"negative": -1, "neutral": 0, "positive": 1}
    return [
        Example(without_brand(row), row["label"] == "negative", sentiment=mood[row["label"]] if three else None)
        for row in rows
    ]


def without_domain(name: str) -> Iterator[Part]:
    """Each domain of the directed English complaints in turn, learnt from all others."""
    text_set = set_named(name)
    rows = records(text_set)
    for domain in sorted({row["domain"] for row in rows if is_directed(row)}):
        own, asked = (
            [row for row in rows if row["domain"] != domain],
            [row for row in rows if row["domain"] == domain],
        )
        yield Part(
            examples(text_set, own) + invented(text_set.lang),
            [without_brand(row) for row in own],
            [_two(text_set, row) for row in own],
            [without_brand(row) for row in asked],
            [_two(text_set, row) for row in asked],
        )


def across(learn: str, ask: str, leave_domain: str = "", brand: str = "") -> Iterator[Part]:
    """One set asked by what was learnt from another; neutral rows are left out for ours and the peer."""
    from_set, to_set = set_named(learn), set_named(ask)
    own = [row for row in records(from_set) if not leave_domain or row["domain"] != leave_domain]
    asked = [
        row for row in records(to_set) if (brand or row["label"] != "neutral") and brand in ("", "*", row["brand"])
    ]
    plain = [row for row in own if row["label"] != "neutral"]
    yield Part(
        examples(from_set, plain)
        + [replace(one, weight=one.weight * WEIGHTS.get(learn, 1.0)) for one in invented(from_set.lang)],
        [without_brand(row) for row in plain],
        [_two(from_set, row) for row in plain],
        [without_brand(row) for row in asked],
        [_two(to_set, row) for row in asked],
    )


def reasons(name: str, mapped: dict[str, str] | None = None) -> Iterator[Part]:
    """Five folds of the complaints of one set, asked for their reason."""
    rows = [row for row in records(set_named(name)) if row["reason"]]
    truth = [(mapped or {}).get(row["reason"], row["reason"]) for row in rows]
    yield from _degrees(rows, truth, "reason")


def reproaches(name: str) -> Iterator[Part]:
    """Five folds of the complaints of one set, asked for their degree."""
    rows = [
        row for row in records(set_named(name)) if (row.get("severity") or "0") != "0" and row["label"] == "complaint"
    ]
    yield from _degrees(rows, [str(int(row["severity"]) - 1) for row in rows], "reproach")


def _degrees(rows: list[Row], truth: list[str], part: str) -> Iterator[Part]:
    texts = [without_brand(row) for row in rows]
    for learn, ask in folds(truth):
        taught = [
            Example(texts[n], None, **{part: int(truth[n]) if part == "reproach" else truth[n]})  # type: ignore[arg-type]
            for n in learn
        ]
        yield Part(
            taught,
            [texts[n] for n in learn],
            [truth[n] for n in learn],
            [texts[n] for n in ask],
            [truth[n] for n in ask],
        )
