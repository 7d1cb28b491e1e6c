"""The conversations that Rasa has stored: the old ones are deleted, as the bookings' names are.

Its tracker store is one table, `events`. CONVERSATIONS_DB is the SQLite file that endpoints.yml
gives to Rasa, or the address of a database.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from renewal import settings
from renewal.bookings.engine import leave_no_trace

_EVENTS = sa.table("events", sa.column("sender_id"), sa.column("timestamp"))


class Deleted(NamedTuple):
    """How many conversations, and how many events in them."""

    conversations: int
    events: int


def delete_before(before: datetime, dry_run: bool) -> Deleted:
    """Delete every conversation whose latest event is older; with `dry_run` only count them.

    One statement deletes, so that a conversation that goes on meanwhile is kept whole or not at
    all. The real time counts: Rasa's events carry no other.
    """
    engine = _engine()
    if engine is None or not sa.inspect(engine).has_table(_EVENTS.name):
        return Deleted(0, 0)
    columns = _EVENTS.c
    old = columns.sender_id.in_(
        sa.select(columns.sender_id)
        .group_by(columns.sender_id)
        .having(sa.func.max(columns.timestamp) < before.timestamp())
    )
    with engine.connect() as connection:
        found = connection.execute(
            sa.select(sa.func.count(columns.sender_id.distinct()), sa.func.count()).where(old)
        ).one()
        if not dry_run:
            connection.execute(sa.delete(_EVENTS).where(old))
            connection.commit()
    if not dry_run:
        leave_no_trace(engine, compact=True)
    engine.dispose()
    return Deleted(*found)


def _engine() -> Engine | None:
    """Return the database of the conversations as Rasa left it, or None when there is none yet."""
    where = settings.conversations_db()
    if "://" in where:
        return sa.create_engine(where, future=True, hide_parameters=True)
    if not Path(where).exists():
        return None
    connect_args = {"timeout": 10}  # seconds, while the bot writes
    engine = sa.create_engine(f"sqlite:///{where}", future=True, connect_args=connect_args)
    # Deleted text is overwritten in the file, not just unlinked.
    sa.event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA secure_delete=ON").close())
    return engine
