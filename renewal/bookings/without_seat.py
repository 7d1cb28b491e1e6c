"""Which bookings have no seat any more, and why: the one truth about it.

A booking loses its seat when the counter is closed after all (a closure, the year's end, a holiday),
when its hours, its seats or the length of its slots change in city.yml, or when it is no longer
booked here at all. The booking itself stays until somebody deals with it. `check`, `calls`, the day
sheet, the bot and the notices all ask this module, so that none of them believes something else.

Once its time has come nothing more can be offered (`find` has it no more), but staff must know that
somebody may have stood before a closed counter: `missed`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from renewal import opening_hours
from renewal.bookings import rows, schema
from renewal.bookings.model import Booking, Place
from renewal.city import City
from renewal.clock import TOKYO
from renewal.opening_hours import Closure

Kind = Literal[
    "counter_removed", "counter_disabled", "year_end", "holiday", "closure", "hours", "seats"
]
KINDS: tuple[Kind, ...] = (
    "counter_removed", "counter_disabled", "year_end", "holiday", "closure", "hours", "seats",
)  # fmt: skip
"""Of several causes the first one counts."""

_BATCH = 500  # starts in one IN (…)
_MISSED_FOR = timedelta(days=31)  # after a month nobody is phoned about a visit that is over


@dataclass(frozen=True)
class Cause:
    """Why a booking has no seat.

    `reason` is the closure's own, in words for citizens, or the holiday's name; else "".
    """

    kind: Kind
    reason: str = ""

    @property
    def about(self) -> str:
        """Return what somebody is told: "closed", or "seats" where the counter is open.

        Whoever has been told that there are too few seats may have been let come all the same, and
        has to be told again when the counter closes; not the other way round.
        """
        return "seats" if self.kind == "seats" else "closed"

    @property
    def words(self) -> str:
        """Return the cause in words for staff; a closure's are its own reason."""
        reason = f"（{self.reason}）" if self.reason else ""
        return {
            "counter_removed": "窓口が city.yml にない",
            "counter_disabled": "窓口が予約を受け付けなくなった",
            "year_end": "年末年始の休み",
            "holiday": f"祝日の休み{reason}",
            "closure": self.reason,
            "hours": "受付時間が変わった",
            "seats": f"席の数が減った{reason}",
        }[self.kind]


@dataclass(frozen=True)
class Told:
    """When (Tokyo) somebody was told, and by whom; None for LINE."""

    at: datetime
    who: str | None


@dataclass(frozen=True)
class Tries:
    """Who is phoning somebody until when (real time), and how often nobody answered, and when last.
    """

    who: str | None = None
    until: datetime | None = None
    absences: int = 0
    absent_at: datetime | None = None


@dataclass(frozen=True)
class WithoutSeat:
    """A booking that has no seat, why, and whether this person has been told."""

    booking: Booking
    cause: Cause
    told: Told | None


def causes(
    bookings: Iterable[Booking], city: City, closures: Collection[Closure], now: datetime
) -> dict[str, Cause]:
    """Return why a booking has no seat, by code, for the booked ones that have none.

    `bookings` must be all that are booked, or have arrived, at the counters and on the days that
    matter. Where there are fewer seats than visitors, those who booked first keep theirs, and who
    has no seat takes none from the others.
    """

    def first_come(booking: Booking) -> tuple[bool, datetime, str]:
        # Who is at the counter before the time already has a seat, whatever else.
        is_early = booking.status == "arrived" and booking.start > now
        return not is_early, booking.created_at, booking.code

    hours = _Hours(city, closures)
    left: dict[tuple[str, datetime], int] = {}
    found: dict[str, Cause] = {}
    for booking in sorted(bookings, key=first_come):
        # Without its seats (a broken database, which `check` reports) a booking counts by its cards.
        places = booking.places or (Place(booking.start, len(booking.cards)),)
        cause = hours.closed(booking.counter, places)
        if cause is None:
            for place in places:
                spot = (booking.counter, place.start)
                if left.setdefault(spot, hours.seats(*spot)) < place.seats:
                    cause = Cause("seats", hours.why_fewer(*spot))
        if cause is None:
            for place in places:
                left[booking.counter, place.start] -= place.seats
        elif booking.status == "booked":
            found[booking.code] = cause
    return found


def find(
    connection: Connection,
    city: City,
    now: datetime,
    *,
    first: date | None = None,
    last: date | None = None,
    counter: str | None = None,
    closures: Collection[Closure] | None = None,
) -> list[WithoutSeat]:
    """Return the booked visits to come that have no seat, by start, counter and creation.

    `first` and `last` (both included, days in Tokyo) and `counter` limit it. `closures` are looked
    at instead of the stored ones, to know beforehand what a change would do.
    """
    first = max(first or date.min, now.astimezone(TOKYO).date())
    last = last or date.max
    if closures is None:
        closures = rows.closures(connection, first, last)
    loaded = rows.load(connection, *rows.live_between(first, last, counter))
    why = causes(loaded, city, closures, now)
    return _with_told(connection, (each for each in loaded if each.start > now), why)


