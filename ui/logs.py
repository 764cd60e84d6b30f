"""Logging: one line an event on standard error, no line break or control character out of strangers' words."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from monitor.plain_text import one_line

LONGEST = 500


def log_to_standard_error() -> None:
    """Let every ``structlog`` logger write plain lines to standard error."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            harmless,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=_to_standard_error,
    )


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Writes where standard error goes at that moment, not where it went at the start."""
    return structlog.PrintLogger(sys.stderr)


def harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every value that is text on one line, without control characters, cut at 500 characters."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = one_line(value, LONGEST)
    return event
