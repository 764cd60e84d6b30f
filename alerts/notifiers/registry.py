"""The channels by name: those built in, and those that other packages add."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from pydantic import BaseModel

from alerts.notifiers import console, email
from alerts.notifiers.base import Notifier
from monitor.clock import Clock

ENTRY_POINTS = "ripplewatch.notifiers"


@dataclass(frozen=True, slots=True)
class NotifierSpec:
    """How a channel is configured and built; ``build`` gets a ``config`` and a clock that tells real time."""

    name: str
    config: type[BaseModel]
    build: Callable[[Any, Clock], Notifier]


BUILT_IN = (
    NotifierSpec("email", email.Config, email.EmailNotifier),
    NotifierSpec("console", console.Config, lambda config, _clock: console.ConsoleNotifier(config)),
)


def _all_specs() -> dict[str, NotifierSpec]:
    found = {spec.name: spec for spec in BUILT_IN}
    for entry in entry_points(group=ENTRY_POINTS):
        spec: NotifierSpec = entry.load()
        if spec.name in found:
            raise ValueError(f"two channels are called {spec.name!r}; uninstall {entry.value}")
        found[spec.name] = spec
    return found


NOTIFIERS: Mapping[str, NotifierSpec] = _all_specs()
