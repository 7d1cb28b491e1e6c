"""1,000 conversations of random buttons, answers and text from the held-out sets.

Every second walker mostly answers what it is asked, so that many come to a summary, a booking, a
change or a cancellation; how many is printed.

    python -m benchmarks.walker [COUNT [SEED]]

None meets silence, an identifier, an error, the same question twice running in the same words, or a
state that やめる does not leave. In process: the trained model, the real actions, a database. Exit 1
with the conversation printed when one does.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections import Counter

from actions import base
from benchmarks import roomy_city
from renewal.bookings import create_engine_from, migrate
from tests.conversations.driver import Person, load_agent
from tests.conversations.walker import MOST_MESSAGES, REACHED, walks

COUNT, SEED = 1000, 4
PRINTED = 20
"""Conversations that are shown when something went wrong in them."""


def main() -> int:
    """Print what happened, and return 0 when all went well."""
    given = [int(word) for word in sys.argv[1:3]]
    count, seed = (*given, *(COUNT, SEED)[len(given) :])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/renewal.db"
        os.environ["RENEWAL_CITY"] = roomy_city()
        engine = create_engine_from(os.environ["DATABASE_URL"])
        migrate(engine)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        agent = load_agent()
        people = (Person(agent, f"walker-{number}", loop) for number in itertools.count())
        began, turns, long_turns, bad = time.perf_counter(), 0, 0, 0
        reached: Counter[str] = Counter()
        for now, walk in walks(people, count, seed):
            os.environ["RENEWAL_NOW"] = now
            # A booking takes a dozen answers; whoever wants one stays that long.
            walk.goes(walk.chance.randint(6, 16) + (12 if walk.willing > 0.5 else 0))
            turns += walk.turns
            reached.update(walk.reached)
            long_turns += walk.long_turns
            bad += bool(walk.problems)
            if walk.problems and bad <= PRINTED:
                print(f"{walk.person.sender} ({now})", *walk.problems, sep="\n  ✗ ")
                print(
                    *(f"    {who}: {said[:160]!r}" for who, said in walk.person.transcript),
                    sep="\n",
                )
        seconds = time.perf_counter() - began
        booked = len(base.bookings().list_bookings())
        engine.dispose()
    print(", ".join(f"{name} {reached[name]}" for name in REACHED))
    print(f"{long_turns} turns with more than {MOST_MESSAGES} messages")
    print(
        f"{count} conversations, {turns} turns, {booked} bookings; {bad} conversations with a problem; "
        f"{seconds:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
