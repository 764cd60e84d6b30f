"""The spaCy pipeline that finds the terms of all brands in one pass: phrases first, then each language's word edges.

One pipeline for all languages, for a post mixes them ("Northline가 또"), with a component for each language whose words
have edges of their own. Only pieces of terms become tokens, so that no text of a stranger adds to the vocabulary.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, cast

from spacy.lang.xx import MultiLanguage
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from monitor.text.brands.edges import ENDS, STARTS, Edge
from monitor.text.brands.places import Hit, Token
from monitor.text.brands.signs import EMOJI, GAP, LETTER, WORD, script
from monitor.text.brands.spelling import How, Speller
from monitor.text.brands.terms import Phrase, Terms, first_pieces

PHRASES = "ripplewatch_brand_phrases"
EDGES = "ripplewatch_brand_edges"
LANGUAGES = ("latin", "zh", "ko", "te")
MAX_HITS = 2_000  # of one text; no post that is about something says its name so often
PADDING = "\x1c"  # fills a name that was put together up to its old length; folded texts hold no control characters
BEGINNING = 3  # signs by which the beginning of a term is told
_KEY = "ripplewatch_hits"
_WORD = re.compile(WORD)
BETWEEN = {"tight": re.compile("(?!)"), "blank": re.compile(" "), "loose": GAP}
_PULLED_APART = re.compile(rf"(?<!{LETTER})[a-z](?:[ .*\-][a-z]){{3,40}}(?!{LETTER})")
_DIVIDED = re.compile(f"(?<![a-z0-9])[a-z0-9]{{1,40}}(?:[{EMOJI}]{{1,3}}[a-z0-9]{{1,40}}){{1,20}}(?![a-z0-9])")


class _Read(NamedTuple):
    """What the components work on: the text, its tokens, the phrases found so far."""

    text: str
    tokens: Sequence[Token]
    hits: list[Hit]
    dropped: list[Hit]  # those inside longer words


class PieceTokenizer:
    """Makes a document of the tokens that were found, and of nothing else."""

    def __init__(self, nlp: Language) -> None:
        self._vocab = nlp.vocab

    def __call__(self, read: _Read) -> Doc:
        doc = Doc(self._vocab, words=[token.piece for token in read.tokens])
        doc.user_data[_KEY] = read
        return doc


class PhraseComponent:
    """Finds phrases among the tokens, where nothing stands between them that does not belong there."""

    def __init__(self, nlp: Language) -> None:
        self._matcher = PhraseMatcher(nlp.vocab)
        self._place: dict[int, int] = {}
        self._phrases: Sequence[Phrase] = ()
        self._several: tuple[list[int], ...] = ()

    def learn(self, nlp: Language, phrases: Sequence[Phrase]) -> None:
        """Look for ``phrases`` from now on; told once."""
        self._phrases = phrases
        several: dict[tuple[str, ...], list[int]] = {}
        for place, phrase in enumerate(phrases):
            several.setdefault(phrase.pieces, []).append(place)
        self._several = tuple(several.values())
        for number, pieces in enumerate(several):
            self._matcher.add(str(number), [Doc(nlp.vocab, words=list(pieces))])
            self._place[nlp.vocab.strings[str(number)]] = number

    def __call__(self, doc: Doc) -> Doc:
        read: _Read = doc.user_data[_KEY]
        for key, first, last in self._matcher(doc)[:MAX_HITS]:
            tokens = read.tokens[first:last]
            for place in self._several[self._place[key]]:
                if _joined(read.text, tokens, self._phrases[place]):
                    how: How = next((token.how for token in tokens if token.how != "exact"), "exact")
                    read.hits.append(Hit(tokens[0].start, tokens[-1].end, place, how))
        return doc


def _joined(text: str, tokens: Sequence[Token], phrase: Phrase) -> bool:
    for joint, (left, right) in zip(phrase.joints, pairwise(tokens), strict=True):
        if left.end != right.start and not BETWEEN[joint].fullmatch(text, left.end, right.start):
            return False
    start, end = tokens[0].start, tokens[-1].end
    if phrase.tag and text[start - 1 : start] != "#":
        return False
    return text.endswith(phrase.lead, 0, start) and text.startswith(phrase.trail, end)


class EdgesComponent:
    """Takes out what stands inside a longer word, by the rules of one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._starts: tuple[Edge, set[int]] = STARTS[language], set()
        self._ends: tuple[Edge, set[int]] = ENDS[language], set()
        self._mine: set[int] = set()
        self._phrases: Sequence[Phrase] = ()

    def learn(self, phrases: Sequence[Phrase]) -> None:
        """Judge hits of ``phrases`` from now on; told once."""
        self._starts[1].update(place for place, one in enumerate(phrases) if one.starts == self._language)
        self._ends[1].update(place for place, one in enumerate(phrases) if one.ends == self._language)
        self._mine = self._starts[1] | self._ends[1]
        self._phrases = phrases

    def __call__(self, doc: Doc) -> Doc:
        read: _Read = doc.user_data[_KEY]
        alone: list[Hit] = []
        for hit in read.hits:
            stays = hit.phrase not in self._mine or self._stands_alone(read.text, hit)
            (alone if stays else read.dropped).append(hit)
        read.hits[:] = alone
        return doc

    def _stands_alone(self, text: str, hit: Hit) -> bool:
        return self._allows(*self._starts, text, hit) and self._allows(*self._ends, text, hit)

    def _allows(self, rule: Edge, mine: set[int], text: str, hit: Hit) -> bool:
        phrase = self._phrases[hit.phrase]
        return hit.phrase not in mine or rule(text, hit.start, hit.end, phrase.cut, phrase.context)


