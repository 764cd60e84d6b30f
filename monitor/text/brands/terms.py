"""From the terms of brands to phrases that can be looked for: pieces, and what may stand between them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Literal, NamedTuple

from monitor.domain import Brand
from monitor.text.brands.signs import PIECE, script
from monitor.text.brands.spelling import pinyin, without_accents
from monitor.text.normalise import fold

Role = Literal["hashtag", "name", "misspelling", "product", "required", "forbidden"]
CONTEXT: frozenset[str] = frozenset({"required", "forbidden"})
Joint = Literal["tight", "blank", "loose"]  # what may stand between pieces: nothing, one blank, blanks and signs

ACRONYM = 3  # letters; a shorter or as short name in capitals is often a word in small letters
MOST_WORDS = 4  # of a name that is also looked for run together
# Characters from which on a Chinese name may have blanks and dots between them, and a Korean one a blank.
SPACED: dict[str, tuple[int, Joint]] = {"zh": (3, "loose"), "ko": (4, "blank")}
PLURAL_FROM = 4  # letters of a product
_CUT = "\u0c4d\u0c02"  # what a Telugu noun trades for a vowel when it takes an ending


class Use(NamedTuple):
    """What a phrase is to a brand."""

    brand: int  # place in the configuration
    role: Role
    term: str  # as configured
    capitals: bool = False  # a short acronym


@dataclass(frozen=True, slots=True)
class Phrase:
    """Pieces in a row, and what stands between and around them."""

    pieces: tuple[str, ...]
    joints: tuple[Joint, ...]
    cut: str = ""  # what was taken off the end of a Telugu word
    lead: str = ""  # signs of the term before its first piece (".net")
    trail: str = ""
    tag: bool = False  # "#" must stand before it
    context: bool = False
    plural: bool = False  # of the term as configured

    @property
    def starts(self) -> str:
        """The language whose rules hold for what stands before."""
        return script(self.pieces[0][0])

    @property
    def ends(self) -> str:
        """The language whose rules hold for what stands after."""
        return script(self.pieces[-1][-1])


@dataclass(slots=True)
class Terms:
    """All phrases of all brands, and which Latin words may stand for a name in disguise."""

    phrases: dict[Phrase, list[Use]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    forgiven: set[str] = field(default_factory=set)

    def add(self, phrase: Phrase, use: Use) -> None:
        """Note that ``phrase`` is ``use``."""
        uses = self.phrases.setdefault(phrase, [])
        if use not in uses:
            uses.append(use)


def compiled(brands: Sequence[Brand]) -> Terms:
    """The phrases of ``brands``. Handles are no phrases: see ``monitor.text.brands.addresses``."""
    terms = Terms()
    for place, brand in enumerate(brands):
        for role, words in _listed(brand):
            for term in words:
                _add(terms, Use(place, role, term, role in ("name", "product") and _is_acronym(term)))
                if brand.forgiving and role in ("name", "product"):
                    terms.forgiven |= set(fold(term).split())  # words as configured, not run together
    return terms


def _add(terms: Terms, use: Use) -> None:
    for phrase in phrases(use.term, use.role):
        terms.add(phrase, use)
        if use.role not in CONTEXT and not phrase.plural:
            terms.names |= {piece for piece in phrase.pieces if piece.isascii() and piece[0].isalnum()}


def _listed(brand: Brand) -> tuple[tuple[Role, Sequence[str]], ...]:
    return (
        ("hashtag", brand.hashtags),
        ("name", brand.names),
        ("misspelling", brand.misspellings),
        ("product", brand.products),
        ("required", brand.required),
        ("forbidden", brand.forbidden),
    )


def _is_acronym(term: str) -> bool:
    return len(term) <= ACRONYM and term.isascii() and term.isalpha() and term.isupper()


def phrases(term: str, role: Role) -> Iterator[Phrase]:
    """The ways in which ``term`` is written: as it stands, run together, by its syllables, in the plural."""
    folded = fold(term)
    folded = folded if role in ("name", "product", "misspelling") else folded.lstrip("#@")
    context, tag = role in CONTEXT, role == "hashtag"
    for written in dict.fromkeys((folded, folded.replace("'", ""))):
        whole = _phrase(written, context=context, tag=tag)
        if whole is None:
            continue
        for one in (whole, *_run_together(whole), *_by_syllables(whole)):
            yield one
            if context or role == "product":
                yield from _plurals(one, least=1 if context else PLURAL_FROM)


def _phrase(folded: str, *, context: bool, tag: bool) -> Phrase | None:
    cut = folded[-1] if folded[-1:] and folded[-1] in _CUT else ""
    stem = folded.rstrip(_CUT) if cut else folded
    found = list(PIECE.finditer(stem))
    if not found:
        return None
    count = Counter(script(hit.group()[0]) for hit in found)
    return Phrase(
        pieces=tuple(without_accents(hit.group()) if not hit.group().isascii() else hit.group() for hit in found),
        joints=tuple(
            _joint(one.group(), other.group(), touching=one.end() == other.start(), count=count)
            for one, other in pairwise(found)
        ),
        cut=cut,
        lead=stem[: found[0].start()],
        trail=stem[found[-1].end() :],
        tag=tag,
        context=context,
    )


def _joint(one: str, other: str, *, touching: bool, count: Mapping[str, int]) -> Joint:
    left, right = script(one[-1]), script(other[0])
    if not touching or left != right or not left:
        return "loose"
    spaced = left in SPACED and count[left] >= SPACED[left][0]
    return SPACED[left][1] if spaced else "tight"


def _run_together(phrase: Phrase) -> Iterator[Phrase]:
    """The same words without blanks, or with "_", where one token holds several words."""
    count = len(phrase.pieces)
    if not 1 < count <= MOST_WORDS or any(script(piece[0]) != "latin" for piece in phrase.pieces):
        return
    for joins in product((" ", "") if phrase.context else (" ", "", "_"), repeat=count - 1):
        written = phrase.pieces[0] + "".join(join + piece for join, piece in zip(joins, phrase.pieces[1:], strict=True))
        pieces = tuple(written.split(" "))
        if len(pieces) < count:
            yield _with(phrase, pieces)


def _by_syllables(phrase: Phrase) -> Iterator[Phrase]:
    """Pinyin as "bei xian" for "beixian"."""
    apart = [pinyin(piece) or [piece] for piece in phrase.pieces]
    pieces = tuple(syllable for syllables in apart for syllable in syllables)
    if not phrase.context and not phrase.tag and len(pieces) > len(phrase.pieces):
        yield _with(phrase, pieces)


def _plurals(phrase: Phrase, least: int) -> Iterator[Phrase]:
    last = phrase.pieces[-1]
    if script(last[-1]) == "latin" and last[-1].isalpha() and len(last) >= least and not phrase.trail:
        for written in (last + "s", last[:-1] + "ies" if last.endswith("y") else last + "es"):
            yield _with(phrase, (*phrase.pieces[:-1], written), plural=True)


def _with(phrase: Phrase, pieces: tuple[str, ...], *, plural: bool = False) -> Phrase:
    joints: tuple[Joint, ...] = phrase.joints
    if len(pieces) != len(phrase.pieces):
        joints = tuple("loose" for _ in pieces[1:])
    return Phrase(pieces, joints, phrase.cut, phrase.lead, phrase.trail, phrase.tag, phrase.context, plural)


def first_pieces(phrases: Iterable[Phrase]) -> frozenset[str]:
    """The pieces with which the phrases begin, context words left out."""
    return frozenset(phrase.pieces[0] for phrase in phrases if not phrase.context)
