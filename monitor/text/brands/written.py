"""A post as it is looked through for names: folded, without its addresses, with the words of what it points to."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

from monitor.text.brands.addresses import slug
from monitor.text.brands.signs import BREAK, HAN, HANGUL, LETTER, PART, TELUGU
from monitor.text.normalise import MAX_CHARACTERS, fold, split_urls

MAX_LINKS = 10  # of one post that are looked at
_OTHER_SCRIPT = re.compile(f"[{HAN}{HANGUL}{TELUGU}]")


class Written:
    """A post as it is looked through."""

    def __init__(self, text: str, links: Sequence[str]) -> None:
        self.raw = text[:MAX_CHARACTERS]
        words, urls = split_urls(self.raw)
        if "\n" in words:
            words = words.replace("\n", f" {BREAK} ")
        slugs = [slug(link) for link in dict.fromkeys((*urls, *links[:MAX_LINKS]))][:MAX_LINKS] if urls or links else []
        self.folded = fold(f" {PART} ".join([words, *slugs]) if slugs else words)

    @cached_property
    def _lower(self) -> str:
        return self.raw.casefold()

    def as_written(self, start: int, end: int) -> str:
        """The words as they stand in the post where they can be found there, else in normalised form."""
        folded = self.folded[start:end]
        if len(self._lower) == len(self.raw) and (place := self._lower.find(folded)) >= 0:
            return self.raw[place : place + len(folded)]
        hit = re.search(re.escape(folded), self.raw, re.IGNORECASE)
        return hit.group() if hit is not None else folded

    def in_small_letters(self, acronym: str) -> bool:
        """Whether it never stands in capitals, in a text where that tells it from a word."""
        if _OTHER_SCRIPT.search(self.folded):
            return False
        wide = unicodedata.normalize("NFKC", self.raw)
        return re.search(rf"(?<!{LETTER}){re.escape(acronym)}(?!{LETTER})", wide) is None
