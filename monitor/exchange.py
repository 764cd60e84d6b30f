"""One request and its answer: in its turn, within announced limits, and again after a short failure."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import httpcore
import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, retry_if_result, wait_exponential

from monitor.clock import Clock
from monitor.errors import BadPayload, RateLimited, SourceError, Unreachable
from monitor.http_body import read_body
from monitor.http_errors import error_for, place
from monitor.limits import Limits
from monitor.pace import Pace
from monitor.rate_limit import retry_after

OVERALL = 6  # a whole answer may take this many times the time-out of one step
_ATTEMPTS = 3
_LONGEST_PAUSE = timedelta(seconds=10)  # a site that wants longer is left to the schedule
_LONGEST_TRY = timedelta(seconds=30)  # no new attempt after that
_PASSING = frozenset((502, 503, 504))  # not 500: it may be what a request of our own brings about
_FIRST_PAUSE = 0.5  # seconds; doubled each time, and up to as much again by chance
FAILURES = (
    httpx.TransportError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)
_TIME_OUTS = (httpx.TimeoutException, httpcore.TimeoutException)
_NOT_PASSING = (httpx.LocalProtocolError, httpcore.LocalProtocolError, httpcore.UnsupportedProtocol)
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpcore.ConnectError, httpcore.ConnectTimeout)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a body is read; ``cut`` says that the rest of a larger one is left, else it is an error."""

    bytes: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def host_of(address: httpx.URL) -> str:
    """Host and port of an address: under what a site's pace and limits are kept."""
    return f"{name_of(address)}:{port_of(address)}"


def name_of(address: httpx.URL) -> str:
    """The host as it is looked up: names of other scripts in their ASCII form, IPv6 without brackets."""
    return address.raw_host.decode("ascii")


def port_of(address: httpx.URL) -> int:
    """The port that is connected to."""
    return address.port if address.port is not None else 443 if address.scheme in ("https", "wss") else 80


class Exchange:
    """Sends requests whose addresses were checked. All methods raise ``SourceError``."""

    def __init__(
        self,
        transport: httpx.BaseTransport,
        clock: Clock,
        pace: Pace,
        timeout: float,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.limits = Limits(clock)
        self._transport = transport
        self._clock = clock
        self._pace = pace
        self._timeout = timeout
        self._chance = chance
        self._backoff = wait_exponential(multiplier=_FIRST_PAUSE)

    def close(self) -> None:
        """Give back all connections."""
        self._transport.close()

    def send(self, request: httpx.Request, size: Size, bucket: str, delay: timedelta = timedelta(0)) -> Answer:
        """The answer with its body. A short failure of the site is waited out; a form or document is sent again only
        where it cannot have arrived."""
        started = self._clock.now()
        idempotent = request.method == "GET"
        attempts = Retrying(
            sleep=lambda seconds: self._clock.wait(timedelta(seconds=seconds)),
            stop=lambda state: state.attempt_number >= _ATTEMPTS or self._clock.now() - started > _LONGEST_TRY,
            wait=self._pause,
            retry=retry_if_exception(lambda error: _is_passing(error, idempotent))
            | retry_if_result(lambda answer: idempotent and self._is_busy(answer)),
            retry_error_callback=_last,
        )
        return attempts(self._once, request, size, bucket, delay)

    def refusal(self, answer: Answer, bucket: str) -> SourceError:
        """The error that an unwanted answer stands for."""
        error = error_for(answer.status, answer.url, answer.headers, self._clock.now())
        if isinstance(error, RateLimited) and error.retry_after is None:
            error.retry_after = self.limits.wait(host_of(httpx.URL(answer.url)), bucket)
        return error

    def wait_for(self, host: str, bucket: str = "", delay: timedelta = timedelta(0)) -> None:
        """Return when ``host`` may be asked. Raises RateLimited where that is not soon."""
        self.limits.check(host, bucket)
        self._pace.wait_for(host, delay)

    @contextmanager
    def opened(
        self,
        request: httpx.Request,
        bucket: str = "",
        delay: timedelta = timedelta(0),
        silence: timedelta | None = None,
    ) -> Iterator[httpx.Response]:
        """An answer whose body is still to come, closed after the block; ``silence`` between its parts ends it."""
        host = host_of(request.url)
        self.wait_for(host, bucket, delay)
        with explained(str(request.url), self._timeout):
            with self.limits.turn(host, bucket) as turn:
                longest = silence.total_seconds() if silence else self._timeout
                request.extensions["timeout"] = httpx.Timeout(self._timeout, read=longest).as_dict()
                # The transport itself: a client around it would keep cookies, and log addresses with their keys.
                try:
                    answer = self._transport.handle_request(request)
                finally:
                    self._pace.answered(host)
                turn.heard(answer.status_code, answer.headers)
            try:
                yield answer
            finally:
                answer.close()

    @staticmethod
    def chunks(answer: httpx.Response) -> httpx.SyncByteStream:
        """The body as it comes, packed as it is."""
        if not isinstance(answer.stream, httpx.SyncByteStream):
            raise TypeError("the transport answers to asynchronous clients only")
        return answer.stream

    def _once(self, request: httpx.Request, size: Size, bucket: str, delay: timedelta) -> Answer:
        where = place(str(request.url))
        with self.opened(request, bucket, delay) as answer:
            headers = dict(answer.headers)
            until = self._clock.now() + OVERALL * timedelta(seconds=self._timeout)
            hurry = partial(self._hurry, until, where)
            body = read_body(self.chunks(answer), headers, where, size.bytes, cut=size.cut, on_chunk=hurry)
        return Answer(answer.status_code, str(request.url), headers, body)

    def _hurry(self, until: datetime, where: str) -> None:
        if self._clock.now() > until:
            raise Unreachable(f"{where} sends too slowly")

    def _is_busy(self, answer: Answer) -> bool:
        wait = retry_after(answer.headers, self._clock.now())
        return answer.status in _PASSING and (wait is None or wait <= _LONGEST_PAUSE)

    def _pause(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: longer each time, by chance, and as long as the site asks."""
        pause = self._backoff(state) * (1 + self._chance())
        outcome = state.outcome
        if outcome is not None and outcome.exception() is None:
            asked = retry_after(outcome.result().headers, self._clock.now())
            pause = max(pause, asked.total_seconds() + self._chance() if asked else 0.0)
        return pause


@contextmanager
def explained(url: str, timeout: float) -> Iterator[None]:
    """Turns failures of the connection into ``Unreachable`` or ``BadPayload``."""
    where = place(url)
    try:
        yield
    except httpx.DecodingError as error:
        raise BadPayload(f"{where} sent a damaged compressed answer") from error
    except _TIME_OUTS as error:
        raise Unreachable(f"{where} did not answer within {timeout:g} s") from error
    except FAILURES as error:
        raise Unreachable(f"{where}: no connection ({type(error).__name__})") from error


def _is_passing(error: BaseException, idempotent: bool) -> bool:
    cause = error.__cause__
    if not isinstance(error, Unreachable) or not isinstance(cause, FAILURES) or isinstance(cause, _NOT_PASSING):
        return False
    return idempotent or isinstance(cause, _NOTHING_SENT)


def _last(state: RetryCallState) -> Answer:
    if state.outcome is None:
        raise AssertionError("no attempt was made")
    answer: Answer = state.outcome.result()
    return answer
