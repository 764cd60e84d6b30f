"""A feed written anew while it is parsed: the same elements, within bounds that no honest feed comes near."""

from xml.sax.saxutils import escape, quoteattr

from monitor.errors import BadPayload
from monitor.plain_text import unescape

_DEEPEST = 100
_MOST_ELEMENTS = 60_000
_MOST_IN_AN_ITEM = 1_000
_MOST_ATTRIBUTES = 30
_LONGEST_VALUE = 4_000
_LONGEST_TEXT = 200_000  # of one element, its children left aside
_LONGEST_NAME = 300  # of a person
_ITEMS = frozenset(("item", "entry"))
_PEOPLE = frozenset(("author", "contributor", "creator", "managingeditor", "name", "email", "publisher", "webmaster"))
_UNUSED = frozenset(("category", "keywords", "subject", "tags"))  # the reader compares each with all before it
_THREADING = "http://purl.org/syndication/thread/1.0"


class Copy:
    """Takes the events of an XML parser; ``written`` is the bounded document so far. Raises BadPayload on too deep."""

    def __init__(self, where: str, most_items: int) -> None:
        self.broken = False
        self.left_out = 0
        self.skip_hours: set[int] = set()
        self.skip_days: set[str] = set()
        self._where = where
        self._most_items = most_items
        self._parts: list[str] = []
        self._open: list[tuple[str, str, int]] = []  # name as written, plain name, characters still taken
        self._items = 0
        self._elements = 0
        self._in_item = 0  # elements since the item began, or since the last one ended
        self._whole: tuple[int, int] | None = None  # parts and open elements before the item that is open
        self._unread = 0  # depth inside an element that is left out
        self._threading: set[str] = set()  # prefixes that stand for RFC 4685

    def __len__(self) -> int:
        return self._items

    def written(self) -> bytes:
        """The copy, with whatever is still open closed; half an item is none."""
        parts, depth = (len(self._parts), len(self._open)) if self._whole is None else self._whole
        ends = "".join(f"</{name}>" for name, _, _ in reversed(self._open[:depth]))
        return ('<?xml version="1.0" encoding="utf-8"?>' + "".join(self._parts[:parts]) + ends).encode()

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins; ``attributes`` are names and values in turn."""
        plain = name.rpartition(":")[2].lower()
        if self._unread or self._is_left_out(name, plain):
            self._unread += 1
            if len(self._open) + self._unread > _DEEPEST:
                raise BadPayload(f"{self._where} nests its elements more than {_DEEPEST} deep")
            return
        if len(self._open) >= _DEEPEST:
            raise BadPayload(f"{self._where} nests its elements more than {_DEEPEST} deep")
        self._elements += 1
        self._in_item += 1
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        self._threading |= {key[6:] for key, value in pairs if key.startswith("xmlns:") and value == _THREADING}
        told = [(key, value[:_LONGEST_VALUE]) for key, value in pairs[:_MOST_ATTRIBUTES]]
        prefix, colon, _ = name.partition(":")
        if colon and prefix in self._threading:
            name = f"thr-{plain}"  # whichever prefix the feed chose
        self._open.append((name, plain, _LONGEST_NAME if plain in _PEOPLE else _LONGEST_TEXT))
        self._parts.append(f"<{name}{''.join(f' {key}={quoteattr(value)}' for key, value in told)}>")

    def end(self, name: str) -> None:
        """An element ends."""
        if self._unread:
            self._unread -= 1
            return
        name, _, _ = self._open.pop()
        if self._whole is not None and len(self._open) == self._whole[1]:
            self._in_item, self._whole = 0, None
        self._parts.append(f"</{name}>")

    def characters(self, data: str) -> None:
        """Text inside the element that is open."""
        if self._unread or not self._open:
            return
        name, plain, room = self._open[-1]
        if room > 0:
            self._parts.append(escape(data[:room]))
            self._open[-1] = (name, plain, room - len(data))
        self._skipped(plain, data.strip().lower())

    def other(self, data: str) -> None:
        """Anything else. Of entities only those of HTML are known, which documents with a DTD may leave to it."""
        if data.startswith("&") and (known := unescape(data)) != data:
            self.characters(known)

    def _is_left_out(self, name: str, plain: str) -> bool:
        if plain in _UNUSED or len(name) > 200:
            return True
        if plain not in _ITEMS or any(open_[1] in _ITEMS for open_ in self._open):
            return self._in_item >= _MOST_IN_AN_ITEM or self._elements >= _MOST_ELEMENTS
        if self._items >= self._most_items or self._elements >= _MOST_ELEMENTS:
            self.left_out += 1
            return True
        self._items += 1
        self._in_item = 0
        self._whole = len(self._parts), len(self._open)
        return False

    def _skipped(self, plain: str, text: str) -> None:
        """Notes the hours and days in which the feed says that it does not change."""
        inside = self._open[-2][1] if len(self._open) > 1 else ""
        if (plain, inside) == ("hour", "skiphours") and text.isascii() and text.isdigit() and len(text) < 3:
            self.skip_hours.add(int(text) % 24)
        if (plain, inside) == ("day", "skipdays") and text.isalpha() and len(text) < 10:
            self.skip_days.add(text)
