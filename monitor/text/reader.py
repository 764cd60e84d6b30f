"""Reads posts: language, complaint, sentiment, severity, reason, and the words that decided it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from monitor.domain import Assessment
from monitor.text.language import identify_masked
from monitor.text.lexicon import languages as covered_languages
from monitor.text.normalise import fold, mask

if TYPE_CHECKING:
    from spacy.language import Language

    from monitor.text.model.linear import TextModel

READ = 5_000  # characters of a text that are read; a complaint says so before that
BATCH = 512


class TextReader:
    """Reads texts in the covered languages; any other text comes back as not assessed. No text makes it raise.

    May be shared by threads. Pipelines are built when their language is first met.

    >>> reading = TextReader().read("@northline you lost my bag and nobody answers. Worst airline ever!")
    >>> reading.language, reading.is_complaint, reading.reason
    ('en', True, 'property')
    """

    def __init__(self, languages: Sequence[str] | None = None, models: Mapping[str, "TextModel"] | None = None) -> None:
        """``models`` by language replace the shipped ones; an empty mapping leaves the lexicons alone."""
        covered = covered_languages()
        self._models = models
        self.languages = covered if languages is None else tuple(code for code in covered if code in languages)
        self._pipelines: dict[str, Language] = {}
        self._lock = threading.Lock()
        self._words: TextReader | None = self if models == {} else None  # reads by word lists alone

    def read(self, text: str, hint: str | None = None) -> Assessment:
        """The assessment of one text; ``hint`` is the language that its site gives."""
        return next(self.read_many([(text, hint)]))

    def read_many(self, texts: Iterable[tuple[str, str | None]]) -> Iterator[Assessment]:
        """One assessment per (text, hint), in order; much faster than one by one."""
        source = iter(texts)
        while batch := list(islice(source, BATCH)):
            yield from self._read_batch(batch)

    def read_clauses(self, texts: Iterable[tuple[str, str | None]]) -> Iterator[Assessment]:
        """One assessment per part of a post, by the word lists alone: the models learnt from whole posts."""
        if self._words is None:
            self._words = TextReader(self.languages, models={})
        return self._words.read_many(texts)

    def _read_batch(self, batch: list[tuple[str, str | None]]) -> list[Assessment]:
        read: list[Assessment | None] = []
        waiting: dict[str, list[tuple[str, int]]] = {}
        for place, (text, hint) in enumerate(batch):
            words = mask(fold(text[:READ]))
            code = identify_masked(words, hint)
            if code in self.languages and code is not None:
                waiting.setdefault(code, []).append((words, place))
            read.append(Assessment(language=code, assessed=False))
        with self._lock:
            for code, group in waiting.items():
                for found, place in self._assess(code, group):
                    read[place] = found
        return [assessment for assessment in read if assessment is not None]

    def _assess(self, code: str, group: list[tuple[str, int]]) -> Iterator[tuple[Assessment, int]]:
        from monitor.text.pipeline import MAX_VOCABULARY, assess_all, build

        nlp = self._pipelines.get(code)
        if nlp is None or len(nlp.vocab) > MAX_VOCABULARY:
            nlp = self._pipelines[code] = build(code, self._model(code))
        found = assess_all(nlp, (words for words, _ in group))
        yield from zip(found, (place for _, place in group), strict=True)

    def _model(self, code: str) -> "TextModel | None":
        from monitor.text.model.weights import shipped

        return shipped(code) if self._models is None else self._models.get(code)

    def use(self, models: Mapping[str, "TextModel"] | None) -> None:
        """Read with ``models`` from now on; what is being read meanwhile is read with either."""
        with self._lock:
            self._models = models
            self._words = self if models == {} else None
            self._pipelines.clear()
