"""Strangers' texts made plain: no markup, no control characters, no overlong bodies."""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape as _unescape

LIMIT = 100_000  # characters; far above any post, far below what would hurt
READ_OF_LINE = 20_000  # characters of a hostile text that are looked at for one line

# Control characters but newline and tab; lone surrogates (no database stores them); byte-order mark, zero-width space;
# bidi embeddings, overrides and isolates, which can make a text read differently from what it is. Joiners stay: Telugu
# and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_JOINERS = "\u200c\u200d"  # Telugu and emoji need them
_STACKED = re.compile(
    "([\u0300-\u036f\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLOCKS = frozenset(
    ("article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form", "header", "hr", "li")
) | frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul")
)
_NO_CHARACTER = re.compile("&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")  # numbers of which the library makes an error
_TAG = re.compile("(/?)([a-zA-Z][a-zA-Z0-9]*)|[!?]")
_UNREAD = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg", "head"))


def clean(text: str, limit: int = LIMIT) -> str:
    """``text`` with one kind of line end, without invisible control characters, at most ``limit`` characters.

    >>> clean("lost\\x00 bag\\r\\nagain")
    'lost bag\\nagain'
    """
    return _UNWANTED.sub("", _LINE_END.sub("\n", text[:limit])).strip()


def one_line(text: str, limit: int = 200, *, keep_indent: bool = False) -> str:
    r"""``text`` on one line without controls, invisible or direction-turning characters, at most ``limit`` long.

    >>> one_line("Jo\n  Doe"), one_line("guitar\r\nBcc: all\u202e", 40)
    ('Jo Doe', 'guitar Bcc: all')
    >>> one_line("abcdef", 4)
    'abc…'
    """
    flat = " ".join(clean(text, READ_OF_LINE).split())
    if not flat.isprintable():
        flat = " ".join("".join(map(_visible, flat)).split())
    if not flat.isascii():
        flat = _STACKED.sub(r"\1", flat)
    if keep_indent:
        flat = " " * min(len(text) - len(text.lstrip(" ")), 20) + flat
    return flat if len(flat) <= limit else flat[: max(0, limit - 1)].rstrip(f" {_JOINERS}") + "…"


def _visible(mark: str) -> str:
    kind = unicodedata.category(mark)
    if kind in {"Co", "Cn"}:
        return "□"  # private or not known yet: something stood there
    return "" if kind == "Cf" and mark not in _JOINERS else mark


def html_to_text(html: str, limit: int = LIMIT) -> str:
    """The words of an HTML fragment; block elements become line breaks, scripts and styles are left out.

    A reader of its own, because the library's takes minutes over some broken texts and fails on others: one pass, in
    which every ``<`` ends the tag before it.

    >>> html_to_text("<p>They broke it &amp; <b>laughed</b></p><script>alert(1)</script>")
    'They broke it & laughed'
    """
    if "<" not in html and "&" not in html:
        return clean(html, limit)
    lines = (" ".join(line.split()) for line in "".join(_words(html[: 2 * limit])).split("\n"))
    return clean(re.sub("\n{3,}", "\n\n", "\n".join(lines)), limit)


def unescape(text: str) -> str:
    """``text`` with its character references replaced; numbers that stand for no character become U+FFFD.

    >>> unescape("5 &lt; 6 &#" + "9" * 5000 + ";")
    '5 < 6 \ufffd'
    """
    return _unescape(_NO_CHARACTER.sub("\ufffd", text)) if "&" in text else text


def _words(html: str) -> Iterator[str]:
    """What a reader would see, and line breaks."""
    before, *pieces = _without_comments(html).split("<")
    yield unescape(before)
    unread = ""  # the element whose content is being skipped
    for piece in pieces:
        tag = _TAG.match(piece)
        if tag is None:
            yield "" if unread else unescape("<" + piece)
            continue
        closing, name = tag[1], (tag[2] or "").lower()
        if unread:
            unread = "" if closing and name == unread else unread
        elif name in _UNREAD and not closing:
            unread = name
        if not unread:
            yield ("\n" if name in _BLOCKS else "") + unescape(piece.partition(">")[2])


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (begin := html.find("<!--", at)) >= 0:
        kept.append(html[at:begin])
        end = html.find("-->", begin)
        at = end + 3 if end >= 0 else len(html)
    return "".join(kept) + html[at:]
