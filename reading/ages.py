"""Ages, school years and stages of life, as people tell them of a card's holder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reading.dates import read_year, read_year_month
from reading.message import Message
from reading.text import KANJI_DIGITS, number

UNDER_15, NEARLY_15, GENERAL = "under_15", "nearly_15", "general"


@dataclass(frozen=True)
class Age:
    """An age with its place in the folded text: years, or one of the three groups."""

    start: int
    end: int
    age: int | str

    @property
    def group(self) -> str:
        """Under 15, nearly 15 (to be judged on the day of the visit), or older (facts.md, section 2)."""
        if isinstance(self.age, str):
            return self.age
        return UNDER_15 if self.age < 14 else NEARLY_15 if self.age == 14 else GENERAL


_N = rf"(?:\d{{1,3}}|[{KANJI_DIGITS}]{{1,4}})"
# What follows a number of years that is no age, or bounds one.
_BOUND = "(?P<bound>未満|以上|以下|まで|から|より)?"
_YEARS = re.compile(
    rf"(?<![0-9第])(?P<n>{_N})(?:歳|才|さい(?!ふ)|years?[ -]old|yo(?![a-z])|yrs?(?![a-z])){_BOUND}(?!のお?(?:誕生日|たんじょうび))"
    rf"|(?<![0-9月年第])(?P<u>{_N})に(?:なる(?=$|[、。ん])|なります|なりまし)"
    rf"|(?:^|[。、|])(?:まだ|もう|今|いま)?(?P<v>[1-9][0-9])(?=です|だ[。、けよっ]|なん|、|でした|$)(?![0-9])"
    r"|(?:今|いま|現在|もう|満)(?:は|で|だと)?(?P<w>[1-9][0-9])(?=です|だ[。、けよっ]|なん|、|。|で[、。]|$)(?![0-9])"
    r"|(?<![0-9十])(?P<t>1[0-9]|十[一二三四五六七八九]?)に(?:なった(?!ら)|なりました|なって(?:い?た|い?まし|い?る|い?ま)|なったばっ?か)"
    rf"|(?<![0-9月年第])(?P<p>{_N})(?:を|も|は)?(?:とうに|とっくに)?(?:過ぎ|すぎ|越え|超え)(?=て|た|で|の|だ|、|。)"
    rf"|(?:age[d ]*|turn(?:s|ed|ing)? |\b(?:he|she|who|son|daughter|child|kid|boy|girl|niece|nephew|grandson|granddaughter|grandchild)(?:['’]s| is) (?:only |just |already |now )?)(?P<e>\d{{1,3}})(?!\d)"
)
_OF_YEARS = ("n", "t", "u", "v", "w", "p", "e")
# An age of another day, or one that counts from one at birth, is not the age now.
_THEN_BEFORE = re.compile("(?:今どき|いまどき|最近|近頃|ちかごろ|このごろ|この頃|昨今|昔|むかし|世の中|世間|よそ)の[^。、!?]*$|(?:昔|むかし)は[^。、!?]*$|(?:(?:数え|かぞえ)(?:年|どし)?(?:で(?:は)?|だと|は|なら)?|当時(?:は|まだ)?)(?:もう|今年)?、?$")
_THEN_AFTER = re.compile("(?:の|な)?(?:時(?!間)|とき|頃|ころ|折)(?!点)|だった(?:けど|が|時|とき|頃|ころ|の)|でした(?:けど|が)|で(?:作|つく|発行|取っ)|(?:の)?当時")
_STAGE = re.compile(
    "(?P<months>(?:生後)?[0-9一二三四五六七八九十]+(?:か月|ヶ月|カ月|ヵ月|ヶ月半|かげつ)(?:の(?=赤|子|娘|息子|孫|男|女)|です|で(?=、)))"
    "|(?P<yet>(?:15|十五)(?:歳|才)?に(?:は)?(?:まだ)?な(?:って(?:い)?(?:な|ませ)|りませ|らな))"
    "|(?P<pupil>(?:幼稚園|保育園|保育所|こども園|小学校)の(?=子|孫|息子|娘|甥|姪|弟|妹|男|女))"
    "|(?P<goes>(?:まだ|ようやく)(?:幼稚園|保育園|保育所|こども園|小学校)(?=です|でし|だ|なの|なん|で|に通|、|。|$))"
    "|(?P<soon>(?:来年|来春|春から|今度|4月から)(?:から|には|に|は)?小学|来年(?:から)?(?:一年生|中学)"
    "|(?:来年|らいねん|来春|春|4(?:月|がつ))(?:の春|の?4(?:月|がつ))?(?:から|には|に|は)?(?:小学|しょうがく|中学|ちゅうがく)(?:校|生|せい|こう)?(?=に|へ|です|だ|、|。|$))"
    "|(?P<high>(?:来年|らいねん|来春|春|4(?:月|がつ))(?:の春|の?4(?:月|がつ))?(?:から|には|に|は)?(?:高校|こうこう)(?:生|せい)?(?=(?:に|へ)?(?:なる|なります|なんだ|上が|あが|入る|入り|です|だ|、|。|$)))"
    "|(?P<grown>[2-9二三四五六七八九]十?0?代)"
    "|(?P<before>日(?:で|に)(?:ちょうど|満|やっと)?(?:15|十五)(?:歳|才|さい)?|もうすぐ(?:15|十五)"
    "|(?:15|十五)(?:歳|才)?(?:に|の誕生日)(?:なる|なります)?(?:前|予定|ところ|直前)|(?:15|十五)(?:歳|才)?になります|まだ(?:15|十五)(?:じゃ|では))"
)
# 三つの娘, 5つです
_COUNTED = re.compile("(?<![0-9一二三四五六七八九十])(?P<n>[1-9一二三四五六七八九])つ(?=の(?:子|孫|娘|息子|男|女)|だ|です|に(?:なる|なった|なります|なりました|なるところ)|\\)|、|。|$)")
_BIRTH_MONTH = re.compile("誕生日[はが]?(?:来年の?)?(?P<in>[0-9]{1,2}|[一二三四五六七八九十]{1,2})月(?![0-9一二三四五六七八九十])|(?P<is>[0-9]{1,2}|[一二三四五六七八九十]{1,2})月(?:生まれ|うまれ)")
_TURNS = re.compile("(?:15|十五)(?:歳|才|さい)?になるのは(?:来年の?)?(?P<is>[0-9]{1,2}|[一二三四五六七八九十]{1,2})月|(?P<in>[0-9]{1,2}|[一二三四五六七八九十]{1,2})月(?:に|で|の誕生日で)(?:ようやく|やっと|ちょうど)?(?:15|十五)(?!(?:歳|才|さい)?に(?:なった|なりまし|なって))")
"""In which month somebody turns 15."""
_WORKS = re.compile("(?:保育|くらぶ)?(?:所)?で[^、。]{0,10}(?:働|勤|指導員|支援員|先生|仕事|ぱーと|ばいと|手伝|やって)")
_DENIED = re.compile("(?:な(?:わけ|はず)(?:が|は|も)?|じゃ|では?)(?:な[いくか]|ねえ|ありません)")
_UNITS = {"いち": 1, "いっ": 1, "に": 2, "さん": 3, "よん": 4, "ご": 5, "ろく": 6, "なな": 7, "しち": 7, "はち": 8, "はっ": 8, "きゅう": 9}
_KANA_YEARS = re.compile(
    "(?:(?P<tens>" + "|".join(_UNITS) + ")?(?P<ten>じゅう|じゅっ|じっ))?(?P<one>" + "|".join(_UNITS) + ")?さい(?=$|[のですだはがとに、。])"
)
"""じゅうさんさい, ななさい."""
_HORIZON = timedelta(days=92)
"""How far ahead somebody may be 15 when they come."""
_BORN = re.compile("生まれ|うまれ|(?<=[年月日0-9])生(?=$|です|の)")
# 小3, 小学校3年生, 中2, 高1; 年長 and 年少 are no years of age of an adult.
_GRADE = re.compile(
    r"(?<![大最極])(?P<school>小学校?|小|中学校?|中|高校?|高等学校|高専|大学院?|専門学校|専門|短大)の?(?P<year>[1-6一二三四五六])(?P<tail>年(?:生|せい)?|ねん(?:せい)?)?"
    "(?![0-9一二三四五六七八九十個月日時:/丁人番円枚分])"
    "|(?P<kana>しょうがく|ちゅうがく|こうこう|しょうがっこう|ちゅうがっこう)の?(?P<kyear>[1-6])(?:ねん(?:せい)?|年生?)"
)
_ENGLISH = re.compile(
    "(?P<young>(?:goes to|attends|in|at) (?:elementary|primary|nursery|kindergarten|preschool)(?: school)?|"
    r"(?:grade|year) [1-7](?!\d)|(?:[1-7](?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth)[ -]grade(?:r)?|kindergart\w+|preschool\w*|elementary(?: school(?:er)?)?)"
    "|(?P<near>(?:in|goes to|attends) (?:junior high|middle school)|junior high(?: school)?(?: student)?|middle schooler)"
    "|(?P<old>(?:in|goes to|attends|a|at) (?:senior )?(?:high ?school(?:er)?|university|college)|high school(?:er| student)?|university student)"
)
_WORKS_THERE = re.compile(r"\b(?:teach(?:es|ing|er)?|work(?:s|ing)?|volunteer|job|nurse|cook|principal|drive)\b[^.、!?]{0,25}$")
# Who goes to such a school, not who works or was there.
_ATTENDS = re.compile(
    "(?P<school>保育園|保育所|幼稚園|こども園|小学校?|しょうがっこう|中学校?|ちゅうがっこう|高校|高等学校|高専|大学院?|専門学校|予備校)(?:に|へ|さ)(?:は|も)?"
    "(?:通|かよ|入(?!り口)|上が|あが|進|入学|在籍|在学|いって(?:る|い)|行って(?:る|い))"
    "|(?P<year>新)(?P<new>1|一)年生"
    "|(?P<out>(?:大学|高校|学校|専門|短大|高専)を?(?:出て|卒業)(?:し)?|(?:大学院|大学|(?<![一-龠])院)(?:で|の)(?:[一-龠]{2})?(?:研究|勉強|博士|修士|学ん))"
)
_YOUNG_SCHOOLS = ("保", "幼", "こ", "小", "しょ")


def ages(m: Message) -> Iterator[Age]:
    """Yield the ages told in a message, in the order of their rules."""
    years = [age for age in _years(m.plain) if is_now(m.plain, age)]
    yield from years
    told = [age.age for age in years if isinstance(age.age, int)]
    yield from (age for age in _stages(m) if is_now(m.plain, age))
    yield from _by_school(m, told)


def is_now(text: str, age: Age) -> bool:
    """Return whether an age is that of today: not 14歳のとき作った, 数えで15."""
    return not (_THEN_BEFORE.search(text, 0, age.start) or _THEN_AFTER.match(text, age.end))


def _years(text: str) -> Iterator[Age]:
    for match in _YEARS.finditer(text):
        years = number(next(match[group] for group in _OF_YEARS if match[group]))
        start = min(match.start(group) for group in _OF_YEARS if match[group])
        bound = match["bound"]
        if years <= 120 and bound in (None, "から"):
            yield Age(start if match["w"] else match.start(), match.end(), years)
        elif years == 15 and bound in ("未満", "以上"):
            yield Age(match.start(), match.end(), UNDER_15 if bound == "未満" else GENERAL)


def _stages(m: Message) -> Iterator[Age]:
    """Yield what a word for a stage of life tells: 生後6か月, 三つの娘, じゅうさんさい, 成人."""
    text = m.plain
    for match in _STAGE.finditer(text):
        group = {"months": UNDER_15, "yet": UNDER_15, "pupil": UNDER_15, "goes": UNDER_15, "soon": UNDER_15, "high": NEARLY_15, "grown": GENERAL, "before": NEARLY_15}
        yield Age(match.start(), match.end(), group[str(match.lastgroup)])
    for match in _COUNTED.finditer(text):
        yield Age(match.start(), match.end(), number(match["n"]))
    begins = {*m.folded.gaps, *(word.end for word in m.words if word["person"])}
    for match in _KANA_YEARS.finditer(text):
        if match.start() not in begins and re.match("[ぁ-ん]", text[match.start() - 1 : match.start()]):
            continue
        yield Age(match.start(), match.end(), _years_in_kana(match))
    for word in m.words:
        if word["age"] and not _DENIED.match(text, word.end) and not _WORKS.match(text, word.end):
            yield Age(word.start, word.end, str(word["age"]))
        elif word["age"] and word.text == "未成年":
            yield Age(word.start, word.end, GENERAL)


def _by_school(m: Message, told: Sequence[int | str]) -> Iterator[Age]:
    """Yield the ages that a birth, a birthday or a school year tells; `told` are the years that are said."""
    text, today = m.plain, m.now.date()
    yield from _born(m)
    turns = _TURNS.search(text)
    third = any(age.age == NEARLY_15 for age in _grades(text))
    if turns is None and ((third and not told) or 14 in told):  # 中3、誕生日は3月
        turns = _BIRTH_MONTH.search(text)
    if turns:
        month = number(turns.groupdict().get("is") or turns["in"])
        day = _begins(month, _school_year(today) if third else today)
        group = GENERAL if day.replace(day=28) < today.replace(day=1) else UNDER_15 if day > today + _HORIZON else NEARLY_15
        yield Age(turns.start(), turns.end(), group)
    else:
        yield from (age for age in _grades(text) if not (told and age.age == NEARLY_15))  # 中3で、15になったところ
    for match in _ENGLISH.finditer(text):
        if _WORKS_THERE.search(text, 0, match.start()):
            continue
        yield Age(match.start(), match.end(), {"young": UNDER_15, "near": UNDER_15, "old": GENERAL}[str(match.lastgroup)])
    for match in _ATTENDS.finditer(text):
        school = match["school"]
        young = bool(match["new"]) or (school or "").startswith(_YOUNG_SCHOOLS)
        middle = (school or "").startswith(("中", "ちゅ"))
        started = "上が" in match[0] or "あが" in match[0] or "入" in match[0] or "進" in match[0]
        if middle:
            yield Age(match.start(), match.end(), UNDER_15 if started else NEARLY_15)
        else:
            yield Age(match.start(), match.end(), UNDER_15 if young else GENERAL)


def _years_in_kana(match: re.Match[str]) -> int:
    tens = (_UNITS[match["tens"]] if match["tens"] else 1) if match["ten"] else 0
    return 10 * tens + (_UNITS[match["one"]] if match["one"] else 0)


def _school_year(today: date) -> date:
    """Return the day on which the school year began: who is in 中3 turns 15 in it."""
    return date(today.year - (today.month < 4), 4, 1)


def _begins(month: int, today: date) -> date:
    """Return the first day of the next such month."""
    return date(today.year + (month < today.month), min(max(month, 1), 12), 1)


def _born(m: Message) -> Iterator[Age]:
    """Yield the age that a year of birth tells where the birthday does not matter for it."""
    born = _BORN.search(m.plain)
    year = read_year(m.plain[: born.start()], m.now) if born else None
    month = read_year_month(m.plain[: born.start()], m.now) if born else None
    if born and month and year:  # 5月生まれ tells no year
        turns = date(month.year + 15, month.month, 1)
        today = m.now.date()
        near = turns - _HORIZON < today < turns + timedelta(days=31)
        yield Age(born.start(), born.end(), NEARLY_15 if near else UNDER_15 if today < turns else GENERAL)
    elif born and year and 1900 < year <= m.now.year:
        years = m.now.year - year
        yield Age(born.start(), born.end(), UNDER_15 if years < 14 else GENERAL if years > 15 else NEARLY_15)


def _grades(text: str) -> Iterator[Age]:
    for match in _GRADE.finditer(text):
        school = match["school"] or {"し": "小", "ち": "中", "こ": "高"}[match["kana"][0]]
        year = number(match["year"] or match["kyear"])
        first = school[0]
        if first in "小中高" and len(school) > 1 and not (match["tail"] or match["kana"]) and year > 3 and first != "小":
            continue
        if first == "小":
            group = UNDER_15
        elif first == "中":
            group = NEARLY_15 if year == 3 else UNDER_15
        else:
            group = GENERAL
        if first in "中高" and year > 3 and school != "高専":
            continue
        yield Age(match.start(), match.end(), group)
