"""One spaCy pipeline per language: a blank one with the program's own components, lexicon and trained model.

spaCy's trained pipelines are not on the package index, so what is trained here is our own.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import registry

from monitor.domain import Assessment
from monitor.text.lexicon import Lexicon, load
from monitor.text.model.linear import TextModel
from monitor.text.model.reading import Opinion, opinion, reading

LEXICON = "ripplewatch_lexicon"
MODEL = "ripplewatch_model"
BATCH = 256
MAX_VOCABULARY = 100_000  # spaCy keeps every word it meets; a pipeline that met more is built anew
_KEY = "ripplewatch_assessment"
_TEXT = "ripplewatch_text"
_OPINION = "ripplewatch_opinion"
_BLANKS = "ripplewatch_blanks"
# Components read the text itself, by its characters. Cutting it into tokens would take a sixth of the time, and spaCy
# would keep every word of it for ever.
_UNCUT = ["text"]
_CONFIG = {"nlp": {"tokenizer": {"@tokenizers": _BLANKS}}}


@registry.tokenizers(_BLANKS)  # type: ignore[untyped-decorator]
def _split_at_blanks() -> Callable[[Language], Tokenizer]:
    # Phrases are found by character, so blanks are enough: three times as fast as each language's own rules, and those
    # for Korean ask for an analyser that is not part of the program.
    return lambda nlp: Tokenizer(nlp.vocab)


class LexiconComponent:
    """Reads the folded texts of documents with the lexicon of their language and keeps its opinion with each."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe(iter([doc]), batch_size=1))

    def pipe(self, stream: Iterator[Doc], *, batch_size: int) -> Iterator[Doc]:
        """The documents of ``stream`` with their opinions; the phrases of a whole batch are looked for together."""
        while docs := list(islice(stream, batch_size)):
            texts = [_text(doc) for doc in docs]
            for doc, text, spans in zip(docs, texts, self._lexicon.all.spans_of(texts), strict=True):
                said = opinion(self._lexicon, text, spans)
                doc.user_data[_OPINION], doc.user_data[_KEY] = said, said.said
            yield from docs


def _text(doc: Doc) -> str:
    if _TEXT not in doc.user_data:
        doc.user_data[_TEXT] = doc.text
    text: str = doc.user_data[_TEXT]
    return text


class ModelComponent:
    """Reads documents, many at once, with a trained model; the lexicon's opinion becomes the second."""

    model: TextModel  # set when the pipeline is built

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe(iter([doc]), batch_size=1))

    def pipe(self, stream: Iterator[Doc], *, batch_size: int) -> Iterator[Doc]:
        """The documents of ``stream`` with their assessments; n-grams of a whole batch are counted together."""
        while docs := list(islice(stream, batch_size)):
            opinions: list[Opinion] = [doc.user_data[_OPINION] for doc in docs]
            rows = np.array([said.cues for said in opinions], np.float32)
            answers = self.model.answers([doc.user_data[_TEXT] for doc in docs], rows)
            for doc, said, answer in zip(docs, opinions, answers, strict=True):
                doc.user_data[_KEY] = reading(said, answer, self.model.version)
            yield from docs


@Language.factory(LEXICON, default_config={"language": "en"})
def _lexicon(nlp: Language, name: str, language: str) -> LexiconComponent:
    return LexiconComponent(load(language))


@Language.factory(MODEL)
def _model(nlp: Language, name: str) -> ModelComponent:
    return ModelComponent()


def build(language: str, model: TextModel | None = None) -> Language:
    """The pipeline for a language that has a lexicon; ``model`` gives the first opinion where there is one."""
    nlp = spacy.blank(language, config=_CONFIG)
    # Shape, prefix and the like of every new word: nothing here asks for them.
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]
    nlp.add_pipe(LEXICON, config={"language": language})
    if model is not None:
        component: ModelComponent = nlp.add_pipe(MODEL)  # type: ignore[assignment]
        component.model = model
    return nlp


def assess_all(nlp: Language, texts: Iterable[str]) -> Iterator[Assessment]:
    """The assessment of each folded and masked text, in order."""
    for doc in nlp.pipe(_docs(nlp, texts), batch_size=BATCH):
        found: Assessment = doc.user_data[_KEY]
        yield found


def _docs(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    for text in texts:
        doc = Doc(nlp.vocab, words=_UNCUT)
        doc.user_data[_TEXT] = text
        yield doc
