"""150 connections of one address against the website's channel: what is answered, what others notice.

    python -m benchmarks.limits [--connections 150] [--seconds 30]

Through the real server, on loopback. Each connection goes on as soon as it has an answer, or half a
second after a refusal. Exit 1 when more is taken in than the address's pace, or when a refusal does
not say when to come again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from benchmarks.bookings_common import machine
from bot.channels.web import LONGEST_DELAY
from tests.server.servers import running

BURST, PER_SECOND = 300, 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(machine())
    statuses, silent, others = Counter[int](), 0, list[float]()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as servers:
        url = f"{servers.url}/webhooks/web/conversation"
        until = time.monotonic() + options.seconds

        def flood() -> None:
            nonlocal silent
            while time.monotonic() < until:
                answer = requests.post(url, headers={"X-Forwarded-For": "198.51.100.1"}, timeout=60)
                statuses[answer.status_code] += 1
                if answer.status_code == 429:
                    silent += "Retry-After" not in answer.headers
                    time.sleep(0.5)

        threads = [threading.Thread(target=flood) for _ in range(options.connections)]
        for thread in threads:
            thread.start()
        while time.monotonic() < until:
            begun = time.perf_counter()
            requests.post(url, headers={"X-Forwarded-For": "203.0.113.1"}, timeout=60)
            others.append(time.perf_counter() - begun)
            time.sleep(0.3)
        for thread in threads:
            thread.join()
    most = BURST + PER_SECOND * (options.seconds + 2 * LONGEST_DELAY)
    print(
        f"{options.connections} connections, {options.seconds:g} s: {dict(statuses)} (at most {most:.0f} "
        f"taken in); refusals without a time: {silent}; another address: median "
        f"{1000 * sorted(others)[len(others) // 2]:.0f} ms, longest {1000 * max(others):.0f} ms"
    )
    return 0 if statuses[200] <= most and not silent else 1


if __name__ == "__main__":
    sys.exit(main())
