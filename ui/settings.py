"""The configuration: one TOML file, the environment over it, secrets from files; every mistake told at once.

This is the only file that reads the environment or a configuration file.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator

from alerts.domain import Level, Person
from alerts.notifiers.registry import NOTIFIERS
from alerts.pipeline import PipelineConfig
from monitor.domain import Brand
from monitor.errors import ConfigurationError, Problem
from monitor.http import HttpConfig
from monitor.sources.base import SourceConfig
from monitor.sources.registry import SOURCES

DEFAULT_PATH = Path("ripplewatch.toml")
PREFIX = "RIPPLEWATCH_"
NOT_SETTINGS = {"RIPPLEWATCH_CONFIG", "RIPPLEWATCH_DATA"}


def known_zone(value: str) -> str:
    """``value`` where it names a time zone; raises ValueError where it does not."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Berlin") from error
    return value


class Section(BaseModel):
    """A part of the configuration: unknown keys are mistakes, and nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BrandSection(Section):
    """One watched brand."""

    title: str = Field(min_length=1, description="the brand's name as people see it on the board")
    id: str = Field(
        default="", pattern=r"^[a-z0-9-]*$", description="short name for files; made from the title if empty"
    )
    names: tuple[str, ...] = Field(default=(), description="names that posts use; the title if empty")
    handles: tuple[str, ...] = Field(default=(), description="the brand's own accounts, without @")
    hashtags: tuple[str, ...] = Field(default=(), description="without #")
    products: tuple[str, ...] = Field(default=(), description="product names that stand for the brand")
    required: tuple[str, ...] = Field(default=(), description="one of these words must stand in the post, too")
    forbidden: tuple[str, ...] = Field(default=(), description="none of these words may stand in the post")
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
            required=self.required,
            forbidden=self.forbidden,
            everything=self.everything,
        )


class PersonSection(Section):
    """Somebody who can be told."""

    name: str = Field(min_length=1, description="as shown in the history of an incident")
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", description="address for the channel email")
    min_level: str = Field(
        default="escalate", pattern="^(watch|review|escalate|crisis)$", description="told from here up"
    )
    language: str = Field(default="en", pattern="^(en|zh|ko|te)$", description="of the messages")
    time_zone: str | None = Field(default=None, description="of the times in messages; the common one if not given")
    channels: tuple[str, ...] = Field(default=("email",), description="notifiers to use: email, console")

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
    language: str = Field(default="en", pattern="^(en|zh|ko|te)$", description="of the board")
    time_zone: str = Field(default="UTC", description="of the board and the mails, such as Europe/Berlin")
    tick_seconds: float = Field(default=60.0, ge=1, description="time between two looks at what was collected")
    brands: tuple[BrandSection, ...] = Field(default=(), description="what is watched")
    people: tuple[PersonSection, ...] = Field(default=(), description="who is told")
    http: HttpConfig = Field(default_factory=HttpConfig, description="how the crawlers behave")
    sources: SourcesSection = Field(default_factory=SourcesSection, description="where posts come from")
    rules: PipelineConfig = Field(
        default_factory=PipelineConfig, description="when an incident opens, rises and closes"
    )
    notify: NotifySection = Field(default_factory=NotifySection, description="how people are told")
    board: BoardSection = Field(default_factory=BoardSection, description="the alert board")

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


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and the file they came from; no file: the defaults."""

    settings: Settings
    path: Path | None


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Loaded:
    """The settings of ``path``, under those of the environment; default: $RIPPLEWATCH_CONFIG, else ripplewatch.toml.

    Raises ConfigurationError with everything that is wrong.
    """
    env = os.environ if environment is None else environment
    chosen = path or (Path(env["RIPPLEWATCH_CONFIG"]) if env.get("RIPPLEWATCH_CONFIG") else None)
    if chosen is None and DEFAULT_PATH.is_file():
        chosen = DEFAULT_PATH
    where = str(chosen) if chosen else "environment"
    values = _read(chosen) if chosen else {}
    problems = [*_overlay(values, env), *_resolve_secret_files(values, chosen.parent if chosen else Path())]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems.extend(_explain(error))
        raise ConfigurationError(problems, where) from error
    problems.extend(_cross_check(settings))
    if problems:
        raise ConfigurationError(problems, where)
    return Loaded(settings, chosen)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        problem = Problem("file", "does not exist; write one with: ripplewatch init")
        raise ConfigurationError([problem], str(path)) from error
    except OSError as error:
        raise ConfigurationError([Problem("file", f"cannot be read: {error.strerror}")], str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError([Problem("file", f"is not valid TOML: {error}")], str(path)) from error


def _overlay(values: dict[str, Any], env: Mapping[str, str]) -> list[Problem]:
    """Write ``RIPPLEWATCH_NOTIFY__EMAIL__PASSWORD`` over ``notify.email.password``; returns what names no setting."""
    problems = []
    for name in sorted(env):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        keys = name.removeprefix(PREFIX).lower().split("__")
        if keys[0] not in Settings.model_fields:
            problems.append(Problem(name, f"environment variable names no setting{_similar(keys[0], Settings)}"))
            continue
        place = values
        for key in keys[:-1]:
            below = place.setdefault(key, {})
            if not isinstance(below, dict):
                problems.append(Problem(name, f"{key!r} is a list or a value in the file; set it there"))
                break
            place = below
        else:
            place[keys[-1]] = env[name]
    return problems


def _resolve_secret_files(values: dict[str, Any], folder: Path) -> list[Problem]:
    """Replace each ``x_file`` of sources and channels by ``x``, the file's content; returns what could not be read."""
    problems = []
    for group, registry in (("sources", SOURCES), ("notify", NOTIFIERS)):
        sections = values.get(group)
        if not isinstance(sections, dict):
            continue
        for name, section in sections.items():
            spec = registry.get(name)
            if spec is None or not isinstance(section, dict):
                continue
            fields = spec.config.model_fields
            for key in [k for k in section if k.endswith("_file") and k not in fields and k[:-5] in fields]:
                problems.extend(_secret(section, key, folder, f"{group}.{name}"))
    return problems


def _secret(section: dict[str, Any], key: str, folder: Path, where: str) -> list[Problem]:
    path = folder / str(section.pop(key))
    if key[:-5] in section:
        return [Problem(f"{where}.{key}", f"set either {key} or {key[:-5]}, not both")]
    try:
        section[key[:-5]] = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        section[key[:-5]] = "unreadable"
        return [Problem(f"{where}.{key}", f"cannot read {path}: {getattr(error, 'strerror', None) or error}")]
    return []


def _explain(error: ValidationError) -> list[Problem]:
    problems = []
    for item in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"is no setting{_similar(str(item['loc'][-1]), _model_at(item['loc'][:-1]))}"
        problems.append(Problem(key, message[0].lower() + message[1:]))
    return problems


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel]:
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def _similar(name: str, model: type[BaseModel]) -> str:
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; possible here: {', '.join(sorted(model.model_fields))}"


def _cross_check(settings: Settings) -> list[Problem]:
    problems = []
    brands = settings.watched()
    for position, brand in enumerate(brands):
        if brand.id in {other.id for other in brands[:position]}:
            problems.append(
                Problem(f"brands.{position}.id", f"{brand.id!r} is used twice; give one of them another id")
            )
    for position, person in enumerate(settings.team()):
        for channel in person.channels:
            if channel not in NOTIFIERS:
                known = ", ".join(sorted(NOTIFIERS))
                problems.append(Problem(f"people.{position}.channels", f"{channel!r} is no channel; known: {known}"))
            elif channel not in settings.notifier_configs():
                problems.append(Problem(f"people.{position}.channels", f"[notify.{channel}] is not set up"))
        if "email" in person.channels and not person.email:
            problems.append(Problem(f"people.{position}.email", f"{person.name} is told by email but has no address"))
    return problems
