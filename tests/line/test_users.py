"""Whose user id is kept, how, and until when."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.line import users
from bot.line.tables import line_users
from renewal import settings

ME = "U" + "1" * 32
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
