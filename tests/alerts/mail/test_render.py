"""What a mail says, for each kind of message and each state of knowledge."""

import re
from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts import acts
from alerts.domain import Change, Level, LogEntry, Person, Status, Truth, Verdict
from alerts.messages.letter import Earlier
from alerts.messages.render import CaseRenderer, kind_of, last_told, render
from alerts.messages.words import languages


def flat(text: str) -> str:
    return " ".join(text.split())


def without_tags(html: str) -> str:
    return flat(re.sub(r"<[^>]+>", " ", html.partition("<body")[2]))


def at_level(case, level: Level, **changes):
    return replace(case, incident=replace(case.incident, level=level, peak_level=level, **changes))


def written(case, delivery, person=None, kind="level", **more):
    return render(case, kind, person or Person("Mina"), delivery, **more)


def test_the_subject_says_level_time_brand_claim_and_how_it_goes(case, delivery) -> None:
    quiet = replace(case, press_at=None)
    assert written(case, delivery).subject == "[ESCALATE 13:17] Northline Air: “they broke my guitar”, in the press"
    assert written(quiet, delivery).subject == "[ESCALATE 13:17] Northline Air: “they broke my guitar”, ×2 in 40 min"
    named = replace(quiet, incident=replace(case.incident, title="broken guitar"))
    assert written(named, delivery).subject == "[ESCALATE 13:17] Northline Air: broken guitar doubling every 40 min"


def test_a_long_title_is_cut_and_the_ending_stays(case, delivery) -> None:
    long = replace(case, incident=replace(case.incident, title="they broke my guitar and nobody wants to know"))
    subject = written(long, delivery).subject
    assert len(subject) <= 70
    assert subject.endswith("…”, in the press")


FACTS = (
    "A complaint about damaged property is doubling every 40 min and reached the press at 13:02.",
    "“they broke my guitar and nobody wants to know” (English)",
    "@lowstring (1,140 followers)",
    "1,930 posts and reposts so far; 412 in the last hour, 18 are usual.",
    "5,200 to 14,000 likely by 19:17",
    "such ranges held 164 of 200 times",
    "71\u00a0% of 638 assessed texts are complaints (English 590, Korean 48).",
    "First news item at 13:02.",
    "@gatewatch caused 611 of the reposts (32\u00a0%).",
    "12 of 650 could not be assessed (Japanese 9, not known 3).",
    "“they broke my guitar” (English), in 212 posts: unverified, nobody has checked it yet.",
    "“수하물로 맡긴 기타가 부러졌는데 답이 없네요” (Korean): unverified, nobody has checked it yet.",
    "Nobody has acknowledged it in the 30 min since it fired.",
    "One decision, by 13:47 UTC:",
    "May comms answer in public now?",
    "X has sent nothing since 10:17 (rate limit until 14:20).",
    "no data is not an all-clear",
    "수하물로 맡긴 기타가 부러졌는데 답이 없네요",
    "(Korean)",
    "You get this because the case reached ESCALATE",
    "To stop these mails",
    "All times in UTC.",
)


@pytest.mark.parametrize("fact", FACTS)
def test_both_bodies_hold_every_fact(fact, case, delivery) -> None:
    message = written(case, delivery)
    assert flat(fact) in flat(message.text)
    assert flat(fact) in without_tags(message.html)


def test_plain_text_fits_a_narrow_window_and_shows_addresses_whole(case, delivery) -> None:
    text = written(case, delivery, board_url="https://board.northline.example/").text
    assert max(len(line) for line in text.splitlines()) <= 72
    assert "https://social.northline.example/root" in text
    assert "\nhttps://board.northline.example/case?id=c0ffee12\n" in text


def test_html_needs_nothing_from_outside(case, delivery) -> None:
    html = written(case, delivery).html
    assert re.findall(r'src="([^"]*)"', html) == ["cid:chart"]
    assert not re.search(r"<(script|link|iframe|form|object)|@import|url\(|javascript:", html)
    assert "max-width:480px" in html
    assert "prefers-color-scheme: dark" in html


def test_a_level_is_told_by_word_shape_and_colour(case, delivery) -> None:
    for level, shape, colour in (
        (Level.crisis, "◆ CRISIS", "#b42318"),
        (Level.escalate, "▲ ESCALATE", "#c4530a"),
        (Level.review, "● REVIEW", "#946200"),
        (Level.watch, "■ WATCH", "#3b5b92"),
    ):
        message = written(at_level(case, level), replace(delivery, step=f"level:{level.name}"))
        assert shape in message.text
        assert shape in message.html
        assert colour in message.html


