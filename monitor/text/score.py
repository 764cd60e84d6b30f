"""From the cues in a text to figures: complaint, sentiment, severity, reason. Pure."""

import math
import re
from dataclasses import dataclass, field
from operator import mul

from monitor.domain import Assessment
from monitor.text.facets import MAX_WORDS, Facets, facets
from monitor.text.lexicon import Cue, Lexicon

FEATURES = ("wrong", "praise", "demand", "waiting", "denials", "harm", "address", "question", "mixed")
DOUBT = 0.75  # added to the evidence of sentiment, so that one mild word stays neutral
NEGATED_COMPLAINT = 0.35  # "not bad" is a little praise
BEFORE_BUT = 0.5  # what stands before "but" counts half
FAILED = 0.9  # the score of a reason from which on something is taken to have failed
SAID_AGAIN = 0.25  # a word that comes again counts a quarter
_NOWHERE = -10_000
_POLAR = frozenset({"complaint", "praise"})
_STRESS = {"intensifiers": 1.5, "diminishers": 0.6}
_BREAK = re.compile(r"[.,!?;:…。，！？；、~()\[\]]")


@dataclass(slots=True)
class Tally:
    """What was counted in one text."""

    wrong: float = 0.0
    praise: float = 0.0
    demand: int = 0
    waiting: int = 0
    denials: int = 0
    harm: int = 0  # 1 where any was named
    address: int = 0
    question: int = 0
    against: list[str] = field(default_factory=list)
    favour: list[str] = field(default_factory=list)

    def features(self) -> tuple[float, ...]:
        """The inputs of the complaint score, in the order of ``FEATURES``."""
        return (
            math.log1p(self.wrong),
            math.log1p(self.praise),
            min(self.demand, 2),
            min(self.waiting, 2),
            math.log1p(self.denials),
            min(self.harm, 1),
            min(self.address, 1),
            min(self.question, 1),
            1.0 if self.wrong and self.praise else 0.0,
        )


class _Counting:
    """Walks over the cues of one text, keeping in mind what was just denied or stressed."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.tally = Tally()
        self._text = text
        self._reach = lexicon.reach
        self._negated_from = self._stressed_from = _NOWHERE
        self._stress = 1.0
        self._last: tuple[Cue, float, int, str] | None = None
        self._seen: set[str] = set()

    def add(self, start: int, end: int, words: str, cue: Cue) -> None:
        role = cue.role
        if role in _POLAR:
            self._polar(start, end, words, cue)
        elif role == "negators":
            self.tally.denials += 1
            # A second denial takes the first one back.
            self._negated_from = _NOWHERE if self._carries(self._negated_from, start) else end
        elif role == "deniers":
            self._deny(start, end)
        elif role in _STRESS:
            self._stress, self._stressed_from = _STRESS[role], end
        elif role == "contrast":
            self.tally.praise *= BEFORE_BUT
        else:
            self._count(role, words)

    def _count(self, role: str, words: str) -> None:
        tally = self.tally
        if role == "demands":
            tally.demand += 1
            tally.against.append(words)
        elif role == "waiting":
            tally.waiting += 1
            tally.against.append(words)
        elif role == "address":
            tally.address += 1
        elif role == "questions":
            tally.question += 1

    def _carries(self, since: int, start: int) -> bool:
        return 0 <= start - since <= self._reach and _BREAK.search(self._text, since, start) is None

    def _polar(self, start: int, end: int, words: str, cue: Cue) -> None:
        weight = cue.weight
        if self._carries(self._stressed_from, start):
            weight *= self._stress
        if words in self._seen:
            weight *= SAID_AGAIN
        self._seen.add(words)
        negated = self._carries(self._negated_from, start)
        self._last = None if negated else (cue, weight, end, words)
        self._book(cue, weight, self._text[self._negated_from : end].strip() if negated else words, negated=negated)

    def _book(self, cue: Cue, weight: float, words: str, *, negated: bool) -> None:
        tally = self.tally
        if cue.role == "complaint" and not negated:
            tally.wrong += weight
            tally.against.append(words)
        elif cue.role == "complaint":
            tally.praise += NEGATED_COMPLAINT * weight
        elif negated:
            tally.wrong += weight
            tally.against.append(words)
        else:
            tally.praise += weight
            tally.favour.append(words)

    def _deny(self, start: int, upto: int) -> None:
        """A denial after the word ("좋지 않", "బాగా లేదు") turns that word round."""
        self.tally.denials += 1
        if self._last is None:
            return
        cue, weight, end, words = self._last
        if not self._carries(end, start):
            return
        tally = self.tally
        if cue.role == "complaint":
            tally.wrong -= weight
            tally.against.remove(words)
        else:
            tally.praise = max(0.0, tally.praise - weight)
            tally.favour.remove(words)
        self._book(cue, weight, f"{words}{self._text[end:upto]}", negated=True)
        self._last = None


def tally(lexicon: Lexicon, text: str, found: Facets | None = None) -> Tally:
    """The cues of a folded and masked ``text``, counted; ``found`` are its facets if they are known already."""
    found = facets(lexicon, text) if found is None else found
    counting = _Counting(lexicon, text)
    for start, end, words, cue in found.cues:
        counting.add(start, end, words, cue)
    if "@" in text:
        counting.tally.address += 1
    counting.tally.harm = int(bool(found.harm))
    return counting.tally


def sentiment(counted: Tally) -> float:
    """-1..1: praise against everything that speaks against the brand; 0 where nothing was found.

    >>> sentiment(Tally(praise=2.0)) > 1 / 3, sentiment(Tally(wrong=1.0)) < -1 / 3, sentiment(Tally())
    (True, True, 0.0)
    """
    against = counted.wrong + 0.8 * counted.waiting + 0.4 * counted.demand
    evidence = counted.praise + against
    return (counted.praise - against) / (evidence + DOUBT) if evidence else 0.0


def complaint(lexicon: Lexicon, counted: Tally) -> float:
    """0..1: a logistic of the weighted cues; the weights stand in the file of the language."""
    weights = lexicon.weights
    total = weights["bias"] + sum(map(mul, map(weights.__getitem__, FEATURES), counted.features()))
    return 1 / (1 + math.exp(-total))


def assess(lexicon: Lexicon, text: str) -> Assessment:
    """The figures for a folded and masked ``text`` in the language of ``lexicon``."""
    found = facets(lexicon, text)
    return assess_counted(lexicon, found, tally(lexicon, text, found))


def assess_counted(lexicon: Lexicon, found: Facets, counted: Tally) -> Assessment:
    """The figures for a text whose facets and cues were counted already."""
    score = round(complaint(lexicon, counted), 4)
    mood = sentiment(counted)
    is_complaint = score >= 0.5
    decided = counted.against if is_complaint else [*counted.favour, *counted.against]
    return Assessment(
        language=lexicon.code,
        assessed=True,
        complaint=score,
        sentiment=round(min(mood, 0.0) if is_complaint else mood, 4),
        severity=severity(counted, found) if is_complaint else 0,
        reason=found.reason if is_complaint else None,
        words=tuple(dict.fromkeys(decided))[:MAX_WORDS],
        harm_words=found.harm if mood < 1 / 3 else (),
        version=lexicon.version,
        calls=found.calls,
        sarcasm=found.sarcasm,
        basis="lexicon",
    )


def severity(counted: Tally, found: Facets) -> int:
    """0..3 for a complaint: the worst thing named; anger alone, with nothing that failed, is irritation."""
    failed = counted.waiting or any(score >= FAILED for score in found.reasons.values())
    return max(found.severity, 1 if failed else 0)
