"""What somebody takes back who thinks again: another's card, another who comes, the day before, a day later.

Told beside what is settled already; `heard` returns answers that renewal.application.advance takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from reading.facts import CannotCome, CardOf, Comes, Count, Name, OneCard, When
from reading.reader import Reading
from reading.situation import State
from renewal.wish import Wish

_NOT = "(?:じゃ|では|で)な(?:い|く|かった)|違|ちが"
_FIGURES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "半": 0.5}
_MINUTES = {"分": 1, "時間": 60, "日": 1440, "週間": 7 * 1440}
_SHIFT = re.compile(
    "(?P<number>[0-9]+|[一二三四五六半])(?P<unit>分|時間|日|週間)(?:ほど|くらい|ぐらい|だけ)?(?:"
    "(?P<after>後|あと|先)(?:ろ)?の同じ曜日|"
    "(?P<later>後|あと|先|遅|後ろ)(?P<so>(?:ろ|く|め)?(?:に|へ)?(?:して|し(?:たい|ます)|変え|ずら|でき))|"
    "(?P<sooner>前|早)(?:く|め)?(?:に|へ)?(?:して|し(?:たい|ます)|変え|ずら|でき))"
)
_EARLIER_DAY = re.compile(
    "(?:さっき|先ほど|さきほど|最初|はじめ|初め|元|もと)(?:に?(?:言っ|選ん|決め|話し)た|の|に)+(?:方|ほう)?の?(?:日|時間)(?!後|前)"
    "|前(?:に(?:言っ|選ん)た|の)(?:日にち|日程|日時|日に戻|時間に戻)"
)
_MISTAKEN = re.compile(
    "(?:あ[、っー]*|すみません|すいません|ごめん(?:なさい)?|えっと|[、。!…])*(?:間違|まちが)(?:え|い|って)"
    "(?:てしまいました|ちゃいました|ちゃった|てました|てます|ました|でした|です|た)?(?:、?(?:すみません|ごめんなさい))?[、。!…]*"
)


def heard(reading: Reading, state: State, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with what is thought again in them, and without what it was misread as."""
    asked = state.slots.get("requested_slot")
    if asked != "confirmed" and is_mistaken(reading):
        return {}
    found = dict(given)
    if _another_card(reading, state) and not found.keys() & {"people", "children", "comes"}:
        found["other_card"] = True
        if "holder" not in found and _told_cards(reading) == {"speaker"}:
            found["holder"] = "general"
    elif another_comes(reading) and _comes_for_another(state, found):
        found["another_comes"] = True
    if goes_back_to_a_day(reading, state):
        earlier = [date.fromisoformat(day) for day in state.days_chosen() if day != state.slots["visit_date"]]
        return {"wish": Wish(days=(earlier[-1],)).to_json()} if earlier else {"correct": "visit"}
    return _without_no_beginning(reading, state, found)


def reply(reading: Reading, state: State) -> str | None:
    """Return the remark to what can only be put right later, or is not said to be what."""
    text, asked = reading.message.plain, state.slots.get("requested_slot")
    if asked != "confirmed" and is_mistaken(reading):
        return "what_was_wrong"
    if not re.search(f"{_NOT}|間違|まちが|変え|直し", text):
        return None
    later = ((slot, words) for slot, words in _LATER if state.slots.get(slot) is None and slot != asked)
    return next((f"{slot}_later" for slot, words in later if re.search(words, text)), None)


_LATER = (("name_kana", "名前|氏名"), ("phone", "電話(?!で)|連絡先"))


def goes_back_to_a_day(reading: Reading, state: State) -> bool:
    """Return whether the day that was chosen before is meant: やっぱりさっきの日で."""
    told = any(isinstance(each, When) for each in reading.facts)  # さっきの日付まちがえた。12月17日でした
    return bool(state.slots.get("visit_date") and not told and _EARLIER_DAY.search(reading.message.plain))


def of_the_booked(reading: Reading, told: Mapping[str, Any]) -> bool:
    """Return whether it is about who and whose a booking is, which is not changed here."""
    if is_mistaken(reading) or another_card(reading) or another_comes(reading):
        return True
    parts = {"phone", "cards", "cards_by", "without", "people", "applicant", "holder"}
    told_of = told.keys() & parts or any(isinstance(fact, (Name, Count)) and fact.mood == "said" for fact in reading.facts)
    return bool(told_of) and bool(_AGAIN.search(reading.message.plain))


