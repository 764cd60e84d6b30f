"""What a text is about: reasons, severity, harm, calls to action, sarcasm; and the tone in which it is said. Pure.

Nothing here says whether a text is a complaint: ``monitor.text.score`` and the trained models do.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from monitor.text.lexicon import CALLS, SEVERITY, TONES, Cue, Facet, Irony, Lexicon, Tone
from monitor.text.phrases import Span, Spans

FIRST = 0.2  # what a reason gains by standing at the very beginning, and loses at the end
SAID_AGAIN = 0.25  # a word that comes again counts a quarter
DANGER = 2.0  # what endangers people outweighs the thing it happened with
NAMED = 0.6  # a reason with less than this is hinted at only
MAX_WORDS = 12
MOST_SAID = 8  # of the words of one tone
IRONY_REACH = 120  # characters between mocking praise and what went wrong

SEVERITY_FEATURES = (
    *TONES,
    "failure",
    "reasons",
    "harm",
    "threat",
    "safety",
    "calls",
    "sarcasm",
    "address",
    "exclamation",
    "question",
    "length",
)


_LOGS = tuple(math.log1p(count) for count in range(MOST_SAID + 1))
_NO_TONES = (0.0,) * len(TONES)
Hit = tuple[int, str, tuple[Facet, ...]]  # where it starts, its words, what they stand for


@dataclass(frozen=True, slots=True)
class Facets:
    """What the word lists find in one text."""

    reasons: Mapping[str, float]  # reason → score above 0; the best first
    severity: int  # 0..3, the worst thing named; 1 where only a failure or harm is
    harm: tuple[str, ...]
    calls: tuple[str, ...]  # in the order of ``CALLS``
    sarcasm: bool  # a remark: nothing is decided with it
    hits: tuple[Hit, ...] = field(default=(), repr=False)
    irony: str = field(default="", repr=False)
    # What else the same pass over the text found.
    cues: Sequence[Span[Cue]] = field(default=(), repr=False)
    tones: Sequence[Span[Tone]] = field(default=(), repr=False)

    @property
    def reason(self) -> str:
        """The reason with the highest score, "other" where none is more than hinted at."""
        best, score = next(iter(self.reasons.items()), ("other", 0.0))
        return best if score >= NAMED else "other"

    @property
    def evidence(self) -> dict[str, tuple[str, ...]]:
        """The words found for each reason and call, for "harm", "threat", "danger" and "sarcasm"."""
        found: dict[str, list[str]] = {"sarcasm": [self.irony]} if self.irony else {}
        for _, words, several in self.hits:
            for facet in several:
                heard = found.setdefault(_name(facet), [])
                if words not in heard:
                    heard.append(words)
        return {name: tuple(heard[:MAX_WORDS]) for name, heard in found.items()}


def facets(lexicon: Lexicon, text: str, spans: Spans | None = None) -> Facets:
    """The facets of a folded and masked ``text`` in the language of ``lexicon``; ``spans`` are its phrases if known.

    >>> from monitor.text.lexicon import load
    >>> found = facets(load("en"), "you lost my bag and the flight was late")
    >>> found.reason, "delay" in found.reasons, found.severity
    ('property', True, 1)
    """
    cues, named, ironic, tones = lexicon.all.spans(text) if spans is None else spans
    hits = [(start, words, several) for start, _, words, several in named if several]
    irony = _irony(ironic, hits) if ironic else ""
    if not hits:
        return Facets({}, 0, (), (), bool(irony), irony=irony, cues=cues, tones=tones)
    reasons: dict[str, float] = {}
    harm: dict[str, None] = {}
    calls: set[str] = set()
    seen: set[str] = set()
    severity = 0
    for start, words, several in hits:
        factor = (1 + FIRST * (1 - 2 * start / len(text))) * (SAID_AGAIN if words in seen else 1.0)
        seen.add(words)
        for facet in several:
            severity = max(severity, facet.degree)
            if facet.kind == "reason":
                reasons[facet.name] = reasons.get(facet.name, 0.0) + facet.weight * factor
            elif facet.kind == "harm":
                harm[words] = None
            elif facet.kind == "call":
                calls.add(facet.name)
    if "safety" in reasons and severity == SEVERITY["safety"]:
        reasons["safety"] *= DANGER
    return Facets(
        reasons=dict(sorted(reasons.items(), key=itemgetter(1), reverse=True)) if len(reasons) > 1 else reasons,
        severity=severity,
        harm=tuple(harm)[:MAX_WORDS],
        calls=tuple(call for call in CALLS if call in calls) if calls else (),
        sarcasm=bool(irony),
        hits=tuple(hits),
        irony=irony,
        cues=cues,
        tones=tones,
    )


def _name(facet: Facet) -> str:
    if facet.kind == "severity":
        return "danger" if facet.degree == SEVERITY["safety"] else "threat"
    return facet.name or facet.kind


def _irony(found: Sequence[Span[Irony]], hits: list[Hit]) -> str:
    """The words that may mean the opposite: a set phrase, or praise beside a failure or rolled eyes; "" for none."""
    mocking: list[tuple[int, str]] = []
    rolled = sincere = False
    for start, _, words, kind in found:
        if kind == "sure":
            return words
        if kind == "mock":
            mocking.append((start, words))
        rolled, sincere = rolled or kind == "roll", sincere or kind == "sincere"
    if not mocking or sincere:
        return ""
    if rolled:
        return mocking[0][1]
    failures = [start for start, _, several in hits if any(facet.degree for facet in several)]
    return next((words for at, words in mocking if any(abs(at - start) <= IRONY_REACH for start in failures)), "")


def severity_features(lexicon: Lexicon, text: str, found: Facets | None = None) -> tuple[float, ...]:
    """How hard a text reproaches, as figures in the order of ``SEVERITY_FEATURES``; ``found`` are its facets if known.

    They separate a mere report or request from disapproval, accusation and blame, for a degree trained on them.

    >>> from monitor.text.lexicon import load
    >>> features = severity_features(load("en"), "you lost my bag, liars!")
    >>> dict(zip(SEVERITY_FEATURES, features))["exclamation"]
    1
    """
    found = facets(lexicon, text) if found is None else found
    tones = [tone for _, _, _, tone in found.tones]
    degrees = {facet.degree for _, _, several in found.hits for facet in several if facet.kind == "severity"}
    return (
        *([_LOGS[min(tones.count(tone), MOST_SAID)] for tone in TONES] if tones else _NO_TONES),
        float(found.severity >= 1),
        min(sum(found.reasons.values()), 6.0),
        float(bool(found.harm)),
        float(SEVERITY["threat"] in degrees),
        float(SEVERITY["safety"] in degrees),
        float(bool(found.calls)),
        float(found.sarcasm),
        min(text.count("@"), 3.0),
        min(text.count("!"), 3.0),
        min(text.count("?"), 3.0),
        math.log1p(len(text)) / 5,
    )
