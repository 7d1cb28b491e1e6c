"""The structured payloads that channels draw: slot_calendar, booking_card (design: Messages)."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import groupby
from typing import Any

from renewal import application, opening_hours, slots
from renewal.application import Application, Desk
from renewal.bookings import Booking
from renewal.city import City
from renewal.japanese_dates import japanese_date, japanese_time, short_date
from renewal.slots import Slot

CALENDAR_DAYS = 28


def payload(slot: Slot) -> str:
    """Return the command of the button that chooses this start at this counter."""
    values = {"start": slot.start.strftime("%Y-%m-%dT%H:%M"), "counter": slot.counter}
    return "/inform" + json.dumps(values)


def slot_label(slot: Slot, city: City | None = None) -> str:
    """Return a start as a button shows it; with a city given, the counter's short name too."""
    label = f"{short_date(slot.start.date())}{slot.start:%-H:%M}"
    return f"{label} {city.counters[slot.counter].short_label}" if city else label


def slot_calendar(a: Application, desk: Desk, counter: str | None = None) -> dict[str, Any]:
    """Return days × times with ○ (free) △ (few) × (full), from the first bookable day on."""
    counter_id = counter or application.counters_wanted(a, desk)[0]
    first, last = application.bookable_days(a, desk)
    last = min(last, first + timedelta(days=CALENDAR_DAYS - 1))
    found = slots.slots(desk.bookings, desk.city, counter_id, first, last, desk.now, desk.at)
    by_day = {day: list(group) for day, group in groupby(found, key=lambda s: s.start.date())}
    closures = desk.bookings.closures(first, last)
    days = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        closed = opening_hours.why_closed(desk.city, counter_id, day, closures)
        days.append(
            {
                "date": day.isoformat(),
                "label": short_date(day),
                "closed": closed,
                "holiday": opening_hours.is_holiday(day),
                "slots": [_slot(slot) for slot in by_day.get(day, [])],
            }
        )
    next_free = next((slot for slot in found if slot.free), None)
    return {
        "type": "slot_calendar",
        "counter": counter_id,
        "counter_label": desk.city.counters[counter_id].label,
        "next": payload(next_free) if next_free else None,
        "days": days,
    }


def _slot(slot: Slot) -> dict[str, Any]:
    few = slot.free < slot.capacity and slot.free == 1
    return {
        "start": slot.start.isoformat(),
        "label": f"{slot.start:%-H:%M}",
        "free": slot.free,
        "capacity": slot.capacity,
        "mark": "×" if slot.free == 0 else "△" if few else "○",
        "payload": payload(slot) if slot.free else None,
    }


def booking_card(booking: Booking, a: Application, desk: Desk) -> dict[str, Any]:
    """Return a booking as a card: code, when, where, what to bring."""
    counter = desk.city.counters[booking.counter]
    checklist = application.documents_remark(application.checklist(a, desk)).payload or {}
    return {
        "type": "booking_card",
        "code": booking.code,
        "start": booking.start.isoformat(),
        "when": japanese_date(booking.start.date()) + japanese_time(booking.start.time()),
        "counter": counter.id,
        "counter_label": counter.label,
        "address": counter.address,
        "map_url": counter.map_url,
        "people": checklist.get("people", []),
    }

