"""How well complaints are found in real posts; the table of all sets is printed by benchmarks/text/lexicon.py."""

import gzip
import json
from pathlib import Path

import pytest

from monitor.text.model.weights import shipped
from monitor.text.names import without_names
from monitor.text.reader import TextReader

pytestmark = pytest.mark.data
ROWS = 1_000  # of each set: enough to notice that something broke


def macro_f1(truth: list[bool], answer: list[bool]) -> float:
    scores = []
    for wanted in (True, False):
        hits = sum(t == a == wanted for t, a in zip(truth, answer, strict=True))
        scores.append(2 * hits / (truth.count(wanted) + answer.count(wanted)))
    return sum(scores) / 2


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


@pytest.mark.parametrize(
    ("name", "label", "floor"),
    [
        ("en_complaints", "complaint", 0.70),
        ("en_airline", "negative", 0.70),
        ("zh_weibo2018", "negative", 0.70),
        ("zh_waimai", "negative", 0.70),
        ("zh_hotel", "negative", 0.70),
        ("ko_nsmc", "negative", 0.65),
        ("ko_shopapps", "negative", 0.65),
        ("ko_coupang_manual", "negative", 0.65),
        ("te_actsa", "negative", 0.60),
        ("te_mtgcn", "negative", 0.60),
    ],
)
def test_complaints_are_told_from_the_rest(
    name: str, label: str, floor: float, data_dir: Path, reader: TextReader
) -> None:
    with gzip.open(data_dir / "text" / f"{name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = rows[:: max(1, len(rows) // ROWS)]
    read = list(reader.read_many((row["text"], None) for row in rows))
    assert macro_f1([row["label"] == label for row in rows], [found.is_complaint for found in read]) >= floor


def test_the_shipped_model_reads_an_airline_set_that_it_never_learnt(data_dir: Path, reader: TextReader) -> None:
    """Breaks when n-grams, cues or hashes get out of step with the weights, which no other test would notice."""
    model = shipped("en")
    if model is None:
        pytest.skip("no shipped weights yet")
    with gzip.open(data_dir / "text" / "en_airline.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["label"] != "neutral"]
    rows = rows[:: max(1, len(rows) // ROWS)]
    texts = [without_names(row["text"], [row["brand"]]) for row in rows]
    read = list(reader.read_many((text, "en") for text in texts))
    assert {found.version for found in read if found.assessed} == {model.version}
    assert macro_f1([row["label"] == "negative" for row in rows], [found.is_complaint for found in read]) >= 0.75
