"""Days and times counted from one that is known or was just said: 翌日, 期限の一週間前, 30分遅く.

Without such a day or time these words are passed on to the other rules, which may read them from today.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from reading.dates.context import DAY, Context, Piece, add_months, month_span, span_of
from reading.dates.rules.words import (
    ANY_WEEKDAY,
    DAY_STEPS,
    YEAR,
    G,
    K,
    L,
    Match,
    N,
    R,
    RuleTable,
    weekday_of,
)
from reading.dates.values import Purpose, TimeRange, YearMonth
from reading.text import number

rule = RuleTable()
_OF = "(?P<of>(?:有効|証明書の)?期限(?:の日|日)?|切れる日?|誕生日)"
_ABOUT = "(?:の|から|より)?(?:ちょうど|だいたい|大体)?の?"
_SMALL = {"ひと": 1, "半": 0, "丸": 1}
_STEPS = "|".join(DAY_STEPS)
_WEEK = "(?P<s>翌週|次の週|つぎの週|前の週|前週|同じ週|その週|週)"
_END = "(?=$|[のにでがはもを、。!?ぐか]|だ[けっ]|なら|とか|から|まで|以|午|朝|夕)"


def _anchor(c: Context, said: str | None) -> date | None:
    """Return the day that is counted from: by name, else the last one said, else that of the visit."""
    if said and said.startswith("誕生日"):
        return c.known.birthday and _next(c, c.known.birthday)
    if said:
        return c.known.expires_on
    spans = [span_of(each) for each in c.pieces]
    days = [span.first or span.last for span in spans if span]
    return days[-1] if days else c.known.visit_date


def _next(c: Context, born: date) -> date:
    year = c.today.year + ((born.month, born.day) < (c.today.month, c.today.day))
    return month_span(YearMonth(year, born.month), born.day, born.day)[0]


@rule(
    rf"{_OF}{_ABOUT}(?P<n>{N}|ひと|半)(?P<u>日|週間?|[かヶヵけ箇]月|月)(?P<w>前|後|あと)(?!半)",
    rf"(?P<of>)(?:その(?:日の)?|それ(?:の|から|より)){_ABOUT}(?P<n>{N}|ひと)(?P<u>日|週間?|[かヶヵけ箇]月|月)(?P<w>前|後|あと)(?!半)",
)
def so_long_before(c: Context, m: Match) -> list[Piece] | None:
    """期限の一週間前, 誕生日の3日後."""
    on = _anchor(c, m["of"])
    if on is None:
        return []
    count = _SMALL.get(m["n"]) or (15 if m["n"] == "半" else number(m["n"]))
    back = -1 if m["w"] == "前" else 1
    if m["n"] == "半" or m["u"] == "日":
        found = on + DAY * count * back
    elif m["u"].startswith("週"):
        found = on + timedelta(weeks=count * back)
    else:
        month = add_months(YearMonth(on.year, on.month), count * back)
        found = month_span(month, 1, on.day)[1]
    return [Piece(m.start(), m.end(), "date", found, relative=True)]


@rule(
    "(?P<of>(?:有効)?期限)の?(?:日|当日)(?=[にでが])",
    rf"(?P<of>(?P<y>{YEAR}|今度|こんど|次|つぎ))の(?:わたしの|私の|自分の|本人の|次の)?お?誕生日",
)
def day_itself(c: Context, m: Match) -> list[Piece] | None:
    """期限の日に; 再来年の誕生日, 今度の誕生日."""
    year = m.groupdict().get("y")
    if not year:
        on = c.known.expires_on
        return [Piece(m.start(), m.end(), "date", on, relative=True)] if on else []
    born = c.known.birthday
    if born and year in ("今度", "こんど", "次", "つぎ"):
        return [Piece(m.start(), m.end(), "date", _next(c, born), relative=True)]
    years = c.years(year) if year.endswith(("年", "ねん", "とし")) else None
    if not (born and isinstance(years, list)):
        return None
    on = month_span(YearMonth(years[0], born.month), born.day, born.day)[0]
    return [Piece(m.start(), m.end(), "date", on, relative=True)]


@rule("(?:その|同じ|おなじ)日(?=[にのでが]|なら|$)|その(?:帰り|足で|ついで)")
def same_day(c: Context, m: Match) -> list[Piece] | None:
    """免許の更新が12月10日にあるので、同じ日の午後: the day said just before."""
    days = [each.value for each in c.pieces if isinstance(each.value, date)]
    return [Piece(m.start(), m.end(), "date", days[-1], relative=True)] if days else None


@rule(
    rf"{_OF}の(?P<s>{_STEPS}){_END}",
    rf"(?<!の)(?<!その)(?P<of>)(?P<s>{_STEPS})(?!曜|程|付|時){_END}",
)
def next_day(c: Context, m: Match) -> list[Piece] | None:
    """期限の前日; 翌日, 明くる日 of the visit."""
    on = _anchor(c, m["of"])
    if on is None:
        return []
    return [Piece(m.start(), m.end(), "date", on + DAY * DAY_STEPS[m["s"]], relative=True)]


@rule(
    rf"{_OF}の{_WEEK}(?:の?(?P<w>{ANY_WEEKDAY}))?",
    rf"(?<!の)(?:その)?(?P<of>)(?!週){_WEEK}(?!末|間)(?:の?(?P<w>{ANY_WEEKDAY}))?",
)
def week_beside(c: Context, m: Match) -> list[Piece] | None:
    """期限の前の週の水曜; 翌週の水曜, 同じ週の金曜 of the visit."""
    on = _anchor(c, m["of"])
    if on is None:
        return [] if m["of"] else None
    step = {"翌": 1, "次": 1, "つ": 1, "前": -1}.get(m["s"][0], 0)
    monday = on - DAY * on.weekday() + timedelta(weeks=step)
    if m["w"]:
        return [Piece(m.start(), m.end(), "date", monday + DAY * weekday_of(m["w"]), week=monday)]
    piece = c.span(m.start(), m.end(), monday, monday + DAY * 6)
    piece.week = monday
    return [piece]


_LATER = "遅(?!れ)|おそ(?!れ)|後ろ|うしろ|うしろだおし|延|のば|繰り下|先(?:に|へ|延)"
_SOONER = "早|はや|前倒|まえだおし|前(?:に(?:し|変|ずら|お願|でき|ずれ)|へ)|繰り上"


@rule(
    rf"{G}(?P<n>\d{{1,3}}|[{K}半]{{1,3}})(?P<u>分|時間)(?P<h>半)?(?:ほど|くらい|ぐらい|だけ|ばかり)?[をに、]?"
    rf"(?:時間を)?(?:(?P<later>{_LATER})|(?:{_SOONER}))(?:く|倒し|だおし|め)?",
    rf"{L}(?P<n>\d{{1,3}}|an?|half an) (?P<u>minute|hour)s?(?P<h>) (?:(?P<later>later)|earlier|sooner){R}",
)
def moved_by(c: Context, m: Match) -> list[Piece] | None:
    """30分遅く, 1時間早く, 30分うしろ倒し: counted from the time of the visit."""
    at = c.known.visit_time
    if at is None:
        return []
    half = m["n"] in ("半", "half an")
    count = 0 if half else 1 if m["n"] in ("a", "an") else number(m["n"])
    minutes = count * (60 if m["u"] in ("時間", "hour") else 1) + 30 * bool(m["h"] or half)
    moved = datetime.combine(c.today, at) + timedelta(minutes=minutes) * (1 if m["later"] else -1)
    return [Piece(m.start(), m.end(), "time", moved.time())]


@rule(
    rf"{G}(?P<n>{N})(?P<u>日|週間?)(?:ほど|くらい|ぐらい|だけ|ばかり)?[をに、]?"
    rf"(?:日に?ちを)?(?:(?P<later>{_LATER})|(?:{_SOONER}))(?:く|倒し|だおし|め)?",
    rf"(?:あと)?{G}(?P<n>{N})(?P<u>日|週間?)(?:ほど|くらい|ぐらい|だけ)?(?:(?P<later>後|あと|のち)|前)"
    r"[にへでの]?、?(?=ずら|変|かえ|し[てたろ]|延|のば|でき|お願|移|動か|もら|いけ|行け|$|[、。])",
)
def moved_by_days(c: Context, m: Match) -> list[Piece] | None:
    """1日遅く, 一週間後ろに: counted from the day of the visit."""
    on = c.known.visit_date
    if on is None or c.expecting == "day":
        return None
    days = number(m["n"]) * (1 if m["u"] == "日" else 7) * (1 if m["later"] else -1)
    return [Piece(m.start(), m.end(), "date", on + DAY * days, relative=True)]


@rule(
    "(?:時[間刻]を?)?(?:もう|もっと|あと)(?:ちょっと|少し|すこし|ちょい)?(?P<w>遅|おそ|後ろ|うしろ|早|はや|前)(?:く|め|い時[間刻]|の時[間刻]|[にへ])"
    "(?:して|でき|でも|お願|なり|なら|ずら|変|$|[、。でがの])",
    "(?:時[間刻])を?(?:ちょっと|少し|すこし|ちょい)(?P<w>遅|おそ|後ろ|うしろ|早|はや|前)(?:く|め|[にへ])",
)
def a_little_moved(c: Context, m: Match) -> list[Piece] | None:
    """もう少し遅く, もっと早い時間: any time of that side."""
    at = c.known.visit_time
    if at is None:
        return None
    step = timedelta(minutes=1 if m["w"] in ("遅", "おそ", "後ろ", "うしろ") else -1)
    other = (datetime.combine(c.today, at) + step).time()
    value = TimeRange(other, None) if step > timedelta() else TimeRange(None, other)
    return [Piece(m.start(), m.end(), "time_range", value)]


_MINUTE = r"(?:(?P<mi>[0-5]?\d)分|(?P<word>ちょうど|丁度|ぴったり|じゃすと|半))"


@rule(
    rf"(?:{G}(?:[0-5]?\d分|半|ちょうど)(?:じゃ|では?)な(?:く|い)(?:て|、|の)?[、。]?)?{G}{_MINUTE}"
    "(?:の(?:ほう|方|枠|やつ)|(?=(?:で(?:す|お願|$)|に(?:し|変|お願|で))))",
)
def minutes_of_that_hour(c: Context, m: Match) -> list[Piece] | None:
    """00分のほう, 30分じゃなくて00分: of the hour of the visit."""
    at = c.known.visit_time
    if at is None or c.purpose is not Purpose.BOOKING:
        return None
    minute = int(m["mi"]) if m["mi"] else 30 * (m["word"] == "半")
    return [Piece(m.start(), m.end(), "time", time(at.hour, minute))]


@rule(rf"{G}(?P<n>\d{{1,3}}|[{K}]{{1,3}})(?P<u>分|時間)(?P<h>半)?(?:くらい|ぐらい|ほど)?(?:後(?!ろ)|あと(?!で))")
def in_so_long(c: Context, m: Match) -> list[Piece] | None:
    """90分後, 2時間後: from the time of the visit, else from now."""
    if c.purpose is not Purpose.BOOKING:
        return None
    minutes = number(m["n"]) * (60 if m["u"] == "時間" else 1) + 30 * bool(m["h"])
    start = datetime.combine(c.today, c.known.visit_time) if c.known.visit_time else c.now
    then = (start + timedelta(minutes=minutes)).replace(tzinfo=None)
    cut = m.start() + len(m["n"])
    at = Piece(cut, m.end(), "time", then.time().replace(second=0, microsecond=0))
    if c.known.visit_time:
        at.start = m.start()
        return [at]
    return [Piece(m.start(), cut, "date", then.date(), relative=True), at]


@rule(rf"(?:(?P<a>{N})、?)?(?P<b>{N})日(?:おいて|置いて|おきに|置きに|(?:だけ)?ずら)")
def some_days_apart(c: Context, m: Match) -> list[Piece] | None:
    """二日おいて: the day itself is said beside it."""
    return []


@rule(
    "(?:一番|いちばん)上|(?:[1一]つ|[1一]番)目|最初(?=の?(?:で|に|を|枠|時間|やつ|$))",
    "(?:一番|いちばん)下|(?<=の)(?:最後|最終|らすと)(?=[でにが、。]|$)",
)
def of_those_offered(c: Context, m: Match) -> list[Piece] | None:
    """一番上の, いちばん下ので: of the times that were just offered."""
    if not c.expecting:
        return None
    return [Piece(m.start(), m.end(), "preference", "earliest" if m[0].endswith(("上", "目", "初")) else "latest")]
