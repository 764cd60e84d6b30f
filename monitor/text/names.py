"""Texts without the names of brands: what is read is what is said of a brand, whatever it is called."""

import re
from collections.abc import Iterable
from functools import lru_cache

# Letters of Latin, Greek and Cyrillic words, which blanks set apart; to other scripts a name may be joined: "X에서".
_LETTERS = r"0-9A-Za-z_\u00c0-\u052f\u1e00-\u1fff"
_APART = re.compile(rf"[\x00-\x7f{_LETTERS}]")


def without_names(text: str, names: Iterable[str]) -> str:
    """``text`` with a blank for each of ``names``: "Best Buy" is no praise, and no brand is read better than another.

    Latin names are taken out as whole words, though Chinese or Korean may touch them, with the # before them.
    Handles stay: whom a post speaks to counts.

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
    return re.compile("|".join(_written(name) for name in names), re.IGNORECASE)


def _written(name: str) -> str:
    before = rf"(?<![@{_LETTERS}])" if _APART.match(name[0]) else ""
    after = rf"(?![{_LETTERS}])" if _APART.match(name[-1]) else ""
    return f"{before}#?{re.escape(name)}{after}"
