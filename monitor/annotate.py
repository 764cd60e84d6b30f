"""Read each post once: which brand it is about, what it says, which issue it belongs to."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from monitor.domain import Assessment, BrandMatch, Post, PostKey
from monitor.match import Matcher
from monitor.text.reader import TextReader
from monitor.text.topics.issues import IssueClusters

Matches = tuple[BrandMatch, ...]


class KnownPosts(Protocol):
    """Where posts are looked up that were read before (see ``monitor.store.posts.PostStore``)."""

    def many(self, keys: Sequence[PostKey]) -> Mapping[PostKey, Post]:
        """Those that are stored, by key."""


class Annotator:
    """Adds brand matches, assessment and issue to posts, and leaves out what concerns no watched brand."""

    def __init__(
        self, matcher: Matcher, reader: TextReader, issues: IssueClusters, known: KnownPosts, *, relearn: bool = False
    ) -> None:
        """``relearn`` is for replays: posts of an earlier run, met again in their order, shape the issues once more."""
        self._matcher = matcher
        self._reader = reader
        self._issues = issues
        self._known = known
        self._relearn = relearn
        self._learnt: set[PostKey] = set()
        self._one_at_a_time = threading.Lock()  # crawlers share one set of issues

    def recall(self, brand: str, posts: Iterable[Post]) -> None:
        """Let stored posts, oldest first, shape the issues that new ones may join."""
        with self._one_at_a_time:
            for post in posts:
                self._issues.remember(brand, post)

    def annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> list[Post]:
        """The posts that are about a brand, or that are part (``roots``: child → root) of a cascade that is; in order.

        A quote or reply takes the issue of its root. A post that was read before keeps what was found then, and gains
        the brands that are watched only now. Several threads may call this.
        """
        with self._one_at_a_time:
            return self._annotate(posts, roots)

    def _annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> list[Post]:
        wanted = {post.key for post in posts} | {roots[post.key] for post in posts if post.key in roots}
        done: dict[PostKey, Post] = dict(self._known.many(list(wanted)))
        kept = self._kept(posts, roots, done)
        unread: dict[PostKey, Post] = {}
        for post, _ in kept:
            if post.key not in done or _is_newer(post, done[post.key]):
                unread.setdefault(post.key, post)
        texts = [(post.text, post.language) for post in unread.values()]
        read = dict(zip(unread, self._reader.read_many(texts), strict=True))
        result = []
        for post, matches in kept:
            earlier, root = done.get(post.key), done.get(roots[post.key]) if post.key in roots else None
            if earlier is None or _is_newer(post, earlier):
                fresh = post if earlier is None else replace(post, issue=earlier.issue)
                done[post.key] = self._first_met(fresh, matches, read[post.key], root)
            else:
                done[post.key] = self._met_again(earlier, post, matches, root)
            result.append(done[post.key])
        return result

    def _kept(
        self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey], stored: Mapping[PostKey, Post]
    ) -> list[tuple[Post, Matches]]:
        ours, kept = set(stored), []
        for post in posts:
            matches = self._matcher.match(post.text, post.links)
            if matches or post.key in ours or roots.get(post.key) in ours:
                ours.add(post.key)
                kept.append((post, matches))
        return kept

    def _first_met(self, post: Post, matches: Matches, said: Assessment, root: Post | None) -> Post:
        post = replace(post, brand_matches=matches, assessment=said, language=said.language)
        if post.issue is not None:  # an edited post stays where it was
            return post
        if self._relearn:
            self._learnt.add(post.key)
        return replace(post, issue=self._issue(post, root))

    def _met_again(self, earlier: Post, post: Post, matches: Matches, root: Post | None) -> Post:
        brands = {match.brand for match in earlier.brand_matches}
        more = tuple(match for match in matches if match.brand not in brands)
        known = replace(
            earlier, brand_matches=(*earlier.brand_matches, *more), metrics=post.metrics, seen_at=post.seen_at
        )
        if known.issue is None:
            return replace(known, issue=self._issue(known, root))
        if self._relearn and known.key not in self._learnt:
            self._learnt.add(known.key)
            if known.brand_matches and not (root and root.issue):
                self._issues.remember(known.brand_matches[0].brand, known)
        return known

    def _issue(self, post: Post, root: Post | None) -> str | None:
        if root is not None and root.issue:
            return root.issue
        return self._issues.assign(post.brand_matches[0].brand, post) if post.brand_matches else None


def _is_newer(post: Post, earlier: Post) -> bool:
    """Whether ``post`` is what its author made of ``earlier`` by an edit. A post that was taken back stays so."""
    if post.edited_at is None or earlier.deleted_at is not None:
        return False
    return earlier.edited_at is None or post.edited_at > earlier.edited_at
