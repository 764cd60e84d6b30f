"""What a replayed database says about itself, so that the board can label it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain import Brand

META_KEY = "recorded"
BRANDS_KEY = "brands"


@dataclass(frozen=True, slots=True)
class KnownMoment:
    """Something that is known to have happened in a recorded case."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RecordingLabel:
    """Name of a recording, the sentence shown wherever its data is shown, and what is known of the real case."""

    id: str
    label: str
    moments: tuple[KnownMoment, ...] = ()

    def to_json(self) -> str:
        """The label as kept in the database."""
        moments = [[moment.at.isoformat(), moment.text] for moment in self.moments]
        return json.dumps({"id": self.id, "label": self.label, "moments": moments}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "RecordingLabel":
        """The label as read from the database."""
        raw = json.loads(text)
        moments = tuple(KnownMoment(datetime.fromisoformat(at), said) for at, said in raw["moments"])
        return cls(raw["id"], raw["label"], moments)


def brands_to_json(brands: Iterable[Brand]) -> str:
    """Ids and titles of the brands of a recording, as kept in the database."""
    return json.dumps([[brand.id, brand.title] for brand in brands], ensure_ascii=False)


def brands_from_json(text: str) -> tuple[Brand, ...]:
    """The brands as read from the database: enough to show them, not to look for them."""
    return tuple(Brand(id=name, title=title) for name, title in json.loads(text))


def spell(duration: timedelta) -> str:
    """A duration for people, in its two largest units.

    >>> spell(timedelta(hours=25, minutes=3)), spell(timedelta(minutes=7))
    ('1 d 1 h', '7 min')
    """
    minutes = round(abs(duration).total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"
