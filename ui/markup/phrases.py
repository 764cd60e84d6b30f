"""What the board says about a case, as plain text: figures with their denominators, and what is not known."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum

from alerts.casefile import CaseFile
from alerts.domain import Incident, Judgement, Level, Part
from alerts.messages.wording import shortened
from ui.charts.ahead import at
from ui.i18n import Texts

_STILL = timedelta(days=3)
_LATE = timedelta(hours=3)  # so shortly before midnight, "tonight" is no time to plan for
_PARTS = (
    "growth",
    "complaints",
    "spread",
    "depth",
    "reach",
    "harm_words",
    "forecast",
    "followers",
    "mentions",
    "reposts",
)
BARS = 6
UNREAD = 4  # languages named among those not assessed


def title(incident: Incident, file: CaseFile | None, texts: Texts) -> str:
    """What the incident is called: its title, else the first words of the claim, else the kind of finding."""
    if incident.title:
        return incident.title
    if file is not None and file.claim is not None and file.claim.text.strip():
        return file.claim.text
    return why(incident, texts)


def title_quotes(incident: Incident, file: CaseFile) -> bool:
    """Whether the title is just the first words of the claim."""
    start = incident.title.rstrip(" .…")
    return file.claim is not None and " ".join(file.claim.text.split()).startswith(start)


def why(incident: Incident, texts: Texts) -> str:
    """Why it was opened, in a few words."""
    key = f"why.{incident.kind}"
    return texts(key) if texts.has(key) else incident.kind.replace("_", " ")


def parts(incident: Incident) -> tuple[Part, ...]:
    """At most six parts of the score, one of each name, in the usual order; those that crossed are never left out."""
    named: dict[str, Part] = {}
    for finding in sorted(incident.latest, key=lambda finding: (-finding.level, -len(finding.parts), finding.detector)):
        for part in finding.parts:
            named.setdefault(part.name, part)
    order = {name: place for place, name in enumerate(_PARTS)}
    ranked = sorted(named.values(), key=lambda part: (not part.crossed, order.get(part.name, len(order))))
    return tuple(sorted(ranked[:BARS], key=lambda part: order.get(part.name, len(order))))


def part_value(part: Part, texts: Texts) -> str:
    """The figure of a part with its denominator or expectation."""
    if part.value is None:
        return texts("unknown")
    if part.name == "harm_words":
        return shortened(part.note, 24) if part.note else f"{part.value:.0f}"
    if part.name == "complaints":
        value = texts.percent(part.value)
        return texts("value.complaints", value=value, n=texts.number(part.n)) if part.n is not None else value
    if part.name == "forecast":
        return texts("value.forecast", value=texts.percent(part.value)) if part.value <= 1 else texts.short(part.value)
    if part.name == "mentions" and part.expected is not None:
        return texts("value.mentions", value=texts.short(part.value), expected=_small(part.expected))
    if part.name in {"growth", "spread", "depth"}:
        return texts.count(f"value.{part.name}", part.value, _small(part.value))
    return texts.short(part.value)


def _small(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"


def tonight(file: CaseFile, texts: Texts) -> tuple[str, str]:
    """The likely size and by when: local midnight, late in the evening the next noon; ("", why) without a forecast."""
    if not file.outlook:
        return "", texts("card.no_forecast")
    local = file.now.astimezone(texts.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    late = midnight - local < _LATE
    until = midnight + timedelta(hours=12) if late else midnight
    step = at(file.outlook, file.size, (until - local) / timedelta(hours=1))
    return texts.span(step.low, step.high), texts("card.tomorrow", time="12:00") if late else texts("card.tonight")


def band(file: CaseFile, texts: Texts) -> str:
    """What the forecast's band means, and how often such bands held."""
    forecast = file.forecast
    if forecast is None or forecast.coverage is None or forecast.coverage_n is None:
        return texts("card.band_unmeasured")
    held = texts.number(round(forecast.coverage * forecast.coverage_n))
    return texts("card.band", held=held, n=texts.number(forecast.coverage_n))


def doubling(file: CaseFile, texts: Texts) -> str:
    """How fast it doubles; a last doubling that took days is none."""
    if file.doubling is None or file.doubling > _STILL:
        return texts("card.not_doubling")
    return texts("card.doubling", duration=texts.duration(file.doubling))


def last_hour(file: CaseFile, texts: Texts) -> str:
    """What stands under the count of the last hour."""
    if file.expected_hour is None:
        return texts("card.expected_unknown")
    return texts("card.last_hour_expected", expected=_small(file.expected_hour))


def languages(file: CaseFile) -> str:
    """The assessed texts by language, most first: "en 590, ko 48"."""
    ranked = sorted(file.by_language.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{code} {count:,}" for code, count in ranked)


def unread(file: CaseFile, texts: Texts, key: str = "card.not_assessed") -> str:
    """How many texts were not assessed, of how many, in which languages: "12 of 40 not assessed: ja 9, unknown 3"."""
    ranked = sorted(file.unread.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{code or texts('unknown')} {texts.number(count)}" for code, count in ranked[:UNREAD]]
    which = ", ".join([*named, "…"] if len(ranked) > UNREAD else named) or texts("unknown")
    count, total = texts.number(file.not_assessed), texts.number(file.texts)
    return texts(key, n=count, total=total, languages=which)


def said_by(said: Judgement, now: datetime, texts: Texts) -> str:
    """Who said it and when: "A. Kim, 14:05"."""
    return texts("claims.by", who=shortened(said.by, 60), time=texts.moment(said.at, now))


def truth_word(truth: object, texts: Texts) -> str:
    """The word for a state of truth as a log holds it."""
    key = f"truth.{truth}"
    return texts(key) if texts.has(key) else str(truth)


def sentence(file: CaseFile, texts: Texts) -> str:
    """The case in one or two sentences."""
    accounts = texts.count("card.accounts", file.accounts)
    size = texts("case.size", size=texts.number(file.size), accounts=accounts)
    sites = texts.count("case.sites", len(file.sites))
    pressed = (
        texts("case.press", time=texts.moment(file.press_at, file.now)) if file.press_at else texts("card.no_press")
    )
    likely, when = tonight(file, texts)
    outlook = texts("case.outlook", range=likely, when=when) if likely else when
    return f"{size}; {sites}, {pressed}. {outlook[0].upper()}{outlook[1:]}."


def filled(key: str, arguments: Mapping[str, object], now: datetime, texts: Texts) -> str:
    """The text ``key`` with moments, levels and numbers written as the reader expects; names stay as they are."""
    return texts.filled(key, {name: _written(name, value, now, texts) for name, value in arguments.items()})


def _written(name: str, value: object, now: datetime, texts: Texts) -> str:
    if value is None:
        return texts("unknown")
    if isinstance(value, datetime):
        return texts.moment(value, now)
    if name == "until":
        return texts.moment(datetime.fromisoformat(str(value)), now)
    if name == "level":
        return _level(value, texts)
    if name == "truth":
        return truth_word(value, texts)
    if isinstance(value, Enum):
        return str(value.value)
    return texts.number(value) if isinstance(value, int | float) else str(value)


def _level(value: object, texts: Texts) -> str:
    named = Level(value).name if isinstance(value, int) else str(value)
    return texts(f"level.{named}") if texts.has(f"level.{named}") else named
