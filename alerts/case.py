"""Read everything about one incident from the store: the case file behind the card, the case page and the mails."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from alerts.baseline import fit
from alerts.carriers import carriers
from alerts.casefile import CaseFile, SilentSource, SiteArrival
from alerts.claims import gather
from alerts.domain import Incident
from alerts.hours import HOUR
from alerts.live import sum_known
from alerts.outlook import acts_of, doubling_time, growth_of, issue_forecast, outlook
from graph.cascade import CascadeState, CascadeTracker, Node
from graph.domain import GrowthPoint
from graph.forecast.base import Forecaster
from monitor.domain import Brand, Post, PostKey
from monitor.planning import ALL_BRANDS
from monitor.recording import META_KEY, RecordingLabel, spell
from monitor.store.crawls import CrawlStore
from monitor.store.meta import MetaStore
from monitor.store.posts import PostStore
from monitor.text.topics.near_duplicates import NearDuplicates
from monitor.text.topics.titles import describe

MOST_POSTS = 20_000
TELLING = 12  # posts from which on their key phrases say what a case is about
EXAMPLES = 2  # complaints that stand for the case beside its claim
COMPARED = 200  # complaints among which those that stand for the case are chosen
MOST_ROOTS = 10_000
BASELINE_SPAN = timedelta(weeks=4)


class CaseReader:
    """Reads case files; the same incident at the same moment of the same data reads the same."""

    def __init__(
        self, posts: PostStore, crawls: CrawlStore, meta: MetaStore, brands: Sequence[Brand], forecaster: Forecaster
    ) -> None:
        self._posts = posts
        self._crawls = crawls
        self._meta = meta
        self._titles = {brand.id: brand.title for brand in brands}
        self._forecaster = forecaster

    def read(self, incident: Incident, now: datetime) -> CaseFile:
        """All that is known about ``incident`` at ``now``; what was posted later is left out."""
        posts = [post.towards(incident.brand) for post in self._texts(incident, now)]
        states = self._states(incident, posts, now)
        acts, label = acts_of(states), self._label()
        times = sorted(act.at for act in acts)
        claim = _claim(incident, posts)
        read = [p.assessment for p in posts if p.assessment is not None and p.assessment.counts_for(incident.brand)]
        topic = describe(reversed(posts))
        about = topic.phrases if len(posts) >= TELLING else ()
        return CaseFile(
            incident=incident,
            brand_title=self._titles.get(incident.brand, incident.brand),
            now=now,
            claim=claim,
            origin=self._posts.accounts([claim.author]).get(claim.author) if claim else None,
            size=len(times),
            last_hour=sum(state.last(HOUR, now) for state in states),
            expected_hour=self._expected_hour(incident.brand, now),
            accounts=len({act.account for act in acts if act.account}),
            assessed=len(read),
            complaints=sum(r.is_complaint for r in read),
            by_language=_languages([r.language or "?" for r in read]),
            not_assessed=sum(p.assessment is None or not p.assessment.assessed for p in posts),
            doubling=doubling_time(times, now),
            depth=max((state.depth for state in states), default=0),
            virality=states[0].snapshot(now, 0).virality if states else None,
            explicit_share=_explicit_share(states, now),
            reach=sum_known([state.reach() for state in states]),
            growth=growth_of(times, now),
            views=self._views(posts, now),
            forecast=issue_forecast(states, now, self._forecaster),
            outlook=outlook(states, now, self._forecaster),
            sites=_arrivals(posts),
            press_at=min((p.created_at for p in posts if p.is_press), default=None),
            carriers=carriers(states, acts, posts, claim, self._posts),
            examples=_examples(posts, claim),
            roots=tuple(state.root for state in states),
            silent=() if label else self._silent(incident.brand, now),
            reconstruction=label.label if label else None,
            extra=_lead_times(incident, label),
            topic=topic,
            claims=gather(incident.brand, posts, states, about),
            unread=_languages([_language(p) for p in posts if p.assessment is None or not p.assessment.assessed]),
        )

    def nodes(self, incident: Incident, limit: int) -> list[Node]:
        """The acts of the issue's cascades, parents before children: largest cascades first, about ``limit`` in all."""
        everything = datetime.max.replace(tzinfo=UTC)
        forest: list[Node] = []
        for state in self._states(incident, self._texts(incident, everything), everything):
            if len(forest) >= limit:
                break
            below = len(forest)
            moved = (
                n._replace(parent_index=n.parent_index + below) if n.parent_index is not None else n
                for n in state.nodes()
            )
            forest.extend(moved)
        return forest

    def _texts(self, incident: Incident, now: datetime) -> list[Post]:
        """The posts of the issue; of a surge that no issue explains, the complaints that were named as evidence."""
        found: dict[PostKey, Post] = {}
        for issue in _issues(incident):
            found |= {post.key: post for post in self._posts.of_issue(incident.brand, issue, MOST_POSTS)}
        named = {incident.root} if incident.root is not None else set[PostKey]()
        if not found:
            named |= {key for finding in incident.latest for key in finding.evidence}
        found |= self._posts.many(named - found.keys())
        return sorted((p for p in found.values() if p.created_at <= now), key=lambda p: (p.created_at, p.key))

    def _states(self, incident: Incident, posts: Sequence[Post], now: datetime) -> list[CascadeState]:
        keys = list(dict.fromkeys([*([incident.root] if incident.root else []), *(post.key for post in posts)]))
        reposts = [repost for repost in self._posts.reposts_of(keys) if repost.at <= now]
        within = {repost.child for repost in reposts}
        shared = {repost.root for repost in reposts}
        tracker = CascadeTracker()
        tracker.apply(reposts, [p for p in posts if p.key in shared or p.key not in within])
        states = sorted(tracker.states(), key=lambda state: (-state.size, state.root))
        return states[:MOST_ROOTS]

    def _views(self, posts: Sequence[Post], now: datetime) -> tuple[GrowthPoint, ...]:
        seen = [post for post in posts if post.metrics is not None and post.metrics.views is not None]
        if not seen:
            return ()
        most = max(seen, key=lambda post: (post.metrics.views if post.metrics and post.metrics.views else 0, post.key))
        series = self._posts.metrics_of(most.key)
        return tuple(GrowthPoint(m.at, m.views) for m in series if m.views is not None and m.at <= now)

    def _expected_hour(self, brand: str, now: datetime) -> float | None:
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        rows = self._posts.hourly(brand, this_hour - BASELINE_SPAN, this_hour)
        return usual_hour([(start, mentions) for start, mentions, *_ in rows], this_hour)

    def _silent(self, brand: str, now: datetime) -> tuple[SilentSource, ...]:
        rows = [row for row in self._crawls.all() if row.brand in (brand, ALL_BRANDS) and row.failures > 0]
        return tuple(SilentSource(row.source, row.last_success_at, row.last_error or "") for row in rows)

    def _label(self) -> RecordingLabel | None:
        text = self._meta.get(META_KEY)
        return RecordingLabel.from_json(text) if text else None


