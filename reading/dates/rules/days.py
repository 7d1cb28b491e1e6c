"""Days counted from today: 明日, 三日後, 2週間以内."""

from __future__ import annotations

import re
from datetime import time, timedelta

from reading.dates.context import DAY, Context, Piece, add_months, month_span
from reading.dates.rules.words import (
    ANY_WEEKDAY,
    KANA_DAY,
    LATER,
    G,
    K,
    L,
    Match,
    N,
    R,
    RuleTable,
    weekday_of,
)
from reading.dates.values import TimeRange, YearMonth
from reading.text import number

rule = RuleTable()
_FROM_NOW = rf"(?:(?:今日|本日|今)から|{G})"
# A kana word ends here, and does not go on as another word (きょう, not きょうだい).
_KANA_END = (
    r"(?=$|[のはにでもがを、。!?~(\d午夕夜朝昼以か]|から|まで"
    "|いき|いけ|よや|ごぜ|ごご|ゆう|あさ|です)"
)
_DAYS_AWAY = {
    "今日": 0, "本日": 0, "きょう": 0, "明日": 1, "明朝": 1, "明晩": 1, "あした": 1, "あす": 1,
    "みょうにち": 1, "明後日": 2, "あさって": 2, "明々後日": 3, "明明後日": 3, "しあさって": 3,
    "みょうごにち": 2, "昨日": -1, "きのう": -1, "一昨日": -2, "おととい": -2,
    "やのあさって": 3, "やなあさって": 3,  # in Fukushima the day after あさって
    "今夜": 0, "今晩": 0, "今朝": 0, "今夕": 0, "今": 0, "いま": 0, "today": 0, "tonight": 0, "tomorrow": 1,
    "tmr": 1, "tmrw": 1,
    "tommorow": 1, "tomorow": 1, "tommorrow": 1, "day after tomorrow": 2, "yesterday": -1,
}  # fmt: skip
_MORNING, _EVENING, _NIGHT = (
    TimeRange(None, time(12)), TimeRange(time(15), time(19)), TimeRange(time(17), None)
)  # fmt: skip
_PARTS_IN_WORD = {
    "今夜": (1, _NIGHT), "今晩": (1, _NIGHT), "明晩": (1, _NIGHT), "tonight": (2, _NIGHT),
    "今夕": (1, _EVENING), "今朝": (1, _MORNING), "明朝": (1, _MORNING),
}  # fmt: skip


@rule(
    rf"{_FROM_NOW}(?P<n>{N})(?:日|にち){LATER}",
    rf"(?P<n>{KANA_DAY})(?:ご(?![ごぜろ])|あと)",
    rf"{_FROM_NOW}(?P<n>{N})(?:週間?|しゅうかん){LATER}(?:の?(?P<wd>{ANY_WEEKDAY}))?",
    rf"(?<![ぁ-ん])(?P<n>いっ|に|さん|よん)(?:しゅうかん|かげつ){LATER}",
    rf"{_FROM_NOW}(?P<n>{N}|半|ひと)(?:[かヶヵけ箇]月|かげつ|年|月){LATER}",
    rf"{L}(?:in )?(?P<n>\d{{1,2}}|a|one|two|three) (?P<u>days?|weeks?|months?)"
    "(?: later| from (?:now|today))?",
)
def days_later(c: Context, m: Match) -> list[Piece] | None:
    """5日後, 三日後, 1週間後, 2週間後の木曜 (of that week), 1か月後, in 3 days."""
    english = m.groupdict().get("u")
    if english and not re.match("in |.*(?:later|from)", m[0]):
        return []
    if re.match(f"[{K}](?!十)[{K}](?![{K}])", m["n"]) and not m["n"].startswith("十"):
        return None  # 二三日後: in two or three days
    words = {"a": 1, "one": 1, "two": 2, "three": 3, "半": 6, "ひと": 1}
    start = m.start() if english else m.start("n")  # 今から, 今日から adds nothing
    count = words.get(m["n"]) or number(m["n"])
    unit = english or m[0][m.end("n") - m.start() :]
    if m["n"] == "半" and unit.startswith("月"):
        return [c.relative_day(start, m.end(), c.today + DAY * 15)]
    if re.match("日|にち|day|ご|あと", unit):
        on = c.today + DAY * count
    elif re.match("週|しゅう|week", unit):
        on = c.today + timedelta(weeks=count)
        if m.groupdict().get("wd"):
            on += DAY * (weekday_of(m["wd"]) - on.weekday())
            return [Piece(start, m.end(), "date", on)]
    else:
        months = count * 12 if unit.startswith("年") and m["n"] != "半" else count
        month = add_months(YearMonth(c.today.year, c.today.month), months)
        on = month_span(month, 1, c.today.day)[1]
    return [c.relative_day(start, m.end(), on)]


