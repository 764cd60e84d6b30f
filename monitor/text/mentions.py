"""Whom a text names: the brand, or somebody else."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from monitor.text import stance_words as words
from monitor.text.normalise import fold
from monitor.text.stance_words import BRAND, OTHER, SUBJECT

MOST_MENTIONS = 60  # of one text
LONGEST_NAME = 60
LONG_WORD = 4  # letters; a longer first word of a name stands for the name
MOST_STRANGERS = 5  # names of nobody that is watched, of one text
_STRANGER = r"([A-Z][a-z]{2,20}(?: [A-Z][a-z]{1,20})?)"
_DOES = re.compile(rf"{_STRANGER} {words.DEEDS}\b")
_NAMED = re.compile(rf"(?:[Uu]nlike|than|[Tt]hanks to|[Tt]hank you,?) {_STRANGER}\b")
_CLAUSE = re.compile(r"(?:,|\b(?:but|and|while|whereas|because|meanwhile|so)) \Z", re.IGNORECASE)
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

_WORD = re.compile(r"[^\W_]")
_HANDLE = re.compile(r"@[0-9a-z_]+(?:[.\-][0-9a-z_]+){0,5}(?:@[0-9a-z.\-]{1,60})?")


def _plain_names(names: Iterable[str]) -> tuple[str, ...]:
    plain = (fold(name[:LONGEST_NAME]).strip("@# ") for name in names)
    return tuple(sorted({name for name in plain if name}, key=lambda name: (-len(name), name)))


def _with_first_words(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """``names`` and what people shorten them to ("Northline" for "Northline Air"), where no other is called so."""
    firsts = {first for name in names if " " in name and len(first := name.split()[0]) > LONG_WORD}
    taken = {name.split()[0] for name in others}
    return (*names, *sorted(firsts - taken - set(names)))


class _Finder(NamedTuple):
    named: re.Pattern[str]  # by a name
    ours: frozenset[str]  # handles of the brand, as far as its names tell
    theirs: frozenset[str]  # handles of the others


@lru_cache(maxsize=1024)
def _finder(names: tuple[str, ...], others: tuple[str, ...]) -> _Finder:
    groups = (("brand", names), ("other", others))
    patterns = (f"(?P<{group}>{'|'.join(map(_name, several))})" for group, several in groups if several)
    return _Finder(re.compile("|".join(patterns) or "(?!)"), frozenset(_handles(names)), frozenset(_handles(others)))


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

    >>> strangers("Harborline was lovely. Gates were shut. Unlike Bluefern, Northline Air lost my bag.")
    ('Harborline', 'Northline Air', 'Bluefern')
    """
    found = [hit.group(1) for hit in _DOES.finditer(text) if _is_a_name(text, hit)]
    if any(words_ in text for words_ in _BEFORE_A_NAME):
        found += _NAMED.findall(text)
    if not found:
        return ()
    names = dict.fromkeys(name for name in found if name.split()[0].lower() not in _NO_STRANGERS)
    return tuple(names)[:MOST_STRANGERS]


def _is_a_name(text: str, hit: re.Match[str]) -> bool:
    """Any word has a capital where a sentence begins: there, two are asked for, but at the very beginning."""
    at = hit.start()
    before = text[max(0, at - 12) : at]
    return at == 0 or _CLAUSE.search(before) is not None or (" " in hit.group(1) and before.rstrip()[-1:] in ".!?\n")


def marked_mentions(sentences: Iterable[str], names: Iterable[str], others: Iterable[str]) -> tuple[str, list[str]]:
    """Folded ``sentences`` joined, with each mention as one character, and the mentions in order.

    >>> marked_mentions(["northline lost it, @harborline found it"], ["Northline"], [])
    ('\ue000 lost it, \ue001 found it', ['northline', '@harborline'])
    """
    theirs = _plain_names(others)
    finder = _finder(_with_first_words(_plain_names(names), theirs), theirs)
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
        hits += _told(sentence, finder)
    hits += [(hit, SUBJECT) for hit in words.SUBJECTS.finditer(sentence)]
    return sorted(hits, key=lambda found: (found[0].start(), -found[0].end()))


def _told(sentence: str, finder: _Finder) -> Iterator[tuple[re.Match[str], str]]:
    """The handles that matter: of the brand, of others who are known, and of strangers who do or are told something."""
    leading, ours_leads = True, False
    for hit in _HANDLE.finditer(sentence):
        joined = _joined(hit.group())
        leading = leading and not _WORD.search(_HANDLE.sub("", sentence[: hit.start()]))
        if joined in finder.ours:
            ours_leads |= leading
            yield hit, BRAND
        elif joined in finder.theirs or (leading and not ours_leads) or _does(sentence, hit):
            yield hit, OTHER


def _does(sentence: str, hit: re.Match[str]) -> bool:
    before, after = sentence[max(0, hit.start() - 20) : hit.start()], sentence[hit.end() : hit.end() + 20]
    does = words.DOES.match(after) is not None and words.AIM.search(before) is None
    return does or words.DONE_TO.search(before) is not None
