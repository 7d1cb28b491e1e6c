"""Counts of visits by their week and by counter."""

from __future__ import annotations

import statistics
from collections import Counter as Count
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from renewal import opening_hours
from renewal.bookings import Booking, Bookings
from renewal.city import City

WEEK = timedelta(days=7)
STATUSES = ("booked", "arrived", "no_show", "cancelled")


@dataclass(frozen=True)
class Line:
    """One week (its Monday) at one counter: of the visits planned there, what became of them.

    `booked` is all of them. `changed` counts changes, not bookings. `lead_days` is the median of
    the days between booking and visit. `seats` are those that were offered, `taken` those of them
    that are not free; `fullness` is the share, 0 to 1.
    """

    week: str
    counter: str
    booked: int
    cards: int
    changed: int
    cancelled: int
    arrived: int
    no_show: int
    lead_days: float | None
    seats: int
    taken: int
    fullness: float | None


def lines_of(store: Bookings, city: City, first: date, last: date) -> list[Line]:
    """Return a line for each week and each counter that was open or booked in it, in order."""
    changes = Count(entry["code"] for entry in store.audit(what="change"))
    seats = _seats(store, city, first, last)
    planned: dict[tuple[date, str], list[Booking]] = {}
    for booking in store.list_bookings(first=first, last=last, statuses=STATUSES):
        week = monday(booking.start.date())
        planned.setdefault((week, booking.counter), []).append(booking)
    order = {counter: number for number, counter in enumerate(city.counters)}
    keys = sorted(
        {*planned, *seats}, key=lambda key: (key[0], order.get(key[1], len(order)), key[1])
    )
    return [_line(key, planned.get(key, []), changes, seats[key]) for key in keys]


def _line(
    key: tuple[date, str], found: Sequence[Booking], changes: Count[str], seats: int
) -> Line:
    week, counter = key
    status = Count(booking.status for booking in found)
    taken = sum(len(booking.cards) for booking in found if booking.status != "cancelled")
    lead = [(booking.start.date() - booking.created_at.date()).days for booking in found]
    return Line(
        week=week.isoformat(),
        counter=counter,
        booked=len(found),
        cards=sum(len(booking.cards) for booking in found),
        changed=sum(changes[booking.code] for booking in found),
        cancelled=status["cancelled"],
        arrived=status["arrived"],
        no_show=status["no_show"],
        lead_days=statistics.median(lead) if lead else None,
        seats=seats,
        taken=taken,
        fullness=round(taken / seats, 4) if seats else None,
    )


def _seats(store: Bookings, city: City, first: date, last: date) -> Count[tuple[date, str]]:
    """Return the seats that each counter offers in each week, from today's city.yml."""
    closures = store.closures(first, last)
    seats: Count[tuple[date, str]] = Count()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for counter in city.bookable_counters:
            for item in opening_hours.starts(city, counter.id, day, closures):
                seats[monday(day), counter.id] += item.seats
    return seats


def monday(day: date) -> date:
    """Return the Monday of that day's week."""
    return day - timedelta(days=day.weekday())
