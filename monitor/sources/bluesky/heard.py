"""Which posts of the whole network are about one of the brands."""

from collections.abc import Sequence

from monitor.domain import Brand
from monitor.match import Matcher


class Heard:
    """Lets pass what the matcher takes for a mention; at thousands of posts a second it needs no rougher first look."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._matcher = Matcher(brands)

    def may_mention(self, text: str, links: Sequence[str] = ()) -> bool:
        """True where a name, handle, hashtag or product of a brand stands in ``text`` or in an address."""
        return bool(self._matcher.match(text, links))
