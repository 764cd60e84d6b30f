"""Settings of the Instagram source."""

from pydantic import Field, SecretStr, model_validator

from monitor.sources.base import SourceConfig, key_field

NAME = "instagram"
KEY_PAGE = "https://developers.facebook.com/apps"


class Config(SourceConfig):
    """Where to ask, on behalf of which professional account, and how much."""

    every_minutes: float = Field(default=15.0, ge=0.1, description="time between two looks at Instagram, in minutes")
    follow_ups_per_hour: int = Field(
        default=60, ge=0, description="how often in an hour it may return to posts for their comments, in all"
    )
    base_url: str = Field(default="https://graph.facebook.com/v25.0", description="address of the Graph API")
    access_token: SecretStr | None = key_field(
        "an access token of the page that the account is linked to, with Instagram Public Content Access for hashtags",
        KEY_PAGE,
    )
    user_id: str = Field(
        default="", pattern="^[0-9]{0,30}$", description="id of your professional Instagram account, a number"
    )
    hashtags_per_week: int = Field(
        default=30, ge=0, description="different hashtags that may be asked for in any 7 days; the site allows 30"
    )
    own_media: int = Field(
        default=25, ge=0, le=100, description="how many of the account's newest posts are looked at for new comments"
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=60.0, ge=0, description="how far each look goes back behind the last, for posts that were indexed late"
    )
    comment_pages: int = Field(
        default=5, ge=1, le=100, description="pages of 50 comments that are read in one return to a post"
    )

    @model_validator(mode="after")
    def _account_is_there(self) -> "Config":
        if self.enabled and not self.user_id:
            raise ValueError(f"user_id is missing: find the account's number at {KEY_PAGE}")
        return self
