"""The former way of matching, one regular expression for each term: the peer that figures are compared with."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from monitor.domain import Brand, BrandMatch
from monitor.text.normalise import MAX_CHARACTERS, fold, split_urls

Kind = Literal["name", "handle", "hashtag", "product"]

MAX_LINKS = 10  # of one post that are looked at

_CJK = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af"
# A letter or digit where blanks part words: "United的" and "United가" end a word, "Unitedly" does not.
_LETTER = rf"[^\W{_CJK}\u0c00-\u0c7f]"
_WORD_ENDS = f"(?!{_LETTER})"
_HANGUL = "[\u3130-\u318f\uac00-\ud7af]"
_LONG_KOREAN_NAME = 4  # syllables; from here on a compound ("노스라인항공") is still the name
# Case, topic and quoting particles, and the copula, that Korean writes onto a noun.
_PARTICLES = (
    "께서는|께서|에서는|에서도|에서만|에서|에게서|에게는|에게도|에게|한테서|한테는|한테도|한테|으로는|으로도|으로|로는|로도|로|"
    "이라고는|이라고|라고|이라는|라는|이라도|라도|이라서|라서|이랑|랑|이나|나|이든|든|이며|며|이고|고|이면|면|"
    "이|가|은|는|을|를|의|에는|에도|에|와는|와|과는|과|도|만은|만|까지도|까지|부터|마다|처럼|같은|같이|보다|조차|마저|밖에|뿐|"
    "들|측|님|야|아|여|입니다|입니까|이다|이네|네요|네|인데|인가요|인가|이에요|예요|임|인|이었|였|하고|란|이란|요|때문"
)
_GAP = r"[\s\-_.]{0,3}"  # between the words of one name


def _is(character: str, ranges: str) -> bool:
    return re.match(f"[{ranges}]", character) is not None


def _left(first: str) -> str:
    if _is(first, "\u3130-\u318f\uac00-\ud7af"):
        return f"(?<!{_HANGUL})"
    if _is(first, "\u3040-\u30ff\u3400-\u9fff\u0c00-\u0c7f"):
        return ""
    return f"(?<!{_LETTER})"


def _right(word: str, compound_from: int = _LONG_KOREAN_NAME) -> str:
    last = word[-1]
    if _is(last, "\u3130-\u318f\uac00-\ud7af"):
        return "" if len(word) >= compound_from else f"(?=(?:{_PARTICLES}){{0,3}}(?!{_HANGUL}))"
    if _is(last, "\u3040-\u30ff\u3400-\u9fff\u0c00-\u0c7f"):
        return ""
    return _WORD_ENDS


def _words(term: str, plural: str = "", compound_from: int = _LONG_KOREAN_NAME) -> str:
    """Pattern for a name: its words in order, joined by nothing, blanks, dashes or dots; ``plural`` for Latin words."""
    # A Telugu noun trades its final virama for a vowel when it takes a case ending.
    body = _GAP.join(re.escape(word) for word in term.rstrip("\u0c4d").split())
    right = _right(term, compound_from)
    return f"{_left(term[0])}{body}{plural if right == _WORD_ENDS else ''}{right}"


def _pattern(term: str, kind: Kind) -> re.Pattern[str]:
    if kind == "handle":
        return re.compile(rf"(?<!{_LETTER})(?<!\.)@{re.escape(term)}(?!{_LETTER}|@|[.\-]{_LETTER})")
    if kind == "hashtag":
        return re.compile(rf"#{re.escape(term)}{_right(term)}")
    return re.compile(rf"(?<![@/]){_words(term)}")


def _context(words: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern for any of ``words``; a Latin word is also found in its plural, a Korean one in compounds."""
    folded = [fold(word).lstrip("#@") for word in words]
    return (
        re.compile("|".join(_words(word, "(?:e?s)?", compound_from=2) for word in folded if word))
        if any(folded)
        else None
    )


@dataclass(frozen=True, slots=True)
class _Term:
    term: str  # as configured
    kind: Kind
    pattern: re.Pattern[str]


def _terms(brand: Brand) -> Iterator[_Term]:
    kinds: tuple[tuple[Kind, Sequence[str]], ...] = (
        ("handle", brand.handles),
        ("hashtag", brand.hashtags),
        ("name", brand.names),
        ("product", brand.products),
    )
    for kind, terms in kinds:
        for term in terms:
            folded = fold(term)
            folded = folded.lstrip("@#") if kind in ("handle", "hashtag") else folded
            if folded:
                yield _Term(term, kind, _pattern(folded, kind))


class _BrandMatcher:
    def __init__(self, brand: Brand) -> None:
        self.brand = brand
        self.terms = tuple(_terms(brand))
        self.required = _context(brand.required)
        self.forbidden = _context(brand.forbidden)

    def match(self, folded: str) -> Iterator[BrandMatch]:
        if self.brand.everything:
            yield BrandMatch(self.brand.id, "*", "everything", "")
            return
        hits = [(term, hit) for term in self.terms if (hit := term.pattern.search(folded)) is not None]
        if not hits or (self.forbidden is not None and self.forbidden.search(folded) is not None):
            return
        in_context = self.required is None or self.required.search(folded) is not None
        for term, hit in hits:
            # A handle names the account itself, so it needs no context.
            if in_context or term.kind == "handle":
                yield BrandMatch(self.brand.id, term.term, term.kind, hit.group())


def _slug(link: str) -> str:
    """The words in the path of an address; the host says who published, not what about."""
    try:
        path = urlsplit(link[:2000]).path
    except ValueError:  # not an address: says nothing
        return ""
    return re.sub(r"[-_/+.]+", " ", unquote(path, errors="replace"))


class Matcher:
    """Finds the watched brands in a post.

    Latin names need word boundaries and ignore case; Korean names may carry particles; Han and Telugu names are found
    anywhere. ``required`` and ``forbidden`` words of the brand decide about ambiguous names; a handle needs no
    required word, but a forbidden word rules it out too.

    >>> airline = Brand("united", "United Airlines", names=("United",), required=("flight",), forbidden=("football",))
    >>> Matcher([airline]).match("My UNITED flight is late")
    (BrandMatch(brand='united', term='United', kind='name', text='UNITED'),)
    >>> Matcher([airline]).match("United win: football is back, what a flight of the ball")
    ()
    """

    def __init__(self, brands: Iterable[Brand]) -> None:
        self._brands = tuple(_BrandMatcher(brand) for brand in brands)

    def match(self, text: str, links: Sequence[str] = ()) -> tuple[BrandMatch, ...]:
        """One match per brand and configured term found, in the order of the configuration.

        The words of link paths ("/northline-air-breaks-guitar") count as words of the post; ``BrandMatch.text`` holds
        the words as they stand in the post where they can be found there, else in normalised form.
        """
        words, urls = split_urls(text[:MAX_CHARACTERS])
        slugs = [_slug(link) for link in dict.fromkeys((*urls, *links[:MAX_LINKS]))][:MAX_LINKS]
        folded = fold(" \n ".join([words, *slugs]) if slugs else words)
        found = [match for brand in self._brands for match in brand.match(folded)]
        return tuple(
            match if match.kind == "everything" else replace(match, text=_as_written(text, match.text))
            for match in found
        )


def _as_written(text: str, folded: str) -> str:
    hit = re.search(re.escape(folded), text[:MAX_CHARACTERS], re.IGNORECASE)
    return hit.group() if hit is not None else folded
