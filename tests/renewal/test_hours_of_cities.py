"""Hours as cities have them, held against a calendar that counts day by day and minute by minute."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import jpholiday
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal import opening_hours, slots
from renewal.city import DAYS, City, Counter
from renewal.clock import TOKYO
from renewal.opening_hours import Closure

PROPERTY = settings(derandomize=True, max_examples=50, deadline=None)


# A calendar of its own ----------------------------------------------------------------------------


def days_of(year: int, month: int, weekday: int) -> list[date]:
    """All days of a month with this weekday (0 is Monday), from the printed month."""
    weeks = calendar.monthcalendar(year, month)
    return [date(year, month, week[weekday]) for week in weeks if week[weekday]]


def picked(days: list[date], week: int | str) -> date | None:
    if week == "last":
        return days[-1]
    return days[int(week) - 1] if int(week) <= len(days) else None


def comes_again_on(entry: dict[str, Any], day: date) -> bool:
    if day.isoformat() < entry.get("valid_from", "") or day.isoformat() > entry.get("valid_until", "9"):
        return False
    for name in entry["days"]:
        weekday = DAYS.index(name)
        if weekday != day.weekday():
            continue
        if "after" in entry:
            for month in {(day.year, day.month), ((day - timedelta(28)).year, (day - timedelta(28)).month)}:
                first = picked(days_of(*month, DAYS.index(entry["after"]["day"])), entry["after"]["week"])
                if first and first < day <= first + timedelta(days=7):
                    return True
        elif not entry.get("weeks"):
            return True
        else:
            same = days_of(day.year, day.month, weekday)
            if day in [picked(same, week) for week in entry["weeks"]]:
                return True
    return False


def minute(text: str) -> int:
    hour, minutes = text.split(":")
    return int(hour) * 60 + int(minutes)


def minutes_of(entry: dict[str, Any], length: int) -> set[int]:
    """The minutes of the day at which a visit may begin, by looking at each of its own minutes."""
    if "starts" in entry:
        return {minute(each) for each in entry["starts"]}
    closed = [range(minute(each["begin"]), minute(each["end"])) for each in entry.get("breaks", ())]
    open_at = [
        minute(entry["open"]) <= at < minute(entry["close"]) and not any(at in each for each in closed)
        for at in range(25 * 60)
    ]
    found = set()
    at, since = 0, 0
    while at < 24 * 60:
        since = since + 1 if open_at[at] else 0
        if since == length:  # a whole visit has passed in one go
            found.add(at - length + 1)
            since = 0
        at += 1
    return {each for each in found if each <= minute(entry.get("last_start", "24:00"))}


def city_works(day: date) -> bool:
    return day.weekday() < 5 and not jpholiday.is_holiday(day) and not is_year_end(day)


def is_year_end(day: date) -> bool:
    return (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def starts_by_hand(counter: dict[str, Any], day: date, also: list[dict[str, Any]]) -> set[str]:
    if is_year_end(day) or any(comes_again_on(each, day) for each in [*also, *counter.get("closed", ())]):
        return set()
    return {
        f"{at // 60:02}:{at % 60:02}"
        for entry in counter["hours"]
        if entry.get("bookable", True) and comes_again_on(entry, day)
        and (entry.get("on_holidays") or not jpholiday.is_holiday(day))
        for at in minutes_of(entry, counter["slot_minutes"])
    }  # fmt: skip


def last_moment(rule: str, start: datetime) -> datetime:
    """The moment up to which something can be done, stepping back one day at a time."""
    words = rule.split()
    if rule == "start":
        return start
    if words[-2:] == ["minutes", "before"]:
        return start - timedelta(minutes=int(words[0]))
    count = 1 if rule.startswith("previous") else int(words[0])
    only_working = "working" in rule
    day = start.date()
    while count:
        day -= timedelta(days=1)
        count -= not only_working or city_works(day)
    if ":" in words[-1]:
        return datetime.combine(day, time(*map(int, words[-1].split(":"))), TOKYO)
    return datetime.combine(day, time(), TOKYO) + timedelta(days=1)


def opens(rules: dict[str, int], day: date) -> date:
    if "horizon_days" in rules:
        return day - timedelta(days=rules["horizon_days"])
    day = day.replace(day=1)
    for _ in range(rules["horizon_months"]):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


# Counters of all kinds ----------------------------------------------------------------------------

WEEK = st.sampled_from([1, 2, 3, 4, 5, "last"])
BANDS = [(8, 12), (12, 17), (17, 21)]
LIMITS = st.sampled_from([
    "previous_working_day_end", "start", "1 day before 17:15", "3 days before", "1 day before 0:00",
    "2 working days before 12:00", "1 working day before", "60 minutes before",
])  # fmt: skip
HORIZONS = st.fixed_dictionaries({"horizon_days": st.integers(1, 70)}) | st.fixed_dictionaries(
    {"horizon_months": st.integers(1, 3)}
)


@st.composite
def recurring(draw: st.DrawFn) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "days": tuple(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=5, unique=True)))
    }
    kind = draw(st.sampled_from(["weekly", "weekly", "nth", "after"]))
    if kind == "nth":
        entry["weeks"] = tuple(draw(st.lists(WEEK, min_size=1, max_size=3, unique=True)))
    elif kind == "after":
        entry["after"] = {"week": draw(WEEK), "day": draw(st.sampled_from(DAYS))}
    for name in ("valid_from", "valid_until"):
        if draw(st.integers(0, 3)) == 0:
            entry[name] = draw(st.dates(date(2026, 6, 1), date(2027, 12, 31))).isoformat()
    return entry


@st.composite
def counters(draw: st.DrawFn) -> dict[str, Any]:
    hours = []
    for begins, ends in draw(st.lists(st.sampled_from(BANDS), min_size=1, max_size=3, unique=True)):
        entry = draw(recurring())
        if draw(st.integers(0, 3)) == 0:
            entry["starts"] = (f"{begins}:00", f"{begins + 1}:30")
        else:
            entry |= {"open": f"{begins}:{draw(st.sampled_from(['00', '15', '30']))}", "close": f"{ends}:00"}
            if draw(st.booleans()):
                entry["breaks"] = ({"begin": f"{begins + 1}:15", "end": f"{begins + 2}:00"},)
            if draw(st.booleans()):
                entry["last_start"] = f"{ends - 1}:{draw(st.sampled_from(['00', '30', '45']))}"
        entry["bookable"] = draw(st.integers(0, 4)) > 0
        entry["on_holidays"] = draw(st.integers(0, 4)) == 0
        if draw(st.integers(0, 3)) == 0:
            entry["cutoff"] = draw(LIMITS)
        hours.append(entry)
    counter = {"slot_minutes": draw(st.sampled_from([10, 15, 20, 30])), "hours": tuple(hours)}
    if draw(st.booleans()):
        counter["closed"] = ({**draw(recurring()), "reason": "定休日"},)
    if draw(st.booleans()):
        counter |= draw(HORIZONS)
    if draw(st.booleans()):
        counter["cutoff"] = draw(LIMITS)
    return counter


def with_counter(city: City, counter: dict[str, Any], also: list[dict[str, Any]] | None = None) -> City:
    """The shipped city with one counter in the place of its own, and closing days for all."""
    words = {"id": "one", "label": "窓口", "short_label": "窓口", "enabled": True, "walk_in": True, "seats": 2}
    closed = type(city.closed).model_validate(
        {"year_end_from": "12-29", "year_end_to": "01-03", "also": tuple(also or ())}
    )
    return city.model_copy(
        update={"counters": {"one": Counter.model_validate({**words, **counter})}, "closed": closed}
    )


@PROPERTY
@given(counter=counters(), first=st.dates(date(2026, 5, 1), date(2028, 1, 31)), also=st.lists(recurring(), max_size=1))
def test_the_starts_of_every_day_are_those_of_the_calendar_counted_by_hand(
    city: City, counter: dict[str, Any], first: date, also: list[dict[str, Any]]
) -> None:
    also = [{**each, "reason": "点検"} for each in also]
    changed = with_counter(city, counter, also)
    for offset in range(45):
        day = first + timedelta(days=offset)
        found = opening_hours.starts(changed, "one", day)
        assert {f"{item.start:%H:%M}" for item in found} == starts_by_hand(counter, day, also), day
        why = opening_hours.why_closed(changed, "one", day)
        assert (why is None) == bool(found)
        if why == "closure":
            assert opening_hours.closed_because(changed, "one", day) in ("定休日", "点検")


@PROPERTY
@given(
    counter=counters(),
    now=st.datetimes(datetime(2026, 5, 1), datetime(2027, 12, 31), timezones=st.just(TOKYO)),
    rules=st.tuples(HORIZONS, LIMITS),
)
def test_what_can_be_booked_lies_between_the_horizon_and_the_cut_off_counted_by_hand(
    city: City, counter: dict[str, Any], now: datetime, rules: tuple[dict[str, int], str]
) -> None:
    horizon, cutoff = rules
    changed = with_counter(city, counter)
    own = {"horizon_days": None, "horizon_months": None, **horizon, "cutoff": cutoff}
    changed = changed.model_copy(update={"booking": changed.booking.model_copy(update=own)})
    today = now.date()
    horizon = {name: counter[name] for name in counter if name.startswith("horizon")} or horizon
    expected = set()
    for offset in range(125):
        day = today + timedelta(days=offset)
        for entry in counter["hours"]:
            rule = entry.get("cutoff") or counter.get("cutoff") or cutoff
            alone = {**counter, "hours": [entry]}
            for at in starts_by_hand(alone, day, []):
                start = datetime.fromisoformat(f"{day}T{at}+09:00")
                if now < start and now < last_moment(rule, start) and today >= opens(horizon, day):
                    expected.add(start)
    found = slots.slots(FakeStore(), changed, "one", today, today + timedelta(days=124), now, now)
    assert {slot.start for slot in found} == expected
    first, last = slots.bookable_range(changed, now)
    assert all(first <= start.date() <= last for start in expected)
    for slot in found[:3]:
        assert slots.why_not_bookable(changed, "one", slot.start, now) is None
        assert slots.opens_for_booking(changed, "one", slot.start.date()) <= today


@dataclass
class FakeStore:
    """A store in which nothing is taken."""

    closed: list[Closure] = field(default_factory=list)

    def taken(self, counter: str, first: datetime, last: datetime, at: datetime) -> dict[datetime, int]:
        return {}

    def closures(self, first: date, last: date) -> list[Closure]:
        return self.closed


# Examples ---------------------------------------------------------------------------------------

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def on(city: City, day: date, *hours: dict[str, Any], slot_minutes: int = 30, **rest: Any) -> list[str]:
    changed = with_counter(city, {"slot_minutes": slot_minutes, "hours": hours, **rest})
    return [f"{item.start:%H:%M}" for item in opening_hours.starts(changed, "one", day)]


def test_nobody_is_received_over_lunch_and_no_visit_runs_into_it(city: City) -> None:
    day = {"days": WEEKDAYS, "open": "10:15", "close": "15:00",
           "breaks": ({"begin": "12:00", "end": "13:00"},)}  # fmt: skip
    assert on(city, date(2026, 12, 2), day) == [
        "10:15", "10:45", "11:15", "13:00", "13:30", "14:00", "14:30",
    ]  # fmt: skip


def test_every_second_and_fourth_saturday(city: City) -> None:
    saturdays = {"days": ("sat",), "weeks": (2, 4), "open": "9:00", "close": "12:00"}
    open_on = [day for day in range(1, 32) if on(city, date(2026, 12, day), saturdays)]
    assert open_on == [12, 26]


def test_the_last_friday_of_the_month(city: City) -> None:
    fridays = {"days": ("fri",), "weeks": ("last",), "starts": ("18:00",)}
    assert [day for day in range(1, 31) if on(city, date(2026, 11, day), fridays)] == [27]
    assert [day for day in range(1, 32) if on(city, date(2027, 1, day), fridays)] == [29]


@pytest.mark.parametrize(
    ("month", "closed"),
    [
        ((2026, 10), 18),  # the third Saturday is the 17th
        ((2026, 8), 16),  # August 2026 begins on a Saturday: its first Sunday is the 2nd
        ((2026, 11), 22),  # November 2026 begins on a Sunday: the third Sunday is the 15th
    ],
)
def test_the_sunday_after_the_third_saturday_is_not_always_the_third_sunday(
    city: City, month: tuple[int, int], closed: int
) -> None:
    sundays = {"days": ("sun",), "open": "11:00", "close": "19:00"}
    system = {"days": ("sun",), "after": {"week": 3, "day": "sat"}, "reason": "システムの停止"}
    changed = with_counter(city, {"slot_minutes": 30, "hours": (sundays,)}, [system])
    days = [date(*month, day) for day in range(1, calendar.monthrange(*month)[1] + 1)]
    shut = [
        day.day
        for day in days
        if day.weekday() == 6 and opening_hours.why_closed(changed, "one", day) == "closure"
    ]
    assert shut == [closed]
    assert opening_hours.closed_because(changed, "one", date(*month, closed)) == "システムの停止"


def test_hours_hold_from_a_day_until_a_day(city: City) -> None:
    new = {"days": WEEKDAYS, "starts": ("10:00",), "valid_from": "2026-12-02", "valid_until": "2026-12-03"}
    assert [day for day in range(1, 8) if on(city, date(2026, 12, day), new)] == [2, 3]


def test_nobody_is_taken_after_the_last_acceptance_nor_past_closing_time(city: City) -> None:
    evening = {"days": ("thu",), "open": "17:15", "close": "20:00"}
    early = {**evening, "last_start": "19:30"}
    assert on(city, date(2026, 12, 3), early, slot_minutes=15)[-1] == "19:30"
    late = {**evening, "last_start": "19:50"}
    assert on(city, date(2026, 12, 3), late, slot_minutes=15)[-1] == "19:45"


def test_a_shopping_centre_is_open_on_holidays_but_not_on_its_closing_day(city: City) -> None:
    every_day = {"days": DAYS, "open": "11:00", "close": "19:00", "on_holidays": True}
    closing_day = {"days": ("wed",), "reason": "定休日"}
    shop = {"slot_minutes": 30, "hours": (every_day,), "closed": (closing_day,)}
    changed = with_counter(city, shop)
    whys = [opening_hours.why_closed(changed, "one", date(2026, 11, day)) for day in range(22, 26)]
    assert whys == [None, None, None, "closure"]  # the 23rd is a holiday, the 25th a Wednesday
    assert opening_hours.why_closed(changed, "one", date(2026, 12, 31)) == "year_end"


def test_the_evening_is_for_bookings_and_the_day_for_everybody(city: City) -> None:
    day = {"days": WEEKDAYS, "open": "8:30", "close": "17:15", "last_start": "17:00", "bookable": False}
    evening = {"days": ("thu",), "weeks": (3,), "open": "17:15", "close": "20:00", "walk_in": False}
    changed = with_counter(city, {"slot_minutes": 15, "hours": (day, evening)})
    third_thursday = date(2026, 12, 17)
    found = opening_hours.starts(changed, "one", third_thursday)
    assert (f"{found[0].start:%H:%M}", f"{found[-1].start:%H:%M}") == ("17:15", "19:45")
    now = datetime(2026, 12, 1, 10, tzinfo=TOKYO)
    assert opening_hours.why_closed(changed, "one", date(2026, 12, 16)) == "walk_in_only"
    at_ten = datetime(2026, 12, 17, 10, tzinfo=TOKYO)
    assert slots.why_not_bookable(changed, "one", at_ten, now) == "walk_in_only"
    after_closing = datetime(2026, 12, 16, 18, tzinfo=TOKYO)
    assert slots.why_not_bookable(changed, "one", after_closing, now) == "walk_in_only"
    walk_in = opening_hours.walk_in_hours(changed, "one", third_thursday)
    assert [f"{hours.close:%H:%M}" for hours in walk_in] == ["17:15"]
    closed = [Closure(None, third_thursday, third_thursday, reason="点検")]
    assert opening_hours.walk_in_hours(changed, "one", third_thursday, closed) == []


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("start", "2026-11-24T10:00"),
        ("60 minutes before", "2026-11-24T09:00"),
        ("1 day before 17:15", "2026-11-23T17:15"),
        ("2 days before", "2026-11-23T00:00"),  # the end of the 22nd
        ("previous_working_day_end", "2026-11-21T00:00"),  # the 23rd is a holiday after a weekend
        ("2 working days before 12:00", "2026-11-19T12:00"),
    ],
)
def test_until_when_a_visit_on_a_tuesday_after_a_holiday_can_be_booked(
    city: City, rule: str, last: str
) -> None:
    start = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
    assert slots.deadline(city, rule, start) == datetime.fromisoformat(f"{last}+09:00")


def test_booking_opens_on_the_first_of_the_month_before(city: City) -> None:
    hours = {"days": WEEKDAYS, "starts": ("10:00",)}
    changed = with_counter(city, {"slot_minutes": 30, "hours": (hours,), "horizon_months": 1})
    assert slots.opens_for_booking(changed, "one", date(2027, 1, 29)) == date(2026, 12, 1)
    assert slots.last_day(changed, "one", date(2026, 11, 30)) == date(2026, 12, 31)
    assert slots.last_day(changed, "one", date(2026, 12, 1)) == date(2027, 1, 31)


def test_each_counter_has_a_horizon_and_a_cut_off_of_its_own(city: City) -> None:
    west = city.counters["nishiguchi"].model_copy(update={"horizon_days": 7, "cutoff": "start"})
    changed = city.model_copy(update={"counters": {**city.counters, "nishiguchi": west}})
    now = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
    assert slots.bookable_range(changed, now, counters=["nishiguchi"]) == (date(2026, 11, 24), date(2026, 12, 1))
    assert slots.bookable_range(changed, now) == (date(2026, 11, 24), date(2027, 1, 23))
    found = slots.next_free(FakeStore(), changed, ["honchosha", "nishiguchi"], None, now, now, limit=4)
    assert [(slot.counter, f"{slot.start:%d %H:%M}") for slot in found] == [
        ("nishiguchi", "24 11:00"), ("nishiguchi", "24 11:30"), ("nishiguchi", "24 15:30"),
        ("honchosha", "25 08:30"),
    ]  # fmt: skip