def missed(
    connection: Connection,
    city: City,
    now: datetime,
    *,
    first: date | None = None,
    last: date | None = None,
    counter: str | None = None,
) -> list[WithoutSeat]:
    """Return the visits whose time is over, that had no seat, and of which nothing is noted since.

    By start, counter and creation, a month back at most. Of days before today only stored closures
    count: what city.yml said then nobody knows.
    """
    today = now.astimezone(TOKYO).date()
    first, last = max(first or date.min, today - _MISSED_FOR), min(last or date.max, today)
    stored = rows.closures(connection, first, last)
    if not stored:
        first = today
    if first > last:
        return []
    loaded = rows.load(connection, *rows.live_between(first, last, counter))
    why = causes(loaded, city, stored, now)
    over = (
        each
        for each in loaded
        if each.start <= now
        and (each.start.date() == today or _is_hit(each, why.get(each.code), city, stored))
    )
    return _with_told(connection, over, why)


def _is_hit(
    booking: Booking, cause: Cause | None, city: City, closures: Iterable[Closure]
) -> bool:
    """Return whether a stored closure or change of seats is why the booking has no seat."""
    counter = city.counters.get(booking.counter)
    return counter is not None and any(
        closure.hits(booking.counter, place.start, counter.slot_minutes)
        and closure.reason == cause.reason
        for closure in closures
        for place in booking.places
        if cause
    )


def _with_told(
    connection: Connection, bookings: Iterable[Booking], why: dict[str, Cause]
) -> list[WithoutSeat]:
    hit = [booking for booking in bookings if booking.code in why]
    known = told(connection, [booking.code for booking in hit])
    return [
        WithoutSeat(booking, why[booking.code], told_of(known, booking, why[booking.code]))
        for booking in hit
    ]


def among(
    connection: Connection, bookings: Iterable[Booking], city: City, now: datetime
) -> list[WithoutSeat]:
    """Return those of the bookings that have no seat, as `find` does, looking only at their own days.

    Only where more seats are taken than there are does it matter who booked first.
    """
    coming = {each.code: each for each in bookings if each.status == "booked" and each.start > now}
    if not coming:
        return []
    days = [each.start.date() for each in coming.values()]
    hours = _Hours(city, rows.closures(connection, min(days), max(days)))
    taken = _taken(connection, coming.values())
    doubtful = {
        (each.counter, each.start.date())
        for each in coming.values()
        if hours.closed(each.counter, each.places or (Place(each.start, 1),))
        or any(
            taken.get((each.counter, place.start), 0) > hours.seats(each.counter, place.start)
            for place in each.places
        )
    }
    return [
        found
        for counter, day in sorted(doubtful)
        for found in find(connection, city, now, first=day, last=day, counter=counter)
        if found.booking.code in coming
    ]


def find_one(
    connection: Connection, booking: Booking, city: City, now: datetime
) -> WithoutSeat | None:
    """Return why this booking has no seat, as `find` does, without looking at every day."""
    return next(iter(among(connection, [booking], city, now)), None)


def _taken(
    connection: Connection, bookings: Iterable[Booking]
) -> dict[tuple[str, datetime], int]:
    """Return how many seats are booked at the starts of these bookings, by counter and start (Tokyo)."""
    seats = schema.seats.c
    starts = sorted({place.start for booking in bookings for place in booking.places})
    found: dict[tuple[str, datetime], int] = {}
    for first in range(0, len(starts), _BATCH):
        here = seats.start_at.in_(starts[first : first + _BATCH])
        count = sa.select(seats.counter, seats.start_at, sa.func.count()).where(
            here, seats.code.is_not(None)
        )
        for counter, start, number in connection.execute(
            count.group_by(seats.counter, seats.start_at)
        ):
            found[counter, start.astimezone(TOKYO)] = number
    return found


def told(connection: Connection, codes: Collection[str]) -> dict[tuple[object, ...], Told]:
    """Return who has been told what, by code, counter, start (UTC) and what about."""
    table = schema.told.c
    if not codes:
        return {}
    found = connection.execute(sa.select(schema.told).where(table.code.in_(sorted(set(codes)))))
    return {
        (row.code, row.counter, row.start_at, row.about): Told(row.at.astimezone(TOKYO), row.who)
        for row in found
    }


SEAT_AGAIN = "seat_again"
_NO_SEAT = ("closed", "seats", "was_closed", "was_seats")
"""What somebody was told who believes that there is no seat; "was_…": of what was removed since."""


