"""Texts without the names of brands: what is read is what is said of a brand, whatever it is called."""

import re
from collections.abc import Iterable
from functools import lru_cache


def without_names(text: str, names: Iterable[str]) -> str:
    """``text`` with a blank for each of ``names``: "Best Buy" is no praise, and no brand is read better than another.

    Latin names are taken out as whole words, with the # before them. Handles stay: whom a post speaks to counts.

    >>> without_names("@bestbuy Best Buy lost my order, #bestbuy!", ["Best Buy", "@bestbuy", "bestbuy"])
    '@bestbuy   lost my order,  !'
    >>> without_names("Skyline view", ["Sky"])
    'Skyline view'
    """
    wanted = tuple(
        sorted(
            {name for name in names if name.strip() and not name.startswith("@")}, key=lambda name: (-len(name), name)
        )
    )
    return _pattern(wanted).sub(" ", text) if wanted else text


@lru_cache(maxsize=512)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = (rf"(?<![\w@])#?{re.escape(name)}(?!\w)" if name.isascii() else f"#?{re.escape(name)}" for name in names)
    return re.compile("|".join(parts), re.IGNORECASE)
