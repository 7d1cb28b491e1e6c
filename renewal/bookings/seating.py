"""Seats of a start: taken, given to a booking, freed. Everything here is inside a transaction.

A seat is a row with its number. The primary key allows one row a seat, and the row points to its
start with the capacity, which the number is checked against; so it is the database that refuses a
seat twice and a seat too many, whatever the code believes.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from renewal import opening_hours
from renewal.bookings import rows, schema
from renewal.bookings.engine import Sql, TryAgain, moment_in
from renewal.bookings.model import Hold, NotBookable, places_of
from renewal.city import City, Counter
from renewal.clock import TOKYO
from renewal.opening_hours import Closure, seats_at

_STARTS, _SEATS = schema.starts, schema.seats
_LOOKS = 200  # at one start; whoever is slower that often has met more people than there are seats


_LOOK = Sql(
    """
    SELECT s.capacity, s.usual, t.seat_no, t.hold_id, t.code IS NOT NULL OR t.held_until > :at
    FROM starts s LEFT JOIN seats t ON t.counter = s.counter AND t.start_at = s.start_at
    WHERE s.counter = :counter AND s.start_at = :start
    """,
    # Nobody need wait for a hold to reach the disk: a booking, which has to, comes after it in the
    # same log.
    postgresql_before="SET LOCAL synchronous_commit TO off;",
)

# A seat whose hold has run out is taken over in the same statement. No row comes back when somebody
# was faster at that number.
_TAKE = Sql(
    """
    INSERT INTO seats (counter, start_at, seat_no, capacity, hold_id, part, held_until)
    VALUES (:counter, :start, :number, :capacity, :hold, :part, :until)
    ON CONFLICT (counter, start_at, seat_no) DO UPDATE
      SET hold_id = excluded.hold_id, part = excluded.part, held_until = excluded.held_until
      WHERE seats.code IS NULL AND seats.held_until <= :at
    RETURNING seat_no
    """
)

# To the booking that has this hold; a seat that nobody has taken over since is still there.
GIVE = Sql(
    """
    UPDATE seats SET code = :code WHERE hold_id = :hold AND code IS NULL
      AND EXISTS (SELECT 1 FROM bookings b WHERE b.code = :code AND b.hold_id = :hold)
    RETURNING counter, start_at, held_until
    """
)


def claim(
    connection: Connection,
    city: City,
    counter: Counter,
    start: datetime,
    wanted: int,
    hold_id: str,
    until: datetime,
    at: datetime,
    got: int = 0,
) -> int:
    """Take up to `wanted` seats of a start and return how many; 0 when it is full.

    Numbers that nobody has go first, then those whose hold has run out: so a hold that is late is
    good as long as there is room. `got` is how many the same hold has at other starts. Raises
    NotBookable("closure") when a closure leaves no seat, AlreadyHeld when the request came before.
    """
    values = {
        "counter": counter.id,
        "start": moment_in(connection, start),
        "at": moment_in(connection, at),
        "hold": hold_id,
        "until": moment_in(connection, until),
    }
    taken = 0
    for _look in range(_LOOKS):
        found = _LOOK(connection, values)
        if not found:
            _open(connection, city, counter, start)
            continue
        if found[0][1] != counter.seats:
            there, live = fit(connection, counter, start, at)
            if there == 0:
                raise NotBookable("closure")
            if live >= there:
                return taken
            continue
        capacity = found[0][0]
        if capacity == 0:
            raise NotBookable("closure")
        if not got + taken and any(row[3] == hold_id for row in found):
            raise AlreadyHeld
        known = {row[2]: row[4] for row in found}
        numbers = [number for number in range(1, capacity + 1) if not known.get(number)]
        numbers.sort(key=lambda number: number in known)
        if not numbers:
            return taken
        for number in numbers[: wanted - taken]:
            more = {"number": number, "capacity": capacity, "part": got + taken + 1}
            taken += len(_TAKE(connection, values | more))
        if taken == wanted:
            return taken
        # Somebody was faster at a number: look again.
    raise TryAgain


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


def release(connection: Connection, hold_id: str) -> None:
    """Free the seats of a hold that is not booked."""
    connection.execute(
        sa.delete(_SEATS).where(_SEATS.c.hold_id == hold_id, _SEATS.c.code.is_(None))
    )


def free(connection: Connection, hold_id: str) -> None:
    """Free the seats of a booking."""
    connection.execute(sa.delete(_SEATS).where(_SEATS.c.hold_id == hold_id))


def fit(
    connection: Connection, counter: Counter, start: datetime, at: datetime
) -> tuple[int, int]:
    """Work out the seats of a start from city.yml and the closures; return them, and those taken.

    Seats that are taken move to the lowest numbers, booked ones first; holds that find no room are
    lost. Where more are booked than there are seats now, the capacity stays at their number, and
    `usual` empty, so that it is worked out again before anybody gets a seat there.
    """
    this_start = (_STARTS.c.counter == counter.id, _STARTS.c.start_at == start)
    here = (_SEATS.c.counter == counter.id, _SEATS.c.start_at == start)
    local = start.astimezone(TOKYO)
    there = seats_at(counter, local, _closures(connection, local.date()))
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
    usual = counter.seats if capacity == there else None
    connection.execute(
        sa.update(_STARTS).where(*this_start).values(capacity=capacity, usual=usual)
    )
    return there, len(kept)


def _open(connection: Connection, city: City, counter: Counter, start: datetime) -> None:
    """Make the rows of that day's starts, the first time that somebody asks for one of them."""
    day = start.astimezone(TOKYO).date()
    closures = _closures(connection, day)
    for item in opening_hours.starts(city, counter.id, day):
        values = {
            "counter": counter.id,
            "start": moment_in(connection, item.start),
            "there": seats_at(counter, item.start, closures),
            "usual": counter.seats,
        }
        _NEW_START(connection, values)


def _closures(connection: Connection, day: date) -> list[Closure]:
    if connection.dialect.name == "postgresql":
        # None comes or goes meanwhile: it would not see a start that is just being made.
        connection.exec_driver_sql("LOCK TABLE closures IN SHARE MODE")
    return rows.closures(connection, day, day)


_NEW_START = Sql(
    """
    INSERT INTO starts (counter, start_at, capacity, usual)
    VALUES (:counter, :start, :there, :usual) ON CONFLICT (counter, start_at) DO NOTHING
    RETURNING capacity
    """
)
