"""1,000 messages with My Numbers and PINs in them; afterwards none is found anywhere.

    python -m benchmarks.secrets [COUNT [SEED]]

Plain, spaced, hyphenated, full-width and kanji digits; called by their name, bare, and as the answer
to the question about PINs. In process: the trained model, the real actions, the conversations and
the bookings in files, and everything that is logged at the level of debugging. The files of both
databases (with their write-ahead logs), the log and the bot's answers are searched as bytes, for
plain, full-width, kanji, split and escaped forms. Exit 1 when one is found.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

from bot.conversation_store import ConversationStore
from renewal.bookings import create_engine_from, migrate
from tests.conversations import secrets
from tests.conversations.driver import Person, load_agent

COUNT, SEED = 1000, 7


def main() -> int:
    """Print what was found where, and return 0 when it is nothing."""
    given = [int(word) for word in sys.argv[1:3]]
    count, seed = (*given, *(COUNT, SEED)[len(given) :])
    told = list(secrets.messages(count, seed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/renewal.db"
        os.environ["RENEWAL_NOW"] = "2026-11-24T10:00:00+09:00"
        migrate(create_engine_from(os.environ["DATABASE_URL"]))
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        agent = load_agent()
        store = ConversationStore(agent.domain, db=f"{folder}/conversations.db")
        agent.tracker_store = agent.processor.tracker_store = store
        secrets.log_everything(folder / "everything.log")
        people = (Person(agent, f"secret-{number}", loop) for number in itertools.count())
        began = time.perf_counter()
        answers = "\n".join(secrets.tell(lambda: next(people), told))
        (folder / "answers").write_text(answers, encoding="utf-8")
        seconds = time.perf_counter() - began
        typed = {message.secret: message.text for message in told}
        found = 0
        for path in sorted(folder.iterdir()):
            data = path.read_bytes()
            kept = secrets.kept(data, typed)
            found += len(kept)
            print(f"{path.name}: {len(data):,} bytes, {len(kept)} secrets")
            print(*(f"  ✗ {secret}: {typed[secret]}" for secret in kept[:20]), sep="\n", end="")
    print(f"{count} messages in {seconds:.0f} s; {found} secrets found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
