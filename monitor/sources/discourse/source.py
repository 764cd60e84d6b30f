"""Reading forums: the newest posts of each, topics again, and posts that were changed or deleted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from monitor.domain import Brand, Dropped, Page, Post
from monitor.errors import NotFound, RateLimited, SourceError
from monitor.http import HttpClient
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.discourse.asking import Asking, Heads
from monitor.sources.discourse.config import NAME, Config, Forum, forums_of
from monitor.sources.discourse.posts import (
    Known,
    Records,
    listed,
    page_of,
    parse,
    parse_topic,
    pointed_at,
    records,
    wanted,
)
from monitor.sources.discourse.threads import Threads
from monitor.sources.discourse.walk import Place
from monitor.sources.several import Memory, Several, Step


class DiscourseSource:
    """Reads the newest posts of all forums, down to those that are known. The state is the newest id of each."""

    name: ClassVar[str] = NAME
    recheck_batch: ClassVar[int] = 20

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._forums = forums_of(config)
        self._asking = Asking(http)
        self._heads = Heads()
        self._threads = Threads(self._forums, self._asking, self._heads, config.max_topic_posts)
        self._several = Several({place: place for place in self._forums}, self._look)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """The next 50 posts of a forum; one forum that fails does not stop the others."""
        return self._several.fetch(state, cursor, now)

    def probe(self, now: datetime) -> Page:
        """The newest posts of each forum, in one request each. Raises SourceError where one of them fails."""
        pages = [parse(self._asking.get(forum, "posts.json", now), forum, now) for forum in self._forums.values()]
        return Page(tuple(post for page in pages for post in page.posts))

    def follow_up(self, post: Post, state: str | None, now: datetime) -> Page:
        """The topic of ``post`` as far as it is new, with the counters of what is read."""
        return self._threads.follow_up(post, state, now)

    def recheck(self, posts: Sequence[Post], now: datetime) -> Page:
        """``posts`` as they stand now; those that the forum itself says are gone are in ``deleted``."""
        return self._threads.recheck(posts, now)

    def _look(self, key: str, memory: Memory, place: Any, now: datetime) -> Step:
        """One page of a forum's newest posts."""
        forum = self._forums[key]
        at = Place.read(place, memory, now - timedelta(hours=self._config.lookback_hours))
        params = {} if at.before is None else {"before": at.before}
        read = records(listed(self._asking.get(forum, "posts.json", now, params)), forum, now)
        newest = max((one.post.created_at for one in read.found), default=None)
        following = at.after(read.ids, newest, self._config.overlap_posts)
        if following.ended and following.newest:
            memory["id"] = following.newest
        known, dropped = self._known(forum, read, now)
        page = page_of(read, forum, known)
        whole = Page(
            page.posts,
            page.reposts,
            page.accounts,
            dropped=(*page.dropped, *dropped, *(Dropped(key, note) for note in following.notes)),
            deleted=page.deleted,
        )
        return Step(whole, None if following.ended else following.written())

    def _known(self, forum: Forum, read: Records, now: datetime) -> tuple[dict[tuple[int, int], Known], list[Dropped]]:
        """The posts to which ``read`` points: those met before, and those of some further topics.

        The heads of these topics join ``read``: an answer says little without what it answers.
        """
        self._heads.learn(forum, read.numbers)
        asked = pointed_at(read)
        dropped = []
        for topic in wanted(read, self._heads.of(forum, asked))[: self._config.topics_per_page]:
            try:
                told = parse_topic(self._asking.get(forum, f"t/{topic}.json", now), forum, now)
            except NotFound:
                continue
            except SourceError as error:
                dropped.append(Dropped(f"{forum.place} topic {topic}", str(error)))
                if isinstance(error, RateLimited):
                    break
                continue
            self._heads.learn(forum, told.records.numbers)
            read.found += [one for one in told.records.found if one.number == 1 and one.id not in read.ids]
        return self._heads.of(forum, asked), dropped


SPEC = SourceSpec(
    NAME,
    Config,
    DiscourseSource,
    for_all_brands=True,
    capabilities=Capabilities(
        mentions="all",
        reposts="none",
        quotes="some",
        replies="all",
        views=True,
        followers=False,
        edits=True,
        deletions=True,
    ),
)
