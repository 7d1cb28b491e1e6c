"""what is counted so that nobody empties the calendar; the order of LINE's events of one moment"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "origins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("hold_id", sa.String(128), nullable=False),
        sa.Column("code", sa.String(11), nullable=True),
        sa.Column("conversation", sa.String(128), nullable=False),
        sa.Column("source", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origins")),
    )
    for columns in (["conversation", "at"], ["source", "at"], ["kind", "at"]):
        op.create_index(op.f(f"ix_origins_{'_'.join(columns)}"), "origins", columns)
    op.create_index(op.f("ix_bookings_phone"), "bookings", ["phone"])
    op.add_column(
        "line_events", sa.Column("place", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade():
    op.drop_column("line_events", "place")
    op.drop_index(op.f("ix_bookings_phone"), "bookings")
    op.drop_table("origins")
