"""Text as matching and reading see it: one width, one case, nothing invisible, nothing drawn out."""

import re
import unicodedata

from monitor.text.look_alikes import LOOK_ALIKES

MAX_CHARACTERS = 20_000  # of one text that is looked at; the longest posts of any site stay well below

# Soft hyphen, zero-width characters and joiners, direction marks, variation selectors, Hangul fillers, tags: strangers
# hide words with them.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_QUOTES = "\u2018\u2019\u201b\u02bb\u02bc\u00b4"
_MARKS = "\u0300-\u036f"  # accents; those that belong to a letter are one sign with it after folding
# What folding takes apart into a letter and a mark that stays loose.
_WITH_MARK = (
    "\u00a8\u00af\u00b8\u0130\u0149\u01f0\u02d8-\u02dd\u037a\u0384\u0385\u0390\u03b0\u1e96-\u1e9a\u1f50-\u1fff\u2017\u203e"
    "\u2adc\ufe49-\ufe4c\uffe3"
)
_RARE = re.compile(f"[{_INVISIBLE}{_QUOTES}{_MARKS}{_WITH_MARK}]")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_QUOTE = re.compile(f"[{_QUOTES}]")
_LOOSE_MARK = re.compile(f"[{_MARKS}]+")  # words are struck out with them, or piled up
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PILE = re.compile(r"[^\w\s\x00-\x7f]{40,}")
_LONG = 1_000  # characters; from here on sorting a pile of accents takes longer than reading the text
_NO_SINGLE_JAMO = re.compile("[^\u3131-\u3163\u3165-\u318e]+")  # "ㅠㅠ" would be taken apart: nobody could read it
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'、。，！]{1,2000}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![0-9a-z_.])@[0-9a-z_][0-9a-z_.\-]{0,252}(?:@[0-9a-z.\-]{1,252})?", re.IGNORECASE)
_FOUR = re.compile(r"(.)\1\1\1")
_FOUR_PAIRS = re.compile(r"(..)\1\1\1")
_DRAWN_OUT = re.compile(r"([^\d\s])\1{3,}")  # no digits: 10000 is not 1000
_CHANTED = re.compile(r"([^\d\s]{2})\1{3,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[a-z\u00df-\u024f]")
_LOOK_ALIKE = re.compile(f"[{''.join(LOOK_ALIKES)}]")
_TO_LATIN = str.maketrans(LOOK_ALIKES)


def fold(text: str) -> str:
    """``text`` in compatibility form, without case and without invisible characters; line breaks become blanks.

    What is drawn out stands three times, be it a letter, a sign or a pair of them; digits are left as they are.

    >>> fold("ＮＯＲＴＨ\\u200bline  Air")
    'northline air'
    >>> fold("Sooooooo late!!!!!! hahahahahaha 哈哈哈哈哈 10000 EUR")
    'sooo late!!! hahaha 哈哈哈 10000 eur'
    """
    plain = text.lower() if text.isascii() else _plain(text)
    plain = " ".join(_CONTROL.sub(" ", plain).split())
    if _FOUR.search(plain):
        plain = _DRAWN_OUT.sub(r"\1\1\1", plain)
    if _FOUR_PAIRS.search(plain):
        plain = _CHANTED.sub(r"\1\1\1", plain)
    return plain


def _plain(text: str) -> str:
    if len(text) > _LONG:
        text = _PILE.sub(_without_accents, text)
    rare = _RARE.search(text) is not None
    if rare:
        text = _QUOTE.sub("'", _HIDDEN.sub("", text))
    if not unicodedata.is_normalized("NFKC", text):
        text = _NO_SINGLE_JAMO.sub(_compatible, text)
    text = text.casefold()
    return _LOOSE_MARK.sub("", text).replace("\u02bc", "'") if rare else text


def _compatible(part: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", part.group())


def _without_accents(pile: re.Match[str]) -> str:
    return "".join(sign for sign in pile.group() if not unicodedata.combining(sign))


def skeleton(folded: str) -> str:
    """``folded`` text with look-alikes from other alphabets made Latin, in words that are otherwise Latin only.

    As long as ``folded``, so that a place in one is the same place in the other.

    >>> skeleton("n\u043erthline \u0430ir"), skeleton("\u0440\u043e\u0441\u0442\u043e\u0432 \u03b1\u03b2")
    ('northline air', 'ростов αβ')
    """
    if folded.isascii() or not _LOOK_ALIKE.search(folded):
        return folded
    return _LETTERS.sub(_as_latin, folded)


def _as_latin(word: re.Match[str]) -> str:
    written = word.group()
    if written.isascii() or not _LATIN.search(written):
        return written
    latin = written.translate(_TO_LATIN)
    return latin if all("a" <= letter <= "z" or "\u00df" <= letter <= "\u024f" for letter in latin) else written


def split_urls(text: str) -> tuple[str, tuple[str, ...]]:
    """``text`` without its web addresses, and the addresses.

    >>> split_urls("see https://example.org/a now")
    ('see   now', ('https://example.org/a',))
    """
    if "://" not in text and "www." not in text.lower():
        return text, ()
    return _URL.sub(" ", text), tuple(_URL.findall(text))


def mask(folded: str) -> str:
    """``folded`` text without addresses, and every handle a bare ``@``: no name of an account is read as a word.

    >>> mask("@northline_help why? https://example.org/x #lostbag")
    '@ why?   lostbag'
    """
    if "://" in folded or "www." in folded:
        folded = _URL.sub(" ", folded)
    if "@" in folded:
        folded = _HANDLE.sub("@", folded)
    return folded.replace("#", "") if "#" in folded else folded
