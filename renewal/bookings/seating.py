"""Seats of a start: taken, given to a booking, freed. Everything here is inside a transaction.

A seat is a row with its number. The primary key allows one row a seat, and the row points to its
start with the capacity, which the number is checked against; so it is the database that refuses a
seat twice and a seat too many, whatever the code believes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from renewal import slots
from renewal.bookings import schema
from renewal.bookings.model import HoldExpired, NotBookable, Place
from renewal.city import City, Counter
from renewal.clock import TOKYO
from renewal.opening_hours import wall_times

# Seats that a closure leaves at one start; `seats` are those of city.yml.
_EFFECTIVE = """coalesce((
    SELECT min(c.seats) FROM closures c
    WHERE (c.counter IS NULL OR c.counter = :counter) AND c.first <= :day AND c.last >= :day
      AND (c.from_time IS NULL OR c.from_time < :ends)
      AND (c.until_time IS NULL OR c.until_time > :begins)
  ), :seats)"""

_TYPES = (
    sa.bindparam("start", type_=schema.Utc),
    sa.bindparam("day", type_=sa.Date),
    sa.bindparam("begins", type_=sa.Time),
    sa.bindparam("ends", type_=sa.Time),
    sa.bindparam("at", type_=schema.Utc),
)

# Takes the lowest free seat numbers of a start, as many as wanted and there are. A seat whose hold
# has run out is taken over here too. Whoever lost the race for a number gets fewer rows.
_CLAIM = sa.text(
    f"""
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :most)
    INSERT INTO seats (counter, start_at, seat_no, capacity, hold_id, held_until)
    SELECT s.counter, s.start_at, n, s.capacity, :hold, :until
    FROM starts s JOIN numbers ON n <= s.capacity
    WHERE s.counter = :counter AND s.start_at = :start AND s.capacity = {_EFFECTIVE}
      AND NOT EXISTS (
        SELECT 1 FROM seats t
        WHERE t.counter = s.counter AND t.start_at = s.start_at AND t.seat_no = n
          AND (t.code IS NOT NULL OR t.held_until > :at))
    ORDER BY n LIMIT :wanted
    ON CONFLICT (counter, start_at, seat_no) DO UPDATE
      SET hold_id = excluded.hold_id, held_until = excluded.held_until
      WHERE seats.code IS NULL AND seats.held_until <= :at
    RETURNING seat_no
    """  # noqa: S608
).bindparams(*_TYPES, sa.bindparam("until", type_=schema.Utc))

_LOOK = sa.text(
    f"""
    SELECT {_EFFECTIVE} AS seats,
      (SELECT capacity FROM starts WHERE counter = :counter AND start_at = :start) AS capacity,
      (SELECT count(*) FROM seats WHERE counter = :counter AND start_at = :start
         AND (code IS NOT NULL OR held_until > :at)) AS taken
    """  # noqa: S608
).bindparams(*_TYPES)

_OPEN_START = sa.text(
    """
    INSERT INTO starts (counter, start_at, capacity) VALUES (:counter, :start, :capacity)
    ON CONFLICT (counter, start_at) DO NOTHING
    """
).bindparams(sa.bindparam("start", type_=schema.Utc))

_BOOK_SEATS = sa.text(
    """
    UPDATE seats SET code = :code, held_until = NULL
    WHERE hold_id = :hold AND code IS NULL AND held_until > :at
    RETURNING start_at
    """
).bindparams(sa.bindparam("at", type_=schema.Utc)).columns(start_at=schema.Utc)


def claim(
    connection: Connection,
    counter: Counter,
    start: datetime,
    wanted: int,
    hold_id: str,
    until: datetime,
    at: datetime,
) -> int:
    """Take up to `wanted` seats of a start and return how many; 0 when it is full.

    Raises NotBookable("closure") when a closure leaves no seat.
    """
    local = start.astimezone(TOKYO)
    begins, ends = wall_times(local, counter.slot_minutes)
    values: dict[str, Any] = {
        "counter": counter.id,
        "start": start,
        "day": local.date(),
        "begins": begins,
        "ends": ends,
        "seats": counter.seats,
        "at": at,
    }
    got = 0
    most = counter.seats  # the numbers that are tried; more only where staff added seats
    while True:
        more = {"most": most, "hold": hold_id, "until": until, "wanted": wanted - got}
        got += len(connection.execute(_CLAIM, values | more).all())
        if got == wanted:
            return got
        look = connection.execute(_LOOK, values).one()
        if look.seats == 0:
            raise NotBookable("closure")
        if look.taken >= look.seats:
            return got
        most = max(most, look.seats)
        if look.capacity is None:
            connection.execute(
                _OPEN_START, {"counter": counter.id, "start": start, "capacity": look.seats}
            )
        elif look.capacity != look.seats:
            fit(connection, counter.id, start, look.seats, at)
        # Else somebody was faster at that number, and another one is free.


def fit(
    connection: Connection, counter: str, start: datetime, seats_there: int, at: datetime
) -> None:
    """Set the capacity of a start that somebody has asked for before.

    Seats that are taken move to the lowest numbers, booked ones first. Where more are booked than
    there are seats now, the capacity stays at their number, and nobody gets a seat there until it
    has sunk. Holds above the new capacity are lost.
    """
    starts, seats = schema.starts, schema.seats
    this_start = (starts.c.counter == counter, starts.c.start_at == start)
    here = (seats.c.counter == counter, seats.c.start_at == start)
    # Nobody takes a seat at this start before we are done: their rows refer to this one.
    connection.execute(sa.select(starts).where(*this_start).with_for_update())
    live = connection.execute(
        sa.select(seats.c.seat_no, seats.c.code)
        .where(*here, sa.or_(seats.c.code.is_not(None), seats.c.held_until > at))
        .order_by(seats.c.code.is_(None), seats.c.seat_no)
    ).all()
    booked = sum(row.code is not None for row in live)
    capacity = max(seats_there, booked)
    kept = [row.seat_no for row in live[:capacity]]
    connection.execute(sa.delete(seats).where(*here, seats.c.seat_no.not_in(kept)))
    free = sorted(set(range(1, len(kept) + 1)) - set(kept))
    for number in (number for number in kept if number > len(kept)):
        connection.execute(
            sa.update(seats).where(*here, seats.c.seat_no == number).values(seat_no=free.pop(0))
        )
    connection.execute(sa.update(starts).where(*this_start).values(capacity=capacity))


def take(
    connection: Connection,
    hold_id: str,
    code: str,
    cards: int,
    city: City,
    now: datetime,
    at: datetime,
) -> tuple[Place, ...]:
    """Give the seats of a hold to a booking; take them again when the hold has run out.

    Raises HoldExpired when they are gone, NotBookable when they can no longer be booked.
    """
    mine = {"hold": hold_id, "code": code, "at": at}
    starts = connection.scalars(_BOOK_SEATS, mine).all()
    if len(starts) < cards:
        hold = connection.execute(
            sa.select(schema.holds).where(schema.holds.c.id == hold_id)
        ).one_or_none()
        if hold is None:
            raise HoldExpired
        table = schema.seats.c
        connection.execute(
            sa.delete(schema.seats)
            .where(table.hold_id == hold_id)
            .where(sa.or_(table.code.is_(None), table.code == code))
        )
        until = at + timedelta(minutes=city.booking.hold_minutes)
        for place in places_in(hold.places):
            if reason := slots.why_not_bookable(city, hold.counter, place.start, now):
                raise NotBookable(reason)
            counter = city.counters[hold.counter]
            if claim(connection, counter, place.start, place.seats, hold_id, until, at) < (
                place.seats
            ):
                raise HoldExpired
        starts = connection.scalars(_BOOK_SEATS, mine).all()
    if len(starts) != cards:
        raise ValueError(f"a hold of {len(starts)} seats for {cards} cards")
    return places_of(starts)


def release(connection: Connection, hold_id: str) -> None:
    """Free the seats of a hold that is not booked, and forget it."""
    seats, holds = schema.seats, schema.holds
    connection.execute(
        sa.delete(seats).where(seats.c.hold_id == hold_id).where(seats.c.code.is_(None))
    )
    connection.execute(
        sa.delete(holds)
        .where(holds.c.id == hold_id)
        .where(~sa.exists().where(schema.bookings.c.hold_id == hold_id))
    )


def places_of(starts: Iterable[datetime]) -> tuple[Place, ...]:
    """Return the starts, one for each seat, as places in order (Tokyo)."""
    counts: dict[datetime, int] = {}
    for start in starts:
        counts[start] = counts.get(start, 0) + 1
    return tuple(Place(start.astimezone(TOKYO), counts[start]) for start in sorted(counts))


def places_out(places: Iterable[Place]) -> list[list[Any]]:
    """Return the places as they are kept in a hold's row."""
    return [[place.start.astimezone(TOKYO).isoformat(), place.seats] for place in places]


def places_in(rows: list[list[Any]]) -> tuple[Place, ...]:
    """Return the places kept in a hold's row."""
    return tuple(
        Place(datetime.fromisoformat(start).astimezone(TOKYO), seats) for start, seats in rows
    )


