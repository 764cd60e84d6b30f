"""What the commands over files print, on which stream, and how they end."""

import gzip
import io
import json
import math
import re
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import pytest

from monitor.db import connect
from monitor.sources.registry import SOURCES
from ui import cli, stores
from ui.output import note, print_json, say
from ui.settings import load

T0 = 1_246_881_600  # 6 July 2009, 12:00 UTC
COMPLAINT = "Worst airline ever: Northline Air lost my guitar, refuses a refund and nobody answers!"
UNREADABLE = ["{", '"no object"', '{"id": "neither"}']


@dataclass(frozen=True)
class Printed:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def document(self):
        (document,) = self.lines()
        return document


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIPPLEWATCH_CONFIG", raising=False)

    def run(*arguments):
        capsys.readouterr()
        code = cli.execute([str(argument) for argument in arguments])
        return Printed(code, *capsys.readouterr())

    return run


@pytest.fixture
def write(tmp_path):
    """Writes lines to a file, each a JSON object or a text as it stands; returns its path."""

    def write(name, *lines):
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        data = text.encode(errors="surrogateescape")
        (tmp_path / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        return tmp_path / name

    return write


def cascade(name, size, step=20.0, text=COMPLAINT):
    """A cascade in which every other repost comes through the one before it."""
    events = [[0.0, "author", None, 5_000]]
    for place in range(1, size):
        parent = events[-1][1] if place % 2 == 0 else "author"
        events.append([place * step, f"user{place}", parent, 100])
    return {"id": name, "platform": "murmur", "kind": "repost", "root_text": text, "lang": "en", "t0": T0} | {
        "events": events
    }


def record(id, kind="post", **more):
    seconds = more.pop("seconds", 0)
    author = {"id": more.pop("by", "mina"), "followers": 300}
    at = f"2009-07-06T{12 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
    return {"source": "murmur", "id": id, "kind": kind, "author": author, "created_at": at, **more}


class TestReplay:
    @pytest.fixture
    def recording(self, write):
        posts = [record("p1", text=COMPLAINT), record("p2", text="A calm flight with Northline Air", seconds=30)]
        reposts = [record(f"r{n}", "repost", root="p1", by=f"fan{n}", seconds=60 + n) for n in range(5)]
        return write("recording.jsonl.gz", cascade("storm", 200), *posts, *UNREADABLE, *reposts)

    def test_it_prints_one_document(self, run, recording):
        printed = run("replay", recording, "--db", "sqlite:///x.db", "--json")
        found = printed.document()
        assert printed.code == 0
        assert (found["posts"], found["reposts"], found["cascades"], found["skipped"]) == (3, 204, 2, 3)
        assert (found["new_posts"], found["new_reposts"], found["not_matched"]) == (3, 204, 0)
        assert found["wall_s"] > 0
        assert found["peak_rss_mb"] > 1
        (incident,) = found["incidents"]
        assert (incident["brand"], incident["root"]) == ("everything", "storm")
        assert incident["level"] in {"review", "escalate", "crisis"}
        assert incident["fired_at"].startswith("2009-07-06T1")
        assert incident["fired_at"].endswith("Z")
        assert incident["id"]
        assert incident["kind"]
        assert incident["findings"] >= 1

    def test_a_second_run_on_the_same_database_adds_nothing(self, run, recording):
        first = run("replay", recording, "--db", "sqlite:///x.db", "--json").document()
        second = run("replay", recording, "--db", "sqlite:///x.db", "--json").document()
        assert (second["new_posts"], second["new_reposts"]) == (0, 0)
        assert second["incidents"] == first["incidents"] != []
        assert (second["posts"], second["reposts"]) == (first["posts"], first["reposts"])

    def test_damaged_lines_are_told_by_number_and_cost_nothing_else(self, run, recording):
        printed = run("replay", recording, "--db", "sqlite:///x.db", "--json")
        assert f"{recording} line 4: not JSON; skipped" in printed.err
        assert f"{recording} line 5: not a JSON object; skipped" in printed.err
        assert f"{recording} line 6: " in printed.err

    def test_of_very_many_damaged_lines_the_number_is_told(self, run, write):
        file = write("bad.jsonl", *["{"] * 300, cascade("c", 3))
        printed = run("replay", file, "--db", "sqlite:///x.db", "--json")
        assert printed.document()["skipped"] == 300
        assert printed.err.count("not JSON") == 20
        assert "300 things skipped in all" in printed.err

    def test_brands_of_a_configuration_choose_the_posts(self, run, write):
        file = write("p.jsonl", record("1", text=COMPLAINT), record("2", text="Nothing to do with it"))
        config = write("here.toml", '[[brands]]\ntitle = "Northline Air"')
        found = run("replay", file, "--db", "sqlite:///x.db", "--config", config, "--json").document()
        assert (found["posts"], found["not_matched"]) == (1, 1)

    def test_for_people_it_writes_a_line_an_incident_and_the_figures(self, run, recording):
        printed = run("replay", recording, "--db", "sqlite:///x.db")
        assert "everything  Worst airline ever" in printed.out
        assert "3 posts, 204 reposts, 2 cascades, 3 skipped" in printed.out
        assert "every post counts as one about a single brand" in printed.err

    def test_an_empty_file_is_no_failure(self, run, write):
        found = run("replay", write("e.jsonl"), "--db", "sqlite:///x.db", "--json").document()
        assert (found["posts"], found["incidents"]) == (0, [])


class TestForecast:
    @pytest.fixture
    def file(self, write):
        return write("c.jsonl", cascade("young", 40), "{", cascade("old", 300, step=2.0), record("no cascade"))

    def test_a_line_for_each_cascade(self, run, file):
        printed = run("forecast", file, "--json")
        young, old = printed.lines()
        assert (printed.code, young["id"], old["id"]) == (0, "young", "old")
        assert (young["at"], young["seen"], old["seen"]) == (39 * 20, 40, 300)
        assert young["p_exceed"] is None
        assert "/" in young["model"]
        for row in (young, old):
            assert row["seen"] <= row["low"] <= row["median"] <= row["high"] < 1e6
        assert "line 2: not JSON; skipped" in printed.err
        assert "line 4: not a cascade record; skipped" in printed.err

    def test_what_is_later_than_at_is_ignored(self, run, write, file):
        cut = cascade("young", 11)
        whole, known = (
            run("forecast", one, "--at", "200", "--exceeds", "50", "--json").lines()[0]
            for one in (file, write("cut.jsonl", cut))
        )
        assert whole == known
        assert (whole["at"], whole["seen"]) == (200, 11)

    def test_the_chance_of_passing_a_size_falls_with_the_size(self, run, file):
        chances = [
            run("forecast", file, "--exceeds", size, "--json").lines()[0]["p_exceed"] for size in (10, 60, 1e6, 1e9)
        ]
        assert chances[0] == 1
        assert chances == sorted(chances, reverse=True)
        assert 0 <= chances[-1] < 0.05

    def test_every_model_can_be_named(self, run, file):
        for model in ("constant_growth", "log_linear"):
            assert run("forecast", file, "--model", model, "--json").lines()[0]["model"].startswith(f"{model}/")

    def test_for_people_it_writes_a_table(self, run, file):
        printed = run("forecast", file, "--exceeds", "10")
        head, young, old = printed.out.splitlines()
        assert head.split() == ["cascade", "at", "seen", "low", "median", "high", "chance"]
        assert young.split()[:3] == ["young", "780s", "40"]
        assert old.endswith("100%")


TEXTS = (
    {"id": 1, "text": COMPLAINT, "lang": "en"},
    {"id": "two", "text": "Lovely crew, thank you Northline Air!"},
    {"text": "노스라인항공 최악이에요. 환불도 안 해주고 짐도 잃어버렸어요."},
    {"id": 4, "text": "", "lang": 5},
)


class TestClassify:
    def test_a_line_for_each_text(self, run, write):
        printed = run("classify", write("t.jsonl.gz", *TEXTS), "--json")
        complaint, praise, korean, nothing = printed.lines()
        assert set(complaint) == {"id", "lang", "complaint", "sentiment", "severity", "reason", "assessed"}
        assert (complaint["id"], praise["id"], korean["id"]) == (1, "two", None)
        assert complaint["complaint"] >= 0.5 > praise["complaint"]
        assert complaint["sentiment"] <= -1 / 3
        assert praise["sentiment"] >= 1 / 3
        assert (korean["lang"], korean["assessed"]) == ("ko", True)
        assert korean["complaint"] >= 0.5
        assert nothing == dict.fromkeys(complaint) | {"id": 4, "assessed": False}

    def test_standard_input_is_read_where_no_file_is_named(self, run, monkeypatch):
        for arguments in (["classify"], ["classify", "-"]):
            text = "".join(json.dumps(row) + "\n" for row in TEXTS[:2])
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            assert len(run(*arguments, "--json").lines()) == 2

    def test_bad_lines_are_told_by_number_and_skipped(self, run, write):
        file = write("t.jsonl", "{", {"id": 1}, {"text": 5}, "\udcff", "", TEXTS[0])
        printed = run("classify", file, "--json")
        assert [row["id"] for row in printed.lines()] == [1]
        for number, reason in ((1, "not JSON"), (2, 'no "text"'), (3, 'no "text"'), (4, "not UTF-8")):
            assert f"line {number}: {reason}; skipped" in printed.err

    def test_where_a_brand_is_named_the_text_is_read_towards_it(self, run, write):
        text = "Harborline was wonderful, thank you! But Northline Air broke my harp and refuses to pay, disgraceful."
        brands = ("Northline Air", "Harborline", None, "", 5)
        printed = run("classify", write("t.jsonl", *({"text": text, "brand": brand} for brand in brands)), "--json")
        blamed, praised, *whole = printed.lines()
        assert blamed["complaint"] >= 0.5 > praised["complaint"]
        assert blamed["sentiment"] <= -1 / 3 < 1 / 3 <= praised["sentiment"]
        assert (praised["severity"], praised["reason"]) == (0, None)
        assert whole[0] == whole[1] == whole[2]

    def test_for_people_it_writes_a_line_a_text(self, run, write):
        lines = run("classify", write("t.jsonl", *TEXTS)).out.splitlines()
        assert [line.split()[2] for line in lines[:3]] == ["complaint", "praise", "complaint"]
        assert lines[3].startswith("??     -  not assessed")


class TestInfluence:
    EVENTS = (
        [0, "root", None, 900],
        [60, "hub", "root", None],
        [120, "b", "hub", None],
        [180, "c", "hub", None],
        [4000, "d", "hub", None],
        [5000, "e", "root", None],
    )

    @pytest.fixture
    def file(self, write):
        return write("i.jsonl", {"id": "x", "platform": "murmur", "t0": T0, "events": self.EVENTS}, "{")

    def test_best_first_with_what_each_caused(self, run, file):
        printed = run("influence", file, "--json")
        first, second, *rest = printed.lines()
        assert {"account", "score", "caused", "distinct", "direct", "bridge", "posts", "followers"} <= set(first)
        assert [first[key] for key in ("account", "caused", "distinct", "direct", "followers")] == [
            "root",
            5,
            5,
            2,
            900,
        ]
        assert [second[key] for key in ("account", "caused", "distinct", "followers")] == ["hub", 3, 3, None]
        assert first["score"] == pytest.approx(math.log(6) ** 2)
        assert all(row["caused"] == 0 for row in rest)
        assert "line 2: not JSON; skipped" in printed.err

    @pytest.mark.parametrize(
        "until", ["200", str(T0 + 200), "2009-07-06T12:03:20Z", "2009-07-06T12:03:20", "2009-07-06T21:03:20+09:00"]
    )
    def test_until_is_a_time_or_seconds_after_each_root(self, run, file, until):
        rows = run("influence", file, "--until", until, "--json").lines()
        assert {row["account"]: row["caused"] for row in rows if row["caused"]} == {"root": 3, "hub": 2}

    def test_top_leaves_the_first(self, run, file):
        assert [row["account"] for row in run("influence", file, "--top", 2, "--json").lines()] == ["root", "hub"]

    def test_archive_records_of_several_files(self, run, write):
        first = write("a.jsonl", record("p1", text="Lost"), record("r1", "repost", root="p1", by="ben", seconds=5))
        second = write("b.jsonl", record("r2", "repost", root="p1", by="cho", seconds=9))
        (mina, *_) = run("influence", first, second, "--json").lines()
        assert [mina[key] for key in ("account", "caused", "followers", "source")] == ["mina", 2, 300, "murmur"]

    def test_for_people_it_writes_a_table(self, run, file):
        head, first, *_ = run("influence", file).out.splitlines()
        assert head.split()[0] == "account"
        assert first.split() == ["root", "3.21", "5", "5", "2", "60%", "900"]


def sections(template):
    """Each section of the template that is about one source: the comment before it, and the section itself."""
    parts = re.findall(r"(?m)((?:^# .*\n)*?)^((?:# )?\[(sources\.[a-z]+)\]\n(?:.+\n)*)", template)
    return {name: comment + section for comment, section, name in parts}


def uncommented(text):
    """``text`` with its keys and sections as a user would switch them on."""
    return re.sub(r"(?m)^# (\[|[a-z_]+ = )", r"\1", text)


class TestInit:
    @pytest.fixture
    def template(self, run, tmp_path):
        run("init", "written.toml")
        return (tmp_path / "written.toml").read_text(encoding="utf-8")

    @pytest.fixture
    def with_secrets(self, tmp_path, write):
        """Writes a configuration beside the files of secrets that it names."""

        def with_secrets(text):
            (tmp_path / "secrets").mkdir()
            for name in re.findall(r'"secrets/([a-z-]+)"', text):
                write(f"secrets/{name}", "s3cret")
            return write("mine.toml", text)

        return with_secrets

    def test_what_it_writes_is_a_valid_configuration(self, run, tmp_path):
        printed = run("init")
        assert (printed.code, printed.out) == (
            0,
            "Wrote ripplewatch.toml. Put your brand into it, then: ripplewatch check\n",
        )
        found = load(tmp_path / "ripplewatch.toml", {}).settings
        assert set(found.source_configs()) == {"bluesky", "hackernews", "gdelt", "feed"}
        assert found.watched()
        assert found.team()[0].channels == ("console",)

    def test_what_is_there_is_kept(self, run, write):
        mine = write("mine.toml", "language = 'ko'")
        refused = run("init", mine)
        assert (refused.code, refused.out) == (1, "")
        assert "--force overwrites it" in refused.err
        assert mine.read_text() == "language = 'ko'\n"
        assert f"ripplewatch check --config {mine}" in run("init", mine, "--force").out
        assert load(mine, {}).settings.language == "en"

    def test_each_source_has_a_section_that_names_the_pages_of_its_keys(self, template):
        assert set(sections(template)) >= {f"sources.{name}" for name in SOURCES}
        for name, spec in SOURCES.items():
            told = " ".join(sections(template)[f"sources.{name}"].replace("# ", "").split())
            for key, field in spec.config.model_fields.items():
                page = (field.json_schema_extra or {}).get("key_page")
                assert page is None or (page in told and f"{key}_file = " in told), f"{name}.{key}: {page}"

    @pytest.mark.parametrize("name", sorted(SOURCES))
    def test_each_section_holds_once_its_comment_signs_are_gone(self, template, with_secrets, name):
        plain = re.sub(r"(?ms)^\[sources\..*?(?=^\[http)", "", template)  # without those that are on already
        section = uncommented(sections(template)[f"sources.{name}"])
        found = load(with_secrets(f"{plain}\n{section}"), {}).settings.source_configs()
        assert set(found) == {name}

    def test_every_key_in_it_exists(self, template, with_secrets):
        found = load(with_secrets(uncommented(template)), {}).settings
        assert set(found.source_configs()) == set(SOURCES)
        assert found.source_configs()["x"].bearer_token.get_secret_value() == "s3cret"
        assert found.http.allowed_private_hosts
        assert found.rules.viral_complaint.min_reposts == 15
        assert {channel for person in found.team() for channel in person.channels} == {"console", "email"}

    def test_a_secret_in_the_environment_switches_its_source_on(self, template, write):
        file = write("ripplewatch.toml", template)
        assert "RIPPLEWATCH_SOURCES__X__BEARER_TOKEN" in template
        found = load(file, {"RIPPLEWATCH_SOURCES__X__BEARER_TOKEN": "s3cret"}).settings
        assert found.source_configs()["x"].bearer_token.get_secret_value() == "s3cret"

    def test_a_folder_that_is_not_there(self, run):
        assert "cannot be written: No such file or directory" in run("init", "no/such/here.toml").err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bogus"],
        ["replay"],
        ["replay", "x.jsonl"],
        ["replay", "x.jsonl", "--db", "sqlite:///x.db", "--speed", "fast"],
        ["replay", "x.jsonl", "--db", "sqlite:///x.db", "--speed", "nan"],
        ["replay", "x.jsonl", "--db", "sqlite:///x.db", "--every", "nan"],
        ["forecast"],
        ["forecast", "x.jsonl", "--at", "-1"],
        ["forecast", "x.jsonl", "--at", "nan"],
        ["forecast", "x.jsonl", "--exceeds", "inf"],
        ["forecast", "x.jsonl", "--model", "oracle"],
        ["influence", "x.jsonl", "--until", "yesterday"],
        ["influence", "x.jsonl", "--until", "nan"],
        ["influence", "x.jsonl", "--top", "0"],
        ["graph", "export", "x.csv", "--db", "sqlite:///x.db", "--since", "0001-01-01"],
        ["graph", "export", "x.csv", "--db", "sqlite:///x.db"],
        ["board", "--port", "70000"],
        ["demo", "--seed", "x"],
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(run, arguments):
    printed = run(*arguments)
    assert printed.code == 2
    if arguments:
        assert printed.out == ""
        assert "Error" in printed.err
        assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    "command", [["check"], ["check", "--json"], ["run"], ["board"], ["replay", "x.jsonl", "--db", "x"]]
)
def test_a_broken_configuration_is_told_whole_and_exits_with_2(run, write, command):
    config = write("here.toml", 'databse = "x"', 'time_zone = "Mars"', "[board]", "port = -1")
    printed = run(*command, "--config", config)
    assert (printed.code, printed.out) == (2, "")
    assert printed.err.startswith(f"{config}: 3 problem(s)\n")
    for key in ("databse", "time_zone", "board.port"):
        assert f"\n  {key}: " in printed.err


