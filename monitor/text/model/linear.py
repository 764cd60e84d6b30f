"""A linear model over hashed n-grams and lexicon cues: numbers only, no text, no code of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.text.lexicon import load
from monitor.text.model.cues import cues_of, standard
from monitor.text.model.ngrams import Counts, Ints, Shape, count
from monitor.text.normalise import fold, mask

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
OF_EVERY_TEXT = ("complaint", "praise")  # heads; the others say what kind of complaint it is
ASKED_FURTHER = 0.49  # probability of a complaint; rounded later, so a little below one half


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to a text: weights of its n-grams and cues, and how a score becomes a probability."""

    buckets: Weights  # one for each n-gram bucket
    cues: Weights  # one for each standardised cue
    bias: float
    slope: float = 1.0  # of the calibration: probability = 1 / (1 + exp(-(slope * score + offset)))
    offset: float = 0.0

    def probability(self, scores: Floats) -> Floats:
        """The calibrated probabilities of raw scores (Platt, 1999)."""
        found: Floats = 1 / (1 + np.exp(-np.clip(self.slope * scores + self.offset, -30, 30)))
        return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """Some texts as numbers: their weighted n-grams, as parallel arrays, and cues."""

    text: Ints  # number of the text
    bucket: Ints
    value: Floats
    lengths: Floats  # of each text
    cues: Floats  # a row for each text

    def score(self, head: Head) -> Floats:
        """The score of each text."""
        sums = np.bincount(self.text, self.value * head.buckets.take(self.bucket), len(self.lengths))
        found: Floats = sums / self.lengths + self.cues @ head.cues + head.bias
        return found

    def part(self, chosen: Sequence[int]) -> "_Seen":
        """The same without the n-grams of texts that are not ``chosen``: their scores mean nothing."""
        wanted = np.zeros(len(self.lengths), np.bool_)
        wanted[list(chosen)] = True
        kept = wanted[self.text]
        return _Seen(self.text[kept], self.bucket[kept], self.value[kept], self.lengths, self.cues)


@dataclass(frozen=True)
class TextModel:
    """What reads the texts of one language.

    Heads: "complaint"; where such labels were learnt also "praise", "severity:0".."severity:3",
    "reproach:0".."reproach:3", "reason:delay" and so on.
    """

    language: str
    version: str
    shape: Shape
    rarity: Weights  # of each bucket: inverse document frequency
    mean: Weights  # of the cues
    spread: Weights
    heads: Mapping[str, Head]
    card: Mapping[str, Any]  # sets, licences, figures, date

    def scores(self, masked: Sequence[str], rows: NDArray[np.float32]) -> dict[str, Floats]:
        """The raw score of each folded and masked text under each head; ``rows`` are its cues."""
        seen = self._seen(masked, rows)
        return {name: seen.score(head) for name, head in self.heads.items()}

    def probabilities(self, masked: Sequence[str], rows: NDArray[np.float32]) -> dict[str, Floats]:
        """The calibrated probability of each folded and masked text under each head."""
        return {name: self.heads[name].probability(scores) for name, scores in self.scores(masked, rows).items()}

    def answers(self, masked: Sequence[str], rows: NDArray[np.float32]) -> list[dict[str, float]]:
        """``probabilities`` by text; of a text that is no complaint only what is asked of every text."""
        seen = self._seen(masked, rows)
        general = [name for name in self.heads if name in OF_EVERY_TEXT]
        columns = (self._answered(name, seen) for name in general)
        answers = [dict(zip(general, row, strict=True)) for row in zip(*columns, strict=True)]
        special = [name for name in self.heads if name not in OF_EVERY_TEXT]
        chosen = [place for place, answer in enumerate(answers) if answer["complaint"] >= ASKED_FURTHER]
        part = seen.part(chosen) if special else seen
        for name in special:
            found = self._answered(name, part)
            for place in chosen:
                answers[place][name] = found[place]
        return answers

    def _answered(self, name: str, seen: "_Seen") -> list[float]:
        head = self.heads[name]
        found: list[float] = head.probability(seen.score(head)).tolist()
        return found

    def _seen(self, masked: Sequence[str], rows: NDArray[np.float32]) -> "_Seen":
        found = count(masked, self.shape)
        values, lengths = weighted(found, self.rarity)
        # Twice as exact as it is kept: what else is in a batch must not change a digit that is shown.
        dense = standard(rows, self.mean, self.spread).astype(np.float64)
        return _Seen(found.text, found.bucket, values, lengths, dense)

    def complaint(self, texts: Sequence[str]) -> Floats:
        """The complaint probability of each text as people wrote it."""
        masked = [mask(fold(text)) for text in texts]
        return self.probabilities(masked, cues_of(load(self.language), masked))["complaint"]

    def described(self, **card: Any) -> "TextModel":
        """The same model with more on its card."""
        return replace(self, card={**self.card, **card})


def weighted(found: Counts, rarity: Weights) -> tuple[Floats, Floats]:
    """The weight of each counted n-gram, (1 + log count) * rarity, and the Euclidean length of each text's weights."""
    values = (1 + np.log(found.count)) * rarity.take(found.bucket).astype(np.float64)
    squares = np.bincount(found.text, values * values, found.texts)
    return values, np.sqrt(np.maximum(squares, 1e-12))
