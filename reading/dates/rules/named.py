"""Days and spans with a name: holidays, 大晦日, 年末年始, お盆."""

from __future__ import annotations

import re
from datetime import date

from reading.dates.context import (
    DAY,
    Context,
    Piece,
    holidays_of,
    is_day_off,
    is_holiday,
    runs_of_days_off,
)
from reading.dates.rules.words import FIRST_OPEN, YEAR, L, Match, N, RuleTable
from reading.dates.values import DateRange, Purpose
from reading.text import number

rule = RuleTable()
_DAYS = {
    "元日": (1, 1), "元旦": (1, 1), "がんじつ": (1, 1), "大晦日": (12, 31),
    "大みそか": (12, 31), "おおみそか": (12, 31),
    "くりすますいぶ": (12, 24), "くりすます": (12, 25), "ばれんたいん": (2, 14), "節分": (2, 3),
    "ひな祭り": (3, 3), "七夕": (7, 7), "はろうぃん": (10, 31), "christmas eve": (12, 24),
    "christmas": (12, 25), "new year's day": (1, 1), "new years day": (1, 1),
    "new year's eve": (12, 31), "御用納め": (12, 28), "仕事納め": (12, 28), "仕事始め": (1, 4),
    "御用始め": (1, 4), "七草": (1, 7), "くりすますいゔ": (12, 24), "いぶ": (12, 24),
    "いゔ": (12, 24),
}  # fmt: skip
_SPANS = {
    "正月三が日": ((1, 1), (1, 3)), "正月三ヶ日": ((1, 1), (1, 3)),
    "三が日": ((1, 1), (1, 3)), "三ヶ日": ((1, 1), (1, 3)), "正月": ((1, 1), (1, 3)), "松の内": ((1, 1), (1, 7)),
    "年末年始": ((12, 29), (1, 3)), "ごーるでんうぃーく": ((4, 29), (5, 5)),
    "gw": ((4, 29), (5, 5)), "盆": ((8, 13), (8, 16)), "冬休み": ((12, 24), (1, 7)),
    "年末の休み": ((12, 29), (1, 3)), "年末休み": ((12, 29), (1, 3)), "春休み": ((3, 25), (4, 5)), "夏休み": ((7, 21), (8, 24)),
}  # fmt: skip
_OVER = (
    "が?(?:過ぎる|すぎる|終わる|明ける)まで(?:は|、)*(?:ちょっと)?(?:無理|だめ|駄目|忙し|動け(?:ない|ませ)|行け(?:ない|ませ)|手が(?:回ら|離せ))(?:です|なので|だから|くて)?|(?:が?明け|が?終わっ|が?おわっ|が済ん)[ただ](?=[0-9一二三四五六七八九十])|(?:明け|あけ)(?:て(?:から)?)?(?:すぐ|早々)?|が?(?:終わ|おわ)っ(?:たら|てから|た(?:後|あと)に?)|が?(?:明け|過ぎ)(?:たら|てから)|が?(?:あけ|過ぎ|すぎ)て(?:から)?|(?:が?(?:明け|終わっ|おわっ)た|明け)の?(?=最初の(?:日|平日|営業日)|初日|翌日|次の日)"
)
_FIRST = re.compile(f"の?(?:{FIRST_OPEN}|初日|翌日|次の日)")
"""Behind a run of days off: the first working day after it."""
_HOLIDAYS = {
    "成人の日": "成人の日", "成人式の日": "成人の日", "成人式": "成人の日", "建国記念の日": "建国記念の日",
    "建国記念日": "建国記念の日", "天皇誕生日": "天皇誕生日", "春分の日": "春分の日",
    "昭和の日": "昭和の日", "憲法記念日": "憲法記念日", "みどりの日": "みどりの日",
    "こどもの日": "こどもの日", "子供の日": "こどもの日", "子どもの日": "こどもの日",
    "海の日": "海の日", "山の日": "山の日", "敬老の日": "敬老の日", "秋分の日": "秋分の日",
    "すぽーつの日": "スポーツの日", "体育の日": "スポーツの日", "文化の日": "文化の日",
    "勤労感謝の日": "勤労感謝の日", "せいじんのひ": "成人の日",
    "振替休日": "振替休日", "振り替え休日": "振替休日", "振休": "振替休日",
}  # fmt: skip


_NAMES = "|".join(sorted({*_HOLIDAYS, *_DAYS} - {"いぶ", "いゔ"}, key=len, reverse=True))


