"""The tables. The database itself refuses a seat twice, and a seat above the capacity of its start.

Moments are stored in UTC; days and wall-clock times of closures are those of Asia/Tokyo.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(sa.types.TypeDecorator):  # type: ignore[misc]
    """An aware datetime, in UTC in the database and in Python."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the moment in UTC; SQLite gets it without its zone, as text that sorts."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without its zone cannot be stored")
        value = value.astimezone(timezone.utc)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the stored moment, aware, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


# A start that somebody has asked for, with its capacity: what a seat's number is checked against.
# `usual` is what city.yml gave when the capacity was worked out from it and the closures; empty
# when more seats are booked than there are now.
starts = sa.Table(
    "starts",
    metadata,
    sa.Column("counter", sa.String(32), primary_key=True),
    sa.Column("start_at", Utc, primary_key=True),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("usual", sa.Integer),
    sa.UniqueConstraint("counter", "start_at", "capacity"),
    sa.CheckConstraint("capacity >= 0", name="capacity"),
)

bookings = sa.Table(
    "bookings",
    metadata,
    sa.Column("code", sa.String(11), primary_key=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("counter", sa.String(32), nullable=False),
    sa.Column("start_at", Utc, nullable=False),  # the first start, kept after a cancellation
    sa.Column("applicant", sa.String(32), nullable=False),
    sa.Column("cards", sa.JSON, nullable=False),  # one to four model.Card, always read together
    sa.Column("visitor_name", sa.Text),
    sa.Column("phone", sa.String(20)),  # digits only
    sa.Column("conversation", sa.String(128)),  # a keyed hash, never a channel's own id
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),  # when cancelled, arrived or noted as not come
    sa.Column("purged_at", Utc),
    sa.Column("hold_id", sa.String(128), nullable=False, unique=True),  # of its seats
    sa.Column("confirm_key", sa.String(128), nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),  # one more at each change
    sa.Column("names", sa.Text),  # all names as they are compared; see rows.plain_name
    sa.CheckConstraint("status IN ('booked','cancelled','arrived','no_show')", name="status"),
    sa.Index(None, "start_at", "counter"),
    sa.Index(None, "conversation"),
    sa.Index(None, "phone"),
)

# One row for each seat that is taken: booked when it has a code, else held until `held_until`. A
# hold that has run out counts for nothing, and whoever comes next takes the row over. `hold_id` is
# the key of the request that took the seat, `part` its place among the seats of that request.
seats = sa.Table(
    "seats",
    metadata,
    sa.Column("counter", sa.String(32), primary_key=True),
    sa.Column("start_at", Utc, primary_key=True),
    sa.Column("seat_no", sa.Integer, primary_key=True),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("hold_id", sa.String(128), nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("held_until", Utc, nullable=False),
    sa.Column("code", sa.String(11), sa.ForeignKey(bookings.c.code)),
    sa.ForeignKeyConstraint(
        ["counter", "start_at", "capacity"],
        ["starts.counter", "starts.start_at", "starts.capacity"],
        onupdate="CASCADE",
    ),
    sa.UniqueConstraint("hold_id", "part"),
    sa.CheckConstraint("seat_no BETWEEN 1 AND capacity", name="seat_no"),
    sqlite_with_rowid=False,  # stored in the order of its key, which is how it is read
)

# What differs from city.yml: seats 0 is a closure. See opening_hours.Closure.
closures = sa.Table(
    "closures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("counter", sa.String(32)),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    sa.Column("from_time", sa.Time),
    sa.Column("until_time", sa.Time),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("made_at", Utc),  # the calendar's now; empty from versions before 0009
    sa.CheckConstraint("first <= last", name="days"),
    sa.CheckConstraint("seats >= 0", name="seats"),
)

# Who did what when, without personal data. `role` says what kind of person `who` is, since a member
# of staff may be called anything, "citizen" too. `key` makes a change or cancellation happen once.
audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("code", sa.String(11), index=True),
    sa.Column("detail", sa.JSON),
    sa.Column("key", sa.String(128), unique=True),
    sa.Column("role", sa.String(8)),  # citizen, staff; empty from versions before 0005 that still run
    sa.Column("source", sa.String(45)),  # the network address of who did it at the console
    sa.Column("number", sa.Integer, unique=True, index=True),  # its place in the chain; see audit.py
    sa.Column("hash", sa.String(64)),
    sa.CheckConstraint("role IN ('citizen','staff')", name="role"),
)

