"""Invented sentences with blanks, and a writer that fills them in."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

LANGUAGES = ("en", "zh", "ko", "te")
SHORTEST_FORM = 140  # characters that the microblog allows


@cache
def texts(language: str) -> dict[str, Any]:
    """All sentences of one language by kind, as they stand in ``texts/<language>.toml``."""
    return tomllib.loads(files("graph.case").joinpath("texts", f"{language}.toml").read_text("utf-8"))


def sentences(kind: str, language: str) -> Sequence[str]:
    """The sentences of one kind ("complaint", "song.quote")."""
    found: Any = texts(language)
    for step in kind.split("."):
        found = found[step]
    return (found,) if isinstance(found, str) else tuple(found)


class Writer:
    """Writes posts: goes through all sentences of a kind in random order before it repeats one."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._left: dict[tuple[str, str], list[str]] = {}

    def write(self, kind: str, language: str = "en", *, link: str = "", chatty: bool = False) -> str:
        """A post of ``kind``; ``chatty`` gives some English ones a few words more, where the length allows."""
        text = self._filled(self._next(kind, language), language, link)
        if not chatty or language != "en":
            return text
        chance, about = self._rng.random(), "song." if kind.startswith("song.") else ""
        if chance < 0.35:
            longer = f"{self._next(f'{about}opener', language)} {text}"
        elif chance < 0.7:
            longer = f"{text} {self._filled(self._next(f'{about}closer', language), language, link)}"
        else:
            longer = text
        return longer if len(longer) <= SHORTEST_FORM else text

    def _next(self, kind: str, language: str) -> str:
        left = self._left.setdefault((kind, language), [])
        if not left:
            left.extend(sentences(kind, language))
            self._rng.shuffle(left)
        return left.pop()

    def _filled(self, sentence: str, language: str, link: str) -> str:
        if "{" not in sentence:
            return sentence
        slots = {name: self._rng.choice(choices) for name, choices in texts(language)["slots"].items()}
        return sentence.format(**slots, link=link, flight=self._rng.randint(102, 989))
