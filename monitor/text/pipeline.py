"""One spaCy pipeline per language: a blank one with the program's own component behind its tokenizer.

spaCy's trained pipelines are not on the package index; components that are trained later join this same pipeline.
"""

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from monitor.domain import Assessment
from monitor.text.lexicon import Lexicon, load
from monitor.text.score import assess

COMPONENT = "ripplewatch_lexicon"
MAX_VOCABULARY = 100_000  # spaCy keeps every word it meets; a pipeline that met more is built anew
_KEY = "ripplewatch_assessment"
# Without this spaCy asks for a Korean morphological analyser that is not part of the program.
_CONFIG = {"ko": {"nlp": {"tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}}}


class LexiconComponent:
    """Reads the folded text of a document with the lexicon of its language and keeps the assessment with it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, doc: Doc) -> Doc:
        doc.user_data[_KEY] = assess(self._lexicon, doc.text)
        return doc


@Language.factory(COMPONENT, default_config={"language": "en"})
def _component(nlp: Language, name: str, language: str) -> LexiconComponent:
    return LexiconComponent(load(language))


def build(language: str) -> Language:
    """The pipeline for a language that has a lexicon."""
    nlp = spacy.blank(language, config=_CONFIG.get(language, {}))
    nlp.add_pipe(COMPONENT, config={"language": language})
    return nlp


def assessment_of(doc: Doc) -> Assessment:
    """What the component found."""
    found: Assessment = doc.user_data[_KEY]
    return found
