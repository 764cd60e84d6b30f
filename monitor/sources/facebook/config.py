"""Settings of the Facebook source."""

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, model_validator

from monitor.sources.base import SourceConfig, key_field

NAME = "facebook"
KEY_PAGE = "https://developers.facebook.com/apps"

PageId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,30}$")]


class Config(SourceConfig):
    """Which pages to read, and with which token. There is no search over what strangers post elsewhere."""

    every_minutes: float = Field(default=10.0, ge=0.1, description="time between two looks at the pages, in minutes")
    follow_ups_per_hour: int = Field(
        default=100, ge=0, description="how often in an hour it may return to posts for their comments, in all"
    )
    base_url: str = Field(default="https://graph.facebook.com/v25.0", description="address of the Graph API")
    access_token: SecretStr | None = key_field(
        "an access token of the page, or of a system user with Page Public Content Access for pages of others", KEY_PAGE
    )
    pages: tuple[PageId, ...] = Field(
        default=(), description="ids of the pages that are read: your own, and others where your brands are spoken of"
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the last, for posts that were shown late"
    )
    comment_pages: int = Field(
        default=5, ge=1, le=100, description="pages of 100 comments that are read in one return to a post"
    )

    @model_validator(mode="after")
    def _pages_are_there(self) -> "Config":
        if self.enabled and not self.pages:
            raise ValueError("pages is empty: name at least one page, or switch the source off")
        return self
