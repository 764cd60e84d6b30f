"""A complaint that is passed on fast and is expected to become large."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.baseline import Baseline, fit
from alerts.detectors.base import Bin, CascadeFacts, DetectorConfig, Example, Window, first_words, steady_hours
from alerts.domain import Finding, Level, Part
from graph.domain import Cascade, Forecast
from monitor.domain import AccountKey, Assessment, Brand, Post, PostKey

UPPER_DECILE = 1.2816  # of a standard normal: an 80 % interval ends there


class Sizes(BaseModel):
    """From which expected size of a cascade, root included, each level begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    watch: int = Field(default=50, ge=1)
    review: int = Field(default=200, ge=1)
    escalate: int = Field(default=1_000, ge=1)
    crisis: int = Field(default=5_000, ge=1)

    @model_validator(mode="after")
    def _ascending(self) -> "Sizes":
        if any(low >= high for low, high in pairwise(size for _, size in self.steps())):
            raise ValueError("sizes must grow from watch to crisis")
        return self

    def steps(self) -> tuple[tuple[Level, int], ...]:
        """Each level with its size, lowest first."""
        return tuple((level, getattr(self, level.name)) for level in Level)


class Config(DetectorConfig):
    """Settings of the rule."""

    sizes: Sizes = Field(default_factory=Sizes, description="expected size of a cascade from which each level begins")
    p_min: float = Field(default=0.5, gt=0, lt=1, description="least probability of passing that size")
    min_complaint_share: float = Field(default=0.5, ge=0, le=1, description="of the texts read; 0 takes any cascade")
    min_reposts: int = Field(default=15, ge=1, description="count gate: reposts so far")
    ratio: float = Field(default=3.0, ge=0, description="ratio gate: last hour against the brand's usual hour")
    least_expected: float = Field(default=1.0, gt=0, description="a usual hour counts as at least so many mentions")
    enough_per_hour: int = Field(default=100, ge=1, description="so many in an hour pass the gates of ratio and pace")
    min_pace: float = Field(
        default=0.02, ge=0, description="additions of the last hour as a share of all; a slower cascade is past news"
    )
    quiet_after_hours: float = Field(default=2.0, gt=0, description="a cascade without an event for so long has slowed")
    min_depth: int = Field(default=3, ge=1, description="hops from the root that count as deep")
    min_reach: int = Field(default=100_000, ge=1, description="followers reached that count as many")
    min_sites: int = Field(default=2, ge=1, description="sites that count as spread")


class ViralComplaint:
    """Fires per cascade: enough reposts, faster than usual, mostly complaints, and expected to pass a size.

    >>> fires, calm = ViralComplaint.example().fires, ViralComplaint.example().calm
    >>> [finding.level.name for finding in ViralComplaint(Config()).detect(fires)]
    ['escalate']
    >>> ViralComplaint(Config()).detect(calm)
    []
    """

    name: ClassVar[str] = "viral_complaint"
    rule_version: ClassVar[str] = "1"

    def __init__(self, config: Config) -> None:
        self.config = config

    def detect(self, window: Window) -> list[Finding]:
        """One finding for each cascade that passes every gate, ordered by root."""
        spreading = sorted((f for f in window.cascades if self._counts(f, window.now)), key=lambda f: f.cascade.root)
        if not spreading:
            return []
        return list(self._findings(spreading, window, expected_mentions(window)))

    def _counts(self, facts: CascadeFacts, now: datetime) -> bool:
        quiet = now - facts.cascade.last_at
        return (
            facts.cascade.size - 1 >= self.config.min_reposts
            and quiet < timedelta(hours=self.config.quiet_after_hours)
            and facts.last_hour >= self._needed(facts, 0.0)  # the brand's usual hour is dear to know, and asks for more
            and self._is_complaint(facts)
        )

    def _needed(self, facts: CascadeFacts, expected: float) -> float:
        """Additions in an hour that pass the gates of ratio and pace, given the brand's usual hour."""
        config = self.config
        asked = max(config.ratio * max(expected, config.least_expected), config.min_pace * facts.cascade.size)
        return min(asked, float(config.enough_per_hour))

    def _is_complaint(self, facts: CascadeFacts) -> bool:
        share = complaint_share(facts)
        return self.config.min_complaint_share == 0 or (share is not None and share >= self.config.min_complaint_share)

    def _findings(self, spreading: list[CascadeFacts], window: Window, expected: float) -> Iterator[Finding]:
        for facts in spreading:
            level, needed = self._level(facts), self._needed(facts, expected)
            if level is not None and facts.last_hour >= needed:
                yield self._finding(facts, window, level, expected, needed)

    def _level(self, facts: CascadeFacts) -> Level | None:
        passed = [
            level
            for level, size in self.config.sizes.steps()
            if (chance := chance_to_pass(facts, size)) is not None and chance >= self.config.p_min
        ]
        return max(passed, default=None)

    def _finding(self, facts: CascadeFacts, window: Window, level: Level, expected: float, needed: float) -> Finding:
        root = facts.cascade.root
        return Finding(
            detector=self.name,
            rule_version=self.rule_version,
            brand=window.brand.id,
            issue=facts.root.issue if facts.root and facts.root.issue else str(root),
            kind=self.name,
            level=level,
            parts=self._parts(facts, level, expected, needed),
            evidence=(root,),
            explanation="why.viral_complaint",
            seen_at=window.now,
            arguments=self._arguments(facts, level, needed),
            root=root,
            forecast=facts.forecast,
        )

    def _parts(self, facts: CascadeFacts, level: Level, expected: float, needed: float) -> tuple[Part, ...]:
        config, cascade = self.config, facts.cascade
        floor = max(expected, config.least_expected)
        median = facts.forecast.median if facts.forecast else None
        size = dict(config.sizes.steps())[level]
        return (
            Part("growth", facts.last_hour / floor, needed / floor, n=facts.last_hour, expected=expected),
            Part("reposts", cascade.size - 1, config.min_reposts),
            Part("complaints", complaint_share(facts), config.min_complaint_share, n=facts.assessed),
            Part("forecast", median, size, n=cascade.size, note=_chance_note(chance_to_pass(facts, size))),
            Part("depth", cascade.depth, config.min_depth),
            Part("reach", facts.reach, config.min_reach, n=cascade.accounts),
            Part("harm_words", len(facts.harm_words), 1, note=", ".join(facts.harm_words[:5])),
            Part("spread", facts.sites, config.min_sites),
        )

    def _arguments(self, facts: CascadeFacts, level: Level, needed: float) -> dict[str, Any]:
        return {
            "title": first_words(facts.root.text) if facts.root else "",
            "started_at": facts.cascade.started_at.isoformat(),
            "size": facts.cascade.size,
            "last_hour": facts.last_hour,
            "press_at": facts.press_at.isoformat() if facts.press_at else None,
            "clears": {
                "last_hour_below": math.ceil(needed),
                "complaint_share_below": self.config.min_complaint_share,
                "forecast_below": self.config.sizes.watch,
                "level_below_size": dict(self.config.sizes.steps())[level],
            },
        }

    @classmethod
    def example(cls) -> Example:
        """A broken guitar passed on 120 times in an hour, and the same complaint passed on three times."""
        now = datetime(2024, 5, 6, 15, 30, tzinfo=UTC)
        hours = steady_hours(now, 14 * 24, mentions=4, negative=1)
        brand = Brand("northline", "Northline Air", names=("Northline Air",))
        spread, still = (Window(brand, now, (_example_cascade(now, size),), (), hours) for size in (121, 4))
        return Example(fires=spread, calm=still)


