"""Reading question-and-answer forums: what was active lately, questions again, and posts that are gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from monitor.domain import Account, AccountKey, Brand, Dropped, Page, Post, PostKey, Repost
from monitor.errors import BadPayload, NotFound, RateLimited, Refused, SourceError
from monitor.http import HttpClient, Params
from monitor.http_errors import place
from monitor.payload import Unusable
from monitor.sources.askbot.config import NAME, Config, Forum, forums_of
from monitor.sources.askbot.posts import answer, edge, key_of, listing, question
from monitor.sources.askbot.rss import parse_rss, rolled
from monitor.sources.askbot.walk import Left, Place, known_answers
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.several import Memory, Several, Step

_MOST_LEFT = 2_000  # answers to the questions of one page


class AskbotSource:
    """Reads what was active in each forum since the last look. The state is the newest activity and id of each."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 10

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._forums = forums_of(config)
        self._http = http
        look = self._feed if config.mode == "rss" else self._look
        self._several = Several({key: key for key in self._forums}, look)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """The next questions or answers of a forum; one forum that fails does not stop the others."""
        return self._several.fetch(state, cursor, now)

    def probe(self, now: datetime) -> Page:
        """The newest questions of each forum, in one request each. Raises SourceError where one of them fails."""
        look = self._feed if self._config.mode == "rss" else self._look
        pages = [look(key, {}, None, now).page for key in self._forums]
        return Page(tuple(post for page in pages for post in page.posts))

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The question anew with the answers given since; the state is the answers that were read.

        Raises NotFound where it is gone, Refused where its forum is not configured any more. RSS tells nothing new.
        """
        forum, local = self._where(post)
        if self._config.mode == "rss":
            return Page()
        try:
            told = self._get(forum, local)
            if not local.startswith("questions/"):
                fresh, account = answer(told, forum, now)
                return Page((fresh,), accounts=(account,))
            asked = question(told, forum, now)
        except NotFound:
            self._check_alive(forum)
            raise
        except Unusable as error:
            raise BadPayload(f"{forum.place} told no post at {local}: {error}") from error
        before = _ids(state)
        new = [one for one in asked.answers if one not in before]
        by = int(asked.post.author.id.rpartition(":")[2])
        page, failure = self._answers(forum, [(one, asked.id, by) for one in new[: self._config.max_answers]], now)
        notes = [Dropped(f"{forum.place} question {asked.id}", str(failure))] if failure else []
        if len(new) > self._config.max_answers:
            rest = len(new) - self._config.max_answers
            notes.append(Dropped(forum.place, f"{rest} answers to question {asked.id}, until later"))
        read = before | {int(post.key.id.rpartition(":")[2]) for post in page.posts}
        return Page(
            (asked.post, *page.posts),
            page.reposts,
            (asked.account, *page.accounts),
            dropped=(*page.dropped, *notes),
            state=",".join(str(one) for one in sorted(read & set(asked.answers))),
        )

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now. One is gone where the forum does not know it while its API answers."""
        if self._config.mode == "rss":
            return Page()
        found: list[Post] = []
        gone: list[PostKey] = []
        dropped: list[Dropped] = []
        failures: list[SourceError] = []
        for post in posts:
            try:
                found.append(self._again(post, now))
            except NotFound:
                gone.append(post.key)
            except SourceError as error:
                failures.append(error)
                dropped.append(Dropped(str(post.key), str(error)))
                if isinstance(error, RateLimited):
                    break
        if failures and not found and not gone:
            raise failures[0]
        return Page(tuple(found), dropped=tuple(dropped), deleted=tuple(gone))

    # -- the newest of a forum

    def _look(self, key: str, memory: Memory, raw: Any, now: datetime) -> Step:
        """One page of questions, or some of the answers that they were given."""
        forum, config = self._forums[key], self._config
        overlap = timedelta(minutes=config.overlap_minutes)
        at = Place.read(raw) if raw else Place.start(memory, now, timedelta(hours=config.lookback_hours), overlap)
        if at.left:
            page, following = self._some_answers(forum, at, memory, now)
        else:
            page, following = self._questions(forum, at, memory, now)
        if not following.ended or following.left:
            return Step(page, following.written())
        memory |= following.remembered()
        return Step(page)

    def _questions(self, forum: Forum, at: Place, memory: Memory, now: datetime) -> tuple[Page, Place]:
        told = listing(self._get(forum, "questions", {"sort": "activity-desc", "page": at.page}), forum, now)
        fresh = at.fresh(told)
        read = set(known_answers(memory))
        left = tuple(one for each in fresh for one in at.wanted(each, read))
        dropped = told.dropped
        if len(left) > _MOST_LEFT:
            dropped = (
                *dropped,
                Dropped(forum.place, f"{len(left) - _MOST_LEFT} answers, until their questions are read again"),
            )
        posts = {one.post.key: one.post for one in fresh}
        accounts = {one.account.key: one.account for one in fresh}
        page = Page(tuple(posts.values()), accounts=tuple(accounts.values()), dropped=dropped)
        return page, at.after(told, left[:_MOST_LEFT])

    def _some_answers(self, forum: Forum, at: Place, memory: Memory, now: datetime) -> tuple[Page, Place]:
        """The next answers; where nothing was known of the forum, only as far back as the first look goes."""
        some, rest = at.left[: self._config.answers_per_page], at.left[self._config.answers_per_page :]
        page, failure = self._answers(forum, some, now)
        if failure is not None and not page.posts:
            raise failure
        met = {post.key for post in page.posts}
        if failure is not None:
            rest = (*(one for one in some if key_of(forum, one[0]) not in met), *rest)
        if at.first:
            old = {edge_.root for edge_ in page.reposts if edge_.at.timestamp() < at.since}
            rest = tuple(one for one in rest if key_of(forum, one[1]) not in old)
        memory["read"] = [*known_answers(memory), *(one for one, _, _ in some if key_of(forum, one) in met)]
        return page, Place.read([*at.written()[:-2], rest, at.ended])

    def _answers(self, forum: Forum, left: Sequence[Left], now: datetime) -> tuple[Page, SourceError | None]:
        """Answers one by one, until one fails; those that are gone meanwhile are left out."""
        posts: list[Post] = []
        edges: list[Repost] = []
        accounts: dict[AccountKey, Account] = {}
        dropped: list[Dropped] = []
        failure: SourceError | None = None
        for one, of, by in left:
            try:
                post, account = answer(self._get(forum, f"answers/{one}"), forum, now)
            except NotFound:
                continue
            except Unusable as error:
                dropped.append(Dropped(f"{forum.place} answer {one}", str(error)))
                continue
            except SourceError as error:
                failure = error
                break
            posts.append(post)
            edges.append(edge(post, key_of(forum, of), AccountKey(NAME, f"{forum.place}:{by}")))
            accounts[account.key] = account
        return Page(tuple(posts), tuple(edges), tuple(accounts.values()), dropped=tuple(dropped)), failure

    def _feed(self, key: str, memory: Memory, raw: Any, now: datetime) -> Step:
        """The questions of a forum's RSS, which is sent whole each time."""
        forum = self._forums[key]
        modified = memory.get("modified")
        headers = {"if-modified-since": modified} if isinstance(modified, str) else {}
        response = self._http.get(f"{forum.address}/feeds/rss/", None, headers, frozenset({200, 304}), robots=True)
        if response.status == 304:
            return Step(Page())
        page = parse_rss(response.body, forum, now, response.headers.get("content-type", ""))
        gap = rolled(forum, memory, page, now)
        memory |= {"ids": [post.key.id.rpartition(":")[2] for post in page.posts], "seen": int(now.timestamp())}
        memory["modified"] = response.headers.get("last-modified", "")[:100]
        return Step(Page(page.posts, accounts=page.accounts, dropped=page.dropped, gap=gap))

    # -- asking

    def _get(self, forum: Forum, path: str, params: Params | None = None) -> Any:
        try:
            return self._http.get_json(f"{forum.address}/api/v1/{path}/", params, robots=True)
        except NotFound as error:
            if params is None:
                raise
            raise NotFound(f'{forum.place} has no API: set mode = "rss", or mend the address') from error

    def _again(self, post: Post, now: datetime) -> Post:
        """``post`` as it stands. Raises NotFound where it is gone."""
        forum, local = self._where(post)
        try:
            told = self._get(forum, local)
            return question(told, forum, now).post if local.startswith("questions/") else answer(told, forum, now)[0]
        except NotFound:
            self._check_alive(forum)
            raise
        except Unusable as error:
            raise BadPayload(f"{forum.place} told no post at {local}: {error}") from error

    def _check_alive(self, forum: Forum) -> None:
        """Raises BadPayload where the forum's whole API is gone, which says nothing of its posts."""
        url = f"{forum.address}/api/v1/info/"
        try:
            told = self._http.get_json(url, robots=True)
        except NotFound as error:
            raise BadPayload(f"{place(url)} is gone: the forum has switched its API off") from error
        if not isinstance(told, dict) or "questions" not in told:
            raise BadPayload(f"{place(url)} did not tell of the forum")

    def _where(self, post: Post) -> tuple[Forum, str]:
        forum_place, _, id_ = post.key.id.rpartition(":")
        forum = self._forums.get(forum_place)
        if forum is None or not (id_.isascii() and id_.isdigit() and len(id_) < 17):
            raise Refused(f"{NAME}: the forum of this post is not configured")
        local = post.local_id or f"questions/{id_}"
        return forum, local if local in (f"questions/{id_}", f"answers/{id_}") else f"questions/{id_}"


def _ids(state: str | None) -> set[int]:
    """The answers that were read before; none where that cannot be read."""
    numbers = (state or "").split(",")
    return {int(one) for one in numbers if one.isascii() and one.isdigit() and len(one) < 17}


SPEC = SourceSpec(
    NAME,
    Config,
    AskbotSource,
    for_all_brands=True,
    capabilities=Capabilities(
        mentions="all",
        reposts="none",
        quotes="none",
        replies="some",  # comments are not told
        views=True,
        followers=False,
        edits=True,
        deletions=True,
    ),
)
