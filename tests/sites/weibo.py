"""Weibo over a world: the paid search, mentions, reposts whose texts carry their chain, comments, and batches."""

import json
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, Kind, World

TOKEN = "a-token-that-opens"
NAMES = ("北线乘客", "候鸟_B", "재경K", "రవి-7", "Anna·W", "山里人")
OWN_ACCOUNT = "北线航空"
_CHINA = timezone(timedelta(hours=8))
_FIRST_SECOND = 515_483_463
_LONGEST = 2_000  # characters of a text; the rest of a chain is cut off
_STATUSES: tuple[Kind, ...] = ("post", "repost", "quote")


def mid(event: Event) -> int:
    """The id of a post, repost or comment: its second, and in the lower 22 bits its number."""
    return ((int(event.created_at.timestamp()) - _FIRST_SECOND) << 22) + event.number


def name(author: int) -> str:
    """What an account was called when it wrote."""
    return f"{NAMES[author % len(NAMES)]}{author}"


class WeiboSite:
    """Posts are posts, reposts and quotes are reposts with their ``//@`` chains, replies are comments.

    ``limit`` holds the requests of an hour; what is asked beyond them is counted in ``over_limit``. The hour is that
    of the clock, as ``account/rate_limit_status`` says.
    """

    def __init__(self, world: World, limit: int | None = None) -> None:
        self._world = world
        self._limit = limit
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}
        self.over_limit = 0
        self.asked: list[str] = []
        self.deepest = 20  # pages of the search that are not empty
        self.longest: int | None = None  # texts are cut after so many characters, and said to go on
        self.renamed: dict[int, str] = {}  # what accounts are called now
        self.parents_told = False  # whether the undocumented "pid" is sent

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        half = None if self._limit is None else max(1, self._limit // 2)
        limits = {} if half is None else {"requests_per_hour": half, "paid_requests_per_hour": half}
        urls = {"base_url": f"{base_url}/2", "commercial_url": f"{base_url}/c/2"}
        return {**urls, "access_token": TOKEN, "search": True, **limits}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("weibo", f"comment:{mid(event)}" if event.kind == "reply" else str(mid(event)))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        path = asked.path.removeprefix("/c").removeprefix("/2/").removesuffix(".json")
        if asked.one("access_token") != TOKEN:
            return _error(401, 21332, "invalid_access_token")
        if path == "account/rate_limit_status":
            return _json(self._limits(now))
        if not self._may(path, now):
            return _error(403, 10023, "User requests out of rate limit!")
        answers: dict[str, Callable[[Asked, datetime], Answer]] = {
            "search/statuses/limited": self._search,
            "statuses/mentions": self._mentions,
            "statuses/show": self._show,
            "statuses/show_batch/biz": self._batch,
            "statuses/count": self._count,
            "statuses/repost_timeline": self._reposts,
            "comments/show": self._comments,
        }
        return answers[path](asked, now) if path in answers else _error(404, 10020, "Request api not found!")

    # -- limits

    def _may(self, path: str, now: datetime) -> bool:
        hour = f"{now:%Y%m%d%H}"
        with self._lock:
            self.asked.append(path)
            self._used[hour] = self._used.get(hour, 0) + 1
            if self._limit is not None and self._used[hour] > self._limit:
                self.over_limit += 1
                return False
            return True

    def _limits(self, now: datetime) -> dict[str, Any]:
        left = None if self._limit is None else max(0, self._limit - self._used.get(f"{now:%Y%m%d%H}", 0))
        seconds = 3600 - (now.minute * 60 + now.second)
        return {"user_limit": self._limit, "remaining_user_hits": left, "reset_time_in_seconds": seconds}

    # -- lists

    def _search(self, asked: Asked, now: datetime) -> Answer:
        start, end, words = int(asked.one("starttime")), int(asked.one("endtime")), asked.one("q").casefold()
        found = [
            event
            for event in reversed(self._world.listed(now, *_STATUSES))
            if start <= int(event.created_at.timestamp()) <= end and words in self.text(event).casefold()
        ]
        size, page = asked.number("count", 20, 50), asked.number("page", 1, 10_000)
        shown = found[(page - 1) * size : page * size] if page <= self.deepest else []
        return _json({"statuses": self._statuses(shown, now), "total_number": len(found)})

    def _mentions(self, asked: Asked, now: datetime) -> Answer:
        events = [e for e in self._world.listed(now, *_STATUSES) if f"@{OWN_ACCOUNT}" in self.text(e)]
        return self._listed(asked, events, "statuses", lambda page: self._statuses(page, now), 50)

    def _reposts(self, asked: Asked, now: datetime) -> Answer:
        root = self._event(asked.one("id"), now)
        if root is None:
            return _error(400, 20101, "target weibo does not exist!")
        events = self._world.cascade(root.number, now, "repost", "quote")
        return self._listed(asked, events, "reposts", lambda page: self._statuses(page, now), 200)

    def _comments(self, asked: Asked, now: datetime) -> Answer:
        root = self._event(asked.one("id"), now)
        if root is None:
            return _error(400, 20101, "target weibo does not exist!")
        events = self._world.cascade(root.number, now, "reply")
        return self._listed(asked, events, "comments", lambda page: [self._comment(event) for event in page], 200)

    def _listed(
        self, asked: Asked, events: Iterable[Event], field: str, shown: Callable[[list[Event]], Any], most: int
    ) -> Answer:
        size = asked.number("count", 20, most)
        since, until = int(asked.one("since_id") or 0), int(asked.one("max_id") or 0)
        newest_first = sorted(events, key=mid, reverse=True)
        found = [e for e in newest_first if mid(e) > since and (not until or mid(e) <= until)]
        page = found[:size]
        following = mid(found[size]) if len(found) > size else 0
        body = {field: shown(page), "hasvisible": False, "previous_cursor": 0, "next_cursor": following}
        return _json({**body, "total_number": len(newest_first)})

    # -- by id

    def _show(self, asked: Asked, now: datetime) -> Answer:
        event = self._event(asked.one("id"), now)
        if event is None:
            return _error(400, 20101, "target weibo does not exist!")
        status = self._status(event, now, {})
        if status["isLongText"] and asked.one("isGetLongText") == "1":
            status["longText"] = {"longTextContent": self.text(event)}
        return _json(status)

    def _batch(self, asked: Asked, now: datetime) -> Answer:
        ids = asked.one("ids").split(",")
        if len(ids) > 50:
            return _error(400, 10008, "param error")
        rows = []
        for one in ids:
            event = self._event(one, now)
            gone = {"id": int(one), "text": "此微博已被原作者删除。"}
            rows.append(gone if event is None else self._status(event, now, {}))
        return _json({"statuses": rows, "total_number": len(rows)})

    def _count(self, asked: Asked, now: datetime) -> Answer:
        events = [event for one in asked.one("ids").split(",") if (event := self._event(one, now)) is not None]
        return _json([{"id": mid(event), **self._counts(event, now)} for event in events])

    def _event(self, id_: str, now: datetime) -> Event | None:
        event = self._world.get(int(id_) % (1 << 22)) if id_.isdigit() else None
        listed = event is not None and event.is_listed(now) and str(mid(event)) == id_ and event.kind != "reply"
        return event if listed else None

    # -- shapes

    def text(self, event: Event) -> str:
        """The text of a post, or of a repost with its chain, as it was written."""
        words: list[str] = []
        step: Event | None = event
        while step is not None and sum(map(len, words)) < _LONGEST:
            own = step.text if step.kind != "repost" else step.text or "转发微博"
            words.append(f"//@{name(step.author)}:{own}" if words else own)
            below_root = step.kind == "post" or step.parent in (None, step.root)
            step = None if below_root else self._world.get(step.parent or 0)
        return "".join(words)[:_LONGEST]

    def _statuses(self, events: Iterable[Event], now: datetime) -> list[dict[str, Any]]:
        origins: dict[int, dict[str, Any]] = {}
        return [self._status(event, now, origins) for event in events]

    def _status(self, event: Event, now: datetime, origins: dict[int, dict[str, Any]]) -> dict[str, Any]:
        counts, text = self._counts(event, now), self.text(event)
        cut = self.longest is not None and len(text) > self.longest
        status: dict[str, Any] = {
            "created_at": _shown(event.created_at),
            "id": mid(event),
            "idstr": str(mid(event)),
            "mid": str(mid(event)),
            "text": f"{text[: self.longest]}…全文" if cut else text,
            "isLongText": cut,
            "user": self._user(event.author),
            "reposts_count": counts["reposts"],
            "comments_count": counts["comments"],
            "attitudes_count": counts["attitudes"],
        }
        if event.root is not None:
            if event.root not in origins:
                origins[event.root] = self._origin(event.root, now)
            status["retweeted_status"] = origins[event.root]
        if self.parents_told and event.parent is not None and (parent := self._world.get(event.parent)) is not None:
            status["pid"] = str(mid(parent))
        return status

    def _origin(self, number: int, now: datetime) -> dict[str, Any]:
        root = self._world.get(number)
        if root is not None and root.is_listed(now):
            return self._status(root, now, {})
        gone = {"text": "抱歉，此微博已被作者删除。", "deleted": "1", "user": None}
        return {"id": number if root is None else mid(root), **gone}

    def _comment(self, event: Event) -> dict[str, Any]:
        comment: dict[str, Any] = {
            "created_at": _shown(event.created_at),
            "id": mid(event),
            "idstr": str(mid(event)),
            "text": event.text,
            "user": self._user(event.author),
        }
        parent = self._world.get(event.parent) if event.parent not in (None, event.root) else None
        if parent is not None and parent.kind == "reply":
            answered = {"id": mid(parent), "idstr": str(mid(parent)), "user": self._user(parent.author)}
            comment |= {"reply_comment": answered, "text": f"回复@{name(parent.author)}:{event.text}"}
        return comment

    def _user(self, author: int) -> dict[str, Any]:
        uid = 2_000_000_000 + author
        called = self.renamed.get(author, name(author))
        shown = {"screen_name": called, "name": called, "followers_count": 10 * author, "verified": author % 7 == 0}
        return {"id": uid, "idstr": str(uid), **shown}

    def _counts(self, event: Event, now: datetime) -> dict[str, int]:
        below = self._world.cascade(event.number, now) if event.kind == "post" else []
        reposts = sum(e.kind != "reply" for e in below)
        return {"reposts": reposts, "comments": len(below) - reposts, "attitudes": 3 + event.number % 40}


def _shown(moment: datetime) -> str:
    local = moment.astimezone(UTC).astimezone(_CHINA)
    days, months = "MonTueWedThuFriSatSun", "JanFebMarAprMayJunJulAugSepOctNovDec"
    day, month = days[3 * local.weekday() :][:3], months[3 * (local.month - 1) :][:3]
    return f"{day} {month} {local:%d %H:%M:%S %z %Y}"


def _json(value: Any) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), 200, {"content-type": "application/json"})


def _error(status: int, code: int, says: str) -> Answer:
    body = json.dumps({"request": "/2/x.json", "error_code": code, "error": says}).encode()
    return Answer(body, status, {"content-type": "application/json"})
