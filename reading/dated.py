"""Dates, times and wishes: what each day is the day of, and when somebody wants to come.

reading.dates finds the days and times; here the words beside each tell what it is for. Those that are
something else (the end of a certificate, somebody's operation) are left out of the wish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from reading.clauses import Clause
from reading.dates import Purpose, YearMonth, read_date, read_year
from reading.dates.context import Context, Known, Piece, month_span, span_of
from reading.dates.reader import Expecting, pieces_of
from reading.dates.values import DateRange, Found
from reading.dates.wishes import wish_of
from reading.facts import DateOf, Fact, Unsure, When
from reading.message import Message
from reading.situation import Command, Situation
from reading.text import number
from reading.wording import line
from reading.words import Word
from renewal.date_words import japanese_date
from renewal.wish import Invalid, Wish

_TAGS = ("dated", "notice", "letter", "form")
_DATES = ("date", "date_range", "month", "year", "invalid")
_NO_DATE = ("no_such_time", "am_pm_conflict")


@dataclass(frozen=True)
class _Told:
    """A day or time: `role` is what it is for, None where its own words leave that open.

    `both`: it is a day to come on as well ("期限の12月20日に行きます"). `years`: so many years after birth.
    """

    piece: Piece
    item: Found
    clause: Clause
    role: str | None
    both: bool = False
    years: int = 0
    asked: bool = False

    @property
    def is_date(self) -> bool:
        """Whether it can be the day of something (no time, weekday or preference)."""
        reason = getattr(self.item.value, "reason", "")
        return self.item.kind in _DATES and reason not in _NO_DATE


@dataclass(frozen=True)
class _Reading:
    """A message with what is told in it of days and times."""

    m: Message
    context: Context
    told: tuple[_Told, ...]


def facts(m: Message) -> list[Fact]:
    """Return the days that the message tells, each with what it is of, and when somebody would come."""
    read = _read(m, None, Known())
    found: list[Fact] = []
    for each in read.told:
        if each.role in _PURPOSES or each.role == "other":
            value = None if each.role == "other" else _value(read, each, str(each.role))
            of = str(each.role) if value is not None else "other"
            span = (each.item.start, each.item.end)
            found.append(DateOf(*span, each.clause.at, each.clause.mood, of, value or _day(each)))
    if when := _when(read, [each for each in read.told if each.role in _VISITS or each.both]):
        found.append(when)
    return sorted(found, key=lambda fact: fact.start)


def heard(facts: Sequence[Fact], m: Message, s: Situation) -> list[Command]:
    """Return what the days and times mean at the question asked, and beside what is known."""
    read = _read(m, _EXPECTING.get(s.asked or ""), _known(s))
    if completed := _completed(read, s):
        return [completed]
    read = _for_the_question(read, s)
    commands = _dates_told(read, s) + _when_told(read, s) + _in_words(read, facts, s)
    done: set[str] = set()
    return [each for each in commands if not (each.slot in done or done.add(each.slot))]  # type: ignore[func-returns-value]


_EXPECTING: dict[str, Expecting] = {"visit_date": "day", "visit_time": "time"}
_VISITS = (None, "visit")
_PURPOSES = {
    "expires_on": Purpose.EXPIRY, "card_expires_on": Purpose.EXPIRY, "reply_form_limit": Purpose.EXPIRY,
    "birthday": Purpose.BIRTHDAY, "issued_on": Purpose.ISSUE,
}  # fmt: skip
# The question at which a bare date is the answer, and the slot that it fills.
_ASKED = {
    **{slot: slot for slot in _PURPOSES}, "expiry_checked": "expires_on", "expiry_help": "expires_on",
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


# What each date is for ---------------------------------------------------------------------------


def _read(m: Message, expecting: Expecting | None, known: Known) -> _Reading:
    context, found = pieces_of(m.text, m.now, Purpose.BOOKING, expecting, known)
    told: list[_Told] = []
    for at, (piece, item) in enumerate(found):
        before = found[at - 1][0].end if at else 0
        after = found[at + 1][0].start if at + 1 < len(found) else len(m.plain)
        told.append(_with_role(m, piece, item, before, after))
    read = _Reading(m, context, tuple(_pointed_at(m, told)))
    of_expiry = next((each for each in told if each.role == "expires_on"), None)
    if known.expires_on is None and of_expiry and _FROM_EXPIRY.search(m.plain):
        on = _value(read, of_expiry, "expires_on")
        if isinstance(on, date):
            return _read(m, expecting, replace(known, expires_on=on))  # 期限の一週間前に行きます
    return read


_FROM_EXPIRY = re.compile("期限日?の[^、。]{0,8}(?:前|後|週|翌)")
_LINKS = "(?:[はがものにで:、とCOA]|って|<link>)*$"
_UP_TO = "(?:まで|って|付け?で|<link>|[にでがはもとの、CAO])*"
# Before it: "期限は…". The first that fits decides.
_LEADS = tuple(
    (role, re.compile(pattern + _LINKS))
    for role, pattern in (
        ("other", "<(?:document|other)>(?:の(?:<[a-z]+>|N))*"),
        ("reply_form_limit", "<(?:form|paper)>N?の<expires>"),
        ("card_expires_on", "<card>N?の<expires>"),
        ("expires_on", "<(?:expires|ends)>!?"),
        ("birthday", "<born>"),
        ("issued_on", "<issued>"),
        ("visit", "<visit>(?:の?N)?"),
        ("other", "<(?:event|happens)>(?:の?N)?"),
    )
)  # fmt: skip
_WEAK_LEADS = tuple(
    (role, re.compile(pattern + _LINKS))
    for role, pattern in (
        ("written", "<notice>(?:のN+)?には?"),
        ("reply_form_limit", "<form>"),
        ("card_expires_on", "<card>(?:の?N)?(?:には?|は|が)"),
        ("expires_on", "<certificate>(?:の?N)?|<notice>には?"),
    )
)
# Behind it: "…で切れます".
_TAILS = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("expires_on", f"{_UP_TO}(?:<ends>(?!!)|まで<expires>)"),
        ("expires_on", "(?:[がはでの、]|まで|まで[がの])?<expires>(?=$|C|[でとだ、。だ]|って|に<stands>)"),
        ("birthday", "[にがはの、]?<born>(?=$|C|[でのだ、。]|って)(?!の<)"),
        ("issued_on", "[にがはの、]?<issued>(?![のにの]?<visit>)"),
        ("written", "(?:まで)?(?:と|って)(?:[NC、]|<[a-z]+>と)*<(?:written|stands)>|までに<stands>"),
        ("visit", "(?:から|まで|[にでがはの、])*(?:N(?:[はがをに、])?)*<visit>"),
        ("other", "(?:[にはがも]|から|まで)(?:A)*<event>(?=$|[CV!をがで、。もか]|に<|し)"),
        ("other", "(?:[にはがも]|から|まで|ごろに?)*(?:N[をがはに])?<happens>"),
    )
)  # fmt: skip
# "12月18日で15歳になります", "turns 15 on December 18".
_N = r"(?P<n>\d{1,3}|[一二三四五六七八九十]{1,4})"
_AGE_AFTER = re.compile(
    rf"(?:で|に|が|は|には|の?(?:時点|誕生日)で)?(?:ちょうど|やっと|ようやく|満|まん|、)*{_N}(?:(?:歳|才|さい)(?!の|以)|に(?:な|成|達))"
)
_AGE_BEFORE = re.compile(rf"(?:turn(?:s|ing)?|will be|becomes?) {_N}(?: years? old)? on (?:the )?$")
_ENDS_CLAUSE = ("verb", "adjective", "copula")


def _with_role(m: Message, piece: Piece, item: Found, before: int, after: int) -> _Told:
    clause = m.clause_at(piece.start) or m.clauses[0]
    told = _Told(piece, item, clause, None, asked=_is_asked(m, clause, piece))
    if item.kind == "preference" or item.kind.startswith("not_"):
        return told
    age = _AGE_AFTER.match(m.plain, piece.end) or _AGE_BEFORE.search(m.plain, 0, piece.start)
    if age and item.kind == "date":
        return replace(told, role="birthday", years=number(age["n"]))
    lead, tail = _lead(m, clause, piece, before), _tail(m, clause, piece, after)
    leads, tails = line(lead, *_TAGS).text, line(tail, *_TAGS)
    behind = _fits(_TAILS, tails.text, match=True)
    ahead = _fits(_LEADS, leads) or _carried(m, clause, lead)
    role = behind if behind not in (None, "visit", "written") else ahead or behind or _fits(_WEAK_LEADS, leads)
    if role == "other" and item.kind == "time_range":
        role = None  # 仕事が16時に終わる: free from then on
    if role in _PURPOSES and not told.is_date or (role == "birthday" and item.kind == "year"):
        role = None
    if role in (None, "visit") and _is_story(m, clause, tail):
        role = "other"
    if role is None and any(word["person"] for word in lead[-3:]):
        role = "person"
    beside = behind == "visit" and leads.endswith("の") or _SINCE.search(item.text)
    return replace(told, role=role, both=bool(beside) and role in _PURPOSES)


_SINCE = re.compile("(?:その|それ)[^。]{0,6}$")  # 期限は20日なので、その前に


def _is_asked(m: Message, clause: Clause, piece: Piece) -> bool:
    """Return whether the clause asks, and does not only wonder or name the day before it asks."""
    if clause.mood != "asked":
        return False
    set_off = _SET_OFF.match(m.plain, piece.end) and not _between(m, clause.start, piece.start)
    return not (set_off or _WONDERS.search(m.plain, clause.start, clause.end))


_SET_OFF = re.compile("(?:まで|です|だ|で|に)?(?:けど|が)?、")
_WONDERS = re.compile("かなあ?|っけ|かも|かしら|(?:ど[れこ]|いつ|どっち|どちら|何日|誰)か(?!ら)|でもいい")


def _fits(table: Sequence[tuple[str, re.Pattern[str]]], said: str, match: bool = False) -> str | None:
    return next((role for role, rule in table if (rule.match(said) if match else rule.search(said))), None)


def _between(m: Message, start: int, end: int) -> list[Word]:
    return [word for word in m.words if start <= word.start and word.end <= end]


def _parted(gap: list[Word]) -> int:
    """Return where the words between two dates of one clause go over from the first to the second."""
    ends = [at for at, word in enumerate(gap) if word.kind in _ENDS_CLAUSE or word.text == "で"]
    return ends[-1] + 1 if ends else 0


def _lead(m: Message, clause: Clause, piece: Piece, before: int) -> list[Word]:
    gap = _between(m, max(clause.start, before), piece.start)
    return gap[_parted(gap) :] if before > clause.start else gap


def _tail(m: Message, clause: Clause, piece: Piece, after: int) -> list[Word]:
    gap = _between(m, piece.end, min(clause.end, after))
    return gap[: _parted(gap)] if after < clause.end else gap


def _carried(m: Message, clause: Clause, lead: Sequence[Word]) -> str | None:
    """Return what a clause without a verb names just before: "有効期限、令和9年2月14日です"."""
    if clause.at == 0 or any(word.kind in ("noun", "verb", "adjective") for word in lead):
        return None
    before = m.clauses[clause.at - 1]
    words = m.inside(before)
    if before.mood == "asked" or before.link in ("reason", "cond") or any(w.kind in ("verb", "adjective", "number") for w in words):
        return None
    role = _fits(_LEADS, line(words, *_TAGS).text)
    return role if role in _PURPOSES else None


def _is_story(m: Message, clause: Clause, tail: Sequence[Word]) -> bool:
    """Return whether a day or time is none to come on: weather, habits, what has happened or others do."""
    said = line(m.inside(clause), *_TAGS).text
    comes = re.search("<(?:visit|fine)>", said)
    if re.search("<(?:weather|habit)>", said) and not comes:
        return True
    done = any(word["dated"] == "visit" and "past" in word.flags and not word.flags & {"cond", "want"} for word in tail)
    return done or clause.mood == "heard"


def _pointed_at(m: Message, told: list[_Told]) -> list[_Told]:
    """Give the end of validity to the date that is pointed at: "…まんなかに2月19日、期限はまんなかのほうです"."""
    for clause in m.clauses:
        words = m.inside(clause)
        said = line(words, *_TAGS).text
        if not re.match("(?:<[a-z]+>の)?<expires>は", said) or any(each.clause == clause for each in told):
            continue
        places = {word.text for word in words if word.kind == "noun" and not word["dated"]} - {"ほう", "方"}
        for at, each in enumerate(told):
            start = told[at - 1].piece.end if at else 0
            label = {word.text for word in _between(m, start, each.piece.start)}
            role = "expires_on" if places & label else "other"
            told[at] = replace(each, role=role) if each.role in (None, "written") else each
    return told


# Values ------------------------------------------------------------------------------------------


def _value(read: _Reading, told: _Told, slot: str) -> date | Invalid | str | None:
    """Return the day that is told for a slot, what is wrong with it, or a year of issue."""
    m, purpose = read.m, _PURPOSES[slot]
    if told.years:
        return _born(told, m)
    others = [(each.item.start, each.item.end) for each in read.told if each is not told]
    found = read_date(m.text, m.now, purpose, others, read.context.known)
    if isinstance(found, date):
        unlikely = _unlikely(found, told.item.text, m, purpose)
        return Invalid(unlikely, japanese_date(found)) if unlikely else found  # type: ignore[arg-type]
    if found is not None:
        return found if found.reason == "weekday_mismatch" else replace(found, candidates=())
    if purpose is Purpose.ISSUE:
        year = read_year(told.item.text, m.now)
        if year and year > m.now.year:
            return Invalid("issue_in_future", f"{year}年")
        return str(year) if year else None
    return _whole(told)


def _born(told: _Told, m: Message) -> date | None:
    on = told.item.value
    if not isinstance(on, date):
        return None
    if told.clause.mood == "past" and on > m.now.date():
        on = month_span(YearMonth(on.year - 1, on.month), on.day, on.day)[0]
    return month_span(YearMonth(on.year - told.years, on.month), on.day, on.day)[0]


def _whole(told: _Told) -> date | Invalid | None:
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


_WITH_YEAR = re.compile(
    r"[年ねん]|令和|平成|昭和|大正|明治|[mtshrMTSHRＭＴＳＨＲ][.．]?[0-9０-９元]|\d{4}|\d+[./-]\d+[./-]\d+|[rhs][eh][a-z]+ ?\d", re.IGNORECASE
)


def _day(told: _Told) -> date | None:
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
    told = [_of_the_form(read, each, s) for each in read.told]
    slot = _ASKED.get(s.asked or "")
    if slot:
        told = [_at_a_date_question(read.m, each, told, slot) for each in told]
    else:
        told = [_elsewhere(read, each, s) for each in told]
    return replace(read, told=tuple(told))


def _of_the_form(read: _Reading, told: _Told, s: Situation) -> _Told:
    """Return a limit told where the reply form was asked about as the form's own."""
    if told.role not in ("expires_on", "written") or s.asked not in ("reply_form", "reply_form_limit"):
        return told
    said = line(read.m.inside(told.clause), *_TAGS).text
    named = re.search("<(?:certificate|notice|card)>", said) or (s.asked == "reply_form" and "有効期限" in read.m.plain)
    return told if named else replace(told, role="reply_form_limit")


