"""Whether a name in a text is the brand: its required and forbidden words, weighed by how near they stand."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from monitor.domain import Brand
from monitor.text.brands.signs import BREAK, PART
from monitor.text.brands.spelling import How

Kind = Literal["name", "misspelling", "handle", "hashtag", "product"]
Reason = Literal[
    "named",  # nothing else was asked for
    "required word",
    "own account or hashtag",
    "unclear, taken",
    "forbidden word",
    "part of a forbidden phrase",
    "part of another brand's name",
    "unclear: no required word",
    "a word in small letters",
    "part of another word",
    "somebody's address",
]
ACCEPTED: frozenset[str] = frozenset({"named", "required word", "own account or hashtag", "unclear, taken"})

CLAUSE, SENTENCE, ELSEWHERE = 3.0, 2.0, 1.0  # what a context word weighs, by where it stands from the name
OWN = 4.0  # a handle or hashtag of the brand: more than one forbidden word, less than several
ASSUMED = 1.5  # a name for which nothing else is asked: more than a forbidden word in another sentence
MOST_MORE = 2  # further forbidden words in the same sentence, each of which adds one

_SENTENCE_END = re.compile(rf"[.!?]+(?=\s|$)|[!?。।{BREAK}{re.escape(PART)}]|\.{{3}}")
_CLAUSE_END = re.compile('[,;:、，；：()\\[\\]"—–]|\\s-\\s')


class Candidate(NamedTuple):
    """A term of a brand at its place in a text."""

    start: int
    end: int
    kind: Kind
    term: str
    how: How
    small: bool = False  # a short acronym that stands there in small letters


class Word(NamedTuple):
    """A required or forbidden word at its place in a text."""

    start: int
    end: int
    term: str


class Judgement(NamedTuple):
    """Whether a candidate is the brand, and why."""

    candidate: Candidate
    reason: Reason
    context: str | None = None  # the required word that spoke for it most
    against: str | None = None  # the forbidden word that spoke against it most

    @property
    def accepted(self) -> bool:
        """True where it is a mention."""
        return self.reason in ACCEPTED


class Clauses:
    """Where the sentences and clauses of a text begin."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _sentences(self) -> list[int]:
        return [hit.end() for hit in _SENTENCE_END.finditer(self._text)]

    @cached_property
    def _clauses(self) -> list[int]:
        return sorted([*self._sentences, *(hit.end() for hit in _CLAUSE_END.finditer(self._text))])

    def nearness(self, one: int, other: int) -> float:
        """What a word at ``other`` weighs for a name at ``one``."""
        if bisect_right(self._clauses, one) == bisect_right(self._clauses, other):
            return CLAUSE
        return SENTENCE if bisect_right(self._sentences, one) == bisect_right(self._sentences, other) else ELSEWHERE


class Weighed(NamedTuple):
    """How much words weigh for a name together, and the one that weighs most."""

    weight: float
    term: str | None


def judged(
    brand: Brand, candidates: Sequence[Candidate], required: Sequence[Word], forbidden: Sequence[Word], clauses: Clauses
) -> list[Judgement]:
    """One judgement for each candidate of ``brand`` in a text, given the brand's context words in it."""
    own = any(candidate.kind == "handle" or _is_own_tag(brand, candidate) for candidate in candidates)
    names = [(candidate.start, candidate.end) for candidate in candidates if candidate.kind != "handle"]
    return [
        _judged(
            brand,
            candidate,
            _support(candidate, required, clauses),
            _opposition(candidate, names, forbidden, clauses),
            own=own,
        )
        for candidate in candidates
    ]


def _is_own_tag(brand: Brand, candidate: Candidate) -> bool:
    """A tag that is just an ambiguous name says no more than the name."""
    if candidate.kind != "hashtag":
        return False
    return not brand.required or joined(candidate.term) not in map(joined, brand.names)


def joined(words: str) -> str:
    """``words`` run together, without case and signs."""
    return "".join(sign for sign in words if sign.isalnum()).casefold()


def _judged(brand: Brand, candidate: Candidate, support: Weighed, against: Weighed | None, *, own: bool) -> Judgement:
    if against is None:
        return Judgement(candidate, "part of a forbidden phrase", against=_around(candidate, brand))
    weight = _weight(brand, support, own=own)
    if against.weight and against.weight >= (weight or 0.0):
        return Judgement(candidate, "forbidden word", support.term, against.term)
    if weight is None:
        return Judgement(candidate, "unclear: no required word")
    if candidate.small and not own and support.weight < SENTENCE:
        return Judgement(candidate, "a word in small letters", support.term)
    if own:
        return Judgement(candidate, "own account or hashtag", support.term, against.term)
    reason: Reason = "required word" if support.term else "unclear, taken" if brand.required else "named"
    return Judgement(candidate, reason, support.term, against.term)


def _weight(brand: Brand, support: Weighed, *, own: bool) -> float | None:
    """How much speaks for the brand; None where nothing does although something should."""
    if own:
        return OWN
    if support.term is not None:
        return support.weight
    return ASSUMED if not brand.required or brand.unclear == "take" else None


def _support(candidate: Candidate, words: Sequence[Word], clauses: Clauses) -> Weighed:
    nearest = ((clauses.nearness(candidate.start, word.start), word.term) for word in words)
    weight, term = max(nearest, key=lambda one: one[0], default=(0.0, None))
    return Weighed(weight, term)


def _opposition(
    candidate: Candidate, names: Sequence[tuple[int, int]], words: Sequence[Word], clauses: Clauses
) -> Weighed | None:
    """How much speaks against it; None where a forbidden phrase holds the candidate itself."""
    near: dict[str, float] = {}
    for word in words:
        if word.start <= candidate.start and candidate.end <= word.end:
            return None
        weight = clauses.nearness(candidate.start, word.start)
        if any(word.start <= start and end <= word.end for start, end in names):
            weight = ELSEWHERE  # it speaks of another thing of that name
        near[word.term] = max(weight, near.get(word.term, 0.0))
    if not near:
        return Weighed(0.0, None)
    top = max(near, key=lambda term: near[term])
    more = sum(weight >= SENTENCE for term, weight in near.items() if term != top)
    return Weighed(near[top] + min(more, MOST_MORE), top)


def _around(candidate: Candidate, brand: Brand) -> str | None:
    """The forbidden phrase that holds the term, as configured."""
    term = joined(candidate.term)
    return next((phrase for phrase in brand.forbidden if term in joined(phrase)), None)


def covered(spans: Iterable[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    """Those (start, end, brand) that stand inside a longer one of another brand.

    >>> covered([(0, 7, 0), (0, 14, 1), (20, 27, 0)])
    {(0, 7, 0)}
    """
    ordered = sorted(set(spans), key=lambda span: (span[0], -span[1]))
    widest: list[tuple[int, int, int]] = []  # the two that reach farthest so far, of different brands
    inner = set()
    for span in ordered:
        start, end, brand = span
        if any(other[1] >= end and other[2] != brand and other[:2] != (start, end) for other in widest):
            inner.add(span)
        widest = _two_farthest([*widest, span])
    return inner


def _two_farthest(spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    first = max(spans, key=lambda span: (span[1], -span[0]))
    others = [span for span in spans if span[2] != first[2]]
    return [first, *sorted(others, key=lambda span: (-span[1], span[0]))[:1]]
