"""The song: its video, the counter, the comments, and the posts that carry the link.

All who act are drawn from the view counter: reposts, quotes and replies stay at ``Setup.acts_per_thousand`` (3.9) per
thousand new views, link posts at ``Setup.links_per_thousand`` (0.35), comments at the published ratio of 1,265 comments
to 137,000 views, of which one in ``THINNING`` (4) is written as a record. Nothing is added where a detector might look.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from graph.case.accounts import Crowd, Person, known
from graph.case.figures import COMMENTS_PER_THOUSAND, THINNING, Setup
from graph.case.records import Record, address, passed_on, post, said, stamp
from graph.case.spread import Wave
from graph.case.words import Writer

VIDEO_ID = "v20090706"
MUSICIAN = known("song_from_the_hold", "The musician")
LINK = address("videosite", MUSICIAN, VIDEO_ID)
_VIDEO_KEY = {"source": "videosite", "id": VIDEO_ID}

# Invented accounts that post the link themselves: when after the video, text, handle, name, followers, verified.
_ROOTS = (
    (timedelta(minutes=6), "musician", "song_from_the_hold", "The musician", 1_900, False),
    (timedelta(hours=2, minutes=25), "guitar_shop", "fretboard_corner", "Fretboard Corner, guitar shop", 5_200, False),
    (timedelta(hours=20, minutes=40), "columnist", "fineprint_column", "Consumer columnist", 48_000, False),
    (timedelta(hours=24, minutes=10), "blogger", "carry_on_notes", "Travel blogger", 21_000, False),
    (timedelta(hours=27, minutes=30), "show", "second_supper_show", "Evening show", 600_000, True),
)
_FORUM_AFTER = timedelta(hours=21, minutes=20)
_FORUM_SHARE = 0.04  # of those who act, once the thread is there
_KINDS, _KIND_SHARES = ("repost", "quote", "reply"), (0.74, 0.15, 0.11)
_OLD_COUNTER = timedelta(hours=48)  # read several times an hour until then, hourly later


def video(seed: int, setup: Setup, end: datetime) -> Iterator[Record]:
    """The video and, as updates of it, its counter at each reading."""
    rng, at, curve = Random(f"{seed}:counter"), setup.posted_at, setup.curve
    text = Writer(rng).write("song.root.video")
    yield post("videosite", VIDEO_ID, MUSICIAN, at, text)
    while (at := at + _until_next_reading(rng, at - setup.posted_at)) < end:
        views = curve.views(at)
        yield {
            **_VIDEO_KEY,
            "kind": "post",
            "author": MUSICIAN,
            "created_at": stamp(setup.posted_at),
            "metrics": {
                "views": views,
                "replies": round(views * COMMENTS_PER_THOUSAND * THINNING / 1000),
                "at": stamp(at),
            },
        }


def _until_next_reading(rng: Random, age: timedelta) -> timedelta:
    return timedelta(minutes=rng.randint(15, 30)) if age < _OLD_COUNTER else timedelta(hours=1)


def comments(seed: int, setup: Setup, end: datetime) -> Iterator[Record]:
    """Comments on the video, one record for four; some answer another comment."""
    rng = Random(f"{seed}:comments")
    writer, crowd, recent = Writer(rng), Crowd(rng, "videosite"), list[str]()
    for number, at in enumerate(setup.curve.arrivals(rng, COMMENTS_PER_THOUSAND, end)):
        person = crowd.next()
        parent = rng.choice(recent) if recent and rng.random() < 0.15 else VIDEO_ID
        record = passed_on(_VIDEO_KEY, f"c{number}", "reply", person.author, at, parent=parent, evidence="reply")
        yield said(record, writer.write("song.comment", person.language, chatty=True))
        recent = [*recent[-29:], f"c{number}"]


class Links:
    """The posts on the microblog and the forum that link to the video, and all that pass them on."""

    def __init__(self, seed: int, setup: Setup) -> None:
        self._rng = Random(f"{seed}:links")
        self._setup = setup
        self._writer = Writer(self._rng)
        self._crowd = Crowd(self._rng, "microblog")
        self._forum_crowd = Crowd(self._rng, "forum")
        self._wave = Wave(self._rng, self._writer, "song")
        self._thread = Wave(self._rng, self._writer, "thread")
        self._link_posts = 0

    def records(self, end: datetime) -> Iterator[Record]:
        """All of them before ``end``, in the order of time."""
        setup = self._setup
        roots = sorted(self._roots(), key=lambda root: root[0])
        first = roots[0][0]
        per_thousand = setup.acts_per_thousand + setup.links_per_thousand
        for at in setup.curve.arrivals(self._rng, per_thousand, end):
            at = max(at, first + timedelta(seconds=30))  # noqa: PLW2901 - nobody can pass on what is not there yet
            while roots and roots[0][0] <= at:
                yield self._started(*roots.pop(0))
            yield self._act(at)

    def _roots(self) -> Iterator[tuple[datetime, Record]]:
        posted = self._setup.posted_at
        for after, role, handle, name, followers, verified in _ROOTS:
            author = known(handle, name, followers, verified=verified)
            yield posted + after, self._post("microblog", f"root-{role}", author, posted + after, role)
        author = known("backstage_regular", "Forum regular")
        yield posted + _FORUM_AFTER, self._post("forum", "thread", author, posted + _FORUM_AFTER, "forum")

    def _post(self, site: str, id: str, author: Record, at: datetime, role: str) -> Record:
        text = self._writer.write(f"song.root.{role}", link=LINK)
        return post(site, id, author, at, text, language="en", links=(LINK,))

    def _started(self, at: datetime, root: Record) -> Record:
        (self._thread if root["source"] == "forum" else self._wave).start(root, at)
        return root

    def _act(self, at: datetime) -> Record:
        setup, chance = self._setup, self._rng.random()
        if chance < setup.links_per_thousand / (setup.acts_per_thousand + setup.links_per_thousand):
            return self._link_post(self._crowd.next(), at)
        if at > setup.posted_at + _FORUM_AFTER and self._rng.random() < _FORUM_SHARE:
            return self._thread.answer("reply", self._forum_crowd.next(), at, "song.quote")
        kind = self._rng.choices(_KINDS, _KIND_SHARES)[0]
        if kind == "repost":
            return self._wave.repost(self._crowd.next(), at)
        return self._wave.answer(kind, self._crowd.next(), at, "song.quote", (LINK,) if kind == "quote" else ())

    def _link_post(self, person: Person, at: datetime) -> Record:
        self._link_posts += 1
        text = self._writer.write("song.link", person.language, link=LINK)
        record = post(
            "microblog", f"link-{self._link_posts}", person.author, at, text, language=person.language, links=(LINK,)
        )
        return self._started(at, record)