def _at_a_date_question(m: Message, told: _Told, all_told: Sequence[_Told], slot: str) -> _Told:
    if told.role not in (None, "written", "person", "visit"):
        return told
    beside = [each for each in all_told if each.clause == told.clause]
    timed = any(each.item.kind in ("time", "time_range") for each in beside)
    comes = any(each.role == "visit" for each in beside) or "<visit>" in line(m.inside(told.clause), *_TAGS).text
    if told.role != "written" and (timed or comes):
        return replace(told, role="visit")
    return replace(told, role=slot if told.is_date else "other")


def _elsewhere(read: _Reading, told: _Told, s: Situation) -> _Told:
    """Return what a bare date is that was told while something else was asked.

    No certificate of before 2019 is renewed: that is somebody's birthday. A day on which nobody can be
    booked, or said with まで, is an expiry; one told with its year may be that or the day to come on.
    """
    if told.role == "written":
        return replace(told, role="expires_on")
    if told.role == "person":
        return replace(told, role=None if s.asked in (None, *_VISIT_QUESTIONS) else "other")
    alone = len(read.told) == 1 and told.role is None and told.item.kind in ("date", "date_range")
    if not alone or s.asked in (*_VISIT_QUESTIONS, *_AFTER_THE_VISIT):
        return told
    said = line(read.m.words, *_TAGS).text
    if re.search("<(?:visit|fine)>", said):
        return told
    value, plain = told.item.value, read.m.plain
    if isinstance(value, DateRange):
        until = re.match(r"(?:日)?(?:です|でした|だ|って|と|$|[。、])", plain[told.piece.end :])
        limit = told.item.text.endswith(("まで", "迄")) and until
        return replace(told, role="expires_on") if limit else told
    role = _bare(value, told, s) if isinstance(value, date) else None
    if s.asked == "pins" and role is None and re.search("間違|まちが|違[っい]|ちが[っい]|^いいえ|^いや", plain):
        role = "expires_on"  # the answer before: "まちがえた、1月10日でした"
    return replace(told, role=role) if role else told


