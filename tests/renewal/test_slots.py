"""Which start times can be booked, which are free, which are nearest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal import opening_hours, slots
from renewal.city import City
from renewal.clock import TOKYO
from renewal.opening_hours import Closure

AT = datetime.fromisoformat("2026-11-24T01:00:00+00:00")
BOTH = ["honchosha", "nishiguchi"]


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


NOW = tokyo("2026-11-24T10:00")  # a Tuesday


@dataclass
class FakeStore:
    """A store that knows what it is told."""

    full: dict[tuple[str, datetime], int] = field(default_factory=dict)
    closed: list[Closure] = field(default_factory=list)

    def taken(
        self, counter: str, first: datetime, last: datetime, at: datetime
    ) -> dict[datetime, int]:
        return {
            start: count
            for (where, start), count in self.full.items()
            if where == counter and first <= start < last
        }

    def closures(self, first: date, last: date) -> list[Closure]:
        return [c for c in self.closed if c.first <= last and c.last >= first]


@dataclass
class FakeWish:
    """Only these weekdays, and no time before this one."""

    weekdays: tuple[int, ...]
    earliest: time

    def allows(self, day: date, at: time) -> bool:
        return day.weekday() in self.weekdays and at >= self.earliest


def shown(found: list[slots.Slot]) -> list[str]:
    return [f"{slot.counter} {slot.start:%m-%d %H:%M} {slot.free}" for slot in found]


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2026-11-24T10:00", date(2026, 11, 25), date(2027, 1, 23)),  # Tuesday: from tomorrow
        ("2026-11-24T23:59", date(2026, 11, 25), date(2027, 1, 23)),
        ("2026-11-27T23:59", date(2026, 11, 28), date(2027, 1, 26)),  # Friday night: for Monday
        ("2026-11-28T00:00", date(2026, 12, 1), date(2027, 1, 27)),  # Saturday: Monday is over
        ("2026-11-21T12:00", date(2026, 11, 25), date(2027, 1, 20)),  # before a holiday Monday
        ("2026-12-29T09:00", date(2027, 1, 5), date(2027, 2, 27)),  # year's end: 4 January is over
    ],
)
def test_a_day_can_be_booked_from_60_days_before_to_the_end_of_the_working_day_before(
    city: City, now: str, first: date, last: date
) -> None:
    assert slots.bookable_range(city, tokyo(now)) == (first, last)


def test_the_day_on_which_booking_opens_and_the_last_day_for_it(city: City) -> None:
    day = date(2027, 1, 25)
    assert slots.opens_for_booking(city, "honchosha", day) == date(2026, 11, 26)
    start = opening_hours.starts(city, "honchosha", day)[0]
    assert slots.closes_for_booking(city, "honchosha", start) == tokyo("2027-01-23T00:00")
    assert slots.bookable_range(city, datetime(2026, 11, 26, 0, 0, tzinfo=TOKYO))[1] == day


def test_full_starts_are_listed_with_nothing_free(city: City) -> None:
    store = FakeStore({("nishiguchi", tokyo("2026-12-02T11:00")): 1})
    day = date(2026, 12, 2)
    assert shown(slots.slots(store, city, "nishiguchi", day, day, NOW, AT)) == [
        "nishiguchi 12-02 11:00 0",
        "nishiguchi 12-02 11:30 1",
        "nishiguchi 12-02 15:30 1",
    ]


def test_closed_past_and_far_days_give_no_slots(city: City) -> None:
    store = FakeStore(closed=[Closure(None, date(2026, 12, 2), date(2026, 12, 2))])
    for day in (
        date(2026, 12, 2), date(2026, 12, 5), date(2026, 11, 23), date(2026, 11, 24),
        date(2027, 1, 25),
    ):  # fmt: skip
        assert slots.slots(store, city, "honchosha", day, day, NOW, AT) == []
    assert slots.slots(store, city, "shisho", date(2026, 12, 3), date(2026, 12, 9), NOW, AT) == []


def test_a_thursday_evening_is_marked_as_such(city: City) -> None:
    day = date(2026, 12, 3)
    found = slots.slots(FakeStore(), city, "honchosha", day, day, NOW, AT)
    assert [f"{slot.start:%H:%M}" for slot in found if slot.kind == "evening"] == [
        "17:30", "18:00", "18:30", "19:00",
    ]  # fmt: skip


def test_more_taken_than_there_are_seats_now_counts_as_full(city: City) -> None:
    day = date(2026, 12, 2)
    store = FakeStore(
        {("honchosha", tokyo("2026-12-02T09:00")): 3},
        [Closure("honchosha", day, day, seats=2)],
    )
    found = slots.slots(store, city, "honchosha", day, day, NOW, AT)
    assert shown(found)[:2] == ["honchosha 12-02 08:30 2", "honchosha 12-02 09:00 0"]


def test_the_next_free_starts_come_from_all_counters_in_the_order_of_time(city: City) -> None:
    store = FakeStore(
        {("honchosha", tokyo(f"2026-11-25T{hour:02}:{minute:02}")): 3
         for hour in range(8, 17) for minute in (0, 30)}
    )  # fmt: skip
    found = slots.next_free(store, city, BOTH, None, NOW, AT)
    assert shown(found) == [
        "nishiguchi 11-25 11:00 1",
        "nishiguchi 11-25 11:30 1",
        "nishiguchi 11-25 15:30 1",
        "honchosha 11-26 08:30 3",
    ]


def test_a_wish_for_weekdays_and_times_is_kept(city: City) -> None:
    wish = FakeWish(weekdays=(3,), earliest=time(16, 30))
    found = slots.next_free(FakeStore(), city, BOTH, wish, NOW, AT, limit=3)
    assert shown(found) == [
        "honchosha 11-26 16:30 3", "honchosha 11-26 17:30 3", "honchosha 11-26 18:00 3",
    ]  # fmt: skip


def test_the_last_free_starts_are_found_for_who_wants_to_come_late(city: City) -> None:
    wish = FakeWish(weekdays=(3,), earliest=time(16, 30))
    found = slots.next_free(FakeStore(), city, BOTH, wish, NOW, AT, limit=2, latest=True)
    last = slots.next_free(FakeStore(), city, BOTH, wish, NOW, AT, limit=1000)[-2:]
    assert shown(found) == shown(last)


def test_no_day_before_the_first_day_of_renewal_is_offered(city: City) -> None:
    found = slots.next_free(
        FakeStore(), city, BOTH, None, NOW, AT, not_before=date(2026, 12, 10), limit=1
    )
    assert shown(found) == ["honchosha 12-10 08:30 3"]
    assert slots.next_free(
        FakeStore(), city, BOTH, None, NOW, AT, not_before=date(2027, 6, 1)
    ) == []  # fmt: skip


def test_several_cards_go_on_at_the_starts_that_follow_without_a_gap(city: City) -> None:
    found = slots.next_free(FakeStore(), city, ["nishiguchi"], None, NOW, AT, seats=2, limit=2)
    assert shown(found) == ["nishiguchi 11-25 11:00 1", "nishiguchi 11-26 11:00 1"]
    assert slots.next_free(FakeStore(), city, ["nishiguchi"], None, NOW, AT, seats=3) == []
    evening = FakeWish((3,), time(16, 30))
    found = slots.next_free(
        FakeStore(), city, ["honchosha"], evening, NOW, AT, seats=4, limit=1
    )
    assert shown(found) == ["honchosha 11-26 17:30 3"]  # 16:30 has no start right after it


def test_the_nearest_free_starts_are_close_in_time_on_that_day_or_the_days_around_it(
    city: City,
) -> None:
    wanted = tokyo("2026-12-09T11:00")
    store = FakeStore({("nishiguchi", wanted): 1})
    found = slots.nearest(store, city, ["nishiguchi"], wanted, NOW, AT, limit=2)
    assert shown(found) == ["nishiguchi 12-09 11:30 1", "nishiguchi 12-10 11:00 1"]


def test_around_a_day_that_is_over_the_first_bookable_starts_are_the_nearest(city: City) -> None:
    found = slots.nearest(FakeStore(), city, BOTH, tokyo("2026-11-24T11:00"), NOW, AT, limit=2)
    assert shown(found) == ["honchosha 11-25 11:00 3", "nishiguchi 11-25 11:00 1"]


@pytest.mark.parametrize(
    ("counter", "start", "reason"),
    [
        ("honchosha", "2026-12-03T17:30", None),
        ("honchosha", "2026-12-03T17:00", "not_a_start"),
        ("honchosha", "2026-12-02T17:30", "not_a_start"),
        ("honchosha", "2026-12-02T10:10", "not_a_start"),
        ("nishiguchi", "2026-12-02T10:00", "not_a_start"),
        ("honchosha", "2026-12-05T10:00", "weekend"),
        ("honchosha", "2026-12-30T10:00", "year_end"),
        ("honchosha", "2027-01-11T10:00", "holiday"),
        ("honchosha", "2026-11-24T09:30", "past"),
        ("honchosha", "2026-11-24T14:00", "too_late"),
        ("honchosha", "2027-01-25T10:00", "too_far"),
        ("honchosha", "2026-12-07T10:00", "closure"),
        ("honchosha", "2026-12-08T09:00", "closure"),
        ("honchosha", "2026-12-08T10:00", None),
        ("shisho", "2026-12-03T10:00", "disabled"),
        ("nowhere", "2026-12-03T10:00", "unknown_counter"),
    ],
)
def test_a_start_that_cannot_be_booked_has_a_reason(
    city: City, counter: str, start: str, reason: str | None
) -> None:
    closures = [
        Closure(None, date(2026, 12, 7), date(2026, 12, 7)),
        Closure("honchosha", date(2026, 12, 8), date(2026, 12, 8), None, time(10, 0)),
    ]
    assert slots.why_not_bookable(city, counter, tokyo(start), NOW, closures) == reason


def test_a_booking_can_be_changed_until_the_end_of_the_working_day_before(city: City) -> None:
    start = tokyo("2026-11-30T09:00")  # a Monday
    assert slots.deadline(city, "previous_working_day_end", start) == tokyo("2026-11-28T00:00")
    assert slots.deadline(city, "start", start) == start


MOMENTS = st.datetimes(
    datetime(2024, 1, 1), datetime(2034, 12, 31), timezones=st.just(TOKYO)
)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(now=MOMENTS, counter=st.sampled_from(BOTH), first=st.integers(-5, 80))
def test_no_slot_lies_outside_hours_or_on_holidays_before_the_cut_off_or_after_the_horizon(
    city: City, now: datetime, counter: str, first: int
) -> None:
    today = now.date()
    begin = today + timedelta(days=first)
    found = slots.slots(
        FakeStore(), city, counter, begin, begin + timedelta(days=20), now, AT
    )
    for slot in found:
        day = slot.start.date()
        assert slot.start in [s.start for s in opening_hours.starts(city, counter, day)]
        assert opening_hours.is_holiday(day) is None
        assert today < day <= today + timedelta(days=60)
        assert slots.deadline(city, "previous_working_day_end", slot.start) > now
        assert slots.why_not_bookable(city, counter, slot.start, now) is None


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    now=MOMENTS,
    taken=st.lists(st.tuples(st.sampled_from(BOTH), st.integers(0, 400), st.integers(1, 3))),
    seats=st.integers(1, 4),
    offset=st.integers(-24 * 5, 24 * 70),
)
def test_whatever_is_offered_is_free_bookable_and_fits(
    city: City, now: datetime, taken: list[tuple[str, int, int]], seats: int, offset: int
) -> None:
    first, last = slots.bookable_range(city, now)
    starts = {
        counter: [
            item.start
            for day in range((last - first).days + 1)
            for item in opening_hours.starts(city, counter, first + timedelta(days=day))
        ]
        for counter in BOTH
    }
    store = FakeStore(
        {
            (counter, starts[counter][at % len(starts[counter])]): count
            for counter, at, count in taken
        }
    )
    wanted = now + timedelta(hours=offset)
    not_before = first + timedelta(days=7)
    offered = slots.nearest(store, city, BOTH, wanted, now, AT, seats, not_before)
    offered += slots.next_free(store, city, BOTH, None, now, AT, seats, not_before)
    assert len(offered) == 7
    for slot in offered:
        assert slots.why_not_bookable(city, slot.counter, slot.start, now) is None
        assert slot.start.date() >= not_before
        left = seats
        for item in slots.spread(city, slot.counter, slot.start):
            free = item.seats - store.full.get((slot.counter, item.start), 0)
            left -= max(0, free)
            if free <= 0 or left <= 0:
                break
        assert left <= 0


# Staff ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "citizens", "staff"),
    [
        ("2026-11-24T10:00", "past", "past"),
        ("2026-11-24T10:30", "too_late", None),  # later today
        ("2026-11-25T10:00", None, None),
        ("2027-01-22T10:00", None, None),  # 59 days ahead
        ("2027-01-25T10:00", "too_far", "too_far"),
        ("2026-11-24T10:10", "not_a_start", "not_a_start"),
        ("2026-11-23T10:00", "holiday", "holiday"),
    ],
)
def test_staff_book_until_the_start_and_no_further_ahead_than_citizens(
    city: City, start: str, citizens: str | None, staff: str | None
) -> None:
    at = tokyo(start)
    assert slots.why_not_bookable(city, "honchosha", at, NOW) == citizens
    assert slots.why_not_bookable(city, "honchosha", at, NOW, staff=True) == staff


def test_staff_see_the_rest_of_today_and_citizens_nothing_of_it(city: City) -> None:
    today = NOW.date()
    for by_staff, first in ((False, []), (True, ["10:30", "11:00"])):
        found = slots.slots(FakeStore(), city, "honchosha", today, today, NOW, AT, by_staff)
        assert [f"{slot.start:%H:%M}" for slot in found][:2] == first
    near = slots.nearest(FakeStore(), city, ["honchosha"], NOW, NOW, AT, staff=True)
    assert near[0].start == tokyo("2026-11-24T10:30")
    assert slots.nearest(FakeStore(), city, ["honchosha"], NOW, NOW, AT)[0].start.date() > today


def test_a_city_can_give_staff_no_more_time_than_citizens(city: City) -> None:
    rules = city.booking.model_copy(update={"staff_cutoff": "previous_working_day_end"})
    same = city.model_copy(update={"booking": rules})
    assert slots.bookable_range(same, NOW, staff=True) == slots.bookable_range(city, NOW)
