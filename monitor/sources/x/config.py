"""Settings of the X source."""

from typing import Literal

from pydantic import Field, SecretStr

from monitor.sources.base import SourceConfig, key_field

NAME = "x"
PORTAL = "https://developer.x.com/en/portal/dashboard"


class Config(SourceConfig):
    """Where to ask, with which key, and what it may cost: X charges for every post and account that is read."""

    every_minutes: float = Field(default=5.0, ge=0.1, description="time between two looks at X, in minutes")
    follow_ups_per_hour: int = Field(
        default=60, ge=0, description="how often in an hour it may return to posts for their spread, in all; each costs"
    )
    base_url: str = Field(default="https://api.x.com", description="address of the API")
    bearer_token: SecretStr | None = key_field("the bearer token of an app", PORTAL)
    field_generation: Literal["tweet", "post"] = Field(
        default="tweet", description="names of fields that are asked for: X renames tweet to post; both are understood"
    )
    lookback_hours: float = Field(
        default=24.0, gt=0, le=167, description="how far back the first look goes, in hours; X shows seven days"
    )
    overlap_minutes: float = Field(
        default=0.0,
        ge=0,
        le=60,
        description="how far each look goes back behind the last, in minutes; what is met again is charged again",
    )
    max_pages: int = Field(
        default=2, ge=1, le=50, description="pages of 100 reposts, quotes and replies each, in one return to a post"
    )
    max_dollars_per_day: float = Field(default=10.0, gt=0, description="the most that reading may cost in a UTC day")
    max_dollars_per_month: float = Field(
        default=150.0, gt=0, description="the most that reading may cost in a calendar month, in UTC"
    )
    share_for_returns: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="part of the daily ceiling for returns to known posts; the rest finds new ones",
    )
    dollars_per_post: float = Field(default=0.005, ge=0, description="what X charges for a post that is read")
    dollars_per_user: float = Field(default=0.010, ge=0, description="what X charges for an account that is read")
    dollars_per_count: float = Field(
        default=0.005, ge=0, description="what X charges for asking how many posts there are"
    )
