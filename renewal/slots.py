"""Bookable start times: opening hours, less closures, less what is taken.

A day can be booked until the end (24:00) of the last working day before it, by staff until the start
(city.booking.staff_cutoff: the office takes people without a booking too), and from `horizon_days`
before it. Times are in Asia/Tokyo. `now` is the calendar's now, `at` the real now
at which holds run out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Protocol

from renewal import opening_hours
from renewal.city import City
from renewal.clock import TOKYO
from renewal.opening_hours import Closure


@dataclass(frozen=True)
class Slot:
    """A start time (Tokyo) at a counter: how many seats it has and how many are free."""

    start: datetime
    counter: str
    capacity: int
    free: int
    kind: str = "regular"


class Store(Protocol):
    """What is asked of the bookings store."""

    def taken(
        self, counter: str, first: datetime, last: datetime, at: datetime
    ) -> dict[datetime, int]:
        """Return the number of seats taken at each start from `first` up to before `last`."""

    def closures(self, first: date, last: date) -> list[Closure]:
        """Return the closures that touch those days."""


class Wish(Protocol):
    """What a person said about days and times."""

    def allows(self, day: date, at: time) -> bool:
        """Return whether a start on that day at that time is wanted."""


def bookable_range(city: City, now: datetime, staff: bool = False) -> tuple[date, date]:
    """Return the first and the last day that can be booked now, by citizens or by `staff`."""
    today = now.astimezone(TOKYO).date()
    if staff and city.booking.staff_cutoff == "start":
        return today, today + timedelta(days=city.booking.horizon_days)
    # A day stays open through the whole last working day before it, midnight included.
    first = opening_hours.working_day_from(city, today) + timedelta(days=1)
    return first, today + timedelta(days=city.booking.horizon_days)


def opens_for_booking(city: City, day: date) -> date:
    """Return the first day on which `day` can be booked (the horizon)."""
    return day - timedelta(days=city.booking.horizon_days)


def closes_for_booking(city: City, day: date) -> date:
    """Return the last day on which `day` can still be booked (the cut-off)."""
    return opening_hours.working_day_before(city, day)


def deadline(city: City, rule: str, start: datetime) -> datetime:
    """Return the moment (Tokyo) from which a booking can no longer be changed or cancelled.

    `rule` is city.booking.change_until or cancel_until: "previous_working_day_end" or "start".
    """
    start = start.astimezone(TOKYO)
    if rule == "start":
        return start
    last = opening_hours.working_day_before(city, start.date())
    return datetime.combine(last + timedelta(days=1), time(), TOKYO)


def why_not_bookable(
    city: City,
    counter_id: str,
    start: datetime,
    now: datetime,
    closures: Iterable[Closure] = (),
    staff: bool = False,
) -> str | None:
    """Return why nobody (or no member of `staff`) can book this start now, or None.

    "unknown_counter", what `opening_hours.why_closed` says, "not_a_start", or what `out_of_range`
    says. Whether it is full is not looked at.
    """
    if counter_id not in city.counters:
        return "unknown_counter"
    start = start.astimezone(TOKYO)
    day = start.date()
    closures = list(closures)
    if not _is_start(city, counter_id, start, closures):
        if reason := opening_hours.why_closed(city, counter_id, day, closures):
            return reason
        if start > now:
            return "closure" if _is_start(city, counter_id, start) else "not_a_start"
    return out_of_range(city, start, now, staff)


def out_of_range(
    city: City, start: datetime, now: datetime, staff: bool = False
) -> str | None:
    """Return "past", "too_late" (past the cut-off), "too_far" (past the horizon), or None."""
    if start <= now:
        return "past"
    first, last = bookable_range(city, now, staff)
    day = start.astimezone(TOKYO).date()
    if day < first:
        return "too_late"
    return "too_far" if day > last else None


def slots(
    store: Store,
    city: City,
    counter_id: str,
    first: date,
    last: date,
    now: datetime,
    at: datetime,
    staff: bool = False,
) -> list[Slot]:
    """Return every start that could be booked by horizon and cut-off, full ones with `free` 0.

    `first` and `last` are both included. Raises KeyError for an unknown counter.
    """
    return _slots(store, city, [counter_id], first, last, now, at, staff)


def next_free(
    store: Store,
    city: City,
    counters: Sequence[str],
    wish: Wish | None,
    now: datetime,
    at: datetime,
    seats: int = 1,
    not_before: date | None = None,
    limit: int = 4,
    latest: bool = False,
) -> list[Slot]:
    """Return the first `limit` starts, earliest first, that the wish allows and `seats` cards fit.

    With `latest` they are the last ones.

    Cards that are too many for one start go on at the starts that follow without a gap. At the same
    time the order is that of `counters`. No day before `not_before` (the first day of renewal).
    """
    first, last = bookable_range(city, now)
    wanted = (
        slot
        for slot in fitting(store, city, counters, max(first, not_before or first), last, now, at,
                             seats)
        if wish is None or wish.allows(slot.start.date(), slot.start.time())
    )
    return list(deque(wanted, limit) if latest else islice(wanted, limit))


def nearest(
    store: Store,
    city: City,
    counters: Sequence[str],
    wanted: datetime,
    now: datetime,
    at: datetime,
    seats: int = 1,
    not_before: date | None = None,
    limit: int = 3,
    staff: bool = False,
) -> list[Slot]:
    """Return the free starts nearest to a wanted one that is full, closed or past, in their order.

    The same time a day away is as near as two hours away on the same day; of two as near, the later
    one comes first. Where `seats` do not fit they are left out, as is a day before `not_before`.
    """
    wanted = wanted.astimezone(TOKYO)
    first, last = bookable_range(city, now, staff)
    free = fitting(
        store, city, counters, max(first, not_before or first), last, now, at, seats, staff
    )
    near = sorted(
        free,
        key=lambda slot: (
            abs((slot.start.date() - wanted.date()).days) * 120
            + abs(_minutes(slot.start) - _minutes(wanted)),
            -slot.start.timestamp(),
            counters.index(slot.counter),
        ),
    )
    return sorted(near[:limit], key=lambda slot: (slot.start, counters.index(slot.counter)))


def spread(
    city: City, counter_id: str, start: datetime, closures: Iterable[Closure] = ()
) -> list[opening_hours.Start]:
    """Return this start and those of the same day that follow it without a gap, in order.

    Several cards of one booking are spread over these. [] when `start` is no start.
    """
    start = start.astimezone(TOKYO)
    step = timedelta(minutes=city.counters[counter_id].slot_minutes)
    run: list[opening_hours.Start] = []
    for item in opening_hours.starts(city, counter_id, start.date(), closures):
        if item.start == (run[-1].start + step if run else start):
            run.append(item)
    return run


def fits(free: Iterable[int], seats: int) -> bool:
    """Return whether `seats` find a place, given what is free at a start and at those after it."""
    for count in free:
        if count == 0:
            return False
        seats -= count
        if seats <= 0:
            return True
    return False


def _is_start(
    city: City, counter_id: str, start: datetime, closures: Iterable[Closure] = ()
) -> bool:
    found = opening_hours.starts(city, counter_id, start.date(), closures)
    return any(item.start == start for item in found)


def _minutes(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def fitting(
    store: Store,
    city: City,
    counters: Sequence[str],
    first: date,
    last: date,
    now: datetime,
    at: datetime,
    seats: int,
    staff: bool = False,
) -> Iterator[Slot]:
    """Yield the starts of these days that could be booked and where `seats` cards find a place."""
    found = _slots(store, city, counters, first, last, now, at, staff)
    free = {(slot.counter, slot.start): slot.free for slot in found}
    for slot in found:
        step = timedelta(minutes=city.counters[slot.counter].slot_minutes)
        run = (free.get((slot.counter, slot.start + step * n), 0) for n in range(seats))
        if fits(run, seats):
            yield slot


def _slots(
    store: Store,
    city: City,
    counters: Sequence[str],
    first: date,
    last: date,
    now: datetime,
    at: datetime,
    staff: bool = False,
) -> list[Slot]:
    earliest, latest = bookable_range(city, now, staff)
    first, last = max(first, earliest), min(last, latest)
    if first > last:
        return []
    begin = datetime.combine(first, time(), TOKYO)
    end = datetime.combine(last + timedelta(days=1), time(), TOKYO)
    closures = store.closures(first, last)
    result = []
    for counter_id in counters:
        if not city.counters[counter_id].enabled:
            continue
        # By the wall clock: a moment with its zone takes ten times as long to look up.
        taken = {
            start.astimezone(TOKYO).replace(tzinfo=None): count
            for start, count in store.taken(counter_id, begin, end, at).items()
        }
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            for item in opening_hours.starts(city, counter_id, day, closures):
                if item.start <= now:
                    continue  # only staff see today
                free = max(0, item.seats - taken.get(item.start.replace(tzinfo=None), 0))
                result.append(Slot(item.start, counter_id, item.seats, free, item.kind))
    if len(counters) > 1:
        order = {counter_id: place for place, counter_id in enumerate(counters)}
        result.sort(key=lambda slot: (slot.start, order[slot.counter]))
    return result
