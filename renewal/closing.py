"""What a closure, or another number of seats, would do: its starts, its bookings, what still closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from renewal import opening_hours
from renewal.bookings import Booking, Bookings, WithoutSeat
from renewal.city import City
from renewal.opening_hours import Closure, Start


def starts_of(closure: Closure, city: City) -> Iterator[Start]:
    """Yield every start of the weekly hours that the closure applies to."""
    for counter in city.bookable_counters:
        for offset in range((closure.last - closure.first).days + 1):
            day = closure.first + timedelta(days=offset)
            for item in opening_hours.starts(city, counter.id, day):
                if closure.hits(counter.id, item.start, counter.slot_minutes):
                    yield item


def hit(
    store: Bookings, city: City, now: datetime, closure: Closure
) -> list[WithoutSeat]:
    """Return the visits at starts that the closure applies to which have no seat with it.

    The closure may be stored already or not.
    """
    closures = store.closures(closure.first, closure.last)
    if closure.id is None:
        closures.append(closure)
    found = store.without_seat(
        city, now, first=closure.first, last=closure.last, counter=closure.counter,
        closures=closures,
    )  # fmt: skip
    return [each for each in found if _touches(closure, each.booking, city)]


def lost_by_removing(
    store: Bookings, city: City, now: datetime, closure: Closure
) -> list[WithoutSeat]:
    """Return the visits that have a seat only because this stored change gives more of them."""
    first, last = closure.first, closure.last
    with_it = {each.booking.code for each in store.without_seat(city, now, first=first, last=last)}
    others = [each for each in store.closures(first, last) if each.id != closure.id]
    found = store.without_seat(city, now, first=first, last=last, closures=others)
    return [each for each in found if each.booking.code not in with_it]


def still_closed_by(store: Bookings, city: City, closure: Closure) -> list[Closure]:
    """Return the stored closures that close starts of the one that was removed, by their days."""
    others = [each for each in store.closures(closure.first, closure.last) if each.seats == 0]
    starts = [
        (counter.id, item.start, counter.slot_minutes)
        for counter in city.bookable_counters
        for offset in range((closure.last - closure.first).days + 1)
        for item in opening_hours.starts(city, counter.id, _day(closure.first, offset))
        if closure.hits(counter.id, item.start, counter.slot_minutes)
    ]
    return [
        each for each in others if each.id != closure.id and any(each.hits(*at) for at in starts)
    ]


def _day(first: date, offset: int) -> date:
    return first + timedelta(days=offset)


def _touches(closure: Closure, booking: Booking, city: City) -> bool:
    counter = city.counters.get(booking.counter)
    return counter is not None and any(
        closure.hits(counter.id, place.start, counter.slot_minutes) for place in booking.places
    )
