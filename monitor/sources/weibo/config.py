"""Settings of the Weibo source."""

from pydantic import Field, SecretStr, model_validator

from monitor.sources.base import SourceConfig, key_field

NAME = "weibo"


class Config(SourceConfig):
    """Where to ask, with which access, and how much in one look."""

    base_url: str = Field(default="https://api.weibo.com/2", description="address of the open interface")
    commercial_url: str = Field(
        default="https://c.api.weibo.com/2", description="address of the paid interface, where the search is"
    )
    access_token: SecretStr | None = key_field(
        "access token of your app at Weibo, for its account", "https://open.weibo.com/apps"
    )
    search: bool = Field(default=False, description="whether your app has the paid search of strangers' posts")
    mentions: bool = Field(default=True, description="whether posts that name the account of the token are read")
    comments: bool = Field(default=True, description="whether comments on followed posts are read")
    follow_ups_per_hour: int = Field(
        default=40, ge=0, description="how often in an hour it may return to posts for their spread, in all"
    )
    requests_per_hour: int = Field(
        default=150, ge=1, description="requests to the open interface that your app may make in an hour"
    )
    paid_requests_per_hour: int = Field(
        default=50_000, ge=1, description="requests to the paid interface that your app may make in an hour"
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the last, for posts that were indexed late"
    )
    max_pages: int = Field(
        default=10, ge=1, le=100, description="pages of 200 reposts, and of 200 comments, in one return to a post"
    )
    long_texts: int = Field(
        default=5, ge=0, description="texts that were cut off and are read whole, in one look or return"
    )

    @model_validator(mode="after")
    def _finds_something(self) -> "Config":
        if not (self.search or self.mentions):
            raise ValueError("one of search and mentions must be on")
        return self