def complaint_share(facts: CascadeFacts) -> float | None:
    """Share of complaints among the cascade's texts that could be read; None where there was none."""
    return facts.complaints / facts.assessed if facts.assessed else None


def chance_to_pass(facts: CascadeFacts, size: float) -> float | None:
    """The probability that the cascade grows to ``size``; certain once it has, None without a forecast."""
    if facts.cascade.size >= size:
        return 1.0
    for asked, probability in facts.p_sizes:
        if asked == size:
            return probability
    return _from_quantiles(facts.forecast, size) if facts.forecast else None


def _from_quantiles(forecast: Forecast, size: float) -> float:
    """Log-normal on either side of the median through the interval's ends; one half where the median is ``size``."""
    distance = math.log(size) - math.log(forecast.median)
    edge = math.log(forecast.high if distance > 0 else forecast.low) - math.log(forecast.median)
    if distance == 0:
        return 0.5
    if edge == 0:
        return 0.0 if distance > 0 else 1.0
    return 0.5 * math.erfc(math.copysign(distance / edge, distance) * UPPER_DECILE / math.sqrt(2))


def _chance_note(chance: float | None) -> str:
    return "" if chance is None else f"p={chance:.2f}"


def expected_mentions(window: Window) -> float:
    """Mentions of the brand to expect in an hour such as that of ``window.now``; the prior where nothing is known."""
    return _usual_mentions(tuple(window.hours[:-1])).expected(window.now)


@lru_cache(maxsize=256)  # the past changes once an hour, the question comes every minute
def _usual_mentions(past: tuple[Bin, ...]) -> Baseline:
    counts = np.array([hour.mentions for hour in past], dtype=np.float64)
    return fit(counts, [hour.start for hour in past])


def _example_cascade(now: datetime, size: int) -> CascadeFacts:
    key, start = PostKey("example", "guitar"), now - timedelta(minutes=70)
    angry = Assessment("en", assessed=True, complaint=0.95, sentiment=-0.8, severity=1, reason="property")
    root = Post(
        key, AccountKey("example", "singer"), "Northline Air broke my guitar and nobody there will answer for it.",
        start, start, assessment=angry,
    )  # fmt: skip
    cascade = Cascade(key, size, 3, size - 3, 2.4, size, 0.8, start, now - timedelta(minutes=1), now)
    forecast = Forecast(key, now, timedelta(days=7), size, size * 4.0, size * 10.0, size * 30.0, "example", "1")
    return CascadeFacts(cascade, root, None, 1, 1, ("lawyer",), size - 1, None, None, 1, None, forecast, None)
