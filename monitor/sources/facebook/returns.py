"""Returning to posts and comments on pages: counters, comments, visible shares, edits and deletions."""

from collections.abc import Sequence
from datetime import datetime

from monitor.domain import Dropped, Page, Post, PostKey
from monitor.errors import BadPayload, NotFound, SourceError
from monitor.meta_graph import Absent, Graph, node
from monitor.meta_listing import Listing, catch_up, refreshed
from monitor.payload import Unusable
from monitor.sources.facebook import records
from monitor.sources.facebook.config import NAME, Config

_OVERLAP = 600  # seconds; comments may be shown late
_SHARE_PAGES = 3


class Returns:
    """Looks at stored posts again."""

    def __init__(self, config: Config, graph: Graph) -> None:
        self._graph = graph
        self._pages = config.pages
        self._comment_pages = config.comment_pages

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """``post`` with its counters, new comments and the shares that may be seen. Raises NotFound."""
        updated = self._updated(post, now)
        if _is_comment(post):  # those below it are read with the post that it stands below
            return Page((updated,))
        pages = [Page((updated,))]
        dropped: list[Dropped] = []
        kept = state
        try:
            said, kept = self._comments(updated, state, now)
            pages.append(said)
        except SourceError as error:
            dropped.append(Dropped("comments", str(error)))
        try:
            pages.append(self._shares(updated, now))
        except SourceError as error:
            dropped.append(Dropped("sharedposts", str(error)))
        return Page(
            posts=tuple(found for page in pages for found in page.posts),
            reposts=tuple(edge for page in pages for edge in page.reposts),
            accounts=tuple(account for page in pages for account in page.accounts),
            dropped=(*dropped, *(drop for page in pages for drop in page.dropped)),
            state=kept,
        )

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand. What is not there any more is gone only where others of its page can be seen."""
        seen: list[Post] = []
        missing: list[Post] = []
        failures: list[SourceError] = []
        for post in posts:
            try:
                seen.append(self._updated(post, now))
            except Absent:
                missing.append(post)
            except SourceError as error:
                failures.append(error)
        if failures and not seen and not missing:
            raise failures[0]
        deleted, unsure = self._gone(missing, now) if missing else ((), ())
        dropped = (*(Dropped("recheck", str(error)) for error in failures), *unsure)
        return Page(tuple(seen), deleted=deleted, dropped=dropped)

    def _gone(self, missing: Sequence[Post], now: datetime) -> tuple[tuple[PostKey, ...], tuple[Dropped, ...]]:
        """Those that were deleted, and those of which that cannot be told: what is deleted and what we may not see
        any more looks the same."""
        sees = {page: self._sees(page, now) for page in self._pages}
        deleted: list[PostKey] = []
        unsure: list[Dropped] = []
        for post in missing:
            owner = post.key.id.partition("_")[0]
            if all(sees.values()) if _is_comment(post) else sees.get(owner, False):
                deleted.append(post.key)
            else:
                unsure.append(Dropped(post.key.id, "deleted, or not to be seen with this token: the site does not say"))
        return tuple(deleted), tuple(unsure)

    def _sees(self, page: str, now: datetime) -> bool:
        """Whether posts of ``page`` can be read one by one."""
        try:
            listed = self._graph.listing(f"{page}/feed", {"fields": "id"}, 1, now)["data"]
            first = node(listed[0].get("id")) if listed and isinstance(listed[0], dict) else None
            return first is not None and self._graph.ask(first, {"fields": "id"}, now).get("id") == first
        except (SourceError, Unusable):
            return False

    def _updated(self, post: Post, now: datetime) -> Post:
        fields = records.COMMENT_FIELDS if _is_comment(post) else records.POST_FIELDS
        item = self._graph.ask(_path(post), {"fields": fields}, now)
        if item.get("id") != post.key.id:
            raise BadPayload(f"{NAME}: {post.key.id} answered without itself")
        try:
            fresh = records.fresh_comment(item, now) if _is_comment(post) else records.fresh_post(item, now)
        except Unusable as error:
            raise BadPayload(f"{NAME}: {post.key.id} cannot be read: {error}") from error
        return refreshed(post, fresh, now, records.changed_at(item))

    def _comments(self, of: Post, state: str | None, now: datetime) -> tuple[Page, str]:
        listing = Listing(
            f"{_path(of)}/comments",
            records.COMMENT_FIELDS,
            "created_time",
            # Oldest first: where one return does not read all, the next goes on, and new ones come after.
            more={"filter": "stream", "order": "chronological"},
            bounds=("since",),
            newest_first=False,
        )
        items, kept = catch_up(self._graph, listing, state, self._comment_pages, _OVERLAP, now)
        return records.comments_of(items, of, now), kept

    def _shares(self, of: Post, now: datetime) -> Page:
        listing = Listing(f"{_path(of)}/sharedposts", records.SHARE_FIELDS, "created_time", newest_first=False)
        items, _ = catch_up(self._graph, listing, None, _SHARE_PAGES, 0, now)
        return records.shares_of(items, of, now)


def _is_comment(post: Post) -> bool:
    return post.url is None


def _path(post: Post) -> str:
    try:
        return node(post.key.id)
    except Unusable as error:
        raise NotFound(f"{NAME}: there is nothing of that name") from error
