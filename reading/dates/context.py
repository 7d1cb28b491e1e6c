"""What the rules know while they read one text: now, the purpose, and what was read before."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache

import holidays

from reading.dates.values import DateRange, Kind, Purpose, TimeRange, Value, YearMonth
from reading.text import number
from renewal.clock import TOKYO
from renewal.wish import Invalid, Reason

DAY = timedelta(days=1)
WEEKDAY_NAMES: dict[str, int] = {
    name: at
    for at, names in enumerate(
        (
            "月 げつ mon", "火 か tue", "水 すい wed", "木 もく thu", "金 きん fri", "土 ど sat",
            "日 にち sun",
        )
    )
    for name in names.split()
}  # fmt: skip
# Years counted from the one before the era's first; and the last year that is ever written.
# 平成 runs on (to 45) because documents printed before 2019 carry dates such as 平成33年.
_ERAS = (
    (("令和", "れいわ", "令", "reiwa", "r"), 2018, 99),
    (("平成", "へいせい", "平", "heisei", "h"), 1988, 45),
    (("昭和", "しょうわ", "昭", "showa", "shouwa", "shōwa", "s"), 1925, 64),
    (("大正", "たいしょう", "大", "taisho", "taishou", "taishō", "t"), 1911, 15),
    (("明治", "めいじ", "明", "meiji", "m"), 1867, 45),
)
_RELATIVE_YEARS = {
    "一昨年": -2, "おととし": -2, "去年": -1, "昨年": -1, "きょねん": -1, "今年": 0, "本年": 0,
    "ことし": 0, "来年": 1, "らいねん": 1, "明年": 1, "再来年": 2, "さらいねん": 2,
}  # fmt: skip


@dataclass
class Piece:
    """Something read, before neighbours are joined; positions are in the folded text."""

    start: int
    end: int
    kind: Kind
    value: Value
    week: date | None = None  # the Monday of the week it was said to lie in
    half: str | None = None  # "am" or "pm", where that was said
    bare_hour: bool = False  # an hour from 1 to 12 without 午前 or 午後
    relative: bool = False  # 明日, 明後日: two of them side by side are two days
    coming: bool = False  # 今度の, 次の
    named: bool = False  # a part of the day (夕方), not clock times
    or_before: bool = False  # an alternative to what was read before it
    for_visit: bool = False  # to come on, whatever else the words beside it name
    background: bool = False  # not about coming: "期限は2月20日", "12月3日の予約を…に変更"


@dataclass(frozen=True)
class Known:
    """The days and the time that are settled, from which "翌日" or "30分遅く" is counted."""

    visit_date: date | None = None
    visit_time: time | None = None
    expires_on: date | None = None
    birthday: date | None = None


@dataclass
class Context:
    """The folded text, the calendar's now and the purpose; helpers that resolve what is unsaid."""

    text: str
    now: datetime
    purpose: Purpose
    expecting: str | None = None
    known: Known = Known()
    pieces: list[Piece] = field(default_factory=list)

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(TOKYO).date()

    @cached_property
    def monday(self) -> date:
        """The Monday of this week."""
        return self.today - DAY * self.today.weekday()

    # Years ---------------------------------------------------------------------------------

    def years(self, said: str, month: int = 1, day: int = 1) -> list[int] | Invalid:
        """Return the years that the words can mean: one, or several when the era is missing."""
        for name, offset in _RELATIVE_YEARS.items():
            if said.startswith(name):
                return [self.today.year + offset]
        for names, before, last in _ERAS:
            for name in names:
                if said.startswith(name):
                    count = number(said[len(name) :].lstrip(".の "))
                    year = before + count
                    if 1 <= count <= last:
                        return [year]
                    counted_on = valid(year, month, day) if count else None
                    found = (counted_on,) if counted_on else ()
                    return Invalid("no_such_era_year", said, found)
        year = number(said)
        if "前" in said:
            return [self.today.year - year]
        return [year] if year >= 100 else self.short_years(year)

    def short_years(self, count: int) -> list[int]:
        """Return what a year of one or two digits without an era can mean for this purpose.

        A booking or an expiry lies near: 令和, or the last two digits of the western year. A birth
        year is counted in the eras alive today; it is western only where no era reached so far.
        """
        this_year = self.today.year
        reiwa, heisei, western = 2018 + count, 1988 + count, 2000 + count
        if self.purpose is Purpose.BIRTHDAY:
            born = [reiwa] * (reiwa <= this_year) + [heisei] * (count <= 31)
            born += [1925 + count] * (2 <= count <= 64)
            return (born if count else []) or [1900 + count if count > 31 else western]
        if self.purpose is Purpose.ISSUE:
            near = [year for year in (reiwa, heisei, western) if this_year - 11 <= year]
            return [year for year in near if year <= this_year][:1] or [reiwa]
        near = [year for year in (reiwa, western) if this_year - 6 <= year <= this_year + 11]
        return near[:1] or [reiwa]

    def near_year(self, month: int, day: int, weekday: int | None = None) -> int:
        """Return the year meant where none is said.

        Booking: the next such day, today included. Birthday and issue: the last one. Expiry: the
        nearest, first of those whose weekday fits.
        """
        this_year = self.today.year
        if self.purpose is Purpose.BOOKING:
            last = calendar.monthrange(this_year, month)[1]
            return this_year + (date(this_year, month, min(day, last)) < self.today)
        around = [valid(this_year + step, month, day) for step in range(-8, 9)]
        days = [found for found in around if found]
        if weekday is not None:
            days = [found for found in days if found.weekday() == weekday] or days
        if self.purpose is not Purpose.EXPIRY:
            days = [found for found in days if found <= self.today]
        nearest = min(days, key=lambda found: abs(found - self.today), default=None)
        return nearest.year if nearest else this_year

    def near_month(self, month: int) -> int:
        """Return the year of a month named alone: this month counts as still to come."""
        this = self.today
        ahead = this.year + (month < this.month)
        if self.purpose is Purpose.BOOKING:
            return ahead
        past = this.year - (month > this.month)
        if self.purpose is not Purpose.EXPIRY:
            return past
        return past if (this.month - month) % 12 < (month - this.month) % 12 else ahead

    # Days ----------------------------------------------------------------------------------

    def dated(
        self,
        start: int,
        end: int,
        years: list[int] | Invalid | None,
        month: int,
        day: int,
    ) -> Piece:
        """Return the day, having read the weekday that may follow; invalid if it cannot be."""
        weekday, tail_end, loose = weekday_after(self.text, end)
        if isinstance(years, Invalid):
            return self.invalid(start, end, "no_such_era_year", years.candidates)
        if not 1 <= month <= 12:
            other = None
            if 1 <= month <= 31 and 1 <= day <= 12 and "月" not in self.text[start:end]:
                year = years[0] if years else self.near_year(day, min(month, 28))
                other = valid(year, day, month)
            return self.invalid(start, end, "no_such_month", (other,) if other else ())
        if not 1 <= day <= 31:
            return self.invalid(start, end, "no_such_day")
        if not years:
            years = [self.near_year(month, day, weekday)]
        found = [on for on in (valid(year, month, day) for year in years) if on]
        if not found:
            last = date(years[0], month, calendar.monthrange(years[0], month)[1])
            return self.invalid(start, end, "no_such_day", (last, last + DAY))
        if len(found) > 1:
            return self.invalid(start, end, "era_missing", tuple(found))
        return self.with_weekday(start, end, found[0], weekday, tail_end, loose)

    def with_weekday(
        self, start: int, end: int, on: date, weekday: int | None, tail_end: int, loose: bool
    ) -> Piece:
        """Return the day if the weekday said with it is right, else what both may mean."""
        if weekday is None or (loose and on.weekday() != weekday):
            return Piece(start, end, "date", on)
        if on.weekday() == weekday:
            return Piece(start, tail_end, "date", on)
        other = on + DAY * ((weekday - on.weekday() + 3) % 7 - 3)
        if self.purpose is Purpose.BOOKING and other < self.today <= on:
            other += 7 * DAY
        return self.invalid(start, tail_end, "weekday_mismatch", (on, other))

    def relative_day(self, start: int, end: int, on: date) -> Piece:
        """Return a day such as 明日 or 三日後, with the weekday that may follow."""
        weekday, tail_end, loose = weekday_after(self.text, end)
        piece = self.with_weekday(start, end, on, weekday, tail_end, loose)
        piece.relative = True
        return piece

    def day_of_month(self, start: int, end: int, day: int) -> Piece:
        """Return a day said without its month.

        Right after another day ("12月3日か10日", "12月なら3日") it lies in that month; after "から"
        or "~" not before that day. Else the next such day (booking, expiry) or the last one.
        """
        if not 1 <= day <= 31:
            return self.invalid(start, end, "no_such_day")
        before = self.pieces[-1] if self.pieces else None
        if before and _LINK.fullmatch(self.text, before.end, start):
            month = _month_meant(before, day)
            on = valid(*month, day) if month else None
            # 10日後じゃなくて10日: not back into the past from a day that lies ahead
            ahead = isinstance(before.value, date) and on and on < self.today <= before.value
            if month and not (ahead and self.purpose is Purpose.BOOKING):
                earlier = isinstance(before.value, date) and on and on < before.value
                if earlier and _SPAN_LINK.fullmatch(self.text, before.end, start):
                    following = add_months(month, 1)
                    on = valid(*following, day)
                    month = following
                return self.dated(start, end, [month[0]], month[1], day)
        carried = (self._before_that(start, day) or self._in_month_named(start, day)) if self.purpose is Purpose.BOOKING else None
        said = weekday_after(self.text, end)[0]
        if carried and said in (None, carried.weekday()):
            return self.dated(start, end, [carried.year], carried.month, day)
        step = -1 if self.purpose in (Purpose.BIRTHDAY, Purpose.ISSUE) else 1
        this = YearMonth(self.today.year, self.today.month)
        days = [valid(*add_months(this, months), day) for months in range(0, 12 * step, step)]
        found = [on for on in days if on and (on - self.today) * step >= timedelta(0)]
        if self.purpose is Purpose.BOOKING:
            # 5日の火曜: in January, where the next 5th is a Saturday and that one a Tuesday
            weekday = weekday_after(self.text, end)[0]
            found = [on for on in found[:2] if on.weekday() == weekday] or found
        if not found:
            return self.invalid(start, end, "no_such_day")
        on = self._behind_the_last(found, start) if self.purpose is Purpose.BOOKING else found[0]
        return self.dated(start, end, [on.year], on.month, day)

    def _behind_the_last(self, found: list[date], start: int) -> date:
        """Return the first day that lies behind one named by its day before: 21日から23日まで温泉、24日なら."""
        days = [each for each in self.pieces if isinstance(each.value, date) and not each.relative]
        again = next((each.value for each in days if isinstance(each.value, date) and each.value.day == found[0].day and each.value >= self.today), None)
        if again:
            return again  # 1月20日に切れるから前の日でも間に合う。19日にするか
        last = days[-1].value if days else None
        if not isinstance(last, date) or _NEW_SENTENCE.search(self.text[days[-1].end : start]):
            return found[0]
        later = found[0] < last < self.today + DAY * 45 and last.day < found[0].day
        return next((on for on in found if on > last), found[0]) if later else found[0]

    def _before_that(self, start: int, day: int) -> date | None:
        """Return the last such day before one that it is said to lie before: 正月に孫が来る前に、24日で."""
        before = self.pieces[-1] if self.pieces else None
        span = before and before.kind in ("date", "date_range") and span_of(before)
        if not before or not span or not span.first or not _BEFORE_THAT.fullmatch(self.text, before.end, start):
            return None
        month = YearMonth(span.first.year, span.first.month)
        days = [valid(*add_months(month, -step), day) for step in range(3)]
        return next((on for on in days if on and self.today < on < span.first), None)

    def _is_near(self, piece: Piece) -> bool:
        return isinstance(piece.value, date) and abs(piece.value - self.today) < DAY * 7

    def _in_month_named(self, start: int, day: int) -> date | None:
        """Return the day in the month named last in the same sentence: 1月4日が仕事始めで、7日に."""
        for before in reversed(self.pieces):
            ahead = self.text[max(0, before.start - 8) : before.start]
            if re.search("[。!?\n]", self.text[before.end : start]) or (before.relative and self._is_near(before)):
                return None
            if _ANOTHER_DATE.search(ahead) or _ANOTHER_DATE.search(self.text, before.end, before.end + 8):
                continue
            named = before.kind in ("month", "date_range") or _MONTH_SAID.search(self.text, before.start, before.end)
            month = month_of(before) and _month_meant(before, day) if named and not before.week else None
            on = valid(*month, day) if month else None
            if on and on >= self.today:
                return on
        return None

    def invalid(
        self, start: int, end: int, reason: Reason, candidates: tuple[date, ...] = ()
    ) -> Piece:
        """Return an invalid piece; its text is set when the folded positions are mapped back."""
        return Piece(start, end, "invalid", Invalid(reason, self.text[start:end], candidates))

    def span(self, start: int, end: int, first: date, last: date) -> Piece:
        """Return a span of days; for a booking it begins today at the earliest."""
        if self.purpose is Purpose.BOOKING and first < self.today <= last:
            first = self.today
        return Piece(start, end, "date_range", DateRange(first, last))

    def next_weekday(self, weekday: int, after_today: bool = False) -> date:
        """Return the next such weekday; today itself counts unless `after_today`."""
        days = (weekday - self.today.weekday()) % 7
        return self.today + DAY * (days or 7 * after_today)

    # Times ---------------------------------------------------------------------------------

    def clock(self, start: int, end: int, said: str, minute: int, part: str | None) -> Piece:
        """Return the time of day.

        At a counter a bare hour from 1 to 7 is in the afternoon (2時 → 14:00, 7時半 → 19:30), one
        from 8 to 12 as it stands; a leading zero (07:30) means the 24-hour clock.
        """
        hour = number(said)
        half = half_of(part)
        bare = half is None and 1 <= hour <= 12 and not said.startswith("0")
        if not (0 <= hour <= 23 and 0 <= minute <= 59):
            return self.invalid(start, end, "no_such_time")
        if half == "am" and hour > 12:
            return self.invalid(start, end, "am_pm_conflict")
        before_noon = half == "am" or (part in _NOONISH and hour >= 10)  # 昼の11時
        if hour < 12 and not before_noon and (half == "pm" or (bare and hour <= 7)):
            hour += 12
        piece = Piece(start, end, "time", time(hour, minute))
        piece.half, piece.bare_hour = half, bare
        return piece


