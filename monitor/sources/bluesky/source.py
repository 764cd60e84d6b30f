"""The Bluesky source: finding posts, returning to them, looking for them again, and listening to the stream."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from monitor.domain import Account, Brand, Dropped, Page, Post
from monitor.errors import BadPayload, NotFound, RateLimited, SourceError
from monitor.http import HttpClient
from monitor.payload import Unusable
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.bluesky.config import NAME, Config
from monitor.sources.bluesky.listing import Body, Listed, read_list
from monitor.sources.bluesky.memory import ListPlace, Memory, recall
from monitor.sources.bluesky.people import People
from monitor.sources.bluesky.records import RecordReader
from monitor.sources.bluesky.reposts import RepostTracker
from monitor.sources.bluesky.search import Search, terms_of
from monitor.sources.bluesky.stream import Stream
from monitor.sources.bluesky.traces import Traces
from monitor.sources.bluesky.views import AtUri, accounts_of, parse, parse_thread, uris_of
from monitor.sources.bluesky.xrpc import Xrpc

_WHOLE_AGAIN = timedelta(hours=1)  # between two returns that read the lists of a post from their top to their end
_PROFILES = 250  # of those who answered or quoted, read in one return
_DEPTH = 1_000  # of a thread; the most that may be asked for

_Part = TypeVar("_Part", Page, Listed)


class BlueskySource:
    """Searches each term of a brand, newest first; returns to posts; rechecks them; listens."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 25

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._xrpc = Xrpc(config, http)
        self._people = People(self._xrpc)
        self._traces = Traces()
        self._search = Search(config, self._xrpc)
        self._tracker = RepostTracker(RecordReader(config, http), self._traces)
        self._stream = Stream(config.jetstream, http, self._people, self._traces)

    @property
    def streaming(self) -> bool:
        """Whether the configuration asks for the stream."""
        return self._config.stream

    def listen(self, brands: Sequence[Brand], state: str | None, now: Callable[[], datetime]) -> Iterator[Page]:
        """Pages of the stream as they come. Raises SourceError when the connection is lost."""
        return self._stream.listen(brands, state, now)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """Posts with the brand's terms, with the follower counts of their authors: one page of one query, or of a few
        queries that were answered on a single page each."""
        page = self._search.page(terms_of(brand), state, cursor, now)
        for post in page.posts:
            self._traces.watch(post.key.id, post.created_at)
        authors = {post.author for post in page.posts}
        people = self._people.complete((account for account in page.accounts if account.key in authors), now)
        dropped = (*page.dropped, *people.dropped)
        return replace(page, reposts=people.edges(page.reposts), accounts=people.accounts, dropped=dropped)

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The thread, quotes and reposts of ``post``. Raises NotFound where it is gone."""
        self._traces.watch(post.key.id, post.created_at)
        memory = recall(state)
        if memory.whole_at is None or now - memory.whole_at >= _WHOLE_AGAIN:
            memory.whole_at, memory.quotes, memory.reposts = now, ListPlace(), ListPlace()
        parts = _Parts()
        thread = parts.read("thread", lambda: self._thread(post, now))
        quotes = parts.read("quotes", lambda: self._list("app.bsky.feed.getQuotes", _quotes, post, memory.quotes))
        reposters = parts.read(
            "reposts", lambda: self._list("app.bsky.feed.getRepostedBy", _reposters, post, memory.reposts)
        )
        if thread is None and quotes is None and reposters is None:
            raise parts.worst()
        pages = [thread] if thread else []
        if quotes is not None:
            memory.quotes = quotes.place
            bodies = (*quotes.top, *quotes.below)
            pages += [parse(body, now, signed_in=self._xrpc.signed_in) for body in bodies]
            parts.dropped += quotes.dropped
        for found in (found for page in pages for found in page.posts):
            self._traces.watch(found.key.id, found.created_at)
        people = self._people.complete((one for page in pages for one in page.accounts), now, _PROFILES)
        edges = people.edges(edge for page in pages for edge in page.reposts)
        spread = self._reposts(post, memory, reposters, now) if reposters is not None else Page()
        return Page(
            posts=tuple(found for page in pages for found in page.posts),
            reposts=(*edges, *spread.reposts),
            accounts=(*people.accounts, *spread.accounts),
            dropped=(*(d for page in pages for d in page.dropped), *people.dropped, *spread.dropped, *parts.dropped),
            state=str(memory),
        )

    def _thread(self, post: Post, now: datetime) -> Page:
        params: dict[str, str | int] = {"uri": post.key.id, "depth": _DEPTH, "parentHeight": 0}
        answer = self._xrpc.query("app.bsky.feed.getPostThread", params)
        return parse_thread(answer, now, signed_in=self._xrpc.signed_in)

    def _list(self, nsid: str, ids: Callable[[Body], tuple[str, ...]], post: Post, place: ListPlace) -> Listed:
        params: dict[str, str | int] = {"uri": post.key.id, "limit": 100}
        name = nsid.rpartition(".")[2]
        return read_list(name, lambda cursor: self._xrpc.page(nsid, params, cursor), ids, place, self._config.max_pages)

    def _reposts(self, post: Post, memory: Memory, listed: Listed, now: datetime) -> Page:
        """The reposts among ``listed`` that are new, and those of which more is known by now."""
        top, below = self._shown(listed.top, now), self._shown(listed.below, now)
        new = self._people.complete((one for one in (*top, *below) if not memory.knows(one.key.id)), now)
        complete = {account.key: account for account in new.accounts}
        edges, dropped = self._tracker.tell(
            post,
            memory,
            [complete.get(account.key, account) for account in top],
            [complete.get(account.key, account) for account in below],
            now,
            self._config.max_requests,
        )
        memory.reposts, memory.since = listed.place, now
        return Page((), tuple(edges), new.accounts, None, (*listed.dropped, *new.dropped, *dropped))

    def _shown(self, bodies: Sequence[Body], now: datetime) -> list[Account]:
        """The reposters on some pages; without a login, not those who ask not to be shown then."""
        found = [one for body in bodies for one in accounts_of(body.get("repostedBy"), now)]
        return [account for account, hidden in found if self._xrpc.signed_in or not hidden]

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; a good answer leaves out those that are gone."""
        pages, deleted = [], []
        asked = [post for post in posts if _is_address(post.key.id)]
        for begin in range(0, len(asked), self.recheck_batch):
            some = asked[begin : begin + self.recheck_batch]
            answer = self._xrpc.query("app.bsky.feed.getPosts", {"uris": [post.key.id for post in some]})
            page = parse(answer, now, signed_in=self._xrpc.signed_in)
            there = frozenset(uris_of(answer))
            deleted += [post.key for post in some if post.key.id not in there]
            known = {post.key: post for post in some}
            pages.append(
                replace(
                    page, posts=tuple(_edited(found, known[found.key]) for found in page.posts if found.key in known)
                )
            )
        return Page(
            posts=tuple(post for page in pages for post in page.posts),
            accounts=tuple(account for page in pages for account in page.accounts),
            dropped=tuple(drop for page in pages for drop in page.dropped),
            deleted=tuple(deleted),
        )


