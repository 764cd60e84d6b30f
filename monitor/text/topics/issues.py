"""Which complaints are about the same thing: one issue per shared link or similar text, found in a single pass."""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain import Post
from monitor.text.topics.content import Terms, terms
from monitor.text.topics.links import canonical

CLOSED_AFTER = timedelta(days=7)  # without a post
SIMILAR = 0.27  # cosine from which a text joins an issue
MAX_OPEN = 2_000  # issues of one brand that are kept open; the one silent for longest goes first
MAX_TERMS = 80  # of one issue
MAX_LINKS = 50_000  # of one brand that are remembered
MAX_LINKS_OF_POST = 10
_FADED = 1e-3


@dataclass(slots=True)
class _Issue:
    key: str
    at: datetime  # of its newest post
    weights: dict[str, float] = field(default_factory=dict)
    length: float = 0.0

    def take_in(self, new: Terms, at: datetime, half_life: timedelta) -> None:
        """Let the older posts fade by the time that has passed, then add the new one."""
        passed = max(timedelta(0), at - self.at) / half_life
        fade = math.exp2(-passed)
        merged = {term: weight * fade for term, weight in self.weights.items() if weight * fade > _FADED}
        for term, weight in new.items():
            merged[term] = merged.get(term, 0.0) + weight
        heaviest = sorted(merged, key=lambda term: (-merged[term], term))[:MAX_TERMS]
        self.weights = {term: merged[term] for term in heaviest}
        self.length = math.sqrt(sum(weight * weight for weight in self.weights.values()))
        self.at = max(self.at, at)


class _BrandIssues:
    """The open issues of one brand, with an index from terms to the issues that use them."""

    def __init__(self) -> None:
        self.open: OrderedDict[str, _Issue] = OrderedDict()  # the one silent for longest first
        self.links: OrderedDict[str, tuple[str, datetime]] = OrderedDict()  # issue and newest use; oldest use first
        self._by_term: dict[str, set[str]] = {}

    def by_link(self, links: Iterable[str]) -> str | None:
        """The issue of the first of ``links`` that is known."""
        return next((self.links[link][0] for link in links if link in self.links), None)

    def most_similar(self, text: Terms) -> str | None:
        """The open issue whose centroid is nearest to ``text``, where one is near enough; the older one on a tie.

        Nearness is a cosine in which a term counts the less, the more open issues of the brand use it.
        """
        products: dict[str, float] = {}
        length = 0.0
        for term, weight in text.items():
            keys = self._by_term.get(term, ())
            weighted = weight * self._rarity(len(keys))
            length += weight * weighted
            for key in keys:
                products[key] = products.get(key, 0.0) + weighted * self.open[key].weights[term]
        scores = {key: product / (math.sqrt(length) * self.open[key].length) for key, product in products.items()}
        near = [key for key, score in scores.items() if score >= SIMILAR]
        return min(near, key=lambda key: (-scores[key], self.open[key].at, key), default=None)

    def _rarity(self, users: int) -> float:
        """1 for a term of one issue at most, towards 0 for one that all open issues use."""
        return 1.0 - max(0, users - 1) / (len(self.open) + 4)

    def add(self, key: str, at: datetime, text: Terms, half_life: timedelta) -> None:
        issue = self.open.pop(key, None) or _Issue(key, at)
        before = issue.weights.keys()
        issue.take_in(text, at, half_life)
        for term in before - issue.weights.keys():
            self._forget_term(term, key)
        for term in issue.weights:
            self._by_term.setdefault(term, set()).add(key)
        self.open[key] = issue
        if len(self.open) > MAX_OPEN:
            self._close(next(iter(self.open)))

    def point(self, links: Iterable[str], key: str, at: datetime) -> None:
        """Let ``links`` lead to an issue; one that leads to another already keeps doing so."""
        for link in links:
            known, newest = self.links.pop(link, (key, at))
            self.links[link] = (known, max(newest, at))
        while len(self.links) > MAX_LINKS:
            self.links.popitem(last=False)

    def close_silent(self, before: datetime) -> None:
        while self.open and next(iter(self.open.values())).at < before:
            self._close(next(iter(self.open)))
        while self.links and next(iter(self.links.values()))[1] < before:
            self.links.popitem(last=False)

    def _close(self, key: str) -> None:
        for term in self.open.pop(key).weights:
            self._forget_term(term, key)

    def _forget_term(self, term: str, key: str) -> None:
        keys = self._by_term[term]
        keys.discard(key)
        if not keys:
            del self._by_term[term]


class IssueClusters:
    """Assigns posts to complaint issues. Deterministic: the same posts in the same order give the same issues.

    A post joins an issue of its brand when it points to the same page as a post before, or to that post; or when
    it is a complaint or news in similar words. ``half_life`` is how fast the words of older posts fade. Any other
    complaint opens an issue of its own. What is not heard of for a week is forgotten. May be shared by threads.
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
        links, text = _links(post), _terms(post)
        with self._lock:
            issues = self._of(brand, post.created_at)
            key = root_issue or issues.by_link(links) or (issues.most_similar(text) if text else None) or str(post.key)
            self._keep(issues, key, post, text, links)
        return key

    def remember(self, brand: str, post: Post) -> None:
        """Take in a stored post whose ``issue`` is set, as after a restart; in the order of time."""
        if post.issue is not None:
            with self._lock:
                self._keep(self._of(brand, post.created_at), post.issue, post, _terms(post), _links(post))

    def _of(self, brand: str, now: datetime) -> _BrandIssues:
        issues = self._brands.setdefault(brand, _BrandIssues())
        issues.close_silent(now - CLOSED_AFTER)
        return issues

    def _keep(self, issues: _BrandIssues, key: str, post: Post, text: Terms, links: tuple[str, ...]) -> None:
        """Only complaints open an issue and shape its words; any other post keeps it open."""
        complaint = _is_complaint(post)
        if complaint or key in issues.open:
            issues.add(key, post.created_at, text if complaint else {}, self._half_life)
        issues.point(links, key, post.created_at)


def _is_complaint(post: Post) -> bool:
    return post.assessment is not None and post.assessment.is_complaint


def _terms(post: Post) -> Terms:
    """The terms by which a post may join an issue: those of complaints, and of news that may be about one."""
    if not post.is_press and not _is_complaint(post):
        return {}
    return terms(post.text, post.assessment, {match.text for match in post.brand_matches})


def _links(post: Post) -> tuple[str, ...]:
    """The pages that ``post`` points to, then its own address, by which others point to it."""
    found = (canonical(link) for link in (*post.links[:MAX_LINKS_OF_POST], *((post.url,) if post.url else ())))
    return tuple(dict.fromkeys(link for link in found if link is not None))
