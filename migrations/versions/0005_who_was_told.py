"""who was told what about a visit; what kind of person did something

What was noted before is carried over: "called" in the audit log as long as the booking is still
where it was then, and what LINE took about a closure.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    sqlite = op.get_bind().dialect.name == "sqlite"
    # SQLite cannot add a constraint to a table that exists, but it can add a column with one.
    if sqlite:
        op.execute(
            "ALTER TABLE audit_log ADD COLUMN role VARCHAR(8)"
            " CONSTRAINT ck_audit_log_role CHECK (role IN ('citizen','staff'))"
        )
    else:
        op.add_column("audit_log", sa.Column("role", sa.String(8), nullable=True))
        op.create_check_constraint(
            op.f("ck_audit_log_role"), "audit_log", "role IN ('citizen','staff')"
        )
    # Only these two were ever written for citizens, and always with the request's key.
    op.execute(
        "UPDATE audit_log SET role = CASE"
        " WHEN who = 'citizen' AND what IN ('change', 'cancel') THEN 'citizen' ELSE 'staff' END"
    )
    op.create_table(
        "told",
        sa.Column("code", sa.String(11), nullable=False),
        sa.Column("counter", sa.String(32), nullable=False),
        sa.Column("start_at", MOMENT, nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("code", "counter", "start_at", "about", name=op.f("pk_told")),
    )
    op.add_column("notices", sa.Column("counter", sa.String(32), nullable=True))
    op.add_column("notices", sa.Column("about", sa.String(16), nullable=True))
    _carry_over(op.get_bind())


def _carry_over(connection):
    bookings = sa.table(
        "bookings", *map(sa.column, ("code", "counter", "status")), sa.column("start_at", MOMENT)
    )
    audit_log = sa.table(
        "audit_log", *map(sa.column, ("id", "who", "what", "code")),
        sa.column("at", MOMENT), sa.column("detail", sa.JSON),
    )  # fmt: skip
    notices = sa.table(
        "notices", *map(sa.column, ("kind", "code", "status")),
        sa.column("start_at", MOMENT), sa.column("ended_at", MOMENT),
    )  # fmt: skip
    told = sa.table(
        "told", *map(sa.column, ("code", "counter", "about", "who")),
        sa.column("start_at", MOMENT), sa.column("at", MOMENT),
    )  # fmt: skip
    booked = {
        row.code: row
        for row in connection.execute(sa.select(bookings).where(bookings.c.status == "booked"))
    }
    moved = dict(
        connection.execute(
            sa.select(audit_log.c.code, sa.func.max(audit_log.c.id))
            .where(audit_log.c.what == "change")
            .group_by(audit_log.c.code)
        ).all()
    )
    found = {}
    for row in connection.execute(sa.select(notices).where(notices.c.kind == "closure")):
        booking = booked.get(row.code)
        if row.status == "sent" and booking and booking.start_at == row.start_at:
            found[row.code, "closed"] = (row.ended_at, None)
    called = sa.select(audit_log).where(audit_log.c.what == "called").order_by(audit_log.c.id)
    for row in connection.execute(called):
        if row.code in booked and moved.get(row.code, 0) < row.id:
            detail = row.detail or {}
            about = (
                "closed" if "closure" in detail
                else "not_sent" if "notice" in detail
                else f"not_answered:{detail['event']}" if "event" in detail
                else "no_line"
            )  # fmt: skip
            found[row.code, about] = (row.at, row.who)
    for (code, about), (at, who) in found.items():
        booking = booked[code]
        connection.execute(
            sa.insert(told).values(
                code=code, counter=booking.counter, start_at=booking.start_at, about=about,
                at=at, who=who,
            )
        )
    # What waits is written down anew, by what it is about now.
    connection.execute(
        sa.update(notices)
        .where(notices.c.kind == "closure", notices.c.status == "waiting")
        .values(status="overtaken")
    )


def downgrade():
    op.drop_column("notices", "about")
    op.drop_column("notices", "counter")
    op.drop_table("told")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("audit_log") as table:
            table.drop_constraint(op.f("ck_audit_log_role"), type_="check")
            table.drop_column("role")
    else:
        op.drop_column("audit_log", "role")
