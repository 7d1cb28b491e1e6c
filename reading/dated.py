"""Dates, times and wishes: what each day is the day of, and when somebody wants to come.

reading.dates finds the days and times; here the words beside each tell what it is for. Those that are
something else (the end of a certificate, somebody's operation) are left out of the wish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any

from reading.clauses import Clause
from reading.date_roles import INSTEAD, NEAR, PURPOSES, SORRY, VISITS, Told, in_line, with_roles
from reading.dates import Purpose, YearMonth, read_date, read_year
from reading.dates.context import Context, Known, month_span, span_of
from reading.dates.reader import Expecting, pieces_of
from reading.dates.values import DateRange
from reading.dates.wishes import wish_of
from reading.facts import DateOf, Fact, Unsure, When
from reading.message import Message, cut
from reading.situation import Command, Situation
from renewal.date_words import japanese_date
from renewal.wish import Invalid, Wish


def facts(m: Message) -> list[Fact]:
    """Return the days that the message tells, each with what it is of, and when somebody would come."""
    read = _read(m, None, Known())
    found: list[Fact] = []
    for each in read.told:
        other = each.role == "other" or (each.role in VISITS and not each.wishes)
        if each.role in PURPOSES or other:
            value = None if other else _value(read, [each], str(each.role))
            of = str(each.role) if value is not None else "other"
            found.append(DateOf(*each.span, each.clause.at, each.mood, of, value or _day(each)))
    rest = [each for each in read.told if each.to_come]
    while rest:
        run = _run(m, rest)
        rest = rest[len(run) :]
        if when := _when(read, run):
            found.append(when)
    return sorted(found, key=lambda fact: fact.start)


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what the days and times mean at the question asked, and beside what is known."""
    read = _read(m, _EXPECTING.get(s.asked or ""), _known(s))
    if completed := _completed(read, s):
        return [completed]
    read = _for_the_question(read, s)
    commands = _dates_told(read, s) + _when_told(read, s) + _in_words(read, facts, s)
    if not commands and s.asked in _EXPECTING and any(_may_be_wished(each, s) for each in read.told):
        commands = [Command("clarify", s.asked)]
    return list({each.slot: each for each in reversed(commands)}.values())[::-1]  # the first of each


_EXPECTING: dict[str, Expecting] = {
    "visit_date": "day", "visit_time": "time", "booking_date": "day", "booking_time": "time",
}  # fmt: skip


def _may_be_wished(told: Told, s: Situation) -> bool:
    """Return whether a day or time to come stands with a predicate that does not tell whether it is wished for."""
    span = span_of(told.piece)
    past = span is not None and span.last is not None and span.last < s.now.date()
    return told.role is None and not told.wishes and not past and told.mood == "said"


# The question at which a bare date is the answer, and the slot that it fills.
_ASKED = {
    **{slot: slot for slot in PURPOSES}, "expiry_checked": "expires_on", "expiry_help": "expires_on",
}  # fmt: skip


def _known(s: Situation) -> Known:
    def day(slot: str) -> date | None:
        try:
            return date.fromisoformat(str(s[slot]))
        except ValueError:
            return None

    at = re.fullmatch(r"(\d\d):(\d\d)", str(s["visit_time"]))
    return Known(
        day("visit_date"), time(int(at[1]), int(at[2])) if at else None, day("expires_on"), day("birthday")
    )


def read_wish(text: str, now: datetime, expecting: Expecting | None = None) -> Wish:
    """Return when somebody wants to come, as far as a text says it by itself; empty if it does not."""
    read = _read(cut(text, now), expecting, Known())
    return wish_of(read.context, [(each.piece, each.item) for each in read.told if each.to_come or (each.role == "person" and each.wishes)])


# What is told ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """A message with what is told in it of days and times."""

    m: Message
    context: Context
    told: tuple[Told, ...]


def _read(m: Message, expecting: Expecting | None, known: Known) -> _Reading:
    context, found = pieces_of(m.text, m.now, Purpose.BOOKING, expecting, known)
    read = _Reading(m, context, with_roles(m, found))
    of_birth = next((each for each in read.told if each.role == "birthday"), None)
    if known.birthday is None and of_birth and _FROM_BIRTH.search(m.plain):
        on = _value(read, [of_birth], "birthday")
        if isinstance(on, date):
            return _read(m, expecting, replace(known, birthday=on))  # 昭和26年2月8日生まれで、今度の誕生日まで
    of_expiry = next((each for each in read.told if each.role == "expires_on"), None)
    if known.expires_on is None and of_expiry and _FROM_EXPIRY.search(m.plain):
        on = _value(read, [of_expiry], "expires_on")
        if isinstance(on, date):
            return _read(m, expecting, replace(known, expires_on=on))  # 期限の一週間前に行きます
    return read


