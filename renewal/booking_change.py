"""A booking that exists: found again, shown, moved to another time, or cancelled.

In the conversation that made it a booking is simply known. Anywhere else it takes the code and the
phone's last four digits, and a wrong answer never tells which of the two was wrong. As in
renewal/application.py the answers come as values, and what is to be said leaves as remarks.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from renewal import answers, application, calendar_view, short_answers, slots
from renewal.application import Application, Desk, Remark
from renewal.bookings import (
    Booking,
    Card,
    TooManyAttempts,
    WithoutSeat,
    find_code,
    normalise_code,
)
from renewal.japanese_dates import Wish, japanese_time, short_date

ANOTHER = "another"
"""Said instead of a code: none of the bookings that this conversation knows."""
TYPO = "typo"
"""Read instead of a code: something like one, but its check character is wrong."""


@dataclass(frozen=True)
class Caller:
    """Who asks: the conversation (a keyed hash) and the codes that it has shown to know."""

    conversation: str
    known: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class Request:
    """What is wanted with a booking; None is what is not known yet. Slots are booking_<name>."""

    action: str | None = None  # check, change, cancel
    code: str | None = None  # as it was given, or ANOTHER
    last4: str | None = None
    found: str | None = None  # the code of the booking that this person may deal with
    counter: str | None = None
    wish: dict[str, Any] | None = None
    date: str | None = None
    time: str | None = None
    hold: str | None = None
    confirmed: str | None = None
    outcome: str | None = None

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Request:
        """Return the request that the values of a conversation's slots make."""
        return cls(**{f.name: slots.get(f"booking_{f.name}") for f in fields(cls)})

    def changes_since(self, before: Request) -> dict[str, Any]:
        """Return the slots that differ from an earlier state, by their names."""
        return {
            f"booking_{f.name}": getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != getattr(before, f.name)
        }


QUESTIONS = (
    "booking_choice", "booking_code", "booking_last4", "booking_date", "booking_time",
    "booking_confirmed",
)


def next_question(r: Request, desk: Desk, caller: Caller) -> str | None:
    """Return the slot to ask for next, or None when nothing is open."""
    if r.outcome:
        return None
    if r.found is None:
        if r.code in (None, ANOTHER):
            several = r.code is None and len(bookings_of(caller, desk)) > 1
            return "booking_choice" if several else "booking_code"
        return "booking_last4"
    if r.action == "change" and r.date is None:
        return "booking_date"
    if r.action == "change" and r.time is None:
        return "booking_time"
    return None if r.confirmed else "booking_confirmed"


def bookings_of(caller: Caller, desk: Desk) -> list[Booking]:
    """Return the visits to come that this conversation made or has shown to know, by start."""
    found = desk.bookings.find_in_conversation(caller.conversation, desk.now)
    codes = {booking.code for booking in found}
    for code in caller.known:
        booking = desk.bookings.get(code) if code not in codes else None
        if booking and booking.status == "booked" and booking.start > desk.now:
            found.append(booking)
    return sorted(found, key=lambda booking: (booking.start, booking.code))


def step_back(r: Request, asked: str | None, desk: Desk) -> Request:
    """Return the request without the answer given last before the slot now asked for."""
    if asked == "booking_last4":
        return replace(r, code=ANOTHER)
    if asked == "booking_time" or (asked == "booking_confirmed" and r.action == "change"):
        r = _let_go(r, desk)
        return replace(r, time=None) if r.time else replace(r, date=None, wish=None)
    return r


def leave(r: Request, desk: Desk) -> None:
    """Give back the seat that was held for a change; the booking stays as it is."""
    _let_go(r, desk)


# What was said -----------------------------------------------------------------------------------