_VISIT_QUESTIONS = ("visit_date", "visit_time", "counter", "booking_date", "booking_time")
_AFTER_THE_VISIT = ("name_kana", "visitor_name", "phone", "confirmed", "booking_confirmed")


def _bare(day: date, told: _Told, s: Situation) -> str | None:
    first, last = s.bookable or (s.now.date(), s.now.date() + timedelta(days=60))
    if day > last and s.asked is None and not _WITH_YEAR.search(told.item.text):
        return None
    if day > last:
        return "expires_on"
    if day.year < 2019:
        return "birthday"
    if not _WITH_YEAR.search(told.item.text):
        return None
    return "unclear_date" if day >= first and s.is_working_day(day) else "expires_on"


def _completed(read: _Reading, s: Situation) -> Command | None:
    """Return the date whose month was told before: "20日" after "2月"."""
    half, day = s["half_date"], _A_DAY.fullmatch(read.m.plain)
    slot = _ASKED.get(s.asked or "")
    if not (half and day and slot):
        return None
    found = read_date(f"{half}{day[1]}日", read.m.now, _PURPOSES[slot])
    return _command(slot, _as_answer(found), s, None) if found else None


_A_DAY = re.compile("[^0-9]{0,4}([0-9]{1,2})日?(?:です|だ|でした|だった|だよ|かな|かも|まで|[。、])*")


