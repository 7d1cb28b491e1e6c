"""LINE's tables, in the same database as the bookings.

Nothing that a citizen wrote and no user id stands in them unencrypted (bot/line/sealed.py).
"""

from __future__ import annotations

import sqlalchemy as sa

from renewal.bookings.schema import Utc, metadata

# One row for each webhook event, kept for a week so that one that comes again is known. `content`
# is what is needed to work it off, sealed, and erased as soon as that is done.
line_events = sa.Table(
    "line_events",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # LINE's webhookEventId
    sa.Column("conversation", sa.String(32), nullable=False),
    sa.Column("happened_at", Utc, nullable=False),  # by LINE's clock: the order of events
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("message_id", sa.String(64)),  # the message that was sent or taken back
    sa.Column("content", sa.LargeBinary),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("token_spent", sa.Boolean, nullable=False),
    sa.Column("done_at", Utc),
    sa.Column("outcome", sa.String(16)),
    sa.Column("place", sa.Integer, nullable=False, server_default="0"),  # among those of one delivery
    sa.Index(None, "conversation", "happened_at"),
    sa.Index(None, "done_at"),
)

# A process that works off a conversation's events holds its row; another may take it over when
# `until` has passed.
line_claims = sa.Table(
    "line_claims",
    metadata,
    sa.Column("conversation", sa.String(32), primary_key=True),
    sa.Column("worker", sa.String(32), nullable=False),
    sa.Column("until", Utc, nullable=False, index=True),
)

# Who may be written to first: somebody who booked in LINE. `booked_as` is what their bookings have
# for `conversation`.
line_users = sa.Table(
    "line_users",
    metadata,
    sa.Column("conversation", sa.String(32), primary_key=True),
    sa.Column("booked_as", sa.String(128), nullable=False, unique=True),
    sa.Column("user_id", sa.LargeBinary, nullable=False),  # sealed
    sa.Column("reminders", sa.Boolean, nullable=False),
    sa.Column("since", Utc, nullable=False),
)
