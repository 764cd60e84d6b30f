"""The built-in case in the embedded database: replayed once, read from there afterwards."""

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.progress import Progress

from alerts.domain import Change, Incident, Level, LogEntry
from graph.case import guitar
from monitor.recording import KnownMoment, RecordingLabel
from monitor.sources.archive import Recording, read_archive
from ui.runtime import Stores, open_replay
from ui.settings import Settings

EVERY = timedelta(minutes=5)
DONE_KEY = "demo_done"
VERSION = "1"  # raised when the case or the pipeline changes, so that an old database is replayed again
MOMENTS = (
    KnownMoment(guitar.FIRST_CONTACT, "the airline's first contact is reported (8 July 2009, 11:00 PDT)"),
    KnownMoment(guitar.FIRST_MILLION, "the first million views (between the published figures of 9 and 10 July)"),
)


@dataclass(frozen=True, slots=True)
class CaughtCase:
    """What the replay of the case led to."""

    incident: Incident | None  # the one about the guitar
    history: tuple[LogEntry, ...]
    earlier_incidents: int  # opened on the ordinary days before the song
    earlier_crises: int
    posts: int
    reposts: int

    @property
    def raised(self) -> tuple[tuple[Level, LogEntry], ...]:
        """When it first stood at each level."""
        rises = [entry for entry in self.history if entry.change in {Change.opened, Change.raised, Change.reopened}]
        first: dict[Level, LogEntry] = {}
        for entry in rises:
            first.setdefault(Level[str(entry.arguments["level"])], entry)
        return tuple(sorted(first.items()))


def play(database: Path, seed: int, bar: Progress) -> CaughtCase:
    """The case as caught in ``database``, which is made, or made anew where it holds something else."""
    url, wanted = f"sqlite:///{database}", f"{guitar.CASE_ID} {seed} {VERSION}"
    if not _holds(url, database, wanted):
        for leftover in database.parent.glob(f"{database.name}*"):
            leftover.unlink()
        _replay(url, seed, bar)
        stores = Stores(url)
        stores.meta.put(DONE_KEY, wanted)
        stores.close()
    return _caught(url)


def _holds(url: str, database: Path, wanted: str) -> bool:
    if not database.exists():
        return False
    stores = Stores(url)
    try:
        return stores.meta.get(DONE_KEY) == wanted
    finally:
        stores.close()


def _replay(url: str, seed: int, bar: Progress) -> None:
    task = bar.add_task("telling the story", total=None)
    recording = _recording(seed)
    bar.update(task, description="replaying July 2009", total=len(recording))
    label = RecordingLabel(guitar.CASE_ID, guitar.LABEL, MOMENTS)
    with open_replay(url, Settings(), (guitar.BRAND,), EVERY, label=label) as run:
        run.replay.run(bar.track(recording.events(), task_id=task))


def _recording(seed: int) -> Recording:
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in guitar.records(seed))
    return read_archive([io.BytesIO(lines.encode())])


def _caught(url: str) -> CaughtCase:
    stores = Stores(url)
    try:
        every = stores.incidents.recent(1_000_000)
        earlier = [incident for incident in every if incident.fired_at < guitar.VIDEO_POSTED]
        later = [incident for incident in every if incident.fired_at >= guitar.VIDEO_POSTED]
        worst = min(later, key=lambda incident: (-incident.peak_level, incident.fired_at), default=None)
        counts = stores.posts.counts()
        return CaughtCase(
            incident=worst,
            history=tuple(stores.incidents.history(worst.id)) if worst else (),
            earlier_incidents=len(earlier),
            earlier_crises=sum(incident.peak_level is Level.crisis for incident in earlier),
            posts=counts["posts"],
            reposts=counts["reposts"],
        )
    finally:
        stores.close()
