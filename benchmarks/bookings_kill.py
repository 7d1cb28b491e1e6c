"""`kill -9` of the writing process at a random moment, again and again.

    python -m benchmarks.bookings_kill [--kills 200] [--seed 1]

A process holds, confirms, changes and cancels as fast as it can and notes in shared memory how far
it is in its transaction. It is killed after a random while; then the check has to be clean, no seat
may be taken twice or lost, and the request that was cut off, made again with the same key, has to
give one booking.
"""

from __future__ import annotations

import argparse
import mmap
import os
import random
import signal
import time
from collections import Counter
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from benchmarks.bookings_common import (
    CITY,
    COUNTER,
    NOW,
    VISIT,
    fork,
    machine,
    postgres,
    sqlite,
    starts,
    store_at,
)
from renewal import clock
from renewal.bookings import Bookings, check
from renewal.bookings.engine import Sql
from renewal.bookings.schema import audit_log, bookings, seats

# Bookable for a year, so that the seats last.
RULES = CITY.booking.model_copy(update={"horizon_days": 366})
LONG = CITY.model_copy(update={"booking": RULES})
STARTS = starts(date(2026, 11, 25), 365)
IDLE, BEGUN, WRITTEN = range(3)
MOMENTS = {IDLE: "outside", BEGUN: "before the first write", WRITTEN: "written, not committed"}


def kill_again_and_again(url: str, kills: int, seed: int) -> Counter[str]:
    """Return how often the process was killed where; raises AssertionError when something is lost.
    """
    choose = random.Random(seed)
    where: Counter[str] = Counter()
    store = store_at(url)
    for number in range(kills):
        # One byte for the moment, eight for the number of the request that is under way.
        shared = mmap.mmap(-1, 16)
        child = fork.Process(target=_write_for_ever, args=(url, number, shared))
        store.engine.dispose()  # the child opens connections of its own
        child.start()
        _wait_until_at_work(shared, child)
        time.sleep(choose.uniform(0, 0.03))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        where[MOMENTS[shared[0]]] += 1
        _nothing_is_lost(store, number, int.from_bytes(shared[8:16], "little"))
    return where


def _wait_until_at_work(shared: mmap.mmap, child: Any) -> None:
    deadline = time.perf_counter() + 60
    while int.from_bytes(shared[8:16], "little") < 2:
        assert child.is_alive(), "the writing process failed"
        assert time.perf_counter() < deadline
        time.sleep(0.001)


def _start(number: int, request: int) -> datetime:
    return STARTS[(number * 7 + request) % len(STARTS)]


def _request(store: Bookings, number: int, request: int) -> list[str]:
    """Make a booking, change every third, cancel every fifth; return the codes, one a step."""
    at = clock.real_now()
    key = f"{number}-{request}"
    common: dict[str, Any] = {"city": LONG, "now": NOW, "at": at}
    hold = store.hold(COUNTER, _start(number, request), key=f"h{key}", **common)
    codes = [store.confirm(hold.id, VISIT, key=f"c{key}", **common).code]
    if request % 3 == 0:
        other = store.hold(COUNTER, _start(number, request + 50), key=f"o{key}", **common)
        codes.append(store.change(codes[0], other.id, key=f"x{key}", **common).code)
    if request % 5 == 0 or request > 3:  # and the starts do not fill up
        codes.append(store.cancel(codes[0], key=f"d{key}", **common).code)
    return codes


def _write_for_ever(url: str, number: int, shared: mmap.mmap) -> None:
    store = store_at(url)
    _watch(store, shared)
    request = 0
    while True:
        shared[8:16] = request.to_bytes(8, "little")
        _request(store, number, request)
        request += 1


def _watch(store: Bookings, shared: mmap.mmap) -> None:
    """Note in shared memory when a transaction begins, first writes, and has ended."""

    def moment(value: int) -> Any:
        def note(*_arguments: Any) -> None:
            shared[0] = value

        return note

    def executed(*arguments: Any) -> None:
        if arguments[2].split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            shared[0] = WRITTEN

    sa.event.listen(store.engine, "begin", moment(BEGUN))
    sa.event.listen(store.engine, "after_cursor_execute", executed)
    # The hot statements go past SQLAlchemy's events.
    plain = Sql.__call__

    def noted(self: Sql, connection: Any, values: dict[str, Any]) -> list[Any]:
        rows = plain(self, connection, values)
        if rows and self.writes:
            shared[0] = WRITTEN
        return rows

    Sql.__call__ = noted  # type: ignore[method-assign]
    commit = store.engine.dialect.do_commit

    def committed(connection: Any) -> None:
        commit(connection)
        shared[0] = IDLE

    store.engine.dialect.do_commit = committed


def _nothing_is_lost(store: Bookings, number: int, request: int) -> None:
    assert check(store.engine, CITY, NOW, clock.real_now()) == []
    # The request that was cut off, made again: the same booking, once.
    first, second = _request(store, number, request), _request(store, number, request)
    assert first == second
    assert len(set(first)) == 1
    assert check(store.engine, CITY, NOW, clock.real_now()) == []
    with store.engine.connect() as connection:
        key = f"c{number}-{request}"
        made = sa.select(sa.func.count()).select_from(bookings).where(bookings.c.confirm_key == key)
        assert connection.execute(made).scalar_one() == 1
        live = sa.select(sa.func.count()).select_from(bookings)
        live = live.where(bookings.c.status == "booked")
        booked = sa.select(sa.func.count()).select_from(seats).where(seats.c.code.is_not(None))
        assert connection.execute(live).scalar_one() == connection.execute(booked).scalar_one()
        done = sa.select(audit_log.c.key).group_by(audit_log.c.key).having(sa.func.count() > 1)
        assert connection.execute(done).all() == []


def main() -> None:
    """Kill on both databases and print where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    databases: list[tuple[str, Any]] = [("SQLite", sqlite()), ("PostgreSQL", postgres())]
    for name, database in databases:
        with database as url:
            began = time.perf_counter()
            where = kill_again_and_again(url, options.kills, options.seed)
            seconds = time.perf_counter() - began
            print(
                f"{name}: {options.kills} kills in {seconds:.0f} s, {dict(where)}: check clean, "
                "no seat twice or lost, the same key one booking, each time",
                flush=True,
            )


if __name__ == "__main__":
    main()
