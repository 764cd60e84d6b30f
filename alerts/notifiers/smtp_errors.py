"""What a mail server's refusal means: whether to try again, one word for counting, and words for a person."""

import base64
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from monitor.errors import DeliveryError
from monitor.plain_text import one_line

_TEMPORARY = {421: "unavailable", 450: "mailbox busy", 451: "deferred", 452: "full", 454: "login deferred"}
_FINAL = {530: "login", 535: "login", 550: "refused", 552: "too big", 554: "refused"}


@contextmanager
def translated(host: str, secrets: Sequence[str]) -> Iterator[None]:
    """Raises DeliveryError in place of whatever smtplib and the network raise; ``secrets`` never appear in it."""
    try:
        yield
    except smtplib.SMTPException as error:  # before OSError, which it is a kind of
        raise _from_server(host, error, secrets) from None
    except OSError as error:
        raise _from_network(host, error, secrets) from None
    except UnicodeError:
        text = f"{host}: login and addresses with other than ASCII letters are not taken there"
        raise DeliveryError(text, retry=False, reason="unsupported") from None


def _from_server(host: str, error: smtplib.SMTPException, secrets: Sequence[str]) -> DeliveryError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return refused(host, error.recipients, secrets)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(host, error.smtp_code, error.smtp_error, secrets)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        if isinstance(error.__context__, OSError):  # a time-out while reading an answer hides in here
            return _from_network(host, error.__context__, secrets)
        return DeliveryError(f"{host} closed the connection", retry=True, reason="disconnected")
    return DeliveryError(f"{host}: {_public(str(error), secrets)}", retry=False, reason="unsupported")


def _from_network(host: str, error: OSError, secrets: Sequence[str]) -> DeliveryError:
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"{host}: its certificate is not trusted ({_public(error.verify_message, secrets)})"
        return DeliveryError(text, retry=True, reason="certificate")
    if isinstance(error, TimeoutError):
        return DeliveryError(f"{host} did not answer in time", retry=True, reason="time-out")
    text = f"{host} is out of reach: {_public(error.strerror or str(error), secrets)}"
    return DeliveryError(text, retry=True, reason="unreachable")


def refused(host: str, refusals: Mapping[str, tuple[int, bytes]], secrets: Sequence[str]) -> DeliveryError:
    """What to raise for addresses not taken: a retry makes sense while one of them may yet be taken."""
    code, text = min(refusals.values(), key=lambda answer: answer[0])
    return _answered(host, code, text, secrets, who=", ".join(refusals) + ": ")


def _answered(host: str, code: int, text: bytes | str, secrets: Sequence[str], who: str = "") -> DeliveryError:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    retry = not 500 <= code < 600
    reason = _TEMPORARY.get(code, "deferred") if retry else _FINAL.get(code, "refused")
    return DeliveryError(f"{host} answered {who}{code} {_public(said, secrets)}".rstrip(), retry=retry, reason=reason)


def _public(text: str, secrets: Sequence[str]) -> str:
    """``text`` on one short line without the secrets, plain or as a login would have carried them."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***").replace(base64.b64encode(secret.encode()).decode(), "***")
    return one_line(text, 200)
