"""Writes docs/configuration.md from the configuration's own types: every key, its default, what it means.

python docs/make_configuration.py
"""

import json
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from monitor.sources.registry import SOURCES
from ui.i18n import Texts
from ui.sections import BoardSection, BrandSection, PersonSection, Settings
from ui.sight import blind_spots

FILE = Path(__file__).with_name("configuration.md")
OURS = ("monitor.", "alerts.", "graph.", "ui.")  # plug-ins describe themselves
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "file", SecretStr: "secret"}
LIMITS = (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below"))

INTRODUCTION = """\
# Configuration

<!-- made by docs/make_configuration.py: change the descriptions in the code, then run it again -->

One TOML file: `ripplewatch.toml` in the folder in which the command is started, or the file named by `--config` or by
the environment variable `RIPPLEWATCH_CONFIG`. `ripplewatch init` writes one with comments; `ripplewatch check` tells
everything that is wrong with it at once and tries what it names.

**Environment.** Every key can come from the environment, which goes over the file: `RIPPLEWATCH_` and the key in
capitals, with two underscores for each dot: `RIPPLEWATCH_NOTIFY__EMAIL__HOST`. Lists are written as JSON:
`RIPPLEWATCH_SOURCES__FEED__URLS='["https://news.example/rss"]'`.

**Secrets.** Each key of a source or a channel, and `database`, can be given as a file that holds the value:
`password_file = "secrets/mail"` instead of `password = "..."`. The path starts at the configuration's folder; every
other path, that of an SQLite database too, starts at the folder in which the command is started.

A source is crawled when its section is there, a channel is used when its section is there and a person names it. Keys
of a source that are secrets name the page where one gets them; `ripplewatch check` says which are not set.
"""


def text() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_section("Top of the file", "", Settings)]
    parts += _section("What is watched", "[[brands]]", BrandSection)
    for name, model in _models(Settings.model_fields["sources"].annotation):
        parts += _section(f"Source {name}", f"[sources.{name}]", model, _blindness(name))
    parts += _section("Fetching", "[http]", Settings.model_fields["http"].annotation)
    for name, model in _models(Settings.model_fields["rules"].annotation):
        parts += _section(f"Rules: {name}", f"[rules.{name}]", model)
    parts += _section("Who is told", "[[people]]", PersonSection)
    for name, model in _models(Settings.model_fields["notify"].annotation):
        parts += _section(f"Channel {name}", f"[notify.{name}]", model)
    parts += _section("The board", "[board]", BoardSection)
    return "\n".join(parts)


def _models(group: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """The sections inside a section, ours only."""
    for name, field in group.model_fields.items():
        model = _model(field.annotation)
        if model is not None and model.__module__.startswith(OURS):
            yield name, model


def _model(annotation: Any) -> type[BaseModel] | None:
    """The section that ``annotation`` holds, singly or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for one in get_args(annotation) if (model := _model(one)) is not None), None)


def _blindness(name: str) -> str:
    """What a source cannot see, as a sentence; empty for one that reads files, and where it sees all."""
    texts, spots = Texts("en"), blind_spots(SOURCES[name].capabilities) if SOURCES[name].online else ()
    unseen = [texts(key) if number is None else texts(key, n=number) for key, number in spots]
    return f"Cannot see: {'; '.join(unseen)}." if unseen else ""


def _section(title: str, header: str, model: Any, about: str = "") -> list[str]:
    head = [f"## {title}", "", *([f"`{header}`", ""] if header else []), *([about, ""] if about else [])]
    return [*head, "| key | type | default | meaning |", "|---|---|---|---|", *_rows(model), ""]


def _rows(model: type[BaseModel], before: str = "", place: Any = None, about: str = "") -> Iterator[str]:
    """A row for each key; ``place`` holds the defaults of a section in a section, ``about`` says what it is for."""
    for name, field in model.model_fields.items():
        inner = _model(field.annotation)
        default = getattr(place, name) if place is not None else field.get_default(call_default_factory=True)
        if inner is None:
            meaning = ": ".join(part for part in (about, field.description) if part)
            written = "**required**" if field.is_required() and place is None else _written(default, "`")
            yield _row(before + name, _kind(field.annotation) + _limits(field), written, meaning)
        elif model is not Settings:  # whose sections stand on their own
            yield from _rows(inner, f"{before}{name}.", default, field.description or "")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (f"`{cells[0]}`", *cells[1:])) + " |"


def _kinds(annotation: Any) -> list[Any]:
    """What stands in a union, without None."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [kind for one in get_args(annotation) for kind in _kinds(one) if kind is not NoneType]
    return [annotation]


def _kind(annotation: Any) -> str:
    return " or ".join(_one_kind(kind) for kind in _kinds(annotation))


def _one_kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(f"`{_written(value)}`" for value in get_args(kind))
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        return f"table, by name, of {_kind(get_args(kind)[1])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(f"`{member.name}`" for member in kind)
    return WORDS[kind]


def _limits(field: FieldInfo) -> str:
    found = {name: getattr(one, name) for one in field.metadata for name, _ in LIMITS if hasattr(one, name)}
    told = [f"{words} {found[name]:,}" for name, words in LIMITS if name in found]
    return f", {' and '.join(told)}" if told else ""


def _written(value: Any, quote: str = "") -> str:
    """``value`` as it stands in the file."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f"{quote}[{', '.join(_written(one) for one in value)}]{quote}"
    if isinstance(value, float):
        return f"{quote}{value:g}{quote}"
    return f"{quote}{json.dumps(value, ensure_ascii=False)}{quote}"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
