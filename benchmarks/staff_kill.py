"""The console killed (-9) in the middle of its writes: nothing half done, and the log whole.

    python -m benchmarks.staff_kill [--kills 100] [--seed 1]

A real server; three clerks book, amend, move, mark, cancel and take back, until it is killed at a
moment drawn from the seed. Each time: every booking has its seats, every write has its entry in the
audit log and every entry its write, and the chain is whole.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import requests

from benchmarks.bookings_common import machine, postgres, sqlite
from deploy.cluster import free_port
from renewal import city, clock
from renewal.bookings import Bookings, audit, check, create_engine_from, migrate
from renewal.bookings.engine import ROOT
from staff.__main__ import DEMONSTRATION

NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
CITY = city.load(city.DEFAULT_PATH)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Server:
    """A console of its own on a free port, with the demonstration account."""

    def __init__(self, url: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        environment = {**os.environ, "DATABASE_URL": url, "STAFF_PORT": str(self.port),
                       "RENEWAL_NOW": NOW.isoformat(), "RENEWAL_CITY": "", "RENEWAL_ENV": "development",
                       "STAFF_URL": "", "PYTHONWARNINGS": "ignore"}  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "staff"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        said = self.process.stdout.readline()
        found = re.search(r"パスワード (\S+)", said)
        assert found, said
        self.password = found[1]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise TimeoutError

    def kill(self) -> None:
        """Kill it, as the kernel would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


class Clerk:
    """Somebody at the console over HTTP."""

    def __init__(self, server: Server, name: str = DEMONSTRATION, password: str | None = None) -> None:
        self.url, self.http = server.url, requests.Session()
        self.http.headers["Origin"] = server.url
        token = TOKEN.findall(self.http.get(f"{self.url}/sign-in", timeout=30).text)[0]
        form = {"csrf_token": token, "name": name, "password": password or server.password, "code": ""}
        assert self.http.post(f"{self.url}/sign-in", data=form, timeout=30).ok
        self.token = TOKEN.findall(self.http.get(f"{self.url}/help", timeout=30).text)[0]

    def get(self, path: str) -> requests.Response:
        """Get a page."""
        return self.http.get(f"{self.url}{path}", timeout=30)

    def post(self, path: str, **form: Any) -> requests.Response:
        """Send a form."""
        given = {"csrf_token": self.token, **{name.replace("_n", "-"): value for name, value in form.items()}}
        return self.http.post(f"{self.url}{path}", data=given, timeout=30)


def book(clerk: Clerk, rnd: random.Random) -> str | None:
    """Book by phone at a time drawn at random; return the booking's reference."""
    day = (NOW + timedelta(days=rnd.randint(1, 40))).date()
    form: dict[str, Any] = {
        "day": f"{day.month}/{day.day}", "time": f"{rnd.randint(9, 16)}:{rnd.choice(('00', '30'))}",
        "counter": "honchosha", "name_n1": "サトウ ハナコ", "phone": "090-1234-5678", "cards": "1", "notice": "none",
        "twice": "yes", "key": uuid.uuid4().hex, "do": "book",
    }  # fmt: skip
    answer = clerk.post("/telephone", **form)
    found = re.search(r"/booking/([\w-]+)/paper", answer.url)
    return found[1] if found else None


def _work(server: Server, seed: int, stop: threading.Event) -> None:
    rnd = random.Random(seed)
    try:
        clerk = Clerk(server)
        while not stop.is_set():
            ref = book(clerk, rnd)
            if ref is None:
                continue
            version = 1
            for do in rnd.sample(["amend", "mark", "cancel", "change"], 3):
                key = uuid.uuid4().hex
                if do == "amend":
                    clerk.post(f"/booking/{ref}/amend", phone="024-505-0445", name_n1="アベ", key=key, seen=version)
                elif do == "mark":
                    clerk.post("/day/mark", do=f"arrived {ref} {version}")
                    version += 1
                    clerk.post("/day/mark", do=f"booked {ref} {version}")
                elif do == "cancel":
                    clerk.post(f"/booking/{ref}/cancel", reason="mistake", tell="now", key=key, seen=version)
                    version += 1
                    clerk.post(f"/booking/{ref}/reinstate", key=key, seen=version)
                else:
                    form = {"key": key, "seen": version, "counter": "honchosha", "tell": "now",
                            "day": "12/15", "time": f"{rnd.randint(9, 16)}:30"}  # fmt: skip
                    page = clerk.post(f"/booking/{ref}/change", do="check", **form).text
                    hold = re.search(r'name="hold" value="([^"]*)"', page)
                    clerk.post(f"/booking/{ref}/change", do="change", hold=hold[1] if hold else "", **form)
                version += 1
    except (requests.RequestException, IndexError, AssertionError):
        return  # it was killed


def kill_again_and_again(url: str, kills: int, seed: int) -> int:
    """Kill so often, look each time, and return how many writes the log has in the end."""
    engine = create_engine_from(url)
    migrate(engine)
    rnd = random.Random(seed)
    for number in range(kills):
        server, stop = Server(url), threading.Event()
        clerks = [
            threading.Thread(target=_work, args=(server, rnd.randrange(10**6), stop)) for _ in range(3)
        ]
        for each in clerks:
            each.start()
        _until_they_write(Bookings(engine))
        time.sleep(rnd.uniform(0, 0.7))
        server.kill()
        stop.set()
        for each in clerks:
            each.join()
        _whole(Bookings(engine), number)
    with engine.connect() as connection:
        assert audit.findings(connection) == []
    entries = Bookings(engine).audit(whats=("add", "amend", "arrived", "booked", "cancel", "reinstate", "change"))
    engine.dispose()
    assert entries
    return len(entries)


def _until_they_write(store: Bookings) -> None:
    already, deadline = len(store.audit(what="add")), time.monotonic() + 30
    while len(store.audit(what="add")) == already:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _whole(store: Bookings, number: int) -> None:
    assert check(store.engine, CITY, NOW, clock.real_now()) == [], number
    writes: dict[str, list[str]] = {}
    for entry in store.audit():
        if entry["code"] and entry["what"] not in ("show", "phone"):
            writes.setdefault(entry["code"], []).append(entry["what"])
    found = store.list_bookings(statuses=("booked", "arrived", "no_show", "cancelled"))
    # A write is a version and an entry, or neither.
    assert {each.code: each.version for each in found} == {code: len(each) for code, each in writes.items()}
    for booking in found:
        last = [each for each in writes[booking.code] if each not in ("amend", "change")][-1]
        status = {"add": "booked", "booked": "booked", "arrived": "arrived", "cancel": "cancelled",
                  "reinstate": "booked"}[last]  # fmt: skip
        assert booking.status == status
        assert len(booking.places) == (0 if status == "cancelled" else 1)


def main() -> None:
    """Kill on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    databases: list[tuple[str, Any]] = [("SQLite", sqlite()), ("PostgreSQL", postgres())]
    for name, database in databases:
        with database as url:
            began = time.perf_counter()
            writes = kill_again_and_again(url, options.kills, options.seed)
            seconds = time.perf_counter() - began
            print(f"{name}: {options.kills} kills, {writes} writes, {seconds:.0f} s: nothing half done, "
                  "the log whole each time", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