def _dates_told(read: _Reading, s: Situation) -> list[Command]:
    """Return the days that are told as the end of validity, of birth, of issue."""
    found: dict[str, tuple[Any, Fact]] = {}
    for each in read.told:
        if each.role == "unclear_date":
            return [Command("set_slot", "unclear_date", _as_answer(each.item.value), None)]  # type: ignore[arg-type]
        value = _value(read, each, each.role) if each.role in _PURPOSES else None
        if value is None or each.role in found or each.piece.background:
            continue
        assert each.role is not None
        if _unasked(read, each, value, s):
            continue
        span = (each.item.start, each.item.end)
        fact = DateOf(*span, each.clause.at, each.clause.mood, each.role, value)
        found[each.role] = (value, fact)
    if "card_expires_on" in found and "expires_on" not in found:
        found["expires_on"] = found.pop("card_expires_on")  # read off for the one asked about
    if "expires_on" in found and _BOTH_END.search(read.m.plain):
        found["card_expires_on"] = found["expires_on"]
    commands = [_command(slot, _as_answer(value), s, fact) for slot, (value, fact) in found.items()]
    return [each for each in commands if each]


_BOTH_END = re.compile("カード.*証明書.{0,14}(?:同じ|どちらも|両方|とも)|(?:同じ|どちらも|両方|とも).{0,14}証明書|かーど.*証明書.{0,14}(?:同じ|どちらも|両方|とも)")