_NOONISH = ("昼", "お昼", "おひる", "ひる")
_LINK = re.compile(
    "(?:か|と|や|も|、|・|/|~|-|から|より|または|もしくは|あるいは|なら|だと|だったら|は|の|で|か、|と、"
    "|じゃなくて?|ではなくて?|でなくて?|は[^、。\\d]{1,12}(?:ので|だから|から|んで)、?|(?:だ|な)(?:から|ので|んで)、?"
    "|は[^、。\\d]{1,14}(?:よね|でしょう?|かも|かな)[ー~]?[?、。]+(?:じゃあ?、?|なら、?)?|or| or | and | to |to|that|がだめなら|が無理なら|、)?"
)
_MONTH_SAID = re.compile(r"月|[/.]|[^\W\d]{3}")
_ANOTHER_DATE = re.compile("期限|切れ|有効|満了|誕生|生まれ|発行|交付|届|通知|封筒|証明書")
_BEFORE_THAT = re.compile(r"(?:[^。\d]*。(?=その前))?[^。\d]*(?:その|[うくぐすつぬぶむるの])前(?:に|の|で|、)(?!予約|電話|届)[^。\d]*")
_NEW_SENTENCE = re.compile("[。!?\n](?!(?:そん?なら|それなら|そしたら|したら|んだら|んじゃあ?|じゃあ?|では|なら|だったら)、?$)")
_SPAN_LINK = re.compile("から|より|~|-| to |to")


