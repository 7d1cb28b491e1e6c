"""Months, days of a month, and years in words: 12月3日, 来月の頭, 第2木曜, 年明け."""

from __future__ import annotations

import re
from datetime import date, timedelta

from reading.dates.context import (
    DAY,
    Context,
    Piece,
    add_months,
    is_day_off,
    month_of,
    month_span,
    span_of,
)
from reading.dates.rules.weeks import part_of_week
from reading.dates.rules.words import (
    ANY_WEEKDAY,
    BARE_YEAR,
    DAY_AFTER_MONTH,
    ENGLISH_MONTH,
    ENGLISH_WEEKDAY,
    ERA_IN_LATIN,
    FIRST_OPEN,
    LATER,
    MONTH,
    UM,
    WEEK,
    YEAR,
    G,
    K,
    L,
    Match,
    N,
    RuleTable,
    english_month,
    one_of,
    read_month,
    week_start,
    weekday_of,
)
from reading.dates.values import DateRange, YearMonth
from reading.text import number

rule = RuleTable()
_Y = rf"(?:(?P<y>{YEAR})の?)?"
_PART = one_of(
    "初め はじめ 始め 初旬 初頭 上旬 中旬 中頃 中ごろ 下旬 半ば 真ん中 まんなか なかば 前半 後半"
    " 末日 最終日 末 終わり おわり 頭 あたま あたり いっぱい 一杯 中(?!学) ちゅう じゅう"
)
_RANKS = {"最初の": 1, "first": 1, "second": 2, "third": 3, "fourth": 4}


@rule(
    rf"(?:(?P<week>{WEEK})|{G}(?P<n>{N})週間?{LATER}|(?P<month>{MONTH}))"
    "の(?:今日|同じ(?:曜日|日))",
)
def this_day_later(c: Context, m: Match) -> list[Piece] | None:
    """来週の今日, 来月の今日: as many weeks or months from today."""
    on = c.today
    if m["month"]:
        years, at = read_month(c, None, m["month"])
        if not years:
            return None
        on = month_span(YearMonth(years[0], at), 1, c.today.day)[1]
    elif m["week"]:
        on += week_start(c, m["week"]) - c.monday
    else:
        on += timedelta(weeks=number(m["n"]))
    return [Piece(m.start(), m.end(), "date", on)]


@rule(
    rf"(?:(?P<y>{YEAR}|{BARE_YEAR})(?:\({YEAR}\))?(?:(?:の?生まれ)?の|の?生まれ(?=、))?{UM})?(?P<m>{MONTH})の?{UM}"
    rf"(?!(?<=の)いつか)(?P<d>{DAY_AFTER_MONTH})",
    rf"(?P<y>{YEAR})の?(?P<m>\d{{1,2}})[/.-](?P<d>\d{{1,2}})日?(?!\d)",
)
def month_and_day(c: Context, m: Match) -> list[Piece] | None:
    """12月3日, 令和八年十二月三日, 来月10日, 来年の1/10, じゅうにがつみっか."""
    if re.match(rf"(?:{YEAR})", m["m"]):
        return None
    years, month = read_month(c, m["y"], m["m"])
    day = number(m["d"])
    if m["y"]:
        said = c.years(m["y"], month, day)
        return [c.dated(m.start(), m.end(), said, month, day)]
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(
    rf"(?:{_Y}(?P<m>{MONTH}|毎月)の?、?)?第(?P<n>{N})(?:(?:(?:[・、と/か]|または)第?|第)(?P<n2>{N}))?"
    rf"(?:週目?|回)?の?(?P<w>{ANY_WEEKDAY}|日曜)",
    rf"(?:{_Y}(?P<m>{MONTH})の?)?の?(?P<n>最終の?|最後の|最初の)(?:週の?)?(?P<w>{ANY_WEEKDAY})",
    rf"{_Y}(?P<m>{MONTH})の?(?P<n>{N})(?:番目|回目|週目)の(?P<w>{ANY_WEEKDAY})",
    rf"{L}(?P<n>first|second|third|fourth|last|1st|2nd|3rd|4th) (?P<w>{ENGLISH_WEEKDAY})"
    rf"(?: (?:of|in) (?P<m>{ENGLISH_MONTH}|(?:the|this|next) month))?",
)
def nth_weekday(c: Context, m: Match) -> list[Piece] | None:
    """第2木曜, 12月の第1月曜, 最終金曜; without a month the next such day."""
    groups = m.groupdict()
    weekday = weekday_of(m["w"])
    said = groups.get("m")
    ranks = [m["n"], *([groups["n2"]] if groups.get("n2") else [])]
    pieces = []
    for at, rank in enumerate(ranks):
        second = m.start("n2") - m[0].count("第", 1) if len(ranks) > 1 else m.end() + 1
        start, end = (second, m.end()) if at else (m.start(), m.end("n" if len(ranks) > 1 else 0))
        on = nth_in(c, said, groups.get("y"), rank, weekday)
        if said is None and rank.startswith(("最", "first", "last")):
            on = _outermost_in_span(c, m.start(), rank, weekday) or on
        if isinstance(on, date):
            pieces.append(Piece(start, end, "date", on, relative=True))
        else:
            pieces.append(c.invalid(start, end, "no_such_day"))
    return pieces


