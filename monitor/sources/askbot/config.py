"""Settings of the forums, and the place that stands for each in identities."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from monitor.sources.base import SourceConfig

NAME = "askbot"


class Config(SourceConfig):
    """Which forums, by which way, and how much in one look."""

    urls: tuple[str, ...] = Field(
        default=(), validate_default=True, description='addresses of the forums, such as "https://ask.example"'
    )
    mode: Literal["api", "rss"] = Field(
        default="api", description='"rss" where a forum has switched its API off: questions only, no counters'
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the newest known activity, in minutes"
    )
    answers_per_page: int = Field(default=20, ge=1, le=200, description="answers asked for in one page, each by itself")
    max_answers: int = Field(default=100, ge=1, description="answers read in one return to a question")

    @field_validator("urls")
    @classmethod
    def _addresses(cls, urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not urls and info.data.get("enabled"):
            raise ValueError("is empty: name at least one forum, or switch the source off")
        for number, url in enumerate(urls):
            if not _is_forum(url):
                raise ValueError(f"entry {number + 1} is no http or https address of a forum")
        return tuple(dict.fromkeys(url.rstrip("/") for url in urls))


@dataclass(frozen=True, slots=True)
class Forum:
    """One configured forum."""

    place: str  # host, and path where it has one: ids are unique within it
    address: str

    def page(self, told: object) -> str | None:
        """The address of a page of this forum whose path the forum told; None where it told none.

        Its host is left aside: forums tell the one of a setting, which is often not where they are reached.
        """
        try:
            parts = urlsplit(told) if isinstance(told, str) and len(told) <= 2000 else urlsplit("")
        except ValueError:
            return None
        if not parts.path.startswith("/") or parts.path.startswith("//") or not parts.path.isprintable():
            return None
        home = urlsplit(self.address)
        query = f"?{parts.query}" if parts.query and parts.query.isprintable() else ""
        return f"{home.scheme}://{home.netloc}{parts.path}{query}".replace(" ", "%20")


def forums_of(config: Config) -> dict[str, Forum]:
    """The configured forums by place."""
    found = {}
    for url in config.urls:
        parts = urlsplit(url)
        place = (parts.netloc + parts.path).lower()
        found[place] = Forum(place, url)
    return found


def _is_forum(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or "@" in parts.netloc)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:
        return False
