"""Strangers' words made fit for a message: one line, nothing invisible, no addresses that open by themselves."""

import re
from urllib.parse import urlsplit

from monitor.payload import web_address
from monitor.plain_text import READ_OF_LINE, one_line

_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LONGEST = 1_000  # characters of an address


def shortened(text: str, limit: int) -> str:
    """``one_line`` that ends at a space where one is near.

    >>> shortened("they broke my guitar", 16)
    'they broke my…'
    """
    line = one_line(text, limit)
    if not line.endswith("…") or len(line) < limit // 2:
        return line
    head, space, _ = line.rpartition(" ")
    return f"{head}…" if space and len(head) >= limit * 0.6 else line


def quoted(text: str, limit: int = 220) -> str:
    """The words of a post for a quotation; web addresses in it become a sign, as mail programs would make them links.

    >>> quoted("look https://phish.example/login now")
    'look [↗] now'
    """
    return shortened(_WEB.sub("[↗]", text[:READ_OF_LINE]), limit)


def handle(name: str) -> str:
    """An account's name with one "@" before it, at most 40 characters.

    >>> handle("@lowstring")
    '@lowstring'
    """
    return f"@{one_line(name.lstrip('@'), 40)}"


def safe_to_open(address: str | None) -> str | None:
    """``address`` where a click on it does no harm: http(s), a host, no credentials, no odd characters; None elsewhere.

    >>> safe_to_open("javascript:alert(1)") is None
    True
    >>> safe_to_open("https://bank.example@evil.example/") is None
    True
    """
    if address is None or web_address(address) != address or len(address) > _LONGEST:
        return None
    if any(mark in "\"'<>\\^`{|}" for mark in address):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return address if host and "@" not in parts.netloc else None
