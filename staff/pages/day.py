"""今日の窓口: who comes when, who has come, and what is to be looked at; and the same on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from renewal import clock, day_sheet, opening_hours, words
from renewal.bookings import Booking, BookingError, ChangedMeanwhile, NotChangeable
from renewal.calls import Call
from renewal.city import City
from renewal.day_sheet import Sheet
from staff import typed
from staff.access import allow
from staff.app import city, partly, store, user
from staff.owed import owed
from staff.owed import status as status_of
from staff.references import known, reference

pages = Blueprint("day", __name__)

LOOKED_BACK = timedelta(days=14)
"""How long visits that nobody has marked stay at the top of the board."""
_STATE = "@state@"
OTHER = "先に変更されています。いまの内容を確かめて、もう一度お願いします。"


@dataclass(frozen=True)
class Start:
    """A start on the board: its seats, how many are taken, and who comes."""

    start: datetime
    seats: int
    taken: int
    bookings: list[Booking]
    current: bool


@pages.get("/day")
@allow("see")
def board() -> ResponseReturnValue:
    """Show the board of a day."""
    day, counter = _asked()
    html, _ = _board(day, counter)
    return render_template("day.html", board=html, day=day, counter=counter,
                           counters=_counters(), before=_step(day, -1), after=_step(day, 1))  # fmt: skip


@pages.get("/day/board")
@allow("see")
def part() -> ResponseReturnValue:
    """Return the board alone, or nothing (204) when it is still what the page shows."""
    html, state = _board(*_asked())
    return ("", 204) if request.args.get("state") == state else html + _menu()


@pages.post("/day/mark")
@allow("mark")
def mark() -> ResponseReturnValue:
    """Note that somebody has come or not, or that this was a mistake."""
    status, _, rest = request.form.get("do", "").partition(" ")
    ref, _, seen = rest.partition(" ")
    booking = known(ref)
    said = _mark(booking, status, seen)
    if partly():
        html, _ = _board(*_asked())
        return html + render_template("_said.html", said=said) + _menu()
    flash(said)
    if request.form.get("back") == "detail":
        return redirect(url_for("booking.detail", ref=ref), 303)
    day, counter = _asked()
    back = url_for("day.board", date=day.isoformat(), counter=counter)
    return redirect(f"{back}#r-{ref}", 303)


@pages.post("/number")
@allow("number")
def number() -> ResponseReturnValue:
    """Show a telephone number, and note who has seen it."""
    booking = known(request.form.get("ref", ""))
    store().record(user().name, "phone", at=clock.real_now(), code=booking.code)
    name = "_number.html" if partly() else "number.html"
    return render_template(name, booking=booking, ref=reference(booking))


@pages.get("/day/print")
@allow("print")
def paper() -> ResponseReturnValue:
    """Return the day on paper, a page a counter, without phone numbers; noted as printed."""
    day, counter = _asked()
    found = _sheets(day, counter)
    sheets = [each for each in found if each.bookings or counter]
    empty = [each.label for each in found if each not in sheets]
    seen = [booking for sheet in sheets for booking in sheet.bookings]
    store().record_view(user().name, "print", seen, at=clock.real_now(), date=day.isoformat(),
                        counter=counter)  # fmt: skip
    return render_template("print.html", sheets=sheets, empty=empty, day=day, **_words_for_rows())


# Inside ------------------------------------------------------------------------------------------


def _asked() -> tuple[date, str | None]:
    """Return the day and the counter that are asked for; today and all where it is not said."""
    values = request.values
    day = typed.day(values.get("date", ""), clock.now().date()) or clock.now().date()
    counter = values.get("counter") or None
    return day, counter if counter in _counters() else None


def _counters() -> list[str]:
    here = city()
    ids = [each.id for each in here.bookable_counters]
    ids += sorted(store().known_counters() - set(ids))
    return [each for each in ids if user().at(each)]


def _sheets(day: date, counter: str | None) -> list[Sheet]:
    found = day_sheet.sheets(store(), city(), day, clock.now(), counter)
    return [each for each in found if user().at(each.counter)]


def _board(day: date, counter: str | None) -> tuple[str, str]:
    """Return the board's HTML and what tells it from every other."""
    now, here = clock.now(), city()
    sheets = _sheets(day, counter)
    late: list[Booking] = []
    if day == now.date():
        first, last = day - LOOKED_BACK, day - timedelta(days=1)
        found = store().list_bookings(first=first, last=last, counter=counter)
        late = [each for each in found if user().at(each.counter)]
    html = render_template(
        "_board.html", late=late,
        sheets=[(each, list(_starts(each, here)), _changes(each, here)) for each in sheets],
        elsewhere=[call for call in owed().values() if _was_here(call, day, counter)],
        day=day, counter=counter, may_mark="mark" in user().permissions,
        may_call="number" in user().permissions, **_words_for_rows(),
    )  # fmt: skip
    state = hashlib.blake2b(html.encode(), digest_size=8).hexdigest()
    html = html.replace(_STATE, state)
    if request.args.get("state") != state:
        seen = [booking for sheet in sheets for booking in sheet.bookings] + late
        store().record_view(user().name, "board", seen, at=clock.real_now(), date=day.isoformat(),
                            counter=counter)  # fmt: skip
    return html, state


