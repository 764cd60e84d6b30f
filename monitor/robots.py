"""What sites do not want crawled (RFC 9309)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from protego import Protego

from monitor.clock import Clock
from monitor.errors import BadPayload, NotFound, RateLimited, Refused, SourceError, Unauthorised, Unreachable

MOST_BYTES = 500_000  # of one file; the rest is not read
_KEPT = timedelta(hours=24)
_AGAIN = timedelta(minutes=5)  # after a site that did not give its rules
_REMEMBERED = 5_000  # sites
_NAMES = {"useragent": "user-agent", "user agent": "user-agent", "dissallow": "disallow"}
_READ = frozenset(("user-agent", "allow", "disallow", "crawl-delay", "request-rate"))

Fetch = Callable[[str], bytes]  # the file behind an address; raises SourceError


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: Protego | None  # None: the site did not give them
    until: datetime  # asked for again then
    failure: str = ""  # why it did not


class Robots:
    """The rules of each site, read once a day. ``agent`` is the name that its owner may have a rule for."""

    def __init__(self, fetch: Fetch, clock: Clock, agent: str) -> None:
        self._fetch = fetch
        self._clock = clock
        self._agent = agent
        self._rules: dict[str, _Rules] = {}
        self._lock = Lock()
        self._turns: dict[str, Lock] = {}

    def delay(self, origin: str, path: str, where: str) -> timedelta:
        """The distance between requests that the site at ``origin`` ("https://host:port") wishes; 0 for none.

        Raises Refused where its rules keep us from ``path``, Unreachable or RateLimited while they cannot be read.
        """
        rules = self._rules_of(origin)
        if rules.parsed is None:
            wait = max(rules.until - self._clock.now(), timedelta(0))
            raise Unreachable(
                f"{where} is not read while the site's rules are unknown: {rules.failure}", retry_after=wait
            )
        if not rules.parsed.can_fetch(origin + path, self._agent):
            raise Refused(f"{where}: the site's robots.txt asks crawlers to stay away from it")
        return _distance(rules.parsed, self._agent)

    def _rules_of(self, origin: str) -> _Rules:
        with self._lock:
            if len(self._turns) > 2 * _REMEMBERED:  # at worst, a few rules are read twice
                self._turns.clear()
            turn = self._turns.setdefault(origin, Lock())
        with turn:  # the others that want the same rules wait for them
            now = self._clock.now()
            known = self._rules.get(origin)
            if known is None or now >= known.until:
                known = self._read(origin, known, now)
                self._remember(origin, known, now)
        return known

    def _read(self, origin: str, known: _Rules | None, now: datetime) -> _Rules:
        try:
            text = self._fetch(origin + "/robots.txt").decode("utf-8-sig", errors="replace")
        except RateLimited:
            raise
        except (NotFound, Unauthorised, BadPayload, Refused):  # 4xx, or nothing that can be read: no rules
            return _Rules(Protego.parse(""), now + _KEPT)
        except SourceError as error:
            kept = known.parsed if known else None  # the old rules hold a little longer
            return _Rules(kept, now + max(_AGAIN, error.retry_after or _AGAIN), str(error))
        return _Rules(Protego.parse("\n".join(_for_us(text, self._agent))), now + _KEPT)

    def _remember(self, origin: str, rules: _Rules, now: datetime) -> None:
        with self._lock:
            if len(self._rules) >= _REMEMBERED:
                self._rules = {site: kept for site, kept in self._rules.items() if kept.until > now}
            self._rules[origin] = rules


def _for_us(text: str, agent: str) -> Iterator[str]:
    """The lines of the groups that name us or everybody: a file of thousands of names would take hours to read."""
    ours, naming = False, False
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        field = _NAMES.get(name.strip().lower(), name.strip().lower())
        value = value.strip()
        if not colon or field not in _READ:
            continue
        if field == "user-agent":
            named = value == "*" or value.lower() in agent.lower()
            ours, naming = named or (ours and naming), True
            if named:
                yield f"user-agent: {value}"
            continue
        naming = False
        if ours:
            yield f"{field}: {value}"


def _distance(parsed: Protego, agent: str) -> timedelta:
    seconds = float(parsed.crawl_delay(agent) or 0)
    rate = parsed.request_rate(agent)
    if rate is not None:
        seconds = max(seconds, rate.seconds / rate.requests)
    return timedelta(seconds=min(seconds, 86_400.0))
