"""From marks and files to a new reading: trained, measured, kept, used by the next process, and taken back."""

import contextlib
import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from alerts import acts
from alerts.domain import Incident, Level, Status, Verdict
from monitor.annotate import Annotator
from monitor.clock import RecordedClock
from monitor.domain import AccountKey, Assessment, Brand, BrandMatch, Post, PostKey
from monitor.labels import Label
from monitor.match import Matcher
from monitor.store.models import KeptModel
from monitor.text.lessons import side
from monitor.text.model.fit import Example, fit
from monitor.text.model.weights import dumps, loads
from monitor.text.topics.issues import IssueClusters
from ui import cli
from ui.models import Renewal, in_use, reader
from ui.runtime import open_services
from ui.stores import Stores
from ui.training import Wanted, train

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = (
    "seat tray window lounge counter app coach ticket voucher crew cabin meal blanket screen pillow gate ramp engine "
    "door lamp carpet coffee tea soup radio film map belt curtain mirror handle ladder bench poster leaflet trolley"
)
SCENES = WORDS.split()
NEW = "the northline {} {} quibbled with my {} and {} all {} long"  # a word that nothing knows yet: a complaint
OLD = "from the northline {} {} one sees the {} and {} near {}"


def texts(pattern, n, seed=1):
    """``n`` invented texts that are not alike."""
    dice = random.Random(f"{pattern}{seed}")
    return list(dict.fromkeys(pattern.format(*dice.sample(SCENES, 5)) for _ in range(n)))


USUAL = (
    ("they smashed the {} and the {} and {} nobody at the {} will talk to me, worst {} ever", True),
    ("still waiting for the {} refund after the {}, {} and {} broke, unacceptable {}", True),
    ("you cancelled the {} and the staff at the {} were rude about the {}, never again {} {}", True),
    ("the {} isn't working again and I can't use the {}, {} or {}, not happy {}", True),
    ("thanks, the {} crew were wonderful and the {} and {} came on time, great {} {}", False),
    ("great service at the {} today, the {} and the {} were lovely, love the {} {}", False),
    ("not bad at all, friendly people at the {} and {}, the {} was fine, {} {}", False),
    ("what time does the {} desk near the {} open, and is the {} by the {} {}?", False),
)
LABELLED = [
    *((text, True) for text in texts(NEW, 70)),
    *((text, False) for text in texts(OLD, 70)),
    *((text, yes) for pattern, yes in USUAL for text in texts(pattern, 15)),
]
UNSEEN = "northline quibbled with my cello"


@pytest.fixture
def stores(sqlite_engine, sqlite_url):
    stores = Stores(sqlite_url)
    yield stores
    stores.close()


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Runs a command line in an empty folder; exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIPPLEWATCH_CONFIG", raising=False)

    def run(*arguments):
        capsys.readouterr()
        return cli.execute([str(argument) for argument in arguments]), *capsys.readouterr()

    return run


@pytest.fixture
def label_file(tmp_path):
    def label_file(rows, name="labels.jsonl"):
        lines = [
            json.dumps({"text": text, "lang": "en", "label": "complaint" if yes else "other"}) for text, yes in rows
        ]
        (tmp_path / name).write_text("\n".join(lines))
        return tmp_path / name

    return label_file


def post(n, text, complaint=0.1):
    match = BrandMatch("northline", "Northline", "name", "northline")
    key = PostKey("bluesky", str(n))
    read = Assessment("en", True, complaint)
    return Post(key, AccountKey("bluesky", "a"), text, NOON, NOON, None, "en", (match,), read, issue="bluesky:0")


def marked(stores, url, labelled, who="Ada"):
    """The texts as posts, and the marks of ``who`` as the board keeps them."""
    posts = [post(n, text) for n, (text, _) in enumerate(labelled)]
    stores.posts.add(None, posts)
    board = open_services(url, clock=RecordedClock(NOON))
    for one, (_, complaint) in zip(posts, labelled, strict=True):
        board.mark(one.key, complaint, "northline", who)
    return board


def classified(run, url, text=UNSEEN):
    file = "asked.jsonl"
    with open(file, "w", encoding="utf-8") as out:
        out.write(json.dumps({"id": "1", "text": text, "lang": "en"}))
    code, out, _ = run("classify", file, "--db", url, "--json")
    assert code == 0
    return json.loads(out)["complaint"]