_FROM_BIRTH = re.compile("(?:今度|こんど|次|つぎ|来年|今年|再来年)の[^、。]{0,3}誕生日")
_FROM_EXPIRY = re.compile("期限日?の[^、。]{0,8}(?:前|後|週|翌)")


# Values ------------------------------------------------------------------------------------------


def _value(read: _Reading, all_told: Sequence[Told], slot: str) -> date | Invalid | str | None:
    """Return the day that is told for a slot, what is wrong with it, or a year of issue."""
    m, purpose, told = read.m, PURPOSES[slot], all_told[0]
    if told.years:
        return _born(told, m)
    others = [each.span for each in read.told if each not in all_told]
    found = read_date(m.text, m.now, purpose, others, read.context.known)
    if isinstance(found, date):
        found = _in_year_beside(read, found, _plain(m, told)) if purpose is Purpose.BIRTHDAY else found
        with_year = any(each.item.kind == "year" for each in read.told)
        unlikely = None if with_year else _unlikely(found, _plain(m, told), m, purpose)
        return Invalid(unlikely, japanese_date(found)) if unlikely else found  # type: ignore[arg-type]
    if found is not None:
        return found if found.reason == "weekday_mismatch" else replace(found, candidates=())
    if purpose is Purpose.ISSUE:
        year = read_year(told.item.text, m.now)
        if year and year > m.now.year:
            return Invalid("issue_in_future", f"{year}年")
        return str(year) if year else None
    return _whole(told)


def _born(told: Told, m: Message) -> date | None:
    on = told.item.value
    if not isinstance(on, date):
        return None
    if told.clause.mood == "past" and on > m.now.date():
        on = month_span(YearMonth(on.year - 1, on.month), on.day, on.day)[0]
    return month_span(YearMonth(on.year - told.years, on.month), on.day, on.day)[0]


def _whole(told: Told) -> date | Invalid | None:
    """Return the last day of 今月いっぱい; a month or a part of it wants its day."""
    part = re.match(".*月(?=の?[末頭初半中上下])", told.item.text)
    if told.item.kind == "date_range" and re.search("いっぱい|一杯", told.item.text):
        span = span_of(told.piece)
        return span.last if span else None
    if told.item.kind == "month" or (told.item.kind == "date_range" and part):
        return Invalid("day_missing", part[0] if part else told.item.text)
    return None


def _unlikely(day: date, said: str, m: Message, purpose: Purpose) -> str | None:
    """Return why this cannot be a day of birth or of issue, or None."""
    if purpose is Purpose.BIRTHDAY and not _WITH_YEAR.search(said):
        return "birth_year_missing"
    if purpose in (Purpose.BIRTHDAY, Purpose.ISSUE) and day > m.now.date():
        return "birthday_in_future" if purpose is Purpose.BIRTHDAY else "issue_in_future"
    return None


def _in_year_beside(read: _Reading, day: date, said: str) -> date:
    """Return a birthday in the year told beside it: 誕生日も1月9日で、昭和46年です."""
    years = [each.item.value for each in read.told if each.item.kind == "year"]
    old = [year for year in years if isinstance(year, int) and year < read.m.now.year]
    return month_span(YearMonth(old[0], day.month), day.day, day.day)[0] if old and not _WITH_YEAR.search(said) else day


_WITH_YEAR = re.compile(
    r"年|ねん|[令平昭大明和成正治mtshr][.．・]?[0-9元一二三四五六七八九十]|\d{4}|\d+[./・-]\d+[./・-]\d+|(?:re|he|sh|ta|me)[a-zō]+ ?\d",
)


def _plain(m: Message, told: Told) -> str:
    return m.plain[told.piece.start : told.piece.end]


def _day(told: Told) -> date | None:
    return told.item.value if isinstance(told.item.value, date) else None


def _as_answer(value: date | Invalid | str) -> Any:
    if isinstance(value, Invalid):
        plain: dict[str, Any] = {"invalid": value.reason, "text": value.text}
        if value.candidates:
            plain["candidates"] = [day.isoformat() for day in value.candidates]
        return plain
    return value.isoformat() if isinstance(value, date) else value


# At the question -----------------------------------------------------------------------------------


