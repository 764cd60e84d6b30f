"""Connecting, migrating and transactions, and what a person is told when the database refuses."""

import socket
import sqlite3
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import alerts.store.tables  # the tables of both packages are compared
import monitor.store.tables  # noqa: F401
from monitor.db import connect, migrate, reading, transaction
from monitor.errors import StorageError
from monitor.storage_errors import storage_error
from monitor.store import MetaStore

SECRET = "s3cret-word"


@pytest.fixture
def opened():
    """Connects, and lets go of everything at the end."""
    engines = []

    def open_database(url, **options):
        engines.append(connect(url, **options))
        return engines[-1]

    yield open_database
    for engine in engines:
        engine.dispose()


def test_migrations_make_exactly_the_tables_that_the_stores_use(engine):
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert differences == []


def test_a_second_migration_changes_nothing_and_takes_no_lock(engine):
    MetaStore(engine).put("kept", "yes")
    statements = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    migrate(engine)
    words = {statement.lstrip("(").split()[0] for statement in statements}
    assert words <= {"SELECT", "PRAGMA", "BEGIN"}
    assert "BEGIN IMMEDIATE" not in statements
    assert MetaStore(engine).get("kept") == "yes"


def test_all_connections_of_a_daemon_together_keep_little_of_a_file_in_memory(tmp_path, opened):
    engine = opened(f"sqlite:///{tmp_path / 'daemon.db'}")
    with ExitStack() as stack:  # as many as there can be at once
        connections = [stack.enter_context(engine.connect()) for _ in range(15)]
        kilobytes = [-one.exec_driver_sql("PRAGMA cache_size").scalar_one() for one in connections]
    assert all(size > 0 for size in kilobytes)
    assert sum(kilobytes) <= 128 * 1024


