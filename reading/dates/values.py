"""What can be said about days and times: the typed values that the reader returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Literal, NamedTuple

from renewal.wish import Invalid

Kind = Literal[
    "date",
    "date_range",
    "time",
    "time_range",
    "weekday",
    "month",
    "year",
    "preference",
    "not_date",
    "not_date_range",
    "not_weekday",
    "not_time",
    "not_time_range",
    "invalid",
]
class Purpose(str, Enum):
    """What a date is wanted for; it decides which year is meant when none is said."""

    BOOKING = "booking"
    EXPIRY = "expiry"
    BIRTHDAY = "birthday"
    ISSUE = "issue"


class DateRange(NamedTuple):
    """Days from `first` to `last`, both included; None leaves that side open."""

    first: date | None
    last: date | None


class TimeRange(NamedTuple):
    """Times of day in Asia/Tokyo from `from_time` until `until_time`; None leaves it open."""

    from_time: time | None
    until_time: time | None


class YearMonth(NamedTuple):
    """A calendar month."""

    year: int
    month: int


Value = date | time | DateRange | TimeRange | frozenset[int] | YearMonth | int | str | Invalid


@dataclass(frozen=True)
class Found:
    """One thing read; `text` is exactly the slice `start:end` of the text that was given.

    The type of `value` follows `kind`: date → date, date_range → DateRange, time → time,
    time_range → TimeRange, weekday → frozenset of 0 (Monday) to 6, month → YearMonth, year → int,
    preference → "earliest" or "anytime", invalid → Invalid; `not_…` holds what is ruled out.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: Value
