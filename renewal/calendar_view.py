"""The structured payloads that channels draw: slot_calendar, booking_card (design: Messages)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from renewal import application, opening_hours, party, slots
from renewal.application import Application, Desk
from renewal.bookings import Booking
from renewal.city import City
from renewal.date_words import japanese_date, japanese_time, short_date
from renewal.documents import Applicant, Case, Certificates, Document, Holder, Pin, documents
from renewal.opening_hours import Closure
from renewal.slots import Slot

CALENDAR_DAYS = 28


def payload(slot: Slot) -> str:
    """Return the command of the button that chooses this start at this counter."""
    return _payload(slot.start, slot.counter)


def _payload(start: datetime, counter: str) -> str:
    values = {"start": start.strftime("%Y-%m-%dT%H:%M"), "counter": counter}
    return "/inform" + json.dumps(values)


def slot_label(slot: Slot, city: City | None = None) -> str:
    """Return a start as a button shows it; with a city given, the counter's short name too."""
    label = f"{short_date(slot.start.date())}{slot.start:%-H:%M}"
    return f"{label} {city.counters[slot.counter].short_label}" if city else label


def slots_in_words(found: list[Slot], city: City | None = None) -> str:
    """Return starts in a line, each day and counter once: "12月3日（木）17:30・18:00"."""
    lines = []
    for (day, counter), group in groupby(found, key=lambda s: (s.start.date(), s.counter)):
        times = "・".join(f"{slot.start:%-H:%M}" for slot in group)
        where = f" {city.counters[counter].short_label}" if city else ""
        lines.append(f"{short_date(day)}{times}{where}")
    return "、".join(lines)


def times_in_words(starts: list[datetime]) -> str:
    """Return start times in a line; four or more at one interval become "8:30〜16:30（30分ごと）"."""
    runs: list[list[datetime]] = []
    for start in starts:
        if runs and start - runs[-1][-1] == timedelta(minutes=30):
            runs[-1].append(start)
        else:
            runs.append([start])
    words = [
        [f"{run[0]:%-H:%M}〜{run[-1]:%-H:%M}（30分ごと）"]
        if len(run) > 4
        else [f"{start:%-H:%M}" for start in run]
        for run in runs
    ]
    return "・".join(word for run in words for word in run)


def time_label(slot: Slot, city: City | None = None) -> str:
    """Return a start of a known day as a button shows it; with a city, where it is as well."""
    label = f"{slot.start:%-H:%M}"
    return f"{label} {city.counters[slot.counter].short_label}" if city else label


def times_by_counter(found: list[Slot], city: City) -> str:
    """Return the start times of a day in a line, with the counter at which they are."""
    counters = dict.fromkeys(slot.counter for slot in found)
    return "、".join(
        f"{city.counters[counter].short_label}で "
        + times_in_words([slot.start for slot in found if slot.counter == counter])
        for counter in counters
    )


