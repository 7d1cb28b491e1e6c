"""Confirmed bookings a second on PostgreSQL from 16 connections, against a bare INSERT … COMMIT.

    python -m benchmarks.bookings_throughput [--seconds 4] [--rounds 3]

Three things, in turn, so that they meet the same machine: the bare insert of the same row into the
same table through the same driver; a hold and its confirmation, two transactions; and confirmations
alone, of holds made before the clock starts. Every connection is a process and books at starts of
its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import psycopg2
import sqlalchemy as sa

from benchmarks.bookings_common import (
    CITY,
    COUNTER,
    NOW,
    VISIT,
    fork,
    machine,
    postgres,
    starts,
    store_at,
)
from renewal import clock
from renewal.bookings import create_engine_from
from renewal.bookings.codes import new_code
from renewal.bookings.schema import metadata

CONNECTIONS = 16
WARM = 5  # bookings that a connection makes before the clock starts, as one of a server has
SEATS = CITY.counters[COUNTER].seats
# Bookable for a year, so that the seats last.
RULES = CITY.booking.model_copy(update={"horizon_days": 366})
LONG = CITY.model_copy(update={"booking": RULES})
STARTS = starts(date(2026, 11, 25), 365)
_INSERT = """
    INSERT INTO bookings (code, status, counter, start_at, applicant, cards, visitor_name, phone,
      conversation, channel, note, created_at, hold_id, confirm_key)
    VALUES (%s, 'booked', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
Work = Callable[[str, int, Any, float], int]


def bare(url: str, number: int, ready: Any, seconds: float) -> int:
    """Insert rows one by one, each committed, and return how many."""
    connection = psycopg2.connect(url)
    cursor = connection.cursor()
    cards = json.dumps([card.as_json() for card in VISIT.cards], ensure_ascii=False)
    codes = [new_code() for _ in range(int(seconds * 3000))]
    cursor.execute("SELECT count(*) FROM bookings")
    ready.wait()
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        key = f"{number}-{done}"
        cursor.execute(
            _INSERT,
            (codes[done], COUNTER, STARTS[done % len(STARTS)], VISIT.applicant, cards,
             VISIT.visitor_name, VISIT.phone, VISIT.conversation, VISIT.channel, VISIT.note, NOW,
             f"h{key}", f"c{key}"),
        )  # fmt: skip
        connection.commit()
        done += 1
    return done


def hold_and_confirm(url: str, number: int, ready: Any, seconds: float) -> int:
    """Hold and confirm one booking after the other, and return how many."""
    store, at = store_at(url), clock.real_now()
    mine = _seats_of(number)
    done = 0

    def book() -> None:
        nonlocal done
        key = f"{number}-{done}"
        hold = store.hold(COUNTER, mine[done], key=f"h{key}", city=LONG, now=NOW, at=at)
        store.confirm(hold.id, VISIT, key=f"c{key}", city=LONG, now=NOW, at=at)
        done += 1

    while done < WARM:
        book()
    ready.wait()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        book()
    return done - WARM


def confirm(url: str, number: int, ready: Any, seconds: float) -> int:
    """Confirm holds made before, and return how many."""
    store, at = store_at(url), clock.real_now()
    mine = _seats_of(number)
    for place, start in enumerate(mine[: int(seconds * 150)]):
        store.hold(COUNTER, start, key=f"h{number}-{place}", city=LONG, now=NOW, at=at)
    ready.wait()
    done, begin = 0, time.perf_counter()
    while time.perf_counter() < begin + seconds and done < place:
        key = f"{number}-{done}"
        store.confirm(f"h{key}", VISIT, key=f"c{key}", city=LONG, now=NOW, at=at)
        done += 1
    # Scaled up when the holds did not last for the whole time.
    return round(done * seconds / min(seconds, time.perf_counter() - begin))


def _seats_of(number: int) -> list[datetime]:
    """Return the starts of one connection, days of its own, each as often as it has seats."""
    share = len(STARTS) // CONNECTIONS
    mine = STARTS[number * share : (number + 1) * share]
    return [start for start in mine for _ in range(SEATS)]


def rate(work: Work, url: str, seconds: float) -> float:
    """Return what all connections together do in a second."""
    engine = create_engine_from(url)
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE " + ", ".join(metadata.tables)))
    engine.dispose()
    ready, results = fork.Barrier(CONNECTIONS), fork.Queue()

    def child(number: int) -> None:
        try:
            results.put(work(url, number, ready, seconds))
        except BaseException as error:
            ready.abort()
            results.put(error)
            raise

    children = [fork.Process(target=child, args=(number,)) for number in range(CONNECTIONS)]
    for process in children:
        process.start()
    done = [results.get(timeout=120) for _ in children]
    for process in children:
        process.join()
    for result in done:
        if isinstance(result, BaseException):
            raise result
    return sum(done) / seconds


def main() -> None:
    """Measure and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(machine())
    ratios: dict[str, list[float]] = {"hold_and_confirm": [], "confirm": []}
    with postgres() as url:
        for _round in range(options.rounds):
            base = rate(bare, url, options.seconds)
            line = f"bare {base:6.0f}/s"
            for work in (hold_and_confirm, confirm):
                found = rate(work, url, options.seconds)
                ratios[work.__name__].append(found / base)
                line += f"   {work.__name__} {found:6.0f}/s ({found / base:.2f})"
            print(line, flush=True)
    for name, values in ratios.items():
        print(f"{name}: median ratio {statistics.median(values):.2f} (wanted: at least 0.33)")


if __name__ == "__main__":
    main()
