"""Days without a year or a month, and bare numbers: 12/3, 3日か4日, 12/3〜5."""

from __future__ import annotations

import re
from datetime import date

from reading.dates.context import Context, Piece, add_months, valid, weekday_after
from reading.dates.rules.times import part_before
from reading.dates.rules.words import (
    KANA_DAY,
    LATER,
    UM,
    G,
    K,
    Match,
    N,
    RuleTable,
    one_of,
)
from reading.dates.values import DateRange, Purpose, YearMonth
from reading.text import number

rule = RuleTable()


@rule(
    r"(?<![\d.])(?P<h>0?[89]|1\d)\.?(?P<mi>[0-5]\d)?(?P<half>半)?"
    r"(?=$|[、。! ]|で(?:す|お|$)|に(?:し|お|$)|がい|から|ごろ|頃|まで|希望)",
)
def figure_after_date(c: Context, m: Match) -> list[Piece] | None:
    """12/3 14, 12月3日の10で, 12/3 1030, 12月3日 10.30, 12/3の17半: a time right after a day."""
    before = c.pieces[-1] if c.pieces else None
    if (
        not before
        or before.kind != "date"
        or c.text[before.end : m.start()] not in ("の", " ", "、", "")
    ):
        return None
    if m["mi"] is None and m["half"] is None and before.end == m.start():
        return None
    return [c.clock(m.start(), m.end(), m["h"], 30 if m["half"] else int(m["mi"] or 0), None)]


@rule(
    r"(?:(?<![\d./a-z])|(?<=or)|(?<=to))(\d{1,2})/(\d{1,2})日?(?![\d年人名枚]|/\d|時)",
    r"(?<![\d./a-z-])(\d{1,2})/(\d{1,2})(?=時)",
    r"(?<![\d./a-z:-])(0?[1-9]|1[0-2])\.(0?[1-9]|[12]\d|3[01])日?(?![\d.%円年時分人万割月]|[a-z])",
    r"^(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])(?=$|[のにで(、]|です|午|夕|\s)",
    r"(?<=[月火水木金土日曜、])(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])(?=$|[のにで(、]|です)",
)
def month_day_figures(c: Context, m: Match) -> list[Piece] | None:
    """12/3; 12.3; 12-3 where it stands alone."""
    month, day = int(m[1]), int(m[2])
    return [c.dated(m.start(), m.end(), None, month, day)]


@rule(
    rf"{G}(?P<all>{N}(?:(?:~|-|から|か|、|・|と){N})+)日"
    rf"(?!間|{LATER}|以内|中に|ほど|くらい|ぐらい)(?:まで)?(?:の間)?",
)
def days_together(c: Context, m: Match) -> list[Piece] | None:
    """3〜5日 is a span; 3か4日 and 8、9、10日 are single days."""
    before = len(c.pieces)
    numbers = list(re.finditer(N, m["all"]))
    for found in numbers:
        start = m.start() + found.start()
        end = m.end() if found is numbers[-1] else m.start() + found.end()
        c.pieces.append(c.day_of_month(start, end, number(found[0])))
    pieces = c.pieces[before:]
    del c.pieces[before:]
    first, last = pieces[0].value, pieces[-1].value
    if len(pieces) == 2 and re.search("[~-]|から", m["all"]):
        if not (isinstance(first, date) and isinstance(last, date)):
            return [piece for piece in pieces if piece.kind == "invalid"]
        return [Piece(m.start(), m.end(), "date_range", DateRange(first, last))]
    for piece in pieces[1:]:
        piece.or_before = True
    return pieces


_NOT_A_DATE = one_of(
    "間 目 以内 前(?!後|半|の|は|に) ぶり 付 本 程 経 たっ 給 勤 曜 市 町 月 坊 酔 常 々"
    " でも早 分の ほど くらいかか で(?:終|済|でき|発行|もら|かか) かか しか(?:ない|もた)"
)
_TEN_AND = "じゅう(?:いち|に|さん|ご|ろく|しち|なな|はち|く)"
# いつか, ようか, なのか are words of their own far more often than days of the month.
_NOT_A_WORD = "(?<!いつか)(?<!ようか)(?<!なのか)(?<!なぬか)"
_ORDINAL = (
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)(?![a-z])"
    "(?! (?:birthday|floor|time|grade|year|child|son|daughter|kid|one))"
)