def _outermost_in_span(c: Context, start: int, rank: str, weekday: int) -> date | None:
    """Return the first or last such weekday of the span said just before: 年内最後の木曜."""
    before = c.pieces[-1] if c.pieces else None
    span = before and before.kind == "date_range" and span_of(before)
    if not before or not span or c.text[before.end : start] not in ("", "の"):
        return None
    if rank.startswith(("最後", "最終", "last")):
        return span.last and span.last - DAY * ((span.last.weekday() - weekday) % 7)
    return span.first and span.first + DAY * ((weekday - span.first.weekday()) % 7)


def nth_in(c: Context, said: str | None, year: str | None, rank: str, weekday: int) -> date | None:
    """Return the nth such weekday of the month said, or of the next month that has it ahead."""
    this = YearMonth(c.today.year, c.today.month)
    if said in (None, "毎月", "the month"):
        months = [add_months(this, step) for step in range(4)]
    elif said == "this month":
        months = [this]
    elif said == "next month":
        months = [add_months(this, 1)]
    elif said and said[0].isascii() and said[0].isalpha():
        at = english_month(said)
        months = [YearMonth(c.near_month(at), at)]
    else:
        years, at = read_month(c, year, said or "")
        if not 1 <= at <= 12:
            return None
        months = [YearMonth((years or [c.near_month(at)])[0], at)]
    for month in months:
        first, last = month_span(month)
        if rank.startswith(("最終", "最後", "last")):
            on = last - DAY * ((last.weekday() - weekday) % 7)
        else:
            which = _RANKS.get(rank) or number(rank)
            on = first + DAY * ((weekday - first.weekday()) % 7) + timedelta(weeks=which - 1)
        if on.month == month.month and (len(months) == 1 or on >= c.today):
            return on
    return None


@rule(
    "(?P<p>月初め?|月?末日|月末|月なか|月央|月の最終日|月の?(?:はじめ|初め|頭|半ば|なかば|中頃|真ん中)|月の[前後]半"
    rf"|(?<![{K}\d今来先])月の?(?:終わり|おわり))",
)
def part_of_this_month(c: Context, m: Match) -> list[Piece] | None:
    """月末, 月初め: of this month, or of the next where that lies behind."""
    this, part = YearMonth(c.today.year, c.today.month), m["p"].lstrip("月の")
    if c.today > month_part(this, part)[1]:
        this = add_months(this, 1)
    if part.endswith("日"):
        return [Piece(m.start(), m.end(), "date", month_span(this)[1])]
    return [c.span(m.start(), m.end(), *month_part(this, part))]


@rule(
    rf"(?:(?P<y>{YEAR}|{BARE_YEAR})の?)?(?P<m>{MONTH})(?!号|期|分|曜|雨|病|町)"
    rf"(?:の?(?:(?P<p>{_PART})|第?(?P<w>{N})週目?(?!間)|(?P<w1>最初|最後|最終)の?週"
    "|(?P<e>に?(?:入|な)っ(?:て(?:から|以降)?|たら))))?",
)
def month_or_part(c: Context, m: Match) -> list[Piece] | None:
    """12月, 来月の頭, 12月の前半, 来月第2週."""
    start, end = m.span()
    years, at = read_month(c, m["y"], m["m"])
    if not 1 <= at <= 12:
        return [c.invalid(start, end, "no_such_month")]
    if m["y"] and years is None:
        return [c.invalid(start, end, "no_such_era_year")]
    if years and len(years) > 1:
        candidates = tuple(date(year, at, 1) for year in years)
        return [c.invalid(start, end, "era_missing", candidates)]
    month = YearMonth((years or [c.near_month(at)])[0], at)
    if m["w"] or m["w1"]:
        return [_week_of_month(c, m, month)]
    if m["e"]:
        return [Piece(start, end, "date_range", DateRange(month_span(month)[0], None))]
    if m["p"] in ("末日", "最終日"):
        return [Piece(start, end, "date", month_span(month)[1])]
    if m["p"] and m["p"] != "あたり":
        return [c.span(start, end, *month_part(month, m["p"]))]
    return [Piece(start, end, "month", month)]


