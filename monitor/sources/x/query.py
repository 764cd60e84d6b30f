"""What X's search is asked for a brand."""

import re
from collections.abc import Iterator, Sequence

from monitor.domain import Brand

LONGEST = 512  # characters of one query
_LONGEST_WITHOUT = 150  # of those, for the words that rule a post out
_LONGEST_TERM = 200
_TAG = re.compile(r"\w{1,100}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")  # others are handles of other sites


def queries(brand: Brand) -> list[str]:
    """Queries for any of the brand's terms, as few as the length allows.

    Words that rule a post out are left to X as far as there is room: a post that is not sent is not charged. Words of
    which one is required are not: X knows fewer forms of a word than the matcher does.

    >>> queries(Brand("n", "N", names=("Northline Air",), handles=("northline",), forbidden=("railway",)))
    ['("Northline Air" OR @northline) -"railway"']
    """
    without = _without(brand.forbidden)
    return [f"({' OR '.join(terms)}){without}" for terms in _packed(list(_terms(brand)), LONGEST - len(without) - 2)]


def _terms(brand: Brand) -> Iterator[str]:
    found = [_term(term) for term in brand.search_terms]
    found += [f"@{handle}" for handle in brand.handles if _HANDLE.fullmatch(handle)]
    yield from dict.fromkeys(term for term in found if term)


def _term(term: str) -> str:
    if term.startswith("#") and _TAG.fullmatch(term[1:]):
        return term
    words = " ".join(term.replace('"', " ").split())[:_LONGEST_TERM].strip()
    return f'"{words}"' if any(char.isalnum() for char in words) else ""


def _without(words: Sequence[str]) -> str:
    found = ""
    for word in dict.fromkeys(_term(word) for word in words):
        if word and len(found) + len(word) + 2 <= _LONGEST_WITHOUT:
            found += f" -{word}"
    return found


def _packed(terms: Sequence[str], room: int) -> Iterator[list[str]]:
    """The terms in groups that fit into ``room`` when they are joined."""
    group: list[str] = []
    for term in terms:
        if group and sum(len(one) + len(" OR ") for one in group) + len(term) > room:
            yield group
            group = []
        group.append(term)
    if group:
        yield group
