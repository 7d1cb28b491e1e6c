"""Gone is gone: after a deletion no byte of a name or a phone stands in any file of SQLite's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import database
from bot.channels import deletion
from bot.conversation_store import ConversationStore
from renewal import city as city_module
from renewal.bookings import Bookings, create_engine_from, migrate, purge
from renewal.bookings.engine import leave_no_trace
from tests.renewal.test_bookings import AT, NOW
from tests.renewal.test_bounds import books, free_starts


def names(count: int, seed: int) -> list[tuple[str, str]]:
    """Return made-up names, of all lengths, and phone numbers that stand nowhere else."""
    chance = random.Random(seed)
    kana = "アイウエオカキクケコサシスセソタチツテト"
    return [
        (
            "".join(chance.choices(kana, k=chance.randint(4, 40))) + f"ヌ{number}",
            f"090{chance.randrange(10**8):08}",
        )
        for number in range(count)
    ]


def left(folder: Path, words: list[str]) -> list[str]:
    """Return the words that stand in any file, plain or escaped."""
    data = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    forms = lambda word: (word.encode(), word.encode("unicode_escape"))  # noqa: E731
    return [word for word in words if any(form in data for form in forms(word))]


def test_after_purge_no_name_and_no_phone_is_left(tmp_path: Path) -> None:
    engine = create_engine_from(f"sqlite:///{tmp_path}/renewal.db")
    migrate(engine)
    city, store = city_module.load(), Bookings(engine)
    people, starts = names(60, 6), free_starts(city)
    for number, (name, phone) in enumerate(people):
        booking = books(store, city, starts[number], name=name, phone=phone)
        if number % 3 == 0:
            store.cancel(booking.code, key=f"x{number}", city=city, now=NOW, at=AT)
    words = [word for person in people for word in person]
    assert left(tmp_path, words) == words
    after = starts[60] + timedelta(days=31)
    assert purge(engine, after.date(), AT, now=after) == 60
    assert left(tmp_path, words) == []
    engine.dispose()


def test_purge_never_touches_a_booking_still_to_come(tmp_path: Path) -> None:
    engine = create_engine_from(f"sqlite:///{tmp_path}/renewal.db")
    migrate(engine)
    city, store = city_module.load(), Bookings(engine)
    booking = books(store, city, free_starts(city)[5])
    far = booking.start.date() + timedelta(days=400)
    assert purge(engine, far, AT, now=booking.start - timedelta(minutes=1), dry_run=True) == 0
    assert purge(engine, far, AT, now=booking.start - timedelta(minutes=1)) == 0
    found = store.get(booking.code)
    assert found is not None and found.phone == "09012345678"
    assert purge(engine, far, AT, now=booking.start + timedelta(minutes=1)) == 1
    engine.dispose()


def test_a_purge_on_postgresql_vacuums_the_tables(postgres_engine: sa.engine.Engine) -> None:
    assert leave_no_trace(postgres_engine, compact=True)
    with postgres_engine.connect() as connection:
        asked = "SELECT count(*) FROM pg_stat_user_tables WHERE relname = 'bookings'"
        assert connection.exec_driver_sql(asked).scalar() == 1


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/renewal.db")
    database._engine.cache_clear()
    migrate(database.engine())
    slots = {
        name: {"type": "any", "mappings": [{"type": "custom"}], "influence_conversation": False}
        for name in ("name_kana", "phone", "hold", "booking_hold")
    }
    domain = Domain.from_dict({"slots": slots})
    store = ConversationStore(domain, db=f"{tmp_path}/conversations.db")
    yield SimpleNamespace(tracker_store=store, lock_store=InMemoryLockStore(), domain=domain)
    store.engine.dispose()
    database.engine().dispose()
    database._engine.cache_clear()


def test_after_a_citizens_deletion_nothing_that_was_said_is_left(
    agent: SimpleNamespace, tmp_path: Path
) -> None:
    people = names(20, 7)
    store, domain = agent.tracker_store, agent.domain
    for number, (name, phone) in enumerate(people):
        tracker = DialogueStateTracker(f"c{number}", domain.slots)
        for text in (name, phone):
            said = [UserUttered(text, {"name": "inform"}), SlotSet("name_kana", text), BotUttered(f"{text} 様ですね")]
            tracker.update_with_events(said, domain)
            asyncio.run(store.save(tracker))
    for number in range(10):
        asyncio.run(deletion.delete(agent, f"c{number}"))
    gone = [word for person in people[:10] for word in person]
    assert left(tmp_path, gone) == []
    stay = [word for person in people[10:] for word in person]
    assert left(tmp_path, stay) == stay
