"""The configuration: where it comes from, and that every mistake in it is told at once, with its key."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import Level
from monitor.errors import ConfigurationError, Problem
from ui import settings
from ui.sections import Settings
from ui.settings import load

NORTHLINE = '[[brands]]\ntitle = "Northline Air"\n'
MAIL = '[notify.email]\nhost = "localhost"\nsecurity = "none"\nsender = "alerts@northline.example"\n'
PERSON = '[[people]]\nname = "Mina"\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path):
    def write(text, name="here.toml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


def problems(path, environment=None):
    with pytest.raises(ConfigurationError) as caught:
        load(path, environment or {})
    return caught.value.problems


def told(path, environment=None):
    return {problem.key: problem.message for problem in problems(path, environment)}


def test_without_a_file_the_defaults_hold():
    loaded = load(None, {})
    assert loaded.path is None
    assert loaded.settings.database == "sqlite:///ripplewatch.db"
    assert loaded.settings.source_configs() == {}


def test_the_file_is_the_named_one_else_that_of_the_environment_else_that_of_the_folder(write):
    named = write("tick_seconds = 11", "named.toml")
    of_the_environment = {"RIPPLEWATCH_CONFIG": str(write("tick_seconds = 22", "other.toml"))}
    write("tick_seconds = 33", "ripplewatch.toml")
    assert load(named, of_the_environment).settings.tick_seconds == 11
    assert load(None, of_the_environment).settings.tick_seconds == 22
    assert load(None, {}).settings.tick_seconds == 33


def test_the_environment_goes_over_the_file(write):
    file = write('language = "ko"\n' + NORTHLINE + "[board]\nport = 9000\n" + MAIL)
    environment = {
        "RIPPLEWATCH_LANGUAGE": "te",
        "RIPPLEWATCH_BOARD__PORT": "9001",
        "RIPPLEWATCH_NOTIFY__EMAIL__HOST": "127.0.0.1",
        "RIPPLEWATCH_SOURCES__FEED__URLS": '["https://news.example/rss"]',
        "RIPPLEWATCH_DATA": "not a setting",
        "RIPPLE": "nor this",
    }
    found = load(file, environment).settings
    assert (found.language, found.board.port) == ("te", 9001)
    assert found.notifier_configs()["email"].host == "127.0.0.1"
    assert found.source_configs()["feed"].urls == ("https://news.example/rss",)
    assert found.watched()[0].title == "Northline Air"


def test_brands_can_come_from_the_environment_alone():
    brands = json.dumps([{"title": "Northline Air"}, {"title": "Northline Ferries", "handles": ["@nferries"]}])
    found = load(None, {"RIPPLEWATCH_BRANDS": brands}).settings.watched()
    assert [(brand.id, brand.names) for brand in found] == [
        ("northline-air", ("Northline Air",)),
        ("northline-ferries", ("Northline Ferries",)),
    ]
    assert found[1].handles == ("nferries",)


def test_secrets_come_from_files_beside_the_configuration(write, tmp_path):
    (tmp_path / "secrets").mkdir()
    write("hunter2\n", "secrets/mail")
    write("postgresql://ripplewatch:tidal@localhost/watch\n", "secrets/database")
    file = write(
        'database_file = "secrets/database"\n' + MAIL + 'username = "alerts"\npassword_file = "secrets/mail"\n'
    )
    found = load(file, {}).settings
    assert found.notify.email.password.get_secret_value() == "hunter2"
    assert found.database == "postgresql://ripplewatch:tidal@localhost/watch"
    assert "hunter2" not in repr(found)


def test_people_and_sources_as_the_rest_of_the_program_knows_them(write):
    file = write(
        PERSON + 'email = "a@northline.example, b@northline.example"\nmin_level = "watch"\ntime_zone = "Asia/Seoul"\n'
        '[[people]]\nname = "Ben"\nchannels = ["console"]\n[notify.console]\n'
        + MAIL
        + "[sources.hackernews]\n[sources.bluesky]\nenabled = false\n"
    )
    found = load(file, {}).settings
    mina, ben = found.team()
    assert (mina.min_level, mina.channels, mina.time_zone) == (Level.watch, ("email",), "Asia/Seoul")
    assert (ben.min_level, ben.channels) == (Level.escalate, ("console",))
    assert list(found.source_configs()) == ["hackernews"]


def test_a_byte_order_mark_of_an_editor_does_not_matter(tmp_path):
    file = tmp_path / "here.toml"
    file.write_bytes(b'\xef\xbb\xbflanguage = "zh"\n')
    assert load(file, {}).settings.language == "zh"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('databse = "x"', "databse", "did you mean 'database'"),
        ("[source.feed]", "source", "did you mean 'sources'"),
        ("[sources.mastadon]", "sources.mastadon", "did you mean 'mastodon'"),
        ("[sources.pigeon]", "sources.pigeon", "possible here: archive, askbot, bluesky, discourse, facebook, feed"),
        ("[sources.x]", "sources.x", "bearer_token is missing: get one at https://developer.x.com/"),
        (
            "[sources.reddit]",
            "sources.reddit",
            "client_secret is missing: get one at https://www.reddit.com/prefs/apps",
        ),
        ('[sources.x]\nbearer_tokn = "s"', "sources.x.bearer_tokn", "did you mean 'bearer_token'"),
        ('[sources.reddit]\ncommunities = ["r/a b"]', "sources.reddit.communities", "not the name of a community"),
        ("[sources.facebook]\naccess_token = 's'", "sources.facebook", "pages is empty"),
        ('[sources.mastodon]\nbase_url = "social.example"', "sources.mastodon.base_url", "https://social.example"),
        ("[sources.feed]", "sources.feed.urls", "name at least one feed, or switch the source off"),
        ('[sources.youtube.channels]\nnorthline = ["northline"]', "sources.youtube.channels.northline.0", "match"),
        ('[sources.feed]\nurl = "https://news.example"', "sources.feed.url", "did you mean 'urls'"),
        ('[sources.feed]\nurls = "https://news.example"', "sources.feed.urls", "valid tuple"),
        ("[board]\nport = 70000", "board.port", "less than or equal to 65535"),
        ('[board]\nport = "eight"', "board.port", "valid integer"),
        ("tick_seconds = inf", "tick_seconds", "less than"),
        ("[http]\npace_seconds = inf", "http.pace_seconds", "inf is no number"),
        ('time_zone = "Mars/Phobos"', "time_zone", "'Mars/Phobos' is no time zone"),
        ('time_zone = "../../etc/passwd"', "time_zone", "is no time zone"),
        ('language = "tlh"', "language", "write one of en, ko, te, zh"),
        ('[[brands]]\nid = "x"', "brands.0.title", "field required"),
        ('[[brands]]\ntitle = " "', "brands.0.title", "is empty"),
        (NORTHLINE + 'handles = ["northline", "@"]', "brands.0.handles.1", "is empty"),
        (NORTHLINE + 'handels = ["x"]', "brands.0.handels", "did you mean 'handles'"),
        (NORTHLINE + '[[brands]]\ntitle = "northline AIR"', "brands.1.id", "'northline-air' is used twice"),
        (MAIL + PERSON + 'min_level = "huge"', "people.0.min_level", "'watch', 'review', 'escalate' or 'crisis'"),
        (MAIL + PERSON + 'email = "mina"', "people.0.email", "'mina' is no mail address"),
        (MAIL + PERSON, "people.0.email", "Mina is told by email but has no address"),
        (PERSON + 'email = "m@x.example"', "people.0.channels", "add [notify.email]"),
        (PERSON + 'channels = ["pigeon"]', "people.0.channels", "'pigeon' is no channel; known: console, email"),
        (PERSON + "channels = []", "people.0.channels", "at least 1 item"),
        (PERSON + 'channels = ["console"]\n' + PERSON + "[notify.console]", "people.1.name", "'Mina' is used twice"),
        ('[notify.email]\nhost = "localhost"', "notify.email.sender", "field required"),
        (MAIL + 'username = "a"', "notify.email", "username and password belong together"),
        (MAIL + 'password_file = "gone"', "notify.email.password_file", "No such file"),
        (MAIL + 'password_file = "empty"', "notify.email.password_file", "is empty"),
        (MAIL + 'password_file = "\\u0000"', "notify.email.password_file", "null"),
        (MAIL + 'password_file = "empty"\npassword = "x"', "notify.email.password_file", "not both"),
        ('database_file = "gone"', "database_file", "No such file"),
        ("brands = 5", "brands", "valid tuple"),
        ("notify = 5", "notify", "valid dictionary"),
        ("[rules.viral_complaint]\nmin_repost = 3", "rules.viral_complaint.min_repost", "did you mean 'min_reposts'"),
        ("[rules.plugins.tides]", "rules.plugins", "'tides' is no installed detector"),
    ],
)
def test_a_mistake_is_told_with_its_key(write, text, key, words):
    write("", "empty")
    assert words in told(write(text))[key]


def test_every_mistake_is_told_at_once(write):
    file = write(
        'databse = "x"\nlanguage = "tlh"\n'
        + NORTHLINE
        + 'handels = ["x"]\n'
        + NORTHLINE
        + PERSON
        + 'min_level = "huge"\nchannels = ["pigeon"]\n'
        + '[sources.feed]\nevery_minutes = "often"\n[notify.email]\npassword_file = "gone"\n'
    )
    found = told(file, {"RIPPLEWATCH_BORD__PORT": "1", "RIPPLEWATCH_BOARD__PORT": "none"})
    assert set(found) == {
        "RIPPLEWATCH_BORD__PORT",
        "databse",
        "language",
        "brands.0.handels",
        "brands.1.id",
        "people.0.min_level",
        "people.0.channels",
        "sources.feed.every_minutes",
        "sources.feed.urls",
        "notify.email.password_file",
        "notify.email.host",
        "notify.email.sender",
        "board.port",
    }
    message = str(ConfigurationError(problems(file), str(file)))
    assert message.startswith(f"{file}: ")
    assert message.count("\n") == len(problems(file))


def test_what_an_environment_variable_did_is_told_with_its_name(write):
    found = told(write(NORTHLINE), {"RIPPLEWATCH_HTTP__CONTAKT": "x", "RIPPLEWATCH_BRANDS__TITLE": "x"})
    assert found["http.contakt"] == "is no setting; did you mean 'contact'? (set by RIPPLEWATCH_HTTP__CONTAKT)"
    assert "set it in the file" in found["RIPPLEWATCH_BRANDS__TITLE"]


def test_keys_of_sources_come_from_files_and_from_the_environment(write, tmp_path):
    write("app-s3cret\n", "reddit")
    file = write('[sources.reddit]\nusername = "mina"\nclient_id = "id"\nclient_secret_file = "reddit"\n[sources.x]\n')
    found = load(file, {"RIPPLEWATCH_SOURCES__X__BEARER_TOKEN": "tidal"}).settings
    assert found.sources.reddit.client_secret.get_secret_value() == "app-s3cret"
    assert found.sources.x.bearer_token.get_secret_value() == "tidal"
    assert not {"app-s3cret", "tidal"} & set(repr(found).split("'"))


def test_a_key_that_stands_in_two_places_is_told(write):
    write("s3cret", "x")
    found = told(write('[sources.x]\nbearer_token_file = "x"'), {"RIPPLEWATCH_SOURCES__X__BEARER_TOKEN": "tidal"})
    assert found["sources.x.bearer_token_file"] == "set either bearer_token_file or bearer_token, not both"


def test_no_message_about_a_source_holds_its_secret(write):
    file = write(
        '[sources.reddit]\nclient_id = "s3cret"\nclient_secret = ["s3cret"]\n[sources.youtube]\napi_key = 5\n'
        '[sources.feed]\nurls = ["ftp://mina:s3cret@news.example"]\n[sources.mastodon]\naccess_token = {x = "s3cret"}\n'
        'base_url = "https://mina:s3cret@social.example"\n[sources.bluesky]\napp_password = "s3cret"'
    )
    message = str(ConfigurationError(problems(file)))
    for name in ("reddit", "youtube", "feed", "mastodon", "bluesky"):
        assert f"sources.{name}" in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "ripplewatch init"), (b"brands = [", "is not valid TOML"), (b"\xff\xfe", "is not valid TOML")],
)
def test_a_file_that_cannot_be_used(tmp_path, content, words):
    file = tmp_path / "here.toml"
    if content is not None:
        file.write_bytes(content)
    assert words in told(file)["file"]


def test_a_folder_is_no_file(tmp_path):
    assert "cannot be read" in told(tmp_path)["file"]


def test_plug_ins_that_cannot_be_used_are_told_beside_the_rest(write, monkeypatch):
    broken = Problem("sources.tides", "the plug-in tides:SPEC cannot be loaded: No module named 'tides'")
    monkeypatch.setattr(settings, "PROBLEMS", (broken,))
    found = told(write('language = "tlh"'))
    assert found["sources.tides"] == broken.message
    assert "language" in found


def test_no_message_holds_a_secret(write):
    file = write(MAIL + 'username = "alerts"\npassword = ["hunter2"]\n[sources.bluesky]\napp_password = {x = "tidal"}')
    message = str(ConfigurationError(problems(file)))
    assert "notify.email.password" in message
    assert "hunter2" not in message
    assert "tidal" not in message


NAMES = st.sampled_from(
    (*Settings.model_fields, "email", "feed", "title", "name", "channels", "urls", "x", "password_file")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=8,
)


def outcome(environment):
    try:
        return load(None, environment).settings.database
    except ConfigurationError as error:
        return error.problems


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_whatever_stands_there_is_settings_or_told_problems(values):
    assert outcome({f"RIPPLEWATCH_{name.upper()}": json.dumps(value) for name, value in values.items()})