@Language.factory(PHRASES)
def _phrase_component(nlp: Language, name: str) -> PhraseComponent:
    return PhraseComponent(nlp)


@Language.factory(EDGES, default_config={"language": "latin"})
def _edges_component(nlp: Language, name: str, language: str) -> EdgesComponent:
    return EdgesComponent(language)


class Finder:
    """Finds the phrases of ``terms`` in folded texts. May be shared by threads."""

    def __init__(self, terms: Terms) -> None:
        self.phrases = tuple(terms.phrases)
        self._known = frozenset(piece for phrase in self.phrases for piece in phrase.pieces)
        self._first = first_pieces(self.phrases)
        self._speller = Speller(terms.names, terms.forgiven)
        self._pattern = _token_pattern(self._known)
        self._begins = re.compile(_any_of({_beginning(one) for one in self.phrases if not one.context} - {""}))
        self._stretches = Stretches(self.phrases)
        # What ``spacy.blank("xx")`` makes, with tokens of our own; its rules for words would take 80 ms to load.
        self._nlp = MultiLanguage(vocab=Vocab(), create_tokenizer=cast(Any, PieceTokenizer))
        self._pieces = cast(PieceTokenizer, self._nlp.tokenizer)
        cast(PhraseComponent, self._nlp.add_pipe(PHRASES)).learn(self._nlp, self.phrases)
        for language in LANGUAGES:
            if any(language in (phrase.starts, phrase.ends) for phrase in self.phrases):
                edges = self._nlp.add_pipe(EDGES, f"{EDGES}_{language}", config={"language": language})
                cast(EdgesComponent, edges).learn(self.phrases)

    @property
    def vocabulary(self) -> int:
        """How many words spaCy keeps: those of the terms, whatever was read."""
        return len(self._nlp.vocab)

    def find(
        self, folded: str, more: Sequence[Token] = (), *, context_alone: bool = False
    ) -> tuple[list[Hit], list[Hit]]:
        """The phrases in ``folded``, by place, and those inside longer words.

        ``more`` are tokens that stand within words, such as in hashtags. Where nothing but context words is there they
        are looked for only if ``context_alone``.
        """
        if not more and not context_alone and not self._may_name(folded):
            return [], []
        tokens = [*self._tokens(folded), *more]
        if not tokens:
            return [], []
        if more:
            tokens.sort(key=lambda token: (token.start, token.end))
        read = _Read(folded, tokens, [], [])
        self._nlp(self._pieces(read))
        return sorted(read.hits), read.dropped

    def knows(self, word: str) -> bool:
        """Whether ``word`` is a piece of a term."""
        return word in self._known

    def put_together(self, folded: str) -> str:
        """``folded`` with names that were pulled apart ("n.o.r.t.h", "north✈line") in one, as long as it was."""
        if not folded.isascii():
            folded = _DIVIDED.sub(self._put_together, folded)
        return _PULLED_APART.sub(self._put_together, folded)

    def _put_together(self, hit: re.Match[str]) -> str:
        word = "".join(sign for sign in hit.group() if sign.isalnum())
        return word.ljust(len(hit.group()), PADDING) if word in self._known else hit.group()

    def _may_name(self, folded: str) -> bool:
        """A cheap look: whether a term begins somewhere. Most posts of a stream end here."""
        first, known, read = self._first, self._known, self._speller.read
        for word in _WORD.findall(folded):
            if word in first or (word not in known and read(word) is not None):
                return True
        return self._begins.search(folded) is not None

    def _tokens(self, folded: str) -> Iterator[Token]:
        known, read = self._known, self._speller.read
        padded = PADDING in folded
        for hit in self._pattern.finditer(folded):
            word, start = hit.group(), hit.start()
            if hit.lastindex:
                yield from self._stretches.tokens(word, start)
            elif word in known:
                end = _after_padding(folded, hit.end()) if padded else hit.end()
                yield Token(word, start, end, "exact")
            elif (spelling := read(word)) is not None:
                yield Token(spelling.name, start, start + spelling.length, spelling.how)


