"""Whom a text names: the brand, or somebody else."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from monitor.text import stance_words as words
from monitor.text.normalise import fold
from monitor.text.stance_words import BRAND, OTHER

MOST_MENTIONS = 60  # of one text
LONGEST_NAME = 60
MOST_STRANGERS = 5  # names of nobody that is watched, of one text
_STRANGER = r"([A-Z][a-z]{2,20}(?: [A-Z][a-z]{1,20})?)"
_DOES = re.compile(
    rf"{_STRANGER} (?:was|is|has|had|did|does|got|gave|sent|lost|found|answered|replied|helped|refunded|cancelled|"
    "canceled|broke|delivered|treated|charged|saved|rescued|took|kept|left|made|never|always|replaced|fixed|repaired|"
    "rebooked|ignored|offered|lets?|just|would|will|can|could)\\b"
)
_NAMED = re.compile(rf"(?:[Uu]nlike|than|[Tt]hanks to|[Tt]hank you,?) {_STRANGER}\b")
_BEFORE_A_NAME = ("nlike ", "than ", "hank")  # what ``_NAMED`` needs
# Words that begin a sentence with a capital and name no company: people of the brand, things, days, ways to begin.
_NO_STRANGERS = frozenset(
    """
    i he she it we you they this that there these those what who which when where why how everyone everybody nobody
    noone someone somebody anyone people staff crew team customer service support agent agents manager supervisor
    pilot captain driver steward stewardess attendant hostess receptionist clerk employee employees lady guy man
    woman person representative rep flight plane aircraft bag bags baggage luggage suitcase ticket tickets seat food
    meal coffee app website site line phone call email mail chat delivery parcel package order refund money card
    mum mom dad mother father wife husband son daughter sister brother kids family friend grandma grandpa monday
    tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight morning everything nothing
    something anything all none one both and but so then now also still yet finally meanwhile honestly seriously
    apparently company airline shop store boarding check the a an my our your their his her its no not god jesus
    christ lord hell absolutely never always ever really just thanks thank much very many some any each every other
    another last next first second door gate wifi internet screen engine wing toilet room bus train car ferry boat
    chairman ceo boss management communication response reply compensation experience system help
    """.split()  # noqa: SIM905 - a list of words reads better as words
)

_HANDLE = re.compile(r"@[0-9a-z_]+(?:[.\-][0-9a-z_]+){0,5}(?:@[0-9a-z.\-]{1,60})?")


def _plain_names(names: Iterable[str]) -> tuple[str, ...]:
    plain = (fold(name[:LONGEST_NAME]).strip("@# ") for name in names)
    return tuple(sorted({name for name in plain if name}, key=lambda name: (-len(name), name)))


class _Finder(NamedTuple):
    named: re.Pattern[str]  # by a name
    handles: frozenset[str]  # of the brand, as far as its names tell


@lru_cache(maxsize=1024)
def _finder(names: tuple[str, ...], others: tuple[str, ...]) -> _Finder:
    groups = (("brand", names), ("other", others))
    patterns = (f"(?P<{group}>{'|'.join(map(_name, several))})" for group, several in groups if several)
    return _Finder(re.compile("|".join(patterns) or "(?!)"), frozenset(_handles(names)))


def _handles(names: Iterable[str]) -> Iterator[str]:
    """Names run together, whole or their first words only ("@united" of "United Airlines"), plain or with an office."""
    for name in names:
        parts = name.split()
        for count in range(1, len(parts) + 1):
            begin = _joined("".join(parts[:count]))
            if len(begin) > 2:
                yield from (begin + office for office in words.OFFICES)


def _name(name: str) -> str:
    body = r"[\s\-_.]{0,3}".join(re.escape(word) for word in name.rstrip("\u0c4d").split())
    left = r"(?<![0-9a-z@])" if name[0].isascii() else ""
    right = r"(?:'s)?(?![0-9a-z])" if name[-1].isascii() else ""
    return f"#?{left}{body}{right}\u0c4d?"


def _joined(name: str) -> str:
    return "".join(character for character in name if character.isalnum())


def strangers(text: str) -> tuple[str, ...]:
    """Names of companies or people that nobody configured, as far as Latin capitals and what they do give them away.

    >>> strangers("Harborline was lovely. Staff was kind. Unlike Bluefern, Northline Air lost my bag.")
    ('Harborline', 'Northline Air', 'Bluefern')
    """
    found = _DOES.findall(text)
    if any(words_ in text for words_ in _BEFORE_A_NAME):
        found += _NAMED.findall(text)
    if not found:
        return ()
    names = dict.fromkeys(name for name in found if name.split()[0].lower() not in _NO_STRANGERS)
    return tuple(names)[:MOST_STRANGERS]


def marked_mentions(sentences: Iterable[str], names: Iterable[str], others: Iterable[str]) -> tuple[str, list[str]]:
    """Folded ``sentences`` joined, with each mention as one character, and the mentions in order.

    >>> marked_mentions(["northline lost it, @harborline found it"], ["Northline"], [])
    ('\ue000 lost it, \ue001 found it', ['northline', '@harborline'])
    """
    finder = _finder(_plain_names(names), _plain_names(others))
    mentions: list[str] = []
    marked: list[str] = []
    for sentence in sentences:
        at = 0
        for hit, mark in _hits(sentence, finder):
            if hit.start() >= at and len(mentions) < MOST_MENTIONS:
                marked += (sentence[at : hit.start()], mark)
                mentions.append(hit.group())
                at = hit.end()
        marked.append(sentence[at:])
    return "".join(marked), mentions


def _hits(sentence: str, finder: _Finder) -> list[tuple[re.Match[str], str]]:
    """Each mention in a sentence with its mark, in order; where two overlap, the earlier or longer first."""
    hits = [(hit, BRAND if hit.lastgroup == "brand" else OTHER) for hit in finder.named.finditer(sentence)]
    if "@" in sentence:
        handles = _HANDLE.finditer(sentence)
        hits += [(hit, BRAND if _joined(hit.group()) in finder.handles else OTHER) for hit in handles]
    hits += [(hit, OTHER) for hit in words.SUBJECTS.finditer(sentence)]
    return sorted(hits, key=lambda found: (found[0].start(), -found[0].end()))