def _unasked(read: _Reading, told: _Told, value: Any, s: Situation) -> bool:
    """Return whether a day is not told as so: asked about, supposed, or in passing without its year."""
    slot = _ASKED.get(s.asked or "")
    clause = told.clause
    if told.asked:
        return True
    if clause.mood == "supposed" and "maybe" not in clause.flags:
        return told.role != slot
    return isinstance(value, Invalid) and value.reason == "birth_year_missing" and slot != "birthday"


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


def _when(read: _Reading, told: Sequence[_Told]) -> When | None:
    """Return the wish that these days and times make, or None where they make none."""
    wish = wish_of(read.context, [(each.piece, each.item) for each in told])
    if not wish:
        return None
    clause = told[-1].clause
    return When(told[0].item.start, told[-1].item.end, clause.at, clause.mood, wish)


def _when_told(read: _Reading, s: Situation) -> list[Command]:
    """Return the wish for a day and time that the message tells."""
    told = [each for each in read.told if (each.role in _VISITS or each.both) and _counts(read, each, s)]
    if s.asked in ("name_kana", "visitor_name", "phone") and not _ABOUT_A_TIME.search(read.m.plain):
        return []
    when = _when(read, told)
    wish = _beside_the_known(read, when.wish, s) if when else None
    if not (when and wish):
        return []
    settled = read.context.known.visit_date and s.asked != "visit_date"
    of_hour = s.asked == "visit_time" and not (wish.days or wish.weekdays or wish.first or wish.last)
    kind = "correct_slot" if settled and not of_hour else "set_slot"
    commands = [Command(kind, "wish", wish.to_json(), when)]  # type: ignore[arg-type]
    return [*commands, Command("set_slot", "book_later", "yes", when)] if s.asked == "book_later" else commands


