"""``ripplewatch topics``: what customers complain about, and what they ask again and again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.plain_text import one_line
from ui.commands.options import CONFIG, LINES
from ui.output import note, out, print_json, say

if TYPE_CHECKING:
    from ui.topics import BrandTopics, Topic

MOST_DAYS = 366


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def topics(
        brand: list[str] = typer.Option([], "--brand", "-b", help="Only this brand; may be given several times."),
        days: int = typer.Option(7, "--days", min=1, max=MOST_DAYS, help="How far back to look."),
        config: Path | None = CONFIG,
        db: str | None = typer.Option(None, "--db", help="Database URL instead of the configured one."),
        as_json: bool = LINES,
    ) -> None:
        """Print the issues and the repeated questions of each brand, from the posts in the database."""
        from ui.runtime import open_services
        from ui.settings import load
        from ui.topics import Window

        loaded = load(config)
        services = open_services(db or loaded.settings.database, loaded.path)
        chosen = _chosen([one.id for one in services.brands], brand)
        if services.topics is None or not chosen:
            note("No brand is watched, and the database holds no replay.")
            return
        window = Window(services.now(), timedelta(days=days))
        for name in chosen:
            found = services.topics.reader.read(name, window)
            _print_json(found) if as_json else _print(found, days)


def _chosen(watched: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The brands that are meant. Raises typer.BadParameter for one that is not watched."""
    for name in wanted:
        if name not in watched:
            known = ", ".join(watched) or "none"
            raise typer.BadParameter(f"{name!r} is not watched; there are: {known}", param_hint="--brand")
    return list(wanted or watched)


def _print_json(found: "BrandTopics") -> None:
    for kind, topics in (("issue", found.issues), ("question", found.questions)):
        for topic in topics:
            print_json({"brand": found.brand, "kind": kind, **_row(topic)})


def _row(topic: "Topic") -> dict[str, Any]:
    return {
        "key": topic.key,
        "title": topic.title,
        "phrases": list(topic.phrases),
        "posts": topic.posts,
        "texts": topic.texts,
        "authors": topic.authors,
        "languages": {code or "unknown": count for code, count in topic.languages.items()},
        "sites": dict(topic.sites),
        "first": _stamp(topic.first),
        "last": _stamp(topic.last),
        "series": list(topic.series),
    }


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _print(found: "BrandTopics", days: int) -> None:
    since = f"last {days} days" if days > 1 else "last day"
    say(f"{one_line(found.brand, 40)}, {since} until {found.window.until:%Y-%m-%d %H:%M} UTC")
    for head, topics in (("Issues", found.issues), ("Questions asked again and again", found.questions)):
        out.print()
        say(f"{head}: {len(topics) or 'none'}")
        for topic in topics:
            _print_topic(topic)


def _print_topic(topic: "Topic") -> None:
    languages = ", ".join(f"{code or 'unknown'} {count:,}" for code, count in topic.languages.items())
    sites = ", ".join(f"{one_line(site, 30)} {count:,}" for site, count in topic.sites.items())
    lines = [f"{topic.posts:,}  {one_line(topic.title, 80) or '-'}"]
    if topic.phrases:
        lines.append(one_line(" · ".join(topic.phrases), 160))
    lines.append(
        f"{topic.authors:,} accounts; {sites}; {languages}; {topic.first:%d %b %H:%M} to {topic.last:%d %b %H:%M}"
    )
    say("\n      ".join(lines))
