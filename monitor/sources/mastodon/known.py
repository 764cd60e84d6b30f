"""Which posts a server's ids stand for: deletions in a stream name nothing else."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from monitor.sources.mastodon.statuses import Seen

_REMEMBERED = 20_000


class KnownIds:
    """The ids met last, for threads to share. What is forgotten is found deleted by the next recheck."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._lock = Lock()
        self._seen: OrderedDict[str, Seen] = OrderedDict()

    def remember(self, seen: Mapping[str, Seen]) -> None:
        """Keep ``seen``, and forget the oldest where it becomes too much."""
        with self._lock:
            for id_, what in seen.items():
                self._seen[id_] = what
                self._seen.move_to_end(id_)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)

    def get(self, id_: str, /) -> Seen | None:
        """What the id stands for; None where it is not known."""
        with self._lock:
            return self._seen.get(id_)
