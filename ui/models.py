"""Which model reads each language: one trained here, else the program's own, else word lists alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import structlog

from monitor.db import connect, migrate
from monitor.store.models import KeptModel, TextModelStore
from monitor.text.lexicon import languages, load
from monitor.text.model.linear import TextModel
from monitor.text.model.weights import loads, shipped
from monitor.text.reader import TextReader
from ui.output import note

By = Literal["own", "shipped", "lexicon"]

log = structlog.get_logger("ripplewatch")


Tell = Callable[[str, str], None]  # language, why its trained model is left aside


@dataclass(frozen=True, slots=True)
class InUse:
    """What reads one language."""

    language: str
    by: By
    version: str
    model: TextModel | None  # None: word lists alone
    card: Mapping[str, Any] = field(default_factory=dict)
    made_at: datetime | None = None  # None: it came with the program
    made_by: str | None = None
    trouble: str | None = None  # why the model that was trained here is left aside


def in_use(store: TextModelStore | None = None) -> dict[str, InUse]:
    """What reads each covered language, with the models of ``store`` before those of the program.

    A model that cannot be read, damaged or of another version of the program, is left aside.
    """
    found = {code: _shipped(code) for code in languages()}
    for code, (kept, weights) in (store.current() if store else {}).items():
        if code in found:
            found[code] = _own(kept, weights, found[code])
    return found


def _shipped(code: str) -> InUse:
    model = shipped(code)
    if model is None:
        return InUse(code, "lexicon", load(code).version, None)
    return InUse(code, "shipped", model.version, model, model.card)


def _own(kept: KeptModel, weights: bytes, otherwise: InUse) -> InUse:
    try:
        model = loads(weights)
    except ValueError as error:
        return replace(otherwise, trouble=str(error))
    if model.language != kept.language:
        return replace(otherwise, trouble="it is a model of another language")
    return InUse(kept.language, "own", kept.version, model, kept.card, kept.made_at, kept.made_by)


def _log(language: str, why: str) -> None:
    log.error("a trained model is left aside", language=language, reason=why)


def reader(store: TextModelStore | None = None, tell: Tell = _log) -> TextReader:
    """Reads texts with the models that are in use; ``tell`` hears of those that cannot be used."""
    used = in_use(store)
    for code, one in used.items():
        if one.trouble is not None:
            tell(code, one.trouble)
    return TextReader(models={code: one.model for code, one in used.items() if one.model is not None})


def reader_at(url: str) -> TextReader:
    """Reads texts with the models that are in use in the database at ``url``; no file is made where there is none.

    Raises StorageError.
    """
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).is_file():
        return reader()
    engine = connect(url)
    try:
        migrate(engine)
        return reader(TextModelStore(engine), _note)
    finally:
        engine.dispose()


def _note(language: str, why: str) -> None:
    note(f"The model trained here for {language} is left aside: {why}.")


class Renewal:
    """Hands over a new reader whenever a model was kept or withdrawn since it was last asked."""

    def __init__(self, store: TextModelStore, take: Callable[[TextReader], None], stamp: tuple[int, int]) -> None:
        """``stamp`` is that of the store before the present reader was made."""
        self._store = store
        self._take = take
        self._stamp = stamp

    def __call__(self) -> None:
        """Look, cheaply; raises StorageError."""
        stamp = self._store.stamp()
        if stamp != self._stamp:
            self._take(reader(self._store))
            self._stamp = stamp
            log.info("reading with newly trained models")
