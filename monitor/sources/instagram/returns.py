"""Returning to media and comments: counters and comments of own ones, of others as much as the site shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain import Account, Dropped, Page, Post
from monitor.errors import BadPayload, NotFound, SourceError, Unauthorised
from monitor.meta_graph import Absent, Denied, Graph, is_anonymous, node, username
from monitor.meta_listing import Listing, catch_up, refreshed
from monitor.payload import Unusable
from monitor.sources.instagram import records
from monitor.sources.instagram.config import NAME, Config

_COMMENTS = 50  # in a page
_DISCOVERED = "username,followers_count,media_count,media{id,caption,timestamp,like_count,comments_count}"


class Returns:
    """Looks at stored posts again."""

    def __init__(self, config: Config, graph: Graph) -> None:
        self._user = config.user_id
        self._pages = config.comment_pages
        self._graph = graph

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """``post`` with its counters; comments of an own medium; followers of its author, where the site tells.

        Raises NotFound, and Unauthorised where it shows nothing of a stranger's medium.
        """
        own = self._own_name(now)
        if records.is_comment(post):
            return Page((self._updated(post, now),))
        if post.author.id == own:
            return self._own(self._updated(post, now), state, now)
        return self._strangers(post, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand. Only of own media and the comments on them can it be told that they are gone."""
        asked = [post for post in posts if not is_anonymous(post.author) or records.is_comment(post)]
        seen: list[Post] = []
        missing: list[Post] = []
        failures: list[SourceError] = []
        for post in asked:
            try:
                seen.append(self._updated(post, now))
            except Absent:
                missing.append(post)
            except SourceError as error:
                failures.append(error)
        if failures and not seen and not missing:
            raise failures[0]
        own = self._own_name(now) if missing else ""
        gone = [post for post in missing if own and (records.is_comment(post) or post.author.id == own)]
        unsure = "deleted, or not to be seen with this token: the site does not say"
        dropped = [Dropped("recheck", str(error)) for error in failures]
        dropped += [Dropped(post.key.id, unsure) for post in missing if post not in gone]
        return Page(tuple(seen), deleted=tuple(post.key for post in gone), dropped=tuple(dropped))

    def _own(self, post: Post, state: str | None, now: datetime) -> Page:
        # New replies stand below old comments, so all of them are read each time; a cut return goes on at its cursor.
        listing = Listing(
            f"{post.key.id}/comments", records.COMMENT_FIELDS, "timestamp", size=_COMMENTS, newest_first=False
        )
        try:
            items, kept = catch_up(self._graph, listing, state, self._pages, 0, now)
        except SourceError as error:
            return Page((post,), dropped=(Dropped("comments", str(error)),), state=state)
        said = records.comments_of(items, post, now)
        return replace(said, posts=(post, *said.posts), state=kept)

    def _strangers(self, post: Post, now: datetime) -> Page:
        """What the site shows of a medium of somebody else: the medium itself, or what its author's profile tells."""
        updated: Post | None = None
        reason: SourceError | None = None
        try:
            updated = self._updated(post, now)
        except (Absent, Denied) as error:
            reason = error
        account, told = self._profile(post, now)
        updated = updated or told
        if updated is None and account is None:
            raise Unauthorised(f"{NAME} shows nothing more of a stranger's post: {reason}")
        return Page((updated,) if updated else (), accounts=(account,) if account else ())

    def _profile(self, post: Post, now: datetime) -> tuple[Account | None, Post | None]:
        """The author's account, and ``post`` where it is among the newest there. Only professional accounts tell."""
        if is_anonymous(post.author) or not username(post.author.id):
            return None, None
        fields = f"business_discovery.username({post.author.id}){{{_DISCOVERED}}}"
        try:
            told = self._graph.ask(self._user, {"fields": fields}, now).get("business_discovery")
            account = records.profile(told, post.author.id, now)
        except (SourceError, Unusable):
            return None, None
        return account, _among(told, post, now)

    def _own_name(self, now: datetime) -> str:
        """The user name of the account that we ask for: also the proof that its own things can be seen."""
        return username(self._graph.ask(self._user, {"fields": "id,username"}, now).get("username"))

    def _updated(self, post: Post, now: datetime) -> Post:
        try:
            path = node(post.key.id)
        except Unusable as error:
            raise NotFound(f"{NAME}: there is nothing of that name") from error
        of_comment = records.is_comment(post)
        fields = records.ONE_COMMENT if of_comment else records.MEDIA_FIELDS
        item = self._graph.ask(path, {"fields": fields}, now)
        if item.get("id") != path:
            raise BadPayload(f"{NAME}: {path} answered without itself")
        try:
            fresh = records.fresh_comment(item, now) if of_comment else records.fresh_media(item, now)
        except Unusable as error:
            raise BadPayload(f"{NAME}: {path} cannot be read: {error}") from error
        return refreshed(post, fresh, now)


def _among(told: Any, post: Post, now: datetime) -> Post | None:
    """``post`` as its author's profile lists it; None where it does not."""
    media = told.get("media") if isinstance(told, dict) else None
    listed = media.get("data") if isinstance(media, dict) else None
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping) and item.get("id") == post.key.id:
            try:
                return refreshed(post, records.fresh_media(item, now), now)
            except Unusable:
                return None
    return None
