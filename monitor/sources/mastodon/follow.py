"""Returning to posts: counters, thread, quotes and boosts; and looking whether posts are still there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor import payload
from monitor.domain import Dropped, Page, Post, PostKey
from monitor.errors import NotFound, SourceError, Unauthorised
from monitor.sources.mastodon.api import Api, cursors
from monitor.sources.mastodon.boost_state import BoostState
from monitor.sources.mastodon.boosts import BoostLook
from monitor.sources.mastodon.budget import Budget
from monitor.sources.mastodon.config import Config
from monitor.sources.mastodon.ids import local_id, local_id_or_none, rank
from monitor.sources.mastodon.known import KnownIds
from monitor.sources.mastodon.statuses import Reading, numbered

BATCH = 20  # ids that Mastodon takes in one request
_QUOTES = 40


class Follower:
    """Returns to posts of one server. All methods raise SourceError."""

    def __init__(self, config: Config, api: Api, known: KnownIds) -> None:
        self._config = config
        self._api = api
        self._known = known
        self._batches = True

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The post anew, its thread, its quotes, its boosts since ``state``. Raises NotFound where it is gone."""
        budget = Budget(self._config.max_requests)
        status = self._found(post, budget)
        id_ = local_id(status.get("id"))
        reading = Reading(self._api.server, now)
        reading.take([("the post", status)])
        self._thread(id_, reading, budget)
        if "quotes_count" in status:  # from 4.5 on; other servers do not offer the list
            self._quotes(id_, reading, budget)
        look = BoostLook(self._api, post, id_, BoostState.read(state), now, budget)
        after = look.read(payload.count(status.get("reblogs_count")))
        reading.under(id_)
        page = reading.page()
        self._known.remember(reading.seen | look.seen)
        return Page(
            page.posts,
            (*page.reposts, *look.reposts.values()),
            (*page.accounts, *look.accounts.values()),
            dropped=(*page.dropped, *look.dropped),
            state=str(after),
        )

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that the server does not have any more are in ``deleted``."""
        asked = {id_: post.key for post in posts if (id_ := next(_ids_of(post, self._api.server), None))}
        ids, deleted = list(asked), list[PostKey]()
        reading = Reading(self._api.server, now, self._known)
        for begin in range(0, len(ids), BATCH):
            statuses, gone = self._look_for(ids[begin : begin + BATCH])
            reading.take(numbered("statuses", statuses))
            deleted += [asked[id_] for id_ in gone]
        self._known.remember(reading.seen)
        page = reading.page()
        return replace(page, deleted=tuple(deleted))

    def _found(self, post: Post, budget: Budget) -> Mapping[str, Any]:
        """The status of ``post``, under the id that the server knows it by now."""
        for id_ in _ids_of(post, self._api.server):
            budget.take()
            try:
                status = self._api.get_object(f"/api/v1/statuses/{id_}")
            except NotFound:
                continue
            if _is(status, post.key.id):
                return status
        if self._api.token:
            budget.take()
            for status in self._looked_up(post.key.id):
                return status
        raise NotFound(f"{self._api.server} does not know the post (any more)")

    def _looked_up(self, uri: str) -> Iterator[Mapping[str, Any]]:
        """The status of that address, where the server has it; it is not asked to fetch it."""
        try:
            found = self._api.search({"q": uri, "limit": 1})
        except (NotFound, Unauthorised):
            return
        for status in found:
            if _is(status, uri):
                yield status

    def _thread(self, id_: str, reading: Reading, budget: Budget) -> None:
        budget.take()
        try:
            context = self._api.get_object(f"/api/v1/statuses/{id_}/context")
        except SourceError as error:
            reading.dropped.append(Dropped("the thread", str(error)))
            return
        for part in ("ancestors", "descendants"):
            statuses = context.get(part)
            if isinstance(statuses, list):
                reading.take(numbered(part, statuses))
            else:
                reading.dropped.append(Dropped("the thread", f"{part} are missing"))

    def _quotes(self, id_: str, reading: Reading, budget: Budget) -> None:
        below: str | None = None
        for _ in range(self._config.max_pages):
            if not budget.take():
                return
            params: dict[str, str | int] = {"limit": _QUOTES} | ({"max_id": below} if below else {})
            try:
                response = self._api.get(f"/api/v1/statuses/{id_}/quotes", params)
                quotes = response.json()
            except (NotFound, Unauthorised):  # not offered, or not to us
                return
            except SourceError as error:
                reading.dropped.append(Dropped("quotes", str(error)))
                return
            if not isinstance(quotes, list) or not quotes:
                return
            reading.take(numbered("quotes", quotes))
            following = cursors(response).get("next")
            if following is None or (below is not None and rank(following) >= rank(below)):
                return
            below = following

    def _look_for(self, ids: Sequence[str]) -> tuple[list[Any], list[str]]:
        """The statuses of ``ids``, and those ids that the server does not have; all at once where it can (from 4.3)."""
        if self._batches:
            try:
                statuses = self._api.get_list("/api/v1/statuses", {"id[]": ids})
            except NotFound:
                self._batches = False
            else:
                return statuses, _absent(ids, statuses)
        statuses, gone = [], []
        for id_ in ids:
            try:
                statuses.append(self._api.get_object(f"/api/v1/statuses/{id_}"))
            except NotFound:
                gone.append(id_)
            except Unauthorised:
                continue  # it is there, but not for us
        return statuses, gone


def _is(status: Any, uri: str) -> bool:
    """Whether it is that post: an id may be another server's, where the configuration has changed."""
    return isinstance(status, dict) and status.get("uri") == uri and local_id_or_none(status.get("id")) is not None


def _absent(ids: Sequence[str], statuses: Sequence[Any]) -> list[str]:
    """Those of ``ids`` that an answer leaves out; none where a part of the answer cannot be read."""
    present = {local_id_or_none(status.get("id")) if isinstance(status, dict) else None for status in statuses}
    return [] if None in present else [id_ for id_ in ids if id_ not in present]


def _ids_of(post: Post, server: str) -> Iterator[str]:
    """Under which ids the server may know ``post``: the one it was stored with, and what its address says."""
    known = local_id_or_none(post.local_id)
    if known is not None:
        yield known
    try:
        parts = urlsplit(post.key.id)
    except ValueError:
        return
    named = local_id_or_none(parts.path.rpartition("/")[2])
    if parts.netloc == server and named is not None and named != known:
        yield named
