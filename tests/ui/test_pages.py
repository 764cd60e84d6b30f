"""Each page in Streamlit's own test run: with data, empty, and with a broken database."""

import sqlite3
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import ui
from alerts.domain import Status, Verdict
from monitor.recording import META_KEY, KnownMoment, RecordingLabel
from ui.i18n import Texts
from ui.runtime import open_services
from ui.stores import Stores

BOARD = str(Path(ui.__file__).parent / "board.py")
SLOW = 30  # seconds; a busy machine


def alerts_page(services, texts, who):
    import streamlit as st

    from ui import components
    from ui.views import alerts

    alerts.render(services, texts, who, lambda id: st.markdown(f"open {id}"))
    components.said()


def case_page(services, texts, who, id):
    import streamlit as st

    from ui.views import case

    case.render(services, texts, who, id, lambda: st.markdown("back"))


def alerts(services, who="Ada", language="en"):
    return AppTest.from_function(alerts_page, args=(services, Texts(language), who), default_timeout=SLOW).run()


def case(services, id, who="Ada", language="en"):
    return AppTest.from_function(case_page, args=(services, Texts(language), who, id), default_timeout=SLOW).run()


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def board(monkeypatch, url, *more):
    monkeypatch.setattr(sys, "argv", ["board.py", "--db", url, *more])
    return AppTest.from_file(BOARD, default_timeout=SLOW).run()


def press(app, key):
    return next(button for button in app.button if button.key == key).click().run()


def broken(url):
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        other.execute("DROP TABLE incident_log")
        other.execute("DROP TABLE finding")
        other.execute("DROP TABLE incident")
    other.close()


def test_alerts_with_data(services):
    app = alerts(services)
    assert not app.exception
    shown = html(app)
    for words in ("Broken guitar, repair refused", "앱 로그인이 안 돼요", "bluesky has sent nothing", "Cold soup"):
        assert words in shown
    assert shown.index("not an all-clear") < shown.index("Broken guitar")


def test_alerts_in_an_empty_database(empty_services):
    app = alerts(empty_services)
    assert not app.exception
    assert "No data is not an all-clear" in html(app)
    assert [box.value for box in app.selectbox] == ["watch", "everyone"]


@pytest.mark.parametrize("page", [alerts, lambda services: case(services, "guitar-1")])
def test_a_broken_database_says_what_is_wrong_and_offers_to_try_again(services, full_url, page):
    broken(full_url)
    app = page(services)
    assert not app.exception
    assert "The board cannot read its data" in html(app)
    assert [button.key for button in app.button][-1] == "retry"


def test_acknowledge(services):
    app = press(alerts(services), "escalate-strong-acknowledge-guitar-1")
    assert not app.exception
    assert services.incidents.get("guitar-1").acked_by == "Ada"
    assert "Acknowledged by Ada" in html(app)
    assert "Acknowledged." in app.toast[0].value
    assert not [button for button in app.button if button.key == "escalate-strong-acknowledge-guitar-1"]


def test_what_somebody_else_did_first_is_told_and_not_overwritten(services):
    app = alerts(services)
    services.acknowledge("guitar-1", "Mina")
    app = press(app, "escalate-strong-acknowledge-guitar-1")
    assert "That was not done" in app.toast[0].value
    assert services.incidents.get("guitar-1").acked_by == "Mina"


def test_assign(services):
    app = alerts(services)
    app.text_input(key="owner-guitar-1").set_value("Mina *M*").run()
    app = press(app, "assign-do-guitar-1")
    assert services.incidents.get("guitar-1").owner == "Mina *M*"
    assert "Mina \\*M\\*" in app.toast[0].value


def test_snooze(services):
    app = press(alerts(services), "snooze-4-guitar-1")
    assert "Snoozed (1)" in [expander.label for expander in app.expander]
    assert services.incidents.get("guitar-1").snoozed_until is not None


def test_not_a_crisis_needs_a_reason(services):
    app = press(alerts(services), "dismiss-do-guitar-1")
    assert [warning.value for warning in app.warning] == ["Write the reason first."]
    assert services.incidents.get("guitar-1").status is Status.open
    app.text_area(key="reason-guitar-1").set_value("fans of a rival").run()
    app.radio(key="verdict-guitar-1").set_value("ours").run()
    app = press(app, "dismiss-do-guitar-1")
    incident = services.incidents.get("guitar-1")
    assert (incident.status, incident.verdict) == (Status.resolved, Verdict.ours)
    assert "Closed lately (2)" in [expander.label for expander in app.expander]


