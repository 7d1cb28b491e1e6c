"""Who is told something without having asked: reminders, lost seats, what staff have changed.

A reminder goes out once, on the evening before the visit, from city.booking.reminder_hour until ten
at night. Whoever booked or changed after that hour has just been told everything, and is not
reminded; nor is whoever has no seat. That a booking has lost its seat, and that staff have moved or
cancelled it, is told by day, from eight to nine in the evening, as soon as it is known.

Each notice is a row with an id that says what it is about, so that it exists once; `claim` gives a
row to one sender at a time. A sender that dies keeps it for CLAIM at most, and the next one sends
it with the same retry key. `now` is the calendar's now, `at` the real one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from renewal import booking_change, calendar_view
from renewal.application import Desk, Remark
from renewal.bookings import Booking, Bookings
from renewal.bookings.engine import reading, write
from renewal.bookings.schema import audit_log, notices, told
from renewal.city import City
from renewal.clock import TOKYO

REMINDERS_END = 22
"""The hour from which nobody is reminded any more, unless the city's own hour is later."""
BY_DAY_FROM, BY_DAY_UNTIL = 8, 21
"""The hours between which everything but a reminder is told."""
KEY_LIVES = timedelta(hours=23)
"""LINE knows a retry key for a day; after that the same message would be taken once more."""
CLAIM = timedelta(minutes=5)
"""How long a sender may hold a row; a push with all its tries takes less than a minute."""

WAITING, SENT = "waiting", "sent"
FAILED = ("quota_used_up", "given_up", "refused", "unknown_user")
"""How a notice ends that somebody has to phone about."""


@dataclass(frozen=True)
class Notice:
    """One message to send; `start` is the visit's (Tokyo).

    `kind`: "reminder", "no_seat", "changed" or "cancelled" (by staff); "closure" in rows of versions
    before 0005. For "no_seat" `counter` is the visit's and `about` what is wrong (Cause.about).
    """

    id: str
    kind: str
    code: str
    start: datetime
    counter: str | None
    about: str | None
    retry_key: str
    status: str
    made_at: datetime | None = None
    ended_at: datetime | None = None


def reminders_end(city: City, day: date) -> datetime:
    """Return the moment of that evening (Tokyo) from which no reminder is sent."""
    hour = max(REMINDERS_END, city.booking.reminder_hour + 1)
    return datetime.combine(day, time(), TOKYO) + timedelta(hours=hour)


def due_reminders(store: Bookings, city: City, now: datetime) -> list[Booking]:
    """Return the booked visits of tomorrow that are to be reminded of now, whatever the channel."""
    now = now.astimezone(TOKYO)
    tomorrow = now.date() + timedelta(days=1)
    opens = datetime.combine(now.date(), time(city.booking.reminder_hour), TOKYO)
    if not opens <= now < reminders_end(city, now.date()):
        return []
    found = store.list_bookings(first=tomorrow)
    not_now = _moved_at(store, [booking.code for booking in found], opens)
    lost = store.without_seat(city, now, first=tomorrow, last=tomorrow)
    not_now |= {each.booking.code for each in lost}
    return [b for b in found if b.created_at < opens and b.code not in not_now]


def _moved_at(store: Bookings, codes: list[str], since: datetime) -> set[str]:
    """Return which of these bookings were changed at that moment or later."""
    wanted = sa.select(audit_log.c.code).where(audit_log.c.what == "change", audit_log.c.at >= since)
    with reading(store.engine) as connection:
        return set(connection.scalars(wanted)) & set(codes)


def plan(store: Bookings, city: City, now: datetime, at: datetime) -> int:
    """Write down every notice that is due, once each, and return how many are new."""
    rows = [_row("reminder", booking, at) for booking in due_reminders(store, city, now)]
    if BY_DAY_FROM <= now.astimezone(TOKYO).hour < BY_DAY_UNTIL:
        rows += [
            _row("no_seat", each.booking, at, each.cause.about)
            for each in store.without_seat(city, now)
            if each.told is None
        ]
        rows += list(_by_staff(store, now, at))

    def work(connection: Connection) -> int:
        known = set(
            connection.scalars(
                sa.select(notices.c.id).where(notices.c.start_at > now - timedelta(days=1))
            )
        )
        new = [row for row in rows if row["id"] not in known]
        if new:
            connection.execute(sa.insert(notices), new)
        return len(new)

    # Two that plan at once: the id is unique, and who comes second looks again.
    return write(store.engine, work)


def _by_staff(store: Bookings, now: datetime, at: datetime) -> Iterator[dict[str, object]]:
    """Yield a row for each visit to come, booked in LINE, that staff have moved or cancelled lately.

    Only what was done last counts: whoever has moved the visit again knows where it is.
    """
    since = (at - KEY_LIVES).astimezone(TOKYO).date()
    last = {entry["code"]: entry for what in ("change", "cancel")
            for entry in store.audit(what=what, first=since)}  # fmt: skip
    for entry in last.values():
        booking = store.get(entry["code"]) if entry["role"] == "staff" else None
        if booking and booking.visit.channel == "line" and booking.start > now:
            kind = "cancelled" if entry["what"] == "cancel" else "changed"
            done = f"{entry['at']:%Y%m%dT%H%M%S%f}"
            yield _row(kind, booking, at) | {"id": f"{kind}:{booking.code}:{done}"}


