"""What stands above the alerts, and what stands there when there are none."""

from datetime import datetime

from alerts.domain import Incident
from ui.i18n import Texts
from ui.looks import SourceLook
from ui.markup.safe import safe
from ui.pages import AlertsPage
from ui.recorded import translated


def top(page: AlertsPage, texts: Texts) -> str:
    """The label of a reconstruction or replay; then what is not seen, or that every source answered."""
    told = []
    if page.reconstruction:
        told.append(f"<b>{safe(translated(page.reconstruction, texts))}</b>")
    if page.recorded:
        told.append(safe(texts("recorded.time", time=texts.full(page.now))))
    label = f'<div class="rw-strip rw-told"><span>{" · ".join(told)}</span></div>' if told else ""
    return label + ("" if page.recorded else _seen(page, texts))


def _seen(page: AlertsPage, texts: Texts) -> str:
    if page.last_tick_at is None and not page.sources:
        return _strip("", [texts("strip.never_ran")], unseen=True)
    sentences = [_silence(look, page.now, texts) for look in page.sources if not look.fine]
    if page.stalled is not None:
        return _strip(
            dots(page, texts), [texts("strip.stopped", duration=texts.duration(page.stalled)), *sentences], True
        )
    if sentences:
        return _strip(dots(page, texts), [*sentences, texts("strip.unseen")], unseen=True)
    last = last_look(page)
    if last is None:
        return _strip("", [texts("strip.never_ran")], unseen=True)
    fine = texts("strip.fine", n=len(page.sources), ago=texts.ago(last, page.now))
    return _strip(dots(page, texts), [fine], unseen=False)


def _strip(front: str, sentences: list[str], unseen: bool) -> str:
    words = "".join(f"<span>{safe(sentence)}</span>" for sentence in sentences)
    return f'<div class="rw-strip{" rw-unseen" if unseen else ""}" role="status">{front}{words}</div>'


def dots(page: AlertsPage, texts: Texts) -> str:
    """One mark a source: a full circle where it answers, a cross where it is silent."""
    ordered = sorted(page.sources, key=lambda look: (not look.fine, look.source))
    return f'<span class="rw-dots">{"".join(_dot(look, page.now, texts) for look in ordered)}</span>'


def _dot(look: SourceLook, now: datetime, texts: Texts) -> str:
    style, sign = ("rw-on", "●") if look.fine else ("rw-off", "✕")
    return f'<span class="{style}" title="{safe(_hint(look, now, texts))}">{sign}</span>'


def _hint(look: SourceLook, now: datetime, texts: Texts) -> str:
    if look.fine and look.last_success_at is not None:
        return texts("strip.source_fine", source=look.source, ago=texts.ago(look.last_success_at, now))
    return _silence(look, now, texts)


def _silence(look: SourceLook, now: datetime, texts: Texts) -> str:
    if look.last_success_at is None:
        words = texts("strip.never", source=look.source)
    else:
        words = texts("strip.silent", source=look.source, duration=texts.duration(now - look.last_success_at))
    return f"{words} ({look.reason.rstrip('.')})." if look.reason else f"{words}."


def last_look(page: AlertsPage) -> datetime | None:
    """When a source last answered."""
    return max((look.last_success_at for look in page.sources if look.last_success_at is not None), default=None)


def empty(page: AlertsPage, texts: Texts) -> str:
    """Says apart: hidden by filters; looked at and found nothing; not looked at, which is no all-clear."""
    last, fine = last_look(page), sum(look.fine for look in page.sources)
    if page.hidden:
        return _empty(texts("empty.filtered_title"), [texts("empty.filtered", n=page.hidden)])
    if page.recorded:
        return _empty(texts("empty.title"), [texts("empty.recorded")])
    if last is None:
        return _empty(texts("empty.blind_title"), [texts("empty.blind"), texts("empty.blind_hint")])
    when = texts.moment(last, page.now)
    if fine < len(page.sources) or page.stalled is not None:
        return _empty(texts("empty.partly_title"), [texts("empty.partly", n=fine, total=len(page.sources), time=when)])
    return _empty(texts("empty.title"), [texts("empty.seen", n=fine, time=when)])


def _empty(head: str, lines: list[str]) -> str:
    words = "".join(f"<p>{safe(line)}</p>" for line in lines)
    return f'<div class="rw-empty"><h3>{safe(head)}</h3>{words}</div>'


def folded_line(name: str, incident: Incident, page: AlertsPage, texts: Texts) -> str:
    """Until when it is snoozed; when and how it was closed."""
    if name == "snoozed" and incident.snoozed_until is not None:
        return safe(texts("snoozed.line", until=texts.moment(incident.snoozed_until, page.now)))
    closed = safe(texts("closed.line", time=texts.moment(incident.resolved_at or incident.updated_at, page.now)))
    if incident.verdict is None:
        return closed
    return f"{closed} · {safe(texts(f'verdict.{incident.verdict.value}'))}"
