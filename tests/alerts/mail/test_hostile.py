"""Every post, name and address is written by a stranger: none of it may become markup, a header or a link."""

import email
import email.policy
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alerts.casefile import CaseFile, SilentSource
from alerts.domain import Delivery, Judgement, Person, Truth
from alerts.messages.render import render
from alerts.messages.wording import safe_to_open
from alerts.notifiers.console import Config as ConsoleConfig
from alerts.notifiers.console import ConsoleNotifier
from alerts.notifiers.email import Config, EmailNotifier
from monitor.clock import RecordedClock
from monitor.plain_text import one_line

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'></a><a href='javascript:x'>"
HEADERS = "guitar\r\nBcc: everyone@northline.example\r\n\r\n<b>body</b>"
TURNED = "\u202egnp.exe\u2066\u200f\u061c"
HUGE = "h" * 10_000
ZALGO = "g" + "\u0301" * 500
TEMPLATE = "{{ 7*7 }}{% include '/etc/passwd' %}{brand}{0}%s"
LONE = "\ud800 half a pair"
HEADER_NAMES = {
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
}

anything = st.one_of(
    st.sampled_from([MARKUP, HEADERS, TURNED, HUGE, ZALGO, TEMPLATE, LONE, "", "\x00\x1b[31m\u2028"]),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=80),
)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Structure(HTMLParser):
    """The tags and attributes of a page, without its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def poisoned(case: CaseFile, text: str) -> CaseFile:
    """``case`` with ``text`` wherever a stranger or a careless person could have written it."""
    claim = replace(case.claim, text=text, author=case.claim.author._replace(id=text), language=text)
    claim = replace(claim, assessment=replace(claim.assessment, reason=text, language=text))
    part = replace(case.incident.latest[0].parts[0], note=text)
    finding = replace(case.incident.latest[0], parts=(part,))
    return replace(
        case,
        incident=replace(
            case.incident,
            brand=text,
            title=text,
            owner=text,
            acked_by=text,
            acked_at=case.now,
            latest=(finding,),
            judgements=(Judgement(case.claims[0].key, Truth.false, text, case.now, text, text),),
        ),
        claims=tuple(replace(each, quote=text, post=claim) for each in case.claims),
        unread={text: 12},
        brand_title=text,
        claim=claim,
        origin=replace(case.origin, handle=text, display_name=text),
        by_language={text: 3},
        carriers=tuple(replace(each, handle=text, display_name=text) for each in case.carriers),
        examples=tuple(replace(each, text=text, author=each.author._replace(id=text)) for each in case.examples),
        sites=tuple(replace(each, source=text) for each in case.sites),
        silent=(SilentSource(text, case.now, text),),
        reconstruction=text or None,
        growth=(),  # the picture holds figures only
    )


def harmless(text: str) -> bool:
    """Nothing that steers a terminal, breaks a line or turns the direction of writing."""
    return not any(
        unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"} for mark in text.replace("\n", "")
    ) and not any(
        mark in "\u200b\u200e\u200f\u061c\u2028\u2029" or "\u202a" <= mark <= "\u202e" or "\u2066" <= mark <= "\u2069"
        for mark in text
    )


@given(text=anything, language=st.sampled_from(["en", "zh", "ko", "te"]), kind=st.sampled_from(["level", "resolved"]))
@example(text=MARKUP, language="en", kind="level")
@example(text=HEADERS, language="en", kind="level")
@example(text=HUGE, language="te", kind="resolved")
@quick
def test_no_text_changes_the_structure_of_the_message(text, language, kind, case, delivery: Delivery) -> None:
    person = Person("Mina", "mina@northline.example", language=language)
    message = render(poisoned(case, text), kind, person, delivery, "https://board.northline.example")
    assert len(message.subject) <= 70
    assert "\n" not in message.subject
    assert harmless(message.subject)
    assert harmless(message.text)
    assert len(message.text) < 12_000
    page = Structure(message.html)
    plain = Structure(render(poisoned(case, "calm"), kind, person, delivery, "https://board.northline.example").html)
    label = ["p", "b"] if not one_line(text, 300) else []  # an empty label is none
    assert sorted(page.tags + label) == sorted(plain.tags)
    assert page.attributes == plain.attributes
    assert all(link.startswith(("https://social.northline", "https://board.northline")) for link in page.links)


@given(text=anything)
@quick
def test_no_text_becomes_a_header(text, case, delivery: Delivery) -> None:
    person = Person(text, "mina@northline.example")
    message = render(poisoned(case, text), "level", person, replace(delivery, incident=text, recipient=text))
    config = Config(host="localhost", security="none", sender="Ripplewatch <alerts@northline.example>")
    sender = EmailNotifier(config, RecordedClock(case.now))
    mail = email.message_from_bytes(
        sender._mail(message, person, sender_addresses(person)).as_bytes(), policy=email.policy.default
    )
    assert sorted(mail.keys()) == sorted(HEADER_NAMES)
    assert [address.addr_spec for address in mail["To"].addresses] == ["mina@northline.example"]
    assert harmless(str(mail["Subject"]))


def sender_addresses(person: Person):
    from alerts.notifiers.email import _recipients

    return _recipients(person)


@given(text=anything)
@quick
def test_no_text_steers_the_terminal(text, case, delivery: Delivery) -> None:
    stream = StringIO()
    person = Person(text)
    ConsoleNotifier(ConsoleConfig(), stream).send(render(poisoned(case, text), "level", person, delivery), person)
    assert harmless(stream.getvalue())


@given(text=anything, limit=st.integers(1, 100))
@quick
def test_one_line_keeps_its_promise(text, limit) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert harmless(line)
    assert "\n" not in line
    line.encode()
    assert one_line(line, limit) == line


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//northline.example",
        "https://",
        "https://bank.example@evil.example/",
        "https://northline.example/\r\nBcc: x",
        'https://northline.example/"onmouseover="x',
        "https://northline.example/\u202egnp",
        "https://[::1",
        "https://northline.example:99999/",
        "https://northline.example/" + "x" * 2000,
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_an_odd_address_is_never_a_link(address, case, delivery) -> None:
    assert safe_to_open(address) is None
    odd = replace(case, examples=(replace(case.examples[0], url=address),))
    message = render(odd, "level", Person("Mina"), delivery)
    assert Structure(message.html).links == ["cid:chart"]
    if address:
        assert "no safe link" in message.text


@pytest.mark.parametrize(
    "address", ["https://a.example/x?y=1&z=%20#f", "http://例子.example/路", "https://[2001:db8::1]/"]
)
def test_an_ordinary_address_stays_one(address) -> None:
    assert safe_to_open(address) == address


def test_addresses_inside_a_post_do_not_become_links_of_the_mail_program(case, delivery) -> None:
    lure = replace(case.examples[0], text="refund here: HTTPS://phish.example/northline or www.phish.example now")
    message = render(replace(case, claim=lure, examples=(lure,)), "level", Person("Mina"), delivery)
    assert "phish" not in message.text
    assert "phish" not in message.html
    assert "refund here: [↗] or [↗] now" in message.text
