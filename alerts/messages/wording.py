"""Strangers' words made fit for a message: one line, nothing invisible, no addresses that open by themselves."""

import re
import unicodedata
from urllib.parse import urlsplit

_JOINERS = "\u200c\u200d"  # Telugu and emoji need them
_SPACE = re.compile(r"\s+")
_STACKED = re.compile(
    "([\u0300-\u036f\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_READ_AT_MOST = 20_000  # characters of a hostile text that are looked at


def one_line(text: str, limit: int, *, keep_indent: bool = False) -> str:
    r"""``text`` on one line without controls, invisible or direction-turning characters, at most ``limit`` long.

    >>> one_line("guitar\r\nBcc: all\u202e", 40)
    'guitar Bcc: all'
    >>> one_line("abcdef", 4)
    'abc…'
    """
    shown = "".join(_visible(mark) for mark in text[:_READ_AT_MOST])
    flat = _SPACE.sub(" ", _STACKED.sub(r"\1", shown)).strip()
    if keep_indent:
        flat = " " * min(len(text) - len(text.lstrip(" ")), 20) + flat
    return flat if len(flat) <= limit else flat[: max(0, limit - 1)].rstrip(f" {_JOINERS}") + "…"


def _visible(mark: str) -> str:
    kind = unicodedata.category(mark)
    if kind in {"Cc", "Zl", "Zp"}:
        return " "
    if kind in {"Cs", "Co", "Cn"}:
        return "\ufffd"
    return "" if kind == "Cf" and mark not in _JOINERS else mark


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
    return shortened(_WEB.sub("[↗]", text[:_READ_AT_MOST]), limit)


def handle(name: str) -> str:
    """An account's name with one "@" before it, at most 40 characters.

    >>> handle("@lowstring")
    '@lowstring'
    """
    return f"@{one_line(name.lstrip('@'), 40)}"


def web_address(address: str | None) -> str | None:
    """``address`` where it is safe to open: http(s), a host, no credentials, no odd characters; None elsewhere.

    >>> web_address("javascript:alert(1)") is None
    True
    >>> web_address("https://bank.example@evil.example/") is None
    True
    """
    if address is None or len(address) > 1000 or any(mark <= " " or mark in "\x7f\"'<>\\^`{|}" for mark in address):
        return None
    if one_line(address, 1001) != address:
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and host and "@" not in parts.netloc else None
