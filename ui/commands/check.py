"""``ripplewatch check``: is the configuration right, and does everything it names answer?"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor.plain_text import one_line
from ui.commands.options import CONFIG, LINES
from ui.output import out, print_json, say

if TYPE_CHECKING:
    from ui.checks import Budget, Found, Tried

WIDE = 160  # characters, where no terminal says how wide it is
ROOMY = 120  # from there on what is missing has a column of its own
CANNOT_SEE = "cannot see "  # how sentences about the limits of a source begin
ANSWERS = {True: "[green]✓ yes[/green]", False: "[red]✗ no[/red]", None: "[yellow]? unknown[/yellow]"}


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def check(config: Path | None = CONFIG, as_json: bool = LINES) -> None:
        """Validate the configuration and try the database, every source and every channel. Exit 1 if one fails.

        Each source is asked as little as shows that it answers; nothing is stored and nobody is told anything.
        """
        from monitor.clock import SystemClock
        from ui.checks import try_everything
        from ui.settings import load

        loaded = load(config)
        if not as_json:
            say(f"{loaded.path or 'Without a configuration file'}: the configuration is valid")
        tried = []
        for one in try_everything(loaded.settings, SystemClock()):
            tried.append(one)
            _print_json(one) if as_json else _print_row(one)
        if not as_json:
            _print_table([(one.what, one.found) for one in tried if one.found is not None])
        raise typer.Exit(0 if all(one.fine for one in tried) else 1)


def _print_json(tried: "Tried") -> None:
    row: dict[str, Any] = {"what": tried.what, "fine": tried.fine, "detail": tried.detail}
    if tried.found is not None:
        row |= asdict(tried.found)
        row["newest_post_at"] = _stamp(tried.found.newest_post_at)
        row["budget"] = [{**asdict(one), "resets_at": _stamp(one.resets_at)} for one in tried.found.budget]
    print_json(row)


def _print_row(tried: "Tried") -> None:
    mark = "[green]✓ fine  [/green]" if tried.fine else "[red]✗ failed[/red]"
    out.print(f"{mark}  {tried.what:12}  {escape(one_line(tried.detail, 400))}")


def _print_table(sources: Sequence[tuple[str, "Found"]]) -> None:
    """What was learnt of each source, in columns; what is missing stands below them where they are narrow."""
    if not sources:
        return
    console = Console(highlight=False, emoji=False, width=None if out.is_terminal else WIDE)
    is_wide = console.width >= ROOMY
    table = Table("source", "reachable", "authorised", box=SIMPLE_HEAD, pad_edge=False)
    for head in ("budget left", "newest post", *["what is missing"] * is_wide):
        table.add_column(head, overflow="fold")
    for name, found in sources:
        budget = escape("\n".join(_left(budget) for budget in found.budget)) or "no limit known"
        newest = f"{found.newest_post_at:%Y-%m-%d %H:%M} UTC" if found.newest_post_at else "none seen"
        missing = [escape("\n".join(_short(found.missing))) or "nothing"] * is_wide
        table.add_row(escape(name), ANSWERS[found.reachable], ANSWERS[found.authorised], budget, newest, *missing)
    console.print("", table)
    for name, found in () if is_wide else sources:
        for sentence in _short(found.missing):
            out.print(escape(f"{name}: {sentence}"))


def _short(missing: Sequence[str]) -> Iterator[str]:
    """What is missing, with what cannot be seen in one sentence."""
    unseen = [sentence.removeprefix(CANNOT_SEE) for sentence in missing if sentence.startswith(CANNOT_SEE)]
    yield from (one_line(sentence, 300) for sentence in missing if not sentence.startswith(CANNOT_SEE))
    if unseen:
        yield CANNOT_SEE + "; ".join(unseen)


def _left(budget: "Budget") -> str:
    left = "?" if budget.left is None else f"{budget.left:,.10g}"
    most = "" if budget.limit is None else f" of {budget.limit:,.10g}"
    until = f" until {budget.resets_at:%Y-%m-%d %H:%M} UTC" if budget.resets_at else ""
    return f"{one_line(budget.name, 60)}: {left}{most} {budget.unit}{until}"


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
