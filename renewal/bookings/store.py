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
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import ColumnElement

from renewal import slots
from renewal.bookings import audit, bounds, codes, rows, schema, seating, without_seat
from renewal.bookings.engine import Sql, moment_in, moment_out, reading, write
from renewal.bookings.model import (
    Booking,
    BookingError,
    ChangedMeanwhile,
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
from renewal.bookings.without_seat import Told, Tries, WithoutSeat
from renewal.city import City
from renewal.clock import TOKYO
from renewal.opening_hours import Closure, Start

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
    INSERT INTO bookings (code, status, counter, start_at, applicant, cards, names, visitor_name,
      phone, conversation, channel, note, created_at, hold_id, confirm_key)
    SELECT :code, 'booked', s.counter, s.start_at, :applicant, :cards, :names, :visitor_name,
      :phone, :conversation, :channel, :note, :created_at, s.hold_id, :key
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

CALL_CLAIM = timedelta(minutes=10)
"""How long somebody who has said that they phone has this call for themselves."""


@dataclass(frozen=True)
class Reopened:
    """A closure that was removed: the bookings that have a seat again, and those that still do not.

    Of those that have one again `told` is who has told them, for whatever reason, that they had none.
    """

    closure: Closure
    again: tuple[WithoutSeat, ...]
    still: tuple[WithoutSeat, ...]


_NOT_CANCELLED = ("booked", "arrived", "no_show")


class _Done(Exception):  # noqa: N818
    """The request was done before; what was begun now is undone."""


class Bookings:
    """The bookings in one database.

    `source` is the network address of the member of staff at the console, for the audit log.
    """

    def __init__(self, engine: Engine, source: str | None = None) -> None:
        self.engine = engine
        self._source = source

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
            places = _claim(connection, city, counter, run, seats, key, until, at)
            if origin:
                bounds.note(connection, origin, at, key)
            return Hold(key, counter, places, until)

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
        who: str | None = None,
        origin: bounds.Origin | None = None,
    ) -> Booking:
        """Make the hold a booking and return it with its code.

        `who` is the member of staff who books. A hold that has run out is good as long as nobody has
        taken its seats over. One hold makes one booking, whatever the key. Raises HoldExpired, NotBookable (a late hold, past the
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
            counter, places = _seated(given, visit, city, now, at, staff=who is not None)
            if who:
                where = {"counter": counter, "start": places[0].start.isoformat(),
                         "cards": len(visit.cards)}  # fmt: skip
                self._note(connection, at, who, "add", code=code, detail=where)
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
            return audit.writing(self.engine, work, before)
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
        `name` is parts of names with spaces between them, in any order, `phone` any part of the
        number; accents and the case of letters count for nothing in names. `code` may be the first half
        of one, as it is shown.
        """
        where = self._where(
            first=first, last=last, counter=counter, name=name, phone=phone, code=code,
            statuses=statuses,
        )  # fmt: skip
        with reading(self.engine) as connection:
            found = rows.load(connection, *where)
        return [booking for booking in found if name is None or _named(booking, name)]

    def _where(
        self,
        *,
        first: date | None = None,
        last: date | None = None,
        counter: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        code: str | None = None,
        statuses: Collection[str] = ("booked",),
    ) -> list[ColumnElement[Any]]:
        table = schema.bookings.c
        where: list[ColumnElement[Any]] = [table.status.in_(sorted(statuses))]
        where += rows.on_days(first, last or first)
        if counter is not None:
            where.append(table.counter == counter)
        if phone is not None:
            where.append(table.phone.contains(_digits(phone), autoescape=True))
        if code is not None:
            whole = len(code) != codes.HALF
            where.append(table.code == _shown(code) if whole else table.code.startswith(code))
        if name is not None:
            # One that a version before 0008 has just written has no `names`.
            unnamed = sa.and_(table.names.is_(None), table.purged_at.is_(None))
            where += [
                sa.or_(table.names.contains(rows.plain_name(word), autoescape=True), unnamed)
                for word in name.split()
            ]
        return where

    def search(
        self,
        now: datetime,
        *,
        limit: int,
        counters: Collection[str] | None = None,
        channel: str | None = None,
        **by: Any,
    ) -> tuple[int, list[Booking]]:
        """Return how many bookings match, and the first of them: who is still to come, then who is over.

        The nearest to `now` come first. `by` is as in `list_bookings`; `counters` None is all.
        """
        table = schema.bookings.c
        where = self._where(**by)
        if counters is not None:
            where.append(table.counter.in_(sorted(counters)))
        if channel is not None:
            where.append(table.channel == channel)
        found: list[Booking] = []
        with reading(self.engine) as connection:
            count = sa.select(sa.func.count()).select_from(schema.bookings).where(*where)
            for times, order in (
                (table.start_at >= now, table.start_at),
                (table.start_at < now, table.start_at.desc()),
            ):
                nearest = sa.select(table.code).where(*where, times).order_by(order, table.code)
                codes_ = list(connection.scalars(nearest.limit(limit - len(found))))
                place = {code: n for n, code in enumerate(codes_)}
                some = rows.load(connection, table.code.in_(codes_)) if codes_ else []
                found += sorted(some, key=lambda each: place[each.code])
            return int(connection.scalar(count) or 0), found

    def _one(self, where: ColumnElement[Any]) -> Booking | None:
        with reading(self.engine) as connection:
            found = rows.load(connection, where)
        return found[0] if found else None

    # Changing ---------------------------------------------------------------------------------
    #
    # Whoever calls has found the booking before (`find`, `find_in_conversation`). `who` is the member
    # of staff who does it, `seen` the version that they saw: with another one nothing is done, and
    # ChangedMeanwhile is raised. `call` notes that somebody still has to phone about it.

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
        seen: int | None = None,
        call: bool = False,
    ) -> Booking:
        """Move a booking to the seats of a hold, free its old ones, and return it.

        For staff there is no limit in time. `visit` replaces what was known of the visit. Raises
        NotChangeable, HoldExpired, NotBookable: all stays as it was.
        """
        code = _shown(code)

        def work(connection: Connection) -> None:
            row = self._begin(connection, "change", code, key, who, at, seen)
            if who is None:
                _check_deadline(city, city.booking.change_until, row.start_at, now)
            target = seating.held(connection, hold_id)
            if target is None or row.hold_id == hold_id:
                raise HoldExpired
            new = _tidied(visit) if visit else rows.visit_of(row)
            values = {"counter": target.counter, "start_at": target.start, "hold_id": hold_id}
            _update(connection, row, **values, **rows.columns(new))
            given = seating.GIVE(connection, {"code": code, "hold": hold_id})
            if not given:
                raise HoldExpired
            _seated(given, new, city, now, at, staff=who is not None)
            seating.free(connection, row.hold_id)
            detail = {
                "from": [row.counter, row.start_at.astimezone(TOKYO).isoformat()],
                "to": [target.counter, target.start.isoformat()],
            }
            _detail(connection, f"change:{key}", detail | ({"call": True} if call else {}))

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
        reason: str | None = None,
        seen: int | None = None,
        call: bool = False,
    ) -> Booking:
        """Cancel a booking, free its seats at once, and return it.

        Staff have no limit in time, and may say why (`reason`, nothing personal in it). Raises
        NotChangeable.
        """
        code = _shown(code)

        def work(connection: Connection) -> None:
            row = self._begin(connection, "cancel", code, key, who, at, seen)
            if who is None:
                _check_deadline(city, city.booking.cancel_until, row.start_at, now)
            seating.free(connection, row.hold_id)
            _update(connection, row, status="cancelled", ended_at=now)
            detail = ({"reason": reason} if reason else {}) | ({"call": True} if call else {})
            if detail:
                _detail(connection, f"cancel:{key}", detail)

        return self._done_once(work, code, f"cancel:{key}")

    def reinstate(
        self,
        code: str,
        *,
        key: str,
        city: City,
        now: datetime,
        at: datetime,
        who: str,
        seen: int | None = None,
    ) -> Booking:
        """Take a cancellation of the same day back: the booking gets seats at its start again.

        So does one whose time is over: what became of it can only be noted of a booking. Raises NotChangeable ("unknown", "not_cancelled", "not_today"), SlotFull, NotBookable.
        """
        code = _shown(code)

        def work(connection: Connection) -> None:
            row = self._begin(
                connection, "reinstate", code, key, who, at, seen, among=("cancelled",)
            )
            if row.ended_at.astimezone(TOKYO).date() != now.astimezone(TOKYO).date():
                raise NotChangeable("not_today")
            start = row.start_at.astimezone(TOKYO)
            run = slots.spread(city, row.counter, start) if row.counter in city.counters else []
            reason = slots.out_of_range(city, row.counter, start, now, staff=True) if run else "not_a_start"
            if reason and not (run and start <= now):
                raise NotBookable(reason)
            hold_id = f"reinstate:{key}"
            _claim(connection, city, row.counter, run, len(row.cards), hold_id, at, at)
            _update(connection, row, status="booked", ended_at=None, hold_id=hold_id)
            seating.GIVE(connection, {"code": code, "hold": hold_id})

        return self._done_once(work, code, f"reinstate:{key}")

    def mark(
        self,
        code: str,
        status: str,
        *,
        who: str,
        now: datetime,
        at: datetime,
        key: str | None = None,
        seen: int | None = None,
    ) -> Booking:
        """Note that somebody "arrived" or is a "no_show", or (as "booked") that it was a mistake.

        Nobody is a no-show before the visit has begun, and nobody has arrived before its day
        (Tokyo). Raises NotChangeable ("unknown", "cancelled", "not_yet", "before_day").
        """
        if status not in ("booked", "arrived", "no_show"):
            raise ValueError(status)
        code, key = _shown(code), key or uuid.uuid4().hex

        def work(connection: Connection) -> None:
            row = self._begin(connection, status, code, key, who, at, seen, among=_NOT_CANCELLED)
            if status == "no_show" and now < row.start_at:
                raise NotChangeable("not_yet")
            day = row.start_at.astimezone(TOKYO).date()
            if status == "arrived" and now.astimezone(TOKYO).date() < day:
                raise NotChangeable("before_day")
            ended_at = None if status == "booked" else now
            _update(connection, row, status=status, ended_at=ended_at)

        return self._done_once(work, code, f"{status}:{key}")

    def amend(
        self,
        code: str,
        visit: Visit,
        *,
        who: str,
        at: datetime,
        key: str | None = None,
        seen: int | None = None,
    ) -> Booking:
        """Correct names, phone or cards (as many as before) of a booking, for staff.

        The audit log says which details were corrected, not what they are. Raises NotChangeable
        ("unknown", "cancelled"), ValueError for another number of cards.
        """
        code, key = _shown(code), key or uuid.uuid4().hex
        visit = _tidied(visit)

        def work(connection: Connection) -> None:
            row = self._begin(connection, "amend", code, key, who, at, seen, among=_NOT_CANCELLED)
            changed = rows.visit_of(row).differences(visit)
            _detail(connection, f"amend:{key}", {"changed": changed})
            if len(visit.cards) != len(row.cards):
                raise ValueError("another number of cards needs another hold")
            _update(connection, row, **rows.columns(visit))

        return self._done_once(work, code, f"amend:{key}")

    def _begin(
        self,
        connection: Connection,
        what: str,
        code: str,
        key: str,
        who: str | None,
        at: datetime,
        seen: int | None,
        *,
        among: tuple[str, ...] = ("booked",),
    ) -> Any:
        """Return the locked row of a booking of one of these statuses; _Done when the key was used.

        The audit log's own row makes the key unique, and whoever comes second waits here.
        """
        role = "staff" if who else "citizen"
        if not self._note(
            connection, at, who or "citizen", what, code=code, key=f"{what}:{key}", role=role
        ):
            raise _Done
        row = _locked(connection, code)
        if seen is not None and row.version != seen:
            raise ChangedMeanwhile
        if row.status not in among:
            raise NotChangeable("not_cancelled" if among == ("cancelled",) else row.status)
        return row

    def _note(self, connection: Connection, at: datetime, who: str, what: str, **more: Any) -> bool:
        return audit.note(connection, at, who, what, source=self._source, **more)

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

    def add_closure(
        self, closure: Closure, *, city: City, who: str, at: datetime, now: datetime | None = None
    ) -> Closure:
        """Store a closure (or another number of seats), and return it with its id.

        One that says exactly the same as a stored one is not stored again: the stored one is
        returned. Those that overlap are kept side by side, each with its own days, hours and reason,
        so that removing one opens nothing that another closes. Holds that it leaves no seat are lost.
        Bookings stay: `without_seat` says whom it hits. With `now`, the calendar's, it takes no seat
        at starts that are over by then.
        """

        def work(connection: Connection) -> Closure:
            near = rows.closures(connection, closure.first, closure.last)
            if same := next((each for each in near if each.is_same(closure)), None):
                return same
            number = _new_number(connection)
            stored = replace(closure, id=number, made_at=now)
            values = {name: getattr(stored, name) for name in ("id", "made_at", *_CLOSURE_COLUMNS)}
            connection.execute(sa.insert(schema.closures).values(**values))
            _fit_all(connection, stored, city, at)
            self._note(connection, at, who, "closure_add", detail=_closure_json(stored))
            return stored

        return audit.writing(self.engine, work)

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
            found = sa.select(table.c.id).where(table.c.id == closure_id).with_for_update()
            if connection.scalar(found) is None:
                return None
            stored = rows.closures(connection, date.min, date.max)
            closure = next(each for each in stored if each.id == closure_id)
            span: dict[str, Any] = {
                "first": closure.first, "last": closure.last, "counter": closure.counter,
            }  # fmt: skip
            before = without_seat.find(connection, city, now, **span)
            connection.execute(sa.delete(table).where(table.c.id == closure_id))
            _fit_all(connection, closure, city, at)
            self._note(connection, at, who, "closure_remove", detail=_closure_json(closure))
            still = without_seat.find(connection, city, now, **span)
            left = {each.booking.code for each in still}
            again = [each for each in before if each.booking.code not in left]
            return Reopened(closure, without_seat.believe_no_seat(connection, again), tuple(still))

        return audit.writing(self.engine, work)

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

    def missed(
        self,
        city: City,
        now: datetime,
        *,
        first: date | None = None,
        last: date | None = None,
        counter: str | None = None,
    ) -> list[WithoutSeat]:
        """Return the visits that are over and had no seat, still unmarked; see without_seat.missed."""
        with reading(self.engine) as connection:
            return without_seat.missed(
                connection, city, now, first=first, last=last, counter=counter
            )

    def why_without_seat(self, booking: Booking, city: City, now: datetime) -> WithoutSeat | None:
        """Return why this booking has no seat, or None when it has one, is over or cancelled."""
        with reading(self.engine) as connection:
            return without_seat.find_one(connection, booking, city, now)

    def without_seat_among(
        self, bookings: Collection[Booking], city: City, now: datetime
    ) -> dict[str, WithoutSeat]:
        """Return those of the bookings that have no seat, by code."""
        with reading(self.engine) as connection:
            found = without_seat.among(connection, bookings, city, now)
        return {each.booking.code: each for each in found}

    def told(self, codes: Collection[str]) -> dict[tuple[object, ...], Told]:
        """Return who has been told what: by code, counter, start and what about."""
        with reading(self.engine) as connection:
            return without_seat.told(connection, codes)

    def note_told(self, booking: Booking, about: str, *, who: str | None, at: datetime) -> bool:
        """Note that somebody was told about this visit, by a member of staff or (None) by LINE.

        It hangs on the booking, its counter and its start: one that has moved is another matter. Who
        hears that there is a seat again ("seat_again") believes no longer that there is none. False
        when it was noted before: then nothing is changed.
        """
        values = _told_key(booking, about)

        def work(connection: Connection) -> bool:
            table = schema.told
            same = sa.and_(*(table.c[name] == value for name, value in values.items()))
            if connection.scalar(sa.select(table.c.code).where(same)):
                return False
            detail = {"about": about, "start": booking.start.isoformat()}
            if about == without_seat.SEAT_AGAIN:
                known = without_seat.told(connection, [booking.code])
                if heard := without_seat.believed(known, booking):
                    detail["believed"] = heard[0]
                without_seat.forget_told(connection, booking)
            else:
                connection.execute(sa.insert(table).values(**values, at=at, who=who))
            if who is not None:
                self._note(connection, at, who, "called", code=booking.code, detail=detail)
            return True

        return audit.writing(self.engine, work)

    def undo_told(
        self, booking: Booking, about: str | None = None, *, who: str, at: datetime
    ) -> str | None:
        """Take back that a member of staff has told somebody, the last time; return what about.

        None when there is nothing to take back: nobody was told (of `about`, where it is given), the
        booking has moved since, or it has been taken back. Who is not told after all that there is a seat again believes once more
        that there is none.
        """

        def work(connection: Connection) -> str | None:
            log = schema.audit_log.c
            entries = sa.select(log.what, log.detail).where(
                log.code == booking.code, log.what.in_(("called", "uncalled", "change"))
            )
            last = connection.execute(entries.order_by(log.id.desc()).limit(1)).first()
            if last is None or last.what != "called":
                return None
            said = str(last.detail["about"])
            if about not in (None, said):
                return None
            table = schema.told
            again = said == without_seat.SEAT_AGAIN
            believed = str(last.detail.get("believed", "was_closed"))
            abouts = [believed] if again else [said, f"was_{said}"]
            connection.execute(
                sa.delete(table).where(table.c.code == booking.code, table.c.about.in_(abouts))
            )
            if again:
                values = _told_key(booking, believed)
                connection.execute(sa.insert(table).values(**values, at=at, who=who))
            detail = {"about": said, "start": booking.start.isoformat()}
            self._note(connection, at, who, "uncalled", code=booking.code, detail=detail)
            return said

        return audit.writing(self.engine, work)

    def seats_again(self, city: City, now: datetime) -> list[tuple[Booking, str]]:
        """Return the visits to come that have a seat although their people were told that there is none.

        With each comes what they were told; see without_seat.seats_again.
        """
        with reading(self.engine) as connection:
            return without_seat.seats_again(connection, city, now)

    def call_tries(self, codes: Collection[str]) -> dict[tuple[object, ...], Tries]:
        """Return who is phoning, and how often nobody answered: keyed as `told`."""
        table = schema.call_tries
        with reading(self.engine) as connection:
            found = connection.execute(sa.select(table).where(table.c.code.in_(sorted(codes))))
            return {
                (row.code, row.counter, row.start_at, row.about): Tries(
                    row.who, row.claimed_until, row.absences, row.absent_at
                )
                for row in found
            }

    def claim_call(self, booking: Booking, about: str, *, who: str, at: datetime) -> str:
        """Return who has this call for CALL_CLAIM from now: `who`, or somebody who was faster."""

        def work(connection: Connection) -> str:
            row = _tries(connection, booking, about)
            if row.claimed_until and row.claimed_until > at and row.who != who:
                return str(row.who)
            _set_tries(connection, row, who=who, claimed_until=at + CALL_CLAIM)
            return who

        return write(self.engine, work)

    def note_absent(self, booking: Booking, about: str, *, who: str, at: datetime) -> None:
        """Note that nobody answered the phone; the call is anybody's again."""

        def work(connection: Connection) -> None:
            row = _tries(connection, booking, about)
            more = {"absences": row.absences + 1, "absent_at": at}
            _set_tries(connection, row, who=None, claimed_until=None, **more)
            self._note(connection, at, who, "absent", code=booking.code, detail={"about": about})

        audit.writing(self.engine, work)

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
        audit.writing(
            self.engine,
            lambda connection: self._note(connection, at, who, what, code=code, detail=detail),
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
        names = {rows.plain_name(card.name_kana) for card in visit.cards if card.name_kana}
        found = self.list_bookings(phone=visit.phone) if visit.phone else []
        return [
            booking
            for booking in found
            if booking.start > now
            and names & {rows.plain_name(card.name_kana) for card in booking.cards if card.name_kana}
        ]

    def audit(
        self,
        *,
        code: str | None = None,
        what: str | None = None,
        whats: Collection[str] = (),
        first: date | None = None,
        last: date | None = None,
    ) -> list[dict[str, Any]]:
        """Return the audit log, oldest first: at (Tokyo), who, role, what, code, detail, source.

        `role` is "citizen" or "staff": a member of staff may be called anything.
        """
        table = schema.audit_log.c
        where = []
        if code is not None:
            where.append(table.code == _shown(code))
        if what is not None or whats:
            where.append(table.what.in_(whats or [str(what)]))
        if first is not None:
            where.append(table.at >= rows.midnight(first))
        if last is not None:
            where.append(table.at < rows.midnight(last + timedelta(days=1)))
        columns = (
            table.at, table.who, table.role, table.what, table.code, table.detail, table.source
        )
        with reading(self.engine) as connection:
            found = connection.execute(sa.select(*columns).where(*where).order_by(table.id))
            return [
                {**row._mapping, "at": row.at.astimezone(TOKYO), "role": row.role or _old_role(row)}
                for row in found
            ]


# Inside a transaction ----------------------------------------------------------------------------

_CLOSURE_COLUMNS = ("counter", "first", "last", "from_time", "until_time", "reason", "seats")


def _new_number(connection: Connection) -> int:
    """Return a number that no closure has ever had: a clerk may have the old one on paper."""
    log = schema.audit_log.c
    used = (
        sa.select(sa.func.max(schema.closures.c.id)),
        sa.select(sa.func.max(log.detail["id"].as_integer())).where(log.what == "closure_add"),
    )
    return 1 + max(connection.scalar(each) or 0 for each in used)


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


def _update(connection: Connection, row: Any, **values: Any) -> None:
    table = schema.bookings
    connection.execute(
        sa.update(table)
        .where(table.c.code == row.code)
        .values(**values, version=row.version + 1)
    )


def _claim(
    connection: Connection,
    city: City,
    counter: str,
    run: list[Start],
    seats: int,
    key: str,
    until: datetime,
    at: datetime,
) -> tuple[Place, ...]:
    """Take seats at the first start and, where it is too small, at those after it. Raises SlotFull.
    """
    places: list[Place] = []
    got = 0
    for place in run:
        try:
            taken = seating.claim(
                connection, city, city.counters[counter], place.start, seats - got, key, until, at,
                got,
            )  # fmt: skip
        except NotBookable:
            if not places:
                raise
            taken = 0  # the start itself is open: it is only too small
        if not taken:
            break
        places.append(Place(place.start, taken))
        got += taken
        if got == seats:
            return tuple(places)
    raise SlotFull


def _told_key(booking: Booking, about: str) -> dict[str, Any]:
    return {"code": booking.code, "counter": booking.counter, "start_at": booking.start, "about": about}


def _tries(connection: Connection, booking: Booking, about: str) -> Any:
    """Return the locked row of a call, made if there is none."""
    table = schema.call_tries
    values = _told_key(booking, about)
    here = sa.select(table).where(*(table.c[name] == value for name, value in values.items()))
    row = connection.execute(here.with_for_update()).one_or_none()
    if row is None:
        connection.execute(sa.insert(table).values(**values, absences=0))
        row = connection.execute(here.with_for_update()).one()
    return row


def _set_tries(connection: Connection, row: Any, **values: Any) -> None:
    table = schema.call_tries
    of = [table.c[name] == row._mapping[name] for name in ("code", "counter", "start_at", "about")]
    connection.execute(sa.update(table).where(*of).values(**values))


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
    known = "|".join(rows.plain_name(each) for each in names if each)
    return all(rows.plain_name(word) in known for word in name.split())


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