def test_programs_that_start_together_migrate_once(database_url, opened):
    engines = [opened(database_url) for _ in range(4)]
    failures = []

    def start(engine):
        try:
            migrate(engine)
        except StorageError as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    MetaStore(engines[0]).put("ready", "yes")
    assert MetaStore(engines[3]).get("ready") == "yes"


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database_url, opened):
    engine = opened(database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    with pytest.raises(StorageError, match=r"newer version of Ripplewatch.*9999_from_the_future"):
        migrate(engine)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999_from_the_future"


def test_a_transaction_keeps_all_or_nothing(engine):
    meta = MetaStore(engine)

    def interrupted():
        with transaction(engine) as session:
            meta.put("one", "1", session)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert meta.get("one") is None
    with transaction(engine) as session:
        meta.put("one", "1", session)
        meta.put("two", "2", session)
    assert (meta.get("one"), meta.get("two")) == ("1", "2")


def test_readers_do_not_wait_for_a_writer_nor_see_half_of_what_it_writes(engine):
    meta = MetaStore(engine)
    meta.put("heartbeat", "old")
    with transaction(engine) as session:
        meta.put("heartbeat", "new", session)
        assert meta.get("heartbeat") == "old"
    assert meta.get("heartbeat") == "new"


def test_a_writer_waits_for_its_turn(engine):
    meta, entered = MetaStore(engine), threading.Event()

    def second():
        entered.set()
        meta.put("turn", "second")

    with transaction(engine) as session:
        meta.put("turn", "first", session)
        thread = threading.Thread(target=second)
        thread.start()
        assert entered.wait(5)
    thread.join()
    assert meta.get("turn") == "second"


def test_a_locked_sqlite_file_says_what_to_close(sqlite_url, sqlite_engine, opened):
    impatient = opened(sqlite_url, busy_seconds=0.05)
    with transaction(sqlite_engine) as session:
        MetaStore(sqlite_engine).put("a", "a", session)
        with pytest.raises(StorageError, match=r"ripplewatch\.db is locked.*try again"):
            MetaStore(impatient).put("a", "b")
    MetaStore(impatient).put("a", "b")


def test_an_exclusively_locked_sqlite_file_cannot_be_migrated(sqlite_url, opened, tmp_path):
    with sqlite3.connect(tmp_path / "ripplewatch.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="is locked"):
            migrate(opened(sqlite_url, busy_seconds=0.05))
        other.execute("ROLLBACK")
    other.close()


def test_an_unreachable_server_is_named_without_its_password(opened, unused_port):
    engine = opened(f"postgresql://ann:{SECRET}@127.0.0.1:{unused_port}/news")
    with pytest.raises(StorageError, match=f"news at 127.0.0.1:{unused_port} does not answer") as caught:
        migrate(engine)
    assert SECRET not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_database_says_how_to_make_it(postgres, opened):
    with pytest.raises(StorageError, match=r"does not exist on that server. Create it"):
        migrate(opened(postgres.url("never_made").replace("postgres@", f"postgres:{SECRET}@")))


@pytest.mark.postgres
def test_an_unknown_user_is_told_to_check_the_address(postgres, opened):
    url = postgres.url("postgres").replace("//postgres@", f"//nobody_known:{SECRET}@")
    with pytest.raises(StorageError, match="refuses this user or password") as caught:
        migrate(opened(url))
    assert SECRET not in str(caught.value)


@pytest.mark.postgres
def test_the_other_spellings_of_a_postgresql_address_work(postgres_url, opened):
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        migrate(opened(postgres_url.replace("postgresql", scheme, 1)))


@pytest.mark.postgres
def test_a_server_that_was_restarted_is_found_again(postgres_url, opened):
    engine = opened(postgres_url)
    migrate(engine)
    with reading(engine) as session:
        own = session.connection().scalar(sa.select(sa.func.pg_backend_pid()))
    with opened(postgres_url).begin() as connection:
        connection.execute(sa.select(sa.func.pg_terminate_backend(own)))
    MetaStore(engine).put("again", "yes")
    assert MetaStore(engine).get("again") == "yes"


def test_a_file_that_is_no_database_is_not_touched(opened, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but somebody's notes\n" * 100)
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"notes\.txt is not a Ripplewatch database"):
        migrate(opened(f"sqlite:///{file}"))
    assert file.read_bytes() == before


def test_a_file_that_may_only_be_read_says_so(sqlite_engine, opened, tmp_path):
    MetaStore(sqlite_engine).put("a", "b")
    read_only = opened(f"sqlite:///file:{tmp_path / 'ripplewatch.db'}?mode=ro&uri=true")
    migrate(read_only)
    assert MetaStore(read_only).get("a") == "b"
    with pytest.raises(StorageError, match=r"cannot be written. Give this user the right"):
        MetaStore(read_only).put("a", "c")


def test_a_folder_cannot_be_the_database(opened, tmp_path):
    with pytest.raises(StorageError, match=r"cannot be opened. Check that its folder exists"):
        migrate(opened(f"sqlite:///{tmp_path}"))


def test_the_folder_of_the_database_is_made(opened, tmp_path):
    migrate(opened(f"sqlite:///{tmp_path / 'a' / 'b' / 'x.db'}"))
    assert (tmp_path / "a" / "b" / "x.db").is_file()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=f"folder {tmp_path / 'file' / 'deeper'} of the database cannot be made"):
        connect(f"sqlite:///{tmp_path / 'file' / 'deeper' / 'x.db'}")


def test_a_database_never_migrated_says_what_to_do(sqlite_url, opened):
    with pytest.raises(StorageError, match=r"is not set up. Start the program once"):
        MetaStore(opened(sqlite_url)).get("a")


def test_the_same_memory_database_is_seen_by_all_threads(opened):
    engine = opened("sqlite://")
    migrate(engine)
    thread = threading.Thread(target=MetaStore(engine).put, args=("a", "b"))
    thread.start()
    thread.join()
    assert MetaStore(engine).get("a") == "b"


@pytest.mark.parametrize(
    "url",
    [
        "ripplewatch.db",
        "",
        f"mysql://ann:{SECRET}@host/db",
        f"postgresql://ann:{SECRET}@host:port/db",
        f"postgresql://ann:a@{SECRET}@host/db",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url):
    with pytest.raises(StorageError, match=r"address|supported") as caught:
        connect(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("database or disk is full", "Make room"),
        ("database disk image is malformed", "Restore the last back-up"),
        ('FATAL: password authentication failed for user "ann"', "refuses this user or password"),
        ('FATAL: sorry, too many connections for role "ann"', "no free connection"),
        ("could not translate host name to address: Name not known", "does not answer"),
        ("ERROR: permission denied for table post", "cannot be written"),
        ("connection timeout expired", "does not answer"),
        ('relation "post" does not exist', "not set up"),
        (f"something new about {SECRET}\nDETAIL: more", "something new about ***"),
        ("", "no reason given"),
    ],
)
def test_the_driver_s_words_become_advice(words, advice):
    message = str(storage_error("The database x", words, SECRET))
    assert message.startswith("The database x ")
    assert advice in message
    assert SECRET not in message
    assert "\n" not in message


def test_the_migrations_lie_inside_the_package():
    package = Path(alerts.store.tables.__file__).parents[2] / "monitor" / "migrations"
    assert sorted(file.name for file in (package / "versions").glob("*.py"))[0].startswith("0001")


@pytest.fixture
def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
