"""Fits a linear text model: regularised logistic regression on weighted n-grams and cues, calibrated out of fold.

N-grams are weighted by how unevenly they fall on both classes before fitting, as in naive-Bayes weighted regression
(Wang and Manning, 2012). With a prior model only the difference to it is learnt, so that few labels change little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize

from monitor.text.lexicon import load
from monitor.text.model.cues import LEAST_SPREAD, cues_of, standard
from monitor.text.model.linear import Floats, Head, TextModel, Weights, weighted
from monitor.text.model.ngrams import BITS, Shape, count
from monitor.text.normalise import fold, mask

SHAPES = {"zh": Shape(1, 3, 0), "ko": Shape(1, 4, 2)}
SHAPE = Shape(2, 5, 2)
UNEVENNESS = 0.8  # 0: every n-gram alike; 1: weighted by its log ratio between both classes alone
STRENGTH = 3.0  # inverse of the regularisation, when fitted from nothing
STRENGTH_FROM_PRIOR = 1.0
HELD = 10.0  # how firmly the calibration of a prior holds; each label pulls with at most 1/4
CUES = 0.1  # how much a cue counts beside n-grams of length 1
FOLDS = 5  # of the calibration
FOLDS_OF_MANY = 3
MANY = 10_000  # texts
MAX_STEPS = 80
TOLERANCE = 1e-5
LEAST_OF_A_KIND = 30  # labels from which a head for severity or praise is learnt

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text."""

    text: str
    label: bool | None  # whether it is a complaint; None: teaches the other heads only
    weight: float = 1.0
    sentiment: int | None = None  # -1, 0, 1 towards the brand
    severity: int | None = None  # 0..3, of a complaint
    reason: str | None = None  # of a complaint
    reproach: int | None = None  # 0 reports, 1 disapproves, 2 accuses, 3 blames; of a complaint


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Texts as numbers: n-gram weights of length 1 a row, and standardised cues."""

    buckets: sp.csr_matrix
    cues: Weights
    kin: NDArray[np.int64]  # the same number for texts that differ in handles and blanks only

    def part(self, rows: NDArray[np.int64]) -> "_Inputs":
        return _Inputs(self.buckets[rows], self.cues[rows], self.kin[rows])

    def score(self, head: Head) -> Floats:
        found: Floats = self.buckets @ head.buckets + self.cues @ head.cues + head.bias
        return found


def fit(
    language: str,
    examples: Sequence[Example],
    prior: TextModel | None = None,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> TextModel:
    """The model of ``language`` learnt from ``examples``, which must hold complaints and others.

    With a ``prior`` only how its heads have to change, and what it does not know yet. ValueError without examples.
    """
    if not examples:
        raise ValueError("nothing to learn from: no labelled texts")
    masked = [mask(fold(example.text)) for example in examples]
    shape = SHAPES.get(language, SHAPE) if prior is None else prior.shape
    counts = count(masked, shape)
    rows = cues_of(load(language), masked)
    if prior is None:
        weight = np.array([example.weight for example in examples])
        seen = np.bincount(counts.bucket, weight[counts.text], minlength=1 << BITS)
        rarity = (np.log((1 + weight.sum()) / (1 + seen)) + 1).astype(np.float32)
        mean = np.average(rows, axis=0, weights=weight)
        spread = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weight))
        known = mean.astype(np.float32), np.maximum(spread, LEAST_SPREAD).astype(np.float32)
        model = TextModel(language, "", shape, rarity, *known, {}, {})
    else:
        model = prior
    values, lengths = weighted(counts, model.rarity)
    matrix = sp.csr_matrix(
        ((values / lengths[counts.text]).astype(np.float32), (counts.text, counts.bucket)), (len(masked), 1 << BITS)
    )
    kin = np.unique(["".join(text.replace("@", "").split()) for text in masked], return_inverse=True)[1]
    inputs = _Inputs(matrix, standard(rows, model.mean, model.spread), kin)
    heads = dict(model.heads)
    for name, chosen, truth, weight in _questions(examples):
        progress(name)
        heads[name] = _head(inputs.part(chosen), truth, weight, heads.get(name), seed, among_many=":" in name)
    return replace(model, heads=heads)


def _questions(examples: Sequence[Example]) -> list[tuple[str, NDArray[np.int64], NDArray[np.bool_], Floats]]:
    """Each head with the rows that say something about it, what they say, and how much each counts."""
    weights = np.array([example.weight for example in examples])
    reasons = sorted({example.reason for example in examples if example.reason is not None})
    asked = [
        ("complaint", _labelled(examples, "label"), True),
        ("praise", _labelled(examples, "sentiment"), 1),
        *((f"severity:{degree}", _labelled(examples, "severity"), degree) for degree in range(4)),
        *((f"reproach:{degree}", _labelled(examples, "reproach"), degree) for degree in range(4)),
        *((f"reason:{reason}", _labelled(examples, "reason"), reason) for reason in reasons),
    ]
    found = []
    for name, labels, wanted in asked:
        chosen = np.array(list(labels), np.int64)
        truth = np.array([label == wanted for label in labels.values()], bool)
        least = 1 if name == "complaint" else LEAST_OF_A_KIND
        if min(truth.sum(), (~truth).sum()) >= least:
            found.append((name, chosen, truth, weights[chosen]))
    return found


def _labelled(examples: Sequence[Example], part: str) -> dict[int, object]:
    """The rows that say something about ``part``, and what."""
    return {row: said for row, example in enumerate(examples) if (said := getattr(example, part)) is not None}


def _head(
    inputs: _Inputs, truth: NDArray[np.bool_], weight: Floats, prior: Head | None, seed: int, *, among_many: bool
) -> Head:
    """The fitted head, calibrated on scores of texts that were not fitted on, where there are enough to hold out.

    One answer of ``among_many`` is calibrated as if it were as frequent as not, or the frequent ones would win always.
    """
    head = _fitted(inputs, truth, weight, prior)
    folds = [(fold_, np.setdiff1d(np.arange(len(truth)), fold_)) for fold_ in _folds(truth, inputs.kin, seed)]
    if any(len(np.unique(truth[rest])) < 2 for _, rest in folds):
        return head
    held = np.zeros(len(truth))
    for fold_, rest in folds:
        held[fold_] = inputs.part(fold_).score(_fitted(inputs.part(rest), truth[rest], weight[rest], prior))
    counted = _balanced(weight, truth) if among_many else weight
    slope, offset = _calibrated(held, truth, counted, prior)
    return replace(head, slope=slope, offset=offset)


def _folds(truth: NDArray[np.bool_], kin: NDArray[np.int64], seed: int) -> list[NDArray[np.int64]]:
    """Parts with about the same share of complaints each; kin stay together, so that no part knows another's texts."""
    dice = np.random.default_rng(seed)
    folds = FOLDS if len(truth) < MANY else FOLDS_OF_MANY
    heads, member = np.unique(kin, return_index=True, return_inverse=True)[1:]
    place = np.zeros(len(heads), np.int64)
    for kind in (True, False):
        families = dice.permutation(np.flatnonzero(truth[heads] == kind))
        place[families] = np.arange(len(families)) % folds
    parts = (np.flatnonzero(place[member] == number) for number in range(folds))
    return [part for part in parts if len(part)]


