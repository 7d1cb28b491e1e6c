"""How long the console takes: the board of a full day, searches among 10,000 bookings, 50 clerks at once.

    python -m benchmarks.staff_pages [--clerks 50] [--seconds 60]

The board and the searches are measured inside the server, one after the other; the clerks use a real
server on PostgreSQL, each thinking for one to three seconds between two pages.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import threading
import time
from collections import Counter
from datetime import timedelta

import requests
import sqlalchemy as sa

from benchmarks.bookings_common import machine, postgres, sqlite
from benchmarks.staff_kill import Clerk, Server, book
from renewal import opening_hours
from renewal.bookings import Card, Visit, codes, rows, schema
from renewal.bookings.engine import writing
from tests.staff import office as offices
from tests.staff.office import CITY, NOW, Office

FAMILIES = ["サトウ", "スズキ", "タカハシ", "タナカ", "ワタナベ", "イトウ", "ヤマモト", "ナカムラ", "コバヤシ", "カトウ", "NGUYỄN"]
GIVEN = ["ハナコ", "イチロウ", "ミサキ", "ケンジ", "サクラ", "タロウ", "ユイ", "ソウタ", "アオイ", "ヒロシ", "VĂN"]
SEARCHES = ("さとう", "はなこ さとう", "nguyen", "5678", "0901", "11月25日", "すずき いちろう", "12/3", "かとう ひろし")


def full_day(office: Office, count: int = 51) -> None:
    """Book a day until it has so many bookings."""
    made = 0
    for counter in CITY.bookable_counters:
        for start in opening_hours.starts(CITY, counter.id, NOW.date()):
            for _ in range(start.seats):
                if made < count:
                    made += 1
                    name = f"{FAMILIES[made % 11]} {GIVEN[made % 7]}"
                    office.book(start.start, name=name, phone=f"0901234{made:04}", counter=counter.id)
    assert made == count


def many(office: Office, count: int) -> None:
    """Write so many bookings, from the end of the horizon backwards, no start fuller than it may be."""
    rnd, values = random.Random(1), []
    day = NOW.date() + timedelta(days=CITY.booking.horizon_days)
    while len(values) < count:
        day -= timedelta(days=1)
        if day == NOW.date():
            continue
        for item in opening_hours.starts(CITY, "honchosha", day):
            for _ in range(item.seats - (day > NOW.date())):  # some room for those who book now
                name = f"{rnd.choice(FAMILIES)} {rnd.choice(GIVEN)}"
                phone = f"090{rnd.randrange(10**8):08}"
                visit = Visit("self", (Card("general", name, ("card",)),), phone, channel="web")
                values.append({
                    "code": codes.new_code(), "status": "booked" if day > NOW.date() else "arrived",
                    "counter": "honchosha", "start_at": item.start, "confirm_key": f"c{len(values)}",
                    "created_at": item.start - timedelta(days=9), "hold_id": f"h{len(values)}",
                    **rows.columns(visit),
                })  # fmt: skip
    with writing(office.engine) as connection:
        connection.execute(sa.insert(schema.bookings), values[:count])


def median_board(office: Office) -> float:
    """Return the median of five renderings of today's board, in seconds."""
    clerk = office.hire("係長", "chief")
    clerk.get("/day")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        page = clerk.get("/day").text
        took.append(time.perf_counter() - began)
    assert page.count('<tr id="r-') == 51
    return statistics.median(took)


def searches(office: Office, count: int) -> list[float]:
    """Return how long so many searches took, in seconds, the slowest last."""
    clerk, rnd = office.hire("係長", "chief"), random.Random(2)
    token, took = clerk.token(), []
    for _ in range(count):
        began = time.perf_counter()
        clerk.post("/search", token=token, text=rnd.choice(SEARCHES))
        page = clerk.get("/search?found=1").text
        took.append(time.perf_counter() - began)
        assert "件" in page
    return sorted(took)


def clerks_at_once(url: str, clerks: int, seconds: float) -> tuple[list[float], Counter[int]]:
    """Let clerks work on a real server; return how long each page took, and the answers' statuses."""
    server, took, statuses, lock = Server(url), [], Counter[int](), threading.Lock()
    signed_in = [Clerk(server) for _ in range(clerks)]
    end = time.monotonic() + seconds

    def work(seed: int, clerk: Clerk) -> None:
        rnd = random.Random(seed)
        time.sleep(rnd.uniform(0, 3))
        while time.monotonic() < end:
            began = time.perf_counter()
            answer = _one_thing(clerk, rnd)
            with lock:
                took.append(time.perf_counter() - began)
                statuses[answer.status_code] += 1
            time.sleep(rnd.uniform(1, 3))

    threads = [threading.Thread(target=work, args=(n, clerk)) for n, clerk in enumerate(signed_in)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    server.stop()
    return sorted(took), statuses


def _one_thing(clerk: Clerk, rnd: random.Random) -> requests.Response:
    do = rnd.random()
    if do < 0.45:
        return clerk.get("/day")
    if do < 0.65:
        return clerk.post("/search", text=rnd.choice(SEARCHES))
    if do < 0.8:
        refs = re.findall(r'href="(/booking/[\w-]+)"', clerk.get("/day").text)
        return clerk.get(rnd.choice(refs))
    if do < 0.9:
        marks = re.findall(r'value="((?:arrived|booked) [^"]+)"', clerk.get("/day").text)
        return clerk.post("/day/mark", do=rnd.choice(marks))
    book(clerk, rnd)
    return clerk.get("/telephone")


def p95(took: list[float]) -> float:
    """Return what 95 of 100 are not slower than."""
    return took[int(len(took) * 0.95) - 1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clerks", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    os.environ["RENEWAL_NOW"] = NOW.isoformat()
    print(machine())
    for name, database in (("SQLite", sqlite()), ("PostgreSQL", postgres())):
        with database as url, offices.office(url) as office:
            full_day(office)
            print(f"{name}: a board of 51 bookings {median_board(office) * 1000:.0f} ms (median of five)")
            many(office, 10_000)
            took = searches(office, 100)
            print(f"{name}: 100 searches among 10,051, p95 {p95(took) * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms")
            assert p95(took) < 0.3
            if name == "PostgreSQL":
                pages, statuses = clerks_at_once(url, options.clerks, options.seconds)
                print(f"{options.clerks} clerks, {len(pages)} pages in {options.seconds:.0f} s: p95 "
                      f"{p95(pages) * 1000:.0f} ms, slowest {pages[-1] * 1000:.0f} ms, answers {dict(statuses)}")  # fmt: skip
                assert set(statuses) == {200} and p95(pages) < 1


if __name__ == "__main__":
    main()