def test_marks_on_the_board_change_how_the_next_process_reads_and_undo_brings_it_back(stores, sqlite_url, run):
    marked(stores, sqlite_url, LABELLED)
    before = classified(run, sqlite_url)
    code, out, _ = run("train", "text", "--db", sqlite_url, "--who", "Mina")
    assert code == 0, out
    assert "- macro F1 " in out
    assert "before (" in out
    assert "en: accepted: it did not get worse on its test part" in out
    after = classified(run, sqlite_url)
    assert before < 0.5 < after
    (kept,) = stores.models.all()
    assert (kept.language, kept.made_by) == ("en", "Mina")
    code, out, _ = run("train", "list", "--db", sqlite_url)
    assert f"version {kept.version}" in out
    assert "in use" in out
    code, out, _ = run("train", "undo", "--lang", "en", "--db", sqlite_url)
    assert (code, "is out of use" in out) == (0, True)
    assert classified(run, sqlite_url) == before
    code, _, err = run("train", "undo", "--lang", "en", "--db", sqlite_url)
    assert (code, "nothing to undo" in err) == (1, True)
    code, out, _ = run("train", "list", "--db", sqlite_url, "--json")
    assert [row["in_use"] for row in json.loads(out)["trained"]] == [False]


def test_a_file_whose_labels_are_turned_round_changes_nothing(stores, sqlite_url, run, label_file):
    turned = label_file([(text, not yes) for pattern, yes in USUAL for text in texts(pattern, 30)])
    code, out, _ = run("train", "text", "--labels", turned, "--db", sqlite_url)
    assert code == 1
    assert "refused, nothing changed" in out
    assert "turned round?" in out
    code, out, _ = run("train", "text", "--labels", turned, "--corrections", "--db", sqlite_url)
    assert (code, "refused" in out) == (1, True), "what it unlearns, it is refused for"
    assert (stores.models.all(), stores.labels.all()) == ([], [])


def test_a_file_leads_to_a_model_and_is_kept_for_the_next_time(stores, sqlite_url, run, label_file):
    code, out, _ = run("train", "text", "--labels", label_file(LABELLED), "--corrections", "--db", sqlite_url, "--json")
    assert code == 0
    (found,) = json.loads(out)["languages"]
    assert found["state"] == "accepted"
    assert found["test"]["after"]["macro_f1"][0] > found["test"]["before"]["macro_f1"][0]
    assert found["trained_on"] + found["test"]["n"] + found["set_aside"] == len(LABELLED)
    labels = stores.labels.all()
    assert {label.origin for label in labels} == {"file"}
    assert len(labels) == len(LABELLED)


def test_a_dry_run_keeps_nothing(stores, sqlite_url, run, label_file):
    arguments = ("--labels", label_file(LABELLED), "--corrections", "--dry-run", "--db", sqlite_url)
    code, out, _ = run("train", "text", *arguments)
    assert (code, "would be accepted" in out) == (0, True)
    assert (stores.models.all(), stores.labels.all()) == ([], [])


def test_too_few_labels_are_told_and_change_nothing(stores, sqlite_url, run, label_file):
    code, out, _ = run("train", "text", "--labels", label_file(LABELLED[:12]), "--db", sqlite_url)
    assert (code, "too little data: 12 of 60 needed" in out) == (1, True)
    code, out, _ = run("train", "text", "--db", sqlite_url)
    assert (code, "There are no labels yet" in out) == (1, True)
    assert stores.models.all() == []


def test_wrong_usage_is_told_before_anything_is_read(sqlite_url, run, tmp_path):
    assert run("train", "text", "--lang", "xx", "--db", sqlite_url)[0] == 2
    assert run("train", "text", "--labels", tmp_path / "none.jsonl", "--db", sqlite_url)[0] == 2
    assert run("train", "undo", "--lang", "xx", "--db", sqlite_url)[0] == 2


