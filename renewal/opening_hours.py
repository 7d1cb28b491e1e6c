"""When a counter receives people: weekly hours, holidays, the year's end, closures.

All times here are wall-clock times in Asia/Tokyo; the returned datetimes are aware (+09:00).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from renewal.city import DAYS, City, Counter, Hours
from renewal.clock import TOKYO
from renewal.date_words import japanese_time


@dataclass(frozen=True)
class Closure:
    """What differs from city.yml on some days: closed (no seats), or another number of seats.

    `counter` None means all counters. `first` and `last` are both included. Without times it is
    the whole day, else every start whose slot overlaps from `from_time` to `until_time` on each of
    the days. `reason` is shown to citizens. `id` is set once it is stored.
    """

    counter: str | None
    first: date
    last: date
    from_time: time | None = None
    until_time: time | None = None
    reason: str = ""
    seats: int = 0
    id: int | None = None

    def covers(self, other: Closure) -> bool:
        """Return whether the other one says the same, for no more counters, days and hours."""
        if (self.reason, self.seats) != (other.reason, other.seats):
            return False
        return (
            self.counter in (None, other.counter)
            and self.first <= other.first
            and other.last <= self.last
            and (self.from_time or time.min) <= (other.from_time or time.min)
            and (self.until_time or time.max) >= (other.until_time or time.max)
        )

    def hits(self, counter_id: str, start: datetime, minutes: int) -> bool:
        """Return whether it applies to the slot of that many minutes from `start` (Tokyo)."""
        if self.counter not in (None, counter_id) or not self.first <= start.date() <= self.last:
            return False
        begins, ends = wall_times(start, minutes)
        return (self.from_time is None or self.from_time < ends) and (
            self.until_time is None or self.until_time > begins
        )


@dataclass(frozen=True)
class Start:
    """A start time at a counter: when (Tokyo), regular or evening, and for how many cards."""

    start: datetime
    kind: str
    seats: int


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
    if not counter.enabled or day_off(city, day):
        return []
    closures = [c for c in closures if c.first <= day <= c.last]
    result = []
    for hours in counter.hours:
        if hours.bookable and DAYS[day.weekday()] in hours.days:
            for begins in _times(hours, counter.slot_minutes):
                start = datetime.combine(day, begins, TOKYO)
                seats = seats_at(counter, start, closures)
                if seats > 0:
                    result.append(Start(start, hours.kind, seats))
    return sorted(result, key=lambda item: item.start)


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
    if day_off(city, day):
        return []
    shut = [each for each in closures if each.seats == 0 and each.first <= day <= each.last]
    found = []
    for hours in counter.hours:
        times = _times(hours, counter.slot_minutes) if DAYS[day.weekday()] in hours.days else ()
        opens = [at for at in times if not _is_shut(counter, day, at, shut)]
        if opens and hours.open and hours.close:
            found.append((hours.open, hours.close))
        elif opens:
            found += [wall_times(datetime.combine(day, at, TOKYO), counter.slot_minutes) for at in opens]
    return sorted(found)


def hours_in_words(
    city: City, counters: Iterable[str], day: date, closures: Iterable[Closure] = (), after: time | None = None
) -> str:
    """Return when these counters are open that day, or after a time of it, "" when all are closed."""
    closures = list(closures)
    lines = []
    for counter in (city.counters[id_] for id_ in counters):
        found = [span for span in spans(city, counter.id, day, closures) if after is None or span[1] > after]
        singles = {at for hours in counter.hours for at in hours.starts}
        words = [
            japanese_time(begins) if begins in singles else f"{japanese_time(begins)}から{japanese_time(ends)}まで"
            for begins, ends in found
        ]
        if words:
            joined = "と".join(words) if len(words) < 3 else "・".join(words)
            lines.append(f"{counter.short_label}は{joined}")
    return "、".join(lines)


def _is_shut(counter: Counter, day: date, at: time, shut: Iterable[Closure]) -> bool:
    start = datetime.combine(day, at, TOKYO)
    return any(each.hits(counter.id, start, counter.slot_minutes) for each in shut)


def why_closed(
    city: City, counter_id: str, day: date, closures: Iterable[Closure] = ()
) -> str | None:
    """Return why the counter has no start that day, or None when it has one.

    "disabled", "year_end", "holiday", "closure" (its reason: `closure_reason`), "weekend", or
    "no_hours" when the counter is never open on that weekday. Raises KeyError for an unknown one.
    """
    if not city.counters[counter_id].enabled:
        return "disabled"
    if off := day_off(city, day):
        return off
    if starts(city, counter_id, day, closures):
        return None
    if starts(city, counter_id, day):
        return "closure"
    return "weekend" if day.weekday() >= 5 else "no_hours"


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
    if hours.open is None or hours.close is None:
        return hours.starts
    # Counted in minutes of the day: wall-clock times cannot be added to.
    opens = hours.open.hour * 60 + hours.open.minute
    closes = hours.close.hour * 60 + hours.close.minute
    return tuple(
        time(begins // 60, begins % 60) for begins in range(opens, closes - minutes + 1, minutes)
    )
