"""Whose user id is kept, how, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.line import users
from bot.line.tables import line_users
from renewal import settings
from renewal.bookings import Bookings, backup, create_engine_from, purge, restore
from tests.line.test_reminders import MONDAY, book

ME, YOU = "U" + "1" * 32, "U" + "2" * 32
AT = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)


def test_who_is_remembered_can_be_written_to_and_who_is_forgotten_cannot(engine: Engine) -> None:
    conversation = users.conversation_of(ME)
    assert users.find(engine, conversation) is None
    users.remember(engine, ME, AT)
    assert users.find(engine, conversation) == users.LineUser(ME, reminders=True)
    assert users.who_booked(engine, users.booked_as(conversation)) is not None
    assert users.forget(engine, conversation)
    assert not users.forget(engine, conversation)
    assert users.find(engine, conversation) is None


def test_reminders_that_were_switched_off_stay_off(engine: Engine) -> None:
    users.remember(engine, ME, AT)
    assert users.switch_reminders(engine, users.conversation_of(ME), False)
    users.remember(engine, ME, AT)
    assert users.find(engine, users.conversation_of(ME)) == users.LineUser(ME, reminders=False)
    assert not users.switch_reminders(engine, "somebody else", False)


def test_the_user_id_stands_nowhere_in_the_table(engine: Engine) -> None:
    users.remember(engine, ME, AT)
    with engine.connect() as connection:
        row = connection.execute(sa.select(line_users)).one()
    assert ME not in str(row._mapping)
    assert ME.encode() not in bytes(row.user_id)


def test_another_key_reads_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    users.remember(engine, ME, AT)
    conversation = users.conversation_of(ME)
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "another key")
    settings.secret_key.cache_clear()
    assert users.find(engine, conversation) is None


def test_an_id_is_deleted_with_the_last_booking_of_its_person(engine: Engine) -> None:
    store = Bookings(engine)
    booking = book(store, user=ME)
    book(store, MONDAY, user=YOU)
    users.forget_unneeded(engine)
    assert users.find(engine, users.conversation_of(ME)) and users.find(engine, users.conversation_of(YOU))
    purge(engine, booking.start.date() + timedelta(days=1), AT)
    users.forget_unneeded(engine)
    assert users.find(engine, users.conversation_of(ME)) is None
    assert users.find(engine, users.conversation_of(YOU))


def test_ids_are_in_a_backup_sealed_and_can_be_read_after_it_is_restored(
    engine: Engine, tmp_path: Path
) -> None:
    users.remember(engine, ME, AT)
    path = tmp_path / "backup.jsonl"
    rows = backup(engine, path, AT)
    assert ME not in path.read_text(encoding="utf-8")
    other = create_engine_from(f"sqlite:///{tmp_path}/other.db")
    assert restore(other, path) == rows
    assert users.find(other, users.conversation_of(ME)) == users.LineUser(ME, reminders=True)
    other.dispose()
