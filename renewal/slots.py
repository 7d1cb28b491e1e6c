"""Bookable start times: opening hours, less closures, less what is taken.

A start can be booked up to its cut-off, which its hours, its counter or the city decide (Fukushima: the
end, 24:00, of the last working day before it), by staff until city.booking.staff_cutoff, and from the
horizon on, the counter's or the city's. Times are in Asia/Tokyo. `now` is the calendar's now, `at` the
real now at which holds run out.
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


def bookable_range(
    city: City, now: datetime, staff: bool = False, counters: Iterable[str] | None = None
) -> tuple[date, date]:
    """Return the first and the last day that can be booked now, by citizens or by `staff`.

    It is the span over these counters, or all that can be booked. Not every start on its first day can
    still be booked: `out_of_range` looks at the one.
    """
    ids = list(counters or (counter.id for counter in city.bookable_counters)) or list(city.counters)
    today = now.astimezone(TOKYO).date()
    rules = {rule for id_ in ids for rule in _cutoffs(city, id_, staff)}
    first = min(_first_day(city, rule, today, now) for rule in rules)
    return first, max(last_day(city, id_, today) for id_ in ids)


def _cutoffs(city: City, counter_id: str, staff: bool) -> set[str]:
    if staff:
        return {city.booking.staff_cutoff}
    counter = city.counters[counter_id]
    usual = counter.cutoff or city.booking.cutoff
    return {hours.cutoff or usual for hours in counter.hours if hours.bookable} or {usual}


def _first_day(city: City, rule: str, today: date, now: datetime) -> date:
    day = today
    while deadline(city, rule, datetime.combine(day, time.max, TOKYO)) <= now:
        day += timedelta(days=1)
    return day


def last_day(city: City, counter_id: str, today: date) -> date:
    """Return the last day that can be booked at a counter today (the horizon)."""
    days, months = _horizon(city, counter_id)
    if months is None:
        return today + timedelta(days=days)
    return _first_of_month(today, months + 1) - timedelta(days=1)


def opens_for_booking(city: City, counter_id: str, day: date) -> date:
    """Return the first day on which `day` can be booked at a counter (the horizon)."""
    days, months = _horizon(city, counter_id)
    return day - timedelta(days=days) if months is None else _first_of_month(day, -months)


def _horizon(city: City, counter_id: str) -> tuple[int, int | None]:
    """Return how many days before, or from the first of which month before, a day can be booked."""
    for rules in (city.counters[counter_id], city.booking):
        if rules.horizon_months is not None or rules.horizon_days is not None:
            return rules.horizon_days or 0, rules.horizon_months
    raise AssertionError("a city's file without a horizon is refused")


def _first_of_month(day: date, later: int) -> date:
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def closes_for_booking(
    city: City, counter_id: str, start: opening_hours.Start, staff: bool = False
) -> datetime:
    """Return the moment (Tokyo) from which a start can no longer be booked (the cut-off)."""
    if staff:
        return deadline(city, city.booking.staff_cutoff, start.start)
    rule = start.cutoff or city.counters[counter_id].cutoff or city.booking.cutoff
    return deadline(city, rule, start.start)


def deadline(city: City, rule: str, start: datetime) -> datetime:
    """Return the moment (Tokyo) before which something has to be done about a visit at `start`.

    `rule` is a `Limit` of the city's file: "start", "60 minutes before", "1 day before 17:15" (without
    the time, the end of that day), "2 working days before 12:00", or "previous_working_day_end".
    """
    start = start.astimezone(TOKYO)
    if rule == "start":
        return start
    if rule == "previous_working_day_end":
        rule = "1 working day before"
    number, *words = rule.split()
    if words[0] == "minutes":
        return start - timedelta(minutes=int(number))
    day = start.date()
    if words[0] == "working":
        for _ in range(int(number)):
            day = opening_hours.working_day_before(city, day)
    else:
        day -= timedelta(days=int(number))
    if ":" not in words[-1]:
        return datetime.combine(day + timedelta(days=1), time(), TOKYO)
    hour, minute = map(int, words[-1].split(":"))
    return datetime.combine(day, time(hour, minute), TOKYO)


def why_not_bookable(
    city: City,
    counter_id: str,
    start: datetime,
    now: datetime,
    closures: Iterable[Closure] = (),
    staff: bool = False,
) -> str | None:
    """Return why nobody (or no member of `staff`) can book this start now, or None.

    "unknown_counter", what `opening_hours.why_closed` says, "not_a_start", "walk_in_only" where people
    come without a booking then, or what `out_of_range` says. Whether it is full is not looked at.
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
            if _is_start(city, counter_id, start):
                return "closure"
            return "walk_in_only" if _without_booking(city, counter_id, start, closures) else "not_a_start"
    return out_of_range(city, counter_id, start, now, staff)


