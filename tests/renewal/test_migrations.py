"""The schema's versions, up and down, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from renewal.bookings import create_engine_from, migrate, schema_version
from renewal.bookings.engine import ROOT, writing
from renewal.bookings.schema import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"migrations_{os.getpid()}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", future=True)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    engine = create_engine_from(url)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def downgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_the_migrations_make_just_what_the_code_expects(empty: Engine) -> None:
    migrate(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert tables(empty) == set(metadata.tables)
    current, newest = schema_version(empty)
    assert current == newest


def test_a_database_can_go_down_and_up_again(empty: Engine) -> None:
    migrate(empty)
    downgrade(empty, "base")
    assert tables(empty) == set()
    assert schema_version(empty)[0] is None
    migrate(empty)
    migrate(empty)
    assert tables(empty) == set(metadata.tables)


def test_threads_that_start_at_once_migrate_once(empty: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty] * 4))
    assert tables(empty) == set(metadata.tables)


def test_processes_that_start_at_once_migrate_once(url: str, empty: Engine) -> None:
    program = (
        "import sys; from renewal.bookings import *; migrate(create_engine_from(sys.argv[1]))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(2)
    ]
    assert [process.wait(30) for process in running] == [0, 0]
    assert tables(empty) == set(metadata.tables)


def test_the_alembic_command_reads_database_url(url: str, empty: Engine) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert tables(empty) == set(metadata.tables)


def test_a_postgres_address_in_the_old_form_is_understood() -> None:
    engine = create_engine_from("postgres://user@localhost/db")
    assert engine.url.drivername == "postgresql"


def test_without_an_address_it_is_a_file_under_var() -> None:
    engine = create_engine_from(None)
    assert engine.url.database == str(ROOT / "var" / "renewal.db")


def test_an_error_of_the_database_does_not_list_the_values_of_the_request(empty: Engine) -> None:
    migrate(empty)
    with pytest.raises(sa.exc.DBAPIError) as error, empty.connect() as connection:
        connection.execute(sa.text("SELECT :secret FROM nothing"), {"secret": "ひみつ"})
    assert "parameters: " not in str(error.value)
