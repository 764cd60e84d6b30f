"""How far the replay of a recording got, kept beside what it stored: both survive a kill together."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.sources.archive import Recorded
from monitor.store.meta import MetaStore


class ProgressRow:
    """The progress of one recording, told apart from others by its first events."""

    def __init__(self, meta: MetaStore) -> None:
        self._meta = meta
        self._name = ""
        self._stored_until: datetime | None = None
        self._looked_at: datetime | None = None
        self.began_at: datetime | None = None  # the tick that an earlier run had written when it ended
        self._ended_at: datetime | None = None  # the last thing that it had stored

    def open(self, beginning: Sequence[Recorded]) -> None:
        """Look up how far the recording with this ``beginning`` got before."""
        told = hashlib.sha256()
        for recorded in beginning:
            told.update(repr((recorded.at, recorded.post, recorded.repost)).encode("utf-8", "backslashreplace"))
        self._name = f"replayed:{told.hexdigest()[:16]}"
        row = json.loads(self._meta.get(self._name) or "[null, null]")
        self.began_at, self._ended_at = (datetime.fromisoformat(text) if text else None for text in row)
        self._looked_at, self._stored_until = self.began_at, self._ended_at

    def not_looked_at(self, at: datetime) -> bool:
        """Whether an earlier run stored what happened at ``at`` and ended before it looked at it."""
        if self._ended_at is None or at > self._ended_at:
            return False
        return self.began_at is None or at > self.began_at

    def stored(self, until: datetime, session: Any) -> None:
        """Everything up to ``until`` is stored, by the same transaction."""
        self._stored_until = max(until, self._stored_until or until)
        self._put(session)

    def looked(self, now: datetime, session: Any) -> None:
        """The tick at ``now`` is written, by the same transaction."""
        self._looked_at = max(now, self._looked_at or now)
        self._put(session)

    def _put(self, session: Any) -> None:
        row = [moment.isoformat() if moment else None for moment in (self._looked_at, self._stored_until)]
        self._meta.put(self._name, json.dumps(row), session)
