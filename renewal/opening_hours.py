"""When a counter receives people: weekly hours, holidays, the year's end, closures.

All times here are wall-clock times in Asia/Tokyo; the returned datetimes are aware (+09:00).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from renewal.city import DAYS, City, Counter, Hours
from renewal.clock import TOKYO


@dataclass(frozen=True)
class Closure:
    """What differs from city.yml on some days: closed (no seats), or another number of seats.

    `counter` None means all counters. `first` and `last` are both included. Without times it is
    the whole day, else every start whose slot overlaps from `from_time` to `until_time` on each of
    the days. `reason` is shown to citizens. `id` and `made_at` are set once it is stored.
    """

    counter: str | None
    first: date
    last: date
    from_time: time | None = None
    until_time: time | None = None
    reason: str = ""
    seats: int = 0
    id: int | None = None
    made_at: datetime | None = field(default=None, compare=False)  # by the calendar; None: as if always

    def is_same(self, other: Closure) -> bool:
        """Return whether the other one says exactly the same, whatever its number."""
        return replace(self, id=None) == replace(other, id=None)

    def covers(self, other: Closure) -> bool:
        """Return whether the other one is for no more counters, days and hours than this one."""
        return (
            self.counter in (None, other.counter)
            and self.first <= other.first
            and other.last <= self.last
            and (self.from_time or time.min) <= (other.from_time or time.min)
            and (self.until_time or time.max) >= (other.until_time or time.max)
        )

    def hits(self, counter_id: str, start: datetime, minutes: int) -> bool:
        """Return whether it applies to the slot of that many minutes from `start` (Tokyo).

        What was made after a start took nobody's seat there.
        """
        if self.counter not in (None, counter_id) or not self.first <= start.date() <= self.last:
            return False
        if self.made_at is not None and self.made_at > start:
            return False
        begins, ends = wall_times(start, minutes)
        return (self.from_time is None or self.from_time < ends) and (
            self.until_time is None or self.until_time > begins
        )


@dataclass(frozen=True)
class Start:
    """A start time at a counter: when (Tokyo), regular or evening, and for how many cards.

    `cutoff` is the city's limit for booking it, where these hours have one of their own.
    """

    start: datetime
    kind: str
    seats: int
    cutoff: str | None = None


@dataclass(frozen=True)
class CallCentreHours:
    """Open now until `until`, or (None) closed; `opens` is when it opens next (both Tokyo)."""

    until: datetime | None
    opens: datetime

    @property
    def open(self) -> bool:
        """Return whether somebody answers now."""
        return self.until is not None


@lru_cache(maxsize=64)
def _holidays(year: int) -> Mapping[date, str]:
    # One finished table a year: the library's self-expanding one is not safe between threads.
    return dict(holidays.country_holidays("JP", years=year, expand=False, language="ja"))


def is_holiday(day: date) -> str | None:
    """Return the Japanese name of the national holiday on that day, or None."""
    return _holidays(day.year).get(day)


def is_working_day(city: City, day: date) -> bool:
    """Return whether the city works that day: a weekday, no holiday, not the year's end."""
    return day.weekday() < 5 and day_off(city, day) is None


def working_day_from(city: City, day: date) -> date:
    """Return the first working day on or after `day`."""
    while not is_working_day(city, day):
        day += timedelta(days=1)
    return day


def working_day_before(city: City, day: date) -> date:
    """Return the last working day before `day`."""
    day -= timedelta(days=1)
    while not is_working_day(city, day):
        day -= timedelta(days=1)
    return day


def starts(
    city: City, counter_id: str, day: date, closures: Iterable[Closure] = ()
) -> list[Start]:
    """Return the counter's start times on that day in order; [] when closed or not bookable here.

    A slot ends by closing time. Raises KeyError for an unknown counter.
    """
    counter = city.counters[counter_id]
    closures = [c for c in closures if c.first <= day <= c.last]
    result = []
    for hours in hours_on(city, counter_id, day):
        if hours.bookable:
            for begins in _times(hours, counter.slot_minutes):
                start = datetime.combine(day, begins, TOKYO)
                seats = seats_at(counter, start, closures)
                if seats > 0:
                    result.append(Start(start, hours.kind, seats, hours.cutoff))
    return sorted(result, key=lambda item: item.start)


def hours_on(city: City, counter_id: str, day: date) -> list[Hours]:
    """Return the hours of the counter on that day, bookable or not, closures left aside.

    [] when it is closed or not enabled. Raises KeyError for an unknown counter.
    """
    counter = city.counters[counter_id]
    off = day_off(city, day)
    if not counter.enabled or off == "year_end" or _regularly_closed(city, counter, day):
        return []
    return [each for each in counter.hours if each.falls_on(day) and (off is None or each.on_holidays)]


def hours_at(city: City, counter_id: str, start: datetime) -> Hours | None:
    """Return the hours to which a start (Tokyo) belongs, or None where it is none."""
    minutes = city.counters[counter_id].slot_minutes
    for hours in hours_on(city, counter_id, start.date()):
        if start.time() in _times(hours, minutes):
            return hours
    return None


def walk_in_hours(
    city: City, counter_id: str, day: date, closures: Iterable[Closure] = ()
) -> list[Hours]:
    """Return the hours of that day in which people without a booking are received.

    Hours that a closure touches are left out: it may close any part of them.
    """
    counter = city.counters[counter_id]
    closures = [c for c in closures if c.seats == 0 and c.counter in (None, counter_id)]
    return [
        hours
        for hours in hours_on(city, counter_id, day)
        if counter.takes_walk_ins(hours) and not any(_touches(c, hours, day) for c in closures)
    ]