# The last number and hash of the audit log's chain: one row.
audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

# Who has been told what about a visit, by phone or in LINE: of a booking at this start at this
# counter, so that a closure that is stored anew does not make anybody phone twice, and a booking
# that has moved starts anew. `about`: see without_seat.Cause.about and calls.Call.about.
told = sa.Table(
    "told",
    metadata,
    sa.Column("code", sa.String(11), primary_key=True),
    sa.Column("counter", sa.String(32), primary_key=True),
    sa.Column("start_at", Utc, primary_key=True),
    sa.Column("about", sa.String(80), primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("who", sa.String(64)),  # a member of staff; empty when LINE told it
)

# Who is just phoning somebody, and how often nobody answered; keyed as `told`.
call_tries = sa.Table(
    "call_tries",
    metadata,
    sa.Column("code", sa.String(11), primary_key=True),
    sa.Column("counter", sa.String(32), primary_key=True),
    sa.Column("start_at", Utc, primary_key=True),
    sa.Column("about", sa.String(80), primary_key=True),
    sa.Column("who", sa.String(64)),
    sa.Column("claimed_until", Utc),
    sa.Column("absences", sa.Integer, nullable=False),
    sa.Column("absent_at", Utc),
)

# Wrong answers to "code and last four digits", and at the console's sign-in, to limit them; `subject`
# is a hash.
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "subject", "at"),
)

# Holds and bookings of citizens by whose they are, for the bounds (bounds.py): keyed hashes of the
# conversation and of the network address, kept for a week at most and not backed up.
origins = sa.Table(
    "origins",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),  # hold, booking
    sa.Column("hold_id", sa.String(128), nullable=False),
    sa.Column("code", sa.String(11)),
    sa.Column("conversation", sa.String(128), nullable=False),
    sa.Column("source", sa.String(32)),
    sa.Index(None, "conversation", "at"),
    sa.Index(None, "source", "at"),
    sa.Index(None, "kind", "at"),
)

# When the chat was stopped by staff, why (in words for citizens), and until when.
pauses = sa.Table(
    "pauses",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until", Utc),  # when it ends by itself
    sa.Column("ended_at", Utc),
)

# What is sent to citizens that is no answer: a row for each message, made once by its id. Whoever
# sends it holds the row until `claimed_until`; a row that somebody died with is taken over, and sent
# with the same retry key, which the receiving side takes once.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),  # see notices.Notice
    sa.Column("code", sa.String(11), nullable=False, index=True),
    sa.Column("start_at", Utc, nullable=False),  # of the visit that it is about
    sa.Column("counter", sa.String(32)),
    sa.Column("about", sa.String(16)),  # what is said to be wrong with the visit: closed, seats
    sa.Column("closure_id", sa.Integer),  # filled by versions before 0005, which may still run
    sa.Column("retry_key", sa.String(36), nullable=False, unique=True),
    sa.Column("status", sa.String(16), nullable=False),  # waiting, or how it ended
    sa.Column("claimed_until", Utc),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
    sa.Index(None, "status", "claimed_until"),
)

# Whether an answer helped, and why in a line, numbers masked. `id` is a hash: nothing leads back.
opinions = sa.Table(
    "opinions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("why", sa.Text),
)

# Who may use the clerks' console. `totp` is encrypted, `recovery` are hashes; `counters` NULL is all.
staff_users = sa.Table(
    "staff_users",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("password", sa.String(255), nullable=False),  # argon2id
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("totp", sa.Text),
    sa.Column("totp_step", sa.Integer, nullable=False),  # the last one used: a code counts once
    sa.Column("recovery", sa.JSON, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("counters", sa.JSON(none_as_null=True)),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("demonstration", sa.Boolean, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
)

# Sessions at the console by the hash of their token. `kept` is what was last searched for, which may be
# a name: not backed up, and gone with the session.
staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, index=True),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("kept", sa.JSON, nullable=False),
)
