"""Many people after the last seats: as many get one as there are seats, the others get other times.

    python -m benchmarks.bookings_race [--people 200] [--rounds 100]

Every person is a process with a connection of its own. In each round all of them want the same
start at the same moment; a barrier lets them go together.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from datetime import date
from typing import Any

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
from renewal import clock, slots
from renewal.bookings import SlotFull, check

SEATS = CITY.counters[COUNTER].seats
Rounds = list[Counter[str]]


def race(url: str, people: int, rounds: int) -> Rounds:
    """Return for each round how many "won", were offered "other times", or what else happened."""
    wanted = starts(date(2026, 11, 25), 58)[:rounds]
    gate, results = fork.Barrier(people), fork.Queue()

    def person(number: int) -> None:
        store = store_at(url)
        store.taken(COUNTER, NOW, NOW, clock.real_now())  # connected before the race begins
        answers = []
        for place, start in enumerate(wanted):
            key = f"{number}-{place}"
            gate.wait(120)
            try:
                at = clock.real_now()
                hold = store.hold(COUNTER, start, key=f"h{key}", city=CITY, now=NOW, at=at)
                store.confirm(hold.id, VISIT, key=f"c{key}", city=CITY, now=NOW, at=at)
                answers.append("won")
            except SlotFull:
                other = slots.nearest(store, CITY, [COUNTER], start, NOW, clock.real_now())
                answers.append("other times" if other else "nothing")
            except Exception as error:
                answers.append(f"{type(error).__name__}: {str(error)[:80]}")
        results.put(answers)

    children = [fork.Process(target=person, args=(number,)) for number in range(people)]
    for process in children:
        process.start()
    answers: list[list[str]] = [results.get(timeout=600) for _ in children]
    for process in children:
        process.join()
    return [Counter(column) for column in zip(*answers, strict=True)]


def expected(people: int, rounds: int) -> Rounds:
    """Return what has to come out: as many winners as there are seats, an answer for each other."""
    return [Counter({"won": SEATS, "other times": people - SEATS})] * rounds


def findings(url: str) -> list[str]:
    """Return what `renewal check` finds afterwards."""
    return check(store_at(url).engine, CITY, NOW, clock.real_now())


def main() -> None:
    """Run the race on both databases and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    print(machine())
    databases: list[tuple[str, Any]] = [
        ("SQLite", sqlite()),
        ("PostgreSQL", postgres(options.people + 20)),
    ]
    for name, database in databases:
        with database as url:
            began = time.perf_counter()
            found = race(url, options.people, options.rounds)
            seconds = time.perf_counter() - began
            right = found == expected(options.people, options.rounds)
            total: Counter[str] = sum(found, Counter())
            print(
                f"{name}: {options.rounds} rounds of {options.people} people after {SEATS} seats: "
                f"{dict(total)} in {seconds:.0f} s; "
                f"{'exactly ' + str(SEATS) + ' winners each round' if right else 'WRONG'}; "
                f"check: {findings(url) or 'clean'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
