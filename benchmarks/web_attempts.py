"""1,000 attempts to read or write another person's conversation, against the real servers.

    python -m benchmarks.web_attempts [--count 1000]

Also: one message five times with the same id, and the size of the widget. Prints one line each;
the tests run a small part of the same attempts (tests/web/attempts.py).
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

import requests

from bot.channels.page import WEB
from tests.server.servers import running
from tests.web.attempts import ATTEMPTS, SITES, attempts


def widget_bytes() -> int:
    """Return the bytes of the widget's modules, each compressed with gzip -9."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in sorted(WEB.glob("*.js")))


def five_times(url: str) -> tuple[int, int]:
    """Send one message five times; return the turns in the transcript and the different answers."""
    person = requests.Session()
    person.post(f"{url}/conversation", timeout=30)
    body = {"id": uuid.uuid4().hex, "text": "手数料はかかりますか"}
    said = [person.post(f"{url}/message", json=body, timeout=30).text for _ in range(5)]
    messages = person.post(f"{url}/conversation", timeout=30).json()["messages"]
    return sum(1 for each in messages if each["who"] == "me"), len(set(said))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1000)
    count = options.parse_args().count
    print(f"widget: {widget_bytes()} bytes gzip")
    failures = 0
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), *SITES) as servers:
        os.environ.update(servers.environment)  # its database and calendar; the key is our own
        url = f"{servers.url}/webhooks/web"
        turns, different = five_times(url)
        print(f"one message five times: {turns} turn, {different} different answer")
        began = time.monotonic()
        each, more = divmod(count, len(ATTEMPTS))
        for number, kind in enumerate(ATTEMPTS):
            tried, succeeded = attempts(url, kind, each + (number < more), seed=1)
            failures += len(succeeded)
            print(f"{kind}: {tried} attempts, {len(succeeded)} succeeded", *succeeded[:3])
        print(f"{failures} of {count} succeeded ({time.monotonic() - began:.0f} s)")
    return 1 if failures or turns != 1 or different != 1 else 0


if __name__ == "__main__":
    sys.exit(main())
