"""What is known live of each brand: its cascades, texts, hourly counts; from it the windows that detectors see.

Everything is kept in memory, grows by what is new, and can be rebuilt from the store (``alerts/history.py``). It holds
two weeks: what is passed on again later is taken up from the store (``alerts/watch.py``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.detectors.base import Bin, CascadeFacts, Window
from alerts.hours import HOUR, HourlyCounts, IssueHours
from alerts.outlook import Forecasts, combined
from alerts.tally import IssueState, Tally
from graph.cascade import CascadeState, CascadeTracker
from graph.domain import Cascade, Forecast
from graph.forecast.base import Forecaster
from monitor.domain import Account, AccountKey, Brand, Post, PostKey, Repost, seen_anew

FACTS_FLOOR = 5  # smaller issues are not worth a detector's look
HOT = timedelta(hours=6)  # nor are those in which nothing happened for so long
COLD_AFTER = timedelta(days=14)
MOST_STEPS = 50  # from an answer up to what it answers


class _News(NamedTuple):
    """What was learnt of one post."""

    key: PostKey
    brands: set[str]  # that it is about, which was not known before
    placed: frozenset[str]  # brands among whose cascades its text was counted before


class Live:
    """The live state of all brands; ``take`` what is new, then ask for ``windows``.

    A quote or reply belongs to the cascade of the highest post above it that is about the brand. One that stands under
    a post about something else is the root of a cascade of its own.
    """

    def __init__(self, brands: Sequence[Brand], forecaster: Forecaster) -> None:
        self.brands = tuple(brands)
        self.tracker = CascadeTracker()
        self._forecasts = Forecasts(forecaster)
        self._posts: dict[PostKey, Post] = {}  # every text
        self._authors: dict[AccountKey, Account] = {}
        self._within: dict[PostKey, PostKey] = {}  # quote or reply → what it quotes or answers
        self._shared: set[PostKey] = set()  # posts with a cascade of their own
        self._issues: dict[tuple[str, str], IssueState] = {}  # by brand and issue
        self._hours: dict[str, HourlyCounts] = {brand.id: HourlyCounts(brand.id) for brand in self.brands}
        self._complaints: dict[str, IssueHours] = {brand.id: IssueHours(brand.id) for brand in self.brands}
        self._touched: set[PostKey] = set()
        self._fresh: dict[str, list[Post]] = {brand.id: [] for brand in self.brands}

    def take(self, posts: Sequence[Post], reposts: Sequence[Repost], accounts: Iterable[Account] = ()) -> None:
        """Add what is new; repeats change nothing. Only what concerns a watched brand belongs here."""
        self._touched |= self._add(posts, reposts, accounts, new=True)

    def remember(self, posts: Sequence[Post], reposts: Sequence[Repost], accounts: Iterable[Account] = ()) -> None:
        """Add what was known before: it does not count as new, nor in the hours (see ``restore_hours``)."""
        self._add(posts, reposts, accounts, new=False)

    def _add(
        self, posts: Sequence[Post], reposts: Sequence[Repost], accounts: Iterable[Account], new: bool
    ) -> set[PostKey]:
        for account in accounts:
            self._see_account(account)
        answers = {repost.child: repost.root for repost in reposts if repost.kind != "repost"}
        self._within.update(answers)
        shared = {repost.root for repost in reposts} - self._shared
        self._shared |= shared
        learnt = [news for post in posts if (news := self._learn(post)) is not None]
        for news in learnt:
            self._place(news, new)
        seen = [self._posts[root] for root in shared & self._posts.keys()]
        for post in seen:
            self._open(post)
        seen += [self._posts[news.key] for news in learnt if self._is_root(news.key)]
        return self.tracker.apply(reposts, seen)

    def _is_root(self, key: PostKey) -> bool:
        """Whether the post stands above others, for some brand at least."""
        return key not in self._within or key in self._shared or key in self._tops(key).values()

    def _see_account(self, account: Account) -> None:
        known = self._authors.get(account.key)
        if known is not None and account.followers is None:
            account = replace(account, followers=known.followers)
        self._authors[account.key] = account

    def _learn(self, post: Post) -> _News | None:
        """What is new about ``post``; None where nothing is."""
        known = self._posts.get(post.key)
        matches = {match.brand for match in post.brand_matches} & self._hours.keys()
        if known is None:
            self._posts[post.key] = post
            return _News(post.key, matches, frozenset())
        brands = matches - {match.brand for match in known.brand_matches}
        if not brands:
            return None
        placed = frozenset(self._tops(post.key))
        more = (match for match in post.brand_matches if match.brand in brands)
        self._posts[post.key] = replace(
            known,
            brand_matches=(*known.brand_matches, *more),
            assessment=seen_anew(known.assessment, post.assessment),
            issue=known.issue or post.issue,
        )
        return _News(post.key, brands, placed)

    def _place(self, news: _News, new: bool) -> None:
        post, tops = self._posts[news.key], self._tops(news.key)
        for brand in tops.keys() - news.placed:
            self._issue(brand, tops[brand]).see(post, tops[brand])
        for brand in news.brands:
            self._complaints[brand].add(post, self.issue_of(tops[brand]))
            if new:
                self._hours[brand].add(post)
                self._fresh[brand].append(post)

    def _tops(self, key: PostKey) -> dict[str, PostKey]:
        """Per brand that a post concerns, by its own words or by what it answers, the root of its cascade."""
        tops: dict[str, PostKey] = {}
        post = self._posts.get(key)
        for _ in range(MOST_STEPS):
            if post is None:
                break
            for match in post.brand_matches:
                if match.brand in self._hours:
                    tops[match.brand] = post.key
            above = self._within.get(post.key)
            post = self._posts.get(above) if above is not None else None
        return tops

    def _issue(self, brand: str, root: PostKey) -> IssueState:
        return self._issues.setdefault((brand, self.issue_of(root)), IssueState(brand))

    def _open(self, post: Post) -> None:
        """``post``, itself part of a cascade perhaps, is passed on."""
        for brand, top in self._tops(post.key).items():
            self._issue(brand, top).cascades.setdefault(post.key, Tally())

    def issue_of(self, root: PostKey) -> str:
        """The key of the issue that a cascade belongs to."""
        known = self._posts.get(root)
        return known.issue if known and known.issue else str(root)

    def knows(self, key: PostKey) -> bool:
        """Whether the post, or a repost of it, was taken."""
        return key in self._posts or key in self._shared

    def take_back(self, keys: Iterable[PostKey]) -> None:
        """Forget the words of posts that their authors took back; what they spread stays counted."""
        for key in keys:
            if (post := self._posts.get(key)) is not None:
                self._posts[key] = replace(post, text="", links=(), url=None)

    def sizes(self, roots: Iterable[PostKey]) -> dict[PostKey, int]:
        """How often each of ``roots`` that was passed on was passed on so far."""
        states = ((root, self.tracker.get(root)) for root in roots if root in self._shared)
        return {root: state.size - 1 for root, state in states if state is not None}

    def spreading(self, source: str, since: datetime, limit: int) -> list[Post]:
        """The posts of a site, written from ``since`` on, that were passed on most; at most ``limit``."""
        shared = (self._posts[key] for key in self._shared & self._posts.keys() if key.source == source)
        young = {post.key: post for post in shared if post.created_at >= since}
        sizes = self.sizes(young)
        return [young[key] for key in sorted(young, key=lambda key: (-sizes.get(key, 0), key))[:limit]]

    def restore_hours(self, brand: str, bins: Iterable[Bin]) -> None:
        """Set the hourly figures of ``brand`` from the store, ascending; hours that are left out are empty."""
        self._hours[brand] = HourlyCounts(brand)
        for value in bins:
            self._hours[brand].put(value)

    def show_again(self, now: datetime, since: datetime) -> None:
        """Let the next windows show the posts first seen from ``since`` on, and every cascade that is still alive."""
        self._touched |= {state.root for state in self.tracker.states() if now - state.last_at < HOT}
        for brand, fresh in self._fresh.items():
            fresh.extend(post for post in self._posts.values() if post.seen_at >= since and _is_about(post, brand))

    def touch(self, roots: Iterable[PostKey]) -> None:
        """Something happened in these cascades."""
        self._touched.update(roots)

    def looked(self) -> None:
        """Everything taken so far was looked at: the next windows show only what comes from here on."""
        self._touched.clear()
        for posts in self._fresh.values():
            posts.clear()

    def windows(
        self, now: datetime, watched: Mapping[str, set[str]], since: Mapping[str, datetime]
    ) -> tuple[Window, ...]:
        """One window a brand; ``watched`` holds the issues with an open incident, whose hot cascades are all shown."""
        wanted = {(brand, issue) for brand, issues in watched.items() for issue in issues}
        for root in self._touched & self._posts.keys():
            wanted |= {(brand, self.issue_of(top)) for brand, top in self._tops(root).items()}
        wanted &= self._issues.keys()
        return tuple(self._window(brand, now, sorted(wanted), since.get(brand.id)) for brand in self.brands)

    def _window(self, brand: Brand, now: datetime, wanted: Iterable[tuple[str, str]], since: datetime | None) -> Window:
        hours = self._hours[brand.id]
        hours.advance(now)
        facts = (self._facts(self._issues[key], now) for key in wanted if key[0] == brand.id)
        posts = tuple((post, self._authors.get(post.author)) for post in self._fresh[brand.id])
        spreading = tuple(fact for fact in facts if fact is not None)
        return Window(brand, now, spreading, posts, hours.bins, self._complaints[brand.id].bins(now), since)

    def _facts(self, issue: IssueState, now: datetime) -> CascadeFacts | None:
        """All cascades of an issue as one; None where they are too small or nothing has happened for hours."""
        if len(issue.cascades) < FACTS_FLOOR and issue.cascades.keys().isdisjoint(self._shared):
            return None
        states = [state for root in issue.cascades if (state := self.tracker.get(root)) is not None]
        if sum(state.size for state in states) < FACTS_FLOOR or all(now - state.last_at >= HOT for state in states):
            return None
        lead = max(states, key=lambda state: (state.size, state.root))
        post = self._posts.get(lead.root)
        twice = sum(self._within.get(root) in issue.cascades for root in issue.cascades)
        return CascadeFacts(
            cascade=merged_cascade(lead, states, now, twice),
            root=post,
            author=self._authors.get(post.author) if post else None,
            assessed=issue.assessed,
            complaints=issue.complaints,
            harm_words=issue.harm_words,
            last_hour=sum(state.last(HOUR, now) for state in states),
            reach=sum_known([state.reach() for state in states]),
            communities=None,
            sites=len(issue.sites),
            press_at=issue.press_at,
            forecast=self._forecast(states, now),
            p_exceed=None,
        )

    def _forecast(self, states: Sequence[CascadeState], now: datetime) -> Forecast | None:
        """Cascades in which nothing happened for hours are taken as over."""
        hot = (state for state in states if now - state.last_at < HOT)
        made = [forecast for state in hot if (forecast := self._forecasts.of(state, now)) is not None]
        counted = {forecast.root for forecast in made}
        return combined(made, sum(state.size for state in states if state.root not in counted), now)

    def forget_cold(self, now: datetime) -> int:
        """Drop cascades without an event for two weeks, and all that is known of them; returns how many."""
        dropped = self.tracker.forget(now - COLD_AFTER)
        alive = {state.root for state in self.tracker.states()}
        self._shared &= alive
        self._forecasts.keep(alive)
        self._within = {child: root for child, root in self._within.items() if root in alive}
        self._posts = {key: post for key, post in self._posts.items() if key in alive or key in self._within}
        self._issues = {key: issue for key, issue in self._issues.items() if issue.keep(alive)}
        authors = {post.author for post in self._posts.values()}
        self._authors = {key: account for key, account in self._authors.items() if key in authors}
        return dropped


def _is_about(post: Post, brand: str) -> bool:
    return any(match.brand == brand for match in post.brand_matches)


def merged_cascade(lead: CascadeState, states: Sequence[CascadeState], now: datetime, twice: int = 0) -> Cascade:
    """The cascades of one issue counted together under the largest; an account in several counts in each.

    ``twice`` posts are both passed on in one of the cascades and the root of another.
    """
    largest = lead.snapshot(now, growth_points=0)
    if len(states) == 1:
        return largest
    return replace(
        largest,
        size=sum(state.size for state in states) - twice,
        depth=max(state.depth for state in states),
        accounts=sum(state.accounts for state in states),
        started_at=min(state.started_at for state in states),
        last_at=max(state.last_at for state in states),
    )


def sum_known(values: Iterable[int | None]) -> int | None:
    """The sum of those that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
