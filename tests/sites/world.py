"""What happened: posts by people, replies, quotes and reposts. Every site tells the same world in its own way."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Kind = Literal["post", "repost", "quote", "reply"]


@dataclass(frozen=True)
class Event:
    """One act. ``number`` is its identity in the world, from which each site makes its own id."""

    number: int
    author: int  # a site makes its own account of it
    created_at: datetime
    text: str = ""
    kind: Kind = "post"
    root: int | None = None  # of a repost, quote or reply: the post at the head of the cascade
    parent: int | None = None  # of a repost: the repost (or root) through which it came; of a reply: what it answers
    visible_at: datetime | None = None  # indexed late: listed from then on, under its old time
    edited_at: datetime | None = None
    deleted_at: datetime | None = None

    def is_listed(self, now: datetime) -> bool:
        """Whether a reader of the site meets it at ``now``."""
        return (self.visible_at or self.created_at) <= now and (self.deleted_at is None or now < self.deleted_at)


class World:
    """All acts, in the order of their times. Threads may read while another writes."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._lock = threading.Lock()
        self._events: dict[int, Event] = {event.number: event for event in events}

    def add(self, event: Event) -> None:
        """One more act, or a known one changed."""
        with self._lock:
            self._events[event.number] = event

    def delete(self, number: int, at: datetime) -> None:
        """Its author takes it back at ``at``."""
        with self._lock:
            self._events[number] = replace(self._events[number], deleted_at=at)

    def get(self, number: int) -> Event | None:
        """The act of that number, listed or not."""
        return self._events.get(number)

    def listed(self, now: datetime, *kinds: Kind) -> list[Event]:
        """What can be met at ``now``, oldest first; only of ``kinds`` where some are named."""
        with self._lock:
            events = list(self._events.values())
        chosen = [e for e in events if e.is_listed(now) and (not kinds or e.kind in kinds)]
        return sorted(chosen, key=lambda event: (event.created_at, event.number))

    def cascade(self, root: int, now: datetime, *kinds: Kind) -> list[Event]:
        """The reposts, quotes and replies below ``root`` that can be met at ``now``, oldest first."""
        return [event for event in self.listed(now, *kinds) if event.root == root]
