"""The built-in case in the embedded database: replayed once, read from there afterwards."""

import io
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from rich.progress import Progress

from alerts.domain import Change, Incident, Level, LogEntry
from graph.case import guitar
from monitor.errors import StorageError
from monitor.recording import KnownMoment, RecordingLabel
from monitor.sources.archive import Recording, read_archive
from ui.recorded import FIRST_CONTACT, FIRST_MILLION
from ui.runtime import open_replay
from ui.settings import Settings
from ui.stores import Stores

EVERY = timedelta(minutes=5)
DONE_KEY = "demo_done"
EDITION = "4"  # raised when the case or the pipeline changes within a version, so that it is replayed again
MOMENTS = (
    KnownMoment(guitar.FIRST_CONTACT, FIRST_CONTACT),
    KnownMoment(guitar.FIRST_MILLION, FIRST_MILLION),
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
    replayed: bool  # just now; False: it was there already
    label: str = guitar.LABEL
    moments: tuple[KnownMoment, ...] = MOMENTS

    @property
    def raised(self) -> tuple[tuple[Level, LogEntry], ...]:
        """When it first stood at each level."""
        rises = [entry for entry in self.history if entry.change in {Change.opened, Change.raised, Change.reopened}]
        first: dict[Level, LogEntry] = {}
        for entry in rises:
            first.setdefault(Level[str(entry.arguments["level"])], entry)
        return tuple(sorted(first.items()))


def play(database: Path, seed: int | None, bar: Progress, fresh: bool = False) -> CaughtCase:
    """The case as caught in ``database``, which is made; made anew where it holds something else, or for ``fresh``.

    Raises StorageError where it cannot be written.
    """
    chosen = guitar.DEFAULT_SEED if seed is None else seed
    url, wanted = f"sqlite:///{database}", f"{guitar.CASE_ID} {chosen} {version('ripplewatch')} {EDITION}"
    missing = fresh or not _holds(url, database, wanted)
    if missing:
        _remove(database)
        _replay(url, chosen, bar)
        with closing(Stores(url)) as stores:
            stores.meta.put(DONE_KEY, wanted)
    return _caught(url, missing)


def _holds(url: str, database: Path, wanted: str) -> bool:
    if not database.exists():
        return False
    try:
        with closing(Stores(url)) as stores:
            return stores.meta.get(DONE_KEY) == wanted
    except StorageError:  # damaged, or of another version: it is ours, and quickly made anew
        return False


def _remove(database: Path) -> None:
    try:
        for leftover in database.parent.glob(f"{database.name}*"):
            leftover.unlink()
    except OSError as error:
        raise StorageError(
            f"The demo cannot replace {database} ({error.strerror}). Remove that file, or work in another folder."
        ) from error


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


def _caught(url: str, replayed: bool) -> CaughtCase:
    with closing(Stores(url)) as stores:
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
            replayed=replayed,
        )
