"""Free times of one counter for 30 days, with few and with very many bookings in the table.

    python -m benchmarks.bookings_scale [--few 10000] [--many 1000000] [--looks 300]

The 30 days are equally full in both; the other bookings lie in the years before. Both tables are
there at once and are looked at in turn, so that they meet the same machine.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.bookings_common import (
    CITY,
    COUNTER,
    NOW,
    VISIT,
    machine,
    postgres,
    sqlite,
    starts,
    store_at,
)
from renewal import clock, slots
from renewal.bookings import Bookings
from renewal.bookings.schema import bookings, metadata
from renewal.bookings.schema import seats as seats_table
from renewal.bookings.schema import starts as starts_table

FIRST = NOW.date()
DAYS = 30
SEATS = CITY.counters[COUNTER].seats
BATCH = 5000


def _moments(count: int) -> Iterator[tuple[datetime, int]]:
    """Give a start and a seat number for each booking: half of the coming days, then the past."""
    coming = starts(FIRST, 60)
    for place, start in enumerate(coming):
        if place % 2:
            for seat in range(1, SEATS + 1):
                yield start, seat
    count -= SEATS * (len(coming) // 2)
    past = datetime.fromisoformat("2026-11-01T08:30:00+09:00")
    for number in range(count):
        yield past - timedelta(minutes=10 * (number // SEATS)), number % SEATS + 1


def fill(store: Bookings, count: int) -> None:
    """Write that many bookings, past the store."""
    cards = [card.as_json() for card in VISIT.cards]
    at = clock.real_now()
    rows: list[tuple[datetime, int, str]] = []
    with store.engine.begin() as connection:

        def write() -> None:
            opened = {start for start, _seat, _code in rows}
            connection.execute(
                _insert(starts_table, connection),
                [
                    {"counter": COUNTER, "start_at": s, "capacity": SEATS, "usual": SEATS}
                    for s in sorted(opened)
                ],
            )
            connection.execute(
                sa.insert(bookings),
                [
                    {
                        "code": code, "status": "booked", "counter": COUNTER, "start_at": start,
                        "applicant": "self", "cards": cards, "phone": VISIT.phone,
                        "conversation": code, "channel": "web", "created_at": at,
                        "hold_id": code, "confirm_key": code,
                    }
                    for start, _seat, code in rows
                ],
            )  # fmt: skip
            connection.execute(
                sa.insert(seats_table),
                [
                    {
                        "counter": COUNTER, "start_at": start, "seat_no": seat, "capacity": SEATS,
                        "hold_id": code, "part": 1, "held_until": at, "code": code,
                    }
                    for start, seat, code in rows
                ],
            )  # fmt: skip
            rows.clear()

        # In the order of booking, which is not that of the visits: the table is as mixed as later.
        for number, (start, seat) in enumerate(_moments(count)):
            rows.append((start, seat, f"X{number:010}"))
            if len(rows) == BATCH:
                write()
        if rows:
            write()
    with store.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in metadata.tables:
            connection.exec_driver_sql(f"ANALYZE {table}")


def _insert(table: sa.Table, connection: sa.engine.Connection) -> Any:
    if connection.dialect.name == "sqlite":
        return sa.insert(table).prefix_with("OR IGNORE")
    from sqlalchemy.dialects.postgresql import insert

    return insert(table).on_conflict_do_nothing()


def look(store: Bookings) -> float:
    """Return how many milliseconds the free times of 30 days take."""
    at = clock.real_now()
    began = time.perf_counter()
    found = slots.slots(
        store, CITY, COUNTER, FIRST, FIRST + timedelta(days=DAYS - 1), NOW, at
    )
    took = (time.perf_counter() - began) * 1000
    assert len(found) > 300
    assert {slot.free for slot in found} == {0, SEATS}
    return took


def compare(few: Bookings, many: Bookings, looks: int) -> tuple[float, float]:
    """Return the median milliseconds with few and with many bookings, looked at in turn."""
    for store in (few, many) * 10:
        look(store)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(looks):
        for place, store in enumerate((few, many)):
            times[place].append(look(store))
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> None:
    """Fill, look and print, on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--looks", type=int, default=300)
    options = parser.parse_args()
    print(machine())
    assert date(2026, 11, 24) == FIRST
    for name, database in (("SQLite", sqlite), ("PostgreSQL", postgres)):
        with ExitStack() as stack:
            urls = [stack.enter_context(database()) for _ in range(2)]
            few, many = (store_at(url) for url in urls)
            began = time.perf_counter()
            fill(few, options.few)
            fill(many, options.many)
            filled = time.perf_counter() - began
            first, second = compare(few, many, options.looks)
            few.engine.dispose()
            many.engine.dispose()
        print(
            f"{name}: p50 {first:.2f} ms with {options.few} bookings, {second:.2f} ms with "
            f"{options.many}: ratio {second / first:.2f} (wanted: at most 1.5); "
            f"filled in {filled:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
