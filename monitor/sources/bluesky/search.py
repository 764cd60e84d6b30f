"""The walk through the search: each term of a brand, newest posts first, however the server behaves."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain import Brand, Dropped, Gap, Page, Post
from monitor.errors import SourceError, Unauthorised
from monitor.sources.bluesky.config import Config
from monitor.sources.bluesky.place import Known, Place, milliseconds, moment_of, read_known, read_place
from monitor.sources.bluesky.views import parse, uris_of
from monitor.sources.bluesky.xrpc import LostCursor, Xrpc

_SEARCH = "app.bsky.feed.searchPosts"
_LIMIT = 100
_QUERIES = 4  # short ones, read as one page of ours
_MARKS = 16  # pages that are known again
_HANDLE = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_EMPTY = 3  # pages without posts in a row, each with a new cursor, that are believed


def terms_of(brand: Brand) -> tuple[str, ...]:
    """What is searched for: the brand's words, and its handles that are of this site, which are always domains."""
    handles = (f"@{handle}" for handle in brand.handles if _HANDLE.fullmatch(handle))
    return tuple(dict.fromkeys((*brand.search_terms, *handles)))


@dataclass(frozen=True, slots=True)
class _Found:
    """What one request brought."""

    page: Page
    site: str  # the cursor of what follows; empty: nothing does
    mark: str  # of the addresses on the page, usable or not; empty: there are none


class Search:
    """Asks for one page after the other. The public service reads phrases and ignores case; others compare letter by
    letter, which is found out from what they answer: then each way of writing a term is asked for."""

    def __init__(self, config: Config, xrpc: Xrpc) -> None:
        self._config = config
        self._xrpc = xrpc
        self._reads_phrases = False  # proved by an answer of this server
        self._ignores_case = False

    def page(self, terms: Sequence[str], state: str | None, cursor: str | None, now: datetime) -> Page:
        """What follows in the walk through ``terms``: one page of a query, or the whole of a few short ones.

        Raises SourceError where nothing could be had; what comes before a failure is not lost.
        """
        pages = [self._page(terms, state, cursor, now)]
        while len(pages) < _QUERIES and not pages[-1].gap and self._is_at_a_start(pages[-1].next_cursor, terms):
            try:
                pages.append(self._page(terms, state, pages[-1].next_cursor, now))
            except SourceError:  # said when the walk goes on there
                break
        posts = {post.key: post for page in pages for post in page.posts}
        edges = {edge.child: edge for page in pages for edge in page.reposts}
        return replace(
            pages[-1],
            posts=tuple(posts.values()),
            reposts=tuple(edges.values()),
            accounts=tuple({one.key: one for page in pages for one in page.accounts}.values()),
            dropped=tuple(drop for page in pages for drop in page.dropped),
        )

    @staticmethod
    def _is_at_a_start(cursor: str | None, terms: Sequence[str]) -> bool:
        """Whether ``cursor`` stands before the first page of a query."""
        at = read_place(cursor, terms) if cursor is not None else None
        return at is not None and not at.site and at.until is None

    def _page(self, terms: Sequence[str], state: str | None, cursor: str | None, now: datetime) -> Page:
        """One page of one query, not older than the walk's ``since``. Raises SourceError."""
        known = read_known(state)
        if not terms:
            return Page(state=str(known))
        at = read_place(cursor, terms) if cursor is not None else self._first(terms[0], known, now)
        at = at if at.begun else replace(at, begun=milliseconds(now))
        at, found = self._ask(at, now)
        posts = found.page.posts
        self._learn(at.query, posts)
        following, cut = _further(at, found, posts)
        is_lost = bool(cut) and at.term in known.cut  # twice in a row: it is told, and the watermark moves on
        if cut and not is_lost:
            at = replace(at, cut=(*at.cut, at.term))
        kept = _recent(posts, at.since)
        page = replace(
            found.page,
            posts=kept,
            reposts=tuple(edge for edge in found.page.reposts if edge.child in {post.key for post in kept}),
            dropped=(*found.page.dropped, *cut),
            gap=_gap(at) if is_lost else None,
        )
        return self._told(page, at, following, terms, known, now)

    def _first(self, term: str, known: Known, now: datetime) -> Place:
        """The start of a walk, which from time to time goes back over the whole of what it may."""
        sweep = timedelta(hours=self._config.sweep_hours)
        is_due = bool(sweep) and now - moment_of(known.swept) >= sweep
        return self._begin(term, known, milliseconds(now) if is_due else known.swept, now)

    def _begin(self, term: str, known: Known, swept: int, now: datetime) -> Place:
        present = milliseconds(now)
        farthest = milliseconds(now - timedelta(hours=self._config.lookback_hours))
        watermark = known.of(term)
        newest = farthest if watermark is None else min(watermark, present)
        since = max(0, newest - int(self._config.overlap_minutes * 60_000))
        if swept != known.swept:
            since = min(since, farthest)
        return Place(term, next(self._queries(term)), since, newest, swept)

    def _queries(self, term: str) -> Iterator[str]:
        """The ways to ask for ``term``, as far as this server needs them all."""
        phrase = " " in term and '"' not in term
        yield f'"{term}"' if phrase else term
        if phrase and not self._reads_phrases:
            yield term
        if not self._ignores_case and not term.startswith("@"):
            for spelt in (term.lower(), term.upper(), term.title()):
                yield f'"{spelt}"' if phrase and self._reads_phrases else spelt

    def _learn(self, query: str, posts: Sequence[Post]) -> None:
        """See from posts that do not hold the very letters of the query how this server reads one."""
        words = query.strip('"')
        with_words = [post.text for post in posts if words.casefold() in post.text.casefold()]
        if query != words and any(query.casefold() not in text.casefold() for text in with_words):
            self._reads_phrases = True
        if any(words not in text for text in with_words):
            self._ignores_case = True

    def _ask(self, at: Place, now: datetime) -> tuple[Place, _Found]:
        """The page at ``at``. Where the site does not take its own cursor, the query starts anew, once; after that, and
        where the cursor is only for those with a login, the walk goes on by time."""
        try:
            return at, self._asked(at, now)
        except LostCursor:
            again = replace(at, site="", lost=at.lost + 1, marks=(), empty=0)
            at = again if at.lost == 0 else _by_time(again)
        except Unauthorised:
            if not at.site or self._xrpc.signed_in:
                raise
            at = _by_time(replace(at, site=""))
        return at, self._asked(at, now)

    def _asked(self, at: Place, now: datetime) -> _Found:
        params: dict[str, str | int] = {"q": at.query, "sort": "latest", "since": _iso(at.since), "limit": _LIMIT}
        if at.until is not None:
            params["until"] = _iso(at.until)
        body = self._xrpc.page(_SEARCH, params, at.site)
        page = parse(body, now, signed_in=self._xrpc.signed_in)
        site = body.get("cursor")
        uris = uris_of(body)
        mark = f"{zlib.crc32(' '.join(uris).encode(errors='replace')):08x}" if uris else ""
        return _Found(page, site if isinstance(site, str) else "", mark)

    def _told(
        self, page: Page, at: Place, following: Place | None, terms: Sequence[str], known: Known, now: datetime
    ) -> Page:
        """``page`` with where the walk goes on: the same query, another one for the term, the next term."""
        newest = _newest(at, page.posts)
        if following is None:
            following = self._next_query(replace(at, newest=newest))
        if following is not None:
            return replace(page, next_cursor=str(replace(following, newest=newest)))
        held = known.of(at.term)
        done = {**at.done, at.term: newest if at.term not in at.cut else at.since if held is None else held}
        further = next((term for term in terms if term not in done), None)
        if further is not None:
            begun = replace(self._begin(further, known, at.swept, now), cut=at.cut, done=done)
            return replace(page, next_cursor=str(begun))
        return replace(page, state=str(Known({term: done[term] for term in terms}, at.swept, at.cut)))

    def _next_query(self, at: Place) -> Place | None:
        tried = (*at.tried, at.query)
        query = next((query for query in self._queries(at.term) if query not in tried), None)
        if query is None:
            return None
        start = Place(at.term, query, at.since, at.newest, at.swept, at.begun, lost=at.lost, tried=tried)
        return replace(start, cut=at.cut, done=at.done)


