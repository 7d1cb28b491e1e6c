"""10,000 forged or altered webhooks of LINE, against the real servers.

    python -m benchmarks.line_forgeries [--count 10000] [--seed 1]

Wrong secret, changed body, empty, no or odd signature, huge body: each has to be refused with 4xx,
none may be stored or reach Rasa, and true ones in between are answered.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from benchmarks.bookings_common import machine
from bot.line import users
from bot.line.tables import line_events
from renewal.bookings import create_engine_from
from tests.line.forgeries import forgeries
from tests.line.person import Person, line_and_bot, user_id
from tests.server.servers import Servers


def worked(servers: Servers, conversation: str) -> tuple[int, int]:
    """Return how many events are stored, and how many messages of this conversation Rasa has had."""
    engine = create_engine_from(servers.environment["DATABASE_URL"])
    with engine.connect() as connection:
        stored = int(connection.scalar(sa.select(sa.func.count()).select_from(line_events)) or 0)
    engine.dispose()
    with closing(sqlite3.connect(servers.environment["CONVERSATIONS_DB"])) as conversations:
        said = "SELECT count(*) FROM events WHERE type_name = 'user' AND sender_id = ?"
        return stored, int(conversations.execute(said, (conversation,)).fetchone()[0])


def main() -> int:
    """Send them and print what became of them; 1 when one got through."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        line_and_bot(Path(folder)) as (platform, servers),
    ):
        victim, me = user_id(), Person(platform)
        true, let_in, seconds = 0, 0, []
        choose = random.Random(options.seed)
        for number, (body, signature) in enumerate(
            forgeries(platform, victim, options.count, choose)
        ):
            begun = time.perf_counter()
            status = platform.post(body, signature).status_code
            seconds.append(time.perf_counter() - begun)
            let_in += not 400 <= status < 500
            if number % (options.count // 10) == 0:
                true += bool(me.says("手数料はかかりますか"))
        stored, reached = worked(servers, users.conversation_of(victim))
    average = sum(seconds) / len(seconds) * 1000
    print(
        f"{options.count} forged: {let_in} not refused, {stored - true} stored, {reached} reached "
        f"Rasa; {average:.2f} ms each on average; {true} true ones in between answered"
    )
    return 1 if let_in or stored != true or reached or average >= 10 else 0


if __name__ == "__main__":
    sys.exit(main())
