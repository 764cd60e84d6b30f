"""Settings of the Hacker News source."""

from pydantic import Field

from monitor.sources.base import SourceConfig

NAME = "hackernews"


class Config(SourceConfig):
    """Where to ask, how much, and how far back."""

    search_url: str = Field(default="https://hn.algolia.com/api/v1", description="address of the search")
    item_url: str = Field(default="https://hacker-news.firebaseio.com/v0", description="address of the items")
    lookback_hours: float = Field(default=24.0, gt=0, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=10.0, ge=0, description="how far each look goes back behind the last, for posts that were indexed late"
    )
    searches_per_hour: int = Field(
        default=10_000, ge=1, description="requests to the search in an hour; it allows 10000 from one address"
    )
