"""Mail through any SMTP server: STARTTLS or TLS with a checked certificate, login, plain text beside HTML."""

import smtplib
import ssl
from collections import OrderedDict
from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from alerts.domain import Person
from alerts.notifiers.base import Message
from alerts.notifiers.smtp_errors import refused, translated
from monitor.clock import Clock
from monitor.errors import DeliveryError
from monitor.plain_text import one_line


class Config(BaseModel):
    """How to reach the mail server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, description="mail server")
    port: int = Field(default=587, ge=1, le=65535, description="587 with starttls, 465 with tls")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="none only towards this machine itself, or with allow_plain"
    )
    username: str | None = Field(default=None, description="login; none: the server takes mail without")
    password: SecretStr | None = Field(default=None, description="better given as password_file")
    sender: str = Field(description='address that the mails come from: "Ripplewatch <alerts@northline.example>"')
    timeout_seconds: float = Field(default=20.0, gt=0, le=300, description="for each answer of the server")
    ca_file: Path | None = Field(default=None, description="certificates to trust instead of the system's")
    allow_plain: bool = Field(default=False, description="let mails and password cross a network unencrypted")

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        _address(value)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "Config":
        if self.security == "none" and not (self.allow_plain or _is_loopback(self.host)):
            raise ValueError('security = "none" towards another machine: use "starttls", or set allow_plain = true')
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: set both or neither")
        return self


class EmailNotifier:
    """Sends each message as one mail. ``clock`` dates it: give one that tells real time, even in a replay."""

    name: ClassVar[str] = "email"

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._taken: OrderedDict[str, set[str]] = OrderedDict()  # message id -> addresses that have it, others not yet

    def send(self, message: Message, person: Person) -> None:
        """Returns when the server has taken the mail for every address of ``person``; raises DeliveryError otherwise.

        After a partial refusal, the next attempt goes to the remaining addresses only.
        """
        recipients = _recipients(person)
        mail = self._mail(message, person, recipients)
        taken = self._taken.get(message.message_id, set())
        open_recipients = [address.addr_spec for address in recipients if address.addr_spec not in taken]
        with translated(self._config.host, self._secrets()):
            refusals = self._transmit(mail, open_recipients)
        if refusals:
            self._remember(message.message_id, taken.union(open_recipients).difference(refusals))
            raise refused(self._config.host, refusals, self._secrets())
        self._taken.pop(message.message_id, None)

    def probe(self) -> None:
        """Connects, encrypts and logs in without sending anything; raises DeliveryError with what went wrong."""
        with translated(self._config.host, self._secrets()):
            server = self._connect()
            self._leave(server)

    def _transmit(self, mail: EmailMessage, recipients: list[str]) -> dict[str, tuple[int, bytes]]:
        if not recipients:
            return {}
        server = self._connect()
        try:
            return server.send_message(mail, from_addr=_address(self._config.sender).addr_spec, to_addrs=recipients)
        finally:
            self._leave(server)

    def _connect(self) -> smtplib.SMTP:
        config = self._config
        if config.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                config.host, config.port, timeout=config.timeout_seconds, context=self._trust()
            )
        else:
            server = smtplib.SMTP(config.host, config.port, timeout=config.timeout_seconds)
        try:
            self._introduce(server)
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._config.security == "starttls":
            server.starttls(context=self._trust())
        if self._config.username is not None and self._config.password is not None:
            server.login(self._config.username, self._config.password.get_secret_value())

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._config.ca_file) if self._config.ca_file else None)

    @staticmethod
    def _leave(server: smtplib.SMTP) -> None:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()  # the mail is taken or refused by now: how the server says good-bye changes nothing

    def _secrets(self) -> tuple[str, ...]:
        return (self._config.password.get_secret_value(),) if self._config.password else ()

    def _remember(self, message_id: str, taken: set[str]) -> None:
        self._taken[message_id] = taken
        while len(self._taken) > 1000:
            self._taken.popitem(last=False)

    def _at_home(self, id: str) -> str:
        """The id under the sender's own domain, as receiving servers expect; as stable as it was."""
        domain = _address(self._config.sender).domain
        mark = one_line(id, 200).strip("<>").partition("@")[0].replace(" ", "")
        return f"<{mark}@{domain if domain.isascii() else 'ripplewatch.invalid'}>"

    def _mail(self, message: Message, person: Person, recipients: Iterable[Address]) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _address(self._config.sender)
        mail["To"] = [Address(one_line(person.name, 60), addr_spec=each.addr_spec) for each in recipients]
        mail["Subject"] = one_line(message.subject, 70)
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = self._at_home(message.message_id)
        mail["In-Reply-To"] = mail["References"] = self._at_home(message.thread_id)
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(message.text, cte="quoted-printable")
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
            if message.chart_png is not None:
                page = mail.get_payload()[1]  # type: ignore[index]
                page.add_related(  # type: ignore[union-attr]
                    message.chart_png, "image", "png", cid="<chart>", disposition="inline", filename="chart.png"
                )
        return mail


def _recipients(person: Person) -> list[Address]:
    """The addresses of ``person``: one, or several with commas between them for a shared desk."""
    try:
        found = [_address(part) for part in (person.email or "").split(",") if part.strip()]
    except ValueError as error:
        raise DeliveryError(f"{one_line(person.name, 60)}: {error}", retry=False, reason="address") from error
    if not found:
        raise DeliveryError(f"{one_line(person.name, 60)} has no mail address", retry=False, reason="address")
    return found


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    local, at, domain = spec.rpartition("@")
    if not (local and at and domain) or one_line(text, 400) != text.strip() or any(mark in spec for mark in ' \t",;<>'):
        raise ValueError(f"{one_line(text, 80)!r} is no mail address")
    try:
        return Address(name, addr_spec=spec)
    except (ValueError, IndexError) as error:  # IndexError: what the parser of the standard library makes of "a@[::"
        raise ValueError(f"{one_line(text, 80)!r} is no mail address") from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
