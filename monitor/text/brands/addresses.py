"""Handles, mail addresses and hosts in a text: they say who, not what about; only a brand's own handle is a mention."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from monitor.text.brands.edges import korean_end
from monitor.text.brands.signs import HANGUL, LETTER, TELUGU
from monitor.text.normalise import fold

FILLER = "\x1a"  # stands where an address stood; folded texts hold no control characters
_LABEL = rf"{LETTER}(?:[\-]?{LETTER}){{0,62}}"
_AT = re.compile(
    rf"(?<!{LETTER})(?<![.+\-])(?P<before>(?:{LETTER}|[.+\-]){{0,64}})"
    rf"@(?:(?P<name>{LETTER}+(?:[.\-]{LETTER}+)*)(?P<host>@{_LABEL}(?:\.{_LABEL}){{0,5}})?|(?P<other>[\w{TELUGU}]+))"
)
_TOP = (
    "com|net|org|example|info|biz|io|app|dev|ai|tv|eu|uk|de|fr|es|nl|cn|kr|jp|tw|hk|ru|br|au|ca|ch|se|fi|pl|xyz|shop|store|"
    "online|site|tech|news|blog|social|test|invalid|gov|edu"
)
_SHORT_TOP = "in|it|me|no|us|at|co|is|so|to|be"  # words, too: a host only where more speaks for it
_HOST = re.compile(
    rf"(?<!{LETTER})(?<![.\-@#/])(?:{_LABEL}\.){{1,5}}(?:{_TOP})(?!{LETTER}|[\-.]{LETTER})"
    rf"|(?<!{LETTER})(?<![.\-@#/])(?:{_LABEL}\.){{1,5}}(?:{_SHORT_TOP})(?=/)"
    rf"|(?<!{LETTER})(?<![.\-@#/])(?:{_LABEL}\.){{2,5}}(?:{_SHORT_TOP})(?!{LETTER}|[\-.]{LETTER})"
)
_HANGUL_HANDLE = re.compile(f"[{HANGUL}]$")


class Handle(NamedTuple):
    """A brand's own account as it is mentioned in a folded text."""

    handle: str  # folded, without "@"
    start: int
    end: int


class Other(NamedTuple):
    """Somebody else's handle, a mail address or a host in a folded text."""

    text: str
    start: int
    end: int


class Addresses:
    """Finds the given handles in folded texts, and takes all other addresses out of them."""

    def __init__(self, handles: Iterable[str], hosts: Iterable[str] = ()) -> None:
        """``hosts`` are names that look like one ("northline.example"): as such they stay."""
        self._handles = frozenset(filter(None, (fold(handle).lstrip("@") for handle in handles)))
        self._hosts = frozenset(fold(host) for host in hosts)

    def taken_out(self, folded: str) -> tuple[str, list[Handle], list[Other]]:
        """The text as long as before with fillers for its addresses; the brands' own handles; the other addresses."""
        found: list[Handle] = []
        others: list[Other] = []
        if "@" in folded:
            folded = _AT.sub(lambda hit: self._at(hit, found, others), folded)
        if "." in folded:
            folded = _HOST.sub(lambda hit: self._host(hit, others), folded)
        return folded, found, others

    def _at(self, hit: re.Match[str], found: list[Handle], others: list[Other]) -> str:
        before, start = hit["before"], hit.end("before")
        name = (hit["name"] or hit["other"]) + (hit["host"] or "")
        if not before.strip(".+-"):
            own = self._own(hit.string, start + 1, name)
            if own is not None:
                found.append(Handle(own, start, start + 1 + len(own)))
                return before + FILLER * (1 + len(own)) + name[len(own) :]
        others.append(Other(hit.group(), *hit.span()))
        return FILLER * len(hit.group())

    def _own(self, text: str, start: int, name: str) -> str | None:
        if name in self._handles:
            return name
        # A Korean handle may carry a particle; it needs no blank after it.
        for handle in self._handles:
            if _HANGUL_HANDLE.search(handle) and name.startswith(handle):
                end = start + len(handle)
                if korean_end(text, start, end, "", False):
                    return handle
        return None

    def _host(self, hit: re.Match[str], others: list[Other]) -> str:
        if hit.group() in self._hosts:
            return hit.group()
        others.append(Other(hit.group(), *hit.span()))
        return FILLER * len(hit.group())


def slug(link: str) -> str:
    """The words in the path of an address; the host says who published, not what about.

    >>> slug("https://news.example/2009/northline-air-broke-my-guitar")
    ' 2009 northline air broke my guitar'
    """
    try:
        path = urlsplit(link[:2000]).path
    except ValueError:  # not an address: says nothing
        return ""
    return re.sub(r"[-_/+.]+", " ", unquote(path, errors="replace"))


def looks_like_host(name: str) -> bool:
    """Whether a configured name is the address of a site ("northline.example")."""
    return _HOST.fullmatch(fold(name)) is not None
