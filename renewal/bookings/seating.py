"""Seats of a start: taken, given to a booking, freed. Everything here is inside a transaction.

A seat is a row with its number. The primary key allows one row a seat, and the row points to its
start with the capacity, which the number is checked against; so it is the database that refuses a
seat twice and a seat too many, whatever the code believes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from renewal.bookings import rows, schema
from renewal.bookings.engine import Sql, moment_in, moment_out
from renewal.bookings.model import Hold, HoldExpired, NotBookable, Place
from renewal.city import Counter
from renewal.clock import TOKYO
from renewal.opening_hours import seats_at

_STARTS, _SEATS = schema.starts, schema.seats


@lru_cache
def _claim_sql(numbers: int) -> Sql:
    # Takes the lowest seat numbers that nobody has, then (in the same statement) those whose hold
    # has run out, as many as wanted and there are. Whoever lost the race for a number gets fewer
    # rows. A request that has seats already gets none.
    values = ",".join(f"({number})" for number in range(1, numbers + 1))
    return Sql(
        f"""
        INSERT INTO seats (counter, start_at, seat_no, capacity, hold_id, part, held_until)
        SELECT s.counter, s.start_at, n.column1, s.capacity, :hold,
          :got + row_number() OVER (ORDER BY t.seat_no IS NOT NULL, n.column1), :until
        FROM starts s
        JOIN (VALUES {values}) n ON n.column1 <= s.capacity
        LEFT JOIN seats t
          ON t.counter = s.counter AND t.start_at = s.start_at AND t.seat_no = n.column1
        WHERE s.counter = :counter AND s.start_at = :start AND s.usual = :usual
          AND (t.seat_no IS NULL OR (t.code IS NULL AND t.held_until <= :at))
          AND (:got > 0 OR NOT EXISTS (SELECT 1 FROM seats WHERE hold_id = :hold))
        ORDER BY t.seat_no IS NOT NULL, n.column1 LIMIT :wanted
        ON CONFLICT (counter, start_at, seat_no) DO UPDATE
          SET hold_id = excluded.hold_id, part = excluded.part, held_until = excluded.held_until
          WHERE seats.code IS NULL AND seats.held_until <= :at
        RETURNING seat_no
        """  # noqa: S608
    )


_GIVE = Sql(
    """
    UPDATE seats SET code = :code WHERE hold_id = :hold AND code IS NULL
    RETURNING start_at, held_until
    """
)


def claim(
    connection: Connection,
    counter: Counter,
    start: datetime,
    wanted: int,
    hold_id: str,
    until: datetime,
    at: datetime,
    got: int = 0,
) -> int:
    """Take up to `wanted` seats of a start and return how many; 0 when it is full.

    `got` is how many the same hold has at other starts. Raises NotBookable("closure") when a
    closure leaves no seat, AlreadyHeld when the request has its seats already.
    """
    here = (_STARTS.c.counter == counter.id, _STARTS.c.start_at == start)
    values = {
        "counter": counter.id,
        "start": moment_in(connection, start),
        "usual": counter.seats,
        "at": moment_in(connection, at),
        "hold": hold_id,
        "until": moment_in(connection, until),
    }
    before, numbers = got, counter.seats
    while True:
        values |= {"got": got, "wanted": wanted + before - got}
        got += len(_claim_sql(numbers)(connection, values))
        if got - before == wanted:
            return wanted
        if not before and not got and held(connection, hold_id):
            raise AlreadyHeld
        row = connection.execute(sa.select(_STARTS).where(*here)).one_or_none()
        if row is None or row.usual != counter.seats:
            fit(connection, counter, start, at)
            continue
        if row.capacity == 0:
            raise NotBookable("closure")
        numbers = max(numbers, row.capacity)  # staff can give more seats than city.yml
        if _taken(connection, counter.id, start, at) >= row.capacity:
            return got - before
        # Else somebody was faster at that number, and another one is free.


class AlreadyHeld(Exception):  # noqa: N818
    """This request took its seats before."""


def held(connection: Connection, hold_id: str) -> Hold | None:
    """Return the hold with that id, as it was made, as long as its seats are nobody else's."""
    found = connection.execute(
        sa.select(_SEATS.c.counter, _SEATS.c.start_at, _SEATS.c.held_until)
        .where(_SEATS.c.hold_id == hold_id)
        .order_by(_SEATS.c.part)
    ).all()
    if not found:
        return None
    places = places_of(row.start_at for row in found)
    return Hold(hold_id, found[0].counter, places, found[0].held_until)


