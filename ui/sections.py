"""What can be configured: the sections of the file as types, with their defaults and meanings.

docs/configuration.md is made from here.
"""

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, field_validator

from alerts.domain import Level, Person
from alerts.notifiers.registry import NOTIFIERS
from alerts.pipeline import PipelineConfig
from monitor.domain import Brand
from monitor.http import HttpConfig
from monitor.sources.base import SourceConfig
from monitor.sources.registry import SOURCES
from ui.i18n import languages

LevelName = Literal["watch", "review", "escalate", "crisis"]


def known_language(value: str) -> str:
    """``value`` where the board speaks that language; raises ValueError where it does not."""
    if value not in languages():
        raise ValueError(f"{value!r} is not spoken here; write one of {', '.join(languages())}")
    return value


def known_zone(value: str) -> str:
    """``value`` where it names a time zone; raises ValueError where it does not."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Berlin") from error
    return value


def a_word(value: str) -> str:
    """``value`` without blanks around it; raises ValueError where there is nothing to look for in it."""
    if not value.strip(" \t\n@#"):
        raise ValueError("is empty")
    return value.strip()


Word = Annotated[str, AfterValidator(a_word)]
Words = tuple[Word, ...]


class Section(BaseModel):
    """A part of the configuration: unknown keys are mistakes, and nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BrandSection(Section):
    """One watched brand."""

    title: Word = Field(description="the brand's name as people see it on the board")
    id: str = Field(
        default="", pattern=r"^[a-z0-9-]*$", description="short name for files; made from the title if empty"
    )
    names: Words = Field(default=(), description="names that posts use; the title if empty")
    handles: Words = Field(default=(), description="the brand's own accounts, without @")
    hashtags: Words = Field(default=(), description="without #")
    products: Words = Field(default=(), description="product names that stand for the brand")
    misspellings: Words = Field(default=(), description="of the names, as people write them")
    required: Words = Field(
        default=(),
        description="one of these words must stand in the post, too; a handle or hashtag of the brand needs none",
    )
    forbidden: Words = Field(
        default=(),
        description="these words speak against the brand, the more the nearer they stand; a phrase around a name "
        "(`northline ferry`) rules out that place only",
    )
    forgiving: bool = Field(default=True, description="overlook one slip in a Latin name of seven letters or more")
    unclear: Literal["leave", "take"] = Field(
        default="leave", description="what to do with a name where no required and no forbidden word stands in the post"
    )
    everything: bool = Field(default=False, description="every post is about it (replay of a collection)")

    def brand(self) -> Brand:
        """The brand as the rest of the program knows it."""
        named = self.names or (() if self.everything else (self.title,))
        slug = self.id or re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "brand"
        return Brand(
            id=slug,
            title=self.title,
            names=named,
            handles=tuple(handle.lstrip("@") for handle in self.handles),
            hashtags=tuple(tag.lstrip("#") for tag in self.hashtags),
            products=self.products,
            misspellings=self.misspellings,
            required=self.required,
            forbidden=self.forbidden,
            forgiving=self.forgiving,
            unclear=self.unclear,
            everything=self.everything,
        )


class PersonSection(Section):
    """Somebody who can be told."""

    name: Word = Field(description="as shown in the history of an incident")
    email: str | None = Field(
        default=None, description="address for the channel email; several with commas between them for a shared desk"
    )
    min_level: LevelName = Field(default="escalate", description="told from here up")
    language: str = Field(default="en", description="of the messages: en, zh, ko, te")
    time_zone: str | None = Field(default=None, description="of the times in messages; the common one if not given")
    channels: tuple[str, ...] = Field(
        default=("email",), min_length=1, description="channels to use; each needs its section under notify"
    )

    @field_validator("email")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        for address in value.split(",") if value is not None else ():
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address.strip()):
                raise ValueError(f"{address.strip()!r} is no mail address")
        return value

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        return known_language(value)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    def person(self) -> Person:
        """The person as the rest of the program knows them."""
        level = Level[self.min_level]
        return Person(self.name, self.email, level, self.language, self.channels, self.time_zone)


class BoardSection(Section):
    """Where the alert board listens."""

    address: str = Field(default="127.0.0.1", description="interface that the board listens on")
    port: int = Field(default=8501, ge=1, le=65535, description="first port tried; the next free one is taken")
    url: str | None = Field(default=None, pattern=r"^https?://", description="address of the board in mails")


def _off(config: type[SourceConfig]) -> Any:
    return Field(default_factory=lambda: config(enabled=False), description="a source; off unless it is named here")


_SOURCES: dict[str, Any] = {name: (spec.config, _off(spec.config)) for name, spec in SOURCES.items()}
_CHANNELS: dict[str, Any] = {name: (spec.config | None, None) for name, spec in NOTIFIERS.items()}
SourcesSection = create_model("SourcesSection", __base__=Section, **_SOURCES)
NotifySection = create_model("NotifySection", __base__=Section, **_CHANNELS)


class Settings(Section):
    """All of it."""

    database: str = Field(
        default="sqlite:///ripplewatch.db", description="sqlite:///FILE or postgresql://USER@HOST/NAME"
    )
    language: str = Field(default="en", description="of the board: en, zh, ko, te")
    time_zone: str = Field(default="UTC", description="of the board and the mails, such as Europe/Berlin")
    tick_seconds: float = Field(
        default=60.0, ge=1, le=86_400, description="time between two looks at what was collected"
    )
    brands: tuple[BrandSection, ...] = Field(default=(), description="what is watched")
    people: tuple[PersonSection, ...] = Field(default=(), description="who is told")
    http: HttpConfig = Field(default_factory=HttpConfig, description="how the crawlers behave")
    sources: SourcesSection = Field(default_factory=SourcesSection, description="where posts come from")
    rules: PipelineConfig = Field(
        default_factory=PipelineConfig, description="when an incident opens, rises and closes"
    )
    notify: NotifySection = Field(default_factory=NotifySection, description="how people are told")
    board: BoardSection = Field(default_factory=BoardSection, description="the alert board")

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        return known_language(value)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    def source_configs(self) -> dict[str, SourceConfig]:
        """Configuration of each source that is switched on, by name."""
        every = {name: getattr(self.sources, name) for name in SOURCES}
        return {name: config for name, config in every.items() if config.enabled}

    def notifier_configs(self) -> dict[str, BaseModel]:
        """Configuration of each channel that is set up, by name."""
        every = {name: getattr(self.notify, name) for name in NOTIFIERS}
        return {name: config for name, config in every.items() if config is not None}

    def watched(self) -> tuple[Brand, ...]:
        """The brands, in the order of the file."""
        return tuple(section.brand() for section in self.brands)

    def team(self) -> tuple[Person, ...]:
        """The people, in the order of the file."""
        return tuple(section.person() for section in self.people)
