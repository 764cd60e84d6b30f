"""Returning to a post: its counters, the reposts and comments since the last time, and the tree that they form."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor import payload
from monitor.domain import Dropped, Page, Post
from monitor.errors import BadPayload
from monitor.payload import Unusable
from monitor.sources.weibo.api import Api
from monitor.sources.weibo.comments import On, read_comments
from monitor.sources.weibo.config import NAME, Config
from monitor.sources.weibo.edges import edge, post_key
from monitor.sources.weibo.listing import Ask, Row, read_on
from monitor.sources.weibo.long_texts import LongTexts
from monitor.sources.weibo.memory import Memory, recall
from monitor.sources.weibo.statuses import Gathering, Status, status_of
from monitor.sources.weibo.values import is_id, moment, moment_of, own_id

_COUNT = 200  # reposts or comments in one answer


class Follower:
    """Returns to posts."""

    def __init__(self, config: Config, api: Api) -> None:
        self._config = config
        self._api = api
        self._overlap = timedelta(minutes=config.overlap_minutes)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """What has become of ``post``. Raises NotFound where it is gone. A comment has nothing to return to."""
        if not is_id(post.key.id):
            return Page(state=state)
        found = Gathering(now)
        status = self._shown(post.key.id, found, now)
        memory = recall(state, status.root())
        if status.origin is None:  # the reposts of a repost stand in the list of what it passes on
            memory = self._with_reposts(memory, found, now)
        changes = memory.paths.changes()
        found.deleted |= dict.fromkeys(post_key(ghost) for ghost in changes.merged)
        edges = [edge(node, memory.paths.tree.root) for node in changes.nodes]
        comments = Page()
        if self._config.comments:
            memory, comments = self._comments(memory, status, found, now)
        return found.page(edges, state=str(memory), more=comments)

    def _shown(self, id_: str, found: Gathering, now: datetime) -> Status:
        try:
            status = status_of(self._api.show(id_, now), now)
        except Unusable as error:
            raise BadPayload(f"{NAME}: statuses/show answered with something else: {error}") from error
        if status.id != id_:
            raise BadPayload(f"{NAME}: statuses/show answered with another post")
        found.keep(status)
        return status

    def _with_reposts(self, memory: Memory, found: Gathering, now: datetime) -> Memory:
        root = memory.paths.tree.root
        ask = self._ask("statuses/repost_timeline", "reposts", root.id, found, now)
        reading = read_on(memory.reposts, ask, self._config.max_pages, self._overlap)
        if reading.error is not None:
            found.dropped.append(Dropped("reposts", str(reading.error)))
        acts = []
        for row in LongTexts(self._api, self._config.long_texts, now).whole(reading.rows):
            status = found.take("reposts", {**row, "retweeted_status": {"id": int(root.id)}})
            if status is not None:
                acts.append(status.act())
        before = memory.paths.conflicts
        memory.paths.add(acts, complete=not (reading.listing.holes or memory.forgot))
        if (more := memory.paths.conflicts - before) > 0:
            found.dropped.append(Dropped("reposts", f"of {more} the site names another parent than the text"))
        return replace(memory, reposts=reading.listing)

    def _comments(self, memory: Memory, status: Status, found: Gathering, now: datetime) -> tuple[Memory, Page]:
        ask = self._ask("comments/show", "comments", status.id, found, now)
        reading = read_on(memory.comments, ask, self._config.max_pages, self._overlap)
        if reading.error is not None:
            found.dropped.append(Dropped("comments", str(reading.error)))
        root = status.id if status.origin is None else status.origin.id
        on = On(post_key(status.id), status.author.key, post_key(root))
        return replace(memory, comments=reading.listing), read_comments(reading.rows, on, now)

    def _ask(self, path: str, field: str, id_: str, found: Gathering, now: datetime) -> Ask:
        def ask(high: int, low: int) -> tuple[Sequence[Row], bool]:
            params: dict[str, str | int] = {"id": id_, "count": _COUNT}
            params |= {"since_id": low} if low else {}
            params |= {"max_id": high} if high else {}
            values, answer = self._api.rows(path, field, params, now)
            rows = list(_rows(values, now))
            if values and not rows:
                raise BadPayload(f"{NAME}: {path} answered with nothing that can be read")
            found.dropped += [Dropped(field, "it has no id")] * (len(values) - len(rows))
            # A page that is nearly full may only have lost what strangers may not see: one more is asked for then.
            return rows, answer.get("next_cursor") == 0 and len(values) < _COUNT // 2

        return ask


def _rows(values: Sequence[Any], now: datetime) -> Iterator[Row]:
    for value in values:
        with suppress(Unusable):
            held = payload.mapping(value, "the row")
            id_ = own_id(held, "the row")
            yield Row(int(id_), _when(held, id_, now), held)


def _when(held: Mapping[str, Any], id_: str, now: datetime) -> datetime:
    try:
        at = moment(held.get("created_at"), "created_at")
    except Unusable:
        at = moment_of(id_) or now
    return min(at, now)
