"""What a closure, or another number of seats, would do: its starts, its bookings, what overlaps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from renewal import opening_hours
from renewal.bookings import Booking, Bookings, Reopened, WithoutSeat, without_seat
from renewal.city import City
from renewal.opening_hours import Closure, Start


def starts_of(closure: Closure, city: City) -> Iterator[tuple[str, Start]]:
    """Yield every start of the weekly hours that the closure applies to, with its counter."""
    for counter in city.bookable_counters:
        for offset in range((closure.last - closure.first).days + 1):
            day = closure.first + timedelta(days=offset)
            for item in opening_hours.starts(city, counter.id, day):
                if closure.hits(counter.id, item.start, counter.slot_minutes):
                    yield counter.id, item


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


def opened_by_removing(
    store: Bookings, city: City, now: datetime, closure: Closure
) -> Reopened:
    """Return what removing a stored closure would do, as `Bookings.remove_closure` does it."""
    others = [
        each for each in store.closures(closure.first, closure.last) if each.id != closure.id
    ]
    still = store.without_seat(
        city, now, first=closure.first, last=closure.last, counter=closure.counter, closures=others
    )
    left = {each.booking.code for each in still}
    again = [each for each in hit(store, city, now, closure) if each.booking.code not in left]
    known = store.told([each.booking.code for each in again])
    heard = [(each, without_seat.believed(known, each.booking)) for each in again]
    return Reopened(
        closure, tuple(replace(each, told=told and told[1]) for each, told in heard), tuple(still)
    )


def lost_by_removing(
    store: Bookings, city: City, now: datetime, closure: Closure
) -> list[WithoutSeat]:
    """Return the visits that have a seat only because this stored change gives more of them."""
    first, last = closure.first, closure.last
    with_it = {each.booking.code for each in store.without_seat(city, now, first=first, last=last)}
    others = [each for each in store.closures(first, last) if each.id != closure.id]
    found = store.without_seat(city, now, first=first, last=last, closures=others)
    return [each for each in found if each.booking.code not in with_it]


def overlapping(store: Bookings, city: City, closure: Closure) -> list[Closure]:
    """Return the other stored closures and changes of seats that apply to starts of this one.

    In the order of their days. At each start the fewest seats count; 0 is a closure.
    """
    hit = [
        (counter, item.start, city.counters[counter].slot_minutes)
        for counter, item in starts_of(closure, city)
    ]
    others = store.closures(closure.first, closure.last)
    return [each for each in others if each.id != closure.id and any(each.hits(*at) for at in hit)]


def _touches(closure: Closure, booking: Booking, city: City) -> bool:
    counter = city.counters.get(booking.counter)
    return counter is not None and any(
        closure.hits(counter.id, place.start, counter.slot_minutes) for place in booking.places
    )