_ABOUT_A_TIME = re.compile(
    r"変え|かえ|変更|やっぱ|やはり|間違|まちが|じゃなく|[\d一二三四五六七八九十](?:月|日|時|分)|(?<!\d)\d{1,2}[/:]\d{1,2}(?!\d)|[月火水木金土日]曜|翌|来週|今週|明日|明後日|遅く|早く"
)


def _counts(read: _Reading, told: _Told, s: Situation) -> bool:
    """Return whether a day or time is told as a wish: asked about it is one if it asks for a place."""
    said = line(read.m.inside(told.clause), *_TAGS).text
    comes = bool(re.search("<(?:visit|fine)>", said))
    alone = all(
        word.kind in ("particle", "mark", "other", "adverb", "copula", "number")
        or any(each.piece.start <= word.start < each.piece.end for each in read.told)
        for word in read.m.inside(told.clause)
    )
    if told.asked and not (comes or alone):
        return False
    hours = told.item.kind in ("time", "time_range", "not_time")
    dayless = hours and not any(each.item.kind not in ("time", "time_range", "preference") for each in read.told)
    return not dayless or comes or alone or s.asked in (*_VISIT_QUESTIONS, *_AFTER_THE_VISIT)


def _beside_the_known(read: _Reading, wish: Wish, s: Situation) -> Wish | None:
    """Return what is wished beside the day and time that are settled; None where nothing is new."""
    known = read.context.known
    if known.visit_date and s.asked != "visit_date":
        wish = _in_that_week(wish, known.visit_date, read.context.today)
    if s.asked in _VISIT_QUESTIONS:
        return wish
    timed = wish.times or wish.from_time or wish.until_time or wish.choices
    if known.visit_time and len(wish.days) == 1 and not timed and not wish.latest:
        wish = replace(wish, times=(known.visit_time,))
    same_day = wish.days in ((), (known.visit_date,) if known.visit_date else ())
    same_time = wish.times in ((), (known.visit_time,) if known.visit_time else ())
    nothing_new = same_day and same_time and wish == Wish(wish.days, times=wish.times)
    return None if nothing_new else wish


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
    lines = [line(m.inside(clause), *_TAGS).text for clause in m.clauses if clause.mood != "asked"]
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
        spans = {
            "visit_weekdays": [_NAMES[day] for day in sorted(weekdays)],
            "visit_from": wish.first and wish.first.isoformat(),
            "visit_until": wish.last and wish.last.isoformat(),
        }
        answers |= {name: value for name, value in spans.items() if value}
    if wish.times:
        answers["visit_time"] = f"{wish.times[0]:%H:%M}"
    elif part := _part(wish.from_time, wish.until_time):
        answers["visit_part"] = part
    anytime = wish.anytime and not (days or wish.weekdays or wish.first or wish.last)
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
        first, last = wish.first, wish.last
    span = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in span if wish.allows_day(day) and (s.is_working_day(day) or len(wish.weekdays) == 1)]


def _part(first: time | None, last: time | None) -> str | None:
    if last and last <= time(12):
        return "morning"
    if first and (first >= time(17) or (first >= time(15) and last and last >= time(19))):
        return "evening"
    return "afternoon" if first and first >= time(12) else None
