"""Label files as people write them: what is wrong is told with its line and costs nothing else."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from monitor.errors import InputError
from monitor.label_file import read_labels
from monitor.sources.archive import Tally

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    def read(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        tally = Tally()
        labels = list(read_labels(path, "Ada", NOON, tally))
        read.notes = dict(tally.notes)
        return labels, [(item.where.removeprefix(f"{path} "), item.reason) for item in tally.dropped]

    return read


def test_json_lines_with_everything_a_label_can_say(read):
    row = {"text": "bag lost", "label": "complaint", "lang": "en", "brand": "northline", "reason": "property"}
    (label,), dropped = read("labels.jsonl", json.dumps(row | {"severity": 1, "sentiment": -1}))
    assert (label.text, label.complaint, label.language, label.brand) == ("bag lost", True, "en", "northline")
    assert (label.reason, label.severity, label.sentiment) == ("property", 1, -1)
    assert (label.who, label.at, label.origin, label.weight) == ("Ada", NOON, "file", 1.0)
    assert dropped == []


@pytest.mark.parametrize(
    ("written", "means"),
    [("true", True), ("false", False), ('"OTHER "', False), ("1", True), ("0", False), ('"no"', False)],
)
def test_a_label_may_be_written_in_several_ways(read, written, means):
    (label,), _ = read("labels.jsonl", '{"text": "x", "label": ' + written + "}")
    assert label.complaint is means


def test_csv_and_gzip(read):
    sheet = '\ufefftext,label,severity,note\r\n"late, and ""sorry""\nagain",complaint,,x\r\n늦었다,other,2,\r\n\r\n'
    labels, dropped = read("labels.csv", sheet)
    assert [label.text for label in labels] == ['late, and "sorry"\nagain', "늦었다"]
    assert [(label.complaint, label.severity) for label in labels] == [(True, None), (False, 2)]
    assert dropped == []
    labels, _ = read("labels.jsonl.gz", gzip.compress(b'{"text": "x", "label": true}\n'))
    assert len(labels) == 1


def test_what_is_wrong_is_told_and_the_rest_is_read(read):
    lines = [
        "{",
        '{"label": true}',
        '{"text": "x", "label": "perhaps\\n"}',
        '{"text": "x"}',
        '{"text": "fine", "label": true}',
    ]
    labels, dropped = read("labels.jsonl", "\n".join(lines))
    assert [label.text for label in labels] == ["fine"]
    reasons = dict(dropped)
    assert reasons["line 1"] == "not JSON"
    assert reasons["line 2"] == 'no "text"'
    assert reasons["line 3"] == "\"label\" is 'perhaps', not complaint or other"
    assert reasons["line 4"] == '"label" is missing, not complaint or other'


def test_a_detail_that_cannot_be_used_costs_the_detail_only(read):
    details = [("severity", 4), ("severity", "2"), ("sentiment", "positive"), ("sentiment", 0.5), ("reason", "aliens")]
    lines = [json.dumps({"text": f"x {name} {value}", "label": True, name: value}) for name, value in details]
    labels, dropped = read("labels.jsonl", "\n".join(lines))
    assert [(label.severity, label.sentiment, label.reason) for label in labels] == [
        (None, None, None),
        (2, None, None),
        (None, 1, None),
        (None, None, None),
        (None, None, None),
    ]
    assert dropped == []
    assert read.notes['"severity" left out: none of 0, 1, 2, 3'] == 1
    assert len(read.notes) == 3


def test_a_csv_in_another_encoding_loses_only_the_lines_it_damages(read):
    labels, dropped = read("labels.csv", b"text,label\nsp\xe4t,complaint\nlate,complaint\nshort\n")
    assert [label.text for label in labels] == ["late"]
    assert dropped == [("line 2", "not UTF-8"), ("line 4", '"label" is missing, not complaint or other')]


def test_a_cell_beyond_all_measure_is_dropped(read):
    labels, dropped = read("labels.csv", "text,label\n" + "x" * 200_000 + ",other\nlate,complaint\n")
    assert [label.text for label in labels][-1:] == ["late"]
    assert len(dropped) == 1


@pytest.mark.parametrize("content", ["", "words,says\nx,complaint\n"])
def test_a_csv_without_the_columns_is_refused(read, content):
    with pytest.raises(InputError, match='columns "text" and "label"'):
        read("labels.csv", content)


def test_a_file_that_is_not_there_is_told(tmp_path):
    for name in ("none.csv", "none.jsonl"):
        with pytest.raises(InputError, match="cannot be read"):
            list(read_labels(tmp_path / name, "Ada", NOON, Tally()))