class _Parts:
    """The parts of a return: one that fails is counted, and only a post that is gone ends it all."""

    def __init__(self) -> None:
        self.dropped: list[Dropped] = []
        self.failures: list[SourceError] = []

    def read(self, name: str, ask: Callable[[], _Part]) -> _Part | None:
        """What ``ask`` brings; None where it fails. Raises NotFound where there is no thread: the post is gone."""
        try:
            return ask()
        except SourceError as error:
            if name == "thread" and isinstance(error, NotFound):
                raise
            self.failures.append(error)
            self.dropped.append(Dropped(name, str(error)))
            return None

    def worst(self) -> SourceError:
        """The failure to tell where all parts failed: one that asks for a wait before any other."""
        return next((error for error in self.failures if isinstance(error, RateLimited)), self.failures[0])


def _quotes(body: Body) -> tuple[str, ...]:
    if not isinstance(body.get("posts"), list):
        raise BadPayload("Bluesky answered without quotes")
    return uris_of(body)


def _reposters(body: Body) -> tuple[str, ...]:
    listed = body.get("repostedBy")
    if not isinstance(listed, list):
        raise BadPayload("Bluesky answered without reposters")
    dids = (profile.get("did") for profile in listed if isinstance(profile, dict))
    return tuple(did for did in dids if isinstance(did, str))


def _edited(found: Post, known: Post) -> Post:
    """``found``, marked as edited where its words are not those that were stored: the site keeps no time of it."""
    return found if found.text == known.text else replace(found, edited_at=found.seen_at)


def _is_address(value: str) -> bool:
    try:
        AtUri.read(value)
    except Unusable:
        return False
    return True


SPEC = SourceSpec(
    NAME,
    Config,
    BlueskySource,
    capabilities=Capabilities(
        mentions="all",
        reposts="path",
        quotes="all",
        replies="all",
        views=False,
        followers=True,
        edits=True,
        deletions=True,
    ),
)
