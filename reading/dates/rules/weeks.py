"""Weeks and weekdays: 来週の木曜, 今度の金曜, 週末, 月水金."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from reading.dates.context import DAY, Context, Piece, span_of
from reading.dates.rules.words import (
    ANY_WEEKDAY,
    DAY_STEPS,
    ENGLISH_WEEKDAY,
    SHORT_WEEKDAY,
    WEEK,
    WEEKDAY,
    K,
    L,
    Match,
    N,
    R,
    RuleTable,
    week_start,
    weekday_of,
)
from reading.dates.values import TimeRange

rule = RuleTable()
_D = "[月火水木金土日]"


@rule(
    rf"(?P<k>{WEEK})の?(?P<a>[月火水木金土])(?:曜日?)?(?:~|-|から)"
    "(?P<b>[火水木金土日])(?:曜日?|(?![一-龥ぁ-ん]))(?:まで)?",
)
def weekdays_through(c: Context, m: Match) -> list[Piece] | None:
    """来週の月〜水."""
    monday = week_start(c, m["k"])
    first, last = weekday_of(m["a"]), weekday_of(m["b"])
    if first > last:
        return None
    return [c.span(m.start(), m.end(), monday + DAY * first, monday + DAY * last)]


@rule(
    rf"(?P<k>{WEEK})中?の?(?P<w>(?:{ANY_WEEKDAY}|{_D}(?=[・、]?{_D}))"
    rf"(?:[・、とか]?(?:{WEEKDAY}|{SHORT_WEEKDAY}|[土日](?![程時付に])|{_D}(?={_D})))*)",
    rf"(?P<k>{WEEK})の?\((?P<w>{_D}(?:[・、]?{_D})*(?:曜日?)?)\)",
)
def weekday_in_week(c: Context, m: Match) -> list[Piece] | None:
    """来週の木曜, 今週金曜, 来週の木金: days of that calendar week (Monday to Sunday)."""
    monday = week_start(c, m["k"])
    pieces: list[Piece] = []
    names = "(?:[月火水木金土日]|げつ|か(?=よう)|すい|もく|きん|ど|にち)(?:曜日?|よう(?:び|日)?)?"
    for found in re.finditer(names, m["w"]):
        start = m.start("w") + found.start() if pieces else m.start()
        on = monday + DAY * weekday_of(found[0])
        last = found.end() == len(m["w"])
        end = m.end() if last else m.start("w") + found.end()
        piece = Piece(start, end, "date", on, week=monday)
        piece.or_before = bool(pieces)
        pieces.append(piece)
    return pieces


_WEEK_PARTS = (
    ("頭|あたま|初め|はじめ|始め|early|beginning", 0, 1),
    ("前半|first", 0, 2),
    ("半ば|なかば|なか|中頃|中ごろ|真ん中|まんなか|mid", 1, 3),
    ("後半|second", 3, 6),
    ("末|週末|weekend", 5, 6),
    ("終わり|おわり|end|late", 3, 4),
    ("平日", 0, 4),
    ("土日", 5, 6),
)


def part_of_week(said: str | None) -> tuple[int, int]:
    """Return the first and last weekday of 前半, 頭, 末…; of the whole week where nothing is said."""
    return next(((a, b) for words, a, b in _WEEK_PARTS if re.fullmatch(words, said or "")), (0, 6))


@rule(
    rf"{L}(?P<k>next|this|this coming|coming|last) (?P<w>{ENGLISH_WEEKDAY})",
    rf"(?P<w>{ENGLISH_WEEKDAY})、? (?:of |in )?(?P<k>next week|this week|(?:the )?week after next)",
    rf"{L}(?P<k>next week|this week|(?:the )?week after next)、? (?:on )?(?P<w>{ENGLISH_WEEKDAY})",
)
def english_weekday_in_week(c: Context, m: Match) -> list[Piece] | None:
    """Return next Thursday: Thursday of next week, as 来週の木曜; this Thursday: of this week."""
    weekday = weekday_of(m["w"][:3])
    said = m["k"].removeprefix("the ")
    weeks = {"next": 1, "next week": 1, "last": -1, "week after next": 2}.get(said, 0)
    on = c.monday + timedelta(weeks=weeks) + DAY * weekday
    if "coming" in m["k"]:
        on = c.next_weekday(weekday, after_today=True)
    return [Piece(m.start(), m.end(), "date", on, week=on - DAY * weekday)]


@rule(
    rf"(?P<k>{WEEK})(?:中(?!旬|頃|ご)|じゅう(?!に?[にさよごろ]?ん)|いっぱい|一杯|のどこか|のどっか|のうち)?"
    "(?:の?(?P<p>頭|あたま|初め|はじめ|始め|前半|半ば|なかば|真ん中|まんなか|中頃|中ごろ"
    "|後半|末(?!日)|週末|終わり|おわり|平日(?!は)|土日))?",
    "(?:今度|こんど|次)の(?P<p>週末|土日)",
    rf"(?P<p>週明け)(?:早々)?(?:すぐ)?(?:の月曜日?|[の、]?(?P<d>(?={N}日(?!間)|{N}(?:月|/){N})))?",
    rf"{L}(?:the )?(?P<k>week after next|next week|this week)(?: ?(?P<p>end|days?))?{R}",
    rf"{L}(?P<k>this|next)(?: coming)? (?P<p>weekend){R}",
    rf"{L}(?:the )?(?P<p>beginning|end|early|mid|late)(?: of)? (?P<k>this week|next week){R}",
)
def week_or_part(c: Context, m: Match) -> list[Piece] | None:
    """来週, 来週中, 来週の前半 (Mon–Wed), 来週の頭 (Mon, Tue), 今週末, 週明け (next Monday)."""
    groups = m.groupdict()
    start, end = m.span()
    part = groups.get("p")
    if groups.get("d") is not None:
        return []  # 週明け7日: the day itself is told
    if part == "週明け":
        return [Piece(start, end, "date", c.monday + timedelta(weeks=1))]
    said = groups.get("k") or "今"
    english = {"week after next": 2, "next week": 1, "next": 1, "this": 0, "this week": 0}
    monday = week_start(c, said)
    if said in english:
        monday = c.monday + timedelta(weeks=english[said])
    elif not groups.get("k") and c.today.weekday() == 6:
        monday += timedelta(weeks=1)
    if "week end" in m[0]:
        part = "weekend"
    first, last = part_of_week(part)
    piece = c.span(start, end, monday + DAY * first, monday + DAY * last)
    piece.week = monday
    return [piece]


@rule(
    "その(?P<s>次の日|つぎのひ|翌日|よくじつ|翌々日|前日|前の日)",
)
def day_after_that(c: Context, m: Match) -> list[Piece] | None:
    """木曜かその次の日: counted from the day said before."""
    days = [each.value for each in c.pieces if isinstance(each.value, date)]
    if not days:
        return None
    on = days[-1] + DAY * DAY_STEPS[m["s"]]
    return [Piece(m.start(), m.end(), "date", on, or_before=True)]


@rule(rf"その(?P<s>前|次)の(?P<w>{ANY_WEEKDAY})")
def weekday_beside_that(c: Context, m: Match) -> list[Piece] | None:
    """期限が12月15日なのでその前の木曜."""
    days = [each.value for each in c.pieces if isinstance(each.value, date)]
    if not days:
        return None
    ahead = (weekday_of(m["w"]) - days[-1].weekday()) % 7 or 7
    on = days[-1] + DAY * (ahead if m["s"] == "次" else ahead - 7 or -7)
    return [Piece(m.start(), m.end(), "date", on)]


@rule(rf"その(?:次|つぎ|翌)の?週(?:の?(?P<w>{ANY_WEEKDAY}))?")
def week_after_that(c: Context, m: Match) -> list[Piece] | None:
    """来週は無理なのでその次の週の木曜: counted from the week said before."""
    spans = [span.first or span.last for span in map(span_of, c.pieces) if span]
    if not spans:
        return None
    on = spans[-1] or c.today
    monday = on - DAY * on.weekday() + timedelta(weeks=1)
    if m["w"]:
        return [Piece(m.start(), m.end(), "date", monday + DAY * weekday_of(m["w"]), week=monday)]
    piece = c.span(m.start(), m.end(), monday, monday + DAY * 6)
    piece.week = monday
    return [piece]


@rule(
    rf"(?<![{K}\d今来先翌次々こらい])(?<!日の)週の?(?P<p>頭|初め|はじめ|始め|前半|半ば|なかば|真ん中|中頃|中ごろ|後半|終わり|なか)",
)
def part_of_any_week(c: Context, m: Match) -> list[Piece] | None:
    """週の前半: those weekdays of any week."""
    first, last = part_of_week(m["p"])
    return [Piece(m.start(), m.end(), "weekday", frozenset(range(first, last + 1)))]


@rule(
    "(?P<k>(?:次の|今度の)?次|今度|こんど|次回|つぎ|この次|直近|(?<!その)前|この前|こないだ)の"
    rf"(?P<w>{ANY_WEEKDAY})",
    rf"(?P<k>一番近い|いちばん近い|(?<![ぁ-ん])この)(?P<w>{ANY_WEEKDAY})",
)
def coming_weekday(c: Context, m: Match) -> list[Piece] | None:
    """今度の金曜, この金曜, 次の木曜: the next such day after today; 前の金曜: the last one."""
    weekday = weekday_of(m["w"])
    on = c.next_weekday(weekday, after_today=True)
    if m["k"] in ("前", "この前", "こないだ"):
        on = c.today - DAY * ((c.today.weekday() - weekday) % 7 or 7)
    elif re.fullmatch("(?:次|今度)の次", m["k"]):
        on += DAY * 7
    return [Piece(m.start(), m.end(), "date", on, coming=True)]


_WEEKDAY_SETS = {
    "平日": range(5), "へいじつ": range(5), "うぃーくでー": range(5), "weekday": range(5),
    "土日祝日": (5, 6), "日祝日": (6,), "日祝": (6,), "土日祝": (5, 6), "土曜日曜": (5, 6), "土日": (5, 6), "どにち": (5, 6),
    "週末": (5, 6), "休日": (5, 6), "weekend": (5, 6),
}  # fmt: skip
# 月水金, 火木: two or more in the order of the week (not 月日, which is "month and day").
_IN_ORDER = (
    "(?=[月火水木金土日]{2})(?!月日|土日)"
    "(?:月火?水?木?金?土?日?|火水?木?金?土?日?|水木?金?土?日?|木金?土?日?|金土?日?|日月)"
)
_NOT_AFTER = rf"(?<![\d{K}年今来先何毎生ヶ])"
_LIST_END = r"(?=$|[のでにはがをなだ、。!?\s\d午夕夜朝昼(]|以|しか|希望|から|まで|の?み)"


@rule(
    "(?P<set>平日|へいじつ|土日祝日|土日祝|日・?祝日?|土・?日|土、日|どにち|週末|(?<!定)休日(?!出勤))(?!程)",
    rf"{L}(?P<set>weekday|weekend)s?(?: days?)?{R}",
    rf"{_NOT_AFTER}(?<![曜か第資材土])(?P<list>{_IN_ORDER})"
    r"(?=$|曜|[のでにはがをか、。・/~!?\s\d午夕夜朝昼しだなど]|以外|のみ|希望|がい|無理|あたり|とか|も)(?:曜日?)?",
    rf"{_NOT_AFTER}(?P<list>{_D}(?:曜日?)?(?:(?:[、・か/とや]|または|もしくは|とか| or |or){_D}(?:曜日?)?)+){_LIST_END}",
    rf"{_NOT_AFTER}(?P<from>{_D})(?:曜日?)?(?:~|-|から)(?P<to>{_D})(?:曜日?|(?![時付に一-龥]))"
    "(?:まで)?(?:の間)?",
    rf"(?:毎週の?)?(?P<one>{WEEKDAY})",
    rf"(?P<one>{ENGLISH_WEEKDAY})",
    rf"\((?P<one>{_D})\)",
    rf"毎週(?P<one>{SHORT_WEEKDAY})",
    "^(?P<one>[月火水木金土])(?=$|[でが]|の[夜朝午昼夕み]|[夜午]|希望|しか|だけ|以外)",
    r"(?<![一-龥\d])(?P<one>[月火水木金土日])(?=\d{1,2}(?:/|月)\d)",
)
def weekdays(c: Context, m: Match) -> list[Piece] | None:
    """木曜, 月水金, 月〜金, 平日, 土日, 週末: a wish for a weekday, not yet a date."""
    groups = m.groupdict()
    found: set[int]
    if groups.get("set"):
        found = set(_WEEKDAY_SETS[m["set"].replace("・", "").replace("、", "")])
    elif groups.get("list"):
        found = {weekday_of(name) for name in re.findall(_D, re.sub("曜日?", "", m["list"]))}
    elif groups.get("from"):
        first, last = weekday_of(m["from"]), weekday_of(m["to"])
        found = {day % 7 for day in range(first, last + 1 + 7 * (last < first))}
    else:
        found = {weekday_of(m["one"])}
        on = day_like_before(c, m.start(), min(found))
        if on:
            on.end = m.end()
            return [on]
    return [Piece(m.start(), m.end(), "weekday", frozenset(found))]


_TIMES = (time, TimeRange)  # 来週の月曜の10時か火曜の14時
_OR = "か|、|と|や|・|または|もしくは|か、| or "
_SAME_WEEK = (
    f"{_OR}|から|~|-|(?:じゃ|では?)なくて?、?|[がはも]?、?[^、。\\d]{{0,10}}(?:なら|たら|れば|ので|から|んで)、?"
)


def day_like_before(c: Context, start: int, weekday: int) -> Piece | None:
    """Return the date, where a weekday goes on from one: 来週の月曜か火曜, 今度の木曜か金曜."""
    before = next((each for each in reversed(c.pieces) if not isinstance(each.value, _TIMES)), None)
    if before is None or not isinstance(before.value, date):
        return None
    gap = c.text[c.pieces[-1].end : start]
    if before.coming and re.fullmatch(_OR, gap):
        on = before.value + DAY * ((weekday - before.value.weekday()) % 7 or 7)
        return Piece(start, start, "date", on, coming=True, or_before=True)
    if before.week and re.fullmatch(_SAME_WEEK, gap):
        on = before.week + DAY * weekday
        return Piece(start, start, "date", on, week=before.week, or_before=True)
    return None
