"""Settings of the Threads source."""

from pydantic import Field, SecretStr

from monitor.sources.base import SourceConfig, key_field

NAME = "threads"
KEY_PAGE = "https://developers.facebook.com/apps"


class Config(SourceConfig):
    """Where to ask, with which token, and how much."""

    follow_ups_per_hour: int = Field(
        default=100, ge=0, description="how often in an hour it may return to posts for their replies, in all"
    )
    base_url: str = Field(default="https://graph.threads.net/v1.0", description="address of the Threads API")
    access_token: SecretStr | None = key_field(
        "a long-lived access token with the permission threads_keyword_search; it holds for 60 days", KEY_PAGE
    )
    own_account: bool = Field(
        default=True, description="whether mentions, posts and replies of the token's own account are read, too"
    )
    queries_per_day: int = Field(
        default=2_200, ge=1, description="searches with a result in any 24 hours; the site allows 2200"
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the last, for posts that were indexed late"
    )
    reply_pages: int = Field(
        default=5, ge=1, le=100, description="pages of 100 replies that are read in one return to a post"
    )
