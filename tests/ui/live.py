"""What tests of the commands that ask sites share: real servers on the loopback interface, and their configuration."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.sites.server import Site, serve

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BRANDS = (
    '[[brands]]\ntitle = "Northline Air"\nid = "northline"\nhashtags = ["northline"]\n'
    '[[brands]]\ntitle = "Southline Rail"\nid = "southline"\nhashtags = ["southline"]\n'
)
TOLD = '[[people]]\nname = "Mina"\nchannels = ["console"]\n[notify.console]\n'


@contextmanager
def served(**sites: Site) -> Iterator[dict[str, str]]:
    """The base address of each site while they answer, by name; it is noon of 2 March 2026 there."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(serve(lambda asked, site=site: site.answer(asked, NOW)))  # type: ignore[misc]
            for name, site in sites.items()
        }


def configuration(brands: str = BRANDS, told: str = TOLD, **sources: Mapping[str, Any]) -> str:
    """A configuration with these sources, whose sites may be on this machine."""
    http = '[http]\npace_seconds = 0\nallowed_private_hosts = ["127.0.0.1"]\n'
    return brands + told + http + "".join(_section(name, settings) for name, settings in sources.items())


def _section(name: str, settings: Mapping[str, Any]) -> str:
    return f"[sources.{name}]\n" + "".join(f"{key} = {_written(value)}\n" for key, value in settings.items())


def _written(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
