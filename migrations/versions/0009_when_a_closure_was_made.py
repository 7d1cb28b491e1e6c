"""when a closure was made: it takes no seat at a start that was over by then"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("closures", sa.Column("made_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("closures", "made_at")
