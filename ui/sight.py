"""What a source cannot see, as keys of texts."""

from collections.abc import Iterator

from monitor.sources.base import Capabilities

Blind = tuple[str, int | None]  # key of a text, and the number in it


def blind_spots(sees: Capabilities | None) -> tuple[Blind, ...]:
    """What is missing from the evidence of a source that sees so much; ``(("blind.unsaid", None),)`` where unknown.

    >>> full = Capabilities("all", "path", "all", "all", views=True, followers=True, edits=True, deletions=True)
    >>> blind_spots(full)
    ()
    """
    return (("blind.unsaid", None),) if sees is None else tuple(_spots(sees))


def _spots(sees: Capabilities) -> Iterator[Blind]:
    for name in ("mentions", "quotes", "replies"):
        sight = getattr(sees, name)
        if sight != "all":
            yield f"blind.{name}_{sight}", None
    if sees.reposts != "path":
        yield f"blind.reposts_{sees.reposts}", None
    for name in ("views", "followers", "deletions"):
        if not getattr(sees, name):
            yield f"blind.{name}", None
    if sees.reach_back is not None:
        yield "blind.reach_back", max(1, sees.reach_back.days)
