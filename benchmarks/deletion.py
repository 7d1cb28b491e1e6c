"""1,000 people's names and phones: after purge, and after their own deletion, no byte is left.

    python -m benchmarks.deletion [--people 1000]

On SQLite: the file, its write-ahead log and its free pages are searched as bytes, as text and escaped,
while other connections to the database are open.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from benchmarks.bookings_common import CITY
from bot import database
from bot.channels import deletion
from bot.conversation_store import ConversationStore
from renewal.bookings import Bookings, create_engine_from, migrate, purge
from tests.renewal.test_bookings import AT, NOW
from tests.renewal.test_bounds import books, free_starts
from tests.renewal.test_gone import left, names


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    people = names(parser.parse_args().people, 20)
    words = [word for person in people for word in person]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/renewal.db"
        engine = create_engine_from(os.environ["DATABASE_URL"])
        migrate(engine)
        store, starts = Bookings(engine), free_starts(CITY)
        for number, (name_kana, phone) in enumerate(people):
            booking = books(store, CITY, starts[number // 3], name=name_kana, phone=phone)
            if number % 4 == 0:
                store.cancel(booking.code, key=f"x{number}", city=CITY, now=NOW, at=AT)
        before = len(left(folder, words))
        after = starts[-1] + timedelta(days=40)
        purged = purge(engine, after.date(), AT, now=after)
        kept = left(folder, words)
        print(f"purge: {purged} bookings; of {len(words)} words {before} stood in the files, {len(kept)} after")
        domain = Domain.empty()
        conversations = ConversationStore(domain, db=f"{folder}/conversations.db")
        agent = SimpleNamespace(tracker_store=conversations, lock_store=InMemoryLockStore())
        for number, person in enumerate(people):
            tracker = DialogueStateTracker(f"c{number}", [])
            for text in person:
                said = [UserUttered(text, {"name": "inform"}), BotUttered(f"{text} 様ですね")]
                tracker.update_with_events(said, domain)
                asyncio.run(conversations.save(tracker))
        stood = len(left(folder, words))
        for number in range(len(people)):
            asyncio.run(deletion.delete(agent, f"c{number}"))  # type: ignore[arg-type]
        gone = left(folder, words)
        print(f"their own deletion: {stood} words stood in the files, {len(gone)} after")
        database.engine().dispose()
    return 1 if kept or gone or before != len(words) or stood != len(words) else 0


if __name__ == "__main__":
    sys.exit(main())
