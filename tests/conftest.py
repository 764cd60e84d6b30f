"""Shared fixtures: no network beyond this machine, both databases, the recorded data sets."""

import contextlib
import ipaddress
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

import alerts.store.tables  # noqa: F401 - the shared database is emptied table by table: all must be known
import monitor.store.tables  # noqa: F401
from monitor.db import connect, migrate

# A machine that does other work meanwhile is slow, not wrong.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


class OutsideWorldError(RuntimeError):
    """A test reached for the network."""


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuses every connection and name look-up that would leave this machine."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def guarded_look_up(host, *args, **kwargs):
        _refuse_outside(host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


def _guarded(connect_method):
    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_outside(address[0])
        return connect_method(self, address)

    return guarded


def _refuse_outside(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name in ("localhost", socket.gethostname()):
        return
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(name.split("%")[0])
        if address.is_loopback or address.is_unspecified:
            return
    raise OutsideWorldError(
        f"a test tried to reach {name!r}: inject a transport, or a server on the loopback interface"
    )


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the recorded data sets; skips where there is none."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if not folder:
        pytest.skip("RIPPLEWATCH_DATA does not name the folder of the recorded data sets")
    if not Path(folder).is_dir():
        pytest.skip(f"RIPPLEWATCH_DATA names {folder}, which is no folder")
    return Path(folder)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'ripplewatch.db'}"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from: quicker than to migrate for every test."""
    file = tmp_path_factory.mktemp("migrated") / "ripplewatch.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_engine(sqlite_url: str, migrated_file: Path) -> Iterator[Engine]:
    """A migrated SQLite database: for tests of other things than storage."""
    shutil.copy(migrated_file, sqlite_url.removeprefix("sqlite:///"))
    yield from _connected(sqlite_url)


@pytest.fixture
def postgres_url(postgres: "Postgres") -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: one run on SQLite, one on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A migrated, empty database: one run on SQLite, one on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_engine")
    else:
        with request.getfixturevalue("postgres").emptied() as url:
            yield from _connected(url)


def _connected(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


def _migrate(url: str) -> None:
    for engine in _connected(url):
        migrate(engine)


@dataclass
class Postgres:
    """A private server on the loopback interface, without durability."""

    port: int
    numbers: Iterator[int] = field(default_factory=itertools.count)
    _shared: str | None = None

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new database that lives for the block."""
        name = f"test_{next(self.numbers)}"
        self.tell("postgres", f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield self.url(name)
        self.tell("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextlib.contextmanager
    def emptied(self) -> Iterator[str]:
        """The address of the migrated database that all tests share; every row is gone after the block."""
        if self._shared is None:
            self._shared = "shared"
            self.tell("postgres", f'CREATE DATABASE "{self._shared}" TEMPLATE template0')
            _migrate(self.url(self._shared))
        yield self.url(self._shared)
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shared'"
        self.tell("postgres", others)  # a test that failed may have left a transaction open
        self.tell(self._shared, *(str(table.delete()) for table in reversed(SQLModel.metadata.sorted_tables)))

    def tell(self, database: str, *statements: str) -> None:
        """Runs statements outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of our own, one per test process; skips where PostgreSQL is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("[1-9]*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    if not programs:
        pytest.skip("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb)")
    as_user = _as_unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="ripplewatch-postgres-", dir="/tmp"))
    if as_user:
        shutil.chown(folder, "postgres")
    port = _free_port()
    settings = "fsync=off synchronous_commit=off full_page_writes=off listen_addresses=127.0.0.1 shared_buffers=32MB"
    options = " ".join(f"-c {one}" for one in settings.split())
    options += f" -c unix_socket_directories={folder} -p {port}"

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, programs[-1].with_name(program), "-D", folder / "data", *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8")
    run("pg_ctl", "start", "-w", "-s", "-l", str(folder / "log"), "-o", options)
    try:
        yield Postgres(port)
    finally:
        run("pg_ctl", "stop", "-w", "-s", "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _as_unprivileged_user() -> list[str]:
    """The server refuses to run as root: what to put before its programs."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres to run it as")
    return ["runuser", "-u", "postgres", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
