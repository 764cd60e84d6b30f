"""Which watched brand a post is about, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from monitor.domain import Brand, BrandMatch
from monitor.text.brands.addresses import Addresses, Handle, Other, looks_like_host
from monitor.text.brands.context import Candidate, Clauses, Judgement, Kind, Word, covered, joined, judged
from monitor.text.brands.places import Hit
from monitor.text.brands.tags import inside
from monitor.text.brands.terms import CONTEXT, Terms, Use, compiled
from monitor.text.brands.written import MAX_LINKS, Written
from monitor.text.normalise import fold

if TYPE_CHECKING:
    from monitor.text.brands.pipeline import Finder

__all__ = ["MAX_LINKS", "Matcher", "Verdict"]

MOST_PLACES = 20  # of one term in one text that are judged
MOST_WORDS = 200  # of context in one text that are weighed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one brand in a text, and how each place was judged."""

    brand: str  # Brand.id
    matched: bool
    judgements: tuple[Judgement, ...]
    texts: tuple[str, ...]  # the words of the text, one for each judgement


@dataclass
class _Found:
    """The terms and context words of one brand in a text."""

    candidates: list[Candidate]
    required: list[Word]
    forbidden: list[Word]


class _Seen(NamedTuple):
    """What stands in a post before it is judged."""

    folded: str
    handles: list[Handle]
    others: list[Other]
    hits: list[Hit]
    dropped: list[Hit]


class Matcher:
    """Finds the watched brands in a post. May be shared by threads.

    Latin names need word boundaries and ignore case, Korean and Telugu ones may carry endings, Chinese ones are found
    anywhere; disguises, slips in long names and names in longer hashtags are seen through. Names are weighed with the
    brand's ``required`` and ``forbidden`` words, near ones more. Where required words are given and neither kind is
    there, the name is unclear and no mention, unless the brand says so.

    >>> airline = Brand("united", "United Airlines", names=("United",), required=("flight",), forbidden=("football",))
    >>> [match] = Matcher([airline]).match("My UNITED flight is late")
    >>> match.term, match.text, match.context
    ('United', 'UNITED', 'flight')
    >>> Matcher([airline]).match("United win: football is back, what a flight of the ball")
    ()
    """

    def __init__(self, brands: Iterable[Brand]) -> None:
        self._brands = tuple(brands)
        terms = compiled(self._brands)
        self._terms = tuple(tuple(use for use in uses if use.role not in CONTEXT) for uses in terms.phrases.values())
        self._context = tuple(map(_by_brand, terms.phrases.values()))
        self._finder = _finder(terms) if terms.phrases else None
        self._ranks = tuple(map(_ranks, self._brands))
        self._handles: dict[str, list[tuple[int, str]]] = {}
        for place, brand in enumerate(self._brands):
            for handle in dict.fromkeys(brand.handles):
                self._handles.setdefault(fold(handle).lstrip("@#"), []).append((place, handle))
        hosts = (name for brand in self._brands for name in brand.names if looks_like_host(name))
        self._addresses = Addresses(self._handles, hosts)
        self._everything = tuple(place for place, brand in enumerate(self._brands) if brand.everything)

    def match(self, text: str, links: Sequence[str] = ()) -> tuple[BrandMatch, ...]:
        """One match per brand and configured term found, in the order of the configuration.

        The words of link paths ("/northline-air-breaks-guitar") count as words of the post; ``BrandMatch.text`` holds
        the words as they stand in the post where they can be found there, else in normalised form.
        """
        post = Written(text, links)
        found = self._judged(post, self._seen(post))
        if not found and not self._everything:
            return ()
        matches = {place: _matches(self._brands[place], judgements, post) for place, judgements in found.items()}
        for place in self._everything:
            matches[place] = [BrandMatch(self._brands[place].id, "*", "everything", "")]
        return tuple(match for place in sorted(matches) for match in matches[place])

    def match_many(self, posts: Iterable[tuple[str, Sequence[str]]]) -> Iterator[tuple[BrandMatch, ...]]:
        """The matches of each (text, links), in order."""
        return (self.match(text, links) for text, links in posts)

    def explain(self, text: str, links: Sequence[str] = ()) -> tuple[Verdict, ...]:
        """Each brand of which a term stands in the text, be it in another word, with why it is a mention or none."""
        post = Written(text, links)
        seen = self._seen(post)
        judgements = self._judged(post, seen)
        for place, judgement in self._near_misses(seen):
            judgements.setdefault(place, []).append(judgement)
        return tuple(
            Verdict(
                self._brands[place].id,
                any(judgement.accepted for judgement in several),
                tuple(several),
                tuple(post.as_written(one.candidate.start, one.candidate.end) for one in several),
            )
            for place, several in sorted(judgements.items())
        )

    def _seen(self, post: Written) -> _Seen:
        folded, handles, others = self._addresses.taken_out(post.folded)
        hits: list[Hit] = []
        dropped: list[Hit] = []
        if self._finder is not None:
            folded = self._finder.put_together(folded)
            more = tuple(inside(post.raw, folded, self._finder.knows)) if "#" in folded else ()
            hits, dropped = self._finder.find(folded, more, context_alone=bool(handles))
        return _Seen(folded, handles, others, hits, dropped)

    def _judged(self, post: Written, seen: _Seen) -> dict[int, list[Judgement]]:
        if not seen.hits and not seen.handles:
            return {}
        found = self._found(post, seen.hits, seen.handles)
        spans = ((one.start, one.end, place) for place, each in found.items() for one in each.candidates)
        inner = covered(spans) if len(found) > 1 else set()
        clauses = Clauses(seen.folded)
        result: dict[int, list[Judgement]] = {}
        for place, each in found.items():
            outer = [one for one in each.candidates if (one.start, one.end, place) not in inner]
            parts = [one for one in each.candidates if (one.start, one.end, place) in inner]
            judgements = judged(self._brands[place], outer, each.required, each.forbidden, clauses)
            judgements += [Judgement(one, "part of another brand's name") for one in parts]
            result[place] = sorted(judgements, key=partial(_told_first, self._ranks[place]))
        return result

    def _near_misses(self, seen: _Seen) -> Iterator[tuple[int, Judgement]]:
        for hit in seen.dropped:
            for use in self._terms[hit.phrase]:
                candidate = Candidate(hit.start, hit.end, cast(Kind, use.role), use.term, hit.how)
                yield use.brand, Judgement(candidate, "part of another word")
        for other in seen.others:
            for place, brand in enumerate(self._brands):
                name = next((name for name in brand.names if joined(name) and joined(name) in joined(other.text)), None)
                if name is not None:
                    yield (
                        place,
                        Judgement(Candidate(other.start, other.end, "name", name, "exact"), "somebody's address"),
                    )

    def _found(self, post: Written, hits: Sequence[Hit], handles: Sequence[Handle]) -> dict[int, _Found]:
        found: dict[int, _Found] = {}
        count: dict[Use, int] = {}
        for handle in handles:
            for place, term in self._handles.get(handle.handle, ()):
                candidate = Candidate(handle.start, handle.end, "handle", term, "exact")
                found.setdefault(place, _Found([], [], [])).candidates.append(candidate)
        for hit in hits:
            for use in self._terms[hit.phrase]:
                count[use] = count.get(use, 0) + 1
                if count[use] <= MOST_PLACES:
                    small = use.capitals and post.in_small_letters(use.term)
                    candidate = Candidate(hit.start, hit.end, cast(Kind, use.role), use.term, hit.how, small)
                    found.setdefault(use.brand, _Found([], [], [])).candidates.append(candidate)
        for hit in hits:
            context = self._context[hit.phrase]
            for place in found.keys() & context.keys():
                _note(found[place], hit, context[place])
        return found