def _for_the_question(read: _Reading, s: Situation) -> _Reading:
    """Return the reading with the question asked giving a role to what its own words leave open."""
    told = _put_right(read.m, [_of_the_form(read, each, s) for each in read.told], s)
    slot = _ASKED.get(s.asked or "")
    if slot:
        told = [replace(each, role="other") if each.is_date and _taken_back(read.m, each, then) else each for each, then in zip_longest(told, told[1:])]
        explicit = any(each.role == slot and not _BELIEVED.match(read.m.plain, each.piece.end) for each in told)
        told = [_at_a_date_question(read.m, each, told, "other" if explicit else slot) for each in told]
    else:
        told = [_elsewhere(read, each, s) for each in told]
    return replace(read, told=tuple(told))


def _put_right(m: Message, told: list[Told], s: Situation) -> list[Told]:
    """Return a day that stands instead of one that is known as what that one is: 1月9日じゃなくて1月6日; すみません、2月9日でした."""
    for slot in PURPOSES:
        again = [each for each in told if _is_known(each, slot, s)]
        new = [each for each in told if each not in again and each.is_date and each.item.kind != "year" and each.role in (*VISITS, "person", slot) and not _same_day_of_year(each.item.value, s["visit_date"])]
        new = [each for each in new if each.role != "visit" or not re.search("<(?:visit|fine)>", in_line(m, each.clause))]
        if again and new and (_put_instead(m, told) or any(_was_that(m, each) for each in new) or any(_of_another(m, each) for each in again)):
            return [replace(each, role=slot if each is new[0] else "other") if each in (*again, *new) else each for each in told]
    return told


def _is_known(told: Told, slot: str, s: Situation) -> bool:
    """Return whether the day that is known for a slot is named again, by its month alone too: 3月じゃなくて."""
    known = s[slot]
    again = _same_day_of_year(told.item.value, known) and not _same_day_of_year(told.item.value, s["visit_date"])
    return again or (slot == "expires_on" and _same_month(told.item.value, known))


def _put_instead(m: Message, told: Sequence[Told]) -> bool:
    return any(INSTEAD.fullmatch(m.plain, one.piece.end, other.piece.start) for one, other in zip(told, told[1:], strict=False))


def _taken_back(m: Message, told: Told, then: Told | None) -> bool:
    """Return whether another day is told at once instead of this: 令和9年3月5日です。あ、すみません、2月9日でした."""
    return then is not None and then.is_date and then.item.kind in ("date", "invalid") and bool(re.fullmatch(SORRY, m.plain[told.piece.end : then.piece.start]))


def _was_that(m: Message, told: Told) -> bool:
    """Return whether a day is said to have been the right one all along: 2月9日でした, 2月9日の間違いです."""
    return bool(_ALL_ALONG.match(m.plain, told.piece.end))


_ALL_ALONG = re.compile("(?:でした|だった|だっけ|の(?:間違|まちが|誤り|勘違)|が(?:正し|本当|ほんと))")


def _of_another(m: Message, told: Told) -> bool:
    """Return whether a day is said to be somebody else's: 3月5日は弟のカードのほうです."""
    whose = (word for word in m.inside(told.clause) if word.start >= told.piece.end and word["person"] and not word["speaker"])
    return any(_ITS_OWN.match(m.plain, word.end) for word in whose)


_ITS_OWN = re.compile("の(?:(?:かーど|カード|証明書|通知|期限|分|ぶん|ほう|方|やつ)の?)*(?:でし?た|です|だ|で|なん|$|[、。])")


def _same_day_of_year(told: object, known: object) -> bool:
    return isinstance(told, date) and isinstance(known, str) and known[4:] == f"{told:-%m-%d}"


def _same_month(told: object, known: object) -> bool:
    month = told if isinstance(told, YearMonth) else told.first if isinstance(told, DateRange) else None
    return month is not None and isinstance(known, str) and known[4:8] == f"-{month.month:02}-"


def _of_the_form(read: _Reading, told: Told, s: Situation) -> Told:
    """Return a limit told where the reply form was asked about as the form's own."""
    if told.role not in ("expires_on", "written") or s.asked not in ("reply_form", "reply_form_limit"):
        return told
    said = in_line(read.m, told.clause)
    named = re.search("<(?:certificate|notice|card)>", said) or (s.asked == "reply_form" and "有効期限" in read.m.plain)
    return told if named else replace(told, role="reply_form_limit")


