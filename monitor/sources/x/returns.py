"""Returning to a post on X: its counters, and the reposts, quotes and replies since the last return."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain import Account, AccountKey, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound, Unauthorised
from monitor.sources.x.api import SEARCH, Api, Ask, gone
from monitor.sources.x.config import NAME, Config
from monitor.sources.x.ids import is_id
from monitor.sources.x.place import window
from monitor.sources.x.reach import AskFor, Known, Reader
from monitor.sources.x.reposters import read_reposters
from monitor.sources.x.views import data_of, is_quote, is_root, parse, quotes_of

_LEAST, _MOST = 10, 100  # things on a page
_SLACK = 5  # more than was counted: counters lag behind the lists


class Returns:
    """Returns to posts. A list is asked for only where X counts otherwise than at the last return: every item costs."""

    def __init__(self, api: Api, config: Config) -> None:
        self._api = api
        self._config = config

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """See ``monitor.sources.base.FollowsUp``."""
        id_ = post.local_id or post.key.id
        if not is_id(id_):
            raise NotFound(f"{NAME}: there can be no post of that id")
        raw, again = self._again(post, id_, now)
        reader = Reader(self._api, self._config.max_pages, now)
        reposts, known = self._reposts(again.posts[0], id_, Known.read(state), reader)
        quotes, known = self._quotes(id_, raw, known, reader)
        replies, known = self._replies(_conversation(post, id_, raw, now), known, reader)
        joined = _joined([again, *reposts, *quotes, *replies])
        return replace(joined, dropped=(*joined.dropped, *reader.dropped), state=str(replace(known, at=now)))

    def _again(self, post: Post, id_: str, now: datetime) -> tuple[Mapping[str, Any], Page]:
        """The post itself as it stands now. Raises NotFound where it is gone."""
        answer = self._api.read(Ask("/2/tweets", "tweets", {"ids": id_}, items=1, returning=True), now)
        raw = next((raw for raw in data_of(answer) if isinstance(raw, dict)), None)
        page = parse(answer, now)
        if raw is None and gone(answer):
            raise NotFound(f"{NAME}: post {id_} is deleted, or hidden from us")
        if raw is None or not page.posts:
            raise BadPayload(f"{NAME} answered without the post that was asked for")
        return raw, replace(page, posts=(replace(page.posts[0], key=post.key),), reposts=())

    def _reposts(self, post: Post, id_: str, known: Known, reader: Reader) -> tuple[list[Page], Known]:
        counted = post.metrics.reposts if post.metrics else None
        if counted is not None and counted == known.reposted and not known.reposts.token:
            return [], known
        most = _page_size(counted, known.reposted)
        if known.accounts is None:
            try:
                answers, reach = reader.read("reposts", _listing(id_, "retweets", most), known.reposts)
            except (Unauthorised, NotFound) as error:  # not every plan has it
                reader.missed("times of reposts", error)
            else:
                known = replace(known, reposts=reach, reposted=counted if answers else known.reposted)
                return [parse(answer, reader.now) for answer in answers], known
        page, known = read_reposters(reader, post, _listing(id_, "retweeted_by", most, of="users"), known)
        return [page], replace(known, reposted=counted if page.accounts else known.reposted)

    def _quotes(self, id_: str, raw: Mapping[str, Any], known: Known, reader: Reader) -> tuple[list[Page], Known]:
        counted = quotes_of(raw)
        if counted is not None and counted == known.quoted and not known.quotes.token:
            return [], known
        # A quote of a quote belongs to the first post of the chain, which only what is referenced tells.
        ask = _listing(id_, "quote_tweets", _page_size(counted, known.quoted), referenced=is_quote(raw))
        try:
            answers, reach = reader.read("quotes", ask, known.quotes)
        except (Unauthorised, NotFound) as error:
            reader.missed("quotes", error)
            return [], known
        known = replace(known, quotes=reach, quoted=counted if answers else known.quoted)
        return [parse(answer, reader.now) for answer in answers], known

    def _replies(self, ask: AskFor, known: Known, reader: Reader) -> tuple[list[Page], Known]:
        try:
            answers, reach = reader.read("replies", ask, known.replies)
        except (Unauthorised, NotFound) as error:
            reader.missed("replies", error)
            return [], known
        return [parse(answer, reader.now) for answer in answers], replace(known, replies=reach)


def _listing(id_: str, what: str, most: int, **more: Any) -> AskFor:
    """Asks for pages of a list about a post."""

    def ask(token: str, _: str) -> Ask:
        params = {"pagination_token": token} if token else {}
        return Ask(f"/2/tweets/{id_}/{what}", what, params, _LEAST, most, returning=True, **more)

    return ask


def _conversation(post: Post, id_: str, raw: Mapping[str, Any], now: datetime) -> AskFor:
    """Asks for the conversation below a post; of one that is itself an answer, for the answers to it."""
    query = f"conversation_id:{id_}" if is_root(raw) else f"in_reply_to_tweet_id:{id_}"

    def ask(token: str, newest: str) -> Ask:
        params = {"query": query, **window(newest, post.created_at, now), **({"next_token": token} if token else {})}
        return Ask(SEARCH, "search/recent", params, _LEAST, _MOST, returning=True)

    return ask


def _page_size(counted: int | None, before: int | None) -> int:
    if counted is None or before is None:
        return _MOST
    return max(_LEAST, min(_MOST, counted - before + _SLACK))


def _joined(parts: Sequence[Page]) -> Page:
    """All of ``parts`` as one page, each thing once; what comes first holds."""
    posts: dict[PostKey, Post] = {}
    reposts: dict[PostKey, Repost] = {}
    accounts: dict[AccountKey, Account] = {}
    for page in parts:
        for post in page.posts:
            posts.setdefault(post.key, post)
        for edge in page.reposts:
            reposts.setdefault(edge.child, edge)
        for account in page.accounts:
            accounts.setdefault(account.key, account)
    dropped = tuple(drop for page in parts for drop in page.dropped)
    return Page(tuple(posts.values()), tuple(reposts.values()), tuple(accounts.values()), None, dropped)
