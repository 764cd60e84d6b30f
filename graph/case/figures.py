"""The figures behind one realisation of the case."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from graph.case.milestones import VIDEO_POSTED, view_curve
from graph.case.views import ViewCurve

# 1,265 comments at 137,000 views are published; one record stands for four real comments.
THINNING = 4
COMMENTS_PER_THOUSAND = 1265 / 137 / THINNING


@dataclass(frozen=True, slots=True)
class Setup:
    """What may differ from one realisation to the next. All of it is assumed; only the view counter is documented."""

    posted_at: datetime = VIDEO_POSTED
    mentions_per_hour: float = 8.5  # of the airline, by day, averaged over a week
    complaint_share: float = 0.22
    praise_share: float = 0.16
    acts_per_thousand: float = 3.9  # reposts, quotes and replies per thousand new views, the same throughout
    links_per_thousand: float = 0.35  # new posts that link to the video, likewise
    sale_at: datetime = datetime(2009, 6, 30, 15, 10, tzinfo=UTC)  # the harmless spike
    sale_reposts: int = 150
    curve: ViewCurve = field(default_factory=view_curve, compare=False)


def drawn(seed: int) -> Setup:
    """Another plausible set of figures, the same for the same seed."""
    rng = Random(f"{seed}:setup")
    posted_at = VIDEO_POSTED + timedelta(minutes=rng.randint(-5 * 60, 4 * 60))
    return Setup(
        posted_at=posted_at,
        mentions_per_hour=rng.uniform(7.0, 10.5),
        complaint_share=rng.uniform(0.18, 0.28),
        praise_share=rng.uniform(0.12, 0.2),
        acts_per_thousand=rng.uniform(3.0, 5.0),
        links_per_thousand=rng.uniform(0.2, 0.5),
        sale_at=datetime(2009, 6, 24, tzinfo=UTC) + timedelta(days=rng.randint(0, 9), minutes=rng.randint(780, 1260)),
        sale_reposts=rng.randint(110, 190),
        curve=view_curve(posted_at),
    )