def _at_a_date_question(m: Message, told: Told, all_told: Sequence[Told], slot: str) -> Told:
    if told.role not in (None, "written", "person", "visit"):
        return told
    apart = told.piece.end in m.folded.gaps  # R9.1.31 これ過ぎたら
    if "cond" in told.clause.flags and told.clause.mood == "supposed" and told.role is None and not apart:
        return replace(told, role="other")  # 25日までに出せば着く
    if told.role is None and told.piece.relative and m.plain.startswith("は", told.piece.end):
        return replace(told, role="other")  # 今日は確かめられません
    beside = [each for each in all_told if each.clause == told.clause]
    timed = any(each.item.kind in ("time", "time_range") for each in beside)
    comes = any(each.role == "visit" for each in beside) or "<visit>" in in_line(m, told.clause)
    if told.role != "written" and (timed or (comes and not apart)):
        return replace(told, role="visit")
    return replace(told, role=slot if told.is_date else "other")


def _elsewhere(read: _Reading, told: Told, s: Situation) -> Told:
    """Return what a bare date is that was told while something else was asked.

    No certificate of before 2019 is renewed: that is somebody's birthday. A day on which nobody can be
    booked, or said with まで, is an expiry; one told with its year may be that or the day to come on.
    """
    if told.role == "written":
        return replace(told, role="expires_on")
    if told.role == "person":
        return replace(told, role=None if s.asked in (None, *_VISIT_QUESTIONS) else "other")
    full = [each for each in read.told if _WITH_YEAR.search(_plain(read.m, each))]
    only = len(read.told) == 1 or full == [told]  # 来週水曜11時、R9.2.10
    alone = only and told.role is None and told.item.kind in ("date", "date_range")
    if not alone or s.asked in (*_VISIT_QUESTIONS, *_AFTER_THE_VISIT):
        return told
    said = "".join(in_line(read.m, clause) for clause in read.m.clauses)
    if re.search("<(?:visit|fine)>", said):
        return told
    value, plain = told.item.value, read.m.plain
    if isinstance(value, DateRange):
        until = re.match(r"(?:日)?(?:です|でした|だ|って|と|$|[。、])", plain[told.piece.end :])
        limit = told.item.text.endswith(("まで", "迄")) and until
        return replace(told, role="expires_on") if limit else told
    role = _bare(value, _plain(read.m, told), s) if isinstance(value, date) else None
    if s.asked == "pins" and role in (None, "unclear_date") and re.search("間違|まちが|違[っい]|ちが[っい]|^いいえ|^いや", plain):
        role = "expires_on"  # the answer before: "まちがえた、1月10日でした"
    return replace(told, role=role) if role else told


_VISIT_QUESTIONS = ("visit_date", "visit_time", "counter", "booking_date", "booking_time")
_AFTER_THE_VISIT = ("name_kana", "visitor_name", "phone", "confirmed", "booking_confirmed")


def _bare(day: date, said: str, s: Situation) -> str | None:
    first, last = s.bookable or (s.now.date(), s.now.date() + timedelta(days=60))
    if day > last:
        return "expires_on"
    if day.year < 2019:
        return "birthday"
    if not _WITH_YEAR.search(said):
        return None
    return "unclear_date" if day >= first and s.is_working_day(day) else "expires_on"


def _completed(read: _Reading, s: Situation) -> Command | None:
    """Return the date whose month was told before: "20日" after "2月"."""
    half, day = s["half_date"], _A_DAY.fullmatch(read.m.plain)
    slot = _ASKED.get(s.asked or "")
    if not (half and day and slot):
        return None
    found = read_date(f"{half}{day[1]}日", read.m.now, PURPOSES[slot])
    return _command(slot, _as_answer(found), s, None) if found else None


_A_DAY = re.compile("[^0-9]{0,4}([0-9]{1,2})日?(?:です|だ|でした|だった|だよ|かな|かも|まで|[。、])*")


def _in_known_month(value: date | Invalid | str | None, told: Told, known: object) -> date | Invalid | str | None:
    """Return a bare day in the month that is known: 20日じゃなくて21日だった, of 20 January."""
    if not isinstance(value, date) or not known or re.search("[月年/.-]|[a-z]{3}", told.item.text):
        return value
    try:
        return date.fromisoformat(str(known)).replace(day=value.day)
    except ValueError:
        return value


_SOON = timedelta(days=366)
"""A card that ends later than that is said to have time left: カード本体はあと5年あります."""


