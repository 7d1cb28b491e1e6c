"""When a counter receives people."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import jpholiday
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal import opening_hours
from renewal.city import City
from renewal.opening_hours import Closure

COUNTERS = ("honchosha", "nishiguchi", "shisho", "moniwa")
DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))


def times(city: City, counter: str, day: date, *closures: Closure) -> list[str]:
    return [f"{s.start:%H:%M}" for s in opening_hours.starts(city, counter, day, closures)]


def test_the_head_office_starts_every_half_hour_from_830_and_the_last_ends_at_17(
    city: City,
) -> None:
    found = times(city, "honchosha", date(2026, 12, 2))
    assert found[0] == "08:30"
    assert found[-1] == "16:30"
    assert len(found) == 17


def test_on_thursdays_the_head_office_has_an_evening_after_a_gap_of_half_an_hour(
    city: City,
) -> None:
    assert times(city, "honchosha", date(2026, 12, 3))[-6:] == [
        "16:00", "16:30", "17:30", "18:00", "18:30", "19:00",
    ]  # fmt: skip
    kinds = [item.kind for item in opening_hours.starts(city, "honchosha", date(2026, 12, 3))]
    assert kinds == ["regular"] * 17 + ["evening"] * 4


def test_nishiguchi_has_three_starts(city: City) -> None:
    assert times(city, "nishiguchi", date(2026, 12, 3)) == ["11:00", "11:30", "15:30"]


def test_starts_are_aware_times_of_tokyo(city: City) -> None:
    first = opening_hours.starts(city, "honchosha", date(2026, 12, 2))[0]
    assert first.start.isoformat() == "2026-12-02T08:30:00+09:00"
    assert first.seats == 3


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 12, 5), "weekend"),
        (date(2026, 12, 6), "weekend"),
        (date(2026, 11, 23), "holiday"),
        (date(2026, 9, 22), "holiday"),  # 国民の休日 between two holidays
        (date(2026, 12, 28), None),
        (date(2026, 12, 29), "year_end"),
        (date(2027, 1, 1), "year_end"),
        (date(2027, 1, 3), "year_end"),
        (date(2027, 1, 4), None),
    ],
)
def test_closed_days_have_a_reason(city: City, day: date, reason: str | None) -> None:
    for counter in ("honchosha", "nishiguchi"):
        assert opening_hours.why_closed(city, counter, day) == reason
        assert bool(times(city, counter, day)) == (reason is None)


@pytest.mark.parametrize("counter", ["shisho", "moniwa"])
def test_a_disabled_counter_has_no_start(city: City, counter: str) -> None:
    assert times(city, counter, date(2026, 12, 2)) == []
    assert opening_hours.why_closed(city, counter, date(2026, 12, 2)) == "disabled"


def test_an_unknown_counter_is_an_error(city: City) -> None:
    with pytest.raises(KeyError):
        opening_hours.starts(city, "nowhere", date(2026, 12, 2))


def test_a_closure_takes_a_whole_day_of_one_counter(city: City) -> None:
    day = date(2026, 12, 2)
    closure = Closure("nishiguchi", day, day, reason="システム点検")
    assert times(city, "nishiguchi", day, closure) == []
    assert opening_hours.why_closed(city, "nishiguchi", day, [closure]) == "closure"
    assert len(times(city, "honchosha", day, closure)) == 17


def test_a_closure_of_all_counters_takes_each_of_its_days(city: City) -> None:
    closure = Closure(None, date(2026, 12, 1), date(2026, 12, 3))
    closed = [
        day
        for day in range(1, 5)
        for counter in ("honchosha", "nishiguchi")
        if not times(city, counter, date(2026, 12, day), closure)
    ]
    assert closed == [1, 1, 2, 2, 3, 3]


def test_a_closure_of_a_part_of_the_day_takes_every_slot_that_overlaps_it(city: City) -> None:
    day = date(2026, 12, 3)
    morning = Closure("honchosha", day, day, None, time(9, 10), "点検")
    assert times(city, "honchosha", day, morning)[0] == "09:30"
    evening = Closure("honchosha", day, day, time(17, 0), None, "システム点検")
    assert times(city, "honchosha", day, evening)[-1] == "16:30"
    assert opening_hours.why_closed(city, "honchosha", day, [evening]) is None
    start = datetime.fromisoformat("2026-12-03T18:00:00+09:00")
    assert opening_hours.closure_reason(city, "honchosha", start, [evening]) == "システム点検"


def test_a_closure_can_leave_fewer_seats_or_give_more(city: City) -> None:
    day = date(2026, 12, 2)
    fewer = Closure("honchosha", day, day, time(9, 0), time(10, 0), "応援", seats=1)
    seats = {
        f"{s.start:%H:%M}": s.seats
        for s in opening_hours.starts(city, "honchosha", day, [fewer])
    }
    assert (seats["08:30"], seats["09:00"], seats["09:30"], seats["10:00"]) == (3, 1, 1, 3)
    more = Closure("nishiguchi", day, day, seats=2)
    assert [s.seats for s in opening_hours.starts(city, "nishiguchi", day, [more])] == [2, 2, 2]


def test_the_holidays_of_2024_to_2035_agree_with_a_second_library(city: City) -> None:
    day, differ = date(2024, 1, 1), []
    while day.year < 2036:
        if bool(opening_hours.is_holiday(day)) != jpholiday.is_holiday(day):
            differ.append(day)
        day += timedelta(days=1)
    assert differ == []


def test_a_holiday_is_named_in_japanese(city: City) -> None:
    assert opening_hours.is_holiday(date(2026, 11, 23)) == "勤労感謝の日"
    assert opening_hours.is_holiday(date(2026, 11, 24)) is None


@pytest.mark.parametrize(
    ("now", "until", "opens"),
    [
        ("2026-11-24T10:00", "2026-11-24T17:00", "2026-11-25T09:00"),
        ("2026-11-24T08:59", None, "2026-11-24T09:00"),
        ("2026-11-24T17:00", None, "2026-11-25T09:00"),
        ("2026-11-20T18:00", None, "2026-11-24T09:00"),  # a weekend and a holiday
        ("2026-12-28T17:30", None, "2027-01-04T09:00"),  # the year's end
    ],
)
def test_the_call_centre_says_until_when_it_is_open_or_when_it_opens(
    city: City, now: str, until: str | None, opens: str
) -> None:
    found = opening_hours.call_centre_now(city, datetime.fromisoformat(f"{now}+09:00"))
    assert found.open == (until is not None)
    assert (found.until and f"{found.until:%Y-%m-%dT%H:%M}") == until
    assert f"{found.opens:%Y-%m-%dT%H:%M}" == opens


@settings(derandomize=True, max_examples=150)
@given(counter=st.sampled_from(COUNTERS), day=DAYS)
def test_no_start_lies_outside_the_hours_or_on_a_closed_day(
    city: City, counter: str, day: date
) -> None:
    found = opening_hours.starts(city, counter, day)
    if day.weekday() >= 5 or jpholiday.is_holiday(day) or counter in ("shisho", "moniwa"):
        assert found == []
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        assert found == []
    step = timedelta(minutes=city.counters[counter].slot_minutes)
    for item in found:
        begins, ends = item.start.time(), (item.start + step).time()
        assert item.start.date() == day
        assert time(8, 30) <= begins
        assert ends <= time(17, 0) or (
            day.weekday() == 3 and counter == "honchosha"
            and time(17, 30) <= begins and ends <= time(19, 30)
        )  # fmt: skip


@settings(derandomize=True, max_examples=150)
@given(
    counter=st.sampled_from(COUNTERS[:2]),
    day=DAYS,
    closed=st.tuples(
        st.none() | st.sampled_from(COUNTERS),
        st.integers(-2, 2),
        st.integers(0, 3),
        st.none() | st.times(),
        st.none() | st.times(),
        st.integers(0, 4),
    ),
)
def test_a_closure_never_adds_a_start_and_changes_only_what_it_hits(
    city: City,
    counter: str,
    day: date,
    closed: tuple[str | None, int, int, time | None, time | None, int],
) -> None:
    where, offset, length, begins, ends, seats = closed
    first = day + timedelta(days=offset)
    closure = Closure(where, first, first + timedelta(days=length), begins, ends, "点検", seats)
    usual = opening_hours.starts(city, counter, day)
    found = {s.start: s.seats for s in opening_hours.starts(city, counter, day, [closure])}
    for item in usual:
        hit = closure.hits(counter, item.start, city.counters[counter].slot_minutes)
        assert found.get(item.start, 0) == (seats if hit else item.seats)
    assert set(found) <= {item.start for item in usual}
