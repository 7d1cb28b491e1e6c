"""How long LINE waits for the webhook's 200 while 50 people talk at once.

    python -m benchmarks.line_latency [--people 50] [--seconds 60]

Each says the next thing a few seconds after the answer, against the real servers. The webhooks are
sent, and timed, by processes that do nothing else: the people and LINE's stand-in share one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import requests

from benchmarks.bookings_common import machine
from tests.line.person import line_and_bot, user_id
from tests.line.platform import Platform
from tests.line.redelivered import QUESTIONS, booking

SENDERS = 4


@lru_cache(maxsize=1)
def session() -> requests.Session:
    """Return this process's connection to the webhook."""
    return requests.Session()


def deliver(webhook: str, body: bytes, signature: str) -> float:
    """Send a webhook and return the seconds until its 200."""
    headers = {"Content-Type": "application/json", "X-Line-Signature": signature}
    begun = time.perf_counter()
    status = session().post(webhook, data=body, headers=headers, timeout=10).status_code
    assert status == 200, status
    return time.perf_counter() - begun


def talk(
    platform: Platform,
    senders: Executor,
    number: int,
    until: float,
    waits: list[float],
    answers: list[float],
) -> None:
    """Book, then ask, until the time is over; note the seconds to the 200 and to the answer."""
    choose, user = random.Random(number), user_id()
    said = [*booking(number), *QUESTIONS * 100]
    time.sleep(choose.uniform(0, 4))
    for text in said:
        if time.monotonic() > until:
            return
        before, event = len(platform.sent[user]), platform.text(user, text)
        body, signature = platform.signed(event)
        begun = time.perf_counter()
        waits.append(senders.submit(deliver, platform.webhook, body, signature).result())
        platform.wait_for(user, before + 1, 60)
        answers.append(time.perf_counter() - begun)
        time.sleep(choose.uniform(2, 6))


def main() -> int:
    """Let them talk and print the percentiles; 1 when the 95th is 50 ms or more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print(machine())
    waits: list[float] = []
    answers: list[float] = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        ProcessPoolExecutor(SENDERS, multiprocessing.get_context("spawn")) as senders,
        line_and_bot(Path(folder)) as (platform, _),
    ):
        for _ in range(SENDERS):  # each starts with the first thing it is given
            senders.submit(deliver, platform.webhook, *platform.signed())
        until = time.monotonic() + options.seconds
        people = [
            threading.Thread(target=talk, args=(platform, senders, number, until, waits, answers))
            for number in range(options.people)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        wrong = platform.complaints + platform.reused_tokens
    waits.sort()
    answers.sort()
    p95 = waits[int(len(waits) * 0.95)] * 1000
    print(
        f"{options.people} people, {len(waits)} events, {len(answers)} answered: 200 after median "
        f"{waits[len(waits) // 2] * 1000:.1f} ms, p95 {p95:.1f} ms, longest {waits[-1] * 1000:.0f} ms"
        f"; answer after median {answers[len(answers) // 2]:.2f} s, "
        f"p95 {answers[int(len(answers) * 0.95)]:.2f} s"
    )
    print("\n".join(wrong[:5]) or "LINE refused nothing")
    return 1 if p95 >= 50 or wrong or len(answers) != len(waits) else 0


if __name__ == "__main__":
    sys.exit(main())
