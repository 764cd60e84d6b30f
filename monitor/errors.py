"""Every error that Ripplewatch raises on purpose.

RipplewatchError            message for a person: what, where, what to do
├── ConfigurationError      every wrong key at once
├── InputError              a file that cannot be read as what it should be
├── StorageError            database locked, out of reach, or of another version
├── SourceError             a site did not give what was asked; says whether a retry makes sense
│   ├── Unreachable         no connection, time-out, 5xx               (retry)
│   ├── RateLimited         429 and its relatives                      (retry, with the moment)
│   │   └── BudgetSpent     our own ceiling for this site is reached   (retry when the window has passed)
│   ├── Unauthorised        401, 403                                   (no retry before a person acts)
│   ├── NotFound            404, 410                                   (no retry)
│   ├── BadPayload          not the documented shape                   (retry later: sites have bad minutes)
│   └── Refused             we do not fetch that address               (no retry)
└── DeliveryError           a message was not taken; says whether a retry makes sense
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class RipplewatchError(Exception):
    """Base of all; ``str(error)`` is fit to be shown to a user."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the configuration."""

    key: str  # "notify.email.port"
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


class ConfigurationError(RipplewatchError):
    """The configuration cannot be used; ``problems`` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem], where: str = "") -> None:
        self.problems = tuple(problems)
        self.where = where
        head = f"{where}: {len(self.problems)} problem(s)" if where else f"{len(self.problems)} problem(s)"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class InputError(RipplewatchError):
    """A file or stream is not what the command reads."""


class StorageError(RipplewatchError):
    """The database did not do what was asked; the message says what to do."""


class SourceError(RipplewatchError):
    """A site did not give what was asked. ``retry`` says whether asking again makes sense."""

    retry = True

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(SourceError):  # noqa: N818 - reads better in a status line than "UnreachableError"
    """No connection, a time-out, or a server error."""


class RateLimited(SourceError):  # noqa: N818
    """The site asks to wait; ``retry_after`` holds how long where it said so."""


class BudgetSpent(RateLimited):
    """Our own ceiling of requests, units or money for a site is reached; nothing was sent."""


class Unauthorised(SourceError):  # noqa: N818
    """The site refuses us: a key is missing, wrong or spent."""

    retry = False


class NotFound(SourceError):  # noqa: N818
    """There is nothing at that address, or no longer."""

    retry = False


class BadPayload(SourceError):  # noqa: N818
    """The answer is not of the documented shape."""


class Refused(SourceError):  # noqa: N818
    """An address that is never fetched: private network, wrong scheme, too many redirects."""

    retry = False


class DeliveryError(RipplewatchError):
    """A message was not taken. ``retry`` says whether trying again makes sense, ``reason`` is one word for counting."""

    def __init__(self, message: str, *, retry: bool, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.reason = reason
        self.retry_after = retry_after
