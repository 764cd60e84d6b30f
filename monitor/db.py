"""The database: connecting, migrating, transactions. SQLite in one file by default, PostgreSQL by address."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import tenacity
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from monitor.errors import StorageError
from monitor.storage_errors import storage_error

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x52495050  # any number: PostgreSQL's advisory lock while one program migrates
_PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",  # readers never wait
    "synchronous=NORMAL",
    "cache_size=-8192",  # 8 MB of each connection: a daemon has one for each of its threads
    "wal_autocheckpoint=8000",  # pages: a bulk load copies each page once instead of at every other commit
)
_WRITING = "ripplewatch_writing"
_HOW_TO_NAME_ONE = "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."


def connect(url: str, *, busy_seconds: float = 15.0) -> Engine:
    """An engine for ``url``; nothing is read or written yet, only the folder of an SQLite file is made.

    ``busy_seconds`` is how long a statement waits for another writer of an SQLite file. Raises ``StorageError``.
    """
    address = _parsed(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, busy_seconds)
    return _postgresql(address)


def migrate(engine: Engine) -> None:
    """Bring the tables to this version of the program; a second call does nothing. Raises ``StorageError``."""
    config = Config(attributes={})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with _explained(engine):
        if _is_current(engine, scripts):
            return
        with engine.execution_options(**{_WRITING: True}).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def transaction(engine: Engine, session: Session | None = None) -> Iterator[Session]:
    """A session whose writes are all kept, or none; with ``session`` given, its transaction is joined.

    Whatever the database refuses comes out as ``StorageError`` that says what to do.
    """
    if session is not None:
        yield session
        return
    with (
        _explained(engine),
        Session(engine.execution_options(**{_WRITING: True})) as own,
        own.begin(),
    ):
        yield own


@contextmanager
def reading(engine: Engine, session: Session | None = None) -> Iterator[Session]:
    """A session that only reads, and never waits for writers; with ``session`` given, it is used."""
    if session is not None:
        yield session
        return
    with _explained(engine), Session(engine) as own:
        yield own


def _parsed(url: str) -> URL:
    try:
        address = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise StorageError(f"The database address cannot be read. {_HOW_TO_NAME_ONE}") from None
    scheme = address.get_backend_name()
    if scheme in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    elif scheme != "sqlite":
        raise StorageError(f"Databases of the kind {scheme!r} are not supported. {_HOW_TO_NAME_ONE}")
    if "@" in (address.host or ""):
        raise StorageError("The database address has an '@' in its password: write it as %40.")
    return address


def _sqlite(address: URL, busy_seconds: float) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": busy_seconds}}
    if address.database in (None, "", ":memory:"):
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    elif not str(address.database).startswith("file:"):
        _make_folder(Path(str(address.database)))
    engine = sa.create_engine(address, hide_parameters=True, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    weakref.finalize(engine, engine.pool.dispose)  # nobody holds it any more: close its files
    return engine


def _postgresql(address: URL) -> Engine:
    options = {"connect_timeout": "10", "application_name": "ripplewatch"}
    address = address.update_query_dict({key: value for key, value in options.items() if key not in address.query})
    return sa.create_engine(address, hide_parameters=True, pool_pre_ping=True, paramstyle="format")


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {file.parent} of the database cannot be made ({error.strerror}). Name another file."
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says so, not where the driver guesses
    for pragma in _PRAGMAS:
        # Several programs that start together change the journal of a new file at once: those that find it locked try
        # again, since SQLite does not wait its usual time for this one change.
        for attempt in tenacity.Retrying(
            stop=tenacity.stop_after_attempt(20),
            wait=tenacity.wait_fixed(0.05),
            retry=tenacity.retry_if_exception_type(sqlite3.OperationalError),
            reraise=True,
        ):
            with attempt:
                connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once and waits its turn; one that reads first and writes later would be refused.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _is_current(engine: Engine, scripts: ScriptDirectory) -> bool:
    with engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    known = {script.revision for script in scripts.walk_revisions()}
    if unknown := present - known:
        raise StorageError(
            f"{_where(engine.url)} was written by a newer version of Ripplewatch "
            f"(revision {', '.join(sorted(unknown))}). Install that version, or name another database."
        )
    return present == set(scripts.get_heads())


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (exc.DBAPIError, exc.TimeoutError) as error:
        words = str(error.orig) if isinstance(error, exc.DBAPIError) else str(error)
        raise storage_error(_where(engine.url), words, engine.url.password) from error


def _where(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"The database {url.database or 'in memory'}"
    port = f":{url.port}" if url.port else ""
    return f"The database {url.database or ''} at {url.host or 'localhost'}{port}".replace("  ", " ")
