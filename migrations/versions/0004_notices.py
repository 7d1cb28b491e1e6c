"""what is sent to citizens that is no answer"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "notices",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(11), nullable=False),
        sa.Column("start_at", MOMENT, nullable=False),
        sa.Column("closure_id", sa.Integer(), nullable=True),
        sa.Column("retry_key", sa.String(36), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("retry_key", name=op.f("uq_notices_retry_key")),
    )
    op.create_index(op.f("ix_notices_code"), "notices", ["code"])
    op.create_index(
        op.f("ix_notices_status_claimed_until"), "notices", ["status", "claimed_until"]
    )


def downgrade():
    op.drop_table("notices")
