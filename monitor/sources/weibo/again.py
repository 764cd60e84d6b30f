"""Looking at many stored posts again, to honour deletions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Metrics, Page, Post
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.payload import Unusable
from monitor.sources.weibo.api import Api
from monitor.sources.weibo.config import NAME, Config
from monitor.sources.weibo.edges import post_key
from monitor.sources.weibo.statuses import Gathering
from monitor.sources.weibo.values import count, is_id, own_id

BATCH = 50
_ASKED_FOR = 10  # posts that an answer left out and that are asked for one by one


class Rechecker:
    """Asks for many posts at once; for those that the answer leaves out, one by one."""

    def __init__(self, config: Config, api: Api) -> None:
        self._config = config
        self._api = api

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """Those of ``posts`` that are there, with their counters, and those that are gone. Comments are left out:
        nothing tells of them."""
        wanted = {post.key.id: post for post in posts if is_id(post.key.id)}
        if not wanted:
            return Page()
        found = Gathering(now)
        seen = self._batch(wanted, found, now) if self._config.search else self._counts(wanted, found, now)
        missing = [id_ for id_ in wanted if id_ not in seen]
        for id_ in missing[:_ASKED_FOR]:
            self._one(id_, found, now)
        return found.page()

    def _batch(self, wanted: Mapping[str, Post], found: Gathering, now: datetime) -> set[str]:
        ids = ",".join(wanted)
        rows, _ = self._api.rows("statuses/show_batch/biz", "statuses", {"ids": ids}, now, paid=True)
        seen = set()
        for row in rows:
            try:
                id_ = own_id(payload.mapping(row, "the post"), "the post")
            except Unusable:
                continue
            if id_ in wanted:
                seen.add(id_)
                found.take("statuses", row)
        return seen

    def _counts(self, wanted: Mapping[str, Post], found: Gathering, now: datetime) -> set[str]:
        """The counters alone, which any app may ask for. Those of a post that is gone may still be told, as zeros."""
        answer = self._api.get("statuses/count", {"ids": ",".join(wanted)}, now)
        if not isinstance(answer, list):
            raise BadPayload(f"{NAME}: statuses/count answered without a list")
        seen = set()
        for row in answer:
            try:
                id_ = own_id(payload.mapping(row, "the counters"), "the counters")
            except Unusable:
                continue
            metrics = _metrics(row, now)
            if id_ not in wanted or (_is_zero(metrics) and not _is_zero(wanted[id_].metrics)):
                continue
            seen.add(id_)
            post = replace(wanted[id_], metrics=metrics, seen_at=now)
            found.posts[post.key] = post
        return seen

    def _one(self, id_: str, found: Gathering, now: datetime) -> None:
        """A post is gone where the site says so when asked for it alone; left out of a list, it may only be late."""
        try:
            found.take("statuses", self._api.show(id_, now))
        except NotFound:
            found.deleted[post_key(id_)] = None
        except SourceError:
            return  # the next look will tell


def _metrics(row: Mapping[str, Any], now: datetime) -> Metrics | None:
    likes, reposts, replies = (count(row.get(name)) for name in ("attitudes", "reposts", "comments"))
    if likes is None and reposts is None and replies is None:
        return None
    return Metrics(now, likes=likes, reposts=reposts, replies=replies)


def _is_zero(metrics: Metrics | None) -> bool:
    return metrics is None or not (metrics.likes or metrics.reposts or metrics.replies)
