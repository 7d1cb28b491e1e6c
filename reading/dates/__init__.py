"""Dates, times and wishes as Japanese people write them, relative to a given now.

`read` finds everything with its place in the text, `read_date` gives the one date meant
(`reading.dated` says which of it is a wish to come). `now` is the calendar's now, aware, in Asia/Tokyo.

What relative words mean here: a week is a calendar week from Monday, so 来週 is the one that
begins after this week's Sunday, and 今週金曜 may lie in the past. 今度の木曜 and 次の木曜 are the
next such day after today. A weekday alone (木曜) is a wish for that weekday, not a date. "Next
Thursday" is 来週の木曜. 月の頭 is the 1st to the 7th, 上旬 and 初め to the 10th, 半ば and 中旬 the
11th to the 20th, 末 the last seven days; 前半 ends on the 15th. 年内 is until 28 December and 年明け
from 4 to 15 January, as town halls are closed in between. A bare hour from 1 to 7 is in the
afternoon, as at a counter; 朝イチ is until 9:30, 夕方 from 15:00 to 19:00, 夜 and 仕事帰り from 17:00.
"""

from __future__ import annotations

from reading.dates.reader import read, read_date, read_year, read_year_month
from reading.dates.values import DateRange, Found, Kind, Purpose, TimeRange, Value, YearMonth

__all__ = [
    "DateRange",
    "Found",
    "Kind",
    "Purpose",
    "TimeRange",
    "Value",
    "YearMonth",
    "read",
    "read_date",
    "read_year",
    "read_year_month",
]
