"""GDELT: news articles of the last three months, in all languages, through its document search."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from zlib import crc32

from monitor.domain import Brand, Dropped, Page
from monitor.http import HttpClient
from monitor.sources.base import Capabilities, SourceSpec
from monitor.sources.gdelt.articles import Garbled, parse, read, times_of
from monitor.sources.gdelt.config import NAME, Config
from monitor.sources.gdelt.windows import MOST, Walk

_REACH = timedelta(days=90)
_SHORTEST_TERM = 3  # characters; the search refuses a question that holds a shorter one
_LONGEST_QUERY = 250


class GdeltSource:
    """Searches the articles that name a brand. The state is the newest moment at which one was seen."""

    name: ClassVar[str] = NAME

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        self._pace = timedelta(seconds=config.pace_seconds)

    def fetch(self, brand: Brand, state: str | None, cursor: str | None, now: datetime) -> Page:
        """The articles of one window of time. One that holds too many is asked for again in halves."""
        asked = tuple(queries(brand))
        plan = crc32(repr(asked).encode())
        walk = Walk.read(cursor, plan) if cursor else self._begin(state, plan, now)
        if walk.query >= len(asked):
            return Page(state=str(walk.newest))
        page, following = self._window(walk, asked[walk.query], now)
        ended = following.query >= len(asked)
        return replace(page, next_cursor=None if ended else str(following), state=str(following.newest))

    def _window(self, walk: Walk, query: str, now: datetime) -> tuple[Page, Walk]:
        """What one window brought, and where to go on."""
        try:
            articles = read(self._ask(query, walk))
        except Garbled:
            if walk.can_be_halved([]):
                return Page(), walk.halved()
            lost = Dropped(f"window from {_stamp(walk.lower)}", "the answer is no JSON")
            return Page(dropped=(lost,)), walk.onward()
        page, times = parse(articles, now), times_of(articles)
        walk = walk.met(times)
        if len(articles) < MOST:
            return page, walk.onward()
        if walk.can_be_halved(times):
            return page, walk.halved()
        lost = Dropped(f"window from {_stamp(walk.lower)}", f"more than {MOST} articles at once")
        return replace(page, dropped=(*page.dropped, lost)), walk.onward()

    def probe(self, now: datetime) -> Page:
        """No posts: a search for a single article of the last hour shows that the site answers."""
        lower = int((now - timedelta(hours=1)).timestamp())
        with suppress(Garbled):  # an answer all the same
            read(self._asked('"news"', lower, int(now.timestamp()), 1))
        return Page()

    def _ask(self, query: str, walk: Walk) -> str:
        return self._asked(query, walk.lower, walk.upper, MOST)

    def _asked(self, query: str, lower: int, upper: int, most: int) -> str:
        params: Mapping[str, str | int] = {
            "query": query,
            "mode": "artlist",
            "format": "json",
            "maxrecords": most,
            "sort": "datedesc",
            "startdatetime": _stamp(lower),
            "enddatetime": _stamp(upper),
        }
        return self._http.get(self._config.base_url, params, {"accept": "application/json"}, pace=self._pace).text()

    def _begin(self, state: str | None, plan: int, now: datetime) -> Walk:
        """A walk from the newest moment seen, but not from before what the search can reach."""
        watermark = int((now - timedelta(hours=self._config.lookback_hours)).timestamp())
        if state and state.isascii() and state.isdigit() and len(state) <= 10:
            watermark = int(state)
        watermark = max(watermark, int((now - _REACH).timestamp()))
        return Walk.start(plan, watermark, int(now.timestamp()), int(self._config.overlap_minutes * 60))


def queries(brand: Brand) -> Iterator[str]:
    """The questions to ask for a brand: its names and products as phrases, as many in one as it may hold.

    >>> list(queries(Brand("n", "N", names=("Northline Air", "NL"), products=("Northline Card",))))
    ['("Northline Air" OR "Northline Card")']
    """
    words = [" ".join(term.replace('"', " ").split()) for term in (*brand.names, *brand.products) or brand.hashtags]
    phrases = [f'"{term}"' for term in dict.fromkeys(words) if len(term) >= _SHORTEST_TERM]
    together: list[str] = []
    for phrase in phrases:
        if together and len(_either([*together, phrase])) > _LONGEST_QUERY:
            yield _either(together)
            together = []
        together.append(phrase)
    if together:
        yield _either(together)


def _either(phrases: Sequence[str]) -> str:
    return phrases[0] if len(phrases) == 1 else f"({' OR '.join(phrases)})"


def _stamp(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y%m%d%H%M%S}"


SPEC = SourceSpec(
    NAME,
    Config,
    GdeltSource,
    capabilities=Capabilities(
        mentions="some",
        reposts="none",
        quotes="none",
        replies="none",
        views=False,
        followers=False,
        edits=False,
        deletions=False,
        reach_back=_REACH,
    ),
)
