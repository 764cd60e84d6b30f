"""Finding videos that name a brand, and what is said below the brand's own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zlib import crc32

from monitor import payload
from monitor.domain import Account, AccountKey, Brand, Dropped, Page, Post, PostKey
from monitor.errors import NotFound, SourceError
from monitor.payload import Unusable
from monitor.sources.youtube.api import AT_ONCE, Api, CommentsDisabled, items, next_page
from monitor.sources.youtube.config import Config
from monitor.sources.youtube.records import VIDEO_PARTS, channel, found_video, video
from monitor.sources.youtube.threads import page_of, thread, video_key
from monitor.sources.youtube.walk import Marks, Walk

_LONGEST_QUERY = 400
_Value = TypeVar("_Value")
_Told = tuple[_Value, list[Dropped]]


class Discovery:
    """One page after the other: first of the comments below each of the brand's channels, then of each search."""

    def __init__(self, config: Config, api: Api) -> None:
        self._config = config
        self._api = api
        self._overlap = int(config.overlap_minutes * 60)

    def page(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """The page at ``cursor``; the first one where there is none."""
        channels, asked = self._config.channels.get(brand.id, ()), tuple(queries(brand))
        plan = crc32(repr((channels, asked)).encode())
        walk = Walk.read(cursor, plan) if cursor else self._begin(state, plan, now)
        if walk.step < len(channels):
            page, walk = self._below(channels[walk.step], walk, now)
        elif walk.step < len(channels) + len(asked):
            page, walk = self._search(asked[walk.step - len(channels)], walk, now)
        else:
            return Page(state=str(walk.newest))
        ended = walk.step >= len(channels) + len(asked)
        return replace(page, next_cursor=None if ended else str(walk), state=str(walk.newest))

    def _begin(self, state: str | None, plan: int, now: datetime) -> Walk:
        until = int(now.timestamp())
        first = max(0, until - int(self._config.lookback_hours * 3600))
        marks = Marks.read(state, first, until)
        return Walk(plan=plan, since=marks, until=until, newest=marks, first=first)

    def _search(self, query: str, walk: Walk, now: datetime) -> tuple[Page, Walk]:
        """One page of results, with the counters of the videos and the profiles of their channels."""
        asked: dict[str, str | int] = {"part": "snippet", "q": query, "type": "video", "order": "date"}
        asked |= {"publishedAfter": _stamp(walk.since.videos - self._overlap)}
        asked |= {"publishedBefore": _stamp(walk.until + 1), "maxResults": AT_ONCE, **_at(walk.token)}
        answer = self._api.search(asked, now)
        found, dropped = _read(items(answer), lambda item: found_video(item, now), "results")
        as_found = {post.key: post for post in found}
        videos, lost = self._videos(as_found, as_found, now)
        accounts, unknown = self._profiles((post.author for post in videos.values()), now)
        page = Page(tuple(videos.values()), (), tuple(accounts), dropped=(*dropped, *lost, *unknown))
        walk = walk.met_videos([int(post.created_at.timestamp()) for post in found])
        return page, walk.onward(next_page(answer, walk.token))

    def _below(self, of: str, walk: Walk, now: datetime) -> tuple[Page, Walk]:
        """One page of comments below all videos of a channel, newest first, with those videos."""
        asked: dict[str, str | int] = {"part": "snippet,replies", "allThreadsRelatedToChannelId": of, "order": "time"}
        asked |= {"maxResults": 100, "textFormat": "plainText", **_at(walk.token)}
        try:
            answer = self._api.listing("commentThreads", asked, now)
        except (CommentsDisabled, NotFound) as error:
            return Page(dropped=(Dropped("comments of a channel", str(error)),)), walk.onward("")
        videos, lost = self._videos(_named(items(answer)), {}, now)
        accounts, unknown = self._profiles((post.author for post in videos.values()), now)
        videos = _at_home(videos, accounts)
        threads, dropped = _read(items(answer), lambda item: thread(item, videos, now), "threads")
        said = page_of(threads)
        moments = [int(one.top.created_at.timestamp()) for one in threads if one.top]
        is_known = bool(moments) and min(moments) < walk.since_of(of) - self._overlap
        page = Page(
            (*videos.values(), *said.posts),
            said.reposts,
            (*accounts, *said.accounts),
            dropped=(*dropped, *said.dropped, *lost, *unknown),
        )
        token = "" if is_known else next_page(answer, walk.token)
        return page, walk.met_comments(of, moments).onward(token)

    def _videos(
        self, keys: Iterable[PostKey], otherwise: Mapping[PostKey, Post], now: datetime
    ) -> _Told[dict[PostKey, Post]]:
        """The videos with counters and whole texts; ``otherwise`` where these cannot be had.

        Those that are not listed were taken back, and whoever named them does not know yet.
        """
        wanted = list(dict.fromkeys(keys))
        try:
            listed = self._api.by_id("videos", VIDEO_PARTS, (key.id for key in wanted), now)
        except SourceError as error:
            return dict(otherwise), [Dropped("counters of videos", str(error))]
        videos, dropped = _read(listed, lambda item: video(item, now), "videos")
        told = {**(otherwise if dropped else {}), **{post.key: post for post in videos}}
        return {key: told[key] for key in wanted if key in told}, dropped

    def _profiles(self, keys: Iterable[AccountKey], now: datetime) -> _Told[list[Account]]:
        """The channels with their subscribers; nothing where these cannot be had."""
        try:
            listed = self._api.by_id("channels", "snippet,statistics", (key.id for key in keys), now)
        except SourceError as error:
            return [], [Dropped("profiles of channels", str(error))]
        return _read(listed, lambda item: channel(item, now), "channels")


def queries(brand: Brand) -> Iterator[str]:
    """What to search for: all terms of a brand in one search, unless it becomes too long.

    >>> list(queries(Brand("n", "N", names=("Northline Air",), hashtags=("northline",))))
    ['"Northline Air"|"#northline"']
    """
    together = ""
    for term in brand.search_terms:
        phrase = '"' + " ".join(term.replace('"', " ").replace("|", " ").split()) + '"'
        if together and len(together) + len(phrase) >= _LONGEST_QUERY:
            yield together
            together = ""
        together = f"{together}|{phrase}" if together else phrase
    if together:
        yield together


def _at(token: str) -> dict[str, str]:
    return {"pageToken": token} if token else {}


def _stamp(second: int) -> str:
    return f"{datetime.fromtimestamp(max(0, second), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _named(listed: list[Any]) -> Iterator[PostKey]:
    """The videos below which the threads stand."""
    for item in listed:
        try:
            yield video_key(payload.mapping(payload.mapping(item, "the thread").get("snippet"), "snippet"))
        except Unusable:
            continue


def _at_home(videos: Mapping[PostKey, Post], accounts: Iterable[Account]) -> dict[PostKey, Post]:
    """The brand's own videos, pointing to their channel: they need not name the brand to be about it."""
    homes = {one.key: (f"https://www.youtube.com/@{one.handle}",) for one in accounts if one.handle}
    return {key: replace(post, links=homes.get(post.author, ())) for key, post in videos.items()}


def _read(listed: list[Any], read: Callable[[Any], _Value], where: str) -> _Told[list[_Value]]:
    """What could be read of a list, and what could not."""
    found: list[_Value] = []
    dropped: list[Dropped] = []
    for number, item in enumerate(listed):
        try:
            found.append(read(item))
        except Unusable as error:
            dropped.append(Dropped(f"{where}[{number}]", str(error)))
    return found, dropped
