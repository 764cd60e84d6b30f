"""YouTube over a world: search by pages, videos, comments and channels by id, and a quota that ends at midnight."""

import html
import json
import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.domain import PostKey
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

KEY = "a-key-that-opens"
_PACIFIC = ZoneInfo("America/Los_Angeles")
_SAMPLE = 5  # replies shown with a thread


def name(event: Event) -> str:
    """The id of the video or comment that is ``event``."""
    if event.kind == "post":
        return f"v{event.number:010d}"
    above = event.root if event.parent is None or event.parent == event.root else event.parent
    return f"Ugw{event.number:020d}" if above == event.root else f"Ugw{above:020d}.r{event.number:09d}"


def _channel(author: int) -> str:
    return f"UCauthor{author:016d}"


class YoutubeSite:
    """Posts are videos, replies are comments; of reposts and quotes it knows nothing.

    A reply whose parent is another reply stands below that one; deeper nesting there is none. ``limit`` holds the
    searches and ``units`` the other requests of a day; what is asked beyond them is counted in ``over_limit``.
    """

    def __init__(self, world: World, limit: int | None = None, units: int | None = None) -> None:
        self._world = world
        self._limits = {"search": limit, "units": units}
        self._used: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self.over_limit = 0
        self.asked: Counter[str] = Counter()
        self.commentless: set[int] = set()  # videos whose owners switched comments off

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        daily = {"searches_per_day": self._limits["search"], "units_per_day": self._limits["units"]}
        limits = {name: limit for name, limit in daily.items() if limit is not None}
        return {"base_url": f"{base_url}/youtube/v3", "api_key": KEY, **limits}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("youtube", name(event))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        kind = asked.path.removeprefix("/youtube/v3/")
        if asked.one("key") != KEY:
            return _error(400, "badRequest", "API key not valid. Please pass a valid API key.")
        if not self._may(kind, now):
            return _error(403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota.")
        answers = {
            "search": self._search,
            "videos": self._videos,
            "channels": self._channels,
            "commentThreads": self._threads,
            "comments": self._comments,
        }
        return answers[kind](asked, now) if kind in answers else _error(404, "notFound", "Not Found")

    def _may(self, kind: str, now: datetime) -> bool:
        bucket = "search" if kind == "search" else "units"
        day = (bucket, f"{now.astimezone(_PACIFIC):%Y%m%d}")
        with self._lock:
            self.asked[kind] += 1
            self._used[day] += 1
            limit = self._limits[bucket]
            if limit is not None and self._used[day] > limit:
                self.over_limit += 1
                return False
            return True

    def _search(self, asked: Asked, now: datetime) -> Answer:
        words = [part.strip().strip('"').casefold() for part in asked.one("q").split("|")]
        after, before = (_moment(asked.one(name)) for name in ("publishedAfter", "publishedBefore"))
        found = [
            event
            for event in reversed(self._world.listed(now, "post"))
            if after <= event.created_at < before and any(word in event.text.casefold() for word in words)
        ]
        items = [
            {
                "kind": "youtube#searchResult",
                "id": {"kind": "youtube#video", "videoId": name(event)},
                "snippet": {**_snippet(event), "title": html.escape(event.text)[:100], "description": "..."},
            }
            for event in found
        ]
        return _page(asked, items, default=5, most=50)

    def _videos(self, asked: Asked, now: datetime) -> Answer:
        wanted = asked.one("id").split(",")
        if len(wanted) > 50:
            return _error(400, "invalidParameter", "too many ids")
        events = {name(event): event for event in self._world.listed(now, "post")}
        items = [self._video(events[one], now) for one in wanted if one in events]
        return _json({"kind": "youtube#videoListResponse", "items": items})

    def _video(self, event: Event, now: datetime) -> dict[str, Any]:
        said = len(self._world.cascade(event.number, now, "reply"))
        statistics = {"viewCount": str(1000 + 10 * said), "favoriteCount": "0"}
        if event.number % 5:  # the others hide their likes
            statistics["likeCount"] = str(said)
        if event.number not in self.commentless:
            statistics["commentCount"] = str(said)
        snippet = {
            **_snippet(event),
            "title": event.text[:100],
            "description": event.text,
            "defaultAudioLanguage": "en",
        }
        return {"kind": "youtube#video", "id": name(event), "snippet": snippet, "statistics": statistics}

    def _channels(self, asked: Asked, now: datetime) -> Answer:
        items = [
            {
                "kind": "youtube#channel",
                "id": one,
                "snippet": {"title": f"Channel {int(one[-16:])}", "customUrl": f"@channel{int(one[-16:])}"},
                "statistics": {"subscriberCount": str(100 * int(one[-16:])), "hiddenSubscriberCount": False},
            }
            for one in asked.one("id").split(",")
        ]
        return _json({"kind": "youtube#channelListResponse", "items": items})

    def _threads(self, asked: Asked, now: datetime) -> Answer:
        said = self._world.listed(now, "reply")
        videos = {name(event): event for event in self._world.listed(now, "post")}
        if of := asked.one("videoId"):
            if of not in videos:
                return _error(404, "videoNotFound", "The video could not be found.")
            if videos[of].number in self.commentless:
                return _error(403, "commentsDisabled", "The video has disabled comments.")
            said = [event for event in said if event.root == videos[of].number]
        else:
            channel = asked.one("allThreadsRelatedToChannelId")
            own = {event.number for event in videos.values() if _channel(event.author) == channel}
            said = [event for event in said if event.root in own]
        tops = [event for event in reversed(said) if event.parent in (None, event.root)]
        below: dict[int, list[Event]] = {}
        for event in said:
            if event.parent is not None:
                below.setdefault(event.parent, []).append(event)
        return _page(asked, [_thread(top, below.get(top.number, [])) for top in tops], default=20, most=100)

    def _comments(self, asked: Asked, now: datetime) -> Answer:
        said = self._world.listed(now, "reply")
        if wanted := asked.one("id"):
            ids = wanted.split(",")
            items = [_comment(event) for event in said if name(event) in ids]
            return _json({"kind": "youtube#commentListResponse", "items": items})
        above = {name(event): event.number for event in said}.get(asked.one("parentId"))
        items = [_comment(event) for event in said if above is not None and event.parent == above]
        return _page(asked, items, default=20, most=100)


def _thread(top: Event, below: list[Event]) -> dict[str, Any]:
    thread: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "id": name(top),
        "snippet": {
            "videoId": f"v{top.root:010d}",
            "topLevelComment": _comment(top),
            "totalReplyCount": len(below),
            "canReply": True,
        },
    }
    if below:
        thread["replies"] = {"comments": [_comment(event) for event in below[-_SAMPLE:]]}
    return thread


