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
from renewal.bookings import audit
from renewal.bookings.engine import reading
from renewal.bookings.schema import pauses
from renewal.clock import TOKYO


@dataclass(frozen=True)
class Pause:
    """A pause that goes on: since when (UTC), why, in words for citizens, and until when, if known.
    """

    since: datetime
    reason: str
    until: datetime | None = None

    def remark(self) -> Remark:
        """Return what a citizen is told."""
        return Remark("paused", {"reason": self.reason})


def current(engine: Engine, at: datetime) -> Pause | None:
    """Return the pause that goes on at `at` (real time), or None when the chat is open."""
    going_on = sa.select(pauses.c.at, pauses.c.reason, pauses.c.until).where(
        pauses.c.ended_at.is_(None)
    )
    with reading(engine) as connection:
        row = connection.execute(going_on.order_by(pauses.c.id.desc()).limit(1)).first()
    if row is None or (row.until and row.until <= at):
        return None
    return Pause(row.at, row.reason, row.until)


def begin(
    engine: Engine,
    reason: str,
    at: datetime,
    *,
    who: str,
    until: datetime | None = None,
    source: str | None = None,
) -> None:
    """Stop the chat at `at` (real time), for good or `until` then, and note it in the audit log.

    A pause that goes on gets the new reason.
    """

    def work(connection: Connection) -> None:
        _end(connection, at)
        connection.execute(sa.insert(pauses).values(at=at, reason=reason, until=until))
        detail = {"reason": reason} | ({"until": until.astimezone(TOKYO).isoformat()} if until else {})
        audit.note(connection, at, who, "pause", detail=detail, source=source)

    audit.writing(engine, work)


def end(engine: Engine, at: datetime, *, who: str, source: str | None = None) -> bool:
    """Open the chat again and return whether it was stopped; noted in the audit log if it was."""

    def work(connection: Connection) -> bool:
        stopped = _end(connection, at)
        if stopped:
            audit.note(connection, at, who, "resume", source=source)
        return stopped

    return audit.writing(engine, work)


def _end(connection: Connection, at: datetime) -> bool:
    going_on = sa.update(pauses).where(pauses.c.ended_at.is_(None))
    return bool(connection.execute(going_on.values(ended_at=at)).rowcount)
