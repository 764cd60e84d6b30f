"""The built-in case as a stream of archive records.

Two weeks of ordinary days come before the song. Documented are the day of the video, the view figures, the comments at
one moment and the airline's contact (``milestones``); the hour of the video, the beginning of the view curve and all
that people write and pass on are assumed. One comment record stands for four real comments. Show ``LABEL`` wherever the
case is shown.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from graph.case.brand import BRAND
from graph.case.figures import Setup, drawn
from graph.case.milestones import END_DEFAULT, FIRST_CONTACT, FIRST_MILLION, MILESTONES, START, VIDEO_POSTED, Milestone
from graph.case.ordinary import OrdinaryDays, off_topic, sale
from graph.case.press import press
from graph.case.records import Record, moment, stamp
from graph.case.song import LINK, VIDEO_ID, Links, comments, video

__all__ = [
    "BRAND",
    "CASE_ID",
    "END_DEFAULT",
    "FIRST_CONTACT",
    "FIRST_MILLION",
    "LABEL",
    "LINK",
    "MILESTONES",
    "START",
    "VIDEO_ID",
    "VIDEO_POSTED",
    "Milestone",
    "Setup",
    "drawn",
    "moment",
    "records",
    "varied",
]

CASE_ID = "united-breaks-guitars"
LABEL = "Reconstruction from published milestones; all texts, accounts and reposts are invented"
DEFAULT_SEED = 2009


def records(
    seed: int = DEFAULT_SEED, start: datetime = START, end: datetime = END_DEFAULT, setup: Setup | None = None
) -> Iterator[Record]:
    """Archive records v1 from ``start`` to before ``end`` in the order of time, the same for the same arguments.

    Sites: "microblog", "videosite", "forum" and "feed" (news, with ``press``). A later ``end`` only adds records.
    Raises ValueError where ``end`` is not after ``start``.
    """
    if end <= start:
        raise ValueError(f"the case cannot end at {end.isoformat()}: it starts at {start.isoformat()}")
    chosen = setup or Setup()
    streams = chain(
        OrdinaryDays(seed, chosen).records(start, end),
        off_topic(seed, chosen, start, end),
        sale(seed, chosen),
        video(seed, chosen, end),
        comments(seed, chosen, end),
        Links(seed, chosen).records(end),
        press(seed, LINK),
    )
    first, last = stamp(start), stamp(end)
    return iter(sorted((record for record in streams if first <= moment(record) < last), key=moment))


def varied(seed: int, start: datetime = START, end: datetime = END_DEFAULT) -> Iterator[Record]:
    """Another realisation: other people, texts and paths, and other assumed figures; the milestones stay."""
    return records(seed, start, end, drawn(seed))
