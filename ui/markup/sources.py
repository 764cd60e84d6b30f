"""The Sources page: each source with what it brings, how late, and what it cannot see."""

from collections.abc import Sequence
from datetime import timedelta

from alerts.messages.words import Words
from ui.i18n import Texts
from ui.looks import SourceRow
from ui.markup.safe import safe
from ui.pages import SourcesPage
from ui.sight import Blind


def table(page: SourcesPage, texts: Texts) -> str:
    """A card for each source: state first, then figures, then what it cannot see."""
    return f'<div class="rw-sources">{"".join(_card(row, page, texts) for row in page.rows)}</div>'


def _card(row: SourceRow, page: SourcesPage, texts: Texts) -> str:
    style, sign = ("rw-on", "●") if row.look.fine else ("rw-off", "✕")
    name = _name(row.name, page, texts) + (f" · {texts('sources.stream')}" if row.is_stream else "")
    head = (
        f'<h4><span class="{style}">{sign}</span> {safe(name, 60)} <small>{safe(_state(row, page, texts))}</small></h4>'
    )
    trouble = ""
    if not row.look.fine:
        reason = f"{safe(row.look.reason, 300)}. " if row.look.reason else ""
        trouble = f'<p class="rw-trouble">{reason}{safe(texts("sources.meaning"))}</p>'
    elif row.is_catching_up:
        trouble = f'<p class="rw-trouble rw-muted">{safe(texts("sources.catching_up"))}</p>'
    cells = "".join(
        f"<div><span>{safe(texts(f'sources.{key}'))}</span><b>{safe(value)}</b></div>"
        for key, value in _figures(row, page, texts).items()
    )
    silent = "" if row.look.fine else " rw-silent"
    figures = f'<div class="rw-known">{cells}</div>'
    return f'<div class="rw-source{silent}">{head}{trouble}{figures}{_blind(row.blind, texts)}</div>'


def _name(source: str, page: SourcesPage, texts: Texts) -> str:
    """What people call the site, with the name of its section where that is another word."""
    called = Words(texts.language, texts.zone, page.now).name_of_site(source)
    called = called[:1].upper() + called[1:]
    return called if called.casefold().replace(" ", "") == source else f"{called} ({source})"


def _state(row: SourceRow, page: SourcesPage, texts: Texts) -> str:
    if row.look.fine:
        return texts("sources.fine")
    if row.look.last_success_at is None:
        return texts("sources.never")
    return texts("sources.failing", duration=texts.duration(page.now - row.look.last_success_at))


def _figures(row: SourceRow, page: SourcesPage, texts: Texts) -> dict[str, str]:
    last, newest, following = row.look.last_success_at, row.newest_post_at, row.next_check_at
    figures = {
        "lag": texts("unknown") if row.lag is None else _short(row.lag, texts),
        "last": texts("unknown") if last is None else texts.ago(last, page.now),
        "newest": texts("unknown") if newest is None else texts.ago(newest, page.now),
        "posts": texts.number(row.posts),
        "dropped": texts.number(row.dropped),
    }
    if not row.is_stream:
        soon = following is None or following <= page.now
        figures["next"] = texts("sources.now") if soon or following is None else texts.moment(following, page.now)
    return figures


def _short(lag: timedelta, texts: Texts) -> str:
    return f"{lag.total_seconds():.0f} s" if lag < timedelta(minutes=2) else texts.duration(lag)


def _blind(spots: Sequence[Blind], texts: Texts) -> str:
    if not spots:
        return ""
    words = "; ".join(said(spot, texts) for spot in spots)
    return f'<p class="rw-small"><b>{safe(texts("blind.cannot"))}</b>: {safe(words, 900)}</p>'


def said(spot: Blind, texts: Texts) -> str:
    """One blind spot in words."""
    key, number = spot
    return texts(key) if number is None else texts(key, n=texts.number(number))


def gaps(page: SourcesPage, texts: Texts) -> str:
    """The times in which something was missed, newest first; nothing where nothing was."""
    if not page.gaps:
        return ""
    lines = "".join(
        "<li>"
        + safe(
            texts(
                "sources.gap",
                source=source,
                since=texts.moment(gap.since, page.now),
                until=texts.moment(gap.until, page.now),
                reason=gap.reason,
            ),
            400,
        )
        + "</li>"
        for source, gap in page.gaps
    )
    return f'<h4 class="rw-panel">{safe(texts("sources.gaps"))}</h4><ul class="rw-gaps">{lines}</ul>'


def empty(page: SourcesPage, texts: Texts) -> str:
    """What stands there when nothing was ever asked."""
    if page.is_recorded:
        return f'<div class="rw-empty"><p>{safe(texts("sources.recorded"))}</p></div>'
    return (
        f'<div class="rw-empty"><h3>{safe(texts("sources.none_title"))}</h3><p>{safe(texts("sources.none"))}</p></div>'
    )
