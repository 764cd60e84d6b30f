"""Hashtags: only so many different ones may be asked for in a week, each as often as one likes."""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import BadPayload, BudgetSpent, NotFound
from monitor.ledger import Allowance, Ledger
from monitor.meta_graph import Graph, HashtagsSpent, node
from monitor.payload import Unusable
from monitor.sources.instagram.config import NAME, Config

_WEEK = timedelta(days=7)


class Hashtags:
    """Ids of hashtags. They never change, so each is asked for once; what a week's asking costs is kept in the ledger,
    which hashtags were counted in the ``memory`` of each."""

    def __init__(self, config: Config, graph: Graph, ledger: Ledger) -> None:
        self._user = config.user_id
        self._graph = graph
        self._ledger = ledger
        self._met: dict[str, tuple[int, str | None]] = {}  # when it was counted, and its id
        self.allowance = Allowance(f"{NAME}.hashtags", config.hashtags_per_week, _WEEK, None, "different hashtags")

    def id_of(self, tag: str, memory: MutableMapping[str, Any], now: datetime) -> str:
        """The hashtag's id. Raises BudgetSpent where the week's are spent, NotFound where nobody ever used it."""
        counted, known = self._known(tag, memory)
        second = int(now.timestamp())
        if counted is None or not 0 <= second - counted < _WEEK.total_seconds():
            self._ledger.spend(self.allowance)
            counted = second
        self._note(tag, memory, counted, known)
        if known is None:
            known = self._resolved(tag, now)
            self._note(tag, memory, counted, known)
        return known

    def spent(self, now: datetime, error: HashtagsSpent) -> BudgetSpent:
        """The site counts more than we did: nothing is left of the week."""
        left = self._ledger.left(self.allowance)
        if left:
            self._ledger.record(self.allowance, left)
        return BudgetSpent(str(error), retry_after=self.allowance.window / 7)

    def _resolved(self, tag: str, now: datetime) -> str:
        try:
            answer = self._graph.ask("ig_hashtag_search", {"user_id": self._user, "q": tag}, now)
        except HashtagsSpent as error:
            raise self.spent(now, error) from error
        told = answer.get("data")
        if told == []:
            raise NotFound(f"{NAME}: nobody has used #{tag}")
        try:
            return node(told[0].get("id") if isinstance(told, list) and isinstance(told[0], dict) else None)
        except Unusable as error:
            raise BadPayload(f"{NAME}: the search for a hashtag answered without its id") from error

    def _known(self, tag: str, memory: MutableMapping[str, Any]) -> tuple[int | None, str | None]:
        """What is remembered of it, also through another brand."""
        counted = memory.get("counted")
        when = counted if type(counted) is int else None
        try:
            known = node(memory.get("id"))
        except Unusable:
            known = None
        if tag in self._met:
            seen, id_ = self._met[tag]
            when, known = max(seen, when or 0), known or id_
        return when, known

    def _note(self, tag: str, memory: MutableMapping[str, Any], counted: int, known: str | None) -> None:
        memory["counted"] = counted
        if known is not None:
            memory["id"] = known
        self._met[tag] = counted, known