def _touches(closure: Closure, hours: Hours, day: date) -> bool:
    begins = hours.open or min(hours.starts)
    ends = hours.close or time.max
    return closure.first <= day <= closure.last and (
        (closure.from_time is None or closure.from_time < ends)
        and (closure.until_time is None or closure.until_time > begins)
    )


def seats_at(counter: Counter, start: datetime, closures: Iterable[Closure]) -> int:
    """Return the seats at a start: those of city.yml, or the fewest that a closure leaves."""
    seats = None
    for closure in closures:
        if closure.hits(counter.id, start, counter.slot_minutes):
            seats = closure.seats if seats is None else min(seats, closure.seats)
    return counter.seats if seats is None else seats


def spans(
    city: City, counter_id: str, day: date, closures: Iterable[Closure] = ()
) -> list[tuple[time, time]]:
    """Return from when until when the counter is open that day (Tokyo), in order, [] when closed.

    Of a counter with single start times each one is a span of its slot. What a closure without seats
    covers whole is left out. Raises KeyError for an unknown counter.
    """
    counter = city.counters[counter_id]
    shut = [each for each in closures if each.seats == 0 and each.first <= day <= each.last]
    found: list[tuple[time, time]] = []
    for hours in hours_on(city, counter_id, day):
        times = _times(hours, counter.slot_minutes)
        opens = [at for at in times if not _is_shut(counter, day, at, shut)]
        if opens and hours.spans:
            found += hours.spans
        elif opens:
            found += [wall_times(datetime.combine(day, at, TOKYO), counter.slot_minutes) for at in opens]
    return sorted(found)


def _is_shut(counter: Counter, day: date, at: time, shut: Iterable[Closure]) -> bool:
    start = datetime.combine(day, at, TOKYO)
    return any(each.hits(counter.id, start, counter.slot_minutes) for each in shut)


def why_closed(
    city: City, counter_id: str, day: date, closures: Iterable[Closure] = ()
) -> str | None:
    """Return why the counter has no start that day, or None when it has one.

    "disabled", "year_end", "closure" or a closing day of the file (both are "closure", with a reason:
    `closed_because`), "holiday", "walk_in_only" when people come without a booking, "weekend", or
    "no_hours" when the counter is not open on such a day. Raises KeyError for an unknown one.
    """
    counter = city.counters[counter_id]
    if not counter.enabled:
        return "disabled"
    closures = list(closures)
    if starts(city, counter_id, day, closures):
        return None
    off = day_off(city, day)
    if off == "year_end":
        return off
    if hours_on(city, counter_id, day):
        if starts(city, counter_id, day):
            return "closure"
        return "walk_in_only" if walk_in_hours(city, counter_id, day, closures) else "closure"
    if off:
        return off
    if _regularly_closed(city, counter, day):
        return "closure"
    return "weekend" if day.weekday() >= 5 else "no_hours"


def closed_because(
    city: City, counter_id: str, day: date, closures: Iterable[Closure] = ()
) -> str:
    """Return the reason, for citizens, of a day on which `why_closed` is "closure"; else ""."""
    if reason := _regularly_closed(city, city.counters[counter_id], day):
        return reason
    hits = (
        closure.reason
        for closure in closures
        if closure.seats == 0
        and closure.counter in (None, counter_id)
        and closure.first <= day <= closure.last
    )
    return next(hits, "")


def _regularly_closed(city: City, counter: Counter, day: date) -> str | None:
    days = (*city.closed.also, *counter.closed)
    return next((each.reason for each in days if each.falls_on(day)), None)


def closure_reason(
    city: City, counter_id: str, start: datetime, closures: Iterable[Closure]
) -> str | None:
    """Return the reason of the closure that takes away this start (Tokyo), or None."""
    minutes = city.counters[counter_id].slot_minutes
    for closure in closures:
        if closure.seats == 0 and closure.hits(counter_id, start, minutes):
            return closure.reason
    return None


def call_centre_now(city: City, now: datetime) -> CallCentreHours:
    """Return until when the call centre is open now, and when it opens next after `now`."""
    now = now.astimezone(TOKYO)
    centre = city.call_centre
    until = None
    day = now.date()
    while True:
        if DAYS[day.weekday()] in centre.days and day_off(city, day) is None:
            opens = datetime.combine(day, centre.open, TOKYO)
            closes = datetime.combine(day, centre.close, TOKYO)
            if opens <= now < closes:
                until = closes
            elif now < opens:
                return CallCentreHours(until, opens)
        day += timedelta(days=1)


def wall_times(start: datetime, minutes: int) -> tuple[time, time]:
    """Return when the slot begins and ends on the clock; one past midnight ends at 23:59:59."""
    end = start + timedelta(minutes=minutes)
    last = end.time() if end.date() == start.date() else time(23, 59, 59)
    return start.time(), last


def day_off(city: City, day: date) -> str | None:
    """Return "year_end" or "holiday" when every counter is closed that day, or None.

    Source: the city's page 5619; weekends are a matter of each counter's weekly hours.
    """
    if city.closed.is_year_end(day):
        return "year_end"
    return "holiday" if is_holiday(day) else None


@lru_cache(maxsize=256)
def _times(hours: Hours, minutes: int) -> tuple[time, ...]:
    if not hours.spans:
        return hours.starts
    # Counted in minutes of the day: wall-clock times cannot be added to.
    last = _minute(hours.last_start) if hours.last_start else 24 * 60
    return tuple(
        time(begins // 60, begins % 60)
        for opens, closes in hours.spans
        for begins in range(_minute(opens), _minute(closes) - minutes + 1, minutes)
        if begins <= last
    )


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
