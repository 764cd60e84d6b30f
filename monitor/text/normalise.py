"""Text as matching and reading see it: one width, one case, nothing invisible."""

import re
import unicodedata

MAX_CHARACTERS = 20_000  # of one text that is looked at; the longest posts of any site stay well below

# Soft hyphen, zero-width characters and joiners, direction marks, variation selectors: strangers hide words with them.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_SINGLE_JAMO = re.compile("[^\u3131-\u318e]+")  # "ㅠㅠ" would be taken apart into signs that no one can read
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'、。，！]{1,2000}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![0-9a-z_.])@[0-9a-z_][0-9a-z_.\-]{0,252}(?:@[0-9a-z.\-]{1,252})?", re.IGNORECASE)
_BLANK = re.compile(r"\s+")


def fold(text: str) -> str:
    """``text`` in compatibility form, without case and without invisible characters; line breaks become blanks.

    >>> fold("ＮＯＲＴＨ\\u200bline  Air")
    'northline air'
    """
    plain = text if text.isascii() else _NO_SINGLE_JAMO.sub(_compatible, _INVISIBLE.sub("", text))
    plain = plain.casefold().replace("\u2019", "'")
    return _BLANK.sub(" ", _CONTROL.sub(" ", plain)).strip()


def _compatible(part: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", part.group())


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
