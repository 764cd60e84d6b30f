"""Reading the configuration: one TOML file, the environment over it, secrets from files; every mistake told at once.

This is the only file that reads the environment or a configuration file.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alerts.notifiers.registry import NOTIFIERS
from monitor.errors import ConfigurationError, Problem
from monitor.sources.registry import PROBLEMS, SOURCES
from ui.defaults import CONFIGURATION
from ui.mistakes import contradictions, endless_numbers, explained, similar
from ui.sections import Settings

__all__ = ["Loaded", "Settings", "load"]

PREFIX = "RIPPLEWATCH_"
NOT_SETTINGS = {"RIPPLEWATCH_CONFIG", "RIPPLEWATCH_DATA"}
UNREADABLE = "unreadable"


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
    if chosen is None and CONFIGURATION.is_file():
        chosen = CONFIGURATION
    values = _read(chosen) if chosen else {}
    named, problems = _overlay(values, env)
    problems = [*PROBLEMS, *problems, *_resolve_secret_files(values, chosen.parent if chosen else Path())]
    settings = None
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems.extend(explained(error))
    told = {problem.key for problem in problems}
    problems.extend(one for one in (*contradictions(values), *endless_numbers(values)) if one.key not in told)
    if problems or settings is None:
        raise ConfigurationError([_with_origin(one, named) for one in problems], str(chosen or "environment"))
    return Loaded(settings, chosen)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        problem = Problem("file", "does not exist; write one with: ripplewatch init")
        raise ConfigurationError([problem], str(path)) from error
    except OSError as error:
        raise ConfigurationError([Problem("file", f"cannot be read: {error.strerror}")], str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError([Problem("file", f"is not valid TOML: {error}")], str(path)) from error


def _overlay(values: dict[str, Any], env: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Write ``RIPPLEWATCH_NOTIFY__EMAIL__PASSWORD`` over ``notify.email.password``.

    Returns which variable set which key, and what names no setting.
    """
    named, problems = {}, []
    for name in sorted(env):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        keys = name.removeprefix(PREFIX).lower().split("__")
        if keys[0].removesuffix("_file") not in Settings.model_fields:
            message = f"this environment variable names no setting{similar(keys[0], Settings)}"
            problems.append(Problem(name, message))
        elif not _set(values, keys, env[name]):
            problems.append(Problem(name, f"{keys[0]!r} holds a list or a value; set it in the file"))
        else:
            named[".".join(keys)] = name
    return named, problems


def _set(place: dict[str, Any], keys: list[str], text: str) -> bool:
    """Whether ``text`` could be put there."""
    for key in keys[:-1]:
        below = place.setdefault(key, {})
        if not isinstance(below, dict):
            return False
        place = below
    place[keys[-1]] = _list_or_text(text)
    return True


def _list_or_text(text: str) -> Any:
    """A JSON list or object where ``text`` is one; all else is read as its setting wants it."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _with_origin(problem: Problem, named: Mapping[str, str]) -> Problem:
    variable = named.get(problem.key)
    return Problem(problem.key, f"{problem.message} (set by {variable})") if variable else problem


def _resolve_secret_files(values: dict[str, Any], folder: Path) -> list[Problem]:
    """Replace each ``x_file`` by ``x``, the file's content; returns what could not be read.

    Done for the database and whatever sources and channels can be given.
    """
    problems = []
    if "database_file" in values:
        problems.extend(_secret(values, "database_file", folder, ""))
    for group, registry in (("sources", SOURCES), ("notify", NOTIFIERS)):
        sections = values.get(group)
        for name, section in sections.items() if isinstance(sections, dict) else ():
            if name not in registry or not isinstance(section, dict):
                continue
            fields = registry[name].config.model_fields
            for key in [k for k in section if k.endswith("_file") and k not in fields and k[:-5] in fields]:
                problems.extend(_secret(section, key, folder, f"{group}.{name}."))
    return problems


def _secret(section: dict[str, Any], key: str, folder: Path, where: str) -> list[Problem]:
    path, target = folder / Path(str(section.pop(key))).expanduser(), key.removesuffix("_file")
    if target in section:
        return [Problem(where + key, f"set either {key} or {target}, not both")]
    section[target] = UNREADABLE
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        return [Problem(where + key, f"cannot read {path}: {getattr(error, 'strerror', None) or error}")]
    if not content:
        return [Problem(where + key, f"{path} is empty")]
    section[target] = content
    return []
