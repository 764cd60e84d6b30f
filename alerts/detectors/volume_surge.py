"""More complaints about a brand than its usual hours explain, and a larger share of complaints than usual."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import Field

from alerts.detectors.base import Bin, DetectorConfig, Example, Window, steady_hours
from alerts.domain import Finding, Part
from alerts.surge import Surge, SurgeConfig, scan
from monitor.domain import Brand, Post


class Config(DetectorConfig, SurgeConfig):
    """Settings of the rule."""

    dominate: float = Field(
        default=0.5, gt=0, le=1, description="share of the complaints that makes an issue the cause"
    )
    examples: int = Field(default=10, ge=0, description="posts named as evidence")


class VolumeSurge:
    """Fires per brand. Where one issue dominates, ``arguments["issue"]`` names it: its incident covers this.

    >>> example = VolumeSurge.example()
    >>> [(found.level.name, found.issue) for found in VolumeSurge(Config()).detect(example.fires)]
    [('review', 'surge:northline')]
    >>> VolumeSurge(Config()).detect(example.calm)
    []
    """

    name: ClassVar[str] = "volume_surge"
    rule_version: ClassVar[str] = "1"

    def __init__(self, config: Config) -> None:
        self.config = config

    def detect(self, window: Window) -> list[Finding]:
        """One finding at most: the strongest window of hours."""
        surge = scan(window.hours, window.now, self.config) if window.hours else None
        return [self._finding(surge, window)] if surge else []

    def _finding(self, surge: Surge, window: Window) -> Finding:
        issue = dominating_issue(window, surge, self.config.dominate)
        return Finding(
            detector=self.name,
            rule_version=self.rule_version,
            brand=window.brand.id,
            issue=f"surge:{window.brand.id}",
            kind=self.name,
            level=surge.level,
            parts=(
                Part("mentions", surge.observed, surge.critical_count, n=surge.assessed, expected=surge.expected),
                Part("complaints", surge.share, surge.critical_share, n=surge.assessed, expected=surge.usual_share),
            ),
            evidence=tuple(post.key for post in _complaints(window, surge, issue)[: self.config.examples]),
            explanation="why.volume_surge",
            seen_at=window.now,
            arguments=self._arguments(surge, issue),
        )

    def _arguments(self, surge: Surge, issue: str | None) -> dict[str, Any]:
        return {
            "issue": issue,
            "started_at": surge.start.isoformat(),
            "size": surge.observed,
            "hours": surge.hours,
            "expected": surge.expected,
            "p_volume": 10**-surge.volume_score,
            "p_share": 10**-surge.share_score,
            "clears": {
                "complaints_below": surge.critical_count,
                "or_complaint_share_below": surge.critical_share,
                "in_hours": surge.hours,
            },
        }

    @classmethod
    def example(cls) -> Example:
        """Four mentions an hour with one complaint; then an hour with 30 complaints among 40."""
        now = datetime(2024, 5, 6, 15, 30, tzinfo=UTC)
        hours = steady_hours(now, 14 * 24, mentions=4, negative=1)
        loud = (*hours[:-1], Bin(hours[-1].start, 40, 40, 30))
        brand = Brand("northline", "Northline Air", names=("Northline Air",))
        return Example(fires=Window(brand, now, (), (), loud), calm=Window(brand, now, (), (), hours))


def dominating_issue(window: Window, surge: Surge, dominate: float) -> str | None:
    """The issue with at least ``dominate`` of the complaints in the surge's hours; None where no issue has.

    Falls back to the newest posts where complaints are not counted by issue.
    """
    counts: Counter[str] = Counter()
    for hour in window.issue_hours:
        if hour.start >= surge.start:
            counts[hour.issue] += hour.negative
    if not window.issue_hours:
        counts.update(post.issue for post in _complaints(window, surge, None) if post.issue)
    issue, most = max(counts.items(), key=lambda entry: (entry[1], entry[0]), default=(None, 0))
    total = surge.observed if window.issue_hours else counts.total()
    return issue if most and most >= dominate * total else None


def _complaints(window: Window, surge: Surge, issue: str | None) -> list[Post]:
    """Complaints of the surge among the newest posts, newest first; those of ``issue`` only, where given."""
    found = [
        post
        for post, _ in window.posts
        if post.is_complaint_about(window.brand.id) and post.created_at >= surge.start and issue in (None, post.issue)
    ]
    return sorted(found, key=lambda post: (post.created_at, post.key), reverse=True)
