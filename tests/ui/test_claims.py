"""What the board and the command line say of claims: quoted, with their source, and never as markup."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from alerts import acts
from alerts.domain import Truth
from monitor.plain_text import one_line
from ui import cli
from ui.i18n import Texts, languages
from ui.markup import claims as markup
from ui.markup.card import card
from ui.markup.case import head, known, timeline
from ui.pages import Filters

TEXTS = Texts("en")
SLOW = 30  # seconds; a busy machine
HOSTILE = '<img src=x onerror="alert(1)">**bold** \u202eevil'


def case_page(services, texts, who, id):
    import streamlit as st

    from ui import components
    from ui.views import case

    case.render(services, texts, who, id, lambda: st.markdown("back"))
    components.said()


def opened(services, who="Ada", language="en", id="guitar-1"):
    arguments = (services, Texts(language), who, id)
    return AppTest.from_function(case_page, args=arguments, default_timeout=SLOW).run()


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app, key):
    return next(button for button in app.button if button.key == key).click().run()


def test_a_claim_is_quoted_with_its_source_and_how_often_it_is_made(services):
    page = services.case("guitar-1", "Ada")
    shown = markup.claim(page.file.claims[0], page.file, page.names, TEXTS)
    for fact in (
        "they broke my guitar and nobody at Northline Air wants to know",
        "@lowstring",
        "bluesky",
        'href="https://bluesky.example/guitar"',
        '<span class="rw-tag">English</span>',
        "in 92 posts · passed on 487 times",
        "? unverified",
        "nobody has checked it yet",
    ):
        assert fact in shown


def test_a_word_is_shown_with_who_when_and_from_where(services):
    claim = services.case("guitar-1", "Ada").file.claims[0]
    services.judge("guitar-1", Truth.false, claim, None, ("https://ramp.example/log", "left whole"), "A. Kim")
    page = services.case("guitar-1", "Ada")
    shown = markup.claim(page.file.claims[0], page.file, page.names, TEXTS)
    assert "✕ false" in shown
    assert "A. Kim, 13:55" in shown
    assert 'href="https://ramp.example/log"' in shown
    assert "left whole" in shown
    for piece in (head(page.file, TEXTS), card(page.file, TEXTS)):
        assert "✕ false" in piece
        assert "(A. Kim, 13:55)" in piece
    assert "A. Kim marked “they broke my guitar" in timeline(page.file, page.log, page.ahead, TEXTS)


def test_all_that_was_said_of_a_claim_stays_to_be_read(services):
    claim = services.case("guitar-1", "Ada").file.claims[0]
    services.judge("guitar-1", Truth.false, claim, None, ("", ""), "A. Kim")
    page = services.case("guitar-1", "Ada")
    assert markup.history(page.log, claim.keys, page.file.now, TEXTS) == ""
    services.judge("guitar-1", Truth.confirmed, claim, page.file.word_on(claim), ("ramp log", ""), "Mina")
    page = services.case("guitar-1", "Ada")
    older = markup.history(page.log, claim.keys, page.file.now, TEXTS)
    assert older.index("A. Kim: false") < older.index("Mina: confirmed (ramp log)")


def test_words_of_strangers_and_of_the_team_are_never_markup(services):
    page = services.case("guitar-1", "Ada")
    claim = replace(page.file.claims[0], quote=HOSTILE, sites=(HOSTILE, "b"), languages=(HOSTILE, "en"))
    said, entry = acts.judge(
        page.file.incident,
        Truth.false,
        HOSTILE,
        page.file.now,
        (claim.key,),
        source=f"javascript:{HOSTILE}",
        note=HOSTILE,
    )
    file = replace(page.file, incident=said, claims=(claim,), unread={HOSTILE: 3})
    pieces = (
        markup.claim(claim, file, {claim.post.author: HOSTILE}, TEXTS),
        markup.case_truth(file, TEXTS, beside="other words"),
        markup.nothing(file, TEXTS),
        markup.history([entry, entry], claim.keys, file.now, TEXTS),
        timeline(file, [entry], (), TEXTS),
        known(file, TEXTS),
        card(file, TEXTS),
    )
    for piece in pieces:
        assert "<img src=x" not in piece
        assert 'href="javascript' not in piece
        assert "\u202e" not in piece


@pytest.mark.parametrize("language", languages())
def test_what_was_not_assessed_stands_beside_every_share_in_every_language(services, language):
    texts = Texts(language)
    file = services.case("guitar-1", "Ada").file
    assert file.not_assessed == 10
    for piece in (card(file, texts), known(file, texts)):
        assert "156" in piece
        assert "es 10" in piece
    whole = replace(file, not_assessed=0, unread={})
    assert "es 10" not in card(whole, texts) + known(whole, texts)


def test_a_case_of_which_nothing_could_be_read_says_so(services):
    (hostile,) = [file for file in services.alerts(Filters(), "Ada").cards if file.incident.id == "hostile-1"]
    assert "no text could be assessed · 1 of 1 not assessed: unknown 1" in card(hostile, TEXTS)
    assert "1 of 1 not assessed: unknown 1; what those claim is not known" in markup.nothing(hostile, TEXTS)


def test_the_card_quotes_the_leading_claim_where_it_shows_other_words(services):
    file = services.case("guitar-1", "Ada").file
    assert "<q" not in markup.case_truth(file, TEXTS, beside=file.claim.text)
    assert file.claims[1].quote[:20] in markup.case_truth(replace(file, claims=file.claims[1:]), TEXTS, beside="x")


def test_a_claim_is_judged_on_the_page(services):
    app = opened(services)
    key = services.case("guitar-1", "Ada").file.claims[0].key
    app.radio(key=f"truth-{key}").set_value("false")
    app.text_input(key=f"source-{key}").set_value("ramp log")
    app = press(app, f"judge-do-{key}")
    assert not app.exception
    assert "✕ false" in html(app)
    assert [toast.value for toast in app.toast] == ["Kept as: false."]
    assert app.text_input(key=f"source-{key}").value == ""
    assert services.incidents.get("guitar-1").judgements[0].source == "ramp log"


def test_a_page_that_is_out_of_date_overwrites_nothing_and_keeps_what_was_written(services, full_url, clock):
    app = opened(services)
    claim = services.case("guitar-1", "Ada").file.claims[0]
    services.judge("guitar-1", Truth.confirmed, claim, None, ("", ""), "Mina")
    app.radio(key=f"truth-{claim.key}").set_value("false")
    app.text_input(key=f"note-{claim.key}").set_value("my note")
    app = press(app, f"judge-do-{claim.key}")
    assert "Mina has marked it as confirmed meanwhile" in app.toast[0].value
    assert app.text_input(key=f"note-{claim.key}").value == "my note"
    assert services.incidents.get("guitar-1").judgements[0].by == "Mina"


def test_the_case_as_a_whole_is_judged_on_the_page_and_outranks_its_claims(services):
    app = opened(services)
    app.radio(key="truth-whole").set_value("confirmed")
    app = press(app, "judge-do-whole")
    file = services.case("guitar-1", "Ada").file
    assert (file.truth, file.judged.by) == (Truth.confirmed, "Ada")
    assert "marked the case as a whole as confirmed" in html(app)


@pytest.mark.parametrize("language", languages())
def test_the_page_opens_in_every_language_with_and_without_claims(services, language):
    assert not opened(services, language=language).exception
    app = opened(services, language=language, id="hostile-1")
    assert not app.exception
    assert Texts(language)("claims.none") in html(app)


@pytest.fixture
def run(capsys, full_url):
    def run(*arguments):
        capsys.readouterr()
        code = cli.execute([*arguments, "--db", full_url])
        return code, *capsys.readouterr()

    return run


def listed(run):
    code, out, _ = run("claims", "guitar-1", "--json")
    assert code == 0
    (line,) = out.splitlines()
    return json.loads(line)


def test_the_command_line_lists_claims_with_source_and_truth(run):
    document = listed(run)
    first = document["claims"][0]
    assert (document["truth"], document["set"], document["not_assessed_languages"]) == ("unverified", None, {"es": 10})
    assert first["quote"].startswith("they broke my guitar")
    assert (first["first"]["account"], first["first"]["site"], first["first"]["language"]) == (
        "lowstring",
        "bluesky",
        "en",
    )
    code, out, _ = run("claims", "guitar-1")
    assert code == 0
    assert "10 of 156 texts not assessed: es" in out
    assert "92 posts, 487 reposts; unverified" in out


def test_the_command_line_sets_the_truth_and_says_what_stood_there(run, full_url):
    key = listed(run)["claims"][0]["key"]
    code, out, _ = run("truth", "guitar-1", "false", "--by", "A. Kim", "--claim", key[:6], "--source", "ramp log")
    assert (code, "is false, says A. Kim." in out) == (0, True)
    document = listed(run)
    assert (document["truth"], document["set"]["by"], document["set"]["source"]) == ("false", "A. Kim", "ramp log")

    code, _, err = run("truth", "guitar-1", "confirmed", "--by", "Jo", "--claim", key)
    assert code == 1
    assert "A. Kim has marked it as false meanwhile" in err
    assert "--replace" in err
    assert listed(run)["truth"] == "false"

    code, out, _ = run("truth", "guitar-1", "confirmed", "--by", "Jo", "--claim", key, "--replace")
    assert (code, "It was marked false by A. Kim" in out) == (0, True)
    assert [entry["truth"] for entry in listed(run)["history"]] == ["false", "confirmed"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("truth", "nope", "false", "--by", "Jo"), 1, "there is no incident"),
        (("truth", "guitar-1", "false", "--by", "Jo", "--claim", "zzzz"), 1, "names 0 claims"),
        (("truth", "guitar-1", "false", "--by", "Jo", "--claim", "4"), 1, "names"),
        (("truth", "guitar-1", "unverified", "--by", "Jo"), 1, "unverified already"),
        (("truth", "guitar-1", "false", "--by", " "), 1, "name is needed"),
        (("truth", "guitar-1", "maybe", "--by", "Jo"), 2, "maybe"),
        (("truth", "guitar-1", "false"), 2, "--by"),
        (("claims", "nope"), 1, "there is no incident"),
    ],
)
def test_what_cannot_be_done_is_explained_and_changes_nothing(run, services, arguments, code, words):
    before = services.incidents.get("guitar-1")
    ended, out, err = run(*arguments)
    assert (ended, out) == (code, "")
    assert words in one_line(err, 2_000)
    assert services.incidents.get("guitar-1") == before
