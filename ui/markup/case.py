"""The texts and tables of the Case page as HTML."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from alerts.casefile import Carrier, CaseFile
from alerts.domain import Change, LogEntry
from alerts.messages.wording import shortened
from monitor.recording import KnownMoment
from ui.i18n import Texts
from ui.markup import phrases
from ui.markup.card import arrivals, standing
from ui.markup.claims import case_truth
from ui.markup.level import level_mark
from ui.markup.safe import handle, safe
from ui.markup.sources import said
from ui.markup.topics import described
from ui.next_steps import NextStep
from ui.recorded import translated
from ui.sight import Blind

CARRIERS_SHOWN = 8
SIGNS = "①②③④⑤⑥⑦⑧⑨"  # of known moments, here and in the curve


def head(file: CaseFile, texts: Texts) -> str:
    """Level, brand and times; the title; the case in two sentences; who has it."""
    incident = file.incident
    line = (
        safe(file.brand_title, 60),
        safe(phrases.why(incident, texts)),
        safe(texts("card.started", time=texts.moment(incident.started_at, file.now))),
        safe(texts("card.fired", time=texts.moment(incident.fired_at, file.now))),
        case_truth(file, texts),
    )
    return (
        f'<div class="rw-head"><p class="rw-line">{level_mark(incident, texts)} · {" · ".join(line)}</p>'
        f"<h2>{safe(phrases.title(incident, file, texts), 140)}</h2>{described(file.topic, texts)}"
        f'<p class="rw-sentence">{safe(phrases.sentence(file, texts), 600)}</p>{standing(file, texts)}</div>'
    )


def early(file: CaseFile, moments: Sequence[KnownMoment], texts: Texts) -> str:
    """How long before the known moments of a recorded case it was noticed; empty where none are known."""
    if moments:
        rows = "".join(_early(sign, moment, file, texts) for sign, moment in zip(SIGNS, moments, strict=False))
    else:
        rows = "".join(f"<div><b>{safe(value, 200)}</b> {safe(name, 200)}</div>" for name, value in file.extra.items())
    return f'<div class="rw-early"><b>{safe(texts("case.ahead"))}</b>{rows}</div>' if rows else ""


def _early(sign: str, moment: KnownMoment, file: CaseFile, texts: Texts) -> str:
    gap = moment.at - file.incident.fired_at
    key = "case.before" if gap >= timedelta(0) else "case.after"
    lead = safe(texts(key, duration=texts.duration(abs(gap))))
    return f"<div>{sign} <b>{lead}</b> {safe(translated(moment.text, texts), 200)}</div>"


def known(file: CaseFile, texts: Texts) -> str:
    """The figures of the spread, each with its name."""
    share = texts.percent(file.complaint_share)
    of = texts("value.complaints", value=share, n=texts.number(file.assessed)) if file.assessed else texts("unknown")
    figures = {
        texts("part.complaints"): of,
        **(
            {texts("case.not_assessed"): phrases.unread(file, texts, "case.not_assessed_value")}
            if file.not_assessed
            else {}
        ),
        texts("case.doubling"): phrases.doubling(file, texts),
        texts("case.depth"): texts.count("value.depth", file.depth),
        texts("case.virality"): texts("unknown") if file.virality is None else f"{file.virality:.1f}",
        texts("case.explicit"): texts.percent(file.explicit_share),
        texts("case.reach"): texts.short(file.reach),
    }
    cells = "".join(f"<div><span>{safe(name)}</span><b>{safe(value)}</b></div>" for name, value in figures.items())
    where = f'<p class="rw-small">{safe(texts("case.sites_title"))}: {arrivals(file, texts)}</p>'
    return f'<div class="rw-known">{cells}</div>{where}'


def blind(spots: Mapping[str, Sequence[Blind]], texts: Texts) -> str:
    """For each site of the incident what its evidence lacks."""
    lines = (
        f"<li><b>{safe(site, 40)}</b>: {safe('; '.join(said(spot, texts) for spot in own) or '–', 900)}</li>"
        for site, own in spots.items()
    )
    return f'<ul class="rw-gaps">{"".join(lines)}</ul>'


def carriers(file: CaseFile, texts: Texts) -> str:
    """Who carried it: role, reposts caused, share, followers, next step."""
    if not file.carriers:
        return f'<p class="rw-muted">{safe(texts("case.no_cascade"))}</p>'
    heads = (("account", ""), ("role", "rw-wide"), ("caused", "rw-n"), ("share", "rw-n"), ("followers", "rw-n rw-wide"))
    head_row = "".join(f'<th class="{style}">{safe(texts(f"case.{name}"))}</th>' for name, style in heads)
    rows = "".join(_carrier(carrier, texts) for carrier in file.carriers[:CARRIERS_SHOWN])
    return (
        f'<table class="rw-table"><thead><tr>{head_row}<th>{safe(texts("case.next_step"))}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _carrier(carrier: Carrier, texts: Texts) -> str:
    name = f"<b>{handle(carrier.handle)}</b>" if carrier.handle else safe(texts("card.not_named"))
    role = texts(f"role.{carrier.role}") if texts.has(f"role.{carrier.role}") else carrier.role
    step = texts(f"step.{carrier.role}") if texts.has(f"step.{carrier.role}") else ""
    return (
        f'<tr><td>{name} <span class="rw-small">{safe(carrier.account.source, 30)}</span></td>'
        f'<td class="rw-wide">{safe(role)}</td><td class="rw-n">{safe(texts.number(carrier.caused))}</td>'
        f'<td class="rw-n">{safe(texts.percent(carrier.share))}</td>'
        f'<td class="rw-n rw-wide">{safe(texts.number(carrier.followers))}</td><td>{safe(step)}</td></tr>'
    )


def timeline(file: CaseFile, log: Sequence[LogEntry], ahead: Sequence[NextStep], texts: Texts) -> str:
    """What was done and by whom, oldest first; then what happens next unless somebody acts."""
    now = file.now
    quotes = {key: claim.quote for claim in file.claims for key in claim.keys}
    done = "".join(_done(entry, quotes, now, texts) for entry in log)
    steps = "".join(_next(step, now, texts) for step in ahead)
    nothing = "" if log else f'<tr><td colspan="2" class="rw-muted">{safe(texts("case.nothing_done"))}</td></tr>'
    return f'<table class="rw-table"><tbody>{nothing}{done}{steps}</tbody></table>'


def _done(entry: LogEntry, quotes: Mapping[str, str], now: datetime, texts: Texts) -> str:
    by = texts("program") if entry.by == "ripplewatch" else entry.by
    key, told = f"log.{entry.change.value}", {"by": by, **entry.arguments}
    if entry.change is Change.judged:
        claim = str(entry.arguments.get("claim") or "")
        key = key if claim else "log.judged_whole"
        told["quote"] = shortened(quotes.get(claim, texts("claims.gone")), 90)
    words = phrases.filled(key, told, now, texts)
    return f'<tr><td class="rw-n">{safe(texts.moment(entry.at, now))}</td><td>{safe(words, 500)}</td></tr>'


def _next(step: NextStep, now: datetime, texts: Texts) -> str:
    words = phrases.filled(f"next.{step.key}", step.arguments, now, texts)
    style = "rw-next" if step.urgent else "rw-later"
    return f'<tr class="{style}"><td class="rw-n">{safe(texts("next.label"))}</td><td>{safe(words, 400)}</td></tr>'
