"""The table of rules: what a day or time looks like, and what it means.

Every rule is a pattern over folded text (see `text.fold`) and a function that resolves it. The
patterns are tried in the order of this file at each place; the first that fits and resolves wins.
A function returns the pieces read, [] to pass over what only looks like a date (a phone number, an
age), or None to let the next rule try. How pieces combine ("から", "以降", "以外") is in `combine`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

from renewal.japanese_dates.context import (
    DAY,
    WEEKDAY_NAMES,
    Context,
    Piece,
    add_months,
    holidays_of,
    month_span,
    valid,
    weekday_after,
)
from renewal.japanese_dates.text import KANA_DAYS, KANA_NUMBER, KANJI_DIGITS, number
from renewal.japanese_dates.values import (
    DateRange,
    Kind,
    Purpose,
    TimeRange,
    Value,
    YearMonth,
)

Match = re.Match[str]
Resolver = Callable[[Context, Match], "list[Piece] | None"]


@dataclass(frozen=True)
class Rule:
    """A pattern and what it means."""

    pattern: re.Pattern[str]
    resolve: Resolver


RULES: list[Rule] = []


def rule(*patterns: str) -> Callable[[Resolver], Resolver]:
    """Enter the function under each of the patterns, in the order of this file."""

    def enter(resolve: Resolver) -> Resolver:
        RULES.extend(Rule(re.compile(pattern), resolve) for pattern in patterns)
        return resolve

    return enter


# Words of which the patterns are made -------------------------------------------------------

K = KANJI_DIGITS
G = rf"(?:(?<![a-z\d{K}百千])|(?<=or))"  # no number or Latin letter just before
L = "(?<![a-z])"  # not inside a Latin word
R = "(?![a-z])"
N = rf"(?:\d{{1,2}}|[{K}]{{1,3}})"
KN = KANA_NUMBER
UM = "(?:、|え[ーえ]?っ?と[ーお]?|あの[ーう]?|その[ーう]?|うーん|まあ)*"  # spoken fillers

ERA_NAME = "令和|平成|昭和|大正|明治|れいわ|へいせい|しょうわ|たいしょう|めいじ"
ERA = rf"(?:{ERA_NAME}|{L}[rhstm]\.?|[令平昭大明])"
YEAR = (
    rf"(?:(?:{ERA_NAME})の?(?:\d{{1,2}}|[{K}]{{1,3}}|元|がん|{KN})(?:年|ねん)"
    rf"|(?:{L}[rhstm]\.?|[令平昭大明])(?:{N}|元)年"
    rf"|{G}(?:(?:1[89]|2[01])\d\d|[一二][{K}百千]{{3,6}})(?:年|ねん)"
    "|(?:一昨|再来|去|昨|今|本|来|明)年(?!度|齢|金|末|内|始|生|中学|間)"
    "|(?:おととし|きょねん|ことし|さらいねん|らいねん))"
)
BARE_YEAR = rf"{G}(?:{N}|元)年前?(?=の?{N}月)"
KANA_MONTH = (
    "(?:じゅういち|じゅうに|じゅう|いち|ろく|しち|なな|はち|きゅう"
    "|(?<![ぁ-ん])(?:に|さん|し|よん|ご|く))がつ"
)
MONTH = (
    rf"(?:(?:{G}|(?<=年)|(?<=年の)){N}(?:月|がつ)|{KANA_MONTH}"
    "|(?:再来|今|本|来|先|翌)月|さ来月|(?:こん|さらい|らい|せん)げつ)"
)
KANA_DAY = "|".join(sorted(KANA_DAYS, key=len, reverse=True))
# A day after its month: the 日 may be missing, or be か in easy Japanese (12がつ3か).
NOT_A_DAY = rf"(?![\d{K}時じ:月年人名枚つ回個通件歳才代番階号円分週杯ヶヵ%/]|けた|か月|か所|さい|にん)"
DAY_AFTER_MONTH = (
    rf"(?:{N}(?:日(?!間|以内)|にち|目(?!的))"
    rf"|{KANA_DAY}|{KN}にち|{N}か(?=$|[のにでは、。!?]|から|まで|もく|きん|げつ|すい)"
    rf"|\d{{1,2}}{NOT_A_DAY}|[{K}]{{1,3}}(?=$|[のにで、。(~]|午|夕|夜))"
)
WEEKDAY = (
    "(?:[月火水木金土日](?:曜日?|よう(?:び|日)?)"
    "|(?:げつ|すい|もく|きん|ど|にち)よう(?:び|日)?|(?<![ぁ-ん])かよう(?:び|日)"
    "|(?<=[のはとやか])かよう(?:び|日))"
)
# 来週の木, 第2木: a single character is a weekday only where no other word can begin.
SHORT_WEEKDAY = (
    "[月火水木金土](?=$|[のでにはがをか、。・/~!?\\s\\d午夕夜朝昼月火水木金土]|から|まで|以)"
)
ANY_WEEKDAY = rf"(?:{WEEKDAY}|(?:げつ|か|すい|もく|きん|ど|にち)よう(?:び|日)?|{SHORT_WEEKDAY})"
ENGLISH_WEEKDAY = (
    rf"{L}(?:mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:nesday)?s?|thu(?:r(?:s(?:day)?)?)?s?"
    rf"|fri(?:day)?s?|sat(?:urday)?s?|sun(?:day)?s?){R}\.?"
)
ENGLISH_MONTH = (
    rf"{L}(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEK = "(?:再来|来々|来来|さ来|今|来|先|翌)週|(?:こん|さらい|らい|せん)しゅう|(?:次|つぎ)の週(?!末)"
PART = (
    "(?:初め|はじめ|始め|初旬|初頭|上旬|中旬|中頃|中ごろ|下旬|半ば|真ん中|まんなか|なかば|前半|後半|末日|末|終わり"
    "|おわり|頭|あたま|あたり|いっぱい|一杯|中(?!学)|ちゅう|じゅう)"
)
LATER = "(?:くらい|ぐらい|ほど)?(?:後(?!半)|あと|先(?!週|月)|のち|ご(?![ごぜろ]))"

# Things that only look like dates -----------------------------------------------------------


@rule(
    r"\+?81[- ]?\(?0?\)?\d[\d -]{6,12}\d(?!\d)",  # phones
    r"(?<!\d)\(?0\d{1,4}[-) ]{1,2}\d{1,4}[- ]\d{3,4}(?!\d)",
    r"(?<![\d])\d{4}[- ]\d{4}[- ]\d{4}(?!\d)",  # My Number
    r"〒?(?<!\d)(?<![a-z])\d{3}-\d{4}(?!\d)",  # postal code
    # booking code
    r"(?<![a-z\d])(?!\d{1,2}[ap]m)(?=[a-z\d-]*[a-z])(?=[a-z\d-]*\d)[a-z\d]{4}-[a-z\d]{4}(?![a-z\d])",
    r"(?<![a-z\d])(?!(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|tom|tod))(?=\d*[a-z]+\d+[a-z\d])[a-z\d]{8}(?![a-z\d])",
    r"(?<!\d)(?:\d{9,}|\d{5,7}(?!\d))",
    rf"[{K}]{{5,}}(?!年)",
    rf"(?:{N}|百{N}?|\d{{3}})(?:歳|才|さい(?!し)|代(?!わ|理)|years?.?old|yo{R})",
    # school years
    rf"(?<![週月年日午夜途最集\d])(?:小|中|高|大)(?:学校?|校)?の?[1-6一二三四五六](?:年(?:生)?)?(?![\d{K}日時月/])",
    rf"{G}{N}年生",
    # durations and before-something
    rf"{G}(?:\d{{1,3}}|[{K}半]{{1,3}}|数)(?:時間|分間|年間|泊)(?:半)?(?:前|後|以内|ほど|くらい)?",
    rf"{G}(?:\d{{1,3}}|[{K}数]{{1,3}})(?:[かヶヵけ箇]月|か年|週間|日間|営業日)(?!{LATER}|以内)(?:前)?",
    rf"(?<=あと)(?:{N})日(?!後)",
    rf"{G}\d{{1,2}}(?:、|~|-|か)\d{{1,2}}(?:人|名|枚|分(?!で)|年)",
    rf"{G}(?:\d{{1,4}}|[{K}]{{1,3}})(?:人|名(?!前)|枚|通(?!り)|件|個|円|回|本(?!日)|番(?!早|はや|近|最|空|遅)|階|号|丁目|世帯"
    r"|桁|けた|文字|種類|点|度(?!目の)|級|倍|割|台(?!風)|%|kg|cm|km|つ目|つ(?!いたち)|日目|年目|年以内|年以上)",
    rf"{G}\d{{1,3}}(?:年(?=$|[でとはをが。、])|ねん(?=かん))",
    "24/7|週に?[1-7一二三四五六七]日?|(?:android|ios|windows|ver|ばーじょん)[. ]*\\d[\\d.]*",
    r"\d\.\d+(?=[万千億円%割gmk倍点])",
    "(?:生年|年)月日|日にち|日付|日時|日程",
    "(?:今|本)日はお日柄|^(?:今日は|こんにちは)(?=$|[!。])",
)
def looks_alike(c: Context, m: Match) -> list[Piece] | None:
    """Numbers that are no dates are passed over as a whole; a date without an era is not one."""
    year = re.match(rf"{N}年(?=の?{N}月)", m[0] + c.text[m.end() : m.end() + 5])
    return None if year else []


# Whole dates in figures ---------------------------------------------------------------------


@rule(r"(?<![a-z\d])((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
def eight_figures(c: Context, m: Match) -> list[Piece] | None:
    """20261203."""
    return [c.dated(m.start(), m.end(), [int(m[1])], int(m[2]), int(m[3]))]


@rule(r"(?<!\d)\d{8}(?!\d)")
def other_eight_figures(c: Context, m: Match) -> list[Piece] | None:
    """Any other number of eight figures."""
    return []


@rule(rf"({ERA})(\d\d)(\d\d)(\d\d)(?!\d)")
def era_and_figures(c: Context, m: Match) -> list[Piece] | None:
    """R081203."""
    month, day = int(m[3]), int(m[4])
    if not valid(2000, month, day):
        return None
    return [c.dated(m.start(), m.end(), c.years(m[1] + m[2], month, day), month, day)]


@rule(
    rf"(?:({ERA})の?({N}|元)|{G}((?:1[89]|2[01])\d\d))年?[./、・ -] ?(\d{{1,2}})[./、・ -] ?(\d{{1,2}})日?(?![\d/])",
)
def year_month_day_figures(c: Context, m: Match) -> list[Piece] | None:
    """R8.12.3, 令和8/12/3, 2026/12/3, 2026-12-03."""
    month, day = int(m[4]), int(m[5])
    years = [int(m[3])] if m[3] else c.years(m[1] + m[2], month, day)
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})[/.-]((?:19|20)\d\d)(?![\d/])")
def figures_year_last(c: Context, m: Match) -> list[Piece] | None:
    """12/3/2026 as in America, 25/12/2026 as in Europe where the first cannot be a month."""
    month, day, year = int(m[1]), int(m[3]), int(m[4])
    if month > 12 >= day:
        month, day = day, month
    return [c.dated(m.start(), m.end(), [year], month, day)]


@rule(
    r"(?<![\d/.a-z-])(\d{2}|[1-9])(/)(\d{1,2})/(\d{1,2})(?![\d/.-])",
    r"(?<![\d/.a-z-])(\d{2}|[1-9])(\.)(\d{1,2})\.(\d{1,2})(?![\d/.-])",
    r"(?<![\d/.a-z-])(\d{2})(-)(\d\d)-(\d\d)(?![\d/.-])",
)
def short_year_figures(c: Context, m: Match) -> list[Piece] | None:
    """8.12.3, 26/12/03, 40.3.5: an era or the western year shortened."""
    count, month, day = int(m[1]), int(m[3]), int(m[4])
    if not (valid(2000, month, day) or month <= 12):
        return None
    western = m[1].startswith("0") and m[2] != "." or (m[2] != "." and count > 64)
    if western and c.purpose is Purpose.BIRTHDAY:
        years = [2000 + count if 2000 + count <= c.today.year else 1900 + count]
    else:
        years = c.short_years(count)
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(rf"(?:({ERA})({N}|元)年?|{G}((?:19|20)\d\d)年?)[./・-](\d{{1,2}})(?:月|(?![\d/.-]))")
def year_month_figures(c: Context, m: Match) -> list[Piece] | None:
    """2026/12, R8.12."""
    month = int(m[4])
    years = [int(m[3])] if m[3] else c.years(m[1] + m[2], month)
    if not isinstance(years, list) or not 1 <= month <= 12:
        return None
    return [Piece(m.start(), m.end(), "month", YearMonth(years[0], month))]


# Months and days in words -------------------------------------------------------------------


def read_month(c: Context, year: str | None, month: str) -> tuple[list[int] | None, int]:
    """Return the years said (None if none was) and the number of the month."""
    steps = {"今": 0, "本": 0, "来": 1, "翌": 1, "再": 2, "さ": 2, "先": -1}
    kana = {"こん": 0, "らい": 1, "せん": -1}
    step = kana[month[:2]] if month[:2] in kana else steps.get(month[0])
    if step is not None and not month.startswith("さん"):
        meant = add_months(YearMonth(c.today.year, c.today.month), step)
        return [meant.year], meant.month
    at = number(month)
    if not year:
        return None, at
    years = c.years(year, at)
    return (None if not isinstance(years, list) else years), at


@rule(
    rf"(?:(?P<week>{WEEK})|{G}(?P<n>{N})週間?{LATER}|(?P<month>{MONTH}))の(?:今日|同じ(?:曜日|日))",
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
    rf"(?:(?P<y>{YEAR}|{BARE_YEAR})の?{UM})?(?P<m>{MONTH})の?{UM}(?P<d>{DAY_AFTER_MONTH})",
    rf"(?P<y>{YEAR})の?(?P<m>\d{{1,2}})[/.](?P<d>\d{{1,2}})日?(?!\d)",
)
def month_and_day(c: Context, m: Match) -> list[Piece] | None:
    """12月3日, 令和八年十二月三日, 来月10日, 来年の1/10, じゅうにがつみっか."""
    if re.match(rf"(?:{YEAR})", m["m"]):
        return None
    years, month = read_month(c, m["y"], m["m"])
    day = number(m["d"])
    if m["y"]:
        said = c.years(m["y"], min(max(month, 1), 12), min(max(day, 1), 28))
        return [c.dated(m.start(), m.end(), said, month, day)]
    return [c.dated(m.start(), m.end(), years, month, day)]


@rule(
    rf"(?:(?:(?P<y>{YEAR})の?)?(?P<m>{MONTH}|毎月)の?、?)?第(?P<n>{N})(?:[・、と/]第?(?P<n2>{N}))?"
    rf"(?:週目?|回)?の?(?P<w>{ANY_WEEKDAY}|日曜)",
    rf"(?:(?:(?P<y>{YEAR})の?)?(?P<m>{MONTH})の?)?の?(?P<n>最終|最後の|最初の)(?:週の?)?(?P<w>{ANY_WEEKDAY})",
    rf"(?:(?:(?P<y>{YEAR})の?)?(?P<m>{MONTH}))の?(?P<n>{N})(?:番目|回目|週目)の(?P<w>{ANY_WEEKDAY})",
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
        start, end = (second, m.end()) if at else (m.start(), second - 1)
        on = nth_in(c, said, groups.get("y"), rank, weekday)
        if isinstance(on, date):
            pieces.append(Piece(start, end, "date", on))
        else:
            pieces.append(c.invalid(start, end, "no_such_day"))
    return pieces


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
        if rank in ("最終", "最後の", "last"):
            on = last - DAY * ((last.weekday() - weekday) % 7)
        else:
            which = {"最初の": 1, "first": 1, "second": 2, "third": 3, "fourth": 4}.get(rank) or number(rank)
            on = first + DAY * ((weekday - first.weekday()) % 7) + timedelta(weeks=which - 1)
        if on.month == month.month and (len(months) == 1 or on >= c.today):
            return on
    return None


@rule(
    rf"(?:(?:(?P<y>{YEAR}|{BARE_YEAR})の?)?(?P<m>{MONTH})(?!号|期|分|曜|雨|病))"
    rf"(?:の?(?:(?P<p>{PART})|(?:第(?P<w>{N})週目?|(?P<w1>最初|最後|最終)の?週)|(?P<e>に(?:入|な)っ(?:て(?:から|以降)?|たら))))?",
    rf"(?P<p0>月初め?|月の?(?:はじめ|初め|頭)|月の?(?:半ば|なかば|中頃|真ん中)|月の前半|月の後半|月末|(?<![{K}\d今来先])月の?(?:終わり|おわり))",
)
def month_or_part(c: Context, m: Match) -> list[Piece] | None:
    """12月, 来月の頭, 12月の前半, 月末, 来月第2週."""
    groups = m.groupdict()
    start, end = m.span()
    this = YearMonth(c.today.year, c.today.month)
    if groups.get("p0"):
        part = m["p0"][1:].lstrip("の")
        if c.today > month_part(this, part)[1]:
            this = add_months(this, 1)
        return [c.span(start, end, *month_part(this, part))]
    years, at = read_month(c, m["y"], m["m"])
    if not 1 <= at <= 12:
        return [c.invalid(start, end, "no_such_month")]
    if m["y"] and years is None:
        return [c.invalid(start, end, "no_such_era_year")]
    if years and len(years) > 1:
        candidates = tuple(date(year, at, 1) for year in years)
        return [c.invalid(start, end, "era_missing", candidates)]
    month = YearMonth((years or [c.near_month(at)])[0], at)
    if m["e"]:
        return [Piece(start, end, "date_range", DateRange(month_span(month)[0], None))]
    if m["w1"]:
        return [c.span(start, end, *(month_span(month, 1, 7) if m["w1"] == "最初" else
                                     (month_span(month)[1] - DAY * 6, month_span(month)[1])))]
    if m["w"]:
        first = number(m["w"]) * 7 - 6
        if not 1 <= first <= 29:
            return [c.invalid(start, end, "no_such_day")]
        return [c.span(start, end, *month_span(month, first, first + 6))]
    if m["p"] == "あたり":
        return [Piece(start, end, "month", month)]
    if m["p"] == "末日":
        return [Piece(start, end, "date", month_span(month)[1])]
    if m["p"]:
        return [c.span(start, end, *month_part(month, m["p"]))]
    return [Piece(start, end, "month", month)]


def month_part(month: YearMonth, part: str) -> tuple[date, date]:
    """Return the days that 頭・上旬 (1–10), 半ば・中旬 (11–20), 下旬, 末 (from the 25th) mean."""
    for words, first, last in (
        ("初|は|始|上|頭|あ|early|beginning|start", 1, 10),
        ("中旬|中頃|中ご|半|な|真|ま|mid", 11, 20),
        ("前半|first", 1, 15),
        ("下|late", 21, 31),
        ("末|終|お|end", 25, 31),
        ("後半|second", 16, 31),
    ):
        if re.match(words, part):
            return month_span(month, first, last)
    return month_span(month)


# Years --------------------------------------------------------------------------------------


@rule(
    "(?P<new>年明け(?:早々|すぐ)?|来年(?:早々|の?(?:初め|はじめ|始め|頭))|年が明けて?|(?<!謹賀)新年|年始(?:明け)?)",
    rf"(?P<y>{YEAR})(?!度|生|間)(?:ごろ|頃|くらい|ぐらい)?(?P<p>中|いっぱい)?",
    rf"{G}(?P<ago>{N})年(?:くらい|ぐらい|ほど)?前",
    rf"(?<![a-z\d])(?P<y>[rhst]\.?(?:[1-9]\d?|元))(?=$|[のにで、。ご頃(]|です)",
    rf"(?P<fiscal>今年度|来年度|年度)(?P<fp>末|内|中)?(?:まで)?",
    "(?P<end>年内|年末(?!年始))",
)
def years_and_turns(c: Context, m: Match) -> list[Piece] | None:
    """来年, 令和3年ごろ, 5年前, 年内, 年末 (from 21 December), 年明け (January), 今年度中."""
    groups = m.groupdict()
    this = c.today.year
    start, end = m.span()
    if groups.get("ago"):
        return [Piece(start, end, "year", this - number(m["ago"]))]
    if groups.get("fiscal"):
        fiscal = this - (c.today.month < 4) + (m["fiscal"] == "来年度")
        if not groups.get("fp") and m["fiscal"] == "年度":
            return []
        if groups.get("fp") == "末":
            return [c.span(start, end, date(fiscal + 1, 3, 1), date(fiscal + 1, 3, 31))]
        return [c.span(start, end, date(fiscal, 4, 1), date(fiscal + 1, 3, 31))]
    if groups.get("end"):
        first = c.today if m["end"] == "年内" else date(this, 12, 21)
        return [c.span(start, end, first, date(this, 12, 31))]
    if groups.get("new"):
        last = 10 if re.search("早|すぐ", m["new"]) else 31
        return [c.span(start, end, date(this + 1, 1, 1), date(this + 1, 1, last))]
    if re.match("おととし", m["y"]) and c.text[m.end() :].startswith("い"):
        return None
    years = c.years(m["y"])
    if not isinstance(years, list):
        return [c.invalid(start, end, "no_such_era_year", years.candidates)]
    if groups.get("p"):
        return [c.span(start, end, date(years[0], 1, 1), date(years[0], 12, 31))]
    return [Piece(start, end, "year", years[0])]


# Days counted from today --------------------------------------------------------------------

KANA_END = "(?=$|[のはにでもがを、。!?~(]|から|まで|以|か|いき|いけ|よや|ごぜ|ごご|ゆう|あさ|午|夕|夜|朝|昼|\\d|です)"
RELATIVE_DAYS = {
    "今日": 0, "本日": 0, "きょう": 0, "明日": 1, "明朝": 1, "明晩": 1, "あした": 1, "あす": 1,
    "みょうにち": 1, "明後日": 2, "あさって": 2, "明々後日": 3, "明明後日": 3, "しあさって": 3,
    "みょうごにち": 2, "昨日": -1, "きのう": -1, "一昨日": -2, "おととい": -2,
    "今夜": 0, "今晩": 0, "today": 0, "tonight": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1,
    "tommorow": 1, "tomorow": 1, "day after tomorrow": 2, "yesterday": -1,
}  # fmt: skip
EVENING_WORDS = {"今夜": 1, "今晩": 1, "明晩": 1, "明朝": 1, "tonight": 2}


@rule(
    rf"(?:(?:今日|本日|今)から|{G})(?P<n>{N})(?:日|にち){LATER}",
    rf"(?P<n>{KANA_DAY})(?:ご(?![ごぜろ])|あと)",
    rf"(?:(?:今日|本日|今)から|{G})(?P<n>{N})週間?{LATER}(?:の?(?P<wd>{ANY_WEEKDAY}))?",
    rf"(?:(?:今日|本日|今)から|{G})(?P<n>{N}|半|ひと)(?:[かヶヵけ箇]月|年|月){LATER}",
    rf"{L}(?:in )?(?P<n>\d{{1,2}}|a|one|two|three) (?P<u>days?|weeks?|months?)(?: later| from (?:now|today))?",
)
def days_later(c: Context, m: Match) -> list[Piece] | None:
    """5日後, 三日後, 1週間後, 2週間後の木曜 (of that week), 1か月後, in 3 days."""
    english = m.groupdict().get("u")
    if english and not re.match("in |.*(?:later|from)", m[0]):
        return []
    words = {"a": 1, "one": 1, "two": 2, "three": 3, "半": 6, "ひと": 1}
    if m[0].startswith("半月"):
        return [c.relative_day(m.start(), m.end(), c.today + DAY * 15)]
    count = words.get(m["n"]) or number(m["n"])
    unit = english or m[0][m.end("n") - m.start() :]
    if re.match("日|にち|day|ご|あと", unit):
        on = c.today + DAY * count
    elif re.match("週|week", unit):
        on = c.today + timedelta(weeks=count)
        if m.groupdict().get("wd"):
            on += DAY * (weekday_of(m["wd"]) - on.weekday())
            return [Piece(m.start(), m.end(), "date", on)]
    else:
        months = count * 12 if unit.startswith("年") and m["n"] != "半" else count
        month = add_months(YearMonth(c.today.year, c.today.month), months)
        on = month_span(month, 1, c.today.day)[1]
    return [c.relative_day(m.start(), m.end(), on)]


@rule(
    rf"{G}(?P<a>\d|[一二三四五六七八九])(?:、|~|-|から|・|か)?(?P<b>\d|[一二三四五六七八九])(?P<u>日|週間?)(?P<k>{LATER}|中に?|以内に?|うちに)",
    rf"{G}(?P<b>{N})(?P<u>日|週間?|[かヶヵけ箇]月)(?:以内に?|のうちに|うちに)",
    "(?:ここ)?(?P<few>数日|2、3日|二、三日|二三日)(?P<k>後|以内|中|のうち|うち)に?",
    rf"{L}within (?:the next )?(?P<b>\d{{1,2}}|a) (?P<u>days?|weeks?|months?)",
)
def days_within(c: Context, m: Match) -> list[Piece] | None:
    """2、3日後 (one of these days), 2、3日中, 10日以内, 2週間以内."""
    groups = m.groupdict()
    later = (groups.get("k") or "").startswith(("後", "あ", "先", "く", "ぐ", "ほ", "の"))
    later = later and not (groups.get("k") or "").startswith("のう")
    if groups.get("few"):
        first, last = (2, 3) if m["few"] != "数日" else (2, 6)
        return [c.span(m.start(), m.end(), c.today + DAY * first * later, c.today + DAY * last)]
    count = 1 if m["b"] == "a" else number(m["b"])
    if groups.get("a"):
        if number(m["a"]) >= count:
            return None
        unit = 7 if m["u"].startswith("週") else 1
        first_day = c.today + DAY * unit * number(m["a"]) if later else c.today
        return [c.span(m.start(), m.end(), first_day, c.today + DAY * unit * count)]
    days = {"週": 7, "w": 7, "日": 1, "d": 1}.get(m["u"][0], 30) * count
    return [c.span(m.start(), m.end(), c.today, c.today + DAY * days)]


@rule(
    "(?P<w>明々後日|明明後日|明後日|一昨日|昨日|明朝|明晩|明日(?!香|葉|奈|菜)|本日|今日(?!的|子)|今夜|今晩)(?:中に?|じゅう)?",
    "(?P<w>しあさって|あさって|おととい|みょうごにち|みょうにち)",
    f"(?P<w>あした)(?:じゅう)?",
    f"(?<![うんどじりっゃゅょとてべた])(?P<w>きょう)(?:じゅう)?{KANA_END}",
    f"(?<![ぁ-ん])(?P<w>あす|きのう){KANA_END}",
    rf"{L}(?:the )?(?P<w>day after tomorrow|today|tonight|tomorrow|tommorow|tomorow|tmrw?|yesterday){R}",
)
def near_day(c: Context, m: Match) -> list[Piece] | None:
    """今日, 明日, 明後日, tomorrow; 今夜 and 明朝 give the part of the day too."""
    word = m["w"]
    on = c.today + DAY * RELATIVE_DAYS[word]
    if word not in EVENING_WORDS:
        return [c.relative_day(m.start(), m.end(), on)]
    cut = m.start("w") + EVENING_WORDS[word]
    part = TimeRange(None, time(12)) if word == "明朝" else TimeRange(time(17), None)
    after = Piece(cut, m.end(), "time_range", part, named=True)
    after.half = "am" if word == "明朝" else "pm"
    return [Piece(m.start(), cut, "date", on, relative=True), after]


# Weeks and weekdays -------------------------------------------------------------------------


def weekday_of(said: str) -> int:
    """Return the weekday that a word begins with: 0 for Monday."""
    for length in (3, 2, 1):
        if said[:length] in WEEKDAY_NAMES:
            return WEEKDAY_NAMES[said[:length]]
    raise ValueError(said)


def week_start(c: Context, said: str) -> date:
    """Return the Monday of 今週, 来週, 再来週…; a week is a calendar week that begins on Monday."""
    steps = {"再": 2, "来々": 2, "来来": 2, "さ": 2, "今": 0, "こん": 0, "先": -1, "せん": -1}
    step = next((steps[said[:n]] for n in (2, 1) if said[:n] in steps), 1)
    if said.startswith(("らい", "次", "つぎ")):
        step = 1
    return c.monday + timedelta(weeks=step)


@rule(
    rf"(?P<k>{WEEK})の?(?P<a>[月火水木金土])(?:曜日?)?(?:~|-|から)(?P<b>[火水木金土日])(?:曜日?|(?![一-龥ぁ-ん]))(?:まで)?",
)
def weekdays_through(c: Context, m: Match) -> list[Piece] | None:
    """来週の月〜水."""
    monday = week_start(c, m["k"])
    first, last = weekday_of(m["a"]), weekday_of(m["b"])
    if first > last:
        return None
    return [c.span(m.start(), m.end(), monday + DAY * first, monday + DAY * last)]


@rule(
    rf"(?P<k>{WEEK})中?の?(?P<w>(?:{ANY_WEEKDAY}|[月火水木金土日](?=[・、]?[月火水木金土日]))"
    rf"(?:[・、とか]?(?:{WEEKDAY}|{SHORT_WEEKDAY}|[土日](?![程時付に])|[月火水木金土日](?=[月火水木金土日])))*)",
)
def weekday_in_week(c: Context, m: Match) -> list[Piece] | None:
    """来週の木曜, 今週金曜, 来週の木金: days of that calendar week (Monday to Sunday)."""
    monday = week_start(c, m["k"])
    pieces: list[Piece] = []
    for found in re.finditer(
        "(?:[月火水木金土日]|げつ|か(?=よう)|すい|もく|きん|ど|にち)(?:曜日?|よう(?:び|日)?)?", m["w"]
    ):
        start = m.start("w") + found.start() if pieces else m.start()
        on = monday + DAY * weekday_of(found[0])
        piece = Piece(start, m.start("w") + found.end(), "date", on, week=monday)
        piece.or_before = bool(pieces)
        pieces.append(piece)
    return pieces


WEEK_PARTS = (
    ("頭|あたま|初め|はじめ|始め|early|beginning", 0, 1),
    ("前半|first", 0, 2),
    ("半ば|なかば|中頃|中ごろ|真ん中|まんなか|mid", 1, 3),
    ("後半|second", 3, 6),
    ("末|週末|weekend", 5, 6),
    ("終わり|おわり|end", 3, 4),
    ("平日", 0, 4),
    ("土日", 5, 6),
)


@rule(
    rf"(?P<k>{WEEK})(?:中(?!旬|頃|ご)|いっぱい|一杯|のどこか|のうち)?(?:の?(?P<p>頭|あたま|初め|はじめ|始め|前半|半ば|なかば|真ん中|まんなか|中頃"
    r"|中ごろ|後半|末(?!日)|週末|終わり|おわり|平日(?!は)|土日))?",
    "(?:今度|こんど|次)の(?P<p>週末|土日)",
    "(?P<p>週明け)(?:早々)?(?:すぐ)?(?:の(?P<wd>月曜日?))?",
    rf"{L}(?P<k>week after next|next week|this week)(?: ?(?P<p>end|days?))?{R}",
    rf"{L}(?P<k>this|next)(?: coming)? (?P<p>weekend){R}",
    rf"{L}(?:the )?(?P<p>beginning|end|early|mid|late)(?: of)? (?P<k>this week|next week){R}",
)
def week_or_part(c: Context, m: Match) -> list[Piece] | None:
    """来週, 来週中, 来週の前半 (Mon–Wed), 来週の頭 (Mon, Tue), 今週末, 週明け (next Monday)."""
    groups = m.groupdict()
    start, end = m.span()
    part = groups.get("p")
    if part == "週明け":
        return [Piece(start, end, "date", c.monday + timedelta(weeks=1))]
    said = groups.get("k") or "今"
    english = {"week after next": 2, "next week": 1, "next": 1, "this": 0, "this week": 0}
    monday = week_start(c, said)
    if said in english:
        monday = c.monday + timedelta(weeks=english[said])
    elif not groups.get("k") and c.today.weekday() == 6:
        monday += timedelta(weeks=1)
    if part == "late":
        part = "end"
    for words, first, last in WEEK_PARTS if part else ():
        if re.fullmatch(words, part or ""):
            if part == "end" and "week end" in m[0] or part == "weekend":
                first, last = 5, 6
            piece = c.span(start, end, monday + DAY * first, monday + DAY * last)
            piece.week = monday
            return [piece]
    piece = c.span(start, end, monday, monday + DAY * 6)
    piece.week = monday
    return [piece]


@rule(
    rf"(?P<k>(?:次の|今度の)?次|今度|こんど|次回|つぎ|この次|直近|前|この前|こないだ)の(?P<w>{ANY_WEEKDAY})",
    rf"(?P<k>一番近い|いちばん近い)(?P<w>{ANY_WEEKDAY})",
)
def coming_weekday(c: Context, m: Match) -> list[Piece] | None:
    """今度の金曜, 次の木曜: the next such day after today; 前の金曜: the last one."""
    weekday = weekday_of(m["w"])
    on = c.next_weekday(weekday, after_today=True)
    if m["k"] in ("前", "この前", "こないだ"):
        on = c.today - DAY * ((c.today.weekday() - weekday) % 7 or 7)
    elif re.fullmatch("(?:次|今度)の次", m["k"]):
        on += DAY * 7
    return [Piece(m.start(), m.end(), "date", on, coming=True)]


@rule(
    rf"{L}(?P<k>next|this|this coming|coming|last) (?P<w>{ENGLISH_WEEKDAY})",
    rf"(?P<w>{ENGLISH_WEEKDAY}) (?P<k>next week|this week|week after next)",
)
def english_weekday_in_week(c: Context, m: Match) -> list[Piece] | None:
    """Return next Thursday: Thursday of next week, as 来週の木曜; this Thursday: of this week."""
    weekday = weekday_of(m["w"][:3])
    weeks = {"next": 1, "next week": 1, "last": -1, "week after next": 2}.get(m["k"], 0)
    on = c.monday + timedelta(weeks=weeks) + DAY * weekday
    if "coming" in m["k"]:
        on = c.next_weekday(weekday, after_today=True)
    return [Piece(m.start(), m.end(), "date", on, week=on - DAY * weekday)]


WEEKDAY_SETS = {
    "平日": range(5), "へいじつ": range(5), "うぃーくでー": range(5), "weekday": range(5),
    "土日祝日": (5, 6), "土日祝": (5, 6), "土曜日曜": (5, 6), "土日": (5, 6), "どにち": (5, 6),
    "週末": (5, 6), "休日": (5, 6), "weekend": (5, 6),
}  # fmt: skip
# 月水金, 火木: two or more in the order of the week (not 月日, which is "month and day").
PAIRS = (
    "(?=[月火水木金土日]{2})(?!月日|土日)"
    "(?:月火?水?木?金?土?日?|火水?木?金?土?日?|水木?金?土?日?|木金?土?日?|金土?日?|日月)"
)


@rule(
    "(?P<set>平日|へいじつ|土日祝日|土日祝|土・?日|土、日|どにち|週末|休日(?!出勤))(?!程)",
    rf"{L}(?P<set>weekday|weekend)s?(?: days?)?{R}",
    rf"(?<![\d{K}年今来先何毎生曜ヶか第資材土])(?P<list>{PAIRS})(?=$|曜|[のでにはがをか、。・/~!?\s\d午夕夜朝昼しだな]|以外|のみ|希望|がい|無理)(?:曜日?)?",
    rf"(?<![\d{K}年今来先何毎生ヶ])(?P<list>[月火水木金土日](?:曜日?)?(?:(?:[、・か/と]|または|もしくは)[月火水木金土日](?:曜日?)?)+)"
    r"(?=$|[のでにはがをなだ、。!?\s\d午夕夜朝昼(]|以|しか|希望|から|まで)",
    rf"(?<![\d{K}年今来先何毎生ヶ])(?P<from>[月火水木金土日])(?:曜日?)?(?:~|-|から)(?P<to>[月火水木金土日])(?:曜日?|(?![程程時付に一-龥]))(?:まで)?(?:の間)?",
    rf"(?:毎週の?)?(?P<one>{WEEKDAY})",
    rf"(?P<one>{ENGLISH_WEEKDAY})",
    r"\((?P<one>[月火水木金土日])\)",
    rf"毎週(?P<one>{SHORT_WEEKDAY})",
    "^(?P<one>[月火水木金土])(?=$|[でが]|の[夜朝午昼夕]|[夜午])",
)
def weekdays(c: Context, m: Match) -> list[Piece] | None:
    """木曜, 月水金, 月〜金, 平日, 土日, 週末: a wish for a weekday, not yet a date."""
    groups = m.groupdict()
    found: set[int]
    if groups.get("set"):
        found = set(WEEKDAY_SETS[m["set"].replace("・", "").replace("、", "")])
    elif groups.get("list"):
        found = {weekday_of(name) for name in re.findall("[月火水木金土日](?!$)|[月火水木金土日]", re.sub("曜日?", "", m["list"]))}
    elif groups.get("from"):
        first, last = weekday_of(m["from"]), weekday_of(m["to"])
        found = {day % 7 for day in range(first, last + 1 + 7 * (last < first))}
    else:
        found = {weekday_of(m["one"])}
        before = c.pieces[-1] if c.pieces else None
        gap = c.text[before.end : m.start()] if before else ""
        linked = re.fullmatch("か|、|と|や|・|または|もしくは|か、", gap)
        if before and before.coming and linked and isinstance(before.value, date):
            on = before.value + DAY * ((min(found) - before.value.weekday()) % 7 or 7)
            return [Piece(m.start(), m.end(), "date", on, coming=True, or_before=True)]
        if before and before.week and re.fullmatch("か|、|と|や|・|または|もしくは|か、| or |から|~|-|(?:じゃ|では?)なくて?、?", gap):
            on = before.week + DAY * min(found)
            return [Piece(m.start(), m.end(), "date", on, week=before.week, or_before=True)]
    return [Piece(m.start(), m.end(), "weekday", frozenset(found))]


# Named days ---------------------------------------------------------------------------------

NAMED_DAYS = {
    "元日": (1, 1), "元旦": (1, 1), "がんじつ": (1, 1), "大晦日": (12, 31), "大みそか": (12, 31), "おおみそか": (12, 31),
    "くりすますいぶ": (12, 24), "くりすます": (12, 25), "ばれんたいん": (2, 14), "節分": (2, 3),
    "ひな祭り": (3, 3), "七夕": (7, 7), "はろうぃん": (10, 31), "christmas eve": (12, 24),
    "christmas": (12, 25), "new year's day": (1, 1), "new years day": (1, 1),
    "new year's eve": (12, 31),
}  # fmt: skip
NAMED_SPANS = {
    "三が日": ((1, 1), (1, 3)), "三ヶ日": ((1, 1), (1, 3)), "正月": ((1, 1), (1, 3)),
    "年末年始": ((12, 29), (1, 3)), "ごーるでんうぃーく": ((4, 29), (5, 5)),
    "gw": ((4, 29), (5, 5)), "盆": ((8, 13), (8, 16)), "冬休み": ((12, 24), (1, 7)),
    "春休み": ((3, 25), (4, 5)), "夏休み": ((7, 21), (8, 24)),
}  # fmt: skip
HOLIDAYS = {
    "成人の日": "成人の日", "成人式の日": "成人の日", "建国記念の日": "建国記念の日",
    "建国記念日": "建国記念の日", "天皇誕生日": "天皇誕生日", "春分の日": "春分の日",
    "昭和の日": "昭和の日", "憲法記念日": "憲法記念日", "みどりの日": "みどりの日",
    "こどもの日": "こどもの日", "子供の日": "こどもの日", "子どもの日": "こどもの日",
    "海の日": "海の日", "山の日": "山の日", "敬老の日": "敬老の日", "秋分の日": "秋分の日",
    "すぽーつの日": "スポーツの日", "体育の日": "スポーツの日", "文化の日": "文化の日",
    "勤労感謝の日": "勤労感謝の日", "せいじんのひ": "成人の日",
}  # fmt: skip


@rule(
    rf"(?:(?P<y>{YEAR})の?)?(?P<h>{'|'.join([*HOLIDAYS, *sorted(NAMED_DAYS, key=len, reverse=True)])})",
)
def named_day(c: Context, m: Match) -> list[Piece] | None:
    """元日, 成人の日 and the other holidays, クリスマス: the next one (last one for the past)."""
    years = c.years(m["y"]) if m["y"] else None
    this = c.today.year
    around = years if isinstance(years, list) else range(this - 1, this + 2)
    if m["h"] in HOLIDAYS:
        days = [holidays_of(year).get(HOLIDAYS[m["h"]]) for year in around]
    else:
        days = [date(year, *NAMED_DAYS[m["h"]]) for year in around]
    found = [on for on in days if on]
    past = c.purpose in (Purpose.BIRTHDAY, Purpose.ISSUE)
    fitting = [on for on in found if (on <= c.today if past else on >= c.today)] or found
    if not fitting:
        return []
    return [c.relative_day(m.start(), m.end(), fitting[-1 if past else 0])]


@rule(rf"お?(?P<h>{'|'.join(NAMED_SPANS)})(?P<k>中|明け)?")
def named_span(c: Context, m: Match) -> list[Piece] | None:
    """年末年始, お正月, 冬休み, GW; お盆明け is the day after and later."""
    first, last = NAMED_SPANS[m["h"]]
    year = c.today.year
    wraps = last < first
    ends = [date(start + wraps, *last) for start in (year - 1, year, year + 1)]
    end = next(on for on in ends if on >= c.today)
    if m["k"] == "明け":
        return [Piece(m.start(), m.end(), "date_range", DateRange(end + DAY, None))]
    return [c.span(m.start(), m.end(), date(end.year - wraps, *first), end)]


# Times of day -------------------------------------------------------------------------------

HALF = (
    "(?:午前|午後|ごぜん|ごご|早朝|朝|あさ(?!って)|お昼|昼|おひる|夕方|ゆうがた|夕|夜間?|よる|晩"
    rf"|{L}[ap]\.?m\.?)"
)
KANA_HOUR = (
    rf"(?:{KN}(?=じ(?:$|[のにではが、。はふさよごじ]|ごろ|ころ|から|まで|いこ|く[らあ]|かん|か、)))"
)
MINUTE = (
    rf"(?P<half>半|はん(?!こ))|(?P<mi>\d{{1,2}}|[{K}]{{1,3}})(?:分(?!の[\d一二三四])|ふん|ぷん)"
    rf"|(?P<mi2>[0-5]\d)(?![\d人名枚時月日/:年分])|(?P<mi3>{KN}(?:ふん|ぷん)|さんじ[ゅゆ]?[うっ]?ぷん)"
)


@rule(
    rf"(?:(?P<p>{HALF})[のは、]?|{G}(?<!第))(?P<h>\d{{1,2}}|[{K}]{{1,3}}|{KANA_HOUR})"
    r"(?:時(?!間|点|期|代|給|短|効|差|刻|系)|じ(?!かん|ゃ|ゅ|ょ|つ|ん|ぶ|き|た|て|ど|し(?!た)|ゆ))"
    rf"(?:{MINUTE})?(?: ?(?P<s>[ap]\.?m\.?){R})?",
    rf"(?:(?P<p>{HALF})[のは、]?|{G}(?<!\d[:.])|(?<=\dt))(?P<h>\d{{1,2}})[:;](?P<mi>\d\d)(?!\d)(?::\d\d)?"
    rf"(?:\+09:00)?(?: ?(?P<s>[ap]\.?m\.?){R})?",
    rf"{G}(?<!\d[:.])(?P<h>\d{{1,2}})(?:[:.](?P<mi>\d\d))? ?(?P<s>[ap]\.?m\.?){R}",
    rf"(?P<p>{L}[ap]\.?m\.?|午前|午後|夕方|夜) ?の?(?P<h>\d{{1,2}})(?![\d:時日人名枚月分/回番歳])",
    rf"{G}(?<!\.)(?P<h>1[3-9]|2[0-3])\.(?P<mi>[0-5]\d)(?![\d.%])",
    rf"{G}(?P<h>\d{{1,2}})(?P<s> ?o'?clock){R}",
    rf"{L}half past (?P<h>\d{{1,2}})(?P<past>){R}",
    rf"(?<=at )(?P<h>\d{{1,2}})(?::(?P<mi>\d\d))?(?![\d:/]| ?[a-z]{{3,}}|th|st|nd|rd)",
)
def clock_time(c: Context, m: Match) -> list[Piece] | None:
    """14時半, 14:30, 午後3時15分, 夕方6時, 2時 (14:00), 2pm, じゅうじはん."""
    groups = m.groupdict()
    minute = 0
    if groups.get("half") or "past" in groups:
        minute = 30
    for name in ("mi", "mi2", "mi3"):
        if groups.get(name):
            minute = 30 if groups[name].startswith("さんじ") else number(groups[name])
    part = groups.get("p") or groups.get("s")
    part = part.strip() if part else None
    if part and part.startswith("o"):
        part = None
    if part is None:
        part = part_before(c, m.start(), number(m["h"]))
    return [c.clock(m.start(), m.end(), m["h"], minute, part)]


def part_before(c: Context, start: int, hour: int) -> str | None:
    """Return the half of the day said just before: 夜の、8時; 夜7時から8時."""
    before = c.pieces[-1] if c.pieces else None
    if before is None or before.half is None or before.kind not in ("time", "time_range"):
        return None
    gap = c.text[before.end : start]
    close = "の|、|に|で|か|から|~|-|、できれば|なら" if before.named else "か|から|~|-|、|と| to |-"
    if not re.fullmatch(f"(?:{close})?", gap) or not 1 <= hour <= 11:
        return None
    if before.half == "am" and hour <= 7 and isinstance(before.value, time):
        return None  # 午前10時から2時
    if before.half == "pm" and hour >= 8 and isinstance(before.value, time):
        return "夜" if before.value.hour >= 17 else None
    return "午前" if before.half == "am" else "午後"


@rule(
    rf"{L}(?:from |between )?(?P<a>\d{{1,2}})(?::(?P<am>\d\d))? ?(?P<ah>[ap]\.?m\.?)? ?"
    rf"(?:-|~|to|and|until|till) ?(?P<b>\d{{1,2}})(?::(?P<bm>\d\d))? ?(?P<bh>[ap]\.?m\.?){R}",
    r"(?:from|between) (?P<a>\d{1,2})(?::(?P<am>\d\d))? ?(?:-|~|to|and|until|till) ?(?P<b>\d{1,2})(?::(?P<bm>\d\d))?"
    r"(?![\d/:a-z])",
    rf"(?:(?P<ah>{HALF})の?|{G})(?P<a>\d{{1,2}}|[{K}]{{1,2}})(?:~|-|から)(?P<b>\d{{1,2}}|[{K}]{{1,2}})(?:時(?!間)|じ(?!かん))"
    rf"(?P<half>半)?(?:まで)?(?:の間)?",
    rf"{G}(?P<a>\d{{1,2}})(?P<sep>[、か・])(?P<b>\d{{1,2}})(?:時(?!間)|じ(?!かん))",
)
def hours_together(c: Context, m: Match) -> list[Piece] | None:
    """10〜12時, 2-4pm, from 2 to 4; 10、11時 and 2か3時 are two times."""
    groups = m.groupdict()
    second_part = groups.get("bh")
    first_part = groups.get("ah") or (second_part if number(m["a"]) <= number(m["b"]) else None)
    first = c.clock(m.start(), m.end("a"), m["a"], int(groups.get("am") or 0), first_part)
    minute = 30 if groups.get("half") else int(groups.get("bm") or 0)
    if not second_part and groups.get("ah") and number(m["b"]) >= number(m["a"]):
        second_part = groups["ah"]
    second = c.clock(m.start("b"), m.end(), m["b"], minute, second_part)
    if groups.get("sep"):
        second.or_before = True
        return [first, second]
    if not (isinstance(first.value, time) and isinstance(second.value, time)):
        return [first if first.kind == "invalid" else second]
    value = TimeRange(*in_order(first, second))
    return [Piece(m.start(), m.end(), "time_range", value)]


def in_order(first: Piece, second: Piece) -> tuple[time, time]:
    """Return the two times so that the second comes later: 10時から2時, 17時から7時半."""
    start, end = first.value, second.value
    assert isinstance(start, time) and isinstance(end, time)
    if end <= start and second.bare_hour and end.hour < 12:
        end = end.replace(hour=end.hour + 12)
    return start, end


NAMED_TIMES = (
    (r"朝いち(?:ばん)?|朝一番?|朝1番?|あさいち(?:ばん)?|朝早(?:く|め)|早朝|[出通]勤前|仕事(?:に行く|の)?前|開庁(?:直後|後すぐ|と同時|してすぐ)|おーぷんと同時"
     r"|first thing in the morning", None, time(9, 30), "am"),
    ("午前中?(?:の)?早(?:い時間|め)", None, time(10), "am"),
    ("午前中?(?:の)?遅(?:い時間|め)", time(10), time(12), "am"),
    ("午前中|午前|ごぜんちゅう|ごぜん", None, time(12), "am"),
    (f"{L}(?:in the )?mornings?{R}", None, time(12), "am"),
    (f"{L}am{R}", None, time(12), "am"),
    (r"(?:お|御)?昼(?:前|まえ)|おひるまえ|ひるまえ", time(11), time(12), "am"),
    (r"(?:お|御)?昼休み(?:中)?|おひるやすみ|ひるやすみ|らんちたいむ|昼食時|お昼ご飯の時間|lunch ?(?:time|break)?", time(12), time(13), "pm"),
    (r"(?:お|御)?昼(?:過ぎ|すぎ)|(?:お)?ひるすぎ|昼下がり|昼食後", time(13), time(15), "pm"),
    (r"午後いち(?:ばん)?|午後一番?|ごごいち|午後1(?=で|に|が|$)", time(13), time(14), "pm"),
    ("午後の?早(?:い時間(?:帯)?|め)", time(13), time(15), "pm"),
    ("午後の?遅(?:い時間(?:帯)?|め)", time(15), None, "pm"),
    (f"昼間|(?<![近今本明])日中|ひるま|{L}(?:during the )?(?:day ?time)", time(10), time(16), "pm"),
    ("午後|ごご", time(12), None, "pm"),
    (f"{L}(?:in the )?afternoons?{R}|{L}pm{R}", time(12), None, "pm"),
    (r"放課後|(?:学校|授業|部活)(?:帰り|が終わってから|の?後|のあと)", time(15), None, "pm"),
    ("夕方の?早(?:い時間(?:帯)?|め)", time(15), time(17), "pm"),
    ("夕方(?:ごろ|頃|くらい)?|ゆうがた|夕刻|夕(?=$|[のにで、。])", time(15), time(19), "pm"),
    (r"(?:お)?仕事(?:の?帰り(?:に)?|の?終わり|おわり|の?(?:後|あと)|が終わって(?:から)?|が終わったら|終わって(?:から)?|上がり|あがり)|会社(?:帰り|の帰り|が終わって(?:から)?)"
     r"|(?:しごと|おしごと)(?:がえり|のかえり|おわり|のあと|がおわ(?:って|ったら|り)(?:から)?)|退勤後|退社後|終業後|就業後|勤務(?:後|終了後|が終わって(?:から)?)|定時(?:後|上がり|で上がって(?:から)?|退社後|過ぎ)"
     rf"|ぱーとの?(?:後|帰り)|ばいとの?(?:後|帰り)|{L}after work", time(17), None, "pm"),
    (f"夜間(?:窓口|延長)?|(?<!昼)夜(?!勤|景|行|中|間)|晩(?!年|餐)|ばん(?=に|が|の|は)|(?:(?<=の)|(?<![ぁ-ん]))よる(?=$|[のにでは、。が]|おそ)|{L}(?:in the )?(?:evenings?|at night|night){R}", time(17), None, "pm"),
    (r"(?:なるべく|できるだけ|できれば)?遅(?:い時間(?:帯)?|め(?:の時間)?)|(?:閉庁|閉まる)(?:間際|ぎりぎり|直前|前)|late(?:r)? in the day", time(16), None, "pm"),
    ("(?<!の)(?<!べく)(?<!だけ)(?<!限り)(?<!一番)早い時間(?:帯)?", None, time(10), "am"),
    (r"朝(?:のうち|方|がた)?(?=$|[のにでがはもを、。!?~早かし以]|から|な|だ|希)|(?<![ぁ-ん])あさ(?=$|[のにでがは、。])|(?<=の)あさ(?=$|[のにでがは、。])", None, time(10), "am"),
    (r"(?:お|御)昼(?:時|どき|頃|ごろ|くらい)?(?:の時間)?|おひる(?:ごろ|どき)?|昼(?:時|どき|頃|ごろ|くらい)?(?=$|[のにでがはも を、。!?かし以]|から|な|だ|希|まで)|(?<![ぁ-んー])ひる(?=$|[のにでがは])", time(12), time(13), "pm"),
    (f"正午|{L}noon{R}|{L}midday{R}", time(12), time(12), "pm"),
)  # fmt: skip


def _enter_named_times() -> None:
    for words, first, last, half in NAMED_TIMES:

        def resolve(
            c: Context,
            m: Match,
            value: TimeRange = TimeRange(first, last),  # noqa: B008
            half: str = half,
        ) -> list[Piece]:
            noon = value.from_time is not None and value.from_time == value.until_time
            kind: Kind = "time" if noon else "time_range"
            single: Value = value.from_time if noon and value.from_time else value
            return [Piece(m.start(), m.end(), kind, single, half=half, named=not noon)]

        rule(words)(resolve)


_enter_named_times()


# Preferences --------------------------------------------------------------------------------


@rule(
    "(?:なるべく|できるだけ|出来るだけ|なるたけ|とにかく|一番|いちばん|もっとも|最も|可能な限り|1日でも|一日でも|少しでも|できれば)"
    "(?:すぐに?|早(?:く|め|い)|はや(?:く|め|い)|直近|近い)(?:に|日にち|日(?!程)|日程|日時|うちに?|時期|時間帯?|ところ|方|ほう|(?:空|あ)いて(?:い)?る(?:日|ところ|時間)?)?",
    "なるはや",
    "早(?:い(?:日|うち|ほう|方|とこ|もの勝ち)|急に|く(?=予約|取|行|した|済ま|空い)|めに?(?!の時間|に着|に行って))|はやめに|はやい(?:ひ|うち|ほう)",
    "最短|最速|至急|大至急|直近で?|今すぐ|すぐに?(?=でも|行き|予約|取り|お願い)|(?:すぐに?|早く)$|早ければ早いほど|急いで(?!い?な)|急ぎ(?=で|たい|ます|$)|いそいで",
    rf"(?:一番|いちばん)(?:早|はや)く?(?:空い|あい)て|空いている?(?:一番|いちばん)?早い|{L}(?:asap|as soon as possible|earliest|soonest|as early as possible|right away){R}",
)
def earliest(c: Context, m: Match) -> list[Piece] | None:
    """なるべく早く, 最短, 至急, asap."""
    return [Piece(m.start(), m.end(), "preference", "earliest")]


@rule(
    "いつ(?:で|って|だって)も(?!なら|らえ)|いつだって|何時でも|なんじでも|何日でも|なんにちでも|どの日でも|何曜日?でも|なんようびでも|どの時間でも"
    "|(?:時間|日時|日にち|曜日|日付|日程)(?:は|も)?(?:いつでも|何でも|なんでも|特に|とくに)?(?:問い?(?:ません|わない|わず)|こだわ(?:ら|り)(?:ない|ません)|おまかせ|お任せ|指定(?:は)?(?:なし|ない|あり))"
    "|おまかせ|お任せ|(?:特に)?(?:希望|指定)(?:は)?(?:なし|ない|ありません|特にな)|(?:都合|空き)に(?:お?任せ|合わせ|おまかせ)|終日|一日中|1日中"
    rf"|{L}(?:any ?time|whenever|any day|anytime|no preference|all day){R}",
)
def anytime(c: Context, m: Match) -> list[Piece] | None:
    """いつでも, 何時でも, お任せ, any time."""
    return [Piece(m.start(), m.end(), "preference", "anytime")]


# English dates ------------------------------------------------------------------------------


def english_month(said: str) -> int:
    """Return the number of a month by its first three letters."""
    return "janfebmaraprmayjunjulaugsepoctnovdec".index(said[:3]) // 3 + 1


@rule(
    rf"(?P<m>{ENGLISH_MONTH}) ?(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?!時|am|pm| ?[ap]m)(?:[、 ] ?(?P<y>(?:19|20)\d\d))?",
    rf"{G}(?P<d>\d{{1,2}})(?:st|nd|rd|th)? ?(?:of )?(?P<m>{ENGLISH_MONTH}){R}(?:[、 ]? ?(?P<y>(?:19|20)\d\d))?",
)
def english_date(c: Context, m: Match) -> list[Piece] | None:
    """Dec 3, December 3rd, 3 Dec 2026, 3rd of December."""
    years = [int(m["y"])] if m["y"] else None
    return [c.dated(m.start(), m.end(), years, english_month(m["m"]), int(m["d"]))]


@rule(
    rf"{L}(?:the )?(?P<p>early|mid|late|beginning|start|end|first half|second half)?(?: of)?[ -]?(?:in )?"
    rf"(?P<m>{ENGLISH_MONTH}|(?:this|next|the) month){R}(?: (?P<y>20\d\d))?",
)
def english_month_or_part(c: Context, m: Match) -> list[Piece] | None:
    """in December, early December, end of the month."""
    if re.match("(?:may|mar|sep|jan|dec)$", m["m"]) and not (m["p"] or "in " in m[0] or m["y"]):
        return None
    if m["m"] == "the month" and not m["p"]:
        return []
    this = YearMonth(c.today.year, c.today.month)
    if m["m"].endswith("month"):
        month = add_months(this, m["m"].startswith("next"))
    else:
        at = english_month(m["m"])
        month = YearMonth(int(m["y"] or 0) or c.near_month(at), at)
    if m["p"]:
        return [c.span(m.start(), m.end(), *month_part(month, m["p"]))]
    return [Piece(m.start(), m.end(), "month", month)]


# Month and day in figures; a day alone --------------------------------------------------------


@rule(
    r"(?:(?<![\d./a-z])|(?<=or)|(?<=to))(\d{1,2})/(\d{1,2})日?(?![\d/年人名枚]|時)",
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


@rule(
    rf"{G}(?<!第)(?P<d>\d{{1,2}}|[{K}]{{1,3}})(?:日|にち)(?!間|目|以内|{LATER}|前(?!後|半|の|は|に)|ぶり|付|本|程|経|たっ|給|勤"
    r"|曜|市|町|月|坊|酔|中に|常|々|でも早|程度|分の|ほど|くらいかか|で(?:終|済|でき|発行|もら|かか)|かか|しか(?:ない|もた))",
    rf"(?<![ぁ-ん\d])(?P<d>{KANA_DAY})(?=$|[にのでか、。](?!な|い)|から|まで)(?<!いつか)(?<!ようか)(?<!なのか)(?<!なぬか)",
    rf"(?<=、|か|と)(?P<d>じゅういちにち|{KANA_DAY})(?=$|[にのでか、。]|から|まで)(?<!いつか)(?<!ようか)(?<!なのか)",
    rf"(?<![ぁ-ん])(?P<d>じゅう(?:いち|に|さん|ご|ろく|しち|なな|はち|く)|にじゅう(?:いち|に|さん|ご|ろく|しち|なな|はち|く)|さんじゅう(?:いち)?)にち",
    r"(?:the )(?P<d>\d{1,2})(?:st|nd|rd|th)(?![a-z])(?! (?:birthday|floor|time|grade|year))",
    r"(?<![a-z\d])(?P<d>\d{1,2})(?:st|nd|rd|th)(?![a-z])(?! (?:birthday|floor|time|grade|year))",
)
def day_alone(c: Context, m: Match) -> list[Piece] | None:
    """3日, 二十日, みっか, the 3rd: the month is the next that has such a day ahead."""
    end = m.end()
    piece = c.day_of_month(m.start(), end, number(m["d"]))
    if isinstance(piece.value, date):
        weekday, tail_end, loose = weekday_after(c.text, end)
        return [c.with_weekday(m.start(), end, piece.value, weekday, tail_end, loose)]
    return [piece]


@rule(
    rf"(?:(?<=[~か、・-])|(?<=から)|(?<=or )|(?<=to ))(?P<n>\d{{1,2}}|[{K}]{{1,3}})(?![\d{K}:/.月年時人名枚歳才階番号つ個件円%分半]|か月)",
)
def figure_after_day(c: Context, m: Match) -> list[Piece] | None:
    """12/3,4 or 12/3〜5: a bare number right after a day is a day of its month."""
    before = c.pieces[-1] if c.pieces else None
    close = before and before.end >= m.start() - 4 and c.text[before.end : m.start()]
    if not before or not close or not re.fullmatch("~|から|か|、|・|-| or | to ", close):
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


@rule(rf"(?<![\d])(?P<n>[01]?\d|2[0-3])(?=$|で(?:す|お|$)|に(?:し|お|$)|がい|から$|[。!])")
def figure_after_date(c: Context, m: Match) -> list[Piece] | None:
    """12/3 14 or 12月3日の10で: a bare hour of an office day, right after a day."""
    before = c.pieces[-1] if c.pieces else None
    if not before or before.kind != "date" or not 8 <= int(m["n"]) <= 19:
        return None
    gap = c.text[before.end : m.start()]
    if gap not in ("の", " ", "、"):
        return None
    return [c.clock(m.start(), m.end(), m["n"], 0, None)]


_NUMBERS = rf"(?:\d{{1,4}}|[{K}]{{1,3}})"
_BARE_NUMBERS = re.compile(
    rf"{UM}(?:じゃあ?、?|では、?|はい、?|。|\s)*(?P<all>{_NUMBERS}(?:(?:か|、|と|~|-|から| or |or){_NUMBERS})*)"
    r"(?=$|[でがにをのは、。!かごく頃 ~]|から|以|お願|希|まで)"
)


def bare_numbers(c: Context) -> list[Piece]:
    """Return the answer "3", "14", "1430", "1203", "3か4" as the days or times just asked for."""
    match = _BARE_NUMBERS.match(c.text)
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
        elif valid(2000, int(said[:-2]), int(said[-2:])):
            pieces.append(c.dated(start, end, None, int(said[:-2]), int(said[-2:])))
    return pieces
