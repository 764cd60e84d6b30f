"""Who bore a nickname, and when. Pure."""

from collections import defaultdict
from datetime import datetime


class Names:
    """Which accounts a nickname stood for. People rename themselves, and others take the name they left."""

    def __init__(self) -> None:
        self._borne: defaultdict[str, dict[str, list[datetime]]] = defaultdict(dict)
        self._names: defaultdict[str, dict[str, None]] = defaultdict(dict)  # in the order in which they were learnt

    def learn(self, name: str, account: str, at: datetime) -> None:
        """``account`` was called ``name`` at that time."""
        if not name:
            return
        moments = self._borne[name].setdefault(account, [])
        self._names[account][name] = None
        if not moments:
            moments.append(at)
        else:
            moments[:] = [min(moments[0], at), max(moments[-1], at)]

    def accounts(self, name: str, at: datetime) -> list[str]:
        """The accounts that were called so, the one first that was so nearest to that time."""
        borne = self._borne.get(name, {})
        return sorted(borne, key=lambda account: (_distance(borne[account], at), account))

    def of(self, account: str) -> list[str]:
        """All names of ``account``."""
        return list(self._names.get(account, ()))

    def all(self) -> list[tuple[str, str, datetime]]:
        """Everything learnt, to be learnt again."""
        return [
            (name, account, moment)
            for name, borne in self._borne.items()
            for account, moments in borne.items()
            for moment in moments
        ]


def _distance(moments: list[datetime], at: datetime) -> float:
    if moments[0] <= at <= moments[-1]:
        return 0.0
    return min(abs((moment - at).total_seconds()) for moment in moments)
