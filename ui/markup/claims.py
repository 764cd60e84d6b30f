"""What is claimed in a case and whether it holds, as HTML: quoted words, source, how often, who says what of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.casefile import CaseClaim, CaseFile
from alerts.domain import Change, Judgement, LogEntry, Truth
from monitor.domain import AccountKey
from ui.i18n import Texts
from ui.markup import phrases
from ui.markup.posts import origin
from ui.markup.safe import link, safe

MARKS = {Truth.unverified: "?", Truth.confirmed: "✓", Truth.false: "✕"}
_SITES = 4


def truth_mark(truth: Truth, texts: Texts) -> str:
    """The state as sign and word; its colour is one sign more."""
    return f'<b class="rw-truth rw-truth-{truth.value}">{MARKS[truth]} {safe(texts(f"truth.{truth.value}"))}</b>'


def case_truth(file: CaseFile, texts: Texts, beside: str = "") -> str:
    """Whether the claim holds, and who said so when; with the claim itself where the quotation ``beside`` lacks it."""
    leading = file.claims[0] if file.claims else None
    words = safe(texts("card.claim"))
    if leading is not None and beside and _bare(leading.quote) not in _bare(beside):
        words += f' <q dir="auto">{safe(leading.quote, 90)}</q>'
    words += f" {truth_mark(file.truth, texts)}"
    if file.judged is not None:
        words += f" ({safe(phrases.said_by(file.judged, file.now, texts))})"
    return words


def _bare(words: str) -> str:
    return "".join(filter(str.isalnum, words.casefold()))


def claim(shown: CaseClaim, file: CaseFile, names: Mapping[AccountKey, str], texts: Texts) -> str:
    """One claim: its words, how far they went, where they come from, whether they hold."""
    widest = max(each.weight for each in file.claims)
    width = 100 * shown.weight / widest if widest else 0
    count = texts.count("claims.posts", shown.posts)
    if shown.passed_on:
        count += " · " + texts.count("claims.passed", shown.passed_on)
    sites = ", ".join(shown.sites[:_SITES]) + ("…" if len(shown.sites) > _SITES else "")
    languages = "" if len(shown.languages) < 2 else f" · {safe(', '.join(code or '?' for code in shown.languages), 60)}"
    return (
        f'<div class="rw-claim"><p class="rw-text"><q dir="auto">{safe(shown.quote, 300)}</q></p>'
        f'<div class="rw-spread" role="img" aria-label="{safe(count)}"><span class="rw-bar">'
        f'<i style="width:{width:.0f}%"></i></span><span>{safe(count)}</span></div>'
        f'<p class="rw-small">{safe(texts("claims.first"))} {origin(shown.post, names, file.now, texts)}'
        f"{f' · {safe(sites, 120)}' if len(shown.sites) > 1 else ''}{languages}</p>"
        f"{word(file.word_on(shown), file.now, texts)}</div>"
    )


def whole(file: CaseFile, texts: Texts) -> str:
    """What was said of the case as a whole, or that it follows its leading claim."""
    said = file.incident.word_on(())
    if said is not None and said.truth is not Truth.unverified:
        line = word(said, file.now, texts)
    elif file.incident.truth is not Truth.unverified:
        line = f"<p>{truth_mark(file.incident.truth, texts)}</p>"
    else:
        line = f'<p class="rw-small">{safe(texts("claims.follows"), 300)}</p>'
    return f'<div class="rw-claim"><p class="rw-text">{safe(texts("claims.whole"))}</p>{line}</div>'


def word(said: Judgement | None, now: datetime, texts: Texts) -> str:
    """Whether it holds, who says so, when, and from where it is known."""
    if said is None:
        nobody = safe(texts("claims.nobody"))
        return f'<p>{truth_mark(Truth.unverified, texts)} <span class="rw-small">{nobody}</span></p>'
    more = [safe(phrases.said_by(said, now, texts))]
    if said.source:
        more.append(link(said.source, safe(texts("claims.from", source=said.source), 200)))
    if said.note:
        more.append(safe(said.note, 300))
    return f'<p>{truth_mark(said.truth, texts)} <span class="rw-small">{" · ".join(more)}</span></p>'


def nothing(file: CaseFile, texts: Texts) -> str:
    """That no claim was found; where texts could not be read, that those may hold some."""
    unread = f" {safe(texts('claims.unread', unread=phrases.unread(file, texts)), 200)}" if file.not_assessed else ""
    return f'<p class="rw-muted">{safe(texts("claims.none"))}{unread}</p>'


def history(log: Sequence[LogEntry], keys: frozenset[str], now: datetime, texts: Texts) -> str:
    """All that was said of the claim with ``keys``, oldest first; empty where that was at most one thing."""
    said = [entry for entry in log if entry.change is Change.judged and entry.arguments.get("claim") in keys]
    if len(said) < 2:
        return ""
    lines = "".join(f"<li>{_said(entry, now, texts)}</li>" for entry in said)
    head = safe(texts("claims.history", n=len(said)))
    return f'<details class="rw-small rw-history"><summary>{head}</summary><ol>{lines}</ol></details>'


def _said(entry: LogEntry, now: datetime, texts: Texts) -> str:
    more = " · ".join(str(entry.arguments[name]) for name in ("source", "note") if entry.arguments.get(name))
    truth = phrases.truth_word(entry.arguments.get("truth"), texts)
    line = f"{texts.moment(entry.at, now)} {entry.by}: {truth}"
    return safe(f"{line} ({more})" if more else line, 400)