class Stretches:
    """Which signs of scripts without blanks, or with endings, become tokens: those where a term may begin.

    Nearly every sign of a Korean or Telugu text is a sign of some term; few stretches begin like one.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        stretches = {stretch for phrase in phrases for stretch in _stretches(phrase)}
        self._lone = frozenset(stretch for stretch in stretches if len(stretch) == 1)
        self._begin = frozenset(stretch[:BEGINNING] for stretch in stretches if len(stretch) > 1)
        self._longest = max(map(len, stretches), default=0)

    def tokens(self, run: str, start: int) -> Iterator[Token]:
        """The signs of ``run``, which stands at ``start``, that may be part of a term."""
        until = 0
        for at, sign in enumerate(run):
            if run[at : at + BEGINNING] in self._begin or run[at : at + 2] in self._begin:
                until = at + self._longest
            if at < until or sign in self._lone:
                yield Token(sign, start + at, start + at + 1, "exact")


def _stretches(phrase: Phrase) -> Iterator[str]:
    """The pieces of a phrase between which nothing may stand, run together."""
    run = phrase.pieces[0]
    for joint, piece in zip(phrase.joints, phrase.pieces[1:], strict=True):
        if joint != "tight":
            yield run
            run = ""
        run += piece
    yield run


def _beginning(phrase: Phrase) -> str:
    """The first signs of a phrase that does not begin with a Latin word; else empty."""
    return "" if phrase.starts == "latin" else next(_stretches(phrase))[:BEGINNING]


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of ``words``, in which each sign is looked at once; one that finds nothing for none."""
    several: dict[str, set[str]] = {}
    for word in words:
        several.setdefault(word[0], set()).add(word[1:])
    branches = [
        re.escape(sign) + ("" if "" in rests else f"(?:{_any_of(rests)})") for sign, rests in sorted(several.items())
    ]
    return "|".join(branches) or "(?!)"


def _after_padding(folded: str, end: int) -> int:
    while folded.startswith(PADDING, end):
        end += 1
    return end


def _token_pattern(known: frozenset[str]) -> re.Pattern[str]:
    """Words of scripts with blanks, and runs of single signs of the others that are in a term, as a group."""
    singles = "".join(sorted(re.escape(piece) for piece in known if len(piece) == 1 and script(piece) != "latin"))
    return re.compile(f"{WORD}|([{singles}]+)" if singles else WORD)
