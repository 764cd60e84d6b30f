"""What the Graph API's sites share: a token in a header, pages with cursors, errors, and usage in percent."""

import json
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sites.server import Answer, Asked
from tests.sites.world import Event

TOKEN = "a-token-that-opens"
_HOUR = timedelta(hours=1)


class GraphApi:
    """Counts requests of a rolling hour, and answers those beyond ``limit`` with error 4."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._times: deque[datetime] = deque()
        self._lock = threading.Lock()
        self.over_limit = 0
        self.asked: Counter[str] = Counter()  # by edge

    def refusal(self, asked: Asked, now: datetime) -> Answer | None:
        """The error that a request gets whatever it asks for."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}" or "access_token" in asked.query:
            return error(400, 190, 467)
        with self._lock:
            self.asked[asked.path.rpartition("/")[2]] += 1
            while self._times and self._times[0] <= now - _HOUR:
                self._times.popleft()
            if self._limit is not None and len(self._times) >= self._limit:
                self.over_limit += 1
                return error(400, 4, headers=self._usage(now))
            self._times.append(now)
            return None

    def told(self, answer: Answer, now: datetime) -> Answer:
        """``answer`` with what is used so far."""
        with self._lock:
            return Answer(answer.body, answer.status, {**answer.headers, **self._usage(now)})

    def _usage(self, now: datetime) -> Mapping[str, str]:
        if self._limit is None:
            return {}
        used = 100 * len(self._times) // self._limit
        wait = 0 if len(self._times) < self._limit else -((now - self._times[0] - _HOUR) // timedelta(minutes=1))
        business = {"type": "pages", "call_count": used, "estimated_time_to_regain_access": wait}
        return {
            "x-app-usage": json.dumps({"call_count": used, "total_time": 0, "total_cputime": 0}),
            "x-business-use-case-usage": json.dumps({"7001": [business]}),
        }


def page(asked: Asked, events: Sequence[Event], entries: Sequence[Any], most: int = 100) -> Answer:
    """A page of ``entries``, one for each event in their order. The last one has cursors, too, but no next."""
    size, after = asked.number("limit", 25, most), asked.one("after")
    if after and not (after.startswith("A") and after[1:].isdigit()):
        return error(400, 100)
    numbers = [event.number for event in events]
    start = numbers.index(int(after[1:])) + 1 if after and int(after[1:]) in numbers else 0
    shown = entries[start : start + size]
    if not shown:
        return ok({"data": []})
    end = start + len(shown)
    paging: dict[str, Any] = {"cursors": {"before": f"A{numbers[start]}", "after": f"A{numbers[end - 1]}"}}
    if end < len(entries):
        paging["next"] = f"https://elsewhere.example{asked.path}?access_token={TOKEN}&after=A{numbers[end - 1]}"
    return ok({"data": list(shown), "paging": paging})


def within(asked: Asked, event: Event) -> bool:
    """Whether an event lies between ``since`` and ``until``, as far as these are asked for."""
    second = int(event.created_at.timestamp())
    return int(asked.one("since", "0")) <= second <= int(asked.one("until", "99999999999"))


def stamp(moment: datetime) -> str:
    """A time as these sites write it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S+0000}"


def error(status: int, code: int, subcode: int | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """An error whose message holds what must never be shown."""
    told = {"message": f"about {TOKEN}", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return ok({"error": told if subcode is None else {**told, "error_subcode": subcode}}, status, headers)


def ok(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON."""
    return Answer(json.dumps(body).encode(), status, {"content-type": "application/json", **(headers or {})})