def test_a_board_on_an_address_that_cannot_be_read_is_not_started(run):
    printed = run("board", "--db", "somewhere")
    assert (printed.code, printed.out) == (1, "")
    assert "sqlite:///FILE" in printed.err


def test_a_watch_over_nothing_is_refused(run):
    printed = run("run")
    assert printed.code == 2
    assert "brands: nothing is watched; write a configuration with: ripplewatch init" in printed.err


@pytest.mark.parametrize("command", [["forecast"], ["influence"], ["classify"], ["replay", "--db", "sqlite:///x.db"]])
def test_a_file_that_is_not_there(run, command):
    printed = run(*command, "gone.jsonl")
    assert (printed.code, printed.out) == (1, "" if command[0] != "forecast" else printed.out)
    assert "gone.jsonl: cannot be read: No such file or directory" in printed.err


class TestDatabases:
    @pytest.fixture
    def file(self, write):
        return write("c.jsonl", cascade("c", 5))

    def test_a_locked_one(self, run, file, tmp_path, monkeypatch):
        monkeypatch.setattr(stores, "connect", partial(connect, busy_seconds=0.05))
        assert run("replay", file, "--db", "sqlite:///x.db").code == 0
        with closing(sqlite3.connect(tmp_path / "x.db")) as other:
            other.execute("BEGIN EXCLUSIVE")
            printed = run("replay", file, "--db", "sqlite:///x.db", "--json")
        assert (printed.code, printed.out) == (1, "")
        assert "x.db is locked by another program. Close what else has it open" in printed.err

    def test_a_server_that_is_not_there(self, run, file, closed_port):
        printed = run("replay", file, "--db", f"postgresql://mina:tidal@127.0.0.1:{closed_port}/watch", "--json")
        assert (printed.code, printed.out) == (1, "")
        assert f"watch at 127.0.0.1:{closed_port} does not answer. Check that the server runs" in printed.err
        assert "tidal" not in printed.err

    @pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense"])
    def test_an_address_of_no_database(self, run, file, url):
        printed = run("replay", file, "--db", url)
        assert printed.code == 1
        assert "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME." in printed.err

    def test_a_file_that_is_no_database(self, run, file):
        printed = run("replay", file, "--db", f"sqlite:///{file}")
        assert printed.code == 1
        assert "is not a Ripplewatch database but some other file" in printed.err


