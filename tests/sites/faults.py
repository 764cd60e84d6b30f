"""What goes wrong on the way to a site and in it: seeded, so that each run can be had again."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.clock import Clock
from tests.sites.server import Answer, Asked, Site

_COUNTERS = (
    "hitsTotal",
    "likeCount",
    "replyCount",
    "repostCount",
    "quoteCount",
    "replies_count",
    "points",
    "num_comments",
)
_LISTS = ("posts", "hits", "feed", "records", "latest_posts", "questions")


class FaultySite:
    """``site``, except that a share of its answers is lost, late, damaged, repeated or untrue, until it is mended."""

    def __init__(self, site: Site, clock: Clock, seed: int, share: float = 0.3, page: int | None = None) -> None:
        """``share``: of the answers that go wrong; ``page``: no page has more posts, whatever is asked for."""
        self._site = site
        self._clock = clock
        self._random = random.Random(seed)
        self._share = share
        self._page = page
        self.met: set[str] = set()  # the faults that came up

    def mend(self) -> None:
        """From now on everything goes well."""
        self._share = 0.0

    def respond(self, asked: Asked) -> Answer | None:
        """The site's answer, or what becomes of it; None: the connection is cut."""
        good = self._site.answer(self._cut_down(asked), self._clock.now())
        if self._random.random() >= self._share:
            return good
        fault = self._random.choice(list(_FAULTS))
        self.met.add(fault)
        return _FAULTS[fault](self, asked, good)

    def _cut_down(self, asked: Asked) -> Asked:
        if self._page is None:
            return asked
        sizes = {name: [str(self._page)] for name in ("limit", "hitsPerPage") if name in asked.query}
        return replace(asked, query={**asked.query, **sizes})

    def _slow(self, asked: Asked, good: Answer) -> Answer:
        self._clock.wait(timedelta(seconds=self._random.uniform(1, 150)))
        return good

    def _refused(self, asked: Asked, good: Answer) -> Answer:
        headers = {"retry-after": "30"} if self._random.random() < 0.5 else {}
        return Answer(b'{"error": "slow down"}', 429, headers)

    def _failed(self, asked: Asked, good: Answer) -> Answer:
        return Answer(b"<html>oops</html>", self._random.choice((500, 502, 503, 504)), {"content-type": "text/html"})

    def _cut_short(self, asked: Asked, good: Answer) -> Answer:
        whole = len(good.body)
        headers = {**good.headers, "content-length": str(whole), "connection": "close"}
        return replace(good, body=good.body[: self._random.randrange(whole + 1)], headers=headers)

    def _damaged(self, asked: Asked, good: Answer) -> Answer:
        return replace(good, body=good.body[: self._random.randrange(len(good.body) + 1)])

    def _consent_page(self, asked: Asked, good: Answer) -> Answer:
        return Answer(b"<html>please click here</html>", 200, {"content-type": "text/html"})

    def _repeated_items(self, asked: Asked, good: Answer) -> Answer:
        return _changed(good, lambda items: items + self._random.sample(items, len(items) // 2))

    def _shuffled(self, asked: Asked, good: Answer) -> Answer:
        return _changed(good, lambda items: self._random.sample(items, len(items)))

    def _untrue_counters(self, asked: Asked, good: Answer) -> Answer:
        return _with(good, self._lie)

    def _lie(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._random.randrange(10_000) if k in _COUNTERS else self._lie(v) for k, v in value.items()}
        return [self._lie(item) for item in value] if isinstance(value, list) else value

    def _garbage_cursor(self, asked: Asked, good: Answer) -> Answer:
        """The cursor to the next page leads nowhere."""
        odd = self._random.choice(("garbage", "\u202e", "9" * 300))
        return _with(
            good, lambda body: {**body, "cursor": odd} if isinstance(body, dict) and "cursor" in body else body
        )

    def _repeated_last_page(self, asked: Asked, good: Answer) -> Answer:
        """The last page names a next one, which is the same again."""
        again = asked.one("cursor") or "again"

        def repeated(body: Any) -> Any:
            is_last = isinstance(body, dict) and "posts" in body and "cursor" not in body
            return {**body, "cursor": again} if is_last else body

        return _with(good, repeated)


_FAULTS: dict[str, Callable[[FaultySite, Asked, Answer], Answer | None]] = {
    "connection cut": lambda self, asked, good: None,
    "slow": FaultySite._slow,
    "429": FaultySite._refused,
    "5xx": FaultySite._failed,
    "cut short": FaultySite._cut_short,
    "damaged": FaultySite._damaged,
    "consent page": FaultySite._consent_page,
    "repeated items": FaultySite._repeated_items,
    "shuffled": FaultySite._shuffled,
    "untrue counters": FaultySite._untrue_counters,
    "garbage cursor": FaultySite._garbage_cursor,
    "repeated last page": FaultySite._repeated_last_page,
}
FAULTS = frozenset(_FAULTS)


def _with(good: Answer, change: Callable[[Any], Any]) -> Answer:
    """``good`` with its JSON changed; one that holds none stays."""
    try:
        body = json.loads(good.body)
    except ValueError:
        return good
    headers = {name: value for name, value in good.headers.items() if name.lower() != "content-length"}
    return Answer(json.dumps(change(body)).encode(), good.status, headers)


def _changed(good: Answer, change: Callable[[list[Any]], list[Any]]) -> Answer:
    """``good`` with the list of what it is about changed."""

    def inside(body: Any) -> Any:
        if isinstance(body, list):
            return change(body)
        if isinstance(body, dict):
            return {k: change(v) if k in _LISTS and isinstance(v, list) else v for k, v in body.items()}
        return body

    return _with(good, inside)