def give(
    connection: Connection, hold_id: str, code: str, at: datetime
) -> tuple[tuple[Place, ...], bool]:
    """Give the seats of a hold to a booking; return them, and whether the hold had run out.

    A seat that nobody has taken over since is still there to be given. Raises HoldExpired when
    there is none.
    """
    found = _GIVE(connection, {"hold": hold_id, "code": code})
    if not found:
        raise HoldExpired
    late = moment_out(found[0][1]) <= at
    return places_of(moment_out(start) for start, _until in found), late


def release(connection: Connection, hold_id: str) -> None:
    """Free the seats of a hold that is not booked."""
    connection.execute(
        sa.delete(_SEATS).where(_SEATS.c.hold_id == hold_id, _SEATS.c.code.is_(None))
    )


def fit(connection: Connection, counter: Counter, start: datetime, at: datetime) -> None:
    """Work out the capacity of a start from city.yml and the closures, and set it.

    Seats that are taken move to the lowest numbers, booked ones first. Where more are booked than
    there are seats now, the capacity stays at their number, and nobody gets a seat there until it
    has sunk. Holds above the new capacity are lost.
    """
    this_start = (_STARTS.c.counter == counter.id, _STARTS.c.start_at == start)
    here = (_SEATS.c.counter == counter.id, _SEATS.c.start_at == start)
    if connection.dialect.name == "postgresql":
        # No closure comes or goes meanwhile: it would not see a start that is just being made.
        connection.exec_driver_sql("LOCK TABLE closures IN SHARE MODE")
    day = start.astimezone(TOKYO).date()
    closures = rows.closures(connection, day, day)
    there = seats_at(counter, start.astimezone(TOKYO), closures)
    connection.execute(
        _NEW_START, {"counter": counter.id, "start": start, "usual": counter.seats, "there": there}
    )
    # Nobody takes a seat at this start before we are done: their rows refer to this one.
    connection.execute(sa.select(_STARTS).where(*this_start).with_for_update())
    live = connection.execute(
        sa.select(_SEATS.c.seat_no, _SEATS.c.code)
        .where(*here, sa.or_(_SEATS.c.code.is_not(None), _SEATS.c.held_until > at))
        .order_by(_SEATS.c.code.is_(None), _SEATS.c.seat_no)
    ).all()
    capacity = max(there, sum(row.code is not None for row in live))
    kept = [row.seat_no for row in live[:capacity]]
    connection.execute(sa.delete(_SEATS).where(*here, _SEATS.c.seat_no.not_in(kept)))
    free = sorted(set(range(1, len(kept) + 1)) - set(kept))
    for number in (number for number in kept if number > len(kept)):
        connection.execute(
            sa.update(_SEATS).where(*here, _SEATS.c.seat_no == number).values(seat_no=free.pop(0))
        )
    connection.execute(
        sa.update(_STARTS).where(*this_start).values(capacity=capacity, usual=counter.seats)
    )


_NEW_START = sa.text(
    """
    INSERT INTO starts (counter, start_at, capacity, usual)
    VALUES (:counter, :start, :there, :usual) ON CONFLICT (counter, start_at) DO NOTHING
    """
).bindparams(sa.bindparam("start", type_=schema.Utc))


def places_of(starts: Iterable[datetime]) -> tuple[Place, ...]:
    """Return the starts, one for each seat, as places in order (Tokyo)."""
    counts: dict[datetime, int] = {}
    for start in starts:
        counts[start] = counts.get(start, 0) + 1
    return tuple(Place(start.astimezone(TOKYO), counts[start]) for start in sorted(counts))


def _taken(connection: Connection, counter: str, start: datetime, at: datetime) -> int:
    return int(
        connection.execute(
            sa.select(sa.func.count())
            .select_from(_SEATS)
            .where(_SEATS.c.counter == counter, _SEATS.c.start_at == start)
            .where(sa.or_(_SEATS.c.code.is_not(None), _SEATS.c.held_until > at))
        ).scalar_one()
    )
