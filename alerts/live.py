"""What is known live of each brand: its cascades, texts, hourly counts; from it the windows that detectors see.

Everything is kept in memory, grows by what is new, and can be rebuilt from the store (``alerts/watch.py``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.detectors.base import Bin, CascadeFacts, Window
from alerts.hours import HOUR, HourlyCounts, IssueHours
from alerts.outlook import combined, forecast_of
from graph.cascade import CascadeState, CascadeTracker
from graph.domain import Cascade, Forecast
from graph.forecast.base import Forecaster
from monitor.domain import Account, AccountKey, Brand, Post, PostKey, Repost

FACTS_FLOOR = 5  # smaller issues are not worth a detector's look
HOT = timedelta(hours=6)  # nor are those in which nothing happened for so long
COLD_AFTER = timedelta(days=14)
RENEW_GROWTH = 1.02
RENEW_AFTER = timedelta(minutes=15)


@dataclass(slots=True)
class Tally:
    """How the texts of one cascade read."""

    assessed: int = 0
    complaints: int = 0
    harm_words: dict[str, int] = field(default_factory=dict)

    def add(self, post: Post) -> None:
        """Count one more text."""
        if post.assessment is None or not post.assessment.assessed:
            return
        self.assessed += 1
        self.complaints += post.assessment.is_complaint
        for word in post.assessment.harm_words:
            self.harm_words[word] = self.harm_words.get(word, 0) + 1


@dataclass(slots=True)
class IssueState:
    """Where one issue has been seen."""

    roots: set[PostKey] = field(default_factory=set)
    sites: dict[str, datetime] = field(default_factory=dict)
    press_at: datetime | None = None

    def see(self, post: Post) -> None:
        """Note the site and, for a news item, the time."""
        first = self.sites.get(post.key.source)
        self.sites[post.key.source] = min(first, post.created_at) if first else post.created_at
        if post.is_press:
            self.press_at = min(self.press_at, post.created_at) if self.press_at else post.created_at


class Live:
    """The live state of all brands; ``take`` what is new, then ask for ``windows``."""

    def __init__(self, brands: Sequence[Brand], forecaster: Forecaster) -> None:
        self.brands = tuple(brands)
        self.tracker = CascadeTracker()
        self._forecaster = forecaster
        self._posts: dict[PostKey, Post] = {}  # every post about a brand that may be a root
        self._authors: dict[AccountKey, Account] = {}
        self._tallies: dict[PostKey, Tally] = {}
        self._counted: dict[PostKey, datetime] = {}  # texts counted already, and when they were written
        self._within: dict[PostKey, PostKey] = {}  # quote or reply → root of its cascade
        self._issues: dict[str, IssueState] = {}
        self._hours: dict[str, HourlyCounts] = {brand.id: HourlyCounts() for brand in self.brands}
        self._complaints: dict[str, IssueHours] = {brand.id: IssueHours() for brand in self.brands}
        self._forecasts: dict[PostKey, Forecast | None] = {}
        self._touched: set[PostKey] = set()
        self._fresh: dict[str, list[Post]] = {brand.id: [] for brand in self.brands}

    def take(self, posts: Sequence[Post], reposts: Sequence[Repost], accounts: Iterable[Account] = ()) -> None:
        """Add what is new. Only posts that matched a brand, or are part of a cascade that did, belong here."""
        self._authors.update((account.key, account) for account in accounts)
        for repost in reposts:
            if repost.kind != "repost":
                self._within[repost.child] = repost.root
        for post in posts:
            self._take_post(post)
        roots = [post for post in posts if post.key not in self._within]
        self._touched |= self.tracker.apply(reposts, roots)

    def _take_post(self, post: Post) -> None:
        if post.key in self._counted:
            return
        self._counted[post.key] = post.created_at
        root = self._within.get(post.key, post.key)
        self._tallies.setdefault(root, Tally()).add(post)
        if root == post.key:
            self._posts[post.key] = post
        key = self.issue_of(root, post)
        issue = self._issues.setdefault(key, IssueState())
        issue.roots.add(root)
        issue.see(post)
        for brand in {match.brand for match in post.brand_matches} & self._hours.keys():
            self._hours[brand].add(post)
            self._complaints[brand].add(post, key)
            self._fresh[brand].append(post)

    def issue_of(self, root: PostKey, post: Post | None = None) -> str:
        """The key of the issue that a cascade belongs to."""
        known = self._posts.get(root, post)
        return known.issue if known and known.issue else str(root)

    def knows(self, root: PostKey) -> bool:
        """Whether ``root`` is a post about a watched brand."""
        return root in self._posts

    def sizes(self, roots: Iterable[PostKey]) -> dict[PostKey, int]:
        """How often each of ``roots`` was passed on so far."""
        states = ((root, self.tracker.get(root)) for root in roots)
        return {root: state.size - 1 for root, state in states if state is not None}

    def restore_hours(self, brand: str, bins: Iterable[Bin]) -> None:
        """Set the hourly figures of ``brand`` from the store."""
        for value in bins:
            self._hours[brand].put(value)

    def looked(self) -> None:
        """Everything taken so far was looked at: the next windows show only what comes from here on."""
        self._touched.clear()
        for posts in self._fresh.values():
            posts.clear()

    def windows(
        self, now: datetime, watched: Mapping[str, set[str]], since: Mapping[str, datetime]
    ) -> tuple[Window, ...]:
        """One window a brand; ``watched`` holds the issues with an open incident, whose hot cascades are all shown."""
        return tuple(
            self._window(brand, now, watched.get(brand.id, set()), since.get(brand.id)) for brand in self.brands
        )

    def _window(self, brand: Brand, now: datetime, watched: set[str], since: datetime | None) -> Window:
        hours = self._hours[brand.id]
        hours.advance(now)
        touched = {self.issue_of(root) for root in self._touched if self._about(root, brand.id)}
        facts = (self._facts(issue, now) for issue in sorted((touched | watched) & self._issues.keys()))
        posts = tuple((post, self._authors.get(post.author)) for post in self._fresh[brand.id])
        spreading = tuple(fact for fact in facts if fact is not None)
        return Window(brand, now, spreading, posts, hours.bins, self._complaints[brand.id].bins(now), since)

    def _about(self, root: PostKey, brand: str) -> bool:
        post = self._posts.get(root)
        return post is not None and any(match.brand == brand for match in post.brand_matches)

    def _facts(self, key: str, now: datetime) -> CascadeFacts | None:
        """All cascades of an issue as one; None where they are too small or nothing has happened for hours."""
        issue = self._issues[key]
        states = [state for root in issue.roots if (state := self.tracker.get(root)) is not None]
        if sum(state.size for state in states) < FACTS_FLOOR or all(now - state.last_at >= HOT for state in states):
            return None
        lead = max(states, key=lambda state: (state.size, state.root))
        post, tallies = self._posts.get(lead.root), [self._tallies.get(root, Tally()) for root in issue.roots]
        return CascadeFacts(
            cascade=merged_cascade(lead, states, now),
            root=post,
            author=self._authors.get(post.author) if post else None,
            assessed=sum(tally.assessed for tally in tallies),
            complaints=sum(tally.complaints for tally in tallies),
            harm_words=tuple(sorted({word for tally in tallies for word in tally.harm_words})),
            last_hour=sum(state.last(HOUR, now) for state in states),
            reach=sum_known([state.reach() for state in states]),
            communities=None,
            sites=len(issue.sites),
            press_at=issue.press_at,
            forecast=self._issue_forecast(states, now),
            p_exceed=None,
        )

    def _issue_forecast(self, states: Sequence[CascadeState], now: datetime) -> Forecast | None:
        """Cascades in which nothing happened for hours are taken as over."""
        hot = [state for state in states if now - state.last_at < HOT]
        made = [forecast for state in hot if (forecast := self._forecast(state.root, state, now)) is not None]
        counted = {forecast.root for forecast in made}
        return combined(made, sum(state.size for state in states if state.root not in counted), now)

    def _forecast(self, root: PostKey, state: CascadeState, now: datetime) -> Forecast | None:
        """The forecast, made anew when the cascade grew by a fiftieth or the last one is a quarter of an hour old."""
        last = self._forecasts.get(root)
        if last is None or state.size > last.seen * RENEW_GROWTH or now - last.made_at >= RENEW_AFTER:
            last = self._forecasts[root] = forecast_of(state, now, self._forecaster)
        return last

    def forget_cold(self, now: datetime) -> int:
        """Drop cascades without an event for two weeks; returns how many."""
        dropped = self.tracker.forget(now - COLD_AFTER)
        if dropped:
            for root in [root for root in self._posts if self.tracker.get(root) is None]:
                del self._posts[root]
                self._tallies.pop(root, None)
                self._forecasts.pop(root, None)
            self._counted = {key: at for key, at in self._counted.items() if at >= now - COLD_AFTER}
            self._within = {child: root for child, root in self._within.items() if root in self._posts}
            for issue in self._issues.values():
                issue.roots &= self._posts.keys()
            self._issues = {key: issue for key, issue in self._issues.items() if issue.roots}
            authors = {post.author for post in self._posts.values()}
            self._authors = {key: account for key, account in self._authors.items() if key in authors}
        return dropped


def merged_cascade(lead: CascadeState, states: Sequence[CascadeState], now: datetime) -> Cascade:
    """The cascades of one issue counted together under the largest; an account in several counts in each."""
    largest = lead.snapshot(now, growth_points=0)
    if len(states) == 1:
        return largest
    return replace(
        largest,
        size=sum(state.size for state in states),
        depth=max(state.depth for state in states),
        accounts=sum(state.accounts for state in states),
        started_at=min(state.started_at for state in states),
        last_at=max(state.last_at for state in states),
    )


def sum_known(values: Iterable[int | None]) -> int | None:
    """The sum of those that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
