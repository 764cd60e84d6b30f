"""docs/training.md says what the code does."""

import re
from pathlib import Path

import pytest

import ui
from alerts import verdicts
from alerts.domain import Verdict
from monitor import label_file
from monitor.text import lessons, measures, training
from monitor.text.topics.near_duplicates import ALIKE
from ui import teaching

PAGE = (Path(ui.__file__).parents[1] / "docs" / "training.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


@pytest.mark.parametrize(
    "said",
    [
        f"About {lessons.TESTED:.0%} of all texts only test".replace("%", " %"),
        f"At least {training.LEAST} labels",
        f"{training.LEAST_OF_A_KIND} of each kind among them",
        f"{training.LEAST_TRAINED} of each kind to train on and {training.LEAST_TESTED} of each kind to test on",
        f"in {training.SURE:.0%} of the paired resamples".replace("%", " %"),
        f"in {100 * training.SURE_UNSTEADY:g} % of them",
        f"from {measures.DRAWS:,} resamples",
        f"first {verdicts.POSTS} posts",
        f"read from the cases at each training | {verdicts.WEIGHT} |",
    ],
)
def test_figures_on_the_page_are_those_of_the_code(said):
    assert said in WORDS


def test_near_copies_and_days_are_written_out_in_words():
    assert (ALIKE, teaching.DAYS) == (0.6, 7)
    assert "six tenths of its pieces" in WORDS
    assert "last seven days" in WORDS


def test_every_verdict_is_in_the_table_on_the_side_where_the_code_has_it():
    rows = dict(re.findall(r"^\| (.+?) \| are (complaints|none) \|$", PAGE, re.MULTILINE))
    names = {
        Verdict.crisis: "a crisis",
        Verdict.real: "real, but small",
        Verdict.noise: "noise",
        Verdict.ours: "our own campaign",
    }
    for verdict in Verdict:
        (said,) = [side for row, side in rows.items() if names[verdict] in row]
        assert (said == "complaints") is verdicts.SAYS[verdict]


def test_every_way_to_write_a_label_is_named():
    line = re.search(r"`label` is (.*?)\. A line", WORDS)[1]
    for word in label_file.SAYS:
        assert re.search(rf"\b{word}\b", line), word


def test_the_examples_of_a_label_file_can_be_read(tmp_path):
    from datetime import UTC, datetime

    from monitor.sources.archive import Tally

    block = re.search(r"```\n(\{\"text\".*?)```", PAGE, re.DOTALL)[1]
    (tmp_path / "labels.jsonl").write_text(block)
    tally = Tally()
    found = list(label_file.read_labels(tmp_path / "labels.jsonl", "Ada", datetime(2026, 3, 2, tzinfo=UTC), tally))
    assert [label.complaint for label in found] == [True, False]
    assert (tally.dropped, dict(tally.notes), found[0].reason) == ([], {}, "property")