@pytest.mark.parametrize(
    ("level", "asked"),
    [
        (Level.watch, "No decision is asked of you."),
        (Level.review, "No decision is asked of you."),
        (Level.escalate, "May comms answer in public now?"),
        (Level.crisis, "Who speaks for the company, and by when?"),
    ],
)
def test_exactly_one_decision_is_asked_or_none(level, asked, case, delivery) -> None:
    text = written(at_level(case, level), replace(delivery, step=f"level:{level.name}")).text
    assert asked in text
    assert text.count("One decision") == (1 if level >= Level.escalate else 0)


def test_a_deadline_that_has_passed_is_not_shown_as_ahead(case, delivery) -> None:
    late = replace(case, now=case.now + timedelta(hours=2))
    assert "One decision, due since 13:47 UTC:" in written(late, delivery).text


def test_times_are_in_the_zone_of_the_person(case, delivery) -> None:
    text = flat(written(case, delivery, Person("Jisoo", time_zone="Asia/Seoul")).text)
    assert "by 22:47 KST" in text
    assert "All times in KST." in text
    summer = flat(written(case, delivery, zone=ZoneInfo("Europe/Berlin")).text)
    assert "15:17 CEST" in summer


def test_another_day_is_named(case, delivery) -> None:
    text = flat(written(replace(case, now=case.now + timedelta(days=1)), delivery).text)
    assert "It began at 09:41 on 7 May with a post" in text


def test_a_reconstruction_is_called_one_at_the_very_top(case, delivery) -> None:
    label = "Reconstruction from published milestones; all texts are invented"
    message = written(replace(case, reconstruction=label), delivery)
    assert message.subject.startswith("[REPLAY · ESCALATE 13:17]")
    assert message.text.startswith(f"*** {label} ***")
    assert without_tags(message.html).index(label) < without_tags(message.html).index("ESCALATE")
    assert "REPLAY" not in written(case, delivery).subject


def test_what_is_not_known_is_said_and_never_shown_as_nought(case, delivery) -> None:
    bare = replace(
        case,
        claim=None,
        origin=None,
        assessed=0,
        complaints=0,
        by_language={},
        expected_hour=None,
        doubling=None,
        explicit_share=None,
        reach=None,
        forecast=None,
        outlook=(),
        press_at=None,
        carriers=(),
        examples=(),
        sites=(),
        silent=(),
        growth=(),
    )
    message = written(bare, delivery)
    text = flat(message.text)
    assert "the first post itself has not been seen" in text
    assert "Too little data for a forecast." in text
    assert "No text of it could be assessed." in text
    assert "No sign of press yet." in text
    assert "All watched sources answer" in text
    assert " 0 " not in text
    assert message.chart_png is None
    assert "<img" not in message.html


def test_an_unmeasured_forecast_does_not_claim_a_record(case, delivery) -> None:
    unmeasured = replace(case, forecast=replace(case.forecast, coverage=None, coverage_n=None))
    assert "how often they hold has not been measured" in flat(written(unmeasured, delivery).text)


def test_who_has_it_is_named(case, delivery) -> None:
    taken = at_level(case, Level.escalate, owner="Jisoo", acked_by="Mina", acked_at=case.now, status=Status.acked)
    text = flat(written(taken, delivery).text)
    assert "Jisoo has it. Mina acknowledged it at 13:17." in text
    assert "Nobody" not in text


def test_what_a_person_found_out_about_the_claim_is_passed_on_with_who_and_when(case, delivery) -> None:
    keys = sorted(case.claims[0].keys)
    said = acts.judge(case.incident, Truth.false, "A. Kim", case.now, keys, source="https://ramp.example/log")[0]
    message = written(replace(case, incident=said), delivery)
    line = "“they broke my guitar” (English), in 212 posts: marked false by A. Kim, 13:17, known from [↗]."
    assert line in flat(message.text)
    assert line in without_tags(message.html)

    whole = acts.judge(said, Truth.confirmed, "Jo", case.now)[0]
    text = flat(written(replace(case, incident=whole), delivery).text)
    assert "The case as a whole: marked confirmed by Jo, 13:17." in text
    assert "marked false by A. Kim" in text


def test_a_word_that_an_older_version_kept_is_passed_on_without_a_name(case, delivery) -> None:
    text = flat(written(at_level(case, Level.escalate, truth=Truth.false), delivery).text)
    assert "The case as a whole: marked false." in text


def test_a_case_without_claims_says_where_it_stands(case, delivery) -> None:
    text = flat(written(replace(case, claims=()), delivery).text)
    assert "The case as a whole: unverified, nobody has checked it yet." in text


