"""Mails at a real SMTP server: encryption, login, refusals, and what each means for a second attempt."""

import base64
import email
import email.policy
import smtplib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.domain import Delivery, Person
from alerts.messages.render import render
from alerts.notifiers.email import Config, EmailNotifier
from monitor.clock import RecordedClock
from monitor.errors import DeliveryError

PASSWORD = "correct horse battery"


@pytest.fixture
def message(case, delivery):
    return render(case, "level", Person("Mina"), delivery)


def notifier(server: Any, now: Any, **changes: Any) -> EmailNotifier:
    settings = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": "alerts",
        "password": PASSWORD,
        "sender": "Ripplewatch <alerts@northline.example>",
        "timeout_seconds": 5,
        "ca_file": server.ca_file,
    }
    return EmailNotifier(Config.model_validate(settings | changes), RecordedClock(now))


def failure(sender: EmailNotifier, message: Any, person: Person) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        sender.send(message, person)
    return caught.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_encrypted_and_logged_in(security, start_server, message, mina, case) -> None:
    server = start_server(security)
    notifier(server, case.now, security=security).send(message, mina)
    (mail,) = server.mails
    assert (mail.encrypted, mail.login, mail.recipients) == (True, "alerts", ["mina@northline.example"])


def test_headers_hold_a_thread_together_and_stop_automatic_answers(server, message, mina, case) -> None:
    notifier(server, case.now).send(message, mina)
    mail = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
    own = "northline.example>"
    assert mail["Message-ID"] == message.message_id.replace("ripplewatch.invalid>", own)
    assert mail["References"] == mail["In-Reply-To"] == message.thread_id.replace("ripplewatch.invalid>", own)
    assert mail["Message-ID"].endswith(f"@{own}")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "Ripplewatch <alerts@northline.example>"
    assert mail["To"] == "Mina <mina@northline.example>"
    assert mail["Date"].datetime == case.now
    assert mail["Subject"] == message.subject


def test_plain_text_html_and_picture_stand_in_the_usual_tree(server, message, mina, case) -> None:
    notifier(server, case.now).send(message, mina)
    mail = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    picture = list(mail.walk())[-1]
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<chart>", "inline")
    assert picture.get_content() == message.chart_png
    assert mail.get_body(("plain",)).get_content().splitlines() == message.text.splitlines()
    assert all(len(line) <= 998 for line in server.mails[0].content.splitlines())


def test_an_untrusted_certificate_is_refused_before_the_password_is_sent(server, message, mina, case) -> None:
    error = failure(notifier(server, case.now, ca_file=None), message, mina)
    assert (error.retry, error.reason) == (True, "certificate")
    assert not server.mails


def test_a_certificate_for_another_name_is_refused(server, message, mina, case, monkeypatch) -> None:
    look_up = smtplib.socket.create_connection
    monkeypatch.setattr(smtplib.socket, "create_connection", lambda to, *a, **k: look_up(("127.0.0.1", to[1]), *a, **k))
    error = failure(notifier(server, case.now, host="mail.elsewhere.example"), message, mina)
    assert error.reason == "certificate"


def test_a_server_without_starttls_is_never_talked_to_in_the_clear(start_server, message, mina, case) -> None:
    server = start_server("none")
    error = failure(notifier(server, case.now), message, mina)
    assert (error.retry, error.reason) == (False, "unsupported")
    assert not server.mails


def test_a_wrong_password_is_final_and_not_told(server, message, mina, case) -> None:
    error = failure(notifier(server, case.now, password="hunter2-secret"), message, mina)
    assert (error.retry, error.reason) == (False, "login")
    encoded = base64.b64encode(b"hunter2-secret").decode()
    assert "535" in str(error)
    assert "hunter2-secret" not in str(error)
    assert encoded not in str(error)
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("answer", "retry", "reason"),
    [
        ("450 4.2.0 Mailbox busy", True, "mailbox busy"),
        ("451 4.7.1 Greylisted", True, "deferred"),
        ("452 4.2.2 Mailbox full", True, "full"),
        ("550 5.1.1 No such user", False, "refused"),
        ("554 5.7.1 Blocked", False, "refused"),
        ("drop", True, "disconnected"),
    ],
)
def test_what_a_refused_recipient_means(answer, retry, reason, server, message, mina, case) -> None:
    server.answers["mina"] = [answer]
    error = failure(notifier(server, case.now), message, mina)
    assert (error.retry, error.reason) == (retry, reason)