def _dates_told(read: _Reading, s: Situation) -> list[Command]:
    """Return the days that are told as the end of validity, of birth, of issue."""
    unclear = next((each for each in read.told if each.role == "unclear_date"), None)
    if unclear:
        return [Command("set_slot", "unclear_date", _as_answer(_day(unclear) or ""))]
    found: dict[str, tuple[Any, Fact | None]] = {}
    for slot in PURPOSES:
        told = [each for each in read.told if each.role == slot and (not each.piece.background or slot == s.asked)]
        told = [each for each in told if not _BELIEVED.match(read.m.plain, each.piece.end)] or told
        value = _in_known_month(_value(read, told, slot), told[0], s[slot]) if told else None
        if value is not None and not _unasked(read, told[0], value, s):
            at = told[0]
            found[slot] = (value, DateOf(*at.span, at.clause.at, at.mood, slot, value))
    asked = _ASKED.get(s.asked or "")
    if asked and not found and not read.told:
        bare = read_date(read.m.text, read.m.now, PURPOSES[asked])  # 27-2-20
        found |= {asked: (bare, None)} if bare else {}
    if "card_expires_on" in found and "expires_on" not in found:
        value, fact = found.pop("card_expires_on")
        if asked == "expires_on" or not isinstance(value, date) or value < s.now.date() + _SOON:
            found["expires_on"] = value, fact  # read off for the one asked about
    if "expires_on" in found and _of_both(read.m):
        found["card_expires_on"] = found["expires_on"]
    commands = [_command(slot, _as_answer(value), s, fact) for slot, (value, fact) in found.items()]
    if asked and not found and any(each.role == asked and each.asked for each in read.told):
        commands = [Command("clarify", asked)]  # 1月20日ですか
    return [each for each in commands if each]


# 12月1日かと思ってたら11月1日で; 3月まで使えると言われたけど、紙には1月15日
_BELIEVED = re.compile(r"(?:か|だ|なの?か|だろう)?と(?:ばかり|ばっかり)?(?:思っ|おもっ|勘違い)|[^。、\d]{0,8}?(?:と|って)(?:言わ|いわ|聞[いか]|きい)")


def _of_both(m: Message) -> bool:
    """Return whether one day is told for the card and the certificate: カードも証明書も同じで…"""
    said = "".join(in_line(m, clause) for clause in m.clauses)
    return bool(_ALIKE.search(m.plain)) and "<card>" in said and "<certificate>" in said


_ALIKE = re.compile("同じ|おなじ|どちらも|どっちも|両方|とも(?!だち)")


def _unasked(read: _Reading, told: Told, value: Any, s: Situation) -> bool:
    """Return whether a day is not told as so: asked about, supposed, or in passing without its year."""
    slot = _ASKED.get(s.asked or "")
    clause = told.clause
    if told.asked:
        return True
    if clause.mood == "supposed" and "maybe" not in clause.flags:
        return told.role != slot
    return isinstance(value, Invalid) and told.role == "birthday" != slot


def _command(slot: str, value: Any, s: Situation, fact: Fact | None) -> Command | None:
    """Return the command that sets a slot, or changes what was settled; None where nothing is new."""
    known = s[slot]
    if known == value:
        return Command("set_slot", slot, value, fact) if _ASKED.get(s.asked or "") == slot else None
    if slot == "expires_on" and isinstance(value, str) and value < "2016":
        return Command("clarify", slot, None, fact)  # no certificate is so old
    changes = known not in (None, "unknown") and not isinstance(value, dict)
    return Command("correct_slot" if changes else "set_slot", slot, value, fact)


# When somebody comes --------------------------------------------------------------------------------


def _when(read: _Reading, told: Sequence[Told]) -> When | None:
    """Return the wish that these days and times make, or None where they make none."""
    wish = wish_of(read.context, [(each.piece, each.item) for each in told])
    if not wish:
        return None
    first, last = told[0], _run(read.m, told)[-1]
    return When(first.item.start, last.item.end, first.clause.at, first.mood, wish)


def _run(m: Message, told: Sequence[Told]) -> list[Told]:
    """Return the first of these that stand side by side: no other topic's words lie between them."""
    run = [told[0]]
    for each in told[1:]:
        if not _SIDE_BY_SIDE.fullmatch(m.plain, run[-1].piece.end, each.piece.start):
            break
        run.append(each)
    return run


_SIDE_BY_SIDE = re.compile("[のにでかとやも、・( )~-]*|から|まで|または|なら|以降|だったら")


