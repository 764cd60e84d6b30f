"""What every channel keeps to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from alerts.domain import Person


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message: what a channel sends. Text parts are already harmless for their kind."""

    subject: str  # one line, at most 70 characters
    text: str
    html: str | None
    chart_png: bytes | None  # shown inline where the channel can; referred to as cid:chart in the HTML
    message_id: str  # <mark@domain>, stable per delivery: a repeat after a crash carries the same mark
    thread_id: str  # the message all others of the incident refer to
    facts: Mapping[str, int | str] = field(default_factory=dict)  # what it said, kept in the incident's history


class Notifier(Protocol):
    """Sends a message to one person over one channel."""

    name: ClassVar[str]

    def send(self, message: Message, person: Person) -> None:
        """Returns when the other side has taken it; raises ``DeliveryError``, which says whether to retry and why."""
