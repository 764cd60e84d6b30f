"""Read each post once: which brand it is about, what it says, which issue it belongs to."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from monitor.domain import Post, PostKey
from monitor.match import Matcher
from monitor.text.issues import IssueClusters
from monitor.text.reader import TextReader


class KnownPosts(Protocol):
    """Where posts are looked up that were read before (see ``monitor.store.posts.PostStore``)."""

    def many(self, keys: Sequence[PostKey]) -> Mapping[PostKey, Post]:
        """Those that are stored, by key."""


class Annotator:
    """Adds brand matches, assessment and issue to posts, and leaves out what concerns no watched brand."""

    def __init__(self, matcher: Matcher, reader: TextReader, issues: IssueClusters, known: KnownPosts) -> None:
        self._matcher = matcher
        self._reader = reader
        self._issues = issues
        self._known = known
        self._one_at_a_time = threading.Lock()  # crawlers share one set of issues

    def annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> list[Post]:
        """The posts that are about a brand, or that are part (``roots``: child → root) of a cascade that is; in order.

        A quote or reply takes the issue of its root. A post that was read before keeps what was found then. Several
        threads may call this.
        """
        with self._one_at_a_time:
            return self._annotate(posts, roots)

    def _annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> list[Post]:
        wanted = {post.key for post in posts} | {roots[post.key] for post in posts if post.key in roots}
        done: dict[PostKey, Post] = dict(self._known.many(list(wanted)))
        texts = [(post.text, post.language) for post in posts]
        kept = []
        for post, assessment in zip(posts, self._reader.read_many(texts), strict=True):
            earlier, root = done.get(post.key), done.get(roots.get(post.key, post.key))
            if earlier is not None:
                read = replace(earlier, metrics=post.metrics, seen_at=post.seen_at)
            else:
                matches = self._matcher.match(post.text, post.links)
                if not matches and root is None:
                    continue
                read = replace(post, brand_matches=matches, assessment=assessment, language=assessment.language)
                read = replace(read, issue=self._issue(read, root))
            done[post.key] = read
            kept.append(read)
        return kept

    def _issue(self, post: Post, root: Post | None) -> str | None:
        if root is not None and root.issue:
            return root.issue
        linked = replace(post, links=(*post.links, post.url)) if post.url else post  # others link to it by its address
        for match in post.brand_matches:
            issue = self._issues.assign(match.brand, linked)
            if issue is not None:
                return issue
        return None
