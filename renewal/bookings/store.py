"""The store: hold, confirm, find, change, cancel; closures and the audit log.

Every method is one transaction, thread safe, and raises engine.TryAgain when the database stays too
busy. `now` is the calendar's now, `at` the real now. `key` is an idempotency key (at most 100
characters, nothing personal in it): a request repeated with the same key is done once and gives the
same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import ColumnElement

from renewal import slots
from renewal.bookings import bounds, codes, rows, schema, seating, without_seat
from renewal.bookings.engine import Sql, moment_in, moment_out, reading, write
from renewal.bookings.model import (
    Booking,
    BookingError,
    Hold,
    HoldExpired,
    NotBookable,
    NotChangeable,
    Place,
    SlotFull,
    TooManyAttempts,
    Visit,
    places_of,
)
from renewal.bookings.without_seat import Told, WithoutSeat
from renewal.city import City
from renewal.clock import TOKYO
from renewal.opening_hours import Closure

T = TypeVar("T")

# Wrong answers allowed, and in which time: by conversation, by code, by network address.
ATTEMPTS = {
    "conversation": (5, timedelta(minutes=15)),
    "code": (5, timedelta(hours=1)),
    "source": (20, timedelta(hours=1)),
}

# Wrong answers in a day up to which the first one of a conversation is looked at all the same: five
# guesses of a stranger's at a code, or twenty of a neighbour's behind the same address, must not keep
# the owner out. The digits have 10,000 values, and codes cannot be guessed.
FIRST_TRIES = {"code": 40, "source": 200}

# Makes the booking and gives it its seats, whose rows come back: none when the hold or the key has
# made its booking already, or there is no hold.
_BOOK = Sql(
    """
    INSERT INTO bookings (code, status, counter, start_at, applicant, cards, visitor_name, phone,
      conversation, channel, note, created_at, hold_id, confirm_key)
    SELECT :code, 'booked', s.counter, s.start_at, :applicant, :cards, :visitor_name, :phone,
      :conversation, :channel, :note, :created_at, s.hold_id, :key
    FROM seats s WHERE s.hold_id = :hold AND s.part = 1
    ON CONFLICT DO NOTHING
    """,
    then=seating.GIVE,
)

TAKEN = Sql(
    """
    SELECT start_at, count(*) FROM seats
    WHERE counter = :counter AND start_at >= :first AND start_at < :last
      AND (code IS NOT NULL OR held_until > :at)
    GROUP BY start_at
    """
)

_AUDIT = sa.text(
    """
    INSERT INTO audit_log (at, who, what, code, detail, key, role)
    VALUES (:at, :who, :what, :code, :detail, :key, :role) ON CONFLICT (key) DO NOTHING
    """
).bindparams(
    sa.bindparam("at", type_=schema.Utc), sa.bindparam("detail", type_=sa.JSON(none_as_null=True))
)


@dataclass(frozen=True)
class Reopened:
    """A closure that was removed: the bookings that have a seat again, and those that still do not.
    """

    closure: Closure
    again: tuple[WithoutSeat, ...]
    still: tuple[WithoutSeat, ...]


class _Done(Exception):  # noqa: N818
    """The request was done before; what was begun now is undone."""


class Bookings:
    """The bookings in one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # Holding ----------------------------------------------------------------------------------

    def hold(
        self,
        counter: str,
        start: datetime,
        seats: int = 1,
        *,
        key: str,
        city: City,
        now: datetime,
        at: datetime,
        instead_of: str | None = None,
        staff: bool = False,
        origin: bounds.Origin | None = None,
    ) -> Hold:
        """Keep a seat for each card for city.booking.hold_minutes; the hold's id is its key.

        What one start cannot take goes on at the starts that follow it without a gap. `instead_of`
        is an earlier hold that is given up in the same transaction. `staff` have a later cut-off of
        their own. A citizen's `origin` holds one place at a time. Raises SlotFull, NotBookable, and
        with an origin BoundMet.
        """
        start = start.astimezone(TOKYO)
        until = at + timedelta(minutes=city.booking.hold_minutes)

        def work(connection: Connection) -> Hold:
            if not 1 <= seats <= city.booking.max_cards:
                raise NotBookable("too_many_cards")
            run = slots.spread(city, counter, start) if counter in city.counters else []
            if reason := (
                slots.out_of_range(city, counter, start, now, staff)
                if run
                else slots.why_not_bookable(city, counter, start, now, staff=staff)
            ):
                raise NotBookable(reason)
            if instead_of and instead_of != key:
                seating.release(connection, instead_of)
            if origin:
                bounds.check_hold(connection, city, origin, key, at)
            at_counter = city.counters[counter]
            places: list[Place] = []
            got = 0
            for place in run:
                try:
                    taken = seating.claim(
                        connection, city, at_counter, place.start, seats - got, key, until, at, got
                    )
                except NotBookable:
                    if not places:
                        raise
                    taken = 0  # the start itself is open: it is only too small
                if not taken:
                    break
                places.append(Place(place.start, taken))
                got += taken
                if got == seats:
                    if origin:
                        bounds.note(connection, origin, at, key)
                    return Hold(key, counter, tuple(places), until)
            raise SlotFull

        return self._once(work, lambda: self.held(key))

    def held(self, hold_id: str) -> Hold | None:
        """Return a hold as it was made, as long as its seats are nobody else's."""
        with reading(self.engine) as connection:
            return seating.held(connection, hold_id)

    def release(self, hold_id: str) -> None:
        """Free the seats of a hold at once; nothing happens when it is booked or unknown."""
        write(self.engine, lambda connection: seating.release(connection, hold_id))

    def confirm(
        self,
        hold_id: str,
        visit: Visit,
        *,
        key: str,
        city: City,
        now: datetime,
        at: datetime,
        staff: bool = False,
        origin: bounds.Origin | None = None,
    ) -> Booking:
        """Make the hold a booking and return it with its code.

        A hold that has run out is good as long as nobody has taken its seats over. One hold makes
        one booking, whatever the key. Raises HoldExpired, NotBookable (a late hold, past the
        cut-off), with a citizen's `origin` BoundMet; ValueError when there are fewer cards than seats.
        """
        visit = _tidied(visit)
        made = 0

        def work(connection: Connection) -> Booking:
            nonlocal made
            if origin:
                bounds.check_booking(connection, city, visit, origin, now, at)
            code = codes.new_code()
            values = rows.columns(visit) | {
                "cards": json.dumps([card.as_json() for card in visit.cards], ensure_ascii=False),
                "code": code,
                "created_at": moment_in(connection, now),
                "key": key,
                "hold": hold_id,
            }
            given = _BOOK(connection, values)
            if not given:
                raise _Done
            counter, places = _seated(given, visit, city, now, at, staff)
            if origin:
                bounds.note(connection, origin, at, hold_id, code)
                made = bounds.made_lately(connection, at)
            return Booking(
                code, "booked", counter, places[0].start, places, visit, now.astimezone(TOKYO)
            )

        def before() -> Booking | None:
            table = schema.bookings.c
            return self._one(sa.or_(table.confirm_key == key, table.hold_id == hold_id))

        try:
            booking = self._once(work, before)
            bounds.warn(city, made)
            return booking
        except _Done:  # no such hold: given up, taken over, or never there
            raise HoldExpired from None

    def _once(self, work: Callable[[Connection], T], before: Callable[[], T | None]) -> T:
        """Do it, or return the answer that the same request got before."""
        try:
            return write(self.engine, work, before)
        except (_Done, seating.AlreadyHeld, BookingError):
            # Perhaps it fails only because the same request has been done meanwhile.
            answer = before()
            if answer is None:
                raise
            return answer

    # Finding ----------------------------------------------------------------------------------

    def find(
        self,
        code: str,
        phone_last4: str,
        *,
        conversation: str,
        at: datetime,
        source: str | None = None,
    ) -> Booking | None:
        """Return the booking with that code whose phone number ends so; None for any wrong answer.

        Wrong answers are counted by conversation, by code and by `source` (a hash of the network
        address, where there is one). Raises TooManyAttempts, then for the right answer too.
        """
        shown = codes.normalise_code(code) or code.strip().upper()[:40]
        subjects = {"conversation": conversation, "code": shown}
        if source:
            subjects["source"] = source
        attempt = self._count_attempt(subjects, at)
        found = self.get(shown)
        known = (found.phone or "")[-4:] if found else ""
        right = hmac.compare_digest(known.encode(), _digits(phone_last4).encode())
        if not right or len(known) < 4:
            return None
        self._forget_attempt(attempt)
        return found

    def _count_attempt(self, subjects: dict[str, str], at: datetime) -> list[int]:
        # Counted and committed before the answer is looked at, so that many at once gain nothing.
        table = schema.attempts
        subject = {
            kind: hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
            for kind, value in subjects.items()
        }

        def count(connection: Connection) -> list[int]:
            return [
                connection.execute(
                    sa.insert(table).values(subject=value, at=at)
                ).inserted_primary_key[0]
                for value in subject.values()
            ]

        def latest(kind: str, limit: int, within: timedelta) -> list[datetime]:
            with reading(self.engine) as connection:
                return list(
                    connection.scalars(
                        sa.select(table.c.at)
                        .where(table.c.subject == subject[kind], table.c.at > at - within)
                        .order_by(table.c.at.desc())
                        .limit(limit + 1)
                    )
                )

        attempt = write(self.engine, count)
        for kind in subject:
            limit, within = ATTEMPTS[kind]
            found = latest(kind, limit, within)
            if len(found) <= limit:
                continue
            # Who tries for the first time pays for nobody else's guesses, within a bound of its own.
            most = FIRST_TRIES.get(kind, 0)
            first = len(latest("conversation", 1, ATTEMPTS["conversation"][1])) == 1
            if first and len(latest(kind, most, timedelta(days=1))) <= most:
                continue
            self._forget_attempt(attempt)  # one that was not even looked at does not count
            raise TooManyAttempts(found[limit] + within)
        return attempt

    def _forget_attempt(self, attempt: list[int]) -> None:
        table = schema.attempts
        write(
            self.engine,
            lambda connection: connection.execute(sa.delete(table).where(table.c.id.in_(attempt))),
        )

    def get(self, code: str) -> Booking | None:
        """Return the booking with that code without asking for more; for staff and for actions."""
        return self._one(schema.bookings.c.code == _shown(code))

    def find_in_conversation(self, conversation: str, now: datetime) -> list[Booking]:
        """Return the booked visits to come that this conversation made, earliest first."""
        table = schema.bookings.c
        with reading(self.engine) as connection:
            return rows.load(
                connection,
                table.conversation == conversation,
                table.status == "booked",
                table.start_at > now,
            )

    def list_bookings(
        self,
        *,
        first: date | None = None,
        last: date | None = None,
        counter: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        code: str | None = None,
        statuses: Collection[str] = ("booked",),
    ) -> list[Booking]:
        """Return the bookings that match all that is given, by start, counter and creation.

        `first` to `last` (both included) are days of the visit; `first` alone is that one day.
        `name` is any part of a name, `phone` any part of the number; spaces, accents and the case
        of letters count for nothing in names.
        """
        table = schema.bookings.c
        where: list[ColumnElement[Any]] = [table.status.in_(sorted(statuses))]
        where += rows.on_days(first, last or first)
        if counter is not None:
            where.append(table.counter == counter)
        if phone is not None:
            where.append(table.phone.contains(_digits(phone), autoescape=True))
        if code is not None:
            where.append(table.code == _shown(code))
        if name is not None:
            # Compared here, since no database leaves accents out; the older ones have no names.
            where.append(table.purged_at.is_(None))
        with reading(self.engine) as connection:
            found = rows.load(connection, *where)
        return [booking for booking in found if name is None or _named(booking, name)]

    def _one(self, where: ColumnElement[Any]) -> Booking | None:
        with reading(self.engine) as connection:
            found = rows.load(connection, where)
        return found[0] if found else None

    # Changing ---------------------------------------------------------------------------------

    def change(
        self,
        code: str,
        hold_id: str,
        *,
        key: str,
        city: City,
        now: datetime,
        at: datetime,
        who: str | None = None,
        visit: Visit | None = None,
    ) -> Booking:
        """Move a booking to the seats of a hold, free its old ones, and return it.

        Whoever calls has found the booking before (`find`, `find_in_conversation`). `who` is the
        member of staff who does it, for whom there is no limit in time. `visit` replaces what was
        known of the visit. Raises NotChangeable, HoldExpired, NotBookable: all stays as it was.
        """
        code = _shown(code)

        def work(connection: Connection) -> None:
            row = _begin(connection, "change", code, key, who, at)
            if who is None:
                _check_deadline(city, city.booking.change_until, row.start_at, now)
            target = seating.held(connection, hold_id)
            if target is None or row.hold_id == hold_id:
                raise HoldExpired
            new = _tidied(visit) if visit else rows.visit_of(row)
            values = {"counter": target.counter, "start_at": target.start, "hold_id": hold_id}
            values |= rows.columns(new)
            table = schema.bookings
            connection.execute(sa.update(table).where(table.c.code == code).values(**values))
            given = seating.GIVE(connection, {"code": code, "hold": hold_id})
            if not given:
                raise HoldExpired
            _seated(given, new, city, now, at, staff=who is not None)
            seating.free(connection, row.hold_id)
            detail = {
                "from": [row.counter, row.start_at.astimezone(TOKYO).isoformat()],
                "to": [target.counter, target.start.isoformat()],
            }
            _detail(connection, f"change:{key}", detail)

        return self._done_once(work, code, f"change:{key}")

    def cancel(
        self,
        code: str,
        *,
        key: str,
        city: City,
        now: datetime,
        at: datetime,
        who: str | None = None,
    ) -> Booking:
        """Cancel a booking, free its seats at once, and return it.

        As with `change`, whoever calls has found it before, and staff have no limit in time. Raises
        NotChangeable.
        """
        code = _shown(code)

        def work(connection: Connection) -> None:
            row = _begin(connection, "cancel", code, key, who, at)
            if who is None:
                _check_deadline(city, city.booking.cancel_until, row.start_at, now)
            seating.free(connection, row.hold_id)
            _set_status(connection, code, "cancelled", now)

        return self._done_once(work, code, f"cancel:{key}")

    def mark(self, code: str, status: str, *, who: str, now: datetime, at: datetime) -> Booking:
        """Note that somebody "arrived" or is a "no_show", or (as "booked") that it was a mistake.

        Nobody is a no-show before the visit has begun. Raises NotChangeable ("unknown",
        "cancelled", "not_yet").
        """
        if status not in ("booked", "arrived", "no_show"):
            raise ValueError(status)
        code = _shown(code)

        def work(connection: Connection) -> None:
            row = _locked(connection, code)
            if row.status == "cancelled":
                raise NotChangeable("cancelled")
            if status == "no_show" and now < row.start_at:
                raise NotChangeable("not_yet")
            _set_status(connection, code, status, None if status == "booked" else now)
            _audit(connection, at, who, status, code, None, None)

        write(self.engine, work)
        return self._known(code)

    def amend(self, code: str, visit: Visit, *, who: str, at: datetime) -> Booking:
        """Correct names, phone or cards (as many as before) of a booking, for staff.

        The audit log says which details were corrected, not what they are. Raises NotChangeable ("unknown", "cancelled"), ValueError for another number of cards.
        """
        code = _shown(code)
        visit = _tidied(visit)

        def work(connection: Connection) -> None:
            row = _locked(connection, code)
            if row.status == "cancelled":
                raise NotChangeable("cancelled")
            if len(visit.cards) != len(row.cards):
                raise ValueError("another number of cards needs another hold")
            table = schema.bookings
            connection.execute(
                sa.update(table).where(table.c.code == code).values(**rows.columns(visit))
            )
            detail = {"changed": rows.visit_of(row).differences(visit)}
            _audit(connection, at, who, "amend", code, detail, None)

        write(self.engine, work)
        return self._known(code)

    def _done_once(self, work: Callable[[Connection], None], code: str, key: str) -> Booking:
        def before() -> bool | None:
            with reading(self.engine) as connection:
                table = schema.audit_log.c
                done = connection.scalars(sa.select(table.id).where(table.key == key)).all()
            return bool(done) or None

        def do(connection: Connection) -> bool:
            work(connection)
            return True

        self._once(do, before)
        return self._known(code)

    def _known(self, code: str) -> Booking:
        booking = self.get(code)
        if booking is None:
            raise NotChangeable("unknown")
        return booking

    # What is free -----------------------------------------------------------------------------

    def taken(
        self, counter: str, first: datetime, last: datetime, at: datetime
    ) -> dict[datetime, int]:
        """Return how many seats are booked or held at each start (UTC), from first to before last.

        Starts where nothing is taken are left out.
        """
        with reading(self.engine) as connection:
            values = {
                name: moment_in(connection, moment)
                for name, moment in (("first", first), ("last", last), ("at", at))
            }
            found = TAKEN(connection, values | {"counter": counter})
            return {moment_out(start): count for start, count in found}

    def closures(self, first: date, last: date) -> list[Closure]:
        """Return the closures that touch those days, both included, in the order of their days."""
        with reading(self.engine) as connection:
            return rows.closures(connection, first, last)

    # Closures and the audit log ---------------------------------------------------------------

    def add_closure(self, closure: Closure, *, city: City, who: str, at: datetime) -> Closure:
        """Store a closure (or another number of seats), and return it with its id.

        One that says the same as a stored one, for no more days and hours than that, is not stored
        again: the stored one is returned. One that says the same for more takes its place. Holds
        that it leaves no seat are lost. Bookings stay: `without_seat` says whom it hits.
        """

        def work(connection: Connection) -> Closure:
            near = rows.closures(connection, closure.first, closure.last)
            if same := next((each for each in near if each.covers(closure)), None):
                return same
            values = {name: getattr(closure, name) for name in _CLOSURE_COLUMNS}
            number = connection.execute(
                sa.insert(schema.closures).values(**values)
            ).inserted_primary_key[0]
            stored = replace(closure, id=number)
            merged = [each.id for each in near if stored.covers(each)]
            connection.execute(
                sa.delete(schema.closures).where(schema.closures.c.id.in_(merged))
            )
            _fit_all(connection, stored, city, at)
            detail = _closure_json(stored) | ({"instead_of": merged} if merged else {})
            _audit(connection, at, who, "closure_add", None, detail, None)
            return stored

        return write(self.engine, work)

    def remove_closure(
        self, closure_id: int, *, city: City, now: datetime, who: str, at: datetime
    ) -> Reopened | None:
        """Delete a closure and return what comes of it, or None when there is no such closure.

        Its starts are bookable again, but for those that something else still closes. Who was told
        of it and has a seat again counts as not told: should it be closed once more, they are told
        once more.
        """
        table = schema.closures

        def work(connection: Connection) -> Reopened | None:
            row = connection.execute(
                sa.select(table).where(table.c.id == closure_id).with_for_update()
            ).one_or_none()
            if row is None:
                return None
            closure = Closure(**row._mapping)
            span: dict[str, Any] = {
                "first": closure.first, "last": closure.last, "counter": closure.counter,
            }  # fmt: skip
            before = without_seat.find(connection, city, now, **span)
            connection.execute(sa.delete(table).where(table.c.id == closure_id))
            _fit_all(connection, closure, city, at)
            _audit(connection, at, who, "closure_remove", None, _closure_json(closure), None)
            still = without_seat.find(connection, city, now, **span)
            left = {each.booking.code for each in still}
            again = [each for each in before if each.booking.code not in left]
            told = schema.told
            connection.execute(
                sa.delete(told).where(
                    told.c.code.in_([each.booking.code for each in again]),
                    told.c.about.in_(("closed", "seats")),
                )
            )
            return Reopened(closure, tuple(again), tuple(still))

        return write(self.engine, work)

    def without_seat(
        self,
        city: City,
        now: datetime,
        *,
        first: date | None = None,
        last: date | None = None,
        counter: str | None = None,
        closures: Collection[Closure] | None = None,
    ) -> list[WithoutSeat]:
        """Return the booked visits to come that have no seat, with the cause; see without_seat.find.
        """
        with reading(self.engine) as connection:
            return without_seat.find(
                connection, city, now, first=first, last=last, counter=counter, closures=closures
            )

    def why_without_seat(self, booking: Booking, city: City, now: datetime) -> WithoutSeat | None:
        """Return why this booking has no seat, or None when it has one, is over or cancelled."""
        with reading(self.engine) as connection:
            return without_seat.find_one(connection, booking, city, now)

    def told(self, codes: Collection[str]) -> dict[tuple[object, ...], Told]:
        """Return who has been told what: by code, counter, start and what about."""
        with reading(self.engine) as connection:
            return without_seat.told(connection, codes)

    def note_told(
        self, booking: Booking, about: str, *, who: str | None, at: datetime
    ) -> None:
        """Note that somebody was told about this visit, by a member of staff or (None) by LINE.

        It hangs on the booking, its counter and its start: one that has moved is another matter.
        """
        values = {"code": booking.code, "counter": booking.counter, "start_at": booking.start,
                  "about": about}  # fmt: skip

        def work(connection: Connection) -> None:
            table = schema.told
            same = sa.and_(*(table.c[name] == value for name, value in values.items()))
            connection.execute(sa.delete(table).where(same))
            connection.execute(sa.insert(table).values(**values, at=at, who=who))
            if who is not None:
                detail = {"about": about, "start": booking.start.isoformat()}
                _audit(connection, at, who, "called", booking.code, detail, None)

        write(self.engine, work)

    def known_counters(self) -> set[str]:
        """Return the ids of all counters that have bookings, whether city.yml still has them."""
        with reading(self.engine) as connection:
            return set(connection.scalars(sa.select(schema.bookings.c.counter).distinct()))

    def record(
        self,
        who: str,
        what: str,
        *,
        at: datetime,
        code: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Write to the audit log, e.g. that staff saw personal data; nothing personal in it."""
        write(
            self.engine,
            lambda connection: _audit(connection, at, who, what, code, detail, None),
        )

    def record_view(
        self, who: str, what: str, seen: Collection[Booking], *, at: datetime, **detail: object
    ) -> None:
        """Write to the audit log whose personal data staff saw: codes, never a name or a number.

        `detail` is by what it was looked for; what is empty is left out.
        """
        known: dict[str, Any] = {key: value for key, value in detail.items() if value}
        known["codes"] = [booking.code for booking in seen]
        self.record(who, what, at=at, detail=known)

    def of_same_person(self, visit: Visit, now: datetime) -> list[Booking]:
        """Return the booked visits to come with the same phone and one of the same names."""
        names = {_plain_name(card.name_kana) for card in visit.cards if card.name_kana}
        found = self.list_bookings(phone=visit.phone) if visit.phone else []
        return [
            booking
            for booking in found
            if booking.start > now
            and names & {_plain_name(card.name_kana) for card in booking.cards if card.name_kana}
        ]

    def audit(
        self,
        *,
        code: str | None = None,
        what: str | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[dict[str, Any]]:
        """Return the audit log, oldest first: at (Tokyo), who, role, what, code, detail.

        `role` is "citizen" or "staff": a member of staff may be called anything.
        """
        table = schema.audit_log.c
        where = []
        if code is not None:
            where.append(table.code == _shown(code))
        if what is not None:
            where.append(table.what == what)
        if first is not None:
            where.append(table.at >= rows.midnight(first))
        if last is not None:
            where.append(table.at < rows.midnight(last + timedelta(days=1)))
        columns = (table.at, table.who, table.role, table.what, table.code, table.detail)
        with reading(self.engine) as connection:
            found = connection.execute(sa.select(*columns).where(*where).order_by(table.id))
            return [
                {**row._mapping, "at": row.at.astimezone(TOKYO), "role": row.role or _old_role(row)}
                for row in found
            ]


# Inside a transaction ----------------------------------------------------------------------------

_CLOSURE_COLUMNS = ("counter", "first", "last", "from_time", "until_time", "reason", "seats")


def _fit_all(connection: Connection, closure: Closure, city: City, at: datetime) -> None:
    """Work out the capacity anew of every start that a closure touches and somebody asked for."""
    table = schema.starts.c
    found = connection.execute(
        sa.select(table.counter, table.start_at)
        .where(table.start_at >= rows.midnight(closure.first))
        .where(table.start_at < rows.midnight(closure.last + timedelta(days=1)))
        .order_by(table.counter, table.start_at)
    ).all()
    for counter_id, start in found:
        counter = city.counters.get(counter_id)
        if counter and closure.hits(counter_id, start.astimezone(TOKYO), counter.slot_minutes):
            seating.fit(connection, counter, start, at)


def _locked(connection: Connection, code: str) -> Any:
    row = connection.execute(
        sa.select(schema.bookings).where(schema.bookings.c.code == code).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotChangeable("unknown")
    return row


def _begin(
    connection: Connection, what: str, code: str, key: str, who: str | None, at: datetime
) -> Any:
    """Return the locked row of a booking that can be changed; _Done when the key was used before.

    The audit log's own row makes the key unique, and whoever comes second waits here.
    """
    role = "staff" if who else "citizen"
    if not _audit(connection, at, who or "citizen", what, code, None, f"{what}:{key}", role):
        raise _Done
    row = _locked(connection, code)
    if row.status != "booked":
        raise NotChangeable(row.status)
    return row


def _audit(
    connection: Connection,
    at: datetime,
    who: str,
    what: str,
    code: str | None,
    detail: dict[str, Any] | None,
    key: str | None,
    role: str = "staff",
) -> bool:
    values = {"at": at, "who": who, "what": what, "code": code, "detail": detail, "key": key,
              "role": role}  # fmt: skip
    return bool(connection.execute(_AUDIT, values).rowcount)


def _old_role(row: Any) -> str:
    """Return the role in a row of a version before 0005, which gave citizens this name."""
    by_citizen = row.who == "citizen" and row.what in ("change", "cancel")
    return "citizen" if by_citizen else "staff"


def _detail(connection: Connection, key: str, detail: dict[str, Any]) -> None:
    table = schema.audit_log
    connection.execute(sa.update(table).where(table.c.key == key).values(detail=detail))


def _seated(
    given: list[Any], visit: Visit, city: City, now: datetime, at: datetime, staff: bool
) -> tuple[str, tuple[Place, ...]]:
    """Return counter and places of the seats that a booking was given, if they are as they must be.
    """
    counter = given[0][0]
    places = places_of(moment_out(start) for _counter, start, _until in given)
    if len(given) < len(visit.cards):
        raise HoldExpired
    if len(given) > len(visit.cards):
        raise ValueError(f"a hold of {len(given)} seats for {len(visit.cards)} cards")
    late = moment_out(given[0][2]) <= at
    if late and (
        reason := slots.why_not_bookable(city, counter, places[0].start, now, staff=staff)
    ):
        raise NotBookable(reason)
    return counter, places


def _set_status(
    connection: Connection, code: str, status: str, ended_at: datetime | None
) -> None:
    table = schema.bookings
    connection.execute(
        sa.update(table).where(table.c.code == code).values(status=status, ended_at=ended_at)
    )


# Small things ------------------------------------------------------------------------------------


def _check_deadline(city: City, rule: str, start: datetime, now: datetime) -> None:
    deadline = slots.deadline(city, rule, start)
    if now >= deadline:
        raise NotChangeable("too_late", deadline)


def _tidied(visit: Visit) -> Visit:
    if not visit.cards:
        raise ValueError("a visit without a card")
    return replace(visit, phone=_digits(visit.phone or "") or None)


def _named(booking: Booking, name: str) -> bool:
    names = [booking.visit.visitor_name, *(card.name_kana for card in booking.cards)]
    return any(_plain_name(name) in _plain_name(known) for known in names if known)


def _plain_name(name: str) -> str:
    """Return a name as names are compared: "José" is "jose", but が stays が."""
    apart = unicodedata.normalize("NFKD", name).casefold().replace(" ", "")
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", apart))


def _closure_json(closure: Closure) -> dict[str, Any]:
    values = {name: getattr(closure, name) for name in ("id", *_CLOSURE_COLUMNS)}
    return {
        name: value.isoformat() if isinstance(value, (date, time)) else value
        for name, value in values.items()
    }


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", unicodedata.normalize("NFKC", text))


def _shown(code: str) -> str:
    return codes.normalise_code(code) or code