def half_of(part: str | None) -> str | None:
    """Return "am" or "pm" for a word such as 午前, 夕方, pm; None where nothing is said."""
    if not part:
        return None
    before_noon = ("am", "a.m", "in the m", "朝", "午前", "ごぜん", "あさ", "早朝")
    return "am" if part.startswith(before_noon) else "pm"


_WEEKDAY_TAIL = re.compile(
    "(?:"
    "の?[(\\[【〔<](?P<a>[月火水木金土日]|(?:げつ|か|すい|もく|きん|ど|にち)(?=よう|曜|[)\\]】〕>]))(?:曜日?|よう(?:び|日)?)?"
    "(?:[・、]?祝)?[)\\]】〕>]?"
    "|の?(?P<b>[月火水木金土日])(?:曜日?|よう(?:び|日)?)"
    "|の?(?P<c>げつ|か|すい|もく|きん|ど|にち)(?:よう(?:び|日)?|曜日?)"
    "|[/・.]?(?P<d>[月火水木金土])(?=$|[のでにはがを、。~!?\\s\\d午夕夜朝昼]|から|まで|か[^月火水木金土日])"
    "|、?(?P<e>[月火水木金土日])曜日?"
    "|[ 、(]*(?P<f>mon|tue|wed|thu|fri|sat|sun)[a-z]*\\)?"
    ")"
)