class TestStrangersWords:
    HOSTILE = "[bold red]x[/bold red] :bomb: \x1b[31mred\x9b2J \u202eback"

    def test_they_are_no_markup_and_no_control_sequences(self, capsys):
        say(self.HOSTILE)
        note(self.HOSTILE)
        for text in capsys.readouterr():
            assert text == "[bold red]x[/bold red] :bomb: [31mred2J back\n"

    def test_what_no_encoding_can_write_is_escaped_in_json(self, capsys):
        print_json({"id": "\ud800", "text": "노스라인\n"})
        written = capsys.readouterr().out
        assert written == '{"id": "\\ud800", "text": "노스라인\\n"}\n'

    @pytest.mark.parametrize(
        "command", [["forecast"], ["influence"], ["classify"], ["replay", "--db", "sqlite:///x.db"]]
    )
    def test_in_every_table(self, run, write, command):
        hostile = cascade("[red]c[/red]:bomb:", 200, text="[red]t[/red] :bomb: " + self.HOSTILE + COMPLAINT)
        hostile["events"] = [[at, "[red]u[/red]:bomb:" + user, None, 1] for at, user, *_ in hostile["events"]]
        printed = run(*command, write("h.jsonl", hostile | {"text": "[red]t[/red] :bomb: " + self.HOSTILE}))
        assert printed.code == 0
        assert re.search(r"\[red][cut]\[/red] ?:bomb:", printed.out)
        assert not set("\x1b\x9b\u202e") & set(printed.out + printed.err)


def test_the_version_is_that_of_the_distribution(run):
    printed = run("--version")
    assert printed.code == 0
    assert printed.out.startswith("ripplewatch ")


def test_the_graph_of_an_incident_and_of_a_time_become_files(run, write):
    database = "sqlite:///x.db"
    (incident,) = run("replay", write("c.jsonl", cascade("c", 200)), "--db", database, "--json").document()["incidents"]
    whole = run("graph", "export", "all.graphml", "--db", database, "--incident", incident["id"])
    assert (whole.code, whole.out) == (0, "all.graphml: 200 nodes, 199 edges\n")
    first = run(
        "graph", "export", "a.csv", "--db", database, "--since", "2009-07-06", "--until", "2009-07-06T12:01:01Z"
    )
    assert (first.code, first.out) == (0, "a.csv: 4 nodes, 3 edges\n")
    unknown = run("graph", "export", "b.csv", "--db", database, "--incident", "gone")
    assert (unknown.code, unknown.err) == (1, "there is no incident 'gone' in this database\n")


def test_every_command_explains_itself(run):
    listed = run("--help").out
    for command in cli.app.registered_commands:
        name = command.callback.__name__
        assert name in listed
        assert run(name, "--help").code == 0
