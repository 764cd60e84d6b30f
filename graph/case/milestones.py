"""What is known about the real case, with the page that says so, and what had to be assumed.

Only figures that a stored page of the time gives are used. Pages that name a day but no hour are put at noon Pacific
time (``hour_assumed``). The page that has the night of 7 July is put at 22:00 Pacific time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from graph.case.views import ViewCurve

PACIFIC = timezone(timedelta(hours=-7), "PDT")
NOON = 12


@dataclass(frozen=True, slots=True)
class Milestone:
    """One thing that is known, or assumed, about the real case."""

    at: datetime
    text: str
    figure: int | None
    source_url: str | None  # None: assumed or computed here
    kind: Literal["posted", "views", "contact"]
    established: bool  # False: assumed or computed here, not published
    hour_assumed: bool = False  # the page names the day, not the hour
    source_kind: str = ""  # "primary", "copy" of a press text, "blog" of the time


def _pacific(month: int, day: int, hour: int) -> datetime:
    return datetime(2009, month, day, hour, tzinfo=PACIFIC).astimezone(UTC)


def _views(
    at: datetime, text: str, figure: int, source_url: str, source_kind: str = "blog", *, hour_assumed: bool = True
) -> Milestone:
    return Milestone(at, text, figure, source_url, "views", True, hour_assumed, source_kind)


START = datetime(2009, 6, 22, tzinfo=UTC)  # of the ordinary days before
VIDEO_POSTED = datetime(2009, 7, 6, 19, tzinfo=UTC)  # the day is known, the hour is assumed
FIRST_CONTACT = _pacific(7, 8, 11)  # by then; the hour of the contact itself is not published
END_DEFAULT = _pacific(7, 10, 18)

_PRESS_COPY = "https://jambands.ca/topic/56213-united-breaks-guitars/"
_PUBLISHED = (
    _views(_pacific(7, 7, 22), "The video passes 100,000 views in the night", 100_000, _PRESS_COPY, "copy"),
    _views(
        FIRST_CONTACT, "More than 137,000 views and 1,265 comments", 137_000, _PRESS_COPY, "copy", hour_assumed=False
    ),
    _views(
        _pacific(7, 9, NOON),
        "Nearly 390,000 views",
        390_000,
        "http://www.bevboysblog.com/2009/07/863rd-post-united-breaks-guitars.html",
    ),
    _views(
        _pacific(7, 10, NOON),
        "More than 1.3 million views",
        1_300_000,
        "http://bloodthirstywarmonger.blogspot.com/2009/07/united-breaks-guitars-becomes-hit-on.html",
    ),
    _views(
        _pacific(7, 12, NOON),
        "At least 2 million views",
        2_000_000,
        "https://floobynooby.blogspot.com/2009/07/united-breaks-guitars.html",
    ),
    _views(
        _pacific(7, 13, NOON),
        "About 2.5 million views",
        2_500_000,
        "http://somethingburning.com/ross-martin/united-airlines-broke-his-guitar/",
    ),
    _views(
        _pacific(7, 15, NOON),
        "Almost 3 million views",
        3_000_000,
        "http://twoifbysee.blogspot.com/2009/07/united-breaks-guitars.html",
    ),
    _views(
        _pacific(7, 20, NOON),
        "Almost 3.5 million views",
        3_500_000,
        "http://www.lookattheweebeasties.com/2009/07/20/united-breaks-guitars/",
    ),
    _views(
        _pacific(7, 24, NOON),
        "More than 3.6 million views",
        3_600_000,
        "https://www.economist.com/gulliver/2009/07/24/did-dave-carroll-lose-united-airlines-180m",
        "primary",
    ),
)


def view_curve(posted_at: datetime = VIDEO_POSTED) -> ViewCurve:
    """The counter of a video posted at ``posted_at`` through the published figures.

    How it began is not published. Assumed: 1,500 views in the first two hours, from people who know the musician.
    """
    assumed = [(posted_at, 1.0), (posted_at + timedelta(hours=2), 1_500.0)]
    return ViewCurve([*assumed, *((known.at, float(known.figure or 0)) for known in _PUBLISHED)])


FIRST_MILLION = view_curve().moment(1_000_000).replace(microsecond=0)

MILESTONES: tuple[Milestone, ...] = tuple(
    sorted(
        (
            Milestone(VIDEO_POSTED, "The musician posts the song's video (hour assumed)", None, None, "posted", False),
            Milestone(
                FIRST_CONTACT,
                "The airline has made contact with the musician",
                None,
                _PRESS_COPY,
                "contact",
                True,
                source_kind="copy",
            ),
            Milestone(
                FIRST_MILLION, "First million views (computed between two milestones)", 1_000_000, None, "views", False
            ),
            *_PUBLISHED,
        ),
        key=lambda milestone: milestone.at,
    )
)
