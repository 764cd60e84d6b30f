"""A Facebook page over a world: its feed, pages by time and token, comments, shares and single posts."""

import re
from datetime import datetime
from typing import Any

from monitor.domain import PostKey
from tests.sites.graph_api import TOKEN, GraphApi, error, ok, page, stamp, within
from tests.sites.server import Answer, Asked
from tests.sites.world import Event, World

PAGE = "7001"
_AT_ONCE = 25  # posts on a page of the feed, however many are asked for


class FacebookSite:
    """Posts and quotes stand in the page's feed, replies are comments, reposts shares that may be seen.

    Authors with odd numbers are not named. ``own_page``: whether the token is the page's own.
    """

    def __init__(self, world: World, limit: int | None = None, *, own_page: bool = True) -> None:
        self._world = world
        self._api = GraphApi(limit)
        self._own_page = own_page
        self.blind = False  # the token sees nothing any more, and the site says so as if all were gone

    @property
    def over_limit(self) -> int:
        """Requests beyond the limit."""
        return self._api.over_limit

    @property
    def asked(self) -> dict[str, int]:
        """Requests by edge."""
        return self._api.asked

    def settings(self, base_url: str) -> dict[str, Any]:
        """What points the source here."""
        return {"base_url": f"{base_url}/v25.0", "access_token": TOKEN, "pages": (PAGE,)}

    def key_of(self, event: Event) -> PostKey:
        """The key under which ``event`` is to be stored."""
        return PostKey("facebook", _name(event))

    def answer(self, asked: Asked, now: datetime) -> Answer:
        """The answer to one request."""
        return self._api.refusal(asked, now) or self._api.told(self._answer(asked, now), now)

    def _answer(self, asked: Asked, now: datetime) -> Answer:
        path = asked.path.removeprefix("/v25.0/")
        if path == PAGE:
            return ok({"id": PAGE, "name": "Northline Air", "username": "northlineair", "followers_count": 5_000})
        if path == f"{PAGE}/feed":
            return ok({"data": []}) if self.blind else self._feed(asked, now)
        if path == f"{PAGE}/tagged":
            return ok({"data": []}) if self._own_page else error(403, 10)
        found = re.fullmatch(r"(\d+_\d+)(?:/(comments|sharedposts))?", path)
        event = self._named(found[1], now) if found else None
        if found is None or event is None or self.blind:
            return error(400, 100, 33)
        if found[2] is None:
            return ok(self._entry(event, now))
        kind = "reply" if found[2] == "comments" else "repost"
        below = [each for each in self._world.cascade(event.number, now, kind) if within(asked, each)]
        if asked.one("order") != "chronological":
            below.reverse()
        return page(asked, below, [self._entry(each, now) for each in below])

    def _feed(self, asked: Asked, now: datetime) -> Answer:
        """Newest first; the next page is named by a time and a token, and holds no cursor."""
        events = self._world.listed(now, "post", "quote")[::-1]
        since, token = int(asked.one("since", "0")), asked.one("__paging_token")
        events = [event for event in events if int(event.created_at.timestamp()) >= since]
        if token:
            at, number = (int(part) for part in token.removeprefix("enc_").split("_"))
            events = [each for each in events if (int(each.created_at.timestamp()), each.number) < (at, number)]
        shown = events[: asked.number("limit", 25, _AT_ONCE)]
        body: dict[str, Any] = {"data": [self._entry(event, now) for event in shown]}
        if len(shown) < len(events):
            last = int(shown[-1].created_at.timestamp())
            onward = f"until={last}&__paging_token=enc_{last}_{shown[-1].number}"
            body["paging"] = {"next": f"https://elsewhere.example/feed?access_token={TOKEN}&{onward}"}
        return ok(body)

    def _named(self, name: str, now: datetime) -> Event | None:
        event = self._world.get(int(name.partition("_")[2]))
        return event if event is not None and _name(event) == name and event.is_listed(now) else None

    def _entry(self, event: Event, now: datetime) -> dict[str, Any]:
        told: dict[str, Any] = {"id": _name(event), "message": event.text, "created_time": stamp(event.created_at)}
        if event.author % 2 == 0:
            told["from"] = {"name": f"Person {event.author}", "id": str(5_000 + event.author)}
        if event.kind == "reply":
            below = {} if event.parent in (None, event.root) else {"parent": {"id": f"{event.root}_{event.parent}"}}
            return {**told, **below, "like_count": event.number % 3, "comment_count": 0}
        replies = self._world.cascade(event.number, now, "reply")
        shares = len(self._world.cascade(event.number, now, "repost"))
        told |= {"updated_time": stamp(max([event.edited_at or event.created_at, *(r.created_at for r in replies)]))}
        told |= {"permalink_url": f"https://www.facebook.example/{event.number}"}
        told |= {"reactions": {"data": [], "summary": {"total_count": len(replies)}}}
        told |= {"comments": {"data": [], "summary": {"total_count": len(replies)}}}
        told |= {"shares": {"count": shares}} if shares else {}
        return told | ({"parent_id": f"{PAGE}_{event.root}"} if event.kind == "quote" else {})


def _name(event: Event) -> str:
    owner = {"reply": str(event.root), "repost": str(6_000 + event.author)}.get(event.kind, PAGE)
    return f"{owner}_{event.number}"
