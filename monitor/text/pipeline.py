"""One spaCy pipeline per language: a blank one with the program's own component.

spaCy's trained pipelines are not on the package index; components that are trained later join this same pipeline.
"""

from collections.abc import Callable, Iterable, Iterator

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import registry

from monitor.domain import Assessment
from monitor.text.lexicon import Lexicon, load
from monitor.text.score import assess

COMPONENT = "ripplewatch_lexicon"
MAX_VOCABULARY = 100_000  # spaCy keeps every word it meets; a pipeline that met more is built anew
_KEY = "ripplewatch_assessment"
_TEXT = "ripplewatch_text"
_BLANKS = "ripplewatch_blanks"
_CONFIG = {"nlp": {"tokenizer": {"@tokenizers": _BLANKS}}}


@registry.tokenizers(_BLANKS)  # type: ignore[untyped-decorator]
def _split_at_blanks() -> Callable[[Language], Tokenizer]:
    # Phrases are found by character, so blanks are enough: three times as fast as each language's own rules, and those
    # for Korean ask for an analyser that is not part of the program.
    return lambda nlp: Tokenizer(nlp.vocab)


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
    # Shape, prefix and the like of every new word: nothing here asks for them.
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]
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
