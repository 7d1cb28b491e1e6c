"""What a message tells of a booking that exists: its code, another day, a yes or a no."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reading import answers, short_answers
from reading.situation import State
from renewal import booking_change
from renewal.booking_change import Request
from renewal.bookings import find_code, normalise_code
from renewal.wish import Wish

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
    text: str, asked: str | None, r: Request, state: State
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
        found["code"] = booking_change.TYPO
    if like and "code" in found:
        rest = plain.replace(like[0], " ")
    last4 = _last4(rest, asked, bool(code))
    if last4:
        found["last4"] = last4
    if "code" not in found and (asked is None or unknown):
        found |= _lacking(text, asked, phone)
    all_of_them = asked in (None, "booking_choice") and _ALL_OF_THEM.search(answers.normal(text))
    if all_of_them and not code and len(state.bookings()) > 1:
        return {"lacks": "booking_one_by_one"}
    if asked == "booking_choice" and not code:
        found |= _chosen(plain, state)
    # "西口の予約を10日に変えたい": what stands before tells which of several is meant.
    which = _WHICH_BOOKING.match(plain) if asked is None and not code else None
    if which and len(state.bookings()) > 1:
        found |= _chosen(which[1], state)
    if asked in ("booking_choice", "booking_code", "booking_last4"):
        return found
    return found | _about_time(rest if "code" in found else text, asked, r, state)


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


def _chosen(text: str, state: State) -> dict[str, Any]:
    """Return the one of several bookings that is meant: by number, day, time or counter."""
    if _ANOTHER_ONE.search(text):
        return {"code": booking_change.ANOTHER}
    listed = state.bookings()
    number = _NUMBER.fullmatch(text)
    if number and int(number[1]) <= len(listed):
        return {"code": listed[int(number[1]) - 1].code}
    for place, named in ((0, _FIRST), (-1, _LAST)):
        if named.fullmatch(answers.normal(text)):
            return {"code": listed[place].code}
    said = answers.read(text, state.at("visit_date"))
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
    text: str, asked: str | None, r: Request, state: State
) -> dict[str, Any]:
    new = _OLD_WEEKDAY.sub("", text)
    said = answers.read(new, state.at(_AS_ASKED.get(asked or "")))
    found: dict[str, Any] = {name: said[name] for name in ("wish", "counter") if name in said}
    start = _start_meant(r, state)
    wish = _from_the_booked(new, start, Wish.from_json(found.get("wish") or {})) if start else None
    if wish:
        found["wish"] = wish.to_json()
    if "counter" in found:
        found["counter"] = _new_counter(text, str(found["counter"]), state)
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


def _start_meant(r: Request, state: State) -> datetime | None:
    """Return the start that is booked, where it is known which booking is meant."""
    own = state.bookings()
    found = [booking for booking in own if r.found in (booking.code, None)]
    return found[0].start if len(found) == 1 else None


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


def _new_counter(text: str, read: str, state: State) -> str:
    """Return the counter to go to: "西口から本庁舎に" names the one that was booked as well."""
    plain = answers.normal(text)
    named = {
        counter
        for counter, aliases in state.counters.items()
        for alias in aliases
        if re.search(re.escape(answers.normal(alias)) + _NOT_THE_OLD_ONE, plain)
    }
    return named.pop() if len(named) == 1 else read


_RULES = re.compile("いつまで|何日前|当日|前日|直前|料金|料(?:は|が|って|か)|方法|仕方|やり方")
_WRONG = re.compile("間違|まちが|違って|ちがって|直し|なおし|訂正")
_OTHER_CHANGE = re.compile(
    "名前|氏名|電話番号|(?:電話|携帯)(?:が|を|も)?(?:変|替|かわ)|人数|(?:人|分)(?:を|が)?(?:追加|増|減)|来庁者"
    "|(?:行く|いく|来る|くる|伺う)(?:人|方)"
)


def asked_besides(text: str, action: str | None) -> str | None:
    """Return the remark on what a first message asks or wants beyond the booking itself."""
    if _OTHER_CHANGE.search(text) and (action == "change" or _WRONG.search(text)):
        return "booking_other_change"
    return "booking_rules" if action in ("change", "cancel") and _RULES.search(text) else None
