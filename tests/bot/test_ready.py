"""A process that cannot keep what it is told is not ready."""

from __future__ import annotations

import asyncio
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import database
from bot.channels import operation
from renewal.bookings import migrate
from renewal.bookings.schema import origins


@pytest.fixture(autouse=True)
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.engine.Engine]:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/renewal.db")
    database._engine.cache_clear()
    migrate(database.engine())
    yield database.engine()
    database.engine().dispose()
    database._engine.cache_clear()


def ready() -> dict[str, bool]:
    return asyncio.run(operation.readiness(None))


def test_a_database_that_takes_a_row_is_ready_and_keeps_none(engine: sa.engine.Engine) -> None:
    assert (ready()["database"], ready()["disk"]) == (True, True)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(origins)) == 0


def test_a_database_that_cannot_be_written_is_not_ready(engine: sa.engine.Engine) -> None:
    sa.event.listen(engine, "checkout", lambda c, *_: c.execute("PRAGMA query_only=ON"))
    assert ready()["database"] is False


def test_without_room_on_the_disk_it_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5_000))
    assert ready()["disk"] is False
