"""How well complaints are found in real posts; the table of all sets is printed by benchmarks/text/lexicon.py."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from monitor.text.lexicon import load
from monitor.text.measures import ranking
from monitor.text.model.cues import cues_of
from monitor.text.model.linear import TextModel
from monitor.text.model.weights import shipped
from monitor.text.names import without_names
from monitor.text.normalise import fold, mask
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


@pytest.fixture(scope="module")
def airline(data_dir: Path) -> tuple[list[str], list[bool]]:
    """Texts about airlines without their names, and whether they are negative: a set that no shipped model learnt."""
    with gzip.open(data_dir / "text" / "en_airline.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["label"] != "neutral"]
    rows = rows[:: max(1, len(rows) // ROWS)]
    return [without_names(row["text"], [row["brand"]]) for row in rows], [row["label"] == "negative" for row in rows]


@pytest.fixture(scope="module")
def model() -> TextModel:
    found = shipped("en")
    if found is None:
        pytest.skip("no shipped weights yet")
    return found


def test_the_shipped_model_reads_a_set_that_it_never_learnt(
    airline: tuple[list[str], list[bool]], model: TextModel, reader: TextReader
) -> None:
    texts, truth = airline
    read = list(reader.read_many((text, "en") for text in texts))
    assert {found.version for found in read if found.assessed} == {model.version}
    assert macro_f1(truth, [found.is_complaint for found in read]) >= 0.75


def test_its_n_grams_and_its_cues_each_help(airline: tuple[list[str], list[bool]], model: TextModel) -> None:
    """Each alone, so that one which is out of step with the weights is not covered by the other."""
    texts, truth = airline
    masked = [mask(fold(text)) for text in texts]
    usual = np.repeat(model.mean[None], len(texts), axis=0)
    by_n_grams = model.scores(masked, usual)["complaint"]
    by_cues = model.scores([""] * len(texts), cues_of(load("en"), masked))["complaint"]
    assert ranking(by_n_grams, np.array(truth)).value >= 0.75
    assert ranking(by_cues, np.array(truth)).value >= 0.80
