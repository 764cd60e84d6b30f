"""From a case file to a message: subject, plain text, HTML, one picture, and the ids that hold a thread together."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from alerts.casefile import CaseFile
from alerts.domain import Change, Delivery, Incident, Level, LogEntry, Person
from alerts.messages.chart import chart_png
from alerts.messages.columns import filled
from alerts.messages.letter import Earlier, compose
from alerts.messages.sentences import joined
from alerts.messages.words import Words
from alerts.notifiers.base import Message
from graph.domain import GrowthPoint

KINDS = ("level", "doubled", "resolved")
_DOMAIN = "ripplewatch.invalid"
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a level looks: never by colour alone."""

    colour: str
    on_dark: str
    shape: str


MARKS: dict[Level | None, Mark] = {
    Level.crisis: Mark("#b42318", "#ff8f85", "◆"),
    Level.escalate: Mark("#c4530a", "#ffa15c", "▲"),
    Level.review: Mark("#946200", "#e5b454", "●"),
    Level.watch: Mark("#3b5b92", "#93b2ea", "■"),
    None: Mark("#1a7f4b", "#63cf98", "✓"),
}


def kind_of(delivery: Delivery) -> str:
    """Which kind of message a delivery asks for: the first word of its step, else "level"."""
    first = delivery.step.partition(":")[0]
    return first if first in KINDS else "level"


def render(
    casefile: CaseFile,
    kind: str,
    person: Person,
    delivery: Delivery,
    board_url: str | None = None,
    earlier: Earlier | None = None,
    zone: tzinfo = UTC,
) -> Message:
    """The message to ``person`` about the case; ``kind`` is one of KINDS, times in the person's zone, else ``zone``.

    ``earlier`` is what the person was told last. Every text in it that a stranger wrote is harmless for its place.
    """
    shown_in = ZoneInfo(person.time_zone) if person.time_zone else zone
    words = Words(person.language, shown_in, casefile.now)
    letter = compose(casefile, kind, person, delivery, words, board_url, earlier)
    mark = MARKS[letter.level]
    chart = chart_png(casefile, mark.colour, shown_in, with_band=letter.level is not None)
    places = {"letter": letter, "mark": mark, "has_chart": chart is not None, "spark": _sparkline(casefile.growth)}
    return Message(
        subject=letter.subject,
        text=_lay_out("mail.txt.j2", places),
        html=_lay_out("mail.html.j2", places),
        chart_png=chart,
        message_id=message_id(delivery),
        thread_id=thread_id(delivery.incident),
        facts={"size": casefile.size, "level": letter.level.name if letter.level else "over"},
    )


def message_id(delivery: Delivery) -> str:
    """An id that is the same whenever this delivery is sent again."""
    parts = (delivery.incident, delivery.step, str(delivery.loop), delivery.recipient, delivery.channel)
    return _id("message", *parts)


def thread_id(incident: str) -> str:
    """The id that every message about ``incident`` refers to."""
    return _id("case", incident)


def _id(what: str, *parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"<{what}.{digest[:32]}@{_DOMAIN}>"


@cache
def _environment() -> Environment:
    """Templates; what ends in .html.j2 is escaped, and a place that nothing fills is an error."""
    environment = Environment(
        loader=PackageLoader("alerts.messages"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"filled": filled, "joined": joined}
    return environment


def _lay_out(template: str, places: dict[str, object]) -> str:
    try:
        return _environment().get_template(template).render(places)
    except TemplateError as error:
        raise ValueError(f"{template}: {error}") from error


def _sparkline(growth: Sequence[GrowthPoint], columns: int = 32) -> str:
    """The curve in one line of text; empty where there is none."""
    if len(growth) < 2 or growth[-1].at <= growth[0].at:
        return ""
    step = (growth[-1].at - growth[0].at) / columns
    sizes = [_size_at(growth, growth[0].at + step * (i + 1)) for i in range(columns)]
    return "".join(_BARS[min(7, 8 * size // (sizes[-1] + 1))] for size in sizes)


def _size_at(growth: Sequence[GrowthPoint], at: datetime) -> int:
    return max((point.size for point in growth if point.at <= at), default=0)


@dataclass(frozen=True, slots=True)
class CaseRenderer:
    """Renders a delivery by reading its case: what the outbox calls."""

    read: Callable[[Incident, datetime], CaseFile]
    board_url: str | None = None
    zone: tzinfo = UTC

    def __call__(
        self, incident: Incident, delivery: Delivery, person: Person, history: Sequence[LogEntry], now: datetime
    ) -> Message:
        """The message for ``delivery``, with the case as known at ``now``."""
        casefile = self.read(incident, now)
        return render(
            casefile, kind_of(delivery), person, delivery, self.board_url, last_told(history, person), self.zone
        )


def last_told(history: Sequence[LogEntry], person: Person) -> Earlier | None:
    """What ``person`` was told last according to the incident's history; None where that was nothing."""
    told = [entry for entry in history if entry.change is Change.told and entry.arguments.get("to") == person.name]
    if not told:
        return None
    last = max(told, key=lambda entry: entry.at)
    size = last.arguments.get("size")
    return Earlier(last.at, size if isinstance(size, int) else None)