def _row(kind: str, booking: Booking, at: datetime, about: str | None = None) -> dict[str, object]:
    of = f"{kind}:{booking.code}:{booking.start:%Y%m%dT%H%M}"
    return {
        "id": f"{of}:{about}:{booking.counter}" if about else of,
        "kind": kind,
        "code": booking.code,
        "start_at": booking.start,
        "counter": booking.counter,
        "about": about,
        "retry_key": str(uuid.uuid4()),
        "status": WAITING,
        "made_at": at,
    }


def claim(engine: Engine, at: datetime, limit: int) -> list[Notice]:
    """Return at most so many waiting notices, which are the caller's until `at` + CLAIM."""
    table = notices.c

    def work(connection: Connection) -> list[Notice]:
        free = sa.or_(table.claimed_until.is_(None), table.claimed_until <= at)
        found = connection.execute(
            sa.select(notices)
            .where(table.status == WAITING, free)
            .order_by(table.start_at, table.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        ids = [row.id for row in found]
        if ids:
            connection.execute(
                sa.update(notices).where(table.id.in_(ids)).values(claimed_until=at + CLAIM)
            )
        return [_notice(row) for row in found]

    return write(engine, work)


def finish(engine: Engine, notice: Notice, status: str, at: datetime) -> None:
    """Note how a notice ended. One that was noted as sent stays so.

    Who has got one about a lost seat has been told, and nobody need phone.
    """

    def work(connection: Connection) -> None:
        done = (
            sa.update(notices)
            .where(notices.c.id == notice.id, notices.c.status != SENT)
            .values(status=status, ended_at=at)
        )
        if connection.execute(done).rowcount and status == SENT and notice.kind == "no_seat":
            values = {"code": notice.code, "counter": notice.counter, "start_at": notice.start,
                      "about": notice.about}  # fmt: skip
            same = sa.and_(*(told.c[name] == value for name, value in values.items()))
            if connection.execute(sa.select(told.c.code).where(same)).first() is None:
                connection.execute(sa.insert(told).values(**values, at=at))

    write(engine, work)


def about(engine: Engine, first: datetime) -> list[Notice]:
    """Return every notice about visits from that moment on, in the order of the visits."""
    wanted = sa.select(notices).where(notices.c.start_at >= first)
    with reading(engine) as connection:
        found = connection.execute(wanted.order_by(notices.c.start_at, notices.c.id)).all()
    return [_notice(row) for row in found]


def to_phone(store: Bookings, city: City, now: datetime) -> Iterator[tuple[Booking, Notice]]:
    """Yield the booked visits to come whose notice did not arrive, with that notice.

    Somebody who wants no reminders is not phoned about one; a lost seat is no matter of notices
    (`calls`).
    """
    for notice in about(store.engine, now):
        if notice.kind not in ("reminder", "changed") or notice.status not in (*FAILED, "no_line"):
            continue
        booking = store.get(notice.code)
        if booking and booking.status == "booked" and booking.start == notice.start:
            yield booking, notice


def why_not_now(notice: Notice, booking: Booking | None, desk: Desk) -> str | None:
    """Return how a notice ends that is not to be sent any more, or None."""
    status = "cancelled" if notice.kind == "cancelled" else "booked"
    if not booking or booking.status != status or booking.start != notice.start:
        return "overtaken"
    lost = desk.bookings.why_without_seat(booking, desk.city, desk.now)
    if notice.kind == "no_seat" and (lost is None or lost.told):
        return "overtaken"
    if notice.kind == "closure":  # told anew, by what is wrong now
        return "overtaken"
    if notice.kind == "reminder" and lost:
        return "overtaken"
    if notice.kind == "reminder" and desk.now >= reminders_end(desk.city, desk.today):
        return "too_late"
    if booking.start <= desk.now:
        return "too_late"
    if notice.made_at and desk.at - notice.made_at > KEY_LIVES:
        return "given_up"
    return None


def remark(notice: Notice, booking: Booking, desk: Desk) -> Remark:
    """Return what to say: only what is still possible now is offered with it."""
    if notice.kind == "no_seat" and (
        lost := desk.bookings.why_without_seat(booking, desk.city, desk.now)
    ):
        return booking_change.seat_lost(lost, desk)
    values = {
        "when": booking_change.moment(booking.start),
        "counter_label": desk.city.counter_label(booking.counter),
        "code": booking.code,
        "buttons": booking_change.possible_buttons(booking, desk),
    }
    if notice.kind == "cancelled":
        return Remark("cancelled_by_staff", values | {"buttons": []})
    if notice.kind == "changed":
        return Remark("changed_by_staff", values)
    card = calendar_view.booking_card(booking, desk)
    payloads = {button["payload"] for button in booking_change.possible_buttons(booking, desk)}
    card["actions"] = [each for each in card["actions"] if each["payload"] in payloads]
    return Remark("reminder", values, card)


def _notice(row: sa.engine.Row) -> Notice:
    return Notice(
        row.id,
        row.kind,
        row.code,
        row.start_at.astimezone(TOKYO),
        row.counter,
        row.about,
        row.retry_key,
        row.status,
        row.made_at,
        row.ended_at.astimezone(TOKYO) if row.ended_at else None,
    )
