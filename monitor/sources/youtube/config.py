"""Settings of the YouTube source."""

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from monitor.sources.base import SourceConfig, key_field

NAME = "youtube"
KEY_PAGE = "https://console.cloud.google.com/apis/credentials"

ChannelId = Annotated[str, StringConstraints(pattern=r"^UC[A-Za-z0-9_-]{10,40}$")]


class Config(SourceConfig):
    """Where to ask, with which key, and how much of the daily quota."""

    every_minutes: float = Field(default=15.0, ge=0.1, description="time between two looks at YouTube, in minutes")
    follow_ups_per_hour: int = Field(
        default=60, ge=0, description="how often in an hour it may return to posts for their comments, in all"
    )
    base_url: str = Field(default="https://youtube.googleapis.com/youtube/v3", description="address of the API")
    api_key: SecretStr | None = key_field("a key of the YouTube Data API v3", KEY_PAGE)
    channels: dict[str, tuple[ChannelId, ...]] = Field(
        default_factory=dict,
        description='ids of a brand\'s own channels, whose comments are read, by brand: {northline = ["UC..."]}',
    )
    searches_per_day: int = Field(
        default=100, ge=1, description="searches in a day, spread over it; a day ends at midnight Pacific time"
    )
    units_per_day: int = Field(
        default=10_000, ge=1, description="units in a day, spread over it, for all other requests; each costs one"
    )
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=60.0, ge=0, description="how far each look goes back behind the last, for videos that were indexed late"
    )
    comment_pages: int = Field(
        default=5, ge=1, le=100, description="pages of 100 comments that are read in one return to a video"
    )
    reply_requests: int = Field(
        default=10, ge=0, description="requests for further replies to comments in one return to a video"
    )
