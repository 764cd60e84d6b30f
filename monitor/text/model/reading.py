"""From a model's probabilities and a lexicon's findings to one assessment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain import Assessment
from monitor.text.facets import MAX_WORDS, Facets, facets
from monitor.text.lexicon import Lexicon
from monitor.text.model.cues import cues
from monitor.text.phrases import Spans
from monitor.text.score import Tally, assess_counted, severity, tally

NEUTRAL = 1 / 3  # of the sentiment on either side of 0
COMPLAINT = 0.5
LEANING = 0.45  # probability from which a text leans to one side


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the lexicon says of a text, and what it saw on the way."""

    said: Assessment
    facets: Facets
    counted: Tally
    cues: tuple[float, ...]


def opinion(lexicon: Lexicon, text: str, spans: Spans | None = None) -> Opinion:
    """What ``lexicon`` says of a folded and masked ``text``; ``spans`` are its phrases if they are known."""
    found = facets(lexicon, text, spans)
    counted = tally(lexicon, text, found)
    return Opinion(assess_counted(lexicon, found, counted), found, counted, cues(lexicon, text, found, counted))


def reading(opinion: Opinion, found: Mapping[str, float], version: str) -> Assessment:
    """The assessment of a text: probabilities by the model, what it names by the lexicon, whose doubt is kept.

    A severity learnt from people's labels can be above what the words name, never below.
    """
    said, named, counted = opinion.said, opinion.facets, opinion.counted
    complaint = round(found["complaint"], 4)  # first, so that all that follows says the same as the figure that is kept
    is_complaint = complaint >= COMPLAINT
    decided = counted.against if is_complaint else [*counted.favour, *counted.against]
    reproach = likeliest("reproach", found) if is_complaint else None
    mood = sentiment(complaint, found.get("praise"), said.sentiment or 0.0)
    return Assessment(
        language=said.language,
        assessed=said.assessed,
        complaint=complaint,
        sentiment=round(mood, 4),
        severity=max(severity(counted, named), int(likely("severity", found) or 0)) if is_complaint else 0,
        reason=(likely("reason", found) or named.reason) if is_complaint else None,
        reproach=int(reproach) if reproach else None,
        words=tuple(dict.fromkeys(decided))[:MAX_WORDS],
        harm_words=named.harm if mood < NEUTRAL else (),
        calls=said.calls,
        sarcasm=said.sarcasm,
        basis="model",
        second_opinion=said.complaint,
        version=version,
    )


def sentiment(complaint: float, praise: float | None, lexicon: float) -> float:
    """-1..1 from two probabilities; a third of the way and beyond where one side is likely enough and the likelier.

    More praise never lowers it and more complaint never raises it. Without a praise probability the lexicon decides
    what is not a complaint.

    >>> sentiment(0.9, 0.1, 0.0) < -1 / 3, sentiment(0.2, 0.8, 0.0) > 1 / 3, round(sentiment(0.2, 0.3, 0.0), 3)
    (True, True, 0.033)
    """
    if praise is None:
        praise = max(0.0, lexicon) * (1 - complaint)
    if complaint >= COMPLAINT or (complaint >= LEANING and complaint > praise):
        return -(NEUTRAL + (1 - NEUTRAL) * complaint)
    if praise >= LEANING:
        return NEUTRAL + (1 - NEUTRAL) * praise
    return (praise - complaint) * NEUTRAL


def likely(kind: str, found: Mapping[str, float]) -> str | None:
    """The likeliest answer where it is at least as likely as not; what few labels spoke of has no head of its own.

    >>> likely("reason", {"reason:delay": 0.1}), likely("reason", {"reason:delay": 0.3, "reason:staff": 0.6})
    (None, 'staff')
    """
    best = likeliest(kind, found)
    return best if best is not None and found[f"{kind}:{best}"] >= COMPLAINT else None


def likeliest(kind: str, found: Mapping[str, float]) -> str | None:
    """The answer of the highest probability among the heads of one kind; None where the model has not learnt it.

    >>> likeliest("reason", {"complaint": 0.9, "reason:delay": 0.4, "reason:staff": 0.6})
    'staff'
    """
    known = {name: value for name, value in found.items() if name.startswith(f"{kind}:")}
    best = max(known, key=lambda name: (known[name], name), default=None)
    return None if best is None else best.partition(":")[2]