def test_resolve(services):
    app = press(alerts(services), "resolve-do-guitar-1")
    assert services.incidents.get("guitar-1").verdict is Verdict.crisis
    assert not app.exception


def test_filters(services):
    app = alerts(services)
    app.selectbox(key="filter-level").set_value("crisis").run()
    assert "3 open alerts are hidden" in html(app)
    app.selectbox(key="filter-level").set_value("watch").run()
    app.selectbox(key="filter-brand").set_value("kestrel").run()
    assert "Broken guitar" not in html(app)


def test_without_a_name_nothing_can_be_done(services):
    app = alerts(services, who="")
    assert all(button.disabled for button in app.button if "acknowledge" in button.key)
    assert app.text_input(key="who-here").label.startswith("Write your name first")


def test_case_with_data(services):
    app = case(services, "guitar-1")
    assert not app.exception
    shown = html(app)
    for words in (
        "643 posts and reposts by 643 accounts",
        "@gatewatch",
        "raised to escalate",
        "a first look was due at",
    ):
        assert words in shown
    assert len(app.get("vega_lite_chart")) == 3
    assert "340 of 640 drawn" in shown


def test_case_of_one_post(services):
    app = case(services, "hostile-1")
    assert not app.exception
    assert "No repost of this case is known" in html(app)
    assert "<script>" not in html(app)


def test_the_typical_posts_can_be_chosen(services):
    app = case(services, "guitar-1")
    newest = html(app)
    app.segmented_control(key="posts-which").set_value("typical").run()
    assert html(app) != newest


def test_an_unknown_case_is_said_to_be_unknown(services):
    assert "There is no case &lt;b&gt;" in html(case(services, "<b>"))


def test_case_without_a_choice_offers_all(services, empty_services):
    app = case(services, None)
    assert app.selectbox(key="case-choice").value == "guitar-1"
    assert "Choose one on the alerts page." in html(case(empty_services, None))


@pytest.mark.parametrize("language", ["zh", "ko", "te"])
def test_the_pages_speak_other_languages(services, language):
    for app in (alerts(services, language=language), case(services, "guitar-1", language=language)):
        assert not app.exception
        assert "posts and reposts" not in html(app)


def test_the_whole_board_shows_alerts_first_and_counts_them(monkeypatch, full_url):
    app = board(monkeypatch, full_url, "--who", "Ada", "--time-zone", "Asia/Seoul")
    assert not app.exception
    assert app.title[0].value == "Alerts"
    assert app.text_input(key="who").value == "Ada"
    assert "Asia/Seoul" in html(app)


def test_the_whole_board_over_a_file_that_is_no_database(monkeypatch, tmp_path):
    (tmp_path / "x.db").write_text("no database at all, but long enough to be looked at" * 50)
    app = board(monkeypatch, f"sqlite:///{tmp_path / 'x.db'}")
    assert not app.exception
    assert "The board cannot read its data" in html(app)


def test_the_board_opens_the_configured_database_where_none_is_named(monkeypatch, full_url, tmp_path):
    file = tmp_path / "ripplewatch.toml"
    file.write_text(f'database = "{full_url}"\n')
    monkeypatch.setattr(sys, "argv", ["board.py", f"--config={file}"])
    app = AppTest.from_file(BOARD, default_timeout=SLOW).run()
    assert not app.exception
    assert "guitar" in html(app)


def test_a_recorded_case_says_how_early_it_was_noticed_on_both_pages(full_url, clock, seed):
    stores = Stores(full_url)
    contact = KnownMoment(seed.NOW, "the airline answers")
    stores.meta.put(META_KEY, RecordingLabel("case", "Reconstruction of an invented case", (contact,)).to_json())
    stores.close()
    services = open_services(full_url, clock=clock)
    for app in (alerts(services), case(services, "guitar-1")):
        shown = html(app)
        assert "Reconstruction of an invented case" in shown
        assert "12 Mar 2026 13:55 UTC" in shown
        assert "<b>3 h 43 min before</b> the airline answers" in shown
