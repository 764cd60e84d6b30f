"""Settings of the GDELT source."""

from pydantic import Field

from monitor.sources.base import SourceConfig

NAME = "gdelt"


class Config(SourceConfig):
    """Where to ask, how often, and how far back."""

    every_minutes: float = Field(default=15.0, ge=0.1, description="time between two looks at GDELT, in minutes")
    base_url: str = Field(
        default="https://api.gdeltproject.org/api/v2/doc/doc", description="address of the document search"
    )
    lookback_hours: float = Field(default=24.0, gt=0, le=2160, description="how far back the first look goes, in hours")
    overlap_minutes: float = Field(
        default=60.0, ge=0, description="how far each look goes back behind the last, for articles that were seen late"
    )
    pace_seconds: float = Field(default=5.0, ge=0, description="least time between two requests; GDELT asks for 5 s")
