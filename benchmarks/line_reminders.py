"""5,000 reminders due in one evening, two senders, one of them killed: each is sent once.

    python -m benchmarks.line_reminders [--reminders 5000] [--seed 1]

On PostgreSQL and on SQLite, against the stand-in for LINE's servers that the tests use. One sender
is killed with -9 in the middle; what it held is taken over when its claim has run out (here after
seconds, in service after minutes) and pushed with the same retry key.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import random
import signal
import time
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from benchmarks.bookings_common import CITY, fork, machine, postgres, sqlite, store_at
from renewal import clock, notices, settings
from renewal.bookings.schema import bookings, closures
from renewal.bookings.schema import notices as table

EVENING = "2026-12-02T18:05:00+09:00"
CLAIM = timedelta(seconds=6)


def people(url: str, count: int) -> list[str]:
    """Make so many bookings for tomorrow, each of somebody in LINE; return their user ids."""
    from bot.line import users

    engine = store_at(url).engine
    start = datetime.fromisoformat("2026-12-03T09:00:00+09:00")
    ids = [f"U{number:032x}" for number in range(count)]
    card = {"holder": "general", "name_kana": "サトウ ハナコ", "documents": [], "same_household": False,
            "honseki_in_city": False, "forgotten_pins": [], "certificates": "both",
            "expires_on": None, "note": None}  # fmt: skip
    rows = []
    for number, user in enumerate(ids):
        conversation = users.conversation_of(user)
        rows.append(
            {
                "code": f"{number:05d}-LINE0", "status": "booked", "counter": "honchosha",
                "start_at": start + timedelta(minutes=30 * (number % 16)), "applicant": "self",
                "cards": [card], "phone": "09012345678", "channel": "line",
                "conversation": users.booked_as(conversation),
                "created_at": start - timedelta(days=9), "hold_id": f"h{number}",
                "confirm_key": f"c{number}",
            }
        )  # fmt: skip
    with engine.begin() as connection:
        connection.execute(sa.insert(bookings), rows)
        # So many seats that day: who has none is not reminded.
        connection.execute(
            sa.insert(closures).values(
                counter="honchosha", first=start.date(), last=start.date(), reason="", seats=count
            )
        )
        from bot.line.sealed import seal
        from bot.line.tables import line_users

        connection.execute(
            sa.insert(line_users),
            [
                {
                    "conversation": users.conversation_of(user),
                    "booked_as": users.booked_as(users.conversation_of(user)),
                    "user_id": seal(user), "reminders": True, "since": clock.real_now(),
                }
                for user in ids
            ],
        )  # fmt: skip
    engine.dispose()
    return ids


def send(url: str) -> None:
    """Send until nothing waits any more; one of the two senders."""
    from bot.line.api import Line
    from bot.line.reminders import Sender

    notices.CLAIM = CLAIM
    store = store_at(url)

    async def work() -> None:
        async with Line(pauses=(0.2, 0.5)) as line:
            sender = Sender(line, store, CITY)
            while True:
                await sender.send_due()
                if not any(
                    each.status == notices.WAITING for each in notices.about(store.engine, clock.now())
                ):
                    return
                await asyncio.sleep(0.5)

    with contextlib.redirect_stderr(io.StringIO()):
        asyncio.run(work())


def run(url: str, count: int, seed: int) -> tuple[Counter[str], float]:
    """Send with two, kill one in the middle; return how notices ended and the seconds.

    Raises AssertionError when somebody got no reminder or two.
    """
    from tests.line.platform import running

    os.environ["RENEWAL_NOW"] = EVENING
    os.environ.setdefault("RENEWAL_SECRET_KEY", "benchmark")
    settings.secret_key.cache_clear()
    ids = people(url, count)
    choose = random.Random(seed)
    with running() as platform:
        os.environ["LINE_API_ENDPOINT"] = platform.url
        os.environ["LINE_CHANNEL_ACCESS_TOKEN"] = platform.token
        began = time.perf_counter()
        workers = [fork.Process(target=send, args=(url,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        victim = choose.choice(workers)
        kill_at = count * choose.uniform(0.3, 0.6)
        while platform.pushes < kill_at:
            assert all(worker.is_alive() for worker in workers), "a sender ended too soon"
            time.sleep(0.005)
        assert victim.pid
        os.kill(victim.pid, signal.SIGKILL)
        for worker in workers:
            worker.join(600)
        seconds = time.perf_counter() - began
        survivor = next(worker for worker in workers if worker is not victim)
        assert survivor.exitcode == 0, survivor.exitcode
        got = {user: len(platform.sent[user]) for user in ids}
        assert platform.complaints == [], platform.complaints[:3]
    each = Counter(got.values())
    assert len(each) == 1 and 0 not in each, f"messages by person: {each}"
    assert platform.pushes == count, platform.pushes
    engine = store_at(url).engine
    with engine.connect() as connection:
        ended = Counter(connection.scalars(sa.select(table.c.status)).all())
    engine.dispose()
    assert ended == {"sent": count}, ended
    return ended, seconds


def main() -> None:
    """Run on both databases and print how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    for name, database in (("PostgreSQL", postgres()), ("SQLite", sqlite())):
        with database as url:
            ended, seconds = run(url, options.reminders, options.seed)
            print(
                f"{name}: {json.dumps(ended)}, two senders, one killed, {seconds:.0f} s: "
                "everybody got one reminder",
                flush=True,
            )


if __name__ == "__main__":
    main()
