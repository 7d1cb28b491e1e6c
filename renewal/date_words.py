"""Dates and times in the one form in which citizens read them, and the Japanese eras."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import TypeVar

from renewal.wish import Wish

T = TypeVar("T", date, time)

# First day of each era (元号), newest first; the calendar is Gregorian from 1873-01-01.
ERAS = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1868, 1, 25)),
)
WEEKDAYS = "月火水木金土日"


def era_year(day: date) -> str:
    """Return the year with its era: "令和8年", "平成元年"; "1850年" before the Meiji era."""
    for name, first in ERAS:
        if day >= first:
            number = day.year - first.year + 1
            return f"{name}{'元' if number == 1 else number}年"
    return f"{day.year}年"


def japanese_date(day: date) -> str:
    """Return the full form: "令和8年12月3日（木）"."""
    return era_year(day) + short_date(day)


def short_date(day: date) -> str:
    """Return the form without the year: "12月3日（木）"."""
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def japanese_time(at: time) -> str:
    """Return "17時30分", or "11時" on the hour."""
    return f"{at.hour}時{at.minute}分" if at.minute else f"{at.hour}時"


def wish_in_words(wish: Wish) -> list[str]:
    """Return what a wish names, part by part: ["12月3日（木）", "15時から19時まで"]."""
    if len({(each.days, each.first, each.last, each.weekdays) for each in wish.choices}) == 1:
        *days, _ = wish_in_words(wish.choices[0])
        return [*days, "か".join(wish_in_words(each)[-1] for each in wish.choices)]
    if wish.choices:
        return ["か、".join("の".join(wish_in_words(choice)) for choice in wish.choices)]
    parts = []
    if wish.days:
        parts.append("か".join(short_date(day) for day in wish.days))
    if wish.first or wish.last:
        parts.append(_span(short_date, wish.first, wish.last))
    if wish.weekdays:
        parts.append("・".join(WEEKDAYS[day] for day in sorted(wish.weekdays)) + "曜日")
    if wish.not_days:
        parts.append("・".join(short_date(day) for day in wish.not_days) + "以外")
    if wish.times:
        parts.append("か".join(japanese_time(at) for at in wish.times))
    if wish.until_time == time(12) and not wish.from_time:
        parts.append("午前中")
    elif wish.from_time or wish.until_time:
        parts.append(_span(japanese_time, wish.from_time, wish.until_time))
    if wish.latest:
        parts.append("いちばん遅いところ")
    return parts


def _span(shown: Callable[[T], str], first: T | None, last: T | None) -> str:
    return (f"{shown(first)}から" if first else "") + (f"{shown(last)}まで" if last else "")
