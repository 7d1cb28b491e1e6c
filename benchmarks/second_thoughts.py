"""25 second thoughts at each of the last eight questions and after booking, each in two wordings.

    python -m benchmarks.second_thoughts [WORDS OF THE THOUGHT OR POINT …]

Each is applied and said, or asked back about; none is dropped, and nothing else changes. In process: the
trained model, the real actions, a database of its own for each. Exit 1 when one fails.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from actions import base
from renewal.bookings import create_engine_from, migrate
from tests.conversations.driver import Person, load_agent
from tests.conversations.second_thoughts import cases, try_out


def main() -> int:
    """Print the failures by kind, and return 0 when there is none."""
    wanted = sys.argv[1:]
    os.environ["RENEWAL_NOW"] = "2026-11-24T10:00:00+09:00"
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    agent = load_agent()
    tried, failed = 0, defaultdict(list)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "empty.db")
        engine = create_engine_from(f"sqlite:///{empty}")
        migrate(engine)
        engine.dispose()
        for number, case in zip(itertools.count(), cases()):
            if not all(word in str(case) for word in wanted):
                continue
            own = Path(folder, f"{number}.db")
            shutil.copy(empty, own)
            os.environ["DATABASE_URL"] = f"sqlite:///{own}"
            base.bookings.cache_clear()
            person = Person(agent, f"thinks-again-{number}", loop)
            tried += 1
            if wrong := try_out(case, person):
                print(f"✗ {case}\n    {wrong}", flush=True)
                failed[case.thought.name].append((case, wrong, person.transcript[-6:]))
            own.unlink()
    for name, found in failed.items():
        print(f"\n── {name}: {len(found)}")
        for case, wrong, transcript in found:
            print(f"  ✗ {case}\n      {wrong}")
            said = " / ".join(text for who, text in transcript if who == "bot")
            print(f"      … {said[-260:]!r}")
    bad = sum(len(found) for found in failed.values())
    print(f"\n{tried} second thoughts, {bad} not as they should be; {time.perf_counter() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
