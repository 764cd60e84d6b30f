"""``ripplewatch crawl --once``: one pass over the sources, now."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from monitor.domain import Brand
from monitor.errors import ConfigurationError, Problem
from monitor.plain_text import one_line
from ui.commands.options import CONFIG, LINES
from ui.output import err, out, print_json

if TYPE_CHECKING:
    from monitor.collect import CollectReport
    from ui.settings import Loaded

COUNTS = ("pages", "posts", "reposts", "deleted", "dropped")


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def crawl(
        once: bool = typer.Option(
            False, "--once", help="One pass now; for crawling all the time see: ripplewatch run."
        ),
        source: list[str] = typer.Option([], "--source", "-s", help="Only this source; may be given several times."),
        brand: list[str] = typer.Option([], "--brand", "-b", help="Only this brand; may be given several times."),
        config: Path | None = CONFIG,
        as_json: bool = LINES,
    ) -> None:
        """Ask the sources once, due or not, and store what is new. Nobody is alerted. Exit 1 if a source failed."""
        from monitor.clock import SystemClock
        from ui.logs import log_to_standard_error
        from ui.runtime import open_crawler
        from ui.settings import load

        if not once:
            raise typer.BadParameter("say --once for one pass; `ripplewatch run` crawls all the time")
        loaded = load(config)
        names, brands = _chosen(loaded, source, brand)
        log_to_standard_error()
        with open_crawler(loaded.settings, SystemClock()) as crawler, err.status("asking the sources"):
            rows = _rows(crawler.once(names, brands))
        for row in rows if as_json else ():
            print_json(row)
        if not as_json:
            _show(rows)
        raise typer.Exit(1 if any(row["error"] for row in rows) else 0)


def _chosen(loaded: "Loaded", names: Sequence[str], brands: Sequence[str]) -> tuple[list[str], list[Brand]]:
    """The sources and brands that are meant. Raises ConfigurationError for each that is not there."""
    known, watched = list(loaded.settings.source_configs()), {brand.id: brand for brand in loaded.settings.watched()}
    problems = [
        Problem("--source", f"{name!r} is not switched on; there are: {', '.join(known) or 'none'}")
        for name in names
        if name not in known
    ]
    problems += [
        Problem("--brand", f"{name!r} is not watched; there are: {', '.join(watched) or 'none'}")
        for name in brands
        if name not in watched
    ]
    if not watched:
        problems.append(Problem("brands", "nothing is watched; write a configuration with: ripplewatch init"))
    if not known:
        problems.append(Problem("sources", "none is switched on; add a section such as [sources.hackernews]"))
    if problems:
        raise ConfigurationError(problems, str(loaded.path or "configuration"))
    return list(names) or known, [watched[name] for name in brands] or list(watched.values())


def _rows(reports: Iterable["CollectReport"]) -> list[dict[str, Any]]:
    """One row a source and brand, and one a source for its returns to posts, with the turns of a walk added up."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for report in reports:
        row = rows.setdefault(
            (report.source, report.brand),
            {"source": report.source, "brand": report.brand or None, **dict.fromkeys(COUNTS, 0), "reasons": []},
        )
        new, passed_on, gone = len(report.new_posts), len(report.new_reposts), len(report.deleted)
        for name, count in zip(COUNTS, (report.requested, new, passed_on, gone, report.dropped), strict=True):
            row[name] += count
        row["reasons"] = [*row["reasons"], *report.reasons][:5]
        row["unfinished"] = report.unfinished
        row["error"] = row.get("error") or report.error
    return list(rows.values())


def _show(rows: Sequence[dict[str, Any]]) -> None:
    table = Table("source", "brand", *COUNTS, "result", box=None, pad_edge=False)
    for row in rows:
        brand = {"*": "all brands", None: "followed up"}.get(row["brand"], row["brand"])
        table.add_row(escape(row["source"]), escape(brand), *(f"{row[name]:,}" for name in COUNTS), _result(row))
    out.print(table)
    for row in rows:  # below the table, where nothing cuts them
        for reason in [*([row["error"]] if row["error"] else []), *row["reasons"]]:
            out.print(f"{escape(row['source'])}: {escape(one_line(reason, 300))}")


def _result(row: dict[str, Any]) -> str:
    if row["error"]:
        return "[red]✗ failed[/red]"
    return "[green]✓ fine[/green]" + ("; more is there" if row["unfinished"] else "")
