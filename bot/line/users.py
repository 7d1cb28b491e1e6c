"""Who can be written to in LINE: the user ids of those who booked there, encrypted.

A conversation in LINE is named by a keyed hash of the user id, and bookings carry a keyed hash of
that. The id itself is kept only where something will have to be sent that is no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql import ColumnElement

from bot.line.sealed import seal, unseal
from bot.line.tables import line_users
from renewal import settings
from renewal.bookings.engine import reading, write
from renewal.bookings.schema import bookings


@dataclass(frozen=True)
class LineUser:
    """Somebody who can be written to: the id for LINE, and whether they want reminders."""

    user_id: str
    reminders: bool


def conversation_of(user_id: str) -> str:
    """Return the conversation that a user, a group or a room of LINE has with the bot."""
    return settings.keyed_hash(f"line:{user_id}")


def booked_as(conversation: str) -> str:
    """Return what the bookings made in this conversation have for `conversation`."""
    return settings.keyed_hash(conversation)


def remember(engine: Engine, user_id: str, at: datetime) -> None:
    """Keep a user's id; one that is kept already stays as it is, switched-off reminders too."""
    conversation = conversation_of(user_id)

    def work(connection: Connection) -> None:
        known = sa.select(line_users.c.conversation).where(_is(conversation))
        if connection.execute(known).first() is None:
            values = {
                "conversation": conversation,
                "booked_as": booked_as(conversation),
                "user_id": seal(user_id),
                "reminders": True,
                "since": at,
            }
            connection.execute(sa.insert(line_users).values(values))

    write(engine, work)


def forget(engine: Engine, conversation: str) -> bool:
    """Delete a user's id and return whether it was kept."""
    return write(engine, _changes(sa.delete(line_users).where(_is(conversation))))


def forget_unneeded(engine: Engine) -> None:
    """Delete the ids of those whose bookings are all purged: there is nothing to write about."""
    has_booked = sa.exists().where(bookings.c.conversation == line_users.c.booked_as)
    write(engine, lambda connection: connection.execute(sa.delete(line_users).where(~has_booked)))


def switch_reminders(engine: Engine, conversation: str, on: bool) -> bool:
    """Switch a user's reminders on or off and return whether the user is known."""
    change = sa.update(line_users).where(_is(conversation)).values(reminders=on)
    return write(engine, _changes(change))


def find(engine: Engine, conversation: str) -> LineUser | None:
    """Return the user of a conversation, or None where nothing may be sent to."""
    return _find(engine, _is(conversation))


def who_booked(engine: Engine, booking_conversation: str) -> LineUser | None:
    """Return the user whose bookings have this for `conversation`, or None."""
    return _find(engine, line_users.c.booked_as == booking_conversation)


def _find(engine: Engine, where: ColumnElement[bool]) -> LineUser | None:
    wanted = sa.select(line_users.c.user_id, line_users.c.reminders).where(where)
    with reading(engine) as connection:
        row: Row | None = connection.execute(wanted).first()
    user_id = unseal(row.user_id) if row else None
    return LineUser(user_id, row.reminders) if row and user_id else None


def _is(conversation: str) -> ColumnElement[bool]:
    return line_users.c.conversation == conversation


def _changes(statement: sa.sql.Executable) -> Callable[[Connection], bool]:
    return lambda connection: bool(connection.execute(statement).rowcount)