# What shows that two days are named to choose from, and not one day in two ways.
ALTERNATIVE = re.compile(
    "、?(?:か(?!ら)|も|と|や|でも|なら|だと|だったら|以外|は|ng|×|・|どちら|どっち|どれ| or | and )|、(?=[\\d月火水木金土])"
)


def weekday_after(text: str, at: int) -> tuple[int | None, int, bool]:
    """Return the weekday written right after a day, where it ends, and whether it may stand apart.

    "12月3日(木)", "12/3木", "12月3日の木曜日", "Dec 3 (Thu)"; in "12月3日、金曜でも" it stands apart.
    """
    match = _WEEKDAY_TAIL.match(text, at)
    if not match or (match["a"] == "日" and match[0][-1:] == "日"):
        return None, at, False
    name = next(group for group in match.groups() if group)
    loose = bool(match["e"] or match["f"]) and bool(ALTERNATIVE.match(text, match.end()))
    return WEEKDAY_NAMES[name], match.end(), loose


def valid(year: int, month: int, day: int) -> date | None:
    """Return the day, or None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_months(month: YearMonth, months: int) -> YearMonth:
    """Return the month that lies so many months later."""
    total = month.year * 12 + month.month - 1 + months
    return YearMonth(total // 12, total % 12 + 1)


def month_span(month: YearMonth, first: int = 1, last: int = 31) -> tuple[date, date]:
    """Return the days of the month from `first` to `last`, at most to its end."""
    end = calendar.monthrange(*month)[1]
    return date(*month, min(first, end)), date(*month, min(last, end))


def month_of(piece: Piece) -> YearMonth | None:
    """Return the month that a day, span or month lies (or begins) in."""
    value = piece.value
    if isinstance(value, YearMonth):
        return value
    if isinstance(value, DateRange):
        value = value.first or value.last or ""
    if isinstance(value, Invalid) and value.candidates:
        value = value.candidates[0]
    return YearMonth(value.year, value.month) if isinstance(value, date) else None


def _month_meant(before: Piece, day: int) -> YearMonth | None:
    """Return the month of a day said right after another or after a span: 年内の21日 lies in it."""
    month, span = month_of(before), before.value
    if month and isinstance(span, DateRange) and span.first and span.last:
        on = valid(*month, day)
        following = add_months(month, 1)
        later = valid(*following, day)
        if (on is None or on < span.first) and later and later <= span.last:
            return following
        of_the_year = month.month < span.last.month == 12 and valid(span.last.year, 12, day)
        if of_the_year and of_the_year <= span.last and span.last.day >= 28:
            return YearMonth(span.last.year, 12)  # 年内の25日, said in November
    return month


def span_of(piece: Piece) -> DateRange | None:
    """Return the days that a day, span, month or year covers."""
    value = piece.value
    if isinstance(value, DateRange):
        return value
    if isinstance(value, YearMonth):
        return DateRange(*month_span(value))
    if isinstance(value, date):
        return DateRange(value, value)
    if piece.kind == "year" and isinstance(value, int):
        return DateRange(date(value, 1, 1), date(value, 12, 31))
    return None


def times_of(piece: Piece) -> TimeRange | None:
    """Return the times that a time or span of times covers."""
    value = piece.value
    if isinstance(value, TimeRange):
        return value
    return TimeRange(value, value) if isinstance(value, time) else None


@lru_cache(maxsize=64)
def _holiday_table(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("JP", years=year, expand=False, language="ja"))


def holidays_of(year: int) -> dict[str, date]:
    """Return the national holidays of a year by their Japanese names."""
    return {name: on for on, name in sorted(_holiday_table(year).items(), reverse=True)}


def is_holiday(on: date) -> bool:
    """Return whether the day is a national holiday."""
    return on in _holiday_table(on.year)


def is_day_off(on: date) -> bool:
    """Return whether offices are closed: at weekends, on holidays, and from 29 December to 3 January."""
    year_end = (on.month, on.day) >= (12, 29) or (on.month, on.day) <= (1, 3)
    return on.weekday() >= 5 or year_end or is_holiday(on)


def runs_of_days_off(today: date) -> Iterator[tuple[date, date]]:
    """Return the next runs of days on which offices are closed, as their first and last day.

    Saturdays, Sundays, national holidays, and 29 December to 3 January, of about a year; the first
    run is one that holds today, or lies ahead.
    """

    first = today
    while is_day_off(first - DAY):
        first -= DAY
    while first < today + DAY * 400:
        last = first
        while is_day_off(last):
            last += DAY
        if last > max(first, today):
            yield first, last - DAY
        first = last + DAY
