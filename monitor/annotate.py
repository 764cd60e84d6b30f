"""Read each post once: which brand it is about, what it says, which issue it belongs to."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from monitor.domain import Account, AccountKey, Assessment, Brand, BrandMatch, Post, PostKey
from monitor.match import Matcher
from monitor.text.names import without_names
from monitor.text.reader import TextReader
from monitor.text.stance import about_itself, plain_copy, views, without_views
from monitor.text.topics.issues import IssueClusters

Matches = tuple[BrandMatch, ...]
MOST_OWN = 10_000  # accounts of the brands that are remembered


class KnownPosts(Protocol):
    """Where posts are looked up that were read before (see ``monitor.store.posts.PostStore``)."""

    def many(self, keys: Sequence[PostKey]) -> Mapping[PostKey, Post]:
        """Those that are stored, by key."""


class Annotator:
    """Adds brand matches, assessment and issue to posts, and leaves out what concerns no watched brand."""

    def __init__(
        self,
        matcher: Matcher,
        reader: TextReader,
        issues: IssueClusters,
        known: KnownPosts,
        *,
        brands: Iterable[Brand] = (),
        relearn: bool = False,
    ) -> None:
        """``brands`` tell which accounts are the brands' own: what these write is no complaint about themselves.

        ``relearn`` is for replays: posts of an earlier run, met again in their order, shape the issues once more.
        """
        self._matcher = matcher
        self._reader = reader
        self._issues = issues
        self._known = known
        self._relearn = relearn
        self._learnt: set[PostKey] = set()
        self._handles = {
            _plain_handle(handle): brand.id for brand in brands for handle in brand.handles if _plain_handle(handle)
        }
        self._own: dict[AccountKey, str] = {}  # accounts of brands, as far as they were met
        self._one_at_a_time = threading.Lock()  # crawlers share one set of issues

    def read_with(self, reader: TextReader) -> None:
        """Read posts with ``reader`` from now on; those that were read before stay as they are."""
        with self._one_at_a_time:
            self._reader = reader

    def recall(self, brand: str, posts: Iterable[Post]) -> None:
        """Let stored posts, oldest first, shape the issues that new ones may join."""
        with self._one_at_a_time:
            for post in posts:
                self._issues.remember(brand, post.towards(brand))

    def annotate(
        self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey], accounts: Iterable[Account] = ()
    ) -> list[Post]:
        """The posts that are about a brand, or that are part (``roots``: child → root) of a cascade that is; in order.

        A quote or reply takes the issue of its root. A post that was read before keeps what was found then, and gains
        the brands that are watched only now. ``accounts`` are those that came with the posts. Several threads may
        call this.
        """
        with self._one_at_a_time:
            self._meet(accounts)
            return self._annotate(posts, roots)

    def _annotate(self, posts: Sequence[Post], roots: Mapping[PostKey, PostKey]) -> list[Post]:
        wanted = {post.key for post in posts} | {roots[post.key] for post in posts if post.key in roots}
        done: dict[PostKey, Post] = dict(self._known.many(list(wanted)))
        kept = self._kept(posts, roots, done)
        unread: dict[PostKey, tuple[Post, Matches]] = {}
        for post, matches in kept:
            if post.key not in done or _is_newer(post, done[post.key]):
                unread.setdefault(post.key, (post, matches))
        read = self._read(unread)
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

    def _read(self, unread: Mapping[PostKey, tuple[Post, Matches]]) -> dict[PostKey, Assessment]:
        """What each post says, of each brand where that differs; copies of a text are read once."""
        copied = {key: plain_copy(post.text) for key, (post, _) in unread.items()}
        texts = {
            key: (without_names(copied[key], (match.text for match in matches)), post.language)
            for key, (post, matches) in unread.items()
        }
        once = list(dict.fromkeys(texts.values()))
        said = dict(zip(once, self._reader.read_many(once), strict=True))
        about = [(copied[key], matches) for key, (_, matches) in unread.items()]
        seen = views(about, [said[texts[key]] for key in unread], self._reader.read_clauses)
        own = {key: self._own[post.author] for key, (post, _) in unread.items() if post.author in self._own}
        return {
            key: about_itself(view, own[key]) if key in own else view for key, view in zip(unread, seen, strict=True)
        }

    def _meet(self, accounts: Iterable[Account]) -> None:
        """Remember which of ``accounts`` are a brand's own."""
        for account in accounts if self._handles else ():
            brand = self._handles.get(_plain_handle(account.handle))
            if brand is not None and len(self._own) < MOST_OWN:
                self._own[account.key] = brand

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
        matches = (*earlier.brand_matches, *more)
        known = replace(earlier, brand_matches=matches, metrics=post.metrics, seen_at=post.seen_at)
        if more and known.assessment is not None:
            about = [(plain_copy(known.text), matches)]
            (seen,) = views(about, [without_views(known.assessment)], self._reader.read_clauses)
            known = replace(known, assessment=seen)
        if known.issue is None:
            return replace(known, issue=self._issue(known, root))
        if self._relearn and known.key not in self._learnt:
            self._learnt.add(known.key)
            if known.brand_matches and not (root and root.issue):
                brand = _main_brand(known)
                self._issues.remember(brand, known.towards(brand))
        return known

    def _issue(self, post: Post, root: Post | None) -> str | None:
        if root is not None and root.issue:
            return root.issue
        if not post.brand_matches:
            return None
        brand = _main_brand(post)
        return self._issues.assign(brand, post.towards(brand))


def _main_brand(post: Post) -> str:
    """The first brand that a post complains about; the first that it names where it complains about none."""
    brands = dict.fromkeys(match.brand for match in post.brand_matches)
    return next((brand for brand in brands if post.is_complaint_about(brand)), next(iter(brands)))


def _plain_handle(handle: str) -> str:
    """A handle without "@" and without the server that a federated site adds."""
    return handle.strip().lstrip("@").partition("@")[0].casefold()


def _is_newer(post: Post, earlier: Post) -> bool:
    """Whether ``post`` is what its author made of ``earlier`` by an edit. A post that was taken back stays so."""
    if post.edited_at is None or earlier.deleted_at is not None:
        return False
    return earlier.edited_at is None or post.edited_at > earlier.edited_at
