"""The measured quality that a model's card tells of, whatever shape the card is in. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ui.models import InUse

Interval = tuple[float, float, float]  # value, low and high end of the 95 % interval

OWN_TEXTS, SAMPLES = "reading.own_texts", "reading.samples"  # keys of texts


@dataclass(frozen=True, slots=True)
class Measured:
    """How a reading did on one set of labelled texts."""

    on: str  # key of a text, or the name of a set
    n: int
    macro_f1: Interval
    calibration_error: float | None


def measured(used: InUse) -> tuple[Measured, ...]:
    """What the card of ``used`` tells; what it does not tell, or not in numbers, is left out.

    A model trained here has figures on its frozen test part and on the program's own sentences; the card of a shipped
    one has ``figures``: a list of ``set``, ``n``, ``macro_f1`` (value, low, high) and ``calibration_error``.
    """
    return tuple(_trained(used.card) if used.by == "own" else _listed(used.card))


def _trained(card: Mapping[str, Any]) -> Iterator[Measured]:
    for name, key in (("test", OWN_TEXTS), ("samples", SAMPLES)):
        part = card.get(name)
        found = _one(key, part.get("after")) if isinstance(part, Mapping) else None
        if found is not None:
            yield found


def _listed(card: Mapping[str, Any]) -> Iterator[Measured]:
    listed = card.get("figures")
    for row in listed if isinstance(listed, list) else ():
        found = _one(str(row.get("set", "")), row) if isinstance(row, Mapping) else None
        if found is not None:
            yield found


def _one(on: str, row: Any) -> Measured | None:
    if not isinstance(row, Mapping):
        return None
    interval, n = _interval(row.get("macro_f1")), row.get("n")
    if interval is None or not isinstance(n, int):
        return None
    error = _interval(row.get("calibration_error"))
    return Measured(on, n, interval, error[0] if error else None)


def _interval(value: Any) -> Interval | None:
    """A value with its interval; of a bare number the number thrice."""
    values = list(value) if isinstance(value, list | tuple) else [value] * 3
    if len(values) != 3 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
        return None
    return float(values[0]), float(values[1]), float(values[2])