@pytest.mark.parametrize("language", languages())
def test_claims_and_what_is_not_assessed_are_told_in_every_language(language, case, delivery) -> None:
    said = acts.judge(case.incident, Truth.false, "A. Kim", case.now, sorted(case.claims[0].keys))[0]
    message = written(replace(case, incident=said), delivery, Person("Mina", language=language))
    for body in (flat(message.text), without_tags(message.html)):
        assert "“they broke my guitar”" in body
        assert "A. Kim" in body
        assert "{" not in body
        assert re.search(r"650.*12|12.*650", body)


def test_a_doubling_says_from_what_to_what(case, delivery) -> None:
    message = written(case, delivery, kind="doubled", earlier=Earlier(case.now, 940))
    assert "has doubled: 940 posts when you were last told, 1,930 now." in flat(message.text)
    assert "now 1,930" in message.subject or "doubled to 1,930" in message.subject
    assert "has doubled since somebody took it" in flat(written(case, delivery, kind="doubled").text)


def test_the_all_clear_says_how_long_how_high_and_how_much_warning(case, delivery) -> None:
    done = at_level(
        case,
        Level.watch,
        status=Status.resolved,
        resolved_at=case.now,
        closed_by="Mina",
        verdict=Verdict.real,
        verdict_reason="refunded",
    )
    done = replace(done, incident=replace(done.incident, peak_level=Level.crisis))
    message = written(done, replace(delivery, step="resolved"), kind="resolved")
    text = flat(message.text)
    assert message.subject == "[ALL CLEAR 13:17] Northline Air: “they broke my guitar” is over"
    assert "It lasted 3 h 36 min, from 09:41 to 13:17." in text
    assert "At its height its level was CRISIS; it reached 1,930 posts and reposts." in text
    assert "You had 15 min between the first alert and the first news item." in text
    assert "Mina closed it: real, but small (refunded)." in text
    assert "likely" not in text
    assert "No decision is asked of you." in text
    assert "last mail about it" in text


def test_a_mail_that_goes_out_late_says_what_has_changed_since(case, delivery) -> None:
    risen = at_level(case, Level.crisis)
    text = flat(written(risen, delivery).text)
    assert "[ESCALATE" in written(risen, delivery).subject
    assert "the level has changed to CRISIS" in text
    over = at_level(case, Level.escalate, status=Status.resolved)
    assert "the level has changed to ALL CLEAR" in flat(written(over, delivery).text)
    assert "One decision" not in written(over, delivery).text


def test_an_account_known_by_a_machine_name_only_is_not_shown_by_it(case, delivery) -> None:
    unknown = replace(case.examples[1], author=case.examples[1].author._replace(id="did:plc:zzzzzzzzzzzz"))
    assert "did:plc" not in written(replace(case, examples=(unknown,)), delivery).text


@pytest.mark.parametrize("kind", ["viral_complaint", "influencer_complaint", "volume_surge", "of_another_package"])
@pytest.mark.parametrize("language", languages())
def test_every_kind_reads_whole_in_every_language(kind, language, case, delivery) -> None:
    for press_at in (None, case.press_at):
        for doubling in (None, case.doubling):
            told = replace(
                at_level(case, Level.escalate),
                press_at=press_at,
                doubling=doubling,
                incident=replace(case.incident, kind=kind),
            )
            message = written(told, delivery, Person("Mina", language=language))
            assert len(message.subject) <= 70
            assert not re.search(r"[{}]|None", message.subject + message.text)


def test_an_unknown_language_falls_back_to_english(case, delivery) -> None:
    assert "ESCALATE" in written(case, delivery, Person("Mina", language="tlh")).subject


def test_the_kind_follows_the_step(delivery) -> None:
    steps = {"level:crisis": "level", "doubled:2": "doubled", "resolved": "resolved", "anything": "level"}
    assert {step: kind_of(replace(delivery, step=step)) for step in steps} == steps


def test_the_history_tells_what_a_person_was_told_last(case, delivery) -> None:
    told = [
        LogEntry("c0ffee12", case.now - timedelta(hours=hours), Change.told, "ripplewatch", {"to": who, "size": size})
        for hours, who, size in ((2, "Mina", 500), (1, "Mina", 940), (0, "Jisoo", 1900))
    ]
    assert last_told(told, Person("Mina")) == Earlier(case.now - timedelta(hours=1), 940)
    assert last_told(told, Person("Ann")) is None
    renderer = CaseRenderer(lambda incident, now: case, None, UTC)
    message = renderer(case.incident, replace(delivery, step="doubled:1"), Person("Mina"), told, case.now)
    assert "940 posts when you were last told" in flat(message.text)
    assert message.facts == {"size": 1930, "level": "escalate"}


def test_the_deadline_counts_from_the_message_that_asks_not_from_the_first_alert(case, delivery) -> None:
    raised = replace(delivery, due_at=delivery.due_at + timedelta(minutes=25))
    assert "One decision, by 14:12 UTC:" in written(case, raised).text
