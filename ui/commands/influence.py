"""``ripplewatch influence``: who caused the spread in recorded cascades or posts?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from graph.cascade import CascadeTracker
from graph.domain import Influence
from monitor.domain import AccountKey
from monitor.plain_text import one_line
from ui.commands.options import LINES
from ui.output import note_dropped, print_json, progress_bar, say

if TYPE_CHECKING:
    from monitor.sources.archive import Recorded, Recording

Limit = datetime | timedelta | None  # a moment, or so long after each root
AT_ONCE = 10_000
OLDEST_EPOCH = 100_000_000  # a smaller number cannot be meant as a date: it is seconds after each root


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def influence(
        files: list[Path] = typer.Argument(..., metavar="FILE...", help="Cascade or archive records, .gz allowed."),
        until: str | None = typer.Option(
            None,
            "--until",
            help="Leave out what is later: an ISO 8601 time (UTC where it names no zone), a Unix time, or seconds "
            "after each root.",
        ),
        top: int | None = typer.Option(None, "--top", min=1, help="Only the first so many accounts."),
        as_json: bool = LINES,
    ) -> None:
        """Rank accounts by the reposts they caused; score = ln(1 + caused) * ln(1 + distinct)."""
        from graph.influence import rank
        from monitor.sources.archive import read_archive

        limit = _limit(until)
        with progress_bar() as bar:
            task = bar.add_task("reading", total=None)
            recording = read_archive(files, progress=lambda n: bar.update(task, completed=n))
        tracker, followers = _tracked(recording, limit)
        ranking = rank(tracker.states(), top=top, followers=followers)
        if not as_json:
            say(f"{'account':28}   score  caused distinct  direct bridge  followers")
        for one in ranking:
            _print_json(one) if as_json else _print_row(one)
        note_dropped(recording.dropped, recording.counts.dropped)


def _limit(until: str | None) -> Limit:
    if until is None:
        return None
    try:
        number = float(until)
    except ValueError:
        return _iso(until)
    if not 0 <= number < 253_402_300_800:
        raise typer.BadParameter(f"{until!r} is out of range", param_hint="--until")
    return datetime.fromtimestamp(number, UTC) if number >= OLDEST_EPOCH else timedelta(seconds=number)


def _iso(until: str) -> datetime:
    try:
        moment = datetime.fromisoformat(until)
    except ValueError as error:
        raise typer.BadParameter(
            f"{until!r} is no time; write 2009-07-08T18:00:00Z or a number of seconds", param_hint="--until"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tracked(recording: "Recording", limit: Limit) -> tuple[CascadeTracker, dict[AccountKey, int]]:
    tracker, followers = CascadeTracker(), dict[AccountKey, int]()
    events = _before(recording.events(), limit)
    while some := list(islice(events, AT_ONCE)):
        accounts = (event.account for event in some if event.account is not None)
        followers |= {account.key: account.followers for account in accounts if account.followers is not None}
        roots = [event.post for event in some if event.post is not None and event.repost is None]
        tracker.apply([event.repost for event in some if event.repost is not None], roots)
    return tracker, followers


def _before(events: "Iterator[Recorded]", limit: Limit) -> "Iterator[Recorded]":
    started: dict[object, datetime] = {}
    for event in events:
        if isinstance(limit, datetime) and event.at > limit:
            return
        root = event.repost.root if event.repost else event.post.key if event.post else None
        start = started.setdefault(root, event.at)
        if not isinstance(limit, timedelta) or event.at - start <= limit:
            yield event


def _print_json(one: Influence) -> None:
    print_json(
        {
            "account": one.account.id,
            "score": round(one.score, 6),
            "caused": one.caused,
            "distinct": one.distinct,
            "direct": one.direct,
            "bridge": None if one.bridge is None else round(one.bridge, 4),
            "posts": one.posts,
            "followers": one.followers,
            "source": one.account.source,
            "evidence": [key.id for key in one.evidence],
        }
    )


def _print_row(one: Influence) -> None:
    bridge = "-" if one.bridge is None else f"{one.bridge:.0%}"
    followers = "unknown" if one.followers is None else f"{one.followers:,}"
    figures = f"{one.score:>7.2f} {one.caused:>7} {one.distinct:>8} {one.direct:>7} {bridge:>6} {followers:>10}"
    say(f"{one_line(one.account.id, 28):28} {figures}")
