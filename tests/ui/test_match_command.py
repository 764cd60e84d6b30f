"""``ripplewatch match``: what it prints about the texts of a user, and how it ends."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ui import cli

BRANDS = """
[[brands]]
title = "Northline Air"
id = "northline"
names = ["Northline"]
misspellings = ["Nothline"]
forbidden = ["Northline ferry"]

[[brands]]
title = "Albion Bank"
id = "albion"
names = ["Albion"]
required = ["account"]
forbidden = ["football"]
"""
FIXTURE = Path(__file__).parents[1] / "fixtures" / "brands"


class Printed(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Match = Callable[..., Printed]


@pytest.fixture
def match(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Match:
    """Writes rows to a file and runs the command over it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIPPLEWATCH_CONFIG", raising=False)
    (tmp_path / "brands.toml").write_text(BRANDS, encoding="utf-8")

    def match(rows: list[object], *options: str) -> Printed:
        lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / "posts.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        capsys.readouterr()
        code = cli.execute(["match", "posts.jsonl", "--config", "brands.toml", *options])
        return Printed(code, *capsys.readouterr())

    return match


def test_it_says_which_brand_and_why(match: Match) -> None:
    printed = match([{"id": "a", "text": "NORTHLINE lost it"}, {"id": "b", "text": "Albion froze my account"}])
    assert printed.code == 0
    assert printed.out.splitlines() == [
        "a             NORTHLINE lost it",
        "✓ northline: name 'Northline' as 'NORTHLINE'",
        "b             Albion froze my account",
        "✓ albion: name 'Albion', with 'account'",
    ]


def test_explain_says_why_a_name_was_passed_over(match: Match) -> None:
    rows: list[object] = [
        {"id": "a", "text": "Albion football"},
        {"id": "b", "text": "Albion away next week"},
        {"id": "c", "text": "the Northline ferry"},
        {"id": "d", "text": "@northline_fans hello"},
    ]
    assert "passed over" not in match(rows).out
    told = [line for line in match(rows, "--explain").out.splitlines() if line.startswith("–")]
    assert told == [
        "– albion: 'Albion' passed over: forbidden word ('football')",
        "– albion: 'Albion' passed over: unclear: no required word",
        "– northline: 'Northline' passed over: part of a forbidden phrase ('Northline ferry')",
        "– northline: '@northline_fans' passed over: somebody's address",
    ]


def test_json_has_one_document_a_line_with_both_sides(match: Match) -> None:
    printed = match([{"id": 7, "text": "Nothline, and Albion football"}], "--json")
    assert json.loads(printed.out) == {
        "id": 7,
        "brands": ["northline"],
        "matches": [
            {
                "brand": "northline",
                "term": "Nothline",
                "kind": "misspelling",
                "text": "Nothline",
                "how": "exact",
                "context": None,
                "against": None,
            }
        ],
        "passed_over": [
            {
                "brand": "albion",
                "term": "Albion",
                "text": "Albion",
                "reason": "forbidden word",
                "context": None,
                "against": "football",
            }
        ],
    }


def test_where_brands_are_given_it_counts_and_lists_each_error(match: Match) -> None:
    rows: list[object] = [
        {"id": "a", "text": "Northline again", "brands": ["northline"]},
        {"id": "b", "text": "Northline is a street", "brands": []},
        {"id": "c", "text": "Albion is my bank", "brands": ["albion"]},
        {"id": "d", "text": "nothing here", "brands": []},
    ]
    lines = match(rows).out.splitlines()
    assert "✗ northline too many" in lines
    assert "✗ albion missed" in lines
    assert "– albion: 'Albion' passed over: unclear: no required word" in lines
    assert lines[-3:] == [
        "precision  0.500 (0.095 to 0.905)",
        "recall     0.500 (0.095 to 0.905)",
        "right 1, too many 1, missed 1",
    ]
    *documents, last = map(json.loads, match(rows, "--json").out.splitlines())
    assert [(one["missed"], one["extra"]) for one in documents] == [
        ([], []),
        ([], ["northline"]),
        (["albion"], []),
        ([], []),
    ]
    assert last["agreement"]["recall"] == 0.5


def test_links_are_read_too(match: Match) -> None:
    printed = match([{"id": "a", "text": "look", "links": ["https://news.example/northline-strands-us"]}])
    assert "✓ northline" in printed.out


def test_lines_that_cannot_be_used_are_told_and_cost_nothing_else(match: Match) -> None:
    printed = match(
        [
            "{",
            {"id": "x"},
            {"text": "y", "brands": "northline"},
            {"text": "z", "links": [1]},
            {"id": "a", "text": "Northline"},
        ]
    )
    assert printed.code == 0
    assert "✓ northline" in printed.out
    assert [line.split(":")[0] for line in printed.err.splitlines()] == [
        f"posts.jsonl line {number}" for number in (1, 2, 3, 4)
    ]


def test_hostile_texts_stay_on_their_line(match: Match) -> None:
    printed = match([{"id": "a\nb", "text": "Northline [red]\x1b[31m\n\u202eevil [/red]", "brands": ["x\ny"]}])
    assert printed.code == 0
    assert "\x1b" not in printed.out
    assert len(printed.out.splitlines()) == 7
    assert "[red]" in printed.out


def test_standard_input_is_read(
    match: Match, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'{"text": "Northline"}\n'))
    monkeypatch.setattr(sys, "stdin", stdin)
    match([])
    assert cli.execute(["match", "--config", "brands.toml"]) == 0
    assert "✓ northline" in capsys.readouterr().out


def test_without_brands_it_says_what_to_do(match: Match, tmp_path: Path) -> None:
    (tmp_path / "brands.toml").write_text('language = "en"\n', encoding="utf-8")
    printed = match([])
    assert printed.code == 2
    assert "ripplewatch init" in printed.err


def test_the_set_of_invented_posts_can_be_run_like_a_users_own(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.execute(["match", str(FIXTURE / "posts.jsonl"), "--config", str(FIXTURE / "brands.toml"), "--json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])["agreement"]
    assert code == 0
    assert last["precision"] >= 0.97
    assert last["recall"] >= 0.95
