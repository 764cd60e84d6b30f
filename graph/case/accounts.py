"""Invented accounts. An account is a function of its site and number, so that it can come back at any time."""

from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from graph.case.words import texts
from graph.synth import audience

REGULARS = 2_500  # accounts of each site that write about the airline at all in ordinary weeks
SHOWS_FOLLOWERS = "microblog"  # the other sites do not


@lru_cache(maxsize=50_000)
def _followers(site: str, number: int) -> int:
    return audience(Random(f"{site}/{number}"))


class Person(NamedTuple):
    """An account as the author part of a record, and the language it writes in."""

    author: dict[str, Any]
    language: str


def someone(site: str, number: int) -> Person:
    """An invented account of ``site``; three in a hundred each write Chinese, Korean and Telugu."""
    language = ("zh", "ko", "te", "en")[min(number % 33, 3)]
    words = texts("en")["account"]
    manner, thing = words["manner"][number % 30], words["thing"][number // 30 % 30]
    names = texts(language).get("names")
    author: dict[str, Any] = {
        "id": f"{site[0]}{number}",
        "handle": f"{manner}_{thing}_{number}",
        "name": names[number // 33 % len(names)] if names else f"{manner.title()} {thing.title()}",
    }
    if site == SHOWS_FOLLOWERS:
        author |= {"followers": _followers(site, number), "verified": False}
    return Person(author, language)


def known(handle: str, name: str, followers: int | None = None, *, verified: bool = False) -> dict[str, Any]:
    """The author part of a record for one of the invented accounts with a part of its own in the story."""
    author: dict[str, Any] = {"id": handle, "handle": handle, "name": f"{name} (invented)"}
    if followers is not None:
        author |= {"followers": followers, "verified": verified}
    return author


class Crowd:
    """People who come across the song: mostly new faces, now and then one who has acted before or is a regular."""

    def __init__(self, rng: Random, site: str, first: int = 100_000) -> None:
        self._rng, self._site = rng, site
        self._first, self._next = first, first

    def next(self) -> Person:
        """Whoever acts next."""
        chance = self._rng.random()
        if chance < 0.05:
            return someone(self._site, self._rng.randrange(REGULARS))
        if chance < 0.15 and self._next > self._first:
            return someone(self._site, self._rng.randrange(self._first, self._next))
        self._next += 1
        return someone(self._site, self._next - 1)