def _fitted(inputs: _Inputs, truth: NDArray[np.bool_], weight: Floats, prior: Head | None) -> Head:
    used = np.flatnonzero(np.diff(inputs.buckets.tocsc().indptr))
    matrix = inputs.buckets[:, used]
    scale = np.ones(len(used)) if prior else _unevenness(matrix, truth, weight)
    matrix = sp.csr_matrix(matrix @ sp.diags(scale), dtype=np.float32)
    importance = _balanced(weight, truth)
    start = inputs.score(prior) if prior else np.zeros(len(truth))
    strength = STRENGTH_FROM_PRIOR if prior else STRENGTH
    found = _regression(matrix, inputs.cues * CUES, truth, importance, start, strength)
    buckets = np.zeros(inputs.buckets.shape[1], np.float32)
    buckets[used] = found[: len(used)] * scale
    cues = (found[len(used) : -1] * CUES).astype(np.float32)
    if prior is None:
        return Head(buckets, cues, float(found[-1]))
    return replace(prior, buckets=prior.buckets + buckets, cues=prior.cues + cues, bias=prior.bias + float(found[-1]))


def _balanced(weight: Floats, truth: NDArray[np.bool_]) -> Floats:
    """``weight`` such that both sides count the same in all."""
    share = float(np.clip(weight @ truth / weight.sum(), 1e-9, 1 - 1e-9))
    return weight * np.where(truth, 0.5 / share, 0.5 / (1 - share))