def _week_of_month(c: Context, m: Match, month: YearMonth) -> Piece:
    """来月第2週 (its second week from Monday), 12月最後の週."""
    last_day = month_span(month)[1]
    if m["w1"] in ("最後", "最終"):
        return c.span(m.start(), m.end(), last_day - DAY * 6, last_day)
    count = number(m["w"]) if m["w"] else 1
    if not 1 <= count <= 5:
        return c.invalid(m.start(), m.end(), "no_such_day")
    first_day = month_span(month)[0]
    # A week that has begun before Friday in the month before is its first week.
    monday = first_day - DAY * first_day.weekday() + timedelta(weeks=first_day.weekday() > 3)
    first = monday + timedelta(weeks=count - 1)
    return c.span(m.start(), m.end(), max(first, first_day), min(first + DAY * 6, last_day))


@rule(rf"(?P<p>[上中下]旬|[前後]半|半ば|月末|末)|第?(?P<w>{N})週目?(?!間)(?P<w1>)")
def part_of_that_month(c: Context, m: Match) -> list[Piece] | None:
    """12月中旬から下旬, 来月の上旬か中旬: a part of the month said just before."""
    before = c.pieces[-1] if c.pieces else None
    if before and m["p"] not in (None, "月末") and _IN_WHICH.fullmatch(c.text, before.end, m.start()):
        return _part_of_it(c, m, before)
    month = before and before.kind in ("date_range", "month") and month_of(before)
    if not before or not month or not _GOES_ON.fullmatch(c.text, before.end, m.start()):
        return None
    if m["w"]:
        piece = _week_of_month(c, m, month)
    else:
        piece = c.span(m.start(), m.end(), *month_part(month, m["p"].lstrip("月")))
    piece.or_before = True
    return [piece]


def _part_of_it(c: Context, m: Match, before: Piece) -> list[Piece] | None:
    """再来週だと嬉しいです、できたら後半: which part of the week or month that was said."""
    if re.search("月(?:中|じゅう|のうち)?$", c.text[before.start : before.end]):
        return [c.span(m.start(), m.end(), *month_part(month_of(before), m["p"]))]  # type: ignore[arg-type]
    if before.kind != "date_range" or not before.week or m["p"] not in ("前半", "後半", "半ば"):
        return None
    first, last = part_of_week(m["p"])
    return [c.span(m.start(), m.end(), before.week + DAY * first, before.week + DAY * last)]


_IN_WHICH = re.compile(r"[^。\d]{1,12}[、。](?:できれば|できたら|出来れば|出来たら|なるべく|可能なら|希望は|それも)?、?(?:週の|月の)?")
_GOES_ON = re.compile("か|から|~|-|、|・|と|または|もしくは")


@rule("月(?:を|が)?(?:また|跨|変わ|替わ|かわ|明け)(?:いで|っ)?(?:て|たら)?(?:から|すぐ)?")
def next_month_on(c: Context, m: Match) -> list[Piece] | None:
    """月をまたいでから, 月が変わったら."""
    following = add_months(YearMonth(c.today.year, c.today.month), 1)
    return [Piece(m.start(), m.end(), "date_range", DateRange(date(*following, 1), None))]


def month_part(month: YearMonth, part: str) -> tuple[date, date]:
    """Return the days of 頭 (1–7), 上旬 (1–10), 半ば・中旬 (11–20), 下旬, 末 (the last seven)."""
    if re.match("末|最終|終|お|end|last", part):
        last_day = month_span(month)[1]
        return last_day - DAY * 6, last_day
    for words, first, last in (
        ("頭|あ", 1, 7),
        ("初|は|始|上|early|beginning|start", 1, 10),
        ("中旬|中頃|中ご|半|な|央|真|ま|mid", 11, 20),
        ("前半|first", 1, 15),
        ("下|late", 21, 31),
        ("後半|second", 16, 31),
    ):
        if re.match(words, part):
            return month_span(month, first, last)
    return month_span(month)


@rule(
    "(?:年が?(?:明け|変わっ|替わっ|越し)(?:て(?:から)?)?|来年|新年)の?、?(?:一番|いちばん)?の?"
    f"(?:{FIRST_OPEN}|(?:最初|はじめ|初め)に(?:開|空|あ)い?てい?る(?:営業日|平日|日(?!曜))|初日|(?:最初|早い日)(?=[にでが、。]|$))",
)
def first_of_year(c: Context, m: Match) -> list[Piece] | None:
    """年明け最初の日, 来年の初日: the first working day of the year to come."""
    on = date(c.today.year + (c.today > date(c.today.year, 1, 3)), 1, 4)
    while is_day_off(on):
        on += DAY
    return [c.relative_day(m.start(), m.end(), on)]


