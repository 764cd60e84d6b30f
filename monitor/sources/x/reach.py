"""How far the lists about one post have been read, and reading them on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from monitor import payload
from monitor.domain import Dropped
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.payload import Unusable
from monitor.sources.x.api import Api, Ask, next_token
from monitor.sources.x.ids import is_id
from monitor.sources.x.views import data_of, ids_of

_VERSION = 1
_REMEMBERED = 5  # accounts at the head of a list that has no times; some of them may be gone at the next return

Answer = Mapping[str, Any]
AskFor = Callable[[str, str], Ask]  # from X's token for a page ("": the first), and the id at which reading ends


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a list that is newest first has been read."""

    newest: str = ""  # the newest id on it that was read
    token: str = ""  # where older ones begin that were not read yet; empty: there are none
    until: str = ""  # the id at which these end; empty: at the end of the list


@dataclass(frozen=True, slots=True)
class Known:
    """What the returns to one post taught so far."""

    at: datetime | None = None  # of the last return
    reposts: Reach = Reach()
    quotes: Reach = Reach()
    replies: Reach = Reach()
    reposted: int | None = None  # as counted by X then
    quoted: int | None = None
    accounts: tuple[str, ...] | None = None  # where only the accounts that reposted are told: the newest of them

    @classmethod
    def read(cls, state: str | None) -> "Known":
        """What ``state`` says. What cannot be read is forgotten: all is read anew, and stored once."""
        try:
            raw = json.loads(state or "{}")
            if raw.get("v") != _VERSION:
                return cls()
            reaches = {name: _reach(raw[name]) for name in ("reposts", "quotes", "replies")}
            accounts = raw["accounts"]
            return cls(
                at=payload.moment(raw["at"], "at"),
                reposted=payload.count(raw["reposted"]),
                quoted=payload.count(raw["quoted"]),
                accounts=None if accounts is None else tuple(one for one in accounts if is_id(one)),
                **reaches,
            )
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            return cls()

    def __str__(self) -> str:
        raw = {**asdict(self), "at": self.at.isoformat() if self.at else None}
        return json.dumps({"v": _VERSION, **raw}, separators=(",", ":"))

    def seen(self, accounts: list[str]) -> "Known":
        """With the accounts at the head of the list, newest first."""
        return replace(self, accounts=(*accounts, *(self.accounts or ()))[:_REMEMBERED])


class Reader:
    """Reads lists about one post within one return. What fails is counted in ``dropped`` and tried again next time."""

    def __init__(self, api: Api, pages: int, now: datetime) -> None:
        self.now = now
        self.dropped: list[Dropped] = []
        self._api = api
        self._pages = pages  # of each list

    def missed(self, what: str, error: SourceError) -> None:
        """Count something that could not be read."""
        self.dropped.append(Dropped(what, str(error)))

    def read(self, what: str, ask: AskFor, reach: Reach) -> tuple[list[Answer], Reach]:
        """The pages with what is new, then as many of the older ones as are left to read; and how far that came.

        Raises Unauthorised or NotFound where the list cannot be had at all.
        """
        answers, token, error = self._down(
            lambda page: ask(page, reach.newest), "", _down_to(reach.newest), self._pages
        )
        if error is not None:
            if not answers and not error.retry:
                raise error
            self.missed(what, error)
            if not answers:
                return [], reach
        newest = max([reach.newest or "0", *(id_ for answer in answers for id_ in ids_of(answer))], key=int)
        if not token:
            older, left = self._older(what, ask, reach, self._pages - len(answers))
            return [*answers, *older], Reach(newest, left, reach.until if left else "")
        if reach.token:
            self.dropped.append(Dropped(what, "older ones that were still to be read"))
        return answers, Reach(newest, token, reach.newest)

    def head(self, what: str, ask: AskFor, is_known: Callable[[Answer], bool]) -> list[Answer]:
        """The newest pages, down to one of which something is known."""
        answers, token, error = self._down(lambda page: ask(page, ""), "", is_known, self._pages)
        if error is not None:
            self.missed(what, error)
        elif token:
            self.dropped.append(Dropped(what, f"older ones, after {len(answers)} pages"))
        return answers

    def _older(self, what: str, ask: AskFor, reach: Reach, most: int) -> tuple[list[Answer], str]:
        """More of what an earlier return did not come to, and where the rest begins."""
        if not reach.token:
            return [], ""
        ends = _down_to(reach.until)
        answers, token, error = self._down(lambda page: ask(page, reach.until), reach.token, ends, most)
        if error is not None:
            self.missed(f"older {what}", error)
            if isinstance(error, BadPayload | NotFound):  # X has forgotten the place
                token = ""
        return answers, token

    def _down(
        self, ask: Callable[[str], Ask], token: str, ends: Callable[[Answer], bool], most: int
    ) -> tuple[list[Answer], str, SourceError | None]:
        """At most ``most`` pages; where reading would go on, and what ended it before its time."""
        answers: list[Answer] = []
        for _ in range(most):
            try:
                answer = self._api.read(ask(token), self.now)
                data_of(answer)
                following = next_token(answer, token)
            except SourceError as error:
                return answers, token, error
            answers.append(answer)
            token = following
            if not token or ends(answer):
                return answers, "", None
        return answers, token, None


def _down_to(until: str) -> Callable[[Answer], bool]:
    return lambda answer: bool(until) and any(int(id_) <= int(until) for id_ in ids_of(answer))


def _reach(raw: Any) -> Reach:
    newest, token, until = (raw[name] for name in ("newest", "token", "until"))
    if not all(isinstance(value, str) for value in (newest, token, until)):
        raise Unusable("a reach of another version")
    if any(value and not is_id(value) for value in (newest, until)):
        raise Unusable("a reach of another version")
    return Reach(newest, token, until)
