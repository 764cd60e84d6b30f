"""The topics of a brand as HTML: each with its picture, what it is called, who posted about it where."""

from collections.abc import Mapping
from datetime import datetime

from alerts.domain import Incident, Status
from monitor.text.topics.titles import Description
from ui.charts.bars import bars
from ui.i18n import Texts
from ui.markup.level import level_mark
from ui.markup.safe import picture, safe
from ui.theme import ACCENT, LEVELS
from ui.topics import HOUR, Topic, Window

SITES_NAMED = 4


def issue(topic: Topic, window: Window, now: datetime, texts: Texts, incident: Incident | None = None) -> str:
    """One issue: picture of its posts, title, key phrases, languages, sites, counts, times; the level it led to."""
    return _topic(topic, window, now, texts, _count(topic, "topics.posts", "", texts), incident)


def question(topic: Topic, window: Window, now: datetime, texts: Texts, incident: Incident | None = None) -> str:
    """One repeated question: how often it was asked, and its words."""
    return _topic(topic, window, now, texts, _count(topic, "topics.asked", "×", texts), incident, "rw-topic rw-asked")


def _count(topic: Topic, unit: str, sign: str, texts: Texts) -> str:
    word = texts.count(unit, topic.posts)
    return f'<b>{safe(texts.number(topic.posts))}{sign}</b><span class="rw-small">{safe(word)}</span>'


def _topic(
    topic: Topic,
    window: Window,
    now: datetime,
    texts: Texts,
    count: str,
    incident: Incident | None,
    style: str = "rw-topic",
) -> str:
    phrases = "".join(f'<span class="rw-tag" dir="auto">{safe(phrase, 60)}</span> ' for phrase in topic.phrases)
    named = f'<h4 dir="auto">{safe(topic.title, 90) or safe(texts("card.no_text"))}</h4>'
    tags = f'<p class="rw-phrases">{phrases}</p>' if phrases else ""
    led = f'<p class="rw-line">{_standing(incident, now, texts)}</p>' if incident else ""
    colour = LEVELS[incident.level].colour if incident and incident.status is not Status.resolved else ACCENT
    return (
        f'<div class="{style}"><div class="rw-count">{count}</div>'
        f"<div>{led}{named}{tags}{_facts(topic, now, texts)}</div>{_picture(topic, window, texts, colour)}</div>"
    )


def _standing(incident: Incident, now: datetime, texts: Texts) -> str:
    """The level of the incident that an issue led to; of a closed one, when it was closed."""
    if incident.status is not Status.resolved:
        return level_mark(incident, texts)
    closed = texts.moment(incident.resolved_at or incident.updated_at, now)
    return f"✓ {safe(texts('card.closed', time=closed))}"


def _facts(topic: Topic, now: datetime, texts: Texts) -> str:
    pieces = [texts.count("card.accounts", topic.authors)]
    if topic.texts is not None:
        pieces.append(texts.count("topics.texts", topic.texts))
    pieces.append(_listed(topic.sites, texts))
    spoken = {texts.language_name(code): count for code, count in topic.languages.items()}
    pieces.append(_listed(spoken, texts))
    times = texts("topics.times", first=texts.moment(topic.first, now), last=texts.moment(topic.last, now))
    return f'<p class="rw-small">{safe(" · ".join((*pieces, times)), 500)}</p>'


def _listed(counts: Mapping[str, int], texts: Texts) -> str:
    """Names, the counts behind them where there are several."""
    if len(counts) == 1:
        return next(iter(counts))
    shown = [f"{name} {texts.number(count)}" for name, count in list(counts.items())[:SITES_NAMED]]
    return ", ".join(shown) + ("…" if len(counts) > SITES_NAMED else "")


def _picture(topic: Topic, window: Window, texts: Texts, colour: str) -> str:
    per = texts("topics.per_hour" if window.step == HOUR else "topics.per_day", most=texts.number(max(topic.series)))
    return (
        f'<div class="rw-bars">{picture(bars(topic.series, colour), f"{topic.title}: {per}", "rw-spark")}'
        f'<p class="rw-small">{safe(per)}</p></div>'
    )


def nothing(key: str, texts: Texts) -> str:
    """That there is nothing of a kind in the window; an empty board is no all-clear."""
    return f'<p class="rw-muted">{safe(texts(key))}</p>'


def empty(texts: Texts) -> str:
    """No brand is watched, so there is nothing to show topics of."""
    return f'<div class="rw-empty"><h3>{safe(texts("topics.no_brand"))}</h3><p>{safe(texts("sources.none"))}</p></div>'


def described(topic: Description, texts: Texts) -> str:
    """Title and key phrases of an incident's issue, on one line; empty where nothing is known."""
    tags = " ".join(f'<span class="rw-tag" dir="auto">{safe(phrase, 60)}</span>' for phrase in topic.phrases)
    if not topic.title and not tags:
        return ""
    name = f'<b dir="auto">{safe(topic.title, 90)}</b> ' if topic.title else ""
    return f'<p class="rw-small rw-issue">{safe(texts("topics.issue"))}: {name}{tags}</p>'