@rule(
    "(?P<new>(?!年[がの]?明けて[^、。]{0,2}(?:松の内|三が日|正月))年(?:[がの]?明け|を?越し|が変わっ)(?:早々|すぐ|(?:て|たら)(?:から|すぐ)?)?"
    "|来年(?:早々|の?(?:初め|はじめ|始め|頭))|(?<!謹賀)新年(?!度)|年始(?:早々|明け)?)",
)
def new_year(c: Context, m: Match) -> list[Piece] | None:
    """年明け (4–15 January), 新年早々."""
    last = 10 if re.search("早|すぐ", m["new"]) else 15
    year = c.today.year + (c.today > date(c.today.year, 1, 3))
    if m["new"].endswith("から"):
        return [Piece(m.start(), m.end(), "date_range", DateRange(date(year, 1, 4), None))]
    return [c.span(m.start(), m.end(), date(year, 1, 4), date(year, 1, last))]


@rule(rf"前の月の(?P<d>{N})日(?!間)")
def month_before(c: Context, m: Match) -> list[Piece] | None:
    """The day in the month before the date said last: 1月8日に切れるので、前の月の18日に."""
    before = next((each.value for each in reversed(c.pieces) if isinstance(each.value, date)), None)
    if before is None:
        return []
    month = add_months(YearMonth(before.year, before.month), -1)
    return [c.dated(m.start(), m.end(), [month.year], month.month, number(m["d"]))]


@rule(
    rf"(?P<y>{YEAR})(?!度|生|間)(?:ごろ|頃|くらい|ぐらい)?(?P<p>中|いっぱい|のうち)?",
    rf"(?P<y>{ERA_IN_LATIN}\d{{1,2}})(?![\d./-]|[、 ]*{ENGLISH_MONTH})(?P<p>)",
    r"(?<![a-z\d])(?P<y>[rhst]\.?(?:[1-9]\d?|元))(?=$|[のにで、。ご頃(]|です)(?P<p>)",
)
def year_alone(c: Context, m: Match) -> list[Piece] | None:
    """来年, 令和3年ごろ, R3; 今年中."""
    years = c.years(m["y"])
    if not isinstance(years, list):
        return [c.invalid(m.start(), m.end(), "no_such_era_year", years.candidates)]
    if m["p"]:
        return [c.span(m.start(), m.end(), date(years[0], 1, 1), date(years[0], 12, 31))]
    return [Piece(m.start(), m.end(), "year", years[0])]


@rule(rf"{G}(?P<ago>{N})年(?:くらい|ぐらい|ほど)?前")
def years_ago(c: Context, m: Match) -> list[Piece] | None:
    """5年前."""
    return [Piece(m.start(), m.end(), "year", c.today.year - number(m["ago"]))]


@rule(
    "(?P<fiscal>今年度|来年度|年度)(?P<p>末|内|中)?(?P<until>までに?)?",
    "(?P<fiscal>新年度)(?:[にが]?(?:な|入|始ま)っ(?:て(?:から)?|たら))?(?P<p>)",
)
def fiscal_year(c: Context, m: Match) -> list[Piece] | None:
    """今年度中, 年度末 (March), 新年度."""
    fiscal = c.today.year - (c.today.month < 4) + (m["fiscal"] == "来年度")
    if m["fiscal"] == "新年度":
        return [Piece(m.start(), m.end(), "date_range", DateRange(date(fiscal + 1, 4, 1), None))]
    if not m["p"] and m["fiscal"] == "年度":
        return []
    if m["p"] == "末" and not m["until"]:
        return [c.span(m.start(), m.end(), date(fiscal + 1, 3, 1), date(fiscal + 1, 3, 31))]
    return [c.span(m.start(), m.end(), date(fiscal, 4, 1), date(fiscal + 1, 3, 31))]


@rule("(?P<end>年内|年末(?!年始)|年の瀬|年の?暮れ)")
def end_of_year(c: Context, m: Match) -> list[Piece] | None:
    """年内 (to 28 December), 年末 (from 21 December)."""
    this = c.today.year
    within = m["end"] == "年内"
    # Nobody comes after the last working day of a town hall; from then on 年内 is the year.
    closes = date(this, 12, 28 if within else 31)
    first = c.today if within else date(this, 12, 21)
    return [c.span(m.start(), m.end(), first, closes if first <= closes else date(this, 12, 31))]
