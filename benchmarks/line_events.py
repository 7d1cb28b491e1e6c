"""1,000 events of LINE, 30 % delivered again, shuffled, the server killed with -9 three times.

    python -m benchmarks.line_events [--people 100] [--each 10] [--kills 3] [--seed 1]

Afterwards every event has to be worked once in its conversation and answered, no booking doubled,
no reply token used twice, and `renewal check` clean.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bookings_common import machine
from tests.line import redelivered
from tests.line.person import line_and_bot


def main() -> int:
    """Deliver them and print what happened; 1 when something was doubled or left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        line_and_bot(Path(folder)) as (platform, servers),
    ):
        began = time.monotonic()
        events = redelivered.events_of(platform, options.people, options.each)
        choose = random.Random(options.seed)
        count = redelivered.deliver_until_taken(platform, servers, events, options.kills, choose)
        ids = {event["webhookEventId"] for event in events}
        outcomes = redelivered.wait_until_done(servers, ids, 600)
        wrong = redelivered.what_is_wrong(platform, servers, events)
        booked = redelivered.booked(servers)
    wrong += [f"{outcome}: {n}" for outcome, n in outcomes.items() if outcome not in ("replied", "sent")]
    print(
        f"{len(events)} events in {count} deliveries, {options.kills} kills: {dict(outcomes)}, "
        f"{booked} bookings ({time.monotonic() - began:.0f} s)"
    )
    print("\n".join(wrong[:20]) or "each event worked once, nothing doubled, no token used twice")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
