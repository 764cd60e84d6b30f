"""An alert card as HTML: what and how bad, where it goes, why the program thinks so. Read in ten seconds."""

from dataclasses import replace

from alerts.casefile import CaseFile
from alerts.domain import Incident, Part, Status
from monitor.domain import Post
from ui.charts.spark import sparkline
from ui.i18n import Texts
from ui.markup import phrases
from ui.markup.claims import case_truth
from ui.markup.level import level_mark
from ui.markup.safe import handle, picture, safe
from ui.markup.topics import described
from ui.theme import LEVELS


def card(file: CaseFile, texts: Texts) -> str:
    """The whole card but its buttons."""
    return (
        f'<div class="rw-card">{_what(file, texts)}{_where(file, texts)}'
        f"{_why(file.incident, texts)}{_facts(file, texts)}</div>"
    )


def _what(file: CaseFile, texts: Texts) -> str:
    incident = file.incident
    line = [
        safe(file.brand_title, 60),
        safe(phrases.why(incident, texts)),
        safe(texts("card.started", time=texts.moment(incident.started_at, file.now))),
        safe(texts("card.fired", time=texts.moment(incident.fired_at, file.now))),
    ]
    return (
        '<div class="rw-what">'
        f'<p class="rw-line">{level_mark(incident, texts)} · {" · ".join(line)}</p>'
        f"{_headline(file, texts)}{described(file.topic, texts)}{_by(file, texts)}</div>"
    )


def _headline(file: CaseFile, texts: Texts) -> str:
    """Title and quotation; the quotation alone where the title is just its beginning."""
    if file.claim is not None and phrases.title_quotes(file.incident, file):
        return (
            f'<h3 class="rw-title"><q dir="auto">{safe(file.claim.text, 150)}</q> {_language(file.claim, texts)}</h3>'
        )
    return f'<h3 class="rw-title">{safe(phrases.title(file.incident, file, texts), 110)}</h3>{quote(file, texts)}'


def _language(post: Post, texts: Texts) -> str:
    code = post.language or (post.assessment.language if post.assessment else None)
    return f'<span class="rw-tag">{safe(texts.language_name(code))}</span>'


def quote(file: CaseFile, texts: Texts) -> str:
    """The claim in the words of its author, with the name of the language."""
    if file.claim is None:
        return f'<p class="rw-quote rw-muted">{safe(texts("card.no_text"))}</p>'
    return f'<p class="rw-quote"><q dir="auto">{safe(file.claim.text, 200)}</q> {_language(file.claim, texts)}</p>'


def _by(file: CaseFile, texts: Texts) -> str:
    pieces = []
    if file.origin is not None:
        known = file.origin.followers
        followers = texts("card.followers_unknown")
        if known is not None:
            followers = texts("card.followers", n=texts.number(known))
        pieces.append(f"{safe(texts('card.begun_by'))} <b>{handle(file.origin.handle)}</b> ({safe(followers)})")
    others = [c for c in file.carriers if c.role != "origin"][:2]
    if others:
        names = ", ".join(f"<b>{handle(carrier.handle)}</b>" for carrier in others)
        pieces.append(f"{safe(texts('card.carried_by'))} {names}")
    pieces.append(case_truth(file, texts, beside=file.claim.text if file.claim else "–"))
    if file.incident.latest:
        newest = max(file.incident.latest, key=lambda finding: finding.level)
        name = newest.detector.replace("_", "-")
        pieces.append(safe(texts("card.rule", rule=name, version=newest.rule_version)))
    return f'<p class="rw-by">{" · ".join(pieces)}</p>'


def _where(file: CaseFile, texts: Texts) -> str:
    now = texts.moment(file.now, file.now)
    alternative = texts("card.curve_alt", size=texts.number(file.size), time=now)
    colour = LEVELS[file.incident.level].colour
    image = picture(sparkline(file.growth, file.outlook, file.now, colour), alternative, "rw-spark")
    likely, when = phrases.tonight(file, texts)
    under = safe(texts("card.curve")) + (f" · {safe(phrases.band(file, texts))}" if likely else "")
    forecast = f'<p class="rw-figure">{safe(likely)}</p>' if likely else ""
    return (
        f'<div class="rw-curve">{image}<p class="rw-small">{under}</p></div>'
        f'<div class="rw-now"><p class="rw-figure">{safe(texts.number(file.last_hour))}</p>'
        f'<p class="rw-small">{safe(phrases.last_hour(file, texts))}</p>'
        f'{forecast}<p class="rw-small{"" if likely else " rw-alone"}">{safe(when)}</p></div>'
    )