def some_of(found: list[Slot], most: int) -> list[Slot]:
    """Return at most so many of the slots, evenly spread over all of them."""
    step = -(-len(found) // most) or 1
    return found[::step]


def slot_calendar(
    a: Application, desk: Desk, taken: tuple[str, datetime] | None = None
) -> dict[str, Any]:
    """Return days × times with ○ (free) △ (few) × (full), from the first bookable day on.

    `taken` are the counter and time that are the person's already; that time is left out.
    """
    counters = application.counters_wanted(a, desk)
    counter_id = counters[0]
    first, bookable_until = application.bookable_days(a, desk)
    last = min(bookable_until, first + timedelta(days=CALENDAR_DAYS - 1))
    several = len(desk.city.bookable_counters) > 1
    return drawn(
        {
            "type": "slot_calendar",
            "counter": counter_id,
            "counter_label": desk.city.counters[counter_id].label,
            "next": None,
            "bookable": [first.isoformat(), bookable_until.isoformat()],
            "shown": [first.isoformat(), last.isoformat()],
            "seats": party.number(a),
            "taken": [taken[0], taken[1].isoformat()] if taken else None,
            "hold": a.hold,
            "elsewhere": {"title": "@other_counter", "payload": OTHER_COUNTER} if several else None,
        },
        desk,
    )


def kept(calendar: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored of a calendar: which one it is, not what was free when it was shown."""
    return {name: value for name, value in calendar.items() if name not in ("days", "later")}


def drawn(calendar: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """Return a calendar that was `kept` with its days as they are now; a whole one stays as it is."""
    if "days" in calendar:
        return calendar
    counter_id, seats = str(calendar["counter"]), int(calendar["seats"])
    first, last = map(date.fromisoformat, calendar["shown"])
    bookable_until = date.fromisoformat(calendar["bookable"][1])
    taken = calendar["taken"] and (calendar["taken"][0], datetime.fromisoformat(calendar["taken"][1]))
    store = application.seats_beside(calendar.get("hold"), desk)
    found = slots.slots(store, desk.city, counter_id, first, last, desk.now, desk.at)
    found = [slot for slot in found if (slot.counter, slot.start) != taken]
    fit = list(
        slots.fitting(
            store, desk.city, [counter_id], first, bookable_until, desk.now, desk.at, seats
        )
    )
    if seats > 1:
        # A start where so many cards find no place is as good as full.
        starts = {slot.start for slot in fit}
        found = [s if s.start in starts else replace(s, free=0) for s in found]
    by_day = {day: list(group) for day, group in groupby(found, key=lambda s: s.start.date())}
    next_free = next((slot for slot in found if slot.free), None)
    closures = desk.bookings.closures(first, last)
    days = [
        {
            "date": day.isoformat(),
            "label": short_date(day),
            "closed": opening_hours.why_closed(desk.city, counter_id, day, closures),
            "why": _why_closed(desk.city, counter_id, day, closures),
            "holiday": opening_hours.is_holiday(day),
            "slots": [_slot(slot) for slot in by_day.get(day, [])],
        }
        for day in _days(first, last)
    ]
    free_days = dict.fromkeys(slot.start.date() for slot in fit if slot.start.date() > last)
    return {
        **calendar,
        "next": payload(next_free) if next_free else None,
        "days": days,
        "later": [{"date": day.isoformat(), "label": short_date(day)} for day in free_days],
    }


def offered(calendar: dict[str, Any], city: City) -> Iterator[tuple[str, str]]:
    """Yield the payload and the label of every time on a calendar, free now or not.

    What is chosen is looked at again when it is taken: here it only counts that it was shown.
    """
    if calendar["counter"] not in city.counters:
        return
    for day in _days(*map(date.fromisoformat, calendar["shown"])):
        for item in opening_hours.starts(city, str(calendar["counter"]), day):
            label = f"{short_date(day)}{item.start:%-H:%M}"
            yield _payload(item.start, str(calendar["counter"])), label


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


OTHER_COUNTER = '/inform{"counter": "any"}'


def _why_closed(
    city: City, counter_id: str, day: date, closures: Sequence[Closure]
) -> str | None:
    """Return what a closed day is called, where that is not its weekday."""
    closed = opening_hours.why_closed(city, counter_id, day, closures)
    if closed == "holiday":
        return opening_hours.is_holiday(day)
    if closed == "year_end":
        return "@year_end"
    if closed == "closure":
        return opening_hours.closed_because(city, counter_id, day, closures)
    return None


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


def booking_card(booking: Booking, desk: Desk) -> dict[str, Any]:
    """Return a booking as a card: code, when, where, what to bring, and how to change it."""
    counter = desk.city.counters.get(booking.counter)  # None: one that city.yml has no more
    return {
        "type": "booking_card",
        "code": booking.code,
        "start": booking.start.isoformat(),
        "when": when(booking),
        "day": japanese_date(booking.start.date()),
        "time": japanese_time(booking.start.time()),
        "spread": application.places_in_words(booking.places) if len(booking.places) > 1 else None,
        "names": [f"{card.name_kana} 様" for card in booking.cards if card.name_kana],
        "counter": booking.counter,
        "counter_label": desk.city.counter_label(booking.counter),
        "address": counter.address if counter else None,
        "map_url": counter.map_url if counter else None,
        "people": [
            {"name": name, "items": [application.document_item(item) for item in items]}
            for name, items in _people(booking, desk.city)
        ],
        "actions": [
            {"title": "予約の変更", "payload": booking_command("change", booking.code)},
            {"title": "予約の取り消し", "payload": booking_command("cancel", booking.code)},
        ],
    }


def when(booking: Booking) -> str:
    """Return when to come: 令和8年12月3日（木）18時30分, and how several cards are spread, if they are."""
    start = f"{japanese_date(booking.start.date())}{japanese_time(booking.start.time())}"
    spread = len(booking.places) > 1
    return start + (f"（{application.places_in_words(booking.places)}）" if spread else "")


def booking_buttons(booking: Booking) -> list[dict[str, str]]:
    """Return the buttons that change and cancel this booking, and no other."""
    return [
        {"title": "@intent_change_booking", "payload": booking_command("change", booking.code)},
        {"title": "@intent_cancel_booking", "payload": booking_command("cancel", booking.code)},
    ]


def booking_command(action: str, code: str, confirmed: str | None = None) -> str:
    """Return the command of a button about a booking; pressed twice, it is about the same one."""
    values = {"booking_code": code, **({"booking_confirmed": confirmed} if confirmed else {})}
    return f"/{action}_booking" + json.dumps(values)


def documents_of(booking: Booking, city: City) -> str:
    """Return what to bring to a booked visit as lines of text, by person if there are several."""
    people = list(_people(booking, city))
    if len(people) > 1:
        return f"持ち物と暗証番号\n{application.people_text(people)}"
    to_bring, pins = application.split_documents(people[0][1])
    lines = [f"持ち物\n{application.documents_text(to_bring)}"]
    lines += [f"窓口で入力する番号\n{application.documents_text(pins)}"] if pins else []
    return "\n".join(lines)


def _people(booking: Booking, city: City) -> Iterator[tuple[str | None, tuple[Document, ...]]]:
    """Yield each card's documents with the holder's name, which one card alone does not need."""
    for card in booking.cards:
        case = Case(
            Applicant(booking.applicant_for(card)),
            Holder(card.holder),
            same_household=card.same_household,
            honseki_in_city=card.honseki_in_city,
            forgotten_pins=frozenset(Pin(pin) for pin in card.forgotten_pins),
            certificates=Certificates(card.certificates),
        )
        named = f"{card.name_kana} 様" if card.name_kana and len(booking.cards) > 1 else None
        yield named, documents(case, city)
