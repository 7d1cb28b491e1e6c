"""A booking that exists: what is done with one, and what a message says where one is looked for or changed.

The day, the time and the counter come from the topics of the application, told by the booked ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from reading import case, lexicon, phones, second_thoughts
from reading.dates import Purpose
from reading.dates.reader import pieces_of
from reading.dates.wishes import wish_of
from reading.deeds import means, table
from reading.facts import Comes, Deed, Phone, When
from reading.message import Message
from reading.reader import Reading
from reading.situation import State
from reading.wording import IS, negative
from reading.words import Word
from renewal import booking_change
from renewal.booking_change import Request
from renewal.bookings import find_code, normalise_code
from renewal.wish import Wish

Answers = dict[str, Any]


# Where a booking is dealt with ----------------------------------------------------------------------

_UNKNOWN = ("booking_choice", "booking_code", "booking_last4")
_AS_ASKED = {"booking_date": "visit_date", "booking_time": "visit_time"}


def told(reading: Reading, asked: str | None, r: Request, state: State) -> Answers:
    """Return what a message says of a booking, as renewal.booking_change.advance takes it.

    `asked`: the question just asked (one of booking_change.QUESTIONS), None for a first message.
    """
    m = reading.message
    found, rest = _code(m, asked, reading)
    last4 = _last4(m, rest, asked, "code" in found, reading)
    if last4:
        found["last4"] = last4
    if "code" not in found and (asked is None or asked in _UNKNOWN):
        found |= _lacking(reading, asked)
    several = len(state.bookings()) > 1
    if "code" not in found and several and asked in (None, "booking_choice") and _all_of_them(m, asked):
        return {"lacks": "booking_one_by_one"}
    if "code" not in found and asked == "booking_choice":
        found |= _chosen(m, len(m.plain), state)
    if "code" not in found and asked is None and several:
        found |= _chosen(m, _end_of_the_old(reading), state)
    if asked in _UNKNOWN:
        return found
    return found | _changed(reading, asked, r, state, found.get("code"))


# Codes and digits: these are figures and letters, no words ------------------------------------------

_SEPARATORS = r"[-‐‑‒–—―−ー－\s]"
_LIKE_A_CODE = re.compile(
    rf"(?<![0-9A-Z])[0-9A-Z](?:{_SEPARATORS}{{0,3}}[0-9A-Z]){{7,11}}(?![0-9A-Z])"
)
_ENGLISH_WORD = re.compile(r"\b[A-Z]{6,}\b")
_LAST_FOUR = re.compile(
    "(?:下|しも|末尾|最後の?|らすと)(?:4|四|よん)(?:桁|けた)?[^0-9]{0,10}?(?=[0-9一二三四五六七八九〇零ごろなはぜれまい]|よん|きゅ|しち)"
    "|last (?:4|four)[^0-9]{0,24}|end(?:s|ing)? (?:with|in) +"
)


def _code(m: Message, asked: str | None, reading: Reading) -> tuple[Answers, str]:
    """Return the code in the message, and the folded text, with its spaces, without it."""
    gaps = m.folded.gaps
    plain = "".join(f" {char}" if at in gaps else char for at, char in enumerate(m.plain))
    named = _LAST_FOUR.search(plain)
    without = (plain[: named.start()] if named else plain).upper()
    like = next((each for each in _LIKE_A_CODE.finditer(without) if _mixed(each[0])), None)
    code = find_code(without) or (normalise_code(like[0]) if like else None)
    found: Answers = {"code": code} if code else {}
    phone = any(isinstance(each, Phone) for each in reading.facts)
    if like and not code and not phone and (asked in _UNKNOWN or "番号" in plain):
        found["code"] = booking_change.TYPO
    if like and found:
        plain = f"{plain[: like.start()]} {plain[like.end() :]}"
    return found, plain


def _mixed(token: str) -> bool:
    """Return whether it has figures and letters as a code has, and no words ("December 10")."""
    figures = re.search("[0-9]", token) and re.search("[A-Z]", token)
    return bool(figures) and not _ENGLISH_WORD.search(token)


def _last4(m: Message, rest: str, asked: str | None, with_code: bool, reading: Reading) -> str | None:
    """Return the last four digits of the phone; unasked they count where they are named, or beside a code."""
    named = _LAST_FOUR.search(rest)
    if named:
        return next((each for each in phones.figures(rest[named.end() :]) if len(each) == 4), None)
    phone = next((each.number for each in reading.facts if isinstance(each, Phone)), None)
    if asked != "booking_last4" and not with_code:
        return phone[-4:] if phone and asked in _UNKNOWN else None
    if phone:
        return phone[-4:]
    if asked == "booking_last4":
        found = phones.figures(rest)
        return found[0] if len(found) == 1 and len(found[0]) == 4 else None
    alone = re.findall("[0-9]+", rest)
    ends = re.search(r"[0-9](?:\s|、|。|です|$)", rest)
    return alone[0] if len(alone) == 1 and len(alone[0]) == 4 and ends else None


# Who has not got them -------------------------------------------------------------------------------


def _lacking(reading: Reading, asked: str | None) -> Answers:
    """Return what somebody says who has not got what was asked for, or has a phone number instead."""
    m = reading.message
    named = {kind for word in m.words if (kind := means(word, "code"))}
    if asked and _calls(m):
        return {"confirmed": "keep"}
    if asked != "booking_last4":
        phone = any(isinstance(each, Phone) for each in reading.facts)
        new = asked is None and any(each.what == "change" for each in _of_bookings(reading))
        if (phone and not new) or (asked and any(_offers_a_phone(m.inside(each)) for each in m.clauses)):
            return {"lacks": "booking_not_by_phone"}
    if "other" in named:
        return {}
    gone = any(_is_gone(m.inside(each), asked) for each in m.clauses)
    if asked == "booking_last4":
        which = "mobile" in named or bool(re.match("0[5789]0の", m.plain))
    else:
        which = any(_wonders(m.inside(each), asked) for each in m.clauses)
    return {"lacks": lacking(asked)} if gone or which else {}


def lacking(asked: str | None) -> str:
    """Return the remark for somebody who has not got what was asked for."""
    return f"booking_{'last4' if asked == 'booking_last4' else 'code'}_not_at_hand"


def looks_for_it(reading: Reading, asked: str | None) -> bool:
    """Return whether somebody asked for the code wonders where it is."""
    return asked != "booking_last4" and any(means(word, "code") == "where" for word in reading.message.words)


def _calls(m: Message) -> bool:
    """Return whether somebody would rather phone: "電話します", "電話で聞きます"."""
    for clause in m.clauses:
        words = m.inside(clause)
        by_phone = any(word.lemma in ("電話", "でんわ") for word in words) and any(
            word.lemma in ("聞く", "きく", "かける", "掛ける", "する") for word in words
        )
        if clause.mood == "said" and (by_phone or any(means(word, "code") == "calls" for word in words)):
            return True
    return False


_INSTEAD = {"じゃ", "では", "なら", "でも", "しか"}


def _offers_a_phone(words: Sequence[Word]) -> bool:
    """Return whether a phone number, or a name, is offered instead of a code: 電話番号ならわかります."""
    for at, word in enumerate(words):
        if means(word, "code") == "phone":
            after = [each for each in words[at + 1 :] if each.text not in ("だけ", "番号", "の")]
            if after and after[0].text in _INSTEAD:
                return True
            if after and after[0].text == "で" and any(means(each, "code") == "fine" for each in after):
                return True
            if word.text.isascii() and any(each.text in ("instead", "by") for each in words):
                return True
    return False


def _is_gone(words: Sequence[Word], asked: str | None) -> bool:
    """Return whether the clause says that it is lost, forgotten, not known; unasked it has to be named."""
    kinds = [means(word, "code") for word in words]
    if asked is None and "number" not in kinds:
        return False
    for at, (word, kind) in enumerate(zip(words, kinds, strict=True)):
        gone = kind == "gone" and ("neg" not in word.flags or word.lemma in ("ない", "無い", "なく"))
        denied = kind == "at_hand" and negative(word) and word.lemma not in ("いい",)
        if (gone and not (word.text.isascii() and asked is None and "number" not in kinds)) or denied:
            before = words[at - 1] if at else None
            own = word.lemma not in (*IS, "ない", "無い") or before is None or at == 0
            if own or asked is None or _about_the_code(words[:at]):
                return True
    return False


def _about_the_code(before: Sequence[Word]) -> bool:
    """Return whether what is not there is the code: 番号がない, 手元にない, but not 時間がない."""
    nouns = [word for word in before if word.kind == "noun"]
    return not nouns or any(means(word, "code") == "number" or word["at_hand"] for word in nouns)


def _wonders(words: Sequence[Word], asked: str | None) -> bool:
    """Return whether somebody asks where or what the code is: "予約番号どこで見れる？"."""
    named = any(means(word, "code") == "number" for word in words)
    where = any(means(word, "code") == "where" for word in words)
    what = any(word["asks"] for word in words) and any(word.text in ("って", "とは", "は") for word in words)
    return named and (where or (asked is not None and what))


# Which of several -----------------------------------------------------------------------------------


def _all_of_them(m: Message, asked: str | None) -> bool:
    named = any(means(word, "which") == "all" or word.lemma.endswith(("つとも", "件とも")) for word in m.words)
    if asked is None:
        return named and not any(word.lemma == "以外" for word in m.words)
    return named


_NUMBER = re.compile(r"\W*([1-9]) ?(?:番目?|つ目|つめ|個目|件目)?(?:の?(?:予約|方|ほう))?(?:です|で|を)?\W*")
_ALONE = {"の", "で", "です", "方", "ほう", "予約", "一番", "いちばん", "やつ", "お願いする", "お願い", "だ", "を"}


def _chosen(m: Message, until: int, state: State) -> Answers:
    """Return the one of several bookings that is meant: by its number, day, time or counter."""
    listed = state.bookings()
    number = _NUMBER.fullmatch(m.plain)
    if number and until == len(m.plain) and int(number[1]) <= len(listed):
        return {"code": listed[int(number[1]) - 1].code}
    meant = {means(word, "which") for word in m.words}
    if until == len(m.plain):
        if "another" in meant or m.plain.startswith(("どれでもな", "どれも違", "ここにはな", "ここにな")):
            return {"code": booking_change.ANOTHER}
        rest = [each for each in m.words if not means(each, "which") and each.kind != "mark"]
        if all(each.lemma in _ALONE or each.text in _ALONE for each in rest) and meant & {"first", "last"}:
            return {"code": listed[0 if "first" in meant else -1].code}
    # What is done to it ("…をキャンセル") would turn the day down.
    said = m.text[: m.folded.ends[until - 1]] if until else ""
    wish = wish_of(*pieces_of(said, m.now, Purpose.BOOKING, "day"))
    counters = {
        counter
        for counter, names in state.counters.items()
        if any(lexicon.plain(name) in m.plain[:until] for name in names)
    }
    if not wish and not counters:
        return {}
    fits = [
        booking
        for booking in listed
        if (not wish or wish.allows(booking.start.date(), booking.start.time()))
        and (not counters or booking.counter in counters)
    ]
    return {"code": fits[0].code} if len(fits) == 1 else {}


def _end_of_the_old(reading: Reading) -> int:
    """Return where what names the booking itself ends: "西口の予約を|10日に変えたい"."""
    m, end = reading.message, 0
    for at, word in enumerate(m.words[:-1]):
        of = at and m.words[at - 1].text == "の" and (means(word, "thing") == "booking" or word.text in ("方", "ほう", "やつ", "分"))
        if of:
            end = word.start
    only = not any(each.what == "change" for each in _of_bookings(reading))
    return len(m.plain) if not end and only and _of_bookings(reading) else end


def _of_bookings(reading: Reading) -> list[Deed]:
    return [each for each in reading.facts if isinstance(each, Deed) and each.of != "other"]


# Another day, time or counter; yes and no -----------------------------------------------------------


def _changed(reading: Reading, asked: str | None, r: Request, state: State, code: str | None) -> Answers:
    start, counter = _booked(replace(r, found=code or r.found), state)
    known: dict[str, Any] = {"booking_action": r.action}
    if start:
        known |= {"visit_date": start.date().isoformat(), "visit_time": f"{start:%H:%M}", "counter": counter}
    question = "booking_confirmed" if asked == "booking_confirmed" else _AS_ASKED.get(asked or "", asked)
    s = replace(state.at(question), known=known)
    answers = case.told(reading, s).answers
    found: Answers = {name: answers[name] for name in ("wish", "counter") if name in answers}
    wish = _from_the_booked(reading, start, Wish.from_json(found.get("wish") or {})) if start else None
    if wish:
        found["wish"] = wish.to_json()
    if asked == "booking_confirmed":
        found |= _at_the_end(reading, r, answers.get("booking_confirmed"))
    leaves = asked and r.action == "change" and not found.keys() & {"wish", "counter"}
    if leaves and (_as_it_was(reading) or (asked != "booking_confirmed" and stays(reading))):
        found["confirmed"] = "keep"
    return found


def _booked(r: Request, state: State) -> tuple[datetime | None, str | None]:
    """Return when and where is booked, where it is known which booking is meant."""
    found = [booking for booking in state.bookings() if r.found in (booking.code, None)]
    return (found[0].start, found[0].counter) if len(found) == 1 else (None, None)


def _at_the_end(reading: Reading, r: Request, answer: str | None) -> Answers:
    """Return a yes or a no to what was summed up: only a clear yes to this very thing is one."""
    said = [each for each in _of_bookings(reading) if each.mood in ("said", "denied") and not _only_leaves(reading, each)]
    own = next((each for each in reversed(said) if each.what == (r.action or "change")), None)
    if r.action == "cancel":
        changes = any(each.what == "change" and each.how == "wished" for each in said)
        if changes and not (own and own.how == "wished"):
            return {"action": "change"}
        comes = any(isinstance(each, Comes) and each.holds for each in reading.facts)
        if comes or _as_it_was(reading):
            return {"confirmed": "no"}
    if any(each.what != own.what if own else True for each in said if each.how == "wished"):
        return {}  # another thing is wanted
    if own:
        return {"confirmed": "yes" if own.how == "wished" else "no"} if own.how in ("wished", "denied") else {}
    return {"confirmed": answer} if answer else {}


def _only_leaves(reading: Reading, deed: Deed) -> bool:
    """Return whether a deed may as well be to leave all as it is: やめます, where nothing is named."""
    return deed.of is None and reading.text[deed.start : deed.end].startswith(("やめ", "止め", "ヤメ"))


def _as_it_was(reading: Reading) -> bool:
    """Return whether all is to stay: 元のままで, このままでいい, 変えなくていい; not a part of it alone."""
    m = reading.message
    kinds = {means(word, "shift") for word in m.words}
    if any(word.text in _IN_PART for word in m.words):
        return False
    fine = any(means(word, "code") == "fine" for word in m.words)
    unchanged = fine and any(each.what == "change" and each.how == "denied" for each in _of_bookings(reading))
    parts = any(means(word, "shift") == "part" for word in m.words)
    return unchanged or "former" in kinds or ("same" in kinds and not parts)


_IN_PART = {"だけ", "以外"}


def _from_the_booked(reading: Reading, start: datetime, said: Wish) -> Wish | None:
    """Return the wish that is told by the booked start and that the words for days leave open."""
    m = reading.message
    kinds = [means(word, "shift") for word in m.words]
    if by_the_booked := second_thoughts.shifted(reading, start.date(), start.time()):
        return by_the_booked
    timed = said.times or said.from_time or said.until_time
    same = () if timed else (start.time(),)
    if not said.days and not said.weekdays and (days := _days_beside(m)):
        day = (start + timedelta(days=days)).date()
        return replace(said, days=(day,), first=None, last=None, times=said.times or same)
    part = next((at for at, word in enumerate(m.words) if word.text in ("時間", "時刻")), None)
    same_time = "same" in kinds or ("former" in kinds and any(word.text in _IN_PART for word in m.words))
    if same_time and part is not None and not timed:
        if said:
            return replace(said, times=same)
        return Wish(not_days=(start.date(),), times=same)  # any day but the one that is booked
    if said or "little" not in kinds:
        return None
    if "later" in kinds:
        return Wish(days=(start.date(),), from_time=(start + timedelta(minutes=1)).time())
    if "sooner" in kinds and part is not None:
        return Wish(days=(start.date(),), until_time=(start - timedelta(minutes=1)).time())
    return None


@lru_cache(maxsize=1)
def _beside() -> re.Pattern[str]:
    listed = sorted(table("beside"), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, listed))})(?!曜|にち|程|時)")  # 前の日にちに戻して


def _days_beside(m: Message) -> int:
    """Return how many days after the booked one is meant: 翌日, 前の週."""
    found = _beside().search(m.plain)
    return int(table("beside")[found[0]]) if found else 0


# Coming without one ---------------------------------------------------------------------------------

_DECLINES = re.compile(
    "予約(?:は|も|とか|なんか|なんて|を|するの(?:は|も)?|まで)?、?(?:もう)?(?:いい(?!け|が|日|時|と|な)|結構|けっこう|いら(?:な|ん|ね)|要ら(?:な|ん|ね)|不要|必要な|やめ|止め|なし|無し"
    "|し(?:な[いくか]|ません|ね[えぇ])|せ(?:ず|ん)|[取と]ら(?:な|ず|ん)|[取と]り?ません|ぱす)|も[うぉ](?:いい|ええ|結構)[^。]{0,12}(?:直接|そのまま|じかに)"
)


def comes_without(reading: Reading) -> bool:
    """Return whether somebody wants no booking and comes as they are: 予約はいいや、今から行く; もういい直接行くわ."""
    m = reading.message
    declined = _DECLINES.search(m.plain)
    if not declined or any(clause.mood == "asked" for clause in m.clauses):
        return False
    books = any(each.what == "book" and each.how in ("wished", "may") and each.start > declined.end() for each in _of_bookings(reading))
    days = {day for fact in reading.facts if isinstance(fact, When) for day in (*fact.wish.days, fact.wish.first)}
    goes = (word for word in m.words if word["comes"] == "go")
    return not books and days <= {None, m.now.date()} and any(not word.flags & {"past", "neg", "cond"} for word in goes)


# One that stays, one that is given up -----------------------------------------------------------------

_STAYS = re.compile(
    "(?:変更(?:は|を)?し|(?:変え|かえ|変わら|かわら))(?:ません|ない(?!と)|なく(?!て[はも]?(?:いけ|なら|だめ)|ちゃ)|ず)|変更は?(?:なし|無し|不要|いら)|予約[^。]{0,8}(?:変わ|かわ)(?:って?い?(?:ない|ませ)|っ(?:ちゃ|てしま|た(?:の|ん|か|$)))"
    "|(?:その|この|元の|もとの|さっきの|先ほどの|前の|今の|いまの)(?:予約の)?まま(?:$|[でに、。])|予約は?(?:さっき|先ほど|さきほど|前|元)の(?:やつ|もの|分|まま)?で|^(?:さっき|先ほど|さきほど)の(?:やつ|予約)?で(?:いい|お願い|大丈夫|結構)"
)


def stays(reading: Reading) -> bool:
    """Return whether a booking is to stay, or is asked whether it did: 予約はさっきのでいいです; 予約、変わってませんよね."""
    wished = any(each.what in ("change", "cancel", "book") and each.how == "wished" and not _no_change(reading, each) for each in _of_bookings(reading))
    return bool(_STAYS.search(reading.message.plain)) and not wished


def _no_change(reading: Reading, deed: Deed) -> bool:
    """Return whether a deed stands for what does not happen, or for what is asked for so: 変更はなしで, …でお願いします."""
    return reading.text[deed.end :].startswith(("はなし", "なし", "は無し", "無し", "は不要")) or reading.text[deed.start : deed.end].startswith(("お願", "おね"))


def gives_up(reading: Reading, state: State) -> bool:
    """Return whether the one day told is booked and is given up: 28日のやつ、やめときます."""
    cancels = any(each.what == "cancel" and each.how == "wished" for each in _of_bookings(reading))
    days = {day for fact in reading.facts if isinstance(fact, When) for day in (*fact.wish.days, *fact.wish.not_days)}
    return cancels and len(days) == 1 and days <= {booking.start.date() for booking in state.bookings()}


# What is wanted -------------------------------------------------------------------------------------


def action_meant(action: str | None, reading: Reading) -> str | None:
    """Return what is wanted: who cancels to book another day is better served by a change."""
    again = any(each.what == "book" and each.how == "wished" for each in _of_bookings(reading))
    another = any(means(word, "how") == "again" for word in reading.message.words)
    return "change" if action == "cancel" and again and another else action


def asked_besides(reading: Reading, action: str | None) -> str | None:
    """Return the remark on what a first message asks or wants beyond the booking itself."""
    m = reading.message
    other = [word for word in m.words if means(word, "thing") == "part" and word.lemma in _OTHERS]
    changes = action == "change" or any(each.what == "change" for each in _of_bookings(reading))
    if other and changes:
        return "booking_other_change"
    rules = any(means(word, "how") in ("rules", "way") for word in m.words)
    asks = any(clause.mood == "asked" for clause in m.clauses)
    return "booking_rules" if action in ("change", "cancel") and rules and asks else None


_OTHERS = {"名前", "氏名", "電話番号", "電話", "携帯", "人数", "行く人", "来る人", "人", "name", "phone"}
