"""What a question asks exactly: the day, hour, paper or person in it, for renewal/answers_about.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Any

from reading import case, second_thoughts
from reading.ages import GENERAL, UNDER_15, Age
from reading.facts import (
    AgeOf,
    CardOf,
    Change,
    Comes,
    Count,
    DateOf,
    Deed,
    Guardian,
    NoticeSays,
    Pins,
    Proxy,
    SpeaksAs,
    When,
)
from reading.reader import Reading
from reading.situation import State
from renewal.wish import Wish

# Of the folded text (katakana is hiragana there); the first that fits counts.
_ASKED: tuple[tuple[str, str], ...] = (
    ("holder_along", "(?:連れて(?:行|い|来|こ)か?な(?:くて|くても|きゃ)|同伴|本人[がはも、]{0,2}.{0,8}(?:(?:行|い|来|こ)(?:く|る)必要|(?:行|来|いか|こ)か?な(?:くて|くても|きゃ)))"),
    ("waitlist", "きゃんせる待ち|空き?待ち|空いたら(?:教え|連絡|知らせ)"),
    ("confirmation", "(?:めーる|sms|しょーとめっせーじ|はがき|葉書).*(?:来|き(?:ま|て)|届|送|もら|くれ)"),
    ("same_pins", "(?:前|今|いま|以前|これ)(?:まで)?と同じ(?:暗証|ぱすわーど|番号)|暗証番号は?(?:同じ|そのまま|変わ)"),
    ("twice", "(?:2|二)(?:回|度).{0,3}(?:行|来|足)|二度手間|もう(?:1|一)(?:回|度)(?:行|来)"),
    ("tax_return", "確定申告.*(?:間に合|使え)"),
    ("same_day", "当日.*(?:予約|取れ|行|受付)|(?:今日|本日|きょう)の?予約"),
    ("horizon", "(?:いつ|どのくらい|どれくらい|どこ|何日|何[かヶケ箇]月|何週間)(?:まで|くらい)?(?:の|、)?先"),
    ("card_left", "かーどを?(?:家に|うちに)?(?:忘れ|置いて|持って(?:行|い)くのを)(?!.*暗証)"),
    ("child_along", "(?:子ども|子供|こども|赤ちゃん|息子|娘|孫)[もをと].{0,3}(?:連れ|一緒に)(?!.*(?:更新|分を|手続))"),
    ("seal", "(?:印鑑|はんこ|判子|実印|認印|しゃちはた).*(?:要|い[るり]|必要|持|なく|無く)"),
    ("notice_paper", "(?:通知書?|お知らせ|封筒|はがき)(?:も|は|を|って)?.{0,3}(?:持|必要|要り|いり|なくて|無くて|捨て)"),
    ("other_paper", "(保険証|住民票|通帳|母子手帳|年金手帳|免許証?|戸籍(?:謄本)?|在留かーど|ぱすぽーと)(?:も|は|って)?(?:要|い[るり]|必要|持って)"),
)  # fmt: skip
_TOLD = (
    ("broken", "かーど.{0,6}(?:割れ|壊れ|こわれ|折れ|欠け|曲が|ひび|破れ|破損|読み取れな)|(?:割れ|壊れ|折れ)た(?:まいな|かーど)"),
    ("permanent", "(?:特別)?永住者?|高度専門職"),
    ("stays", "(?:在留|ざいりゅう)(?:期間|きかん|かーど).{0,8}(?:まで|同じ|おなじ|月|がつ|年|ねん)"),
    ("foreign", "(?:^|[、。はがも])(?:外国|中国|台湾|韓国|朝鮮|ねぱーる|べとなむ|ふぃりぴん|ぶらじる|ぺるー|いんどねしあ|たい|みゃんまー|ばんぐらでぃしゅ|すりらんか|ぱきすたん|いんど|もんごる|かんぼじあ|らおす|うずべきすたん|うくらいな|ろしあ|あめりか|いぎりす|ふらんす|どいつ|おーすとらりあ|かなだ)(?:の)?(?:人|じん|国籍|出身)(?!が)"),
)  # fmt: skip
PEOPLE_ASKED = {"along", "alone", "holder_along"}
"""Kinds that name people of whom nothing is settled by it: 娘もついてきていいですか."""
BEFORE_ALL = {"foreign", "stays"}
"""Kinds that come before a booking: whether it can be made here depends on the answer."""
ELSEWHERE_TOO = {"open", "seal", "notice_paper", "broken", "foreign", *PEOPLE_ASKED}
"""Kinds that other offices are asked about, too: 印鑑登録, 休日当番医."""
_HOURS = re.compile("やって|開[いくけ]|あいて|営業|休み|休業|何時(?:まで|から)|受け?付け?て|(?:行|い)って(?:も|大丈夫)|来ても|(?:更新|手続き?)[はがも]?(?:でき|行け|いけ|可能|やれ|して(?:くれ|もらえ|る|ます))")
_ALONG = re.compile("付き?添|つきそ|つい(?:て|ってき)|連れ|同行|一緒|いっしょ|come along|(?:come|coming|go) with")
_ALONE = re.compile("(?:親|お?母さん|お?父さん|保護者|母|父|まま|ぱぱ)[がはも、]?.{0,4}(?:なし|(?:い|居)なく(?:て|ても)|いらな|(?:一緒|いっしょ)(?:じゃ|で)なく)|(?:一人|1人|ひとり|自分だけ)で(?:も)?(?:行|い[くけっ]|来|でき|手続|大丈夫|いい)")
_UNUSED = re.compile("使わな|使って(?:い)?な|使いませ|つかわな|い(?:ら|り)な|要らな|いりませ|なくて|無くて|分からなく|わからなく")
_FREE = re.compile("予約|空[いき]|取れ")
_IN_TIME = re.compile("間に合|どう(?:すれば|したら|なり)|でき|大丈夫|行け")
_OVER = re.compile("(?:切れ|過ぎ|すぎ)(?:て|ちゃ|ちま|た|まし)")
_CHANGES = re.compile(
    "(?:名前|氏名|電話(?:番号)?|(?<!予約)番号|人数|(?:2|二|3|三)人)(?:[をにもが、].{0,6}(?:変|直|訂正|増|減|間違|まちが|違|して)|[をに]$)"
)
_MOVES = re.compile("遅く|遅ら|早く|早め|ずら|変[えわ]|変更")
_VISIT = {"visit_date", "visit_time", "booking_date", "booking_time"}
_RELATIVES = {
    "grandmother", "grandfather", "grandparents", "uncle", "aunt", "brother", "sister", "cousin",
    "relative", "in_law_mother", "in_law_father", "step_mother", "step_father", "neighbour", "friend",
}  # fmt: skip
_OF_RELATIVES = {"grandchild", "nephew", "brother", "sister", "cousin"}


def about(reading: Reading, state: State, asked: str | None) -> dict[str, Any] | None:
    """Return what a message asks exactly, with "kind" and what is named, None if it asks nothing so."""
    return next(_found(reading, state, asked), None)


_STAYS = re.compile("(?:はい|ええ|うん)?、?(?:在留期間|ざいりゅうきかん)?[がはも]?(?:あ(?:り(?:ます)?|る)|yes)")
_STAYS_ON = re.compile("(?:いいえ|いや)?、?(?:在留期間|ざいりゅうきかん)?[がはも]?(?:な(?:い|し)|ありません|no)|永住|えいじゅう")


def period_of_stay(reading: Reading, state: State) -> str | None:
    """Return "yes" or "no" where it was asked just now whether a stay has a period, None elsewhere."""
    asked = any("period_of_stay" in str(each.get("payload", "")) for each in state.said.get("buttons") or ())
    text = reading.message.plain
    if not asked:
        return None
    until = "在留" in text.replace("ざいりゅう", "在留") and any(isinstance(each, DateOf | When) for each in reading.facts)
    return "no" if _STAYS_ON.match(text) else "yes" if until or _STAYS.match(text) else None


def wants_to_book(reading: Reading) -> bool:
    """Return whether a booking is wished for besides: 予約したいです."""
    deeds = (each for each in reading.facts if isinstance(each, Deed))
    return any((each.what, each.how, each.of) == ("book", "wished", "booking") for each in deeds)


def of_ours(reading: Reading) -> bool:
    """Return whether a card, its certificate or their renewal is named and nothing is asked."""
    return not _asks(reading) and any(word["notice"] or word.text.startswith("更新") for word in reading.message.words)


_PARTS = (
    ("applicant", "来(?:る|られる)(?:人|方)|誰が|だれが"),
    ("holder", "持ち主|誰のかーど"),
    ("visit", "時間|日時|時刻|日にち|日程|(?:^|[、。])日を"),
    ("counter", "窓口|場所"),
    ("name_kana", "名前|氏名"),
    ("phone", "電話|連絡先"),
    ("cards", "人数|枚数"),
)


def asks_for_times(reading: Reading) -> bool:
    """Return whether it is asked what can be booked on days that are named: 12月は予約できますか."""
    wish = _when(reading)
    named = wish.days or wish.weekdays or wish.first or wish.last
    return bool(named) and _asks(reading) and bool(_FREE.search(reading.message.plain))


def reopens(reading: Reading, state: State) -> str | None:
    """Return the row of the summary that is to be told anew: "時間を変えたい", "来る人を変えたい".

    Who comes as the representative of a child and then has no custody is asked about once more.
    """
    elsewhere = any(isinstance(each, Guardian) and each.of == "not_me" for each in reading.facts)
    if elsewhere and state.slots.get("applicant") == "legal_representative":
        return "applicant"  # 養子縁組はまだしてません
    changes = any(isinstance(each, Change) for each in reading.facts) or "選び直" in reading.message.plain
    text = reading.message.plain
    return next((row for row, words in _PARTS if changes and re.search(words, text)), None)


_LEFT_TO_US = re.compile("任せ|まかせ|(?:いつ|どっち|どちら|どれ|何時|なん)でも|適当|てきとう|そちらで決め")
_THE_SAME = re.compile("同じ|さっき|先ほど|前の(?:番号|電話)|前と")


def instead(reading: Reading, asked: str | None) -> dict[str, Any]:
    """Return the answer of words that give none by themselves: おまかせ for a time, 同じ番号で."""
    text = reading.message.plain
    if asked in ("visit_date", "visit_time") and _LEFT_TO_US.search(text):
        return {"wish": Wish(anytime=True, earliest=True).to_json()}
    if asked == "phone" and _THE_SAME.search(text):
        return {"same_phone": True}
    return {}


def notice_came(reading: Reading, asked: str | None) -> bool:
    """Return whether it is only told that the notice came, not what it says."""
    return asked == "notice" and any(isinstance(each, NoticeSays) and each.what == "came" for each in reading.facts)


def _found(reading: Reading, state: State, asked: str | None) -> Iterator[dict[str, Any]]:
    m = reading.message
    text = m.plain
    for kind, words in _TOLD:
        if re.search(words, text) and (state.form is None or kind in BEFORE_ALL or _asks(reading)):
            yield {"kind": kind}
    if state.booked and state.form is None and not wants_to_book(reading):
        told = case.told(reading, state.at(None)).answers
        if _CHANGES.search(text) or second_thoughts.of_the_booked(reading, told):
            yield {"kind": "change_by_phone"}
    if not _asks(reading):
        return
    for kind, words in _ASKED:
        if found := re.search(words, text):
            yield {"kind": kind, **({"paper": found[1]} if kind == "other_paper" else {})}
    yield from _of_company(reading)
    yield from _of_pins(reading)
    yield from _of_an_expiry(reading, state)
    if relative := _relative(reading):
        yield {"kind": "relative", "holder": relative}
    wish = _when(reading)
    named = wish.days or wish.weekdays
    if state.booked and _MOVES.search(text):
        return  # 1時間遅くして15時にできる？
    bare = state.form is None and text.rstrip("?？。") .endswith("は") and not reading.rest
    hour = wish.times or wish.from_time
    if hour and not named and asked not in _VISIT and re.search("間に合|(?:行|い)っても|着|来ても", text) and not _MOVES.search(text):
        day = state.slots.get("visit_date") or state.now.date().isoformat()  # 4時半に行っても間に合いますか
        yield {"kind": "open", "wish": replace(wish, days=(date.fromisoformat(str(day)),)).to_json()}
    if named and (bare or (_HOURS.search(text) and not _FREE.search(text) and not _is_answer(text, asked))):
        yield {"kind": "open", "wish": wish.to_json(), "renews": bool(re.search("更新|手続", text))}


def _asks(reading: Reading) -> bool:
    m = reading.message
    ends = ("は", "か", "の", "よね", "よな", "でしょ")
    told = re.search("か(?:どうか)?[をは、]?(?:聞|きいて|ききた|知り|教え|おしえ|確認)", m.plain)
    return any(clause.mood == "asked" for clause in m.clauses) or bool(told) or m.plain.rstrip("?？。").endswith(ends)


def _of_company(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield the question whether somebody may come along, or the holder alone; not who comes instead."""
    text = reading.message.plain
    others = [each for each in reading.facts if isinstance(each, Proxy | CardOf | Count) or (isinstance(each, Comes) and each.sent)]
    renewed = any(word["renewed"] or word["books"] for word in reading.message.words)
    if _ALONE.search(text):
        groups = {Age(0, 0, each.age).group for each in reading.facts if isinstance(each, AgeOf)}
        yield {"kind": "alone", "holder": next((each for each in (UNDER_15, GENERAL) if groups == {each}), None)}
    elif _ALONG.search(text) and not others and not renewed:
        yield {"kind": "along"}


