"""500 random and hostile messages in the middle of bookings: each answered, each booking made.

    python -m benchmarks.hostile [COUNT]

Answers in process (the trained model, the real actions, a database of its own). Exit 1 when one
message got no answer, changed an earlier answer, or kept a booking from completing.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
import time

from actions import base
from benchmarks import roomy_city
from renewal.bookings import create_engine_from, migrate
from tests.conversations.driver import Person, load_agent
from tests.conversations.hostile import messages, play

COUNT = 500


def main() -> int:
    """Print what happened, and return 0 when all went well."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/renewal.db"
        os.environ["RENEWAL_NOW"] = "2026-11-24T10:00:00+09:00"
        os.environ["RENEWAL_CITY"] = roomy_city()
        engine = create_engine_from(os.environ["DATABASE_URL"])
        migrate(engine)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        agent = load_agent()
        people = (Person(agent, f"person-{number}", loop) for number in itertools.count())
        began = time.perf_counter()
        talks = []
        for talk in play(people, base.bookings(), messages(count)):
            talks.append(talk)
            print(f"{talk.person.sender}: {talk.sent} messages", *talk.problems, sep="\n  ✗ ")
            if talk.problems:
                print(*(f"    {who}: {said[:120]!r}" for who, said in talk.person.transcript), sep="\n")
        seconds = time.perf_counter() - began
        engine.dispose()
    problems = [problem for talk in talks for problem in talk.problems]
    sent, booked = sum(talk.sent for talk in talks), sum(not talk.problems for talk in talks)
    read = sum(len(talk.taken) for talk in talks)
    print(
        f"{sent} hostile messages in {len(talks)} bookings, {booked} of them made as wanted; "
        f"{read} messages read like an answer to what was asked; {seconds:.0f} s"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
