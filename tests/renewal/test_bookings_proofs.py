"""Small editions of the proofs in benchmarks/: the race, the kill, the size, the guesses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.bookings_common import NOW, store_at
from benchmarks.bookings_guesses import guess
from benchmarks.bookings_kill import MOMENTS, WRITTEN, kill_again_and_again
from benchmarks.bookings_race import expected, findings, race
from benchmarks.bookings_scale import fill, look
from renewal.bookings import Bookings
from renewal.bookings.schema import metadata
from renewal.bookings.store import TAKEN

AT = datetime.fromisoformat("2026-11-24T01:00:00+00:00")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database; other processes connect to it too."""
    if request.param == "sqlite":
        path = tmp_path / "renewal.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        yield f"sqlite:///{path}"
        return
    engine = request.getfixturevalue("postgres_engine")
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE " + ", ".join(metadata.tables)))
    engine.dispose()
    yield request.getfixturevalue("postgres_url")


def test_of_many_people_after_the_last_seats_as_many_get_one_as_there_are(url: str) -> None:
    assert race(url, people=12, rounds=4) == expected(people=12, rounds=4)
    assert findings(url) == []


def test_a_killed_writer_leaves_everything_whole_and_can_ask_again(url: str) -> None:
    where = kill_again_and_again(url, kills=6, seed=3)
    assert sum(where.values()) == 6
    assert where[MOMENTS[WRITTEN]] > 0


def test_free_times_of_a_month_do_not_grow_with_the_table(url: str) -> None:
    store = store_at(url)
    fill(store, 4000)
    with store.engine.connect() as connection:
        values = {"counter": "honchosha", "first": NOW, "last": NOW + timedelta(days=30), "at": AT}
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        plan = connection.execute(sa.text(explain + TAKEN.text), values).all()
    assert "SEARCH seats USING" in str(plan) or "Index Scan" in str(plan)
    assert look(store) > 0  # and it finds what it should


@pytest.mark.parametrize("known", [False, True])
def test_guesses_get_nothing_and_are_slowed_down(store: Bookings, known: bool) -> None:
    """With a code that exists, or with any; by one conversation after the other."""
    answers = guess(store, 120, known=known, at=AT, seed=1, addresses=1)
    # Five of a code or twenty of an address, and of each of the six conversations after that its first.
    assert answers == {"nothing": 5 + 5 if known else 20 + 2, "wait": 110 if known else 98}
