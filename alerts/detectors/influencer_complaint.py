"""A complaint by a very big account: it matters at post one, before anybody has passed it on."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from alerts.detectors.base import DetectorConfig, Example, Window, first_words, steady_hours
from alerts.domain import Finding, Level, Part
from monitor.domain import Account, AccountKey, Assessment, Brand, Post, PostKey

GRAVE = 3  # severity from which harm to people or discrimination is claimed


class Config(DetectorConfig):
    """Settings of the rule."""

    min_followers: int = Field(default=100_000, ge=1, description="of the author")
    escalate_followers: int = Field(default=1_000_000, ge=1, description="from so many on it is told at level escalate")
    max_age_hours: float = Field(default=24.0, gt=0, description="older posts are history, not news")


class InfluencerComplaint:
    """Fires per post: a complaint whose author has very many followers.

    >>> example = InfluencerComplaint.example()
    >>> [finding.level.name for finding in InfluencerComplaint(Config()).detect(example.fires)]
    ['review']
    >>> InfluencerComplaint(Config()).detect(example.calm)
    []
    """

    name: ClassVar[str] = "influencer_complaint"
    rule_version: ClassVar[str] = "1"

    def __init__(self, config: Config) -> None:
        self.config = config

    def detect(self, window: Window) -> list[Finding]:
        """One finding for each such post, ordered by post."""
        found = [
            self._finding(post, author.followers, window)
            for post, author in window.posts
            if author is not None and author.followers is not None and self._matters(post, author, window)
        ]
        return sorted(found, key=lambda finding: finding.evidence)

    def _matters(self, post: Post, author: Account, window: Window) -> bool:
        return (
            post.is_complaint_about(window.brand.id)
            and author.followers is not None
            and author.followers >= self.config.min_followers
            and window.now - post.created_at < timedelta(hours=self.config.max_age_hours)
            and not _is_own(author, window.brand)
        )

    def _finding(self, post: Post, followers: int, window: Window) -> Finding:
        read = (post.assessment or Assessment(None, assessed=False)).of(window.brand.id)
        grave = read.severity is not None and read.severity >= GRAVE
        big = followers >= self.config.escalate_followers
        return Finding(
            detector=self.name,
            rule_version=self.rule_version,
            brand=window.brand.id,
            issue=post.issue or str(post.key),
            kind=self.name,
            level=Level.escalate if grave or big else Level.review,
            parts=(
                Part("followers", followers, self.config.min_followers),
                Part("complaints", read.complaint, 0.5, n=1),
                Part("harm_words", len(read.harm_words), 1, note=", ".join(read.harm_words[:5])),
            ),
            evidence=(post.key,),
            explanation="why.influencer_complaint",
            seen_at=window.now,
            arguments=self._arguments(post, followers, read),
            root=post.key,
        )

    def _arguments(self, post: Post, followers: int, read: Assessment) -> dict[str, Any]:
        return {
            "title": first_words(post.text),
            "started_at": post.created_at.isoformat(),
            "size": 1,
            "followers": followers,
            "severity": read.severity,
            "clears": {"no_further_complaint_by_accounts_above": self.config.min_followers},
        }

    @classmethod
    def example(cls) -> Example:
        """The same complaint by an account with 180,000 followers and by one with 180."""
        now = datetime(2024, 5, 6, 15, 30, tzinfo=UTC)
        hours = steady_hours(now, 14 * 24, mentions=4, negative=1)
        brand = Brand("northline", "Northline Air", names=("Northline Air",))
        big, small = (Window(brand, now, (), (_example_post(now, n),), hours) for n in (180_000, 180))
        return Example(fires=big, calm=small)


def _is_own(author: Account, brand: Brand) -> bool:
    return author.handle.lstrip("@").casefold() in {handle.casefold() for handle in brand.handles}


def _example_post(now: datetime, followers: int) -> tuple[Post, Account]:
    key, author, at = PostKey("example", "gate"), AccountKey("example", "columnist"), now - timedelta(minutes=4)
    angry = Assessment("en", assessed=True, complaint=0.9, sentiment=-0.7, severity=1, reason="staff")
    post = Post(key, author, "Northline Air left my mother alone at the gate for six hours.", at, now, assessment=angry)
    return post, Account(author, "columnist", now, followers=followers)
