"""The dense features of a text: what the lexicon of its language counted, and the tone in which it is said."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.text.facets import SEVERITY_FEATURES, Facets, facets, severity_features
from monitor.text.lexicon import REASONS, Lexicon
from monitor.text.score import FEATURES, Tally, tally

NAMES = (*FEATURES, *SEVERITY_FEATURES, *REASONS)
MOST_REASON = 3.0
LEAST_SPREAD = 0.05  # a feature that hardly varied in training must not shout when it does later
HIGHEST = 6.0  # spreads from the mean
_NO_REASONS = (0.0,) * len(REASONS)


def cues(lexicon: Lexicon, text: str, found: Facets, counted: Tally) -> tuple[float, ...]:
    """The features of a folded and masked ``text``, in the order of ``NAMES``."""
    reasons = [min(found.reasons.get(reason, 0.0), MOST_REASON) for reason in REASONS] if found.reasons else _NO_REASONS
    return (*counted.features(), *severity_features(lexicon, text, found), *reasons)


def cues_of(lexicon: Lexicon, texts: Sequence[str]) -> NDArray[np.float32]:
    """One row of ``cues`` for each folded and masked text."""
    rows = np.zeros((len(texts), len(NAMES)), np.float32)
    for row, text in zip(rows, texts, strict=True):
        found = facets(lexicon, text)
        row[:] = cues(lexicon, text, found, tally(lexicon, text, found))
    return rows


def standard(rows: NDArray[np.float32], mean: NDArray[np.float32], spread: NDArray[np.float32]) -> NDArray[np.float32]:
    """``rows`` in spreads from the mean, with a ceiling for the unheard-of."""
    found: NDArray[np.float32] = np.clip((rows - mean) / spread, -HIGHEST, HIGHEST).astype(np.float32)
    return found
