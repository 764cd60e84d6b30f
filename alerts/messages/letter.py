"""A message before it is laid out: every sentence that the mail holds, in order, as plain text.

The plain and the HTML body are two layouts of the same letter, so neither can say less than the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote as percent_encoded

from alerts.casefile import CaseFile
from alerts.domain import Delivery, Incident, Level, Person, Status
from alerts.messages import sentences
from alerts.messages.chart import shown_outlook
from alerts.messages.claims import claims
from alerts.messages.subject import subject
from alerts.messages.wording import safe_to_open
from alerts.messages.words import Words
from monitor.domain import Post
from monitor.plain_text import one_line

ANSWER_WITHIN = timedelta(minutes=60)  # from the first alert to the first public answer
_ASKED = {Level.escalate: "decision.escalate", Level.crisis: "decision.crisis"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the same person was told last about the incident."""

    at: datetime
    size: int | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A post as evidence. ``url`` is safe to open; ``address`` is shown where it is not."""

    text: str
    byline: str
    url: str | None
    link: str  # words of the link, or the unsafe address as text


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a message says."""

    language: str
    level: Level | None  # None: all-clear
    level_word: str
    brand: str
    time: str
    label: str | None  # where the data is a reconstruction
    subject: str
    headline: str
    origin: str
    size: str
    likely: str | None
    range_note: str
    complaints: str
    chart_words: str
    before: tuple[Section, ...]  # above the decision
    decision: Section | None
    no_decision: str
    button: Section | None  # title: words on it; text: address
    after: tuple[Section, ...]
    posts_title: str
    posts: tuple[Quotation, ...]
    foot: tuple[str, ...]


def compose(
    case: CaseFile,
    kind: str,
    person: Person,
    delivery: Delivery,
    words: Words,
    board_url: str | None,
    earlier: Earlier | None,
) -> Letter:
    """The letter to ``person`` about ``case``; ``kind`` is "level", "doubled" or "resolved"."""
    level = None if kind == "resolved" else told_level(delivery, case.incident)
    word = words.say(f"level.{level.name if level else 'over'}")
    question = _decision(case, level, delivery.due_at, words)
    return Letter(
        language=words.language,
        level=level,
        level_word=word,
        brand=one_line(case.brand_title or case.incident.brand, 60),
        time=f"{words.clock(case.now)} {words.zone_name()}",
        label=one_line(case.reconstruction, 300) if case.reconstruction else None,
        subject=subject(case, words, kind, word),
        headline=sentences.headline(case, words, kind, earlier.size if earlier else None),
        origin=sentences.origin(case, words),
        size=sentences.size(case, words),
        likely=sentences.likely(case, words) if level else None,
        range_note=sentences.range_note(case, words) if level else "",
        complaints=sentences.complaints(case, words),
        chart_words=_chart_words(case, words, bool(level)),
        before=_before(case, level, words),
        decision=question,
        no_decision="" if question else words.say("decision.none"),
        button=_button(case.incident, level, board_url, words),
        after=(Section(words.say("unknown.title"), sentences.unknown(case, words)),),
        posts_title=words.say("posts.title"),
        posts=tuple(_quotation(case, post, words) for post in case.examples[:3]),
        foot=_foot(case, kind, person, level, words),
    )


def told_level(delivery: Delivery, incident: Incident) -> Level:
    """The level that ``delivery`` was made for ("level:escalate"); the present one where its step names none."""
    name = delivery.step.rpartition(":")[2]
    return Level[name] if name in Level.__members__ else incident.level


def _before(case: CaseFile, level: Level | None, words: Words) -> tuple[Section, ...]:
    claimed = Section(words.say("claims.title"), claims(case, words))
    if level is None:
        peak = words.say(f"level.{case.incident.peak_level.name}")
        return (Section(words.say("over.title"), sentences.over(case, words, peak)), claimed)
    return (
        claimed,
        Section(words.say("matter.title"), sentences.matter(case, words)),
        Section(words.say("people.title"), sentences.people(case, words)),
    )


def _decision(case: CaseFile, level: Level | None, asked_at: datetime, words: Words) -> Section | None:
    if level not in _ASKED or case.incident.status is Status.resolved:
        return None
    deadline = asked_at + ANSWER_WITHIN
    at = f"{words.at(deadline)} {words.zone_name()}"
    return Section(
        words.say("decision.by" if deadline > case.now else "decision.late", at=at), words.say(_ASKED[level])
    )


def _button(incident: Incident, level: Level | None, board_url: str | None, words: Words) -> Section | None:
    board = safe_to_open(board_url.rstrip("/")) if board_url else None
    if board is None:
        return None
    address = f"{board}/case?id={percent_encoded(incident.id, safe='')}"
    return Section(words.say("foot.button" if level else "foot.button_over"), address)


def _quotation(case: CaseFile, post: Post, words: Words) -> Quotation:
    metrics = post.metrics
    reposts = words.say("posts.reposts", n=words.number(metrics.reposts)) if metrics and metrics.reposts else None
    known = (sentences.author(case, post), words.name_of_site(post.key.source), words.at(post.created_at), reposts)
    url = safe_to_open(post.url)
    link = words.say("posts.open") if url else ""
    if post.url and not url:
        link = words.say("posts.unlinked", address=one_line(post.url, 80))
    return Quotation(sentences.quote(post, words), " · ".join(part for part in known if part), url, link)


def _chart_words(case: CaseFile, words: Words, with_band: bool) -> str:
    if len(case.growth) < 2:
        return ""
    places = {
        "size": words.number(case.growth[-1].size),
        "start": words.at(case.growth[0].at),
        "at": words.at(case.now),
    }
    if not (with_band and case.outlook):
        return words.say("foot.chart", **places)
    last = shown_outlook(case)[-1]
    end = words.at(case.now + timedelta(hours=last.hours))
    return words.say("foot.chart_band", **places, low=words.rough(last.low), high=words.rough(last.high), end=end)


def _foot(case: CaseFile, kind: str, person: Person, level: Level | None, words: Words) -> tuple[str, ...]:
    least = words.say(f"level.{person.min_level.name}")
    names = {"level": words.say(f"level.{level.name}") if level else "", "least": least}
    why = {"doubled": "foot.why_doubled", "resolved": "foot.why_over"}.get(kind, "foot.why_level")
    changed = level is not None and level is not case.incident.level
    now_level = "over" if case.incident.status is Status.resolved else case.incident.level.name
    if level is not None and case.incident.status is Status.resolved:
        changed = True
    meanwhile = words.say("foot.meanwhile", level=words.say(f"level.{now_level}")) if changed else None
    as_of = words.say("foot.as_of", at=words.moment(case.now), zone=words.zone_name())
    return tuple(line for line in (meanwhile, words.say(why, **names), words.say("foot.stop"), as_of) if line)