def believed(known: dict[tuple[object, ...], Told], booking: Booking) -> tuple[str, Told] | None:
    """Return what somebody who believes that this booking has no seat was told of it, and by whom."""
    for about in _NO_SEAT:
        if heard := known.get((booking.code, booking.counter, booking.start, about)):
            return about, heard
    return None


def believe_no_seat(
    connection: Connection, found: Collection[WithoutSeat]
) -> tuple[WithoutSeat, ...]:
    """Keep of those told of a lost seat only that they believe it: another loss is told them anew.

    Returns the same with who told them, whatever it was that they were told.
    """
    known = told(connection, [each.booking.code for each in found])
    now: list[WithoutSeat] = []
    for each in found:
        booking, heard = each.booking, believed(known, each.booking)
        now.append(replace(each, told=heard[1] if heard else None))
        forget_told(connection, booking)
        if heard:
            values = {"code": booking.code, "counter": booking.counter, "start_at": booking.start}
            about = f"was_{heard[0].removeprefix('was_')}"
            connection.execute(
                sa.insert(schema.told).values(**values, about=about, at=heard[1].at, who=heard[1].who)
            )
    return tuple(now)


def forget_told(connection: Connection, booking: Booking) -> None:
    """Forget that somebody was told that a booking has no seat."""
    table = schema.told
    connection.execute(
        sa.delete(table).where(table.c.code == booking.code, table.c.about.in_(_NO_SEAT))
    )


def seats_again(
    connection: Connection, city: City, now: datetime
) -> list[tuple[Booking, str]]:
    """Return the booked visits to come that have a seat, of people who were told that they have none.

    With each comes what they were told: "closed" or "seats", or since when it is removed "was_…".
    """
    table, heard = schema.bookings.c, schema.told.c
    believing = sa.select(heard.code).where(
        heard.code == table.code, heard.counter == table.counter, heard.start_at == table.start_at,
        heard.about.in_(_NO_SEAT),
    )  # fmt: skip
    found = rows.load(
        connection, table.status == "booked", table.start_at > now, sa.exists(believing)
    )
    lost = {each.booking.code for each in among(connection, found, city, now)}
    known = told(connection, [each.code for each in found])
    return [
        (booking, about[0])
        for booking in found
        if booking.code not in lost and (about := believed(known, booking))
    ]


def told_of(
    known: dict[tuple[object, ...], Told], booking: Booking, cause: Cause
) -> Told | None:
    """Return whether somebody has been told that this booking has no seat for such a cause."""
    here = (booking.code, booking.counter, booking.start)
    closed = known.get((*here, "closed"))
    return closed or known.get((*here, "seats")) if cause.about == "seats" else closed


class _Hours:
    """What today's city.yml and closures say of starts, each day looked up once."""

    def __init__(self, city: City, closures: Collection[Closure]) -> None:
        self._city = city
        self._closures = sorted(closures, key=lambda closure: (closure.first, closure.id or 0))
        self._starts: dict[tuple[str, date], set[datetime]] = {}

    def closed(self, counter_id: str, places: Iterable[Place]) -> Cause | None:
        """Return why nobody is received at one of these starts, the weightiest cause, or None."""
        found = [cause for place in places if (cause := self._closed(counter_id, place.start))]
        return min(found, key=lambda cause: KINDS.index(cause.kind), default=None)

    def _closed(self, counter_id: str, start: datetime) -> Cause | None:
        counter = self._city.counters.get(counter_id)
        if counter is None:
            return Cause("counter_removed")
        if not counter.enabled:
            return Cause("counter_disabled")
        day = start.date()
        if (counter_id, day) not in self._starts:
            usual = opening_hours.starts(self._city, counter_id, day)
            self._starts[counter_id, day] = {each.start for each in usual}
        is_usual = start in self._starts[counter_id, day]
        off = opening_hours.day_off(self._city, day)
        if off and not is_usual:
            if off == "holiday":
                return Cause("holiday", opening_hours.is_holiday(day) or "")
            return Cause("year_end")
        reason = opening_hours.closure_reason(self._city, counter_id, start, self._closures)
        if reason is not None:
            return Cause("closure", reason)
        if is_usual:
            return None
        regular = opening_hours.closed_because(self._city, counter_id, day)
        return Cause("closure", regular) if regular else Cause("hours")

    def seats(self, counter_id: str, start: datetime) -> int:
        return opening_hours.seats_at(self._city.counters[counter_id], start, self._closures)

    def why_fewer(self, counter_id: str, start: datetime) -> str:
        """Return the reason of the stored change that leaves the fewest seats, "" for city.yml."""
        counter = self._city.counters[counter_id]
        hits = [c for c in self._closures if c.hits(counter_id, start, counter.slot_minutes)]
        return min(hits, key=lambda closure: closure.seats).reason if hits else ""