def _why(incident: Incident, texts: Texts) -> str:
    colour = LEVELS[incident.level].colour
    bars = "".join(_bar(part, colour, texts) for part in phrases.parts(incident))
    return f'<div class="rw-why">{bars}</div>'


def _bar(part: Part, colour: str, texts: Texts) -> str:
    name = texts(f"part.{part.name}") if texts.has(f"part.{part.name}") else part.name.replace("_", " ")
    fill, tick = scaled(part)
    paint = f"background:{colour}" if part.crossed else ""
    threshold = phrases.part_value(Part(part.name, part.threshold, part.threshold), texts)
    return (
        f'<div class="rw-part" title="{safe(texts("value.threshold", value=threshold))}">'
        f"<span>{safe(name)}</span>"
        f'<span class="rw-bar"><i style="width:{100 * fill:.0f}%;{paint}"></i>'
        f'<b style="left:{100 * tick:.0f}%"></b></span>'
        f'<span class="rw-value">{safe(phrases.part_value(_bare(part), texts), 40)}</span></div>'
    )


def _bare(part: Part) -> Part:
    """Without the number of texts at the last look: the facts below tell how many there are by now."""
    return replace(part, n=None) if part.name == "complaints" else part


def scaled(part: Part) -> tuple[float, float]:
    """How long the bar is and where its threshold stands, 0..1. Shares are drawn as they are; counts end softly.

    >>> scaled(Part("complaints", 0.71, 0.5)), scaled(Part("depth", 6, 6))
    ((0.71, 0.5), (0.5, 0.5))
    """
    value = max(0.0, part.value or 0.0)
    if part.name in {"complaints", "forecast"} and max(value, part.threshold) <= 1:
        return value, part.threshold
    if part.threshold <= 0:
        return min(1.0, value), 0.0
    ratio = value / part.threshold
    return (0.5 * ratio if ratio <= 1 else 1 - 0.5 / ratio), 0.5


def _facts(file: CaseFile, texts: Texts) -> str:
    pieces = [_complaints(file, texts), safe(texts.count("card.accounts", file.accounts))]
    pieces.append(safe(phrases.doubling(file, texts)))
    return f'<p class="rw-facts">{" · ".join(pieces)}<br>{arrivals(file, texts)}</p>'


def _complaints(file: CaseFile, texts: Texts) -> str:
    missing = f" · {safe(phrases.unread(file, texts))}" if file.not_assessed else ""
    if file.complaint_share is None:
        return safe(texts("card.none_assessed")) + missing
    share = texts("card.complaints", share=texts.percent(file.complaint_share))
    of = texts.count("card.of_assessed", file.assessed, languages=phrases.languages(file))
    return f"<b>{safe(share)}</b> {safe(of)}{missing}"


def arrivals(file: CaseFile, texts: Texts) -> str:
    """The sites in the order in which the case reached them; the jump to the press stands out."""
    steps = []
    for site in (site for site in file.sites if not site.press):
        steps.append(f"{safe(site.source, 30)} {safe(texts.moment(site.at, file.now))}")
    if file.press_at is not None:
        steps.append(f"<b>{safe(texts('card.press', time=texts.moment(file.press_at, file.now)))}</b>")
    else:
        steps.append(safe(texts("card.no_press")))
    return " → ".join(steps[:-1]) + (" → " if file.press_at and steps[:-1] else " · " if steps[:-1] else "") + steps[-1]


def standing(file: CaseFile, texts: Texts) -> str:
    """Who has it and since when, or for how long nobody has."""
    incident = file.incident
    pieces = []
    if incident.snoozed_until is not None and incident.snoozed_until > file.now:
        pieces.append(safe(texts("card.snoozed", until=texts.moment(incident.snoozed_until, file.now))))
    if incident.status is Status.resolved:
        closed = texts.moment(incident.resolved_at or incident.updated_at, file.now)
        pieces.append(safe(texts("card.closed", time=closed)))
        if incident.verdict:
            pieces.append(safe(texts("card.verdict", verdict=texts(f"verdict.{incident.verdict.value}"))))
    elif incident.acked_by and incident.acked_at and incident.status is Status.acked:
        acked = texts("card.acked_short", who=incident.acked_by, time=texts.moment(incident.acked_at, file.now))
        pieces.append(f"<b>{safe(acked)}</b>")
    else:
        waiting = texts.duration(file.now - incident.fired_at)
        pieces.append(f'<b class="rw-alarm">{safe(texts("card.unanswered", duration=waiting))}</b>')
    if incident.owner:
        pieces.append(f"{safe(texts('card.owner', who=incident.owner))}")
    return f'<p class="rw-standing">{" · ".join(pieces)}</p>'