def _unevenness(matrix: sp.csr_matrix, truth: NDArray[np.bool_], weight: Floats) -> Floats:
    """How unevenly each n-gram falls on both classes: the absolute log ratio of its shares, 1 on average."""
    present = matrix.copy()
    present.data = np.ones_like(present.data)
    with_, without = (present.T @ np.where(kind, weight, 0.0) + 1.0 for kind in (truth, ~truth))
    ratio = np.abs(np.log((with_ / with_.sum()) / (without / without.sum())))
    found: Floats = (1 - UNEVENNESS) + UNEVENNESS * ratio / max(ratio.mean(), 1e-9)
    return found


def _regression(
    matrix: sp.csr_matrix, cues: Weights, truth: NDArray[np.bool_], importance: Floats, start: Floats, strength: float
) -> Floats:
    """Weights of n-grams and cues, then the bias, that minimise |w|²/2 + strength * weighted logistic loss."""
    signs = np.where(truth, 1.0, -1.0)
    turned = matrix.T.tocsr()
    wide = matrix.shape[1]

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = start + matrix @ weights[:wide].astype(np.float32) + cues @ weights[wide:-1] + weights[-1]
        margins = signs * score
        pull = -strength * importance * signs / (1 + np.exp(np.clip(margins, -30, 30)))
        slope = weights.copy()
        slope[-1] = 0.0  # the bias is free
        value = 0.5 * float(slope @ slope) + strength * float(importance @ np.logaddexp(0.0, -margins))
        slope[:wide] += turned @ pull.astype(np.float32)
        slope[wide:-1] += cues.T @ pull
        slope[-1] += pull.sum()
        return value, slope

    size = wide + cues.shape[1] + 1
    options = {"maxiter": MAX_STEPS, "ftol": TOLERANCE * 1e-2, "gtol": 1e-4 * strength, "maxcor": 8}
    found: Floats = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options=options).x
    return found


def _calibrated(scores: Floats, truth: NDArray[np.bool_], weight: Floats, prior: Head | None) -> tuple[float, float]:
    """Slope and offset of the logistic that fits ``scores`` best (Platt, 1999), with his smoothed targets.

    Those of a ``prior`` hold against few labels: people rarely label as many complaints as there are among all posts.
    """
    yes, no = float(truth.sum()), float((~truth).sum())
    aims = np.where(truth, (yes + 1) / (yes + 2), 1 / (no + 2))
    share = weight / weight.sum()
    start = np.array([prior.slope, prior.offset] if prior else [1.0, 0.0])
    pull = HELD / float(weight.sum()) if prior else 0.0

    def loss(line: Floats) -> tuple[float, Floats]:
        score = line[0] * scores + line[1]
        error = share * (1 / (1 + np.exp(-np.clip(score, -30, 30))) - aims)
        away = line - start
        value = float(share @ (np.logaddexp(0.0, score) - aims * score)) + 0.5 * pull * float(away @ away)
        return value, np.array([error @ scores, error.sum()]) + pull * away

    slope, offset = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return max(float(slope), 1e-3), float(offset)
