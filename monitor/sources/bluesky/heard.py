"""A cheap look at every post of the stream: whether it may be about one of the brands at all."""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from monitor.domain import Brand
from monitor.text.normalise import MAX_CHARACTERS, fold

_GAP = r"[\s\-_./+]{0,3}"  # between the words of a name; in the path of an address, more signs part words
_MOST_LINKS = 10


class Heard:
    """Lets pass whatever the matcher could take for a mention, and little else."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._all = any(brand.everything for brand in brands)
        patterns = sorted({pattern for brand in brands for pattern in _patterns(brand)})
        self._any = re.compile("|".join(patterns)) if patterns else None

    def may_mention(self, text: str, links: Iterable[str] = ()) -> bool:
        """True where a name, handle, hashtag or product of a brand may stand in ``text`` or in an address."""
        if self._all or self._any is None:
            return self._all
        paths = [unquote(link[:2000], errors="replace") for link in tuple(links)[:_MOST_LINKS]]
        return self._any.search(fold(" ".join([text[:MAX_CHARACTERS], *paths]))) is not None


def _patterns(brand: Brand) -> Iterator[str]:
    for term in (*brand.names, *brand.handles, *brand.hashtags, *brand.products):
        # Neither the sign before a tag nor the virama that a Telugu noun loses with an ending tell anything here.
        words = fold(term).lstrip("@#").rstrip("\u0c4d").split()
        if words:
            yield _GAP.join(re.escape(word) for word in words)
