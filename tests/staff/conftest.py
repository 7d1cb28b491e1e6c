"""One office a test, on SQLite, on Tuesday 24 November 2026 at 10:00."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest

from staff import accounts
from tests.staff import office as offices
from tests.staff.office import Clerk, Office


@pytest.fixture(autouse=True)
def calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWAL_NOW", offices.NOW.isoformat())
    monkeypatch.delenv("RENEWAL_CITY", raising=False)
    # As production's, but for what makes it slow.
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_HASHER", quick)
    monkeypatch.setattr(accounts, "_NOBODY", quick.hash("nobody"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("template") / "renewal.db"
    with offices.office(f"sqlite:///{path}") as made, made.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


@pytest.fixture
def office(tmp_path: Path, template: bytes) -> Iterator[Office]:
    (tmp_path / "renewal.db").write_bytes(template)
    with offices.office(f"sqlite:///{tmp_path}/renewal.db") as opened:
        yield opened


@pytest.fixture
def desk(office: Office) -> Clerk:
    """A clerk at the counter."""
    return office.hire("窓口太郎", "desk")


@pytest.fixture
def chief(office: Office) -> Clerk:
    return office.hire("係長", "chief")
