"""Training over a database: labels in, a decision for each language, and what was accepted kept in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.domain import Status
from alerts.verdicts import POSTS, concluded
from monitor.db import transaction
from monitor.labels import Label
from monitor.store.models import KeptModel
from monitor.text.language import identify
from monitor.text.lessons import Lesson, Lessons, gathered
from monitor.text.lexicon import languages as covered
from monitor.text.lexicon import load
from monitor.text.measures import Figure, Quality
from monitor.text.model.fit import Example, fit
from monitor.text.model.linear import TextModel
from monitor.text.model.weights import dumps, loads, shipped
from monitor.text.training import Comparison, Model, Outcome, by_lexicon, decide
from ui.models import InUse, in_use
from ui.stores import Stores

CASES_READ = 2_000  # the newest, whose verdicts are heard
READ_OF_CASE = 4 * POSTS  # posts of a case that are looked through

Step = Callable[[str], None]  # told what is being done


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of one language, and the version that reads it from now on, where that is a new one."""

    outcome: Outcome
    before: str  # version that was measured against
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a training."""

    trained: tuple[Trained, ...]
    others: Mapping[str | None, int]  # labelled texts in languages that nothing reads


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a training."""

    who: str
    now: datetime
    given: Sequence[Label] = ()  # of a file; kept where they led to a new model
    languages: Sequence[str] | None = None  # None: every one that somebody gave a label in
    dry: bool = False  # nothing is kept
    corrections: bool = False  # the file holds only texts that were read wrongly


def train(stores: Stores, wanted: Wanted, step: Step = lambda _: None) -> Report:
    """Fit, measure, decide and keep. Nothing of a language changes unless its new model is accepted."""
    step("reading the labels")
    labels = [*_verdicts(stores), *stores.labels.all(), *wanted.given]
    lessons, others = gathered(labels, covered())
    used = in_use(stores.models)
    trained = []
    for code in wanted.languages or [code for code in covered() if lessons[code].said or lessons[code].disputed]:
        step(f"training {code}")
        trained.append(_one(stores, wanted, lessons[code], used[code]))
    return Report(tuple(trained), others)


def _verdicts(stores: Stores) -> Iterator[Label]:
    """Weak labels from the verdicts on cases, the oldest case first."""
    for incident in reversed(stores.incidents.recent(CASES_READ)):
        if incident.status is Status.resolved and incident.verdict is not None:
            yield from concluded(incident, stores.posts.of_issue(incident.brand, incident.issue, READ_OF_CASE))


def _one(stores: Stores, wanted: Wanted, lessons: Lessons, used: InUse) -> Trained:
    code = used.language
    outcome, model = decide(
        code,
        lessons,
        used.model.complaint if used.model else by_lexicon(code),
        lambda train: _fitted(code, train),
        load(code).samples,
        corrections=wanted.corrections,
    )
    if not isinstance(model, TextModel) or wanted.dry:
        return Trained(outcome, used.version)
    return Trained(outcome, used.version, _kept(stores, wanted, outcome, used, model))


def _fitted(language: str, train: Sequence[Lesson]) -> Model:
    """A model that starts from the program's own; as it will be stored, so that what is measured is what will read."""
    examples = [
        Example(one.text, one.label, one.weight, sentiment=one.sentiment, severity=one.severity, reason=one.reason)
        for one in train
    ]
    return loads(dumps(fit(language, examples, prior=shipped(language), seed=0)))


def _kept(stores: Stores, wanted: Wanted, outcome: Outcome, used: InUse, model: TextModel) -> str:
    """Store the model and the labels of the file that led to it; its version."""
    code = used.language
    base, number = shipped(code), sum(kept.language == code for kept in stores.models.all()) + 1
    version = f"{base.version if base else 'none'}+{number}"
    card = described(outcome, used.version)
    weights = dumps(replace(model, version=version, card={**model.card, "trained_here": card}))
    given = [label for label in wanted.given if identify(label.text or "", label.language) == code]
    with transaction(stores.engine) as session:
        stores.labels.add(session, given)
        stores.models.add(session, KeptModel(code, version, wanted.now, wanted.who, card), weights)
    return version


def described(outcome: Outcome, before: str) -> dict[str, Any]:
    """The figures of an outcome, as numbers and names: for the model's card and for ``--json``."""
    parts = outcome.parts
    return {
        "labels": outcome.labels,
        "complaints": outcome.complaints,
        "from_verdicts": outcome.weak,
        "disputed": outcome.disputed,
        "trained_on": len(parts.train),
        "set_aside": parts.set_aside,
        "compared_with": before,
        "test": _comparison(outcome.tested),
        "samples": _comparison(outcome.samples),
        "agreement": _figure(outcome.agreement),
    }


def _comparison(found: Comparison | None) -> dict[str, Any] | None:
    if found is None:
        return None
    gain = {"macro_f1": _figure(found.gain.macro_f1), "calibration_error": _figure(found.gain.calibration_error)}
    return {"n": found.after.n, "before": _quality(found.before), "after": _quality(found.after), "gain": gain}


def _quality(quality: Quality) -> dict[str, Any]:
    return {
        "n": quality.n,
        "complaints": quality.complaints,
        "macro_f1": _figure(quality.macro_f1),
        "precision": _figure(quality.precision),
        "recall": _figure(quality.recall),
        "calibration_error": _figure(quality.calibration_error),
    }


def _figure(figure: Figure | None) -> list[float] | None:
    """Value, low and high end of the 95 % interval."""
    return None if figure is None else [round(value, 4) for value in (figure.value, figure.low, figure.high)]
