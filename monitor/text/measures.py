"""How well complaint probabilities fit what people said, with 95 % intervals from resampling. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

DRAWS = 1_000  # resamples
AT_ONCE = 50  # resamples worked on together; bounds the memory
BINS = 10  # of the calibration error, equally wide
COMPLAINT = 0.5  # probability from which a text is one

Probabilities = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How a reading does on texts that people have labelled."""

    n: int
    complaints: int  # among them, as people say
    macro_f1: Figure
    precision: Figure | None  # None: nothing was read as a complaint
    recall: Figure | None  # None: nothing is one
    calibration_error: Figure  # expected calibration error, 0..1


@dataclass(frozen=True, slots=True)
class Gain:
    """How much better the second reading of the same texts is than the first."""

    macro_f1: Figure
    calibration_error: Figure  # above 0: worse
    surely_lower: float  # share of the resamples in which the macro F1 fell
    surely_unsteady: float  # share of the resamples in which the calibration error rose


def quality(probabilities: Sequence[float] | Probabilities, truth: Sequence[bool] | Truth, seed: int = 0) -> Quality:
    """The figures of one reading of at least one text.

    >>> found = quality([0.9, 0.8, 0.3, 0.1], [True, True, False, False])
    >>> found.macro_f1.value, round(found.calibration_error.value, 3)
    (1.0, 0.175)
    """
    cells = _cells(np.asarray(probabilities, float), np.asarray(truth, bool))
    drawn = _resampled(cells, seed)
    whole = cells.sum(axis=0, keepdims=True)
    return Quality(
        n=len(cells),
        complaints=int(whole[0, 0] + whole[0, 2]),
        macro_f1=_figure(_macro_f1(whole), _macro_f1(drawn)),
        precision=_optional(_share(whole, 0, 1), _share(drawn, 0, 1)),
        recall=_optional(_share(whole, 0, 2), _share(drawn, 0, 2)),
        calibration_error=_figure(_calibration(whole), _calibration(drawn)),
    )


def gain(before: Probabilities, after: Probabilities, truth: Sequence[bool] | Truth, seed: int = 0) -> Gain:
    """What the second of two readings of the same texts gains over the first, text by text (paired resampling).

    >>> found = gain(np.array([0.1, 0.9]), np.array([0.9, 0.1]), [True, False])
    >>> found.macro_f1.value, found.surely_lower
    (1.0, 0.0)
    """
    labels = np.asarray(truth, bool)
    cells = np.hstack([_cells(np.asarray(before, float), labels), _cells(np.asarray(after, float), labels)])
    half = cells.shape[1] // 2
    drawn, whole = _resampled(cells, seed), cells.sum(axis=0, keepdims=True)
    lift, wobble = (
        [measure(sums[:, half:]) - measure(sums[:, :half]) for sums in (whole, drawn)]
        for measure in (_macro_f1, _calibration)
    )
    return Gain(
        macro_f1=_figure(*lift),
        calibration_error=_figure(*wobble),
        surely_lower=float(np.mean(lift[1] < -1e-9)),
        surely_unsteady=float(np.mean(wobble[1] > 1e-9)),
    )


def ranking(probabilities: Probabilities, truth: Truth) -> Figure:
    """How often a complaint is given more than another text (area under the curve), interval after Hanley and McNeil.

    0.5 is chance; both kinds of texts must be there.

    >>> ranking(np.array([0.9, 0.8, 0.1]), np.array([False, False, True])).value
    0.0
    """
    yes = int(truth.sum())
    no = len(truth) - yes
    area = float((rankdata(probabilities)[truth].sum() - yes * (yes + 1) / 2) / (yes * no))
    both_yes, both_no = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (yes - 1) * (both_yes - area**2) + (no - 1) * (both_no - area**2)
    reach = 1.96 * float(np.sqrt(max(variance, 0.0) / (yes * no)))
    return Figure(area, max(0.0, area - reach), min(1.0, area + reach))


def _cells(probabilities: Probabilities, truth: Truth) -> Probabilities:
    """One row for each text: hit, false alarm, miss, rest; then its error in the bin that it falls into."""
    read = probabilities >= COMPLAINT
    kinds = np.stack([truth & read, ~truth & read, truth & ~read, ~truth & ~read], axis=1).astype(float)
    errors = np.zeros((len(truth), BINS))
    place = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    errors[np.arange(len(truth)), place] = truth - probabilities
    return np.hstack([kinds, errors])


def _resampled(cells: Probabilities, seed: int) -> Probabilities:
    """The sums of the rows over each resample."""
    dice, n = np.random.default_rng(seed), len(cells)
    parts = [dice.multinomial(n, np.full(n, 1 / n), size=AT_ONCE) @ cells for _ in range(DRAWS // AT_ONCE)]
    return np.vstack(parts)


def _macro_f1(sums: Probabilities) -> Probabilities:
    hits, alarms, misses, rest = sums[:, :4].T
    with np.errstate(invalid="ignore", divide="ignore"):
        both = np.stack([2 * hits / (2 * hits + alarms + misses), 2 * rest / (2 * rest + alarms + misses)])
    known = ~np.isnan(both)  # a kind that neither occurs nor was read says nothing
    found: Probabilities = np.where(known, both, 0.0).sum(axis=0) / known.sum(axis=0)
    return found


def _share(sums: Probabilities, part: int, other: int) -> Probabilities:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Probabilities = sums[:, part] / (sums[:, part] + sums[:, other])
    return found


def _calibration(sums: Probabilities) -> Probabilities:
    found: Probabilities = np.abs(sums[:, 4:]).sum(axis=1) / sums[:, :4].sum(axis=1)
    return found


def _figure(whole: Probabilities, drawn: Probabilities) -> Figure:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Figure(float(whole[0]), float(low), float(high))


def _optional(whole: Probabilities, drawn: Probabilities) -> Figure | None:
    return None if np.isnan(whole[0]) else _figure(whole, drawn[~np.isnan(drawn)])
