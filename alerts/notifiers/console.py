"""Messages on the terminal: for a first try, for replays, and for logs that something else collects."""

import sys
from typing import ClassVar, TextIO

from pydantic import BaseModel, ConfigDict, Field

from alerts.domain import Person
from alerts.notifiers.base import Message
from monitor.errors import DeliveryError
from monitor.plain_text import one_line


class Config(BaseModel):
    """What is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    full: bool = Field(default=True, description="the whole message; false: its subject only")


class ConsoleNotifier:
    """Writes to standard error, so that what a command prints on standard output stays readable by programs."""

    name: ClassVar[str] = "console"

    def __init__(self, config: Config, stream: TextIO | None = None) -> None:
        self._config = config
        self._stream = stream

    def send(self, message: Message, person: Person) -> None:
        """Returns when the message is written; raises DeliveryError (no retry) where the terminal is gone."""
        lines = [f"{one_line(message.subject, 70)}  (to {one_line(person.name, 60)})"]
        if self._config.full:
            lines += [f"  {one_line(line, 400, keep_indent=True)}".rstrip() for line in message.text.splitlines()]
            lines.append("")
        stream = self._stream or sys.stderr
        try:
            stream.write("\n".join(lines) + "\n")
            stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed, or cannot show these letters
            raise DeliveryError("nothing can be written to the terminal", retry=False, reason="closed") from error
