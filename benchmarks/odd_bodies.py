"""1,000 odd bodies for the website's channel and 1,000 odd events for LINE's, on the real server.

    python -m benchmarks.odd_bodies [--count 1000]

Each is refused with 400 and a sentence, or (an event among good ones) left out; afterwards the bot
answers as before. Exit 1 when one got another answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import requests

from tests.line.person import Person, line_and_bot
from tests.web.conftest import Browser
from tests.web.odd_bodies import odd_bodies, odd_events


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    count = parser.parse_args().count
    web, line = Counter[int](), Counter[int]()
    with tempfile.TemporaryDirectory() as folder, line_and_bot(Path(folder)) as (platform, servers):
        browser = Browser(f"{servers.url}/webhooks/web")
        browser.begins()
        ticket = {"Cookie": f"renewal_chat={browser.ticket}"}
        for body in odd_bodies(count, seed=20):
            answer = requests.post(f"{browser.url}/message", data=body, headers=ticket, timeout=30)
            web[answer.status_code] += 1
        person = Person(platform)
        events = list(odd_events(count, seed=20))
        answered = 0
        for at in range(0, count, 50):
            good = platform.text(person.id, "手数料はかかりますか")
            batch = [*events[at : at + 25], good, *events[at + 25 : at + 50]]
            body = json.dumps({"destination": "U", "events": batch}).encode()
            before = len(platform.sent[person.id])
            line[platform.post(body, platform.signature(body)).status_code] += 1
            platform.wait_for(person.id, before + 1)
            answered += 1
        alive = bool(browser.says("手数料はかかりますか"))
    print(f"web: {dict(web)} of {count}; LINE: {dict(line)} batches of 50 odd events and a good one, ")
    print(f"{answered} good ones answered; afterwards the bot {'answers' if alive else 'is silent'}")
    return 0 if set(web) == {400} and set(line) == {200} and alive else 1


if __name__ == "__main__":
    sys.exit(main())