def _comment(event: Event) -> dict[str, Any]:
    snippet = {
        "videoId": f"v{event.root:010d}",
        "textDisplay": event.text,
        "textOriginal": event.text,
        "authorDisplayName": f"@channel{event.author}",
        "authorChannelId": {"value": _channel(event.author)},
        "likeCount": event.number % 4,
        "publishedAt": _stamp(event.created_at),
        "updatedAt": _stamp(event.edited_at or event.created_at),
    }
    if event.parent not in (None, event.root):
        snippet["parentId"] = f"Ugw{event.parent:020d}"
    return {"kind": "youtube#comment", "id": name(event), "snippet": snippet}


def _snippet(event: Event) -> dict[str, Any]:
    channel = {"channelId": _channel(event.author), "channelTitle": f"Channel {event.author}"}
    return {"publishedAt": _stamp(event.created_at), **channel, "liveBroadcastContent": "none"}


def _page(asked: Asked, items: list[dict[str, Any]], default: int, most: int) -> Answer:
    """A page whose token is a place; the number of results is an estimate, as on the real site."""
    size, start = asked.number("maxResults", default, most), asked.one("pageToken", "P0")
    if not (start.startswith("P") and start[1:].isdigit()):
        return _error(400, "invalidPageToken", "The request specifies an invalid page token.")
    at = int(start[1:])
    more = {"nextPageToken": f"P{at + size}"} if at + size < len(items) else {}
    return _json(
        {**more, "pageInfo": {"totalResults": 1_000_000, "resultsPerPage": size}, "items": items[at : at + size]}
    )


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def _error(status: int, reason: str, message: str) -> Answer:
    told = {"code": status, "message": message, "errors": [{"message": message, "domain": "youtube", "reason": reason}]}
    return _json({"error": told}, status)


def _json(body: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(body).encode(), status, {"content-type": "application/json; charset=UTF-8"})
