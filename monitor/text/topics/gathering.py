"""Texts gathered into groups in one pass: what is alike comes together, what is silent for long is forgotten."""

import math
from collections import Counter, OrderedDict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.text.topics.content import Terms, is_word

MAX_TERMS = 80  # of one group
_FADED = 1e-3
_NONE: frozenset[str] = frozenset()
_MANY_USES = 4  # added to the number of groups, so that among few of them no term counts as common


@dataclass(slots=True)
class Group:
    """The words of the texts gathered so far, the newer ones heavier."""

    key: str
    at: datetime  # of its newest text
    weights: dict[str, float] = field(default_factory=dict)
    length: float = 0.0
    languages: set[str] = field(default_factory=set)

    def take_in(self, new: Terms, at: datetime, half_life: timedelta) -> None:
        """Let the older texts fade by the time that has passed, then add the new one."""
        passed = max(timedelta(0), at - self.at) / half_life
        fade = math.exp2(-passed)
        merged = {term: weight * fade for term, weight in self.weights.items() if weight * fade > _FADED}
        for term, weight in new.items():
            merged[term] = merged.get(term, 0.0) + weight
        heaviest = sorted(merged, key=lambda term: (-merged[term], term))[:MAX_TERMS]
        self.weights = {term: merged[term] for term in heaviest}
        self.length = math.sqrt(sum(weight * weight for weight in self.weights.values()))
        self.at = max(self.at, at)


class Groups:
    """The open groups, with an index from terms to the groups that use them."""

    def __init__(self, half_life: timedelta, most: int) -> None:
        self.open: OrderedDict[str, Group] = OrderedDict()  # the one silent for longest first
        self._half_life = half_life
        self._most = most
        self._by_term: dict[str, set[str]] = {}

    @property
    def terms(self) -> int:
        """How many different terms the open groups use."""
        return len(self._by_term)

    def similarities(self, text: Terms, shared: int = 1) -> dict[str, float]:
        """How near each group that has ``shared`` words of ``text`` is to it, 0..1.

        Nearness is a cosine in which a term counts the less, the more open groups use it. What a text was read as, such
        as its reason, adds to it, but is not enough.
        """
        words: Counter[str] = Counter()
        products: dict[str, float] = {}
        length = 0.0
        for term, weight in text.items():
            keys = self.users(term)
            weighted = weight * self._rarity(len(keys))
            length += weight * weighted
            if is_word(term):
                words.update(keys)
            for key in keys:
                products[key] = products.get(key, 0.0) + weighted * self.open[key].weights[term]
        enough = (key for key, count in words.items() if count >= shared)
        return {key: products[key] / (math.sqrt(length) * self.open[key].length) for key in enough}

    def nearest(
        self, text: Terms, enough: float, eased: Mapping[str, float] | None = None, shared: int = 1
    ) -> str | None:
        """The group nearest to ``text``, where one is near enough; the one silent for longer on a tie.

        ``eased`` holds for some groups a lower nearness that is enough for them; they gain the difference.
        ``shared`` is how many words they must have in common.
        """
        eased = eased or {}
        near = {}
        for key, score in self.similarities(text, shared).items():
            own = eased.get(key, enough)
            if score >= own:
                near[key] = score + enough - own
        return min(near, key=lambda key: (-near[key], self.open[key].at, key), default=None)

    def users(self, term: str) -> AbstractSet[str]:
        """The open groups that use ``term``."""
        return self._by_term.get(term, _NONE)

    def _rarity(self, users: int) -> float:
        """1 for a term of one group at most, towards 0 for one that all open groups use."""
        return 1.0 - max(0, users - 1) / (len(self.open) + _MANY_USES)

    def add(self, key: str, at: datetime, text: Terms, language: str | None = None) -> None:
        """Let ``text`` shape group ``key``, opened where it is not; without terms it only keeps the group open."""
        group = self.open.pop(key, None) or Group(key, at)
        before = group.weights.keys()
        group.take_in(text, at, self._half_life)
        if language is not None and text:
            group.languages.add(language)
        for term in before - group.weights.keys():
            self._forget_term(term, key)
        for term in group.weights:
            self._by_term.setdefault(term, set()).add(key)
        self.open[key] = group
        if len(self.open) > self._most:
            self._close(next(iter(self.open)))

    def close_silent(self, before: datetime) -> None:
        """Forget the groups whose newest text is older than ``before``."""
        while self.open and next(iter(self.open.values())).at < before:
            self._close(next(iter(self.open)))

    def _close(self, key: str) -> None:
        for term in self.open.pop(key).weights:
            self._forget_term(term, key)

    def _forget_term(self, term: str, key: str) -> None:
        keys = self._by_term[term]
        keys.discard(key)
        if not keys:
            del self._by_term[term]
