"""Fits the few weights of the complaint score and prints them for ``monitor/text/languages/<code>.toml``.

    RIPPLEWATCH_DATA=... python -m benchmarks.text.fit_weights [code ...]

Only the numbers of ``[weights]`` come from data, from the even rows of each set; the word lists are written by hand.
Sets that are marked as not for commercial or only for academic use are left out. Each set counts the same, and both
labels within it. Signs are held: no cue of a complaint can lower the score. The bias is held below zero: a text with no
cue, or one mild one, is none.
"""

import sys

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.text.sets import SETS, rows
from monitor.text.lexicon import Lexicon, languages, load
from monitor.text.normalise import fold, mask
from monitor.text.reader import READ
from monitor.text.score import FEATURES, tally

LOWERS = {"praise", "question"}
HIGHEST_BIAS = -0.8
HIGHEST_ADDRESS = 0.25
RIDGE = 0.002
Array = NDArray[np.float64]


def features(lexicon: Lexicon, texts: list[str]) -> Array:
    """One row of features per text, a leading 1 for the bias."""
    return np.array([(1.0, *tally(lexicon, mask(fold(text[:READ]))).features()) for text in texts])


def fit(inputs: Array, truth: Array, importance: Array) -> Array:
    """Weights of a logistic with held signs."""

    def loss(weights: Array) -> tuple[float, Array]:
        score = inputs @ weights
        value = importance @ (np.logaddexp(0.0, score) - truth * score) + RIDGE * weights[1:] @ weights[1:]
        slope = inputs.T @ (importance * (1 / (1 + np.exp(-score)) - truth))
        slope[1:] += 2 * RIDGE * weights[1:]
        return float(value), slope

    bounds = [(None, HIGHEST_BIAS)] + [(None, 0.0) if name in LOWERS else (0.0, None) for name in FEATURES]
    bounds[1 + FEATURES.index("mixed")] = (None, None)
    # The English set holds tweets to help desks only, where "@" gives much away; elsewhere it says little.
    bounds[1 + FEATURES.index("address")] = (0.0, HIGHEST_ADDRESS)
    start = np.zeros(inputs.shape[1])
    start[0] = HIGHEST_BIAS
    found: Array = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found


def of_language(code: str) -> Array:
    """The weights fitted on all sets of a language that may be used."""
    lexicon = load(code)
    parts, truths, importances = [], [], []
    for text_set in SETS:
        if text_set.lang == code and text_set.fit:
            labelled = rows(text_set, half=0)
            truth = np.array([label for _, label in labelled], dtype=float)
            parts.append(features(lexicon, [text for text, _ in labelled]))
            truths.append(truth)
            importances.append(np.where(truth == 1, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(truth))
    importance = np.concatenate(importances)
    return fit(np.concatenate(parts), np.concatenate(truths), importance / importance.sum())


def main() -> None:
    """Print the weights of each language asked for."""
    for code in sys.argv[1:] or languages():
        weights = of_language(code)
        print(f"# {code}\n[weights]")
        for name, weight in zip(("bias", *FEATURES), weights, strict=True):
            print(f"{name} = {weight:.2f}")


if __name__ == "__main__":
    main()
