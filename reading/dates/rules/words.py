"""The words of which the rules' patterns are made, what they mean, and the table they go into."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from reading.dates.context import WEEKDAY_NAMES, Context, Piece, add_months
from reading.dates.values import YearMonth
from reading.text import (
    ENGLISH_NUMBERS,
    KANA_DAYS,
    KANA_NUMBER,
    KANJI_DIGITS,
    number,
)

Match = re.Match[str]
Resolver = Callable[[Context, Match], "list[Piece] | None"]


@dataclass(frozen=True)
class Rule:
    """A pattern and what it means.

    `resolve` returns the pieces read, [] to pass over what only looks like a date (a phone number,
    an age), or None to let the next rule try.
    """

    pattern: re.Pattern[str]
    resolve: Resolver


class RuleTable:
    """The rules of one module, in order; calling it gives the decorator that enters one."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def __call__(self, *patterns: str) -> Callable[[Resolver], Resolver]:
        def enter(resolve: Resolver) -> Resolver:
            self.rules += [Rule(re.compile(pattern), resolve) for pattern in patterns]
            return resolve

        return enter


def one_of(words: str) -> str:
    """Return the pattern of one of several words, which are parted by spaces ("_" is a space)."""
    return "(?:" + "|".join(words.split()).replace("_", " ") + ")"


# Numbers and what surrounds them ----------------------------------------------------------------

K = KANJI_DIGITS
G = rf"(?:(?<![a-z\d{K}百千])|(?<=or))"  # no number or Latin letter just before
L = "(?<![a-z])"  # not inside a Latin word
R = "(?![a-z])"
N = rf"(?:\d{{1,2}}|[{K}]{{1,3}})"
KN = KANA_NUMBER
UM = r"(?:、|え[ーえ]?っ?と[ーお]?|あの[ーう]?|その[ーう]?|うーん|まあ|\.{2,})*"  # spoken fillers

# Years, months, days --------------------------------------------------------------------------

ERA_NAME = "令和|平成|昭和|大正|明治|れいわ|へいせい|しょうわ|たいしょう|めいじ"
ERA_IN_LATIN = "(?<![a-z])(?:reiwa|heisei|sh[oō]u?wa|tai?sh[oō]u?|meiji) ?"
ERA = rf"(?:{ERA_NAME}|{ERA_IN_LATIN}|{L}[rhstm]\.?|[令平昭大明])"
YEAR = (
    rf"(?:(?:{ERA_NAME})の?(?:\d{{1,2}}|[{K}]{{1,3}}|元|がん|{KN})(?:年|ねん)"
    rf"|(?:{L}[rhstm]\.?|[令平昭大明])(?:{N}|元)年"
    rf"|{G}(?:(?:1[89]|2[01])\d\d|[一二][{K}百千]{{3,6}}|千[{K}百]{{2,6}})(?:年|ねん)"
    "|(?:一昨|再来|去|昨|今|本|来|明)年(?!度|齢|金|末|内|始|生|中学|間)"
    "|(?:おととし|きょねん|ことし|さらいねん|らいねん))"
)
BARE_YEAR = rf"{G}(?:{N}|元)年前?(?=の?{N}月)"
KANA_MONTH = (
    "(?:じゅういち|じゅうに|じゅう|いち|ろく|しち|なな|はち|きゅう"
    "|(?:(?<![ぁ-ん])|(?<=ねん)|(?<=ねんの))(?:に|さん|し|よん|ご|く))がつ"
)
MONTH = (
    rf"(?:(?:{G}|(?<=年)|(?<=年の)){N}(?:月|がつ)|{KANA_MONTH}"
    "|(?:再来|来々|来来|先々|先先|今|本|来|先|翌)月|(?<![一-龠])さ来月|(?:こん|さらい|らい|せん)げつ)"
)
KANA_DAY = "|".join(sorted(KANA_DAYS, key=len, reverse=True))
# A day after its month: the 日 may be missing, or be か in easy Japanese (12がつ3か).
_NOT_A_DAY = (
    rf"(?![\d{K}時:月年人名枚つ回個通件歳才代番階号円分週杯ヶヵ%/]"
    "|じ(?!ゃ)|けた|か月|か所|さい|にん)"
)
DAY_AFTER_MONTH = (
    rf"(?:{N}(?:日(?!間|以内)|にち|目(?!的))"
    rf"|{KANA_DAY}|{KN}にち|{N}か(?=$|[のにでは、。!?]|から|まで|もく|きん|げつ|すい)"
    rf"|\d{{1,2}}{_NOT_A_DAY}|[{K}]{{1,3}}(?=$|[のにで、。(~]|午|夕|夜))"
)
LATER = "(?:くらい|ぐらい|ほど)?(?:後(?!半)|あと|先(?!週|月)|のち|ご(?![ごぜろと])|したら|すれば)"

