"""Settings of the forums, and the place that stands for each in identities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from monitor.sources.base import SourceConfig, key_field

NAME = "discourse"
_KEY_PAGE = "https://meta.discourse.org/t/create-and-configure-an-api-key/230124"


class Config(SourceConfig):
    """Which forums, with which key, and how much in one look."""

    urls: tuple[str, ...] = Field(
        default=(), validate_default=True, description='addresses of the forums, such as "https://forum.example"'
    )
    api_key: SecretStr | None = key_field("a key for a forum that is not public", _KEY_PAGE, required=False)
    api_username: str = Field(default="", description="user of that key; empty where it is a user's own key")
    api_forum: str = Field(default="", description="the one of the urls that the key is for, where there are several")
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_posts: int = Field(
        default=20, ge=0, le=1000, description="how many post ids each look goes back behind the newest known post"
    )
    topics_per_page: int = Field(
        default=10,
        ge=0,
        description="requests for the heads of topics in which a page of 50 posts answers; the rest comes later",
    )
    max_topic_posts: int = Field(default=400, ge=20, description="posts of a topic that are read in one return to it")

    @field_validator("urls")
    @classmethod
    def _addresses(cls, urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not urls and info.data.get("enabled"):
            raise ValueError("is empty: name at least one forum, or switch the source off")
        for number, url in enumerate(urls):
            if not _is_forum(url):
                raise ValueError(f"entry {number + 1} is no http or https address of a forum")
        return tuple(dict.fromkeys(url.rstrip("/") for url in urls))

    @model_validator(mode="after")
    def _key_has_its_forum(self) -> "Config":
        if self.api_key is not None and self.api_forum.rstrip("/") not in self.urls and len(self.urls) != 1:
            raise ValueError("api_forum must name the one of the urls that api_key is for: no other is told the key")
        return self


@dataclass(frozen=True, slots=True)
class Forum:
    """One configured forum."""

    place: str  # host, and path where it has one: ids are unique within it
    address: str
    headers: Mapping[str, str] = field(hash=False, repr=False)  # with its key, where there is one

    @property
    def is_public(self) -> bool:
        """Whether it is read without a key, as a web page is."""
        return not self.headers


def forums_of(config: Config) -> dict[str, Forum]:
    """The configured forums by place."""
    found = {}
    for url in config.urls:
        parts = urlsplit(url)
        place = (parts.netloc + parts.path).lower()
        has_key = config.api_key is not None and (len(config.urls) == 1 or url == config.api_forum.rstrip("/"))
        found[place] = Forum(place, url, _headers(config) if has_key else {})
    return found


def _headers(config: Config) -> dict[str, str]:
    key = config.api_key.get_secret_value() if config.api_key else ""
    if not config.api_username:
        return {"user-api-key": key}
    return {"api-key": key, "api-username": config.api_username}


def _is_forum(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or "@" in parts.netloc)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:
        return False