def _when_told(read: _Reading, s: Situation) -> list[Command]:
    """Return the wish for a day and time that the message tells."""
    told = [each for each in read.told if each.to_come and _counts(read, each, s)]
    if s.asked in ("name_kana", "visitor_name", "phone"):
        hours = all(each.item.kind in ("time", "time_range", "preference") for each in told)
        if not (_CHANGES if hours else _ABOUT_A_TIME).search(read.m.plain):
            return []  # あさひ まよ; 夜8時以降ならつながります
    when = _when(read, told)
    wish = _beside_the_known(read, when.wish, s) if when else None
    if not (when and wish):
        return []
    settled = read.context.known.visit_date and s.asked != "visit_date"
    of_hour = s.asked == "visit_time" and not (wish.days or wish.weekdays or wish.first or wish.last)
    kind = "correct_slot" if settled and not of_hour else "set_slot"
    commands = [Command(kind, "wish", wish.to_json(), when)]  # type: ignore[arg-type]
    return [*commands, Command("set_slot", "book_later", "yes", when)] if s.asked == "book_later" else commands


_CHANGES = re.compile("(?:と|って)(?:言|い[いっ]|書|入れ|伝え)|変[えわ更]|かえ|やっぱ|やはり|間違|まちが|じゃなく|ではなく|遅[くら]|早[くめ]|ずら|倒し|直し|に(?:して|したい|でき)|の(?:ほう|方)が|instead|change")
_ABOUT_A_TIME = re.compile(
    r"変え|かえ|変更|やっぱ|やはり|間違|まちが|じゃなく|[\d一二三四五六七八九十](?:月|日|時|分)|(?<!\d)\d{1,2}[/:]\d{1,2}(?!\d)|[月火水木金土日]曜|翌|[週日][間]?(?:あと|後)|ずら|来週|今週|明日|明後日|遅く|早く"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d|\d(?:st|nd|rd|th)\b|\b(?:i meant?|instead|change)\b"
)


def _counts(read: _Reading, told: Told, s: Situation) -> bool:
    """Return whether a day or time is told as a wish: asked about it is one if it asks for a place."""
    said = "".join(in_line(read.m, clause) for clause in _sentence(read.m, told.clause))
    wished = re.search("<(?:visit|fine)>", said) or _ASKS_FOR_IT.match(read.m.plain, told.piece.end)
    comes = told.item.kind == "preference" or bool(wished)
    alone = bool(_WHAT_OF_IT.search(read.m.plain, told.piece.end, told.clause.end)) or all(
        word.kind in ("particle", "mark", "other", "adverb", "copula", "number")
        or any(each.piece.start <= word.start < each.piece.end for each in read.told)
        for word in read.m.inside(told.clause)
    )
    if told.asked and (not (comes or alone) or s.asked in PURPOSES):
        return False
    if told.asked and s.asked in _AFTER_THE_VISIT and _asks_of_a_thing(read, told.clause):
        return False  # 前の日にお知らせが来ますか
    if s.asked in PURPOSES and _SINCE_THAT.search(told.item.text) and not comes:
        return False  # 孫の誕生日が6日で、私のがその次の日
    if _was_booked(read, told, s):
        return False
    hours = told.item.kind in ("time", "time_range", "not_time")
    dayless = hours and not any(each.item.kind not in ("time", "time_range", "preference") for each in read.told)
    return not dayless or comes or alone or s.asked in (*_VISIT_QUESTIONS, *_AFTER_THE_VISIT)


_ASKS_FOR_IT = re.compile("しか|だけ|のみ| instead|に?で[きぎ]っ[かぺべ]")


def _asks_of_a_thing(read: _Reading, clause: Clause) -> bool:
    """Return whether the clause asks about something else than coming: お知らせとか来ますか, キャンセルは前日まで…"""
    words = [word for word in read.m.inside(clause) if not any(each.piece.start <= word.start < each.piece.end for each in read.told)]
    return any(
        one.kind == "noun" and not one["dated"] and not one["person"] and not one["speaker"] and not one["place"] and one.text not in NEAR
        and _SUBJECT.match(read.m.plain, after.start)
        for one, after in zip(words, words[1:], strict=False)
    )


_SUBJECT = re.compile("[がはも]|とか|って|など|なんか|(?:で|出来)き(?:ます|る)")
_SINCE_THAT = re.compile("^(?:その|この)")