@pytest.mark.parametrize(("answer", "retry"), [("421 4.3.2 Shutting down", True), ("552 5.3.4 Too big", False)])
def test_what_a_refused_content_means(answer, retry, server, message, mina, case) -> None:
    server.after_data = [answer]
    error = failure(notifier(server, case.now), message, mina)
    assert error.retry is retry
    assert answer[:3] in str(error)


def test_after_a_partial_refusal_only_the_others_are_tried_again(server, message, case) -> None:
    server.answers["late"] = ["451 4.7.1 Greylisted"]
    desk = Person("Press desk", "early@northline.example, late@northline.example")
    sender = notifier(server, case.now)
    error = failure(sender, message, desk)
    assert error.retry
    assert "late@northline.example" in str(error)
    sender.send(message, desk)
    assert [mail.recipients for mail in server.mails] == [["early@northline.example"], ["late@northline.example"]]


def test_a_server_that_says_nothing_is_left_after_the_time_out(case, message, mina, silent_port) -> None:
    config = Config(
        host="127.0.0.1", port=silent_port, security="none", sender="a@northline.example", timeout_seconds=0.2
    )
    error = failure(EmailNotifier(config, RecordedClock(case.now)), message, mina)
    assert (error.retry, error.reason) == (True, "time-out")


def test_a_closed_port_is_worth_a_second_attempt(case, message, mina, closed_port) -> None:
    config = Config(host="127.0.0.1", port=closed_port, security="none", sender="a@northline.example")
    error = failure(EmailNotifier(config, RecordedClock(case.now)), message, mina)
    assert (error.retry, error.reason) == (True, "unreachable")


@pytest.mark.parametrize("address", [None, "", "nowhere", "a@b\r\nBcc: all@northline.example", "a b@c.example"])
def test_a_person_without_a_usable_address_is_reported_and_not_tried_again(address, server, message, case) -> None:
    error = failure(notifier(server, case.now), message, Person("Mina", address))
    assert (error.retry, error.reason) == (False, "address")
    assert "\n" not in str(error)


def test_a_name_cannot_add_a_header(server, message, case) -> None:
    person = Person('Mina"\r\nBcc: all@northline.example\r\n\r\nbody', "mina@northline.example")
    notifier(server, case.now).send(message, person)
    mail = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
    assert mail["Bcc"] is None
    assert server.mails[0].recipients == ["mina@northline.example"]


def test_the_same_delivery_keeps_its_message_id_and_another_gets_its_own(case, delivery: Delivery, mina) -> None:
    first = render(case, "level", mina, delivery)
    later = replace(case, now=case.now + timedelta(hours=1), size=4000)
    assert render(later, "level", mina, replace(delivery, attempts=3)).message_id == first.message_id
    other = render(case, "level", mina, replace(delivery, step="level:crisis"))
    assert other.message_id != first.message_id
    assert other.thread_id == first.thread_id


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"security": "none", "host": "mail.northline.example"}, "allow_plain"),
        ({"username": "alerts"}, "belong together"),
        ({"password": "x"}, "belong together"),
        ({"sender": "nobody"}, "no mail address"),
        ({"sender": "a@northline.example\nBcc: b@northline.example"}, "no mail address"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"usrname": "alerts"}, "Extra inputs"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_in_words(changes, says) -> None:
    with pytest.raises(ValidationError, match=says):
        Config.model_validate({"host": "localhost", "sender": "a@northline.example"} | changes)


def test_mail_in_the_clear_needs_this_machine_or_an_explicit_word() -> None:
    for settings in ({"host": "localhost"}, {"host": "::1"}, {"host": "mail.northline.example", "allow_plain": True}):
        Config.model_validate({"security": "none", "sender": "a@northline.example"} | settings)


def test_the_password_is_not_in_the_configuration_as_printed(server, case) -> None:
    assert PASSWORD not in repr(notifier(server, case.now)._config)


def test_probe_logs_in_and_sends_nothing(server, case) -> None:
    notifier(server, case.now).probe()
    assert not server.mails
    with pytest.raises(DeliveryError, match="535"):
        notifier(server, case.now, password="wrong").probe()
