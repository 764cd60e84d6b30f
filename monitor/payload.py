"""Fields of payloads that strangers wrote: read with their types checked, or named as missing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.plain_text import clean, one_line

LARGEST = 2**53  # counters beyond it are nonsense, and no database column holds much more
LONGEST_ID = 512
_LARGEST_ID = 2**128
_LONGEST_TIME = 100
_LONGEST_LANGUAGE = 100


class Unusable(ValueError):  # noqa: N818 - said of one record, which is dropped and counted
    """A required field is missing or of the wrong type; the message names it."""


def identity(value: Any, field: str, longest: int = LONGEST_ID) -> str:
    """A site's own id as text. Raises Unusable for anything that cannot safely be a key."""
    if type(value) is int and abs(value) <= _LARGEST_ID:
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable():
        return value
    raise Unusable(f"{field} is missing or not an id")


def moment(value: Any, field: str) -> datetime:
    """An ISO 8601 time with its zone, as UTC. Raises Unusable where there is none or the zone is unknown.

    >>> moment("2009-07-06T20:00:00+02:00", "created_at").isoformat()
    '2009-07-06T18:00:00+00:00'
    """
    if not isinstance(value, str):
        raise Unusable(f"{field} is missing")
    if len(value) > _LONGEST_TIME:
        raise Unusable(f"{field} is not a time")
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            raise Unusable(f"{field} has no time zone")
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Unusable) else Unusable(f"{field} is not a time") from error


def from_epoch(value: Any, field: str) -> datetime:
    """Seconds since 1970 as a time in UTC. Raises Unusable where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(f"{field} is missing or not a number of seconds")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:  # not a number and infinity are among these
        raise Unusable(f"{field} is out of range") from error


def count(value: Any) -> int | None:
    """A counter; None where the site does not give a usable one (never 0 for unknown)."""
    if type(value) is int and 0 <= value <= LARGEST:
        return value
    if isinstance(value, float) and 0 <= value <= LARGEST and value.is_integer():
        return int(value)
    return None


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    """A JSON object. Raises Unusable where it is something else."""
    if isinstance(value, dict):
        return value
    raise Unusable(f"{field} is missing")


def text(value: Any) -> str:
    """A body of text, cleaned; empty where there is none."""
    return clean(value) if isinstance(value, str) else ""


def name(value: Any) -> str:
    """A name or handle on one line; empty where there is none."""
    return one_line(value) if isinstance(value, str) else ""


def language(value: Any) -> str | None:
    """The primary subtag of a language code, lower case; None where it is none.

    >>> language("pt-BR"), language("und"), language("<b>")
    ('pt', None, None)
    """
    if not isinstance(value, str) or len(value) > _LONGEST_LANGUAGE:
        return None
    code = value.strip().replace("_", "-").split("-")[0].lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 and code not in _NO_LANGUAGE else None


def web_address(value: Any) -> str | None:
    """A printable http or https address of sensible length; None for anything else.

    >>> web_address("javascript:alert(1)") is None
    True
    """
    if not isinstance(value, str):
        return None
    address = value.strip()
    if len(address) > 2000 or not address.isprintable() or " " in address:
        return None
    return address if address.lower().startswith(("http://", "https://")) else None


_NO_LANGUAGE = frozenset(("und", "zxx", "mul", "mis"))