_AGAIN = re.compile(f"やっぱり|やはり|{_NOT}|間違|まちが|変え|変わ|なしで|だけにし|(?:こと|よう)になりました")


def is_shifted(reading: Reading) -> bool:
    """Return whether a time is told by another that is settled: もう30分遅くしたい."""
    return bool(_SHIFT.search(reading.message.plain))


def another_card(reading: Reading) -> bool:
    """Return whether a card is told to be another's than was thought: 私のじゃなくて夫のカードでした."""
    m = reading.message
    taken_back = [c.at for c in m.clauses if re.search(_NOT, m.plain[c.start : c.end])]
    return any(
        fact.clause - 1 in taken_back or fact.clause in taken_back
        for fact in reading.facts
        if isinstance(fact, CardOf) and fact.who in _told_cards(reading) and fact.mood != "denied"
    )


def another_comes(reading: Reading) -> bool:
    """Return whether somebody comes instead of another: 私が行けなくなって、父親のほうが行きます."""
    comes = {fact.who for fact in reading.facts if isinstance(fact, Comes) and fact.holds and fact.named}
    stays = {fact.who for fact in reading.facts if isinstance(fact, CannotCome)}
    stays |= {fact.who for fact in reading.facts if isinstance(fact, Comes) and fact.mood == "denied"}
    if re.search(f"(?:私|わたし|僕|俺|自分)(?:{_NOT})", reading.message.plain):
        stays.add("speaker")
    for fact in reading.facts:
        if isinstance(fact, OneCard) and fact.what in ("comes", "stays"):
            (comes if fact.what == "comes" else stays).add(fact.which)
    return bool(comes - stays and stays - comes)


def is_mistaken(reading: Reading) -> bool:
    """Return whether it is only said that something was wrong, not what: まちがえた."""
    return bool(_MISTAKEN.fullmatch(reading.message.plain))


def shifted(reading: Reading, day: date, at: time | None) -> Wish | None:
    """Return when it is to be instead, told by the time that is settled: 一日あとにして, もう30分遅く."""
    told = _SHIFT.search(reading.message.plain)
    minutes = _minutes(told) if told else 0
    if told is None or (at is None and minutes % 1440):
        return None
    by = timedelta(minutes=-minutes if told["sooner"] else minutes)
    if minutes % 1440 == 0:
        return Wish(days=(day + by,), times=(at,) if at else ())
    moved = datetime.combine(day, at or time()) + by
    return Wish(days=(moved.date(),), times=(moved.time(),))


def _minutes(told: re.Match[str]) -> int:
    number = _FIGURES.get(told["number"]) or float(told["number"])
    return int(number * _MINUTES[told["unit"]])


def _without_no_beginning(reading: Reading, state: State, given: dict[str, Any]) -> dict[str, Any]:
    """Return the answers with the wish that is told by what is settled; by nothing it tells nothing."""
    told = _SHIFT.search(reading.message.plain)
    if told is None:
        return given
    day, at = state.slots.get("visit_date"), state.slots.get("visit_time")
    wish = shifted(reading, date.fromisoformat(day), time.fromisoformat(at) if at else None) if day else None
    if wish:
        return {**given, "wish": wish.to_json()}
    return {name: value for name, value in given.items() if name not in ("wish", "expires_on", "unclear_date")}


def _told_cards(reading: Reading) -> set[str]:
    cards = [fact for fact in reading.facts if isinstance(fact, CardOf)]
    return {fact.who for fact in cards if fact.mood != "denied"} - {fact.who for fact in cards if fact.mood == "denied"}


def _another_card(reading: Reading, state: State) -> bool:
    """Return whether another's card is meant than the one that this application is for already."""
    one = int(state.slots.get("cards") or 1) == 1 and not state.slots.get("family")
    return bool(one and state.slots.get("holder")) and another_card(reading)


def _comes_for_another(state: State, found: Mapping[str, Any]) -> bool:
    """Return whether who comes is as before: a representative, or a proxy."""
    before = state.slots.get("applicant")
    return before in ("legal_representative", "other_proxy") and found.get("applicant", before) == before
