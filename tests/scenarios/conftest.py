"""What the scenarios share: an invented story of the invented airline Northline Air, as archive records."""

import importlib.util
import io
import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from alerts.domain import Incident, LogEntry
from alerts.watch import TickReport
from monitor.domain import Brand
from monitor.sources.archive import Recording, read_archive
from ui.runtime import open_replay
from ui.settings import Settings
from ui.stores import Stores

BRAND = Brand("northline", "Northline Air", names=("Northline Air",), handles=("northlineair",))
START = datetime(2024, 5, 6, tzinfo=UTC)
EVERY = timedelta(minutes=5)
Record = dict[str, Any]


def _load(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_mail = _load("scenario_mail", Path(__file__).parents[1] / "alerts" / "mail" / "conftest.py")
certificate, start_server = _mail.certificate, _mail.start_server


class Story:
    """Builds records; each call adds some and says when."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = Random(seed)
        self.records: list[Record] = []
        self._ids = 0

    def add(self, kind: str, at: datetime, by: str, text: str | None = None, **more: Any) -> str:
        self._ids += 1
        name = more.pop("id", f"{kind}{self._ids}")
        author = {"id": by, "handle": by, "followers": more.pop("followers", 50 + self._ids % 400)}
        record = {"source": more.pop("source", "micro"), "id": name, "kind": kind, "author": author}
        record |= {"created_at": at.isoformat(), **more}
        if text is not None:
            record["text"] = text
        self.records.append(record)
        return name

    def ordinary(self, start: datetime, hours: int) -> None:
        """A complaint, a word of praise and a neutral mention in every hour."""
        for hour in range(hours):
            for minute, text in (
                (7, f"Northline Air was late again, gate {hour % 30}"),
                (23, f"Boarding with Northline Air at {hour % 24}:40"),
                (41, "Lovely crew on Northline Air today, thank you"),
            ):
                at = start + timedelta(hours=hour, minutes=minute)
                self.add("post", at, f"regular{self.rng.randrange(40)}", text, lang="en")

    def outbreak(self, at: datetime, reposts: int, minutes: float, text: str, name: str = "harp") -> str:
        """A complaint that is passed on, quoted and answered, and one of the quotes is passed on in turn."""
        root = self.add("post", at, f"{name}-owner", text, id=name, lang="en", followers=900)
        acts, quote = [root], ""
        for number in range(reposts):
            moment = at + timedelta(minutes=minutes * (number + 1) / reposts, seconds=self.rng.randrange(20))
            by, parent = f"{name}-fan{number}", self.rng.choice(acts[-30:])
            if number % 9 == 4:
                quote = self.add(
                    "quote", moment, by, f"This is shameful, they broke it ({number})", root=root, parent=parent
                )
                acts.append(quote)
            elif quote and number % 9 == 7:
                self.add("repost", moment, by, root=quote, parent=quote, evidence="via")
            else:
                acts.append(self.add("repost", moment, by, root=root, parent=parent, evidence="via"))
        return root


def recording(records: Iterable[Record]) -> Recording:
    return read_archive([io.BytesIO("".join(json.dumps(record) + "\n" for record in records).encode())])


class KilledError(RuntimeError):
    """Stands for a kill: nothing after it runs."""


def replayed(
    url: str,
    records: Iterable[Record],
    brands: Iterable[Brand] = (BRAND,),
    killed_after: int | None = None,
    settings: Settings | None = None,
    **more: Any,
) -> list[tuple[Incident, list[LogEntry]]]:
    """Replays and returns what is in the database then: incidents with their history."""
    ticks = 0

    def count(_: TickReport) -> None:
        nonlocal ticks
        ticks += 1
        if ticks == killed_after:
            raise KilledError

    with open_replay(url, settings or Settings(), tuple(brands), EVERY, on_tick=count, **more) as run:
        try:
            run.replay.run(recording(records).events())
        except KilledError:
            assert killed_after is not None
    return outcome(url)


def outcome(url: str) -> list[tuple[Incident, list[LogEntry]]]:
    stores = Stores(url)
    try:
        found = sorted(stores.incidents.recent(1000), key=lambda incident: (incident.fired_at, incident.id))
        return [(incident, stores.incidents.history(incident.id)) for incident in found]
    finally:
        stores.close()


@pytest.fixture(scope="session")
def kit() -> ModuleType:
    """This module, for the scenarios: ``kit.Story``, ``kit.replayed``."""
    return sys.modules[__name__] if __name__ in sys.modules else _load("scenario_kit", Path(__file__))


@pytest.fixture
def fresh_url(migrated_file: Path, tmp_path: Path) -> Callable[[str], str]:
    """Addresses of new SQLite databases by name."""

    def url(name: str) -> str:
        (tmp_path / name).write_bytes(migrated_file.read_bytes())
        return f"sqlite:///{tmp_path / name}"

    return url