def _by_brand(uses: Iterable[Use]) -> dict[int, list[Use]]:
    """The required and forbidden words among ``uses``."""
    several: dict[int, list[Use]] = {}
    for use in uses:
        if use.role in CONTEXT:
            several.setdefault(use.brand, []).append(use)
    return several


def _note(found: _Found, hit: Hit, uses: Iterable[Use]) -> None:
    for use in uses:
        words = found.required if use.role == "required" else found.forbidden
        if len(words) < MOST_WORDS:
            words.append(Word(hit.start, hit.end, use.term))


def _told_first(ranks: Mapping[tuple[str, str], int], judgement: Judgement) -> tuple[int, bool, int]:
    one = judgement.candidate
    return ranks[one.kind, one.term], one.how != "exact", one.start


def _matches(brand: Brand, judgements: Sequence[Judgement], post: Written) -> list[BrandMatch]:
    """The first accepted place of each term."""
    first: dict[tuple[str, str], BrandMatch] = {}
    for judgement in judgements:
        one = judgement.candidate
        if judgement.accepted and (one.kind, one.term) not in first:
            text = post.as_written(one.start, one.end)
            first[one.kind, one.term] = BrandMatch(
                brand.id, one.term, one.kind, text, one.how, judgement.context, judgement.against
            )
    return list(first.values())


def _finder(terms: Terms) -> "Finder":
    from monitor.text.brands.pipeline import Finder  # brings spaCy, which is slow to load

    return Finder(terms)


def _ranks(brand: Brand) -> dict[tuple[str, str], int]:
    """The order in which the terms of a brand are told."""
    terms: list[tuple[Kind, str]] = [("handle", term) for term in brand.handles]
    terms += [("hashtag", term) for term in brand.hashtags] + [("name", term) for term in brand.names]
    terms += [("misspelling", term) for term in brand.misspellings] + [("product", term) for term in brand.products]
    return {term: rank for rank, term in enumerate(terms)}
