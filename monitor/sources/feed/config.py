"""Settings of the feeds, and what their addresses hold."""

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from pydantic import Field, ValidationInfo, field_validator

from monitor.http_errors import place
from monitor.sources.base import SourceConfig

NAME = "feed"


class Config(SourceConfig):
    """Feeds to read. They are filtered here: a feed cannot be asked for a brand."""

    every_minutes: float = Field(default=10.0, ge=0.1, description="time between two looks at the feeds, in minutes")
    urls: tuple[str, ...] = Field(
        default=(),
        validate_default=True,
        description='addresses of the feeds; with a login as "https://name:password@host/feed"',
    )
    longest_pause_hours: float = Field(
        default=24.0,
        ge=0,
        description="longest time that a feed's own wish to be read less often (ttl, max-age, …) is followed, in hours",
    )

    @field_validator("urls")
    @classmethod
    def _addresses(cls, urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not urls and info.data.get("enabled"):
            raise ValueError("is empty: name at least one feed, or switch the source off")
        for number, url in enumerate(urls):
            if not _is_web(url):
                raise ValueError(f"entry {number + 1} is no http or https address")
        return tuple(dict.fromkeys(urls))


@dataclass(frozen=True, slots=True)
class Feed:
    """One configured feed."""

    key: str  # stands for the address wherever a secret in it must not; the items' identities begin with it
    shown: str  # the name by which people know it; no secrets
    address: str  # without the login
    authorization: str | None = None


def feeds_of(config: Config) -> dict[str, Feed]:
    """The configured feeds by key; feeds whose names would be the same are numbered."""
    names = [place(url) for url in config.urls]
    found = {}
    for number, url in enumerate(config.urls):
        shown = names[number] if names.count(names[number]) == 1 else f"{names[number]} ({number + 1})"
        parts = urlsplit(url)
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        feed = Feed(key_of(address), shown, address, _login(parts))
        found[feed.key] = feed
    return found


def key_of(address: str) -> str:
    """What stands for a feed's address in identities."""
    return hashlib.sha256(address.encode(errors="replace")).hexdigest()[:12]


def _login(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(login.encode()).decode("ascii")


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
