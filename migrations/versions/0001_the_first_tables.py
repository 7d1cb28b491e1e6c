"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_subject_at"), "attempts", ["subject", "at"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=11), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.Column("key", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
        sa.UniqueConstraint("key", name=op.f("uq_audit_log_key")),
    )
    op.create_index(op.f("ix_audit_log_at"), "audit_log", ["at"], unique=False)
    op.create_index(op.f("ix_audit_log_code"), "audit_log", ["code"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("code", sa.String(length=11), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("counter", sa.String(length=32), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applicant", sa.String(length=32), nullable=False),
        sa.Column("cards", sa.JSON(), nullable=False),
        sa.Column("visitor_name", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("conversation", sa.String(length=128), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_id", sa.String(length=128), nullable=False),
        sa.Column("confirm_key", sa.String(length=128), nullable=False),
        sa.CheckConstraint(
            "status IN ('booked','cancelled','arrived','no_show')", name=op.f("ck_bookings_status")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_bookings")),
        sa.UniqueConstraint("confirm_key", name=op.f("uq_bookings_confirm_key")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_bookings_hold_id")),
    )
    op.create_index(op.f("ix_bookings_conversation"), "bookings", ["conversation"], unique=False)
    op.create_index(
        op.f("ix_bookings_start_at_counter"), "bookings", ["start_at", "counter"], unique=False
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(length=32), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=True),
        sa.Column("until_time", sa.Time(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_closures_days")),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_closures_seats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    op.create_table(
        "starts",
        sa.Column("counter", sa.String(length=32), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=True),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_starts_capacity")),
        sa.PrimaryKeyConstraint("counter", "start_at", name=op.f("pk_starts")),
        sa.UniqueConstraint(
            "counter", "start_at", "capacity", name=op.f("uq_starts_counter_start_at_capacity")
        ),
    )
    op.create_table(
        "seats",
        sa.Column("counter", sa.String(length=32), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat_no", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.String(length=128), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=11), nullable=True),
        sa.CheckConstraint("seat_no BETWEEN 1 AND capacity", name=op.f("ck_seats_seat_no")),
        sa.ForeignKeyConstraint(["code"], ["bookings.code"], name=op.f("fk_seats_code")),
        sa.ForeignKeyConstraint(
            ["counter", "start_at", "capacity"],
            ["starts.counter", "starts.start_at", "starts.capacity"],
            name=op.f("fk_seats_counter_start_at_capacity"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("counter", "start_at", "seat_no", name=op.f("pk_seats")),
        sa.UniqueConstraint("hold_id", "part", name=op.f("uq_seats_hold_id_part")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        # Room on the page for the code that a booked seat gets: its keys stay as they are.
        op.execute("ALTER TABLE seats SET (fillfactor = 70)")


def downgrade():
    op.drop_table("seats")
    op.drop_table("starts")
    op.drop_table("closures")
    op.drop_index(op.f("ix_bookings_start_at_counter"), table_name="bookings")
    op.drop_index(op.f("ix_bookings_conversation"), table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(op.f("ix_audit_log_code"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_at"), table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index(op.f("ix_attempts_subject_at"), table_name="attempts")
    op.drop_table("attempts")
