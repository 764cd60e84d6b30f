"""What the text of a repost says of its way: own words, then ``//@name:words`` of each hand it came through. Pure.

The first name is the nearest: the repost came through it. The author of the root is not among them.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from monitor.plain_text import clean, html_to_text, unescape

MOST_HOPS = 60  # of one text; what stands behind is as good as cut off
LONGEST_KEY = 400  # characters; who shares so many shares all
LONGEST = 5_000  # characters of one text that are read; the site allows 2,000

_NAME = r"[^\s:：/@<>]{1,40}"  # Han, Hangul, Telugu, Latin, digits, "_", "-", "·": no class of letters holds them all
_HOP = re.compile(rf"//\s*@({_NAME})\s*[:：]")
_ANSWER = re.compile(rf"回[复覆]\s*@({_NAME})\s*[:：]")
_DEFAULTS = frozenset(("", "转发微博", "轉發微博", "转发", "轉發", "快转微博", "快轉微博", "repost"))
_MARKUP = re.compile(r"<(?:a|br|img|span|p|div|i|em)\b[^<>]{0,2000}>", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b([^<>]{0,2000})>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_CUT_MARK = re.compile(r"(?:…|\.{3,})\s*(?:全文|展开|展開)?$")
_BROKEN_HOP = re.compile(r"(?:(?<!:)//|//\s*@[^\s:：/@<>]{0,40})$")
_FULL = 130  # characters from which on a text may have been cut without a mark


class Hop(NamedTuple):
    """One hand that a repost came through."""

    name: str
    text: str  # its own words
    remainder: str  # its whole text, as far as it is seen here


@dataclass(frozen=True, slots=True)
class Chain:
    """The text of a repost, taken apart.

    ``keys[0]`` stands for the whole text, ``keys[n]`` for what follows the n-th hop: two texts with the same key are
    the same text, however blanks, colons and the site's default words were written.
    """

    own: str
    hops: tuple[Hop, ...]
    keys: tuple[str, ...]
    answered: tuple[str | None, ...]  # for each hop: whom the words before it answer ("回复@X:")
    cut: bool  # the end of the text may be missing

    @property
    def own_is_empty(self) -> bool:
        """Whether its author added nothing but what the site puts there."""
        return is_default(self.own)

    @property
    def reply_to(self) -> str | None:
        """Whose comment the own words answer; that is no hop."""
        return answers(self.own)


def plain(text: str) -> str:
    """``text`` as a reader sees it: icons as their words, links as theirs, no invisible characters.

    >>> plain("<img alt=[怒] src='//x.example/y.png'>//<a href=/n/李_C>@李_C</a> :看")
    '[怒]//@李_C :看'
    """
    if _MARKUP.search(text):
        return html_to_text(_IMAGE.sub(_alternative, text[: 20 * LONGEST]))[:LONGEST].rstrip()
    return clean(unescape(text[:LONGEST]), LONGEST)


def read_chain(text: str, *, cut: bool = False) -> Chain:
    """``text`` (see ``plain``) taken apart; ``cut`` where the site says that it goes on.

    >>> chain = read_chain("我也是//@李_C：太过分了//@B-2 :看")
    >>> chain.own, [(hop.name, hop.remainder) for hop in chain.hops]
    ('我也是', [('李_C', '太过分了//@B-2 :看'), ('B-2', '看')])
    """
    text = text[:LONGEST]
    found: list[re.Match[str]] = []
    for hop in _HOP.finditer(text):
        if len(found) == MOST_HOPS:
            text, cut = text[: hop.start()], True
            break
        found.append(hop)
    ends = [*(hop.start() for hop in found), len(text)][1:]
    words = [text[hop.end() : end].strip() for hop, end in zip(found, ends, strict=True)]
    own = (text[: found[0].start()] if found else text).strip()
    names = [hop[1] for hop in found]
    return Chain(
        own=own,
        hops=tuple(Hop(hop[1], said, text[hop.end() :].strip()) for hop, said in zip(found, words, strict=True)),
        keys=_keys([own, *words], names),
        answered=tuple(answers(said) for said in [own, *words][: len(names)]),
        cut=cut or _looks_cut(text),
    )


def is_default(words: str) -> bool:
    """Whether ``words`` are none of a person's own."""
    return words.strip(" .。").casefold() in _DEFAULTS


def answers(words: str) -> str | None:
    """Whom ``words`` answer, where they begin as the site begins the answer to a comment."""
    found = _ANSWER.match(words)
    return found[1] if found else None


def stem(key: str) -> str:
    """``key`` without the mark that the site puts where it cuts a text."""
    return _CUT_MARK.sub("", key).rstrip()


def _keys(words: list[str], names: list[str]) -> tuple[str, ...]:
    spoken = ["" if is_default(said) else " ".join(said.split()) for said in words]
    keys = [spoken[-1]]
    for said, name in zip(reversed(spoken[:-1]), reversed(names), strict=True):
        keys.append(f"{said}//@{name}:{keys[-1]}")
    return tuple(key[:LONGEST_KEY] for key in reversed(keys))


def _looks_cut(text: str) -> bool:
    return len(text) >= _FULL or bool(_CUT_MARK.search(text) or _BROKEN_HOP.search(text))


def _alternative(image: re.Match[str]) -> str:
    found = _ALT.search(image[1])
    return next((words for words in found.groups() if words), "") if found else ""
