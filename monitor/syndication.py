"""RSS and Atom that strangers wrote: made small and whole first, so that reading it is quick whatever is in it.

The feed reader underneath takes minutes over some small texts (long author names, thousands of categories or
attributes). So every document is read once by the XML parser, which is not impressed by any of that, and written anew
with bounds on depth, elements, attributes and lengths; only that copy is read as a feed.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import feedparser

from monitor.errors import BadPayload
from monitor.feed_copy import Copy
from monitor.feed_text import decoded
from monitor.plain_text import unescape

MOST_ITEMS = 500  # of one feed in one look
_LOOSE = 200_000  # characters of broken XML that are given to the reader that takes anything
# What the reader lets through on broken input; one broken feed must not stop the others.
_BROKEN = (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:([A-Za-z][A-Za-z0-9]{0,30});)?")
_COSTLY = re.compile(
    r"<(/?)(?:[\w.-]{1,40}:)?"
    r"(?:author|category|contributor|creator|keywords|managingeditor|publisher|subject|tags|webmaster)\b",
    re.IGNORECASE,
)
_LONG_TAG = re.compile(r"<[^<>]{4000,}>?")


@dataclass(frozen=True, slots=True)
class Syndicated:
    """A feed that was read: its items and what it says of itself, in feedparser's terms."""

    entries: tuple[Mapping[str, Any], ...]
    feed: Mapping[str, Any]
    version: str  # such as "rss20" or "atom10"
    left_out: int = 0  # items beyond MOST_ITEMS
    broken: bool = False  # the end could not be read
    skip_hours: frozenset[int] = frozenset()  # of the day in UTC in which the feed does not change
    skip_days: frozenset[str] = frozenset()  # such as "sunday"


def read(body: bytes, where: str, content_type: str = "") -> Syndicated:
    """The feed in ``body``. Raises BadPayload, which names ``where``, for what is none.

    Oddities of real feeds are no failures: charsets that contradict the header, entities of HTML, an end that is
    missing; what stands before the damage is read.
    """
    text = decoded(body, content_type)
    copy = _copied(text, where)
    parsed = _parsed(copy.written(), where)
    if copy.broken and len(text) <= _LOOSE:
        loose = _parsed(_LONG_TAG.sub(" ", _COSTLY.sub(r"<\1label", text[: _last_end(text)])).encode(), where)
        if len(loose.get("entries", [])) > len(parsed.get("entries", [])):
            parsed = loose
    if not parsed.get("version"):
        raise BadPayload(f"{where} is not a feed: perhaps a page that asks for a click or a login")
    entries = parsed.get("entries", [])
    return Syndicated(
        tuple(entries[:MOST_ITEMS]),
        parsed.get("feed", {}),
        str(parsed["version"]),
        copy.left_out + max(0, len(entries) - MOST_ITEMS),
        copy.broken,
        frozenset(copy.skip_hours),
        frozenset(copy.skip_days),
    )


def _last_end(text: str) -> int:
    """Where the last whole item ends."""
    return max(text.rfind(end) + len(end) if end in text else 0 for end in ("</item>", "</entry>"))


def _copied(text: str, where: str) -> Copy:
    """The bounded copy: of the text as it is, else of the text with its entities mended, else of its whole part."""
    copy = _attempt(text, where)
    if not copy.broken:
        return copy
    mended = _attempt("".join(_mended(text)), where)
    return mended if len(mended) >= len(copy) else copy


def _attempt(text: str, where: str) -> Copy:
    copy = Copy(where, MOST_ITEMS)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = copy.start
    parser.EndElementHandler = copy.end
    parser.CharacterDataHandler = copy.characters
    parser.DefaultHandler = copy.other  # with it, entities that the document defines are not expanded
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError:
        copy.broken = True
    return copy


def _mended(text: str) -> Iterator[str]:
    """``text`` with HTML's entities as characters and other ampersands as such, outside of what is quoted whole."""
    at = 0
    while at < len(text):
        quoted = text.find("<![CDATA[", at)
        until = quoted if quoted >= 0 else len(text)
        yield _ENTITY.sub(_as_character, text[at:until])
        end = text.find("]]>", until)
        at = end + 3 if end >= 0 else len(text)
        yield text[until:at]


def _as_character(match: re.Match[str]) -> str:
    named = match[1]
    found = unescape(f"&{named};") if named else ""
    if found and not found.startswith("&"):
        return found.replace("<", "&lt;")
    return "&amp;" + match[0][1:]


def _parsed(document: bytes, where: str) -> Mapping[str, Any]:
    try:
        # As a stream: the reader takes bytes that happen to be a file's name for that file.
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(document),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _BROKEN as error:
        raise BadPayload(f"{where} cannot be read as a feed") from error
    return parsed
