"""What is wrong with a configuration, in words: the key, what it is, what was probably meant."""

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from alerts.notifiers.registry import NOTIFIERS
from monitor.errors import Problem
from ui.sections import BrandSection, PersonSection, Settings

S = TypeVar("S", bound=BaseModel)


def explained(error: ValidationError) -> Iterator[Problem]:
    """A problem for each thing that does not fit its type, or is no setting at all."""
    for item in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"is no setting{similar(str(item['loc'][-1]), _model_at(item['loc'][:-1]))}"
        yield Problem(key, message[0].lower() + message[1:])


def similar(name: str, model: type[BaseModel]) -> str:
    """The end of a sentence that names the closest setting of ``model``, or all of them."""
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; possible here: {', '.join(sorted(model.model_fields))}"


def contradictions(values: Mapping[str, Any]) -> Iterator[Problem]:
    """What does not fit together in ``values``, the raw configuration, whatever else is wrong with it."""
    brands = [(place, section.brand().id) for place, section in _usable(values, "brands", BrandSection)]
    yield from _repeated(brands, "brands", "id", "give one of them another id")
    people = _usable(values, "people", PersonSection)
    names = [(place, person.name) for place, person in people]
    yield from _repeated(names, "people", "name", "the history could not tell them apart")
    notify = values.get("notify")
    for place, person in people:
        yield from _unreachable(f"people.{place}", person, notify if isinstance(notify, Mapping) else {})


def endless_numbers(value: Any, key: str = "") -> Iterator[Problem]:
    """Every inf and nan: TOML knows them, no setting does."""
    if isinstance(value, float) and not math.isfinite(value):
        yield Problem(key, f"{value} is no number to work with")
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, below in inside:
        yield from endless_numbers(below, f"{key}.{name}" if key else str(name))


def _usable(values: Mapping[str, Any], key: str, section: type[S]) -> list[tuple[int, S]]:
    """What is right in itself in the entries of a list, with their places; the rest has been told of."""
    entries, found = values.get(key), []
    for place, entry in enumerate(entries) if isinstance(entries, list) else ():
        try:
            found.append((place, section.model_validate(_without_mistakes(entry, section))))
        except ValidationError:  # what must be there is missing
            continue
    return found


def _without_mistakes(entry: Any, section: type[BaseModel]) -> Any:
    try:
        section.model_validate(entry)
    except ValidationError as error:
        wrong = {item["loc"][0] for item in error.errors() if item["loc"]}
        return {key: value for key, value in entry.items() if key not in wrong} if isinstance(entry, dict) else entry
    return entry


def _repeated(entries: list[tuple[int, str]], group: str, key: str, advice: str) -> Iterator[Problem]:
    seen = set()
    for place, value in entries:
        if value in seen:
            yield Problem(f"{group}.{place}.{key}", f"{value!r} is used twice; {advice}")
        seen.add(value)


def _unreachable(key: str, person: PersonSection, notify: Mapping[str, Any]) -> Iterator[Problem]:
    for channel in person.channels:
        if channel not in NOTIFIERS:
            known = ", ".join(sorted(NOTIFIERS))
            yield Problem(f"{key}.channels", f"{channel!r} is no channel; known: {known}")
        elif notify.get(channel) is None:
            yield Problem(f"{key}.channels", f"{channel!r} is not set up; add [notify.{channel}]")
    if "email" in person.channels and not person.email:
        yield Problem(f"{key}.email", f"{person.name} is told by email but has no address")


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
