"""Which posts of the whole network are about one of the brands: a cheap look at all, a close one at few."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from monitor.domain import Brand
from monitor.match import MAX_LINKS, Matcher
from monitor.text.normalise import MAX_CHARACTERS, fold


class Heard:
    """Lets pass what the matcher takes for a mention, and asks it only where a term's first word stands in the post."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._all = any(brand.everything for brand in brands)
        self._matcher = Matcher(brands)
        first = sorted({re.escape(word) for brand in brands for word in _first_words(brand)})
        self._any = re.compile("|".join(first)) if first else None

    def may_mention(self, text: str, links: Sequence[str] = ()) -> bool:
        """True where a name, handle, hashtag or product of a brand stands in ``text`` or in an address."""
        if self._all or self._any is None:
            return self._all
        text = text[:MAX_CHARACTERS]
        written = [text, *links[:MAX_LINKS]]
        if any("%" in part for part in written):  # the words of an address may be hidden in it
            written += [unquote(part, errors="replace") for part in written]
        return self._any.search(fold("\n".join(written))) is not None and bool(self._matcher.match(text, links))


def _first_words(brand: Brand) -> set[str]:
    terms = (*brand.names, *brand.handles, *brand.hashtags, *brand.products)
    # Neither the sign before a tag nor the virama that a Telugu noun loses with an ending is always there.
    folded = [fold(term).lstrip("@#").rstrip("\u0c4d").split() for term in terms]
    return {words[0] for words in folded if words}
