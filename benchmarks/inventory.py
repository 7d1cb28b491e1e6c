"""One address tries to empty the calendar; 50 families behind another one book meanwhile.

    python -m benchmarks.inventory [--minutes 30] [--threads 8] [--families 50] [--seed 20]

Through the real servers and the website's channel, on loopback: the attacker's threads begin a
conversation after the other, each booking with a name and phone of its own, as fast as they are let.
A family books once each, with its own pauses. Exit 1 when the attacker gets more than the bound, or
a family gets none.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import requests
import sqlalchemy as sa

from benchmarks.bookings_common import CITY, machine
from renewal.bookings import create_engine_from
from renewal.bookings.schema import bookings
from tests.server.servers import running

CASE = (
    "予約したいです。本人です。電子証明書の通知が来ました。期限は令和9年2月20日、誕生日は昭和40年3月5日です",
    "暗証番号は覚えています",
    "本庁舎",
    "一番早い日で",
    "一番早い時間で",
)
KANA = "アイウエオカキクケコ"


@dataclass
class Somebody:
    """A browser behind an address, as the proxy would pass it on."""

    url: str
    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def sends(self, path: str, body: dict[str, str] | None = None) -> requests.Response:
        """Send a request again until it is not refused for its pace."""
        headers = {"X-Forwarded-For": self.address}
        while True:
            answer = self.session.post(f"{self.url}/{path}", json=body, headers=headers, timeout=60)
            if answer.status_code != 429:
                return answer
            time.sleep(min(float(answer.headers["Retry-After"]), 5))

    def says(self, text: str) -> str:
        """Return the words of the answer."""
        lines = self.sends("message", {"id": uuid.uuid4().hex, "text": text}).text.splitlines()
        said = [json.loads(line) for line in lines]
        return "\n".join(str(each.get("text") or "") for each in said if "done" not in each)

    def books(self, number: int, pause: float = 0.0) -> str:
        """Go through a booking in a new conversation; return what the end was."""
        self.session.cookies.clear()
        self.sends("conversation")
        name = "サトウ " + "".join(KANA[int(digit)] for digit in f"{number:06}")
        said = ""
        for text in (*CASE, name, f"090{number:08}", "はい"):
            said = self.says(text)
            if "予約できました" in said or "回線" in said:
                break
            time.sleep(pause)
        return "booked" if "予約できました" in said else "bound" if "回線" in said else "other"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--families", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    print(machine())
    until = time.monotonic() + 60 * options.minutes
    chance = random.Random(options.seed)
    attacks, families = Counter[str](), Counter[str]()
    numbers = iter(range(10**6))
    # Two families at a time, so that they share the machine with the attack and not with each other.
    waiting = list(range(500_000, 500_000 + options.families))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as servers:
        url = f"{servers.url}/webhooks/web"

        def attack() -> None:
            me = Somebody(url, "198.51.100.1")
            while time.monotonic() < until:
                attacks[me.books(next(numbers))] += 1

        def family() -> None:
            while waiting:
                me = Somebody(url, "203.0.113.1")
                number = waiting.pop()
                end = me.books(number, pause=chance.random())
                if end == "other":  # somebody was faster at the time: a family tries once more
                    end = me.books(number)
                families[end] += 1

        threads = [threading.Thread(target=attack) for _ in range(options.threads)]
        threads += [threading.Thread(target=family) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        engine = create_engine_from(servers.environment["DATABASE_URL"])
        with engine.connect() as connection:
            made = connection.execute(sa.select(sa.func.count()).select_from(bookings)).scalar_one()
        engine.dispose()
    bound = CITY.booking.bounds.day_by_address
    print(f"the attacker: {dict(attacks)} in {options.minutes:g} min (bound {bound})")
    print(f"{options.families} families behind one address: {dict(families)}; {made} bookings in all")
    fair = families["booked"] == options.families
    return 0 if attacks["booked"] <= bound and fair else 1


if __name__ == "__main__":
    sys.exit(main())