DAY_STEPS = {
    "翌々日": 2, "翌日": 1, "次の日": 1, "つぎのひ": 1, "よくじつ": 1, "前日": -1, "前の日": -1,
    "明くる日": 1, "あくる日": 1, "あくるひ": 1, "つぎの日": 1, "まえの日": -1,
}  # fmt: skip

# Weeks and weekdays ---------------------------------------------------------------------------

_KANA_WEEKDAY = "(?:げつ|か|すい|もく|きん|ど|にち)よう(?:び|日)?"
WEEKDAY = (
    "(?:[月火水木金土日](?:曜日?|よう(?:び|日)?)"
    "|(?:げつ|すい|もく|きん|ど|にち)(?:よう(?:び|日)?|曜日?)"
    "|(?:(?<![ぁ-ん])|(?<=[のはとやか]))かよう(?:び|日))"
)
# 来週の木, 第2木: a single character is a weekday only where no other word can begin.
SHORT_WEEKDAY = (
    r"[月火水木金土](?=$|[のでにはがをかどともや、。・/~!?\s\d午夕夜朝昼月火水木金土]|から|まで|以"
    "|な[らの]|だ[けっと]|しか|あたり|希望)"
)
ANY_WEEKDAY = rf"(?:{WEEKDAY}|{_KANA_WEEKDAY}|{SHORT_WEEKDAY})"
WEEK = "(?:(?:再々来|再再来|再来|来々|来来|(?<![一-龠])さ来|先々|先先|今|来|先|翌)週|(?:こん|さらい|らい|せん)(?:しゅう|週)|(?:次|つぎ)の週(?!末))(?:の(?:ほう|方)(?=の))?"

# 三が日あけて窓口が開く最初の日
FIRST_OPEN = (
    "(?:(?:、?(?:窓口|市?役所|役場|庁舎|そちら|そっち)[がの]?)?(?:開[くい]|空[くい]|あ[くい]|始ま|はじま|営業)[ぁ-ん]{0,6})?"
    "(?:一番|いちばん)?の?(?:最初|はじめ|初め)の(?:平日|営業日|日(?!曜))"
)

# English --------------------------------------------------------------------------------------

ENGLISH_WEEKDAY = (
    rf"{L}(?:mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:nesday)?s?|thu(?:r(?:s(?:day)?)?)?s?"
    rf"|fri(?:day)?s?|sat(?:urday)?s?|sun(?:day)?s?){R}\.?"
)
ENGLISH_MONTH = (
    rf"{L}(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)

ENGLISH_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(ENGLISH_NUMBERS)})"
# 10 am, ten in the morning
HALF_AFTER = rf" ?(?P<s>(?:[ap]\.?m\.?|in the (?:morning|afternoon|evening)|at night){R})"

# What they mean -------------------------------------------------------------------------------


def weekday_of(said: str) -> int:
    """Return the weekday that a word begins with: 0 for Monday."""
    for length in (3, 2, 1):
        if said[:length] in WEEKDAY_NAMES:
            return WEEKDAY_NAMES[said[:length]]
    raise ValueError(said)


def week_start(c: Context, said: str) -> date:
    """Return the Monday of 今週, 来週, 再来週…; a week is a calendar week that begins on Monday."""
    steps = {"再々": 3, "再再": 3, "再": 2, "来々": 2, "来来": 2, "さ": 2, "今": 0, "こん": 0, "先々": -2, "先先": -2, "先": -1, "せん": -1}
    step = next((steps[said[:n]] for n in (2, 1) if said[:n] in steps), 1)
    return c.monday + timedelta(weeks=step)


def english_month(said: str) -> int:
    """Return the number of a month by its first three letters."""
    return "janfebmaraprmayjunjulaugsepoctnovdec".index(said[:3]) // 3 + 1


def read_month(c: Context, year: str | None, month: str) -> tuple[list[int] | None, int]:
    """Return the years said (None if none was, or none can be) and the number of the month."""
    steps = {
        "今": 0, "本": 0, "来々": 2, "来来": 2, "来": 1, "翌": 1, "再": 2, "さ来": 2, "先々": -2, "先先": -2, "先": -1,
        "こん": 0, "らい": 1, "さら": 2, "せん": -1,
    }  # fmt: skip
    step = next((steps[month[:n]] for n in (2, 1) if month[:n] in steps), None)
    if step is not None:
        meant = add_months(YearMonth(c.today.year, c.today.month), step)
        return [meant.year], meant.month
    at = number(month)
    years = c.years(year, at) if year else None
    return (years if isinstance(years, list) else None), at
