"""Who is told something without having asked: reminders, and closures that hit a booking.

A reminder goes out once, on the evening before the visit, from city.booking.reminder_hour until ten
at night. Whoever booked or changed after that hour has just been told everything, and is not
reminded. A closure is told by day, from eight to nine in the evening, as soon as it is stored.

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

from renewal import booking_change, calendar_view, slots
from renewal.application import Desk, Remark
from renewal.bookings import Booking, Bookings
from renewal.bookings.engine import reading, write
from renewal.bookings.schema import audit_log, notices
from renewal.city import City
from renewal.clock import TOKYO

REMINDERS_END = 22
"""The hour from which nobody is reminded any more, unless the city's own hour is later."""
CLOSURES_FROM, CLOSURES_UNTIL = 8, 21
KEY_LIVES = timedelta(hours=23)
"""LINE knows a retry key for a day; after that the same message would be taken once more."""
CLAIM = timedelta(minutes=5)
"""How long a sender may hold a row; a push with all its tries takes less than a minute."""

WAITING, SENT = "waiting", "sent"
FAILED = ("quota_used_up", "given_up", "refused", "unknown_user")
"""How a notice ends that somebody has to phone about."""


@dataclass(frozen=True)
class Notice:
    """One message to send: `kind` is "reminder" or "closure", `start` the visit's (Tokyo)."""

    id: str
    kind: str
    code: str
    start: datetime
    closure_id: int | None
    retry_key: str
    status: str
    made_at: datetime | None = None
    ended_at: datetime | None = None


def reminder_at(city: City, start: datetime) -> datetime:
    """Return when the visit is reminded of: the evening before, at the city's hour (Tokyo)."""
    day_before = start.astimezone(TOKYO).date() - timedelta(days=1)
    return datetime.combine(day_before, time(city.booking.reminder_hour), TOKYO)


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
    moved = _moved_at(store, [booking.code for booking in found], opens)
    return [b for b in found if b.created_at < opens and b.code not in moved]


def _moved_at(store: Bookings, codes: list[str], since: datetime) -> set[str]:
    """Return which of these bookings were changed at that moment or later."""
    wanted = sa.select(audit_log.c.code).where(audit_log.c.what == "change", audit_log.c.at >= since)
    with reading(store.engine) as connection:
        return set(connection.scalars(wanted)) & set(codes)


def plan(store: Bookings, city: City, now: datetime, at: datetime) -> int:
    """Write down every notice that is due, once each, and return how many are new."""
    rows = [
        _row("reminder", booking, None, at) for booking in due_reminders(store, city, now)
    ]
    if CLOSURES_FROM <= now.astimezone(TOKYO).hour < CLOSURES_UNTIL:
        today = now.astimezone(TOKYO).date()
        rows += [
            _row("closure", booking, closure.id, at)
            for booking, closure in store.call_list(city, today)
            if booking.start > now
        ]

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


def _row(kind: str, booking: Booking, closure_id: int | None, at: datetime) -> dict[str, object]:
    about = f"{kind}:{booking.code}:{booking.start:%Y%m%dT%H%M}"
    return {
        "id": f"{about}:{closure_id}" if closure_id else about,
        "kind": kind,
        "code": booking.code,
        "start_at": booking.start,
        "closure_id": closure_id,
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
    """Note how a notice ended. One that was noted as sent stays so."""
    done = (
        sa.update(notices)
        .where(notices.c.id == notice.id, notices.c.status != SENT)
        .values(status=status, ended_at=at)
    )
    write(engine, lambda connection: connection.execute(done))


def about(engine: Engine, first: datetime) -> list[Notice]:
    """Return every notice about visits from that moment on, in the order of the visits."""
    wanted = sa.select(notices).where(notices.c.start_at >= first)
    with reading(engine) as connection:
        found = connection.execute(wanted.order_by(notices.c.start_at, notices.c.id)).all()
    return [_notice(row) for row in found]


def to_phone(store: Bookings, city: City, now: datetime) -> Iterator[tuple[Booking, Notice]]:
    """Yield the booked visits to come whose notice did not arrive, with that notice.

    Somebody who wants no reminders is not phoned about one.
    """
    for notice in about(store.engine, now):
        if notice.kind != "reminder" or notice.status not in (*FAILED, "no_line"):
            continue
        booking = store.get(notice.code)
        if booking and booking.status == "booked" and booking.start == notice.start:
            yield booking, notice


def why_not_now(notice: Notice, booking: Booking | None, desk: Desk) -> str | None:
    """Return how a notice ends that is not to be sent any more, or None."""
    if not booking or booking.status != "booked" or booking.start != notice.start:
        return "overtaken"
    if notice.kind == "closure":
        closures = desk.bookings.closures(booking.start.date(), booking.start.date())
        if not any(each.id == notice.closure_id for each in closures):
            return "overtaken"
    elif desk.now >= reminders_end(desk.city, desk.today):
        return "too_late"
    if booking.start <= desk.now:
        return "too_late"
    if notice.made_at and desk.at - notice.made_at > KEY_LIVES:
        return "given_up"
    return None


def remark(notice: Notice, booking: Booking, desk: Desk) -> Remark:
    """Return what to say: only what is still possible now is offered with it."""
    offered = [
        button
        for action, button in zip(
            ("change", "cancel"), calendar_view.booking_buttons(booking), strict=True
        )
        if booking_change.why_not(action, booking, desk) is None
    ]
    values = {
        "when": booking_change.moment(booking.start),
        "counter_label": desk.city.counters[booking.counter].label,
        "buttons": offered,
    }
    if notice.kind == "reminder":
        card = calendar_view.booking_card(booking, desk)
        payloads = {button["payload"] for button in offered}
        card["actions"] = [each for each in card["actions"] if each["payload"] in payloads]
        return Remark("reminder", values, card)
    closures = desk.bookings.closures(booking.start.date(), booking.start.date())
    near = slots.nearest(
        desk.bookings,
        desk.city,
        [counter.id for counter in desk.city.bookable_counters],
        booking.start,
        desk.now,
        desk.at,
        seats=len(booking.cards),
    )
    values |= {
        "reason": next((each.reason for each in closures if each.id == notice.closure_id), ""),
        "alternatives": "\n".join(
            f"・{calendar_view.slot_label(slot, desk.city)}" for slot in near
        ),
    }
    changeable = booking_change.why_not("change", booking, desk) is None
    return Remark("closed_choose_again" if near and changeable else "closed_call", values)


def _notice(row: sa.engine.Row) -> Notice:
    return Notice(
        row.id,
        row.kind,
        row.code,
        row.start_at.astimezone(TOKYO),
        row.closure_id,
        row.retry_key,
        row.status,
        row.made_at,
        row.ended_at.astimezone(TOKYO) if row.ended_at else None,
    )