_SEPARATORS = r"[-‐‑‒–—―−ー－\s]"
_LIKE_A_CODE = re.compile(
    rf"(?<![0-9A-Z])[0-9A-Z](?:{_SEPARATORS}{{0,3}}[0-9A-Z]){{7,11}}(?![0-9A-Z])"
)
_LAST_FOUR = re.compile(
    r"(?:(?:下|しも|末尾|最後の?|ラスト|らすと)\s?(?:4|四|よん|ヨン)[^0-9]{0,14}"
    r"|LAST (?:4|FOUR)[^0-9]{0,24}|END(?:S|ING)? (?:WITH|IN)\s+)"
    r"([0-9](?:[\s\-・]?[0-9]){3})(?![0-9])"
)
_PHONE_AMONG_WORDS = re.compile(r"(?<![0-9])0[0-9]{1,4}-[0-9]{1,4}-([0-9]{4})(?![0-9])")
_ENGLISH_WORD = re.compile(r"\b[A-Z]{6,}\b")
_LOST = re.compile(
    f"{answers.LOST}|忘れ|わすれ|失く|ふんしつ|分から|わから|わがん|解ら|知らな|しらな|覚えて|おぼえて|控えて|ひかえて|みつから"
    "|消え(?:た|て|ちゃ)|消しちゃ|消してしま|すてて|なしで|不明|再発行|再送|届か|とどか|(?:届い|とどい|来|きて)て?い?(?:ない|ません)|こない"
    "|(?:^|番号[がはも]?|ばんごう[がはも]?|手元に|どこにも|持って|もって)い?(?:ない|無い|ません|ありません)"
    "|forg[eo]t|(?:do ?n.?t|can.?t|cannot) (?:know|have|remember|find)|no idea"
)
_WHERE = re.compile("どこ|どれ|何に|なにに|メール|めーる|はがき|ハガキ|書い|載っ|のって|届い|とどい|where")
_WHAT_IS_IT = re.compile("って(?:何|なに|なん)|とは(?:何|なん|$|[?。])")
_WHICH_PHONE = re.compile("携帯|けいたい|スマホ|家の|自宅|固定|どの電話|どっち|どちら|^0[5789]0の")
_CALLING = re.compile("(?:電話|でんわ)(?:で聞|を?(?:し(?:ます|よう|てみ|とく)|する(?:よ|わ|ね|から|こと|$)|かけ(?:ます|てみ|よう)))")
_SOMETHING_ELSE = re.compile("暗証|あんしょう|パスワード|カード|封筒|回答書|pin")
_NUMBER_OF_BOOKING = re.compile(
    "(?<!暗証)(?<!電話)(?<!個人)(?<!でんわ)(?:番号|ばんごう)|メール|メッセージ|e-?mail|予約の?(?:ナンバー|コード|控え|ひかえ)"
    "|(?:booking|reservation|confirmation) (?:number|code)"
)
_BY_PHONE = re.compile(
    "(?:電話|でんわ|携帯|けいたい|名前|なまえ|氏名|生年月日)の?(?:番号|ばんごう)?(?:だけ)?(?:なら|じゃ|では|でも|しか|で(?:いい|良い|よい|お願い|調べ|探|できま|確認))"
    "|by (?:my )?phone|phone number (?:instead|ok)"
)
_ANOTHER_ONE = re.compile(
    "(?:ほか|他|別|べつ)の(?:予約|番号|もの|やつ|分)|ここには?ない|どれでもない|どれも違"
)
_WHICH_BOOKING = re.compile("(.{1,20}?)(?:の(?:予約|よやく|方|ほう|やつ|分)|から)")
_FIRST = re.compile("(?:一番|いちばん)?(?:早い|はやい|先|最初|上|近い)の?(?:方|ほう|予約|やつ|の)?(?:です|で|を.*)?")
_LAST = re.compile("(?:一番|いちばん)?(?:遅い|おそい|後|あと|最後|下|遠い)の?(?:方|ほう|予約|やつ|の)?(?:です|で|を.*)?")
_NUMBER = re.compile(
    r"\W*([1-9])\s?(?:番目?|つ目|つめ|個目|件目)?(?:の?(?:予約|方|ほう))?(?:です|で|を)?\W*"
)
_NO = re.compile(
    r"^(?:いいえ|いえ|いや|ううん|no\b|ちがい?|違)|(?:し|さ)ない|(?:し|さ)ません|やめ|そのまま"
    "|残(?:し|す)|待って|まって"
)
_NOT_THE_OLD_ONE = "(?!.{0,14}(?:から|で予約し|で取っ|の予約[をが]|じゃなく|ではなく|でなく))"
# "木曜の予約を金曜に", "木曜から金曜に": a weekday alone does not show that it is the old one.
_OLD_WEEKDAY = re.compile(
    "(?:再?来週|今週|今度|次)?の?[月火水木金土日]曜日?(?:の[^、。に]{1,6})?(?:の予約|から(?=[^、。]*[にへ]))"
)
_SHIFT = re.compile(
    "([1-9][0-9]?|[一二三四])(分|時間|日|週間?)(?:ほど|くらい|ぐらい|だけ)?"
    "(?:に|を)?(早|はや|前|遅|おそ|後|うしろ|延|のば|先)"
)
_UNIT = {
    "分": timedelta(minutes=1),
    "時間": timedelta(hours=1),
    "日": timedelta(days=1),
    "週": timedelta(weeks=1),
    "週間": timedelta(weeks=1),
}
# "翌日", "翌週": counted from the day that is booked.
_BESIDE_THE_DAY = {
    timedelta(days=1): re.compile("翌日|あくる日|次の日(?!曜)|つぎの日(?!曜)|一日後|1日後"),
    timedelta(days=-1): re.compile("前日|前の日(?!曜)|一日前|1日前"),
    timedelta(weeks=1): re.compile("翌週|次の週|つぎの週"),
    timedelta(weeks=-1): re.compile("前の週|前週"),
}
_LATER = re.compile("(?:もう|もっと|ちょっと|少し|すこし).{0,6}(?:遅|おそ|後[にろ])")
_SOONER = re.compile("時[間刻].{0,4}(?:もう|もっと|ちょっと|少し|すこし).{0,6}(?:早|はや|前に)")
_SAME_TIME = re.compile("時[間刻]は?(?:そのまま|このまま|今のまま|いまのまま|同じ|変えず|変えない)|同じ時[間刻]")
_AS_IT_WAS = re.compile(
    "(?:元|もと)(?:の|に|通り|どおり)|(?:今|いま|この|その)(?:の)?(?:まま|日で|予約で)|(?:変え|かえ|変更し)なくて(?!は|も?だめ)"
)
_IN_PART = re.compile("だけ|以外|[はも](?:その|この|今の|いまの)まま")
_GOING = re.compile("行き(?:ます|たい)|行(?:く|ける|けます|けそう)(?:こと|よう|から|の|わ|よ|$|[。!])|いきます|いける")
_ALL_OF_THEM = re.compile("両方|りょうほう|全部|ぜんぶ|すべて|全て|[2-9二三]つとも|[2-9二三]件とも|どっちも|どちらも|both|all of")
_BOOK_AGAIN = re.compile(
    "(?:別|べつ|他|ほか|違う)の(?:日|時間|日時|窓口).{0,8}(?:予約|取り|とり|した|行)|予約.{0,2}(?:し直|しなお|取り直|とりなお)"
)
_YES = {
    "change": re.compile("変更|変え|かえて|移して"),
    "cancel": re.compile("取り?消|とりけ|キャンセル|きゃんせる|消して"),
}
_AS_ASKED = {
    "booking_date": "visit_date",
    "booking_time": "visit_time",
    "booking_confirmed": "confirmed",
}