def _issues(incident: Incident) -> list[str]:
    """The incident's own issue, and those that a finding without an issue of its own is mostly about."""
    named = [str(issue) for finding in incident.latest if (issue := finding.arguments.get("issue"))]
    return list(dict.fromkeys([incident.issue, *named]))


def _claim(incident: Incident, posts: Sequence[Post]) -> Post | None:
    """The root, else the first post of the issue; a surge of complaints about all sorts of things has none."""
    there = [post for post in posts if post.deleted_at is None]  # what was taken back is not quoted
    root = next((post for post in there if post.key == incident.root), None)
    return root or next((post for post in there if post.issue in _issues(incident)), None)


def usual_hour(past: Sequence[tuple[datetime, int]], hour: datetime) -> float | None:
    """Mentions to expect in ``hour``, from past hours (those without any may be missing); None without a past day."""
    if not past or hour - past[0][0] < timedelta(days=1):
        return None
    counts, first = dict(past), past[0][0]
    starts = [first + HOUR * k for k in range((hour - first) // HOUR)]
    return fit(np.array([counts.get(start, 0) for start in starts], dtype=np.float64), starts).expected(hour)


def _language(post: Post) -> str:
    return post.language or (post.assessment.language if post.assessment else None) or ""


def _languages(codes: Sequence[str]) -> dict[str, int]:
    return dict(Counter(codes).most_common())


def _explicit_share(states: Sequence[CascadeState], now: datetime) -> float | None:
    shares = [(state.snapshot(now, 0).explicit_share, state.size - 1) for state in states if state.size > 1]
    edges = sum(n for share, n in shares if share is not None)
    return sum(share * n for share, n in shares if share is not None) / edges if edges else None


def _arrivals(posts: Sequence[Post]) -> tuple[SiteArrival, ...]:
    first: dict[str, SiteArrival] = {}
    for post in posts:
        if post.key.source not in first:
            first[post.key.source] = SiteArrival(post.key.source, post.created_at, post.is_press)
    return tuple(sorted(first.values(), key=lambda arrival: arrival.at))


def _examples(posts: Sequence[Post], claim: Post | None) -> tuple[Post, ...]:
    """The claim itself and the two plainest complaints that say it in other words, variants of one text last."""
    there = [post for post in posts if post.deleted_at is None]
    rest = [p for p in there if p.assessment and p.assessment.is_complaint and (claim is None or p.key != claim.key)]
    plainest = sorted(rest, key=lambda p: (-(p.assessment.complaint or 0) if p.assessment else 0, p.created_at, p.key))
    families = NearDuplicates().families((post.text, post.created_at) for post in plainest[:COMPARED])
    alike = [family in families[:place] for place, family in enumerate(families)]
    said, chosen = set[str](), list[Post]()
    for _, post in sorted(zip(alike, plainest, strict=False), key=lambda one: one[0]):
        words = " ".join(post.text.lower().split())
        if words not in said and len(chosen) < EXAMPLES:
            said.add(words)
            chosen.append(post)
    return (*((claim,) if claim else ()), *chosen)


def _lead_times(incident: Incident, label: RecordingLabel | None) -> dict[str, str]:
    if label is None:
        return {}
    gaps = ((moment, moment.at - incident.fired_at) for moment in label.moments)
    return {m.text: f"{spell(gap)} {'before' if gap > timedelta(0) else 'after'}" for m, gap in gaps}