@rule(
    rf"{G}(?<!第)(?P<d>\d{{1,2}}|[{K}]{{1,3}})(?:日|にち)(?!{_NOT_A_DATE}|{LATER})(?:中に?(?!旬))?",
    rf"(?<![ぁ-ん\d])(?P<d>{KANA_DAY})(?=$|[にのでかとがはも、。](?!な(?!のか)|い(?!い))|から|まで|です){_NOT_A_WORD}",
    r"^(?P<d>ようか|なのか|なぬか)(?=$|[のにで、]|から|まで)",
    rf"(?<=[、かと])(?P<d>じゅういちにち|{KANA_DAY})(?=$|[にのでかがはも、。]|から|まで)",
    rf"(?<![ぁ-ん])(?P<d>に?{_TEN_AND}|さんじゅう(?:いち)?)にち",
    rf"{G}(?<![/.:-])(?P<d>\d{{1,2}})(?=\([月火水木金土日]\))",
    f"the {_ORDINAL}",
    rf"(?<![a-z\d]){_ORDINAL}",
)
def day_alone(c: Context, m: Match) -> list[Piece] | None:
    """3日, 二十日, みっか, the 3rd: the month is the next that has such a day ahead."""
    end = m.end()
    if number(m["d"]) == 1 and "日中" in m[0]:
        return []  # all day
    piece = c.day_of_month(m.start(), end, number(m["d"]))
    if isinstance(piece.value, date):
        weekday, tail_end, loose = weekday_after(c.text, end)
        on = _month_by_weekday(c, piece.value, weekday)
        return [c.with_weekday(m.start(), end, on, weekday, tail_end, loose)]
    return [piece]


def _month_by_weekday(c: Context, on: date, weekday: int | None) -> date:
    """5日の火曜 is the 5th of January, where the next 5th is a Saturday and that one a Tuesday."""
    this = YearMonth(on.year, on.month)
    ahead = [valid(*add_months(this, months), on.day) for months in range(_MONTHS_AHEAD)]
    right = [each for each in ahead if each and each.weekday() == weekday]
    return right[0] if right and c.purpose is Purpose.BOOKING else on


_MONTHS_AHEAD = 2


@rule(
    rf"(?:(?<=[~か、・-])|(?<=から)|(?<=or)|(?<=or )|(?<=to ))(?P<n>\d{{1,2}}|[{K}]{{1,3}})"
    rf"(?![\d{K}:/.月年時人名枚歳才階番号つ個件円%分半]|か月)",
)
def figure_after_day(c: Context, m: Match) -> list[Piece] | None:
    """12/3,4 or 12/3〜5: a bare number right after a day is a day of its month."""
    before = c.pieces[-1] if c.pieces else None
    close = before and before.end >= m.start() - 4 and c.text[before.end : m.start()]
    if not before or not close or not re.fullmatch("~|から|か|、|・|-|or| or | to ", close):
        return None
    if before.kind == "date" and isinstance(before.value, date) and not before.relative:
        end = m.end() + c.text.startswith("日", m.end())
        piece = c.day_of_month(m.start(), end, number(m["n"]))
        piece.or_before = True
        return [piece] if piece.kind == "date" else None
    if before.kind == "time" and close in ("~", "から", "-", "か", " or ", " to "):
        part = part_before(c, m.start(), number(m["n"]))
        piece = c.clock(m.start(), m.end(), m["n"], 0, part)
        return [piece] if piece.kind == "time" else None
    return None


_NUMBERS = rf"(?:\d{{6}}|\d{{1,4}}|[{K}]{{1,3}})"
_BARE_NUMBERS = re.compile(
    rf"{UM}(?:じゃあ?、?|では、?|はい、?|。|\s)*"
    rf"(?P<all>{_NUMBERS}(?:(?:か|、|と|や|・|~|-|から|とか| or |or){_NUMBERS})*)"
    r"(?=$|[でがにをのは、。!かごく頃 ~]|から|以|お願|希|まで)"
)


_LIKE_A_PHONE = re.compile(r"0\d+[-~]\d{2}")
_MONTH_NO_DAY = re.compile(rf"{UM}((1[0-2]|[1-9])の([12]\d|3[01]|[1-9]))(?=$|[でにお、。])")


def bare_numbers(c: Context) -> list[Piece]:
    """Return the answer "3", "14", "1430", "1203", "090220", "3か4" as what was just asked for."""
    parted = _MONTH_NO_DAY.match(c.text)
    if parted and c.expecting == "day":
        return [c.dated(*parted.span(1), None, int(parted[2]), int(parted[3]))]
    match = _BARE_NUMBERS.match(c.text)
    if match and _LIKE_A_PHONE.match(match["all"]):
        return []
    pieces = []
    for found in re.finditer(_NUMBERS, match["all"]) if match else ():
        assert match is not None
        said = found[0]
        start = match.start("all") + found.start()
        end = start + len(said)
        long = said.isdigit() and len(said) >= 3
        if c.expecting == "time":
            hour, minute = (said[:-2], int(said[-2:])) if long else (said, 0)
            pieces.append(c.clock(start, end, hour, minute, None))
        elif not long:
            pieces.append(c.day_of_month(start, end, number(said)))
        elif len(said) == 6:
            years, month, day = c.short_years(int(said[:2])), int(said[2:4]), int(said[4:])
            if valid(2000, month, day):
                pieces.append(c.dated(start, end, years, month, day))
        elif valid(2000, int(said[:-2]), int(said[-2:])):
            pieces.append(c.dated(start, end, None, int(said[:-2]), int(said[-2:])))
    return pieces
