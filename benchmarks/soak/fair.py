"""The process in which all sites stand, so that what they use is not counted with the daemon."""

from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.soak.growing import Writer
from benchmarks.soak.stands import Stand, opened
from monitor.clock import SystemClock
from tests.sites.world import Event, Kind


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a site holds, and how it stands at the end."""

    key: str
    kind: Kind
    found: bool  # by discovery
    deleted: bool
    fate: str  # kind, time, and whether it is late or edited


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted at one site."""

    held: int  # posts, quotes and replies made so far
    requests: int
    above: int  # the announced limit
    refused: int  # answers that said "too many"
    answers: dict[int, int]  # by status
    faults: tuple[str, ...]


def run(line: Connection, per_second: float, limited: bool) -> None:
    """Open all sites, send their settings, then do as told until the line says ``end``."""
    clock = SystemClock()
    with opened(clock, limited) as stands:
        line.send({name: stand.settings for name, stand in stands.items()})
        writer = Writer({name: (stand.world, stand.plan.mix) for name, stand in stands.items()}, per_second, clock)
        while (order := line.recv()) != "end":
            line.send(_done(order, writer, stands))


def _done(order: str, writer: Writer, stands: dict[str, Stand]) -> Any:
    if order == "write":
        return writer.start()
    if order == "rest":
        return writer.stop()
    if order == "count":
        return writer.written, {name: _count(stand) for name, stand in stands.items()}
    if order == "lift":
        for stand in stands.values():
            stand.door.lift()
        return {name: _lifted(stand) for name, stand in stands.items() if stand.plan.long}
    return {name: _acts(stand) for name, stand in stands.items()}


def _count(stand: Stand) -> Count:
    door = stand.door
    held = sum(event.kind != "repost" for event in stand.world.every())
    # Not every site says it with the status that is meant for it.
    refused = door.statuses[429] or door.above
    return Count(held, door.statuses.total(), door.above, refused, dict(door.statuses), tuple(door.faults[:3]))


def _lifted(stand: Stand) -> dict[str, Any]:
    """The same site without a limit; the settings that go with it."""
    site = stand.plan.make(stand.world, lambda: stand.base, None)
    stand.door.replace(site)
    return {**site.settings(stand.base), **stand.plan.more}


def _acts(stand: Stand) -> list[Act]:
    key_of, found = stand.door.site.key_of, stand.plan.found
    return [
        Act(key_of(event).id, event.kind, event.kind in found, _is_gone(event, stand), _fate(event))
        for event in stand.world.every()
    ]


def _is_gone(event: Event, stand: Stand) -> bool:
    if event.deleted_at is not None:
        return True
    root = stand.world.get(event.root) if stand.plan.falls_with_root and event.root is not None else None
    return root is not None and event.kind == "reply" and root.deleted_at is not None


def _fate(event: Event) -> str:
    told = [f"{event.kind} {event.number} of {event.created_at:%H:%M:%S}"]
    told += [f"below {event.root}"] if event.root is not None else []
    told += [f"listed at {event.visible_at:%H:%M:%S}"] if event.visible_at else []
    told += [f"edited at {event.edited_at:%H:%M:%S}"] if event.edited_at else []
    return ", ".join(told)