@rule(
    rf"(?:(?P<y>{YEAR})の?)?(?P<h>{_NAMES}|(?<![ぁ-んー])い[ぶゔ](?=$|[のにでは、。]))(?P<k>{_OVER})?",
)
def named_day(c: Context, m: Match) -> list[Piece] | None:
    """元日, 成人の日 and the other holidays, クリスマス: the next one (last one for the past)."""
    years = c.years(m["y"]) if m["y"] else None
    this = c.today.year
    around = years if isinstance(years, list) else range(this - 1, this + 2)
    if m["h"] in _HOLIDAYS:
        days = [holidays_of(year).get(_HOLIDAYS[m["h"]]) for year in around]
    else:
        days = [date(year, *_DAYS[m["h"]]) for year in around]
    found = [on for on in days if on]
    past = c.purpose in (Purpose.BIRTHDAY, Purpose.ISSUE)
    fitting = [on for on in found if (on <= c.today if past else on >= c.today)] or found
    if not fitting:
        return []
    on = fitting[-1 if past else 0]
    if m["k"]:
        return [Piece(m.start(), m.end(), "date_range", DateRange(on + DAY, None))]
    return [c.relative_day(m.start(), m.end(), on)]


@rule(rf"{L}お?(?P<h>{'|'.join(_SPANS)})(?:の?休み)?(?P<k>中|(?:に(?:入|な)る|の)?(?:直前|前の?日)|に(?:入|な)る前(?:に|まで)?|の?前(?:に|まで)?(?!半|後)|に入っ(?:て(?:から)?|たら)|{_OVER})?")
def named_span(c: Context, m: Match) -> list[Piece] | None:
    """年末年始, お正月, 冬休み, GW; お盆明け is the day after and later."""
    first, last = _SPANS[m["h"]]
    year = c.today.year
    wraps = last < first
    ends = [date(start + wraps, *last) for start in (year - 1, year, year + 1)]
    end = next(on for on in ends if on >= c.today)
    if m["k"] and "前" in m["k"]:
        before = date(end.year - wraps, *first) - DAY
        if m["k"].endswith(("直前", "日")):
            while is_day_off(before):
                before -= DAY
            return [c.relative_day(m.start(), m.end(), before)]
        return [Piece(m.start(), m.end(), "date_range", DateRange(None, before))]
    if m["k"] and m["k"].startswith("に入"):
        return [
            Piece(m.start(), m.end(), "date_range", DateRange(date(end.year - wraps, *first), None))
        ]
    if m["k"] and m["k"] != "中":
        if first_day := _FIRST.match(m.string, m.end()):
            return [_working_day(c, m.start(), first_day.end(), end + DAY)]
        return [Piece(m.start(), m.end(), "date_range", DateRange(end + DAY, None))]
    return [c.span(m.start(), m.end(), date(end.year - wraps, *first), end)]


def _working_day(c: Context, start: int, end: int, on: date) -> Piece:
    while is_day_off(on):
        on += DAY
    return c.relative_day(start, end, on)


@rule(rf"お?正月の?(?P<d>{N})日(?!間)")
def day_of_new_year(c: Context, m: Match) -> list[Piece] | None:
    """正月の4日."""
    year = c.today.year + ((1, number(m["d"])) < (c.today.month, c.today.day))
    return [c.dated(m.start(), m.end(), [year], 1, number(m["d"]))]


_COUNTS = {"3": 3, "三": 3, "4": 4, "四": 4, "5": 5, "五": 5}


@rule(
    f"(?:(?:次|今度)の)?お?(?P<h>(?P<n>[345三四五])連休|連休|祝日|休み)(?P<k>{_OVER})",
    "(?:次|今度)の(?P<h>(?P<n>[345三四五])?連休|祝日)(?P<k>)(?!の?前)",
    "(?:(?:次|今度)の)?(?P<h>(?P<n>[345三四五])?連休|祝日)(?P<k>の?前(?:の日|日)|(?:に入る|の)?前(?:に|まで))",
)
def days_off(c: Context, m: Match) -> list[Piece] | None:
    """連休明け: the working day after the next run of days off, and later; 次の祝日: that day."""
    for first, last in runs_of_days_off(c.today):
        days = (last - first).days + 1
        if m["n"]:
            fits = days == _COUNTS[m["n"]]
        elif m["h"] == "祝日":
            fits = any(is_holiday(first + DAY * step) for step in range(days))
        else:
            fits = days >= (3 if m["h"] == "連休" else 2)
        if fits and m["h"] == "祝日" and not m["k"]:
            on = next(on for on in (first + DAY * step for step in range(days)) if is_holiday(on))
            return [c.relative_day(m.start(), m.end(), on)]
        if fits and "前" in m["k"]:
            before = first - DAY
            if "日" in m["k"]:
                return [c.relative_day(m.start(), m.end(), before)]
            return [Piece(m.start(), m.end(), "date_range", DateRange(None, before))]
        if fits and m["k"] and (first_day := _FIRST.match(m.string, m.end())):
            return [_working_day(c, m.start(), first_day.end(), last + DAY)]
        if fits and m["k"]:
            return [Piece(m.start(), m.end(), "date_range", DateRange(last + DAY, None))]
        if fits:
            return [c.span(m.start(), m.end(), first, last)]
    return []
