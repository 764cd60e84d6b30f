"""What every channel keeps to: each one registered is found and tried, also those of other packages.

A new channel needs a rig here: how to build it against a far side that behaves in a given way.
"""

import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from pydantic import BaseModel

from alerts.domain import Person
from alerts.notifiers.base import Message, Notifier
from alerts.notifiers.console import Config as ConsoleConfig
from alerts.notifiers.console import ConsoleNotifier
from alerts.notifiers.registry import NOTIFIERS
from monitor.clock import RecordedClock
from monitor.errors import DeliveryError

SECRET = "correct-horse-battery"
CLOCK = RecordedClock(datetime(2024, 5, 7, 13, 17, tzinfo=UTC))
PERSON = Person("Mina", "mina@northline.example")
MESSAGE = Message(
    subject="[ESCALATE 13:17] Northline Air: “they broke my guitar”, in the press",
    text="A complaint is spreading.\n",
    html="<p>A complaint is spreading.</p>",
    chart_png=None,
    message_id="<message.1@ripplewatch.invalid>",
    thread_id="<case.1@ripplewatch.invalid>",
)

SMTP_ANSWERS = {
    "taken": {},
    "refused": {"RCPT": "550 5.1.1 no such user, your password was correct-horse-battery"},
    "temporary": {"RCPT": "451 4.7.1 later, your password was correct-horse-battery"},
    "login": {"AUTH": "535 5.7.8 wrong: correct-horse-battery"},
    "silent": {"EHLO": ""},
}


@contextmanager
def smtp(behaviour: str) -> Iterator[int]:
    """A mail server for one connection that answers by the book but for what ``behaviour`` changes."""
    answers = {
        "EHLO": "250-northline.example\r\n250 AUTH PLAIN",
        "AUTH": "235 2.7.0 welcome",
        "MAIL": "250 OK",
        "RCPT": "250 OK",
        "RSET": "250 OK",
        "DATA": "354 go on",
        "QUIT": "221 bye",
    } | SMTP_ANSWERS[behaviour]

    def converse(line: socket.socket) -> None:
        line.sendall(b"220 northline.example ESMTP\r\n")
        with line.makefile("rb") as said:
            for raw in said:
                verb = raw[:4].decode("ascii").upper()
                if answers.get(verb):
                    line.sendall(f"{answers[verb]}\r\n".encode())
                if verb == "DATA":
                    while said.readline() != b".\r\n":
                        pass
                    line.sendall(b"250 queued\r\n")

    def serve() -> None:
        try:
            line, _ = listener.accept()
            with line:
                converse(line)
        except OSError:
            pass  # the other side hung up, which is the point of some of these

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
    thread.join(5)


@contextmanager
def email_rig(behaviour: str) -> Iterator[Notifier]:
    spec = NOTIFIERS["email"]
    with smtp(behaviour) as port:
        settings: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 0.3}
        login = {"username": "alerts", "password": SECRET, "sender": "alerts@northline.example"}
        yield spec.build(spec.config.model_validate(settings | login), CLOCK)


@contextmanager
def console_rig(behaviour: str) -> Iterator[Notifier]:
    stream = StringIO()
    if behaviour == "refused":
        stream.close()
    yield ConsoleNotifier(ConsoleConfig(), stream)


RIGS: dict[str, Callable[[str], Any]] = {"email": email_rig, "console": console_rig}
CANNOT_HAPPEN = {("console", "temporary"), ("console", "silent"), ("console", "login")}
RETRIES = {"refused": False, "login": False, "temporary": True, "silent": True}


def rig(name: str, behaviour: str) -> Any:
    assert name in RIGS, f"add a rig for the channel {name!r} to this file"
    return RIGS[name](behaviour)


def possible(behaviours: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, each) for name in NOTIFIERS for each in behaviours if (name, each) not in CANNOT_HAPPEN]


@pytest.mark.parametrize("name", NOTIFIERS)
def test_it_says_what_it_is_and_forbids_unknown_settings(name: str) -> None:
    spec = NOTIFIERS[name]
    assert spec.name == name
    assert issubclass(spec.config, BaseModel)
    assert spec.config.model_config.get("extra") == "forbid"
    with rig(name, "taken") as notifier:
        assert notifier.name == name


@pytest.mark.parametrize("name", NOTIFIERS)
def test_every_setting_is_described(name: str) -> None:
    assert all(field.description for field in NOTIFIERS[name].config.model_fields.values())


@pytest.mark.parametrize("name", NOTIFIERS)
def test_a_message_that_is_taken_returns(name: str) -> None:
    with rig(name, "taken") as notifier:
        assert notifier.send(MESSAGE, PERSON) is None


@pytest.mark.parametrize(("name", "behaviour"), possible(RETRIES))
def test_a_failure_says_in_words_whether_to_try_again(name: str, behaviour: str) -> None:
    with rig(name, behaviour) as notifier, pytest.raises(DeliveryError) as caught:
        notifier.send(MESSAGE, PERSON)
    assert caught.value.retry is RETRIES[behaviour]
    assert caught.value.reason
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) > 10


@pytest.mark.parametrize(("name", "behaviour"), possible(SMTP_ANSWERS))
def test_a_secret_is_in_no_log_and_no_error(name: str, behaviour: str, caplog, capfd) -> None:
    caplog.set_level(logging.DEBUG)
    trace = ""
    with rig(name, behaviour) as notifier:
        try:
            notifier.send(MESSAGE, PERSON)
        except DeliveryError as error:
            trace = "".join(traceback.format_exception(error, chain=True)) + repr(error)
    printed = capfd.readouterr()
    assert SECRET not in caplog.text + printed.out + printed.err + trace + repr(vars(notifier))
