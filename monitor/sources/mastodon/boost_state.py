"""What is remembered of a post's boosts between two returns to it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor import payload
from monitor.domain import AccountKey
from monitor.sources.mastodon.config import NAME
from monitor.sources.mastodon.ids import local_id_or_none, rank

HEADS = 20  # accounts that are remembered, newest first
_MOST_RANGES = 4
_VERSION = 1


class Stretch(NamedTuple):
    """A part of the list: boosts with ids below ``upper`` (None: from the newest) and above ``floor`` (None: all)."""

    upper: str | None = None
    floor: str | None = None


@dataclass(frozen=True, slots=True)
class BoostState:
    """How far the list of boosters was read."""

    at: datetime | None = None  # when
    newest: str | None = None  # the newest boost id that was met
    count: int | None = None  # how many boosts there were
    heads: tuple[AccountKey, ...] = ()  # who boosted last, newest first
    unread: tuple[Stretch, ...] = ()  # what the requests did not suffice for

    @classmethod
    def read(cls, text: str | None) -> "BoostState":
        """The state that was written; that of a first return where it cannot be read."""
        try:
            raw = json.loads(text or "{}")
            if raw["v"] != _VERSION:
                return cls()
            return cls(
                payload.moment(raw["at"], "at"),
                local_id_or_none(raw["newest"]),
                payload.count(raw["count"]),
                tuple(AccountKey(NAME, str(id_)) for id_ in raw["heads"]),
                tuple(Stretch(local_id_or_none(upper), local_id_or_none(floor)) for upper, floor in raw["unread"]),
            )
        except (ValueError, TypeError, LookupError, RecursionError):
            return cls()

    def __str__(self) -> str:
        at = self.at.isoformat() if self.at else None
        heads = [key.id for key in self.heads]
        known = {"at": at, "newest": self.newest, "count": self.count, "heads": heads, "unread": self.unread}
        return json.dumps({"v": _VERSION, **known})


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """``stretches``, made one where they are too many: what is read twice is stored once."""
    kept = tuple(stretches)
    if len(kept) <= _MOST_RANGES:
        return kept
    return (Stretch(max((one.upper for one in kept), key=rank), min((one.floor for one in kept), key=rank)),)
