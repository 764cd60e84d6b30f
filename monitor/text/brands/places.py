"""What is found where in a folded text."""

from typing import NamedTuple

from monitor.text.brands.spelling import How


class Hit(NamedTuple):
    """A phrase found in a folded text."""

    start: int
    end: int
    phrase: int  # place in the list of phrases
    how: How


class Token(NamedTuple):
    """A piece of a term as it stands in a folded text."""

    piece: str
    start: int
    end: int
    how: How
