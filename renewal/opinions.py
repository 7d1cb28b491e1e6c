"""Whether an answer helped: yes or no and a line of why, counted for the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from renewal.bookings.engine import reading, write
from renewal.bookings.schema import opinions
from renewal.clock import TOKYO

LONGEST_WHY = 100


@dataclass(frozen=True)
class Line:
    """What was said about one topic: how many times yes and no, and the reasons, latest first."""

    topic: str
    yes: int
    no: int
    why: tuple[str, ...]


def give(engine: Engine, key: str, topic: str, helpful: bool, why: str | None, at: datetime) -> None:
    """Keep an opinion; one with the same key is the same, with its reason told later."""
    values = {"topic": topic, "helpful": helpful, "why": (why or "")[:LONGEST_WHY] or None}

    def work(connection: Connection) -> None:
        known = sa.update(opinions).where(opinions.c.id == key).values(**values)
        if not connection.execute(known).rowcount:
            connection.execute(sa.insert(opinions).values(id=key, at=at, **values))

    write(engine, work)


def counted(engine: Engine, first: date, last: date) -> list[Line]:
    """Return a line for each topic of these days (Tokyo, both included), by name."""
    begin = datetime.combine(first, time(), TOKYO)
    end = datetime.combine(last + timedelta(days=1), time(), TOKYO)
    given = sa.select(opinions).where(opinions.c.at >= begin, opinions.c.at < end)
    with reading(engine) as connection:
        rows = connection.execute(given.order_by(opinions.c.at.desc())).all()
    return [
        Line(
            topic,
            sum(row.helpful for row in rows if row.topic == topic),
            sum(not row.helpful for row in rows if row.topic == topic),
            tuple(row.why for row in rows if row.topic == topic and row.why),
        )
        for topic in sorted({row.topic for row in rows})
    ]
