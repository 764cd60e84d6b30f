"""``ripplewatch claims`` and ``ripplewatch truth``: what is claimed in a case, and what a person says of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from alerts.domain import Change, Judgement, LogEntry, Truth
from monitor.errors import InputError
from monitor.plain_text import one_line
from ui.commands.options import CONFIG, DOCUMENT
from ui.output import out, print_json, say

if TYPE_CHECKING:
    from alerts.casefile import CaseClaim
    from ui.pages import CasePage
    from ui.services import Services

DB: Any = typer.Option(None, "--db", help="Database URL instead of the configured one.")
_LEAST = 4  # characters by which a claim can be named


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""

    @app.command()
    def claims(
        incident: str = typer.Argument(..., help="Id of the incident, as in the address of its page."),
        db: str | None = DB,
        config: Path | None = CONFIG,
        as_json: bool = DOCUMENT,
    ) -> None:
        """List what is claimed in a case, with source, spread, truth and everything that was said of it."""
        with _opened(db, config) as services:
            page = _page(services, incident)
        print_json(_document(page)) if as_json else _print(page)

    @app.command()
    def truth(
        incident: str = typer.Argument(..., help="Id of the incident."),
        state: Truth = typer.Argument(..., help="What is known; unverified takes back what was said."),
        by: str = typer.Option(..., "--by", help="Your name: it is kept and shown."),
        claim: str = typer.Option("", "--claim", help="Key of the claim, or its beginning; none: the case as a whole."),
        source: str = typer.Option("", "--source", help="Where it is known from: a link, a person, a document."),
        note: str = typer.Option("", "--note", help="Anything else that others should know."),
        replace: bool = typer.Option(False, "--replace", help="Also where somebody else said something before."),
        db: str | None = DB,
        config: Path | None = CONFIG,
    ) -> None:
        """Say whether a claim, or a case as a whole, is confirmed, false or unverified."""
        from ui.pages import ActRefusedError

        with _opened(db, config) as services:
            page = _page(services, incident)
            chosen = _named(page, claim) if claim else None
            stands = page.file.word_on(chosen) if chosen else page.file.incident.word_on(())
            seen = stands if replace else None
            try:
                services.judge(incident, state, chosen, seen, (source, note), one_line(by, 60))
            except ActRefusedError as error:
                hint = "" if replace or stands is None or stands.truth is state else "; --replace changes it"
                raise InputError(f"{error}{hint}") from error
        about = f"“{one_line(chosen.quote, 120)}”" if chosen else "the case as a whole"
        before = f" It was {_told(stands)}." if stands else ""
        say(f"Kept: {about} is {state.value}, says {one_line(by, 60)}.{before}")


@contextmanager
def _opened(db: str | None, config: Path | None) -> "Iterator[Services]":
    from ui.runtime import open_services
    from ui.settings import load
    from ui.stores import Stores

    loaded = None if db and config is None else load(config)
    stores = Stores(db or (loaded.settings.database if loaded else ""))
    try:
        yield open_services(stores, loaded.path if loaded else None)
    finally:
        stores.close()


def _page(services: "Services", incident: str) -> "CasePage":
    page = services.case(incident, "")
    if page is None:
        raise InputError(f"there is no incident {incident!r} in this database")
    return page


def _named(page: "CasePage", key: str) -> "CaseClaim":
    found = [claim for claim in page.file.claims if any(each.startswith(key) for each in claim.keys)]
    if len(key) < _LEAST or len(found) != 1:
        known = ", ".join(claim.key for claim in page.file.claims) or "none"
        raise InputError(f"{key!r} names {len(found)} claims of this case; its claims are: {known}")
    return found[0]


def _print(page: "CasePage") -> None:
    file = page.file
    say(f"{one_line(file.incident.title or file.incident.id, 100)}: {_word(file.judged, file.truth)}")
    if file.not_assessed:
        languages = ", ".join(code or "unknown" for code in file.unread)
        say(f"{file.not_assessed:,} of {file.texts:,} texts not assessed: {languages}")
    if not file.claims:
        say("No post states something that can be checked.")
    for claim in file.claims:
        stands = file.word_on(claim)
        word = _word(stands, Truth.unverified)
        out.print()
        say(f"{claim.key}  {claim.posts:,} posts, {claim.passed_on:,} reposts; {word}")
        say(f"“{one_line(claim.quote, 300)}” ({claim.post.language or 'language not known'})")
        say(f"{claim.post.key.source}, {claim.post.created_at:%Y-%m-%d %H:%M} UTC, {claim.post.url or 'no link'}")


def _word(said: Judgement | None, truth: Truth) -> str:
    return _told(said) if said else truth.value


def _told(said: Judgement) -> str:
    because = f", known from {one_line(said.source, 120)}" if said.source else ""
    noted = f" ({one_line(said.note, 200)})" if said.note else ""
    return f"marked {said.truth.value} by {one_line(said.by, 60)} at {said.at:%Y-%m-%d %H:%M} UTC{because}{noted}"


def _document(page: "CasePage") -> dict[str, Any]:
    file = page.file
    return {
        "incident": file.incident.id,
        "truth": file.truth.value,
        "set": _said(file.judged),
        "assessed": file.assessed,
        "not_assessed": file.not_assessed,
        "not_assessed_languages": {code or "unknown": count for code, count in file.unread.items()},
        "claims": [_claim(claim, page) for claim in file.claims],
        "history": [_entry(entry) for entry in page.log if entry.change is Change.judged],
    }


def _claim(claim: "CaseClaim", page: "CasePage") -> dict[str, Any]:
    post, stands = claim.post, page.file.word_on(claim)
    return {
        "key": claim.key,
        "keys": sorted(claim.keys),
        "quote": claim.quote,
        "score": claim.score,
        "posts": claim.posts,
        "accounts": claim.accounts,
        "passed_on": claim.passed_on,
        "sites": list(claim.sites),
        "languages": [code or None for code in claim.languages],
        "first": {
            "post": str(post.key),
            "site": post.key.source,
            "account": page.names.get(post.author) or post.author.id,
            "at": post.created_at.isoformat(),
            "url": post.url,
            "language": post.language,
        },
        "truth": stands.truth.value if stands else Truth.unverified.value,
        "set": _said(stands),
    }


def _said(said: Judgement | None) -> dict[str, str] | None:
    if said is None:
        return None
    return {"by": said.by, "at": said.at.isoformat(), "source": said.source, "note": said.note}


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {"at": entry.at.isoformat(), "by": entry.by, **entry.arguments}
