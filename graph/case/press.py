"""Invented news items about the song: one local item late on 7 July, the wider press from 8 July."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from graph.case.accounts import known
from graph.case.records import Record, post
from graph.case.words import Writer, sentences

OUTLETS = tuple(
    known(name.lower().replace(" ", "-"), name)
    for name in (
        "Harbour Evening Post",
        "Prairie Courier",
        "Daily Lamplighter",
        "Northshore Gazette",
        "The Morning Kettle",
        "Tri-River Tribune",
        "Consumer Ledger",
        "Metro Bulletin",
        "Wing and Wheel",
        "Radio Eleven News",
        "Global Dispatch",
        "Strings Monthly",
    )
)
FIRST_ITEM = datetime(2009, 7, 8, 2, 20, tzinfo=UTC)  # 19:20 Pacific time on 7 July
_ITEMS_BY_DAY = {8: 9, 9: 14, 10: 11, 11: 4, 12: 3, 13: 5}  # July; between 11:00 and 24:00 UTC


def press(seed: int, link: str) -> Iterator[Record]:
    """All news items about the song until 13 July, in the order of time."""
    rng = Random(f"{seed}:press")
    writer = Writer(rng)
    yield _item(OUTLETS[0], 0, FIRST_ITEM, sentences("song.headline", "en")[0], link)
    for number, at in enumerate(_moments(rng), 1):
        yield _item(rng.choice(OUTLETS), number, at, writer.write("song.headline"), link)


def _moments(rng: Random) -> Iterator[datetime]:
    for day, items in _ITEMS_BY_DAY.items():
        morning = datetime(2009, 7, day, 11, tzinfo=UTC)
        yield from sorted(morning + timedelta(minutes=rng.randrange(13 * 60)) for _ in range(items))


def _item(outlet: Record, number: int, at: datetime, text: str, link: str) -> Record:
    return post("feed", f"item-{number}", outlet, at, text, links=(link,), press=True)
