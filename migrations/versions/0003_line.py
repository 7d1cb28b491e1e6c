"""LINE's events, who works on them, and who can be written to"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "line_events",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("token_spent", sa.Boolean(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_events")),
    )
    op.create_index(
        op.f("ix_line_events_conversation_happened_at"),
        "line_events", ["conversation", "happened_at"]
    )
    op.create_index(op.f("ix_line_events_done_at"), "line_events", ["done_at"])
    op.create_table(
        "line_claims",
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("worker", sa.String(32), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_line_claims")),
    )
    op.create_index(op.f("ix_line_claims_until"), "line_claims", ["until"])
    op.create_table(
        "line_users",
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("booked_as", sa.String(128), nullable=False),
        sa.Column("user_id", sa.LargeBinary(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_line_users")),
        sa.UniqueConstraint("booked_as", name=op.f("uq_line_users_booked_as")),
    )


def downgrade():
    op.drop_table("line_users")
    op.drop_table("line_claims")
    op.drop_table("line_events")
