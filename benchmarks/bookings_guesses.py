"""10,000 guesses at somebody's booking: none finds it, and almost none is even looked at.

    python -m benchmarks.bookings_guesses [--guesses 10000] [--seed 1]

On both databases; once with codes made up, once with a code that is known and only the four digits
guessed. One guess a second, from ten addresses, a new conversation every twenty guesses.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from datetime import datetime, timedelta

from benchmarks.bookings_common import (
    CITY,
    COUNTER,
    NOW,
    VISIT,
    machine,
    postgres,
    sqlite,
    store_at,
)
from renewal import clock
from renewal.bookings import Bookings, TooManyAttempts, codes

START = datetime.fromisoformat("2026-12-03T10:00:00+09:00")


def guess(
    store: Bookings, guesses: int, *, known: bool, at: datetime, seed: int, addresses: int = 10
) -> Counter[str]:
    """Make a booking, guess at it once a second from `at` on, and return how often what came back.

    "nothing" was looked at and was wrong; "wait" was not looked at.
    """
    hold = store.hold(COUNTER, START, key="h", city=CITY, now=NOW, at=at)
    booking = store.confirm(hold.id, VISIT, key="c", city=CITY, now=NOW, at=at)
    choose, answers = random.Random(seed), Counter[str]()
    for number in range(guesses):
        now = at + timedelta(seconds=number)
        code = booking.code if known else codes.new_code()
        try:
            found = store.find(
                code,
                f"{choose.randrange(10_000):04}",
                conversation=f"c{number // 20}",
                source=f"address {number % addresses}",
                at=now,
            )
            answers["found" if found else "nothing"] += 1
        except TooManyAttempts as refused:
            assert refused.until > now
            answers["wait"] += 1
    return answers


def main() -> int:
    """Guess on both databases and print what came of it; 1 when a booking was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    found = 0
    for name, database in (("SQLite", sqlite), ("PostgreSQL", postgres)):
        for known in (False, True):
            with database() as url:
                answers = guess(
                    store_at(url), options.guesses, known=known, at=clock.real_now(),
                    seed=options.seed,
                )  # fmt: skip
            found += answers["found"]
            print(f"{name}, {'the code is known' if known else 'any code'}: {dict(answers)}", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
