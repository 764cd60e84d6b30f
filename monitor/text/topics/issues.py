"""Which complaints are about the same thing: one issue per link, text or likeness they share, found in one pass."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from monitor.domain import Post
from monitor.text.topics.anchors import anchors, foreign_names
from monitor.text.topics.content import Terms, terms
from monitor.text.topics.gathering import Groups
from monitor.text.topics.links import canonical
from monitor.text.topics.near_duplicates import KEPT, NearDuplicates
from monitor.text.topics.shingles import SHORT_PIECE, bare, piece_length

CLOSED_AFTER = timedelta(days=7)  # without a post: similar words no longer lead to the issue
RECALLED = KEPT  # from so long ago posts matter: a copy leads to its issue even when that was closed
SIMILAR = 0.24  # cosine from which a text joins an issue
SIMILAR_TIED = 0.12  # the same where both have a rare hashtag or code
MAX_OPEN = 2_000  # issues of one brand that are kept open; the one silent for longest goes first
MAX_LINKS = 50_000  # of one brand that are remembered; as many hashtags and codes
MAX_LINKS_OF_POST = 10
MAX_COPIES = 1 << 14  # texts of one brand whose copies are found
RARE = 3  # a hashtag of more issues than this ties nothing together
OTHER_SCRIPTS = frozenset(
    {"zh", "ko", "te", "ja", "hi", "bn", "ta", "kn", "ml", "th", "ar", "fa", "ur", "he", "ru", "uk", "el"}
)
_LONG_ENOUGH = 24  # letters from which a text is more than a set phrase, so that its copies are about one thing
_LONG_ENOUGH_SYLLABLES = 10


@dataclass(frozen=True)
class _Read:
    """A post as issues see it; each part is worked out when it is first asked for."""

    post: Post

    @cached_property
    def is_complaint(self) -> bool:
        return self.post.assessment is not None and self.post.assessment.is_complaint

    @cached_property
    def names(self) -> set[str]:
        return {match.text for match in self.post.brand_matches}

    @cached_property
    def terms(self) -> Terms:
        """The terms by which it may join an issue: those of complaints, and of news that may be about one."""
        if not self.post.is_press and not self.is_complaint:
            return {}
        return terms(self.post.text, self.post.assessment, self.names)

    @cached_property
    def anchors(self) -> frozenset[str]:
        return anchors(self.post.text, self.names) if self.terms else frozenset()

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The pages that it points to, then its own address, by which others point to it."""
        addresses = (*self.post.links[:MAX_LINKS_OF_POST], *((self.post.url,) if self.post.url else ()))
        found = (canonical(link) for link in addresses)
        return tuple(dict.fromkeys(link for link in found if link is not None))

    @property
    def language(self) -> str | None:
        return self.post.assessment.language if self.post.assessment is not None else None

    @cached_property
    def reasons(self) -> set[str]:
        return {term for term in self.terms if term.startswith("reason:")}

    @cached_property
    def can_be_copied(self) -> bool:
        """Whether copies of it must be about the same thing: it has content, and is more than a set phrase."""
        words = bare(self.post.text) if self.terms else ""
        return len(words) >= (_LONG_ENOUGH_SYLLABLES if piece_length(words) == SHORT_PIECE else _LONG_ENOUGH)


@dataclass(slots=True)
class _Ties:
    """What leads to an issue without any likeness: each with its issues and their newest use; oldest use first."""

    of: OrderedDict[str, dict[str, datetime]] = field(default_factory=OrderedDict)

    def add(self, names: Iterable[str], key: str, at: datetime, *, only_first: bool) -> None:
        """Let ``names`` lead to issue ``key``; with ``only_first`` one that leads to another keeps doing so."""
        for name in names:
            issues = self.of.pop(name, {})
            to = next(iter(issues), key) if only_first else key
            issues[to] = max(issues.get(to, at), at)
            if len(issues) > RARE + 1:  # the number alone says that it ties nothing together
                del issues[min(issues, key=lambda issue: (issues[issue], issue))]
            self.of[name] = issues
        while len(self.of) > MAX_LINKS:
            self.of.popitem(last=False)

    def forget(self, before: datetime) -> None:
        while self.of and max(next(iter(self.of.values())).values()) < before:
            self.of.popitem(last=False)

    def issues(self, name: str, since: datetime) -> list[str]:
        """The issues that ``name`` leads to, the one used last first."""
        found = {key: at for key, at in self.of.get(name, {}).items() if at >= since}
        return sorted(found, key=lambda key: (found[key], key), reverse=True)