def _was_booked(read: _Reading, told: Told, s: Situation) -> bool:
    """Return whether a day belongs to what is over: 前の予約が11/20で、行けなかった者です."""
    goes_on = told.clause.link == "and" and told.clause.at + 1 < len(read.m.clauses)
    after = read.m.clauses[told.clause.at + 1] if goes_on else None
    day, last = _day(told), s.bookable[1] if s.bookable else s.now.date() + timedelta(days=60)
    over = told.clause.mood == "past" or (after is not None and "past" in after.flags)
    over = over or (after is not None and any(word["comes"] and "past" in word.flags for word in read.m.inside(after)))
    return over and day is not None and day > last and not _WITH_YEAR.search(_plain(read.m, told))


_WHAT_OF_IT = re.compile("(?:は|って|とか)[?。]?$")  # 祝日の月曜は？


def _sentence(m: Message, clause: Clause) -> list[Clause]:
    """Return the clauses of the sentence in which one stands."""
    first = last = clause.at
    while first and m.clauses[first - 1].link != "end":
        first -= 1
    while last + 1 < len(m.clauses) and m.clauses[last].link != "end":
        last += 1
    return list(m.clauses[first : last + 1])


def _beside_the_known(read: _Reading, wish: Wish, s: Situation) -> Wish | None:
    """Return what is wished beside the day and time that are settled; None where nothing is new."""
    known = read.context.known
    if wish.days and wish.times:
        wish = replace(wish, earliest=False)  # 急いでいるので、あさっての9時
    if known.visit_date and s.asked != "visit_date":
        wish = _in_that_week(wish, known.visit_date, read.context.today)
    if len(wish.days) > 1 and s.asked != "visit_date":
        wish = replace(wish, days=tuple(day for day in wish.days if day != known.visit_date))
    if s.asked in _VISIT_QUESTIONS:
        return wish
    if known.visit_date and _SAME_WEEKDAY.search(read.m.plain):
        wish = _on_its_weekday(wish, known.visit_date)
    if len(wish.times) > 1:
        wish = replace(wish, times=tuple(at for at in wish.times if at != known.visit_time))
    timed = wish.times or wish.from_time or wish.until_time or wish.choices
    if known.visit_time and len(wish.days) == 1 and not timed and not wish.latest:
        wish = replace(wish, times=(known.visit_time,))
    same_day = wish.days in ((), (known.visit_date,) if known.visit_date else ())
    same_time = wish.times in ((), (known.visit_time,) if known.visit_time else ())
    nothing_new = same_day and same_time and replace(wish, not_days=()) == Wish(wish.days, times=wish.times)
    return None if nothing_new else wish


_SAME_WEEKDAY = re.compile("(?:同じ|おなじ)曜日|曜日[^。]{0,6}(?:そのま|同じ|おなじ|変え?ず)")


def _on_its_weekday(wish: Wish, visit: date) -> Wish:
    """Return another week with the weekday that is settled: 次の週に、曜日はそのままで."""
    if wish.days or not (wish.first and wish.last) or (wish.last - wish.first).days > 6:
        return wish
    on = wish.first + timedelta(days=(visit.weekday() - wish.first.weekday()) % 7)
    return replace(wish, days=(on,), first=None, last=None)


def _in_that_week(wish: Wish, visit: date, today: date) -> Wish:
    """Return a weekday as a second thought as that of the week settled: "やっぱり水曜"."""
    if len(wish.weekdays) != 1 or wish.days or wish.first or wish.last or wish.not_days:
        return wish
    on = visit + timedelta(days=min(wish.weekdays) - visit.weekday())
    on += timedelta(weeks=1) * (on <= today)
    return replace(wish, days=(on,), weekdays=frozenset())


# What is said in words ------------------------------------------------------------------------------


def _in_words(read: _Reading, facts: Sequence[Fact], s: Situation) -> list[Command]:
    """Return the answers without a date: not known, an empty field, which of two dates is meant."""
    asked, m = s.asked or "", read.m
    if asked not in _IN_WORDS:
        return []
    lines = [in_line(m, clause) for clause in m.clauses if clause.mood != "asked"]
    for pattern, slot, value in _IN_WORDS[asked]:
        if any(pattern.search(said) for said in lines):
            return [Command("set_slot", slot, value)]
    unsure = next((each for each in facts if isinstance(each, Unsure) and each.kind_of == "unknown"), None)
    about_pins = unsure and any(word["pin"] == "pin" for word in m.inside(m.clauses[unsure.clause]))
    if unsure and asked in _UNSURE and not about_pins:
        slot, value = _UNSURE[asked]
        return [Command("set_slot", slot, value, unsure)]
    if asked in ("expires_on", "reply_form_limit") and any(each.item.kind == "year" for each in read.told):
        return [Command("clarify", asked)]
    return []


