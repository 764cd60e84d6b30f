"""``ripplewatch match``: which brands texts are about, and why, or why not."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.errors import ConfigurationError, Problem
from monitor.plain_text import one_line
from monitor.text.brands.measure import Agreement
from ui.commands.options import CONFIG, LINES
from ui.output import note_dropped, print_json, say

if TYPE_CHECKING:
    from monitor.domain import BrandMatch
    from monitor.match import Matcher, Verdict
    from monitor.sources.archive import Tally
    from monitor.text.brands.context import Judgement

WIDTH = 90  # characters of a text that are shown


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def match(
        file: Path = typer.Argument(
            Path("-"), help='JSON Lines {"id","text","links"?,"brands"?}, .gz allowed; - reads standard input.'
        ),
        config: Path | None = CONFIG,
        explain: bool = typer.Option(False, "--explain", help="Say of each name that was passed over why."),
        as_json: bool = LINES,
    ) -> None:
        """Find the watched brands in texts; where a text says its brands, count how often that is right."""
        from monitor.match import Matcher
        from monitor.sources.archive import Tally
        from monitor.sources.archive.lines import records
        from ui.settings import load

        loaded, tally = load(config), Tally()
        if not loaded.settings.brands:
            problem = Problem("brands", "nothing is watched; write a configuration with: ripplewatch init")
            raise ConfigurationError([problem], str(loaded.path or "environment"))
        lines = records(sys.stdin.buffer if str(file) == "-" else file, tally)
        rows = (row for where, row in lines if _is_usable(where, row, tally))
        agreement = _matched(rows, Matcher(loaded.settings.watched()), explain=explain, as_json=as_json)
        if agreement is not None:
            _print_agreement(agreement, as_json=as_json)
        note_dropped(tally.dropped, tally.dropped_total)


def _matched(rows: Iterator[dict[str, Any]], matcher: "Matcher", *, explain: bool, as_json: bool) -> Agreement | None:
    """Print each row; returns how well it went, None where no row says what it is about."""
    agreement: Agreement | None = None
    for row in rows:
        links = row.get("links") or ()
        matches, expected = matcher.match(row["text"], links), row.get("brands")
        found = list(dict.fromkeys(match.brand for match in matches))
        if expected is not None:
            agreement = agreement or Agreement()
            agreement.add(found, expected)
        wrong = expected is not None and set(found) != set(expected)
        verdicts = matcher.explain(row["text"], links) if as_json or explain or wrong else ()
        if as_json:
            print_json(_document(row, found, matches, verdicts))
        else:
            _print_row(row, matches, verdicts if explain or wrong else ())
            _print_errors(found, expected)
    return agreement


def _is_usable(where: str, row: dict[str, Any], tally: "Tally") -> bool:
    if not isinstance(row.get("text"), str):
        tally.drop(where, 'no "text"')
        return False
    for key in ("links", "brands"):
        value = row.get(key)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            tally.drop(where, f'"{key}" is no list of texts')
            return False
    return True


def _document(
    row: dict[str, Any], found: list[str], matches: tuple["BrandMatch", ...], verdicts: tuple["Verdict", ...]
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": row.get("id"),
        "brands": found,
        "matches": [
            {
                "brand": match.brand,
                "term": match.term,
                "kind": match.kind,
                "text": match.text,
                "how": match.how,
                "context": match.context,
                "against": match.against,
            }
            for match in matches
        ],
        "passed_over": [
            {
                "brand": brand,
                "term": one.candidate.term,
                "text": text,
                "reason": one.reason,
                "context": one.context,
                "against": one.against,
            }
            for brand, one, text in _passed_over(verdicts)
        ],
    }
    expected = row.get("brands")
    if expected is not None:
        document["missed"] = [brand for brand in expected if brand not in found]
        document["extra"] = [brand for brand in found if brand not in expected]
    return document


def _passed_over(verdicts: tuple["Verdict", ...]) -> Iterator[tuple[str, "Judgement", str]]:
    """Each brand that is none of the post's, with each of its names in it."""
    for verdict in verdicts:
        if not verdict.matched:
            for one, text in zip(verdict.judgements, verdict.texts, strict=True):
                yield verdict.brand, one, text


def _print_row(row: dict[str, Any], matches: tuple["BrandMatch", ...], verdicts: tuple["Verdict", ...]) -> None:
    say(f"{one_line(str(row.get('id', '')), 20):12}  {one_line(row['text'], WIDTH)}")
    for match in matches:
        told = f"✓ {match.brand}: {match.kind} {one_line(match.term, 40)!r}"
        told += f" as {one_line(match.text, 40)!r}" if match.text and match.text != match.term else ""
        told += f", {match.how}" if match.how != "exact" else ""
        told += f", with {match.context!r}" if match.context else ""
        say(told + (f", although {match.against!r}" if match.against else ""))
    for brand, one, text in _passed_over(verdicts):
        words = ", ".join(f"{word!r}" for word in (one.against, one.context) if word)
        say(f"– {brand}: {one_line(text, 40)!r} passed over: {one.reason}{f' ({words})' if words else ''}")


def _print_errors(found: list[str], expected: list[str] | None) -> None:
    if expected is None:
        return
    for brand in expected:
        if brand not in found:
            say(f"✗ {one_line(brand, 40)} missed")
    for brand in found:
        if brand not in expected:
            say(f"✗ {brand} too many")


def _print_agreement(agreement: Agreement, *, as_json: bool) -> None:
    figures = {
        "precision": (agreement.precision, agreement.precision_interval),
        "recall": (agreement.recall, agreement.recall_interval),
    }
    if as_json:
        document: dict[str, Any] = {"right": agreement.right, "extra": agreement.extra, "missed": agreement.missed}
        for name, (value, within) in figures.items():
            document |= {name: value, f"{name}_interval": within}
        print_json({"agreement": document})
        return
    for name, (value, within) in figures.items():
        told = (
            "nothing to count"
            if value is None or within is None
            else f"{value:.3f} ({within[0]:.3f} to {within[1]:.3f})"
        )
        say(f"{name:9}  {told}")
    say(f"right {agreement.right:,}, too many {agreement.extra:,}, missed {agreement.missed:,}")
