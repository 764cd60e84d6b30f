"""Handles, mail addresses and hosts in a text: they say who, not what about; only a brand's own handle is a mention."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from monitor.text.brands.edges import korean_end
from monitor.text.brands.signs import HANGUL, LETTER, TELUGU
from monitor.text.normalise import fold

FILLER = "\x1a"  # stands where an address stood; folded texts hold no control characters
_LABEL = rf"{LETTER}(?:[\-]?{LETTER}){{0,62}}"
_BEFORE = re.compile(rf"(?:{LETTER}|[.+\-])+")
_NAME = re.compile(
    rf"(?P<name>{LETTER}+(?:[.\-]{LETTER}+)*)(?P<host>@{_LABEL}(?:\.{_LABEL}){{0,5}})?|(?P<other>[\w{TELUGU}]+)"
)
_LONGEST = 64  # signs of a mail address before "@"
_DOT = re.compile(r"[^\s.]\.[a-z]{2}")  # without one there is no host
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
        # A Korean handle may carry a particle; it needs no blank after it.
        self._korean = tuple(handle for handle in sorted(self._handles) if _HANGUL_HANDLE.search(handle))
        self._hosts = frozenset(fold(host) for host in hosts)

    def taken_out(self, folded: str) -> tuple[str, list[Handle], list[Other]]:
        """The text as long as before with fillers for its addresses; the brands' own handles; the other addresses."""
        found: list[Handle] = []
        others: list[Other] = []
        if "@" in folded:
            folded = "".join(self._without_at(folded, found, others))
        if _DOT.search(folded):
            folded = _HOST.sub(lambda hit: self._host(hit, others), folded)
        return folded, found, others

    def _without_at(self, folded: str, found: list[Handle], others: list[Other]) -> Iterator[str]:
        done = 0
        at = folded.find("@")
        while at >= 0:
            name = _NAME.match(folded, at + 1)
            if name is not None and at >= done:
                own = None
                start = _begin(folded, at, done)
                if not folded[start:at].strip(".+-"):
                    start = at
                    own = self._own(folded, at + 1, name.group())
                end = name.end() if own is None else at + 1 + len(own)
                if own is None:
                    others.append(Other(folded[start:end], start, end))
                else:
                    found.append(Handle(own, at, end))
                yield folded[done:start]
                yield FILLER * (end - start)
                done = end
            at = folded.find("@", at + 1)
        yield folded[done:]

    def _own(self, text: str, start: int, name: str) -> str | None:
        if name in self._handles:
            return name
        for handle in self._korean:
            if name.startswith(handle) and korean_end(text, start, start + len(handle), "", False):
                return handle
        return None

    def _host(self, hit: re.Match[str], others: list[Other]) -> str:
        if hit.group() in self._hosts:
            return hit.group()
        others.append(Other(hit.group(), *hit.span()))
        return FILLER * len(hit.group())


def _begin(folded: str, at: int, done: int) -> int:
    """Where a mail address whose "@" is at ``at`` begins."""
    start = at
    while start > max(done, at - _LONGEST) and _BEFORE.match(folded[start - 1]):
        start -= 1
    return start


def slug(link: str) -> str:
    """The words in the path of an address; the host says who published, not what about.

    >>> slug("https://news.example/2009/northline-air-broke-my-guitar")
    ' 2009 northline air broke my guitar'
    """
    try:
        path = urlsplit(f"//{link[:2000]}" if link.startswith("www.") else link[:2000]).path
    except ValueError:  # not an address: says nothing
        return ""
    return re.sub(r"[-_/+.]+", " ", unquote(path, errors="replace"))


def looks_like_host(name: str) -> bool:
    """Whether a configured name is the address of a site ("northline.example")."""
    return _HOST.fullmatch(fold(name)) is not None
