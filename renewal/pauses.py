"""The switch with which staff stop the chat: a reason for citizens, kept in the database.

While it is on, every channel answers with the reason and the call centre's number, and no
conversation moves: each goes on where it was when the pause ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from renewal.application import Remark
from renewal.bookings.engine import reading, write
from renewal.bookings.schema import pauses


@dataclass(frozen=True)
class Pause:
    """A pause that goes on: since when (UTC), and why, in words for citizens."""

    since: datetime
    reason: str

    def remark(self) -> Remark:
        """Return what a citizen is told."""
        return Remark("paused", {"reason": self.reason})


def current(engine: Engine) -> Pause | None:
    """Return the pause that goes on, or None when the chat is open."""
    going_on = sa.select(pauses.c.at, pauses.c.reason).where(pauses.c.ended_at.is_(None))
    with reading(engine) as connection:
        row = connection.execute(going_on.order_by(pauses.c.id.desc()).limit(1)).first()
    return Pause(row.at, row.reason) if row else None


def begin(engine: Engine, reason: str, at: datetime) -> None:
    """Stop the chat at `at` (real time); a pause that goes on gets the new reason."""

    def work(connection: Connection) -> None:
        _end(connection, at)
        connection.execute(sa.insert(pauses).values(at=at, reason=reason))

    write(engine, work)


def end(engine: Engine, at: datetime) -> bool:
    """Open the chat again and return whether it was stopped."""
    return write(engine, lambda connection: _end(connection, at))


def _end(connection: Connection, at: datetime) -> bool:
    going_on = sa.update(pauses).where(pauses.c.ended_at.is_(None))
    return bool(connection.execute(going_on.values(ended_at=at)).rowcount)