def _was_here(call: Call, day: date, counter: str | None) -> bool:
    """Return whether somebody may come that day to a visit that is no longer, since nobody has told them."""
    booking = call.booking
    if call.before is None and booking.status != "cancelled":
        return False
    return (call.before or booking.start).date() == day and counter in (None, booking.counter)


def _menu() -> str:
    """Return the count in the menu, for a page that changes only in parts."""
    return render_template("_owed.html", part=True) if "call" in user().permissions else ""


def _starts(sheet: Sheet, here: City) -> Iterator[Start]:
    """Yield every start of the day that has seats or visitors, in order."""
    closures = store().closures(sheet.day, sheet.day)
    seats: dict[datetime, int] = {}
    if sheet.counter in here.counters:
        for item in opening_hours.starts(here, sheet.counter, sheet.day, closures):
            seats[item.start] = item.seats
    taken: dict[datetime, int] = {}
    coming: dict[datetime, list[Booking]] = {}
    for booking in sheet.bookings:
        coming.setdefault(booking.start, []).append(booking)
        for place in booking.places:
            taken[place.start] = taken.get(place.start, 0) + place.seats
    counter = here.counters.get(sheet.counter)
    lasts = timedelta(minutes=counter.slot_minutes if counter else 30)
    for start in sorted({*seats, *taken, *coming}):
        current = start <= clock.now() < start + lasts
        yield Start(start, seats.get(start, 0), taken.get(start, 0), coming.get(start, []), current)


def _changes(sheet: Sheet, here: City) -> list[str]:
    """Return what differs from the usual hours and seats for a part of the day."""
    minutes = here.counters[sheet.counter].slot_minutes if sheet.counter in here.counters else 30
    usual = opening_hours.starts(here, sheet.counter, sheet.day) if sheet.counter in here.counters else []
    said = []
    for each in () if sheet.closed else store().closures(sheet.day, sheet.day):
        hit = [item.start for item in usual if each.hits(sheet.counter, item.start, minutes)]
        if hit:
            span = f"{hit[0]:%H:%M}" + (f"から{hit[-1]:%H:%M}" if len(hit) > 1 else "") + "の枠"
            what = f"{each.seats}席です" if each.seats else "休みです"
            said.append(f"{span}は{what}（{each.reason.rstrip('。')}）。")
    return said


def _mark(booking: Booking, status: str, seen: str) -> str:
    """Mark a booking and return what is said of it."""
    if status not in ("booked", "arrived", "no_show") or not seen.isdigit():
        return "受け付けられませんでした。"
    try:
        store().mark(
            booking.code, status, who=user().name, now=clock.now(), at=clock.real_now(),
            # To mark this version like this is the same request, however often it comes.
            key=f"{reference(booking)}:{seen}", seen=int(seen),
        )  # fmt: skip
    except ChangedMeanwhile:
        return OTHER
    except NotChangeable as error:
        return words.not_changeable(error.reason, booking.code)
    except BookingError:
        return "受け付けられませんでした。"
    name = booking.visit.visitor_name or booking.cards[0].name_kana or ""
    who = f"{name}様（{booking.start:%H:%M}、{booking.code}）"
    if status == "booked":
        return f"{who}を元に戻しました。"
    return f"{who}を「{words.WORDS[status]}」にしました。"


def _step(day: date, by: int) -> date:
    """Return the next day, or the one before, on which somebody works."""
    here = city()
    day += timedelta(days=by)
    while not opening_hours.is_working_day(here, day):
        day += timedelta(days=by)
    return day


def _words_for_rows() -> dict[str, object]:
    return {
        "checks": day_sheet.checks,
        "proofs": day_sheet.proofs,
        "status_of": status_of,
        "reference": reference,
    }
