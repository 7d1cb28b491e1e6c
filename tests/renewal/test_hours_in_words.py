"""How hours and limits read in a sentence to citizens."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from renewal import hours_in_words
from renewal.city import DEFAULT_PATH, City, Hours, Recurring, load

CITIES = DEFAULT_PATH.parent / "cities"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("mon tue wed thu fri", "平日"),
        ("mon tue wed thu fri sat", "平日と土曜"),
        ("mon tue wed thu fri sat sun", "毎日"),
        ("thu", "木曜"),
        ("mon thu", "月・木曜"),
        ("sat sun", "土日"),
    ],
)
def test_days_of_the_week(days: str, said: str) -> None:
    assert hours_in_words.days_in_words(days.split()) == said
    assert hours_in_words.days_in_words(iter(days.split())) == said


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"days": ("thu",), "weeks": (3,)}, "第3木曜"),
        ({"days": ("sat",), "weeks": (2, 4)}, "第2・第4土曜"),
        ({"days": ("fri",), "weeks": ("last",)}, "最後の金曜"),
        ({"days": ("sun",), "after": {"week": 3, "day": "sat"}}, "第3土曜のあとの日曜"),
        ({"days": ("mon",), "valid_until": date(2027, 3, 31)}, "月曜（3月31日（水）まで）"),
    ],
)
def test_days_that_come_again(entry: dict[str, Any], said: str) -> None:
    assert hours_in_words.recurring_in_words(Recurring.model_validate(entry)) == said


def test_times_with_a_break_and_times_that_are_the_only_ones() -> None:
    lunch = {"days": ("mon",), "open": "8:30", "close": "17:00", "breaks": ({"begin": "12:00", "end": "13:00"},)}
    assert hours_in_words.times_in_words(Hours.model_validate(lunch)) == "8:30〜12:00・13:00〜17:00"
    starts = {"days": ("mon",), "starts": ("11:00", "15:30")}
    assert hours_in_words.times_in_words(Hours.model_validate(starts)) == "11:00、15:30（この時刻だけ）"


def test_what_fukushima_says_of_its_hours(city: City) -> None:
    assert hours_in_words.closed_in_words(city) == "土曜、日曜、祝日と、12月29日から1月3日まで"
    assert hours_in_words.exceptions_in_words(city) == "木曜の夜間は、システムの点検で開かない日があります。"
    opening = "受付は平日だけです。木曜は本庁舎1階で夜間も受け付けています。"
    assert hours_in_words.opening_in_words(city) == opening
    assert hours_in_words.opening_in_words(city, ["nishiguchi"]) == "受付は平日だけです。"


def test_a_counter_that_takes_bookings_in_the_evening_only_says_so() -> None:
    (counter,) = load(CITIES / "togo.yml").open_counters
    assert hours_in_words.counter_in_words(counter) == (
        "東郷町役場 マイナンバーカード窓口: 平日 8:30〜17:15（受付は17:00まで、予約は要りません）、"
        "第3木曜 17:15〜20:00（受付は19:45まで、予約の方だけ）、"
        "第2・第4土曜 9:00〜12:00（受付は11:45まで、予約は要りません）"
    )
    assert hours_in_words.booked_times(counter) == "第3木曜 17:15〜20:00"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("start", "予約の時刻"),
        ("previous_working_day_end", "予約の前の開庁日"),
        ("1 day before 17:15", "予約の前の日の17時15分"),
        ("2 working days before", "予約の2開庁日前"),
        ("60 minutes before", "予約の60分前"),
    ],
)
def test_until_when(rule: str, said: str) -> None:
    assert hours_in_words.limit_in_words(rule) == said


def test_how_far_ahead(city: City) -> None:
    assert hours_in_words.horizon_in_words(city) == "60日先まで"
    months = city.booking.model_copy(update={"horizon_days": None, "horizon_months": 1})
    assert hours_in_words.horizon_in_words(city.model_copy(update={"booking": months})) == "翌月の末日まで"