def _further(at: Place, found: _Found, posts: Sequence[Post]) -> tuple[Place | None, tuple[Dropped, ...]]:
    """The next page of the same query, None at its end; and what cannot be read although it is there."""
    moments = [milliseconds(post.created_at) for post in posts]
    is_older = max(moments, default=at.since) < at.since
    if not found.site or is_older or _is_strange(at, posts):
        return None, ()
    empty = 0 if found.mark else at.empty + 1
    oldest = min([*moments, *([at.oldest] if at.oldest is not None else [])], default=None)
    is_repeated = found.mark in at.marks or empty >= _EMPTY
    marks = (*at.marks, found.mark)[-_MARKS:] if found.mark else at.marks
    following = replace(at, oldest=oldest, marks=marks, empty=empty)
    if at.until is None:
        ended = is_repeated or found.site == at.site
        return (None if ended else replace(following, site=found.site)), ()
    if is_repeated or oldest is None or oldest + 1 >= at.until:
        return None, (Dropped("older posts", "the site does not let us read on; a login may help"),)
    return replace(following, until=oldest + 1), ()


def _is_strange(at: Place, posts: Sequence[Post]) -> bool:
    """True where the words of a name were asked for one by one, and none of what came holds the name."""
    is_bare = " " in at.query and '"' not in at.query
    return bool(posts) and is_bare and not any(at.term.casefold() in post.text.casefold() for post in posts)


def _by_time(at: Place) -> Place:
    return replace(at, until=at.begun if at.oldest is None else at.oldest + 1)


def _gap(at: Place) -> Gap:
    return Gap(moment_of(at.since), moment_of(at.oldest or at.begun), f"the search for {at.term} went no further back")


def _recent(posts: Sequence[Post], since: int) -> tuple[Post, ...]:
    """Posts from ``since`` on, which the service may have ignored. One that is older but stands above newer ones was
    backdated: its place says that it has only just come in."""
    kept: list[Post] = []
    below: datetime | None = None
    for post in reversed(posts):
        if milliseconds(post.created_at) >= since or (below is not None and post.created_at < below):
            kept.append(post)
        below = post.created_at if below is None else max(below, post.created_at)
    return tuple(reversed(kept))


def _newest(at: Place, posts: Sequence[Post]) -> int:
    """The watermark with ``posts``. A time that lies ahead, of us or of the term's first page, does not move it."""
    return max([at.newest, *(m for m in (milliseconds(post.created_at) for post in posts) if m < at.begun)])


def _iso(value: int) -> str:
    return moment_of(value).isoformat(timespec="milliseconds").replace("+00:00", "Z")
