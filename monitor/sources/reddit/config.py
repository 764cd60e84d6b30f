"""Settings of the Reddit source."""

import re

from pydantic import Field, SecretStr, field_validator, model_validator

from monitor.sources.base import SourceConfig, key_field

NAME = "reddit"
APPS = "https://www.reddit.com/prefs/apps"
_COMMUNITY = re.compile(r"[A-Za-z0-9_]{2,23}")


class Config(SourceConfig):
    """Where to ask, with which app, and which communities are read whole."""

    every_minutes: float = Field(default=5.0, ge=0.1, description="time between two looks at Reddit, in minutes")
    base_url: str = Field(default="https://oauth.reddit.com", description="address of the API")
    login_url: str = Field(default="https://www.reddit.com", description="address where the app logs in")
    client_id: SecretStr | None = key_field("the id of an app of the kind script or web app", APPS)
    client_secret: SecretStr | None = key_field("the secret of that app", APPS)
    username: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,20}$",
        description="name of the Reddit account that answers for the app, without u/; Reddit wants it in every request",
    )
    communities: tuple[str, ...] = Field(
        default=(),
        description="names of communities whose new posts and comments are all read; comments are found only there",
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=30.0, ge=0, description="how far each look goes back behind the last, for what was listed late"
    )
    max_more: int = Field(
        default=3, ge=0, le=50, description="requests for folded comments, a hundred each, in one return to a post"
    )

    @field_validator("communities")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = [name.strip().strip("/").removeprefix("r/") for name in value]
        if wrong := [name for name in names if not _COMMUNITY.fullmatch(name)]:
            raise ValueError(f"not the name of a community: {wrong[0][:50]!r}")
        return tuple({name.casefold(): name for name in names}.values())

    @model_validator(mode="after")
    def _somebody_answers(self) -> "Config":
        if self.enabled and self.client_id is not None and not self.username:
            raise ValueError("username is missing: Reddit refuses programs that do not say who runs them")
        return self
