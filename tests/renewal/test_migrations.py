"""The schema's versions, up and down, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from renewal.bookings import create_engine_from, migrate, schema, schema_version
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


def test_what_was_noted_of_calls_and_of_citizens_is_carried_over(empty: Engine) -> None:
    """From 0004, whose audit log held the calls, and named citizens like anybody else."""
    migrate(empty, "0004")
    old = sa.MetaData()
    old.reflect(empty)
    at, visit = (datetime(2026, 12, day, 1, tzinfo=timezone.utc) for day in (1, 3))
    codes = ("KEPT", "MOVED", "AGAIN", "TOLD", "ENDED")
    with empty.begin() as connection:
        for code in codes:
            connection.execute(
                sa.insert(old.tables["bookings"]).values(
                    code=code, status="cancelled" if code == "ENDED" else "booked",
                    counter="honchosha", start_at=visit, applicant="self", cards=[], channel="web",
                    created_at=at, hold_id=code, confirm_key=code,
                )
            )  # fmt: skip
        for code, who, what, detail, key in (
            ("KEPT", "tanaka", "called", {"closure": 7}, None),
            ("MOVED", "tanaka", "called", {"closure": 7}, None),
            ("MOVED", "citizen", "change", None, "change:1"),
            ("AGAIN", "tanaka", "change", None, "change:2"),
            ("AGAIN", "tanaka", "called", {"event": "e1"}, None),
            ("ENDED", "tanaka", "called", {"visit": "x"}, None),
            (None, "citizen", "list", None, None),  # a member of staff who called themselves so
        ):
            connection.execute(
                sa.insert(old.tables["audit_log"]).values(
                    at=at, who=who, what=what, code=code, detail=detail, key=key
                )
            )
        for code, status in (("TOLD", "sent"), ("KEPT", "waiting")):
            connection.execute(
                sa.insert(old.tables["notices"]).values(
                    id=f"closure:{code}:7", kind="closure", code=code, start_at=visit,
                    closure_id=7, retry_key=code, status=status, made_at=at, ended_at=at,
                )
            )  # fmt: skip
    migrate(empty)
    with empty.connect() as connection:
        told = connection.execute(sa.select(schema.told)).all()
        roles = connection.execute(
            sa.select(schema.audit_log.c.what, schema.audit_log.c.role)
            .order_by(schema.audit_log.c.id)
        ).all()
        waiting = connection.scalars(
            sa.select(schema.notices.c.code).where(schema.notices.c.status == "waiting")
        ).all()
    assert {(row.code, row.about, row.who) for row in told} == {
        ("KEPT", "closed", "tanaka"), ("AGAIN", "not_answered:e1", "tanaka"),
        ("TOLD", "closed", None),
    }  # fmt: skip
    assert {(row.counter, row.start_at, row.at) for row in told} == {("honchosha", visit, at)}
    assert [role for what, role in roles] == [
        "staff", "staff", "citizen", "staff", "staff", "staff", "staff",
    ]  # fmt: skip
    assert waiting == []
    downgrade(empty, "0004")
    migrate(empty)


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
