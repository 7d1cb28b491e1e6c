"""What a message tells of one of several cards: of whom is spoken, whose date it is."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from reading import dates
from renewal import party
from renewal.application import Application


def expiries_told(a: Application, text: str, now: datetime) -> dict[int, str]:
    """Return the cards' expiry dates in "上の子は1月20日、下は2月14日", by the place of the card."""
    told: dict[int, str] = {}
    in_turn: list[str] = []
    for part in re.split("[、。,\n]|(?<=日で)(?!す|し)", text):
        who = _WHO.match(part)
        day = dates.read_date(part, now, dates.Purpose.EXPIRY) if who else None
        if not who or not isinstance(day, date) or _NO_EXPIRY.search(part):
            continue
        places = _places(a, who)
        for place in places:
            told[place] = day.isoformat()
        in_turn += [day.isoformat()] * (not places)
    here = len(a.done or ())
    if not told and len(in_turn) == party.number(a) - here > 1:  # "父は1月20日、母は2月20日"
        return {here + at: day for at, day in enumerate(in_turn)}
    return told


def places_told(a: Application, text: str) -> list[int]:
    """Return the places of the cards of whom is spoken ("やっぱり上の子の分は")."""
    who = _WHO.match(_SECOND_THOUGHTS.sub("", text))
    return _places(a, who) if who else []


def comes_or_not(a: Application, text: str) -> tuple[int, bool] | None:
    """Return of which card the holder comes after all, or does not: "やっぱり妻は来られません".

    Where there is one card, only that its holder comes along with the proxy.
    """
    comes = _COMES_OR_NOT.search(text)
    if not party.is_several(a):
        along = a.applicant == "other_proxy" and comes and comes["comes"]
        return (0, True) if along and _ALONG_AFTER_ALL.search(text) else None
    places = places_told(a, text)
    if not comes or len(places) != 1:
        return None
    card = party.known(a, places[0])
    now = (card.get("applicant"), card.get("holder"))
    if now == (("other_proxy" if comes["comes"] else "self"), "general"):
        return places[0], bool(comes["comes"])
    return None


_ALONG_AFTER_ALL = re.compile(
    "(?:本人|父|母|さん|ちゃん|夫|妻|主人|祖父|祖母)(?:も|と)[^、。]{0,4}(?:一緒|いっしょ|行け|来られ|来れ)|本人が(?:行け|来られ|来れ)"
)
_SECOND_THOUGHTS = re.compile("^.*?(?:やっぱ(?:り|し)?|やはり|すみません|あと)[、。 ]*")
_COMES_OR_NOT = re.compile(
    "(?:行け|いけ|来られ|来れ|こられ|動け)(?:ない|ません|なく)|(?:行か|来)(?:ない|ません)|行きません"
    "|(?P<comes>(?:行け|来られ|来れ)(?:る|ます)|行き(?:ます|たい)|来ます|行く)"
)


def tells_of_somebody(text: str, now: datetime) -> bool:
    """Return whether a date is told of somebody ("下の子は2月14日"), whoever that is."""
    day = dates.read_date(text, now, dates.Purpose.EXPIRY)
    return bool(_WHO.match(text)) and isinstance(day, date) and not _NO_EXPIRY.search(text)


_WHO = re.compile(
    "(?:あと|それと|ちなみに|で|はい)?[、 ]*(?:"
    "(?P<all>(?:[2-4二三四]人|ふたり|どちら|どっち|両方|全員|皆|みんな|家族)(?:さん)?(?:とも|ども|も)?)"
    "|(?P<number>[1-4一二三四])(?:人目|枚目|番目)"
    "|(?P<older>上|長男|長女|お?兄|お?姉)|(?P<younger>下|末|次男|次女|三男|三女|弟|妹)"
    "|(?P<middle>真ん中|まんなか)"
    "|(?P<me>私|わたし|僕|ぼく|俺|おれ|自分|本人)|(?P<spouse>妻|夫|主人|旦那|家内|嫁|奥さん)"
    "|(?:お?父|お?母|義父|義母|祖父|祖母|おじい|おばあ|じい|ばあ)"
    "|(?P<child>子ども|子供|こども|息子|娘|赤ちゃん))(?:の子|ちゃん|さん|くん)?"
    "(?:の(?:分|ぶん|方|ほう|カード|証明書|電子証明書|有効期限|期限|子の?(?:分|方|ほう)?))*(?:は|が|も|の|：|:| |(?=[0-9令Rr]))"
)
_NO_EXPIRY = re.compile("生まれ|うまれ|誕生|生年|発行|回答書|照会|用紙|行[きくけっ]|来[らまれる]|伺|予約|希望|[0-9]時|午[前後]|歳|才")


def _places(a: Application, who: re.Match[str]) -> list[int]:
    """Return the places of the cards of whom is spoken, none where that is not clear."""
    places = list(range(party.number(a)))
    cards = [party.known(a, at) for at in places]
    children = party.children(a)
    mine = [at for at, card in enumerate(cards) if card.get("applicant") == "self"][:1]
    if who["all"]:
        return places
    if who["number"]:
        at = "1234一二三四".index(who["number"]) % 4
        return [at] if at in places else []
    if who["me"]:
        return mine
    if who["spouse"]:
        return [at for at in places if at not in mine] if mine and len(cards) == 2 else []
    if who["child"]:
        return children if len(children) == 1 else []
    siblings = children if len(children) > 1 else [at for at in places if at not in mine]
    if who["middle"]:
        return siblings[1:2] if len(siblings) == 3 else []
    if len(siblings) < 2 or not (who["older"] or who["younger"]):
        return []
    return siblings[:1] if who["older"] else siblings[-1:]


def oldest_first(holders: list[Any], text: str) -> list[Any]:
    """Return what was told of each child with the oldest first ("下は小3、上は高1")."""
    younger, older = text.find("下"), text.find("上")
    return holders[::-1] if 0 <= younger < older else holders