class _BrandIssues:
    """The open issues of one brand, and what leads to them."""

    def __init__(self, half_life: timedelta) -> None:
        self.groups = Groups(half_life, MAX_OPEN)
        self.links, self.anchors, self.families = _Ties(), _Ties(), _Ties()
        self.copies = NearDuplicates(RECALLED, MAX_COPIES)

    def close_silent(self, now: datetime) -> None:
        self.groups.close_silent(now - CLOSED_AFTER)
        for ties in (self.links, self.anchors):
            ties.forget(now - CLOSED_AFTER)
        self.families.forget(now - RECALLED)

    def family(self, read: _Read) -> str | None:
        """The number of the family of copies that the post belongs to, where copies say something."""
        if not read.can_be_copied:
            return None
        found = self.copies.family(read.post.text, read.post.created_at)
        return None if found is None else str(found)

    def find(self, read: _Read, family: str | None) -> str | None:
        """The issue that the post joins; None where it joins none."""
        now = read.post.created_at
        by_link = (key for link in read.links for key in self.links.issues(link, now - CLOSED_AFTER))
        by_copy = iter(self.families.issues(family, now - RECALLED) if family is not None else ())
        return next(by_link, None) or next(by_copy, None) or (self._by_content(read) if read.terms else None)

    def _by_content(self, read: _Read) -> str | None:
        tied = self._tied(read)
        eased = dict.fromkeys(tied, SIMILAR_TIED)
        near = self.groups.nearest(read.terms, SIMILAR, eased)
        if near is not None and not read.is_complaint and not read.reasons & self.groups.open[near].weights.keys():
            near = None  # news in similar words about another kind of thing: a chance likeness would date the press
        return near or next(self._in_other_language(read, tied), None)

    def _tied(self, read: _Read) -> list[str]:
        """The open issues that share a rare hashtag or code with the post."""
        since = read.post.created_at - CLOSED_AFTER
        found = (self.anchors.issues(anchor, since) for anchor in sorted(read.anchors))
        return [key for keys in found if len(keys) <= RARE for key in keys if key in self.groups.open]

    def _in_other_language(self, read: _Read, tied: list[str]) -> Iterator[str]:
        """Issues in other languages that must be about the same: by hashtag or code, or by names both use.

        The reason alone is not enough, but issues whose reasons speak against it are left out.
        """
        rare = [users for name in foreign_names(read.terms) if len(users := self.groups.users(name)) <= RARE]
        named = Counter(key for users in rare for key in users)
        newest = sorted(named.keys() - set(tied), key=lambda key: (self.groups.open[key].at, key), reverse=True)
        for key in [*tied, *newest]:
            group = self.groups.open[key]
            if read.language is None or not group.languages or read.language in group.languages:
                continue
            reasons = {term for term in group.weights if term.startswith("reason:")}
            if read.reasons and reasons and not read.reasons & reasons:
                continue
            # Where both are written in Latin letters, shared words are no names.
            names = named[key] if (read.language in OTHER_SCRIPTS) or group.languages <= OTHER_SCRIPTS else 0
            if key in tied or names + bool(read.reasons & reasons) >= 2:
                yield key

    def keep(self, key: str, read: _Read, family: str | None) -> None:
        """Only complaints open an issue and shape its words, each text once; any other post keeps it open."""
        at = read.post.created_at
        if read.is_complaint or key in self.groups.open:
            known = family is not None and key in self.families.of.get(family, {})
            self.groups.add(key, at, read.terms if read.is_complaint and not known else {}, read.language)
        self.links.add(read.links, key, at, only_first=True)
        if read.is_complaint:
            self.anchors.add(read.anchors, key, at, only_first=False)
        if family is not None and (read.is_complaint or key in self.groups.open):
            self.families.add([family], key, at, only_first=True)


class IssueClusters:
    """Assigns posts to complaint issues. Deterministic: the same posts in the same order give the same issues.

    A post joins an issue of its brand when it points to the same page as a post before, or to that post; when it is a
    complaint or news that is a copy of one before, or in similar words, or in another language with the same rare
    hashtag, flight number or names. ``half_life`` is how fast the words of older posts fade. Any other complaint opens
    an issue of its own. What is not heard of for a week is closed; copies lead to it for a month. May be shared by
    threads.
    """

    def __init__(self, half_life: timedelta = timedelta(hours=48)) -> None:
        self._half_life = half_life
        self._brands: dict[str, _BrandIssues] = {}
        self._lock = threading.Lock()

    def assign(self, brand: str, post: Post, root_issue: str | None = None) -> str:
        """The key of the issue that ``post`` belongs to; ``root_issue`` is that of the post it answers or quotes.

        The key of a new issue is the key of its first post. A post that is no complaint gets its own key too where it
        joins nothing; later posts find it by its links and its address only.
        """
        read = _Read(post)
        with self._lock:
            issues = self._of(brand, post.created_at)
            family = issues.family(read)
            key = root_issue or issues.find(read, family) or str(post.key)
            issues.keep(key, read, family)
        return key

    def remember(self, brand: str, post: Post) -> None:
        """Take in a stored post whose ``issue`` is set, as after a restart; in the order of time."""
        if post.issue is not None:
            read = _Read(post)
            with self._lock:
                issues = self._of(brand, post.created_at)
                issues.keep(post.issue, read, issues.family(read))

    def _of(self, brand: str, now: datetime) -> _BrandIssues:
        issues = self._brands.get(brand)
        if issues is None:
            issues = self._brands[brand] = _BrandIssues(self._half_life)
        issues.close_silent(now)
        return issues