def _of_pins(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield the question whether a certificate that nobody uses needs its PIN."""
    of = {pin for each in reading.facts if isinstance(each, Pins) for pin in each.which}
    if of and "juki" not in of and _UNUSED.search(reading.message.plain):
        yield {"kind": "pin_unused"}


def _is_answer(text: str, asked: str | None) -> bool:
    return asked in _VISIT and not re.search("何時(?:まで|から)", text)


def _when(reading: Reading) -> Wish:
    """Return the days and times that are named; beside a day its weekday says nothing more."""
    wish = reduce(Wish.merged_with, (fact.wish for fact in reading.facts if isinstance(fact, When)), Wish())
    days = tuple(day for fact in reading.facts if isinstance(fact, When) for day in fact.wish.days)
    return replace(wish, days=days, weekdays=frozenset()) if days else wish


def _of_an_expiry(reading: Reading, state: State) -> Iterator[dict[str, Any]]:
    """Yield the question that an expiry today, or one in a month, asks with it."""
    if not _IN_TIME.search(reading.message.plain):
        return
    for fact in reading.facts:
        if isinstance(fact, DateOf) and fact.what == "expires_on":
            value = fact.value["day"]
            if value == state.now.date().isoformat():
                yield {"kind": "expires_today"}
            elif isinstance(value, dict) and value["invalid"] == "day_missing" and not _OVER.search(reading.message.plain):
                yield {"kind": "expires_in_month", "said": value["text"]}


def _relative(reading: Reading) -> str | None:
    """Return whose card it is where somebody who is no parent asks to come: a child's, an adult's, or unknown."""
    cards = {each.who for each in reading.facts if isinstance(each, CardOf | AgeOf)}
    speaks = {each.who for each in reading.facts if isinstance(each, SpeaksAs)}
    comes = {each.who for each in reading.facts if isinstance(each, Comes) and each.named}
    ages = [each.age for each in reading.facts if isinstance(each, AgeOf)]
    relative = (comes | speaks) & _RELATIVES or (cards & _OF_RELATIVES and "speaker" in comes)
    if not relative or speaks & {"mother", "father", "parent"}:
        return None
    child = any(age == "under_15" or (isinstance(age, int) and age < 15) for age in ages)
    young = cards & {"child", "pupil", "baby", "grandchild", "nephew", "son", "daughter"}
    if child:
        return "under_15"
    grown = cards & {"mother", "father", "parents", "husband", "wife", *_RELATIVES}
    return "unknown" if young and not ages else "general" if grown and not young else None
