"""A conversation of 60 questions, opened again without end: does another person wait for it?

    python -m benchmarks.reopening [--questions 60] [--connections 10] [--seconds 30]

Through the real servers. Another person's turn is timed undisturbed, then while the connections open
the long conversation as fast as they are answered. Exit 1 when the p95 is more than 1.5 times that of
the undisturbed turns, or when opening returns more than 100 KB.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from benchmarks.bookings_common import machine
from benchmarks.inventory import Somebody
from tests.server.servers import running


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as servers:
        url = f"{servers.url}/webhooks/web"
        long = Somebody(url, "198.51.100.1")
        long.sends("conversation")
        for _ in range(options.questions):
            long.says("空いている日は？")
        opened = long.sends("conversation")
        print(f"opened again: {len(opened.content):,} bytes, {len(opened.json()['messages'])} messages")
        statuses = Counter[int]()
        stop = threading.Event()

        def reopens() -> None:
            session = requests.Session()
            session.cookies.update(long.session.cookies)
            while not stop.is_set():
                answer = session.post(f"{url}/conversation", timeout=60)
                statuses[answer.status_code] += 1
                if answer.status_code == 429:
                    time.sleep(0.05)  # much sooner than it was asked for

        def turns() -> list[float]:
            took, until, number = [], time.monotonic() + options.seconds, 0
            while time.monotonic() < until:
                if number % 15 == 0:  # a conversation has a pace of its own
                    somebody = Somebody(url, "203.0.113.1")
                    somebody.sends("conversation")
                number += 1
                begun = time.perf_counter()
                somebody.says("手数料はかかりますか")
                took.append(time.perf_counter() - begun)
                time.sleep(0.1)
            return took

        turns()  # warm
        before = turns()
        threads = [threading.Thread(target=reopens) for _ in range(options.connections)]
        for thread in threads:
            thread.start()
        during = turns()
        stop.set()
        for thread in threads:
            thread.join()
    ratio = p95(during) / p95(before)
    print(
        f"another person's turn: p95 {1000 * p95(before):.0f} ms undisturbed ({len(before)}), "
        f"{1000 * p95(during):.0f} ms during ({len(during)}), ratio {ratio:.2f}; opened {dict(statuses)}"
    )
    return 0 if ratio <= 1.5 and len(opened.content) < 100_000 else 1


if __name__ == "__main__":
    sys.exit(main())
