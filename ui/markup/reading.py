"""The Reading page: what was assessed and what was not, and for each language what reads it and how well."""

from ui.charts.strip import shares, strip
from ui.i18n import Texts
from ui.markup.safe import picture, safe
from ui.quality import Measured, measured
from ui.teaching import LanguageReading, ReadingPage

COLOURS = ("#3b5b92", "#7f9ac7", "#b3c3e0", "#9aa3b2", "#d5dae3")  # of languages, in the order of the page: no level's
TRAIN = "ripplewatch train text"
UNREAD_SHOWN = 12
FIGURES_SHOWN = 6  # sets of one model
_SIGNS = {"own": "●", "shipped": "●", "lexicon": "◐"}


def spread(page: ReadingPage, texts: Texts) -> str:
    """The posts of the last days as one bar by language, what was not assessed hatched; below it the names."""
    head = f'<h4 class="rw-panel">{safe(texts("reading.last_days", days=page.days))}</h4>'
    if not page.posts:
        return f'{head}<p class="rw-muted">{safe(texts("reading.none", days=page.days))}</p>'
    assessed = sum(one.counted.assessed for one in page.read) + sum(one.assessed for one in page.unread)
    share = texts("reading.share", share=texts.percent(assessed / page.posts), n=texts.number(page.posts))
    read = [(one.counted.assessed, _colour(place), False) for place, one in enumerate(page.read)]
    bar = picture(shares([*read, (page.posts - assessed, "", True)]), share, "rw-shares")
    keys = [
        f'<span><i class="rw-swatch" style="background:{_colour(place)}"></i>'
        f"{safe(texts.language_name(one.used.language))} <b>{safe(texts.number(one.counted.assessed))}</b></span>"
        for place, one in enumerate(page.read)
        if one.counted.assessed
    ]
    if page.posts > assessed:
        rest = safe(texts.number(page.posts - assessed))
        keys.append(
            f'<span><i class="rw-swatch rw-hatch"></i>{safe(texts("reading.not_assessed"))} <b>{rest}</b></span>'
        )
    return f'{head}<p><b>{safe(share)}</b></p>{bar}<p class="rw-keys">{" ".join(keys)}</p>{_unread(page, texts)}'


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _unread(page: ReadingPage, texts: Texts) -> str:
    missed = [(one.language, one.posts - one.assessed) for one in page.unread]
    missed += [(one.used.language, one.counted.posts - one.counted.assessed) for one in page.read]
    lost = sorted(((name, n) for name, n in missed if n), key=lambda item: -item[1])
    if not lost:
        return f'<p class="rw-small">{safe(texts("reading.all_assessed"))}</p>'
    words = ", ".join(f"{texts.language_name(name)} {texts.number(n)}" for name, n in lost[:UNREAD_SHOWN])
    words += " …" if len(lost) > UNREAD_SHOWN else ""
    label = safe(texts("reading.not_assessed"))
    return f'<p class="rw-small"><b>◌ {label}</b>: {safe(words, 600)}. {safe(texts("reading.not_assessed_note"))}</p>'


def languages(page: ReadingPage, texts: Texts) -> str:
    """A card for each language that is read."""
    cards = "".join(_card(one, page, texts) for one in page.read)
    teach = safe(texts("reading.teach", command=TRAIN), 300).replace(TRAIN, f"<code>{TRAIN}</code>")
    others = f" {safe(texts('reading.others', n=texts.number(page.others)))}." if page.others else ""
    return f'<div class="rw-sources rw-readings">{cards}</div><p class="rw-small">{teach}{others}</p>'


def _card(one: LanguageReading, page: ReadingPage, texts: Texts) -> str:
    used = one.used
    by = safe(texts(f"reading.by_{used.by}"))
    head = f"<h4>{_SIGNS[used.by]} {safe(texts.language_name(used.language))} <small>{by}</small></h4>"
    trouble = ""
    if used.trouble is not None:
        words = safe(texts("reading.trouble", reason=used.trouble), 300)
        trouble = f'<p class="rw-trouble"><b>✕</b> {words}</p>'
    cells = "".join(
        f"<div><span>{safe(texts(f'reading.{key}'))}</span><b>{safe(value, 60)}</b></div>"
        for key, value in _figures(one, page, texts).items()
    )
    disputed = ""
    if one.lessons.disputed:
        n = texts.number(len(one.lessons.disputed))
        disputed = f'<p class="rw-small">{safe(texts("reading.disputed", n=n))}</p>'
    figures = f'<div class="rw-known">{cells}</div>'
    return f'<div class="rw-source">{head}{trouble}{_quality(one, texts)}{figures}{disputed}</div>'


def _figures(one: LanguageReading, page: ReadingPage, texts: Texts) -> dict[str, str]:
    used, counted, said = one.used, one.counted, one.lessons.said
    figures = {"version": used.version}
    if used.made_at is not None:
        figures["made"] = texts.moment(used.made_at, page.now)
        figures["made_by"] = used.made_by or texts("unknown")
    complaints = sum(lesson.label for lesson in said)
    return figures | {
        "posts": texts.number(counted.posts),
        "complaints": texts.number(counted.complaints),
        "labels": texts.number(len(said)),
        "labels_complaints": texts.number(complaints),
    }


def _quality(one: LanguageReading, texts: Texts) -> str:
    found = measured(one.used)
    if not found:
        return f'<p class="rw-small"><b>{safe(texts("reading.unmeasured"))}</b></p>'
    rows = "".join(_row(figure, texts) for figure in found[:FIGURES_SHOWN])
    return f'<p class="rw-small">{safe(texts("reading.quality"))}</p><div class="rw-quality">{rows}</div>'


def _row(found: Measured, texts: Texts) -> str:
    value, low, high = found.macro_f1
    written = {"value": f"{value:.2f}", "low": f"{low:.2f}", "high": f"{high:.2f}"}
    words = texts("reading.measured", n=texts.number(found.n), **written)
    if found.calibration_error is not None:
        words += f" · {texts('reading.calibration')} {found.calibration_error:.2f}"
    name = next((texts(key) for key in (found.on, f"measured.{found.on}") if texts.has(key)), found.on)
    drawn = picture(strip(value, low, high), words, "rw-strip-svg")
    return f'<div><span>{safe(name, 60)}</span>{drawn}<span class="rw-small">{safe(words, 120)}</span></div>'