@rule(
    rf"{G}(?P<a>\d|[{K}])(?:、|~|-|から|・|か)?(?P<b>\d|[{K}])(?P<u>日|週間?)"
    rf"(?P<k>{LATER}|中に?|以内に?|うちに)",
    rf"{G}(?P<b>{N})(?P<u>日|週間?|[かヶヵけ箇]月)(?:以内に?|のうちに|うちに)",
    "(?P<b>ひと)(?P<u>月)(?:以内に?|のうちに|うちに)",
    "(?:ここ)?(?P<few>数日|[1一]両日|2、3日|二、三日|二三日)(?P<k>後|以内|中|のうち|うち)に?",
    rf"{L}within (?:the next )?(?P<b>\d{{1,2}}|a) (?P<u>days?|weeks?|months?)",
)
def days_within(c: Context, m: Match) -> list[Piece] | None:
    """2、3日後 (one of these days), 2、3日中, 10日以内, 2週間以内."""
    groups = m.groupdict()
    later = (groups.get("k") or "").startswith(("後", "あ", "先", "く", "ぐ", "ほ", "の", "し"))
    later = later and not (groups.get("k") or "").startswith("のう")
    if groups.get("few"):
        first, last = {"数": (2, 6), "1": (1, 2), "一": (1, 2)}.get(m["few"][0], (2, 3))
        return [c.span(m.start(), m.end(), c.today + DAY * first * later, c.today + DAY * last)]
    count = 1 if m["b"] in ("a", "ひと") else number(m["b"])
    if groups.get("a"):
        if number(m["a"]) >= count:
            return None
        unit = 7 if m["u"].startswith("週") else 1
        first_day = c.today + DAY * unit * number(m["a"]) if later else c.today
        return [c.span(m.start(), m.end(), first_day, c.today + DAY * unit * count)]
    days = {"週": 7, "w": 7, "日": 1, "d": 1}.get(m["u"][0], 30) * count
    return [c.span(m.start(), m.end(), c.today, c.today + DAY * days)]


@rule(
    "(?P<w>明々後日|明明後日|明後日|一昨日|昨日|明朝|明晩|明日(?!香|葉|奈|菜)|本日|今日(?!的|子)"
    "|今夜|今晩|今朝|今夕)(?:中に?|じゅう)?",
    "(?P<w>しあさって|や[のな]あさって|あさって|おととい|みょうごにち|みょうにち)",
    "(?P<w>今|いま)から(?=行|いけ|いき|いっ|伺|うかが|向か|来|でも|でき|だと|間に合)",
    "(?P<w>あした)(?:じゅう)?",
    f"(?<![うんどじりっゃゅょとてべた])(?P<w>きょう)(?:じゅう)?{_KANA_END}",
    f"(?<![ぁ-ん])(?P<w>あす|きのう){_KANA_END}",
    rf"{L}(?:the )?(?P<w>day after tomorrow|today|tonight|tom+or+ow|tmrw?|yesterday){R}",
)
def near_day(c: Context, m: Match) -> list[Piece] | None:
    """今日, 明日, 明後日, tomorrow; 今夜 and 明朝 give the part of the day too."""
    word = m["w"]
    on = c.today + DAY * _DAYS_AWAY[word]
    if word not in _PARTS_IN_WORD:
        return [c.relative_day(m.start(), m.end(), on)]
    at, part = _PARTS_IN_WORD[word]
    cut = m.start("w") + at
    after = Piece(cut, m.end(), "time_range", part, named=True)
    after.half = "am" if part is _MORNING else "pm"
    return [Piece(m.start(), cut, "date", on, relative=True), after]
