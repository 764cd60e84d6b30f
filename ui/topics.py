"""What people complain about and what they ask, brought together for the Topics page and the command line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain import Account, AccountKey, Brand, Post
from monitor.store.topics import IssuePost
from monitor.text.topics.near_duplicates import NearDuplicates
from monitor.text.topics.questions import RepeatedQuestion, repeated
from monitor.text.topics.titles import describe

ISSUES_SHOWN = 12
QUESTIONS_SHOWN = 10
MOST_COUNTED = 50_000  # posts of all issues shown
MOST_DESCRIBED = 300  # posts of one issue whose words are read, the newest
MOST_ASKED = 5_000  # posts in which questions are looked for, the newest
MOST_TEXTS = 1_024
HOURLY_UP_TO = timedelta(days=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Posts(Protocol):
    """See ``monitor.store.posts.PostStore``."""

    def of_issue(self, brand: str, issue: str, limit: int) -> Sequence[Post]:
        """The newest posts of an issue."""

    def about(self, brand: str, since: datetime, until: datetime, limit: int) -> Sequence[Post]:
        """The newest posts about a brand."""

    def accounts(self, keys: Iterable[AccountKey]) -> Mapping[AccountKey, Account]:
        """What is known of these accounts."""


class Issues(Protocol):
    """See ``monitor.store.topics.TopicStore``."""

    def issues(self, brand: str, since: datetime, until: datetime, limit: int) -> Sequence[str]:
        """The issues with most complaints."""

    def posts(
        self, brand: str, issues: Sequence[str], since: datetime, until: datetime, limit: int
    ) -> Sequence[IssuePost]:
        """Who posted about them where and when."""


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time looked at, cut into equal steps of an hour or a day; the last one ends at ``until``."""

    until: datetime
    length: timedelta

    @property
    def since(self) -> datetime:
        """Where it begins."""
        return self.until - self.length

    @property
    def step(self) -> timedelta:
        """An hour for two days at most, else a day."""
        return HOUR if self.length <= HOURLY_UP_TO else DAY

    def counts(self, moments: Iterable[datetime]) -> tuple[int, ...]:
        """How many of ``moments`` fall into each step."""
        steps = Counter((moment - self.since) // self.step for moment in moments)
        return tuple(steps[place] for place in range(self.length // self.step))


@dataclass(frozen=True, slots=True)
class Topic:
    """One issue within the window, or one repeated question."""

    key: str
    title: str
    phrases: tuple[str, ...]
    posts: int
    texts: int | None  # different ones, copies taken together; None where not all were read
    authors: int
    languages: Mapping[str | None, int]  # most first
    sites: Mapping[str, int]  # most first
    first: datetime
    last: datetime
    series: tuple[int, ...]  # posts in each step of the window
    newest: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class BrandTopics:
    """What a brand's customers complain about and ask within a window."""

    brand: str
    window: Window
    issues: tuple[Topic, ...]  # most complaints first
    questions: tuple[Topic, ...]  # most asked first


class TopicReader:
    """Reads the topics of brands; the same window over the same data reads the same."""

    def __init__(self, issues: Issues, posts: Posts, brands: Iterable[Brand]) -> None:
        self._issues = issues
        self._posts = posts
        self._brands = {brand.id: brand for brand in brands}

    def read(self, brand: str, window: Window) -> BrandTopics:
        """Issues and repeated questions of ``brand`` within ``window``."""
        return BrandTopics(brand, window, self._complaints(brand, window), self._questions(brand, window))

    def _complaints(self, brand: str, window: Window) -> tuple[Topic, ...]:
        keys = self._issues.issues(brand, window.since, window.until, ISSUES_SHOWN)
        grouped: dict[str, list[IssuePost]] = {key: [] for key in keys}
        for post in self._issues.posts(brand, keys, window.since, window.until, MOST_COUNTED):
            grouped[post.issue].append(post)
        return tuple(self._complaint(brand, key, posts, window) for key, posts in grouped.items() if posts)

    def _complaint(self, brand: str, key: str, posts: Sequence[IssuePost], window: Window) -> Topic:
        words = [post for post in self._posts.of_issue(brand, key, MOST_DESCRIBED) if post.created_at < window.until]
        inside = [post for post in words if post.created_at >= window.since]
        described = describe(inside or words)
        return _topic(key, described.title, described.phrases, posts, inside, window)

    def _questions(self, brand: str, window: Window) -> tuple[Topic, ...]:
        newest = self._posts.about(brand, window.since, window.until, MOST_ASKED)
        found = repeated(reversed(newest))
        own = self._own_accounts(brand, {post.author for question in found for post in question.posts})
        asked = [one for question in found if (one := _asked_by_others(question, own)) is not None]
        asked.sort(key=lambda question: -len(question.posts))
        return tuple(_question(question, window) for question in asked[:QUESTIONS_SHOWN])

    def _own_accounts(self, brand: str, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """The accounts among ``keys`` that are the brand's own: what it asks customers is no customers' question."""
        known = self._brands.get(brand)
        handles = {handle.casefold() for handle in known.handles} if known is not None else set()
        accounts = self._posts.accounts(keys) if handles else {}
        return {key for key, account in accounts.items() if account.handle.casefold() in handles}


def _asked_by_others(question: RepeatedQuestion, own: set[AccountKey]) -> RepeatedQuestion | None:
    posts = tuple(post for post in question.posts if post.author not in own)
    others = RepeatedQuestion(question.words, posts)
    return others if others.authors > 1 else None


def _question(question: RepeatedQuestion, window: Window) -> Topic:
    light = [
        IssuePost("", post.key.source, post.author, post.created_at, post.language) for post in reversed(question.posts)
    ]
    newest = question.posts[::-1]
    return _topic(str(question.posts[0].key), question.words, (), light, newest, window)


def _topic(
    key: str,
    title: str,
    phrases: tuple[str, ...],
    posts: Sequence[IssuePost],
    read: Sequence[Post],
    window: Window,
) -> Topic:
    return Topic(
        key=key,
        title=title,
        phrases=phrases,
        posts=len(posts),
        texts=_texts(read) if len(read) >= len(posts) else None,
        authors=len({post.author for post in posts}),
        languages=dict(Counter(post.language for post in posts).most_common()),
        sites=dict(Counter(post.source for post in posts).most_common()),
        first=min(post.at for post in posts),
        last=max(post.at for post in posts),
        series=window.counts(post.at for post in posts),
        newest=tuple(read),
    )


def _texts(posts: Sequence[Post]) -> int:
    families = NearDuplicates(most_texts=MOST_TEXTS).families((post.text, post.created_at) for post in reversed(posts))
    return len({family for family in families if family is not None}) + (None in families)
