"""Where a walk through searches and through the comments of channels stands."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from monitor.errors import BadPayload
from monitor.sources.youtube.config import NAME

_VERSION = 1
_LATEST = 2**33


@dataclass(frozen=True, slots=True)
class Marks:
    """The newest moments seen, in seconds since 1970: of videos found, and of comments by channel."""

    videos: int
    comments: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, state: str | None, otherwise: int, now: int) -> "Marks":
        """What was remembered; what cannot be read is forgotten, which costs one full look."""
        try:
            told = json.loads(state or "null")
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict) or told.get("v") != _VERSION or not _is_moment(told.get("videos")):
            return cls(otherwise)
        comments = told.get("comments")
        kept = comments.items() if isinstance(comments, dict) else ()
        return cls(min(told["videos"], now), {name: min(at, now) for name, at in kept if _is_moment(at)})

    def __str__(self) -> str:
        return json.dumps({"v": _VERSION, "videos": self.videos, "comments": dict(self.comments)})


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk. It began with what ``since`` holds and looks for nothing newer than ``until``."""

    plan: int  # what there is to ask for, as a sum
    since: Marks
    until: int
    newest: Marks
    first: int  # how far back it goes where nothing is remembered
    step: int = 0  # which of the channels and searches
    token: str = ""  # of the next page of that step

    @classmethod
    def read(cls, cursor: str, plan: int) -> "Walk":
        """The walk that ``cursor`` tells of. Raises BadPayload where it cannot be read, or had another ``plan``: then
        its steps are not ours."""
        try:
            told = json.loads(cursor)
            version = told.pop("v")
            since, newest = (_marks(told.pop(name)) for name in ("since", "newest"))
            walk = cls(since=since, newest=newest, **told)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise BadPayload(f"{NAME}: a cursor of another version") from error
        numbers = all(_is_moment(value) for value in (walk.until, walk.first, walk.step))
        if (version, walk.plan) != (_VERSION, plan) or not numbers or not isinstance(walk.token, str):
            raise BadPayload(f"{NAME}: a cursor of another version")
        return walk

    def __str__(self) -> str:
        return json.dumps({"v": _VERSION, **asdict(self)}, separators=(",", ":"))

    def since_of(self, channel: str) -> int:
        """From when on the comments of a channel are new."""
        return self.since.comments.get(channel, self.first)

    def onward(self, token: str) -> "Walk":
        """The next page of this step, or the next step where there is no token."""
        return replace(self, token=token) if token else replace(self, step=self.step + 1, token="")

    def met_videos(self, moments: list[int]) -> "Walk":
        """The walk, knowing of videos of these times."""
        videos = max([self.newest.videos, *(at for at in moments if at <= self.until)])
        return replace(self, newest=replace(self.newest, videos=videos))

    def met_comments(self, channel: str, moments: list[int]) -> "Walk":
        """The walk, knowing of comments of these times under a channel's videos."""
        known = self.newest.comments.get(channel, self.since_of(channel))
        newest = max([known, *(at for at in moments if at <= self.until)])
        return replace(self, newest=replace(self.newest, comments={**self.newest.comments, channel: newest}))


def _marks(told: Any) -> Marks:
    marks = Marks(**told)
    if not _is_moment(marks.videos) or not all(map(_is_moment, marks.comments.values())):
        raise ValueError("no marks")
    return marks


def _is_moment(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LATEST