def read(
    text: str, asked: str | None, r: Request, desk: Desk, caller: Caller
) -> dict[str, Any]:
    """Return what the text says: code, last4, wish, counter, confirmed.

    `asked`: the slot that was just asked for, or None for a first message.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    found: dict[str, Any] = {}
    rest = plain
    phone = short_answers.read_phone(text)
    named = _LAST_FOUR.search(plain)
    without = plain.replace(named[0], " ") if named else plain
    like = next((m for m in _LIKE_A_CODE.finditer(without) if _mixed(m.group())), None)
    code = find_code(without) or (normalise_code(like.group()) if like else None)
    unknown = asked in ("booking_code", "booking_choice", "booking_last4")
    if code:
        found["code"] = code
    elif like and not phone and (unknown or "番号" in plain):
        found["code"] = TYPO
    if like and "code" in found:
        rest = plain.replace(like[0], " ")
    last4 = _last4(rest, asked, bool(code))
    if last4:
        found["last4"] = last4
    if "code" not in found and (asked is None or unknown):
        found |= _lacking(text, asked, phone)
    all_of_them = asked in (None, "booking_choice") and _ALL_OF_THEM.search(answers.normal(text))
    if all_of_them and not code and len(bookings_of(caller, desk)) > 1:
        return {"lacks": "booking_one_by_one"}
    if asked == "booking_choice" and not code:
        found |= _chosen(plain, desk, caller)
    # "西口の予約を10日に変えたい": what stands before tells which of several is meant.
    which = _WHICH_BOOKING.match(plain) if asked is None and not code else None
    if which and len(bookings_of(caller, desk)) > 1:
        found |= _chosen(which[1], desk, caller)
    if asked in ("booking_choice", "booking_code", "booking_last4"):
        return found
    return found | _about_time(rest if "code" in found else text, asked, r, desk, caller)


def _lacking(text: str, asked: str | None, phone: str | None) -> dict[str, Any]:
    """Return what somebody says who has not got the code, or a phone number instead of it."""
    plain = answers.normal(text)
    if asked and _CALLING.search(plain) and not answers.is_question(text):
        return {"confirmed": "keep"}
    if asked != "booking_last4" and (phone or (asked and _BY_PHONE.search(plain))):
        if asked is None and _OTHER_CHANGE.search(text):
            return {}  # "電話番号を…に変えたい": it is a new one
        return {"lacks": "booking_not_by_phone", **({"last4": phone[-4:]} if phone else {})}
    # Unasked, the number has to be named: much else is lost, forgotten or not known.
    named = _NUMBER_OF_BOOKING.search(plain)
    lost = _LOST.search(plain) and (asked or named)
    if asked == "booking_last4":
        unclear = bool(_WHICH_PHONE.search(plain))
    else:
        wonders = "どこ" in plain or (asked and _WHAT_IS_IT.search(plain))
        unclear = bool(named and wonders)
    if (lost or unclear) and not _SOMETHING_ELSE.search(plain):
        return {"lacks": lacking(asked)}
    return {}


def lacking(asked: str | None) -> str:
    """Return the remark for somebody who has not got what was asked for."""
    return f"booking_{'last4' if asked == 'booking_last4' else 'code'}_not_at_hand"


def action_meant(action: str | None, text: str) -> str | None:
    """Return what is wanted: who cancels to book another day is better served by a change."""
    again = action == "cancel" and _BOOK_AGAIN.search(answers.normal(text))
    return "change" if again else action


def looks_for_it(text: str, asked: str | None) -> bool:
    """Return whether somebody asked for the code wonders where it is."""
    return asked != "booking_last4" and bool(_WHERE.search(answers.normal(text)))


def _mixed(token: str) -> bool:
    """Return whether it has figures and letters as a code has, and no words ("December 10")."""
    figures = re.search("[0-9]", token) and re.search("[A-Z]", token)
    return bool(figures) and not _ENGLISH_WORD.search(token)


def _last4(text: str, asked: str | None, with_code: bool) -> str | None:
    if asked == "booking_last4":
        text = short_answers.with_digits(text)
    named = _LAST_FOUR.search(text)
    if named:
        return re.sub("[^0-9]", "", named[1])
    if asked != "booking_last4" and not with_code:
        return None
    phone = short_answers.read_phone(text)
    if phone:
        return phone[-4:]
    whole = _PHONE_AMONG_WORDS.search(text)
    if whole:
        return whole[1]
    digits = re.findall(r"(?<![0-9])[0-9](?:[\s\-・,、]?[0-9]){3}(?![0-9])", text)
    alone = len(re.sub("[^0-9]", "", text)) == 4
    told = asked == "booking_last4" or re.search(r"[0-9](?:\s|、|。|です|$)", text)
    return re.sub("[^0-9]", "", digits[0]) if len(digits) == 1 and alone and told else None


def _chosen(text: str, desk: Desk, caller: Caller) -> dict[str, Any]:
    """Return the one of several bookings that is meant: by number, day, time or counter."""
    if _ANOTHER_ONE.search(text):
        return {"code": ANOTHER}
    listed = bookings_of(caller, desk)
    number = _NUMBER.fullmatch(text)
    if number and int(number[1]) <= len(listed):
        return {"code": listed[int(number[1]) - 1].code}
    for place, named in ((0, _FIRST), (-1, _LAST)):
        if named.fullmatch(answers.normal(text)):
            return {"code": listed[place].code}
    said = answers.read(text, "visit_date", desk.now, desk.city)
    wish = Wish.from_json(said.get("wish") or {})
    if not wish and "counter" not in said:
        return {}
    meant = [
        booking
        for booking in listed
        if wish.allows(booking.start.date(), booking.start.time())
        and said.get("counter") in (None, "any", booking.counter)
    ]
    return {"code": meant[0].code} if len(meant) == 1 else {}


def _about_time(
    text: str, asked: str | None, r: Request, desk: Desk, caller: Caller
) -> dict[str, Any]:
    new = _OLD_WEEKDAY.sub("", text)
    said = answers.read(new, _AS_ASKED.get(asked or ""), desk.now, desk.city)
    found: dict[str, Any] = {name: said[name] for name in ("wish", "counter") if name in said}
    start = _start_meant(r, desk, caller)
    wish = _from_the_booked(new, start, Wish.from_json(found.get("wish") or {})) if start else None
    if wish:
        found["wish"] = wish.to_json()
    if "counter" in found:
        found["counter"] = _new_counter(text, str(found["counter"]), desk)
    if asked == "booking_confirmed":
        plain = answers.normal(text)
        if r.action == "cancel" and _YES["change"].search(plain) and not _YES["cancel"].search(plain):
            return found | {"action": "change"}
        if _NO.search(plain) or (r.action == "cancel" and _GOING.search(plain)):
            found["confirmed"] = "no"
        elif not answers.is_question(text) and (
            said.get("confirmed") == "yes" or _YES[r.action or "change"].search(plain)
        ):
            found["confirmed"] = "yes"
        elif said.get("confirmed") == "fix":
            found["confirmed"] = "no"
    plain = answers.normal(text)
    as_it_was = _AS_IT_WAS.search(plain) and not _IN_PART.search(plain)
    if asked and r.action == "change" and as_it_was and not found.keys() & {"wish", "counter"}:
        found["confirmed"] = "keep"
    return found


def _start_meant(r: Request, desk: Desk, caller: Caller) -> datetime | None:
    """Return the start that is booked, where it is known which booking is meant."""
    booking = desk.bookings.get(r.found) if r.found else None
    own = bookings_of(caller, desk)
    booking = booking or (own[0] if len(own) == 1 else None)
    return booking.start if booking else None


def _from_the_booked(text: str, start: datetime, said: Wish) -> Wish | None:
    """Return the wish that is told by the booked start: "1時間遅く", "翌日の10時", "もっと遅く"."""
    plain = answers.normal(text)
    by = _SHIFT.search(plain)
    if by:
        count = int(by[1]) if by[1].isdecimal() else "一二三四".index(by[1]) + 1
        distance = count * _UNIT[by[2]]
        moved = start + (-distance if by[3] in ("早", "はや", "前") else distance)
        return Wish(days=(moved.date(),), times=(moved.time(),))
    at_a_time = said.times or said.from_time or said.until_time
    same_time = () if at_a_time else (start.time(),)
    for distance, named in _BESIDE_THE_DAY.items():
        if named.search(plain) and not said.days and not said.weekdays:
            day = (start + distance).date()
            return replace(said, days=(day,), first=None, last=None, times=said.times or same_time)
    if _SAME_TIME.search(plain) and not at_a_time:
        # "時間は同じで日だけ変えたい": any day but the one that is booked
        return replace(said, times=same_time) if said else Wish(
            not_days=(start.date(),), times=same_time
        )
    if not said and _LATER.search(plain):
        return Wish(days=(start.date(),), from_time=(start + timedelta(minutes=1)).time())
    if not said and _SOONER.search(plain):
        return Wish(days=(start.date(),), until_time=(start - timedelta(minutes=1)).time())
    return None


def _new_counter(text: str, read: str, desk: Desk) -> str:
    """Return the counter to go to: "西口から本庁舎に" names the one that was booked as well."""
    plain = answers.normal(text)
    named = {
        counter.id
        for counter in desk.city.counters.values()
        for alias in (counter.label, counter.short_label, *counter.aliases)
        if re.search(re.escape(answers.normal(alias)) + _NOT_THE_OLD_ONE, plain)
    }
    return named.pop() if len(named) == 1 else read


# What it means -----------------------------------------------------------------------------------


def advance(
    r: Request, said: Mapping[str, Any], desk: Desk, caller: Caller, key: str
) -> tuple[Request, list[Remark]]:
    """Return the request with this taken in, and what is to be said about it.

    `said` is what `read` returns, or what a button carries; with "action" another thing is wanted.
    `key` makes the hold of a new seat happen once, however often the same message arrives.
    """
    before, remarks = r, list[Remark]()
    if said.get("confirmed") == "keep":
        remarks.append(Remark("booking_left"))
        return replace(_let_go(r, desk), outcome="kept"), remarks
    if said.get("action") not in (None, r.action):
        r = replace(_let_go(r, desk), action=said["action"], confirmed=None)
    r = _identified(r, said, desk, caller, remarks)
    booking = desk.bookings.get(r.found) if r.found else None
    if said.get("lacks") and r.found is None and not remarks:
        remarks.append(Remark(str(said["lacks"])))
    if booking is None or r.outcome:
        # A time said too early is kept until it is known which booking is meant.
        kept = {name: said[name] for name in ("wish", "counter") if name in said}
        return replace(r, **kept), remarks
    if (r.found, r.action) != (before.found, before.action):
        r = _looked_at(replace(r, confirmed=None), booking, desk, remarks)
        kept = {name: getattr(r, name) for name in ("wish", "counter") if getattr(r, name)}
        r, said = replace(r, wish=None, counter=None), {**kept, **said}
    if r.outcome:
        return r, remarks
    moved = r
    if r.action == "change":
        moved = _moved(r, said, booking, desk, key, remarks)
    # A yes counts only for what was just summed up, not a button pressed later on.
    summed_up = r == before and next_question(before, desk, caller) == "booking_confirmed"
    if moved == r and summed_up and said.get("confirmed"):
        moved = _confirmed(r, str(said["confirmed"]), desk, remarks)
    return moved, remarks


def _identified(
    r: Request, said: Mapping[str, Any], desk: Desk, caller: Caller, remarks: list[Remark]
) -> Request:
    code = said.get("code")
    if code == TYPO:
        remarks.append(Remark("booking_code_typo"))
        return replace(r, code=ANOTHER)
    if code and code != r.found:
        told_before = r.last4 if r.code in (None, ANOTHER) else None
        r = replace(_let_go(r, desk), code=code, last4=told_before, found=None)
    r = replace(r, last4=said.get("last4") or r.last4)
    if r.found:
        return replace(r, last4=None)
    own = [booking.code for booking in bookings_of(caller, desk)]
    if r.code is None and len(own) == 1:
        return replace(r, found=own[0], last4=None)
    if r.code is None and not own and caller.known:
        return replace(r, found=caller.known[-1], last4=None)  # it is over, or cancelled
    if r.code in (*own, *caller.known):
        return replace(r, found=r.code, last4=None)
    if r.code in (None, ANOTHER) or not r.last4:
        return r
    return _looked_up(r, desk, caller, remarks)


def _looked_up(r: Request, desk: Desk, caller: Caller, remarks: list[Remark]) -> Request:
    try:
        booking = desk.bookings.find(
            str(r.code), str(r.last4),
            conversation=caller.conversation, at=desk.at, source=caller.source,
        )
    except TooManyAttempts as refused:
        minutes = max(1, math.ceil((refused.until - desk.at).total_seconds() / 60))
        remarks.append(Remark("booking_too_many_attempts", {"minutes": minutes}))
        return replace(r, code=None, last4=None, outcome="refused")
    if booking is None:
        # One answer, whichever was wrong: it must not tell that a code exists. The check character
        # has found mistyped codes before, so the digits are asked for again.
        remarks.append(Remark("booking_not_found", {"code": str(r.code)}))
        return replace(r, last4=None)
    return replace(r, found=booking.code, last4=None)


def _looked_at(r: Request, booking: Booking, desk: Desk, remarks: list[Remark]) -> Request:
    """Say what the booking is, or why nothing more can be done about it here."""
    words = {
        "when": moment(booking.start),
        "counter_label": desk.city.counter_label(booking.counter, short=True),
    }
    refusal = why_not(str(r.action), booking, desk)
    if refusal:
        remarks.append(refusal)
        return replace(r, outcome="refused")
    lost = desk.bookings.why_without_seat(booking, desk.city, desk.now)
    if r.action == "check" and lost:
        remarks.append(seat_lost(lost, desk))
        return replace(r, outcome="shown")
    if r.action == "change" and lost:
        remarks.append(Remark("booking_now_without_seat", {**words, **_why_lost(lost)}))
        return r
    if r.action == "check":
        card = calendar_view.booking_card(booking, desk)
        values = {
            "details": details(booking, desk),
            "buttons": calendar_view.booking_buttons(booking),
        }
        remarks.append(Remark("booking_details", values, card))
        return replace(r, outcome="shown")
    if r.action == "change":
        remarks.append(Remark("booking_now", words))
    return r


def why_not(action: str, booking: Booking, desk: Desk) -> Remark | None:
    """Return why this cannot be done with the booking here and now, or None."""
    if booking.status == "cancelled":
        return Remark("booking_was_cancelled", {"when": moment(booking.start)})
    if booking.status != "booked" or booking.start <= desk.now:
        return Remark("booking_is_over", {"when": moment(booking.start)})
    if action == "check":
        return None
    rules = desk.city.booking
    rule = rules.change_until if action == "change" else rules.cancel_until
    deadline = slots.deadline(desk.city, rule, booking.start)
    if desk.now >= deadline:
        # Midnight ends the last day on which it was possible.
        last = short_date((deadline - timedelta(seconds=1)).date())
        until = "@until_start" if rule == "start" else last
        return Remark(f"booking_{action}_too_late", {"until": until})
    return None


def seat_lost(lost: WithoutSeat, desk: Desk) -> Remark:
    """Return what somebody is told whose booking has no seat any more: why, and the way on.

    The way is to choose again from the nearest free times, or the phone when it is too late here.
    """
    booking = lost.booking
    near = slots.nearest(
        desk.bookings,
        desk.city,
        [counter.id for counter in desk.city.bookable_counters],
        booking.start,
        desk.now,
        desk.at,
        seats=len(booking.cards),
    )
    values = {
        "when": moment(booking.start),
        "counter_label": desk.city.counter_label(booking.counter),
        **_why_lost(lost),
        "alternatives": "\n".join(
            f"・{calendar_view.slot_label(slot, desk.city)}" for slot in near
        ),
        "buttons": possible_buttons(booking, desk),
    }
    changeable = why_not("change", booking, desk) is None
    return Remark("seat_lost_choose_again" if near and changeable else "seat_lost_call", values)


def _why_lost(lost: WithoutSeat) -> dict[str, Any]:
    reason = lost.cause.reason.rstrip("。")
    return {"cause": f"@no_seat_{lost.cause.kind}", "reason": f"（{reason}）" if reason else ""}


def possible_buttons(booking: Booking, desk: Desk) -> list[dict[str, str]]:
    """Return the buttons for what can still be done with a booking here and now."""
    return [
        button
        for action, button in zip(
            ("change", "cancel"), calendar_view.booking_buttons(booking), strict=True
        )
        if why_not(action, booking, desk) is None
    ]


_RULES = re.compile("いつまで|何日前|当日|前日|直前|料金|料(?:は|が|って|か)|方法|仕方|やり方")
_WRONG = re.compile("間違|まちが|違って|ちがって|直し|なおし|訂正")
_OTHER_CHANGE = re.compile(
    "名前|氏名|電話番号|(?:電話|携帯)(?:が|を|も)?(?:変|替|かわ)|人数|(?:人|分)(?:を|が)?(?:追加|増|減)|来庁者"
    "|(?:行く|いく|来る|くる|伺う)(?:人|方)"
)


def asked_besides(text: str, r: Request, desk: Desk) -> list[Remark]:
    """Return the answer to what a first message asks or wants beyond the booking itself."""
    if _OTHER_CHANGE.search(text) and (r.action == "change" or _WRONG.search(text)):
        return [Remark("booking_other_change")]
    if r.action not in ("change", "cancel") or not _RULES.search(text):
        return []
    rules = desk.city.booking
    values = {"change": f"@until_{rules.change_until}", "cancel": f"@until_{rules.cancel_until}"}
    return [Remark("booking_rules", values)]


def _moved(
    r: Request,
    said: Mapping[str, Any],
    booking: Booking,
    desk: Desk,
    key: str,
    remarks: list[Remark],
) -> Request:
    """Take in what was said about the new day and time, as the application does, and hold it."""
    if said.get("correct") == "visit":
        return replace(_let_go(r, desk), date=None, time=None, wish=None)
    names = ("wish", "counter", "visit_date", "visit_time")
    told = {name: said[name] for name in names if name in said}
    if not told:
        return r
    if told.keys() == {"counter"} and told["counter"] != booking.counter and not (r.wish or r.date):
        at = booking.start  # only the counter is to change: the same day and time, if it has them
        told["wish"] = Wish(days=(at.date(),), times=(at.time(),)).to_json()
    elif "wish" in told:
        told["wish"] = _same_day(Wish.from_json(told["wish"]), r, booking).to_json()
    before = as_application(r, booking, desk)
    after, about = application.advance(before, told, desk, "visit_date", key)
    r = replace(
        r, counter=after.counter, wish=after.wish, date=after.visit_date, time=after.visit_time,
        hold=after.hold,
    )
    if after.hold and (after.start, after.counter) == (booking.start, booking.counter):
        remarks.append(Remark("booking_same_time"))
        return replace(_let_go(r, desk), date=None, time=None, wish=None)
    remarks += about
    return r


def _same_day(wish: Wish, r: Request, booking: Booking) -> Wish:
    """Return a wish for another time of day alone as one for the day that is booked."""
    earlier = Wish.from_json(r.wish or {})
    about_day = (wish.days, wish.weekdays, wish.first, wish.last, wish.earliest, wish.anytime)
    said_before = (earlier.days, earlier.weekdays, earlier.first, earlier.last, r.date)
    if any(about_day) or any(said_before) or wish.not_days:
        return wish
    return replace(wish, days=(booking.start.date(),))


def as_application(r: Request, booking: Booking, desk: Desk) -> Application:
    """Return the booking as an application in which only day, time and counter are open.

    So a new time is read, refused, offered and held by the same rules as the first one.
    """
    counter = r.counter or booking.counter
    if counter not in {each.id for each in desk.city.bookable_counters}:
        counter = "any"  # nobody can book there any more
    *others, last = [_settled(booking, card, desk) for card in booking.cards]
    settled = Application(**last, cards=len(booking.cards), done=others or None)
    # Its documents were listed when it was booked.
    settled, _ = application.advance(settled, {}, desk, "visit_date", "")
    return replace(
        settled,
        counter=counter,
        wish=r.wish,
        visit_date=r.date,
        visit_time=r.time,
        hold=r.hold,
        outcome=None,
    )


def _settled(booking: Booking, card: Card, desk: Desk) -> dict[str, Any]:
    """Return a booked card as one about which nothing is open."""
    known = card.expires_on is not None and card.expires_on >= desk.today
    return {
        "notice": "certificate",
        "applicant": booking.applicant_for(card),
        "holder": card.holder,
        "proof_waiver": "neither",
        "reply_form": "ready",
        "reply_form_limit": "unknown",
        "expires_on": card.expires_on.isoformat() if card.expires_on and known else "unknown",
        "expiry_help": "skip",
        "expiry_checked": "confirmed",
        "book_later": "yes",
        "pins": "remembered",
        "name_kana": card.name_kana,
    }


def _confirmed(r: Request, answer: str, desk: Desk, remarks: list[Remark]) -> Request:
    if answer == "yes":
        return replace(r, confirmed="yes")
    if r.action == "cancel":
        remarks.append(Remark("booking_kept"))
        return replace(r, outcome="kept")
    remarks.append(Remark("booking_choose_again"))
    return replace(_let_go(r, desk), date=None, time=None, wish=None)


def _let_go(r: Request, desk: Desk) -> Request:
    if r.hold:
        desk.bookings.release(r.hold)
    return replace(r, hold=None)


def carry_out(r: Request, desk: Desk) -> Booking:
    """Do what was confirmed, once, and return the booking as it is now.

    Raises NotChangeable, and for a change HoldExpired, SlotFull, NotBookable, TryAgain.
    """
    code = str(r.found)
    if r.action == "change":
        return desk.bookings.change(
            code, str(r.hold), key=str(r.hold), city=desk.city, now=desk.now, at=desk.at
        )
    return desk.bookings.cancel(code, key=code, city=desk.city, now=desk.now, at=desk.at)


def refusal(action: str, booking: Booking | None, desk: Desk) -> Remark:
    """Return what to say when the store refuses at the last moment."""
    remark = why_not(action, booking, desk) if booking else None
    return remark or Remark("booking_not_found")


# How it reads ------------------------------------------------------------------------------------


def moment(start: datetime) -> str:
    """Return a start as it is said back: 12月3日（木）18時30分."""
    return f"{short_date(start.date())}{japanese_time(start.time())}"


def details(booking: Booking, desk: Desk) -> str:
    """Return a booking as lines of text: code, time, counter, whose cards, what to bring."""
    names = [f"{card.name_kana} 様" for card in booking.cards if card.name_kana]
    lines = [
        f"予約番号　{booking.code}",
        f"日時　{calendar_view.when(booking)}",
        f"窓口　{desk.city.counter_label(booking.counter)}",
        *([f"カードの持ち主　{'、'.join(names)}"] if names else []),
        calendar_view.documents_of(booking, desk.city),
    ]
    return "\n".join(lines)
