"""Asking Threads: searches within their allowance, and whose token it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import SourceError
from monitor.http import HttpClient
from monitor.ledger import Allowance
from monitor.meta_graph import Graph, username
from monitor.meta_listing import Batch, Listing, Place, read
from monitor.sources.threads.config import KEY_PAGE, NAME, Config
from monitor.sources.threads.records import FIELDS

_RENEWAL = (
    f"get a new one at {KEY_PAGE}. A long-lived token holds for 60 days; before they are over it is renewed by a "
    "request to /refresh_access_token with grant_type=th_refresh_token"
)
_BOUNDS = ("since", "until")


class Api:
    """Requests with one token."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self.graph = Graph(NAME, config.base_url, config.access_token, http, _RENEWAL)
        self._ledger = http.ledger
        self.queries = Allowance(f"{NAME}.search", config.queries_per_day, timedelta(days=1), None, "searches")
        self._own: str | None = None

    def search(self, words: str, mode: str, at: Place, now: datetime) -> Batch:
        """One page of the newest posts with ``words``. Raises BudgetSpent where no more searches are allowed."""
        if self._ledger.left(self.queries) < 1:
            self._ledger.spend(self.queries)
        more = {"q": words, "search_type": "RECENT", "search_mode": mode}
        batch = read(self.graph, Listing("keyword_search", FIELDS, "timestamp", more=more, bounds=_BOUNDS), at, now)
        if batch.items:  # searches that find nothing are free
            self._ledger.record(self.queries, 1)
        return batch

    def own(self, edge: str, at: Place, now: datetime) -> Batch:
        """One page of what the token's own account wrote, or of what mentions it."""
        return read(self.graph, Listing(f"me/{edge}", FIELDS, "timestamp", bounds=_BOUNDS), at, now)

    def post(self, path: str, now: datetime) -> Mapping[str, Any]:
        """One post. Raises Absent where it is gone or not to be seen."""
        return self.graph.ask(path, {"fields": FIELDS}, now)

    def own_name(self, now: datetime) -> str:
        """The user name of the token's account; empty where it cannot be learnt."""
        if self._own is None:
            try:
                self._own = username(self.graph.ask("me", {"fields": "id,username"}, now).get("username"))
            except SourceError:
                return ""
        return self._own
