"""the clerks' console: its users and sessions, versions and names of bookings, the audit log's chain"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("bookings", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("bookings", sa.Column("names", sa.Text(), nullable=True))
    op.add_column("audit_log", sa.Column("source", sa.String(45), nullable=True))
    op.add_column("audit_log", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("audit_log", sa.Column("hash", sa.String(64), nullable=True))
    op.create_index(op.f("ix_audit_log_number"), "audit_log", ["number"], unique=True)
    op.add_column("pauses", sa.Column("until", MOMENT, nullable=True))
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "call_tries",
        sa.Column("code", sa.String(11), nullable=False),
        sa.Column("counter", sa.String(32), nullable=False),
        sa.Column("start_at", MOMENT, nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("who", sa.String(64), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("absent_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("code", "counter", "start_at", "about", name=op.f("pk_call_tries")),
    )
    op.create_table(
        "staff_users",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("counters", sa.JSON(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_staff_users")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index(op.f("ix_staff_sessions_name"), "staff_sessions", ["name"])
    _name(op.get_bind())


def _name(connection):
    bookings = sa.table(
        "bookings", *map(sa.column, ("code", "visitor_name", "names")),
        sa.column("purged_at", MOMENT), sa.column("cards", sa.JSON),
    )  # fmt: skip
    kept = sa.select(bookings).where(bookings.c.purged_at.is_(None))
    for row in connection.execute(kept).all():
        names = [row.visitor_name, *(card["name_kana"] for card in row.cards)]
        connection.execute(
            sa.update(bookings)
            .where(bookings.c.code == row.code)
            .values(names="|".join(_plain(name) for name in names if name))
        )


def _plain(name):
    apart = unicodedata.normalize("NFKD", name).casefold().replace(" ", "")
    without = "".join(each for each in apart if not "\u0300" <= each <= "\u036f")
    return unicodedata.normalize("NFC", without)


def downgrade():
    for table in ("staff_sessions", "staff_users", "call_tries", "audit_head"):
        op.drop_table(table)
    op.drop_column("pauses", "until")
    op.drop_index(op.f("ix_audit_log_number"), "audit_log")
    for column in ("hash", "number", "source"):
        op.drop_column("audit_log", column)
    op.drop_column("bookings", "names")
    op.drop_column("bookings", "version")