def test_lines_that_cannot_be_used_and_languages_that_nothing_reads_are_told(sqlite_url, run, tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("text,label,lang\n電車が遅れた、ひどい,complaint,ja\nlate,perhaps,en\n", encoding="utf-8")
    code, _, err = run("train", "text", "--labels", file, "--db", sqlite_url)
    assert code == 1
    assert "labels.csv line 3: \"label\" is 'perhaps', not complaint or other; skipped" in err
    assert "1 labelled text(s) not used: nothing reads ja" in err


def test_people_who_disagree_are_left_out(stores, sqlite_url):
    board = marked(stores, sqlite_url, LABELLED)
    board.mark(PostKey("bluesky", "0"), False, "northline", "Bo")
    report = train(stores, Wanted("Mina", NOON, dry=True))
    (found,) = report.trained
    assert (found.outcome.disputed, found.outcome.labels) == (1, len(LABELLED) - 1)


def test_the_test_part_stays_the_same_when_labels_are_added(stores, sqlite_url):
    marked(stores, sqlite_url, LABELLED[20:])
    (first,) = train(stores, Wanted("Mina", NOON, dry=True)).trained
    more = [Label(yes, "Bo", NOON, "file", text=text, language="en") for text, yes in LABELLED[:20]]
    stores.labels.add(None, more)
    (second,) = train(stores, Wanted("Mina", NOON, dry=True)).trained
    tested = {lesson.text for lesson in first.outcome.parts.test}
    assert tested < {lesson.text for lesson in second.outcome.parts.test}
    assert all(side(lesson.text) == "train" for lesson in second.outcome.parts.train)


def test_verdicts_on_cases_are_heard_as_weak_labels(stores):
    read_as = [post(n, text, complaint=0.9) for n, text in enumerate(texts(NEW, 8))]
    stores.posts.add(None, read_as)
    opened = Incident(
        "i1",
        "northline",
        "bluesky:0",
        "viral_complaint",
        Level.review,
        Status.open,
        NOON,
        NOON,
        NOON,
        NOON,
        Level.review,
    )
    stores.incidents.save(None, opened)
    stores.labels.add(None, [Label(True, "Ada", NOON, "board", post=read_as[0].key)])
    stores.incidents.update("i1", lambda incident: acts.dismiss(incident, "a fan club", Verdict.noise, "Bo", NOON))
    (found,) = train(stores, Wanted("Mina", NOON)).trained
    assert (found.outcome.labels, found.outcome.weak) == (1, 7), "what was said of the very post comes first"
    assert all(not one.label and one.weight < 1 for one in found.outcome.parts.train if one.weight < 1)


def annotator(stores):
    brand = Brand("northline", "Northline", names=("northline",))
    return Annotator(Matcher([brand]), reader(stores.models), IssueClusters(), stores.posts)


def read(annotates, n):
    return annotates.annotate(
        [Post(PostKey("x", str(n)), AccountKey("x", "a"), UNSEEN, NOON, NOON, language="en")], {}
    )[0]


def test_a_running_daemon_takes_a_new_model_up_at_its_next_look(stores, sqlite_url):
    reads = annotator(stores)
    renewal = Renewal(stores.models, reads.read_with, stores.models.stamp())
    renewal()
    assert not read(reads, 1).assessment.is_complaint
    marked(stores, sqlite_url, LABELLED)
    (found,) = train(stores, Wanted("Mina", NOON)).trained
    assert not read(reads, 2).assessment.is_complaint, "not before it looked"
    renewal()
    assert read(reads, 3).assessment.is_complaint
    stores.models.withdraw("en", "Mina", NOON + timedelta(minutes=1))
    renewal()
    assert not read(reads, 4).assessment.is_complaint
    assert found.version is not None


def test_a_model_with_flipped_bits_is_read_or_left_aside_and_never_an_accident():
    dice = random.Random(4)
    whole = dumps(fit("en", [Example(text, yes) for text, yes in LABELLED[::9]]))
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 1, 3))):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        with contextlib.suppress(ValueError):
            loads(bytes(damaged))


@pytest.mark.parametrize("weights", [b"", b"PK\x03\x04 broken", b"\x00" * 100])
def test_a_damaged_model_is_told_and_the_one_before_reads(stores, run, sqlite_url, weights, tmp_path):
    stores.models.add(None, KeptModel("en", "9", NOON, "Ada", {}), weights)
    used = in_use(stores.models)["en"]
    assert used.by != "own"
    assert used.trouble is not None
    (tmp_path / "asked.jsonl").write_text('{"text": "late"}')
    code, _, err = run("classify", "asked.jsonl", "--db", sqlite_url)
    assert code == 0
    assert "The model trained here for en is left aside" in err
