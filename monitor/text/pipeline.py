"""One spaCy pipeline per language: a blank one with the program's own component behind its tokenizer.

spaCy's trained pipelines are not on the package index; components that are trained later join this same pipeline.
"""

from collections.abc import Iterable, Iterator

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from monitor.domain import Assessment
from monitor.text.lexicon import Lexicon, load
from monitor.text.score import assess

COMPONENT = "ripplewatch_lexicon"
MAX_VOCABULARY = 100_000  # spaCy keeps every word it meets; a pipeline that met more is built anew
_KEY = "ripplewatch_assessment"
_TEXT = "ripplewatch_text"
# One tokenizer for all: spaCy's own for Korean asks for an analyser that is not part of the program, and phrases are
# found by character, so that Chinese needs no segmenter.
_CONFIG = {"nlp": {"tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}}


class LexiconComponent:
    """Reads the folded text of a document with the lexicon of its language and keeps the assessment with it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, doc: Doc) -> Doc:
        text = doc.user_data.get(_TEXT)
        doc.user_data[_KEY] = assess(self._lexicon, doc.text if text is None else text)
        return doc


@Language.factory(COMPONENT, default_config={"language": "en"})
def _component(nlp: Language, name: str, language: str) -> LexiconComponent:
    return LexiconComponent(load(language))


def build(language: str) -> Language:
    """The pipeline for a language that has a lexicon."""
    nlp = spacy.blank(language, config=_CONFIG)
    nlp.add_pipe(COMPONENT, config={"language": language})
    return nlp


def assess_all(nlp: Language, texts: Iterable[str]) -> Iterator[Assessment]:
    """The assessment of each folded and masked text, in order."""
    for doc in nlp.pipe(_docs(nlp, texts)):
        found: Assessment = doc.user_data[_KEY]
        yield found


def _docs(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    for text in texts:
        doc = nlp.make_doc(text)
        doc.user_data[_TEXT] = text  # putting the tokens together again would cost more than the reading
        yield doc
