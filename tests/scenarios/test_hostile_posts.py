"""Strangers write every post: from the archive to the case file, the mail and the log nothing of it takes effect."""

import email
import email.policy
import io
import unicodedata
from datetime import timedelta

import pytest
import structlog

from monitor.clock import RecordedClock
from ui.i18n import Texts
from ui.logs import harmless
from ui.markup.card import card
from ui.runtime import case_reader, open_replay, outbox
from ui.settings import Settings
from ui.stores import Stores

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HEADERS = "\r\nBcc: everyone@northline.example\r\n"
TURNED = "\u202egnp.exe\u2066\x1b[31m\x00"
TEMPLATE = "{{ 7*7 }}{% include 'x' %}{brand}{0}%s"
QUERY = "'); DROP TABLE post; --"
NASTY = f"Northline Air broke my harp, shameful! {MARKUP}{HEADERS}{TURNED}{TEMPLATE}{QUERY}"


@pytest.fixture(scope="module")
def story(kit):
    tale = kit.Story(6)
    tale.ordinary(kit.START, 20)
    root = tale.outbreak(kit.START + timedelta(hours=15), 90, 60, NASTY, name=f"x{MARKUP[:60]}{QUERY}")
    for record in tale.records:
        if record["author"]["id"].startswith("x<"):
            record["author"]["name"] = f"{MARKUP}{HEADERS}{TURNED}{TEMPLATE}"
    at = (kit.START + timedelta(hours=15, minutes=30)).isoformat()
    for number, text in enumerate((NASTY * 50, "\ud800 Northline Air", "Northline Air " + "z" * 300_000)):
        tale.add("quote", kit.START + timedelta(hours=15, minutes=31 + number), f"w{number}", text, root=root)
    wrong = [
        {"source": "micro", "id": {"$gt": ""}, "kind": "post", "author": {"id": "a"}, "created_at": at, "text": "x"},
        {"source": "micro", "id": "future", "kind": "post", "author": {"id": "a"}, "created_at": "9999-99-99"},
        {"source": "micro", "id": "self", "kind": "repost", "author": {"id": "a"}, "created_at": at, "root": "self"},
        {"source": "micro", "id": "deep", "kind": "post", "author": {"id": "a", "followers": -1e400}, "created_at": at},
    ]
    return [*sorted(tale.records, key=lambda record: record["created_at"]), *wrong]


@pytest.fixture(scope="module")
def caught(kit, story, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'hostile.db'}"
    ((incident, _),) = kit.replayed(url, story)
    stores = Stores(url)
    yield stores, incident, case_reader(stores, (kit.BRAND,)).read(incident, kit.START + timedelta(hours=17))
    stores.close()


def test_the_case_is_caught_and_its_words_are_kept_as_words(caught):
    stores, incident, case = caught
    assert 90 < case.size < 110
    assert MARKUP in case.claim.text, "nothing is lost, it is only never markup"
    assert "\x00" not in case.claim.text
    assert "\u202e" not in case.claim.text
    assert stores.posts.counts()["posts"] > 60, "no text was run as a query"
    assert all(unicodedata.category(sign) not in {"Cc", "Cf"} for sign in incident.title)


def test_the_card_holds_no_markup_of_theirs(caught):
    _, _, case = caught
    html = str(card(case, Texts("en")))
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "&lt;script" in html, "it is shown as what it is"
    assert "{{ 7*7 }}" in html


def test_the_mail_has_only_our_headers_and_the_log_only_whole_lines(kit, story, start_server, fresh_url):
    server = start_server("starttls")
    mail = {"host": "127.0.0.1", "port": server.port, "username": "alerts", "password": "correct horse battery"}
    mail |= {"sender": "alerts@northline.example", "ca_file": str(server.ca_file)}
    people = [{"name": "Mina", "email": "mina@northline.example", "min_level": "watch"}]
    settings = Settings.model_validate({"notify": {"email": mail}, "people": people})
    with open_replay(fresh_url("mail.db"), settings, (kit.BRAND,), kit.EVERY, people=settings.team()) as run:
        last = run.replay.run(kit.recording(story).events()).last_at
        assert outbox(run.stores, settings, (kit.BRAND,), RecordedClock(last)).deliver(last).problems == ()
        (incident,) = run.stores.incidents.recent()
    assert {tuple(taken.recipients) for taken in server.mails} == {("mina@northline.example",)}
    for taken in server.mails:
        message = email.message_from_bytes(taken.content, policy=email.policy.default)
        assert "Bcc" not in message
        assert "<script" not in message.get_body(("html",)).get_content()
        assert "\x1b" not in message.get_body(("plain",)).get_content()

    lines = io.StringIO()
    structlog.wrap_logger(
        structlog.PrintLogger(lines), processors=[harmless, structlog.processors.KeyValueRenderer()]
    ).warning("incident opened", id=incident.id, title=NASTY)
    assert len(lines.getvalue().splitlines()) == 1
    assert "\x1b" not in lines.getvalue()