_EMPTY = re.compile("<written>!|<blank>|<missing>!|<missing>[^<]{0,3}$|^<written>!")
_SKIPS = re.compile("<skip>(?!!)")
_IN_WORDS: dict[str, tuple[tuple[re.Pattern[str], str, str], ...]] = {
    "expires_on": ((_EMPTY, "expires_on", "unknown"),),
    "reply_form_limit": ((_EMPTY, "reply_form_limit", "unknown"),),
    "birthday": ((_SKIPS, "expiry_help", "skip"),),
    "issued_on": ((_SKIPS, "expiry_help", "skip"),),
    "expiry_help": ((_EMPTY, "expiry_help", "compute"), (_SKIPS, "expiry_help", "skip")),
    "expiry_checked": (
        (_EMPTY, "expiry_checked", "blank"),
        (re.compile("<card>(?!(?:の?<expires>)?[^<]*!)|<certificate>(?:の<expires>)?(?:[^<]*|では<stands>)!"), "expiry_checked", "card"),
        (re.compile("<certificate>|<notice>|<written>|<right>(?!!)"), "expiry_checked", "confirmed"),
    ),
    "date_meant": (
        (re.compile("<(?:expires|ends|certificate|notice)>"), "date_meant", "expires_on"),
        (re.compile("<visit>"), "date_meant", "visit"),
    ),
    "book_later": (),
}  # fmt: skip
_UNSURE = {
    "expires_on": ("expires_on", "unknown"), "reply_form_limit": ("reply_form_limit", "unknown"),
    "birthday": ("expiry_help", "skip"), "issued_on": ("expiry_help", "skip"),
    "expiry_help": ("expiry_help", "skip"), "expiry_checked": ("expiry_checked", "card"),
}  # fmt: skip


# As plain answers -----------------------------------------------------------------------------------

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def visit_answers(wish: Wish, s: Situation) -> dict[str, Any]:
    """Return a wish as the flat answers of `renewal read --json`."""
    answers: dict[str, Any] = {}
    days = _days_of(wish, s)
    if len(days) == 1:
        answers["visit_date"] = days[0].isoformat()
    elif days:
        answers["visit_day_options"] = [day.isoformat() for day in days]
    else:
        weekdays = wish.weekdays | {day for each in wish.choices for day in each.weekdays}
        if wish.anytime and weekdays >= set(range(5)):
            weekdays = frozenset()  # 平日なら何日でもいい
        spans = {
            "visit_weekdays": [_NAMES[day] for day in sorted(weekdays)],
            "visit_from": wish.first and wish.first.isoformat(),
            "visit_until": wish.last and wish.last.isoformat(),
        }
        answers |= {name: value for name, value in spans.items() if value}
    if wish.times or _of_one_hour(wish):
        answers["visit_time"] = f"{wish.times[0] if wish.times else wish.from_time:%H:%M}"
    elif part := _part(wish.from_time, wish.until_time):
        answers["visit_part"] = part
    anytime = wish.anytime and not (days or len(wish.weekdays) < 5 and wish.weekdays or wish.first or wish.last)
    for preference, said in (("earliest", wish.earliest), ("latest", wish.latest), ("any", anytime)):
        if said:
            answers.setdefault("visit_pref", preference)
    return answers


def _days_of(wish: Wish, s: Situation) -> list[date]:
    """Return the days where they are counted: named ones, one weekday of a week, all but a few."""
    if wish.days and not (wish.first or wish.last):
        return list(wish.days)
    first, last = s.bookable or (s.now.date() + timedelta(days=1), s.now.date() + timedelta(days=60))
    week = wish.first and wish.last and (wish.last - wish.first).days < 7
    ruled_out = [day for day in wish.not_days if (wish.first or day) <= day <= (wish.last or day)]
    if not (ruled_out or wish.days or (week and len(wish.weekdays) == 1)):
        return []
    if week and wish.first and wish.last:
        first, last = max(wish.first, first), wish.last
    span = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in span if wish.allows_day(day) and (s.is_working_day(day) or len(wish.weekdays) == 1)]


def _of_one_hour(wish: Wish) -> bool:
    """12時台."""
    first, last = wish.from_time, wish.until_time
    return bool(first and last and first.hour == last.hour and (first.minute, last.minute) == (0, 59))


def _part(first: time | None, last: time | None) -> str | None:
    if last and last <= time(12):
        return "morning"
    if first and (first >= time(17) or (first >= time(15) and last and last >= time(19))):
        return "evening"
    return "afternoon" if first and first >= time(12) else None
