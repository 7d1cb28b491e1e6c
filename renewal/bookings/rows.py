"""Bookings and closures as rows, in and out. Everything here is inside a transaction."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from renewal.bookings import schema
from renewal.bookings.engine import Sql, moment_out
from renewal.bookings.model import Booking, Card, Visit, places_of
from renewal.clock import TOKYO
from renewal.opening_hours import Closure

D = TypeVar("D", date, time)

_BATCH = 500  # holds in one IN (…)


def columns(visit: Visit) -> dict[str, Any]:
    """Return the visit as columns of a booking."""
    names = ("applicant", "visitor_name", "phone", "conversation", "channel", "note")
    values = {name: getattr(visit, name) for name in names}
    known = [visit.visitor_name, *(card.name_kana for card in visit.cards)]
    return values | {
        "cards": [card.as_json() for card in visit.cards],
        "names": "|".join(plain_name(name) for name in known if name),
    }


def plain_name(name: str) -> str:
    """Return a name as names are compared: "José" is "jose", but が stays が."""
    apart = unicodedata.normalize("NFKD", name).casefold().replace(" ", "")
    without = "".join(each for each in apart if not "\u0300" <= each <= "\u036f")
    return unicodedata.normalize("NFC", without)


def visit_of(row: Any) -> Visit:
    """Return the visit from a row of bookings."""
    return Visit(
        applicant=row.applicant,
        cards=tuple(Card.from_json(card) for card in row.cards),
        phone=row.phone,
        visitor_name=row.visitor_name,
        channel=row.channel,
        conversation=row.conversation,
        note=row.note,
    )


def load(connection: Connection, *where: ColumnElement[Any]) -> list[Booking]:
    """Return the bookings that match, with their places, by start, counter and creation."""
    table, seats = schema.bookings, schema.seats.c
    found = connection.execute(
        sa.select(table)
        .where(*where)
        .order_by(table.c.start_at, table.c.counter, table.c.created_at, table.c.code)
    ).all()
    starts: dict[str, list[datetime]] = {}
    for first in range(0, len(found), _BATCH):
        some = [row.hold_id for row in found[first : first + _BATCH]]
        for row in connection.execute(
            sa.select(seats.code, seats.start_at).where(
                seats.hold_id.in_(some), seats.code.is_not(None)
            )
        ):
            starts.setdefault(row.code, []).append(row.start_at)
    return [
        Booking(
            code=row.code,
            status=row.status,
            counter=row.counter,
            start=row.start_at.astimezone(TOKYO),
            places=places_of(starts.get(row.code, ())),
            visit=visit_of(row),
            created_at=row.created_at.astimezone(TOKYO),
            ended_at=row.ended_at.astimezone(TOKYO) if row.ended_at else None,
            version=row.version,
        )
        for row in found
    ]


def midnight(day: date) -> datetime:
    """Return the moment at which that day begins in Tokyo."""
    return datetime.combine(day, time(), TOKYO)


def on_days(first: date | None, last: date | None) -> list[ColumnElement[Any]]:
    """Return the conditions for a visit from `first` to `last`, both included; None is no limit."""
    start = schema.bookings.c.start_at
    where: list[ColumnElement[Any]] = []
    if first is not None and first > date.min:
        where.append(start >= midnight(first))
    if last is not None and last < date.max:
        where.append(start < midnight(last + timedelta(days=1)))
    return where


def live_between(first: date, last: date, counter: str | None) -> list[ColumnElement[Any]]:
    """Return the conditions for a visit on those days whose seat counts (None: any counter)."""
    table = schema.bookings.c
    where = [table.status.in_(("booked", "arrived")), *on_days(first, last)]
    return where if counter is None else [*where, table.counter == counter]


def closures(connection: Connection, first: date, last: date) -> list[Closure]:
    """Return the closures that touch those days, both included, in the order of their days."""
    values = {"first": first.isoformat(), "last": last.isoformat()}
    return [
        Closure(
            counter,
            _read(date, begins),
            _read(date, ends),
            from_time and _read(time, from_time),
            until_time and _read(time, until_time),
            reason,
            seats,
            number,
            made_at and moment_out(made_at),
        )
        for counter, begins, ends, from_time, until_time, reason, seats, number, made_at in _CLOSURES(
            connection, values
        )
    ]


_CLOSURES = Sql(
    """
    SELECT counter, first, last, from_time, until_time, reason, seats, id, made_at FROM closures
    WHERE first <= :last AND last >= :first ORDER BY first, id
    """
)


def _read(kind: type[D], value: Any) -> D:
    """Return a day or a time; SQLite gives it as text."""
    read: D = kind.fromisoformat(value) if isinstance(value, str) else value
    return read
