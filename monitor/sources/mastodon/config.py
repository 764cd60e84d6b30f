"""Settings of the Mastodon source."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from monitor.sources.base import SourceConfig, key_field

NAME = "mastodon"


def _address(value: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"an address is wanted, such as {schemes[-1]}://social.example")
    return value.rstrip("/")


def _site(value: str) -> str:
    return _address(value, ("http", "https"))


def _stream(value: str | None) -> str | None:
    return None if value is None else _address(value, ("http", "https", "ws", "wss"))


class Config(SourceConfig):
    """Which server to ask, with which token, and how much in one look."""

    every_minutes: float = Field(default=3.0, ge=0.1, description="time between two looks at the server, in minutes")
    base_url: Annotated[str, AfterValidator(_site)] = Field(
        default="https://mastodon.social", description="address of the server; Mastodon or one that speaks its API"
    )
    access_token: SecretStr | None = key_field(
        "token of an account on that server that may read; without one many servers show hashtags only, some nothing",
        "https://mastodon.social/settings/applications",
        required=False,
    )
    search: bool = Field(default=True, description="whether names are searched for, too, where there is a token")
    local_only: bool = Field(default=False, description="whether only posts made on that server are wanted")
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=15.0, ge=0, description="how far each look goes back behind the last, for posts that came in late"
    )
    max_pages: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="pages of 40 posts of one term in the first look, and of quotes of a post",
    )
    max_requests: int = Field(
        default=60, ge=4, le=1000, description="requests in one return to a post; times beyond it are estimated"
    )
    stream: Literal["off", "sse", "websocket"] = Field(
        default="off", description="whether and how the server sends posts by itself; GoToSocial knows websocket only"
    )
    stream_of: Literal["hashtags", "public"] = Field(
        default="hashtags", description="what it sends: the brands' hashtags, a connection each, or all public posts"
    )
    streaming_url: Annotated[str | None, AfterValidator(_stream)] = Field(
        default=None, description="address of the streams, where it is not the one that the server itself names"
    )
