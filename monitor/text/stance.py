"""How a text reads towards a brand, where that is not how the whole of it reads.

Where a text names nobody else, all of it is about the brand. Else the clauses about the brand (``clauses``) are read
once more on their own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.domain import Assessment, BrandMatch, Towards
from monitor.text import stance_words as words
from monitor.text.clauses import READ, Part, part
from monitor.text.mentions import strangers
from monitor.text.normalise import fold

CLEAR = 1 / 3  # sentiment from which words speak for themselves
LEANING = 0.5  # sentiment of a comparison that says no more than who is better

Text = tuple[str, str | None]  # and its language
Read = Callable[[list[Text]], Iterable[Assessment]]

_WORDLESS = re.compile(r"[\W_]*")


def part_about(folded: str, names: Sequence[str], others: Sequence[str] = ()) -> str:
    """The clauses of a folded text that are about the brand called ``names``; ``others`` are names that compete.

    >>> part_about("harborline was lovely, but northline lost my bag.", ["northline"], ["harborline"])
    'but northline lost my bag.'
    >>> part_about("northline lost my bag", ["northline"])
    'northline lost my bag'
    """
    return part(folded, names, others).text


def competes(text: str, matches: Sequence[BrandMatch]) -> bool:
    """Whether a text may speak of others than its one brand: quick, and rather yes than no."""
    if not matches or matches[0].kind == "everything":
        return len(matches) > 1
    first, handles = matches[0].brand, 0
    for match in matches:
        if match.brand != first:
            return True
        handles += match.kind == "handle"
    if "@" in text and text.count("@") > handles:
        return True
    return words.may_compete(text.lower()) or bool(_strangers(text, [matches[0].text, matches[0].term]))


def _strangers(text: str, own: Iterable[str]) -> list[str]:
    """Names that are none of the brand's ``own``, nor part of one."""
    found = strangers(text)
    known = " ".join(own).lower() if found else ""
    return [name for name in found if name.split()[0].lower() not in known]


@dataclass(frozen=True, slots=True)
class _Asked:
    place: int
    brand: str
    part: Part

    def texts(self) -> Iterator[str]:
        """The parts that have words in them."""
        for text in (self.part.text, self.part.pardoned, self.part.opposite):
            if not _WORDLESS.fullmatch(text):
                yield text


def plain_copy(text: str) -> str:
    """``text`` without the words that say whose it is a copy of, so that all copies are one text.

    >>> plain_copy("RT @joe_m: Northline Air lost my harp"), plain_copy("Northline Air lost my harp")
    ('Northline Air lost my harp', 'Northline Air lost my harp')
    """
    copied = words.REPOSTED.match(text[: words.LONGEST_SOURCE].lower())
    return text if copied is None or not text[copied.end() :].strip() else text[copied.end() :]


def about_itself(said: Assessment, brand: str) -> Assessment:
    """``said`` of a text that ``brand`` wrote itself: whatever it reads like, no complaint about itself."""
    if not said.assessed:
        return said
    others = tuple(seen for seen in said.towards if seen.brand != brand)
    return replace(said, towards=(*others, Towards(brand, 0.0, 0.0, 0, own=True)))


def without_views(said: Assessment) -> Assessment:
    """``said`` of the whole text alone, but for whose own it is."""
    return replace(said, towards=tuple(seen for seen in said.towards if seen.own))


def towards_named(texts: Sequence[tuple[str, str | None]], said: Sequence[Assessment], read: Read) -> list[Assessment]:
    """``said`` of each (text, name of a brand), as it stands towards that brand; where no name is given, as it is."""
    about = [(text, (BrandMatch(name, name, "name", name),) if name and name.strip() else ()) for text, name in texts]
    seen = views(about, said, read)
    return [one.of(name) if name and one.towards else one for one, (_, name) in zip(seen, texts, strict=True)]


def views(
    texts: Sequence[tuple[str, Sequence[BrandMatch]]], said: Sequence[Assessment], read: Read
) -> list[Assessment]:
    """``said``, the assessments of whole texts, with what they say towards each brand where that is something else.

    ``read`` reads the parts: one call for all texts, each part once.
    """
    asked = [
        _Asked(place, brand, found)
        for place, ((text, matches), whole) in enumerate(zip(texts, said, strict=True))
        if whole.assessed and competes(text, matches)
        for brand, found in _parts(text, matches)
        if all(seen.brand != brand for seen in whole.towards)
    ]
    if not asked:
        return list(said)
    wanted = list(dict.fromkeys((text, said[one.place].language) for one in asked for text in one.texts()))
    known = dict(zip(wanted, read(wanted), strict=True)) if wanted else {}
    seen: dict[int, list[Towards]] = {}
    for one in asked:
        whole = said[one.place]
        towards = _towards(one, whole, known)
        if (towards.complaint, towards.sentiment) != (whole.complaint, whole.sentiment):
            seen.setdefault(one.place, []).append(towards)
    return [replace(whole, towards=(*whole.towards, *seen[n])) if n in seen else whole for n, whole in enumerate(said)]


def _parts(text: str, matches: Sequence[BrandMatch]) -> Iterator[tuple[str, Part]]:
    """Each brand of a text with what is said about it, where that is not the whole text."""
    folded = " \n ".join(fold(line) for line in text[:READ].splitlines())
    names: dict[str, list[str]] = {}
    for match in matches:
        if match.kind != "everything":
            names.setdefault(match.brand, []).extend((match.text, match.term))
    for brand, own in names.items():
        others = [name for other, several in names.items() if other != brand for name in several]
        found = part(folded, own, (*others, *_strangers(text[:READ], (*own, *others))))
        if found != Part(folded) and not (found.bare and len(names) == 1):
            yield brand, found


def _towards(one: _Asked, whole: Assessment, known: Mapping[Text, Assessment]) -> Towards:
    about, pardoned, opposite = (
        known.get((text, whole.language)) for text in (one.part.text, one.part.pardoned, one.part.opposite)
    )
    if about is None:  # nothing is said about it
        about = Assessment(whole.language, assessed=True, complaint=0.0, sentiment=0.0, severity=0)
    sentiment = about.sentiment
    if about.assessed and not about.is_complaint and abs(sentiment or 0.0) < CLEAR:
        sentiment = _indirect(one.part.lean, pardoned, opposite, sentiment)
    return Towards(
        one.brand,
        about.complaint,
        sentiment,
        about.severity,
        about.reason,
        about.words,
        about.harm_words,
        about.calls,
    )


def _indirect(
    lean: int, pardoned: Assessment | None, opposite: Assessment | None, sentiment: float | None
) -> float | None:
    """The sentiment where the words about the brand alone leave it open."""
    if pardoned is not None and pardoned.is_praise:
        return pardoned.sentiment
    if opposite is not None and abs(opposite.sentiment or 0.0) >= CLEAR:
        return -(opposite.sentiment or 0.0)
    return LEANING * lean if lean else sentiment
