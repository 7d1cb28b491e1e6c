"""Times of day: 14時半, 午後3時15分, 夕方6時, 仕事帰り."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

from reading.dates.context import Context, Piece
from reading.dates.rules.words import (
    HALF_AFTER,
    KN,
    G,
    K,
    L,
    Match,
    R,
    RuleTable,
    one_of,
)
from reading.dates.values import TimeRange
from reading.text import number

rule = RuleTable()
_TO = "(?:-|~|to|and|until|till)"
_HOUR = "(?:時(?!間)|じ(?!かん))"
HALF = (
    "(?:午前|午後|ごぜん|ごご|早朝|朝|あさ(?!って)|お昼|昼|お?ひる|夕方|ゆうがた|夕|夜間?|よる|晩"
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
    rf"(?:{MINUTE})?(?:{HALF_AFTER})?",
    rf"(?:(?P<p>{HALF})[のは、]?|{G}(?<!\d[:.])|(?<=\dt))(?P<h>\d{{1,2}})[:;](?P<mi>\d\d)(?!\d)"
    rf"(?::\d\d)?(?:\+09:00)?(?:{HALF_AFTER})?",
    rf"{G}(?<!\d[:.])(?P<h>\d{{1,2}})(?:[:.](?P<mi>\d\d))?{HALF_AFTER}",
    rf"(?P<p>{L}[ap]\.?m\.?|午前|午後|夕方|夜) ?の?(?P<h>\d{{1,2}})(?![\d:時日人名枚月分/回番歳])[字自]?",
    rf"{G}(?<!\.)(?P<h>1[3-9]|2[0-3])\.(?P<mi>[0-5]\d)(?![\d.%])",
    r"(?:(?<=at )|(?<=after )|(?<=before )|(?<=until )|(?<=around ))(?P<h>\d{1,2})(?::(?P<mi>\d\d))?(?![\d:/]| ?[a-z]{3,}|th|st|nd|rd)",
)
def clock_time(c: Context, m: Match) -> list[Piece] | None:
    """14時半, 14:30, 午後3時15分, 夕方6時, 2時 (14:00), 2pm, じゅうじはん."""
    groups = m.groupdict()
    minute = 0
    if groups.get("half"):
        minute = 30
    for name in ("mi", "mi2", "mi3"):
        if groups.get(name):
            minute = 30 if groups[name].startswith("さんじ") else number(groups[name])
    part = groups.get("p") or groups.get("s")
    if part is None:
        part = part_before(c, m.start(), number(m["h"]))
    piece = c.clock(m.start(), m.end(), m["h"], minute, part)
    if groups.get("mi") and minute in (5, 10, 15) and _EARLIER.match(c.text, m.end()):
        hour = c.clock(m.start(), m.end(), m["h"], 0, part)
        if isinstance(hour.value, time):
            earlier = datetime.combine(c.today, hour.value) - timedelta(minutes=minute)
            return [replace(piece, value=earlier.time(), end=m.end() + 1)]
    return [piece]


_EARLIER = re.compile("(?<=分)前(?!半|後|まで)")


def part_before(c: Context, start: int, hour: int) -> str | None:
    """Return the half of the day said just before: 夜の、8時; 夜7時から8時."""
    before = c.pieces[-1] if c.pieces else None
    if before is None or before.half is None or before.kind not in ("time", "time_range"):
        return None
    gap = c.text[before.end : start]
    close = "の|、|に|で|か|から|~|-|、できれば|なら" if before.named else "か|から|~|-|、|と| to "
    if not re.fullmatch(f"(?:{close})?", gap) or not 1 <= hour <= 11:
        return None
    if before.half == "am" and hour <= 7 and isinstance(before.value, time):
        return None  # 午前10時から2時
    if before.half == "pm" and hour >= 8 and isinstance(before.value, time):
        return "夜" if before.value.hour >= 17 else None
    return "午前" if before.half == "am" else "午後"


@rule(
    rf"{L}(?:from |between )?(?P<a>\d{{1,2}})(?::(?P<am>\d\d))? ?(?P<ah>[ap]\.?m\.?)? ?"
    rf"{_TO} ?(?P<b>\d{{1,2}})(?::(?P<bm>\d\d))? ?(?P<bh>[ap]\.?m\.?){R}",
    rf"(?:from|between) (?P<a>\d{{1,2}})(?::(?P<am>\d\d))? ?{_TO} ?"
    r"(?P<b>\d{1,2})(?::(?P<bm>\d\d))?(?![\d/:a-z])",
    rf"(?:(?P<ah>{HALF})の?|{G})(?P<a>\d{{1,2}}|[{K}]{{1,2}})(?:~|-|から)"
    rf"(?P<b>\d{{1,2}}|[{K}]{{1,2}}){_HOUR}(?P<half>半)?(?:まで)?(?:の間)?",
    rf"{G}(?P<a>\d{{1,2}})(?P<sep>[、か・])(?P<b>\d{{1,2}}){_HOUR}",
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


_AFTER = (
    "(?:の?(?:帰り|後|あと|かえり)|がえり|[が後のに]?(?:終わ|おわ)(?:って(?:から)?|った(?:ら|後に?|あとに?)|り(?:次第)?)"
    "|[上あ]がり)"
)
_EARLY, _LATE = "早(?:い時間帯?|め)", "遅(?:い時間帯?|め)"
_END = "(?=$|[のにでがはもを、。!?~早かし以なだ希]|から|まで)"  # no other word goes on from here
_KANA = "(?:(?<![ぁ-んー])|(?<=の))"  # a kana word begins here
_ABOUT = "(?:時|どき|頃|ごろ|くらい|前後)?"

# What a part of the day means: from when until when at a counter.
_PARTS_OF_THE_DAY: tuple[tuple[str, time | None, time | None], ...] = (
    (
        one_of(
            "朝の?いち(?:ばん)? 朝の?[一1]番? あさいち(?:ばん)? 朝早(?:く|め) 早朝 [出通]勤前"
            " 仕事(?:に行く|の)?前 開庁(?:直後|後すぐ|と同時|してすぐ) 開(?:いて|いたら|く)すぐ 開くと同時 おーぷんと同時"
            " first_thing_in_the_morning"
        ),
        None,
        time(9, 30),
    ),
    (f"午前中?の?{_EARLY}|{L}early morning", None, time(10)),
    (f"午前中?の?{_LATE}|{L}late morning", time(10), time(12)),
    (f"午前中|午前|ごぜんちゅう|ごぜん|{L}(?:in the )?mornings?{R}|{L}(?<!i )am{R}", None, time(12)),
    ("[お御]?昼(?:前(?!後)|まえ)|お?ひるまえ", time(11), time(12)),
    (
        one_of(
            "[お御]?昼休み中? お?ひるやすみ 昼休憩 らんちたいむ 昼食時 お昼ご飯の時間"
            " lunch_?(?:time|break)?"
        ),
        time(12),
        time(13),
    ),
    ("[お御]?昼(?:過ぎ|すぎ)|お?ひるすぎ|昼下がり|昼食後|[お御]?昼(?:ご飯|ごはん|食|飯|めし)?を?(?:の(?:後|あと)|食べ(?:て|た)(?:から|後|あと))", time(13), time(15)),
    ("(?:午後|お?昼)の?(?:いち(?:ばん)?|一番)|(?<![ぁ-ん])お?ひるいち|午後一番?|ごごいち|午後1(?=で|に|が|$)", time(13), time(14)),
    (f"午後の?{_EARLY}|{L}early afternoon", time(13), time(15)),
    (f"午後の?{_LATE}|{L}late afternoon", time(15), None),
    (f"昼間|(?<![近今本明両\\d一二三四五六七八九十])日中(?!の(?:連絡先|電話番号))|ひるま|{L}(?:during the )?day ?time", time(10), time(16)),
    (f"午後|ごご|{L}(?:in the )?afternoons?{R}|{L}pm{R}", time(12), None),
    (f"放課後|(?:学校|がっこう|授業|部活){_AFTER}", time(15), None),
    (f"夕方の?{_EARLY}", time(15), time(17)),
    ("夕方(?:ごろ|頃|くらい)?|ゆうがた|夕刻|夕暮れ時?|夕(?=$|[のにで、。])", time(15), time(19)),
    (
        f"お?(?:仕事|しごと|会社|ぱーと|ばいと|勤務){_AFTER}|(?:退勤|退社|終業|就業|勤務終了)後"
        f"|定時(?:後|上がり|で上がって(?:から)?|退社後|過ぎ)|{L}after work",
        time(17),
        None,
    ),
    (
        f"夜間(?:窓口|延長)?|(?<!昼)夜(?:遅(?:く|め|い時間帯?)|(?![勤景行中間]))|晩[げ方]?(?!年|餐|飯|ご飯|ごはん)|ばん(?=[にがのは])|ばん(?:げ|がた|かた)"
        f"|{_KANA}よる(?=$|[のにでは、。がしだな]|おそ)|{L}(?:in the )?(?:evenings?|at night|night){R}",
        time(17),
        None,
    ),
    (
        "(?<!より)(?<!りも)(?:なるべく|できるだけ|できれば)?遅(?:い時間帯?|め(?:の時間)?)"
        "|(?:閉庁|閉まる)(?:直前|前)|later? in the day",
        time(16),
        None,
    ),
    ("(?<!の)(?<!より)(?<!りも)(?<!べく)(?<!だけ)(?<!限り)(?<!一番)早い時間帯?", None, time(10)),
    (f"朝(?:のうち|方|がた)?{_END}|{_KANA}あさ(?=$|[のにでがは、。しだな])", None, time(10)),
    (
        f"[お御]昼(?!ご飯|ごはん|を?食){_ABOUT}(?:の時間)?|おひる(?:ごろ|どき)?|昼{_ABOUT}{_END}"
        f"|{_KANA}ひる(?=$|[のにでがは]|から)",
        time(12),
        time(13),
    ),
)  # fmt: skip


def _enter_part_of_the_day(words: str, first: time | None, last: time | None) -> None:
    half = "am" if last and last <= time(12) else "pm"

    @rule(words)
    def part_of_the_day(c: Context, m: Match) -> list[Piece] | None:
        value = TimeRange(first, last)
        return [Piece(m.start(), m.end(), "time_range", value, half=half, named=True)]


for _row in _PARTS_OF_THE_DAY:
    _enter_part_of_the_day(*_row)


@rule(f"正午|{L}noon{R}|{L}midday{R}")
def noon(c: Context, m: Match) -> list[Piece] | None:
    """正午."""
    return [Piece(m.start(), m.end(), "time", time(12), half="pm")]
