"""A linear model over hashed n-grams and lexicon cues: numbers only, no text, no code of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.text.lexicon import load
from monitor.text.model.cues import cues_of, standard
from monitor.text.model.ngrams import Counts, Shape, count
from monitor.text.normalise import fold, mask

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]


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
        found = count(masked, self.shape)
        values, lengths = weighted(found, self.rarity)
        # Twice as exact as it is kept: what else is in a batch must not change a digit that is shown.
        dense = standard(rows, self.mean, self.spread).astype(np.float64)
        scores = {}
        for name, head in self.heads.items():
            sums = np.bincount(found.text, values * head.buckets[found.bucket], found.texts)
            scores[name] = sums / lengths + dense @ head.cues + head.bias
        return scores

    def probabilities(self, masked: Sequence[str], rows: NDArray[np.float32]) -> dict[str, Floats]:
        """The calibrated probability of each folded and masked text under each head."""
        return {name: self.heads[name].probability(scores) for name, scores in self.scores(masked, rows).items()}

    def complaint(self, texts: Sequence[str]) -> Floats:
        """The complaint probability of each text as people wrote it."""
        masked = [mask(fold(text)) for text in texts]
        return self.probabilities(masked, cues_of(load(self.language), masked))["complaint"]

    def described(self, **card: Any) -> "TextModel":
        """The same model with more on its card."""
        return replace(self, card={**self.card, **card})


def weighted(found: Counts, rarity: Weights) -> tuple[Floats, Floats]:
    """The weight of each counted n-gram, (1 + log count) * rarity, and the Euclidean length of each text's weights."""
    values = (1 + np.log(found.count)) * rarity[found.bucket].astype(np.float64)
    squares = np.bincount(found.text, values * values, found.texts)
    return values, np.sqrt(np.maximum(squares, 1e-12))
