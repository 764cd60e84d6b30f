"""Whether a model fitted on people's labels may replace the present reading of a language. Pure.

Whoever calls brings the lessons, the present reading and what fits a model, and keeps what is decided.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.text.lessons import Lesson, Lessons, Parts, split
from monitor.text.lexicon import Sample, load
from monitor.text.measures import Figure, Gain, Quality, gain, quality, ranking
from monitor.text.normalise import fold, mask
from monitor.text.score import complaint, tally

LEAST = 60  # labels of a language from which training makes sense
LEAST_OF_A_KIND = 15  # complaints, and other texts, among them
LEAST_TRAINED = 8  # of each kind in the training part, where many texts may be copies of tested ones
LEAST_TESTED = 3  # of each kind in the test part
SURE = 0.9  # share of the resamples from which a loss of F1 is no chance any more
SURE_UNSTEADY = 0.975  # the same for probabilities that fit worse

Read = Callable[[Sequence[str]], NDArray[np.float64]]  # texts → complaint probabilities


class Model(Protocol):
    """What fitting returns; see ``monitor.text.model.linear.TextModel``."""

    def complaint(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The complaint probability of each text."""


Fit = Callable[[Sequence[Lesson]], Model]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The present reading and the new model on the same texts."""

    before: Quality
    after: Quality
    gain: Gain


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one language."""

    language: str
    state: Literal["accepted", "refused", "too_little"]
    why: str  # a sentence for people
    labels: int  # said by people who agree
    complaints: int  # among them
    weak: int  # concluded from verdicts
    disputed: int
    parts: Parts
    tested: Comparison | None = None  # on the test part
    samples: Comparison | None = None  # on the program's own invented sentences
    agreement: Figure | None = None  # of files with the present reading; .5 is chance


def by_lexicon(language: str) -> Read:
    """The reading of the word lists alone, for a language that has no model yet."""
    lexicon = load(language)

    def read(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([complaint(lexicon, tally(lexicon, mask(fold(text)))) for text in texts], float)

    return read


def decide(
    language: str,
    lessons: Lessons,
    present: Read,
    fit: Fit,
    samples: Sequence[Sample],
    *,
    corrections: bool = False,
) -> tuple[Outcome, Model | None]:
    """Fit a model on the training part and say whether it may replace the ``present`` reading; the model if it may.

    ``corrections``: files hold only what was read wrongly, so that they need not agree with the present reading.
    """
    said, parts = lessons.said, split(lessons.lessons)
    outcome = Outcome(
        language,
        "too_little",
        _lacking(said, parts),
        labels=len(said),
        complaints=sum(lesson.label for lesson in said),
        weak=len(lessons.lessons) - len(said),
        disputed=len(lessons.disputed),
        parts=parts,
    )
    if outcome.why:
        return outcome, None
    agreement = _agreement(said, present)
    if agreement is not None and agreement.low <= 0.5 and not corrections:
        return replace(outcome, state="refused", why=_contradiction(agreement), agreement=agreement), None
    model = fit(weighted(parts.train))
    tested = _compared([(one.text, one.label) for one in parts.test], present, model)
    known = _compared([(sample.text, sample.sign == "complaint") for sample in samples], present, model)
    why = _objection(tested, known)
    outcome = replace(outcome, tested=tested, samples=known, agreement=agreement)
    if why:
        return replace(outcome, state="refused", why=why), None
    return replace(outcome, state="accepted", why="did not get worse on its test part"), model


def _lacking(said: Sequence[Lesson], parts: Parts) -> str:
    """What is missing for training; empty where nothing is."""
    complaints = sum(lesson.label for lesson in said)
    tested = sum(lesson.label for lesson in parts.test)
    taught = [lesson.label for lesson in parts.train if lesson.weight >= 1]
    wanted = {
        "labels": (len(said), LEAST),
        "labels that say complaint": (complaints, LEAST_OF_A_KIND),
        "labels that say no complaint": (len(said) - complaints, LEAST_OF_A_KIND),
        "complaints to train on": (sum(taught), LEAST_TRAINED),
        "other texts to train on": (len(taught) - sum(taught), LEAST_TRAINED),
        "complaints in the test part": (tested, LEAST_TESTED),
        "other texts in the test part": (len(parts.test) - tested, LEAST_TESTED),
    }
    for what, (there, needed) in wanted.items():
        if there < needed:
            return f"too little data: {there} of {needed} needed ({what})"
    return ""


def _agreement(said: Sequence[Lesson], present: Read) -> Figure | None:
    """How far the labels of files go along with the present reading; None where too few of them are there to say."""
    filed = [lesson for lesson in said if lesson.from_file]
    truth = np.array([lesson.label for lesson in filed], bool)
    if min(truth.sum(), len(truth) - truth.sum()) < LEAST_OF_A_KIND:
        return None
    return ranking(present([lesson.text for lesson in filed]), truth)


def _contradiction(agreement: Figure) -> str:
    """Why files are not believed: their test part is made of the same labels and cannot vouch for them."""
    doubt = "are they turned round?" if agreement.high < 0.5 else "are they in the right column?"
    return (
        "the labels of the file go along with the present reading no better than chance "
        f"({agreement.value:.2f}, {agreement.low:.2f}–{agreement.high:.2f}; chance is 0.50): {doubt} "
        "A file of nothing but misread texts is taken with --corrections"
    )


def weighted(train: Sequence[Lesson]) -> list[Lesson]:
    """``train`` with verdicts held down, so that all of them together count no more than what people said.

    >>> [lesson.weight for lesson in weighted([Lesson("a", True)] + [Lesson("b", False, 0.25)] * 8)][1]
    0.125
    """
    said = sum(lesson.weight >= 1 for lesson in train)
    weak = sum(lesson.weight for lesson in train if lesson.weight < 1)
    scale = min(1.0, said / weak) if weak else 1.0
    return [one if one.weight >= 1 else replace(one, weight=one.weight * scale) for one in train]


def _compared(labelled: Sequence[tuple[str, bool]], present: Read, model: Model) -> Comparison:
    texts, truth = [text for text, _ in labelled], [label for _, label in labelled]
    before, after = present(texts), model.complaint(texts)
    return Comparison(quality(before, truth), quality(after, truth), gain(before, after, truth))


def _objection(tested: Comparison, samples: Comparison) -> str:
    """Why the new model may not replace the present reading; empty where it may."""
    for where, found in (("its test part", tested), ("the program's own invented sentences", samples)):
        if found.gain.surely_lower >= SURE:
            fell = f"{found.before.macro_f1.value:.3f} to {found.after.macro_f1.value:.3f}"
            return f"got worse on {where}: macro F1 fell from {fell}, and that is more than noise"
    if tested.gain.surely_unsteady >= SURE_UNSTEADY:
        before, after = tested.before.calibration_error.value, tested.after.calibration_error.value
        return f"its probabilities fit worse: calibration error {before:.3f} → {after:.3f}, more than noise"
    return ""