def out_of_range(
    city: City, counter_id: str, start: datetime, now: datetime, staff: bool = False
) -> str | None:
    """Return "past", "too_late" (past the cut-off), "too_far" (past the horizon), or None."""
    start = start.astimezone(TOKYO)
    if start <= now:
        return "past"
    found = opening_hours.starts(city, counter_id, start.date())
    item = next((each for each in found if each.start == start), None)
    if now >= closes_for_booking(city, counter_id, item or opening_hours.Start(start, "", 0), staff):
        return "too_late"
    return "too_far" if start.date() > last_day(city, counter_id, now.astimezone(TOKYO).date()) else None


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


def _without_booking(
    city: City, counter_id: str, start: datetime, closures: Iterable[Closure]
) -> bool:
    hours = opening_hours.walk_in_hours(city, counter_id, start.date(), closures)
    return any(
        begin <= start.time() < end
        for each in hours
        if not each.bookable
        for begin, end in each.spans
    )


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
    earliest, latest = bookable_range(city, now, staff, counters)
    first, last = max(first, earliest), min(last, latest)
    if first > last:
        return []
    begin = datetime.combine(first, time(), TOKYO)
    end = datetime.combine(last + timedelta(days=1), time(), TOKYO)
    closures = store.closures(first, last)
    today = now.astimezone(TOKYO).date()
    result = []
    for counter_id in counters:
        if not city.counters[counter_id].bookable:
            continue
        # By the wall clock: a moment with its zone takes ten times as long to look up.
        taken = {
            start.astimezone(TOKYO).replace(tzinfo=None): count
            for start, count in store.taken(counter_id, begin, end, at).items()
        }
        until = min(last, last_day(city, counter_id, today))
        passed = _Passed(city, counter_id, now, staff)
        for offset in range((until - first).days + 1):
            day = first + timedelta(days=offset)
            for item in opening_hours.starts(city, counter_id, day, closures):
                if passed(item):
                    continue
                free = max(0, item.seats - taken.get(item.start.replace(tzinfo=None), 0))
                result.append(Slot(item.start, counter_id, item.seats, free, item.kind))
    if len(counters) > 1:
        order = {counter_id: place for place, counter_id in enumerate(counters)}
        result.sort(key=lambda slot: (slot.start, order[slot.counter]))
    return result


class _Passed:
    """Whether a counter's starts are past, or past their cut-off; days come in order.

    A cut-off does not fall as time goes on: after the first start that is open, all are.
    """

    def __init__(self, city: City, counter_id: str, now: datetime, staff: bool) -> None:
        self._city, self._counter, self._now, self._staff = city, counter_id, now, staff
        self._open: set[str | None] = set()

    def __call__(self, item: opening_hours.Start) -> bool:
        if item.cutoff in self._open:
            return False
        if item.start <= self._now or self._now >= closes_for_booking(
            self._city, self._counter, item, self._staff
        ):
            return True
        self._open.add(item.cutoff)
        return False
