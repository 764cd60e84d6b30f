"""Settings of the Bluesky source."""

from pydantic import Field, SecretStr, field_validator, model_validator

from monitor.sources.base import SourceConfig, key_field

NAME = "bluesky"


class Config(SourceConfig):
    """Where to ask, with which login, and how much in one look."""

    every_minutes: float = Field(default=2.0, ge=0.1, description="time between two looks at Bluesky, in minutes")
    appview: str = Field(default="https://public.api.bsky.app", description="address of the public reading service")
    plc: str = Field(default="https://plc.directory", description="address of the directory of identities")
    pds: str = Field(default="https://bsky.social", description="address where the login is made")
    jetstream: str = Field(
        default="wss://jetstream2.us-east.bsky.network", description="address of the stream of all posts and reposts"
    )
    stream: bool = Field(default=False, description="whether to listen to the stream, besides searching")
    identifier: str | None = Field(default=None, description="handle of the account that reads; optional")
    app_password: SecretStr | None = key_field(
        "an app password of that account, never its own", "https://bsky.app/settings/app-passwords", required=False
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the last, for posts that were indexed late"
    )
    sweep_hours: float = Field(
        default=6.0,
        ge=0,
        description="time between two looks that go back over all lookback_hours, for backdated posts; 0: none",
    )
    max_pages: int = Field(
        default=5, ge=1, le=100, description="pages of 100 quotes and of 100 reposters in one return"
    )
    max_requests: int = Field(
        default=60, ge=0, description="requests for repost records in one return to a post; the next goes on there"
    )

    @field_validator("appview", "plc", "pds", "jetstream")
    @classmethod
    def _without_slash(cls, address: str) -> str:
        return address.rstrip("/")

    @model_validator(mode="after")
    def _login_is_whole(self) -> "Config":
        if (self.identifier is None) != (self.app_password is None):
            raise ValueError("identifier and app_password go together")
        return self
