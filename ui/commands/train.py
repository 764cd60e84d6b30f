"""``ripplewatch train``: refit the reading of posts on a team's own labels, list what was trained, take it back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.errors import RipplewatchError
from ui.commands.options import CONFIG, DOCUMENT, WHO
from ui.output import note, note_dropped, print_json, progress_bar, say
from ui.training_table import card_line, outcome_lines

if TYPE_CHECKING:
    from monitor.labels import Label
    from ui.stores import Stores
    from ui.training import Report

DB: Any = typer.Option(None, "--db", help="Database URL instead of the configured one.")
NOBODY = "ripplewatch train"  # whose labels those of a file are, where nobody is named
FAILED = 1


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    train = typer.Typer(help="Teach the reading of posts with your own labels.", no_args_is_help=True)
    app.add_typer(train, name="train")
    _register_text(train)
    _register_list(train)
    _register_undo(train)


def _register_text(train: typer.Typer) -> None:
    @train.command()
    def text(
        labels: Path | None = typer.Option(
            None,
            exists=True,
            dir_okay=False,
            help='JSON Lines {"text","label","lang"?,"brand"?,"reason"?,"severity"?,"sentiment"?}, or CSV.',
        ),
        lang: list[str] = typer.Option([], callback=_covered, help="Train this language only; can be repeated."),
        db: str | None = DB,
        config: Path | None = CONFIG,
        who: str = WHO,
        corrections: bool = typer.Option(
            False, "--corrections", help="The file holds only misread texts, so it may contradict."
        ),
        dry_run: bool = typer.Option(False, "--dry-run", help="Measure and decide, keep nothing."),
        as_json: bool = DOCUMENT,
    ) -> None:
        """Refit on marks, verdicts and a file; refuse a model that got worse on its frozen test part."""
        from monitor.clock import SystemClock
        from ui.training import Wanted, train

        now = SystemClock().now()
        with _opened(db, config) as stores, progress_bar() as bar:
            task = bar.add_task("training", total=None)
            given = _read(labels, who or NOBODY, now)
            wanted = Wanted(who or NOBODY, now, given, lang or None, dry_run, corrections)
            report = train(stores, wanted, lambda words: bar.update(task, description=words, advance=1))
        print_json(_document(report, dry_run)) if as_json else _show(report, dry_run)
        if not _went_well(report):
            raise typer.Exit(FAILED)


def _covered(lang: list[str]) -> list[str]:
    from monitor.text.lexicon import languages

    for code in lang:
        if code not in languages():
            raise typer.BadParameter(f"{code!r} is none of {', '.join(languages())}")
    return lang


@contextmanager
def _opened(db: str | None, config: Path | None) -> "Iterator[Stores]":
    from ui.settings import load
    from ui.stores import Stores

    stores = Stores(db or load(config).settings.database)
    try:
        yield stores
    finally:
        stores.close()


def _read(path: Path | None, who: str, now: datetime) -> "Sequence[Label]":
    """The labels of the file; what could not be used is told."""
    from monitor.label_file import read_labels
    from monitor.sources.archive import Tally

    if path is None:
        return ()
    tally = Tally()
    labels = list(read_labels(path, who, now, tally))
    note_dropped(tally.dropped, tally.dropped_total)
    for words, times in tally.notes.items():
        note(f"{words}: {times:,}")
    return labels


def _went_well(report: "Report") -> bool:
    """Whether something was accepted and nothing refused."""
    states = {one.outcome.state for one in report.trained}
    return "accepted" in states and "refused" not in states


def _document(report: "Report", dry_run: bool) -> dict[str, Any]:
    from ui.training import described

    return {
        "dry_run": dry_run,
        "languages": [
            {
                "language": one.outcome.language,
                "state": one.outcome.state,
                "why": one.outcome.why,
                "version": one.version,
                **described(one.outcome, one.before),
            }
            for one in report.trained
        ],
        "other_languages": {code or "unknown": count for code, count in report.others.items()},
    }


def _show(report: "Report", dry_run: bool) -> None:
    if not report.trained:
        say("There are no labels yet: mark posts on the board, or give a file with --labels.")
    for one in report.trained:
        for line in outcome_lines(one, dry_run):
            say(line)
    for code, count in report.others.items():
        note(f"{count:,} labelled text(s) not used: nothing reads {code or 'a language that cannot be told'}")


def _register_list(train: typer.Typer) -> None:
    @train.command(name="list")
    def list_models(db: str | None = DB, config: Path | None = CONFIG, as_json: bool = DOCUMENT) -> None:
        """List the models trained here, the newest first, and what reads each language now."""
        from ui.models import in_use

        with _opened(db, config) as stores:
            kept, used = stores.models.all(), in_use(stores.models)
        current = {code: one.version for code, one in used.items()}
        if as_json:
            rows = [
                {
                    "language": model.language,
                    "version": model.version,
                    "made_at": model.made_at.isoformat().replace("+00:00", "Z"),
                    "made_by": model.made_by,
                    "in_use": current.get(model.language) == model.version,
                    "withdrawn_by": model.withdrawn_by,
                    "card": model.card,
                }
                for model in kept
            ]
            print_json(
                {"in_use": {code: {"by": one.by, "version": one.version} for code, one in used.items()}}
                | {"trained": rows}
            )
            return
        for code, one in used.items():
            say(f"{code}  reads with {_NAMES[one.by]}, version {one.version}")
        for model in kept:
            say(card_line(model, current.get(model.language) == model.version))


_NAMES = {"own": "a model trained here", "shipped": "the program's model", "lexicon": "word lists only"}


def _register_undo(train: typer.Typer) -> None:
    @train.command()
    def undo(
        lang: str = typer.Option(..., help="Language whose newest model is taken out of use."),
        db: str | None = DB,
        config: Path | None = CONFIG,
        who: str = WHO,
    ) -> None:
        """Take the newest trained model of a language out of use; the one before it reads again."""
        from monitor.clock import SystemClock
        from ui.models import in_use

        _covered([lang])
        with _opened(db, config) as stores:
            gone = stores.models.withdraw(lang, who or NOBODY, SystemClock().now())
            if gone is None:
                raise RipplewatchError(f"No model for {lang} was trained here: there is nothing to undo.")
            now = in_use(stores.models)[lang]
        say(f"{lang}: version {gone.version} is out of use; {_NAMES[now.by]} reads again, version {now.version}.")
